//! An in-memory screen that records frames.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::Color;
use tokio::runtime::Handle;
use tokio::sync::watch;

/// Clones share the screen.
#[derive(Clone)]
pub(super) struct Screen(Rc<Inner>);

struct Inner {
    backend: RefCell<TestBackend>,
    frames: RefCell<Vec<Frame>>,
    drawn: watch::Sender<usize>,
}

#[derive(Clone)]
pub(super) struct Frame {
    /// Its rows, joined by line breaks.
    pub(super) text: String,
    /// What was written into the cells that changed, in order. The sequence of a picture is in its first cell.
    pub(super) written: String,
    /// The number of live tasks when it was drawn.
    pub(super) tasks: usize,
}

impl Screen {
    pub(super) fn new(width: u16, height: u16) -> Self {
        Self(Rc::new(Inner {
            backend: TestBackend::new(width, height).into(),
            frames: RefCell::default(),
            drawn: watch::Sender::new(0),
        }))
    }

    /// The contents, with rows joined by line breaks.
    pub(super) fn text(&self) -> String {
        let backend = self.0.backend.borrow();
        let buffer = backend.buffer();
        let rows = buffer.content().chunks(usize::from(buffer.area.width.max(1)));
        rows.map(|row| row.iter().map(Cell::symbol).collect::<String>()).collect::<Vec<_>>().join("\n")
    }

    /// The text of each cell.
    pub(super) fn cells(&self) -> Vec<String> {
        let backend = self.0.backend.borrow();
        backend.buffer().content().iter().map(|cell| cell.symbol().to_owned()).collect()
    }

    /// The last three bytes of the IDs of the pictures that kitty shows.
    pub(super) fn kitty_ids(&self) -> BTreeSet<u32> {
        let backend = self.0.backend.borrow();
        let placeholders =
            backend.buffer().content().iter().filter(|cell| cell.symbol().contains('\u{10eeee}'));
        let id = |cell: &Cell| match cell.fg {
            Color::Rgb(r, g, b) => u32::from_be_bytes([0, r, g, b]),
            other => panic!("{other:?} encodes no ID"),
        };
        placeholders.map(id).collect()
    }

    /// All frames so far.
    pub(super) fn frames(&self) -> Vec<Frame> {
        self.0.frames.borrow().clone()
    }

    /// Waits until the screen fulfils a condition. Returns at once if it does already.
    pub(super) async fn until(&self, condition: impl Fn(&str) -> bool) -> String {
        let mut drawn = self.0.drawn.subscribe();
        loop {
            let text = self.text();
            if condition(&text) {
                return text;
            }
            drawn.changed().await.expect("the screen lives as long as its clones");
        }
    }

    /// Waits for the next frame after this call, not after the first poll of the future.
    pub(super) fn next(&self) -> impl Future<Output = ()> + use<> {
        let mut drawn = self.0.drawn.subscribe();
        async move { drawn.changed().await.expect("the screen lives as long as its clones") }
    }

    /// Waits until the screen contains a text.
    pub(super) async fn shows(&self, text: &str) -> String {
        self.until(|screen| screen.contains(text)).await
    }

    pub(super) fn resize(&self, width: u16, height: u16) {
        self.0.backend.borrow_mut().resize(width, height);
    }

    /// Overwrites the screen, as another program might.
    pub(super) fn scribble(&self) {
        let mut backend = self.0.backend.borrow_mut();
        let Size { width, height } = backend.size().expect("it cannot fail");
        let mut cell = Cell::EMPTY;
        cell.set_symbol("#");
        let positions = (0..width).flat_map(|x| (0..height).map(move |y| (x, y)));
        backend.draw(positions.map(|(x, y)| (x, y, &cell))).expect("it cannot fail");
    }
}

impl Backend for Screen {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let content: Vec<_> = content.collect();
        let written = content.iter().map(|(.., cell)| cell.symbol()).collect();
        let tasks = Handle::current().metrics().num_alive_tasks();
        self.0.frames.borrow_mut().push(Frame { text: String::new(), written, tasks });
        self.0.backend.borrow_mut().draw(content.into_iter())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        let text = self.text();
        if let Some(frame) = self.0.frames.borrow_mut().last_mut() {
            frame.text = text;
        }
        self.0.drawn.send_modify(|drawn| *drawn += 1);
        self.0.backend.borrow_mut().flush()
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.0.backend.borrow_mut().hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.0.backend.borrow_mut().show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        panic!("a terminal would be queried, and its response read as keys")
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.0.backend.borrow_mut().set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.0.backend.borrow_mut().clear()
    }

    fn clear_region(&mut self, region: ClearType) -> Result<(), Infallible> {
        self.0.backend.borrow_mut().clear_region(region)
    }

    fn size(&self) -> Result<Size, Infallible> {
        self.0.backend.borrow().size()
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        self.0.backend.borrow_mut().window_size()
    }
}

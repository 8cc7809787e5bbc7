//! `cfimg view --grid`: a contact sheet, printed row by row.

mod layout;
mod listed;

use std::pin::pin;
use std::sync::Arc;

use futures_util::stream::{self, Stream, StreamExt as _};

use super::decoder::{corrupt, decode, guarded, picture_id};
use super::detector::Detector;
use crate::cloudflare::Progress;
use crate::commands::account::Account;
use crate::commands::account_cache::AccountCache;
use crate::commands::arguments::View;
use crate::commands::concurrent::{AT_ONCE, report};
use crate::commands::console::{Console, Paint, Stop};
use crate::commands::image_args::{self, ImageArg, Input};
use crate::commands::picture_fetcher::PictureFetcher;
use crate::domain::sanitize::sanitize;
use crate::domain::thumbnail::MAX_BYTES;
use crate::domain::width::{columns, cut_middle};
use crate::domain::{Access, Failure, Image, ImageId, PictureSource, Reference};
use crate::picture::{Renderer, Target, Tile, print_tiles};
pub(super) use layout::GridOptions;
use layout::Layout;
use listed::Lookup;

/// The most lines of the reason why a tile has no picture.
const MAX_LINES: usize = 4;

/// What all images of a sheet share.
struct Sheet<'a, A> {
    layout: Layout,
    target: Target,
    cache: &'a AccountCache<'a, A>,
    lookup: Lookup<'a, A>,
    renderer: &'a Arc<dyn Renderer>,
}

/// An image of the sheet.
struct Entry {
    id: ImageId,
    /// What the user called the image, if there are several.
    argument: Option<String>,
    /// The file name, or else the ID.
    name: String,
    /// `None` if it is unknown because of a failure, or if the image is a draft.
    access: Option<Access>,
    tile: Result<Tile, Failure>,
}

/// The images in the order of the arguments.
pub(super) fn images(args: &View, input: Input) -> Result<impl Stream<Item = ImageArg> + use<>, Failure> {
    let arguments = args.images();
    Ok(if let [one] = &arguments[..] {
        image_args::one_or_lines(one, input)?.left_stream()
    } else {
        image_args::all(&arguments, input)?.right_stream()
    })
}

/// Prints a sheet. Each row is printed as soon as it is complete. An image without a picture is a tile with the reason,
/// which is also printed on standard error. Returns the exit code of the first failure, or 0.
pub(super) async fn print<A: Account + PictureFetcher>(
    options: GridOptions,
    images: impl Stream<Item = ImageArg>,
    cache: &AccountCache<'_, A>,
    detector: &Detector<'_>,
    renderer: &Arc<dyn Renderer>,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let target = detector.target().await?;
    let layout = Layout::new(options, target);
    let sheet = Sheet { layout, target, cache, lookup: Lookup::new(cache.account), renderer };
    let numbered = images.zip(stream::iter(1..));
    let entries = numbered.map(|(ImageArg { name, reference }, number)| {
        let sheet = &sheet;
        async move { Ok(sheet.entry(name, &reference?, number).await) }
    });
    let mut entries = pin!(entries.buffered(AT_ONCE));
    let (mut code, mut row, mut has_rows) = (0, Vec::with_capacity(layout.columns), false);
    while let Some(entry) = entries.next().await {
        let failed = match entry {
            Ok(entry) => {
                let failed = entry.tile.as_ref().err().map(|failure| failure.kind.exit_code());
                row.push(entry);
                failed
            }
            // The text names no image.
            Err(failure) => {
                report(console.errors, None, None, &failure);
                Some(failure.kind.exit_code())
            }
        };
        if code == 0 {
            code = failed.unwrap_or(0);
        }
        if row.len() == layout.columns {
            print_row(row.drain(..), layout, std::mem::replace(&mut has_rows, true), console)?;
        }
    }
    if !row.is_empty() {
        print_row(row.drain(..), layout, has_rows, console)?;
    }
    Ok(code)
}

impl<A: Account + PictureFetcher> Sheet<'_, A> {
    /// Fetches an image and its thumbnail. `number` counts the images from 1.
    async fn entry(&self, argument: Option<String>, reference: &Reference, number: u32) -> Entry {
        let id = reference.id.clone();
        let image = match self.lookup.image(reference).await {
            Ok(image) => image,
            Err(failure) => {
                return Entry {
                    name: id.as_str().to_owned(),
                    id,
                    argument,
                    access: None,
                    tile: Err(failure),
                };
            }
        };
        let name =
            image.filename.as_deref().filter(|name| !name.is_empty()).unwrap_or(id.as_str()).to_owned();
        let access = (!image.draft).then_some(image.access);
        let tile = self.tile(&image, number).await;
        Entry { id, argument, name, access, tile }
    }

    async fn tile(&self, image: &Image, number: u32) -> Result<Tile, Failure> {
        let source = self.source(image).await?;
        let mut bytes = Vec::new();
        self.cache.account.fetch(&source, MAX_BYTES, &mut bytes, &|_: Progress| {}).await?;
        let (renderer, cells, target) = (self.renderer.clone(), self.layout.cells, self.target);
        let drawn = tokio::task::spawn_blocking(move || draw(&bytes, &renderer, cells, target, number));
        drawn.await.unwrap_or_else(|_| Err(corrupt()))
    }

    /// Where to fetch an image's thumbnail.
    async fn source(&self, image: &Image) -> Result<PictureSource, Failure> {
        if image.variants.is_empty() || image.draft {
            return Err(image.no_thumbnail(&[]));
        }
        let options = self.cache.options().await;
        let Some(thumbnail) = image.thumbnail(self.layout.pixels(self.target), options, false) else {
            return Err(image.no_thumbnail(options));
        };
        match image.variants.iter().find(|variant| variant.name == thumbnail.variant) {
            Some(variant) => self.cache.source_of(&variant.url, image.access, options).await,
            None => Ok(thumbnail.source),
        }
    }
}

/// Decodes and scales a picture.
fn draw(
    bytes: &[u8],
    renderer: &Arc<dyn Renderer>,
    cells: (u16, u16),
    target: Target,
    number: u32,
) -> Result<Tile, Failure> {
    let picture = decode(bytes, renderer)?;
    guarded(|| Tile::picture(&picture, cells, target, picture_id(number)))
}

/// Prints pictures and names, then the failures.
fn print_row(
    row: impl Iterator<Item = Entry>,
    layout: Layout,
    has_rows: bool,
    console: &mut Console<'_>,
) -> Result<(), Stop> {
    let (mut tiles, mut names, mut failures) = (Vec::new(), String::new(), Vec::new());
    for Entry { id, argument, name, access, tile } in row {
        names.push_str(&name_cell(&name, access, layout, console.paint));
        tiles.push(tile.unwrap_or_else(|failure| {
            let tile =
                Tile::words(failure.lines(layout.cells.0.into(), MAX_LINES.min(layout.cells.1.into())));
            failures.push((argument, id, failure));
            tile
        }));
    }
    if console.terminal {
        // The terminal may have echoed keys typed meanwhile; the shell will show them again.
        console.out.write_all(b"\r")?;
    }
    if has_rows {
        console.out.write_all(b"\n")?;
    }
    print_tiles(&tiles, layout.tile.into(), console.out)?;
    console.answer(&format!("{}\n", names.trim_end()))?;
    for (argument, id, failure) in failures {
        report(console.errors, argument, Some(&id), &failure);
    }
    Ok(())
}

/// Access and name in the middle of a tile's columns.
fn name_cell(name: &str, access: Option<Access>, layout: Layout, paint: Paint) -> String {
    let mark = access.map(|access| paint.mark(access) + " ").unwrap_or_default();
    let mark_width = if access.is_some() { 2 } else { 0 };
    let room = usize::from(layout.cells.0).saturating_sub(mark_width);
    let name = sanitize(name);
    let name = cut_middle(&name, room);
    let free = usize::from(layout.tile).saturating_sub(mark_width + columns(&name));
    format!("{}{mark}{name}{}", " ".repeat(free / 2), " ".repeat(free - free / 2))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::Captured;
    use crate::commands::picture_fetcher::tests::Slow;
    use crate::commands::url::tests::Busy;
    use crate::domain::PictureChoice;
    use crate::picture::{PictureError, Protocol, RenderTask, Rendered};
    use crate::terminal::TerminalEnv;

    /// Has no pictures to draw.
    #[derive(Debug)]
    struct NoRenderer;

    impl Renderer for NoRenderer {
        fn render(&self, _: &[u8], _: RenderTask) -> Result<Rendered, PictureError> {
            Err(PictureError::Empty)
        }
    }

    #[test]
    fn at_most_eight_requests_are_sent_at_once() {
        let id = "bc27a117-9509-446b-8c69-c81bfeac0a01";
        let raw = format!(r#"{{"id":"{id}","variants":["https://imagedelivery.net/H/{id}/v"]}}"#);
        let busy = Busy { account: Scripted::with(&[&raw]), slow: Slow::default() };
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let mut console = captured.console(&mut out, &errors);
        let cache = AccountCache::new(&busy, &errors);
        let env = TerminalEnv::read(&|_| None, None);
        let detector = Detector::new(env, PictureChoice::Halfblocks, None, None, false).unwrap();
        let options =
            GridOptions { columns: None, width: None, height: None, space: (80, 23), is_terminal: false };
        let images =
            image_args::one_or_lines("-", Box::new(Cursor::new(format!("{id}\n").repeat(20)))).unwrap();
        let renderer: Arc<dyn Renderer> = Arc::new(NoRenderer);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let printed = print(options, images, &cache, &detector, &renderer, &mut console);
        // The picture is only a header.
        assert!(runtime.block_on(printed).is_ok_and(|code| code > 0), "{}", captured.text());
        assert_eq!(busy.slow.max_running.get(), 8);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.matches("\n\n").count(), 6, "seven rows of three: {text}");
    }

    #[test]
    fn panic_while_drawing_is_a_corrupt_file() {
        #[derive(Debug)]
        struct Panics;

        impl Renderer for Panics {
            fn render(&self, _: &[u8], _: RenderTask) -> Result<Rendered, PictureError> {
                panic!("damaged bytes")
            }
        }

        let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>"#;
        let renderer: Arc<dyn Renderer> = Arc::new(Panics);
        assert!(decode(svg, &renderer).is_ok(), "an SVG is rendered when it is drawn");
        let target = Target::new(Protocol::Halfblocks);
        assert_eq!(draw(svg, &renderer, (4, 4), target, 1).err(), Some(corrupt()));
    }

    #[test]
    fn name_is_cut_and_centred() {
        let layout = Layout { columns: 2, tile: 12, cells: (10, 4) };
        let cell = |name, access| name_cell(name, access, layout, Paint::default());
        assert_eq!(cell("a.png", Some(Access::Signed)), "  ● a.png   ");
        assert_eq!(cell("a-long-name.png", Some(Access::Public)), " ○ a-lo…png ");
        assert_eq!(cell("draft", None), "   draft    ");
        assert_eq!(columns(&cell("\u{1b}[2J図", None)), 12);
    }
}

//! The worker that decodes and encodes pictures, off the event loop's thread. A newer picture replaces those that wait, and
//! freed memory is given back when none has come for a while: so it receives by itself.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Weak};

use ratatui::buffer::Buffer;
use tokio::sync::mpsc::UnboundedSender;

use super::fetcher::{File, to_signed};
use crate::app::{Event, PictureInfo, PictureSource, RequestId};
use crate::domain::cache::Cache;
use crate::domain::catch_panic::catch_panic;
use crate::domain::indexed_color::nearest_of_256;
use crate::domain::{Failure, Zoom};
use crate::picture::{
    Encoded, FileInfo, Format, Frame, Frames, Limits, Note, Picture, PictureError, Protocol, Renderer,
    Target, Zoomable, encode, encode_part, file_info,
};
use crate::runtime::arrival::Arrival;
use crate::runtime::failures::{broken_picture, no_thread_for_picture};
use crate::runtime::freed;
use crate::sandbox::Sandbox;
use crate::ui::{Drawn, EncodedPicture};
use crate::worker::{Job, NotQueued, Worker};

/// Bytes of encoded pictures in the cache. Decoded pictures count extra: at most 4 megapixels of the current one, and
/// while it is zoomed, 64 MiB of it and as much of the one before.
const CACHE_BYTES: usize = 16 << 20;

/// How many pictures kitty stores for us. A new one replaces the one with the same ID.
const KITTY_IDS: u32 = 8;

/// Sends pictures to the thread, which starts with the first and ends with the last clone.
#[derive(Clone)]
pub(in crate::runtime) struct Decoder {
    worker: Arc<Worker<DecoderCommand>>,
    arrivals: UnboundedSender<Arrival>,
    sandbox: Arc<Sandbox>,
}

/// A request to draw a picture.
pub(super) struct Show {
    pub request: RequestId,
    pub source: PictureSource,
    pub file: Arc<File>,
    pub cells: (u16, u16),
    pub zoom: Option<Zoom>,
    pub target: Target,
}

enum DecoderCommand {
    Show(Box<Show>),
    Frame { request: RequestId, forward: bool },
}

impl Decoder {
    pub(in crate::runtime) fn new(arrivals: UnboundedSender<Arrival>, sandbox: Arc<Sandbox>) -> Self {
        let renderer: Arc<dyn Renderer> = sandbox.clone();
        let of_thread = arrivals.clone();
        let work = move |jobs: Receiver<_>| DecoderThread::new(of_thread, renderer).run(&jobs);
        Self { worker: Arc::new(Worker::new("pictures", work)), arrivals, sandbox }
    }

    pub(super) fn show(&self, show: Show) {
        self.cancel();
        let request = show.request;
        if let Err(NotQueued { why, .. }) = self.worker.send(DecoderCommand::Show(Box::new(show))) {
            let shown = Event::PictureShown(request, Err(no_thread_for_picture(&why)));
            _ = self.arrivals.send(Arrival::Event(shown));
        }
    }

    /// Cancels the picture that is being rendered, which may take seconds, as it is obsolete.
    pub(super) fn cancel(&self) {
        self.sandbox.cancel();
    }

    /// Draws the next or previous frame of the animation of this request. Without a thread, the animation stays on its
    /// frame.
    pub(super) fn step_frame(&self, request: RequestId, forward: bool) {
        _ = self.worker.send(DecoderCommand::Frame { request, forward });
    }
}

struct DecoderThread {
    arrivals: UnboundedSender<Arrival>,
    encoded: Cache<Key, CachedPicture>,
    current: Option<Current>,
    /// The picture that was drawn before it, while one of them is zoomed: the user may flip back to it.
    earlier: Option<Current>,
    renderer: Arc<dyn Renderer>,
    /// The number of the last picture that was sent to kitty, modulo `KITTY_IDS`.
    sent: u32,
}

/// The source, the size in cells, the zoom and the target of an encoded picture.
type Key = (PictureSource, (u16, u16), Option<Zoom>, Target);

struct CachedPicture {
    /// The file it was made from. After a reload there is another file under the same key.
    file: Weak<File>,
    encoded: Encoded,
    info: PictureInfo,
}

/// The picture that was drawn last, decoded.
struct Current {
    request: RequestId,
    file: Arc<File>,
    picture: Picture,
    info: PictureInfo,
    /// The frames to come. `None` for a still picture, or if the animation has ended.
    frames: Option<Frames>,
    animated: bool,
    /// How many frames of this round were shown.
    shown_frames: u32,
    /// All of its pixels, once it was zoomed: up to 64 MiB.
    zoomable: Option<Zoomable>,
    cells: (u16, u16),
    zoom: Option<Zoom>,
    target: Target,
}

/// What is known of a picture without decoding it.
pub(super) fn info_of(file: &File) -> Result<PictureInfo, PictureError> {
    let FileInfo { width, height, format, .. } = file_info(&file.bytes)?;
    Ok(PictureInfo {
        width,
        height,
        format,
        bytes: file.bytes.len() as u64,
        took: file.took,
        via: file.via.clone(),
        frame_delay: None,
        note: None,
    })
}

impl Current {
    fn decoded(show: Show, renderer: &Arc<dyn Renderer>) -> Result<Current, PictureError> {
        let Show { request, file, cells, zoom, target, .. } = show;
        let limits = Limits::default();
        let header_info = file_info(&file.bytes)?;
        let (mut frames, mut frame_delay) = (None, None);
        // Only the first frame of an AVIF is shown, and of an animation that is too large.
        let first = (header_info.animated && header_info.format != Format::Avif).then(|| {
            let mut moving = Frames::new(file.bytes.clone(), limits)?;
            let first = moving.next().ok_or(PictureError::Empty)??;
            Ok((moving, first))
        });
        let picture = match first {
            Some(Ok((moving, first))) => {
                (frames, frame_delay) = (Some(moving), Some(to_signed(first.delay)));
                first.picture
            }
            // The animation is too large or its first frame is incomplete. A part of it can be shown.
            None | Some(Err(PictureError::Cut { .. } | PictureError::Still { .. })) => {
                Picture::decode_shared(&file.bytes, &limits, renderer)?
            }
            Some(Err(error)) => return Err(error),
        };
        let info = PictureInfo { frame_delay, ..info_of(&file)? };
        let animated = frames.is_some();
        Ok(Current {
            request,
            file,
            picture,
            info,
            frames,
            animated,
            shown_frames: 1,
            zoomable: None,
            cells,
            zoom,
            target,
        })
    }

    /// Draws what is visible. Decodes all pixels when the picture is first zoomed.
    fn encoded(&mut self, id: u32) -> Result<Encoded, PictureError> {
        if self.zoom.is_some() && self.zoomable.is_none() {
            self.zoomable = Some(self.picture.zoomable()?);
        }
        // An SVG is enlarged until it fits.
        let is_vector = self.info.format == Format::Svg;
        match self.zoomable.as_mut().filter(|_| self.zoom.is_some() || !is_vector) {
            Some(zoomable) => {
                encode_part(zoomable, self.picture.size(), self.zoom, self.cells, self.target, id)
            }
            None => encode(&self.picture, self.cells, self.target, id),
        }
    }

    /// Goes to the next or previous frame. `None` at the end, at the start, and if it fails to decode.
    fn step(&mut self, forward: bool) -> Option<()> {
        if !forward {
            let before = self.shown_frames.checked_sub(2)?;
            let mut again = Frames::new(self.file.bytes.clone(), Limits::default()).ok()?;
            for _ in 0..before {
                again.next()?.ok()?;
            }
            self.frames = Some(again);
        }
        let frames = self.frames.as_mut()?;
        let Frame { picture, delay } = frames.next()?.ok()?;
        self.shown_frames = frames.returned();
        self.picture = picture;
        self.zoomable = None;
        // After a resize the animation continues with this frame.
        self.info.frame_delay = Some(to_signed(delay));
        Some(())
    }
}

impl DecoderThread {
    fn new(arrivals: UnboundedSender<Arrival>, renderer: Arc<dyn Renderer>) -> Self {
        Self { arrivals, encoded: Cache::new(CACHE_BYTES), current: None, earlier: None, renderer, sent: 0 }
    }

    fn run(mut self, inbox: &Receiver<Job<DecoderCommand>>) {
        while let Ok(first) = inbox.recv() {
            let mut next = Ok(first);
            while let Ok(first) = next {
                self.run_newest(std::iter::once(first).chain(inbox.try_iter()));
                next = inbox.recv_timeout(freed::DELAY);
            }
            freed::restore();
        }
    }

    /// Runs the newest request for a picture. If there is none, the newest for a frame.
    fn run_newest(&mut self, jobs: impl Iterator<Item = Job<DecoderCommand>>) {
        let is_show = |job: &Job<_>| matches!(job.command(), DecoderCommand::Show(_));
        let newest =
            jobs.reduce(|older, newer| if is_show(&older) && !is_show(&newer) { older } else { newer });
        if let Some(job) = newest {
            job.run(|command| match command {
                DecoderCommand::Show(show) => self.show(*show),
                DecoderCommand::Frame { request, forward } => self.step_frame(request, forward),
            });
        }
    }

    fn show(&mut self, show: Show) {
        let request = show.request;
        let made = catch_panic(|| self.make(show)).unwrap_or_else(|| Err(broken_picture()));
        let shown = made.map(|(drawn, info)| {
            _ = self.arrivals.send(Arrival::Picture(drawn));
            info
        });
        self.send(Event::PictureShown(request, shown));
    }

    fn make(&mut self, show: Show) -> Result<(Drawn, PictureInfo), Failure> {
        let request = show.request;
        let key = (show.source.clone(), show.cells, show.zoom, show.target);
        self.select(&show);
        if let Some(cached) = self.encoded.get(&key)
            && cached.file.as_ptr() == Arc::as_ptr(&show.file)
        {
            return Ok((drawn(request, cached.encoded.clone(), show.target), cached.info.clone()));
        }
        let mut current = match self.current.take() {
            Some(current) => current,
            None => Current::decoded(show, &self.renderer).map_err(|error| error.failure())?,
        };
        let made = current.encoded(self.next_id());
        let current = self.current.insert(current);
        let encoded = made.map_err(|error| error.failure())?;
        current.info.note = note(&encoded.notes);
        // Not for kitty: it is sent the pixels once, when the picture is first drawn.
        if !current.animated && current.target.protocol != Protocol::Kitty {
            let bytes = encoded.bytes;
            let file = Arc::downgrade(&current.file);
            let cached = CachedPicture { file, encoded: encoded.clone(), info: current.info.clone() };
            self.encoded.insert(key, cached, bytes);
        }
        Ok((drawn(request, encoded, current.target), current.info.clone()))
    }

    /// Makes the picture of this file the current one, if it is decoded. The one before stays in memory only while one of
    /// the two is zoomed.
    fn select(&mut self, show: &Show) {
        let is_same = |current: &Option<Current>| {
            current.as_ref().is_some_and(|current| Arc::ptr_eq(&current.file, &show.file))
        };
        if !is_same(&self.current) {
            std::mem::swap(&mut self.current, &mut self.earlier);
            if !is_same(&self.current) {
                self.current = None;
            }
        }
        let is_zoomed =
            |current: &Option<Current>| current.as_ref().is_some_and(|current| current.zoomable.is_some());
        if show.zoom.is_none() && !is_zoomed(&self.current) && !is_zoomed(&self.earlier) {
            self.earlier = None;
        }
        let has_left = |current: &Current| show.zoom.is_none() && current.cells != show.cells;
        self.earlier = self.earlier.take().filter(|earlier| !has_left(earlier));
        if let Some(current) = &mut self.current {
            if has_left(current) {
                current.zoomable = None;
            }
            (current.request, current.cells, current.zoom, current.target) =
                (show.request, show.cells, show.zoom, show.target);
        }
    }

    /// An animation that has ended, or fails to decode, stays on its last frame.
    fn step_frame(&mut self, request: RequestId, forward: bool) {
        let id = self.next_id();
        let Some(current) = self.current.as_mut().filter(|current| current.request == request) else {
            return;
        };
        if current.frames.is_none() && forward {
            return;
        }
        let drawn = catch_panic(|| {
            current.step(forward)?;
            // Under another ID: kitty shows nothing while it receives new pixels for the ID that is shown.
            let encoded = current.encoded(id).ok()?;
            Some(drawn(request, encoded, current.target))
        });
        let Some(drawn) = drawn.flatten() else {
            if forward {
                current.frames = None;
                current.info.frame_delay = None;
            }
            return;
        };
        let delay = current.info.frame_delay.unwrap_or_default();
        _ = self.arrivals.send(Arrival::Picture(drawn));
        self.send(Event::FrameShown(request, delay));
    }

    fn next_id(&mut self) -> u32 {
        self.sent = (self.sent + 1) % KITTY_IDS;
        kitty_id(self.sent)
    }

    fn send(&self, event: Event) {
        _ = self.arrivals.send(Arrival::Event(event));
    }
}

/// The IDs under which kitty stores our pictures.
pub(super) fn kitty_ids() -> impl Iterator<Item = u32> {
    (0..KITTY_IDS).map(kitty_id)
}

/// An ID that no other program on the terminal is likely to use.
fn kitty_id(number: u32) -> u32 {
    ((std::process::id() & 0xffff) << 8) + number + 1
}

fn note(notes: &[Note]) -> Option<String> {
    let notes: Vec<String> = notes.iter().map(Note::to_string).collect();
    (!notes.is_empty()).then(|| notes.join(", "))
}

fn drawn(request: RequestId, encoded: Encoded, target: Target) -> Drawn {
    Drawn { request, picture: encoded_picture(encoded, target) }
}

/// A picture as the screen draws it.
pub(super) fn encoded_picture(encoded: Encoded, target: Target) -> EncodedPicture {
    let Encoded { graphic, cells, .. } = encoded;
    let transmission = graphic.transmission.clone();
    let draw = Box::new(move |area, buffer: &mut Buffer| graphic.draw(area, buffer));
    // The colours of kitty's placeholders are an ID.
    let is_indexed = target.protocol == Protocol::Halfblocks && !target.true_color;
    EncodedPicture { draw, transmission, cells, nearest: is_indexed.then_some(nearest_of_256) }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::codecs::gif::{GifEncoder, Repeat};
    use image::{Delay, Frame, ImageFormat, Rgba, RgbaImage};
    use jiff::{SignedDuration, Timestamp};
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;

    fn decoder() -> (Decoder, UnboundedReceiver<Arrival>) {
        let (sender, arrivals) = unbounded_channel();
        (Decoder::new(sender, Arc::default()), arrivals)
    }

    fn colored(color: u8) -> RgbaImage {
        RgbaImage::from_pixel(40, 20, Rgba([color, 0, 0, 255]))
    }

    fn png() -> Vec<u8> {
        let mut bytes = Vec::new();
        colored(200).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    fn gif() -> Vec<u8> {
        gif_that_repeats(None)
    }

    fn gif_that_repeats(repeat: Option<Repeat>) -> Vec<u8> {
        let mut gif = Vec::new();
        let frames = [10, 100, 200]
            .map(|color| Frame::from_parts(colored(color), 0, 0, Delay::from_numer_denom_ms(120, 1)));
        let mut encoder = GifEncoder::new(&mut gif);
        if let Some(repeat) = repeat {
            encoder.set_repeat(repeat).unwrap();
        }
        encoder.encode_frames(frames).unwrap();
        drop(encoder);
        gif
    }

    fn show(request: u64, bytes: &[u8], target: Target) -> Show {
        let file = File {
            bytes: bytes.into(),
            took: SignedDuration::from_millis(7),
            at: Timestamp::UNIX_EPOCH,
            via: None,
        };
        let source = PictureSource::Plain(request.to_string());
        Show { request: RequestId(request), source, file: Arc::new(file), cells: (10, 5), zoom: None, target }
    }

    fn blocks() -> Target {
        Target::new(Protocol::Halfblocks)
    }

    /// The next event, and the size in cells of the picture that was drawn before it.
    fn next_event(arrivals: &mut UnboundedReceiver<Arrival>) -> (Option<(u16, u16)>, Event) {
        let mut cells = None;
        loop {
            match arrivals.blocking_recv() {
                Some(Arrival::Picture(drawn)) => cells = Some(drawn.picture.cells),
                Some(Arrival::Event(event)) => return (cells, event),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn picture_is_drawn_before_its_event() {
        let (decoder, mut arrivals) = decoder();
        decoder.show(show(1, &png(), blocks()));
        let (cells, Event::PictureShown(RequestId(1), Ok(info))) = next_event(&mut arrivals) else {
            panic!("it is shown")
        };
        assert_eq!((info.width, info.height, info.format, info.frame_delay), (40, 20, Format::Png, None));
        assert_eq!(info.took, SignedDuration::from_millis(7));
        assert!(cells.is_some_and(|(columns, rows)| columns <= 10 && rows <= 5), "{cells:?}");
    }

    #[test]
    fn decoding_continues_after_invalid_picture() {
        let (decoder, mut arrivals) = decoder();
        for (request, bytes) in [(1, &b"<!doctype html>"[..]), (2, &png()[..50]), (3, b"")] {
            decoder.show(show(request, bytes, blocks()));
            let (cells, event) = next_event(&mut arrivals);
            let Event::PictureShown(RequestId(of), Err(failure)) = event else { panic!("{event:?}") };
            assert_eq!((of, cells), (request, None));
            let renderer: Arc<dyn Renderer> = Arc::new(crate::picture::InProcess);
            let error = Picture::decode(bytes, &Limits::default(), &renderer).unwrap_err();
            assert_eq!(failure, error.failure());
        }
        decoder.show(show(4, &png(), blocks()));
        assert!(matches!(next_event(&mut arrivals), (Some(_), Event::PictureShown(RequestId(4), Ok(_)))));
    }

    #[test]
    fn without_a_thread_the_request_fails() {
        let (arrivals, mut events) = unbounded_channel();
        let worker = Arc::new(Worker::new("pictures", drop));
        // The thread has ended.
        while worker.send(DecoderCommand::Frame { request: RequestId(0), forward: true }).is_ok() {}
        let decoder = Decoder { worker, arrivals, sandbox: Arc::default() };
        decoder.show(show(1, &png(), blocks()));
        let failure = no_thread_for_picture("it has stopped");
        assert_eq!(next_event(&mut events), (None, Event::PictureShown(RequestId(1), Err(failure))));
    }

    #[test]
    fn frames_are_drawn_only_for_the_current_picture() {
        let (decoder, mut arrivals) = decoder();
        decoder.show(show(1, &gif_that_repeats(Some(Repeat::Infinite)), blocks()));
        let (_, Event::PictureShown(_, Ok(info))) = next_event(&mut arrivals) else { panic!("it is shown") };
        assert_eq!(info.frame_delay, Some(SignedDuration::from_millis(120)));
        for _ in 0..4 {
            decoder.step_frame(RequestId(1), true);
            let (cells, event) = next_event(&mut arrivals);
            assert!(cells.is_some());
            assert_eq!(event, Event::FrameShown(RequestId(1), SignedDuration::from_millis(120)));
        }
        decoder.step_frame(RequestId(9), true);
        drop(decoder);
        let late = arrivals.blocking_recv();
        assert!(late.is_none(), "it is not the current picture: {late:?}");
    }

    /// The colour of the picture that was drawn last, and its event.
    fn color_of(arrivals: &mut UnboundedReceiver<Arrival>) -> (Option<ratatui::style::Color>, Event) {
        let Some(Arrival::Picture(picture)) = arrivals.blocking_recv() else { panic!("it is drawn") };
        let area = ratatui::layout::Rect::new(0, 0, 40, 20);
        let mut buffer = ratatui::buffer::Buffer::empty(area);
        (picture.picture.draw)(area, &mut buffer);
        let Some(Arrival::Event(event)) = arrivals.blocking_recv() else { panic!("there is an event") };
        (buffer[(0, 0)].style().fg, event)
    }

    #[test]
    fn resized_animation_continues_at_its_frame() {
        let (decoder, mut arrivals) = decoder();
        let shown = show(1, &gif(), blocks());
        let (file, source) = (shown.file.clone(), shown.source.clone());
        decoder.show(shown);
        let (first, _) = color_of(&mut arrivals);
        decoder.step_frame(RequestId(1), true);
        let (second, _) = color_of(&mut arrivals);
        let larger =
            Show { request: RequestId(2), source, file, cells: (40, 20), zoom: None, target: blocks() };
        decoder.show(larger);
        let (resized, _) = color_of(&mut arrivals);
        assert_eq!(resized, second);
        assert_ne!(resized, first);
    }

    #[test]
    fn ended_animation_restarts_only_when_shown_again() {
        let (sender, mut arrivals) = unbounded_channel();
        let mut thread = DecoderThread::new(sender, Arc::new(crate::picture::InProcess));
        // Without the extension for loops a GIF does not repeat.
        let Show { file, source, cells, target, .. } = show(1, &gif(), blocks());
        let again = |request| Show {
            request: RequestId(request),
            source: source.clone(),
            file: file.clone(),
            cells,
            zoom: None,
            target,
        };
        thread.show(again(1));
        let (first, _) = color_of(&mut arrivals);
        let mut last = None;
        for _ in 0..2 {
            thread.step_frame(RequestId(1), true);
            (last, _) = color_of(&mut arrivals);
        }
        thread.step_frame(RequestId(1), true);
        assert!(arrivals.try_recv().is_err(), "there is no further frame");
        thread.show(again(2));
        let (color, event) = color_of(&mut arrivals);
        let Event::PictureShown(_, Ok(info)) = event else { panic!("{event:?}") };
        assert_eq!((color, info.frame_delay), (last, None));
        thread.show(show(3, &png(), blocks()));
        color_of(&mut arrivals);
        thread.show(again(4));
        let (color, event) = color_of(&mut arrivals);
        let Event::PictureShown(_, Ok(info)) = event else { panic!("{event:?}") };
        assert_eq!((color, info.frame_delay.is_some()), (first, true));
    }

    #[test]
    fn animation_moves_when_shown_again() {
        let (decoder, mut arrivals) = decoder();
        for (request, bytes) in [(1, gif()), (2, png()), (1, gif())] {
            decoder.show(show(request, &bytes, blocks()));
            assert!(matches!(next_event(&mut arrivals), (Some(_), Event::PictureShown(_, Ok(_)))));
        }
        decoder.step_frame(RequestId(1), true);
        drop(decoder);
        assert!(matches!(next_event(&mut arrivals), (Some(_), Event::FrameShown(RequestId(1), _))));
    }

    /// The kitty ID of the next picture.
    fn sent_id(arrivals: &mut UnboundedReceiver<Arrival>) -> String {
        let Some(Arrival::Picture(picture)) = arrivals.blocking_recv() else { panic!("it is drawn") };
        assert!(arrivals.blocking_recv().is_some());
        let pixels = picture.picture.transmission.and_then(|transmission| transmission.take());
        let pixels = pixels.expect("kitty stores the pixels");
        let (_, rest) = pixels.split_once("i=").expect("it has an ID");
        rest.split(',').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn kitty_gets_a_new_id_per_drawing() {
        let (decoder, mut arrivals) = decoder();
        let drawn = [(); 2].map(|()| {
            decoder.show(show(1, &png(), Target::new(Protocol::Kitty)));
            sent_id(&mut arrivals)
        });
        assert_ne!(drawn[0], drawn[1]);
        let ours: Vec<_> = kitty_ids().map(|id| id.to_string()).collect();
        assert!(drawn.iter().all(|id| ours.contains(id)), "{drawn:?}");
    }

    #[test]
    fn kitty_gets_next_frame_under_another_id() {
        let (decoder, mut arrivals) = decoder();
        decoder.show(show(1, &gif(), Target::new(Protocol::Kitty)));
        let first = sent_id(&mut arrivals);
        decoder.step_frame(RequestId(1), true);
        assert_ne!(first, sent_id(&mut arrivals));
    }

    #[test]
    fn cache_distinguishes_sizes_and_files() {
        let (decoder, mut arrivals) = decoder();
        let mut cells = |decoder: &Decoder, request, bytes: &[u8], size| {
            let source = PictureSource::Plain("one".to_owned());
            decoder.show(Show { cells: size, source, ..show(request, bytes, blocks()) });
            next_event(&mut arrivals).0.unwrap()
        };
        let small = cells(&decoder, 1, &png(), (4, 2));
        assert_ne!(cells(&decoder, 2, &png(), (40, 20)), small);
        assert_eq!(cells(&decoder, 3, &png(), (4, 2)), small);
        let mut tall = Vec::new();
        RgbaImage::new(20, 80).write_to(&mut Cursor::new(&mut tall), ImageFormat::Png).unwrap();
        assert_ne!(cells(&decoder, 4, &tall, (4, 2)), small, "another file of the same name");
        assert_eq!(cells(&decoder, 5, &png(), (4, 2)), small);
    }

    /// A picture of which each column has another colour.
    fn stripes(red: u8) -> Vec<u8> {
        let image =
            RgbaImage::from_fn(200, 40, |x, _| Rgba([red, u8::try_from(x).unwrap_or_default(), 0, 255]));
        let mut bytes = Vec::new();
        image.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    fn thread() -> (DecoderThread, UnboundedReceiver<Arrival>) {
        let (sender, arrivals) = unbounded_channel();
        (DecoderThread::new(sender, Arc::new(crate::picture::InProcess)), arrivals)
    }

    fn again(show: &Show, request: u64, zoom: Option<Zoom>) -> Show {
        let Show { source, file, cells, target, .. } = show;
        let (source, file) = (source.clone(), file.clone());
        Show { request: RequestId(request), source, file, cells: *cells, zoom, target: *target }
    }

    #[test]
    fn zoomed_picture_shows_its_part() {
        let (mut thread, mut arrivals) = thread();
        let shown = show(1, &stripes(9), blocks());
        let zoom = Zoom::new(1.0, (200, 40));
        for (request, zoom, green) in [
            (1, zoom, 95),
            (2, zoom.panned((-5.0, 0.0), (200, 40), (10, 10)), 90),
            (3, Zoom::new(4.0, (200, 40)), 98),
        ] {
            thread.show(again(&shown, request, Some(zoom)));
            let (color, event) = color_of(&mut arrivals);
            assert!(matches!(event, Event::PictureShown(_, Ok(_))), "{event:?}");
            assert_eq!(color, Some(ratatui::style::Color::Rgb(9, green, 0)), "{request}");
        }
        assert!(thread.current.as_ref().is_some_and(|current| current.zoomable.is_some()));
        thread.show(Show { cells: (4, 2), ..again(&shown, 4, None) });
        color_of(&mut arrivals);
        assert!(
            thread.current.as_ref().is_some_and(|current| current.zoomable.is_none()),
            "in another place it is not zoomed"
        );
    }

    #[test]
    fn two_zoomed_pictures_stay_decoded_for_flips() {
        let (mut thread, mut arrivals) = thread();
        let zoom = Some(Zoom::new(2.0, (200, 40)));
        let shown = [1, 2, 3].map(|red| show(u64::from(red), &stripes(red), Target::new(Protocol::Kitty)));
        for at in [0, 1, 0, 1, 2] {
            thread.show(again(&shown[at], 9, zoom));
            assert!(arrivals.try_recv().is_ok() && arrivals.try_recv().is_ok());
            let both = [&thread.current, &thread.earlier].into_iter().flatten();
            assert!(both.clone().all(|current| current.zoomable.is_some()));
            assert!(
                thread.current.as_ref().is_some_and(|current| Arc::ptr_eq(&current.file, &shown[at].file))
            );
        }
        assert!(thread.earlier.is_some());
        thread.show(again(&shown[0], 9, None));
        thread.show(again(&shown[1], 9, None));
        thread.show(again(&shown[2], 9, None));
        assert!(thread.earlier.is_none(), "none is zoomed");
    }

    #[test]
    fn frames_can_be_stepped_back() {
        let (mut thread, mut arrivals) = thread();
        thread.show(show(1, &gif(), blocks()));
        let mut seen = vec![color_of(&mut arrivals).0];
        for _ in 0..2 {
            thread.step_frame(RequestId(1), true);
            seen.push(color_of(&mut arrivals).0);
        }
        for at in [1, 0] {
            thread.step_frame(RequestId(1), false);
            assert_eq!(color_of(&mut arrivals).0, seen[at]);
        }
        thread.step_frame(RequestId(1), false);
        assert!(arrivals.try_recv().is_err(), "it is the first");
        thread.step_frame(RequestId(1), true);
        assert_eq!(color_of(&mut arrivals).0, seen[1]);
        for _ in 0..9 {
            thread.step_frame(RequestId(1), true);
        }
        while arrivals.try_recv().is_ok() {}
        thread.step_frame(RequestId(1), false);
        assert_eq!(color_of(&mut arrivals).0, seen[1], "also after its end");
    }
}

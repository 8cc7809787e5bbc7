//! `cfimg view --grid`: a contact sheet, printed row by row.

use std::num::NonZeroU16;
use std::pin::pin;
use std::sync::Arc;

use futures_util::stream::{Stream, StreamExt as _};

use super::detector::Detector;
use super::{decode, picture_id};
use crate::cloudflare::Progress;
use crate::commands::account::Account;
use crate::commands::account_cache::AccountCache;
use crate::commands::arguments::View;
use crate::commands::concurrent::{AT_ONCE, report};
use crate::commands::console::{Console, Paint, Stop};
use crate::commands::image_args::{self, ImageArg, Input};
use crate::commands::picture_fetcher::{PictureFetcher, picture_failure};
use crate::domain::sanitize::sanitize;
use crate::domain::width::{columns, cut_end, cut_middle, wrap};
use crate::domain::{Access, Failure, FailureKind, Image, ImageId, PictureSource, Reference};
use crate::picture::{InlineError, Protocol, Renderer, Target, Tile, print_tiles};

/// The largest thumbnail that is shown, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// The usual columns of a tile with the gap.
const USUAL_WIDTH: u16 = 22;

/// The fewest columns of a tile with the gap.
const MIN_WIDTH: u16 = 8;

/// Columns between pictures.
const GAP: u16 = 2;

/// The most lines of the reason why a tile has no picture.
const MAX_LINES: usize = 4;

/// What decides how large tiles are.
#[derive(Debug, Clone, Copy)]
pub(super) struct GridOptions {
    /// Tiles in a row, if the user chose their number.
    pub(super) columns: Option<NonZeroU16>,
    pub(super) width: Option<NonZeroU16>,
    pub(super) height: Option<NonZeroU16>,
    /// Columns and rows of the screen.
    pub(super) space: (u16, u16),
    pub(super) is_terminal: bool,
}

/// The sizes of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    /// Tiles in a row.
    columns: usize,
    /// Columns of a tile with the gap.
    tile: u16,
    /// The most columns and rows of a picture.
    cells: (u16, u16),
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
    let entries = images.map(|ImageArg { name, reference }| async move {
        let reference = reference?;
        Ok(entry(name, &reference, layout, target, cache, renderer).await)
    });
    let mut entries = pin!(entries.buffered(AT_ONCE));
    let (mut code, mut row, mut sheet) = (0, Vec::with_capacity(layout.columns), Sheet::new(layout, target));
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
            sheet.print_row(row.drain(..), options.is_terminal, console)?;
        }
    }
    if !row.is_empty() {
        sheet.print_row(row.drain(..), options.is_terminal, console)?;
    }
    Ok(code)
}

/// Fetches an image and its thumbnail.
async fn entry<A: Account + PictureFetcher>(
    argument: Option<String>,
    reference: &Reference,
    layout: Layout,
    target: Target,
    cache: &AccountCache<'_, A>,
    renderer: &Arc<dyn Renderer>,
) -> Entry {
    let id = reference.id.clone();
    let image = match cache.account.image(reference).await {
        Ok(image) => image,
        Err(failure) => {
            return Entry { name: id.as_str().to_owned(), id, argument, access: None, tile: Err(failure) };
        }
    };
    let name = image.filename.as_deref().filter(|name| !name.is_empty()).unwrap_or(id.as_str()).to_owned();
    let access = (!image.draft).then_some(image.access);
    let tile = tile(&image, layout, target, cache, renderer).await;
    Entry { id, argument, name, access, tile }
}

async fn tile<A: Account + PictureFetcher>(
    image: &Image,
    layout: Layout,
    target: Target,
    cache: &AccountCache<'_, A>,
    renderer: &Arc<dyn Renderer>,
) -> Result<Tile, Failure> {
    let source = source(image, layout.pixels(target), cache).await?;
    let mut bytes = Vec::new();
    cache.account.fetch(&source, MAX_BYTES, &mut bytes, &|_: Progress| {}).await?;
    let (renderer, cells) = (renderer.clone(), layout.cells);
    let scaled = tokio::task::spawn_blocking(move || {
        let picture = decode(&bytes, &renderer)?;
        Tile::scaled(&picture, cells, target).map_err(|error| picture_failure(&error))
    });
    scaled.await.map_err(|error| Failure::other("Couldn't decode the picture", format!("{error}.")))?
}

/// Where to fetch an image's thumbnail.
async fn source<A: Account>(
    image: &Image,
    size: (u32, u32),
    cache: &AccountCache<'_, A>,
) -> Result<PictureSource, Failure> {
    let first = image.variant(None).map_err(|why| why.failure(image))?;
    let options = cache.options().await;
    let Some(thumbnail) = image.thumbnail(size, options, false) else {
        // Says why if a signature is the reason.
        cache.source_of(&first.url, image.access, options).await?;
        return Err(Failure::new(
            FailureKind::NotFound,
            "No variant shows the picture",
            "Add a variant that only resizes, in the dashboard under Images › Variants.",
        ));
    };
    match image.variants.iter().find(|variant| variant.name == thumbnail.variant) {
        Some(variant) => cache.source_of(&variant.url, image.access, options).await,
        None => Ok(thumbnail.source),
    }
}

impl Layout {
    /// As many columns as requested, if they fit. Pictures are at most 3:2.
    fn new(options: GridOptions, target: Target) -> Self {
        let GridOptions { columns, width, height, space, is_terminal } = options;
        let width = width.map_or(space.0, NonZeroU16::get);
        let width = if is_terminal { width.min(space.0) } else { width };
        let columns = columns.map_or(width / USUAL_WIDTH, NonZeroU16::get);
        let columns = columns.clamp(1, (width / MIN_WIDTH).max(1));
        let tile = width / columns;
        let across = tile.saturating_sub(GAP).max(1);
        let pixels = u32::from(across) * u32::from(target.cell.0.max(1));
        let rows = u16::try_from(pixels * 2 / 3 / u32::from(target.cell.1.max(1))).unwrap_or(u16::MAX).max(1);
        // The names are below.
        let most = space.1.saturating_sub(1).max(1);
        let rows = match height {
            Some(height) if target.protocol == Protocol::Halfblocks => rows.min(height.get()),
            Some(height) => rows.min(height.get()).min(most),
            None => rows.min(most),
        };
        Self { columns: columns.into(), tile, cells: (across, rows) }
    }

    /// The pixels of a picture.
    fn pixels(self, target: Target) -> (u32, u32) {
        let (columns, rows) = (u32::from(self.cells.0), u32::from(self.cells.1));
        match target.protocol {
            Protocol::Halfblocks => (columns, rows * 2),
            _ => (columns * u32::from(target.cell.0), rows * u32::from(target.cell.1)),
        }
    }
}

/// A sheet that is being printed.
struct Sheet {
    layout: Layout,
    target: Target,
    /// How many pictures were printed.
    pictures: u32,
    has_rows: bool,
}

impl Sheet {
    fn new(layout: Layout, target: Target) -> Self {
        Self { layout, target, pictures: 0, has_rows: false }
    }

    /// Prints pictures and names, then the failures.
    fn print_row(
        &mut self,
        row: impl Iterator<Item = Entry>,
        is_terminal: bool,
        console: &mut Console<'_>,
    ) -> Result<(), Stop> {
        let Self { layout, target, .. } = *self;
        let (mut tiles, mut names, mut failures) = (Vec::new(), String::new(), Vec::new());
        for Entry { id, argument, name, access, tile } in row {
            names.push_str(&name_cell(&name, access, layout, console.paint));
            tiles.push(tile.unwrap_or_else(|failure| {
                let tile = Tile::Words(words(&failure, layout.cells));
                failures.push((argument, id, failure));
                tile
            }));
        }
        if is_terminal {
            // The terminal may have echoed keys typed meanwhile; the shell will show them again.
            console.out.write_all(b"\r")?;
        }
        if std::mem::replace(&mut self.has_rows, true) {
            console.out.write_all(b"\n")?;
        }
        let next_id = || {
            self.pictures += 1;
            picture_id(self.pictures)
        };
        match print_tiles(tiles, layout.tile.into(), target, next_id, console.out) {
            Ok(()) => {}
            Err(InlineError::Picture(error)) => return Err(picture_failure(&error).into()),
            Err(InlineError::Write(error)) => return Err(error.into()),
        }
        console.answer(&format!("{}\n", names.trim_end()))?;
        for (argument, id, failure) in failures {
            report(console.errors, argument, Some(&id), &failure);
        }
        Ok(())
    }
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

/// Why a tile has no picture, in lines that fit.
fn words(failure: &Failure, (width, rows): (u16, u16)) -> Vec<String> {
    let width = usize::from(width);
    let lines = wrap(&sanitize(&failure.what), width);
    let lines = lines.iter().take(MAX_LINES.min(rows.into())).map(|line| cut_end(line, width).into_owned());
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(columns: Option<u16>, width: Option<u16>, height: Option<u16>, target: Target) -> Layout {
        let number = |number: Option<u16>| number.and_then(NonZeroU16::new);
        let (columns, width, height) = (number(columns), number(width), number(height));
        Layout::new(GridOptions { columns, width, height, space: (80, 23), is_terminal: true }, target)
    }

    #[test]
    fn layout_follows_width_and_options() {
        let blocks = Target::new(Protocol::Halfblocks);
        for (columns, width, height, expected) in [
            (None, None, None, (3, 26, (24, 8))),
            (None, Some(60), None, (2, 30, (28, 9))),
            (None, Some(400), None, (3, 26, (24, 8))),
            (Some(4), None, Some(3), (4, 20, (18, 3))),
            (Some(1), None, None, (1, 80, (78, 22))),
            (Some(1), None, Some(30), (1, 80, (78, 26))),
            (Some(99), None, None, (10, 8, (6, 2))),
            (None, Some(5), None, (1, 5, (3, 1))),
            (None, Some(1), None, (1, 1, (1, 1))),
        ] {
            let Layout { columns: actual, tile, cells } = layout(columns, width, height, blocks);
            assert_eq!((actual, tile, cells), expected, "{columns:?} {width:?} {height:?}");
        }
        let sixel = layout(Some(1), None, Some(30), Target::new(Protocol::Sixel));
        assert_eq!(sixel.cells.1, 22, "a row of pictures must fit on the screen");
        assert_eq!(sixel.pixels(Target::new(Protocol::Sixel)), (780, 440));
        assert_eq!(layout(None, None, None, blocks).pixels(blocks), (24, 16));
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

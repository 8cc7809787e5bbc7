//! `cfimg view`: prints pictures into the terminal's scrollback.

mod decoder;
mod detector;
mod grid;

use std::num::NonZeroU16;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::account::Account;
use super::account_cache::AccountCache;
use super::arguments::View;
use super::concurrent::done_in_order;
use super::console::{Console, Stop};
use super::image_args::{self, Input};
use super::picture_fetcher::{PictureFetcher, describe};
use super::variant_arg::variant_arg;
use crate::cloudflare::Progress;
use crate::domain::sanitize::sanitize;
use crate::domain::{Failure, ImageId, PictureSource, Preferences, Reference, SignMode};
use crate::picture::{InlineError, Protocol, Renderer, print_inline};
use crate::terminal::{TerminalEnv, Window};
use decoder::{decode, picture_id};
pub use detector::COLOR_NEVER;
use detector::Detector;
use futures_util::stream::StreamExt as _;
use grid::GridOptions;

/// The largest picture that is shown, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// Pictures that are fetched at a time. Each is in memory until those before it are printed.
const AT_ONCE: usize = 4;

/// Columns and rows if the terminal's size is unknown.
const DEFAULT_SIZE: (u16, u16) = (80, 24);

/// Facts about standard output, and how to draw on it.
pub struct Screen {
    pub is_terminal: bool,
    /// What the environment says about the terminal.
    pub env: TerminalEnv,
    /// The option or variable that turns colours off, such as `NO_COLOR`.
    pub no_color_by: Option<&'static str>,
    /// Renders SVG.
    pub renderer: Arc<dyn Renderer>,
}

/// Prints pictures and leaves the cursor on the line below each. With several images, each one's ID is
/// printed above it. With `--grid`, prints a contact sheet instead.
pub(super) async fn view<A: Account + PictureFetcher>(
    args: &View,
    preferences: &Preferences,
    input: Input,
    connect: impl FnOnce() -> Result<A, Failure>,
    screen: Screen,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let choice = args.picture.unwrap_or_default();
    let Screen { is_terminal, env, no_color_by, renderer } = screen;
    let space = space(is_terminal, env.window, env.preview);
    let by = preferences.pictures_off_by.as_deref();
    let detector = Detector::new(env, choice, by, no_color_by, is_terminal)?;
    if let Some(columns) = args.grid {
        let images = grid::images(args, input)?;
        let account = image_args::connect(connect, Some(&args.image))?;
        let cache = AccountCache::new(&account, console.errors);
        let options = GridOptions { columns, width: args.width, height: args.height, space, is_terminal };
        return grid::print(options, images, &cache, &detector, &renderer, console).await;
    }
    let preferred = preferences.variant.as_deref();
    let images = image_args::one_or_lines(&args.image, input)?;
    let account = image_args::connect(connect, Some(&args.image))?;
    let errors = console.errors;
    let images = images.then(async |image| {
        if image.reference.is_err() {
            detector.detect().await;
        }
        image
    });
    let cache = AccountCache::new(&account, errors);
    // The terminal is queried while the first picture is fetched.
    let fetch = async |reference: Reference| {
        let fetched = fetch_picture(args, preferred, &reference, &cache);
        tokio::join!(fetched, detector.detect()).0
    };
    let mut number = 0;
    done_in_order(images, AT_ONCE, fetch, errors, async |name, (id, bytes, source_note)| {
        let target = match detector.target().await {
            Ok(target) => target,
            Err(failure) => return Ok(Err(failure)),
        };
        let picture = match decode(&bytes, &renderer) {
            Ok(picture) => picture,
            Err(failure) => return Ok(Err(failure)),
        };
        if let Some(source_note) = source_note {
            errors.note(&source_note);
        }
        if is_terminal {
            // The terminal may have echoed keys typed meanwhile; the shell will show them again.
            console.out.write_all(b"\r")?;
        }
        if name.is_some() {
            // The ID rather than the argument, which may be a signed URL.
            writeln!(console.out, "{}", console.paint.dim(&sanitize(id.as_str())))?;
        }
        number += 1;
        let drawn = print_inline(
            &picture,
            cells(args, space, is_terminal, target.protocol),
            target,
            picture_id(number),
            console.out,
        );
        match drawn {
            Ok((_, notes)) => {
                for note in notes {
                    errors.note(&format!("{}: {note}.", sanitize(id.as_str())));
                }
            }
            Err(InlineError::Picture(error)) => return Ok(Err(error.failure())),
            Err(InlineError::Write(error)) => return Err(error.into()),
        }
        console.out.flush()?;
        Ok(Ok(0))
    })
    .await
}

/// Fetches one picture. Returns the image's ID, the bytes, and a note if the original is shown instead of the
/// variant.
async fn fetch_picture<A: Account + PictureFetcher>(
    args: &View,
    preferred: Option<&str>,
    reference: &Reference,
    cache: &AccountCache<'_, A>,
) -> Result<(ImageId, Vec<u8>, Option<String>), Failure> {
    let AccountCache { account, errors, .. } = cache;
    let image = account.image(reference).await?;
    let (typed, pasted) = (args.variant(), reference.variant.as_deref());
    let variant = variant_arg(&image, typed, pasted, preferred, errors)?;
    let options = cache.options_for(image.access, SignMode::IfNeeded).await;
    let (source, source_note) = match cache.source_of(&variant.url, image.access, options).await {
        Ok(source) => (source, None),
        Err(why) => {
            let name = sanitize(&variant.name);
            let source_note = format!("Showing the original, because “{name}” needs a signed URL. {why}");
            (PictureSource::Original(image.id.clone()), Some(source_note))
        }
    };
    let mut bytes = Vec::new();
    // With several images, earlier ones are being printed meanwhile.
    let shows_progress = errors.is_terminal() && args.image != "-";
    let shown = AtomicU64::new(u64::MAX);
    let on_progress = |progress: Progress| {
        let step = progress.received >> 17;
        if shows_progress && shown.swap(step, Ordering::Relaxed) != step {
            errors.status(&describe(progress));
        }
    };
    let result = account.fetch(&source, MAX_BYTES, &mut bytes, &on_progress).await;
    if shows_progress {
        errors.clear();
    }
    result?;
    Ok((image.id, bytes, source_note))
}

/// The columns and rows that a picture may use without pushing its top, or the prompt, off the screen. fzf's preview
/// has no prompt.
fn space(is_terminal: bool, window: Option<Window>, preview: Option<(u16, u16)>) -> (u16, u16) {
    if let Some(preview) = preview.filter(|_| !is_terminal) {
        return preview;
    }
    let known = window.filter(|window| is_terminal && window.columns > 0 && window.rows > 0);
    let (columns, rows) = known.map_or(DEFAULT_SIZE, |window| (window.columns, window.rows));
    (columns, rows.saturating_sub(1).max(1))
}

/// The size of the picture's box, in columns and rows: as requested, within the screen. A line never leaves
/// the screen; only text can be taller than it, as it scrolls.
fn cells(args: &View, space: (u16, u16), is_terminal: bool, protocol: Protocol) -> (u16, u16) {
    let width = args.width.map_or(space.0, NonZeroU16::get);
    let height = args.height.map_or(space.1, NonZeroU16::get);
    let max_width = if is_terminal { space.0 } else { u16::MAX };
    let max_height = if protocol == Protocol::Halfblocks { u16::MAX } else { space.1 };
    (width.min(max_width), height.min(max_height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view_args(width: Option<u16>, height: Option<u16>) -> View {
        let number = |number: Option<u16>| number.and_then(NonZeroU16::new);
        View {
            image: "a".into(),
            rest: vec![],
            grid: None,
            width: number(width),
            height: number(height),
            picture: None,
        }
    }

    #[test]
    fn picture_space_leaves_a_row_for_the_prompt() {
        let window = |columns, rows| Some(Window { columns, rows, width: 0, height: 0 });
        assert_eq!(space(true, window(100, 30), None), (100, 29));
        assert_eq!(space(true, window(5, 1), None), (5, 1));
        assert_eq!(space(true, window(0, 0), None), (80, 23));
        assert_eq!(space(true, None, None), (80, 23));
        assert_eq!(space(false, window(100, 30), None), (80, 23), "a file does not depend on the window");
        assert_eq!(space(false, None, Some((40, 12))), (40, 12));
        assert_eq!(space(true, window(100, 30), Some((40, 12))), (100, 29), "a terminal is no preview");
    }

    #[test]
    fn requested_size_is_limited_to_the_screen() {
        let space = (100, 29);
        for (width, height, is_terminal, protocol, expected) in [
            (None, None, true, Protocol::Kitty, (100, 29)),
            (Some(40), Some(10), true, Protocol::Sixel, (40, 10)),
            (Some(400), Some(100), true, Protocol::Sixel, (100, 29)),
            (Some(400), Some(100), true, Protocol::Halfblocks, (100, 100)),
            (Some(400), Some(100), false, Protocol::Halfblocks, (400, 100)),
        ] {
            let actual = cells(&view_args(width, height), space, is_terminal, protocol);
            assert_eq!(actual, expected, "{width:?} {height:?} {is_terminal} {protocol:?}");
        }
    }
}

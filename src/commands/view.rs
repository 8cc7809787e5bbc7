//! `cfimg view`: prints pictures into the terminal's scrollback.

use std::num::NonZeroU16;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::stream::StreamExt as _;
use tokio::sync::OnceCell;

use super::account::Account;
use super::account_cache::AccountCache;
use super::arguments::View;
use super::concurrent::done_in_order;
use super::console::{Console, Stop};
use super::image_args::{self, Input};
use super::picture_fetcher::{PictureFetcher, describe, picture_failure};
use super::variant_arg::variant_arg;
use crate::cloudflare::Progress;
use crate::domain::catch_panic::catch_panic;
use crate::domain::failure::UPLOAD_AGAIN;
use crate::domain::picture_choice::turned_off_by;
use crate::domain::sanitize::sanitize;
use crate::domain::{Failure, ImageId, PictureChoice, PictureSource, Preferences, Reference, SignMode};
use crate::picture::{InlineError, Limits, Picture, Protocol, Renderer, print_inline};
use crate::terminal::{Graphics, Multiplexer, TerminalEnv, Window, detect_graphics};

/// The largest picture that is shown, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// Pictures that are fetched at a time. Each is in memory until those before it are printed.
const AT_ONCE: usize = 4;

/// Columns and rows if the terminal's size is unknown.
const DEFAULT_SIZE: (u16, u16) = (80, 24);

/// The option that turns colours off, as it is shown in messages.
pub const COLOR_NEVER: &str = "--color never";

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
/// printed above it.
pub(super) async fn view<A: Account + PictureFetcher>(
    args: &View,
    preferences: &Preferences,
    input: Input,
    connect: impl FnOnce() -> Result<A, Failure>,
    screen: Screen,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let choice = args.picture.unwrap_or_default();
    let by = preferences.pictures_off_by.as_deref();
    check_choice(choice, by, screen.is_terminal)?;
    if choice == PictureChoice::Halfblocks && screen.no_color_by == Some(COLOR_NEVER) {
        return Err(colorless(COLOR_NEVER).into());
    }
    let preferred = preferences.variant.as_deref();
    let images = image_args::one_or_lines(&args.image, input)?;
    let account = image_args::connect(connect, Some(&args.image))?;
    let errors = console.errors;
    let Screen { is_terminal, env, no_color_by, renderer } = screen;
    let space = space(is_terminal, env.window);
    // The terminal is queried while the first picture is fetched. The query must end before anything is
    // printed.
    let detected = OnceCell::new();
    let detect = async || {
        let detected = detected.get_or_init(async || {
            let env = env.clone();
            tokio::task::spawn_blocking(move || detect_graphics(&env, choice)).await.ok().flatten()
        });
        detected.await
    };
    let images = images.then(async |image| {
        if image.reference.is_err() {
            detect().await;
        }
        image
    });
    let cache = AccountCache::new(&account, errors);
    let fetch = async |reference: Reference| {
        let fetched = fetch_picture(args, preferred, &reference, &cache);
        tokio::join!(fetched, detect()).0
    };
    let mut number = 0;
    done_in_order(images, AT_ONCE, fetch, errors, async |name, (id, bytes, source_note)| {
        let graphics = detect().await.as_ref();
        let Some(target) = graphics.and_then(Graphics::target) else { return Ok(Err(pictures_off(by))) };
        if let Some(by) = graphics.and_then(|graphics| graphics.blocked_by) {
            return Ok(Err(blocked(by)));
        }
        // `--picture halfblocks` asks for coloured text, so it overrides the environment.
        if let Some(by) = no_color_by.filter(|_| choice != PictureChoice::Halfblocks)
            && target.protocol == Protocol::Halfblocks
        {
            return Ok(Err(colorless(by)));
        }
        tracing::debug!(why = graphics.map(|graphics| &graphics.why), "pictures");
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
            Err(InlineError::Picture(error)) => return Ok(Err(picture_failure(&error))),
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
    let (typed, pasted) = (args.variant.as_deref(), reference.variant.as_deref());
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

/// The ID of a picture for kitty inside tmux, which has 24 bits. IDs of one process are far apart, and differ
/// between processes: two neighbouring pictures on the screen are most likely of one process and the next.
fn picture_id(number: u32) -> u32 {
    ((std::process::id() ^ (number - 1).wrapping_mul(0x009e_3779)) & 0x00ff_ffff).max(1)
}

/// Fails if pictures are off, or if standard output cannot show them.
fn check_choice(choice: PictureChoice, off_by: Option<&str>, is_terminal: bool) -> Result<(), Failure> {
    match choice {
        PictureChoice::Off => Err(pictures_off(off_by)),
        PictureChoice::Halfblocks => Ok(()),
        _ if is_terminal => Ok(()),
        _ => Err(Failure::usage(
            "Standard output is not a terminal",
            "Save the picture with `cfimg save`, or print it as coloured text with --picture halfblocks.",
        )),
    }
}

fn pictures_off(by: Option<&str>) -> Failure {
    Failure::usage(
        turned_off_by(&sanitize(by.unwrap_or("the settings"))),
        "Turn them on with --picture auto.",
    )
}

fn colorless(by: &str) -> Failure {
    let hint = if by == COLOR_NEVER { "Omit it" } else { "Add --color always" };
    Failure::usage(
        format!("{by} turns colours off, but pictures are drawn as coloured text here"),
        format!("{hint}, or save the picture with `cfimg save`."),
    )
}

fn blocked(by: Multiplexer) -> Failure {
    let (what, hint) = match by {
        Multiplexer::Tmux => {
            ("tmux blocks pictures", "Run `tmux set -g allow-passthrough on`, or use --picture halfblocks.")
        }
        Multiplexer::Screen => {
            ("GNU screen blocks pictures", "Run cfimg outside screen, or use --picture halfblocks.")
        }
    };
    Failure::other(what, hint)
}

/// Decodes a picture. A decoder that panics counts as an error.
fn decode(bytes: &[u8], renderer: &Arc<dyn Renderer>) -> Result<Picture, Failure> {
    let decoded = catch_panic(|| Picture::decode(bytes, &Limits::default(), renderer));
    decoded.map_or_else(
        || Err(Failure::other("The picture's file is corrupt", UPLOAD_AGAIN)),
        |decoded| decoded.map_err(|error| picture_failure(&error)),
    )
}

/// The columns and rows that a picture may use without pushing its top, or the prompt, off the screen.
fn space(is_terminal: bool, window: Option<Window>) -> (u16, u16) {
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
    use crate::domain::FailureKind;

    fn view_args(width: Option<u16>, height: Option<u16>) -> View {
        let number = |number: Option<u16>| number.and_then(NonZeroU16::new);
        View { image: "a".into(), variant: None, width: number(width), height: number(height), picture: None }
    }

    #[test]
    fn picture_space_leaves_a_row_for_the_prompt() {
        let window = |columns, rows| Some(Window { columns, rows, width: 0, height: 0 });
        assert_eq!(space(true, window(100, 30)), (100, 29));
        assert_eq!(space(true, window(5, 1)), (5, 1));
        assert_eq!(space(true, window(0, 0)), (80, 23));
        assert_eq!(space(true, None), (80, 23));
        assert_eq!(space(false, window(100, 30)), (80, 23), "a file does not depend on the window");
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

    #[test]
    fn only_halfblocks_are_allowed_without_a_terminal() {
        use PictureChoice::{Auto, Halfblocks, Iterm2, Kitty, Off, Sixel};
        for (choice, is_terminal, allowed) in [
            (Auto, true, true),
            (Auto, false, false),
            (Kitty, false, false),
            (Sixel, false, false),
            (Iterm2, false, false),
            (Halfblocks, false, true),
            (Off, true, false),
            (Off, false, false),
        ] {
            let result = check_choice(choice, None, is_terminal);
            assert_eq!(result.is_ok(), allowed, "{choice:?} {is_terminal}");
            assert!(result.map_or_else(|failure| failure.kind == FailureKind::Usage, |()| true));
        }
    }
}

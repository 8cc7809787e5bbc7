//! `cfimg view`: a picture among the shell's lines.

use std::num::NonZeroU16;

use super::account::Account;
use super::arguments::View;
use super::console::{Console, Stop};
use super::references::{self, Input};
use super::source::{Pictures, Source, options_for, picture_failure, source_of};
use crate::cloudflare::unseen;
use crate::domain::caught::caught;
use crate::domain::{Failure, FailureKind, PictureChoice};
use crate::picture::detect::Window;
use crate::picture::{EnvFacts, Graphics, Limits, Picture, Protocol, ScrollbackError, scrollback};

/// The most bytes that are fetched to be shown.
const CAP: u64 = 64 << 20;

/// Columns and rows where no terminal tells its own.
const USUAL: (u16, u16) = (80, 24);

/// What standard output is.
pub struct Screen {
    /// Whether it is a terminal.
    pub is_terminal: bool,
    /// What the environment tells of that terminal.
    pub env: EnvFacts,
    /// Finds out what the terminal draws pictures with; it may ask it, and waits for the answer a moment.
    pub graphics: fn(&EnvFacts, PictureChoice) -> Option<Graphics>,
}

/// Prints the picture; the cursor is on the line below it then.
pub(super) async fn view<A: Account + Pictures>(
    asked: &View,
    input: Input,
    connect: impl FnOnce() -> Result<A, Failure>,
    screen: Screen,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let wish = asked.picture.unwrap_or_default();
    drawable(wish, screen.is_terminal)?;
    let reference = references::one(&asked.image, input)?;
    let account = connect()?;
    let errors = console.errors;
    let fetch = async {
        let image = account.image(&reference).await?;
        let wanted = asked.variant.as_deref().or(reference.variant.as_deref());
        let variant = image.variant(wanted).map_err(|none| none.failure(&image))?;
        let options = options_for(&image, &account, errors).await;
        let source = source_of(&image, variant, &options);
        let is_stand_in = source.is_none();
        let source = source.unwrap_or_else(|| Source::Original(image.id.clone()));
        let mut bytes = Vec::new();
        account.fetch(&source, CAP, &mut bytes, &unseen).await?;
        Ok::<_, Failure>((decoded(&bytes)?, is_stand_in))
    };
    // The terminal answers while the picture comes. It is given back before anything is said.
    let Screen { is_terminal, env, graphics } = screen;
    let room = room(is_terminal, env.window);
    let detect = tokio::task::spawn_blocking(move || graphics(&env, wish));
    let (graphics, fetched) = tokio::join!(detect, fetch);
    let (picture, is_stand_in) = fetched?;
    let graphics = graphics.ok().flatten();
    let target = graphics.as_ref().and_then(Graphics::target).ok_or_else(off)?;
    tracing::debug!(why = graphics.map(|graphics| graphics.why), "pictures");
    if is_stand_in {
        errors.note("This image needs signed URLs, and this command signs none: this is the original.");
    }
    let cells = cells(asked, room, is_terminal, target.protocol);
    if is_terminal {
        // Keys that were typed meanwhile may stand there, and the shell will show them again.
        console.out.write_all(b"\r")?;
    }
    // kitty inside tmux tells pictures apart by it: one process, one picture.
    let id = (std::process::id() & 0x00ff_ffff).max(1);
    match scrollback(&picture, cells, target, id, console.out) {
        Ok(_) => {}
        Err(ScrollbackError::Picture(error)) => return Err(picture_failure(&error).into()),
        Err(ScrollbackError::Write(error)) => return Err(error.into()),
    }
    console.out.flush()?;
    Ok(0)
}

/// Refuses where no picture is drawn, or where none can be.
fn drawable(wish: PictureChoice, is_terminal: bool) -> Result<(), Failure> {
    match wish {
        PictureChoice::Off => Err(off()),
        PictureChoice::Halfblocks => Ok(()),
        _ if is_terminal => Ok(()),
        _ => Err(Failure::new(
            FailureKind::Usage,
            "Standard output is not a terminal",
            "`cfimg save` writes the picture's bytes into a file; --picture halfblocks prints it as coloured text.",
        )),
    }
}

fn off() -> Failure {
    Failure::new(
        FailureKind::Usage,
        "Pictures are off, by --picture or CFIMG_PICTURE",
        "Choose another way with --picture, such as auto.",
    )
}

/// A decoder that breaks is as bad as one that complains.
fn decoded(bytes: &[u8]) -> Result<Picture, Failure> {
    let decoded = caught(|| Picture::decode(bytes, &Limits::default()));
    decoded.map_or_else(
        || {
            Err(Failure::new(
                FailureKind::Other,
                "The picture is damaged",
                "Fetch it again; if it stays so, upload it again.",
            ))
        },
        |decoded| decoded.map_err(|error| picture_failure(&error)),
    )
}

/// The columns and rows that a picture may take without pushing its own top, or the prompt, off the screen.
fn room(is_terminal: bool, window: Option<Window>) -> (u16, u16) {
    let told = window.filter(|window| is_terminal && window.columns > 0 && window.rows > 0);
    let (columns, rows) = told.map_or(USUAL, |window| (window.columns, window.rows));
    (columns, rows.saturating_sub(1).max(1))
}

/// The box for the picture, as it was asked for, as far as it can be had: a line does not leave the screen, and only
/// characters scroll out of it.
fn cells(asked: &View, room: (u16, u16), is_terminal: bool, protocol: Protocol) -> (u16, u16) {
    let width = asked.width.map_or(room.0, NonZeroU16::get);
    let height = asked.height.map_or(room.1, NonZeroU16::get);
    let most_width = if is_terminal { room.0 } else { u16::MAX };
    let most_height = if protocol == Protocol::Halfblocks { u16::MAX } else { room.1 };
    (width.min(most_width), height.min(most_height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(width: Option<u16>, height: Option<u16>) -> View {
        let number = |number: Option<u16>| number.and_then(NonZeroU16::new);
        View { image: "a".into(), variant: None, width: number(width), height: number(height), picture: None }
    }

    #[test]
    fn the_prompt_stays() {
        let window = |columns, rows| Some(Window { columns, rows, width: 0, height: 0 });
        assert_eq!(room(true, window(100, 30)), (100, 29));
        assert_eq!(room(true, window(5, 1)), (5, 1));
        assert_eq!(room(true, window(0, 0)), (80, 23));
        assert_eq!(room(true, None), (80, 23));
        assert_eq!(room(false, window(100, 30)), (80, 23), "a file is the same wherever it is written");
    }

    #[test]
    fn a_box_is_what_was_asked_for_within_what_there_is() {
        let room = (100, 29);
        for (width, height, is_terminal, protocol, expected) in [
            (None, None, true, Protocol::Kitty, (100, 29)),
            (Some(40), Some(10), true, Protocol::Sixel, (40, 10)),
            (Some(400), Some(100), true, Protocol::Sixel, (100, 29)),
            (Some(400), Some(100), true, Protocol::Halfblocks, (100, 100)),
            (Some(400), Some(100), false, Protocol::Halfblocks, (400, 100)),
        ] {
            let got = cells(&asked(width, height), room, is_terminal, protocol);
            assert_eq!(got, expected, "{width:?} {height:?} {is_terminal} {protocol:?}");
        }
    }

    #[test]
    fn only_text_goes_where_no_terminal_is() {
        use PictureChoice::{Auto, Halfblocks, Iterm2, Kitty, Off, Sixel};
        for (wish, is_terminal, fine) in [
            (Auto, true, true),
            (Auto, false, false),
            (Kitty, false, false),
            (Sixel, false, false),
            (Iterm2, false, false),
            (Halfblocks, false, true),
            (Off, true, false),
            (Off, false, false),
        ] {
            let said = drawable(wish, is_terminal);
            assert_eq!(said.is_ok(), fine, "{wish:?} {is_terminal}");
            assert!(said.map_or_else(|failure| failure.kind == FailureKind::Usage, |()| true));
        }
    }
}

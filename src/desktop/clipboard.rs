//! Copies a text by the first way that works.

use super::child::Surroundings;
#[cfg(all(unix, not(target_os = "macos")))]
pub(super) use super::holder::Native;
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub(super) use super::pasteboard::Native;
use super::{Copied, CopyError, Way, osc52, tmux};

/// Copies by the first of `ways` that works. The last resort is the terminal, which fails only for a text that is too long
/// for it, as far as we can see.
pub(super) fn copy(
    text: &str,
    ways: &[Way],
    native: &mut Native,
    surroundings: &Surroundings,
) -> Result<Copied, CopyError> {
    // The first failure is the one worth telling: it is that of the way that should have worked.
    let mut instead_of: Option<CopyError> = None;
    for &way in ways {
        let outcome = match way {
            Way::Native => native.copy(text, surroundings),
            Way::Tmux => tmux::copy(text, surroundings),
            Way::Osc52 => break,
        };
        match outcome {
            Ok(()) => return Ok(Copied { way, osc52: None, instead_of }),
            Err(error) => instead_of = instead_of.or(Some(error)),
        }
    }
    let wrapper = osc52::Wrapper::decide(&|name| surroundings.variable(name));
    let osc52 = Some(osc52::sequence(text, wrapper)?);
    Ok(Copied { way: Way::Osc52, osc52, instead_of })
}

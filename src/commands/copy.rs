//! `cfimg copy`: a URL into the clipboard.

use std::io;

use tokio::sync::oneshot;

use super::console::{Console, Stop};
use crate::desktop::{CopyError, Hands};
use crate::domain::{Failure, FailureKind};

/// Writes an escape sequence to the terminal that the person sits at, which need not be standard output.
pub type Terminal<'a> = &'a dyn Fn(&str) -> io::Result<()>;

/// Copies the URL and says how; where that fails, the URL is printed.
pub(super) async fn copy(
    url: String,
    desktop: &dyn Hands,
    terminal: Terminal<'_>,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let (sender, reply) = oneshot::channel();
    desktop.copy(url.clone(), Box::new(move |outcome| drop(sender.send(outcome))));
    let outcome = reply.await.unwrap_or_else(|_| Err(CopyError::NoThread("it has ended".to_owned())));
    let failure = match outcome {
        Ok(copied) => {
            if let Some(why) = &copied.instead_of {
                console.errors.warning(&why.to_string());
            }
            match copied.osc52.as_deref().map_or(Ok(()), terminal) {
                Ok(()) => {
                    console.errors.note(&format!("Copied ({})", copied.way));
                    return Ok(0);
                }
                Err(error) => Failure::new(
                    FailureKind::Other,
                    "Not copied",
                    format!(
                        "There is no display here, and no terminal to send it to ({error}): take the URL above."
                    ),
                ),
            }
        }
        Err(error) => Failure::new(FailureKind::Other, "Not copied", error.to_string()),
    };
    // The person, or the script, can still take it from here.
    console.answer(&format!("{url}\n"))?;
    Err(failure.into())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::commands::console::tests::{Heard, run};
    use crate::desktop::{Copied, OpenError, Reply, Way};

    struct Clipboard(Result<Copied, CopyError>);

    impl Hands for Clipboard {
        fn copy(&self, text: String, reply: Reply<Copied, CopyError>) {
            assert_eq!(text, "https://imagedelivery.net/H/a/public");
            reply(self.0.clone());
        }

        fn open(&self, _: String, _: Reply<(), OpenError>) {}
    }

    /// Standard output, standard error, and what happened.
    fn copied(
        outcome: Result<Copied, CopyError>,
        terminal: Terminal<'_>,
    ) -> (String, String, Result<u8, Stop>) {
        let (heard, errors) = Heard::new();
        let mut out = Vec::new();
        let mut console = heard.console(&mut out, &errors);
        let url = "https://imagedelivery.net/H/a/public".to_owned();
        let code = run(copy(url, &Clipboard(outcome), terminal, &mut console));
        (String::from_utf8(out).unwrap(), heard.text(), code)
    }

    #[test]
    fn the_way_is_said() {
        let native = Copied { way: Way::Native, osc52: None, instead_of: None };
        let (out, errors, code) = copied(Ok(native), &|_| panic!("nothing is written to the terminal"));
        assert_eq!((out.as_str(), errors.as_str(), code.ok()), ("", "Copied (clipboard)\n", Some(0)));
    }

    #[test]
    fn the_sequence_goes_to_the_terminal_alone() {
        let why = CopyError::Refused(Way::Native, "gone".to_owned());
        let sent =
            Copied { way: Way::Osc52, osc52: Some("\x1b]52;c;eA==\x1b\\".to_owned()), instead_of: Some(why) };
        let written = RefCell::new(String::new());
        let terminal = |sequence: &str| {
            written.borrow_mut().push_str(sequence);
            Ok(())
        };
        let (out, errors, code) = copied(Ok(sent.clone()), &terminal);
        assert_eq!((out.as_str(), code.ok()), ("", Some(0)));
        assert!(
            errors.starts_with("cfimg: warning: The clipboard") && errors.ends_with("\nCopied (OSC 52)\n")
        );
        assert_eq!(*written.borrow(), "\x1b]52;c;eA==\x1b\\");

        let (out, errors, stop) = copied(Ok(sent), &|_| Err(io::ErrorKind::NotFound.into()));
        assert_eq!(out, "https://imagedelivery.net/H/a/public\n");
        assert!(!errors.contains("Copied") && matches!(stop, Err(Stop::Failed(_))));
    }

    #[test]
    fn an_uncopied_url_is_printed_whole() {
        let (out, _, stop) = copied(Err(CopyError::NoThread("none".to_owned())), &|_| Ok(()));
        assert_eq!(out, "https://imagedelivery.net/H/a/public\n");
        assert!(matches!(stop, Err(Stop::Failed(failure)) if failure.kind == FailureKind::Other));
    }
}

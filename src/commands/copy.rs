//! `cfimg copy`: copies URLs to the clipboard.

use std::io;

use futures_util::stream::Stream;
use tokio::sync::oneshot;

use super::account::Account;
use super::concurrent::{AT_ONCE, in_order};
use super::console::{Console, Stop};
use super::image_args::ImageArg;
use super::url_builder::UrlBuilder;
use crate::desktop::{ClipboardBackend, CopyError, Desktop};
use crate::domain::Failure;
use crate::domain::account::group_thousands;

/// Writes an escape sequence to the controlling terminal, which need not be standard output.
pub type Terminal<'a> = &'a dyn Fn(&str) -> io::Result<()>;

/// Copies the URLs of all images that did not fail, one per line.
pub(super) async fn copy<A: Account>(
    images: impl Stream<Item = ImageArg>,
    url_builder: &UrlBuilder<'_, A>,
    desktop: &dyn Desktop,
    terminal: Terminal<'_>,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let mut urls = Vec::new();
    let fetch = async |reference| url_builder.link(&reference).await;
    let code = in_order(images, AT_ONCE, fetch, console.errors, |url| {
        urls.push(url);
        Ok(())
    })
    .await?;
    if urls.is_empty() {
        return Ok(code);
    }
    match copy_text(urls.join("\n"), urls.len(), desktop, terminal, console).await {
        // The exit code is that of the image that failed earlier.
        Err(Stop::Failed(failure)) if code != 0 => console.errors.failure(&failure),
        result => result?,
    }
    Ok(code)
}

/// Copies `text`, which holds `urls` URLs, and says how. If copying fails, the text is printed.
async fn copy_text(
    text: String,
    urls: usize,
    desktop: &dyn Desktop,
    terminal: Terminal<'_>,
    console: &mut Console<'_>,
) -> Result<(), Stop> {
    let (sender, reply) = oneshot::channel();
    desktop.copy(text.as_str().into(), Box::new(move |outcome| drop(sender.send(outcome))));
    let outcome = reply.await.unwrap_or_else(|_| Err(CopyError::NoThread("it ended".to_owned())));
    let sent = outcome.map_err(|error| error.to_string()).and_then(|copied| {
        if let Some(why) = &copied.instead_of {
            console.errors.warning(&why.to_string());
        }
        copied.osc52.as_deref().map_or(Ok(()), terminal).map(|()| copied.backend).map_err(|error| {
            format!("No display and no terminal is available ({error}). Copy the text above.")
        })
    });
    match sent {
        Ok(backend) => {
            let what =
                if urls > 1 { format!("{} URLs", group_thousands(urls as u64)) } else { "URL".to_owned() };
            console.errors.note(&match backend {
                // Terminals don't confirm it.
                ClipboardBackend::Osc52 => format!("Sent {what} to the terminal ({backend})"),
                _ => format!("Copied {what} ({backend})"),
            });
            Ok(())
        }
        Err(why) => {
            // The user, or the script, can still take it from here.
            console.answer(&format!("{text}\n"))?;
            Err(Failure::other("Couldn't copy", why).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::{Arc, Mutex};

    use futures_util::stream;

    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::account_cache::AccountCache;
    use crate::commands::arguments::Link;
    use crate::commands::console::tests::{Captured, run};
    use crate::commands::url_builder::UrlOptions;
    use crate::desktop::{ClipboardBackend, Copied, OpenError, Reply};
    use crate::domain::FailureKind;
    use crate::domain::Preferences;

    struct Clipboard(Result<Copied, CopyError>);

    impl Desktop for Clipboard {
        fn copy(&self, text: Arc<str>, reply: Reply<Copied, CopyError>) {
            assert_eq!(&*text, "https://imagedelivery.net/H/a/public");
            reply(self.0.clone());
        }

        fn open(&self, _: String, _: Reply<(), OpenError>) {}
    }

    /// Returns standard output, standard error and the result.
    fn copy_to(
        outcome: Result<Copied, CopyError>,
        terminal: Terminal<'_>,
    ) -> (String, String, Result<(), Stop>) {
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let mut console = captured.console(&mut out, &errors);
        let url = "https://imagedelivery.net/H/a/public".to_owned();
        let done = run(super::copy_text(url, 1, &Clipboard(outcome), terminal, &mut console));
        (String::from_utf8(out).unwrap(), captured.text(), done)
    }

    #[test]
    fn copy_names_the_backend() {
        let native = Copied { backend: ClipboardBackend::Native, osc52: None, instead_of: None };
        let (out, errors, code) = copy_to(Ok(native), &|_| panic!("nothing is written to the terminal"));
        assert_eq!((out.as_str(), code.ok()), ("", Some(())));
        assert!(errors.ends_with("(clipboard)\n") && errors.lines().count() == 1, "{errors}");
    }

    #[test]
    fn osc52_sequence_goes_to_the_terminal_only() {
        let why = CopyError::Refused(ClipboardBackend::Native, "gone".to_owned());
        let sent = Copied {
            backend: ClipboardBackend::Osc52,
            osc52: Some("\x1b]52;c;eA==\x1b\\".to_owned()),
            instead_of: Some(why),
        };
        let written = RefCell::new(String::new());
        let terminal = |sequence: &str| {
            written.borrow_mut().push_str(sequence);
            Ok(())
        };
        let (out, errors, code) = copy_to(Ok(sent.clone()), &terminal);
        assert_eq!((out.as_str(), code.ok()), ("", Some(())));
        assert!(errors.starts_with("cfimg: warning: ") && errors.ends_with("(OSC 52)\n"), "{errors}");
        assert_eq!(*written.borrow(), "\x1b]52;c;eA==\x1b\\");

        let (out, errors, stop) = copy_to(Ok(sent), &|_| Err(io::ErrorKind::NotFound.into()));
        assert_eq!(out, "https://imagedelivery.net/H/a/public\n");
        assert!(!errors.contains("(OSC 52)") && matches!(stop, Err(Stop::Failed(_))));
    }

    #[test]
    fn url_is_printed_if_copying_fails() {
        let (out, _, stop) = copy_to(Err(CopyError::NoThread("none".to_owned())), &|_| Ok(()));
        assert_eq!(out, "https://imagedelivery.net/H/a/public\n");
        assert!(matches!(stop, Err(Stop::Failed(failure)) if failure.kind == FailureKind::Other));
    }

    /// A clipboard that records what is copied; with `true` every copy fails.
    #[derive(Default)]
    struct RecordingClipboard(Mutex<Vec<String>>, bool);

    impl Desktop for RecordingClipboard {
        fn copy(&self, text: Arc<str>, reply: Reply<Copied, CopyError>) {
            self.0.lock().unwrap().push(text.to_string());
            let copied = Copied { backend: ClipboardBackend::Native, osc52: None, instead_of: None };
            reply(if self.1 { Err(CopyError::NoThread("none".to_owned())) } else { Ok(copied) });
        }

        fn open(&self, _: String, _: Reply<(), OpenError>) {}
    }

    #[test]
    fn several_urls_are_copied_together_one_per_line() {
        let url = |id: &str| format!("https://imagedelivery.net/H/{id}/public");
        let image =
            |id: &str| format!(r#"{{"id":"{id}","requireSignedURLs":false,"variants":["{}"]}}"#, url(id));
        let copy = |ids: &[&str], clipboard: &RecordingClipboard| {
            let account = Scripted::with(&[&image("a"), &image("b")]);
            let image = "-".to_owned();
            let link =
                Link { image, variant: None, unsigned: false, sign: None, expires_at: None, domain: None };
            let (captured, errors) = Captured::new();
            let mut out = Vec::new();
            let mut console = captured.console(&mut out, &errors);
            let options = UrlOptions::new(&link, true, &Preferences::default(), &console).unwrap();
            let cache = AccountCache::new(&account, &errors);
            let url_builder = UrlBuilder::new(&cache, options, &console);
            let ids = stream::iter(ids.iter().map(|id| ImageArg::read(id)));
            let code = run(super::copy(ids, &url_builder, clipboard, &|_| Ok(()), &mut console));
            let code = code.map_err(|stop| matches!(stop, Stop::Failed(_)));
            (code, String::from_utf8(out).unwrap(), captured.text())
        };
        let clipboard = RecordingClipboard::default();
        let (code, out, errors) = copy(&["a", "gone", "b"], &clipboard);
        assert_eq!((code, &*out), (Ok(3), ""));
        assert!(
            errors.starts_with("cfimg: gone: ")
                && errors.contains(" 2 URLs ")
                && errors.ends_with("(clipboard)\n"),
            "{errors}"
        );
        assert_eq!(*clipboard.0.lock().unwrap(), [[url("a"), url("b")].join("\n")]);
        assert_eq!(copy(&["gone"], &clipboard).0, Ok(3));
        assert_eq!(clipboard.0.lock().unwrap().len(), 1, "the clipboard keeps its text if there is no URL");
        let (code, out, errors) = copy(&["gone", "a"], &RecordingClipboard(Mutex::default(), true));
        assert_eq!(
            (code, out),
            (Ok(3), url("a") + "\n"),
            "the exit code is that of the first failure: {errors}"
        );
        let (code, out, _) = copy(&["a"], &RecordingClipboard(Mutex::default(), true));
        assert_eq!((code, out), (Err(true), url("a") + "\n"), "the failed copy is the failure");
    }
}

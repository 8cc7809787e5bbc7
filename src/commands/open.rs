//! `cfimg open`: a URL into the browser.

use tokio::sync::oneshot;

use super::console::{Console, Stop};
use crate::desktop::{Hands, OpenError};
use crate::domain::{Failure, FailureKind};

/// Opens the URL and waits for what becomes of it; where nothing does, the URL is printed.
pub(super) async fn open(url: String, desktop: &dyn Hands, console: &mut Console<'_>) -> Result<u8, Stop> {
    let (sender, reply) = oneshot::channel();
    desktop.open(url.clone(), Box::new(move |outcome| drop(sender.send(outcome))));
    let outcome = reply.await.unwrap_or_else(|_| Err(OpenError::NoThread("it has ended".to_owned())));
    if let Err(error) = outcome {
        // The person, or the script, can still open it in another way.
        console.answer(&format!("{url}\n"))?;
        return Err(Failure::new(FailureKind::Other, "Not opened", error.to_string()).into());
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::console::tests::{Heard, run};
    use crate::desktop::{Copied, CopyError, Reply};

    struct Browser(Result<(), OpenError>);

    impl Hands for Browser {
        fn copy(&self, _: String, _: Reply<Copied, CopyError>) {}

        fn open(&self, url: String, reply: Reply<(), OpenError>) {
            assert_eq!(url, "https://imagedelivery.net/H/a/public");
            reply(self.0.clone());
        }
    }

    fn opened(outcome: Result<(), OpenError>) -> (String, Result<u8, Stop>) {
        let (heard, errors) = Heard::new();
        let mut out = Vec::new();
        let mut console = heard.console(&mut out, &errors);
        let url = "https://imagedelivery.net/H/a/public".to_owned();
        let code = run(open(url, &Browser(outcome), &mut console));
        (String::from_utf8(out).unwrap(), code)
    }

    #[test]
    fn an_opened_url_is_not_printed() {
        assert!(matches!(opened(Ok(())), (out, Ok(0)) if out.is_empty()));
    }

    #[test]
    fn an_unopened_url_is_printed_whole() {
        let (out, stop) = opened(Err(OpenError::NoDisplay));
        assert_eq!(out, "https://imagedelivery.net/H/a/public\n");
        assert!(matches!(stop, Err(Stop::Failed(failure)) if failure.mend.contains("BROWSER")));
    }
}

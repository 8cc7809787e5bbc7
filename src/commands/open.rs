//! `cfimg open`: a URL into the browser.

use futures_util::stream::{self, Stream};
use tokio::sync::oneshot;

use super::account::Account;
use super::concurrent::{AT_ONCE, done_in_order};
use super::console::{Console, Stop};
use super::image_args::{self, ImageArg};
use super::signing::UrlSigner;
use super::url_builder::UrlBuilder;
use crate::desktop::{Desktop, OpenError};
use crate::domain::{Failure, FailureKind};

/// Images that are opened at once at the most, as in the program.
const TOO_MANY: usize = 100;

/// The images, once it is certain that no browser is flooded with them.
pub(super) async fn not_too_many(
    images: impl Stream<Item = ImageArg>,
) -> Result<impl Stream<Item = ImageArg>, Failure> {
    let images = image_args::at_most(TOO_MANY, images).await.ok_or_else(|| {
        Failure::new(
            FailureKind::Usage,
            format!("Standard input names more than {TOO_MANY} images"),
            "No more are opened at once: give fewer, or print their URLs with `cfimg url -`.",
        )
    })?;
    Ok(stream::iter(images))
}

/// Opens the URLs one after the other.
pub(super) async fn open<A: Account + UrlSigner>(
    images: impl Stream<Item = ImageArg>,
    url_builder: &UrlBuilder<'_, A>,
    desktop: &dyn Desktop,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let errors = console.errors;
    let fetch = async |reference| url_builder.link(&reference).await;
    done_in_order(images, AT_ONCE, fetch, errors, async |_, url| opened(url, desktop, console).await).await
}

/// Opens a URL and waits for what becomes of it; where nothing does, the URL is printed.
async fn opened(
    url: String,
    desktop: &dyn Desktop,
    console: &mut Console<'_>,
) -> Result<Result<(), Failure>, Stop> {
    let (sender, reply) = oneshot::channel();
    desktop.open(url.clone(), Box::new(move |outcome| drop(sender.send(outcome))));
    let outcome = reply.await.unwrap_or_else(|_| Err(OpenError::NoThread("it has ended".to_owned())));
    if outcome.is_err() {
        // The person, or the script, can still open it in another way.
        console.answer(&format!("{url}\n"))?;
    }
    Ok(outcome.map_err(|error| Failure::new(FailureKind::Other, "Not opened", error.to_string())))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::commands::console::tests::{Captured, run};
    use crate::desktop::{Copied, CopyError, Reply};

    struct Browser(Result<(), OpenError>);

    impl Desktop for Browser {
        fn copy(&self, _: Arc<str>, _: Reply<Copied, CopyError>) {}

        fn open(&self, url: String, reply: Reply<(), OpenError>) {
            assert_eq!(url, "https://imagedelivery.net/H/a/public");
            reply(self.0.clone());
        }
    }

    fn opened(outcome: Result<(), OpenError>) -> (String, Result<(), Failure>) {
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let mut console = captured.console(&mut out, &errors);
        let url = "https://imagedelivery.net/H/a/public".to_owned();
        let done = run(super::opened(url, &Browser(outcome), &mut console)).unwrap();
        (String::from_utf8(out).unwrap(), done)
    }

    #[test]
    fn an_opened_url_is_not_printed() {
        assert!(matches!(opened(Ok(())), (out, Ok(())) if out.is_empty()));
    }

    #[test]
    fn an_unopened_url_is_printed_whole() {
        let (out, done) = opened(Err(OpenError::NoDisplay));
        assert_eq!(out, "https://imagedelivery.net/H/a/public\n");
        assert!(done.unwrap_err().hint.contains("BROWSER"));
    }

    #[test]
    fn a_browser_is_not_flooded() {
        let some = |count: usize| {
            run(not_too_many(stream::iter((0..count).map(|n| ImageArg::read(&n.to_string())))))
        };
        assert!(some(100).is_ok());
        assert!(some(101).is_err_and(|failure| failure.kind == FailureKind::Usage));
    }
}

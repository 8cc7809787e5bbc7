//! `cfimg open`: opens URLs in the browser.

use futures_util::stream::{self, Stream};
use tokio::sync::oneshot;

use super::account::Account;
use super::concurrent::{AT_ONCE, done_in_order};
use super::console::{Console, Stop};
use super::image_args::{self, ImageArg};
use super::url_builder::UrlBuilder;
use crate::desktop::{Desktop, OpenError};
use crate::domain::Failure;

/// The most images that one command opens, as in the terminal program.
const MAX_IMAGES: usize = 100;

/// Reads all images, and fails if there are more than [`MAX_IMAGES`], so that the browser is not flooded.
pub(super) async fn check_count(
    images: impl Stream<Item = ImageArg>,
) -> Result<impl Stream<Item = ImageArg>, Failure> {
    let images = image_args::at_most(MAX_IMAGES, images).await.ok_or_else(|| {
        Failure::usage(
            format!("Standard input contains more than {MAX_IMAGES} images"),
            "Use fewer, or print the URLs with `cfimg url -`.",
        )
    })?;
    Ok(stream::iter(images))
}

pub(super) async fn open<A: Account>(
    images: impl Stream<Item = ImageArg>,
    url_builder: &UrlBuilder<'_, A>,
    desktop: &dyn Desktop,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let errors = console.errors;
    let fetch = async |reference| url_builder.link(&reference).await;
    done_in_order(images, AT_ONCE, fetch, errors, async |_, url| open_one(url, desktop, console).await).await
}

/// Opens a URL and waits for the launcher's result. If it fails, the URL is printed.
async fn open_one(
    url: String,
    desktop: &dyn Desktop,
    console: &mut Console<'_>,
) -> Result<Result<u8, Failure>, Stop> {
    let (sender, reply) = oneshot::channel();
    desktop.open(url.clone(), Box::new(move |outcome| drop(sender.send(outcome))));
    let outcome = reply.await.unwrap_or_else(|_| Err(OpenError::NoThread("it ended".to_owned())));
    if outcome.is_err() {
        // The user, or the script, can still open it in another way.
        console.answer(&format!("{url}\n"))?;
    }
    Ok(outcome.map(|()| 0).map_err(|error| Failure::other("Couldn't open the browser", error.to_string())))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::commands::console::tests::{Captured, run};
    use crate::desktop::{Copied, CopyError, Reply};
    use crate::domain::FailureKind;

    struct Browser(Result<(), OpenError>);

    impl Desktop for Browser {
        fn copy(&self, _: Arc<str>, _: Reply<Copied, CopyError>) {}

        fn open(&self, url: String, reply: Reply<(), OpenError>) {
            assert_eq!(url, "https://imagedelivery.net/H/a/public");
            reply(self.0.clone());
        }
    }

    fn open_with(outcome: Result<(), OpenError>) -> (String, Result<u8, Failure>) {
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let mut console = captured.console(&mut out, &errors);
        let url = "https://imagedelivery.net/H/a/public".to_owned();
        let done = run(super::open_one(url, &Browser(outcome), &mut console)).unwrap();
        (String::from_utf8(out).unwrap(), done)
    }

    #[test]
    fn opened_url_is_not_printed() {
        assert!(matches!(open_with(Ok(())), (out, Ok(0)) if out.is_empty()));
    }

    #[test]
    fn url_is_printed_if_opening_fails() {
        let (out, done) = open_with(Err(OpenError::NoDisplay));
        assert_eq!(out, "https://imagedelivery.net/H/a/public\n");
        assert!(done.unwrap_err().hint.contains("BROWSER"));
    }

    #[test]
    fn more_than_100_images_are_a_usage_error() {
        let check =
            |count: usize| run(check_count(stream::iter((0..count).map(|n| ImageArg::read(&n.to_string())))));
        assert!(check(100).is_ok());
        assert!(check(101).is_err_and(|failure| failure.kind == FailureKind::Usage));
    }
}

//! Sends requests for many images concurrently, and handles the results in the order of the arguments.

use std::pin::pin;

use futures_util::stream::{Stream, StreamExt as _};

use super::console::{Errors, Stop};
use super::image_args::ImageArg;
use crate::domain::{Failure, ImageId, Reference, sanitize};

/// The most requests of one command at a time. The API's rate limit is shared with everything else that uses
/// the account.
pub(super) const AT_ONCE: usize = 8;

/// Fetches every image, at most `at_once` at a time, and calls `answer` with each in the order of the
/// arguments, as soon as it and those before it have arrived. Failures are reported in the same order.
/// Returns the exit code of the first failure, or 0.
pub(super) async fn in_order<T, Answer: Future<Output = Result<T, Failure>>>(
    images: impl Stream<Item = ImageArg>,
    at_once: usize,
    fetch: impl Fn(Reference) -> Answer,
    errors: &Errors,
    mut answer: impl FnMut(T) -> Result<(), Stop>,
) -> Result<u8, Stop> {
    done_in_order(images, at_once, fetch, errors, async |_, image| answer(image).map(|()| Ok(0))).await
}

/// Like [`in_order`], but `act` may fail for one image without stopping the others: the failure is reported
/// and counted like one of the request, and so is an exit code other than 0. `act` also gets the image's name if there
/// are several images.
pub(super) async fn done_in_order<T, Answer: Future<Output = Result<T, Failure>>>(
    images: impl Stream<Item = ImageArg>,
    at_once: usize,
    fetch: impl Fn(Reference) -> Answer,
    errors: &Errors,
    mut act: impl AsyncFnMut(Option<&str>, T) -> Result<Result<u8, Failure>, Stop>,
) -> Result<u8, Stop> {
    let fetched = images.map(|ImageArg { name, reference }| {
        let id = reference.as_ref().ok().map(|reference| reference.id.clone());
        let request = reference.map(&fetch);
        async move {
            match request {
                Ok(request) => (name, id, request.await),
                Err(refused) => (name, id, Err(refused)),
            }
        }
    });
    let mut fetched = pin!(fetched.buffered(at_once));
    let mut code = 0;
    while let Some((name, id, outcome)) = fetched.next().await {
        let done = match outcome {
            Ok(image) => act(name.as_deref(), image).await?,
            Err(failure) => Err(failure),
        };
        let done = done.unwrap_or_else(|failure| {
            report(errors, name, id.as_ref(), &failure);
            failure.kind.exit_code()
        });
        if code == 0 {
            code = done;
        }
    }
    Ok(code)
}

/// Reports a failure. If there are several images and the message does not name this one, its name is put in
/// front.
pub(super) fn report(errors: &Errors, name: Option<String>, id: Option<&ImageId>, failure: &Failure) {
    let text = failure.to_string();
    let named = id.is_some_and(|id| mentions(&text, &sanitize::sanitize(id.as_str())));
    match name {
        Some(name) if !named && !mentions(&text, &name) => errors.failure(&format!("{name}: {text}")),
        _ => errors.failure(&text),
    }
}

/// Whether `name` occurs in `text` as a word of its own, not as a part of one: an ID may be one letter.
fn mentions(text: &str, name: &str) -> bool {
    let is_word_char = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "-_".contains(c));
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !is_word_char(before.chars().next_back()) && !is_word_char(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::task::Poll;

    use futures_util::stream;

    use super::*;
    use crate::commands::console::tests::{Captured, run};
    use crate::domain::FailureKind;

    /// Completes after `polls` more polls than one.
    async fn slow(polls: usize) {
        let mut left = polls;
        std::future::poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(());
            }
            left -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    #[test]
    fn results_are_in_order_and_requests_bounded() {
        let (captured, errors) = Captured::new();
        let (running, most) = (Cell::new(0), Cell::new(0));
        let names: Vec<String> = (0..50).map(|n: usize| n.to_string()).collect();
        let got = RefCell::new(Vec::new());
        let code = run(in_order(
            stream::iter(names.iter().map(|name| ImageArg::read(name))),
            8,
            |reference| {
                let (running, most) = (&running, &most);
                async move {
                    running.set(running.get() + 1);
                    most.set(most.get().max(running.get()));
                    let number: usize = reference.id.as_str().parse().expect("a number");
                    // Earlier images are slower: sorted by completion, they would arrive in reverse.
                    slow(50 - number).await;
                    running.set(running.get() - 1);
                    Ok(reference.id.as_str().to_owned())
                }
            },
            &errors,
            |name| {
                got.borrow_mut().push(name);
                Ok(())
            },
        ));
        assert_eq!(code.unwrap(), 0);
        assert_eq!(*got.borrow(), names);
        assert_eq!(most.get(), 8);
        assert_eq!(captured.text(), "");
    }

    #[test]
    fn first_failure_decides_code_after_all_are_tried() {
        let (captured, errors) = Captured::new();
        let tried = Cell::new(0);
        let images = ["ok", "lost", "..", "cut", "ok", "y"].map(ImageArg::read);
        let code = run(in_order(
            stream::iter(images),
            8,
            |reference| {
                tried.set(tried.get() + 1);
                let kind = match reference.id.as_str() {
                    "lost" => Some(FailureKind::NotFound),
                    "cut" | "y" => Some(FailureKind::Network),
                    _ => None,
                };
                async move { kind.map_or(Ok(()), |kind| Err(Failure::new(kind, "No", "Try again."))) }
            },
            &errors,
            |()| Ok(()),
        ));
        assert_eq!((code.unwrap(), tried.get()), (3, 5));
        let invalid = ImageArg::read("..").reference.unwrap_err();
        assert_eq!(
            captured.text(),
            format!(
                "cfimg: lost: No. Try again.\n\
                 cfimg: {invalid}\n\
                 cfimg: cut: No. Try again.\n\
                 cfimg: y: No. Try again.\n"
            )
        );
    }

    #[test]
    fn closed_pipe_stops_the_run() {
        let (_, errors) = Captured::new();
        let stop = run(in_order(
            stream::iter(["a", "b"].map(ImageArg::read)),
            1,
            |_| async { Ok(()) },
            &errors,
            |()| Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe).into()),
        ));
        assert!(matches!(stop, Err(Stop::Closed)));
    }
}

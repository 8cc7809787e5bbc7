//! Many images: asked for at once, answered in the order given.

use std::pin::pin;

use futures_util::stream::{Stream, StreamExt as _};

use super::console::{Errors, Stop};
use super::image_args::ImageArg;
use crate::domain::{Failure, ImageId, Reference, sanitize};

/// Requests that a command has under way at once. The account's budget is shared with everything else its owner runs.
pub(super) const AT_ONCE: usize = 8;

/// Fetches every image, at most `at_once` at a time, and hands each to `answer` as soon as its turn comes. Failures are
/// told where they stand; the exit code of the first is returned, and 0 where there is none.
pub(super) async fn in_order<T, Answer: Future<Output = Result<T, Failure>>>(
    images: impl Stream<Item = ImageArg>,
    at_once: usize,
    fetch: impl Fn(Reference) -> Answer,
    errors: &Errors,
    mut answer: impl FnMut(T) -> Result<(), Stop>,
) -> Result<u8, Stop> {
    done_in_order(images, at_once, fetch, errors, async |_, image| answer(image).map(Ok)).await
}

/// The same where an answer has an exit code of its own, which counts as a failure's does unless it is 0.
pub(super) async fn coded_in_order<T, Answer: Future<Output = Result<T, Failure>>>(
    images: impl Stream<Item = ImageArg>,
    at_once: usize,
    fetch: impl Fn(Reference) -> Answer,
    errors: &Errors,
    mut answer: impl FnMut(T) -> Result<u8, Stop>,
) -> Result<u8, Stop> {
    each_in_order(images, at_once, fetch, errors, async |_, image| answer(image).map(Ok)).await
}

/// The same where what is done with an image may fail without harm to the others: that is told and counts as if it could
/// not be fetched. `act` is told the image's name too, where there are several.
pub(super) async fn done_in_order<T, Answer: Future<Output = Result<T, Failure>>>(
    images: impl Stream<Item = ImageArg>,
    at_once: usize,
    fetch: impl Fn(Reference) -> Answer,
    errors: &Errors,
    mut act: impl AsyncFnMut(Option<&str>, T) -> Result<Result<(), Failure>, Stop>,
) -> Result<u8, Stop> {
    let act = async |name: Option<&str>, image| Ok(act(name, image).await?.map(|()| 0));
    each_in_order(images, at_once, fetch, errors, act).await
}

async fn each_in_order<T, Answer: Future<Output = Result<T, Failure>>>(
    images: impl Stream<Item = ImageArg>,
    at_once: usize,
    fetch: impl Fn(Reference) -> Answer,
    errors: &Errors,
    mut act: impl AsyncFnMut(Option<&str>, T) -> Result<Result<u8, Failure>, Stop>,
) -> Result<u8, Stop> {
    let fetched = images.map(|ImageArg { name, reference }| {
        let id = reference.as_ref().ok().map(|reference| reference.id.clone());
        let under_way = reference.map(&fetch);
        async move {
            match under_way {
                Ok(under_way) => (name, id, under_way.await),
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

/// Most failures name the image. To the others its name is added where there are several.
fn report(errors: &Errors, name: Option<String>, id: Option<&ImageId>, failure: &Failure) {
    let words = failure.to_string();
    let named = id.is_some_and(|id| mentions(&words, &sanitize::sanitize(id.as_str())));
    match name {
        Some(name) if !named && !mentions(&words, &name) => errors.failure(&format!("{name}: {words}")),
        _ => errors.failure(&words),
    }
}

/// Whether a name stands in a sentence, and not in a word of it: an ID may be one letter.
fn mentions(words: &str, name: &str) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "-_".contains(c));
    words.match_indices(name).any(|(at, _)| {
        let (before, after) = (&words[..at], &words[at + name.len()..]);
        !goes_on(before.chars().next_back()) && !goes_on(after.chars().next())
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

    /// Ready at its `polls`th poll after the first.
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
    fn answers_come_in_order_and_requests_are_bounded() {
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
                    // The earlier, the slower: in the order of their ends they would come backwards.
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
    fn all_are_tried_and_the_first_failure_counts() {
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
        assert_eq!(
            captured.text(),
            "cfimg: lost: No. Try again.\n\
             cfimg: “..” names no image. An image ID has no “.” or “..” between slashes.\n\
             cfimg: cut: No. Try again.\n\
             cfimg: y: No. Try again.\n"
        );
    }

    #[test]
    fn a_closed_pipe_ends_it() {
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

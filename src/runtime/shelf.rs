//! The thread of the local index: it reads what earlier runs have listed, and keeps what this one is told.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::Arrival;
use super::errands::{Errand as Asked, Errands};
use crate::app::{Event, IndexState, KeptPage, PassEnd};
use crate::domain::Listed;
use crate::storage::index::{Index, IndexError, Pass, Reached};

/// Images that are told of at once: taking them is well within a frame.
const PART: usize = 10_000;

/// How long the program's end waits for pages that are still to be kept: for the disk to take one. The next run lists what
/// is missing.
const PATIENCE: Duration = Duration::from_millis(15);

/// Reads and keeps, in the order asked for.
pub(super) struct Shelf(Errands<Errand>);

enum Errand {
    Read,
    Page(KeptPage),
    Image(Arc<Listed>),
}

impl Shelf {
    /// Starts the thread. Where none can be had, nothing is kept.
    pub(super) fn start(index: Index, arrivals: UnboundedSender<Arrival>) -> Option<Self> {
        Self::with_patience(PATIENCE, index, arrivals)
    }

    fn with_patience(patience: Duration, index: Index, arrivals: UnboundedSender<Arrival>) -> Option<Self> {
        Errands::start("index", patience, move |waiting| work(&index, waiting, &arrivals)).map(Self)
    }

    /// Reads what earlier runs have listed; it comes as events.
    pub(super) fn read(&self) {
        self.0.read(Errand::Read);
    }

    /// Keeps a page for later runs.
    pub(super) fn keep(&self, page: KeptPage) {
        self.0.write(Errand::Page(page));
    }

    /// Keeps the newest word on an image.
    pub(super) fn put(&self, image: Arc<Listed>) {
        self.0.write(Errand::Image(image));
    }
}

fn work(index: &Index, waiting: Receiver<Asked<Errand>>, arrivals: &UnboundedSender<Arrival>) {
    // The pass that is being kept; none after trouble, until the next one begins.
    let mut pass: Option<Pass<'_>> = None;
    let tell = |event| _ = arrivals.send(Arrival::Event(event));
    for asked in waiting {
        let Asked { what, .. } = asked;
        let done = match what {
            Errand::Read => {
                read(index, &tell);
                continue;
            }
            Errand::Page(page) => keep(index, &mut pass, &page),
            Errand::Image(image) => index.put(&image).map(|_| ()),
        };
        if let Err(error) = done {
            pass = None;
            tracing::warn!(%error, "the index was not brought up to date");
            if let Some(words) = words(&error) {
                tell(Event::IndexFailed(words));
            }
        }
    }
}

fn read(index: &Index, tell: &impl Fn(Event)) {
    let read = index.read();
    tell(Event::IndexRead(match read {
        Ok(Some(stored)) => {
            let state = IndexState { listed_at: stored.listed_at, whole: stored.whole };
            let mut images = stored.images.into_iter();
            loop {
                let part: Vec<_> = images.by_ref().take(PART).collect();
                if part.is_empty() {
                    break;
                }
                tell(Event::IndexPart(part));
            }
            Ok(Some(state))
        }
        Ok(None) => Ok(None),
        Err(error) => {
            tracing::warn!(%error, "the index could not be read");
            words(&error).map_or(Ok(None), Err)
        }
    }));
}

fn keep<'a>(index: &'a Index, pass: &mut Option<Pass<'a>>, page: &KeptPage) -> Result<(), IndexError> {
    if page.first {
        *pass = Some(index.begin(page.at)?);
    }
    let Some(under_way) = pass.as_mut() else { return Ok(()) };
    under_way.page(&page.images)?;
    let reached = match page.end {
        None => return Ok(()),
        Some(PassEnd::CaughtUp) => Reached::Known,
        Some(PassEnd::Whole) => Reached::End,
    };
    match pass.take() {
        Some(pass) => pass.finish(reached),
        None => Ok(()),
    }
}

/// What a person is told of it: only what they can mend, or would wonder about. What another cfimg does to the index is as
/// good as if we did it.
fn words(error: &IndexError) -> Option<String> {
    match error {
        IndexError::Held | IndexError::Overtaken => None,
        IndexError::SetAside { to, why } => Some(format!(
            "The local index was no good ({why}). It was set aside as {}, and a new one is begun.",
            to.display()
        )),
        IndexError::Full => Some(
            "The local index is full: the account has more images than it takes. All are listed all the same.".to_owned(),
        ),
        IndexError::Io(error) => Some(format!(
            "The local index could not be used ({error}). The list works without it; --no-index leaves it alone."
        )),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use tempfile::TempDir;
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;
    use crate::domain::{Image, Shapes};

    fn shelf(folder: &TempDir) -> (Shelf, UnboundedReceiver<Arrival>) {
        let (sender, arrivals) = unbounded_channel();
        let index = Index::new(folder.path(), "owner".to_owned());
        (Shelf::with_patience(Duration::from_secs(20), index, sender).unwrap(), arrivals)
    }

    fn images(ids: &str) -> Vec<Arc<Listed>> {
        let image = |id| Image::read(&format!(r#"{{"id":"{id}"}}"#)).unwrap();
        ids.split_whitespace().map(|id| Arc::new(Shapes::default().listed(&image(id)))).collect()
    }

    fn page(ids: &str, first: bool, end: Option<PassEnd>) -> KeptPage {
        KeptPage { images: images(ids), first, end, at: Timestamp::from_second(1_700_000_000).unwrap() }
    }

    /// What is read, and what was told at the end of it.
    fn read(folder: &TempDir) -> (String, Result<Option<bool>, String>) {
        let (shelf, mut arrivals) = shelf(folder);
        shelf.read();
        let mut ids = vec![];
        loop {
            match arrivals.blocking_recv() {
                Some(Arrival::Event(Event::IndexPart(part))) => {
                    ids.extend(part.iter().map(|image| image.id().to_owned()));
                }
                Some(Arrival::Event(Event::IndexRead(read))) => {
                    break (ids.join(" "), read.map(|state| state.map(|state| state.whole)));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_a_pass_was_told_is_there_in_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(&folder), (String::new(), Ok(None)));
        let (first, _arrivals) = shelf(&folder);
        first.keep(page("d c", true, None));
        first.keep(page("b a", false, Some(PassEnd::Whole)));
        drop(first);
        assert_eq!(read(&folder), ("d c b a".to_owned(), Ok(Some(true))));
        let (second, _arrivals) = shelf(&folder);
        second.keep(page("e d", true, None));
        second.keep(page("c", false, Some(PassEnd::CaughtUp)));
        drop(second);
        assert_eq!(read(&folder), ("e d c b a".to_owned(), Ok(Some(true))));
        let (third, _arrivals) = shelf(&folder);
        third.keep(page("e b", true, Some(PassEnd::Whole)));
        third.put(images("b").remove(0));
        drop(third);
        assert_eq!(read(&folder), ("e b".to_owned(), Ok(Some(true))));
    }

    #[test]
    fn one_that_is_no_good_is_told_and_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (first, _arrivals) = shelf(&folder);
        first.keep(page("a", true, Some(PassEnd::Whole)));
        drop(first);
        let file = folder.path().join("index/owner.redb");
        std::fs::write(&file, "something else").unwrap();
        let (ids, told) = read(&folder);
        assert_eq!(ids, "");
        assert!(told.as_ref().unwrap_err().starts_with("The local index was no good ("), "{told:?}");
        let (second, _arrivals) = shelf(&folder);
        second.keep(page("b", true, Some(PassEnd::Whole)));
        drop(second);
        assert_eq!(read(&folder), ("b".to_owned(), Ok(Some(true))));
    }

    #[test]
    fn where_nothing_can_be_kept_it_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index"), "no folder").unwrap();
        let (shelf, mut arrivals) = shelf(&folder);
        shelf.keep(page("a", true, None));
        shelf.keep(page("b", false, Some(PassEnd::Whole)));
        drop(shelf);
        let told = |arrival| matches!(arrival, Some(Arrival::Event(Event::IndexFailed(words))) if words.contains("--no-index"));
        assert!(told(arrivals.blocking_recv()));
        assert!(arrivals.blocking_recv().is_none(), "the rest of the pass would fail alike");
    }
}

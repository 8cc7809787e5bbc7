//! The worker of the local index: it reads the list of earlier runs and stores the pages of this one.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::arrival::Arrival;
use crate::app::{Event, IndexPage, IndexState, SyncEnd};
use crate::domain::ImageSummary;
use crate::storage::index::{Index, IndexError, IndexSync, Reached};
use crate::worker::{Job, Worker};

/// Images per event. The event loop handles that many well within a frame.
const CHUNK: usize = 10_000;

/// How long the end of the program waits for pages that are not stored yet: long enough to write one. The next run lists
/// what is missing.
const PATIENCE: Duration = Duration::from_millis(15);

#[derive(Debug)]
pub(super) enum IndexCommand {
    /// Read the list of earlier runs. It arrives as events.
    Read,
    /// Store a page for later runs.
    Page(IndexPage),
    /// Store the newest state of an image.
    Image(Arc<ImageSummary>),
}

/// If the system has no thread left, nothing is stored.
pub(super) fn index_worker(index: Index, arrivals: UnboundedSender<Arrival>) -> Worker<IndexCommand> {
    Worker::new("index", move |commands| work(&index, commands, &arrivals)).with_patience(PATIENCE)
}

fn work(index: &Index, commands: Receiver<Job<IndexCommand>>, arrivals: &UnboundedSender<Arrival>) {
    // The running sync. `None` after an error, until the next one starts.
    let mut sync: Option<IndexSync<'_>> = None;
    let send = |event| _ = arrivals.send(Arrival::Event(event));
    for job in commands {
        job.run(|command| {
            let done = match command {
                IndexCommand::Read => return read(index, &send),
                IndexCommand::Page(page) => store(index, &mut sync, &page),
                IndexCommand::Image(image) => index.put(&image).map(|_| ()),
            };
            if let Err(error) = done {
                sync = None;
                tracing::warn!(%error, "couldn't update the index");
                if let Some(text) = failure_text(&error) {
                    send(Event::IndexFailed(text));
                }
            }
        });
    }
}

fn read(index: &Index, send: &impl Fn(Event)) {
    let read = index.read();
    send(Event::IndexRead(match read {
        Ok(Some(stored)) => {
            let state = IndexState { listed_at: stored.listed_at, whole: stored.whole };
            let mut images = stored.images.into_iter();
            while images.len() > 0 {
                send(Event::IndexChunk(images.by_ref().take(CHUNK).collect()));
            }
            Ok(Some(state))
        }
        Ok(None) => Ok(None),
        Err(error) => {
            tracing::warn!(%error, "couldn't read the index");
            failure_text(&error).map_or(Ok(None), Err)
        }
    }));
}

fn store<'a>(index: &'a Index, sync: &mut Option<IndexSync<'a>>, page: &IndexPage) -> Result<(), IndexError> {
    if page.first {
        *sync = Some(index.start_sync(page.at)?);
    }
    let Some(running) = sync.as_mut() else { return Ok(()) };
    running.page(&page.images)?;
    let reached = match page.end {
        None => return Ok(()),
        Some(SyncEnd::CaughtUp) => Reached::Known,
        Some(SyncEnd::Complete) => Reached::End,
    };
    match sync.take() {
        Some(sync) => sync.finish(reached),
        None => Ok(()),
    }
}

/// The error for the user. `None` if another cfimg works on the index: its work is as good as ours.
pub(super) fn failure_text(error: &IndexError) -> Option<String> {
    match error {
        IndexError::Locked | IndexError::Overtaken => None,
        IndexError::SetAside { to, why } => Some(format!(
            "The local index was corrupt ({why}). It was renamed to {}, and a new one will be created.",
            to.display()
        )),
        IndexError::Full => {
            Some("The account has too many images for the local index. All of them are listed.".to_owned())
        }
        IndexError::Io(error) => Some(format!(
            "The local index can't be used ({error}). The list works without it; --no-index turns it off."
        )),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use tempfile::TempDir;
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;
    use crate::domain::{Image, UrlTemplates};

    fn start(folder: &TempDir) -> (Worker<IndexCommand>, UnboundedReceiver<Arrival>) {
        let (sender, arrivals) = unbounded_channel();
        let index = Index::new(folder.path(), "owner".to_owned());
        (index_worker(index, sender).with_patience(Duration::from_secs(20)), arrivals)
    }

    fn images(ids: &str) -> Vec<Arc<ImageSummary>> {
        let image = |id| Image::read(&format!(r#"{{"id":"{id}"}}"#)).unwrap();
        ids.split_whitespace().map(|id| Arc::new(UrlTemplates::default().summarize(&image(id)))).collect()
    }

    fn page(ids: &str, first: bool, end: Option<SyncEnd>) -> IndexPage {
        IndexPage { images: images(ids), first, end, at: Timestamp::from_second(1_700_000_000).unwrap() }
    }

    /// The IDs that are read, and whether the list was complete.
    fn read(folder: &TempDir) -> (String, Result<Option<bool>, String>) {
        let (index_worker, mut arrivals) = start(folder);
        index_worker.send(IndexCommand::Read).unwrap();
        let mut ids = vec![];
        loop {
            match arrivals.blocking_recv() {
                Some(Arrival::Event(Event::IndexChunk(chunk))) => {
                    ids.extend(chunk.iter().map(|image| image.id().to_owned()));
                }
                Some(Arrival::Event(Event::IndexRead(read))) => {
                    break (ids.join(" "), read.map(|state| state.map(|state| state.whole)));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn stored_pages_are_read_by_next_run() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(&folder), (String::new(), Ok(None)));
        let (first, _arrivals) = start(&folder);
        first.send_awaited(IndexCommand::Page(page("d c", true, None))).unwrap();
        first.send_awaited(IndexCommand::Page(page("b a", false, Some(SyncEnd::Complete)))).unwrap();
        drop(first);
        assert_eq!(read(&folder), ("d c b a".to_owned(), Ok(Some(true))));
        let (second, _arrivals) = start(&folder);
        second.send_awaited(IndexCommand::Page(page("e d", true, None))).unwrap();
        second.send_awaited(IndexCommand::Page(page("c", false, Some(SyncEnd::CaughtUp)))).unwrap();
        drop(second);
        assert_eq!(read(&folder), ("e d c b a".to_owned(), Ok(Some(true))));
        let (third, _arrivals) = start(&folder);
        third.send_awaited(IndexCommand::Page(page("e b", true, Some(SyncEnd::Complete)))).unwrap();
        third.send_awaited(IndexCommand::Image(images("b").remove(0))).unwrap();
        drop(third);
        assert_eq!(read(&folder), ("e b".to_owned(), Ok(Some(true))));
    }

    #[test]
    fn corrupt_index_is_reported_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (first, _arrivals) = start(&folder);
        first.send_awaited(IndexCommand::Page(page("a", true, Some(SyncEnd::Complete)))).unwrap();
        drop(first);
        let file = folder.path().join("index/owner.redb");
        std::fs::write(&file, "something else").unwrap();
        let (ids, result) = read(&folder);
        let set_aside =
            std::fs::read_dir(folder.path().join("index")).unwrap().map(|entry| entry.unwrap().path());
        let set_aside = set_aside.filter(|path| std::fs::read(path).unwrap() == b"something else");
        let set_aside = set_aside.map(|path| path.display().to_string()).collect::<Vec<_>>();
        assert_eq!((ids.as_str(), set_aside.len()), ("", 1));
        assert!(result.as_ref().unwrap_err().contains(&set_aside[0]), "{result:?}");
        let (second, _arrivals) = start(&folder);
        second.send_awaited(IndexCommand::Page(page("b", true, Some(SyncEnd::Complete)))).unwrap();
        drop(second);
        assert_eq!(read(&folder), ("b".to_owned(), Ok(Some(true))));
    }

    #[test]
    fn unusable_index_is_reported_once_per_sync() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index"), "no folder").unwrap();
        let (index_worker, mut arrivals) = start(&folder);
        index_worker.send_awaited(IndexCommand::Page(page("a", true, None))).unwrap();
        index_worker.send_awaited(IndexCommand::Page(page("b", false, Some(SyncEnd::Complete)))).unwrap();
        drop(index_worker);
        let error = std::fs::create_dir_all(folder.path().join("index")).unwrap_err();
        match arrivals.blocking_recv() {
            Some(Arrival::Event(Event::IndexFailed(text))) => {
                assert_eq!(Some(text), failure_text(&IndexError::Io(error)));
            }
            other => panic!("{other:?}"),
        }
        assert!(arrivals.blocking_recv().is_none(), "the rest of the sync would fail for the same reason");
    }
}

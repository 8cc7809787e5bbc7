//! The thumbnails on the disk, read and written by a thread of their own: a slow disk delays no key and no request.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::app::{PictureSource, ThumbKey};
use crate::domain::{Access, DeliveryUrl, ImageId};
use crate::runtime::clock::now;
use crate::storage::ThumbnailCache;
use crate::storage::thumbnail_cache::ThumbnailId;
use crate::worker::Worker;

/// How long a thumbnail waits for the disk. After that, no other waits until the disk has replied.
const PATIENCE: Duration = Duration::from_secs(1);

/// The thumbnails of earlier runs. Clones share them.
#[derive(Clone)]
pub(super) struct DiskCache {
    worker: Arc<Worker<Command>>,
    is_stuck: Arc<AtomicBool>,
    patience: Duration,
}

enum Command {
    Read(ThumbnailId, oneshot::Sender<Option<Vec<u8>>>),
    Store(ThumbnailId, Arc<[u8]>),
    Forget(ImageId),
}

impl DiskCache {
    /// Starts no thread yet.
    pub(super) fn new(mut cache: ThumbnailCache) -> Self {
        let mut is_writable = true;
        Self::start(PATIENCE, move |command| match command {
            // What has scrolled away is no longer waited for. An image that is not public is forgotten anyway.
            Command::Read(id, reply) if !reply.is_closed() || id.access != Access::Public => {
                _ = reply.send(cache.read(&id, now()));
            }
            Command::Store(id, bytes) if is_writable => {
                if let Err(error) = cache.store(&id, &bytes, now()) {
                    tracing::warn!(%error, "a thumbnail was not stored");
                    // The folder may have been cleared meanwhile.
                    is_writable = error.kind() == io::ErrorKind::NotFound;
                }
            }
            Command::Forget(image) => cache.forget(&image),
            Command::Read(..) | Command::Store(..) => {}
        })
    }

    fn start(patience: Duration, mut run: impl FnMut(Command) + Send + 'static) -> Self {
        let is_stuck: Arc<AtomicBool> = Arc::default();
        let was_stuck = is_stuck.clone();
        let worker = Worker::for_each("thumbnail cache", move |command| {
            let is_read = matches!(command, Command::Read(..));
            run(command);
            if is_read {
                was_stuck.store(false, Ordering::SeqCst);
            }
        });
        Self { worker: Arc::new(worker), is_stuck, patience }
    }

    /// The bytes of a thumbnail. `None` if they are not stored, or if the disk is too slow.
    pub(super) async fn read(&self, key: &ThumbKey) -> Option<Vec<u8>> {
        let id = id(key)?;
        let is_stuck = self.is_stuck();
        if is_stuck && id.access == Access::Public {
            return None;
        }
        let (reply, mut read) = oneshot::channel();
        self.worker.send(Command::Read(id, reply)).ok()?;
        if is_stuck {
            return None;
        }
        if let Ok(read) = tokio::time::timeout(self.patience, &mut read).await {
            return read.ok()?;
        }
        tracing::warn!("the disk is too slow for thumbnails");
        self.is_stuck.store(true, Ordering::SeqCst);
        // If the reply came just now, nothing later says that the disk works again.
        let late = read.try_recv().ok();
        if late.is_some() {
            self.is_stuck.store(false, Ordering::SeqCst);
        }
        late?
    }

    /// Whether a read waits for the disk for too long.
    fn is_stuck(&self) -> bool {
        self.is_stuck.load(Ordering::SeqCst)
    }

    /// Stores a thumbnail as it was delivered. Does not wait for it.
    pub(super) fn store(&self, key: &ThumbKey, bytes: Arc<[u8]>) {
        if let Some(id) = id(key)
            && !self.is_stuck()
        {
            _ = self.worker.send(Command::Store(id, bytes));
        }
    }

    /// Removes a thumbnail that cannot be drawn, and all others of its image.
    pub(super) fn remove(&self, key: &ThumbKey) {
        if let Some(id) = id(key) {
            self.forget(id.image);
        }
    }

    /// Removes the thumbnails of an image, also if the disk is slow.
    pub(super) fn forget(&self, image: ImageId) {
        _ = self.worker.send(Command::Forget(image));
    }
}

/// `None` if it is not known which upload the picture is of, or if no delivery host serves it.
fn id(key: &ThumbKey) -> Option<ThumbnailId> {
    let (PictureSource::Plain(url) | PictureSource::Signed { url, .. }) = &key.source else { return None };
    // Without a query, which might be a signature.
    let url = DeliveryUrl::parse(url).ok()?;
    let (image, url) = (url.id().clone(), url.as_str().to_owned());
    Some(ThumbnailId { image, url, uploaded: key.uploaded?, access: key.access })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::FutureExt as _;

    use super::*;

    fn key(access: Access) -> ThumbKey {
        ThumbKey {
            source: PictureSource::Plain("https://imagedelivery.net/H/cat/thumb".to_owned()),
            cells: (9, 9),
            cell: (10, 20),
            access,
            uploaded: Some(jiff::Timestamp::UNIX_EPOCH),
        }
    }

    /// A disk that blocks for each command until a message comes, and what it has done.
    fn blocking() -> (DiskCache, mpsc::Sender<()>, mpsc::Receiver<&'static str>) {
        let (go, blocked) = mpsc::channel();
        let (did, done) = mpsc::channel();
        let disk = DiskCache::start(Duration::from_millis(1), move |command| {
            _ = blocked.recv();
            _ = did.send(match command {
                Command::Read(..) => "read",
                Command::Store(..) => "store",
                Command::Forget(_) => "forget",
            });
        });
        (disk, go, done)
    }

    #[tokio::test]
    async fn disk_that_blocks_is_not_waited_for_again() {
        let (disk, _go, _done) = blocking();
        let key = key(Access::Public);
        assert!(disk.read(&key).now_or_never().is_none(), "it waits");
        assert_eq!(disk.read(&key).await, None);
        assert_eq!(disk.read(&key).now_or_never(), Some(None));
    }

    #[tokio::test]
    async fn disk_that_was_slow_is_used_again() {
        let (disk, go, done) = blocking();
        let public = key(Access::Public);
        assert_eq!(disk.read(&public).await, None);
        assert_eq!(disk.read(&key(Access::Signed)).now_or_never(), Some(None));
        disk.store(&public, [].into());
        disk.remove(&public);
        drop(go);
        let done = done.iter().take(3).collect::<Vec<_>>();
        assert_eq!(done, ["read", "read", "forget"], "of the private image, and of the removed one");
        assert!(!disk.is_stuck());
    }
}

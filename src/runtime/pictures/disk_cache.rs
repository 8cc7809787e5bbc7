//! The thumbnails on the disk, read and written by a thread of their own: a slow disk delays no key and no request.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::app::{PictureSource, ThumbKey};
use crate::domain::{DeliveryUrl, ImageId};
use crate::runtime::clock::now;
use crate::storage::ThumbnailCache;
use crate::storage::thumbnail_cache::ThumbnailId;
use crate::worker::Worker;

/// How long a thumbnail waits for the disk. After that, this run reads no more.
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
        let worker = Worker::for_each("thumbnail cache", move |command| match command {
            // What has scrolled away is no longer waited for.
            Command::Read(id, reply) if !reply.is_closed() => _ = reply.send(cache.read(&id, now())),
            Command::Store(id, bytes) if is_writable => {
                if let Err(error) = cache.store(&id, &bytes, now()) {
                    tracing::warn!(%error, "a thumbnail was not stored");
                    // The folder may have been cleared meanwhile.
                    is_writable = error.kind() == io::ErrorKind::NotFound;
                }
            }
            Command::Forget(image) => cache.forget(&image),
            Command::Read(..) | Command::Store(..) => {}
        });
        Self { worker: Arc::new(worker), is_stuck: Arc::default(), patience: PATIENCE }
    }

    /// The bytes of a thumbnail. `None` if they are not stored, or if the disk is too slow.
    pub(super) async fn read(&self, key: &ThumbKey) -> Option<Vec<u8>> {
        let id = id(key)?;
        if self.is_stuck.load(Ordering::Relaxed) {
            return None;
        }
        let (reply, read) = oneshot::channel();
        self.worker.send(Command::Read(id, reply)).ok()?;
        if let Ok(read) = tokio::time::timeout(self.patience, read).await {
            return read.ok()?;
        }
        tracing::warn!("the disk is too slow for thumbnails");
        self.is_stuck.store(true, Ordering::Relaxed);
        None
    }

    /// Stores a thumbnail as it was delivered. Does not wait for it.
    pub(super) fn store(&self, key: &ThumbKey, bytes: Arc<[u8]>) {
        if let Some(id) = id(key)
            && !self.is_stuck.load(Ordering::Relaxed)
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

    /// Removes the thumbnails of an image.
    pub(super) fn forget(&self, image: ImageId) {
        if !self.is_stuck.load(Ordering::Relaxed) {
            _ = self.worker.send(Command::Forget(image));
        }
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
    use crate::domain::Access;

    #[tokio::test]
    async fn disk_that_blocks_is_not_waited_for_again() {
        let (_unblocked, blocked) = mpsc::channel::<()>();
        let worker = Worker::for_each("blocked", move |_| _ = blocked.recv());
        let disk = DiskCache {
            worker: Arc::new(worker),
            is_stuck: Arc::default(),
            patience: Duration::from_millis(1),
        };
        let key = ThumbKey {
            source: PictureSource::Plain("https://imagedelivery.net/H/cat/thumb".to_owned()),
            cells: (9, 9),
            cell: (10, 20),
            access: Access::Public,
            uploaded: Some(jiff::Timestamp::UNIX_EPOCH),
        };
        assert!(disk.read(&key).now_or_never().is_none(), "it waits");
        assert_eq!(disk.read(&key).await, None);
        assert_eq!(disk.read(&key).now_or_never(), Some(None));
    }
}

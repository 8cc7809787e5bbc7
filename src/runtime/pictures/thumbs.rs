//! Fetches, decodes and encodes the gallery's thumbnails.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;

use super::decoder::encoded_picture;
use super::disk_cache::DiskCache;
use super::fetcher::{Fetcher, File, locked};
use crate::app::{Event, ThumbKey};
use crate::cloudflare;
use crate::domain::ImageId;
use crate::domain::catch_panic::catch_panic;
use crate::domain::graphics::{Protocol, Target};
use crate::picture::{Limits, Picture, PictureError, Renderer, encode, needs_renderer};
use crate::runtime::arrival::Arrival;
use crate::runtime::failures::{broken_picture, no_thread_for_picture};
use crate::runtime::request_limiter::{Priority, RequestLimiter};
use crate::ui::DrawnThumb;
use crate::worker::{NotQueued, Worker};

/// How many thumbnails are fetched at once.
const REQUESTS: usize = 4;

/// How many files from the delivery host, and how many from the disk, may wait to be drawn. They are in memory.
const UNDRAWN: usize = 16;

/// How many files may also wait for the thread of the slow ones.
const SLOW: usize = 16;

/// How many IDs are used before freed ones are used again: more than the program caches.
const KITTY_IDS: u32 = 250;

/// Fetches and draws the thumbnails that the model requests.
pub(super) struct Thumbs {
    fetcher: Fetcher,
    request_limiter: RequestLimiter,
    slots: Slots,
    worker: Arc<Worker<Draw>>,
    arrivals: UnboundedSender<Arrival>,
    /// The thumbnails that are wanted and not drawn yet. What is queued for others is dropped.
    wanted: Arc<Mutex<HashSet<ThumbKey>>>,
    running: HashMap<ThumbKey, Running>,
    /// The thumbnails of earlier runs. `None` if they are not stored.
    disk: Option<DiskCache>,
    ids: Ids,
}

/// Limits of what runs at once.
#[derive(Clone)]
struct Slots {
    requests: Arc<Semaphore>,
    /// For files from the delivery host, until they are drawn.
    fetched: Arc<Semaphore>,
    /// For files from the disk, until they are drawn.
    stored: Arc<Semaphore>,
}

impl Slots {
    fn new() -> Self {
        let [requests, fetched, stored] =
            [REQUESTS, UNDRAWN, UNDRAWN].map(|slots| Arc::new(Semaphore::new(slots)));
        Self { requests, fetched, stored }
    }
}

/// The task of a thumbnail that is being fetched.
struct Running {
    task: AbortHandle,
    /// Whether the request has started. If not, the task may wait behind others that are less urgent now.
    started: Arc<AtomicBool>,
}

/// Draws thumbnails on a worker's thread.
#[derive(Clone)]
struct ThumbnailDrawer {
    wanted: Arc<Mutex<HashSet<ThumbKey>>>,
    renderer: Arc<dyn Renderer>,
    ids: Ids,
    arrivals: UnboundedSender<Arrival>,
    fetcher: Fetcher,
}

impl ThumbnailDrawer {
    fn draw(&self, draw: Draw) {
        // It may be queued more than once.
        if !locked(&self.wanted, |wanted| wanted.remove(&draw.key)) {
            return;
        }
        let Draw { key, file, target, disk, slot: _until_drawn } = draw;
        let result = match catch_panic(|| self.encode(&file, key.cells, target)) {
            Some(Ok(thumb)) => {
                _ = self.arrivals.send(Arrival::Thumb(key.clone(), thumb));
                Ok(())
            }
            Some(Err(error)) => Err(error.failure()),
            None => Err(broken_picture()),
        };
        if result.is_err() {
            // It is fetched again when the user retries.
            self.fetcher.forget_file(&key.source);
            if let Some(disk) = disk {
                disk.remove(&key);
            }
        }
        _ = self.arrivals.send(Arrival::Event(Event::ThumbShown(key, result)));
    }

    fn encode(
        &self,
        file: &Arc<[u8]>,
        cells: (u16, u16),
        target: Target,
    ) -> Result<DrawnThumb, PictureError> {
        let picture = Picture::decode_shared(file, &Limits::default(), &self.renderer)?;
        let id = (target.protocol == Protocol::Kitty).then(|| self.ids.take());
        let encoded = encode(&picture, cells, target, id.as_ref().map_or(1, |id| thumb_id(id.number)))?;
        let kitty_id = id.map(|id| Box::new(id) as Box<dyn Send>);
        Ok(DrawnThumb { bytes: encoded.bytes, picture: encoded_picture(encoded, target), kitty_id })
    }
}

/// A thumbnail to decode and encode.
struct Draw {
    key: ThumbKey,
    file: Arc<[u8]>,
    target: Target,
    /// Where the file may be stored.
    disk: Option<DiskCache>,
    /// Counts the file until it is drawn. `None` if it is in memory anyway.
    slot: Option<OwnedSemaphorePermit>,
}

impl Thumbs {
    /// Sends no request and starts no thread yet.
    pub(super) fn new(
        fetcher: Fetcher,
        request_limiter: RequestLimiter,
        renderer: Arc<dyn Renderer>,
        arrivals: UnboundedSender<Arrival>,
    ) -> Self {
        let wanted: Arc<Mutex<HashSet<ThumbKey>>> = Arc::default();
        let ids = Ids::default();
        let drawer = ThumbnailDrawer {
            wanted: wanted.clone(),
            renderer,
            ids: ids.clone(),
            arrivals: arrivals.clone(),
            fetcher: fetcher.clone(),
        };
        let of_slow = drawer.clone();
        let slow = Worker::for_each("slow thumbnails", move |draw| of_slow.draw(draw));
        let slow_slots = Arc::new(Semaphore::new(SLOW));
        let worker = Worker::for_each("thumbnails", move |mut draw: Draw| {
            if !needs_renderer(&draw.file) {
                return drawer.draw(draw);
            }
            // Those that need a process of their own hold up others only if they are many.
            if let Ok(slot) = slow_slots.clone().try_acquire_owned() {
                draw.slot = Some(slot);
            }
            if let Err(NotQueued { command, .. }) = slow.send(draw) {
                drawer.draw(command);
            }
        });
        Self {
            fetcher,
            request_limiter,
            slots: Slots::new(),
            worker: Arc::new(worker),
            arrivals,
            wanted,
            running: HashMap::new(),
            disk: None,
            ids,
        }
    }

    /// The IDs under which kitty may store thumbnails.
    pub(super) fn kitty_ids(&self) -> impl Iterator<Item = u32> + use<> {
        self.ids.used()
    }

    /// Looks for thumbnails there before it fetches them, and stores those that it fetches.
    pub(super) fn use_disk(&mut self, disk: DiskCache) {
        self.disk = Some(disk);
    }

    /// Forgets the stored thumbnails of an image.
    pub(super) fn forget(&self, image: &ImageId) {
        if let Some(disk) = &self.disk {
            disk.forget(image.clone());
        }
    }

    /// Draws these thumbnails, in this order, and stops fetching any others.
    #[expect(clippy::disallowed_methods, reason = "each task is stored, so that it can be aborted")]
    pub(super) fn show(&mut self, keys: Vec<ThumbKey>, target: Target) {
        locked(&self.wanted, |wanted| *wanted = keys.iter().cloned().collect());
        self.running.retain(|key, running| {
            let stays = keys.contains(key) && running.started.load(Ordering::Relaxed);
            if !stays {
                running.task.abort();
            }
            stays && !running.task.is_finished()
        });
        for key in keys {
            let is_of_upload = |file: &Arc<File>| key.uploaded.is_none_or(|uploaded| uploaded < file.at);
            if let Some(file) = self.fetcher.cached(&key.source).filter(is_of_upload) {
                if let Some(disk) = &self.disk {
                    disk.store(&key, file.bytes.clone());
                }
                let file = file.bytes.clone();
                let disk = self.disk.clone();
                draw(&self.worker, &self.arrivals, Draw { key, file, target, disk, slot: None });
            } else if !self.running.contains_key(&key) {
                let started: Arc<AtomicBool> = Arc::default();
                let task = tokio::spawn(self.fetch(key.clone(), target, started.clone())).abort_handle();
                self.running.insert(key, Running { task, started });
            }
        }
    }

    /// Reads a thumbnail from the disk or fetches it, and queues it to be drawn.
    fn fetch(
        &self,
        key: ThumbKey,
        target: Target,
        started: Arc<AtomicBool>,
    ) -> impl Future<Output = ()> + Send + 'static {
        let (fetcher, worker, arrivals) = (self.fetcher.clone(), self.worker.clone(), self.arrivals.clone());
        let (request_limiter, slots) = (self.request_limiter.clone(), self.slots.clone());
        let disk = self.disk.clone();
        async move {
            let mut request = pin!(slots.requests.acquire());
            // Queues here, in the order of the calls, and not once the disk has replied.
            let early = request.as_mut().now_or_never();
            if let Some(disk) = &disk {
                let slot = slots.stored.acquire_owned().await.ok();
                if let Some(bytes) = disk.read(&key).await {
                    // Not cached in memory: when it was received, how long that took and which key signed are unknown.
                    let (file, disk) = (bytes.into(), Some(disk.clone()));
                    return draw(&worker, &arrivals, Draw { key, file, target, disk, slot });
                }
            }
            let _request = match early {
                Some(request) => request,
                None => request.await,
            };
            // Files that wait to be drawn hold up requests, so that they do not fill the memory.
            let slot = slots.fetched.acquire_owned().await.ok();
            started.store(true, Ordering::Relaxed);
            let response = loop {
                let permit = request_limiter.acquire(Priority::Thumbnail).await;
                tokio::select! {
                    response = fetcher.thumbnail(&key.source, &cloudflare::ignore_waits) => break response,
                    // A slow delivery host must not delay what the user waits for.
                    () = request_limiter.is_needed() => drop(permit),
                }
            };
            match response {
                Ok(file) => {
                    if let Some(disk) = &disk {
                        disk.store(&key, file.bytes.clone());
                    }
                    let file = file.bytes.clone();
                    draw(&worker, &arrivals, Draw { key, file, target, disk, slot });
                }
                Err(failure) => _ = arrivals.send(Arrival::Event(Event::ThumbShown(key, Err(failure)))),
            }
        }
    }
}

impl Drop for Thumbs {
    fn drop(&mut self) {
        locked(&self.wanted, HashSet::clear);
        self.running.values().for_each(|running| running.task.abort());
    }
}

fn draw(worker: &Worker<Draw>, arrivals: &UnboundedSender<Arrival>, job: Draw) {
    if let Err(NotQueued { command, why }) = worker.send(job) {
        let failed = Event::ThumbShown(command.key, Err(no_thread_for_picture(&why)));
        _ = arrivals.send(Arrival::Event(failed));
    }
}

/// The numbers of thumbnails that the terminal stores, each in use by one thumbnail.
#[derive(Debug, Clone, Default)]
struct Ids(Arc<Mutex<IdPool>>);

#[derive(Debug, Default)]
struct IdPool {
    /// Numbers that were freed, the one that is free for the longest time first.
    free: std::collections::VecDeque<u32>,
    /// How many numbers were ever in use.
    used: u32,
}

/// A number in use. Its drop frees it.
struct Id {
    number: u32,
    ids: Ids,
}

impl Ids {
    fn take(&self) -> Id {
        let number = locked(&self.0, |pool| {
            let freed = if pool.used < KITTY_IDS { None } else { pool.free.pop_front() };
            freed.unwrap_or_else(|| {
                pool.used += 1;
                pool.used - 1
            })
        });
        Id { number, ids: self.clone() }
    }

    /// All IDs that were ever in use.
    fn used(&self) -> impl Iterator<Item = u32> + use<> {
        (0..locked(&self.0, |pool| pool.used)).map(thumb_id)
    }
}

impl Drop for Id {
    fn drop(&mut self) {
        locked(&self.ids.0, |pool| pool.free.push_back(self.number));
    }
}

/// An ID that no other program on the terminal is likely to use, nor our full pictures.
fn thumb_id(number: u32) -> u32 {
    let (high, low) = (number >> 8, number & 0xff);
    ((1 + high) << 24) | ((std::process::id() & 0xffff) << 8) | low
}

#[cfg(test)]
mod tests;

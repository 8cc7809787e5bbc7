//! Renders pictures, and caches those rendered last.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::picture::{Format, Picture, encode};
use super::resize::resize;
use super::variant::Variant;

/// Identifies a delivered file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub(super) picture: Picture,
    /// `None`: as uploaded
    pub(super) variant: Option<&'static Variant>,
    pub(super) format: Format,
}

impl Key {
    fn bytes(&self) -> image::ImageResult<Vec<u8>> {
        match self.variant {
            Some(variant) if self.format != Format::Svg => {
                let frames = self.picture.frames().iter().map(|frame| resize(frame, variant)).collect();
                encode(frames, self.format)
            }
            _ => self.picture.original(),
        }
    }
}

/// A cache of recently rendered files.
#[derive(Debug)]
pub(super) struct RenderCache {
    files: Mutex<VecDeque<(Key, File)>>,
    /// Rendering needs memory and CPU time, so at most two pictures are rendered at once
    render_permits: Semaphore,
}

#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) bytes: Bytes,
    pub(super) etag: String,
    /// In Unix seconds
    rendered_at: u64,
}

/// The size of the cache in bytes.
const MAX_CACHED_BYTES: usize = 8 << 20;

/// How many seconds a file stays in the cache: the `max-age` of public pictures.
const LIFETIME: u64 = 14_400;

impl Default for RenderCache {
    fn default() -> Self {
        Self { files: Mutex::default(), render_permits: Semaphore::new(2) }
    }
}

impl RenderCache {
    /// The file, and its age in seconds if it was in the cache; `now` is in Unix seconds. `None` if it cannot be
    /// rendered.
    pub(super) async fn render(&self, key: Key, now: u64) -> Option<(File, Option<u64>)> {
        let _permit = self.render_permits.acquire().await.ok()?;
        // Looked up only now, because the task before may have rendered the same file.
        if let Some(file) = self.get(&key, now) {
            let age = now.saturating_sub(file.rendered_at);
            return Some((file, Some(age)));
        }
        let render_key = key.clone();
        let file = tokio::task::spawn_blocking(move || {
            let bytes = Bytes::from(render_key.bytes().ok()?);
            let etag = format!("\"cf{}\"", hex::encode(&Sha256::digest(&bytes)[..16]));
            Some(File { bytes, etag, rendered_at: now })
        });
        let file = file.await.ok()??;
        let mut files = self.files();
        files.push_back((key, file.clone()));
        while files.iter().map(|(_, file)| file.bytes.len()).sum::<usize>() > MAX_CACHED_BYTES {
            files.pop_front();
        }
        Some((file, None))
    }

    fn get(&self, key: &Key, now: u64) -> Option<File> {
        let mut files = self.files();
        files.retain(|(_, file)| now.saturating_sub(file.rendered_at) < LIFETIME);
        files.iter().find(|(cached, _)| cached == key).map(|(_, file)| file.clone())
    }

    fn files(&self) -> MutexGuard<'_, VecDeque<(Key, File)>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

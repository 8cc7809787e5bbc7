//! Downloads a picture to a file, from wherever its source says.

use std::io::Write;

use jiff::Timestamp;
use tokio::sync::Mutex;

use super::error_messages::failure;
use super::{Client, Delivery, KeyRing, OnProgress, OnWait, Saved};
use crate::domain::{Failure, PictureSource};

/// What a download needs.
#[derive(Clone, Copy)]
pub struct PictureDownload<'a> {
    /// Serves originals.
    pub client: &'a Client,
    pub keys: &'a KeyRing,
    pub delivery: &'a Delivery,
    /// The `Accept` header for the delivery host.
    pub accept: &'a str,
    pub now: Timestamp,
}

impl PictureDownload<'_> {
    /// Writes the bytes to `to` as they arrive, at most `cap`. On failure a part of them may have been written.
    pub async fn save(
        &self,
        source: &PictureSource,
        cap: u64,
        to: &mut (dyn Write + Send),
        on_wait: &OnWait<'_>,
        on_progress: &OnProgress<'_>,
    ) -> Result<Saved, Failure> {
        if let PictureSource::Original(id) = source {
            let saved = self.client.save_original(id, cap, to, on_wait, on_progress).await;
            return saved.map_err(|error| failure(&error, &self.client.about(Some(id), None)));
        }
        // A denied request has written nothing, so the second try, with newly fetched keys, starts at the beginning.
        let to = Mutex::new(to);
        let to = &to;
        let save = |url: String| async move {
            let mut to = to.lock().await;
            self.delivery.save(&url, self.accept, cap, &mut **to, on_progress).await
        };
        let (saved, _) = self.keys.send_for(source, self.now, on_wait, save).await?;
        Ok(saved)
    }
}

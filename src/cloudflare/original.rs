//! Downloads the original of an image, the bytes as uploaded, from `…/{id}/blob`. This works for private images
//! too. The token is sent to the API's host only.

use std::convert::Infallible;
use std::io;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::body::{self, BodyError, OnProgress, Patience, Sink};
use super::delivery::{Delivered, Saved};
use super::error::{Error, NetworkError, UnexpectedResponse};
use super::{Client, OnWait, envelope, http_headers, retry};
use crate::domain::ImageId;
use crate::domain::secret::redacted;

impl Client {
    /// The original's bytes, at most `cap`. If the connection breaks, the download and its progress start over.
    pub async fn original(
        &self,
        id: &ImageId,
        cap: u64,
        on_wait: &OnWait<'_>,
        on_progress: &OnProgress<'_>,
    ) -> Result<Delivered, Error> {
        let path = self.original_path(id, on_wait).await?;
        let attempt = || async {
            let mut bytes = Vec::new();
            let saved =
                self.original_once(&path, cap, &mut body::collect(&mut bytes), on_wait, on_progress).await?;
            Ok(Delivered { bytes, content_type: saved.content_type, date: saved.date, took: saved.took })
        };
        retry::with_retries(&self.retry_policy(), self.0.retry_policy.retries, on_wait, attempt).await
    }

    /// Writes the original's bytes, at most `cap`. Retries only as long as nothing was written.
    pub async fn save_original(
        &self,
        id: &ImageId,
        cap: u64,
        to: &mut (dyn io::Write + Send),
        on_wait: &OnWait<'_>,
        on_progress: &OnProgress<'_>,
    ) -> Result<Saved, Error> {
        let path = self.original_path(id, on_wait).await?;
        let to = Mutex::new(to);
        let attempt = || async {
            let mut to = to.lock().await;
            let mut wrote = false;
            let mut sink = |chunk: &[u8], _| {
                wrote = true;
                to.write_all(chunk)
            };
            match self.original_once(&path, cap, &mut sink, on_wait, on_progress).await {
                // What was written cannot be undone, so don't retry.
                Err(error) if !wrote => Err(error),
                result => Ok(result),
            }
        };
        retry::with_retries(&self.retry_policy(), self.0.retry_policy.retries, on_wait, attempt).await?
    }

    async fn original_path(&self, id: &ImageId, on_wait: &OnWait<'_>) -> Result<String, Error> {
        Ok(format!("/accounts/{}/images/v1/{}/blob", self.account(on_wait).await?, id.path_segment()))
    }

    async fn original_once(
        &self,
        path: &str,
        cap: u64,
        sink: &mut Sink<'_>,
        on_wait: &OnWait<'_>,
        on_progress: &OnProgress<'_>,
    ) -> Result<Saved, Error> {
        let (transport, stall) = (&self.0.transport, self.0.retry_policy.answer);
        let network = |network_error| Error::Network { host: transport.host(), network_error };
        let started = Instant::now();
        let timed_out = |_| network(NetworkError::ResponseTimeout);
        let permit = transport.quota.permit(on_wait).await;
        let response = timeout(stall, transport.send(path, "*/*", None)).await.map_err(timed_out)??;
        let content_type = http_headers::content_type(response.headers());
        let has_type = |wanted: &str| content_type.as_ref().is_some_and(|kind| kind.starts_with(wanted));
        if !response.status().is_success() || has_type("text/html") || has_type("application/json") {
            let response = timeout(stall, transport.read(response)).await.map_err(timed_out)??;
            let result = envelope::read_as::<Infallible>(response, |envelope| {
                Err(envelope.unexpected(UnexpectedResponse::Foreign))
            });
            return result.await.map(|(never, _)| match never {});
        }
        transport.note_budget(response.status().as_u16(), response.headers());
        drop(permit);
        let response_info = http_headers::response_info(response.status().as_u16(), response.headers());
        let date = http_headers::date(response.headers());
        let patience = Patience { stall, window: stall };
        let bytes =
            body::read(response, cap, patience, sink, on_progress).await.map_err(|error| match error {
                BodyError::TooLarge => Error::TooLarge { cap },
                BodyError::Network(network_error) => network(network_error),
                BodyError::Write(error) => Error::Write(error.to_string()),
            })?;
        let took = started.elapsed();
        tracing::debug!(method = "GET", path = &*redacted(path), ms = took.as_millis(), bytes);
        if bytes == 0 {
            return Err(Error::Unexpected { response_info, unexpected: UnexpectedResponse::Empty });
        }
        Ok(Saved { bytes, content_type, date, took })
    }
}

//! Fetches only the first bytes of a picture, which is enough to learn its size.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::{Delivery, DeliveryError, retry};
use crate::cloudflare::body::{self, BodyError, ignore_progress};
use crate::cloudflare::error::UnexpectedResponse;

/// Called with each chunk and the total size, if the host sends it. Returns whether there are enough bytes.
pub type IsEnough<'a> = dyn FnMut(&[u8], Option<u64>) -> bool + Send + 'a;

/// The result of fetching the start of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialBody {
    /// The size of the whole picture, if known.
    pub bytes: Option<u64>,
    /// From the request to the last byte read.
    pub took: Duration,
}

impl Delivery {
    /// Fetches a picture until `enough` returns true, then closes the connection. A picture that is lost in transit is
    /// fetched again, as long as none of it has arrived.
    pub async fn get_partial(
        &self,
        url: &str,
        accept: &str,
        enough: &mut IsEnough<'_>,
    ) -> Result<PartialBody, DeliveryError> {
        let has_started = AtomicBool::new(false);
        let mut enough = |bytes: &[u8], total: Option<u64>| {
            has_started.store(true, Ordering::Relaxed);
            enough(bytes, total)
        };
        retry::while_lost(&has_started, &mut enough, |enough| async move {
            let result = self.get_partial_once(url, accept, enough).await;
            (enough, result)
        })
        .await
    }

    async fn get_partial_once(
        &self,
        url: &str,
        accept: &str,
        enough: &mut IsEnough<'_>,
    ) -> Result<PartialBody, DeliveryError> {
        let started = Instant::now();
        let (host, response_info, response) = self.open(url, accept).await?;
        let total = response.content_length();
        let mut sink = |chunk: &[u8], total| {
            if enough(chunk, total) { Err(io::Error::other("this is enough")) } else { Ok(()) }
        };
        let read = body::read(response, u64::MAX, self.patience(), &mut sink, &ignore_progress).await;
        let took = started.elapsed();
        let bytes = match read {
            Ok(0) => return Err(DeliveryError::unexpected(host, response_info, UnexpectedResponse::Empty)),
            Ok(bytes) => Some(bytes),
            Err(BodyError::Write(_)) => total,
            Err(error) => return Err(DeliveryError::from_body(error, host, u64::MAX)),
        };
        tracing::debug!(
            method = "GET",
            host,
            status = response_info.status,
            ms = took.as_millis(),
            bytes,
            "begun"
        );
        Ok(PartialBody { bytes, took })
    }
}

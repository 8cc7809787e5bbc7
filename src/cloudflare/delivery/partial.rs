//! The first bytes of a picture, which tell most of what there is to tell.

use std::io;
use std::time::Duration;

use tokio::time::Instant;

use super::body::{self, BodyError};
use super::{Delivery, DeliveryError, not_read};
use crate::cloudflare::UnexpectedResponse;
use crate::cloudflare::body::unseen;

/// Told of each part of a picture's bytes, and of how many there are in all where the host says so. Whether it has enough.
pub type IsEnough<'a> = dyn FnMut(&[u8], Option<u64>) -> bool + Send + 'a;

/// A picture of which no more was fetched than was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialBody {
    /// How many bytes there are in all, where that is known.
    pub bytes: Option<u64>,
    /// How long it took, from the request to the last byte that was wanted.
    pub took: Duration,
}

impl Delivery {
    /// Fetches a picture's bytes until there are enough. What comes after is turned away.
    pub async fn get_partial(
        &self,
        url: &str,
        accept: &str,
        enough: &mut IsEnough<'_>,
    ) -> Result<PartialBody, DeliveryError> {
        let started = Instant::now();
        let (host, response_info, response) = self.open(url, accept).await?;
        let total = response.content_length();
        let mut sink = |chunk: &[u8]| {
            if enough(chunk, total) { Err(io::Error::other("this is enough")) } else { Ok(()) }
        };
        let read = body::read(response, u64::MAX, self.patience(), &mut sink, &unseen).await;
        let took = started.elapsed();
        let bytes = match read {
            Ok(0) => {
                return Err(DeliveryError::Unexpected {
                    host,
                    response_info,
                    unexpected: UnexpectedResponse::Empty,
                });
            }
            Ok(bytes) => Some(bytes),
            Err(BodyError::Write(_)) => total,
            Err(error) => return Err(not_read(error, &host, u64::MAX)),
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

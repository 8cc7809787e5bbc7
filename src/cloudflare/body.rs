//! Bytes of pictures as they come: counted, bounded, and never waited for without end.

use std::io;
use std::time::Duration;

use reqwest::Response;

use super::error::Trouble;
use super::trouble;

/// How far a body has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that have come.
    pub received: u64,
    /// Bytes that the server announces; nothing where it does not.
    pub total: Option<u64>,
}

/// Told of each part of a body that has come.
pub type OnProgress<'a> = dyn Fn(Progress) + Send + Sync + 'a;

/// An [`OnProgress`] for callers that show nothing of it.
pub fn unseen(_: Progress) {}

/// Where a body's bytes go.
pub(super) type Sink<'a> = dyn FnMut(&[u8]) -> io::Result<()> + Send + 'a;

/// Why a body was not read to its end.
pub(super) enum BodyError {
    TooLarge,
    Network(Trouble),
    Write(io::Error),
}

/// Reads a body of `cap` bytes at most into a sink, and gives how many there were. Where nothing comes for as long as
/// `stall`, it is given up; however long the whole takes.
pub(super) async fn read(
    mut response: Response,
    cap: u64,
    stall: Duration,
    sink: &mut Sink<'_>,
    on_progress: &OnProgress<'_>,
) -> Result<u64, BodyError> {
    let total = response.content_length();
    if total.is_some_and(|total| total > cap) {
        return Err(BodyError::TooLarge);
    }
    let mut received = 0;
    loop {
        let chunk = match tokio::time::timeout(stall, response.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => return Ok(received),
            Ok(Err(error)) => return Err(BodyError::Network(trouble::of(error))),
            Err(_) => return Err(BodyError::Network(Trouble::AnswerTimeout)),
        };
        received += chunk.len() as u64;
        if received > cap {
            return Err(BodyError::TooLarge);
        }
        sink(&chunk).map_err(BodyError::Write)?;
        on_progress(Progress { received, total });
    }
}

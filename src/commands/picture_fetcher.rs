//! Fetching pictures, as commands do it.

use std::io::Write;

use crate::cloudflare::{OnProgress, Progress, Saved};
use crate::domain::account::bytes;
use crate::domain::{Failure, PictureSource};
use crate::picture::FileInfo;

/// Fetches pictures. Errors are already messages for the user. Tests replace it with one that needs no network.
pub trait PictureFetcher {
    /// Writes a picture's bytes to `to` as they arrive, at most `cap`. On failure a part of them may have
    /// been written.
    fn fetch(
        &self,
        source: &PictureSource,
        cap: u64,
        to: &mut (dyn Write + Send),
        on_progress: &OnProgress<'_>,
    ) -> impl Future<Output = Result<Saved, Failure>>;

    /// Fetches a picture's first bytes, as few as tell its size. Fails for an original, which the API serves only as a
    /// whole.
    fn probe(&self, source: &PictureSource) -> impl Future<Output = Result<Probed, Failure>>;
}

/// What a picture's first bytes tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    pub info: FileInfo,
    /// The file's size. `None` if the host does not send it and the file is too large to be counted.
    pub bytes: Option<u64>,
}

/// `1.2 MB of 3.4 MB…`
pub(super) fn describe(Progress { received, total }: Progress) -> String {
    let of = total.map(|total| format!(" of {}", bytes(total))).unwrap_or_default();
    format!("{}{of}…", bytes(received))
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::picture::file_info;

    const GIF: &[u8] = b"GIF89a\x07\0\x05\0\0\0\0;";

    /// A host that counts concurrent requests. Its first responses are the slowest.
    #[derive(Default)]
    pub(in super::super) struct Slow {
        running: Cell<usize>,
        pub(in super::super) max_running: Cell<usize>,
        pub(in super::super) received: Cell<usize>,
    }

    impl Slow {
        pub(in super::super) async fn answer(&self) {
            self.running.set(self.running.get() + 1);
            self.max_running.set(self.max_running.get().max(self.running.get()));
            self.received.set(self.received.get() + 1);
            for _ in self.received.get()..100 {
                tokio::task::yield_now().await;
            }
            self.running.set(self.running.get() - 1);
        }
    }

    impl PictureFetcher for Slow {
        async fn fetch(
            &self,
            _: &PictureSource,
            _: u64,
            to: &mut (dyn Write + Send),
            _: &OnProgress<'_>,
        ) -> Result<Saved, Failure> {
            self.answer().await;
            to.write_all(GIF).unwrap();
            Ok(Saved { bytes: 14, content_type: None, date: None, took: Duration::ZERO })
        }

        async fn probe(&self, _: &PictureSource) -> Result<Probed, Failure> {
            self.answer().await;
            Ok(Probed { info: file_info(GIF).unwrap(), bytes: Some(14) })
        }
    }

    /// Every picture is unreadable.
    impl PictureFetcher for Scripted {
        async fn fetch(
            &self,
            _: &PictureSource,
            _: u64,
            _: &mut (dyn Write + Send),
            _: &OnProgress<'_>,
        ) -> Result<Saved, Failure> {
            Err(Failure::other("No", "Try."))
        }

        async fn probe(&self, _: &PictureSource) -> Result<Probed, Failure> {
            Err(Failure::other("No", "Try."))
        }
    }
}

//! Reads a file's size and format from its first bytes as they arrive.

use super::error::PictureError;
use super::file_info::{FileInfo, file_info};

/// The most bytes of a file that are parsed.
const MAX_BYTES: usize = 512 * 1024;

/// The first bytes of a file, and the file info once it is known.
#[derive(Debug, Default)]
pub struct PrefixProbe {
    bytes: Vec<u8>,
    /// The number of bytes for the next attempt.
    next_attempt: usize,
    info: Option<FileInfo>,
}

impl PrefixProbe {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next bytes. `true` once more bytes would change nothing.
    pub fn take(&mut self, bytes: &[u8]) -> bool {
        let space = MAX_BYTES.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(space)]);
        if self.info.is_none() && self.bytes.len() >= self.next_attempt {
            // Doubling the size of each attempt keeps the total cost linear.
            self.next_attempt = self.bytes.len() * 2;
            self.info = file_info(&self.bytes).ok();
        }
        self.info.is_some() || self.bytes.len() >= MAX_BYTES
    }

    /// The file info. If it is not known yet, all bytes so far are parsed once more.
    pub fn file_info(&self) -> Result<FileInfo, PictureError> {
        self.info.map_or_else(|| file_info(&self.bytes), Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIF: &[u8] = b"GIF89a\x07\0\x05\0\0\0\0;";

    #[test]
    fn probe_ends_once_size_is_known() {
        let mut probe = PrefixProbe::new();
        let first = GIF.repeat(2).iter().position(|byte| probe.take(&[*byte]));
        assert_eq!(first, Some(15), "attempts are made with 1, 2, 4, 8 and 16 bytes");
        assert_eq!(probe.file_info().map(|info| (info.width, info.height)), Ok((7, 5)));
    }

    #[test]
    fn last_bytes_are_parsed_at_the_end() {
        let mut probe = PrefixProbe::new();
        // The next attempt would be at 18 bytes, which never come.
        assert!(!probe.take(&GIF[..9]) && probe.file_info().is_err());
        probe.take(&GIF[9..]);
        assert!(probe.file_info().is_ok());
    }

    #[test]
    fn probe_ends_at_its_limit() {
        let mut probe = PrefixProbe::new();
        let parts = (0..1000).position(|_| probe.take(&[0xff, 0xd8, 0xff, 0xfe].repeat(1024)));
        assert_eq!(parts, Some(MAX_BYTES / 4096 - 1));
        assert!(probe.file_info().is_err() && probe.bytes.len() == MAX_BYTES);
    }
}

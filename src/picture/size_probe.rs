//! Reads a picture's size and format from its first bytes as they arrive, and decides how many of them to fetch.

use super::{FileInfo, PictureError, file_info};

/// The most bytes of a file that are parsed.
const MAX_PARSED: usize = 512 * 1024;

/// Files of up to this many bytes are read to the end: that costs less than another connection.
const SMALL: u64 = 64 * 1024;

/// The first bytes of a file, and the file info once it is known.
#[derive(Debug, Default)]
pub struct SizeProbe {
    bytes: Vec<u8>,
    /// The number of bytes for the next attempt.
    next_attempt: usize,
    info: Option<FileInfo>,
    received: u64,
    total: Option<u64>,
}

impl SizeProbe {
    /// Counting the bytes of a file without a length stops here.
    pub const MAX_COUNTED: u64 = 32 << 20;

    /// Adds the next bytes. `total` is the file's length, if the host sends it. `true` once there are enough: more would
    /// tell neither the size in pixels nor the size in bytes.
    pub fn take(&mut self, bytes: &[u8], total: Option<u64>) -> bool {
        self.total = total;
        self.received += bytes.len() as u64;
        let space = MAX_PARSED.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(space)]);
        if self.info.is_none() && self.bytes.len() >= self.next_attempt {
            // Doubling the size of each attempt keeps the total cost linear.
            self.next_attempt = self.bytes.len() * 2;
            self.info = file_info(&self.bytes).ok();
        }
        let is_parsed = self.info.is_some() || self.bytes.len() >= MAX_PARSED;
        // A host may send more than it announced.
        is_parsed && total.map_or(self.received > Self::MAX_COUNTED, |total| total.max(self.received) > SMALL)
    }

    /// The file info. If it is not known yet, all bytes so far are parsed once more.
    pub fn file_info(&self) -> Result<FileInfo, PictureError> {
        self.info.map_or_else(|| file_info(&self.bytes), Ok)
    }

    /// The file's length in bytes, if the host sent it.
    pub fn total(&self) -> Option<u64> {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIF: &[u8] = b"GIF89a\x07\0\x05\0\0\0\0;";

    const LARGE: Option<u64> = Some(SMALL + 1);

    #[test]
    fn large_file_is_enough_once_size_is_known() {
        let mut probe = SizeProbe::default();
        let first = GIF.repeat(2).iter().position(|byte| probe.take(&[*byte], LARGE));
        assert_eq!(first, Some(15), "attempts are made with 1, 2, 4, 8 and 16 bytes");
        assert_eq!(probe.file_info().map(|info| (info.width, info.height)), Ok((7, 5)));
        assert_eq!(probe.total(), LARGE);
    }

    #[test]
    fn small_file_is_read_to_its_end() {
        let mut probe = SizeProbe::default();
        assert!((0..3).all(|_| !probe.take(GIF, Some(SMALL))));
        assert!(probe.take(&GIF.repeat(10_000), Some(SMALL)), "the host announced fewer bytes");
    }

    #[test]
    fn bytes_without_a_length_are_counted_up_to_a_limit() {
        let mut probe = SizeProbe::default();
        let part = GIF.repeat(1 << 16);
        let enough = (0..1000).position(|_| probe.take(&part, None));
        let most = usize::try_from(SizeProbe::MAX_COUNTED).unwrap();
        assert_eq!(enough, Some(most / part.len()));
    }

    #[test]
    fn last_bytes_are_parsed_at_the_end() {
        let mut probe = SizeProbe::default();
        // The next attempt would be at 18 bytes, which never come.
        assert!(!probe.take(&GIF[..9], LARGE) && probe.file_info().is_err());
        probe.take(&GIF[9..], LARGE);
        assert!(probe.file_info().is_ok());
    }

    #[test]
    fn parsing_ends_at_its_limit() {
        let mut probe = SizeProbe::default();
        let parts = (0..1000).position(|_| probe.take(&[0xff, 0xd8, 0xff, 0xfe].repeat(1024), LARGE));
        assert_eq!(parts, Some(MAX_PARSED / 4096 - 1));
        assert!(probe.file_info().is_err() && probe.bytes.len() == MAX_PARSED);
    }
}

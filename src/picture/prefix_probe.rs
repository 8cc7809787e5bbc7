//! Reads a file's size and format from its first bytes as they arrive.

use super::{FileInfo, PictureError, file_info};

/// The most of a file that is looked at.
const MOST: usize = 512 * 1024;

/// The first bytes of a file, and the file info once it is known.
#[derive(Debug)]
pub struct PrefixProbe {
    bytes: Vec<u8>,
    /// With how many it is looked at again.
    look_at: usize,
    facts: Option<FileInfo>,
}

impl PrefixProbe {
    pub fn new() -> Self {
        Self { bytes: Vec::new(), look_at: 1, facts: None }
    }

    /// Adds the next bytes. `true` once more bytes would change nothing.
    pub fn take(&mut self, bytes: &[u8]) -> bool {
        let room = MOST.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if self.facts.is_none() && self.bytes.len() >= self.look_at {
            // Twice as many each time: looking at all of them is no work then.
            self.look_at = self.bytes.len() * 2;
            self.facts = file_info(&self.bytes).ok();
        }
        self.facts.is_some() || self.bytes.len() >= MOST
    }

    /// The file info. If it is not known yet, all bytes so far are parsed once more.
    pub fn file_info(&self) -> Result<FileInfo, PictureError> {
        self.facts.map_or_else(|| file_info(&self.bytes), Ok)
    }
}

impl Default for PrefixProbe {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIF: &[u8] = b"GIF89a\x07\0\x05\0\0\0\0;";

    #[test]
    fn it_has_enough_once_the_size_is_told() {
        let mut opening = PrefixProbe::new();
        let first = GIF.repeat(2).iter().position(|byte| opening.take(&[*byte]));
        assert_eq!(first, Some(15), "it is looked at with 1, 2, 4, 8 and 16 bytes");
        assert_eq!(opening.file_info().map(|facts| (facts.width, facts.height)), Ok((7, 5)));
    }

    #[test]
    fn the_last_bytes_may_be_what_was_missing() {
        let mut opening = PrefixProbe::new();
        // It is looked at again with twice as many only, which never come.
        assert!(!opening.take(&GIF[..9]) && opening.file_info().is_err());
        opening.take(&GIF[9..]);
        assert!(opening.file_info().is_ok());
    }

    #[test]
    fn no_file_is_looked_at_without_end() {
        let mut opening = PrefixProbe::new();
        let parts = (0..1000).position(|_| opening.take(&[0xff, 0xd8, 0xff, 0xfe].repeat(1024)));
        assert_eq!(parts, Some(MOST / 4096 - 1));
        assert!(opening.file_info().is_err() && opening.bytes.len() == MOST);
    }
}

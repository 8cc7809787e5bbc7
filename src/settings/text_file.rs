//! Reads a small text file of the user's, or says what is wrong with it.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Why a file can't be read, in a sentence.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("System error: {0}.")]
    System(#[from] io::Error),
    #[error("It is a folder.")]
    Folder,
    #[error("It isn't a regular file.")]
    Special,
    #[error("It is too large (limit 1 MiB).")]
    TooLarge,
    #[error("It is UTF-16. Save it as UTF-8.")]
    Utf16,
    #[error("It isn't UTF-8. Save it as UTF-8.")]
    NotUtf8,
}

impl Unreadable {
    /// Whether the sentence says what to do.
    pub(super) fn has_advice(&self) -> bool {
        matches!(self, Self::Utf16 | Self::NotUtf8)
    }
}

/// The file's text. Does not wait for a pipe or read a terminal.
pub(super) fn read_text(path: &Path) -> Result<String, Unreadable> {
    text(bytes(path)?)
}

fn bytes(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let mut options = File::options();
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    }
    let file = options.read(true).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(Unreadable::Folder);
    }
    // Some use /dev/null for "no settings".
    if !metadata.is_file() && path != Path::new("/dev/null") {
        return Err(Unreadable::Special);
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES { Err(Unreadable::TooLarge) } else { Ok(bytes) }
}

fn text(bytes: Vec<u8>) -> Result<String, Unreadable> {
    let text = String::from_utf8(bytes).map_err(std::string::FromUtf8Error::into_bytes);
    match text {
        // An ASCII text in UTF-16 is UTF-8 too, every other byte being zero.
        Ok(text) if text.bytes().take(2).any(|byte| byte == 0) => Err(Unreadable::Utf16),
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(bytes) if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) => {
            Err(Unreadable::Utf16)
        }
        Err(_) => Err(Unreadable::NotUtf8),
    }
}

/// Whether the file does not exist. Some set `XDG_CONFIG_HOME=/dev/null` for "no settings".
pub(super) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;

    use super::*;

    #[test]
    fn unreadable_files_say_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let utf16 = |text: &str, first: &[u8]| {
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            first.iter().copied().chain(units).collect::<Vec<_>>()
        };
        let mut all = String::new();
        for bytes in [
            utf16("theme = 'dark'", &[0xff, 0xfe]),
            utf16("theme = 'dark'", &[]),
            utf16("ü", &[0xff, 0xfe]),
            b"\xfe\xff\0a".to_vec(),
            b"variant = '\xfc'".to_vec(),
        ] {
            fs::write(&path, bytes).unwrap();
            writeln!(all, "{}", read_text(&path).unwrap_err()).unwrap();
        }
        File::create(&path).unwrap().set_len(100 << 20).unwrap();
        writeln!(all, "{}", read_text(&path).unwrap_err()).unwrap();
        writeln!(all, "{}", read_text(folder.path()).unwrap_err()).unwrap();
        insta::assert_snapshot!(all, @r#"
        It is UTF-16. Save it as UTF-8.
        It is UTF-16. Save it as UTF-8.
        It is UTF-16. Save it as UTF-8.
        It is UTF-16. Save it as UTF-8.
        It isn't UTF-8. Save it as UTF-8.
        It is too large (limit 1 MiB).
        It is a folder.
        "#);
        fs::write(&path, "\u{feff}theme = 'dark'").unwrap();
        assert_eq!(read_text(&path).unwrap(), "theme = 'dark'");
        fs::write(&path, "").unwrap();
        assert_eq!(read_text(&path).unwrap(), "");
        assert!(is_missing(&io::ErrorKind::NotFound.into()));
    }
}

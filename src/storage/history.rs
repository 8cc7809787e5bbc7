//! The lookups of earlier runs: one file per account, one lookup per line, newest last.
//!
//! Lookups are appended, so lines that another cfimg has written meanwhile stay. When the file is too long, a shorter
//! one is written next to it and renamed over it, so that it is never seen half-written. Both happen under a lock on a
//! separate file, because the rename would replace a locked history.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::private_file::{Lock, create_directory, open};

const MAX_LINES: usize = 1_000;

/// In bytes. An ID of 1024 characters always fits.
const MAX_LINE: usize = 4_096;

/// The length above which the file is shortened, in bytes.
const SHORTEN_ABOVE: u64 = 256 * 1024;

/// The maximum length after shortening, in bytes.
const MAX_BYTES: usize = 128 * 1024;

/// The history of one account. No file is touched before the first read or write.
#[derive(Debug, Clone)]
pub struct History {
    folder: PathBuf,
    owner: String,
}

impl History {
    /// `state` is [`super::folder`], and `owner` the result of [`super::owner`].
    pub fn new(state: &Path, owner: String) -> Self {
        Self { folder: state.join("history"), owner }
    }

    /// The lookups without duplicates, newest last. Invalid lines are left out. Does not wait for the lock.
    pub fn read(&self) -> io::Result<Vec<String>> {
        match open(&self.file(), OpenOptions::new().read(true)) {
            Ok(mut file) => Ok(newest(&read_end(&mut file)?).into_iter().map(str::to_owned).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(vec![]),
            Err(error) => Err(error),
        }
    }

    /// Appends a lookup, which must not contain a secret. A text that does not fit on a line is ignored. Waits while
    /// another cfimg is writing.
    pub fn remember(&self, text: &str) -> io::Result<()> {
        if !is_valid_line(text) {
            return Ok(());
        }
        create_directory(&self.folder)?;
        let lock = self.lock()?;
        let path = self.file();
        if fs::symlink_metadata(&path).is_ok_and(|file| file.len() > SHORTEN_ABOVE) {
            self.shorten(&lock)?;
        }
        let mut file = open(&path, OpenOptions::new().read(true).append(true).create(true))?;
        append(&mut file, text)
    }

    /// Rewrites the file with only the newest lines.
    fn shorten(&self, _lock: &Lock) -> io::Result<()> {
        let path = self.file();
        let bytes = read_end(&mut open(&path, OpenOptions::new().read(true))?)?;
        let text: String = newest(&bytes).into_iter().flat_map(|line| [line, "\n"]).collect();
        let new = path.with_extension("new");
        let mut file = open(&new, OpenOptions::new().write(true).create(true).truncate(true))?;
        file.write_all(text.as_bytes())?;
        // After a crash, the new name must not refer to a file without its content.
        file.sync_all()?;
        fs::rename(new, path)
    }

    fn lock(&self) -> io::Result<Lock> {
        Lock::wait(&self.folder)
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!("{}.txt", self.owner))
    }
}

/// Writes a whole line or nothing.
fn append(file: &mut File, text: &str) -> io::Result<()> {
    let length = file.metadata()?.len();
    let mut line = String::with_capacity(text.len() + 2);
    if length > 0 {
        let mut last = [0];
        file.seek(SeekFrom::Start(length - 1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            // The last line is incomplete or was written by an editor. Do not append to it.
            line.push('\n');
        }
    }
    line.push_str(text);
    line.push('\n');
    file.write_all(line.as_bytes()).inspect_err(|_| {
        // On a full disk, part of the line may have been written.
        _ = file.set_len(length);
    })
}

/// Reads the end of a file, up to the length that we would ever write. Another program may have written more.
fn read_end(file: &mut File) -> io::Result<Vec<u8>> {
    let limit = SHORTEN_ABOVE + MAX_LINE as u64;
    let skipped = file.metadata()?.len().saturating_sub(limit);
    file.seek(SeekFrom::Start(skipped))?;
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    if skipped > 0 {
        // The first line is incomplete.
        let whole = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1);
        bytes.drain(..whole);
    }
    Ok(bytes)
}

/// The valid lines without duplicates, newest last, within the limits.
fn newest(bytes: &[u8]) -> Vec<&str> {
    let mut seen = HashSet::new();
    let mut remaining = MAX_BYTES;
    let mut lines: Vec<&str> = bytes
        .rsplit(|byte| *byte == b'\n')
        .filter_map(|line| str::from_utf8(line).ok())
        .filter(|line| is_valid_line(line) && seen.insert(*line))
        .take(MAX_LINES)
        .take_while(|line| {
            let fits = line.len() < remaining;
            remaining = remaining.saturating_sub(line.len() + 1);
            fits
        })
        .collect();
    lines.reverse();
    lines
}

/// Whether a text can be a line: displayable, and read back unchanged.
fn is_valid_line(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= MAX_LINE && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn history() -> (TempDir, History) {
        let folder = tempfile::tempdir().unwrap();
        let history = History::new(folder.path(), "owner".to_owned());
        (folder, history)
    }

    /// A history whose file has this content.
    fn history_with(bytes: &[u8]) -> (TempDir, History) {
        let (folder, history) = history();
        create_directory(&history.folder).unwrap();
        fs::write(history.file(), bytes).unwrap();
        (folder, history)
    }

    #[test]
    fn read_returns_each_lookup_once_newest_last() {
        let (folder, history) = history();
        assert_eq!(history.read().unwrap(), Vec::<String>::new());
        for text in ["one", "zwei / 2", "日本", "one"] {
            history.remember(text).unwrap();
        }
        assert_eq!(history.read().unwrap(), ["zwei / 2", "日本", "one"]);
        let other = History::new(folder.path(), "another".to_owned());
        assert_eq!(other.read().unwrap(), Vec::<String>::new());
        assert_eq!(fs::read_to_string(history.file()).unwrap(), "one\nzwei / 2\n日本\none\n");
    }

    #[test]
    fn remember_ignores_texts_that_are_no_line() {
        let (_folder, history) = history();
        let longest = "é".repeat(MAX_LINE / 2);
        for text in ["a\nb", "\x1b]52;c;\x07", "", " ", &format!("{longest}x"), "fine", &longest] {
            history.remember(text).unwrap();
        }
        assert_eq!(history.read().unwrap(), ["fine".to_owned(), longest]);
    }

    #[test]
    fn damaged_file_loses_only_invalid_lines() {
        let long = "x".repeat(MAX_LINE + 1);
        let text = format!("good\n\n{long}\n\x1b[31mred\r\ntab\there\n\0\0\0\0\nbroken o");
        let (_folder, history) = history_with(&[text.as_bytes(), b"\xff\xfe\nlast, with no end"].concat());
        assert_eq!(history.read().unwrap(), ["good", "last, with no end"]);
        history.remember("new").unwrap();
        assert_eq!(history.read().unwrap(), ["good", "last, with no end", "new"]);
        assert_eq!(history_with(b"").1.read().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn long_file_is_shortened_to_newest_lines() {
        let written: String =
            (0..3_000).flat_map(|number| [format!("{number:0>100}"), "\n".to_owned()]).collect();
        assert!(written.len() as u64 > SHORTEN_ABOVE);
        let (_folder, history) = history_with(written.as_bytes());
        history.remember("new").unwrap();
        let lines = history.read().unwrap();
        assert_eq!(lines.len(), MAX_LINES);
        assert_eq!(lines.last().unwrap(), "new");
        let before = written.lines().last().unwrap();
        assert_eq!(lines[MAX_LINES - 2], before);
        // Rewritten, and no other file is left.
        assert!(fs::metadata(history.file()).unwrap().len() <= MAX_BYTES as u64 + 4);
        let mut names: Vec<_> =
            fs::read_dir(&history.folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["lock", "owner.txt"]);
    }

    #[test]
    fn file_size_is_bounded_with_long_lines() {
        let line = |number: u32| format!("{number:0>4000}");
        let (_folder, history) = history();
        for number in 0..100 {
            history.remember(&line(number)).unwrap();
            assert!(fs::metadata(history.file()).unwrap().len() <= SHORTEN_ABOVE + MAX_LINE as u64);
        }
        let lines = history.read().unwrap();
        assert_eq!(lines.len(), MAX_BYTES / 4001);
        assert_eq!(lines.last(), Some(&line(99)));
    }

    #[test]
    fn only_end_of_huge_file_is_read() {
        let (_folder, history) = history_with(b"old\n");
        // Mostly a hole, so that it takes no disk space.
        let mut file = OpenOptions::new().write(true).open(history.file()).unwrap();
        file.seek(SeekFrom::Start(5_000_000_000)).unwrap();
        file.write_all(b"half a line\nwhole\n").unwrap();
        assert_eq!(history.read().unwrap(), ["whole"]);
        history.remember("new").unwrap();
        assert_eq!(history.read().unwrap(), ["whole", "new"]);
        assert_eq!(fs::metadata(history.file()).unwrap().len(), 10, "shortened");
    }

    /// Each opens its own lock, as separate programs do: locks belong to the opened file, not to the process.
    #[test]
    fn concurrent_writers_and_shortening_lose_nothing() {
        let (_folder, history) = history();
        history.remember("first").unwrap();
        let writers = ["a", "b"].map(|name| {
            let history = history.clone();
            std::thread::spawn(move || {
                for number in 0..499 {
                    history.remember(&format!("{name}{number}")).unwrap();
                }
            })
        });
        let mut shortened = 0;
        while !writers.iter().all(std::thread::JoinHandle::is_finished) {
            history.shorten(&history.lock().unwrap()).unwrap();
            shortened += 1;
        }
        for writer in writers {
            writer.join().unwrap();
        }
        assert!(shortened > 0);
        let lines = history.read().unwrap();
        assert_eq!(lines.len(), 999);
        for name in ["a", "b"] {
            let own_lines = lines.iter().filter(|text| text.starts_with(name));
            assert!(
                own_lines.eq((0..499).map(|number| format!("{name}{number}")).collect::<Vec<_>>().iter())
            );
        }
    }

    #[test]
    fn interrupted_shortening_leaves_file_intact() {
        let (_folder, history) = history_with(b"kept\n");
        fs::write(history.file().with_extension("new"), "half a li").unwrap();
        assert_eq!(history.read().unwrap(), ["kept"]);
        history.shorten(&history.lock().unwrap()).unwrap();
        assert_eq!(fs::read_to_string(history.file()).unwrap(), "kept\n");
        assert!(!history.file().with_extension("new").exists());
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        use super::*;

        fn mode(path: &Path) -> u32 {
            fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
        }

        #[test]
        fn files_are_readable_by_owner_only() {
            let (folder, _) = history();
            let history = History::new(&folder.path().join("state/cfimg"), "owner".to_owned());
            history.remember("one").unwrap();
            assert_eq!((mode(&history.folder), mode(&history.file())), (0o700, 0o600));
            assert_eq!(mode(&folder.path().join("state/cfimg")), 0o700);
            assert_eq!(mode(&history.folder.join("lock")), 0o600);
            history.shorten(&history.lock().unwrap()).unwrap();
            assert_eq!(mode(&history.file()), 0o600);
            fs::set_permissions(history.file(), fs::Permissions::from_mode(0o644)).unwrap();
            history.read().unwrap();
            assert_eq!(mode(&history.file()), 0o600, "permissions of a copied file are fixed");
        }

        #[test]
        fn links_directories_and_pipes_are_left_alone() {
            let (folder, history) = history_with(b"");
            let theirs = folder.path().join("theirs");
            fs::write(&theirs, "theirs\n").unwrap();
            fs::remove_file(history.file()).unwrap();

            symlink(&theirs, history.file()).unwrap();
            assert!(history.read().is_err() && history.remember("one").is_err());
            assert_eq!(fs::read_to_string(&theirs).unwrap(), "theirs\n");

            fs::remove_file(history.file()).unwrap();
            fs::create_dir(history.file()).unwrap();
            assert!(history.read().is_err() && history.remember("one").is_err());

            // A pipe without a reader or writer must not block.
            fs::remove_dir(history.file()).unwrap();
            let mkfifo = std::process::Command::new("mkfifo").arg(history.file()).status().unwrap();
            assert!(mkfifo.success());
            assert!(history.read().is_err() && history.remember("one").is_err());

            fs::remove_file(history.file()).unwrap();
            history.remember("one").unwrap();
            assert_eq!(history.read().unwrap(), ["one"]);
        }

        #[test]
        fn shortening_does_not_follow_a_link() {
            let (folder, history) = history_with(b"kept\n");
            let theirs = folder.path().join("theirs");
            fs::write(&theirs, "theirs\n").unwrap();
            symlink(&theirs, history.file().with_extension("new")).unwrap();
            assert!(history.shorten(&history.lock().unwrap()).is_err());
            assert_eq!(fs::read_to_string(&theirs).unwrap(), "theirs\n");
            assert_eq!(history.read().unwrap(), ["kept"]);
        }

        #[test]
        fn uncreatable_directory_is_an_error() {
            let (folder, _) = history();
            fs::write(folder.path().join("file"), "").unwrap();
            let history = History::new(&folder.path().join("file"), "owner".to_owned());
            assert!(history.remember("one").is_err());
        }

        #[cfg(target_os = "linux")]
        #[test]
        fn full_disk_is_an_error() {
            let mut full = OpenOptions::new().read(true).append(true).open("/dev/full").unwrap();
            assert_eq!(append(&mut full, "one").unwrap_err().kind(), io::ErrorKind::StorageFull);
        }
    }
}

//! Thumbnails of the gallery, stored so that the next start shows them without a request.
//!
//! A file per thumbnail: a hash, then the bytes as the delivery host sent them. By the hash a damaged file is recognised,
//! and removed. The name is made of hashes too, so it reveals no URL and no ID. Files appear only when complete. Nothing
//! is locked: two cfimg write different files, or the same file with the same content.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tempfile::Builder;

use super::private_file::{create_directory, open};
use crate::domain::{Access, ImageId};

/// The most bytes that all files take on the disk, of all accounts together.
const CAPACITY: u64 = 64 << 20;

/// Files are counted in blocks of this many bytes. This also bounds how many there are.
const BLOCK: u64 = 4096;

/// The largest part of the capacity that one thumbnail takes, and that is written before the folder is read again:
/// another cfimg may write too.
const SHARE: u64 = 16;

/// The first bytes of each file: the format and its version.
const MAGIC: &[u8; 8] = b"cfimgT1\n";

/// The bytes before the picture: the format, and a hash.
const HEAD: usize = MAGIC.len() + 32;

const EXTENSION: &str = "thumb";

/// The extension of a file that is being written.
const UNFINISHED: &str = "part";

/// The thumbnails of one account. No file is touched before the first read or write.
#[derive(Debug)]
pub struct ThumbnailCache {
    folder: PathBuf,
    owner: String,
    capacity: u64,
    /// Whether images that are not public are stored too.
    stores_private: bool,
    /// What was seen of the folder. `None` until it is read.
    seen: Option<Seen>,
    /// The images of this account that have files, by their part of the name. `None` until they are needed.
    images: Option<HashSet<String>>,
}

/// The size of the folder when it was last read, and what was written since.
#[derive(Debug, Default)]
struct Seen {
    size: u64,
    written: u64,
}

/// Identifies a thumbnail. Another upload of the same image is another thumbnail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThumbnailId {
    pub image: ImageId,
    /// The delivery URL, without a signature.
    pub url: String,
    pub uploaded: Timestamp,
    pub access: Access,
}

/// A file in the folder.
struct Entry {
    path: PathBuf,
    used: SystemTime,
    /// In whole blocks.
    size: u64,
}

impl ThumbnailCache {
    /// `cache` is [`super::cache_folder`], and `owner` the result of [`super::owner`].
    pub fn new(cache: &Path, owner: String) -> Self {
        let folder = folder_in(cache);
        Self { folder, owner, capacity: CAPACITY, stores_private: false, seen: None, images: None }
    }

    /// Also stores thumbnails of images that are not public, if `yes`.
    #[must_use]
    pub fn with_private(self, yes: bool) -> Self {
        Self { stores_private: yes, ..self }
    }

    /// Where the files are. The folder may not exist.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The bytes of a thumbnail, which becomes the most recently used one. A damaged file is removed. If the image is no
    /// longer public, all its files are.
    pub fn read(&mut self, id: &ThumbnailId, now: Timestamp) -> Option<Vec<u8>> {
        if !self.may_store(id) {
            if self.images().contains(&image_part(&id.image)) {
                self.forget(&id.image);
            }
            return None;
        }
        check_folder(&self.folder).ok()?;
        let path = self.path(id);
        match self.read_file(&path, now) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::info!(%error, "a cached thumbnail is damaged");
                _ = fs::remove_file(path);
                None
            }
        }
    }

    fn read_file(&self, path: &Path, now: Timestamp) -> io::Result<Vec<u8>> {
        let mut file = open(path, OpenOptions::new().read(true))?;
        let mut head = [0; HEAD];
        file.read_exact(&mut head)?;
        let mut bytes = Vec::new();
        (&file).take(self.largest()).read_to_end(&mut bytes)?;
        if head != head_of(path, &bytes) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        // Fails on a read-only disk, where nothing is evicted either.
        _ = file.set_modified(system_time(now));
        Ok(bytes)
    }

    /// Stores a thumbnail unless it is stored already, and removes the least recently used ones if the cache is full. One
    /// that may not be stored, or is too large, is ignored.
    pub fn store(&mut self, id: &ThumbnailId, bytes: &[u8], now: Timestamp) -> io::Result<()> {
        let size = blocks((HEAD + bytes.len()) as u64);
        if !self.may_store(id) || size > self.largest() {
            return Ok(());
        }
        create_directory(&self.folder)?;
        check_folder(&self.folder)?;
        let path = self.path(id);
        if fs::symlink_metadata(&path).is_ok_and(|file| file.is_file()) {
            return Ok(());
        }
        self.make_room(size)?;
        // Not synced: after a crash, the hash tells whether the file is whole.
        let mut file =
            Builder::new().prefix(".").suffix(&format!(".{UNFINISHED}")).tempfile_in(&self.folder)?;
        file.write_all(&head_of(&path, bytes))?;
        file.write_all(bytes)?;
        let file = file.persist(path)?;
        // Only now: an unfinished file must not be the oldest.
        _ = file.set_modified(system_time(now));
        if let Some(images) = &mut self.images {
            images.insert(image_part(&id.image));
        }
        Ok(())
    }

    /// Removes the thumbnails of an image.
    pub fn forget(&mut self, image: &ImageId) {
        let part = image_part(image);
        let prefix = format!("{}-{part}-", self.owner);
        _ = remove_files(&self.folder, |name| name.starts_with(&prefix));
        if let Some(images) = &mut self.images {
            images.remove(&part);
        }
    }

    /// The size of this account's files, in bytes.
    pub fn size(&self) -> u64 {
        let files = files(&self.folder).unwrap_or_default();
        files
            .iter()
            .filter(|(name, _)| is_of(name, Some(&self.owner)))
            .map(|(_, metadata)| metadata.len())
            .sum()
    }

    /// Removes the thumbnails of one account or of all accounts. Returns the number of bytes freed.
    pub fn clear(cache: &Path, owner: Option<&str>) -> io::Result<u64> {
        remove_files(&folder_in(cache), |name| is_of(name, owner))
    }

    /// Whether this thumbnail may be on the disk.
    fn may_store(&self, id: &ThumbnailId) -> bool {
        self.stores_private || id.access == Access::Public
    }

    /// The most bytes of one thumbnail.
    fn largest(&self) -> u64 {
        self.capacity / SHARE
    }

    fn path(&self, id: &ThumbnailId) -> PathBuf {
        let mut hash = Sha256::new();
        for part in [id.image.as_str(), &id.url] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.update(id.uploaded.as_millisecond().to_le_bytes());
        let rest = hex::encode(&hash.finalize()[..16]);
        self.folder.join(format!("{}-{}-{rest}.{EXTENSION}", self.owner, image_part(&id.image)))
    }

    fn images(&mut self) -> &HashSet<String> {
        self.images.get_or_insert_with(|| {
            let files = files(&self.folder).unwrap_or_default();
            let ours = files.iter().filter(|(name, _)| is_of(name, Some(&self.owner)));
            ours.filter_map(|(name, _)| name.split('-').nth(1).map(str::to_owned)).collect()
        })
    }

    /// Removes the least recently used files, of any account, until there is space for `size` bytes more.
    fn make_room(&mut self, size: u64) -> io::Result<()> {
        if let Some(Seen { size: before, written }) = &mut self.seen
            && *before + *written + size <= self.capacity
            && *written < self.capacity / SHARE
        {
            *written += size;
            return Ok(());
        }
        let mut entries: Vec<Entry> = files(&self.folder)?
            .into_iter()
            .filter(|(name, _)| is_of(name, None))
            .filter_map(|(name, metadata)| {
                let used = metadata.modified().ok()?;
                Some(Entry { path: self.folder.join(name), used, size: blocks(metadata.len()) })
            })
            .collect();
        let mut total: u64 = entries.iter().map(|entry| entry.size).sum();
        if total + size > self.capacity {
            // More than is needed now, so that the next file does not find it full again.
            let goal = self.capacity - self.largest();
            entries.sort_by_key(|entry| entry.used);
            for entry in entries {
                if total + size <= goal {
                    break;
                }
                match fs::remove_file(&entry.path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => total -= entry.size,
                }
            }
        }
        self.seen = Some(Seen { size: total, written: size });
        Ok(())
    }
}

fn folder_in(cache: &Path) -> PathBuf {
    cache.join("thumbnails")
}

/// Fails unless it is a real folder that only its owner can use.
fn check_folder(folder: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(folder)?;
    if !metadata.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o077 != 0 {
            // Fails for another user's folder.
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

/// The regular files of the folder with their names. Links and folders are left out. Empty if there is no folder.
fn files(folder: &Path) -> io::Result<Vec<(String, fs::Metadata)>> {
    match check_folder(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        checked => checked?,
    }
    let entries = fs::read_dir(folder)?.filter_map(Result::ok);
    let files =
        entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.metadata().ok()?)));
    Ok(files.filter(|(_, metadata)| metadata.is_file()).collect())
}

/// Removes the files whose names match. Returns how many bytes they had.
fn remove_files(folder: &Path, matches: impl Fn(&str) -> bool) -> io::Result<u64> {
    let mut freed = 0;
    for (name, metadata) in files(folder)?.into_iter().filter(|(name, _)| matches(name)) {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => {
                removed?;
                freed += metadata.len();
            }
        }
    }
    Ok(freed)
}

/// Whether a file belongs to this account. With `None`, whether it is of any account, or an unfinished file.
fn is_of(name: &str, owner: Option<&str>) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    match owner {
        Some(owner) => extension == EXTENSION && stem.split('-').next() == Some(owner),
        None => extension == EXTENSION || extension == UNFINISHED,
    }
}

/// The part of the name that all thumbnails of an image share.
fn image_part(image: &ImageId) -> String {
    hex::encode(&Sha256::digest(image.as_str())[..8])
}

/// What a file starts with. The hash includes the name, so a file that was renamed counts as damaged.
fn head_of(path: &Path, bytes: &[u8]) -> [u8; HEAD] {
    let mut hash = Sha256::new();
    hash.update(path.file_name().unwrap_or_default().as_encoded_bytes());
    hash.update(bytes);
    let mut head = [0; HEAD];
    head[..MAGIC.len()].copy_from_slice(MAGIC);
    head[MAGIC.len()..].copy_from_slice(&hash.finalize());
    head
}

/// The space on the disk of a file of this size.
fn blocks(bytes: u64) -> u64 {
    bytes.div_ceil(BLOCK) * BLOCK
}

fn system_time(now: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + now.as_duration().unsigned_abs()
}

#[cfg(test)]
mod tests;

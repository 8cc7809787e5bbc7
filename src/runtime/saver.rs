//! Saves pictures to files, from the program.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use futures_util::stream::{self, StreamExt as _};

use super::clock::now;
use super::failures::bug;
use super::request_limiter::{Priority, RequestLimiter};
use crate::app::{PictureSource, PictureToSave, SaveCount, SaveOutcome, SavedFile};
use crate::cloudflare::{
    Client, Delivery, KeyRing, MAX_SAVE_BYTES, OnWait, PictureDownload, ignore_progress,
};
use crate::domain::file_name::{numbered, with_extension};
use crate::domain::sanitize::sanitize;
use crate::domain::{Failure, FailureKind};
use crate::picture::{ACCEPT, check_is_picture, format};
use crate::settings::display_path;
use crate::storage::{AtomicFile, folder_of};

/// Pictures of a batch that are saved at once.
const AT_ONCE: usize = 4;

/// A batch ends after this many failures in a row: the disk may be full, or the network gone.
const MAX_FAILURES_IN_A_ROW: usize = 10;

#[derive(Clone)]
pub(super) struct Saver {
    client: Option<Client>,
    keys: KeyRing,
    delivery: Delivery,
    request_limiter: RequestLimiter,
}

impl Saver {
    pub(super) fn new(client: Option<Client>, keys: KeyRing, request_limiter: RequestLimiter) -> Self {
        Self { client, keys, delivery: Delivery::new(), request_limiter }
    }

    /// Saves a picture to `path`, or under its own name if that is a folder. An existing file is only replaced if it is
    /// `replace`.
    pub(super) async fn save(
        self,
        picture: PictureToSave,
        mut path: String,
        replace: Option<String>,
        on_wait: Box<OnWait<'static>>,
    ) -> Result<SaveOutcome, Failure> {
        if path.ends_with(std::path::is_separator) || expand_home(&path).is_dir() {
            path = join(&path, &picture.name);
        }
        let is_taken = |path: &str| replace.as_deref() != Some(path) && exists(&expand_home(path));
        if fs::metadata(expand_home(&path)).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(Failure::other(format!("{} isn't a file", sanitize(&path)), "Choose another name."));
        }
        if is_taken(&path) {
            return Ok(SaveOutcome::Exists(path));
        }
        let file = self.download(&picture.source, folder_of(&expand_home(&path)), &*on_wait).await?;
        let format = format(file.head());
        if let Some(format) = format {
            path = with_name(&path, |name| with_extension(name, format.extension()));
        }
        let force = replace.as_deref() == Some(&*path);
        if is_taken(&path) {
            return Ok(SaveOutcome::Exists(path));
        }
        let bytes = file.size();
        match persist(file, expand_home(&path), force).await? {
            Ok(()) => {
                let path = expand_home(&path);
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let folder = shown_folder(folder_of(&path));
                Ok(SaveOutcome::Saved(SavedFile { name, folder, bytes, format }))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(SaveOutcome::Exists(path)),
            Err(error) => Err(write_failure(&expand_home(&path), &error)),
        }
    }

    /// Saves pictures to a folder, which is created. A name that is taken gets a number. Calls `on_done` with the number
    /// of pictures that are saved or have failed.
    pub(super) async fn save_all(
        self,
        pictures: Vec<PictureToSave>,
        folder: String,
        on_wait: Box<OnWait<'static>>,
        on_done: impl Fn(usize),
    ) -> Result<SaveCount, Failure> {
        let folder = expand_home(&folder);
        fs::create_dir_all(&folder).map_err(|error| write_failure(&folder, &error))?;
        let no_key = Mutex::new(None);
        let total = pictures.len();
        let mut results = stream::iter(pictures)
            .map(|picture| async {
                let result = self.save_one_of_many(&picture, &folder, &no_key, &*on_wait).await;
                (picture.name, result)
            })
            .buffer_unordered(AT_ONCE);
        let mut count = SaveCount { folder: shown_folder(&folder), ..SaveCount::default() };
        let mut in_a_row = 0;
        while let Some((name, result)) = results.next().await {
            match result {
                Ok(()) => {
                    count.saved += 1;
                    in_a_row = 0;
                }
                Err(failure) => {
                    in_a_row += usize::from(failure.kind != FailureKind::Credentials);
                    count.fail(name, failure);
                }
            }
            on_done(count.saved + count.failed);
            if in_a_row == MAX_FAILURES_IN_A_ROW {
                count.failed = total - count.saved;
                break;
            }
        }
        Ok(count)
    }

    async fn save_one_of_many(
        &self,
        picture: &PictureToSave,
        folder: &Path,
        no_key: &Mutex<Option<Failure>>,
        on_wait: &OnWait<'_>,
    ) -> Result<(), Failure> {
        let is_private = matches!(picture.source, PictureSource::Signed { .. });
        let known = no_key.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(failure) = known.filter(|_| is_private) {
            return Err(failure);
        }
        let _permit = self.request_limiter.acquire(Priority::Background).await;
        let file = match self.download(&picture.source, folder, on_wait).await {
            Err(failure) if is_private && failure.kind == FailureKind::Credentials => {
                // Otherwise each private image would cost a request for keys.
                no_key.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure.clone());
                return Err(failure);
            }
            result => result?,
        };
        let name = match format(file.head()) {
            Some(format) => with_extension(&picture.name, format.extension()),
            None => picture.name.clone(),
        };
        let path = free_path(folder, &name);
        persist(file, path.clone(), false).await?.map_err(|error| write_failure(&path, &error))
    }

    /// Saves a picture to a folder that is ours. Its name does not come from the image, but its extension is that of the
    /// format.
    pub(super) async fn fetch_into(
        &self,
        source: &PictureSource,
        folder: &Path,
        on_wait: &OnWait<'_>,
    ) -> Result<PathBuf, Failure> {
        let file = self.download(source, folder, on_wait).await?;
        let name = format(file.head())
            .map_or("picture".into(), |format| with_extension("picture", format.extension()));
        let path = folder.join(name);
        persist(file, path.clone(), false).await?.map_err(|error| write_failure(&path, &error))?;
        Ok(path)
    }

    /// Downloads a picture to a temporary file in a folder.
    async fn download(
        &self,
        source: &PictureSource,
        folder: &Path,
        on_wait: &OnWait<'_>,
    ) -> Result<AtomicFile, Failure> {
        let client = self.client.as_ref().ok_or_else(bug)?;
        let mut file = AtomicFile::create_in(folder).map_err(|error| write_failure(folder, &error))?;
        let download = PictureDownload {
            client,
            keys: &self.keys,
            delivery: &self.delivery,
            accept: ACCEPT,
            now: now(),
        };
        let saved = download.save(source, MAX_SAVE_BYTES, &mut file, on_wait, &ignore_progress).await?;
        if saved.bytes == 0 || source.is_delivered() {
            check_is_picture(file.head()).map_err(|error| error.failure())?;
        }
        Ok(file)
    }
}

/// Syncs and renames a file on another thread, as that may take long.
async fn persist(file: AtomicFile, path: PathBuf, force: bool) -> Result<io::Result<()>, Failure> {
    tokio::task::spawn_blocking(move || file.persist(&path, force)).await.map_err(|_| bug())
}

/// The path that a typed path means. `~` is the home directory.
fn expand_home(typed: &str) -> PathBuf {
    let rest = match typed.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with(std::path::is_separator) => rest,
        _ => return typed.into(),
    };
    let home = etcetera::home_dir();
    home.map_or_else(|_| typed.into(), |home| home.join(rest.trim_start_matches(std::path::is_separator)))
}

/// A folder for a message: absolute, or in the home folder `~`.
fn shown_folder(folder: &Path) -> String {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    display_path(&std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()))
}

/// Whether there is something at this path, even a dangling link.
fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn join(folder: &str, name: &str) -> String {
    if folder.ends_with(std::path::is_separator) {
        format!("{folder}{name}")
    } else {
        format!("{folder}/{name}")
    }
}

/// Changes the last component of a typed path.
fn with_name(path: &str, change: impl Fn(&str) -> String) -> String {
    let at = path.rfind(std::path::is_separator).map_or(0, |at| at + 1);
    format!("{}{}", &path[..at], change(&path[at..]))
}

/// A path in a folder that is not taken.
fn free_path(folder: &Path, name: &str) -> PathBuf {
    let mut path = folder.join(name);
    for number in 2..=u32::MAX {
        if !exists(&path) {
            break;
        }
        path = folder.join(numbered(name, number));
    }
    path
}

fn write_failure(path: &Path, error: &io::Error) -> Failure {
    let path = if path.as_os_str().is_empty() { "this folder".into() } else { path.display().to_string() };
    Failure::other(
        format!("Couldn't write to {}", sanitize(&path)),
        format!("System error: {error}. Choose another place."),
    )
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::cloudflare::ignore_waits;
    use crate::domain::KeySource;

    #[test]
    fn tilde_is_the_home_directory() {
        let home = etcetera::home_dir().unwrap();
        assert_eq!(
            [expand_home("~"), expand_home("~/a"), expand_home("~a"), expand_home("a")],
            [home.clone(), home.join("a"), "~a".into(), "a".into()]
        );
    }

    #[test]
    fn folder_is_shown_absolutely_or_in_the_home_directory() {
        let here = display_path(&std::env::current_dir().unwrap());
        assert_eq!([shown_folder(Path::new("")), shown_folder(Path::new("."))], [here.clone(), here.clone()]);
        assert_eq!(shown_folder(Path::new("./a/")).trim_end_matches('/'), format!("{here}/a"));
        assert_eq!(shown_folder(&expand_home("~/a")), "~/a");
    }

    #[test]
    fn name_is_changed_in_its_folder() {
        let corrected = |path| with_name(path, |name| with_extension(name, "webp"));
        assert_eq!(["a.png", "~/a", "./b.c/a.jpg"].map(corrected), ["a.webp", "~/a.webp", "./b.c/a.webp"]);
        assert_eq!([join("b", "a"), join("b/", "a")], ["b/a", "b/a"]);
    }

    #[test]
    fn taken_name_gets_a_number() {
        let folder = tempfile::tempdir().unwrap();
        for expected in ["a.png", "a-2.png", "a-3.png"] {
            let path = free_path(folder.path(), "a.png");
            assert_eq!(path, folder.path().join(expected));
            fs::write(path, "").unwrap();
        }
    }

    #[tokio::test]
    async fn batch_ends_after_failures_in_a_row() {
        let saver = Saver::new(None, KeyRing::new(None, KeySource::Account, vec![]), RequestLimiter::new());
        let picture = |number| PictureToSave {
            source: PictureSource::Plain("https://imagedelivery.net/H/a/public".to_owned()),
            name: format!("{number}.png"),
        };
        let (folder, last) = (tempfile::tempdir().unwrap(), Cell::new(0));
        let place = folder.path().join("new").display().to_string();
        let count = saver
            .save_all((0..100).map(picture).collect(), place, Box::new(ignore_waits), |done| last.set(done))
            .await
            .unwrap();
        assert_eq!((count.saved, count.failed, last.get()), (0, 100, MAX_FAILURES_IN_A_ROW));
        assert_eq!(count.first_failure.map(|(name, _)| name).as_deref(), Some("0.png"));
    }
}

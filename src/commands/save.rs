//! `cfimg save`: saves pictures to files.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::stream::{self, StreamExt as _};

use super::account::Account;
use super::account_cache::AccountCache;
use super::arguments::Save;
use super::concurrent::{AT_ONCE, done_in_order};
use super::console::{Console, Errors, Stop};
use super::image_args::{self, Input};
use super::interrupt::{Signals, interrupted};
use super::picture_fetcher::{PictureFetcher, describe};
use super::variant_arg::variant_arg;
use crate::cloudflare::{MAX_SAVE_BYTES, Progress};
use crate::domain::account::{bytes, group_thousands};
use crate::domain::failure::UPLOAD_AGAIN;
use crate::domain::{Failure, FailureKind, Image, NoVariant, PictureSource, Reference, SignMode, file_name};
use crate::picture::{check_is_picture, extension};
use crate::storage::{AtomicFile, folder_of, remove_unfinished};

/// Saves the pictures and prints their paths. If a signal ends the command, incomplete files are removed.
pub(super) async fn save<A: Account + PictureFetcher>(
    args: &Save,
    input: Input,
    connect: impl FnOnce() -> Result<A, Failure>,
    is_terminal: bool,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    tokio::select! {
        biased;
        code = interrupted(Signals::All, remove_unfinished) => {
            console.errors.clear();
            Ok(code)
        }
        saved = save_all(args, input, connect, is_terminal, console.out, console.errors) => saved,
    }
}

async fn save_all<A: Account + PictureFetcher>(
    args: &Save,
    input: Input,
    connect: impl FnOnce() -> Result<A, Failure>,
    is_terminal: bool,
    out: &mut dyn Write,
    errors: &Errors,
) -> Result<u8, Stop> {
    let destination = Destination::read(args, is_terminal)?;
    let images = image_args::one_or_lines(&args.image, input)?;
    let images = match destination {
        Destination::File(None) => images.left_stream(),
        _ => stream::iter(image_args::at_most(1, images).await.ok_or_else(too_many)?).right_stream(),
    };
    let account = image_args::connect(connect, Some(&args.image))?;
    let save_progress = SaveProgress {
        errors,
        several: args.image == "-",
        saved: AtomicU64::new(0),
        received: AtomicU64::new(0),
    };
    let saver = Saver {
        args,
        destination,
        cache: AccountCache::new(&account, errors),
        save_progress,
        written: RefCell::default(),
    };
    let fetch = async |reference: Reference| saver.fetch_image(&reference).await;
    let code = done_in_order(images, AT_ONCE, fetch, errors, async |_, fetched| {
        errors.clear();
        saver.save_progress.saved.fetch_add(1, Ordering::Relaxed);
        match fetched {
            Fetched::Written => {}
            Fetched::Bytes(bytes) => {
                out.write_all(&bytes)?;
                out.flush()?;
            }
            Fetched::File(file, path) => {
                if let Err(failure) = saver.persist(file, &path) {
                    return Ok(Err(failure));
                }
                write_path(&path, out)?;
                saver.written.borrow_mut().insert(path);
            }
        }
        Ok(Ok(0))
    })
    .await;
    errors.clear();
    code
}

/// Saves the images of one command.
struct Saver<'a, A> {
    args: &'a Save,
    destination: Destination,
    cache: AccountCache<'a, A>,
    save_progress: SaveProgress<'a>,
    /// The files that this command has written so far.
    written: RefCell<HashSet<PathBuf>>,
}

/// A picture that has been fetched completely.
enum Fetched {
    /// For standard output. They are written only when complete: a reader of the pipe could not detect a
    /// part.
    Bytes(Vec<u8>),
    /// Already written to the device.
    Written,
    /// In a temporary file, to be renamed to this path.
    File(AtomicFile, PathBuf),
}

impl<A: Account + PictureFetcher> Saver<'_, A> {
    async fn fetch_image(&self, reference: &Reference) -> Result<Fetched, Failure> {
        let image = self.cache.account.image(reference).await?;
        let (source, variant) = self.source(&image).await?;
        match &self.destination {
            Destination::StandardOutput => {
                let mut bytes = Vec::new();
                self.fetch(&source, &mut bytes).await?;
                is_picture(&source, &bytes)?;
                Ok(Fetched::Bytes(bytes))
            }
            Destination::Device(path) => {
                let opened = std::fs::OpenOptions::new().write(true).open(path);
                let mut device = opened.map_err(|error| write_failure(path, &error))?;
                self.fetch(&source, &mut device).await?;
                Ok(Fetched::Written)
            }
            Destination::File(named) => {
                // An original probably has the format that its file name says. Then an existing file is found
                // before anything is fetched.
                let expected = match &source {
                    PictureSource::Original(_) if has_extension(&image) => {
                        Some(file_name(&image, None, None).into())
                    }
                    _ => None,
                };
                if let Some(path) = named.clone().or(expected) {
                    self.check_free(&path)?;
                }
                let folder = named.as_deref().map_or(Path::new(""), folder_of);
                let mut file =
                    AtomicFile::create_in(folder).map_err(|error| write_failure(folder, &error))?;
                self.fetch(&source, &mut file).await?;
                is_picture(&source, file.head())?;
                let path = named
                    .clone()
                    .unwrap_or_else(|| file_name(&image, variant.as_deref(), extension(file.head())).into());
                Ok(Fetched::File(file, path))
            }
        }
    }

    async fn fetch(&self, source: &PictureSource, to: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let (last_step, last) = (AtomicU64::new(u64::MAX), AtomicU64::new(0));
        let save_progress = &self.save_progress;
        let on_progress = |progress| save_progress.update(progress, &last_step, &last);
        let saved = self.cache.account.fetch(source, MAX_SAVE_BYTES, to, &on_progress).await?;
        if saved.bytes == 0 { Err(empty()) } else { Ok(()) }
    }

    /// The original, or the variant named by the arguments and its name. The original is never saved in place
    /// of a variant.
    async fn source(&self, image: &Image) -> Result<(PictureSource, Option<String>), Failure> {
        let Some(variant) = &self.args.variant else {
            return if image.draft {
                Err(NoVariant::Draft.failure(image))
            } else {
                Ok((PictureSource::Original(image.id.clone()), None))
            };
        };
        let variant = variant_arg(image, Some(variant), None, None, self.cache.errors)?;
        let options = self.cache.options_for(image.access, SignMode::IfNeeded).await;
        let source = self.cache.source_of(&variant.url, image.access, options).await.map_err(|why| {
            Failure::new(
                why.kind,
                "This variant needs a signed URL",
                format!("{why} Or omit VARIANT to save the original."),
            )
        })?;
        Ok((source, Some(variant.name)))
    }

    /// Fails if the path is taken. If two images of one command have the same file name, the second fails,
    /// even with `--force`.
    fn check_free(&self, path: &Path) -> Result<(), Failure> {
        if self.written.borrow().contains(path) {
            return Err(Failure::other(
                format!("{} was just saved from another image", path.display()),
                "Both images have this file name. Save this one separately, with -o.",
            ));
        }
        // A dangling link counts as existing.
        if !self.args.force && path.symlink_metadata().is_ok() { Err(already_exists(path)) } else { Ok(()) }
    }

    /// Moves a file to its path.
    fn persist(&self, file: AtomicFile, path: &Path) -> Result<(), Failure> {
        // Another image may have been saved there since the first check.
        self.check_free(path)?;
        file.persist(path, self.args.force).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => already_exists(path),
            _ => write_failure(path, &error),
        })
    }
}

fn empty() -> Failure {
    Failure::new(FailureKind::Network, "The picture's file is empty", UPLOAD_AGAIN)
}

fn too_many() -> Failure {
    Failure::usage(
        "-o is for a single image",
        "Omit -o: each image is then saved under its own name, in the current folder.",
    )
}

/// The destination.
enum Destination {
    StandardOutput,
    /// An existing path that is not a regular file: a device, a pipe.
    Device(PathBuf),
    /// A file; `None` means the image's own name in the current folder.
    File(Option<PathBuf>),
}

impl Destination {
    fn read(args: &Save, is_terminal: bool) -> Result<Self, Failure> {
        let Some(path) = &args.output else { return Ok(Self::File(None)) };
        if path.as_os_str() == "-" {
            if is_terminal {
                return Err(Failure::usage(
                    "Standard output is a terminal",
                    "Name a file with -o, or show the picture with `cfimg view`.",
                ));
            }
            return Ok(Self::StandardOutput);
        }
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                Err(Failure::usage(format!("{} is a folder", path.display()), "Name a file in it."))
            }
            Ok(metadata) if !metadata.is_file() => Ok(Self::Device(path.clone())),
            _ => Ok(Self::File(Some(path.clone()))),
        }
    }
}

/// Fails if a delivery host sent something other than a picture. An original may be anything.
fn is_picture(source: &PictureSource, head: &[u8]) -> Result<(), Failure> {
    if source.is_delivered() {
        check_is_picture(head).map_err(|error| error.failure())?;
    }
    Ok(())
}

/// Whether the file name ends with the extension of a picture format.
fn has_extension(image: &Image) -> bool {
    let name = file_name(image, None, None);
    let extension = Path::new(&name).extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| file_name(image, None, Some(extension)) == name)
}

fn already_exists(path: &Path) -> Failure {
    Failure::other(
        format!("{} already exists", path.display()),
        "Choose another file with -o, or overwrite it with --force.",
    )
}

fn write_failure(path: &Path, error: &io::Error) -> Failure {
    let path = if path.as_os_str().is_empty() { "the file".into() } else { path.display().to_string() };
    Failure::other(
        format!("Couldn't write {path}"),
        format!("System error: {error}. Choose another file with -o."),
    )
}

fn write_path(path: &Path, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(path.as_os_str().as_encoded_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Shows progress, if standard error is a terminal.
struct SaveProgress<'a> {
    errors: &'a Errors,
    several: bool,
    saved: AtomicU64,
    /// Bytes of all images together.
    received: AtomicU64,
}

impl SaveProgress<'_> {
    /// Updates the status line: with one image for each percent, with several for all together. `last_step`
    /// and `last` are this image's state.
    fn update(&self, Progress { received, total }: Progress, last_step: &AtomicU64, last: &AtomicU64) {
        if !self.errors.is_terminal() {
            return;
        }
        let new = received.saturating_sub(last.swap(received, Ordering::Relaxed));
        let all = self.received.fetch_add(new, Ordering::Relaxed) + new;
        let step = match total {
            Some(total) => received.saturating_mul(100) / total.max(1),
            None => received >> 17,
        };
        if last_step.swap(step, Ordering::Relaxed) == step {
            return;
        }
        self.errors.status(&if self.several {
            format!("{} saved, {}…", group_thousands(self.saved.load(Ordering::Relaxed)), bytes(all))
        } else {
            describe(Progress { received, total })
        });
    }
}

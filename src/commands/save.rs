//! `cfimg save`: a picture's bytes into a file.

mod fresh;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::account::Account;
use super::arguments::Save;
use super::console::{Clock, Console, Errors, Stop};
use super::references::{self, Input};
use super::signing::Signs;
use super::source::{Pictures, Source, Sources, format, options_for, picture_failure};
use crate::cloudflare::{MOST_SAVED, Progress};
use crate::domain::account::bytes;
use crate::domain::{Failure, FailureKind, Image, NoVariant, file_name};
use crate::picture::{Format, facts};
use fresh::Fresh;

/// What is looked at of a file to tell its kind.
const HEAD: usize = 16 * 1024;

/// Saves, and prints the path. A signal that ends us takes away what is half done.
pub(super) async fn save<A: Account + Signs + Pictures>(
    asked: &Save,
    input: Input,
    connect: impl FnOnce() -> Result<A, Failure>,
    is_terminal: bool,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let clock = console.clock();
    tokio::select! {
        biased;
        code = interrupted() => {
            console.errors.clear();
            Ok(code)
        }
        saved = save_to_its_end(asked, input, connect, is_terminal, clock, console.out, console.errors) => saved,
    }
}

async fn save_to_its_end<A: Account + Signs + Pictures>(
    asked: &Save,
    input: Input,
    connect: impl FnOnce() -> Result<A, Failure>,
    is_terminal: bool,
    clock: Clock,
    out: &mut dyn Write,
    errors: &Errors,
) -> Result<u8, Stop> {
    let place = Place::read(asked, is_terminal)?;
    let reference = references::one(&asked.image, input)?;
    let account = connect()?;
    let image = account.image(&reference).await?;
    let source = source(asked, &image, &account, clock, errors).await?;
    let variant = asked.variant.as_deref().filter(|_| source.is_delivered());
    let fetch = async |to: &mut (dyn Write + Send)| {
        let told = AtomicU64::new(u64::MAX);
        let fetched = account.fetch(&source, MOST_SAVED, to, &|progress| tell(progress, &told, errors)).await;
        errors.clear();
        fetched.map(|_| ())
    };
    match place {
        // Whole or not at all: what reads on has no other way to know.
        Place::StandardOutput => {
            let mut bytes = Vec::new();
            fetch(&mut bytes).await?;
            is_picture(&source, &bytes)?;
            out.write_all(&bytes)?;
            out.flush()?;
        }
        Place::Device(path) => {
            let opened = std::fs::OpenOptions::new().write(true).open(&path);
            let mut device = opened.map_err(|error| unwritten(&path, &error))?;
            fetch(&mut device).await?;
        }
        Place::File(named) => {
            let named = named.or_else(|| match &source {
                // What was uploaded is known by its name already, mostly.
                Source::Original(_) if has_extension(&image) => Some(file_name(&image, None, None).into()),
                _ => None,
            });
            if let Some(path) = named.as_ref().filter(|_| !asked.force) {
                free(path)?;
            }
            let folder = named.as_deref().map_or(Path::new(""), fresh::folder);
            let mut file = Headed {
                file: Fresh::inside(folder).map_err(|error| unwritten(folder, &error))?,
                head: Vec::new(),
            };
            fetch(&mut file).await?;
            let Headed { file, head } = file;
            is_picture(&source, &head)?;
            let path = named.unwrap_or_else(|| {
                let extension = format(&head).map(Format::extension);
                file_name(&image, variant, extension).into()
            });
            file.keep(&path, asked.force).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => taken(&path),
                _ => unwritten(&path, &error),
            })?;
            write_path(&path, out)?;
        }
    }
    Ok(0)
}

/// Where the bytes go.
enum Place {
    StandardOutput,
    /// What is there already and is no file: a device, a pipe.
    Device(PathBuf),
    /// A file; without a name, in the current folder under the image's own.
    File(Option<PathBuf>),
}

impl Place {
    fn read(asked: &Save, is_terminal: bool) -> Result<Self, Failure> {
        let Some(path) = &asked.output else { return Ok(Self::File(None)) };
        if path.as_os_str() == "-" {
            if is_terminal {
                return Err(Failure::new(
                    FailureKind::Usage,
                    "Standard output is a terminal",
                    "A picture's bytes are no text: name a file, or see the picture with `cfimg view`.",
                ));
            }
            return Ok(Self::StandardOutput);
        }
        match std::fs::metadata(path) {
            Ok(there) if there.is_dir() => Err(Failure::new(
                FailureKind::Usage,
                format!("{} is a folder", path.display()),
                "Name a file in it.",
            )),
            Ok(there) if !there.is_file() => Ok(Self::Device(path.clone())),
            _ => Ok(Self::File(Some(path.clone()))),
        }
    }
}

/// What was uploaded, or the variant that was asked for. The original is not passed off as a variant.
async fn source(
    asked: &Save,
    image: &Image,
    account: &(impl Account + Signs),
    clock: Clock,
    errors: &Errors,
) -> Result<Source, Failure> {
    let Some(variant) = &asked.variant else {
        return if image.draft {
            Err(NoVariant::Draft.failure(image))
        } else {
            Ok(Source::Original(image.id.clone()))
        };
    };
    let variant = image.variant(Some(variant)).map_err(|none| none.failure(image))?;
    let options = options_for(image, account, errors).await;
    Sources::new(account, clock).of(image, variant, &options).await.map_err(|why| {
        Failure::new(
            why.kind,
            "This variant needs a signed URL",
            format!("{why} Or leave VARIANT out: that saves the original, which the API gives."),
        )
    })
}

/// Delivery makes pictures; whatever else comes from there is not saved as one. The original may be anything.
fn is_picture(source: &Source, head: &[u8]) -> Result<(), Failure> {
    match (source, format(head), facts(head)) {
        (source, None, Err(error)) if source.is_delivered() => Err(picture_failure(&error)),
        _ => Ok(()),
    }
}

fn has_extension(image: &Image) -> bool {
    file_name(image, None, None) == file_name(image, None, Some("x"))
}

fn free(path: &Path) -> Result<(), Failure> {
    // A link that leads nowhere is something too.
    if path.symlink_metadata().is_ok() { Err(taken(path)) } else { Ok(()) }
}

fn taken(path: &Path) -> Failure {
    Failure::new(
        FailureKind::Other,
        format!("{} is there already", path.display()),
        "Name another file with -o, or overwrite it with --force.",
    )
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    let path = if path.as_os_str().is_empty() { "The file".into() } else { path.display().to_string() };
    Failure::new(
        FailureKind::Other,
        format!("{path} could not be written"),
        format!("The system says: {error}. Name another place with -o."),
    )
}

fn write_path(path: &Path, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(path.as_os_str().as_encoded_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Says how far it is, by whole percents.
fn tell(Progress { received, total }: Progress, told: &AtomicU64, errors: &Errors) {
    if !errors.watched() {
        return;
    }
    let step = match total {
        Some(total) => received.saturating_mul(100) / total.max(1),
        None => received >> 17,
    };
    if told.swap(step, Ordering::Relaxed) != step {
        let of = total.map(|total| format!(" of {}", bytes(total))).unwrap_or_default();
        errors.passing(&format!("{}{of}…", bytes(received)));
    }
}

/// A file, and its first bytes.
struct Headed {
    file: Fresh,
    head: Vec<u8>,
}

impl Write for Headed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        let room = HEAD - self.head.len();
        self.head.extend_from_slice(&bytes[..written.min(room)]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Waits for a signal that would end us; gives the exit code that a shell would tell of it.
#[cfg(unix)]
async fn interrupted() -> u8 {
    use tokio::signal::unix::{SignalKind, signal};

    let signals =
        [(SignalKind::interrupt(), 130), (SignalKind::terminate(), 143), (SignalKind::hangup(), 129)];
    let waits = signals.map(|(kind, code)| {
        Box::pin(async move {
            match signal(kind) {
                Ok(mut signal) => _ = signal.recv().await,
                Err(_) => std::future::pending().await,
            }
            code
        })
    });
    futures_util::future::select_all(waits).await.0
}

#[cfg(not(unix))]
async fn interrupted() -> u8 {
    match tokio::signal::ctrl_c().await {
        Ok(()) => 130,
        Err(_) => std::future::pending().await,
    }
}

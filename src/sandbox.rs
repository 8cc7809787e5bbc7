//! Renders untrusted pictures in a worker process with limited memory and time.
//!
//! The cost of an SVG is not known in advance, and a decoder that allocates too much aborts its process. The AVIF decoder
//! was translated from C, so it is not trusted either. Large pictures take memory that an allocator would not return. So
//! another process of cfimg does this work: it reads one [`Request`], gives up the rights to open files, connect or
//! start programs, and writes one response.

#[cfg(feature = "svg")]
mod fonts;
mod limits;
mod protocol;
mod worker;

use std::collections::HashMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::picture::{Format, PictureError, Rendered, Renderer, Resource};
pub use protocol::{Request, Response};

/// The hidden subcommand that renders one picture.
const COMMAND: &str = "__render";
/// The memory that a worker may allocate after its start, in bytes. Only Linux enforces it.
const MEMORY: u64 = 256 << 20;
/// Processor time that a worker may take.
const CPU_TIME: Duration = Duration::from_secs(2);
/// Wall clock time that a worker may take.
const WALL_TIME: Duration = Duration::from_secs(3);
/// What a worker may take for a large picture, whose cost its header bounds: 150 MiB for the decoder, 64 for scaling, and
/// as much again for what the allocator only reserves.
const RASTER_MEMORY: u64 = 320 << 20;
const RASTER_CPU_TIME: Duration = Duration::from_secs(10);
const RASTER_WALL_TIME: Duration = Duration::from_secs(15);
/// The environment variables that a worker needs to find fonts.
const VARIABLES: &[&str] =
    &["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "LANG"];

/// Starts a worker process for each picture.
#[derive(Debug, Default)]
pub struct Sandbox {
    program: Option<PathBuf>,
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    started: u64,
    workers: HashMap<u64, Child>,
}

/// How a worker ended.
enum Outcome {
    Responded(Result<Rendered, PictureError>),
    Ended(Option<ExitStatus>),
    TimedOut,
    Cancelled,
}

impl Sandbox {
    /// Workers run the current executable.
    pub fn new() -> Self {
        Self::default()
    }

    /// Workers run another cfimg. For tests, which are programs themselves.
    pub fn with_program(program: impl Into<PathBuf>) -> Self {
        Self { program: Some(program.into()), ..Self::default() }
    }

    /// Ends all workers. Their pictures fail with [`PictureError::Cancelled`].
    pub fn cancel(&self) {
        for (_, mut worker) in self.running().workers.drain() {
            end(&mut worker);
        }
    }

    fn render(&self, request: &Request<'_>) -> Result<Rendered, PictureError> {
        let format = request.format();
        let broken = |what: &str| PictureError::Damaged { format, reason: what.to_owned() };
        let mut worker = self.command().spawn().map_err(|error| PictureError::NoWorker {
            format,
            reason: crate::domain::sanitize::sanitize(&error.to_string()).into_owned(),
        })?;
        let (Some(mut input), Some(output)) = (worker.stdin.take(), worker.stdout.take()) else {
            return Err(broken("no pipe"));
        };
        let number = {
            let mut running = self.running();
            running.started += 1;
            let number = running.started;
            running.workers.insert(number, worker);
            number
        };
        let outcome = thread::scope(|scope| {
            // Both writing and reading can block. Both pipes are closed when the worker ends.
            scope.spawn(move || request.write(&mut input).and_then(|()| input.flush()));
            let (sender, response) = mpsc::channel();
            scope.spawn(move || sender.send(Response::read(output, request)));
            let response = response.recv_timeout(wall_time(request));
            let worker = self.running().workers.remove(&number);
            match (response, worker) {
                (_, None) => Outcome::Cancelled,
                (Ok(Ok(response)), Some(mut worker)) => {
                    end(&mut worker);
                    Outcome::Responded(response.0)
                }
                (Ok(Err(_)), Some(mut worker)) => Outcome::Ended(worker.wait().ok()),
                (Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected), Some(mut worker)) => {
                    end(&mut worker);
                    Outcome::TimedOut
                }
            }
        });
        match outcome {
            Outcome::Responded(response) => response,
            Outcome::Cancelled => Err(PictureError::Cancelled),
            Outcome::TimedOut => Err(PictureError::TooExpensive { format, resource: Resource::Time }),
            Outcome::Ended(status) => Err(failure(format, status)),
        }
    }

    fn command(&self) -> Command {
        // An upgrade may have replaced our executable. Linux still has it under /proc/self/exe.
        let started_from = || std::env::current_exe().ok().filter(|path| path.exists());
        let program = self.program.clone().or_else(started_from);
        let mut command = Command::new(program.unwrap_or_else(|| PathBuf::from("/proc/self/exe")));
        command.arg(COMMAND).env_clear();
        command.envs(VARIABLES.iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value))));
        // Memory that the allocator has reserved before the limit is set would not count.
        command.env("MIMALLOC_ARENA_RESERVE", "0");
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Renderer for Sandbox {
    fn svg(&self, text: &[u8], width: u32, height: u32) -> Result<Rendered, PictureError> {
        self.render(&Request::Svg { text: text.into(), width, height })
    }

    fn avif(&self, bytes: &[u8], max_pixels: u32) -> Result<Rendered, PictureError> {
        self.render(&Request::Avif { bytes: bytes.into(), max_pixels })
    }

    fn raster(
        &self,
        bytes: &[u8],
        format: Format,
        width: u32,
        height: u32,
    ) -> Result<Rendered, PictureError> {
        self.render(&Request::Raster { bytes: bytes.into(), format, width, height })
    }
}

/// Runs a worker if the arguments are its hidden subcommand. `main` calls this first.
pub fn hidden_command(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Option<ExitCode> {
    (arguments.next()? == COMMAND).then(worker::main)
}

fn wall_time(request: &Request<'_>) -> Duration {
    if matches!(request, Request::Raster { .. }) { RASTER_WALL_TIME } else { WALL_TIME }
}

fn end(worker: &mut Child) {
    drop(worker.kill().and_then(|()| worker.wait()));
}

/// Why a worker ended without a response.
fn failure(format: Format, status: Option<ExitStatus>) -> PictureError {
    #[cfg(unix)]
    if let Some(signal) = status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status)) {
        let resource =
            if signal == rustix::process::Signal::XCPU.as_raw() { Resource::Time } else { Resource::Memory };
        return PictureError::TooExpensive { format, resource };
    }
    _ = status;
    PictureError::Damaged { format, reason: "its decoder failed".to_owned() }
}

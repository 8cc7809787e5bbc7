//! Renders untrusted pictures in a child process with limited memory and time.
//!
//! The cost of an SVG is not known in advance, and a decoder that allocates too much aborts its process. The AVIF decoder
//! was translated from C, so it is not trusted either. Large pictures take memory that an allocator would not return. So
//! another process of cfimg does this work: it reads one [`Request`], gives up the rights to open files, connect or
//! start programs, and writes one response.

mod child;
#[cfg(feature = "svg")]
mod fonts;
mod limits;
mod protocol;
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
mod system_calls;

use std::collections::HashMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::domain::child_process::child_process;
use crate::picture::{Format, PictureError, RenderTask, Rendered, Renderer, Resource};
use limits::ProcessLimits;
pub use protocol::{Request, Response};

/// The hidden subcommand that renders one picture.
const COMMAND: &str = "__render";
/// The environment variables that a child needs to find fonts.
const VARIABLES: &[&str] =
    &["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "LANG"];

/// Starts a child process for each picture.
#[derive(Debug, Default)]
pub struct Sandbox {
    program: Option<PathBuf>,
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    started: u64,
    children: HashMap<u64, Child>,
}

impl Sandbox {
    /// Child processes run the current executable.
    pub fn new() -> Self {
        Self::default()
    }

    /// Child processes run another cfimg. For tests, which are programs themselves.
    pub fn with_program(program: impl Into<PathBuf>) -> Self {
        Self { program: Some(program.into()), ..Self::default() }
    }

    /// A sandbox of the same program, with children of its own.
    #[must_use]
    pub fn another(&self) -> Self {
        Self { program: self.program.clone(), ..Self::default() }
    }

    /// Ends all children. Their pictures fail with [`PictureError::Cancelled`].
    pub fn cancel(&self) {
        for (_, mut child) in self.running().children.drain() {
            end(&mut child);
        }
    }

    fn command(&self) -> Command {
        // An upgrade may have replaced our executable. Linux still has it under /proc/self/exe.
        let started_from = || std::env::current_exe().ok().filter(|path| path.exists());
        let program = self.program.clone().or_else(started_from);
        let mut command = child_process(program.unwrap_or_else(|| PathBuf::from("/proc/self/exe")));
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
    fn render(&self, file: &[u8], task: RenderTask) -> Result<Rendered, PictureError> {
        let format = task.format();
        let request = &Request { task, file: file.into() };
        let mut child = self.command().spawn().map_err(|error| PictureError::NoProcess {
            format,
            reason: crate::domain::sanitize::sanitize(&error.to_string()).into_owned(),
        })?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(PictureError::damaged(format, "no pipe"));
        };
        let number = {
            let mut running = self.running();
            running.started += 1;
            let number = running.started;
            running.children.insert(number, child);
            number
        };
        thread::scope(|scope| {
            // Both writing and reading can block. Both pipes are closed when the child ends.
            scope.spawn(move || request.write(&mut input).and_then(|()| input.flush()));
            let (sender, response) = mpsc::channel();
            scope.spawn(move || sender.send(Response::read(output, request)));
            let response = response.recv_timeout(ProcessLimits::of(task).wall_time);
            let child = self.running().children.remove(&number);
            match (response, child) {
                (_, None) => Err(PictureError::Cancelled),
                (Ok(Ok(response)), Some(mut child)) => {
                    end(&mut child);
                    response.0
                }
                (Ok(Err(_)), Some(mut child)) => Err(failure(format, child.wait().ok())),
                (Err(_), Some(mut child)) => {
                    end(&mut child);
                    Err(PictureError::TooExpensive { format, resource: Resource::Time })
                }
            }
        })
    }
}

/// Runs a child if the arguments are its hidden subcommand. `main` calls this first.
pub fn hidden_command(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Option<ExitCode> {
    (arguments.next()? == COMMAND).then(child::main)
}

fn end(child: &mut Child) {
    drop(child.kill().and_then(|()| child.wait()));
}

/// Why a child ended without a response.
fn failure(format: Format, status: Option<ExitStatus>) -> PictureError {
    #[cfg(unix)]
    if let Some(signal) = status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status)) {
        let resource =
            if signal == rustix::process::Signal::XCPU.as_raw() { Resource::Time } else { Resource::Memory };
        return PictureError::TooExpensive { format, resource };
    }
    _ = status;
    PictureError::damaged(format, "the decoder failed")
}

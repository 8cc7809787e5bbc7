//! Displays and tmux servers, each private to its test and ended with it.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal};
use tempfile::TempDir;

/// An X11 display, without a window manager or a clipboard manager.
pub(crate) struct Xvfb {
    /// What `DISPLAY` must be.
    pub(crate) display: String,
    server: Child,
}

impl Xvfb {
    /// Starts one on a free number, which the server chooses.
    pub(crate) fn start() -> Self {
        let mut command = command("Xvfb", "xvfb", &[]);
        command.args(["-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"]);
        let mut server = command.stdout(Stdio::piped()).spawn().expect("Xvfb starts");
        let mut number = String::new();
        let output = server.stdout.take().expect("its output is piped");
        BufReader::new(output).read_line(&mut number).expect("it prints its number");
        Self { display: format!(":{}", number.trim()), server }
    }

    /// Pastes from another program.
    pub(crate) fn paste(&self) -> String {
        run("xclip", "xclip", &["-o", "-selection", "clipboard"], &[("DISPLAY", &self.display)])
    }

    /// Copies from another program.
    pub(crate) fn copy_elsewhere(&self, text: &str) {
        let mut command = command("xclip", "xclip", &[("DISPLAY", &self.display)]);
        command.args(["-i", "-selection", "clipboard"]).stdin(Stdio::piped());
        let mut xclip = command.spawn().expect("xclip starts");
        xclip.stdin.take().expect("its input is piped").write_all(text.as_bytes()).expect("it reads");
        assert!(xclip.wait().expect("its end").success(), "xclip goes on in the background");
    }
}

impl Drop for Xvfb {
    fn drop(&mut self) {
        end(&mut self.server);
        // The next test may get the same number.
        if !thread::panicking() {
            until("the owner exits with its display", || {
                clipboard_owners("DISPLAY", &self.display).is_empty()
            });
        }
    }
}

/// A Wayland compositor, without a screen.
pub(crate) struct Sway {
    folder: TempDir,
    display: String,
    runtime: String,
    compositor: Child,
}

impl Sway {
    /// Starts one in a folder of its own.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = folder.path().join("run");
        let config = folder.path().join("config");
        fs::create_dir(&runtime).expect("the folder is ours");
        fs::write(&config, "xwayland disable\noutput HEADLESS-1 resolution 640x480\n")
            .expect("the folder is ours");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).expect("the folder is ours");
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).expect("the folder is ours");
        find("sway", "sway");
        let mut arguments = vec!["sway", "-c", config.to_str().expect("a plain name")];
        if run("id", "coreutils", &["-u"], &[]).trim() == "0" {
            // sway refuses to run as root, but root may use its socket.
            arguments.splice(..0, ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]);
            std::os::unix::fs::chown(&runtime, Some(65534), Some(65534)).expect("we are root");
        }
        let runtime = runtime.to_str().expect("a plain name").to_owned();
        let variables = [
            ("XDG_RUNTIME_DIR", runtime.as_str()),
            ("WLR_BACKENDS", "headless"),
            ("WLR_LIBINPUT_NO_DEVICES", "1"),
            ("WLR_RENDERER", "pixman"),
        ];
        let compositor = command(arguments[0], "util-linux", &variables)
            .args(&arguments[1..])
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .spawn()
            .expect("sway starts");
        let mut sway = Self { folder, display: String::new(), runtime, compositor };
        until("sway opens its sockets", || {
            sway.display = sway.socket("wayland-").unwrap_or_default();
            !sway.display.is_empty() && sway.socket("sway-ipc").is_some()
        });
        sway
    }

    /// The variables of its clients: the display, then the folder.
    pub(crate) fn variables(&self) -> [(&'static str, &str); 2] {
        [("WAYLAND_DISPLAY", &self.display), ("XDG_RUNTIME_DIR", &self.runtime)]
    }

    /// Pastes from another program.
    pub(crate) fn paste(&self) -> String {
        run("wl-paste", "wl-clipboard", &["--no-newline"], &self.variables())
    }

    fn socket(&self, prefix: &str) -> Option<String> {
        let names = fs::read_dir(self.folder.path().join("run")).expect("the folder stays");
        names.flatten().filter_map(|entry| entry.file_name().into_string().ok()).find(|name| {
            name.starts_with(prefix) && Path::new(name).extension().is_none_or(|end| end == "sock")
        })
    }
}

impl Drop for Sway {
    fn drop(&mut self) {
        end(&mut self.compositor);
    }
}

/// An X11 display that accepts connections and never answers, like a forwarded one whose other end is gone.
pub(crate) struct HungDisplay {
    /// What `DISPLAY` must be.
    pub(crate) display: String,
    socket: PathBuf,
    _listener: UnixListener,
}

impl HungDisplay {
    /// Listens on a free number, far above those that servers choose.
    pub(crate) fn start() -> Self {
        drop(fs::create_dir("/tmp/.X11-unix"));
        (3000..4000)
            .find_map(|number| {
                let socket = PathBuf::from(format!("/tmp/.X11-unix/X{number}"));
                let listener = UnixListener::bind(&socket).ok()?;
                Some(Self { display: format!(":{number}"), socket, _listener: listener })
            })
            .expect("a free number")
    }
}

impl Drop for HungDisplay {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.socket));
    }
}

/// A tmux server with default settings.
pub(crate) struct Tmux {
    folder: TempDir,
    variable: String,
}

impl Tmux {
    /// Starts one in a folder of its own.
    pub(crate) fn start() -> Self {
        let mut tmux = Self { folder: tempfile::tempdir().expect("a folder"), variable: String::new() };
        tmux.run(&["new-session", "-d", "sleep 600"]);
        let variable = tmux.run(&["display-message", "-p", "#{socket_path},#{pid},0"]);
        tmux.variable.push_str(variable.trim());
        tmux
    }

    /// The variables of programs inside it.
    pub(crate) fn variables(&self) -> [(&'static str, &str); 2] {
        [("TMUX", &self.variable), ("TMUX_TMPDIR", self.folder.path().to_str().expect("a plain name"))]
    }

    pub(crate) fn paste(&self) -> String {
        self.run(&["show-buffer"])
    }

    fn run(&self, arguments: &[&str]) -> String {
        let [_, folder] = self.variables();
        // Without `-u`, a machine without a UTF-8 locale shows underscores.
        run("tmux", "tmux", &[&["-u", "-f", "/dev/null"], arguments].concat(), &[folder])
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

/// The IDs of the processes that own the clipboard of the display in the variable `name`.
pub(crate) fn clipboard_owners(name: &str, value: &str) -> Vec<u32> {
    let set = format!("{name}={value}");
    let is_owner = |pid: &u32| {
        let has = |file: &str, word: &str| {
            let bytes = fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
            bytes.split(|byte| *byte == 0).any(|part| part == word.as_bytes())
        };
        has("cmdline", "__hold-clipboard") && has("environ", &set)
    };
    let entries = fs::read_dir("/proc").expect("Linux");
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_owner).collect()
}

/// Polls until `condition` holds, and fails if it never does.
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if condition() {
            return;
        }
        thread::park_timeout(Duration::from_millis(10));
    }
    panic!("timed out: {what}");
}

/// Runs `program`, which must succeed, and returns its output.
pub(crate) fn run(program: &str, package: &str, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    find(program, package);
    let mut command = command("timeout", "coreutils", variables);
    let output =
        command.args(["20", program]).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output();
    let output = output.expect("it starts");
    assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A command without input and output.
fn command(program: &str, package: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(find(program, package));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.env_remove("TMUX").envs(variables.iter().copied());
    command
}

/// The path of `program`. Fails if it is not installed.
fn find(program: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{program} is missing: install the package {package}"))
}

/// Terminates a server with SIGTERM, so that it removes its sockets and locks.
fn end(child: &mut Child) {
    let _ = rustix::process::kill_process(Pid::from_child(child), Signal::TERM);
    drop(child.wait());
}

//! The real desktop: an X clipboard under Xvfb, a Wayland clipboard under sway, tmux, launchers and Chromium.
//!
//! These tests need programs that few machines have, so they are built only with the feature `desktop-tests`.
//! If a program is missing, its test fails and names the package.

#[path = "desktop/chromium.rs"]
mod chromium;
#[path = "desktop/displays.rs"]
mod displays;
#[path = "desktop/program.rs"]
mod program;
#[path = "desktop/shells.rs"]
mod shells;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use cfimg::desktop::{ClipboardBackend, Copied, CopyError, Desktop, OpenError, SystemDesktop};
use displays::{HungDisplay, Sway, Tmux, Xvfb, clipboard_owners, run, until};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const URL: &str = "https://imagedelivery.net/MTt4OTd0b0w5aj/a%20b/thumbnail?a=1&b=;'\"$HOME`id`#|>é";

/// The program, which owns the clipboard and starts launchers.
const CFIMG: &str = env!("CARGO_BIN_EXE_cfimg");

/// Long enough for a machine that is busy with other builds.
const LONG: Duration = Duration::from_secs(30);

/// A desktop with `variables`, and only `PATH` of the real environment.
fn desktop<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> SystemDesktop {
    let path = std::env::var_os("PATH").expect("a PATH");
    let mut all = HashMap::from([(OsString::from("PATH"), path)]);
    all.extend(variables.into_iter().map(|(name, value)| (name.into(), value.into())));
    SystemDesktop::new(all).with_program(PathBuf::from(CFIMG))
}

/// Copies, and waits at most `limit` for the result.
fn copy_within(desktop: &SystemDesktop, text: &str, limit: Duration) -> Copied {
    let (sender, result) = mpsc::channel();
    desktop.copy(text.into(), Box::new(move |outcome| drop(sender.send(outcome))));
    result.recv_timeout(limit).expect("an answer in time").expect("a thread to copy on")
}

fn copy(desktop: &SystemDesktop, text: &str) -> Copied {
    copy_within(desktop, text, LONG)
}

fn open(desktop: &SystemDesktop, url: &str) -> Result<(), OpenError> {
    let (sender, result) = mpsc::channel();
    desktop.open(url.to_owned(), Box::new(move |outcome| drop(sender.send(outcome))));
    result.recv_timeout(LONG).expect("an answer in time")
}

fn native() -> Copied {
    Copied { backend: ClipboardBackend::Native, osc52: None, instead_of: None }
}

/// Writes an executable shell script.
fn script(path: &Path, body: &str) {
    fs::write(path, format!("#!/bin/sh\n{body}\n")).expect("the folder can be written to");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("the file is ours");
}

/// Starts one of these tests in a pseudo-terminal, where it plays the program, and returns everything written
/// to it. Returns only when no process has the terminal open any more.
fn in_a_terminal(test: &str, variables: &[(&str, &str)]) -> String {
    let pty = native_pty_system().openpty(PtySize::default()).expect("a pseudo-terminal");
    let mut command = CommandBuilder::new(std::env::current_exe().expect("this file"));
    command.args(["--exact", test, "--nocapture"]);
    command.env(INSIDE, "1");
    for (name, value) in variables {
        command.env(name, value);
    }
    let mut child = pty.slave.spawn_command(command).expect("this test starts again");
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().expect("the terminal's other end");
    let (sender, everything) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // On Linux, the end of a terminal is an error.
        drop(reader.read_to_end(&mut bytes));
        drop(sender.send(String::from_utf8_lossy(&bytes).into_owned()));
    });
    let shown = everything.recv_timeout(LONG).expect("no process has the terminal open");
    assert!(child.wait().expect("its end").success(), "{shown}");
    shown
}

/// Set in the process that [`in_a_terminal`] started.
const INSIDE: &str = "CFIMG_TEST_INSIDE";

fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

fn variable(name: &str) -> String {
    std::env::var(name).expect("set by the test outside")
}

#[test]
fn x11_copy_outlives_program_and_terminal() {
    if is_inside() {
        let desktop = desktop([("DISPLAY", variable("DISPLAY").as_str())]).with_patience(LONG);
        assert_eq!(copy(&desktop, URL), native());
        return;
    }
    let x = Xvfb::start();
    let shown = in_a_terminal("x11_copy_outlives_program_and_terminal", &[("DISPLAY", &x.display)]);
    assert!(!shown.contains("imagedelivery"), "{shown}");
    assert_eq!(x.paste(), URL);
    assert_eq!(x.paste(), URL, "and again");
    let owners = clipboard_owners("DISPLAY", &x.display);
    assert_eq!(owners.len(), 1);
    let session = fs::read_to_string(format!("/proc/{}/stat", owners[0])).expect("it runs");
    let session = session.rsplit(") ").next().and_then(|fields| fields.split(' ').nth(3)).map(str::to_owned);
    assert_eq!(session, Some(owners[0].to_string()), "it leads a session of its own");
}

#[test]
fn x11_newest_copy_wins_and_older_owners_exit() {
    let x = Xvfb::start();
    let desktop = desktop([("DISPLAY", x.display.as_str())]).with_patience(LONG);
    for text in ["first", "second", "second", URL] {
        assert_eq!(copy(&desktop, text), native());
        assert_eq!(x.paste(), text);
    }
    until("the older owners exit", || clipboard_owners("DISPLAY", &x.display).len() == 1);
    assert_eq!(x.paste(), URL);

    x.copy_elsewhere("another program's");
    until("the last owner exits", || clipboard_owners("DISPLAY", &x.display).is_empty());
    assert_eq!(x.paste(), "another program's");
}

#[test]
fn x11_owner_exits_with_its_display() {
    let x = Xvfb::start();
    let display = x.display.clone();
    assert_eq!(copy(&desktop([("DISPLAY", display.as_str())]).with_patience(LONG), URL), native());
    assert_eq!(clipboard_owners("DISPLAY", &display).len(), 1);
    drop(x);
    assert!(clipboard_owners("DISPLAY", &display).is_empty());
}

#[test]
fn x11_settle_finishes_pending_copies() {
    let x = Xvfb::start();
    let desktop = desktop([("DISPLAY", x.display.as_str())]).with_patience(LONG);
    desktop.copy("first".into(), Box::new(|_| ()));
    desktop.copy(URL.into(), Box::new(|_| ()));
    desktop.settle();
    drop(desktop);
    assert_eq!(x.paste(), URL);
}

#[test]
fn wayland_copy_outlives_program_and_terminal() {
    if is_inside() {
        let [display, folder] = ["WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"].map(|name| (name, variable(name)));
        let variables = [(display.0, display.1.as_str()), (folder.0, folder.1.as_str())];
        assert_eq!(copy(&desktop(variables).with_patience(LONG), URL), native());
        return;
    }
    let sway = Sway::start();
    in_a_terminal("wayland_copy_outlives_program_and_terminal", &sway.variables());
    assert_eq!(sway.paste(), URL);

    let desktop = desktop(sway.variables()).with_patience(LONG);
    assert_eq!(copy(&desktop, "newer"), native());
    assert_eq!(sway.paste(), "newer");
    until("the older owner exits", || clipboard_owners("XDG_RUNTIME_DIR", sway.variables()[1].1).len() == 1);
}

#[test]
fn silent_display_times_out() {
    let display = HungDisplay::start();
    let desktop = desktop([("DISPLAY", display.display.as_str())]);
    // The limit is half a second; the rest is for a busy machine.
    let copied = copy_within(&desktop, "text", Duration::from_secs(5));
    assert_eq!(
        copied,
        Copied {
            backend: ClipboardBackend::Osc52,
            osc52: Some("\x1b]52;c;dGV4dA==\x1b\\".to_owned()),
            instead_of: Some(CopyError::Silent(ClipboardBackend::Native, Duration::from_millis(500))),
        }
    );
    assert!(clipboard_owners("DISPLAY", &display.display).is_empty(), "no process stays behind");
}

#[test]
fn dead_display_falls_back_to_osc52() {
    for variables in [[("DISPLAY", ":4999")], [("WAYLAND_DISPLAY", "wayland-4999")]] {
        let copied = copy(&desktop(variables).with_patience(LONG), "text");
        assert_eq!(copied.backend, ClipboardBackend::Osc52);
        assert_eq!(copied.osc52.as_deref(), Some("\x1b]52;c;dGV4dA==\x1b\\"));
        let is_refused = matches!(copied.instead_of, Some(CopyError::Refused(ClipboardBackend::Native, _)));
        assert!(is_refused, "{:?}", copied.instead_of);
    }
}

#[test]
fn tmux_over_ssh_copies_through_tmux() {
    let tmux = Tmux::start();
    let [variable, folder] = tmux.variables();
    let over_ssh = desktop([variable, folder, ("SSH_TTY", "/dev/pts/9"), ("DISPLAY", "localhost:10.0")]);
    let copied = copy(&over_ssh.with_patience(LONG), URL);
    assert_eq!(copied, Copied { backend: ClipboardBackend::Tmux, osc52: None, instead_of: None });
    assert_eq!(tmux.paste(), URL);

    let dead_display = desktop([variable, folder, ("DISPLAY", ":4999")]);
    let copied = copy(&dead_display.with_patience(LONG), "text");
    assert_eq!(copied.backend, ClipboardBackend::Tmux);
    assert!(matches!(copied.instead_of, Some(CopyError::Refused(ClipboardBackend::Native, _))), "{copied:?}");
    assert_eq!(tmux.paste(), "text");
}

#[test]
fn tmux_without_server_falls_back_to_osc52() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("none,1,0").display().to_string();
    let copied = copy(&desktop([("TMUX", socket.as_str())]).with_patience(LONG), "text");
    assert_eq!(copied.backend, ClipboardBackend::Osc52);
    assert!(matches!(copied.instead_of, Some(CopyError::Refused(ClipboardBackend::Tmux, _))), "{copied:?}");

    let both = desktop([("TMUX", socket.as_str()), ("DISPLAY", ":4999")]);
    let copied = copy(&both.with_patience(LONG), "text");
    assert_eq!(copied.backend, ClipboardBackend::Osc52);
    assert!(
        matches!(copied.instead_of, Some(CopyError::Refused(ClipboardBackend::Native, _))),
        "the first failure is reported: {copied:?}"
    );
}

/// A folder with a launcher that runs `body`, to be the only one on `PATH`.
fn launcher(body: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    script(&folder.path().join("xdg-open"), body);
    folder
}

fn on(folder: &tempfile::TempDir) -> [(&'static str, &str); 2] {
    [("DISPLAY", ":4999"), ("PATH", folder.path().to_str().expect("a plain name"))]
}

#[test]
fn launcher_gets_url_as_one_argument() {
    let folder = launcher(r#"printf '%s\n' "$#" "$@" > "${0%/*}/called""#);
    assert_eq!(open(&desktop(on(&folder)), URL), Ok(()));
    let called = fs::read_to_string(folder.path().join("called")).expect("it was called");
    assert_eq!(called, format!("1\n{URL}\n"));
}

#[test]
fn only_http_and_https_urls_are_opened() {
    let folder = launcher(r#": > "${0%/*}/called""#);
    for url in ["file:///etc/passwd", "--help", "javascript:alert(1)"] {
        assert_eq!(open(&desktop(on(&folder)), url), Err(OpenError::NotWeb));
    }
    assert!(!folder.path().join("called").exists());
}

#[test]
fn browser_variable_list_is_tried_in_order() {
    let folder = launcher(r#"echo xdg-open > "${0%/*}/called""#);
    let browser = folder.path().join("browser");
    script(&browser, r#"printf '%s\n' "$@" > "${0%/*}/called""#);
    let list = format!("/nonexistent/browser:{} --tab --url=%s", browser.display());
    // Without a display, too: BROWSER may name a browser that needs none.
    for variables in
        [vec![("BROWSER", list.as_str())], vec![("BROWSER", list.as_str()), ("DISPLAY", ":4999")]]
    {
        assert_eq!(open(&desktop(variables), URL), Ok(()));
        let called = fs::read_to_string(folder.path().join("called")).expect("it was called");
        assert_eq!(called, format!("--tab\n--url={URL}\n"));
        fs::remove_file(folder.path().join("called")).expect("it was there");
    }
}

#[test]
fn failed_launcher_is_reported_without_the_url() {
    let folder = launcher("exit 3");
    let error = open(&desktop(on(&folder)), URL).expect_err("it fails");
    assert_eq!(error, OpenError::Failed("xdg-open".to_owned(), "exit status: 3".to_owned()));
    // As slow as the real one with a broken browser.
    let folder = launcher("/bin/sleep 0.4; exit 4");
    let error = open(&desktop(on(&folder)), URL).expect_err("it fails");
    assert_eq!(error, OpenError::Failed("xdg-open".to_owned(), "exit status: 4".to_owned()));
}

#[test]
fn missing_launcher_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = open(&desktop(on(&folder)), URL).expect_err("there is none");
    assert_eq!(error, OpenError::NoLauncher("xdg-open".to_owned()));
    let error = open(&desktop([("BROWSER", "/nonexistent/browser")]), URL).expect_err("there is none");
    assert_eq!(error, OpenError::NoLauncher("/nonexistent/browser".to_owned()));
}

#[test]
fn running_browser_is_a_success() {
    let folder = launcher(r#"echo $$ > "${0%/*}/pid"; exec /bin/sleep 600"#);
    assert_eq!(open(&desktop(on(&folder)), URL), Ok(()));
    let pid = fs::read_to_string(folder.path().join("pid")).expect("it was started");
    run("kill", "procps", &[pid.trim()], &[]);
}

#[test]
fn browser_cannot_write_to_the_terminal() {
    if is_inside() {
        let browser = variable("BROWSER");
        assert_eq!(open(&desktop([("BROWSER", browser.as_str())]), URL), Ok(()));
        return;
    }
    let folder = launcher(
        r#"echo SCRAWL; echo SCRAWL >&2; (echo SCRAWL > /dev/tty); read answer; echo ended > "${0%/*}/ended""#,
    );
    let browser = folder.path().join("xdg-open").display().to_string();
    let shown = in_a_terminal("browser_cannot_write_to_the_terminal", &[("BROWSER", &browser)]);
    assert!(!shown.contains("SCRAWL"), "{shown}");
    assert!(folder.path().join("ended").exists(), "it ran to its end");
}

#[test]
fn real_browser_loads_the_picture() {
    let (url, fetched) = chromium::serve_picture();
    let browser = chromium::Browser::new();
    let path = browser.path();
    assert_eq!(open(&desktop([("DISPLAY", ":4999"), ("PATH", path.as_str())]), &url), Ok(()));
    let request = fetched.recv_timeout(LONG).expect("the picture was fetched");
    assert!(request.starts_with("GET /hash/image/public?a=1&b=2 HTTP/1.1\r\n"), "{request}");
    let page = browser.page();
    let pixel = *page.get_pixel(page.width() / 2, page.height() / 2);
    assert_eq!(pixel, chromium::COLOUR, "the picture is on the page");
}

//! The terminal program.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use cfimg::demo::{ACCOUNT_HASH, PRIVATE_ID};

use super::canaries::{Leaks, SIGNATURE};
use super::children::Family;
use super::machine::{Machine, search_family};
use super::pty::{Pty, cfimg};
use super::ways::Way;

/// Runs a session in a terminal, and looks at its processes meanwhile.
fn session(machine: &Machine, way: &Way, arguments: &[&str], leaks: &mut Leaks, keys: impl FnOnce(&Pty)) {
    let log = machine.log();
    let mut command = cfimg(&[&["--log", &log], arguments].concat());
    command.env_clear();
    machine.environment(way).into_iter().for_each(|(name, value)| command.env(name, value));
    command.cwd(machine.folder());
    let pty = Pty::start(command);
    let pid = pty.pid().as_raw_nonzero().get();
    let (stop, stopped) = mpsc::channel::<()>();
    let watcher = thread::spawn(move || {
        let mut family = Family::new(pid);
        loop {
            family.look();
            if stopped.recv_timeout(Duration::from_millis(5)) != Err(mpsc::RecvTimeoutError::Timeout) {
                return family;
            }
        }
    });
    keys(&pty);
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    drop(stop);
    let family = watcher.join().expect("it only reads");
    let (code, text) = pty.end();
    assert_eq!(code, 0, "{text}");
    let place = format!("the program {arguments:?}");
    leaks.search(&raw, &place);
    leaks.search(&text, &place);
    search_family(&family, &[], &place, leaks);
    let has_watcher =
        family.seen.values().any(|seen| !seen.environment.is_empty() || seen.arguments.contains("__"));
    assert!(arguments.first() == Some(&"man") || has_watcher, "its processes are seen: {family:?}");
}

pub(super) fn run(machine: &Machine, way: &Way, leaks: &mut Leaks) {
    let verified = if way.has_own_key { "signed URL refused" } else { "signed URL opens (200)" };
    session(machine, way, &[], leaks, |pty| {
        pty.shows(" Images 36 ");
        pty.press(format!("i\x15{PRIVATE_ID}\r"));
        pty.shows("● SIGNED URL REQUIRED");
        pty.press("y");
        pty.shows("valid until");
        pty.press("V");
        pty.shows(verified);
        pty.press("o");
        // With a foreign key, if the delivery host has already refused the URL.
        let is_refused = |text: &str| text.contains("Press o again");
        let text = pty.until(|screen| {
            let text = screen.contents();
            is_refused(&text) || text.contains("Opened signed URL")
        });
        if is_refused(&text) {
            pty.press("o");
            pty.shows("Opened signed URL");
        }
        // A pasted URL is looked up, and stored in the history.
        let url = format!("https://imagedelivery.net/{ACCOUNT_HASH}/{PRIVATE_ID}/public?sig={SIGNATURE}");
        pty.press(format!("i\x15\x1b[200~{url}\x1b[201~\r"));
        pty.shows("SIGNED URL REQUIRED");
        pty.shows("signature is invalid");
        pty.press("e");
        pty.shows("Signature");
        pty.press("q");
        pty.press("J");
        pty.shows("requireSignedURLs");
        pty.press("q");
        pty.press("a");
        let is_chooser = |text: &str| text.contains(" Profiles ");
        let text = pty.until(|screen| {
            let text = screen.contents();
            is_chooser(&text) || text.contains("There is no other profile")
        });
        if is_chooser(&text) {
            pty.press("q");
        }
        pty.press("q");
    });
    session(machine, way, &["man", "show"], leaks, |pty| _ = pty.shows("cfimg"));
    session(machine, way, &["demo"], leaks, |pty| {
        pty.shows(" Images 36 ");
        pty.press("q");
    });
}

//! The program in a terminal: keys, copying, resizing, idling.

use std::fs::{self, OpenOptions};
use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cfimg::demo::{ACCOUNT_ID, PRIVATE_ID, SAMPLE_ID, TOKEN};
use rustix::process::Pid;
use vt100::{Cell, Color};

use super::pty::{Pty, cfimg};

#[test]
fn demo_is_shown_and_keys_work() {
    let pty = Pty::start(cfimg(&["demo"]));
    pty.shown();
    pty.press("?");
    pty.shows("Type to search");
    pty.press("\x1b");
    pty.until(|screen| !screen.contents().contains("Type to search"));
    // Go to the variants, select the one after `public`, and show its whole URL.
    pty.press("\rj\r");
    pty.until(|screen| screen.contents().lines().any(|line| line.trim().ends_with("/square")));
    pty.press("qq");
    assert_eq!(pty.end(), (0, String::new()));
}

#[test]
fn moving_the_cursor_changes_the_image_beside_the_list() {
    let pty = Pty::start(cfimg(&["demo"]));
    pty.resize(130, 30);
    pty.shown();
    pty.press("jjjjj");
    let is_beside = |row: &str| row.starts_with("┏ Images 36 ") && row.contains("╭ passport-scan.jpg ─");
    pty.until(|screen| screen.contents().lines().any(is_beside));
    let screen = pty.shows(" ● SIGNED URL REQUIRED ");
    let y = screen.lines().position(|row| row.contains("┃  ● passport-scan.jpg ")).expect("its row");
    let y = u16::try_from(y).expect("few rows");
    pty.until(|screen| screen.cell(y, 1).is_some_and(Cell::inverse));
    pty.press("q");
    assert_eq!(pty.end(), (0, String::new()));
}

#[test]
fn keys_before_the_first_frame_are_not_lost() {
    let pty = Pty::start(cfimg(&["demo"]));
    pty.press("?");
    pty.shows("Type to search");
    pty.press("\x03");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn copy_writes_osc52_once() {
    let pty = Pty::demo();
    pty.press("y");
    pty.shows("Sent URL to the terminal");
    pty.wait_for_output(|output| !output.clipboard.is_empty());
    pty.press("q");
    pty.wait_for_output(|output| {
        let copied = BASE64_STANDARD.decode(&output.clipboard[0]).expect("base64");
        let copied = String::from_utf8(copied).expect("a URL");
        output.clipboard.len() == 1 && copied.starts_with("http://127.0.0.1:") && copied.ends_with("/public")
    });
    assert_eq!(pty.end().0, 0);
}

#[test]
fn copy_right_before_quitting_writes_osc52() {
    let pty = Pty::demo();
    pty.press("yq");
    pty.wait_for_output(|output| output.clipboard.len() == 1);
    assert_eq!(pty.end(), (0, String::new()));
}

#[test]
fn pasted_id_is_looked_up() {
    let pty = Pty::demo();
    pty.press(format!("\x1b[200~{PRIVATE_ID}\x1b[201~"));
    pty.shows("passport-scan.jpg ─");
    pty.press("q");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn huge_paste_does_not_block() {
    let pty = Pty::demo();
    pty.press(format!("\x1b[200~{}\nq\x03\x1b[201~", "x".repeat(300_000)));
    pty.shows(&"x".repeat(80));
    pty.press("\x15typed after it");
    pty.shows("typed after it");
    pty.press("\x03");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn window_may_shrink_to_one_cell_and_grow() {
    let pty = Pty::demo();
    for (columns, rows, words) in [
        (40, 10, "Images Variants Details"),
        (1, 1, "c"),
        (3, 2, "cfi"),
        (1, 40, "c\nf"),
        (200, 1, "cfimg"),
        (160, 40, "PUBLIC"),
    ] {
        pty.resize(columns, rows);
        pty.until(|screen| screen.contents().contains(words));
    }
    pty.press("q");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn first_frame_does_not_wait_for_response() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let mut command = cfimg(&[SAMPLE_ID]);
    let addr = silent.local_addr().expect("it is bound");
    command.env("CLOUDFLARE_BASE_URL", format!("http://{addr}/client/v4"));
    command.env("CLOUDFLARE_API_TOKEN", TOKEN);
    command.env("CLOUDFLARE_ACCOUNT_ID", ACCOUNT_ID);
    let pty = Pty::start(command);
    pty.shows(SAMPLE_ID);
    let (_request, _) = silent.accept().expect("it sends a request, which gets no response");
    pty.press("i\x15typed meanwhile");
    pty.shows("typed meanwhile");
    pty.press("\x03");
    assert_eq!(pty.end().0, 0, "the program ends without a response");
}

#[cfg(target_os = "linux")]
#[test]
fn blocked_thread_does_not_delay_exit() {
    // A name server that never answers would block a thread, as this time zone does: reading the file never
    // ends.
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("zone");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("a program of every system").success());
    let mut command = cfimg(&["demo"]);
    command.env("TZ", format!(":{}", pipe.display()));
    let pty = Pty::start(command);
    let _reads = OpenOptions::new().write(true).open(&pipe).expect("somebody reads it");
    pty.press("q");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn no_color_keeps_the_selection_visible() {
    // It needs signed URLs, and that mark is coloured.
    const PASSPORT: &str = "083eb7b2-5392-4565-b69e-aff66acddd00";
    for (arguments, coloured) in
        [(&["demo", PASSPORT][..], false), (&["demo", "--color", "always", PASSPORT], true)]
    {
        let mut command = cfimg(arguments);
        command.env("NO_COLOR", "1");
        let pty = Pty::start(command);
        pty.shows("SIGNED URL REQUIRED");
        pty.until(|screen| {
            let row = |row| (0..100).filter_map(move |column| screen.cell(row, column));
            let cells: Vec<&Cell> = (0..30).flat_map(row).collect();
            let any_coloured = cells.iter().any(|cell| cell.fgcolor() != Color::Default);
            any_coloured == coloured && cells.iter().any(|cell| cell.inverse())
        });
        pty.press("q");
        assert_eq!(pty.end().0, 0);
    }
}

#[test]
fn missing_credentials_are_shown_in_the_program() {
    let pty = Pty::start(cfimg(&[]));
    pty.shows("cfimg login");
    pty.press("ityped all the same");
    pty.shows("typed all the same");
    pty.press("\x03");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn idle_program_sleeps_and_writes_nothing() {
    let pty = Pty::demo();
    // The terminal responds, so that nothing is waited for.
    pty.wrote("\x1b[c", 1);
    pty.press("\x1b[?62c");
    // The only wait in these tests for something that must not happen. The program goes to sleep after its
    // last output.
    let quiet = |millis| !pty.writes_within(Duration::from_millis(millis));
    // Pictures of neighbours are fetched without output. tokio's own idle threads would wake up after ten seconds.
    // 1.2 seconds after a picture, the memory it took is given back, once.
    let activity = || (switches(pty.pid()), work(pty.pid()));
    let is_at_rest = || {
        let before = activity();
        let has_threads = || threads(pty.pid(), "comm").any(|name| name.starts_with("tokio"));
        quiet(1500) && activity() == before && !has_threads()
    };
    for dialog in ["", "?"] {
        pty.press(dialog);
        pty.shows(if dialog.is_empty() { "PUBLIC" } else { "Type to search" });
        assert!((0..10).any(|_| is_at_rest()), "it never rests");
        let before = activity();
        assert!(quiet(750), "an idle program writes nothing");
        assert_eq!(activity(), before, "no thread was scheduled or kept running");
    }
    pty.press("\x03");
    assert_eq!(pty.end().0, 0);
}

/// How often the program's threads have gone to sleep, if the system counts that.
fn switches(pid: Pid) -> u64 {
    let counts = threads(pid, "status").filter_map(|status| {
        let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches"))?;
        line.split_whitespace().last()?.parse::<u64>().ok()
    });
    counts.sum()
}

/// How many nanoseconds the program's threads have run, if the system counts that.
fn work(pid: Pid) -> u64 {
    threads(pid, "schedstat").filter_map(|line| line.split_whitespace().next()?.parse::<u64>().ok()).sum()
}

/// A file about each of the program's threads, if the system has it.
fn threads(pid: Pid, what: &'static str) -> impl Iterator<Item = String> {
    let tasks = fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero())).into_iter().flatten().flatten();
    tasks.filter_map(move |task| fs::read_to_string(task.path().join(what)).ok())
}

#[test]
fn escape_followed_by_key_is_two_keys() {
    let pty = Pty::demo();
    pty.press("?");
    pty.shows("Type to search");
    // `Esc` closes the dialog, `i` focuses the input.
    pty.press("\x1bi\x15one two");
    pty.shows("one two");
    // Alt-b is bound in the input.
    pty.press("\x1bbx\x1b\x1b[Dy");
    pty.shows("one yxtwo");
    pty.press("\x1b\x03");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn ctrl_c_works_after_endless_keys() {
    let pty = Pty::demo();
    pty.press("i\x15");
    for _ in 0..50 {
        pty.press("x".repeat(100_000));
    }
    pty.press("\x03");
    assert_eq!(pty.end().0, 0);
}

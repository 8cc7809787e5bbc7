//! A crash: the message of a panic that quotes secrets.

use std::process::Command;

use cfimg::terminal::print_panics_after;

use super::canaries::{Leaks, OLD_TOKEN, SIGNATURE, SIGNING_KEY, TOKEN};
use super::children::watch;

const CHILD: &str = "CFIMG_TEST_CRASHES";

#[test]
fn panic_message_contains_no_secret() {
    if let Some(log) = std::env::var_os(CHILD) {
        // This process plays a command that panics.
        cfimg::runtime::log::start(log.as_ref()).expect("a log");
        cfimg::settings::mask_secrets(std::env::vars_os());
        let result = print_panics_after(&mut stderr(), || {
            let crash = || panic!("a thread of {TOKEN}");
            std::thread::spawn(crash).join().expect_err("it panics");
            panic!(
                "a bug\nheaders: {OLD_TOKEN}\nkey {SIGNING_KEY}\nhttps://imagedelivery.net/H/a/v?sig={SIGNATURE}"
            );
        });
        std::process::exit(if result.is_err() { 101 } else { 0 });
    }
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let mut command = Command::new(std::env::current_exe().expect("we are a file"));
    command.args(["--exact", "crash::panic_message_contains_no_secret", "--nocapture", "--test-threads=1"]);
    command.env_clear().env(CHILD, &log).env("RUST_BACKTRACE", "1");
    command.env("CLOUDFLARE_API_TOKEN", OLD_TOKEN).env("CLOUDFLARE_IMAGES_SIGNING_KEY", SIGNING_KEY);
    let end = watch(&mut command, "", false);
    assert_eq!(end.code, Some(101), "{}", end.errors);
    let log = std::fs::read_to_string(&log).expect("there is a log");
    let mut leaks = Leaks::default();
    for text in [&end.out, &end.errors, &log] {
        leaks.search(text, "the crash report");
    }
    leaks.assert_none();
    for text in [&end.errors, &log] {
        assert!(text.contains("a bug") && text.contains("crash.rs"), "{text}");
    }
}

#[expect(clippy::disallowed_methods, reason = "the child plays `main`, which owns standard error")]
fn stderr() -> impl std::io::Write {
    std::io::stderr()
}

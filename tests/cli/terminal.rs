//! Commands in a terminal, without a desktop.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cfimg::demo::{Options, PRIVATE_ID, SAMPLE_ID};
use cfimg::domain::Access;
use cfimg::domain::width::columns;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use super::{Harness, run_command, with_input};

/// Runs the program to its end in a pseudo-terminal. Returns its output and whether it succeeded.
fn in_terminal(harness: &Harness, arguments: &[&str], variables: &[(&str, &str)]) -> (String, bool) {
    let pair = native_pty_system()
        .openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 })
        .expect("a pseudo-terminal");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_cfimg"));
    command.args(arguments);
    command.env_clear();
    for (name, value) in harness.environment() {
        command.env(name, value);
    }
    for (name, value) in variables {
        command.env(name, value);
    }
    let mut child = pair.slave.spawn_command(command).expect("the program starts");
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().expect("the other end");
    let mut written = Vec::new();
    let mut chunk = [0; 4096];
    // On Linux, the end of a closed terminal is an error.
    while let Ok(read) = reader.read(&mut chunk) {
        if read == 0 {
            break;
        }
        written.extend_from_slice(&chunk[..read]);
    }
    let success = child.wait().expect("it ends").success();
    (String::from_utf8(written).expect("UTF-8"), success)
}

#[test]
fn theme_file_colors_commands() {
    let harness = Harness::new();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("theme.toml");
    std::fs::write(&path, "signed = '#e0af68'\nacent = 'blue'").expect("a file");
    let path = path.to_str().expect("UTF-8");
    let arguments = ["--theme", path, "show", PRIVATE_ID];
    for (variables, color) in [
        (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")][..], "38;2;224;175;104"),
        (&[("TERM", "xterm-256color")], "38;5;179"),
        (&[("TERM", "xterm")], "33"),
    ] {
        let (painted, success) = in_terminal(&harness, &arguments, variables);
        assert!(success && painted.contains(&format!("\x1b[{color}m●\x1b[0m ")), "{painted:?}");
        assert!(painted.contains("did you mean `accent`?"), "{painted:?}");
    }
    let missing = harness.run(&["--theme", "neon", "show", PRIVATE_ID]);
    assert!(missing.code == Some(2) && missing.errors.contains("--theme"), "{}", missing.errors);
}

#[test]
fn terminal_gets_colours_unless_turned_off() {
    let harness = Harness::new();
    let label = Access::Signed.label();
    for (arguments, variables, color) in [
        (&["show", PRIVATE_ID][..], &[("TERM", "xterm-256color")][..], "38;5;136"),
        (&["--theme", "dark", "show", PRIVATE_ID], &[], "33"),
        (&["--theme", "dark", "show", PRIVATE_ID], &[("TERM", "xterm-256color")], "38;5;220"),
        (&["show", PRIVATE_ID, "--theme", "light"], &[("COLORTERM", "truecolor"), ("TERM", "a")], "38;5;94"),
        (&["show", PRIVATE_ID], &[("CFIMG_THEME", "light"), ("TERM", "xterm-256color")], "38;5;94"),
        (&["--theme", "ansi", "show", PRIVATE_ID], &[("CFIMG_THEME", "mono"), ("TERM", "xterm-kitty")], "33"),
        (&["--theme", "dark", "--color", "always", "show", PRIVATE_ID], &[("NO_COLOR", "1")], "33"),
    ] {
        let (painted, success) = in_terminal(&harness, arguments, variables);
        let line = format!("\x1b[{color}m●\x1b[0m {label}\r\n");
        assert!(success && painted.contains(&line), "{arguments:?} {variables:?}: {painted:?}");
    }
    for (arguments, variables) in [
        (&["show", PRIVATE_ID][..], &[("NO_COLOR", "1")][..]),
        (&["--color", "never", "show", PRIVATE_ID], &[]),
        (&["--theme", "mono", "show", PRIVATE_ID], &[]),
        (&["show", PRIVATE_ID], &[("CFIMG_THEME", "mono")]),
        (&["--theme", "dark", "show", PRIVATE_ID], &[("NO_COLOR", "1")]),
    ] {
        let (plain, success) = in_terminal(&harness, arguments, variables);
        let line = format!("Access    ● {label}\r\n");
        assert!(success && plain.contains(&line) && !plain.contains('\x1b'), "{plain:?}");
    }
}

#[test]
fn marks_are_for_terminals_only() {
    let harness = Harness::new();
    let plain = |marks: &'static str| [("NO_COLOR", "1"), ("CFIMG_MARKS", marks)];
    for (marks, signed, public) in [("", '●', '○'), ("unicode", '●', '○'), ("ascii", '*', '-')] {
        let (out, _) = in_terminal(&harness, &["check", PRIVATE_ID, SAMPLE_ID], &plain(marks));
        let starts: Vec<_> = out.lines().map(|line| line.split("  ").next().unwrap_or_default()).collect();
        assert_eq!(starts, [format!("{signed} signed"), format!("{public} public")], "{out}");
        let (out, _) = in_terminal(&harness, &["list", "-n", "30"], &plain(marks));
        assert!(out.contains(&format!("  {signed} signed   ")), "{out}");
        assert!(out.contains(&format!("  {public} public   ")), "{out}");
        let (out, _) = in_terminal(&harness, &["show", SAMPLE_ID], &plain(marks));
        assert!(out.contains(&format!("Access    {public} public\r\n")), "{out}");
    }
    for arguments in [
        &["check", PRIVATE_ID, SAMPLE_ID][..],
        &["list"],
        &["show", PRIVATE_ID],
        &["list", "--color", "always"],
    ] {
        let piped = harness.run(arguments);
        assert!(!piped.out.contains(['●', '○', '\x1b']), "{}", piped.out);
    }
    let piped = harness.run(&["check", PRIVATE_ID, SAMPLE_ID]);
    assert!(piped.out.starts_with("signed\t") && piped.out.contains("\npublic\t"), "{}", piped.out);
}

#[test]
fn links_are_for_terminals_with_colours_and_hold_no_signature() {
    let harness = Harness::new();
    let url = format!("{}/MTt4OTd0b0w5ajDemoHash/{SAMPLE_ID}/hero", harness.server.delivery_base());
    let force = [("FORCE_HYPERLINK", "1")];
    let (shown, _) = in_terminal(&harness, &["show", SAMPLE_ID], &force);
    assert!(shown.contains(&format!("\x1b]8;;{url}\x1b\\hero\x1b]8;;\x1b\\")), "{shown:?}");
    let (printed, _) = in_terminal(&harness, &["url", SAMPLE_ID, "hero"], &force);
    assert_eq!(printed, format!("\x1b]8;;{url}\x1b\\{url}\x1b]8;;\x1b\\\r\n"));
    let (explained, _) = in_terminal(&harness, &["explain", &url], &force);
    assert!(explained.contains(&format!("\x1b]8;;{url}\x1b\\hero\x1b")), "{explained:?}");
    let (signed, _) = in_terminal(&harness, &["url", PRIVATE_ID, "--sign"], &force);
    assert!(signed.contains("sig=") && !signed.contains("\x1b]8"), "{signed:?}");
    for (arguments, variables) in [
        (&["show", SAMPLE_ID][..], &[][..]),
        (&["show", SAMPLE_ID], &[("FORCE_HYPERLINK", "0"), ("TERM", "xterm-kitty")]),
        (&["show", SAMPLE_ID], &[("FORCE_HYPERLINK", "1"), ("NO_COLOR", "1")]),
        (&["url", SAMPLE_ID, "--color", "never"], &force),
    ] {
        let (plain, success) = in_terminal(&harness, arguments, variables);
        assert!(success && !plain.contains("\x1b]8"), "{arguments:?} {variables:?}: {plain:?}");
    }
    let piped =
        run_command(harness.command(&["url", SAMPLE_ID, "--color", "always"]).env("FORCE_HYPERLINK", "1"));
    assert!(!piped.out.contains('\x1b'), "{}", piped.out);
}

#[test]
fn list_and_check_fit_in_80_columns() {
    let harness = Harness::new();
    for arguments in [&["list"][..], &["check", "--all"], &["check", "--all", "--verify"], &["variants"]] {
        let (out, _) = in_terminal(&harness, arguments, &[("NO_COLOR", "1")]);
        let lines: Vec<_> = out.lines().filter(|line| line.contains("  ")).collect();
        assert!(lines.len() > 5, "{out}");
        for line in lines {
            assert!(columns(line.rsplit("\x1b[K").next().unwrap_or(line)) <= 80, "{arguments:?}: {line}");
        }
    }
}

#[test]
fn waits_are_reported_only_in_a_terminal() {
    let harness = Harness::new();
    let (out, success) = in_terminal(&harness, &["check", "fault-flaky"], &[("NO_COLOR", "1")]);
    assert!(success && out.starts_with("cfimg: "), "{out:?}");
    let quiet = harness.run(&["check", "fault-flaky"]);
    assert_eq!((quiet.errors.as_str(), quiet.code), ("", Some(0)));
}

#[test]
fn list_status_line_is_replaced() {
    let harness = Harness::with(Options { images: 3000, ..Options::default() });
    let (out, success) = in_terminal(&harness, &["list", "--filter", "zzzzzz"], &[("NO_COLOR", "1")]);
    assert!(success);
    let parts: Vec<&str> = out.split("\r\x1b[K").collect();
    let [first, second, note] = parts[..] else { panic!("{out:?}") };
    assert!(first.starts_with("0 ") && first.contains(" 1,000 ") && first.contains(" 3,000 "), "{out:?}");
    assert!(second.starts_with("0 ") && second.contains(" 2,000 "), "{out:?}");
    assert_eq!(note.lines().count(), 1, "{out:?}");
    let (out, success) = in_terminal(&harness, &["list"], &[("NO_COLOR", "1")]);
    assert!(
        success && out.contains("2,000 of 3,000 ") && out.contains("…\r\x1b[K2"),
        "the next line replaces the status line"
    );
    assert!(out.ends_with("logo.png\r\n"), "{:?}", &out[out.len() - 200..]);
}

#[test]
fn copy_without_display_uses_the_terminal() {
    let harness = Harness::new();
    let (written, success) = in_terminal(&harness, &["copy", SAMPLE_ID, "hero"], &[]);
    let url = format!("{}/MTt4OTd0b0w5ajDemoHash/{SAMPLE_ID}/hero", harness.server.delivery_base());
    let sequence = format!("\x1b]52;c;{}\x1b\\", STANDARD.encode(&url));
    assert!(success && written.contains(&sequence) && written.contains("(OSC 52)"), "{written:?}");
    assert!(!written.contains(&url), "the URL goes to the clipboard only");
}

#[test]
fn open_runs_the_browser_or_prints_the_url() {
    let harness = Harness::new();
    let url = format!("{}/MTt4OTd0b0w5ajDemoHash/{SAMPLE_ID}/hero", harness.server.delivery_base());
    let unopened = harness.run(&["open", SAMPLE_ID, "hero"]);
    assert_eq!((unopened.out, unopened.code), (format!("{url}\n"), Some(1)));
    assert!(unopened.errors.contains("BROWSER"), "{}", unopened.errors);

    let folder = tempfile::tempdir().expect("a folder");
    let (browser, seen) = (folder.path().join("browser"), folder.path().join("seen"));
    std::fs::write(&browser, format!("#!/bin/sh\nprintf %s \"$1\" > '{}'\n", seen.display()))
        .expect("a script");
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).expect("it may run");
    let opened = run_command(
        harness.command(&["open", SAMPLE_ID, "hero"]).env("BROWSER", &browser).env("PATH", "/usr/bin:/bin"),
    );
    assert_eq!((opened.out.as_str(), opened.errors.as_str(), opened.code), ("", "", Some(0)));
    assert_eq!(std::fs::read_to_string(&seen).expect("the browser ran"), url);
}

#[test]
fn each_input_line_is_opened() {
    let harness = Harness::new();
    let folder = tempfile::tempdir().expect("a folder");
    let (browser, seen) = (folder.path().join("browser"), folder.path().join("seen"));
    std::fs::write(&browser, format!("#!/bin/sh\necho \"$1\" >> '{}'\n", seen.display())).expect("a script");
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).expect("it may run");
    let mut command = harness.command(&["open", "-", "hero"]);
    command.env("BROWSER", &browser).env("PATH", "/usr/bin:/bin");
    let opened = with_input(&mut command, &format!("{SAMPLE_ID}\nno-such-image\n{PRIVATE_ID}\n"));
    assert_eq!((opened.out.as_str(), opened.code), ("", Some(3)), "{}", opened.errors);
    assert!(opened.errors.contains("no-such-image") && opened.errors.contains(" default, "));
    let seen = std::fs::read_to_string(&seen).expect("the browser ran");
    let urls: Vec<&str> = seen.lines().collect();
    assert_eq!(urls.len(), 2, "{seen}");
    assert!(
        urls[0].contains(SAMPLE_ID) && urls[1].contains(PRIVATE_ID) && urls[1].contains("sig="),
        "{seen}"
    );
    let requests = harness.server.requests().len();
    let many = with_input(&mut harness.command(&["open", "-"]), &"a\n".repeat(101));
    assert!(many.code == Some(2) && many.errors.contains(" 100 "), "{}", many.errors);
    assert_eq!(harness.server.requests().len(), requests, "nothing was requested");
}

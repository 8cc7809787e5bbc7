//! `cfimg view`.

use cfimg::demo::{ANIMATED_ID, DRAFT_ID, PRIVATE_ID, SAMPLE_ID, SVG_ID};

use super::loopback::Loopback;
use super::{Harness, run_command, with_input};

/// Columns and rows of half-blocks: counts the characters between colour sequences.
fn size(text: &str) -> (usize, usize) {
    let columns = |line: &str| {
        let parts = line.split('\x1b').map(|part| part.split_once('m').map_or(part, |(_, text)| text));
        parts.map(|part| part.chars().count()).sum::<usize>()
    };
    (text.lines().map(columns).max().unwrap_or_default(), text.lines().count())
}

#[test]
fn halfblocks_are_printed_into_pipes() {
    let harness = Harness::new();
    for (arguments, expected) in [
        (&["view", SAMPLE_ID][..], (46, 23)),
        (&["view", SAMPLE_ID, "--width", "20"], (20, 10)),
        (&["view", SAMPLE_ID, "--height", "7"], (14, 7)),
        (&["view", SAMPLE_ID, "thumbnail", "--width", "10", "--height", "9"], (10, 5)),
        (&["view", ANIMATED_ID, "--width", "20"], (20, 8)),
        (&["view", SVG_ID, "--width", "20"], (20, 10)),
    ] {
        let end = harness.run(&[arguments, &["--picture", "halfblocks"]].concat());
        assert_eq!((end.code, &*end.errors), (Some(0), ""), "{arguments:?}");
        assert_eq!(size(&end.out), expected, "{arguments:?}");
        assert!(end.out.contains("▀") && end.out.ends_with("\x1b[0m\n"), "{arguments:?}");
    }
    let end = run_command(harness.command(&["view", SAMPLE_ID]).env("CFIMG_PICTURE", "halfblocks"));
    assert_eq!((end.code, size(&end.out)), (Some(0), (46, 23)), "{}", end.errors);
    let end = run_command(&mut harness.command(&["--picture", "halfblocks", "view", SAMPLE_ID]));
    assert_eq!((end.code, size(&end.out)), (Some(0), (46, 23)), "{}", end.errors);
}

#[test]
fn picture_fits_the_preview_of_fzf() {
    let harness = Harness::new();
    let preview = |arguments: &[&str], columns: &str, lines: &str| {
        let mut command = harness.command(arguments);
        command.env("FZF_PREVIEW_COLUMNS", columns).env("FZF_PREVIEW_LINES", lines);
        run_command(&mut command)
    };
    for (arguments, columns, lines, expected) in [
        (&["view", SAMPLE_ID][..], "30", "40", (30, 15)),
        (&["view", SAMPLE_ID], "30", "9", (18, 9)),
        (&["view", SAMPLE_ID, "--width", "10"], "30", "9", (10, 5)),
    ] {
        let end = preview(arguments, columns, lines);
        assert_eq!((end.code, size(&end.out)), (Some(0), expected), "{arguments:?} {}", end.errors);
    }
    assert_eq!(preview(&["view", SAMPLE_ID, "--picture", "off"], "30", "9").code, Some(2));
    assert_eq!(preview(&["view", SAMPLE_ID], "", "0").code, Some(2), "no preview");
}

#[test]
fn halfblocks_without_colour_are_refused() {
    let harness = Harness::new();
    let view = ["view", SAMPLE_ID, "--picture", "halfblocks", "--color", "never"];
    let end = harness.run(&view);
    assert_eq!((end.code, &*end.out), (Some(2), ""), "{}", end.errors);
    assert!(harness.server.requests().is_empty());
    // `--picture halfblocks` overrides the variable.
    let end = run_command(harness.command(&view[..4]).env("NO_COLOR", "1"));
    assert_eq!((end.code, size(&end.out)), (Some(0), (46, 23)), "{}", end.errors);
    let end = harness.run(&[&view[..5], &["always"]].concat());
    assert_eq!((end.code, size(&end.out)), (Some(0), (46, 23)), "{}", end.errors);
}

#[test]
fn pipe_without_halfblocks_is_refused() {
    let harness = Harness::new();
    for arguments in [
        &["view", SAMPLE_ID][..],
        &["view", SAMPLE_ID, "--picture", "sixel"],
        &["view", SAMPLE_ID, "--picture", "auto"],
    ] {
        let end = harness.run(arguments);
        assert_eq!((end.code, &*end.out), (Some(2), ""), "{arguments:?}");
        assert!(end.errors.contains("`cfimg save`"), "{}", end.errors);
    }
    assert!(harness.server.requests().is_empty());
}

#[cfg(unix)]
#[test]
fn pictures_off_names_what_turned_them_off() {
    let harness = Harness::new();
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join(".config/cfimg");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("config.toml"), "picture = 'off'").expect("a file");
    for (before, after, variable, by) in [
        (&["view"][..], &["--picture", "off"][..], None, "--picture"),
        (&["--picture", "off", "view"], &[], None, "--picture"),
        (&["view"], &["--picture", "off"], Some("off"), "--picture"),
        (&["view"], &[], Some("off"), "CFIMG_PICTURE"),
        (&["view"], &[], None, "`picture` in ~/.config/cfimg/config.toml"),
    ] {
        let mut command = harness.command(&[before, &[SAMPLE_ID], after].concat());
        command.env("HOME", home.path()).env_remove("XDG_CONFIG_HOME");
        command.envs(variable.map(|value| ("CFIMG_PICTURE", value)));
        let end = run_command(&mut command);
        assert_eq!((end.code, &*end.out), (Some(2), ""), "{}", end.errors);
        assert!(end.errors.contains(&format!(" by {by}. ")), "{by}: {}", end.errors);
    }
    assert!(harness.server.requests().is_empty());
}

#[test]
fn private_picture_is_fetched_with_signed_url() {
    let harness = Harness::new();
    let view = |variant: &str, size_is: (usize, usize)| {
        let end = harness.run(&["view", PRIVATE_ID, variant, "--picture", "halfblocks"]);
        assert_eq!((end.code, &*end.errors, size(&end.out)), (Some(0), "", size_is), "{variant}");
        harness.server.requests().pop().expect("the picture").target
    };
    let signed = view("square", (46, 23));
    assert!(signed.contains("/square?exp=") && signed.contains("&sig="), "{signed}");
    let plain = view("blurred", (35, 23));
    assert!(plain.ends_with("/blurred"), "it is always public: {plain}");
    assert_eq!(harness.run(&["view", DRAFT_ID, "--picture", "halfblocks"]).code, Some(3));
}

#[cfg(unix)]
#[test]
fn private_picture_without_key_is_the_original() {
    let (harness, folder) = (Harness::new(), tempfile::tempdir().expect("a folder"));
    let view = ["view", PRIVATE_ID, "square", "--picture", "halfblocks"];
    let end = run_command(&mut harness.command_with_keys(folder.path(), "exit 7", &view));
    assert_eq!((end.code, size(&end.out)), (Some(0), (35, 23)), "{}", end.errors);
    assert!(end.errors.contains("“square”") && end.errors.contains("exit status: 7"), "{}", end.errors);
    assert_eq!(end.errors.lines().count(), 1, "{}", end.errors);
}

#[test]
fn delivery_errors_have_exit_codes() {
    let loopback = Loopback::new("null");
    for (variant, code, words) in [
        ("cut", 5, ""),
        ("html", 5, ""),
        ("liar", 5, ""),
        ("redirect", 5, "elsewhere.example"),
        ("denied", 4, "9425"),
        ("missing", 3, "9404"),
    ] {
        let end = run_command(&mut loopback.command(&["view", "image", variant, "--picture", "halfblocks"]));
        assert_eq!((end.code, &*end.out), (Some(code), ""), "{variant}: {}", end.errors);
        assert!(end.errors.contains(words) && end.errors.lines().count() == 1, "{variant}: {}", end.errors);
    }
    for request in loopback.requests() {
        assert_eq!(request.contains("cfut_hush"), request.contains("/client/"), "{request}");
    }
}

#[test]
fn each_input_line_is_shown_under_its_id() {
    let harness = Harness::new();
    let view = ["view", "-", "--picture", "halfblocks", "--height", "3"];
    let signed = format!("https://imagedelivery.net/MTt4OTd0b0w5ajDemoHash/{SAMPLE_ID}/public?sig=hush");
    let end =
        with_input(&mut harness.command(&view), &format!("..\n{signed}\nno-such-image\n{PRIVATE_ID}\n"));
    assert_eq!(end.code, Some(2), "{}", end.errors);
    let lines: Vec<&str> = end.out.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[4]), (8, SAMPLE_ID, PRIVATE_ID), "{}", end.out);
    assert_eq!(end.errors.lines().count(), 2, "{}", end.errors);
    let one = harness.run(&["view", SAMPLE_ID, "--picture", "halfblocks", "--height", "3"]);
    assert_eq!(one.out.lines().collect::<Vec<_>>(), lines[1..4], "a single image is printed without its ID");
}

#[test]
fn variant_may_be_options_or_from_settings() {
    let loopback = Loopback::new("null");
    let view = |variant: &[&str]| {
        let mut command =
            loopback.command(&[&["view", "image"], variant, &["--picture", "halfblocks"]].concat());
        command.env("CFIMG_CONFIG", concat!(env!("CARGO_TARGET_TMPDIR"), "/variant.toml"));
        run_command(&mut command)
    };
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/variant.toml"), "variant = 'fine'")
        .expect("a file");
    for (variant, expected) in [(&["w=400,fit=cover"][..], "/image/w=400,fit=cover "), (&[], "/image/fine ")]
    {
        let end = view(variant);
        assert_eq!((end.code, &*end.errors), (Some(0), ""), "{variant:?}");
        assert!(loopback.requests().last().is_some_and(|last| last.contains(expected)), "{variant:?}");
    }
    let harness = Harness::new();
    let end = harness.run(&["view", PRIVATE_ID, "w=40", "--picture", "halfblocks", "--height", "3"]);
    assert_eq!((end.code, size(&end.out).1), (Some(0), 3), "{}", end.errors);
    assert!(end.errors.contains("“w=40”") && end.errors.lines().count() == 1, "{}", end.errors);
}

/// Runs a shell script in a terminal of 80 by 24. `typed` is typed before it starts; the terminal responds
/// with `answers` when it is queried.
#[cfg(unix)]
fn in_terminal(harness: &Harness, script: &str, typed: &str, answers: &'static str) -> String {
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    use std::io::{Read as _, Write as _};

    let size = PtySize { rows: 24, cols: 80, pixel_width: 800, pixel_height: 480 };
    let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
    let mut command = CommandBuilder::new("/bin/sh");
    command.args(["-c", script]);
    command.env_clear();
    for (name, value) in harness.environment() {
        command.env(name, value);
    }
    command.env("PATH", "/usr/bin:/bin");
    command.env("TERM", "xterm-256color");
    command.env("CFIMG", env!("CARGO_BIN_EXE_cfimg"));
    command.env("ID", SAMPLE_ID);
    let mut writer = pair.master.take_writer().expect("its keys");
    writer.write_all(typed.as_bytes()).expect("typed");
    let mut reader = pair.master.try_clone_reader().expect("its screen");
    let mut child = pair.slave.spawn_command(command).expect("it starts");
    drop(pair.slave);
    // A shell that waits for lost keys waits forever.
    let mut killer = child.clone_killer();
    let (done, ended) = std::sync::mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        if ended.recv_timeout(std::time::Duration::from_secs(20))
            == Err(std::sync::mpsc::RecvTimeoutError::Timeout)
        {
            drop(killer.kill());
        }
    });
    let (mut written, mut chunk, mut answered) = (Vec::new(), [0; 4096], answers.is_empty());
    while let Ok(read @ 1..) = reader.read(&mut chunk) {
        written.extend_from_slice(&chunk[..read]);
        if !answered && written.windows(3).any(|bytes| bytes == b"\x1b[c") {
            writer.write_all(answers.as_bytes()).expect("answered");
            answered = true;
        }
    }
    assert!(child.wait().expect("it ends").success(), "{}", String::from_utf8_lossy(&written));
    drop(done);
    watch.join().expect("it waits no longer");
    String::from_utf8(written).expect("UTF-8")
}

/// Compares the terminal's settings before and after, and reads what was typed for the next program.
#[cfg(unix)]
const VIEW_THEN_READ: &str = r#"before=$(stty -g); "$CFIMG" view "$ID" --height 9; [ "$before" = "$(stty -g)" ] && echo same; read -r line; echo "[$line]""#;

#[cfg(unix)]
#[test]
fn terminal_response_is_not_printed() {
    let harness = Harness::new();
    let kitty = "\x1bP>|kitty(0.41.1)\x1b\\\x1b[6;20;10t\x1b[?62;cfor the shell\n";
    let screen = in_terminal(&harness, VIEW_THEN_READ, "", kitty);
    assert!(screen.contains("\x1b[>q") && screen.contains("\x1b_Gf=100,a=T,C=1,c=18,r=9,"), "{screen:?}");
    assert!(screen.contains("same\r\n") && screen.contains("[for the shell]"), "{screen:?}");
    assert!(!screen.contains("kitty(") && !screen.contains("62;c"), "{screen:?}");
    let sixel = "\x1bP>|foot(1.21.0)\x1b\\\x1b[6;20;10t\x1b[?62;4c\n";
    let screen = in_terminal(&harness, VIEW_THEN_READ, "", sixel);
    assert!(screen.contains("\x1bP") && screen.contains("same\r\n"), "{screen:?}");
}

#[cfg(unix)]
#[test]
fn silent_terminal_gets_halfblocks() {
    let harness = Harness::new();
    let screen = in_terminal(&harness, "\"$CFIMG\" view \"$ID\"; stty size", "", "");
    assert!(screen.contains("\x1b[>q") && screen.contains("▀"), "{screen:?}");
    assert_eq!(screen.matches("\x1b[0m\r\n").count(), 23, "a row is left for the prompt: {screen:?}");
}

#[cfg(unix)]
#[test]
fn typed_ahead_keys_reach_the_shell() {
    let harness = Harness::new();
    let screen = in_terminal(&harness, VIEW_THEN_READ, "typed ahead\n", "\x1b[?62;4c");
    assert!(!screen.contains("\x1b[c"), "the response would come after the keys: {screen:?}");
    assert!(
        screen.contains("▀") && screen.contains("same\r\n") && screen.contains("[typed ahead]"),
        "{screen:?}"
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_during_terminal_query_ends_the_command() {
    let harness = Harness::new();
    let script = r#"before=$(stty -g); "$CFIMG" view "$ID"; echo "code $?"; [ "$before" = "$(stty -g)" ] && echo same"#;
    let screen = in_terminal(&harness, script, "", "\x03\x1b[?62;4c");
    assert!(screen.contains("code 130\r\nsame\r\n") && !screen.contains("\x1bP"), "{screen:?}");
}

#[cfg(unix)]
#[test]
fn background_job_does_not_query_the_terminal() {
    let harness = Harness::new();
    let script = r#"set -m; "$CFIMG" view "$ID" --height 9 & wait $!; echo "code $?""#;
    let screen = in_terminal(&harness, script, "", "");
    assert!(screen.contains("▀") && screen.contains("code 0\r\n"), "{screen:?}");
    assert!(!screen.contains("\x1b[>q"), "{screen:?}");
}

#[cfg(unix)]
#[test]
fn grid_draws_tiles_beside_each_other() {
    let harness = Harness::new();
    let kitty = "\x1bP>|kitty(0.41.1)\x1b\\\x1b[6;20;10t\x1b[?62;c";
    let screen = in_terminal(&harness, r#""$CFIMG" view --grid "$ID" "$ID"; stty size"#, "", kitty);
    assert_eq!(screen.matches("\x1b_Gf=100,a=T,C=1,c=").count(), 2, "{screen:?}");
    let names = screen.lines().find(|line| line.contains("logo.png")).unwrap_or_default();
    assert_eq!(names.matches("logo.png").count(), 2, "{screen:?}");
    assert!(!screen.contains("kitty("), "{screen:?}");
}

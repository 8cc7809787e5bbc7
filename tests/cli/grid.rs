//! `cfimg view --grid`.

use cfimg::demo::{ANIMATED_ID, DRAFT_ID, PRIVATE_ID, SAMPLE_ID, SVG_ID};

use super::{Harness, run_command, with_input};

/// The text without colours.
fn plain(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or(part, |(_, text)| text))
}

/// The lines of names: those that contain one of these texts.
fn lines_with<'a>(text: &'a str, names: &[&str]) -> Vec<&'a str> {
    text.lines().filter(|line| names.iter().any(|name| line.contains(name))).collect()
}

#[test]
fn rows_are_printed_in_the_given_order() {
    let harness = Harness::new();
    let view = ["view", "--grid=2", "--width", "60", "--picture", "halfblocks", SAMPLE_ID, "-", SVG_ID];
    let end = with_input(&mut harness.command(&view), &format!("{PRIVATE_ID}\n\n{ANIMATED_ID}\n"));
    assert_eq!((end.code, &*end.errors), (Some(0), ""), "{}", end.out);
    let text = plain(&end.out);
    let names = lines_with(&text, &["○", "●"]);
    assert_eq!(names.len(), 2, "{text}");
    let expected = [["○ logo.png", "● passport-scan.jpg"], ["○ bouncing-ball.gif", "○ weather-icon.svg"]];
    for (line, [left, right]) in names.into_iter().zip(expected) {
        let found: Vec<&str> = line.split("  ").map(str::trim).filter(|name| !name.is_empty()).collect();
        assert_eq!(found, [left, right], "{text}");
    }
    assert_eq!(text.matches("\n\n").count(), 1, "rows are apart: {text}");
    assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
    let signed: Vec<_> =
        harness.picture_requests().into_iter().filter(|target| target.contains(PRIVATE_ID)).collect();
    assert!(matches!(&signed[..], [one] if one.contains("?exp=") && one.contains("&sig=")), "{signed:?}");
    let originals = harness.server.requests().into_iter().filter(|request| request.target.ends_with("/blob"));
    assert_eq!(originals.count(), 0);
}

#[test]
fn images_without_a_picture_are_tiles_with_the_reason() {
    let harness = Harness::new();
    let view = ["view", "--grid=4", "--width", "120", "--picture", "halfblocks", "-"];
    let lines = format!("{SAMPLE_ID}\n{DRAFT_ID}\nno-such-image\n..\nfault-9413-403\n");
    let end = with_input(&mut harness.command(&view), &lines);
    assert_eq!(end.code, Some(3), "the first failure is the draft: {}", end.errors);
    let text = plain(&end.out);
    for words in ["This image is a draft", "Image not found", "no-such-image", "○ logo.png"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(end.errors.lines().count(), 4, "{}", end.errors);
    assert!(end.errors.contains("“..”") && !text.contains(".. "), "it names no image: {text}");
}

#[cfg(unix)]
#[test]
fn private_image_without_key_is_a_labelled_tile() {
    let (harness, folder) = (Harness::new(), tempfile::tempdir().expect("a folder"));
    let view = ["view", "--grid", PRIVATE_ID, SAMPLE_ID, "--picture", "halfblocks"];
    let end = run_command(&mut harness.command_with_keys(folder.path(), "exit 7", &view));
    assert!(end.code.is_some_and(|code| code > 0) && end.errors.contains("exit status: 7"), "{}", end.errors);
    let text = plain(&end.out);
    assert!(text.contains("● passport-scan.jpg") && text.contains("○ logo.png"), "{text}");
    let requests = harness.picture_requests();
    assert!(matches!(&requests[..], [one] if one.contains(SAMPLE_ID)), "{requests:?}");
}

#[test]
fn row_is_printed_before_the_input_ends() {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::Stdio;

    let harness = Harness::new();
    let mut command = harness.command(&["view", "--grid=2", "-", "--picture", "halfblocks"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut input = child.stdin.take().expect("a pipe");
    write!(input, "{SAMPLE_ID}\n{PRIVATE_ID}\n").expect("it reads");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("○ logo.png")), "standard input is still open");
    drop(input);
    assert_eq!(lines.count(), 0);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn several_images_need_the_option() {
    let harness = Harness::new();
    let end = harness.run(&["view", SAMPLE_ID, "hero", PRIVATE_ID, "--picture", "halfblocks"]);
    assert_eq!((end.code, &*end.out), (Some(2), ""));
    assert!(end.errors.contains("--grid"), "{}", end.errors);
    for (arguments, words) in [
        (&["view", "--grid", SAMPLE_ID][..], "`cfimg save`"),
        (&["view", "--grid=0", SAMPLE_ID], "'0'"),
        (&["view", "--grid", "-", "-", "--picture", "halfblocks"], "`-`"),
        (&["view", "--grid", "-", "--picture", "halfblocks"], "Standard input is empty"),
        (&["view", "--grid", SAMPLE_ID, "--picture", "halfblocks", "--color", "never"], "--color never"),
    ] {
        let end = harness.run(arguments);
        assert_eq!((end.code, &*end.out), (Some(2), ""), "{arguments:?}");
        assert!(end.errors.contains(words), "{arguments:?}: {}", end.errors);
    }
    assert!(harness.server.requests().is_empty());
}

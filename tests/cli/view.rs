//! `cfimg view`: pictures among the shell's lines.

use cfimg::demo::{ANIMATED_ID, DRAFT_ID, PRIVATE_ID, SAMPLE_ID, SVG_ID};

use super::loopback::Loopback;
use super::{Stand, ended};

/// The columns and rows of half-blocks, by what is between their colours.
fn size(text: &str) -> (usize, usize) {
    let columns = |line: &str| {
        let parts = line.split('\x1b').map(|part| part.split_once('m').map_or(part, |(_, text)| text));
        parts.map(|part| part.chars().count()).sum::<usize>()
    };
    (text.lines().map(columns).max().unwrap_or_default(), text.lines().count())
}

#[test]
fn half_blocks_go_anywhere_when_asked_for() {
    let stand = Stand::new();
    for (arguments, expected) in [
        (&["view", SAMPLE_ID][..], (46, 23)),
        (&["view", SAMPLE_ID, "--width", "20"], (20, 10)),
        (&["view", SAMPLE_ID, "--height", "7"], (14, 7)),
        (&["view", SAMPLE_ID, "thumbnail", "--width", "10", "--height", "9"], (10, 5)),
        (&["view", ANIMATED_ID, "--width", "20"], (20, 8)),
        (&["view", SVG_ID, "--width", "20"], (20, 10)),
    ] {
        let end = stand.run(&[arguments, &["--picture", "halfblocks"]].concat());
        assert_eq!((end.code, &*end.errors), (Some(0), ""), "{arguments:?}");
        assert_eq!(size(&end.out), expected, "{arguments:?}");
        assert!(end.out.contains("▀") && end.out.ends_with("\x1b[0m\n"), "{arguments:?}");
    }
    let end = ended(stand.command(&["view", SAMPLE_ID]).env("CFIMG_PICTURE", "halfblocks"));
    assert_eq!((end.code, size(&end.out)), (Some(0), (46, 23)), "{}", end.errors);
    let end = ended(&mut stand.command(&["--picture", "halfblocks", "view", SAMPLE_ID]));
    assert_eq!((end.code, size(&end.out)), (Some(0), (46, 23)), "{}", end.errors);
}

#[test]
fn what_is_no_terminal_gets_no_picture() {
    let stand = Stand::new();
    for arguments in [
        &["view", SAMPLE_ID][..],
        &["view", SAMPLE_ID, "--picture", "sixel"],
        &["view", SAMPLE_ID, "--picture", "auto"],
    ] {
        let end = stand.run(arguments);
        assert_eq!((end.code, &*end.out), (Some(2), ""), "{arguments:?}");
        assert!(end.errors.contains("not a terminal") && end.errors.contains("cfimg save"), "{}", end.errors);
    }
    let end = stand.run(&["view", SAMPLE_ID, "--picture", "off"]);
    assert_eq!((end.code, &*end.out), (Some(2), ""), "{}", end.errors);
    assert!(stand.server.requests().is_empty());
}

#[test]
fn a_private_picture_is_the_original_and_says_so() {
    let stand = Stand::new();
    let end = stand.run(&["view", PRIVATE_ID, "--picture", "halfblocks"]);
    assert_eq!((end.code, size(&end.out)), (Some(0), (35, 23)), "{}", end.errors);
    assert!(end.errors.contains("this is the original") && end.errors.lines().count() == 1, "{}", end.errors);
    let end = stand.run(&["view", PRIVATE_ID, "blurred", "--picture", "halfblocks"]);
    assert_eq!((end.code, &*end.errors), (Some(0), ""), "always public");
    assert_eq!(stand.run(&["view", DRAFT_ID, "--picture", "halfblocks"]).code, Some(3));
}

#[test]
fn what_is_no_picture_is_a_sentence() {
    let loopback = Loopback::new("null");
    for (variant, code, words) in [
        ("cut", 5, "broke off"),
        ("html", 5, "web page"),
        ("liar", 5, "This is not a picture"),
        ("redirect", 5, "elsewhere.example"),
        ("denied", 4, "denies access"),
        ("missing", 3, "No such image is delivered"),
    ] {
        let end = ended(&mut loopback.command(&["view", "image", variant, "--picture", "halfblocks"]));
        assert_eq!((end.code, &*end.out), (Some(code), ""), "{variant}: {}", end.errors);
        assert!(end.errors.contains(words) && end.errors.lines().count() == 1, "{variant}: {}", end.errors);
    }
    for request in loopback.requests() {
        assert_eq!(request.contains("cfut_hush"), request.contains("/client/"), "{request}");
    }
}

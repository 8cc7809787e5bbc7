//! `cfimg url --as qr`.

use cfimg::demo::{PRIVATE_ID, SAMPLE_ID};

use super::{Harness, with_input};

/// What a phone reads from a code on a light background.
fn scanned(lines: &[&str]) -> String {
    const SCALE: usize = 4;
    let rows: Vec<Vec<char>> = lines.iter().map(|line| line.chars().collect()).collect();
    let is_dark = |x: usize, y: usize| match rows[y / 2].get(x) {
        Some('█') => true,
        Some('▀') => y.is_multiple_of(2),
        Some('▄') => !y.is_multiple_of(2),
        _ => false,
    };
    let (width, height) = (rows[0].len() * SCALE, rows.len() * 2 * SCALE);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        if is_dark(x / SCALE, y / SCALE) { 0 } else { 255 }
    });
    image.detect_grids()[0].decode().expect("it is read").1
}

#[test]
fn code_is_read_as_the_url() {
    let harness = Harness::new();
    let end = harness.run(&["url", SAMPLE_ID, "hero", "--as", "qr"]);
    assert_eq!((end.code, &*end.errors), (Some(0), ""));
    let lines: Vec<&str> = end.out.lines().collect();
    let url = harness.run(&["url", SAMPLE_ID, "hero"]).out;
    assert_eq!(scanned(&lines), url.trim_end());
    assert!(end.out.chars().all(|c| " ▀▄█\n".contains(c)), "nothing else is printed: {}", end.out);
    let colored = harness.run(&["url", SAMPLE_ID, "hero", "--as", "qr", "--color", "always"]);
    let (start, finish) = ("\x1b[38;5;16;48;5;231m", "\x1b[0m");
    let framed: Vec<_> = lines.iter().map(|line| format!("{start}{line}{finish}")).collect();
    assert_eq!(colored.out.lines().collect::<Vec<_>>(), framed);
}

#[test]
fn signed_url_is_only_in_the_code() {
    let harness = Harness::new();
    let end = harness.run(&["url", PRIVATE_ID, "--as", "qr"]);
    assert_eq!((end.code, &*end.out), (Some(1), ""), "as for other formats: {}", end.errors);
    for (sign, words) in [("--sign", "until then."), ("--sign=never", "until you rotate the key.")] {
        let end = harness.run(&["url", PRIVATE_ID, "--as", "qr", sign]);
        assert_eq!(end.code, Some(0), "{}", end.errors);
        let url = scanned(&end.out.lines().collect::<Vec<_>>());
        assert!(url.contains(PRIVATE_ID) && url.contains("sig="), "{url}");
        assert!(end.errors.starts_with("Signed URL, ") && end.errors.contains(words), "{}", end.errors);
        assert!(!end.errors.contains("sig="), "{}", end.errors);
    }
}

#[test]
fn each_of_several_codes_is_below_its_id() {
    let harness = Harness::new();
    let other = "stats-2026";
    let end =
        with_input(&mut harness.command(&["url", "-", "--as", "qr"]), &format!("{SAMPLE_ID}\n{other}\n"));
    assert_eq!(end.code, Some(0), "{}", end.errors);
    let lines: Vec<&str> = end.out.lines().collect();
    let second = lines.iter().position(|line| *line == other).expect("the second ID");
    assert_eq!(lines[0], SAMPLE_ID);
    assert!(scanned(&lines[1..second]).contains(SAMPLE_ID));
    assert!(scanned(&lines[second + 1..]).contains(other));
}

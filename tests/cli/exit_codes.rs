//! Exit codes, and what is never sent.

use cfimg::demo::{DRAFT_ID, NO_PERMISSION_TOKEN, PRIVATE_ID, SAMPLE_ID};
use cfimg::domain::Refusal;

use super::{Harness, bare, run_command, with_token};

#[test]
fn every_outcome_has_its_exit_code() {
    let harness = Harness::new();
    for (arguments, code) in [
        (&["show", SAMPLE_ID][..], 0),
        (&["url", PRIVATE_ID], 1),
        (&["show"], 2),
        (&["show", "--all", SAMPLE_ID], 2),
        (&["demo", "--fail", "7"], 2),
        (&["show", "https://example.com/cat.png"], 2),
        (&["show", "-", "-"], 2),
        (&["url", "-"], 2),
        (&["show", "no-such-image"], 3),
        (&["check", "--", "-x"], 3),
        (&["url", SAMPLE_ID, "no-such-variant"], 3),
        (&["url", DRAFT_ID], 3),
        (&["show", "fault-403"], 4),
        (&["show", "fault-429-long"], 5),
        (&["show", "fault-half"], 5),
        (&["show", "fault-html"], 5),
        (&["show", "fault-array"], 5),
        (&["show", "fault-redirect"], 5),
        (&["check", PRIVATE_ID], 10),
    ] {
        let end = harness.run(arguments);
        assert_eq!(end.code, Some(code), "{arguments:?}: {}", end.errors);
        assert_eq!(end.errors.is_empty(), matches!(code, 0 | 10), "{arguments:?}: {}", end.errors);
        assert_eq!(end.out.is_empty(), !matches!(code, 0 | 10), "{arguments:?}: {}", end.out);
    }
}

#[test]
fn first_failure_decides_code_after_all_are_tried() {
    let harness = Harness::new();
    let end = harness.run(&["check", PRIVATE_ID, "fault-half", "no-such-image", "..", SAMPLE_ID]);
    assert_eq!(end.out, format!("signed\t{PRIVATE_ID}\tpassport-scan.jpg\npublic\t{SAMPLE_ID}\tlogo.png\n"));
    assert_eq!(end.code, Some(5), "a failure outranks 10");
    let errors: Vec<&str> = end.errors.lines().collect();
    assert_eq!(errors.len(), 3, "{}", end.errors);
    for (error, name) in errors.iter().zip(["fault-half", "no-such-image", "“..”"]) {
        assert!(error.starts_with("cfimg: ") && error.contains(name), "{error}");
    }
}

#[test]
fn token_as_image_is_not_sent_or_printed() {
    let harness = Harness::new();
    let token = format!("cfut_{}", "h".repeat(48));
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let log = log.to_str().expect("UTF-8");
    let bearer = format!("Bearer {token}");
    for arguments in [
        &["show", &token][..],
        &["check", &token, SAMPLE_ID],
        &["url", &bearer],
        &["copy", &token],
        &["save", &token],
    ] {
        let end = harness.run(&[&["--log", log], arguments].concat());
        assert_eq!(end.code, Some(2), "{arguments:?}: {}", end.errors);
        let log = std::fs::read_to_string(log).expect("a log");
        assert!(end.errors.contains(&Refusal::Token.to_string()), "{}", end.errors);
        assert!(!(end.errors + &end.out + &log).contains("hhh"), "{arguments:?}");
    }
}

#[test]
fn failure_names_its_image_if_there_are_several() {
    let harness = Harness::new();
    let pasted = "https://imagedelivery.net/another-hash/no-such-image/public";
    let single = harness.run(&["show", pasted]).errors;
    assert!(single.contains("(5404)") && single.contains("“no-such-image”"), "{single}");
    assert!(!single.contains("no-such-image: "), "{single}");
    let several = harness.run(&["show", pasted, "fault-half"]).errors;
    let lines: Vec<&str> = several.lines().collect();
    // The ray ID at the end differs.
    let message = |line: &str| line.split(" [cf-ray").next().map(str::to_owned);
    assert_eq!(message(lines[0]), message(&single), "the message names it already: {several}");
    assert!(lines[1].starts_with("cfimg: fault-half: "), "{several}");
    assert_eq!(lines.len(), 2, "{several}");
    assert!(!harness.run(&["show", "fault-half"]).errors.contains("fault-half"));
}

#[test]
fn invalid_id_is_never_sent() {
    let harness = Harness::new();
    let long = "x".repeat(1025);
    for text in ["", "   ", "a/../b", ".", "a\u{7}b", &long, "https://imagedelivery.net/H/a/%2e%2e/b/public"]
    {
        for command in ["show", "check", "url", "open", "copy", "save"] {
            let end = harness.run(&[command, text]);
            assert_eq!(end.code, Some(2), "{command} {text:?}: {}", end.errors);
            assert!(end.out.is_empty() && end.errors.lines().count() == 1, "{}", end.errors);
            assert_eq!(end.errors.contains("cfimg: “"), !text.trim().is_empty(), "{}", end.errors);
        }
    }
    assert!(harness.server.requests().is_empty());
}

#[test]
fn missing_credentials_give_a_hint() {
    for arguments in [
        &["show", "a"][..],
        &["check", "a", "b"],
        &["url", "a"],
        &["open", "a"],
        &["copy", "a"],
        &["variants"],
        &["usage"],
    ] {
        let end = run_command(&mut bare(arguments));
        assert_eq!((end.code, end.out.as_str()), (Some(4), ""), "{arguments:?}");
        assert!(
            end.errors.contains("CLOUDFLARE_API_TOKEN") && end.errors.contains("cfimg demo"),
            "{}",
            end.errors
        );
        assert_eq!(end.errors.lines().count(), 1, "reported once: {}", end.errors);
    }
    assert_eq!(
        run_command(&mut bare(&["show", "..", "a"])).code,
        Some(2),
        "the first failure in argument order"
    );
}

#[test]
fn token_without_permission_is_a_credentials_failure() {
    let harness = Harness::new();
    let end =
        run_command(harness.command(&["show", SAMPLE_ID]).env("CLOUDFLARE_API_TOKEN", NO_PERMISSION_TOKEN));
    assert_eq!((end.code, end.out.as_str()), (Some(4), ""), "{}", end.errors);
    assert!(!end.errors.contains(NO_PERMISSION_TOKEN));
}

#[test]
fn program_needs_a_terminal() {
    for arguments in [&[][..], &["an-image"], &["demo"], &["--", "show"]] {
        let end = run_command(&mut bare(arguments));
        assert_eq!((end.code, end.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(end.errors.contains("`cfimg show "), "{}", end.errors);
        // Without a command, usage and commands follow.
        let has_overview = end.errors.contains("\n  show ");
        assert_eq!(has_overview, arguments != ["demo"], "{}", end.errors);
    }
}

#[test]
fn unknown_host_is_a_network_failure() {
    let mut command = with_token(&["show", SAMPLE_ID]);
    command.env("CLOUDFLARE_BASE_URL", "https://cfimg.invalid/client/v4");
    let end = run_command(&mut command);
    assert!(end.errors.contains(" cfimg.invalid "), "{}", end.errors);
    assert_eq!((end.code, end.errors.lines().count()), (Some(5), 1), "{}", end.errors);
}

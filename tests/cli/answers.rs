//! The output of the commands.

use cfimg::demo::{CUSTOM_ID, HOSTILE_ID, PRIVATE_ID, SAMPLE_ID};
use serde_json::Value;

use super::{Harness, bare, run_command};

#[test]
fn show_prints_details_and_variants() {
    let harness = Harness::new();
    let shown = harness.run(&["show", SAMPLE_ID, PRIVATE_ID]);
    assert_eq!((shown.code, shown.errors.as_str()), (Some(0), ""));
    let images: Vec<&str> = shown.out.split("\n\n").collect();
    assert_eq!(images.len(), 2, "{}", shown.out);
    let base = harness.server.delivery_base();
    let hero =
        format!("variant\thero\tcover 1366×768\tpublic\t{base}/MTt4OTd0b0w5ajDemoHash/{SAMPLE_ID}/hero");
    for row in ["filename\tlogo.png", "access\tpublic", "uploaded\t2014-01-02T02:20:00.123Z", &hero] {
        assert!(images[0].lines().any(|line| line == row), "{row}\n{}", shown.out);
    }
    assert!(images[1].contains("\naccess\tsigned\n"), "{}", shown.out);
    let words: Vec<_> = ["blurred", "hero"]
        .iter()
        .filter_map(|name| images[1].lines().find(|line| line.split('\t').nth(1) == Some(name)))
        .filter_map(|row| row.split('\t').nth(3))
        .collect();
    assert_eq!(words, ["public", "signed"], "one variant is always public");
}

#[test]
fn show_json_is_the_apis_own_per_line() {
    let harness = Harness::new();
    let shown = harness.run(&["show", "--json", SAMPLE_ID, CUSTOM_ID]);
    assert_eq!(shown.code, Some(0));
    let lines: Vec<Value> =
        shown.out.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    assert_eq!(lines[0]["id"], SAMPLE_ID);
    assert_eq!(lines[0]["requireSignedURLs"], false);
    assert!(lines[0].get("cfimg").is_none(), "no member was added");
    assert_eq!(lines[1]["id"], CUSTOM_ID);
    assert_eq!(lines.len(), 2);
    let requests = harness.server.requests();
    assert_eq!(requests.len(), 2, "nothing else was requested: {requests:?}");
}

#[test]
fn output_is_sanitized() {
    let harness = Harness::new();
    for arguments in [
        &["show", HOSTILE_ID][..],
        &["show", "--json", HOSTILE_ID],
        &["check", HOSTILE_ID],
        &["url", HOSTILE_ID],
        &["url", HOSTILE_ID, "\u{1b}]0;x\u{7}"],
        &["show", "no\u{202e}such\u{200b}image"],
        &["show", "a\u{1b}[31mb"],
        &["show", "fault-types"],
        &["show", "fault-html"],
    ] {
        let result = harness.run(arguments);
        let safe = |c: char| c == '\n' || c == '\t' || !cfimg::domain::sanitize::is_unsafe(c);
        assert!(result.out.chars().all(safe), "{arguments:?}: {:?}", result.out);
        assert!(result.errors.chars().all(safe), "{arguments:?}: {:?}", result.errors);
        assert!(!result.out.is_empty() || !result.errors.is_empty(), "{arguments:?}");
    }
}

#[test]
fn check_prints_access_of_each_image() {
    let harness = Harness::new();
    let checked = harness.run(&["check", SAMPLE_ID, "fault-types", PRIVATE_ID]);
    assert_eq!(
        checked.out,
        format!(
            "public\t{SAMPLE_ID}\tlogo.png\nunknown\tfault-types\t\nsigned\t{PRIVATE_ID}\tpassport-scan.jpg\n"
        )
    );
    assert_eq!(checked.errors.lines().count(), 1, "{}", checked.errors);
    for name in ["fault-types", "requireSignedURLs"] {
        assert!(checked.errors.contains(name), "{}", checked.errors);
    }
    assert_eq!(checked.code, Some(1), "unknown outranks signed");
    assert_eq!(harness.run(&["check", SAMPLE_ID]).code, Some(0));
    let quiet = harness.run(&["check", "-q", SAMPLE_ID, "fault-types", PRIVATE_ID]);
    assert_eq!((quiet.code, &*quiet.out, &*quiet.errors), (Some(1), "", ""));
    let json = harness.run(&["check", "--json", PRIVATE_ID]);
    let object: Value = serde_json::from_str(&json.out).expect("JSON");
    let expected = serde_json::json!(
        { "id": PRIVATE_ID, "access": "signed", "filename": "passport-scan.jpg", "draft": false }
    );
    assert_eq!((object, json.code), (expected, Some(10)));
}

#[test]
fn url_prints_named_or_pasted_variant() {
    let harness = Harness::new();
    let base = format!("{}/MTt4OTd0b0w5ajDemoHash", harness.server.delivery_base());
    let url = harness.run(&["url", SAMPLE_ID]);
    assert_eq!((url.out, url.code), (format!("{base}/{SAMPLE_ID}/public\n"), Some(0)));
    let pasted = format!("![logo]({base}/{SAMPLE_ID}/hero?sig=1)");
    assert_eq!(harness.run(&["url", &pasted]).out, format!("{base}/{SAMPLE_ID}/hero\n"));
    assert_eq!(harness.run(&["url", &pasted, "card"]).out, format!("{base}/{SAMPLE_ID}/card\n"));
    assert_eq!(harness.run(&["url", CUSTOM_ID]).out, format!("{base}/blog/2026/hello%20world.png/public\n"));
}

#[test]
fn url_of_private_image_needs_unsigned_option() {
    let harness = Harness::new();
    let refused = harness.run(&["url", PRIVATE_ID]);
    assert_eq!((refused.out.as_str(), refused.code), ("", Some(1)));
    assert!(refused.errors.contains("403") && refused.errors.contains("--unsigned"), "{}", refused.errors);
    let forced = harness.run(&["url", "--unsigned", PRIVATE_ID]);
    assert!(forced.out.ends_with(&format!("/{PRIVATE_ID}/public\n")), "{}", forced.out);
    assert!(forced.errors.contains("403") && forced.code == Some(0), "{}", forced.errors);
    let exception = harness.run(&["url", PRIVATE_ID, "blurred"]);
    assert_eq!((exception.errors.as_str(), exception.code), ("", Some(0)), "this variant is always public");
}

#[test]
fn usage_and_variants_print_the_account() {
    let harness = Harness::new();
    let usage = harness.run(&["usage"]).out;
    assert!(usage.starts_with("36 ") && usage.contains(" 100,000 "), "{usage}");
    assert_eq!(harness.run(&["usage", "--json"]).out, "{\"count\":{\"allowed\":100000,\"current\":36}}\n");
    let variants = harness.run(&["variants"]).out;
    assert!(variants.lines().any(|line| line.starts_with("hero\tcover 1366×768\t")), "{variants}");
    let variants = harness.run(&["variants", "--json"]).out;
    let variants: Vec<Value> =
        variants.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    let named = |name| variants.iter().find(|variant| variant["id"] == name).expect("it is there");
    assert_eq!(named("blurred")["neverRequireSignedURLs"], true);
    assert_eq!(named("hero")["options"]["width"], 1366);
    assert!(named("blurred")["options"]["blur"].is_u64(), "unknown options are printed, too");
}

#[test]
fn help_has_examples_and_no_escapes_in_pipes() {
    for arguments in [&["--help"][..], &["-h"], &["help"], &["show", "--help"], &["-V"]] {
        let help = run_command(&mut bare(arguments));
        assert_eq!((help.code, help.errors.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(!help.out.contains('\x1b'), "{arguments:?}");
    }
    let help = run_command(&mut bare(&["--help"])).out;
    for word in ["cfimg demo", "CLOUDFLARE_API_TOKEN", "Images Read", "Exit codes", "NO_COLOR", "--log"] {
        assert!(help.contains(word), "{word}");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    // Options of subcommands, and commands that do not exist, are not listed.
    for later in ["--creator", "inspect"] {
        assert!(!help.contains(later), "{later}");
    }
}

#[test]
fn log_is_private_and_holds_no_secret() {
    let harness = Harness::new();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cfimg.log");
    let shown = run_command(harness.command(&["show", SAMPLE_ID, "--json", "--log"]).arg(&file));
    assert_eq!((shown.code, shown.errors.as_str()), (Some(0), ""));
    let log = std::fs::read_to_string(&file).expect("a log");
    assert!(log.contains(SAMPLE_ID) && log.contains("status=200"), "{log}");
    assert!(!log.contains(cfimg::demo::TOKEN) && !log.contains('\x1b'), "{log}");
    assert!(log.lines().all(|line| line.contains(" cfimg")), "other crates may log secrets: {log}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&file).expect("a log").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let requests = harness.server.requests().len();
    let unopened = harness.run(&["show", SAMPLE_ID, "--log", "/no/such/folder/log"]);
    assert_eq!((unopened.out.as_str(), unopened.code), ("", Some(1)));
    assert!(unopened.errors.contains("/no/such/folder/log"), "{}", unopened.errors);
    assert_eq!(harness.server.requests().len(), requests, "nothing was sent");
}

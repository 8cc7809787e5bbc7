//! `cfimg show --probe`.

use std::collections::HashSet;

use cfimg::demo::{DRAFT_ID, PRIVATE_ID, SAMPLE_ID};
use serde_json::Value;

use super::loopback::Loopback;
use super::{Harness, run_command};

fn key_requests(harness: &Harness) -> usize {
    harness.server.requests().iter().filter(|request| request.target.ends_with("/keys")).count()
}

fn probed(json: &str) -> Value {
    let image: Value = serde_json::from_str(json).expect("one JSON object");
    image["cfimg"]["probe"].clone()
}

#[test]
fn probe_gives_size_type_and_bytes_of_variants() {
    let harness = Harness::new();
    let end = harness.run(&["show", SAMPLE_ID, "--json", "--probe"]);
    assert_eq!((end.code, &*end.errors), (Some(0), ""));
    let probed_json = probed(&end.out);
    let image: Value = serde_json::from_str(&end.out).expect("JSON");
    let variants = image["variants"].as_array().expect("variants").len();
    assert_eq!(harness.picture_requests().len(), variants, "one request each");
    assert_eq!(probed_json.as_object().expect("an object").len(), variants);
    assert_eq!(
        (&probed_json["thumbnail"]["width"], &probed_json["thumbnail"]["type"]),
        (&200.into(), &"image/webp".into()),
        "{probed_json}"
    );
    let saved =
        harness.command(&["save", SAMPLE_ID, "thumbnail", "-o", "-"]).output().expect("it runs").stdout;
    assert_eq!(probed_json["thumbnail"]["bytes"], saved.len(), "{probed_json}");
    let table = harness.run(&["show", SAMPLE_ID, "--probe"]).out;
    let thumbnail = table.lines().find(|line| line.contains("\tthumbnail\t")).expect("a row");
    assert!(thumbnail.ends_with(&format!("\t200×200\timage/webp\t{}", saved.len())), "{table}");
}

#[test]
fn probe_reports_an_error_per_variant() {
    let harness = Harness::new();
    let end = harness.run(&["show", PRIVATE_ID, "--json", "--probe"]);
    assert_eq!((end.code, &*end.errors), (Some(0), ""));
    let probed_json = probed(&end.out);
    assert!(
        probed_json["blurred"]["width"].is_number() && probed_json["hero"]["width"].is_number(),
        "signed: {probed_json}"
    );
    assert_eq!(key_requests(&harness), 1);
    #[cfg(unix)]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let end = run_command(&mut harness.command_with_keys(
            folder.path(),
            "exit 7",
            &["show", PRIVATE_ID, "--json", "--probe"],
        ));
        assert_eq!((end.code, &*end.errors), (Some(0), ""));
        let probed_json = probed(&end.out);
        assert!(probed_json["blurred"]["width"].is_number(), "always public: {probed_json}");
        let message = probed_json["hero"]["error"].as_str().unwrap_or_default();
        assert!(message.contains("(exit status: 7)"), "{probed_json}");
    }

    let loopback = Loopback::new("null");
    // `stall` has sent enough: the rest is not waited for.
    let mut command = loopback.command(&["show", "image", "--json", "--probe"]);
    let probed_json = probed(&run_command(&mut command).out);
    let mut messages = HashSet::new();
    for (variant, words) in [
        ("cut", ""),
        ("denied", "9425"),
        ("html", ""),
        ("liar", ""),
        ("missing", "9404"),
        ("redirect", "elsewhere.example"),
    ] {
        let message = probed_json[variant]["error"].as_str().expect("an error");
        assert!(message.contains(words), "{variant}: {probed_json}");
        assert!(messages.insert(message), "each error has its own message: {probed_json}");
    }
    for (variant, bytes) in [("fine", 35), ("stall", 100_000)] {
        let expected = format!(r#"{{"bytes":{bytes},"height":1,"type":"image/gif","width":1}}"#);
        assert_eq!(probed_json[variant].to_string(), expected);
    }
    for request in loopback.requests() {
        assert_eq!(request.contains("cfut_hush"), request.contains("/client/"), "{request}");
    }
}

#[test]
fn draft_is_not_probed() {
    let harness = Harness::new();
    let end = harness.run(&["show", DRAFT_ID, "--json", "--probe"]);
    assert_eq!((end.code, &*end.errors, probed(&end.out)), (Some(0), "", serde_json::json!({})));
    assert_eq!(harness.picture_requests(), [""; 0]);
}

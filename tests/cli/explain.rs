//! `cfimg explain`.

use cfimg::demo::{PRIVATE_ID, SAMPLE_ID, SIGNING_KEY};
use cfimg::domain::explain::SignatureFault;
use cfimg::domain::signing::sign;
use cfimg::domain::{DeliveryUrl, SigningKey};
use serde_json::{Value, json};

use super::{CommandResult, Harness, bare, run_command, with_input};

fn signed(harness: &Harness, options: &[&str]) -> String {
    let url = harness.run(&[&["url", PRIVATE_ID, "hero"], options].concat()).out;
    url.trim_end().to_owned()
}

/// The only object in the output of `--json`.
fn object(result: &CommandResult) -> Value {
    serde_json::from_str(&result.out).unwrap_or_else(|error| panic!("{error}: {result:?}"))
}

#[test]
fn valid_url_is_explained() {
    let harness = Harness::new();
    let url = signed(&harness, &["--expires-at", "2099-12-31 18:00"]);
    let end = harness.run(&["explain", &url]);
    assert_eq!((end.code, end.errors.as_str()), (Some(0), ""));
    for text in ["MTt4OTd0b0w5ajDemoHash", PRIVATE_ID, "hero", "default", "2099-12-31 18:00 UTC"] {
        assert_eq!(end.out.lines().filter(|line| line.contains(text)).count(), 1, "{text}: {}", end.out);
    }
    let explained = object(&harness.run(&["explain", "--json", &url]));
    for (field, value) in [
        ("hash", "MTt4OTd0b0w5ajDemoHash"),
        ("image", PRIVATE_ID),
        ("variant", "hero"),
        ("signature", "good"),
        ("key", "default"),
        ("expires", "2099-12-31T18:00:00Z"),
    ] {
        assert_eq!(explained[field], value, "{explained}");
    }
    assert!(!end.out.contains("sig="), "{}", end.out);
    let plain = harness.run(&[
        "explain",
        "--json",
        &format!("![x]({}/MTt4OTd0b0w5ajDemoHash/{SAMPLE_ID}/public)", harness.server.delivery_base()),
    ]);
    assert_eq!((plain.code, &object(&plain)["signature"]), (Some(0), &json!("none")), "{plain:?}");
}

#[test]
fn invalid_signature_is_reported() {
    let harness = Harness::new();
    let url = signed(&harness, &["--sign=never"]);
    let (bare_url, sig) = url.split_once("?sig=").expect("a signature");
    for (url, fault) in [
        (format!("{bare_url}?sig={}", sig.to_uppercase()), SignatureFault::UpperCase),
        (format!("{bare_url}?exp=4102419600&sig={sig}"), SignatureFault::WithoutExpiry),
        (format!("{bare_url}?sig={}", &sig[..63]), SignatureFault::NotHex),
        (format!("{bare_url}x?sig={sig}"), SignatureFault::NoMatch),
    ] {
        let text = harness.run(&["explain", &url]);
        assert!(text.code == Some(4) && text.out.contains(fault.describe()), "{url}: {}", text.out);
        let explained = object(&harness.run(&["explain", "--json", &url]));
        assert_eq!(
            (&explained["signature"], &explained["reason"]),
            (&json!("bad"), &json!(fault.describe())),
            "{url}"
        );
    }
    let explain = |url: &str| {
        let end = harness.run(&["explain", "--json", url]);
        (end.code, object(&end))
    };
    let (code, explained) = explain(&format!("{url}&w=9"));
    assert_eq!((code, &explained["other_parameters"]), (Some(4), &json!(["w"])), "{explained}");
    let (code, explained) = explain(&format!("{bare_url}?exp=soon&sig={sig}"));
    assert_eq!((code, &explained["expires"]), (Some(4), &Value::Null), "{explained}");
    assert_eq!(explain(&url).1["notes"], json!([]));
    for url in [format!("{url}#top"), url.replace(PRIVATE_ID, "a%2520b")] {
        let (_, explained) = explain(&url);
        assert_ne!(explained["notes"], json!([]), "{url}");
    }
    let none = harness.run(&["explain", "https://example.com/"]);
    assert!(none.code == Some(2) && none.out.is_empty() && none.errors.lines().count() == 1, "{none:?}");
}

#[test]
fn expired_signature_is_reported() {
    let harness = Harness::new();
    let url = expired_url(&harness);
    let end = harness.run(&["explain", "--json", &url]);
    assert_eq!(end.code, Some(4), "{end:?}");
    let explained = object(&end);
    for (field, value) in [
        ("signature", json!("good")),
        ("key", json!("default")),
        ("expired", json!(true)),
        ("expires", json!("2021-09-10T15:54:35Z")),
    ] {
        assert_eq!(explained[field], value, "{explained}");
    }
}

/// An expired URL. cfimg itself would not sign it.
fn expired_url(harness: &Harness) -> String {
    let url = format!("{}/MTt4OTd0b0w5ajDemoHash/{PRIVATE_ID}/hero", harness.server.delivery_base());
    let url = DeliveryUrl::parse(&url).expect("a delivery URL");
    let key = SigningKey::parse("default", SIGNING_KEY).expect("a key");
    sign(&url, &key, Some(1_631_289_275)).expose()
}

#[test]
fn explicit_key_needs_no_credentials() {
    let harness = Harness::new();
    let url = signed(&harness, &["--sign"]);
    let without_key = run_command(&mut bare(&["explain", "--json", &url]));
    assert_eq!((without_key.code, &object(&without_key)["signature"]), (Some(4), &json!("unchecked")));
    let errors = &without_key.errors;
    assert!(errors.contains("CLOUDFLARE_IMAGES_SIGNING_KEY") && errors.lines().count() == 1, "{errors}");
    let mut explicit = bare(&["explain", "--json", &url]);
    let explicit = run_command(explicit.env("CLOUDFLARE_IMAGES_SIGNING_KEY", SIGNING_KEY));
    assert_eq!((explicit.code, explicit.errors.as_str()), (Some(0), ""), "{}", explicit.out);
    let explained = object(&explicit);
    assert_eq!(
        (&explained["signature"], &explained["key"]),
        (&json!("good"), &json!("CLOUDFLARE_IMAGES_SIGNING_KEY"))
    );
    let plain = url.split('?').next().expect("a URL");
    let cut = run_command(&mut bare(&["explain", &format!("{plain}?sig=zz")]));
    assert_eq!((cut.code, cut.errors.as_str()), (Some(4), ""), "invalid with any key: {}", cut.out);
    let none = run_command(&mut bare(&["explain", plain]));
    assert_eq!((none.code, none.errors.as_str()), (Some(0), ""), "without a signature no key is needed");
}

#[test]
fn each_input_line_is_explained() {
    let harness = Harness::new();
    let (good, plain) = (signed(&harness, &["--sign"]), signed(&harness, &["--unsigned"]));
    let requests_to =
        |ending: &str| harness.server.requests().iter().filter(|r| r.target.ends_with(ending)).count();
    let before = requests_to("/keys");
    let lines = format!("{plain}\n\nno URL\n{good}0\n{good}\n");
    let end = with_input(&mut harness.command(&["explain", "-"]), &lines);
    assert_eq!(end.code, Some(2), "the first failure in their order: {}", end.errors);
    assert!(end.errors.contains(" 3: "), "{}", end.errors);
    assert_eq!(end.errors.lines().count(), 1, "{}", end.errors);
    assert!(end.out.split("\n\n").count() == 3 && !end.out.contains("\n\n\n"), "{}", end.out);
    assert_eq!(requests_to("/keys"), before + 1, "requested once for all lines");
    let json = with_input(&mut harness.command(&["explain", "--json", "-"]), &lines).out;
    let objects: Vec<Value> =
        json.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    let signatures: Vec<_> = objects.iter().map(|object| object["signature"].as_str()).collect();
    assert_eq!(signatures, [Some("none"), Some("bad"), Some("good")], "{json}");
    assert_eq!(with_input(&mut harness.command(&["explain", "-"]), "\n").code, Some(2));
}

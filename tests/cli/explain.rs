//! `cfimg explain`.

use cfimg::demo::{PRIVATE_ID, SAMPLE_ID, SIGNING_KEY};
use cfimg::domain::signing::sign;
use cfimg::domain::{DeliveryUrl, SigningKey};

use super::{Harness, bare, run_command, with_input};

fn signed(harness: &Harness, options: &[&str]) -> String {
    let url = harness.run(&[&["url", PRIVATE_ID, "hero"], options].concat()).out;
    url.trim_end().to_owned()
}

#[test]
fn valid_url_is_explained() {
    let harness = Harness::new();
    let url = signed(&harness, &["--expires-at", "2099-12-31 18:00"]);
    let end = harness.run(&["explain", &url]);
    assert_eq!((end.code, end.errors.as_str()), (Some(0), ""));
    let lines: Vec<&str> = end.out.lines().collect();
    assert_eq!(
        lines[1..5],
        [
            "Account hash  MTt4OTd0b0w5ajDemoHash",
            &format!("Image         {PRIVATE_ID}"),
            "Variant       hero",
            "Signature     good, by the key default",
        ]
    );
    assert!(lines[5].starts_with("Expires       2099-12-31 18:00 UTC (in "), "{}", end.out);
    assert!(!end.out.contains("sig="), "{}", end.out);
    let plain = harness.run(&[
        "explain",
        &format!("![x]({}/MTt4OTd0b0w5ajDemoHash/{SAMPLE_ID}/public)", harness.server.delivery_base()),
    ]);
    assert!(plain.code == Some(0) && plain.out.contains("Signature     none"), "{plain:?}");
}

#[test]
fn invalid_signature_is_reported() {
    let harness = Harness::new();
    let url = signed(&harness, &["--sign=never"]);
    let (bare_url, sig) = url.split_once("?sig=").expect("a signature");
    for (url, words) in [
        (format!("{bare_url}?sig={}", sig.to_uppercase()), "its digits match, but are in upper case"),
        (format!("{bare_url}?exp=4102419600&sig={sig}"), "made over the path alone"),
        (format!("{bare_url}?sig={}", &sig[..63]), "it may have been cut short"),
        (format!("{bare_url}x?sig={sig}"), "not by a key at hand"),
        (format!("{url}&w=9"), "Other query parameters: w."),
        (format!("{bare_url}?exp=soon&sig={sig}"), "exp is not a number of seconds"),
    ] {
        let end = harness.run(&["explain", &url]);
        assert_eq!(end.code, Some(4), "{url}: {}", end.out);
        assert!(end.out.contains(words), "{url}: {}", end.out);
    }
    for (url, words) in [
        (format!("{url}#top"), "What follows # is never sent."),
        (url.replace(PRIVATE_ID, "a%2520b"), "may have been percent-encoded twice"),
    ] {
        let end = harness.run(&["explain", &url]);
        assert!(end.out.contains(words), "{url}: {}", end.out);
    }
    let none = harness.run(&["explain", "https://example.com/"]);
    assert!(
        none.code == Some(2) && none.out.is_empty() && none.errors.contains("No delivery URL here"),
        "{none:?}"
    );
}

#[test]
fn expired_signature_is_reported() {
    let harness = Harness::new();
    let url = expired_url(&harness);
    let end = harness.run(&["explain", &url]);
    assert_eq!(end.code, Some(4));
    assert!(
        end.out.contains("good, by the key default") && end.out.contains("Expires       lapsed 2021-09-10"),
        "{}",
        end.out
    );
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
    let without_key = run_command(&mut bare(&["explain", &url]));
    assert_eq!(without_key.code, Some(4));
    assert!(without_key.out.contains("Signature     not checked"), "{}", without_key.out);
    assert!(
        without_key.errors.contains("The signature could not be checked. There is no signing key at hand."),
        "{}",
        without_key.errors
    );
    assert!(without_key.errors.contains("CLOUDFLARE_IMAGES_SIGNING_KEY"), "{}", without_key.errors);
    let explicit = run_command(bare(&["explain", &url]).env("CLOUDFLARE_IMAGES_SIGNING_KEY", SIGNING_KEY));
    assert_eq!((explicit.code, explicit.errors.as_str()), (Some(0), ""), "{}", explicit.out);
    assert!(explicit.out.contains("good, by the key CLOUDFLARE_IMAGES_SIGNING_KEY"), "{}", explicit.out);
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
    assert!(end.errors.starts_with("cfimg: Line 3: There is nothing to explain."), "{}", end.errors);
    assert_eq!(end.errors.lines().count(), 1, "{}", end.errors);
    let signatures: Vec<&str> =
        end.out.split("\n\n").filter_map(|one| one.split("Signature     ").nth(1)).collect();
    assert!(signatures.len() == 3 && !end.out.contains("\n\n\n"), "{}", end.out);
    for (signature, start) in signatures.iter().zip(["none", "bad", "good, by the key default"]) {
        assert!(signature.starts_with(start), "{}", end.out);
    }
    assert_eq!(requests_to("/keys"), before + 1, "requested once for all lines");
    assert_eq!(with_input(&mut harness.command(&["explain", "-"]), "\n").code, Some(2));
}

//! `cfimg show --probe`: what only the bytes tell.

use cfimg::demo::{PRIVATE_ID, SAMPLE_ID};
use serde_json::Value;

use super::loopback::Loopback;
use super::{Stand, ended};

fn keys_asked(stand: &Stand) -> usize {
    stand.server.requests().iter().filter(|asked| asked.target.ends_with("/keys")).count()
}

fn probed(json: &str) -> Value {
    let image: Value = serde_json::from_str(json).expect("one JSON object");
    image["cfimg"]["probe"].clone()
}

#[test]
fn every_variant_tells_its_size_type_and_bytes() {
    let stand = Stand::new();
    let end = stand.run(&["show", SAMPLE_ID, "--json", "--probe"]);
    assert_eq!((end.code, &*end.errors), (Some(0), ""));
    let found = probed(&end.out);
    let image: Value = serde_json::from_str(&end.out).expect("JSON");
    let variants = image["variants"].as_array().expect("variants").len();
    assert_eq!(found.as_object().expect("an object").len(), variants);
    assert_eq!(
        (&found["thumbnail"]["width"], &found["thumbnail"]["type"]),
        (&200.into(), &"image/webp".into()),
        "{found}"
    );
    let saved = stand.command(&["save", SAMPLE_ID, "thumbnail", "-o", "-"]).output().expect("it runs").stdout;
    assert_eq!(found["thumbnail"]["bytes"], saved.len(), "{found}");
    let heads = stand.server.requests().into_iter().filter(|asked| asked.method == "HEAD").count();
    assert_eq!(heads, variants);
    let table = stand.run(&["show", SAMPLE_ID, "--probe"]).out;
    let thumbnail = table.lines().find(|line| line.contains(" thumbnail ")).expect("a row");
    assert!(thumbnail.contains("200×200    image/webp  ") && thumbnail.contains(" 8.6 kB "), "{table}");
}

#[test]
fn what_a_variant_does_not_tell_is_a_sentence() {
    let stand = Stand::new();
    let end = stand.run(&["show", PRIVATE_ID, "--json", "--probe"]);
    assert_eq!((end.code, &*end.errors), (Some(0), ""));
    let found = probed(&end.out);
    assert!(found["blurred"]["width"].is_number() && found["hero"]["width"].is_number(), "signed: {found}");
    assert_eq!(keys_asked(&stand), 1);
    #[cfg(unix)]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let end =
            ended(&mut stand.keyed(folder.path(), "exit 7", &["show", PRIVATE_ID, "--json", "--probe"]));
        assert_eq!((end.code, &*end.errors), (Some(0), ""));
        let found = probed(&end.out);
        assert!(found["blurred"]["width"].is_number(), "always public: {found}");
        let said = found["hero"]["error"].as_str().unwrap_or_default();
        assert!(said.starts_with("It needs a signed URL. ") && said.contains("status: 7"), "{found}");
    }

    let loopback = Loopback::new("null");
    // Of what stalls enough has come: nobody waits for the rest.
    let mut command = loopback.command(&["show", "image", "--json", "--probe"]);
    let found = probed(&ended(&mut command).out);
    for (variant, words) in [
        ("cut", "broke off"),
        ("denied", "denies access"),
        ("html", "web page"),
        ("liar", "This is not a picture"),
        ("missing", "image was not found"),
        ("redirect", "elsewhere.example"),
    ] {
        let said = found[variant]["error"].as_str().unwrap_or_default();
        assert!(said.contains(words), "{variant}: {found}");
    }
    for (variant, bytes) in [("fine", 35), ("stall", 100_000)] {
        let expected = format!(r#"{{"bytes":{bytes},"height":1,"type":"image/gif","width":1}}"#);
        assert_eq!(found[variant].to_string(), expected);
    }
    for request in loopback.requests() {
        assert_eq!(request.contains("cfut_hush"), request.contains("/client/"), "{request}");
    }
}

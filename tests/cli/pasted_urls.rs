//! Secrets in pasted text are never sent, printed or logged.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::stub::{ID, Stub};
use super::{run_command, with_input};

const SIGNATURE: &str = "72411885ee02134d38662f3e70ac8ff694f408e9d14b05125f6b022c3f403efa";

fn percent(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[test]
fn pasted_signature_is_not_sent() {
    let stub = Stub::with_keys(200, &Stub::keys(&["default"]), None);
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log").display().to_string();
    let url = format!(
        "https://imagedelivery.net/cheeW4oKsx5ljh8e8BoL2A/{ID}/public?exp=4102419600&sig={SIGNATURE}"
    );
    let next = format!("https://shop.example/_next/image?url={}&w=640&q=75", percent(&url));
    let texts = [
        percent(&url),
        percent(&percent(&url)),
        url.replace('?', "%3F").replace('&', "%26").replace('=', "%3D"),
        url.replace('&', "&amp;"),
        url.replace('&', "&#x26;").replace('=', "&#61;"),
        url.replace('/', "\\/").replace('&', "\\u0026").replace('=', "\\u003d"),
        percent(&url.replace("https://", "")),
        percent(&url.replace("https://imagedelivery.net/", "")),
        next.clone(),
        percent(&next),
        url.replace("https://imagedelivery.net", "/cdn-cgi/imagedelivery"),
        format!("“{url}”."),
    ];
    let check = |end: super::CommandResult, code: i32, text: &str| {
        assert_eq!(end.code, Some(code), "{text}: {end:?}");
        assert!(!format!("{end:?}").contains(&SIGNATURE[..16]), "{text}: {end:?}");
    };
    for text in &texts {
        check(run_command(&mut stub.command(&["--log", &log, "check", text])), 10, text);
        check(run_command(&mut stub.command(&["--log", &log, "show", text, "gone/.."])), 2, text);
        check(
            with_input(&mut stub.command(&["--log", &log, "check", "-"]), &format!("\u{feff}{text}\r\n")),
            10,
            text,
        );
    }
    for text in [
        format!("https://a.example/?sig={SIGNATURE}"),
        format!("https://a.example%2F%3Fx%3D1%26sig%3D{SIGNATURE}"),
    ] {
        check(run_command(&mut stub.command(&["--log", &log, "show", &text, &text])), 2, &text);
    }
    let end = run_command(&mut stub.command(&["--log", &log, "explain", &texts[0]]));
    assert!(!format!("{end:?}").contains(&SIGNATURE[..16]), "{end:?}");
    assert!(stub.requests_to(ID) >= 2 * texts.len(), "the images are requested");
    assert!(stub.paths().iter().all(|path| !path.contains("sig") && !path.contains(&SIGNATURE[..16])));
    let log = std::fs::read_to_string(&log).expect("a log");
    assert!(log.contains(ID) && !log.contains(&SIGNATURE[..16]), "{log}");
}

#[test]
fn credential_as_image_is_not_sent() {
    let stub = Stub::with_keys(200, &Stub::keys(&["default"]), None);
    let token = format!("cfut_{}", "x7".repeat(24));
    // Secrets without a recognizable format. The key is not used; the other one signs.
    let (key, signing) = ("0a1b2c3d4e5f60718293a4b5c6d7e8f901234", "k3y/of=");
    for secret in [token.as_str(), key, signing, "cfut_hush"] {
        for text in [
            secret.to_owned(),
            format!("Bearer {secret}"),
            format!("export TOKEN='{secret}'"),
            format!("“{secret}”"),
            percent(secret),
        ] {
            let command = |arguments: &[&str]| {
                let mut command = stub.command(arguments);
                command.env("CF_API_KEY", key).env("CLOUDFLARE_IMAGES_SIGNING_KEY", format!("'{signing}'"));
                command
            };
            for arguments in [["show", &text], ["check", &text], ["explain", &text], ["url", &text]] {
                let end = run_command(&mut command(&arguments));
                assert_eq!((end.code, end.out.as_str()), (Some(2), ""), "{text}: {end:?}");
                assert!(!end.errors.contains(&secret[..7]), "{text}: {end:?}");
            }
            let end = with_input(&mut command(&["check", "-"]), &format!("{text}\n"));
            assert!(end.code == Some(2) && !end.errors.contains(&secret[..7]), "{text}: {end:?}");
        }
    }
    assert_eq!(stub.paths(), Vec::<String>::new());
}

#[test]
fn text_without_image_is_refused_before_requests() {
    let stub = Stub::with_keys(200, "", None);
    for text in [
        "https://dash.cloudflare.com/023e105f4ecef8ad9ca31a8372d0c353/images/hosted",
        "https://dash.cloudflare.com/023e105f4ecef8ad9ca31a8372d0c353/images/images",
        "https://example.com/cat.png",
        "a/../b",
    ] {
        assert_eq!(run_command(&mut stub.command(&["show", text])).code, Some(2), "{text}");
    }
    let utf_16: String = "\u{fffe}".into();
    assert_eq!(with_input(&mut stub.command(&["check", "-"]), &format!("a\0{utf_16}\n")).code, Some(2));
    assert_eq!(stub.paths(), Vec::<String>::new());
}

#[test]
fn token_as_variant_is_not_printed() {
    let stub = Stub::with_keys(200, &Stub::keys(&["default"]), None);
    let token = format!("cfut_{}", "x7".repeat(24));
    let end = run_command(&mut stub.command(&["url", ID, &token]));
    assert!(end.code == Some(3) && !end.errors.contains("x7x7"), "{end:?}");
}

#[test]
fn quoted_ids_are_read_from_standard_input() {
    let stub = Stub::with_keys(200, "", None);
    let lines = format!("\u{feff}\"{ID}\"\r\n'{ID}'\r\n“{ID}”\n");
    let end = with_input(&mut stub.command(&["check", "-"]), &lines);
    assert_eq!((end.code, end.out.lines().count()), (Some(10), 3), "{end:?}");
    assert_eq!(stub.requests_to(&format!("/{ID}")), 3);
}

#[test]
fn signed_urls_as_list_values_are_refused() {
    let stub = Stub::with_keys(200, &Stub::keys(&["default"]), None);
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log").display().to_string();
    let url = format!("https://imagedelivery.net/H/{ID}/public?exp=4102419600&sig={SIGNATURE}");
    let meta = format!("url={url}");
    for value in [["--creator", &url], ["--creator", &percent(&url)], ["--meta", &meta]] {
        let end = run_command(stub.command(&["--log", &log, "list"]).args(value));
        assert!(end.code == Some(2) && !end.errors.contains(&SIGNATURE[..16]), "{end:?}");
    }
    assert_eq!(stub.requests_to(""), 0);
    let log = std::fs::read_to_string(&log).expect("a log");
    assert!(!log.contains(&SIGNATURE[..16]), "{log}");
}

#[test]
fn usage_errors_print_no_signature() {
    let stub = Stub::with_keys(200, &Stub::keys(&["default"]), None);
    let text = format!("x?sig={SIGNATURE}");
    for option in ["--as", "--expires-at"] {
        let end = run_command(&mut stub.command(&["url", ID, option, &text]));
        assert_eq!(end.code, Some(2), "{end:?}");
        assert!(!format!("{end:?}").contains(&SIGNATURE[..16]), "{end:?}");
    }
}

/// Custom IDs are only unique within an account.
#[test]
fn url_of_another_account_is_refused() {
    let harness = super::Harness::new();
    for command in ["show", "check", "url", "copy", "open", "save"] {
        let end =
            harness.run(&[command, "https://imagedelivery.net/ZWd9g1K7eljCn_KDTu_MWA/stats-2026/public"]);
        let Some(named) = end.errors.lines().next() else { panic!("{command}: {end:?}") };
        assert!(
            named.contains("another account") && named.contains("ZWd9g1K7eljCn_KDTu_MWA"),
            "{command}: {end:?}"
        );
        assert_eq!((end.code, &*end.out), (Some(3), ""), "{command}");
    }
}

#[test]
fn file_name_in_place_of_an_id_is_explained() {
    let harness = super::Harness::new();
    let end = harness.run(&["show", "passport-scan.jpg"]);
    assert_eq!(end.code, Some(3));
    assert!(end.errors.contains("list --filter"), "{end:?}");
    assert!(!harness.run(&["show", "nope"]).errors.contains("list --filter"));
}

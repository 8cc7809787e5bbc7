//! Signed URLs, verified by the embedded Cloudflare's own implementation.

use cfimg::cloudflare::{Delivery, delivery_failure};
use cfimg::demo::{CUSTOM_ID, DRAFT_ID, PRIVATE_ID, SAMPLE_ID, SIGNING_KEY, SVG_ID, TOKEN};

use super::stub::{ID, Stub};
use super::{Harness, run_command, with_input};

/// Whether the delivery host serves a URL; its error if not.
fn opens(url: &str) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let head = runtime.block_on(Delivery::new().head(url, "*/*"));
    head.map(drop).map_err(|error| delivery_failure(&error).to_string())
}

#[test]
fn signed_url_opens() {
    let harness = Harness::new();
    for options in
        [&["--sign"][..], &["--sign=90s"], &["--sign=never"], &["--expires-at", "2099-12-31 18:00"]]
    {
        let signed = harness.run(&[&["url", PRIVATE_ID, "hero"], options].concat());
        assert_eq!((signed.code, signed.errors.as_str()), (Some(0), ""), "{options:?}");
        let url = signed.out.trim_end();
        assert!(url.contains(&format!("/{PRIVATE_ID}/hero?")), "{url}");
        assert_eq!(opens(url), Ok(()), "{url}");
        let last = if url.ends_with('0') { "1" } else { "0" };
        assert!(opens(&format!("{}{last}", &url[..url.len() - 1])).is_err(), "another signature");
    }
    let url = harness.run(&["url", PRIVATE_ID, "--expires-at", "2099-12-31T18:00:00+01:00"]).out;
    assert!(url.contains("?exp=4102419600&sig="), "{url}");
}

#[test]
fn no_command_fetches_a_private_picture_unsigned() {
    let harness = Harness::new();
    for (arguments, requests) in [
        (&["show", PRIVATE_ID, "--probe"][..], 8),
        (&["url", PRIVATE_ID, "hero", "--sign", "--as", "html", "--probe"], 1),
        (&["save", PRIVATE_ID, "hero", "-o", "-"], 1),
        (&["view", PRIVATE_ID, "hero", "--picture", "halfblocks"], 1),
    ] {
        let before = harness.picture_requests().len();
        let ended = harness.command(arguments).output().expect("it runs");
        assert!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
        let pictures = harness.picture_requests().split_off(before);
        assert_eq!(pictures.len(), requests, "{arguments:?}: {pictures:?}");
        // `blurred` is always public.
        let is_signed = |target: &String| target.contains("sig=") || target.ends_with("/blurred");
        assert!(pictures.iter().all(is_signed), "{arguments:?}: {pictures:?}");
    }
}

#[test]
fn several_urls_are_signed_in_input_order() {
    let harness = Harness::new();
    let lines = format!("{PRIVATE_ID}\n{SAMPLE_ID}\nno-such\n\n{PRIVATE_ID}\n");
    let signed = with_input(&mut harness.command(&["url", "-", "--sign"]), &lines);
    assert_eq!(signed.code, Some(3), "{}", signed.errors);
    let urls: Vec<&str> = signed.out.lines().collect();
    assert_eq!(urls.len(), 3, "{}", signed.out);
    assert!(urls[0].contains("sig=") && urls[2].contains("sig=") && !urls[1].contains("sig="));
    for url in urls {
        assert_eq!(opens(url), Ok(()), "{url}");
    }
    assert!(signed.errors.contains(&format!(" {SAMPLE_ID} ")), "{}", signed.errors);
    let requests =
        |ending: &str| harness.server.requests().iter().filter(|r| r.target.ends_with(ending)).count();
    assert_eq!((requests("/keys"), requests("/variants")), (1, 1), "requested once for all images");
    let empty = with_input(&mut harness.command(&["url", "-"]), "\n");
    assert_eq!((empty.code, empty.errors.lines().count()), (Some(2), 1), "{}", empty.errors);
}

#[test]
fn useless_signature_is_refused_or_warned_of() {
    let harness = Harness::new();
    for (arguments, code, words) in [
        (&["url", SAMPLE_ID, "--sign"][..], 0, SAMPLE_ID),
        (&["url", PRIVATE_ID, "blurred", "--sign"], 0, "neverRequireSignedURLs"),
        (&["url", PRIVATE_ID, "w=400", "--sign"], 1, ""),
        (&["url", PRIVATE_ID, "w=400"], 1, "--unsigned"),
        (&["url", DRAFT_ID, "--sign"], 3, ""),
        (&["url", PRIVATE_ID], 1, "--sign"),
        (&["url", PRIVATE_ID, "--expires-at", "2020-01-01"], 2, "2020-01-01"),
        (&["url", PRIVATE_ID, "--sign=1h", "--expires-at", "2099-01-01"], 2, "--expires-at"),
        (&["url", PRIVATE_ID, "--sign=999999999999999999999d"], 2, "36500"),
        (&["url", PRIVATE_ID, "--sign=36501d"], 2, "36500"),
        (&["url", PRIVATE_ID, "--sign=0s"], 2, ""),
        (&["url", SAMPLE_ID, "w=400,blur=251"], 2, "blur"),
        (&["url", SAMPLE_ID, "--as", "pdf"], 2, "“pdf”"),
    ] {
        let ended = harness.run(arguments);
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.errors);
        assert!(ended.errors.contains(words), "{arguments:?}: {}", ended.errors);
        assert!(!ended.out.contains("sig="), "{}", ended.out);
        assert_eq!(ended.out.is_empty(), code != 0, "{arguments:?}");
    }
}

#[test]
fn draft_has_id_and_json_formats_only() {
    let harness = Harness::new();
    assert_eq!(harness.run(&["url", DRAFT_ID, "--as", "id"]).out, format!("{DRAFT_ID}\n"));
    let json = harness.run(&["url", DRAFT_ID, "hero", "--as", "json"]);
    assert_eq!((json.code, json.out), (Some(0), harness.run(&["show", "--json", DRAFT_ID]).out));
    assert_eq!(harness.run(&["url", DRAFT_ID, "--as", "markdown"]).code, Some(3));
    assert_eq!(
        harness.run(&["url", SAMPLE_ID, "no-such", "--as", "id"]).code,
        Some(3),
        "a wrong variant is an error if the image has variants"
    );
}

#[test]
fn each_copy_format_is_printed() {
    let harness = Harness::new();
    let base = format!("{}/MTt4OTd0b0w5ajDemoHash/{SAMPLE_ID}", harness.server.delivery_base());
    let output = |form: &str| harness.run(&["url", SAMPLE_ID, "hero", "--as", form]).out;
    assert_eq!(output("url"), format!("{base}/hero\n"));
    assert_eq!(output("markdown"), format!("![logo]({base}/hero)\n"));
    assert_eq!(
        output("html"),
        format!("<img src=\"{base}/hero\" width=\"1366\" height=\"768\" alt=\"logo\">\n")
    );
    assert_eq!(output("id"), format!("{SAMPLE_ID}\n"));
    let srcset = harness.run(&["url", SAMPLE_ID, "hero", "--as", "srcset"]);
    assert_eq!(srcset.out, format!("{base}/hero 1366w\n"), "no other variant has its shape");
    assert!(srcset.errors.contains(" 7 ") && srcset.errors.lines().count() == 1, "{}", srcset.errors);
    assert!(output("picture").starts_with("<picture><source srcset=\""));
    assert!(output("curl").starts_with("curl -fsSg -o "));
    let json: serde_json::Value = serde_json::from_str(&output("json")).expect("the API's JSON");
    assert_eq!(json["id"], SAMPLE_ID);
    assert_eq!(harness.picture_requests(), [""; 0], "hero is cover 1366x768: nothing is probed");
    let private = harness.run(&["url", PRIVATE_ID, "--as", "srcset", "--sign", "--probe"]);
    let output: Vec<&str> =
        private.out.trim().split(", ").map(|part| part.split(' ').next().unwrap_or_default()).collect();
    assert!(output.len() > 1 && output.iter().all(|url| opens(url).is_ok()), "{}", private.out);
    let unsigned: Vec<_> = output.iter().filter(|url| !url.contains("sig=")).collect();
    assert!(matches!(unsigned[..], [url] if url.ends_with("/blurred")), "{}", private.out);
    assert!(!private.errors.contains("warning"), "blurred is always public: {}", private.errors);
    assert_eq!(
        harness.run(&["url", PRIVATE_ID, "--as", "id"]).out,
        format!("{PRIVATE_ID}\n"),
        "an ID needs no URL"
    );
}

#[test]
fn uncertain_sizes_are_probed_without_the_option() {
    let harness = Harness::new();
    let output = |arguments: &[&str], form: &str| {
        let end = harness.run(&[&["url"], arguments, &["--as", form]].concat());
        assert_eq!(end.code, Some(0), "{}", end.errors);
        end.out
    };
    let srcset = output(&[SAMPLE_ID], "srcset");
    assert!(srcset.contains("/thumbnail 200w") && srcset.contains("/public "), "{srcset}");
    assert!(output(&[SVG_ID], "srcset").contains("w\n"), "an SVG has a width too");
    let html = output(&[SAMPLE_ID, "thumbnail"], "html");
    assert!(html.contains(r#"width="200" height="200""#), "{html}");
    let before = harness.picture_requests().len();
    let picture = output(&[SAMPLE_ID], "picture");
    assert!(picture.contains("/thumbnail 200w") && picture.contains(" width=\""), "{picture}");
    assert_eq!(
        harness.picture_requests().len() - before,
        4,
        "each variant of its own shape once: thumbnail, original, public, blurred"
    );
    let private = output(&[PRIVATE_ID, "--sign"], "srcset");
    assert!(private.contains("/public?exp="), "{private}");
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "[templates]\nsize = '{width}x{height}'\nname = '{name}'\n").expect("a file");
    let run = |arguments: &[&str]| run_command(harness.command(arguments).env("CFIMG_CONFIG", &config)).out;
    assert_eq!(run(&["url", SAMPLE_ID, "thumbnail", "--as", "size"]), "200x200\n");
    let before = harness.picture_requests().len();
    assert_eq!(run(&["url", SAMPLE_ID, "--as", "name"]), "logo.png\n");
    assert_eq!(harness.picture_requests().len(), before);
}

#[test]
fn probe_option_gives_real_sizes() {
    let harness = Harness::new();
    let output = |arguments: &[&str], form: &str| {
        let end = harness.run(&[&["url"], arguments, &["--probe", "--as", form]].concat());
        assert_eq!(end.code, Some(0), "{}", end.errors);
        assert!(!end.errors.contains("warning"), "{}", end.errors);
        end.out
    };
    let srcset = output(&[SAMPLE_ID], "srcset");
    for variant in ["/thumbnail 200w", "/blurred 240w"] {
        assert!(srcset.contains(variant), "{variant}: {srcset}");
    }
    assert!(!srcset.contains("/square") && !srcset.contains("/hero"), "another shape: {srcset}");
    assert!(!srcset.contains("9999w"), "{srcset}");
    let html = output(&[SAMPLE_ID, "thumbnail"], "html");
    assert!(html.contains(r#"/thumbnail" width="200" height="200" alt="#), "{html}");
    let private = output(&[PRIVATE_ID, "square", "--sign"], "picture");
    assert!(private.contains(r#"width="400" height="400""#) && private.contains("/square?"), "{private}");
    let stub = Stub::with_keys(403, Stub::FORBIDDEN, None);
    let unknown = run_command(&mut stub.command(&["url", ID, "--unsigned", "--as", "html", "--probe"]));
    assert_eq!(unknown.code, Some(0), "{}", unknown.errors);
    assert!(unknown.out.starts_with("<img src=") && !unknown.out.contains("width"), "{}", unknown.out);
    assert!(unknown.errors.contains("“public”") && unknown.errors.contains(ID), "{}", unknown.errors);
}

#[test]
fn settings_apply_unless_options_override() {
    let harness = Harness::new();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    let host = harness.server.addr().to_string();
    let text = format!(
        "lifetime = 'never'\nvariant = 'card'\nsigning_keys = ['gone', 'mobile-app']\ndomain = '{host}'\n\
         [templates]\nshort = '{{{{{{variant}}}}}} {{url}}'\n"
    );
    std::fs::write(&file, text).expect("a file");
    let run = |arguments: &[&str]| run_command(harness.command(arguments).env("CFIMG_CONFIG", &file));
    let signed = run(&["url", PRIVATE_ID, "--sign"]);
    let path = format!("https://{host}/cdn-cgi/imagedelivery/MTt4OTd0b0w5ajDemoHash/{PRIVATE_ID}/card?sig=");
    assert!(signed.out.starts_with(&path), "{} {}", signed.out, signed.errors);
    assert!(signed.errors.contains("cfimg: warning: "), "{}", signed.errors);
    assert_eq!(opens(&signed.out.trim_end().replacen("https", "http", 1)), Ok(()));
    let short = run(&["url", SAMPLE_ID, "--as", "short"]);
    assert!(short.out.starts_with("{card} https://"), "{} {}", short.out, short.errors);
    // An option overrides the settings.
    assert!(
        run(&["url", SAMPLE_ID, "hero", "--domain", "a.example"])
            .out
            .starts_with("https://a.example/cdn-cgi/")
    );
}

#[test]
fn open_and_copy_sign_private_images() {
    let harness = Harness::new();
    let folder = tempfile::tempdir().expect("a folder");
    let browser = folder.path().join("browser");
    let opened = folder.path().join("opened");
    std::fs::write(&browser, format!("#!/bin/sh\nprintf %s \"$1\" > '{}'\n", opened.display()))
        .expect("a script");
    #[cfg(unix)]
    std::fs::set_permissions(&browser, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("it may run");
    let mut command = harness.command(&["open", PRIVATE_ID]);
    let ended = run_command(command.env("BROWSER", &browser).env("PATH", "/usr/bin:/bin"));
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(ended.errors.contains(" default, "), "{}", ended.errors);
    assert!(ended.errors.contains("(in 1 hour)") && !ended.errors.contains("sig="), "{}", ended.errors);
    // Without a display or a terminal nothing can be copied, so the URL is printed.
    let copied = harness.run(&["copy", PRIVATE_ID, "--sign=7d"]);
    assert!(copied.out.contains("sig=") && opens(copied.out.trim_end()).is_ok(), "{copied:?}");
}

#[test]
fn missing_signing_key_is_reported_once() {
    for (status, body, words) in [
        (403, Stub::FORBIDDEN, "(10000)"),
        (200, &*Stub::keys(&[]), ""),
        (200, &*Stub::keys(&["a", "b"]), "a, b"),
    ] {
        let stub = Stub::with_keys(status, body, None);
        let lines = format!("{ID}\n{ID}\n");
        let refused = with_input(&mut stub.command(&["url", "-", "--sign"]), &lines);
        assert_eq!((refused.code, refused.out.as_str()), (Some(4), ""), "{}", refused.errors);
        assert!(refused.errors.contains(words) && !refused.errors.contains("hush"), "{}", refused.errors);
        assert_eq!(stub.requests_to("/keys"), 1, "not again for each image");
    }
    let stub = Stub::with_keys(200, &Stub::keys(&["a", "b"]), None);
    let explicit =
        run_command(stub.command(&["url", ID, "--sign"]).env("CLOUDFLARE_IMAGES_SIGNING_KEY", "hush"));
    assert!(explicit.code == Some(0) && explicit.out.contains("sig="), "{explicit:?}");
    assert_eq!(stub.requests_to("/keys"), 0, "an explicit key is enough");
}

#[test]
fn wrong_clock_is_warned_of() {
    let stub = Stub::with_keys(200, &Stub::keys(&["default"]), Some("Wed, 21 Oct 2015 07:28:00 GMT"));
    let signed = run_command(&mut stub.command(&["url", ID, "--sign"]));
    assert_eq!(signed.code, Some(0));
    assert_eq!(signed.errors.matches("warning: ").count(), 1, "{}", signed.errors);
}

#[cfg(unix)]
#[test]
fn signing_key_command_gets_no_token() {
    let stub = Stub::with_keys(200, &Stub::keys(&[]), None);
    let folder = tempfile::tempdir().expect("a folder");
    let (file, got) = (folder.path().join("config.toml"), folder.path().join("environment"));
    let command = format!("env > '{}'; echo given", got.display());
    std::fs::write(&file, format!("signing_key_command = \"{command}\"")).expect("a file");
    let run = |arguments: &[&str]| {
        run_command(stub.command(arguments).env("CFIMG_CONFIG", &file).env("PATH", "/usr/bin:/bin"))
    };
    let signed = run(&["url", ID, "--sign=never"]);
    assert_eq!(signed.code, Some(0), "{}", signed.errors);
    let environment = std::fs::read_to_string(&got).expect("it ran");
    assert!(environment.contains("PATH=") && !environment.contains("CLOUDFLARE"), "{environment}");
    std::fs::write(&file, "signing_key_command = \"echo hush >&2; exit 7\"").expect("a file");
    let failed = run(&["url", ID, "--sign"]);
    assert!(failed.code == Some(4) && failed.errors.contains("(exit status: 7)"), "{failed:?}");
    assert!(!failed.errors.contains("hush"), "{failed:?}");
}

#[test]
fn custom_id_with_url_characters_is_not_signed() {
    let harness = Harness::new();
    // A custom ID is never private on Cloudflare, but its plain URL is percent-encoded, too.
    let plain = harness.run(&["url", CUSTOM_ID]).out;
    assert!(plain.contains("hello%20world") && opens(plain.trim_end()).is_ok(), "{plain}");
    let stub = Stub::with_keys(200, &Stub::keys(&["default"]), None);
    for id in ["what?.png", "a#b", "100%.png", "a%2Fb"] {
        let refused = run_command(&mut stub.command(&["url", id, "--sign"]));
        assert_eq!(refused.code, Some(1), "{id}: {}", refused.errors);
        assert_eq!(
            (refused.out.as_str(), refused.errors.lines().count()),
            ("", 1),
            "{id}: {}",
            refused.errors
        );
    }
}

#[test]
fn log_holds_no_key_token_or_signature() {
    let harness = Harness::new();
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let mut signed = String::new();
    for arguments in
        [&["url", PRIVATE_ID, "--sign"][..], &["explain", "URL"], &["check", PRIVATE_ID, "--verify"]]
    {
        let arguments: Vec<&str> =
            arguments.iter().map(|word| if *word == "URL" { signed.as_str() } else { word }).collect();
        let ended = run_command(harness.command(&arguments).arg("--log").arg(&log));
        let printed = format!("{}{}", ended.out, ended.errors);
        assert!(!printed.contains(&SIGNING_KEY[..10]) && !printed.contains(TOKEN), "{printed}");
        if signed.is_empty() {
            signed = ended.out.trim_end().to_owned();
        }
    }
    let text = std::fs::read_to_string(&log).expect("a log");
    let signature = signed.rsplit_once("sig=").expect("a signature").1;
    assert!(text.contains("/keys") && text.contains("HEAD"), "{text}");
    assert!(
        !text.contains(&SIGNING_KEY[..10]) && !text.contains(TOKEN) && !text.contains(&signature[..10]),
        "{text}"
    );
}

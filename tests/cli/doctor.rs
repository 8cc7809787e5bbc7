//! `cfimg doctor` on machines and accounts that are not well.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use cfimg::commands::doctor::checks;
use cfimg::demo::{
    ACCOUNT_ID, EMAIL, NO_PERMISSION_TOKEN, OTHER_ACCOUNT_ID, Options, TOKEN, TWO_ACCOUNTS_TOKEN,
};
use serde_json::Value;

use super::stub::Stub;
use super::{CommandResult, Harness, bare, run_command};

/// The state and text of each check, as `Group check`.
fn findings(result: &CommandResult) -> Vec<(String, String, String)> {
    let rows = result.out.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    rows.map(|row| (format!("{} {}", row[0], row[1]), row[2].to_owned(), row[3].to_owned())).collect()
}

#[track_caller]
fn assert_states(result: &CommandResult, expected: &[(&str, &str)]) {
    let findings = findings(result);
    for (check, state) in expected {
        let actual = findings.iter().find(|(name, ..)| name == check).map(|(_, state, _)| state.as_str());
        assert_eq!(actual, Some(*state), "{check}: {}{}", result.out, result.errors);
    }
}

/// `doctor` on an API that nothing listens to.
fn unreachable() -> Command {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let port = closed.local_addr().expect("an address").port();
    let mut command = super::with_token(&["doctor"]);
    command.env("CLOUDFLARE_BASE_URL", format!("http://127.0.0.1:{port}/client/v4"));
    command
}

#[test]
fn healthy_account_has_no_error() {
    let harness = Harness::new();
    let result = harness.run(&["doctor"]);
    assert_eq!((result.code, result.errors.as_str()), (Some(0), ""), "{}", result.out);
    let good = ["token", "account ID", "permission"].map(|name| format!("Account {name}"));
    let good = good
        .into_iter()
        .chain(["Network API", "Network clock", "Images enabled", "Images requests"].map(str::to_owned));
    let good: Vec<_> =
        good.chain(["Images signing keys", "Images delivery host"].map(str::to_owned)).collect();
    assert_states(&result, &good.iter().map(|name| (name.as_str(), "ok")).collect::<Vec<_>>());
    let requests = harness.server.requests();
    assert!(requests.len() <= 10, "{requests:?}");
    assert!(requests.iter().all(|request| matches!(request.method.as_str(), "GET" | "HEAD")), "{requests:?}");
}

#[test]
fn exit_code_is_that_of_the_first_error() {
    let harness = Harness::new();
    let with = |name: &str, value: &str| {
        let mut command = harness.command(&["doctor"]);
        run_command(command.env(name, value))
    };
    for (result, code, states) in [
        (
            run_command(&mut bare(&["doctor"])),
            4,
            &[("Account credentials", "error"), ("Images enabled", "skipped"), ("Files index", "skipped")][..],
        ),
        (with("CFIMG_THEME", "blue"), 2, &[("Settings values", "error"), ("Images signing keys", "skipped")]),
        (
            with("CLOUDFLARE_API_TOKEN", "cfut_wrong"),
            4,
            &[("Account token", "error"), ("Account permission", "skipped"), ("Network API", "ok")],
        ),
        (
            with("CLOUDFLARE_API_TOKEN", NO_PERMISSION_TOKEN),
            4,
            &[("Account token", "ok"), ("Account permission", "error"), ("Images enabled", "skipped")],
        ),
        (
            run_command(
                harness
                    .command(&["doctor"])
                    .env("CLOUDFLARE_API_TOKEN", TWO_ACCOUNTS_TOKEN)
                    .env_remove("CLOUDFLARE_ACCOUNT_ID"),
            ),
            4,
            &[("Account token", "ok"), ("Account account ID", "error"), ("Account permission", "skipped")],
        ),
        (
            run_command(
                harness
                    .command(&["doctor"])
                    .env("CLOUDFLARE_API_TOKEN", TWO_ACCOUNTS_TOKEN)
                    .env("CLOUDFLARE_ACCOUNT_ID", OTHER_ACCOUNT_ID),
            ),
            4,
            &[("Account permission", "skipped"), ("Images enabled", "error"), ("Images images", "skipped")],
        ),
        (
            run_command(&mut unreachable()),
            5,
            &[("Account token", "skipped"), ("Network API", "error"), ("Network clock", "skipped")],
        ),
    ] {
        assert_eq!(result.code, Some(code), "{}", result.out);
        assert_states(&result, states);
    }
}

#[test]
fn failing_api_is_a_network_error() {
    let harness = Harness::with(Options { fail: 1.0, ..Options::default() });
    let result = harness.run(&["doctor"]);
    assert_eq!(result.code, Some(5), "{}", result.out);
}

#[test]
fn wrong_clock_and_missing_keys_are_warnings() {
    let stub = Stub::with_keys(403, Stub::FORBIDDEN, Some("Tue, 24 Nov 2020 12:00:00 GMT"));
    let result = run_command(&mut stub.command(&["doctor"]));
    assert_states(
        &result,
        &[("Network clock", "warning"), ("Images signing keys", "warning"), ("Images requests", "unknown")],
    );
}

#[test]
fn json_is_an_array_of_all_checks() {
    let harness = Harness::new();
    let result = harness.run(&["doctor", "--json"]);
    let array: Vec<Value> = serde_json::from_str(&result.out).expect("an array");
    let names = |line: &Value| {
        format!("{} {}", line["group"].as_str().expect("text"), line["check"].as_str().expect("text"))
    };
    let printed: Vec<String> = array.iter().map(names).collect();
    let all = checks().into_iter().filter(|(group, _)| *group != "tmux");
    let all: Vec<_> =
        all.flat_map(|(group, names)| names.into_iter().map(move |name| format!("{group} {name}"))).collect();
    assert_eq!(printed, all);
    for line in &array {
        let keys: Vec<_> = line.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(keys.len(), 5, "{keys:?}");
        assert!(
            ["ok", "warning", "error", "unknown", "skipped"].contains(&line["state"].as_str().expect("text"))
        );
        assert!(
            line["hint"].is_null() || line["hint"].as_str().is_some_and(|hint| hint.ends_with(['.', ']'])),
            "{line}"
        );
    }
}

/// Variables that `doctor` or the modules below it read. `TERM` and `TERM_PROGRAM` are printed, and hold no secret.
const VARIABLES: [&str; 19] = [
    "CLOUDFLARE_API_TOKEN",
    "CF_API_TOKEN",
    "CLOUDFLARE_API_KEY",
    "CF_API_KEY",
    "CLOUDFLARE_EMAIL",
    "CLOUDFLARE_ACCOUNT_ID",
    "CLOUDFLARE_BASE_URL",
    "CLOUDFLARE_IMAGES_SIGNING_KEY",
    "CFIMG_THEME",
    "CFIMG_PICTURE",
    "CFIMG_MARKS",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "BROWSER",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "TMUX",
    "NO_PROXY",
    "SSH_CONNECTION",
];

#[test]
fn report_contains_no_secret() {
    const CANARY: &str = "canary7f3a9b2c4d5e6f708192a3b4c5d6e7f8";
    let harness = Harness::new();
    let home = tempfile::tempdir().expect("a folder");
    let home_path = home.path().to_str().expect("UTF-8");
    let config = home.path().join("config.toml");
    let report = |file: &str, variables: &[(&str, &str)]| {
        fs::write(&config, file).expect("a file");
        let mut command = harness.command(&["doctor"]);
        command.env("HOME", home_path).env("CFIMG_CONFIG", &config).env("PATH", "/usr/bin:/bin");
        let result = run_command(command.env("CLOUDFLARE_EMAIL", EMAIL).envs(variables.iter().copied()));
        let text = [result.out, result.errors].concat();
        assert!(text.contains("Program\tversion\tok"), "{variables:?}: {text}");
        for secret in [&CANARY[..12], home_path, EMAIL, ACCOUNT_ID, TOKEN, "hush"] {
            assert!(!text.contains(secret), "{file}, {variables:?}: {text}");
        }
    };
    let proxied = format!("http://me:{CANARY}@127.0.0.1:1");
    let token = format!("cfut_{CANARY}");
    for variable in VARIABLES {
        // A value that isn't one of a few is repeated in the message, unless it looks like a token.
        let is_choice = ["CFIMG_THEME", "CFIMG_PICTURE", "CFIMG_MARKS"].contains(&variable);
        report("", &[(variable, if is_choice { &token } else { CANARY })]);
        if is_choice {
            continue;
        }
        report("", &[(variable, &proxied), ("CLOUDFLARE_IMAGES_SIGNING_KEY", "hush")]);
    }
    for variable in ["HTTPS_PROXY", "ALL_PROXY"] {
        report("", &[(variable, &proxied), ("CLOUDFLARE_BASE_URL", "https://api.example/client/v4")]);
    }
    report(&format!("signing_key_command = \"echo {CANARY}\""), &[]);
    report(&format!("token = \"{CANARY}\""), &[]);
    report(&format!("theme = \"{token}\""), &[]);
}

//! `cfimg login`, `cfimg logout` and profiles.

use std::fs;
use std::path::Path;
use std::process::Command;

use cfimg::demo::{
    ACCOUNT_ID, ACCOUNT_TOKEN, EXPIRED_TOKEN, NO_ACCOUNTS_TOKEN, NO_PERMISSION_TOKEN, OTHER_ACCOUNT_ID,
    TOKEN, TWO_ACCOUNTS_TOKEN,
};
use tempfile::TempDir;

use super::{CommandResult, Harness, bare, run_command, with_input};

/// A user with an empty home folder, and a Cloudflare.
struct User {
    harness: Harness,
    home: TempDir,
}

impl User {
    fn new() -> Self {
        Self { harness: Harness::new(), home: tempfile::tempdir().expect("a folder") }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = bare(arguments);
        command
            .env("XDG_CONFIG_HOME", self.home.path())
            .env("HOME", self.home.path())
            .env("PATH", "/usr/bin:/bin");
        command.env("XDG_STATE_HOME", self.home.path().join("state")).current_dir(self.home.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> CommandResult {
        run_command(&mut self.command(arguments))
    }

    /// Logs in with a token on standard input.
    fn login(&self, token: &str, arguments: &[&str]) -> CommandResult {
        let base = self.harness.server.api_base();
        let arguments = [&["login", "--base-url", &base], arguments].concat();
        let result = with_input(&mut self.command(&arguments), token);
        for text in [&result.out, &result.errors] {
            assert!(token.trim().is_empty() || !text.contains(token.trim()), "{text}");
        }
        result
    }

    fn file(&self) -> std::path::PathBuf {
        self.home.path().join("cfimg/credentials.toml")
    }

    fn write_config(&self, text: &str) {
        fs::create_dir_all(self.home.path().join("cfimg")).expect("a folder");
        fs::write(self.home.path().join("cfimg/config.toml"), text).expect("a file");
    }

    /// With the server's address and the home folder replaced.
    fn shown(&self, text: &str) -> String {
        let text = text.replace(&self.harness.server.api_base(), "BASE");
        let text = text.replace(&self.home.path().display().to_string(), "HOME");
        let ray = |line: &str| line.split(" [cf-ray").next().unwrap_or_default().to_owned();
        text.lines().map(ray).collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn login_stores_token_account_and_base() {
    let user = User::new();
    let result = user.login(&format!("  \"Bearer {TOKEN}\"\r\n"), &[]);
    assert_eq!(result.code, Some(0), "{}", result.errors);
    insta::assert_snapshot!(user.shown(&result.out), @r#"
    Logged in to Demo: pictures of everything (de3001c0ffee4a5b8c7d6e5f40312213).
    The token is stored in ~/cfimg/credentials.toml, as profile default. Only you can read the file.
    Next: run `cfimg` to open the program, or `cfimg list` to list the images.
    "#);
    let stored = fs::read_to_string(user.file()).expect("a file");
    assert!(stored.contains(TOKEN) && stored.contains(ACCOUNT_ID), "{stored}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(user.file()).expect("a file").permissions().mode() & 0o777, 0o600);
    }
    let usage = user.run(&["usage"]);
    assert_eq!((usage.code, usage.errors.as_str()), (Some(0), ""), "{usage:?}");
    let status = user.run(&["login", "--status"]);
    assert_eq!(status.out, format!("default\tactive\t{ACCOUNT_ID}\tcredentials.toml\tvalid\n"));
    let json: serde_json::Value =
        serde_json::from_str(&user.run(&["login", "--status", "--json"]).out).expect("JSON");
    assert_eq!(
        (&json["state"], &json["account"], &json["active"]),
        (&"valid".into(), &ACCOUNT_ID.into(), &true.into())
    );
    let logout = user.run(&["logout"]);
    assert_eq!(logout.code, Some(0));
    assert!(!user.file().exists() && user.run(&["usage"]).code == Some(4));
    assert_eq!(user.run(&["login", "--status"]).code, Some(4));
    assert_eq!(user.run(&["logout"]).code, Some(4), "nothing is stored");
}

#[test]
fn token_that_cannot_be_used_is_not_stored() {
    let user = User::new();
    let mut messages = String::new();
    for (token, arguments, code) in [
        ("cfut_wrong", &[][..], 4),
        (NO_PERMISSION_TOKEN, &[], 4),
        (TWO_ACCOUNTS_TOKEN, &[], 4),
        (TWO_ACCOUNTS_TOKEN, &["--account", OTHER_ACCOUNT_ID], 4),
        (NO_ACCOUNTS_TOKEN, &[], 4),
        (EXPIRED_TOKEN, &[], 4),
        ("", &[], 4),
        ("cfk_demo-only-not-a-secret", &[], 4),
        ("two words", &[], 4),
        (TOKEN, &["--profile", "a b"], 2),
        (TOKEN, &["--account", "1234"], 2),
    ] {
        let result = user.login(token, arguments);
        assert_eq!((result.code, result.out.as_str()), (Some(code), ""), "{arguments:?} {}", result.errors);
        messages += &user.shown(&result.errors);
        messages.push('\n');
    }
    assert!(!user.file().exists());
    insta::assert_snapshot!(messages, @r#"
    cfimg: Cloudflare rejected the API token (1000). It is wrong, or was deleted. Copy it again, or create one at https://dash.cloudflare.com/profile/api-tokens.
    cfimg: The API token lacks the permission Images Read in account de3001c0ffee4a5b8c7d6e5f40312213 (10000). The token itself is valid. Add the permission Account · Cloudflare Images · Read to it at https://dash.cloudflare.com/profile/api-tokens, for this account, and try again.
    cfimg: The API token can access several accounts. Choose one by --account ID: Demo: pictures of everything (de3001c0ffee4a5b8c7d6e5f40312213); Demo: an account without Images (de3002decafbad0011223344556677aa).
    cfimg: Cloudflare Images isn't enabled in this account (5403). Enable Images for account de30… in the dashboard, or set the account of profile default to another account. Cloudflare's message: “The given account is not valid or is not authorized to access this service”. See https://developers.cloudflare.com/images/get-started/
    cfimg: The API token can't list any account. Use --account with the 32 hexadecimal digits in the dashboard's address. Then no permission to list accounts is needed.
    cfimg: The API token has expired. Create an API token with the permission Images Read at https://dash.cloudflare.com/profile/api-tokens.
    cfimg: No token was entered. Paste one, or pipe one to `cfimg login`.
    cfimg: This isn't an API token. It is a global API key. Create an API token with the permission Images Read at https://dash.cloudflare.com/profile/api-tokens. To use the key anyway, set CLOUDFLARE_API_KEY to it and CLOUDFLARE_EMAIL to its e-mail address.
    cfimg: This isn't an API token. It contains a space or line break. Copy the token again; it is one word.
    cfimg: “a b” can't be the name of a profile. Use letters, digits, - and _; 64 characters at most.
    error: invalid value '1234' for '--account <ID>': An account ID has 32 hexadecimal digits. Copy it from the dashboard's address, or unset it

    For more information, try '--help'.
    "#);
}

#[test]
fn account_can_be_named() {
    let user = User::new();
    for (name, token, account) in [
        ("two", TWO_ACCOUNTS_TOKEN, Some(ACCOUNT_ID)),
        ("none", NO_ACCOUNTS_TOKEN, Some(ACCOUNT_ID)),
        ("account-owned", ACCOUNT_TOKEN, None),
    ] {
        let mut arguments = vec!["--profile", name];
        arguments.extend(account.iter().flat_map(|account| ["--account", account]));
        let result = user.login(token, &arguments);
        assert_eq!(result.code, Some(0), "{name}: {}", result.errors);
        assert_eq!(user.run(&["usage", "--profile", name]).code, Some(0), "{name}");
    }
    let wrangler = user.home.path().join("wrangler.jsonc");
    fs::write(&wrangler, format!("{{ // mine\n \"account_id\": \"{ACCOUNT_ID}\", }}")).expect("a file");
    let result = user.login(TWO_ACCOUNTS_TOKEN, &["--from-wrangler"]);
    assert_eq!(result.code, Some(0), "{}", result.errors);
    assert!(result.errors.contains("wrangler.jsonc"), "{}", result.errors);
}

#[test]
fn variables_and_profiles_are_never_mixed() {
    let user = User::new();
    assert_eq!(user.login(TOKEN, &[]).code, Some(0));
    // The token of the variables has its own base URL: Cloudflare's, which is not asked.
    let mut status = user.command(&["login", "--status", "--json"]);
    status
        .env("CLOUDFLARE_API_TOKEN", "cfut_other")
        .env("CLOUDFLARE_BASE_URL", "https://cfimg.invalid/client/v4");
    let result = run_command(&mut status);
    let active = result.out.lines().next().expect("a line");
    assert!(active.contains("cfimg.invalid") && active.contains("unreachable"), "{active}");
    assert_eq!(result.code, Some(5));
    assert!(user.harness.server.requests().iter().all(|request| request.authorized));
    let mut usage = user.command(&["usage", "--profile", "default"]);
    assert_eq!(run_command(usage.env("CLOUDFLARE_API_TOKEN", "cfut_other")).code, Some(0));
    let ignored = run_command(user.command(&["usage"]).env("CLOUDFLARE_ACCOUNT_ID", OTHER_ACCOUNT_ID));
    assert_eq!(ignored.code, Some(0));
    assert!(ignored.errors.contains("CLOUDFLARE_ACCOUNT_ID is ignored"), "{}", ignored.errors);
}

#[test]
fn token_command_runs_only_if_a_token_is_needed() {
    let user = User::new();
    let runs = user.home.path().join("runs");
    let config = |command: &str| {
        user.write_config(&format!(
            "[profiles.default]\naccount = '{ACCOUNT_ID}'\nbase_url = '{}'\ntoken_command = '''{command}'''\n",
            user.harness.server.api_base()
        ));
    };
    config(&format!("echo run >> {}; echo $CLOUDFLARE_X; echo {TOKEN}", runs.display()));
    assert_eq!(run_command(user.command(&["usage"]).env("CLOUDFLARE_X", "")).code, Some(0));
    let inherited = run_command(user.command(&["usage"]).env("CLOUDFLARE_X", "canary"));
    assert_eq!(inherited.code, Some(0), "the command gets no credentials: {}", inherited.errors);
    for arguments in
        [&["index"][..], &["list", "--cached"], &["explain", "https://imagedelivery.net/h/i/public"]]
    {
        user.run(arguments);
    }
    assert_eq!(fs::read_to_string(&runs).expect("a file").lines().count(), 2);
    let mut messages = String::new();
    for command in ["true", "echo a; echo b", "echo canary-hush; echo not found >&2; exit 3", "echo cfk_hush"]
    {
        config(command);
        let result = user.run(&["usage"]);
        assert_eq!(result.code, Some(4), "{command}");
        assert!(!result.errors.contains("hush"), "{}", result.errors);
        messages += &result.errors;
    }
    insta::assert_snapshot!(messages, @r#"
    cfimg: token_command returned no token. It printed nothing. Run the command by hand; it must print only the token, on one line.
    cfimg: token_command returned no token. Its output isn't a secret on one line. Run the command by hand; it must print only the token, on one line.
    cfimg: token_command returned no token. It failed (exit status: 3): not found. Run the command by hand; it must print only the token, on one line.
    cfimg: token_command returned no token. Its output can't be used. It is a global API key. Run the command by hand; it must print only the token, on one line.
    "#);
    let login = user.login(TOKEN, &[]);
    assert_eq!(login.code, Some(2), "a stored token would not be used: {}", login.errors);
}

#[cfg(unix)]
#[test]
fn credentials_that_others_could_have_written_are_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let user = User::new();
    assert_eq!(user.login(TOKEN, &[]).code, Some(0));
    let mode =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("our file");
    mode(&user.file(), 0o644);
    let readable = user.run(&["usage"]);
    assert_eq!(readable.code, Some(0));
    assert!(readable.errors.contains("chmod 600"), "{}", readable.errors);
    mode(&user.file(), 0o622);
    let writable = user.run(&["usage"]);
    assert!(writable.code != Some(0) && writable.errors.contains("chmod"), "{writable:?}");
    // A config.toml with commands must be trusted, too.
    mode(&user.file(), 0o600);
    user.write_config("[profiles.default]\ntoken_command = 'echo x'\n");
    mode(&user.home.path().join("cfimg/config.toml"), 0o666);
    assert_eq!(user.run(&["usage"]).code, Some(2));
}

#[test]
fn token_is_never_an_argument() {
    let user = User::new();
    let token = "hush0123456789abcdefghijklmnopqrstuvwxyz";
    let result = user.run(&["login", token]);
    assert!(result.code == Some(2) && result.out.is_empty() && !result.errors.contains("hush"), "{result:?}");
    let result = user.run(&["man", "cfut_hush0123456789abcdefghijklmnopqrstuvwxyz0123"]);
    assert!(result.code == Some(2) && result.out.is_empty() && !result.errors.contains("hush"), "{result:?}");
}

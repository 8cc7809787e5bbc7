//! A shell in which the commands of a page run, connected to an embedded Cloudflare.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use cfimg::demo::{ACCOUNT_ID, Options, Server, TOKEN};

/// Between the outputs of two commands.
const SEPARATOR: &str = "\u{1}";

/// Stands for tmux, so that `cfimg copy` has a clipboard on any machine.
const CLIPBOARD: &str = "#!/bin/sh\ncat > copied\n";
/// Stands for a browser.
const BROWSER: &str = "#!/bin/sh\necho \"$1\" > opened\n";

/// The outputs of these commands, run in order in one shell, in an empty folder.
pub(crate) fn run(lines: &[&str]) -> Result<Vec<String>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let all = runtime.block_on(async {
        let server = Server::start(Options::default()).await.expect("a free port");
        let (base, script) = (server.delivery_base(), script(lines));
        let run = tokio::task::spawn_blocking(move || as_on_real_hosts(&shell(&script, &base), &base));
        run.await.expect("the shell ends")
    });
    let mut outputs: Vec<String> = all.split(SEPARATOR).map(str::to_owned).collect();
    let rest = outputs.pop().unwrap_or_default();
    if outputs.len() == lines.len() { Ok(outputs) } else { Err(format!("the shell stopped: {rest}")) }
}

/// The output with Cloudflare's hosts instead of the server's address, and the desktop's clipboard instead of tmux's.
fn as_on_real_hosts(output: &str, base: &str) -> String {
    let (_, address) = base.split_once("//").expect("a scheme");
    output
        .replace(&format!("{base}/client/v4"), "https://api.cloudflare.com/client/v4")
        .replace(base, "https://imagedelivery.net")
        .replace(address, "imagedelivery.net")
        .replace("tmux)", "clipboard)")
}

/// A script in which each command sees the exit code of the one before.
fn script(lines: &[&str]) -> String {
    let evaluated = lines.iter().map(|line| {
        let quoted = line.replace('\'', r"'\''");
        format!("eval '{quoted}'\ncode=$?; printf '{SEPARATOR}'; (exit $code)\n")
    });
    std::iter::once("exec 2>&1\n".to_owned()).chain(evaluated).collect()
}

fn shell(script: &str, base: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let (home, programs) = (folder.path().join("home"), folder.path().join("programs"));
    fs::create_dir(&home).expect("the folder is ours");
    fs::create_dir(&programs).expect("the folder is ours");
    for (name, body) in [("tmux", CLIPBOARD), ("browser", BROWSER)] {
        let path = programs.join(name);
        fs::write(&path, body).expect("the folder is ours");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("the file is ours");
    }
    let cfimg = Path::new(env!("CARGO_BIN_EXE_cfimg")).parent().expect("a folder");
    let system = std::env::var_os("PATH").expect("a PATH");
    let system = std::env::split_paths(&system).collect::<Vec<_>>();
    let path = [programs.as_path(), cfimg].into_iter().chain(system.iter().map(AsRef::as_ref));
    let output = Command::new("sh")
        .args(["-c", script])
        .current_dir(&home)
        .env_clear()
        .env("PATH", std::env::join_paths(path).expect("plain names"))
        .envs([("HOME", home.as_path()), ("BROWSER", &programs.join("browser"))])
        .envs([("TZ", "UTC"), ("LANG", "C.UTF-8"), ("TMUX", "of the test")])
        .envs([("CLOUDFLARE_ACCOUNT_ID", ACCOUNT_ID), ("CLOUDFLARE_API_TOKEN", TOKEN)])
        .env("CLOUDFLARE_BASE_URL", format!("{base}/client/v4"))
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    let errors = String::from_utf8_lossy(&output.stderr);
    String::from_utf8(output.stdout).expect("all output is UTF-8") + &errors
}

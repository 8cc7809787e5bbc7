//! Completions in real bash, zsh and fish: keys are typed, and the command line that results is run.

use std::ffi::OsString;
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cfimg::domain::{Image, UrlTemplates};
use cfimg::{settings, storage};
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use tempfile::TempDir;

use crate::CFIMG;
use crate::displays::{run, until};

const VARIABLES: [(&str, &str); 3] = [
    ("CLOUDFLARE_BASE_URL", "http://127.0.0.1:9/client/v4"),
    ("CLOUDFLARE_ACCOUNT_ID", "023e105f4ecef8ad9ca31a8372d0c353"),
    ("CLOUDFLARE_API_TOKEN", "cfut_hush"),
];

/// IDs that a shell would not take for one plain word. Each starts with two characters of its own.
const IDS: [(&str, &str); 14] = [
    ("aa sp ace", "one.png"),
    ("ab'quote", "two words.png"),
    ("ac\"quote", ""),
    ("ad$(touch pwned)", ""),
    ("ae`touch pwned`", ""),
    ("af:colon:s", "co:lon"),
    ("ag;touch pwned", ""),
    ("ah\\back", ""),
    ("ai*[star]?", ""),
    ("aj~#!home", ""),
    ("ak&|<>{a,b}", ""),
    ("al=equals=", ""),
    ("amé日本", ""),
    ("an/sla/sh", ""),
];

/// A shell in a terminal.
struct Shell {
    folder: TempDir,
    writer: Box<dyn std::io::Write + Send>,
    child: Box<dyn Child + Send + Sync>,
}

impl Shell {
    /// Starts a shell with the completions. `cfimg` is a function that writes its arguments to a file; the completions
    /// call the real one.
    fn start(program: &str, arguments: &[&str], start: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path();
        store(&home.join("state/cfimg"));
        fs::create_dir(home.join("bin")).expect("a folder");
        symlink(CFIMG, home.join("bin/cfimg")).expect("a link");
        fs::write(home.join("start"), start).expect("a file");
        fs::write(home.join(".zshrc"), start).expect("a file");
        let pty = native_pty_system()
            .openpty(PtySize { rows: 40, cols: 160, pixel_width: 0, pixel_height: 0 })
            .expect("a terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        let path = std::env::var_os("PATH").expect("a PATH");
        let paths =
            [home.join("bin")].into_iter().chain(std::env::split_paths(&path).collect::<Vec<PathBuf>>());
        command.env("PATH", std::env::join_paths(paths).expect("a PATH"));
        for (name, value) in VARIABLES.into_iter().chain([("TERM", "xterm"), ("LANG", "C.UTF-8")]) {
            command.env(name, value);
        }
        for (name, sub) in
            [("HOME", ""), ("ZDOTDIR", ""), ("XDG_STATE_HOME", "state"), ("XDG_CONFIG_HOME", "config")]
        {
            command.env(name, home.join(sub));
        }
        command.cwd(home);
        let child = pty.slave.spawn_command(command).expect("the shell starts; is it installed?");
        drop(pty.slave);
        let writer = pty.master.take_writer().expect("its input");
        let mut reader = pty.master.try_clone_reader().expect("its output");
        // The terminal lives until the shell ends.
        std::thread::spawn(move || {
            let _master = pty.master;
            let mut output = [0; 4096];
            while reader.read(&mut output).is_ok_and(|length| length > 0) {}
        });
        let mut shell = Self { folder, writer, child };
        until("the shell reads its input", || shell.folder.path().join("ready").exists());
        assert_eq!(shell.arguments("cfimg plain"), ["plain"]);
        shell
    }

    /// Types a line and runs it. Returns the arguments of `cfimg`.
    fn arguments(&mut self, line: &str) -> Vec<String> {
        let file = self.folder.path().join("arguments");
        drop(fs::remove_file(&file));
        self.writer.write_all(line.as_bytes()).expect("the shell reads");
        self.writer.write_all(b"\r").expect("the shell reads");
        let end = |text: &str| text.ends_with("END\n");
        until(line, || fs::read_to_string(&file).is_ok_and(|text| end(&text)));
        let text = fs::read_to_string(&file).expect("the arguments");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.pop();
        lines
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn store(state: &Path) {
    let env = |name: &str| {
        VARIABLES.iter().find(|(variable, _)| *variable == name).map(|(_, value)| OsString::from(*value))
    };
    let connection = settings::connection(&env).expect("a connection");
    let owner = storage::owner_by_account(&connection.base, &connection.account.expect("an account"));
    let mut templates = UrlTemplates::default();
    let images: Vec<_> = IDS
        .iter()
        .map(|(id, filename)| {
            let raw = serde_json::json!({ "id": id, "filename": filename, "variants": [] });
            Arc::new(templates.summarize(&Image::read(&raw.to_string()).expect("an image")))
        })
        .collect();
    let index = storage::Index::new(state, owner);
    index.start_sync(jiff::Timestamp::UNIX_EPOCH).expect("an index").page(&images).expect("a page");
}

/// Every ID is completed from its first two characters, and is one argument.
fn assert_completions(shell: &mut Shell) {
    for (id, _) in IDS {
        assert_eq!(shell.arguments(&format!("cfimg show {}\t", &id[..2])), ["show", id], "{id}");
    }
    assert_eq!(shell.arguments("cfimg show one\t"), ["show", "aa sp ace"], "by name");
    assert_eq!(shell.arguments("cfimg sho\t x"), ["show", "x"]);
    assert_eq!(shell.arguments("cfimg url x --as=mark\t"), ["url", "x", "--as=markdown"]);
    assert_eq!(shell.arguments("cfimg save x -o star\t"), ["save", "x", "-o", "start"], "a file");
    assert!(!shell.folder.path().join("pwned").exists());
}

/// A function that writes its arguments to a file, in a POSIX shell.
const FUNCTION: &str = "cfimg() { { printf '%s\\n' \"$@\"; echo END; } > arguments; }\n";

#[test]
fn bash_completes() {
    let start = format!("source <(cfimg completions bash)\n{FUNCTION}touch ready\n");
    let mut shell = Shell::start("bash", &["--noprofile", "--rcfile", "start", "-i"], &start);
    assert_completions(&mut shell);
    for (id, quote) in
        [("aa sp ace", '\''), ("ab'quote", '\''), ("ad$(touch pwned)", '"'), ("ac\"quote", '"')]
    {
        let line = format!("cfimg show {quote}{}\t", &id[..2]);
        assert_eq!(shell.arguments(&line), ["show", id], "{line}");
    }
    assert_eq!(shell.arguments("cfimg show af:co\t"), ["show", "af:colon:s"]);
    assert!(!shell.folder.path().join("pwned").exists());
}

#[test]
fn zsh_completes() {
    let load = "autoload -Uz compinit; compinit -u -D\nsource <(cfimg completions zsh)\n";
    let start = format!("{load}{FUNCTION}touch ready\n");
    let mut shell = Shell::start("zsh", &["-i"], &start);
    assert_completions(&mut shell);
}

#[test]
fn fish_completes() {
    let start = "cfimg completions fish | source\n\
        function cfimg; begin; printf '%s\\n' $argv; echo END; end > arguments; end\ntouch ready\n";
    let mut shell = Shell::start("fish", &["--no-config", "--init-command", "source start", "-i"], start);
    assert_completions(&mut shell);
}

#[test]
fn man_has_no_warnings() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("UTF-8");
    run(CFIMG, "cfimg", &["man", "--output", path], &[]);
    for entry in fs::read_dir(folder.path()).expect("the pages") {
        let page = entry.expect("a page").path();
        // Warnings would be on standard error, which goes to the output.
        let script = format!("man --warnings -E UTF-8 -l {} 2>&1 > /dev/null", page.display());
        assert_eq!(run("sh", "dash", &["-c", &script], &[("LANG", "C.UTF-8")]), "", "{}", page.display());
    }
}

//! A user's machine: an empty home folder, programs that record how they are started, and an account.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::canaries::{self, Leaks, OLD_TOKEN, SIGNING_KEY};
use super::children::{Family, watch, write_programs};
use super::relay::Relay;
use super::ways::Way;

pub(super) struct Machine {
    pub(super) relay: Relay,
    home: TempDir,
    /// Outside of the home folder: programs, what they recorded, and the files that `token_command` prints.
    outside: TempDir,
}

impl Machine {
    pub(super) fn new() -> Self {
        let machine = Self {
            relay: Relay::new(),
            home: TempDir::new().expect("a folder"),
            outside: TempDir::new().expect("a folder"),
        };
        for folder in ["programs", "records"] {
            fs::create_dir(machine.outside.path().join(folder)).expect("it is new");
        }
        for folder in [".config/cfimg", ".local", ".cache", "tmp", "work"] {
            fs::create_dir_all(machine.home.path().join(folder)).expect("it is new");
        }
        write_programs(&machine.outside.path().join("programs"), &machine.records());
        fs::write(machine.outside.path().join("token"), OLD_TOKEN).expect("a file");
        fs::write(machine.outside.path().join("key"), SIGNING_KEY).expect("a file");
        machine
    }

    fn records(&self) -> PathBuf {
        self.outside.path().join("records")
    }

    /// A shell command that prints a secret.
    pub(super) fn command_for(&self, secret: &str) -> String {
        format!("cat {}", self.outside.path().join(secret).display())
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.home.path().join("work")
    }

    pub(super) fn log(&self) -> String {
        self.home.path().join("log.txt").display().to_string()
    }

    /// Writes the settings, and logs in.
    pub(super) fn prepare(&self, way: &Way, leaks: &mut Leaks) {
        if let Some(text) = &way.config {
            fs::write(self.home.path().join(".config/cfimg/config.toml"), text).expect("a file");
        }
        if let Some(token) = way.login {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cfimg"));
            command.args(["login", "--base-url", &self.relay.base, "--log", &self.log()]).env_clear();
            let end = watch(command.envs(self.environment(way)).current_dir(self.folder()), token, false);
            assert_eq!(end.code, Some(0), "{}", end.errors);
            leaks.search(&[end.out, end.errors].concat(), "the output of login");
            search_family(&end.family, &[], "login", leaks);
        }
    }

    pub(super) fn environment(&self, way: &Way) -> Vec<(String, String)> {
        let home = self.home.path().display();
        let programs = self.outside.path().join("programs");
        let program = |name: &str| programs.join(name).display().to_string();
        let mut variables: Vec<(String, String)> = [
            ("PATH", format!("{}:/usr/bin:/bin", programs.display())),
            ("HOME", home.to_string()),
            ("XDG_CONFIG_HOME", format!("{home}/.config")),
            ("XDG_STATE_HOME", format!("{home}/.local/state")),
            ("XDG_DATA_HOME", format!("{home}/.local/share")),
            ("XDG_CACHE_HOME", format!("{home}/.cache")),
            ("TMPDIR", format!("{home}/tmp")),
            ("BROWSER", program("browser")),
            ("VISUAL", program("editor")),
            ("PAGER", program("pager")),
            ("MANPAGER", program("pager")),
            // A display that is not there, so that the process for the clipboard starts and gives up.
            ("DISPLAY", ":7777".to_owned()),
            ("TMUX", format!("{home}/tmux,1,0")),
            ("TERM", "tmux-256color".to_owned()),
            ("TZ", "UTC".to_owned()),
            ("RUST_BACKTRACE", "1".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        variables.extend(way.variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        variables
    }

    /// The home folder, apart from what the user and `cfimg login` wrote there to keep.
    pub(super) fn search_files(&self, leaks: &mut Leaks) {
        visit(self.home.path(), &mut |path, text| {
            let is_meant = ["config.toml", "credentials.toml"].iter().any(|name| path.ends_with(name));
            if !is_meant {
                leaks.search(text, &path.display().to_string());
                leaks.search_for_signed_url(text, &path.display().to_string());
            }
        });
        let log = fs::read_to_string(self.log()).expect("there is a log");
        assert!(log.contains("cfimg starts"), "{log}");
    }

    /// What the programs recorded.
    pub(super) fn search_children(&self, leaks: &mut Leaks) {
        visit(&self.records(), &mut |path, text| {
            leaks.search_environment(text, &path.display().to_string());
            if !path.ends_with("browser.arguments") {
                leaks.search_for_signed_url(text, &path.display().to_string());
            }
        });
    }

    pub(super) fn assert_children_ran(&self) {
        for name in ["browser", "editor", "man", "sh", "tmux"] {
            let environment = fs::read_to_string(self.records().join(format!("{name}.environment")));
            assert!(environment.is_ok_and(|text| text.contains("HOME=")), "{name} was not started");
        }
        let opened = fs::read_to_string(self.records().join("browser.arguments")).expect("it ran");
        assert!(canaries::has_signature(&opened), "{opened}");
        let mut names = Vec::new();
        visit(self.home.path(), &mut |path, _| names.push(path.display().to_string()));
        let has = |folder: &str| names.iter().any(|name| name.contains(folder));
        assert!(has("/history/") && has("/index/"), "{names:?}");
    }
}

/// Reads all files below a folder.
fn visit(folder: &Path, read: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            visit(&path, read);
        } else {
            read(&path, &String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()));
        }
    }
}

/// The arguments and environments of processes. `typed` are the user's arguments, and what is in them is in those of
/// the first process.
pub(super) fn search_family(family: &Family, typed: &[String], place: &str, leaks: &mut Leaks) {
    let typed = typed.join("\n");
    for seen in family.seen.values() {
        let ours = seen.environment.is_empty() && seen.arguments.contains(&typed);
        let arguments = if ours && !typed.is_empty() {
            seen.arguments.replacen(&typed, "", 1)
        } else {
            seen.arguments.clone()
        };
        leaks.search(&arguments, &format!("the arguments of a process of {place}"));
        leaks.search_environment(&seen.environment, &format!("the environment of a process of {place}"));
    }
}

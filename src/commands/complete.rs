//! Shell completions: `cfimg completions` prints a script, which calls `cfimg` with [`VARIABLE`] at each Tab.
//!
//! The answer comes from the arguments' definition, the settings and the local index. Completing sends no request, runs
//! no command, starts no thread and prints no error: if something can't be read, there are fewer candidates.

mod bash;
mod candidate;
mod candidates;
mod line;
mod request;
mod scripts;

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};

use clap::ValueEnum;
use clap_complete::engine::{CompletionCandidate, complete as engine};

use super::console::{Console, Stop};
use super::shell::Shell;
use crate::domain::catch_panic::catch_panic;
use candidate::{Candidate, is_unprintable};
use candidates::{BY_NAME, FILES, Source};
use request::Request;

/// The variable that holds the shell's name while a script calls the program.
pub const VARIABLE: &str = "CFIMG_COMPLETE";

/// Prints the script for a shell.
pub fn print_script(shell: Shell, console: &mut Console<'_>) -> Result<u8, Stop> {
    console.answer(&scripts::script(shell))?;
    Ok(0)
}

/// Prints the candidates for the word at the cursor. `shell` is the value of [`VARIABLE`], and `arguments` are those
/// after the program's name. `env` reads the environment.
pub fn complete(
    shell: &OsStr,
    arguments: Vec<OsString>,
    env: &dyn Fn(&str) -> Option<OsString>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(shell) = shell.to_str().and_then(|name| Shell::from_str(name, false).ok()) else {
        return Ok(());
    };
    let Some(request) = Request::new(shell, arguments, env) else { return Ok(()) };
    let text = catch_panic(|| {
        let candidates = candidates(&request, env);
        answer(&request, &candidates)
    });
    out.write_all(text.unwrap_or_default().as_bytes())?;
    out.flush()
}

/// What a word can become.
#[derive(Debug)]
enum Candidates {
    Values(Vec<Candidate>),
    /// The shell completes paths itself.
    Files,
}

fn candidates(request: &Request, env: &dyn Fn(&str) -> Option<OsString>) -> Candidates {
    let mut command = Source::new(request, env).command();
    let words = request.before.iter().chain([&request.word]).map(OsString::from).collect();
    let folder = std::env::current_dir().ok();
    let found = engine(&mut command, words, request.before.len(), folder.as_deref()).unwrap_or_default();
    let is_tagged = |candidate: &CompletionCandidate, tag: &str| {
        candidate.get_tag().is_some_and(|of| of.to_string() == tag)
    };
    if found.iter().any(|candidate| is_tagged(candidate, FILES)) {
        return Candidates::Files;
    }
    let mut values: Vec<Candidate> = found
        .iter()
        .filter_map(|candidate| {
            let value = candidate.get_value().to_str().filter(|value| !value.chars().any(is_unprintable))?;
            let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
            Some(Candidate {
                value: value.to_owned(),
                description: candidates::description(help.lines().next().unwrap_or_default()),
                by_name: is_tagged(candidate, BY_NAME),
            })
        })
        .collect();
    // Options are offered if they are asked for, or if there is nothing else.
    if request.word.is_empty() && values.iter().any(|candidate| !candidate.value.starts_with('-')) {
        values.retain(|candidate| !candidate.value.starts_with('-'));
    }
    Candidates::Values(values)
}

/// The lines for the script. A line that starts with a tab is an instruction.
fn answer(request: &Request, candidates: &Candidates) -> String {
    let values = match candidates {
        Candidates::Files => return "\tfiles\n".to_owned(),
        Candidates::Values(values) => values,
    };
    match request.shell {
        Shell::Bash => bash::answer(request, values),
        Shell::Zsh => zsh(values),
        Shell::Fish | Shell::PowerShell | Shell::Elvish | Shell::Nushell => {
            let columns = |candidate: &Candidate| {
                [candidate.value.clone(), candidate.description.clone()].join("\t") + "\n"
            };
            values.iter().map(columns).collect()
        }
    }
}

/// As zsh's `_describe` reads them.
fn zsh(values: &[Candidate]) -> String {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace(':', "\\:");
    let mut text = String::new();
    if values.iter().any(|candidate| candidate.by_name) {
        text.push_str("\tby-name\n");
    }
    for Candidate { value, description, .. } in values {
        text.push_str(&escaped(value));
        if !description.is_empty() {
            text.push(':');
            text.push_str(&escaped(description));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zsh_colons_and_backslashes_are_escaped() {
        let candidate = |value: &str, description: &str, by_name| Candidate {
            value: value.to_owned(),
            description: description.to_owned(),
            by_name,
        };
        assert_eq!(
            zsh(&[candidate(r"a:b\c", "d:e", false), candidate("f", "", false)]),
            "a\\:b\\\\c:d\\:e\nf\n"
        );
        assert!(zsh(&[candidate("a", "b", true)]).starts_with("\tby-name\n"));
    }
}

//! What a script sends: the words before the cursor.

use std::ffi::OsString;

use super::line::Line;
use crate::commands::shell::Shell;

/// The variable with `$COMP_WORDBREAKS`.
const BREAKS: &str = "CFIMG_COMPLETE_BREAKS";
/// The variable with `$COMP_TYPE`.
const TYPE: &str = "CFIMG_COMPLETE_TYPE";
/// The variable with the word at the cursor, from PowerShell, which drops empty arguments.
const WORD: &str = "CFIMG_COMPLETE_WORD";

/// The words of a command line up to the cursor.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) shell: Shell,
    /// The words before, starting with the program's name.
    pub(super) before: Vec<String>,
    /// The start of the word at the cursor, without quotes.
    pub(super) word: String,
    /// The line in bash's own form.
    pub(super) line: Line,
    /// Whether Tab steps through the candidates rather than listing them.
    pub(super) is_menu: bool,
}

impl Request {
    /// `None` if the arguments are not those of a script.
    pub(super) fn new(
        shell: Shell,
        arguments: Vec<OsString>,
        env: &dyn Fn(&str) -> Option<OsString>,
    ) -> Option<Self> {
        let read = |name| env(name).and_then(|value| value.into_string().ok()).unwrap_or_default();
        let mut arguments = arguments.into_iter().map(|word| word.to_string_lossy().into_owned());
        if arguments.next()? != "--" {
            return None;
        }
        let mut before: Vec<String> = arguments.collect();
        let mut line = Line::default();
        if shell == Shell::Bash {
            line = Line::parse(&before.pop()?, &read(BREAKS));
            before.clone_from(&line.before);
        } else {
            if shell == Shell::PowerShell {
                before.push(read(WORD));
            }
            // The shell passes the word as it is typed, with a quote that may be open.
            line.word = Line::parse(&before.pop()?, "").joined();
        }
        // In zsh and bash, 37 is `menu-complete`, and 42 is `insert-completions`.
        let is_menu = matches!(&*read(TYPE), "37" | "42");
        let word = line.word.clone();
        (!before.is_empty()).then_some(Self { shell, before, word, line, is_menu })
    }

    /// Whether every further word is an argument, even if it starts with a dash.
    pub(super) fn is_escaped(&self) -> bool {
        self.before.iter().any(|word| word == "--")
    }

    /// Whether a word before is this option, with or without a value.
    pub(super) fn has_option(&self, option: &str) -> bool {
        self.before.iter().any(|word| word.split('=').next() == Some(option))
    }

    /// The value of this option in the words before, in the same word or the next.
    pub(super) fn value_of(&self, option: &str) -> Option<&str> {
        let mut words = self.before.iter();
        while let Some(word) = words.next() {
            match word.split_once('=') {
                Some((name, value)) if name == option => return Some(value),
                None if word == option => return words.next().map(String::as_str),
                _ => {}
            }
        }
        None
    }
}

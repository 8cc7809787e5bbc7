//! Splits lines of shell into commands and their words, as far as pages need it.

/// The commands in this line of shell, each with its program first: those of a pipeline, of a list and of `$( )`.
/// Variables set before a command, redirections and comments are left out.
pub(crate) fn commands_in(line: &str) -> Vec<Vec<String>> {
    let mut splitter = Splitter::default();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => splitter.quoted().extend(chars.by_ref().take_while(|c| *c != '\'')),
            '"' => splitter.in_quotes(&mut chars),
            '\\' if chars.next_if_eq(&'\n').is_some() => splitter.end_word(),
            '\\' => splitter.quoted().extend(chars.next()),
            '#' if splitter.word.is_none() => drop(chars.by_ref().take_while(|c| *c != '\n').last()),
            '$' if chars.next_if_eq(&'(').is_some() => splitter.end_command(),
            '|' | ';' | '&' | '\n' | '(' | ')' | '`' => splitter.end_command(),
            '<' | '>' => splitter.redirect(),
            c if c.is_whitespace() => splitter.end_word(),
            c => splitter.quoted().push(c),
        }
    }
    splitter.end_command();
    splitter.commands
}

#[derive(Default)]
struct Splitter {
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    word: Option<String>,
    /// Whether the next word is the file of a redirection.
    file: bool,
}

impl Splitter {
    /// The current word, which may be empty.
    fn quoted(&mut self) -> &mut String {
        self.word.get_or_insert_default()
    }

    /// Reads up to the closing quote. The commands of a `$( )` inside are commands too.
    fn in_quotes(&mut self, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
        let mut text = String::new();
        while let Some(c) = chars.next().filter(|c| *c != '"') {
            text.extend(if c == '\\' { chars.next() } else { Some(c) });
        }
        if let Some((_, inner)) = text.split_once("$(") {
            self.commands.extend(commands_in(inner.trim_end_matches(')')));
        }
        self.quoted().push_str(&text);
    }

    fn redirect(&mut self) {
        // `2` in `2> file`.
        if self.word.as_ref().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit())) {
            self.word = None;
        }
        self.end_word();
        self.file = true;
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        let starts = self.words.is_empty();
        let sets_variable = word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        let of_shell = ["!", "do", "else", "env", "if", "then", "time", "while", "{", "}"];
        if !std::mem::take(&mut self.file) && !(starts && (sets_variable || of_shell.contains(&&*word))) {
            self.words.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.file = false;
        let mut words = std::mem::take(&mut self.words);
        if words.first().is_some_and(|word| word == "xargs")
            && let Some(start) = words.iter().position(|word| word == "cfimg")
        {
            words.drain(..start);
        }
        if !words.is_empty() {
            self.commands.push(words);
        }
    }
}

#[test]
fn lines_are_split_into_commands() {
    for (line, commands) in [
        ("cfimg list --ids | head -n 2", &[&["cfimg", "list", "--ids"][..], &["head", "-n", "2"]][..]),
        ("A=1 cfimg show 'a b' \"c\\\"d\" e\\ f", &[&["cfimg", "show", "a b", "c\"d", "e f"]]),
        ("cfimg check - < ids 2>/dev/null && echo ''", &[&["cfimg", "check", "-"], &["echo", ""]]),
        ("if ! cfimg check a; then echo no; fi", &[&["cfimg", "check", "a"], &["echo", "no"], &["fi"]]),
        ("echo \"$(cfimg url a)\" # all", &[&["cfimg", "url", "a"], &["echo", "$(cfimg url a)"]]),
        ("id=$(cfimg list --ids)", &[&["cfimg", "list", "--ids"]]),
        ("cfimg list \\\n  --ids", &[&["cfimg", "list", "--ids"]]),
        ("xargs -n 1 cfimg show", &[&["cfimg", "show"]]),
        ("cfimg show a#b", &[&["cfimg", "show", "a#b"]]),
    ] {
        assert_eq!(commands_in(line), commands, "{line}");
    }
}

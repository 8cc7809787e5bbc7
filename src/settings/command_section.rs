//! Reads the section `[commands]`.

use std::ops::Range;

use toml::Spanned;

use super::table_reader::TableReader;
use crate::domain::sanitize::sanitize;
use crate::domain::{CommandText, CustomCommand, Mistake};

/// A command may contain a password.
const HIDDEN: &[&str] = &["run"];

/// The commands without mistakes, in alphabetical order.
pub(super) fn read(table: &mut TableReader<'_, '_>) -> Vec<CustomCommand> {
    // The text of a command by mistake.
    table.hide_values();
    let mut commands = Vec::new();
    for (name, span) in table.names() {
        let command = table.table(&name, "setting of a command", |table| read_command(&name, span, table));
        commands.extend(command.flatten());
    }
    commands
}

fn read_command(name: &str, span: Range<usize>, table: &mut TableReader<'_, '_>) -> Option<CustomCommand> {
    table.hide(HIDDEN);
    let key = table.string("key").map(|key| (key.get_ref().clone(), key.span()));
    let description = table.string("description").map(Spanned::into_inner);
    let [shell, background] = ["shell", "background"].map(|name| table.boolean(name));
    let is_missing = table.names().iter().all(|(name, _)| name != "run");
    let run = table.string("run");
    if is_missing {
        table.report("run", Mistake::new(span, "no command to run").with_help("add run = \"…\""));
    }
    let run = run?;
    let parse =
        if shell.is_some_and(Spanned::into_inner) { CommandText::parse_shell } else { CommandText::parse };
    match parse(run.get_ref()) {
        Ok(text) => Some(CustomCommand {
            description: description.unwrap_or_else(|| format!("Run {}", sanitize(name))),
            name: name.to_owned(),
            key,
            text,
            background: background.is_some_and(Spanned::into_inner),
        }),
        Err(mistakes) => {
            for mistake in mistakes {
                table.report("run", Mistake::of(run.span(), &mistake.to_string()));
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::config::parse;
    use crate::settings::draw;

    #[test]
    fn commands_are_read() {
        let (file, config) = parse(
            "[commands.gimp]\nkey = \"E\"\nrun = \"gimp {file}\"\ndescription = \"Edit in GIMP\"\nbackground = true\n\
             [commands]\nidentify = { run = \"identify -verbose \\\"$CFIMG_FILE\\\"\", shell = true }",
        );
        assert_eq!(file.mistakes(), []);
        let shown = config.commands.iter().map(|command| {
            let key = command.key.as_ref().map(|(key, _)| key.as_str());
            (command.name.as_str(), command.description.as_str(), key, command.background)
        });
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [("gimp", "Edit in GIMP", Some("E"), true), ("identify", "Run identify", None, false)]
        );
    }

    #[test]
    fn all_mistakes_are_drawn() {
        let (file, config) = parse(
            "[commands.a]\nkey = 1\n[commands.b]\nrun = \"b {fil} {signed_url}\"\nshel = true\n\
             [commands.c]\nrun = \"echo {url}\"\nshell = true\n[commands]\nd = \"gimp\"\n\
             e = { run = \"sh 'x\", background = \"yes\" }",
        );
        assert_eq!(config.commands, []);
        insta::assert_snapshot!(draw(&file, false), @r#"
        warning: no command to run
         --> config.toml:1:11
          |
        1 | [commands.a]
          |           ^
          |
          = help: add run = "…"

        warning: expected a string, not a number
         --> config.toml:2:7
          |
        2 | key = 1
          |       ^

        warning: unknown placeholder {fil}
         --> config.toml:4:7
          |
        4 | run = "* {***} {**********}"
          |       ^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: did you mean `{file}`?

        warning: other users could see a signed URL in the arguments
         --> config.toml:4:7
          |
        4 | run = "* {***} {**********}"
          |       ^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: use shell = true and "$CFIMG_SIGNED_URL"

        warning: unknown setting of a command
         --> config.toml:5:1
          |
        5 | shel = ****
          | ^^^^
          |
          = help: did you mean `shell`?

        warning: with shell = true the values are variables
         --> config.toml:7:7
          |
        7 | run = "**** {***}"
          |       ^^^^^^^^^^^^
          |
          = help: use "$CFIMG_URL" instead of {url}

        warning: expected a table, not a string
          --> config.toml:10:5
           |
        10 | d = "****"
           |     ^^^^^^

        warning: a quote isn't closed
          --> config.toml:11:13
           |
        11 | e = { run = "** '*", background = "yes" }
           |             ^^^^^^^
           |
           = help: close it, or write a literal quote as \"

        warning: expected true or false, not a string
          --> config.toml:11:35
           |
        11 | e = { run = "** '*", background = "yes" }
           |                                   ^^^^^
        "#);
    }
}

//! `cfimg config`: which settings are in force, and where they come from.

use std::ffi::OsString;
use std::io::BufRead;
use std::mem;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::arguments::Config;
use super::console::{Console, Stop};
use super::table::{Cell, Table};
use crate::app::Keymap;
use crate::desktop::edit_file;
use crate::domain::sanitize::{json_line, sanitize};
use crate::domain::{Failure, FailureKind};
use crate::settings::{
    InForce, Options, Origin, Settings, config_path, create_config, default_file, display_path, load, schema,
};
use crate::ui::theme::built_in_theme;

/// What the command uses of the process.
pub struct ConfigContext<'a> {
    pub settings: Result<Settings, Failure>,
    /// The options that the settings were loaded with.
    pub options: Options,
    pub variables: Vec<(OsString, OsString)>,
    /// Standard input, which answers questions. `None` if it is no terminal.
    pub input: Option<&'a mut dyn BufRead>,
}

/// Reads the settings, and checks everything in them. Also returns the keys in force.
pub fn load_settings(
    env: &dyn Fn(&str) -> Option<OsString>,
    options: Options,
) -> Result<(Settings, Keymap), Failure> {
    let mut settings = load(env, options)?;
    let (keymap, mut mistakes) = Keymap::with_keys(&settings.key_entries);
    let (keymap, of_commands) = keymap.with_commands(mem::take(&mut settings.commands));
    mistakes.extend(of_commands);
    if let Some(file) = &mut settings.file {
        file.add(mistakes);
    }
    Ok((settings, keymap))
}

/// Prints the settings, or does what an option says. Returns 2 if there are mistakes in their files.
pub fn config(args: &Config, context: ConfigContext<'_>, console: &mut Console<'_>) -> Result<u8, Stop> {
    if args.default {
        console.answer(&default_file())?;
    } else if args.schema {
        console.answer(&format!("{:#}\n", schema()))?;
    } else if args.path {
        let path = path(&context.variables)?;
        console.answer(&format!("{}\n", path.display()))?;
    } else if let Some(theme) = args.theme_file {
        console.answer(built_in_theme(theme))?;
    } else if args.edit {
        return edit(context, console);
    } else {
        let settings = context.settings?;
        for line in lines(&settings.in_force, args.json, console) {
            console.answer(&format!("{line}\n"))?;
        }
        if console.terminal && !settings.mistaken_files().is_empty() {
            console.answer("\n")?;
        }
        return Ok(check(&settings, console));
    }
    Ok(0)
}

fn lines(values: &[InForce], json: bool, console: &Console<'_>) -> Vec<String> {
    if json {
        return values.iter().map(json_of).collect();
    }
    let Some(aligned) = console.aligned() else {
        let line = |value: &InForce| format!("{}\t{}\t{}", value.name, sanitize(&value.text()), value.origin);
        return values.iter().map(line).collect();
    };
    let mut table = Table::default();
    for value in values {
        let text = sanitize(&value.text()).into_owned();
        let text = if text.is_empty() { "–".to_owned() } else { text };
        let origin = value.origin.to_string();
        let dimmed = aligned.paint.dim(&origin);
        table.row([Cell::from(value.name.to_owned()), text.into(), Cell::styled(origin, dimmed)]);
    }
    table.lines()
}

fn json_of(value: &InForce) -> String {
    let mut object = json!({"name": value.name, "value": value.value, "origin": value.origin.kind()});
    match &value.origin {
        Origin::Option(name) => object["option"] = (*name).into(),
        Origin::Variable(name) => object["variable"] = (*name).into(),
        Origin::File { path, line } => {
            object["path"] = path.to_string_lossy().into();
            object["line"] = (*line).into();
        }
        Origin::Default => {}
    }
    json_line(&object.to_string())
}

/// Prints the mistakes in `config.toml` and in theme files. Returns the exit code.
fn check(settings: &Settings, console: &Console<'_>) -> u8 {
    let mistaken = settings.mistaken_files();
    for file in &mistaken {
        console.errors.mistakes(file);
    }
    if mistaken.is_empty() { 0 } else { FailureKind::Usage.exit_code() }
}

fn variable(variables: &[(OsString, OsString)], name: &str) -> Option<OsString> {
    variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

fn path(variables: &[(OsString, OsString)]) -> Result<PathBuf, Failure> {
    let path = config_path(&|name| variable(variables, name));
    path.map(|(path, _)| path).ok_or_else(|| {
        Failure::usage("There is no home folder", "Set CFIMG_CONFIG to the path of the settings file.")
    })
}

fn edit(mut context: ConfigContext<'_>, console: &mut Console<'_>) -> Result<u8, Stop> {
    let path = path(&context.variables)?;
    create_config(&path).map_err(|error| {
        Failure::other(format!("Couldn't create {}", display_path(&path)), format!("System error: {error}."))
    })?;
    loop {
        run_editor(&path, &context.variables)?;
        let loaded = load_settings(&|name| variable(&context.variables, name), context.options.clone());
        let code = match loaded {
            Ok((settings, _)) => check(&settings, console),
            Err(failure) => {
                console.errors.failure(&failure);
                failure.kind.exit_code()
            }
        };
        if code == 0 || !asks_for_more(&mut context, console) {
            return Ok(code);
        }
    }
}

fn run_editor(path: &Path, variables: &[(OsString, OsString)]) -> Result<(), Failure> {
    let (editor, status) = edit_file(path, variables.iter().cloned());
    let why = match status {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("The editor failed: {status}."),
        Err(error) => format!("System error: {error}."),
    };
    let editor = super::console::excerpt(&editor);
    let hint = format!("{why} Set VISUAL or EDITOR to another one.");
    Err(Failure::other(format!("Couldn't edit {} with {editor}", display_path(path)), hint))
}

/// Asks whether to edit the file again.
fn asks_for_more(context: &mut ConfigContext<'_>, console: &Console<'_>) -> bool {
    let Some(input) = context.input.as_mut().filter(|_| console.errors.is_terminal()) else { return false };
    console.errors.note("Edit the file again? [Y/n]");
    let mut answer = String::new();
    let is_read = input.read_line(&mut answer).is_ok_and(|count| count > 0);
    is_read && !answer.trim_start().starts_with(['n', 'N'])
}

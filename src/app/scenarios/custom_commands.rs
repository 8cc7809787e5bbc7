//! Scenarios with commands of the user.

use super::*;
use crate::app::CommandRun;
use crate::domain::custom_command::Value;
use crate::domain::{CommandLine, CommandText, CustomCommand, Mistake, PictureSource};

/// A command as in the settings: `E gimp {file}`, where `$` starts a text for a shell. It has the name of its program.
fn command(text: &str) -> CustomCommand {
    let (key, run) = text.split_once(' ').unwrap();
    let parsed = run.strip_prefix('$').map_or_else(|| CommandText::parse(run), CommandText::parse_shell);
    CustomCommand {
        name: run.split(' ').next().unwrap().to_owned(),
        description: format!("Run {}", run.split(' ').next().unwrap()),
        key: Some((key.replace('_', " "), 0..key.len())),
        text: parsed.unwrap(),
        background: false,
    }
}

fn keymap(commands: &[&str]) -> (Keymap, Vec<Mistake>) {
    Keymap::default().with_commands(commands.iter().map(|text| command(text)).collect())
}

impl Scenario {
    fn with_commands(mut self, commands: &[&str]) -> Self {
        let (keymap, mistakes) = keymap(commands);
        assert_eq!(mistakes, []);
        self.model.keymap = keymap;
        self
    }

    /// Presses keys that run a command.
    fn run(&mut self, keys: &str) -> CommandRun {
        self.run_as(keys).1
    }

    /// The same, with its request.
    fn run_as(&mut self, keys: &str) -> (RequestId, CommandRun) {
        match &self.press(keys)[..] {
            [Effect::RunCommand { request, run }] => (*request, (**run).clone()),
            other => panic!("{other:?} {}", self.warning()),
        }
    }
}

fn filled(run: &CommandRun) -> CommandLine {
    run.command.text.fill(&run.values).unwrap()
}

#[test]
fn key_runs_a_command_on_the_image_shown() {
    let mut scenario = Scenario::shown().with_commands(&["E x {id} {variant} {url}"]);
    let (request, run) = scenario.run_as("E");
    assert_eq!((&run.picture, &run.json_of, &run.to_sign), (&None, &None, &None));
    assert_eq!(filled(&run).arguments, ["cat", "public", &url("cat", "public")]);
    assert!(scenario.press("E").is_empty());
    scenario.assert_warned(&["Still preparing x"]);
    scenario.event(Event::CommandEnded(request, Ok(())));
    assert_eq!(scenario.model.command.job, None);
    scenario.run("E");
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(RequestId(request.0 + 1))]);
    assert_eq!((scenario.done(), &scenario.model.command.job), ("Cancelled", &None));
}

#[test]
fn only_what_a_command_needs_is_fetched() {
    let mut scenario = Scenario::shown().with_commands(&["E x {file}", "F $y $CFIMG_JSON", "N z {name}"]);
    let run = scenario.run("E");
    assert_eq!(run.picture, Some(PictureSource::Plain(url("cat", "public"))));
    scenario.press("<esc>");
    let run = scenario.run("F");
    assert_eq!((run.picture.is_none(), run.json_of.is_none()), (true, true), "the JSON is known");
    assert!(filled(&run).variables[0].1.to_str().unwrap().contains("\"id\": \"cat\""));
}

#[test]
fn command_without_an_image_is_a_notice() {
    let mut scenario = Scenario::new().with_commands(&["E x {id}"]);
    scenario.press("<esc>");
    assert!(!scenario.press("E").iter().any(|effect| matches!(effect, Effect::RunCommand { .. })));
    assert!(scenario.model.warning().is_some());
}

#[test]
fn keys_are_text_in_text_fields() {
    let mut scenario = Scenario::shown().with_commands(&["E x {id}"]);
    scenario.press("iE");
    assert_eq!(scenario.model.input.text(), "E");
}

#[test]
fn chord_runs_a_command() {
    let mut scenario = Scenario::shown().with_commands(&["E_x x {id}", "E_y y {id}"]);
    assert!(scenario.press("E").is_empty() && scenario.model.chord.is_some());
    assert_eq!(scenario.run("y").command.name, "y");
}

#[test]
fn actions_dialog_lists_and_runs_commands() {
    let mut scenario = Scenario::shown().with_commands(&["E gimp {id}"]);
    scenario.press("?run gimp");
    assert_eq!(scenario.run("<enter>").command.name, "gimp");
}

#[test]
fn url_is_signed_only_if_that_is_asked_for() {
    let shown = |access: &str| {
        let mut scenario = Scenario::new().with_commands(&["E $x $CFIMG_SIGNED_URL", "N $y $CFIMG_URL"]);
        scenario.press("107b9558-dd06-4bbd-5fef-9c2c16bb7900<enter>");
        let image = image_with("107b9558-dd06-4bbd-5fef-9c2c16bb7900", access);
        scenario.respond("107b9558-dd06-4bbd-5fef-9c2c16bb7900", Ok(image));
        scenario
    };
    let private = r#""requireSignedURLs":true"#;
    let run = shown(private).run("E");
    assert!(run.to_sign.is_some_and(|(_, expires)| expires.is_some()));
    assert_eq!(shown(private).run("N").to_sign, None);
    // The plain URL of a public image works.
    let run = shown(r#""requireSignedURLs":false"#).run("E");
    assert!(run.to_sign.is_none() && !filled(&run).variables[0].1.is_empty());
}

#[test]
fn failure_is_a_notice() {
    let mut scenario = Scenario::shown().with_commands(&["E x {id}"]);
    let (request, _) = scenario.run_as("E");
    scenario.event(Event::CommandStarted(request));
    assert_eq!(scenario.model.command.job, None, "it runs in the background");
    scenario.event(Event::CommandEnded(request, Err("x failed".to_owned())));
    scenario.assert_warned(&["x failed"]);
}

#[test]
fn mistakes_in_keys() {
    let commands =
        ["y a", "Y b {id}", "Q c", "Q_x d", "Ctrl-C e", "Entr f", "Esc g", "Ctrl-I h", "g_g i", "F5 j"];
    let (keymap, mistakes) = keymap(&commands);
    let mistakes = mistakes
        .iter()
        .map(|mistake| format!("{} ({})", mistake.message, mistake.help.as_deref().unwrap_or_default()));
    insta::assert_snapshot!(mistakes.collect::<Vec<_>>().join("\n"), @r#"
    `y` is also a key of `copy` (give `copy` or `a` another key)
    `Y` is also a key of `copy-as` (give `copy-as` or `b` another key)
    `Q x` starts with `Q`, which is a key of `c` (give `c` or `d` another key)
    `Ctrl-C` always quits (choose another key)
    unknown key `Entr` (did you mean `Enter`?)
    `Esc` is also a key of `back` (give `back` or `g` another key)
    most terminals send `Ctrl-I` as `Tab` (choose another key)
    `g g` starts with `g`, which is a key of `top` (give `top` or `i` another key)
    "#);
    let with_key: Vec<_> = keymap.commands().iter().filter(|bound| bound.shortcut.is_some()).collect();
    let names: Vec<_> = with_key.iter().map(|bound| bound.command.name.as_str()).collect();
    assert_eq!(names, ["c", "j"]);
    assert!(keymap.commands()[1].command.text.needs(Value::Id));
}

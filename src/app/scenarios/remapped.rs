//! Scenarios with keys from the settings.

use std::fmt::Write as _;

use super::*;
use crate::app::keymap::{resolve_escape, row_of};
use crate::app::{MouseKind, Target, mouse_message};
use crate::domain::{KeyEntry, Mistake, Shortcut};

/// Entries like those of `[keys]`: `copy = c, ctrl-y; open =`. Spans are places in this text.
fn entries(text: &str) -> Vec<KeyEntry> {
    let span_of = |part: &str| {
        let start = part.as_ptr().addr() - text.as_ptr().addr();
        start..start + part.len()
    };
    let entry = |line: &str| {
        let line = &text[span_of(line)];
        let (action, keys) = line.split_once('=').unwrap();
        let keys = keys.split(", ").map(str::trim).filter(|key| !key.is_empty());
        let action = action.trim();
        KeyEntry {
            action: action.to_owned(),
            action_span: span_of(action),
            keys: keys.map(|key| (key.to_owned(), span_of(key))).collect(),
        }
    };
    text.split("; ").map(entry).collect()
}

fn keymap(text: &str) -> Keymap {
    let (keymap, mistakes) = Keymap::with_keys(&entries(text));
    assert_eq!(mistakes, [], "{text}");
    keymap
}

fn mistakes(text: &str) -> Vec<Mistake> {
    Keymap::with_keys(&entries(text)).1
}

fn keys_of(keymap: &Keymap, name: &str) -> String {
    let action = keymap.actions().into_iter().find(|action| action.name == name).unwrap();
    action.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

impl Scenario {
    fn with_keys(mut self, text: &str) -> Self {
        self.model.keymap = keymap(text);
        self
    }

    /// Presses a key of another layout.
    fn press_on_layout(&mut self, key: Key, base: Key) -> Vec<Effect> {
        self.effects.clear();
        if let Some(message) = message_for(&self.model, Input::KeyOnLayout { key, base }) {
            self.send(message);
        }
        self.effects.clone()
    }
}

#[test]
fn names_are_unique_kebab_case_words() {
    let actions = Keymap::default().actions();
    for action in &actions {
        assert!(action.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{action:?}");
        let same = |other: &&crate::app::keymap::ActionKeys| other.name == action.name;
        assert_eq!(actions.iter().filter(same).count(), 1, "{action:?}");
    }
}

/// Each default key as if it came from the settings: the key table itself has no mistake.
#[test]
fn default_keys_do_not_clash() {
    let actions = Keymap::default().actions();
    let entry = |action: &crate::app::keymap::ActionKeys| KeyEntry {
        action: action.name.to_owned(),
        action_span: 0..0,
        keys: action.keys.iter().map(|key| (key.to_string(), 0..0)).collect(),
    };
    let (_, mistakes) = Keymap::with_keys(&actions.iter().map(entry).collect::<Vec<_>>());
    assert_eq!(mistakes, []);
}

#[test]
fn remapped_key_runs_the_action_and_the_old_key_does_not() {
    let mut scenario = Scenario::shown().with_keys("copy = ctrl-y, c; flip =");
    assert_eq!(scenario.press("y"), []);
    assert_eq!(scenario.press("c"), [copy(url("cat", "public"))]);
    scenario.deliver();
    assert_eq!(scenario.press("<c-y>"), [copy(url("cat", "public"))]);
    assert_eq!(scenario.model.keymap.key_of(&Action::COPY), "Ctrl-Y");
}

#[test]
fn unbound_action_is_named_with_the_dialog_that_runs_it() {
    let scenario = Scenario::shown().with_keys("load-all =; actions = f1");
    assert_eq!(scenario.model.keymap.key_of(&Action::LoadAll), "load-all in F1");
    let mut scenario = Scenario::shown().with_keys("redraw =");
    assert_eq!(scenario.press("<c-l>?redraw<enter>"), [Effect::Repaint]);
}

#[test]
fn letters_are_text_in_text_fields_and_other_keys_are_not() {
    let mut scenario = Scenario::new().with_keys("next-pane = n, ctrl-n, f5; down = down, j; suspend = x");
    scenario.press("nx");
    assert_eq!((scenario.model.focus, scenario.model.input.text()), (Pane::Image, "nx"));
    scenario.press("<f5>");
    assert_eq!(scenario.model.focus, Pane::Browse);
    scenario.press("/n<c-n>");
    assert_eq!(scenario.model.browse.filter.line.text(), "n");
    assert_eq!(scenario.model.focus, Pane::Variants);
    scenario.press("n");
    assert_eq!(scenario.model.focus, Pane::Details);
    assert_eq!(scenario.press("x"), [Effect::Suspend]);

    // A letter that opens the actions dialog does not close it.
    let mut scenario = Scenario::shown().with_keys("actions = x, f5");
    scenario.press("xx");
    let Some(Overlay::Actions(dialog)) = &scenario.model.overlay else { panic!() };
    assert_eq!(dialog.line.text(), "x");
    scenario.press("<backspace><f5>");
    assert_eq!(scenario.model.overlay, None);
}

#[test]
fn back_and_double_click_follow_remapped_keys() {
    let mut scenario = Scenario::shown().with_keys("back = ctrl-g, x; whole-url = v");
    scenario.press("J<esc>");
    assert_eq!(scenario.model.overlay, Some(Overlay::Json), "Esc is not a key any more");
    scenario.press("x");
    assert_eq!(scenario.model.overlay, None);
    scenario.press("/x<c-g>");
    assert!(!scenario.model.is_filtering());
    scenario.press("<tab>");
    for _ in 0..2 {
        let click = mouse_message(&scenario.model, MouseKind::Press, Target::Row(Pane::Variants, 0));
        scenario.send(click.unwrap());
    }
    assert!(matches!(scenario.model.overlay, Some(Overlay::Url { .. })), "what Enter does by default");
}

#[test]
fn digits_choose_their_own_variant() {
    let mut scenario = Scenario::shown();
    let (keymap, mistakes) = Keymap::with_keys(&entries("copy = 1"));
    assert_eq!(mistakes.len(), 1);
    scenario.model.keymap = keymap;
    scenario.press("3");
    assert_eq!(scenario.model.lookup.selected, 2);
    scenario.deliver();
    assert!(matches!(scenario.press("1")[..], [Effect::Copy(_)]));
    let mut scenario = Scenario::shown().with_keys("choose-variant = x, f5");
    scenario.press("<f5>");
    assert_eq!(scenario.model.lookup.selected, 1);
}

#[test]
fn chord_waits_for_its_second_key() {
    let mut scenario = Scenario::shown().with_keys("copy = g y, g g; json = g j; top = home");
    let first = Key::char('g');
    assert_eq!(scenario.press("g"), []);
    assert_eq!(scenario.model.chord, Some(first));
    assert_eq!(next_wake(&scenario.model), None, "no timer");
    assert_eq!(scenario.press("y"), [copy(url("cat", "public"))]);
    assert_eq!(scenario.model.chord, None);
    scenario.deliver();
    assert_eq!(scenario.press("gg"), [copy(url("cat", "public"))]);
    assert_eq!(scenario.model.keymap.key_of(&Action::COPY), "g y");

    // Esc and other keys drop it, and do nothing else.
    for dropped in ["g<esc>", "gq", "g<tab>"] {
        let focus = scenario.model.focus;
        assert_eq!(scenario.press(dropped), [], "{dropped}");
        assert_eq!((scenario.model.chord, scenario.model.focus), (None, focus), "{dropped}");
    }
    assert_eq!(scenario.press("g<c-c>"), [Effect::Quit]);

    // A paste and a click drop it, and do what they do.
    scenario.press("g");
    scenario.paste("some text");
    assert_eq!((scenario.model.chord, scenario.model.input.text()), (None, "some text"));
    assert_eq!(scenario.press("gy"), [], "it is text");
    scenario.press("<esc>g");
    let click = mouse_message(&scenario.model, MouseKind::Press, Target::Pane(Pane::Details));
    scenario.send(click.unwrap());
    assert_eq!((scenario.model.chord, scenario.model.focus), (None, Pane::Details));
    let hint = Target::Shortcut(Shortcut::chord(first, Key::char('j')));
    let click = mouse_message(&scenario.model, MouseKind::Press, hint);
    scenario.send(click.unwrap());
    assert_eq!(scenario.model.overlay, Some(Overlay::Json));
}

#[test]
fn chord_that_starts_with_ctrl_works_in_text_fields() {
    let mut scenario = Scenario::new().with_keys("redraw = ctrl-x r");
    assert_eq!(scenario.press("a<c-x>r"), [Effect::Repaint]);
    scenario.press("<c-x>bc");
    assert_eq!(scenario.model.input.text(), "ac", "the key that does not fit is dropped");
}

#[test]
fn chord_confirms_a_warning() {
    let mut scenario = Scenario::new().with_keys("copy = g y; top = home");
    scenario.press("cat<enter>");
    let id = "custom/cat";
    scenario.respond("cat", Ok(image_with(id, r#""requireSignedURLs":true"#)));
    assert_eq!(scenario.press("gy"), []);
    scenario.assert_warned(&["Press g y again"]);
    assert!(matches!(scenario.press("gy")[..], [Effect::Copy(_)]), "{:?}", scenario.model.notice);
}

#[test]
fn escaped_key_that_starts_a_chord_is_alt() {
    let scenario = Scenario::shown().with_keys("copy = alt-x y; open = alt-o");
    for c in ['x', 'o'] {
        let input = Input::Escaped(Key::char(c));
        assert_eq!(resolve_escape(&scenario.model, input.clone()), (input, None));
    }
    assert!(resolve_escape(&scenario.model, Input::Escaped(Key::char('y'))).1.is_some());
}

#[test]
fn key_of_another_alphabet_is_that_of_the_us_layout_unless_bound_or_text() {
    let (er, en) = (Key::char('н'), Key::char('y'));
    let mut scenario = Scenario::shown();
    assert_eq!(scenario.press_on_layout(er, en), [copy(url("cat", "public"))]);
    scenario.press("i");
    scenario.press_on_layout(er, en);
    assert_eq!(scenario.model.input.text(), "н", "it is text");
    let quit = scenario.press_on_layout(Key::ctrl('с'), Key::ctrl('c'));
    assert_eq!(quit, [Effect::Quit]);
    let mut scenario = Scenario::shown().with_keys("redraw = н");
    assert_eq!(scenario.press_on_layout(er, en), [Effect::Repaint], "it is bound");
    // The second key of a chord too.
    let mut scenario = Scenario::shown().with_keys("redraw = g y; top = home");
    scenario.press("g");
    assert_eq!(scenario.press_on_layout(er, en), [Effect::Repaint]);
}

#[test]
fn mistakes_are_found_all_at_once() {
    let mut all = String::new();
    for text in [
        "copi = y; copy-url = y; frobnicate = y",
        "copy = entr, yy, g g g, ctrl-i, ctrl-c, g esc",
        "word-left = b",
        "quit =; back =; actions =; confirm =",
        "back = x",
        "copy = x; open = x",
        "copy = o",
        "json = g j",
        "json = x j; copy = x",
        "top = g, g g",
        "copy = esc",
        "quit = x; copy = q, ?",
    ] {
        writeln!(all, "[{text}]").unwrap();
        for Mistake { span, message, help, .. } in mistakes(text) {
            writeln!(all, "  {}: {message}; {}", &text[span], help.unwrap_or_default()).unwrap();
        }
    }
    insta::assert_snapshot!(all, @r#"
    [copi = y; copy-url = y; frobnicate = y]
      copi: unknown action `copi`; did you mean `copy`?
      copy-url: unknown action `copy-url`; did you mean `copy`?
      frobnicate: unknown action `frobnicate`; press `?` in the program to find actions and their names
    [copy = entr, yy, g g g, ctrl-i, ctrl-c, g esc]
      entr: unknown key `entr`; did you mean `Enter`?
      yy: unknown key `yy`; write keys as `y`, `Ctrl-Y`, `Alt-b`, `F5`, `Space` or `g g`
      g g g: a chord has at most two keys; choose another key
      ctrl-i: most terminals send `Ctrl-I` as `Tab`; choose another key
      ctrl-c: `Ctrl-C` always quits; choose another key
      g esc: `Esc` always cancels a chord; choose another key
    [word-left = b]
      b: `b` is text wherever `word-left` works; use a key with Ctrl or Alt, or a function key
    [quit =; back =; actions =; confirm =]
      quit: `quit` needs a key; until then it keeps `q`
      back: `back` needs a key; until then it keeps `Esc`
      actions: `actions` needs a key; until then it keeps `?`, `:`, `Ctrl-P`
      confirm: `confirm` needs a key; until then it keeps `Enter`
    [back = x]
      back: `back` needs a key that is not text, to leave text fields; add a key such as `Esc`; until then it keeps `Esc`
    [copy = x; open = x]
      x: `x` is also a key of `copy`; give `copy` or `open` another key
    [copy = o]
      o: `o` is also a key of `open`; give `open` or `copy` another key
    [json = g j]
      g j: `g j` starts with `g`, which is a key of `top`; give `top` or `json` another key
    [json = x j; copy = x]
      x: `x` is the first key of `x j`, a chord of `json`; give `json` or `copy` another key
    [top = g, g g]
      g g: `g g` starts with `g`, which is a key of `top`; give `top` either the key or the chord
    [copy = esc]
      esc: `Esc` is also a key of `back`; give `back` or `copy` another key
    [quit = x; copy = q, ?]
      ?: `?` is also a key of `actions`; give `actions` or `copy` another key
    "#);
}

#[test]
fn keys_in_force_despite_mistakes() {
    for (text, name, keys) in [
        ("copy = entr", "copy", "y"),
        ("copy = entr, x", "copy", "x"),
        ("copy = x; open = x", "copy", "x"),
        ("copy = x; open = x", "open", "o"),
        ("copy = x; open = x, z", "open", "z"),
        ("copy = o", "open", ""),
        ("copy = o", "copy", "o"),
        ("json = g j", "top", "Home"),
        ("back = x", "back", "x Esc"),
        ("copy = esc, x", "back", "Esc"),
        ("copy = esc, x", "copy", "x"),
        ("quit =", "quit", "q"),
        ("quit = x", "quit", "x"),
        ("top = g, g g", "top", "g"),
        // In other places than text.
        ("copy = ctrl-u", "delete-to-start", "Ctrl-U"),
        ("list = d", "start-demo", "d"),
    ] {
        let (keymap, _) = Keymap::with_keys(&entries(text));
        assert_eq!(keys_of(&keymap, name), keys, "{text}: {name}");
    }
    for text in ["copy = ctrl-u", "list = d", "left = x, left; right = s, right; sign =", "top = g g"] {
        assert_eq!(mistakes(text), [], "{text}");
    }
}

#[test]
fn rows_of_an_action_share_its_keys() {
    let mut scenario = Scenario::shown().with_keys("left = x; copy = left");
    scenario.press("P");
    assert_eq!(row_of(&scenario.model, Key::char('x')).unwrap().action, Action::PreviousVariant);
    assert_eq!(row_of(&scenario.model, Key::char('h')).map(|row| row.name), None);
}

//! The commands in `docs/custom-commands.md` are valid.

use std::fs;

use cfimg::app::Keymap;
use cfimg::domain::custom_command::Value;
use cfimg::settings::{self, Options, draw};

use crate::pages::read;

const PAGE: &str = "docs/custom-commands.md";

/// The blocks of TOML.
fn blocks(page: &str) -> Vec<&str> {
    let blocks = page.split("```toml\n").skip(1);
    blocks.map(|rest| rest.split("```").next().expect("the block ends")).collect()
}

#[test]
fn recipes_have_no_mistakes() {
    let page = read(PAGE);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.toml");
    fs::write(&path, blocks(&page).concat()).expect("a file");
    let env = |name: &str| (name == "CFIMG_CONFIG").then(|| path.clone().into());
    let settings = settings::load(&env, Options::default()).expect("it is readable");
    let drawn: Vec<_> = settings.mistaken_files().into_iter().map(|file| draw(file, false)).collect();
    assert_eq!(drawn, [""; 0]);
    let names: Vec<_> = settings.commands.iter().map(|command| command.name.clone()).collect();
    assert_eq!(names, ["edit-json", "exiftool", "gimp", "identify", "slack"]);
    let (_, mistakes) = Keymap::default().with_commands(settings.commands);
    assert_eq!(mistakes, []);
}

#[test]
fn page_lists_every_value() {
    let page = read(PAGE);
    for value in Value::ALL {
        let placeholder = match value {
            Value::SignedUrl => String::new(),
            value => format!("`{{{}}}` ", value.name()),
        };
        assert!(page.contains(&format!("| {placeholder}| `{}` |", value.variable())), "{value:?}");
    }
}

//! `docs/themes.md` lists every role, and its examples and the built-in themes have no mistakes.

use std::fmt::Write as _;
use std::fs;

use cfimg::domain::{ColorDepth, MarksChoice, Role, ThemeChoice};
use cfimg::settings::{Options, Settings};
use cfimg::ui::Theme;
use cfimg::ui::theme::built_in_theme;

use crate::pages::{assert_parts, read};

#[test]
fn themes_page_lists_every_role() {
    let mut roles = "| role | drawn in it | unless set |\n| --- | --- | --- |\n".to_owned();
    for role in Role::ALL {
        let follows = match role.follows() {
            Some(leader) if role.is_badge() => format!("on the colour of `{}`", leader.name()),
            Some(leader) => format!("the colour of `{}`", leader.name()),
            None => String::new(),
        };
        writeln!(roles, "| `{}` | {} | {follows} |", role.name(), role.help()).expect("a string");
    }
    assert_parts("docs/themes.md", &[("roles".to_owned(), roles)]);
}

#[test]
fn themes_page_examples_are_valid() {
    let page = read("docs/themes.md");
    let examples: Vec<&str> = page
        .split("```toml\n")
        .skip(1)
        .map(|block| block.split_once("```").expect("the block ends").0)
        .collect();
    let [named, theme, pair, ..] = examples[..] else { panic!("{examples:?}") };
    for config in [named, pair] {
        let settings = load(config, theme);
        assert_eq!(settings.mistaken_files().len(), 0, "{config}");
        assert_eq!(settings.theme_files.len(), 1, "{config}");
        let theme = Theme::new(settings.themes, ColorDepth::Rgb, MarksChoice::Auto).on_background([0; 3]);
        assert_eq!(theme.accent().fg.map(|color| color.to_string()), Some("#7AA2F7".to_owned()));
    }
}

#[test]
fn built_in_themes_are_theme_files() {
    for (name, choice) in ThemeChoice::ALL {
        let settings = load("theme = 'tokyo-night'", built_in_theme(choice));
        assert_eq!(settings.mistaken_files().len(), 0, "{name}: {:?}", settings.theme_files);
        for (depth, background) in [(ColorDepth::Rgb, [0; 3]), (ColorDepth::Ansi, [255; 3])] {
            let theme = |themes| Theme::new(themes, depth, MarksChoice::Auto).on_background(background);
            if matches!(choice, ThemeChoice::Dark | ThemeChoice::Light) {
                let (copy, built_in) = (theme(settings.themes), theme(choice.into()));
                assert_eq!(Role::ALL.map(|role| copy.sgr(role)), Role::ALL.map(|role| built_in.sgr(role)));
            }
        }
    }
}

/// Settings with a theme `tokyo-night`.
fn load(config: &str, theme: &str) -> Settings {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    fs::write(&file, config).expect("a file");
    fs::create_dir(folder.path().join("themes")).expect("a folder");
    fs::write(folder.path().join("themes/tokyo-night.toml"), theme).expect("a file");
    let env = |name: &str| (name == "CFIMG_CONFIG").then(|| file.clone().into());
    cfimg::settings::load(&env, Options::default()).expect("settings")
}

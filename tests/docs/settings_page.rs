//! `docs/settings.md` lists exactly the variables, and its tables are those of the program.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use cfimg::commands::Arguments;
use cfimg::domain::Preferences;
use cfimg::settings::{Kind, Origin, SETTINGS, default_file, draw, schema, toml_value};
use clap::CommandFactory as _;

use crate::pages::{assert_parts, codes, markdown, prose, read, root};

#[test]
fn settings_page_and_help_list_exactly_the_variables() {
    let mut sources = String::new();
    for entry in fs::read_dir(root().join("src/settings")).expect("the settings' sources") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            sources += &fs::read_to_string(path).expect("a source in UTF-8");
        }
    }
    // Only whole literals: a sentence may also name a variable.
    let mut used = variables(sources.split('"').filter(|text| variables([*text]).contains(*text)));
    assert!(used.contains("CLOUDFLARE_API_TOKEN"), "{used:?}");
    used.insert("NO_COLOR".to_owned());
    let page = read("docs/settings.md");
    assert_eq!(variables([page.as_str()]), used, "docs/settings.md");
    let help = Arguments::command().render_long_help().to_string();
    assert_eq!(variables([&*help]), used, "--help");
}

#[test]
fn settings_page_is_generated_from_the_settings() {
    let mut table = "| setting | does | default | overridden by |\n| --- | --- | --- | --- |\n".to_owned();
    for setting in SETTINGS {
        let help = match setting.kind {
            Kind::Choice(words) => {
                let words: Vec<String> = words().iter().map(|word| format!("`{word}`")).collect();
                format!("{} One of {}.", markdown(setting.help), words.join(", "))
            }
            _ => markdown(setting.help),
        };
        let default = setting.default.map_or("none".to_owned(), |default| format!("`{default}`"));
        let stronger = [setting.option, setting.variable].into_iter().flatten();
        let stronger: Vec<String> = stronger.map(|name| format!("`{name}`")).collect();
        writeln!(table, "| `{}` | {help} | {default} | {} |", setting.name, stronger.join(", "))
            .expect("a string");
    }
    let file = format!("```toml\n{}```\n", default_file());
    let text = "thme = \"dark\"\nlifetime = \"1M\"\n";
    let settings = load(text).expect("it is readable");
    let [only] = settings.mistaken_files()[..] else { panic!("it has mistakes") };
    let mistakes = draw(only, false);
    let path = settings.file.as_ref().map(|file| file.path().display().to_string()).expect("a file");
    let mistakes = mistakes.replace(&path, "~/.config/cfimg/config.toml");
    let mistakes = format!("```text\n{}\n```\n", mistakes.trim_end());
    let parts = [("settings", table), ("config.toml", file), ("mistakes", mistakes)];
    assert_parts("docs/settings.md", &parts.map(|(name, text)| (name.to_owned(), text)));
}

#[test]
fn default_file_is_valid_without_its_comments() {
    let untouched = load(&default_file()).expect("it is readable");
    assert!(untouched.mistaken_files().is_empty());
    assert_eq!(untouched.preferences, Preferences::default());
    let set: Vec<&str> = untouched
        .in_force
        .iter()
        .filter(|value| value.origin != Origin::Default)
        .map(|value| value.name)
        .collect();
    assert_eq!(set, [""; 0]);
    // Every setting, with its default or example.
    let settings = load(&uncommented()).expect("it is readable");
    let mistakes = settings.mistaken_files().iter().map(|file| draw(file, false)).collect::<String>();
    assert_eq!(mistakes, "");
    for (value, setting) in settings.in_force.iter().zip(SETTINGS) {
        assert!(matches!(value.origin, Origin::File { .. }), "{}", setting.name);
        if setting.default.is_some() {
            assert_eq!(value.value, setting.default.map(toml_value), "{}", setting.name);
        }
    }
    assert!(settings.preferences.form("hugo").is_some() && settings.key_entries.len() == 1);
    for setting in SETTINGS {
        let example = load(&format!("{} = {}", setting.name, setting.example)).expect("it is readable");
        assert!(example.mistaken_files().is_empty(), "{}", setting.name);
    }
}

#[test]
fn schema_accepts_what_the_program_accepts() {
    let schema = schema();
    jsonschema::meta::validate(&schema).expect("the schema is valid");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is valid");
    let json =
        |text: &str| serde_json::to_value(toml::from_str::<toml::Table>(text).expect("TOML")).expect("JSON");
    assert!(validator.is_valid(&json(&uncommented())));
    for text in [
        "lifetime = \"1M\"",
        "lifetime = \"0s\"",
        "lifetime = 1",
        "picture = \"sixels\"",
        "theme = 1",
        "theme = { drak = \"nord\" }",
        "mouse = \"yes\"",
        "signing_keys = \"default\"",
        "domain = \"https://img.example.com\"",
        "nonsense = 1",
        "templates = 1",
        "[templates]\nhugo = 1",
        "[keys]\ncopy = 1",
    ] {
        assert!(!validator.is_valid(&json(text)), "{text}");
        assert!(!load(text).expect("it is readable").mistaken_files().is_empty(), "{text}");
    }
}

/// The default file with every setting in it set.
fn uncommented() -> String {
    let is_setting = |text: &&str| text.starts_with(|c: char| c == '[' || c.is_ascii_lowercase());
    let lines = default_file();
    let lines = lines.lines().map(|line| line.strip_prefix('#').filter(is_setting).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn options_in_pages_exist() {
    let program = Arguments::command();
    let everywhere = std::iter::once(&program).chain(program.get_subcommands());
    let options: BTreeSet<String> = everywhere
        .flat_map(clap::Command::get_arguments)
        .filter_map(|argument| Some(format!("--{}", argument.get_long()?)))
        .chain(["--help".to_owned(), "--version".to_owned()])
        .collect();
    for page in crate::pages::all() {
        // CONTRIBUTING's are those of cargo.
        if !page.starts_with("docs/") && page != "README.md" {
            continue;
        }
        let text = prose(&read(&page));
        let named = codes(&text).filter(|code| code.starts_with("--") || code.starts_with("cfimg "));
        let named = named.flat_map(str::split_whitespace).filter(|word| word.len() > 2);
        for option in named.filter(|word| word.starts_with("--")) {
            let option = option.split(['=', '[']).next().unwrap_or(option);
            assert!(options.contains(option), "{page} names {option}, which does not exist");
        }
    }
}

fn load(config: &str) -> Result<cfimg::settings::Settings, cfimg::domain::Failure> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    fs::write(&file, config).expect("a file");
    let env = |name: &str| (name == "CFIMG_CONFIG").then(|| file.clone().into());
    cfimg::settings::load(&env, cfimg::settings::Options::default())
}

/// The words in these texts that look like our variables.
fn variables<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    texts
        .into_iter()
        .flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .filter(|word| {
            word.starts_with("CLOUDFLARE_")
                || word.starts_with("CF_")
                || word.starts_with("CFIMG_")
                || *word == "NO_COLOR"
        })
        .map(str::to_owned)
        .collect()
}

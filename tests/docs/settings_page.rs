//! `docs/settings.md` lists exactly the variables and the fields of `config.toml`.

use std::collections::BTreeSet;
use std::fs;

use cfimg::commands::Arguments;
use cfimg::settings::Options;
use clap::CommandFactory as _;

use crate::pages::{codes, codes_in_first_cells, prose, read, root, section};

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
fn settings_page_lists_exactly_the_fields() {
    let page = read("docs/settings.md");
    let listed: BTreeSet<&str> = codes_in_first_cells(section(&page, "## config.toml")).into_iter().collect();
    let fields: BTreeSet<&str> = cfimg::settings::SETTINGS.iter().map(|setting| setting.name).collect();
    let fields = &fields | &BTreeSet::from(["templates"]);
    assert!(fields.contains("signing_key_command"), "{fields:?}");
    assert_eq!(listed, fields);
}

#[test]
fn settings_page_example_is_valid() {
    let page = read("docs/settings.md");
    let (_, after) = page.split_once("```toml\n").expect("the page shows config.toml");
    let (shown, _) = after.split_once("```").expect("the block ends");
    let settings = load(shown).expect("the example is valid");
    assert_eq!(settings.signing_keys, ["2026", "default"]);
    assert!(settings.preferences.form("hugo").is_some() && settings.preferences.domain.is_some());
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
    cfimg::settings::load(
        &|name: &str| (name == "CFIMG_CONFIG").then(|| file.clone().into()),
        Options::default(),
    )
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

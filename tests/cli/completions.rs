//! `cfimg completions`, what the scripts ask for at each Tab, and `cfimg man`.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use cfimg::domain::{Image, UrlTemplates};
use cfimg::{settings, storage};
use jiff::Timestamp;
use tempfile::TempDir;

use super::{CommandResult, bare, run_command};

/// Nobody listens there: a request would fail, and take longer than a Tab may.
const VARIABLES: [(&str, &str); 3] = [
    ("CLOUDFLARE_BASE_URL", "http://127.0.0.1:9/client/v4"),
    ("CLOUDFLARE_ACCOUNT_ID", "023e105f4ecef8ad9ca31a8372d0c353"),
    ("CLOUDFLARE_API_TOKEN", "cfut_hush"),
];

/// A home folder with an index of these images: ID and file name.
fn home(images: &[(&str, &str)]) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let env = |name: &str| {
        VARIABLES.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).into())
    };
    let connection = settings::connection(&env).expect("a connection");
    let account = connection.account.expect("an account");
    let owner = storage::owner_by_account(&connection.base, &account);
    let mut templates = UrlTemplates::default();
    let images: Vec<_> = images
        .iter()
        .map(|(id, filename)| {
            let variants = ["hero", "public"].map(|name| format!("https://imagedelivery.net/H/{id}/{name}"));
            let raw = serde_json::json!({ "id": id, "filename": filename, "variants": variants });
            Arc::new(templates.summarize(&Image::read(&raw.to_string()).expect("an image")))
        })
        .collect();
    let index = storage::Index::new(&home.path().join("state/cfimg"), owner);
    index.start_sync(Timestamp::UNIX_EPOCH).expect("an index").page(&images).expect("a page");
    // A process that another test has just forked may still share our locks.
    for file in fs::read_dir(home.path().join("state/cfimg/index")).expect("the index") {
        File::open(file.expect("a file").path()).expect("a file").lock().expect("a lock");
    }
    home
}

fn command(home: &Path, shell: &str, words: &[&str]) -> Command {
    let mut command = bare(&[&["--"], words].concat());
    command.envs(VARIABLES).env("CFIMG_COMPLETE", shell).env("HOME", home);
    command.env("XDG_STATE_HOME", home.join("state")).env("XDG_CONFIG_HOME", home.join("config"));
    command
}

/// The lines for fish: value, tab, description.
fn complete(home: &Path, words: &[&str]) -> String {
    let CommandResult { code, out, errors } = run_command(&mut command(home, "fish", words));
    assert_eq!((code, &*errors), (Some(0), ""), "{words:?}");
    out
}

fn values(home: &Path, words: &[&str]) -> Vec<String> {
    complete(home, words).lines().filter_map(|line| line.split('\t').next()).map(str::to_owned).collect()
}

#[test]
fn script_is_printed_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish", "nushell"] {
        let end = run_command(&mut bare(&["completions", shell]));
        assert_eq!((end.code, &*end.errors), (Some(0), ""), "{shell}");
        assert!(
            end.out.contains("cfimg") && end.out.to_lowercase().contains("complet"),
            "{shell}: {}",
            end.out
        );
    }
    assert_eq!(run_command(&mut bare(&["completions", "tcsh"])).code, Some(2));
    assert_eq!(run_command(&mut bare(&["completions"])).code, Some(2));
}

#[test]
fn commands_options_and_values_are_completed() {
    let home = home(&[]);
    let home = home.path();
    assert_eq!(values(home, &["cfimg", "sh"]), ["show"]);
    assert!(values(home, &["cfimg", ""]).contains(&"man".to_owned()));
    assert_eq!(values(home, &["cfimg", "check", "--ver"]), ["--verify"]);
    assert_eq!(values(home, &["cfimg", "list", "--sort", "n"]), ["newest", "name"]);
    assert_eq!(values(home, &["cfimg", "view", "a", "--picture=h"]), ["--picture=halfblocks"]);
    fs::create_dir_all(home.join("config/cfimg/themes")).expect("a folder");
    for name in ["mine.toml", "mono.toml", "m\u{1b}.toml", "more.md"] {
        fs::write(home.join("config/cfimg/themes").join(name), "").expect("a file");
    }
    assert_eq!(values(home, &["cfimg", "--theme", "m"]), ["mono", "mine"]);
    assert_eq!(values(home, &["cfimg", "config", "--theme-file", "m"]), ["mono"]);
    assert_eq!(values(home, &["cfimg", "completions", "f"]), ["fish"]);
    assert_eq!(complete(home, &["cfimg", "save", "a", "-o", ""]), "\tfiles\n");
    assert!(complete(home, &["cfimg", "usage", ""]).contains("--json\t"), "nothing else fits");
}

#[test]
fn images_and_variants_come_from_the_index() {
    let home = home(&[("id-1", "logo.png"), ("id-2", "Logo big.png"), ("other", "")]);
    let home = home.path();
    assert_eq!(complete(home, &["cfimg", "show", ""]), "id-1\tlogo.png\nid-2\tLogo big.png\nother\t\n");
    assert_eq!(values(home, &["cfimg", "show", "id-1", "ot"]), ["other"]);
    assert_eq!(values(home, &["cfimg", "i"]), ["index", "id-1", "id-2"]);
    assert_eq!(values(home, &["cfimg", "copy", "'lo"]), ["id-1", "id-2"], "by name, in any case, quoted");
    assert_eq!(values(home, &["cfimg", "url", "id-1", ""]), ["hero", "public"]);
    assert_eq!(values(home, &["cfimg", "view", "id-1", "h"]), ["hero"]);
    assert_eq!(values(home, &["cfimg", "view", "--grid", "id-1", "id-2", "o"]), ["other"]);
    assert!(!complete(home, &["cfimg", "demo", ""]).contains("id-1"), "the demo has other images");
}

#[test]
fn names_reach_no_terminal_as_control_characters() {
    let images = [("ok", "\u{1b}]0;X\u{7}\u{202e}\n\tx"), ("-rf", "c"), ("sp ace", "d:e")];
    let home = home(&images);
    let home = home.path();
    for shell in ["fish", "zsh", "elvish", "powershell"] {
        let end = run_command(&mut command(home, shell, &["cfimg", "show", ""]));
        assert_eq!(end.out.lines().count(), 2, "{shell}: {}", end.out);
        let unsafe_char = |c: char| (c.is_control() && c != '\t' && c != '\n') || c == '\u{202e}';
        assert!(!end.out.contains(unsafe_char), "{shell}: {:?}", end.out);
    }
    assert_eq!(values(home, &["cfimg", "show", "--", "-"]), ["-rf"]);
    let zsh = run_command(&mut command(home, "zsh", &["cfimg", "show", "sp"]));
    assert_eq!(zsh.out, "sp ace:d\\:e\n");
}

#[test]
fn bash_gets_quoted_text_for_what_is_typed() {
    let images = [("a b", "x.png"), ("c$(d)", "logo-1.png"), ("e", "logo-2.png"), ("f:g", "")];
    let images_home = home(&images);
    let bash = |line: &str| {
        let mut command = command(images_home.path(), "bash", &[line]);
        command.env("CFIMG_COMPLETE_TYPE", "9").env("CFIMG_COMPLETE_BREAKS", " \t\n\"'@><=;|&(:");
        run_command(&mut command).out
    };
    assert_eq!(bash("cfimg show a"), "a\\ b\n");
    assert_eq!(bash("cfimg show 'a"), "a b\n");
    assert_eq!(bash("cfimg show \"c"), "c\\$(d)\n");
    assert_eq!(bash("cfimg show f:"), "g\n");
    assert_eq!(bash("cfimg show logo-1"), "c\\$\\(d\\)\n");
    assert_eq!(bash("cfimg show logo"), "logo-1.png  (c$(d))\nlogo-2.png  (e)\n");
    assert_eq!(bash("cfimg url e --as=mark"), "markdown\n");
    let same = home(&[("g", "Twin.png"), ("h", "Twin.png"), ("i", "twin.png")]);
    let same =
        |word: &str| run_command(&mut command(same.path(), "bash", &[&format!("cfimg show {word}")])).out;
    assert_eq!(same("Tw"), " \nTwin.png  (g)\nTwin.png  (h)\n", "the names say no more");
    assert_eq!(same("tw"), "i\n", "bash inserts what names in the same case have in common");
}

#[test]
fn few_of_many_images_are_offered() {
    let ids: Vec<String> = (0..700).map(|number| format!("id-{number:03}")).collect();
    let images: Vec<(&str, &str)> = ids.iter().map(|id| (&**id, "logo.png")).collect();
    let home = home(&images);
    for word in ["", "id", "logo"] {
        let values = values(home.path(), &["cfimg", "show", word]);
        assert_eq!((values.len(), &*values[0]), (200, "id-000"), "{word}");
    }
    assert_eq!(values(home.path(), &["cfimg", "show", "id-69"]).len(), 10);
}

#[test]
fn completing_runs_and_prints_nothing_else() {
    let home = home(&[("id-1", "logo.png")]);
    let config = home.path().join("config/cfimg");
    fs::create_dir_all(&config).expect("a folder");
    let ran = home.path().join("ran");
    let text =
        format!("signing_key_command = \"touch {}\"\n[templates]\nhugo = \"{{url}}\"\n", ran.display());
    fs::write(config.join("config.toml"), text).expect("a file");
    assert_eq!(values(home.path(), &["cfimg", "url", "id-1", "--as", "h"]), ["html", "hugo"]);
    assert_eq!(values(home.path(), &["cfimg", "show", ""]), ["id-1"]);
    assert!(!ran.exists());
    // Without the index, without credentials, and with mistakes, there are fewer candidates.
    let show = ["cfimg", "show", "i"];
    assert_eq!(values(home.path(), &["cfimg", "--no-index", "show", "i"]), Vec::<String>::new());
    for (name, value) in [("CFIMG_NO_INDEX", "1"), ("CLOUDFLARE_API_TOKEN", ""), ("CFIMG_COMPLETE", "tcsh")] {
        let end = run_command(command(home.path(), "fish", &show).env(name, value));
        assert_eq!((end.code, &*end.out, &*end.errors), (Some(0), "", ""), "{name}");
    }
    fs::write(config.join("config.toml"), "x = [").expect("a file");
    assert_eq!(values(home.path(), &["cfimg", "sh"]), ["show"]);
}

#[test]
fn man_prints_a_page_or_writes_all() {
    let end = run_command(&mut bare(&["man", "show"]));
    assert_eq!((end.code, &*end.errors), (Some(0), ""));
    assert!(end.out.contains(".TH \"CFIMG\\-SHOW\" \"1\""), "{}", end.out);
    assert_eq!(run_command(&mut bare(&["man", "shwo"])).code, Some(2));
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("man1");
    let end = run_command(bare(&["man", "--output"]).arg(&pages));
    assert_eq!((end.code, &*end.out), (Some(0), ""), "{}", end.errors);
    let page = fs::read_to_string(pages.join("cfimg-list.1")).expect("a page");
    assert_eq!(page, run_command(&mut bare(&["man", "list"])).out);
    assert!(pages.join("cfimg.1").exists());
    fs::write(folder.path().join("file"), "").expect("a file");
    let end = run_command(bare(&["man", "-o"]).arg(folder.path().join("file")));
    assert_eq!(end.code, Some(1), "{}", end.errors);
}

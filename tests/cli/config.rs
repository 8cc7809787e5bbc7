//! `cfimg config`, and what other commands do about mistakes in the settings.

use std::fs;
use std::path::Path;

use super::{CommandResult, bare, run_command};

const EXPLAIN: [&str; 2] = ["explain", "https://imagedelivery.net/h/i/public"];

/// The token, keys and values of names that do not exist, which must never be printed.
const CANARY: &str = "hush4hush4hush4hush4hush4hush4hush";

/// Runs a command with this settings file and these variables.
fn with_file(text: &str, arguments: &[&str], variables: &[(&str, &str)]) -> CommandResult {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    fs::write(&file, text).expect("a file");
    let mut command = bare(arguments);
    command.env("CFIMG_CONFIG", &file).envs(variables.iter().copied());
    let mut end = run_command(&mut command);
    let folder = folder.path().to_str().expect("UTF-8");
    end.out = end.out.replace(folder, "FOLDER");
    end.errors = end.errors.replace(folder, "FOLDER");
    end
}

#[test]
fn config_prints_values_and_where_they_come_from() {
    let text = "# ours\nlifetime = \"60m\"\nsigning_keys = [\"b\", \"a\"]\ntheme = \"light\"\n";
    let variables =
        [("CFIMG_MARKS", "ascii"), ("CFIMG_NO_INDEX", "1"), ("CLOUDFLARE_IMAGES_SIGNING_KEY", CANARY)];
    let end = with_file(text, &["--theme", "mono", "config"], &variables);
    insta::assert_snapshot!(end.out, @r#"
    profile	default	default
    signing_key_command	set	CLOUDFLARE_IMAGES_SIGNING_KEY
    signing_keys	b, a	FOLDER/config.toml:3
    lifetime	1h	FOLDER/config.toml:2
    domain		default
    variant	public	default
    picture	auto	default
    theme	mono	--theme
    marks	ascii	CFIMG_MARKS
    history	true	default
    index	false	CFIMG_NO_INDEX
    cache_private	false	default
    mouse	true	default
    "#);
    assert_eq!((end.code, end.errors.as_str()), (Some(0), ""));
    let json = with_file(text, &["--theme", "mono", "config", "--json"], &variables);
    let lines: Vec<serde_json::Value> =
        json.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let names = end.out.lines().map(|line| line.split('\t').next().expect("a name"));
    assert!(names.eq(lines.iter().map(|line| line["name"].as_str().expect("a name"))));
    let of = |name: &str| lines.iter().find(|line| line["name"] == name).expect("a setting");
    assert_eq!(of("lifetime")["line"], 2);
    assert_eq!(of("theme")["option"], "--theme");
    assert_eq!(of("index")["variable"], "CFIMG_NO_INDEX");
    assert_eq!(of("index")["value"], false);
    assert!(of("domain")["value"].is_null() && of("domain")["origin"] == "default");
}

#[test]
fn themes_and_their_mistakes_are_those_in_force() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    fs::write(&file, "# ours\ntheme = { dark = \"mine\", light = \"nrod\" }\n").expect("a file");
    fs::create_dir(folder.path().join("themes")).expect("a folder");
    fs::write(folder.path().join("themes/mine.toml"), "acent = 1\n").expect("a file");
    let run = |arguments: &[&str]| run_command(bare(arguments).env("CFIMG_CONFIG", &file));
    let end = run(&["config"]);
    assert_eq!(end.code, Some(2));
    let line = end.out.lines().find(|line| line.starts_with("theme\t")).expect("the theme");
    assert!(
        line.starts_with("theme\tdark: mine, light: auto\t") && line.ends_with("config.toml:2"),
        "{line}"
    );
    for place in ["config.toml:2:34", "mine.toml:1:1"] {
        assert!(end.errors.contains(place), "{end:?}");
    }
    assert_eq!(run(&EXPLAIN).errors, end.errors);
    let built_in = run(&["config", "--theme", "light"]);
    assert_eq!(built_in.errors.matches("-->").count(), 0, "its themes are not in use: {built_in:?}");
    assert!(built_in.out.contains("theme\tlight\t--theme\n"), "{built_in:?}");
}

#[test]
fn built_in_theme_is_printed_despite_mistakes() {
    let dark = with_file("thme = 1", &["config", "--theme-file", "dark"], &[]);
    assert_eq!((dark.code, dark.errors.as_str()), (Some(0), ""));
    assert_eq!(dark.out, cfimg::ui::theme::built_in_theme(cfimg::domain::ThemeChoice::Dark));
    assert_eq!(with_file("", &["config", "--theme-file", "mine"], &[]).code, Some(2));
}

#[test]
fn mistakes_are_warnings_unless_they_concern_signing_keys() {
    let text = "thme = \"dark\"\nlifetime = \"1M\"\nmouse = \"no\"\n";
    let config = with_file(text, &["config"], &[]);
    assert_eq!((config.code, config.errors.matches("--> FOLDER/config.toml:").count()), (Some(2), 3));
    assert!(config.out.contains("lifetime\t1h\tdefault\n"), "{config:?}");
    let explain = with_file(text, &EXPLAIN, &[]);
    assert_eq!(explain.errors, config.errors);
    assert_eq!(explain.code, Some(0));
    assert_eq!(explain.out, with_file("", &EXPLAIN, &[]).out);

    let fatal = with_file("signing_key_comand = \"pass\"\nthme = 1", &EXPLAIN, &[]);
    assert_eq!((fatal.code, fatal.out.as_str()), (Some(2), ""));
    assert!(fatal.errors.starts_with("error: ") && fatal.errors.contains("\nwarning: "), "{fatal:?}");
    assert_eq!(with_file("signing_keys = 1", &["config"], &[]).code, Some(2));
    let quiet = with_file("signing_keys = 1", &["config", "--path"], &[]);
    assert_eq!((quiet.code, quiet.errors.as_str()), (Some(0), ""));
}

#[test]
fn default_file_and_schema_need_no_valid_file() {
    let default = with_file("thme = 1", &["config", "--default"], &[]);
    assert_eq!((default.code, default.errors.as_str()), (Some(0), ""));
    assert_eq!(default.out, cfimg::settings::default_file());
    let schema = with_file("\0", &["config", "--schema"], &[]);
    assert_eq!(schema.code, Some(0));
    let schema: serde_json::Value = serde_json::from_str(&schema.out).expect("JSON");
    assert_eq!(schema, cfimg::settings::schema());
    assert_eq!(with_file("", &["config", "--path"], &[]).out, "FOLDER/config.toml\n");
    assert_eq!(with_file("", &["config", "--path", "--json"], &[]).code, Some(2));
}

#[test]
fn secrets_are_never_printed() {
    let text = format!(
        "token = \"{CANARY}\"\nsigning_key_command = \"echo {CANARY}\"\nvariant = \"cfut_{CANARY}{CANARY}\"\n\
         {CANARY}\ndomain = {CANARY}\nlifetime = \"1M\" # {CANARY}\n[keys]\ncopy = {{ key = \"{CANARY}\" }}\n"
    );
    let variables =
        [("CLOUDFLARE_IMAGES_SIGNING_KEY", CANARY), ("CLOUDFLARE_API_TOKEN", CANARY), ("EDITOR", "true")];
    for arguments in [
        &["config"][..],
        &["config", "--json"],
        &["config", "--edit"],
        &["config", "--color", "always"],
        &EXPLAIN,
        &["list"],
    ] {
        let end = with_file(&text, arguments, &variables);
        assert!(end.errors.contains("unknown") && end.errors.contains("setting"), "{arguments:?} {end:?}");
        assert!(!end.errors.contains("hush") && !end.out.contains("hush"), "{arguments:?} {end:?}");
    }
}

#[cfg(unix)]
#[test]
fn edit_opens_the_editor_and_checks_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let file = path("new folder/config.toml");
    fs::write(path("bad.toml"), "theme = \"drak\"\n").expect("a file");
    fs::write(path("good.toml"), "theme = \"dark\"\n").expect("a file");
    let edit = |editor: &str| {
        let mut command = bare(&["config", "--edit"]);
        command.env("CFIMG_CONFIG", &file).env("EDITOR", editor).env("PATH", "/usr/bin:/bin");
        command.env("CLOUDFLARE_API_TOKEN", CANARY).current_dir(folder.path());
        run_command(&mut command)
    };
    // A missing file is created.
    assert_eq!(edit("true").code, Some(0));
    let created = read(&file);
    assert!(created.contains("cfimg config --default") && created.contains("\n#lifetime"), "{created}");
    let bad = edit("cp 'bad.toml'");
    assert_eq!((bad.code, read(&file).as_str()), (Some(2), "theme = \"drak\"\n"));
    assert!(bad.errors.contains("did you mean `dark`?"), "{bad:?}");
    let good = edit("cp good.toml");
    assert_eq!((good.code, good.errors.as_str()), (Some(0), ""));
    assert_eq!(read(&file), "theme = \"dark\"\n");
    for editor in ["false", "no-such-editor --wait"] {
        let failed = edit(editor);
        assert_eq!(failed.code, Some(1), "{failed:?}");
        assert!(failed.errors.contains(&format!("config.toml with {editor}")), "{failed:?}");
    }
    assert_eq!(edit("env > environment; true").code, Some(0));
    let environment = read(&path("environment"));
    assert!(environment.contains("EDITOR=") && !environment.contains("hush"), "{environment}");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a file in UTF-8")
}

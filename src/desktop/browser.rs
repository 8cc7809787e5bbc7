//! Opens a URL in the browser: chooses a launcher, starts it, and watches it for failure.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::OpenError;
use super::child::{Environment, NOT_FOUND};

/// How long a launcher is watched for failure. Debian's `xdg-open` takes 0.4 s to fail with a broken browser;
/// whatever still runs after this is a browser.
const WATCH: Duration = Duration::from_millis(1500);

/// Opens `url` in the browser named by `$BROWSER`, else in the desktop's default. Blocks while the launcher
/// is watched.
pub(super) fn open(url: &str, environment: &Environment) -> Result<(), OpenError> {
    if !is_web(url) {
        return Err(OpenError::NotWeb);
    }
    let (launchers, description) = launchers(url, environment)?;
    // The first failure is reported: that of the launcher that should have worked.
    let mut failure = None;
    for launcher in launchers {
        let name = Path::new(&launcher[0]).file_name().unwrap_or_default().to_string_lossy().into_owned();
        match launch(&launcher, environment) {
            Launched::Running => return Ok(()),
            Launched::Ended(status) if status.success() => return Ok(()),
            Launched::Ended(status) if status.code() == Some(NOT_FOUND.into()) => {}
            Launched::Ended(status) => failure = failure.or(Some((name, status.to_string()))),
            Launched::Failed(cause) => failure = failure.or(Some((name, cause))),
        }
    }
    Err(match failure {
        Some((name, cause)) => OpenError::Failed(name, cause),
        None => OpenError::NoLauncher(description),
    })
}

/// The program that [`open`] would start first, or why it would start none. Starts nothing.
pub(super) fn launcher(environment: &Environment) -> Result<String, OpenError> {
    let (launchers, description) = launchers("https://imagedelivery.net", environment)?;
    let path = environment.variable("PATH").unwrap_or_default();
    let is_found = |program: &OsStr| {
        let program = Path::new(program);
        is_program(program) || std::env::split_paths(&path).any(|folder| is_program(&folder.join(program)))
    };
    // Windows and macOS always have theirs.
    let found = launchers.iter().find(|words| cfg!(any(windows, target_os = "macos")) || is_found(&words[0]));
    let name =
        |program: &OsStr| Path::new(program).file_name().unwrap_or_default().to_string_lossy().into_owned();
    found.map(|words| name(&words[0])).ok_or(OpenError::NoLauncher(description))
}

/// The launchers of `$BROWSER`, or else of the desktop, best first, and what names them.
fn launchers(url: &str, environment: &Environment) -> Result<(Vec<Vec<OsString>>, String), OpenError> {
    match environment.variable("BROWSER") {
        Some(list) => Ok((parse_browser_list(&list, url), list.to_string_lossy().into_owned())),
        None if !has_display(environment) => Err(OpenError::NoDisplay),
        None => Ok((defaults(url), "xdg-open".to_owned())),
    }
}

/// Whether a launcher can only treat `url` as a web page. The text itself is checked too, as it is passed on
/// unchanged.
fn is_web(url: &str) -> bool {
    let has_scheme =
        |scheme: &str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    (has_scheme("https://") || has_scheme("http://"))
        && !url.contains(char::is_control)
        && url::Url::parse(url).is_ok()
}

/// Whether there is a display for a browser. In WSL the browser is a Windows program.
fn has_display(environment: &Environment) -> bool {
    cfg!(any(windows, target_os = "macos"))
        || ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "WSL_INTEROP"]
            .iter()
            .any(|name| environment.variable(name).is_some())
}

/// Separates the commands in `$BROWSER`, like the folders in `$PATH`.
const SEPARATOR: char = if cfg!(windows) { ';' } else { ':' };

/// Parses `$BROWSER`: commands separated by colons, each with `%s` for the URL, or without it, and then the
/// URL comes last. Quotes work as in a shell, but no shell is run, so a URL is always one argument. The path
/// of a program may contain spaces without quotes.
fn parse_browser_list(list: &OsStr, url: &str) -> Vec<Vec<OsString>> {
    if let Some(words) = program(Path::new(list), url) {
        return vec![words];
    }
    let list = list.to_string_lossy();
    split(&list, |c| c == SEPARATOR).iter().filter_map(|entry| command(entry.trim(), url)).collect()
}

/// Parses one command of `$BROWSER`.
fn command(entry: &str, url: &str) -> Option<Vec<OsString>> {
    if let Some(words) = program(Path::new(entry), url) {
        return Some(words);
    }
    // The longest prefix that is a program: `/opt/My Browser/run --new-tab %s`.
    let spaces = entry.rmatch_indices(char::is_whitespace);
    let path = spaces.map(|(at, _)| &entry[..at]).find(|path| is_program(Path::new(path)));
    let (path, arguments) = path.map_or((None, entry), |path| (Some(path), &entry[path.len()..]));
    let words = split(arguments, char::is_whitespace);
    let text = |word: &&str| unquoted(word).into_iter().map(|(_, c, _)| c).collect::<String>();
    let mut words: Vec<String> = words.iter().map(text).collect();
    // A trailing `&` is dropped: the command runs in the background anyway.
    words.pop_if(|word| word == "&");
    let has_placeholder = words.iter().any(|word| word.contains("%s"));
    let filled = words.iter().map(|word| word.split("%%").map(|part| part.replace("%s", url)));
    let mut filled: Vec<OsString> = filled.map(|parts| parts.collect::<Vec<_>>().join("%").into()).collect();
    if let Some(path) = path {
        filled.insert(0, path.into());
    }
    if filled.first()?.is_empty() {
        return None;
    }
    if !has_placeholder {
        filled.push(url.into());
    }
    Some(filled)
}

/// The command for a path that is a program, or on macOS an application's folder.
fn program(path: &Path, url: &str) -> Option<Vec<OsString>> {
    if cfg!(target_os = "macos") && path.extension().is_some_and(|end| end == "app") && path.is_dir() {
        return Some(vec!["open".into(), "-a".into(), path.into(), url.into()]);
    }
    is_program(path).then(|| vec![path.into(), url.into()])
}

/// Whether a path is that of an executable file. A bare name, which is searched in `$PATH`, is not.
fn is_program(path: &Path) -> bool {
    #[cfg(unix)]
    let executable = |metadata: &std::fs::Metadata| {
        use std::os::unix::fs::PermissionsExt as _;
        metadata.permissions().mode() & 0o111 != 0
    };
    #[cfg(not(unix))]
    let executable = |_: &std::fs::Metadata| true;
    path.components().nth(1).is_some()
        && path.metadata().is_ok_and(|metadata| metadata.is_file() && executable(&metadata))
}

/// Splits a text at separators outside of quotes. Empty parts are dropped. The quotes stay.
fn split(text: &str, is_separator: impl Fn(char) -> bool) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    for (at, c, is_quoted) in unquoted(text) {
        if !is_quoted && is_separator(c) {
            parts.push(&text[start..at]);
            start = at + c.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// The characters without quotes and backslashes, each with its place and whether it was quoted.
fn unquoted(text: &str) -> Vec<(usize, char, bool)> {
    let (mut out, mut quote) = (Vec::new(), None);
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some('"') | None, '\\') if !cfg!(windows) => {
                out.extend(chars.next().map(|(at, c)| (at, c, true)));
            }
            (None, '"' | '\'') if text[at + 1..].contains(c) => quote = Some(c),
            (Some(open), _) if c == open => quote = None,
            _ => out.push((at, c, quote.is_some())),
        }
    }
    out
}

/// The default launchers of this desktop, best first.
fn defaults(url: &str) -> Vec<Vec<OsString>> {
    let words = |command: Command| {
        let program = command.get_program().to_owned();
        [program].into_iter().chain(command.get_args().map(OsStr::to_owned)).collect()
    };
    open::commands(url).into_iter().map(words).collect()
}

/// The state of a launcher after it was watched.
enum Launched {
    Running,
    Ended(ExitStatus),
    Failed(String),
}

fn launch(words: &[OsString], environment: &Environment) -> Launched {
    let mut child = match detached(words, environment).spawn() {
        Ok(child) => child,
        Err(error) => return Launched::Failed(error.to_string()),
    };
    let (sender, end) = mpsc::channel();
    // A browser may run as long as we do. A thread waits for its end, or it would remain as a zombie.
    let watch = thread::Builder::new()
        .name("browser child".to_owned())
        .spawn(move || drop(sender.send(Child::wait(&mut child))));
    match (watch, end.recv_timeout(WATCH)) {
        (Ok(_), Ok(Ok(status))) => Launched::Ended(status),
        (Ok(_), Ok(Err(error))) => Launched::Failed(error.to_string()),
        // Started, but it cannot be watched.
        (Ok(_) | Err(_), _) => Launched::Running,
    }
}

/// A command that is detached from the terminal.
#[cfg(unix)]
fn detached(words: &[OsString], environment: &Environment) -> Command {
    let mut command = environment.own_command(super::child::DETACHED);
    command.args(words);
    command
}

/// A command that opens no console.
#[cfg(windows)]
fn detached(words: &[OsString], environment: &Environment) -> Command {
    use std::os::windows::process::CommandExt as _;

    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    let mut command = environment.command(&words[0]);
    command.args(&words[1..]).creation_flags(CREATE_NO_WINDOW);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn launcher_is_a_program_that_exists() {
        let of = |variables: &[(&str, &str)]| {
            launcher(&Environment::new(variables.iter().map(|(name, value)| (name.into(), value.into()))))
        };
        assert_eq!(of(&[]), Err(OpenError::NoDisplay));
        assert_eq!(of(&[("BROWSER", "no-such:sh -c"), ("PATH", "/bin")]), Ok("sh".into()));
        assert_eq!(of(&[("BROWSER", "/bin/sh")]), Ok("sh".into()));
        assert_eq!(of(&[("BROWSER", "no-such")]), Err(OpenError::NoLauncher("no-such".into())));
        assert_eq!(of(&[("DISPLAY", ":7")]), Err(OpenError::NoLauncher("xdg-open".into())));
    }

    #[test]
    fn only_http_and_https_urls_are_opened() {
        for url in
            ["https://imagedelivery.net/a/b/c", "http://127.0.0.1:8787/x?a=1&b='\"$HOME;", "HTTPS://A.B/ c"]
        {
            assert!(is_web(url), "{url}");
        }
        for url in [
            "",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "--version",
            " https://a.b",
            "https://",
            "https://a.b/\u{1b}[0m",
            "https://a.b/\nfile:///",
            "imagedelivery.net/a",
            "ftp://a.b",
        ] {
            assert!(!is_web(url), "{url}");
            let outcome = open(url, &Environment::new([("BROWSER".into(), "false".into())]));
            assert_eq!(outcome, Err(OpenError::NotWeb));
        }
    }

    #[cfg(unix)]
    #[test]
    fn browser_variable_is_parsed_without_a_shell() {
        let url = "https://a.b/?x=$(id)&y='z w'%20%s";
        let words = |list: &str| parse_browser_list(OsStr::new(list), url);
        let none: Vec<Vec<OsString>> = vec![];
        assert_eq!(words("firefox"), [["firefox", url]]);
        assert_eq!(
            words("firefox --new-tab %s:: chromium"),
            [vec!["firefox", "--new-tab", url], vec!["chromium", url]]
        );
        assert_eq!(words("app --url=%s -x"), [["app", &format!("--url={url}"), "-x"]]);
        assert_eq!(words("'/no such/app' --a \"b c\" %s"), [["/no such/app", "--a", "b c", url]]);
        assert_eq!(words("'/a:b/c d':e"), [["/a:b/c d", url], ["e", url]]);
        assert_eq!(words(r"/no\ such/app -x"), [["/no such/app", "-x", url]]);
        assert_eq!(words("app '%s'"), [["app", url]], "the URL is one argument, quoted or not");
        assert_eq!(words("app %s &"), [["app", url]]);
        assert_eq!(words("app 100%% %s"), [["app", "100%", url]]);
        assert_eq!(words("app it's"), [["app", "it's", url]], "an unpaired quote is a plain character");
        for empty in [" ", ":", " : ", "''", "\"\" %s"] {
            assert_eq!(words(empty), none, "{empty:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn browser_path_with_spaces_is_one_program() {
        use std::os::unix::ffi::OsStringExt as _;
        use std::os::unix::fs::PermissionsExt as _;
        let url = "https://a.b/";
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &OsStr, mode| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            path.into_os_string()
        };
        let words = |list: OsString| parse_browser_list(&list, url);
        let joined = |path: &OsString, rest: &str| {
            let mut list = path.clone();
            list.push(rest);
            list
        };
        let plain = make(OsStr::new("My Browser/run it"), 0o755);
        let odd = make(OsStr::new("it's 100%s: \"odd\""), 0o755);
        assert_eq!(words(plain.clone()), [[plain.clone(), url.into()]]);
        assert_eq!(words(odd.clone()), [[odd, url.into()]]);
        assert_eq!(
            words(joined(&plain, " --new-tab '%s':lynx")),
            [vec![plain.clone(), "--new-tab".into(), url.into()], vec!["lynx".into(), url.into()]]
        );
        assert_eq!(words(joined(&plain, ":lynx"))[0], [plain, url.into()]);
        let bytes = make(&OsString::from_vec(b"caf\xe9 app".to_vec()), 0o755);
        assert_eq!(words(bytes.clone()), [[bytes, url.into()]]);
        let text = make(OsStr::new("no program"), 0o644);
        assert_eq!(words(text)[0].len(), 3, "split at its space, as it is not executable");
    }

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn open_without_display_fails() {
        let nothing = Environment::new([]);
        assert_eq!(open("https://a.b", &nothing), Err(OpenError::NoDisplay));
    }
}

//! Opens a URL in the browser: which launcher is started, and what became of it.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::OpenError;
use super::child::{NOT_FOUND, Surroundings};

/// How long a launcher is watched for failure. Debian's `xdg-open` with a broken browser takes 0.4 s to fail; what still
/// runs after this is a browser.
const WATCH: Duration = Duration::from_millis(1500);

/// Opens `url` in the browser that `$BROWSER` names, else in the desktop's default. Blocks while the launcher
/// is watched.
pub(super) fn open(url: &str, surroundings: &Surroundings) -> Result<(), OpenError> {
    if !is_web(url) {
        return Err(OpenError::NotWeb);
    }
    let browser = surroundings.variable("BROWSER");
    let (launchers, wanted) = match browser.as_deref().and_then(OsStr::to_str) {
        Some(list) => (named_by(list, url), list),
        None if !has_display(surroundings) => return Err(OpenError::NoDisplay),
        None => (defaults(url), "xdg-open"),
    };
    // The first failure is the one worth telling: that of the launcher which should have worked.
    let mut failure = None;
    for launcher in launchers {
        let name = Path::new(&launcher[0]).file_name().unwrap_or_default().to_string_lossy().into_owned();
        match launch(&launcher, surroundings) {
            Launched::Running => return Ok(()),
            Launched::Ended(status) if status.success() => return Ok(()),
            Launched::Ended(status) if status.code() == Some(NOT_FOUND.into()) => {}
            Launched::Ended(status) => failure = failure.or(Some((name, status.to_string()))),
            Launched::Not(cause) => failure = failure.or(Some((name, cause))),
        }
    }
    Err(match failure {
        Some((name, cause)) => OpenError::Failed(name, cause),
        None => OpenError::NoLauncher(wanted.to_owned()),
    })
}

/// Whether a launcher can only take `url` for a page to show. It is passed on as it is, so the text itself is looked at too.
fn is_web(url: &str) -> bool {
    let begins = |scheme: &str| url.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme));
    (begins("https://") || begins("http://"))
        && !url.contains(char::is_control)
        && url::Url::parse(url).is_ok()
}

/// Whether a browser could show itself. In WSL the browser is that of Windows.
fn has_display(surroundings: &Surroundings) -> bool {
    cfg!(any(windows, target_os = "macos"))
        || ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "WSL_INTEROP"]
            .iter()
            .any(|name| surroundings.variable(name).is_some())
}

/// The commands in `list`, as `$BROWSER` has them: parted by colons, with `%s` where the URL goes, or without, and
/// then it goes last. No shell reads them, so a URL is one argument whatever it holds.
fn named_by(list: &str, url: &str) -> Vec<Vec<OsString>> {
    let command = |command: &str| {
        let mut words: Vec<OsString> =
            command.split_whitespace().map(|word| word.replace("%s", url).into()).collect();
        if !command.contains("%s") {
            words.push(url.into());
        }
        words
    };
    list.split(':').filter(|entry| !entry.trim().is_empty()).map(command).collect()
}

/// The launchers of this kind of desktop, best first.
fn defaults(url: &str) -> Vec<Vec<OsString>> {
    let words = |command: Command| {
        let program = command.get_program().to_owned();
        [program].into_iter().chain(command.get_args().map(OsStr::to_owned)).collect()
    };
    open::commands(url).into_iter().map(words).collect()
}

/// What became of a launcher while it was watched.
enum Launched {
    Running,
    Ended(ExitStatus),
    Not(String),
}

fn launch(words: &[OsString], surroundings: &Surroundings) -> Launched {
    let mut child = match detached(words, surroundings).spawn() {
        Ok(child) => child,
        Err(error) => return Launched::Not(error.to_string()),
    };
    let (sender, end) = mpsc::channel();
    // A browser may stay as long as we do. Its end is waited for by a thread, or it would remain as a zombie.
    let watch = thread::Builder::new()
        .name("browser child".to_owned())
        .spawn(move || drop(sender.send(Child::wait(&mut child))));
    match (watch, end.recv_timeout(WATCH)) {
        (Ok(_), Ok(Ok(status))) => Launched::Ended(status),
        (Ok(_), Ok(Err(error))) => Launched::Not(error.to_string()),
        // Started, and beyond our sight.
        (Ok(_) | Err(_), _) => Launched::Running,
    }
}

/// `words` as a command that has no terminal.
#[cfg(unix)]
fn detached(words: &[OsString], surroundings: &Surroundings) -> Command {
    let mut command = surroundings.ourselves(super::child::DETACHED);
    command.args(words);
    command
}

/// `words` as a command that opens no console.
#[cfg(windows)]
fn detached(words: &[OsString], surroundings: &Surroundings) -> Command {
    use std::os::windows::process::CommandExt as _;

    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    let mut command = surroundings.command(&words[0]);
    command.args(&words[1..]).creation_flags(CREATE_NO_WINDOW);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_pages_are_opened() {
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
            let outcome = open(url, &Surroundings::new([("BROWSER".into(), "false".into())]));
            assert_eq!(outcome, Err(OpenError::NotWeb));
        }
    }

    #[test]
    fn browser_is_a_list_of_commands_without_a_shell() {
        let url = "https://a.b/?x=$(id)&y='z w'";
        let words = |list| named_by(list, url);
        assert_eq!(words("firefox"), [["firefox", url]]);
        assert_eq!(
            words("firefox --new-tab %s:: chromium"),
            [vec!["firefox", "--new-tab", url], vec!["chromium", url]]
        );
        assert_eq!(words("app --url=%s -x"), [["app", &format!("--url={url}"), "-x"]]);
    }

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn without_a_display_nothing_is_started() {
        let nothing = Surroundings::new([]);
        assert_eq!(open("https://a.b", &nothing), Err(OpenError::NoDisplay));
    }
}

//! Whether the display that the environment names is running.

use super::child::Environment;

/// The display for the clipboard and the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Display {
    /// The environment names none.
    None,
    /// It accepts connections.
    Running(&'static str),
    /// It accepts no connection. Contains the variable that names it.
    Unreachable(&'static str),
    /// It isn't tried, because it is on another machine or needs no connection.
    Untried(&'static str),
}

/// Connects to the display, Wayland first, and sends nothing.
pub(super) fn display(environment: &Environment) -> Display {
    if cfg!(target_os = "macos") {
        return Display::Untried("macOS");
    }
    if cfg!(windows) {
        return Display::Untried("Windows");
    }
    unix(environment)
}

#[cfg(unix)]
fn unix(environment: &Environment) -> Display {
    use std::os::unix::net::UnixStream;
    use std::path::PathBuf;

    let mut unreachable = None;
    if let Some(name) = environment.variable("WAYLAND_DISPLAY") {
        let folder = environment.variable("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
        if UnixStream::connect(folder.join(&name)).is_ok() {
            return Display::Running("Wayland");
        }
        unreachable = Some("WAYLAND_DISPLAY");
    }
    if let Some(name) = environment.variable("DISPLAY") {
        let name = name.to_string_lossy();
        let Some(number) = local_number(&name) else { return Display::Untried("X11") };
        if UnixStream::connect(format!("/tmp/.X11-unix/X{number}")).is_ok() {
            return Display::Running("X11");
        }
        unreachable = unreachable.or(Some("DISPLAY"));
    }
    unreachable.map_or(Display::None, Display::Unreachable)
}

#[cfg(not(unix))]
fn unix(_: &Environment) -> Display {
    Display::None
}

/// The number of an X display on this machine, such as 7 in `:7.0`. Others are reached over the network.
#[cfg(unix)]
fn local_number(name: &str) -> Option<u32> {
    let number = name.strip_prefix("unix:").or_else(|| name.strip_prefix(':'))?;
    number.split('.').next()?.parse().ok()
}

#[cfg(all(test, unix, not(target_os = "macos")))]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    fn of(variables: &[(&str, &str)]) -> Display {
        display(&Environment::new(variables.iter().map(|(name, value)| (name.into(), value.into()))))
    }

    #[test]
    fn only_running_displays_are_running() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        let _socket = UnixListener::bind(folder.path().join("wayland-7")).unwrap();
        let runtime = ("XDG_RUNTIME_DIR", path);
        let missing = ("DISPLAY", ":4000000000");
        for (variables, expected) in [
            (&[][..], Display::None),
            (&[runtime, ("WAYLAND_DISPLAY", "wayland-7")], Display::Running("Wayland")),
            (&[runtime, ("WAYLAND_DISPLAY", "wayland-8"), missing], Display::Unreachable("WAYLAND_DISPLAY")),
            (&[missing], Display::Unreachable("DISPLAY")),
            (&[("DISPLAY", "localhost:10.0")], Display::Untried("X11")),
        ] {
            assert_eq!(of(variables), expected, "{variables:?}");
        }
    }
}

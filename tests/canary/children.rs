//! Records processes: programs first in `PATH` that write down how they were started, and a look at all descendants of
//! a process while it runs.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// The programs that cfimg starts, and what they do. Some only look like themselves.
const PROGRAMS: [(&str, &str); 10] = [
    ("sh", "exec /bin/sh \"$@\""),
    ("cat", "exec /bin/cat \"$@\""),
    (
        "tmux",
        "[ \"$1\" = load-buffer ] && exec /bin/cat >/dev/null; printf '3.5a\\ton\\ton\\ttmux-256color\\n'",
    ),
    ("man", "exec /bin/cat \"$1\""),
    ("browser", ""),
    ("editor", ""),
    ("pager", "exec /bin/cat"),
    ("less", "exec /bin/cat"),
    ("xdg-open", ""),
    ("vi", ""),
];

/// Writes the programs into `folder`. Each writes its arguments and environment into a file of `records`.
pub(super) fn write_programs(folder: &Path, records: &Path) {
    for (name, does) in PROGRAMS {
        let script = format!(
            "#!/bin/sh\n/usr/bin/tr '\\0' '\\n' < /proc/$$/cmdline >> '{0}/{name}.arguments'\n\
             /usr/bin/tr '\\0' '\\n' < /proc/$$/environ >> '{0}/{name}.environment'\n{does}\n",
            records.display(),
        );
        let path = folder.join(name);
        fs::write(&path, script).expect("a file");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("our file");
    }
}

/// A process that was seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) arguments: String,
    /// Empty for the root, whose environment contains what the test put there.
    pub(super) environment: String,
}

/// A process and its descendants.
#[derive(Debug)]
pub(super) struct Family {
    root: i32,
    pub(super) seen: BTreeMap<(i32, String), Seen>,
}

impl Family {
    pub(super) fn new(root: i32) -> Self {
        Self { root, seen: BTreeMap::new() }
    }

    /// Records all that run now.
    pub(super) fn look(&mut self) {
        let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let mut family = vec![self.root];
        let mut others: Vec<(i32, i32)> =
            pids.filter(|pid| *pid != self.root).filter_map(|pid| Some((pid, parent(pid)?))).collect();
        while let Some(at) = others.iter().position(|(_, parent)| family.contains(parent)) {
            family.push(others.swap_remove(at).0);
        }
        let root_arguments = text(self.root, "cmdline");
        for pid in family {
            // The arguments are read first: until a child executes its program, it shows its parent's.
            let arguments = text(pid, "cmdline");
            if arguments.is_empty() || (pid != self.root && arguments == root_arguments) {
                continue;
            }
            let environment = if pid == self.root { String::new() } else { text(pid, "environ") };
            let seen = self.seen.entry((pid, arguments.clone())).or_default();
            *seen = Seen { arguments, environment };
        }
    }
}

fn parent(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The process name before may hold anything, even a parenthesis.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// A file with NULs, as lines.
fn text(pid: i32, file: &str) -> String {
    let bytes = fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', "\n")
}

/// The result of a run.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) errors: String,
    pub(super) family: Family,
}

/// Runs a command to its end, and looks at its processes meanwhile. A server is ended when it has printed something.
pub(super) fn watch(command: &mut Command, input: &str, is_server: bool) -> Finished {
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("in"), input).expect("a file");
    let file = |name: &str| fs::File::create(path(name)).expect("a file");
    command.stdin(fs::File::open(path("in")).expect("it is there"));
    command.stdout(Stdio::from(file("out"))).stderr(Stdio::from(file("errors")));
    let mut child = command.spawn().expect("the program starts");
    let pid = i32::try_from(child.id()).expect("a process ID");
    let mut family = Family::new(pid);
    let status = loop {
        family.look();
        if let Some(status) = child.try_wait().expect("it is ours") {
            break status;
        }
        if is_server && fs::metadata(path("out")).is_ok_and(|file| file.len() > 0) {
            _ = kill_process(Pid::from_raw(pid).expect("a process ID"), Signal::TERM);
        }
        std::thread::park_timeout(Duration::from_millis(4));
    };
    let read = |name: &str| String::from_utf8_lossy(&fs::read(path(name)).expect("ours")).into_owned();
    Finished { code: status.code(), out: read("out"), errors: read("errors"), family }
}

//! Checks that nobody else could have written the commands in a file.

use std::path::Path;

use crate::domain::Failure;

/// Fails if others could have written the file: if it, a link to it, or a folder in its path up to the home
/// folder belongs to a user other than this one or root, or is writable by others.
///
/// The user's private group, whose number is the user's own, may write. In a folder with the sticky bit, such
/// as `/tmp`, others cannot replace files that are not theirs.
pub(super) fn check(path: &Path) -> Result<(), Failure> {
    check_for(path, &format!("cfimg runs commands from {}", super::display_path::display_path(path)))
}

/// The same; `purpose` starts the sentence that says why it matters.
#[cfg(unix)]
pub(super) fn check_for(path: &Path, purpose: &str) -> Result<(), Failure> {
    check_below(path, purpose, etcetera::home_dir().ok().as_deref(), rustix::process::geteuid().as_raw())
}

/// On other systems the default permissions of the user's folder must do.
#[cfg(not(unix))]
pub(super) fn check_for(_: &Path, _: &str) -> Result<(), Failure> {
    Ok(())
}

#[cfg(unix)]
fn check_below(path: &Path, purpose: &str, home: Option<&Path>, me: u32) -> Result<(), Failure> {
    use std::os::unix::fs::MetadataExt as _;

    use super::display_path::display_path;
    use crate::domain::FailureKind;

    for place in places(path, home) {
        // If it cannot be inspected, it could not be read either, and that was reported.
        let Ok(metadata) = place.symlink_metadata() else { continue };
        let status = FileStatus {
            owner: metadata.uid(),
            group: metadata.gid(),
            mode: metadata.mode(),
            is_link: metadata.is_symlink(),
            is_folder: metadata.is_dir(),
        };
        let shown_place = display_path(&place);
        let why = format!("{purpose}, so only you should be able to change it");
        let (what, hint) = match status.problem(me) {
            None => continue,
            Some(TrustProblem::Owner) => (
                format!("{shown_place} belongs to another user"),
                format!(
                    "{why}. Change the owner of {shown_place} (chown), or move the file to your own folder."
                ),
            ),
            Some(TrustProblem::Writable) => (
                format!("Others can write to {shown_place}"),
                format!("{why}. Run: chmod go-w {shown_place}"),
            ),
        };
        return Err(Failure::new(FailureKind::Usage, what, hint));
    }
    Ok(())
}

/// Everything that decides what `path` contains: the path, every link it goes through, the target, and the
/// folders that these are in. Folders above the home folder are the system's.
#[cfg(unix)]
fn places(path: &Path, home: Option<&Path>) -> Vec<std::path::PathBuf> {
    /// The most links that Linux follows.
    const LINKS: usize = 40;

    let home = home.filter(|home| home.parent().is_some()).into_iter();
    let homes: Vec<_> =
        home.flat_map(|home| [Some(home.to_owned()), home.canonicalize().ok()]).flatten().collect();
    let mut places = Vec::new();
    let mut add = |path: &Path| {
        let home = homes.iter().find(|home| path.starts_with(home));
        for place in path.ancestors().filter(|place| !place.as_os_str().is_empty()) {
            if !places.iter().any(|known| known == place) {
                places.push(place.to_owned());
            }
            if Some(place) == home.map(|home| &**home) {
                break;
            }
        }
    };
    let mut next = std::path::absolute(path).ok();
    for _ in 0..LINKS {
        let Some(path) = next.take() else { break };
        add(&path);
        // For a link in a folder that is a link itself, too.
        let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
        if let (Some(folder), Some(name)) = (&folder, path.file_name()) {
            add(&folder.join(name));
        }
        let target = path.read_link().ok();
        next = target.and_then(|target| Some(folder?.join(target)));
    }
    if let Ok(end) = path.canonicalize() {
        add(&end);
    }
    places
}

/// The owner and permissions of one path.
#[cfg(unix)]
#[derive(Debug, Clone, Copy)]
struct FileStatus {
    owner: u32,
    group: u32,
    mode: u32,
    is_link: bool,
    is_folder: bool,
}

#[cfg(unix)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TrustProblem {
    Owner,
    Writable,
}

#[cfg(unix)]
impl FileStatus {
    fn problem(self, me: u32) -> Option<TrustProblem> {
        const STICKY: u32 = 0o1000;
        if self.owner != me && self.owner != 0 {
            return Some(TrustProblem::Owner);
        }
        // A link has no permissions of its own, and in a sticky folder only owners can replace files.
        if self.is_link || (self.is_folder && self.mode & STICKY != 0) {
            return None;
        }
        let by_group = self.mode & 0o020 != 0 && self.group != me;
        (by_group || self.mode & 0o002 != 0).then_some(TrustProblem::Writable)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::*;
    use crate::domain::FailureKind;

    #[test]
    fn only_user_root_and_private_group_are_trusted() {
        let me = 1000;
        let status = FileStatus { owner: me, group: me, mode: 0o600, is_link: false, is_folder: false };
        for (status, problem) in [
            (status, None),
            (FileStatus { owner: 0, group: 0, mode: 0o644, ..status }, None),
            (FileStatus { owner: 1001, ..status }, Some(TrustProblem::Owner)),
            (FileStatus { owner: 1001, is_link: true, ..status }, Some(TrustProblem::Owner)),
            (FileStatus { mode: 0o664, ..status }, None),
            (FileStatus { mode: 0o664, group: 100, ..status }, Some(TrustProblem::Writable)),
            (FileStatus { mode: 0o666, ..status }, Some(TrustProblem::Writable)),
            (FileStatus { mode: 0o777, is_link: true, ..status }, None),
            (FileStatus { mode: 0o777, is_folder: true, ..status }, Some(TrustProblem::Writable)),
            (FileStatus { mode: 0o1777, owner: 0, is_folder: true, ..status }, None),
            (FileStatus { mode: 0o1777, owner: 1001, is_folder: true, ..status }, Some(TrustProblem::Owner)),
            (FileStatus { mode: 0o1666, ..status }, Some(TrustProblem::Writable)),
        ] {
            assert_eq!(status.problem(me), problem, "{status:?}");
        }
    }

    #[test]
    fn folders_and_links_in_the_path_are_checked() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let me = fs::metadata(&root).unwrap().uid();
        let home = root.join("home");
        let (folder, shared) = (home.join(".config/cfimg"), root.join("shared"));
        let (file, linked) = (folder.join("config.toml"), shared.join("linked.toml"));
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir_all(&shared).unwrap();
        for file in [&file, &linked] {
            fs::write(file, "").unwrap();
        }
        let mode = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        for place in [&home, &home.join(".config"), &folder, &shared] {
            mode(place, 0o755);
        }
        let refused = |path: &Path| {
            check_below(path, "cfimg uses it", Some(&home), me).err().map(|failure| {
                assert_eq!(failure.kind, FailureKind::Usage);
                failure.hint.rsplit_once("chmod go-w ").map(|(_, path)| path.to_owned())
            })
        };
        let named = |path: &Path| Some(Some(path.display().to_string()));
        assert_eq!(refused(&file), None);
        for place in [&file, &folder, &home.join(".config"), &home] {
            let before = fs::metadata(place).unwrap().mode();
            mode(place, 0o777);
            assert_eq!(refused(&file), named(place));
            mode(place, before);
        }
        // Folders above the home folder do not count, except for a file outside of it.
        mode(&root, 0o777);
        assert_eq!(refused(&file), None);
        assert_eq!(refused(&linked), named(&root));
        mode(&root, 0o1777);
        assert_eq!(refused(&linked), None);
        // A link to a folder that others can write, directly or through another link.
        let (link, again) = (folder.join("link.toml"), folder.join("again.toml"));
        symlink(&linked, &link).unwrap();
        symlink("link.toml", &again).unwrap();
        symlink(&shared, home.join("linked")).unwrap();
        let through = home.join("linked/linked.toml");
        for path in [&link, &again, &through] {
            assert_eq!(refused(path), None);
        }
        mode(&shared, 0o777);
        for path in [&link, &again, &through] {
            assert_eq!(refused(path), named(&shared), "{}", path.display());
        }
        mode(&shared, 0o755);
        // A link in a folder that others can write, to a file that they cannot.
        let open = home.join("open");
        fs::create_dir(&open).unwrap();
        mode(&open, 0o777);
        symlink(&file, open.join("config.toml")).unwrap();
        symlink(open.join("config.toml"), folder.join("over.toml")).unwrap();
        assert_eq!(refused(&open.join("config.toml")), named(&open));
        assert_eq!(refused(&folder.join("over.toml")), named(&open));
        // A cycle of links ends.
        symlink("circle.toml", folder.join("circle.toml")).unwrap();
        assert_eq!(refused(&folder.join("circle.toml")), None);
        let another = check_below(&file, "cfimg uses it", Some(&home), me + 1);
        assert_eq!(another.is_err(), me != 0, "files of root are always trusted");
    }
}

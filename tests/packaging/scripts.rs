//! The scripts in `packaging`, run with a program that prints only its arguments.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::dependencies::targets;
use crate::root;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn script(name: &str, arguments: &[&Path]) -> Output {
    let mut command = Command::new(root().join("packaging").join(name));
    command.args(arguments).env("REPOSITORY", "https://example.com/a&b/cfimg").env("COMMIT", "0123456789ab");
    command.output().expect("the script starts")
}

fn success(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// Checksums of the archives of these targets.
fn checksums(folder: &Path, targets: &[String]) -> PathBuf {
    let line = |(at, target): (usize, &String)| format!("{at:064x}  cfimg-{VERSION}-{target}.tar.gz\n");
    let file = folder.join("SHA256SUMS");
    fs::write(&file, targets.iter().enumerate().map(line).collect::<String>()).expect("a file");
    file
}

#[test]
fn generated_packages_have_every_fact() {
    let folder = TempDir::new().expect("a folder");
    let mut targets = targets();
    targets.push("source".to_owned());
    let sums = checksums(folder.path(), &targets);
    success(&script("generate", &[&sums, folder.path()]));
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).expect(file);
    for file in ["homebrew/cfimg.rb", "aur/PKGBUILD", "aur/.SRCINFO"] {
        let text = read(file);
        let unfilled =
            text.split('@').skip(1).find(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
        assert_eq!(unfilled, None, "{file}");
        let url = format!("https://example.com/a&b/cfimg/releases/download/v{VERSION}/cfimg-{VERSION}-");
        for (_, rest) in text.match_indices(&url).map(|(at, _)| text.split_at(at + url.len())) {
            let target = rest.split(".tar.gz").next().expect("a target");
            let at = targets.iter().position(|known| known == target);
            let sum = format!("{:064x}", at.unwrap_or_else(|| panic!("{file}: no release has {target}")));
            assert!(text.contains(&sum), "{file}: {target}");
        }
        assert!(text.contains(&url) && text.contains(VERSION) && text.contains("MIT"), "{file}: {text}");
    }
    assert!(read("aur/PKGBUILD").contains("CFIMG_COMMIT='0123456789ab'"));
    let syntax = Command::new("bash").arg("-n").arg(folder.path().join("aur/PKGBUILD")).status();
    assert!(syntax.expect("bash starts").success());
}

#[test]
fn missing_checksum_fails() {
    let folder = TempDir::new().expect("a folder");
    let sums = checksums(folder.path(), &["source".to_owned()]);
    let output = script("generate", &[&sums, folder.path()]);
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.contains("aarch64-apple-darwin"), "{errors}");
}

#[test]
fn archive_has_the_program_and_what_belongs_to_it() {
    let folder = TempDir::new().expect("a folder");
    let program = folder.path().join("cfimg");
    let body =
        "#!/bin/sh\ncase $1 in completions) echo $2 ;; man) echo page > $3/cfimg.1 ;; *) exit 1 ;; esac\n";
    fs::write(&program, body).expect("a file");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let target = Path::new("x86_64-unknown-linux-gnu");
    let archive = success(&script("archive", &[&program, target, folder.path()]));
    let list = Command::new("tar").arg("-tzf").arg(archive.trim_end()).output().expect("tar starts");
    let list = success(&list);
    let mut files: Vec<&str> = list.lines().filter(|line| !line.ends_with('/')).collect();
    files.sort_unstable();
    let files: Vec<String> = files.iter().map(|file| file.replace(VERSION, "VERSION")).collect();
    insta::assert_snapshot!(files.join("\n"), @r#"
    cfimg-VERSION-x86_64-unknown-linux-gnu/CHANGELOG.md
    cfimg-VERSION-x86_64-unknown-linux-gnu/LICENSE-APACHE
    cfimg-VERSION-x86_64-unknown-linux-gnu/LICENSE-MIT
    cfimg-VERSION-x86_64-unknown-linux-gnu/README.md
    cfimg-VERSION-x86_64-unknown-linux-gnu/THIRD-PARTY-LICENSES.txt
    cfimg-VERSION-x86_64-unknown-linux-gnu/cfimg
    cfimg-VERSION-x86_64-unknown-linux-gnu/completions/_cfimg
    cfimg-VERSION-x86_64-unknown-linux-gnu/completions/_cfimg.ps1
    cfimg-VERSION-x86_64-unknown-linux-gnu/completions/cfimg.bash
    cfimg-VERSION-x86_64-unknown-linux-gnu/completions/cfimg.elv
    cfimg-VERSION-x86_64-unknown-linux-gnu/completions/cfimg.fish
    cfimg-VERSION-x86_64-unknown-linux-gnu/completions/cfimg.nu
    cfimg-VERSION-x86_64-unknown-linux-gnu/man/cfimg.1
    "#);
}

#[test]
fn program_has_completions_and_man_pages() {
    let folder = TempDir::new().expect("a folder");
    let program = Path::new(env!("CARGO_BIN_EXE_cfimg"));
    success(&script("assets", &[program, folder.path()]));
    let sizes = |name: &str| {
        let files =
            fs::read_dir(folder.path().join(name)).expect("a folder").map(|file| file.expect("a file"));
        files.map(|file| file.metadata().expect("a file").len()).collect::<Vec<_>>()
    };
    let (completions, pages) = (sizes("completions"), sizes("man"));
    assert_eq!(completions.len(), 6);
    assert!(pages.len() > 10, "{} man pages", pages.len());
    assert!(completions.into_iter().chain(pages).all(|size| size > 100));
}

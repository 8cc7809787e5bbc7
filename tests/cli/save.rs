//! `cfimg save`: files appear complete or not at all.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use cfimg::demo::{CUSTOM_ID, DRAFT_ID, HOSTILE_ID, PRIVATE_ID, SAMPLE_ID, SIGNING_KEY, SVG_ID};
use cfimg::picture::{Format, file_info};
use tempfile::{TempDir, tempdir};

use super::loopback::{GIF, Loopback};
use super::stub::{self, Stub};
use super::{CommandResult, Harness, run_command, with_input};

fn folder() -> TempDir {
    tempdir().expect("a folder")
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).expect("it is there");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn run(harness: &Harness, folder: &TempDir, arguments: &[&str]) -> CommandResult {
    run_command(harness.command(arguments).current_dir(folder.path()))
}

fn format(path: &Path) -> Format {
    file_info(&fs::read(path).expect("it was saved")).expect("a picture").format
}

#[test]
fn file_name_is_the_images_with_detected_extension() {
    let (harness, folder) = (Harness::new(), folder());
    for (arguments, name, is) in [
        (&["save", SAMPLE_ID][..], "logo.png", Format::Png),
        (&["save", SAMPLE_ID, "hero"], "logo-hero.webp", Format::WebP),
        (&["save", SAMPLE_ID, "card"], "logo-card.webp", Format::WebP),
        (&["save", PRIVATE_ID], "passport-scan.jpg", Format::Jpeg),
        (&["save", SVG_ID, "public"], "weather-icon-public.svg", Format::Svg),
        (&["save", CUSTOM_ID, "-o", "x"], "x", Format::Png),
        // A URL names a variant, but the original is saved.
        (
            &["save", "https://imagedelivery.net/H/blog/2026/hello-world/hero", "--output", "y"],
            "y",
            Format::Png,
        ),
    ] {
        let arguments: Vec<&str> =
            arguments.iter().map(|a| if a.ends_with("/hero") { CUSTOM_ID } else { a }).collect();
        let end = run(&harness, &folder, &arguments);
        assert_eq!(
            (end.code, &*end.out, &*end.errors),
            (Some(0), &*format!("{name}\n"), ""),
            "{arguments:?}"
        );
        assert_eq!(format(&folder.path().join(name)), is, "{arguments:?}");
    }
    assert_eq!(names(&folder).len(), 7, "no other file stays: {:?}", names(&folder));
    let blobs: Vec<_> =
        harness.server.requests().into_iter().filter(|seen| seen.target.ends_with("/blob")).collect();
    assert_eq!(blobs.len(), 4, "without VARIANT the original is saved");
}

#[test]
fn original_has_the_extension_of_its_bytes() {
    for (filename, bytes, name) in [
        ("\"upload.jpg\"", &b"RIFF\x08\0\0\0WEBPVP8L"[..], "upload.webp"),
        ("\"upload.jpg\"", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "upload.heic"),
        ("\"UPLOAD.GIF\"", GIF, "UPLOAD.GIF"),
        ("\"upload\"", b"II\x2a\0\x08\0\0\0", "upload.tiff"),
        ("\"upload.bin\"", b"%PDF-1.7", "upload.bin.pdf"),
        ("\"upload.jpg\"", b"what was uploaded", "upload.jpg"),
        ("null", b"\xff\x0a\xfa\x1f", "image.jxl"),
    ] {
        let (loopback, folder) = (Loopback::with_original(filename, bytes), folder());
        let end = run_command(loopback.command(&["save", "image"]).current_dir(folder.path()));
        assert_eq!((end.code, &*end.out), (Some(0), &*format!("{name}\n")), "{}", end.errors);
        assert_eq!(names(&folder), [name]);
        let end = run_command(loopback.command(&["save", "image", "-o", "x.png"]).current_dir(folder.path()));
        assert_eq!((end.code, &*end.out), (Some(0), "x.png\n"), "{}", end.errors);
    }
}

#[test]
fn original_does_not_replace_existing_file() {
    let (loopback, folder) = (Loopback::with_original("\"upload.jpg\"", GIF), folder());
    fs::write(folder.path().join("upload.gif"), "mine").expect("written");
    let end = run_command(loopback.command(&["save", "image"]).current_dir(folder.path()));
    assert_eq!((end.code, &*end.out), (Some(1), ""), "{}", end.errors);
    assert_eq!(fs::read_to_string(folder.path().join("upload.gif")).expect("it is there"), "mine");
    assert_eq!(names(&folder), ["upload.gif"]);
}

#[test]
fn empty_original_fails_and_leaves_no_file() {
    let (loopback, folder) = (Loopback::with_original("\"upload.jpg\"", b""), folder());
    for arguments in [&["save", "image"][..], &["save", "image", "-o", "x"], &["save", "image", "-o", "-"]] {
        let end = run_command(loopback.command(arguments).current_dir(folder.path()));
        assert_eq!((end.code, &*end.out), (Some(5), ""), "{}", end.errors);
        assert!(names(&folder).is_empty(), "{:?}", names(&folder));
    }
}

#[test]
fn hostile_file_name_stays_in_the_folder() {
    let (harness, folder) = (Harness::new(), folder());
    let end = run(&harness, &folder, &["save", HOSTILE_ID]);
    assert_eq!((end.code, &*end.out), (Some(0), "_[2J_]0;owned_in_voice_gnp.exe__.png\n"), "{}", end.errors);
    assert_eq!(names(&folder), ["_[2J_]0;owned_in_voice_gnp.exe__.png"]);
    for (filename, name) in [
        ("\"../../../escape.gif\"", "_.._.._escape-fine.gif"),
        ("\"/etc/x.gif\"", "_etc_x-fine.gif"),
        ("null", "image-fine.gif"),
        ("\"-rf\"", "rf-fine.gif"),
    ] {
        let (loopback, folder) = (Loopback::new(filename), self::folder());
        let inner = folder.path().join("a");
        fs::create_dir(&inner).expect("a folder");
        let end = run_command(loopback.command(&["save", "image", "fine"]).current_dir(&inner));
        assert_eq!((end.code, &*end.out), (Some(0), &*format!("{name}\n")), "{}", end.errors);
        assert_eq!(fs::read(inner.join(name)).expect("it is in the folder"), GIF);
        assert_eq!(names(&folder), ["a"]);
    }
}

#[test]
fn existing_file_is_replaced_only_with_force() {
    let (harness, folder) = (Harness::new(), folder());
    let path = folder.path().join("logo.png");
    fs::write(&path, "mine").expect("written");
    let seen = harness.server.requests().len();
    for arguments in [&["save", SAMPLE_ID][..], &["save", SAMPLE_ID, "hero", "-o", "logo.png"]] {
        let end = run(&harness, &folder, arguments);
        assert_eq!((end.code, &*end.out), (Some(1), ""), "{}", end.errors);
        assert!(end.errors.contains("logo.png ") && end.errors.contains("--force"), "{}", end.errors);
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "mine");
    }
    let fetched = harness
        .server
        .requests()
        .into_iter()
        .skip(seen)
        .filter(|seen| !seen.target.starts_with("/client/") || seen.target.ends_with("/blob"));
    assert_eq!(fetched.count(), 0, "nothing was fetched");
    // Here the name is known only after the bytes have been fetched.
    fs::write(folder.path().join("logo-hero.webp"), "mine").expect("written");
    let end = run(&harness, &folder, &["save", SAMPLE_ID, "hero"]);
    assert_eq!(end.code, Some(1), "{}", end.errors);
    assert_eq!(fs::read_to_string(folder.path().join("logo-hero.webp")).expect("it is there"), "mine");
    let end = run(&harness, &folder, &["save", "--force", SAMPLE_ID]);
    assert_eq!((end.code, &*end.out), (Some(0), "logo.png\n"), "{}", end.errors);
    assert_eq!(format(&path), Format::Png);
    assert_eq!(names(&folder), ["logo-hero.webp", "logo.png"]);
}

#[test]
fn standard_output_gets_only_complete_pictures() {
    let (harness, folder) = (Harness::new(), folder());
    let mut command = harness.command(&["save", SAMPLE_ID, "-o", "-"]);
    let output = command.current_dir(folder.path()).output().expect("it runs");
    assert!(output.status.success() && output.stderr.is_empty());
    assert_eq!(file_info(&output.stdout).expect("a picture").format, Format::Png);
    assert_eq!(names(&folder), Vec::<String>::new());
    let loopback = Loopback::new("null");
    let end = run_command(&mut loopback.command(&["save", "image", "cut", "-o", "-"]));
    assert_eq!((end.code, &*end.out), (Some(5), ""), "no incomplete picture: {}", end.errors);
}

#[test]
fn delivery_error_leaves_no_file() {
    let (loopback, folder) = (Loopback::new("\"a.gif\""), folder());
    for (variant, code, words) in [
        ("cut", 5, ""),
        ("empty", 5, ""),
        ("html", 5, ""),
        ("liar", 5, ""),
        ("redirect", 5, "elsewhere.example"),
        ("denied", 4, "9425"),
        ("missing", 3, "9404"),
        ("none", 3, "“none”"),
    ] {
        let end = run_command(loopback.command(&["save", "image", variant]).current_dir(folder.path()));
        assert_eq!((end.code, &*end.out), (Some(code), ""), "{variant}: {}", end.errors);
        assert!(end.errors.contains(words) && end.errors.lines().count() == 1, "{variant}: {}", end.errors);
        assert_eq!(names(&folder), Vec::<String>::new(), "{variant}");
    }
    // An original may be anything, and is saved as it is.
    let end = run_command(loopback.command(&["save", "image", "-o", "b"]).current_dir(folder.path()));
    assert_eq!((end.code, names(&folder)), (Some(0), vec!["b".to_owned()]), "{}", end.errors);
    for request in loopback.requests() {
        let to_api = request.lines().next().expect("a first line").contains("/client/");
        assert_eq!(request.contains("cfut_hush"), to_api, "only the API gets the token: {request}");
        assert!(to_api || request.contains("\naccept: image/webp,"), "{request}");
    }
}

#[test]
fn private_variant_is_fetched_signed() {
    let (harness, folder) = (Harness::new(), folder());
    for (variant, name) in [("hero", "passport-scan-hero.webp"), ("blurred", "passport-scan-blurred.webp")] {
        let end = run(&harness, &folder, &["save", PRIVATE_ID, variant]);
        assert_eq!((end.code, &*end.out, &*end.errors), (Some(0), &*format!("{name}\n"), ""));
    }
    let end = run(&harness, &folder, &["save", DRAFT_ID]);
    assert_eq!((end.code, end.errors.lines().count()), (Some(3), 1), "{}", end.errors);
}

#[test]
fn private_variant_without_key_is_an_error() {
    let (stub, folder) = (Stub::with_keys(403, Stub::FORBIDDEN, None), folder());
    let end = run_command(stub.command(&["save", stub::ID, "public"]).current_dir(folder.path()));
    assert_eq!((end.code, &*end.out), (Some(4), ""), "{}", end.errors);
    for words in ["Images Read", "VARIANT"] {
        assert!(end.errors.contains(words), "{words}: {}", end.errors);
    }
    assert_eq!(names(&folder), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn rotated_key_is_fetched_again_once() {
    let (harness, folder) = (Harness::new(), folder());
    let save = ["save", PRIVATE_ID, "hero", "-o", "-"];
    let rotated = format!("if [ -e once ]; then echo {SIGNING_KEY}; else touch once; echo old; fi");
    let saved = harness.command_with_keys(folder.path(), &rotated, &save).current_dir(folder.path()).output();
    let saved = saved.expect("it runs");
    assert_eq!(String::from_utf8_lossy(&saved.stderr), "");
    assert_eq!(
        saved.stdout,
        harness.command(&save).output().expect("it runs").stdout,
        "the picture is written once and complete"
    );
    let end = run_command(&mut harness.command_with_keys(folder.path(), "echo wrong", &save));
    assert_eq!((end.code, &*end.out), (Some(4), ""), "{}", end.errors);
    assert!(end.errors.contains("(9425)"), "{}", end.errors);
    assert!(!end.errors.contains("sig=") && !end.errors.contains("wrong,"), "{}", end.errors);
}

#[test]
fn unwritable_destination_is_an_error() {
    let (harness, folder) = (Harness::new(), folder());
    for (output, code) in [("no/such/folder/x", 1), (".", 2)] {
        let end = run(&harness, &folder, &["save", SAMPLE_ID, "-o", output]);
        assert_eq!((end.code, &*end.out), (Some(code), ""), "{output}: {}", end.errors);
        let named = output.trim_end_matches("/x");
        assert!(end.errors.contains(named) && end.errors.lines().count() == 1, "{}", end.errors);
    }
    assert_eq!(names(&folder), Vec::<String>::new());
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_is_an_error() {
    let (harness, folder) = (Harness::new(), folder());
    let end = run(&harness, &folder, &["save", SAMPLE_ID, "-o", "/dev/full"]);
    assert_eq!((end.code, &*end.out), (Some(1), ""), "{}", end.errors);
    assert_eq!(end.errors.lines().count(), 1, "{}", end.errors);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let end = run_command(harness.command(&["save", SAMPLE_ID]).current_dir(folder.path()).stdout(full));
    assert_eq!(
        (end.code, names(&folder)),
        (Some(1), vec!["logo.png".to_owned()]),
        "the path was not printed: {}",
        end.errors
    );
}

#[cfg(unix)]
#[test]
fn signal_removes_incomplete_file() {
    use rustix::process::{Pid, Signal, kill_process};

    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let (loopback, folder) = (Loopback::new("null"), folder());
        let mut command = loopback.command(&["save", "image", "stall", "-o", "a.gif"]);
        command.current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("it starts");
        loopback.stalled.recv().expect("the half of it is sent");
        assert!(!names(&folder).contains(&"a.gif".to_owned()), "no incomplete file has the name");
        let pid = Pid::from_raw(child.id().cast_signed()).expect("a process");
        kill_process(pid, signal).expect("it runs");
        let end: CommandResult = child.wait_with_output().expect("it ends").into();
        assert_eq!((end.code, &*end.out, names(&folder)), (Some(code), "", vec![]), "{}", end.errors);
    }
}

#[cfg(unix)]
#[test]
fn signal_ends_save_with_blocked_output() {
    use std::io::Read as _;

    use rustix::process::{Pid, Signal, kill_process};

    /// Larger than a pipe's buffer.
    const LARGE: &str = "products/4711/front.jpg";

    let harness = Harness::new();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        for fifo in [false, true] {
            let folder = folder();
            let path = folder.path().join("fifo");
            assert!(Command::new("mkfifo").arg(&path).status().expect("every system has it").success());
            let mut command = harness.command(&["save", LARGE, "-o", if fifo { "fifo" } else { "-" }]);
            command.current_dir(folder.path()).stdout(Stdio::piped());
            let mut child = command.spawn().expect("it starts");
            let mut out: Box<dyn std::io::Read> = match child.stdout.take() {
                Some(out) if !fifo => Box::new(out),
                _ => Box::new(fs::File::open(&path).expect("it is written to")),
            };
            out.read_exact(&mut [0]).expect("the first byte");
            kill_process(Pid::from_raw(child.id().cast_signed()).expect("a process"), signal)
                .expect("it runs");
            assert_eq!(child.wait().expect("it ends").code(), Some(code), "{signal:?}, {fifo}");
            assert_eq!(names(&folder), ["fifo"]);
            drop(out);
        }
    }
}

#[cfg(unix)]
#[test]
fn file_size_limit_is_an_error_without_file() {
    let (harness, folder) = (Harness::new(), folder());
    let mut shell = harness.command::<&str>(&[]);
    let program = shell.get_program().to_owned();
    let variables: Vec<_> =
        shell.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    shell = Command::new("sh");
    shell.env_clear().envs(variables).current_dir(folder.path()).stdin(Stdio::null());
    shell.args(["-c", r#"ulimit -f 1; exec "$0" save "$1" -o a.png"#]).arg(program).arg(PRIVATE_ID);
    let end = run_command(&mut shell);
    assert_eq!((end.code, &*end.out), (Some(1), ""), "{}", end.errors);
    assert!(!end.errors.is_empty());
    assert_eq!(names(&folder), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn saved_file_has_umask_permissions() {
    use std::os::unix::fs::PermissionsExt as _;

    let (harness, folder) = (Harness::new(), folder());
    assert_eq!(run(&harness, &folder, &["save", SAMPLE_ID]).code, Some(0));
    fs::write(folder.path().join("mine"), "").expect("written");
    let mode = |name: &str| fs::metadata(folder.path().join(name)).expect("it is there").permissions().mode();
    assert_eq!(mode("logo.png"), mode("mine"));
}

#[test]
fn each_input_line_is_saved() {
    let (harness, folder) = (Harness::new(), folder());
    let save = |arguments: &[&str], lines: &str| {
        with_input(harness.command(arguments).current_dir(folder.path()), lines)
    };
    let end = save(&["save", "-"], &format!("{PRIVATE_ID}\n\nno-such-image\n..\n{SAMPLE_ID}\n{SAMPLE_ID}\n"));
    assert_eq!((end.code, &*end.out), (Some(3), "passport-scan.jpg\nlogo.png\n"), "{}", end.errors);
    let errors: Vec<&str> = end.errors.lines().collect();
    assert_eq!(errors.len(), 3, "one line each: {}", end.errors);
    for (error, words) in errors.iter().zip(["no-such-image", "“..”", "logo.png"]) {
        assert!(error.contains(words), "{error}");
    }
    assert_eq!(names(&folder), ["logo.png", "passport-scan.jpg"]);
    // Even if the other file exists long before this image is fetched.
    let again = format!("{PRIVATE_ID}\n").repeat(20);
    fs::remove_file(folder.path().join("passport-scan.jpg")).expect("it is there");
    let end = save(&["save", "-"], &again);
    assert_eq!((end.code, &*end.out), (Some(1), "passport-scan.jpg\n"), "{}", end.errors);
    let count = end.errors.lines().filter(|error| error.contains("passport-scan.jpg")).count();
    assert_eq!(count, 19, "{}", end.errors);
    // A file written by one image of a command is not overwritten by another.
    let end = save(&["save", "-", "--force"], &format!("{SAMPLE_ID}\n{SAMPLE_ID}\n"));
    assert_eq!((end.code, &*end.out), (Some(1), "logo.png\n"), "{}", end.errors);
    let end = save(&["save", "-", "blurred"], &format!("{PRIVATE_ID}\n{SAMPLE_ID}\n"));
    assert_eq!((end.code, &*end.out), (Some(0), "passport-scan-blurred.webp\nlogo-blurred.webp\n"));
    let end = save(&["save", "-"], "\n");
    assert_eq!((end.code, end.errors.lines().count()), (Some(2), 1), "{}", end.errors);
}

#[test]
fn output_option_takes_one_image_only() {
    let (harness, folder) = (Harness::new(), folder());
    for output in ["x", "-"] {
        let mut command = harness.command(&["save", "-", "-o", output]);
        let end = with_input(command.current_dir(folder.path()), &format!("{SAMPLE_ID}\n{PRIVATE_ID}\n"));
        assert_eq!((end.code, &*end.out), (Some(2), ""), "{output}");
        assert!(end.errors.contains(" -o "), "{}", end.errors);
    }
    assert!(names(&folder).is_empty() && harness.server.requests().is_empty(), "nothing was requested");
    let end = with_input(harness.command(&["save", "-", "-o", "x"]).current_dir(folder.path()), SAMPLE_ID);
    assert_eq!((end.code, &*end.out), (Some(0), "x\n"), "one line is one image: {}", end.errors);
}

#[test]
fn flexible_variant_is_requested_by_its_options() {
    let (loopback, folder) = (Loopback::new("\"logo.gif\""), folder());
    let save =
        |variant: &str| run_command(loopback.command(&["save", "image", variant]).current_dir(folder.path()));
    let end = save("fit=cover,width=400");
    assert_eq!((end.code, &*end.out), (Some(0), "logo-w=400,fit=cover.gif\n"), "{}", end.errors);
    assert!(loopback.requests().iter().any(|seen| seen.contains("/image/w=400,fit=cover ")));
    let end = save("w=0");
    assert_eq!((end.code, end.errors.lines().count()), (Some(2), 1), "{}", end.errors);
    let end = run(&Harness::new(), &folder, &["save", PRIVATE_ID, "w=400"]);
    assert_eq!((end.code, &*end.out), (Some(1), ""));
    assert_eq!(end.errors.lines().count(), 1, "{}", end.errors);
    assert_eq!(names(&folder), ["logo-w=400,fit=cover.gif"]);
}

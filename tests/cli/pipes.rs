//! Standard input and output, connected as by a shell.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use cfimg::demo::{PRIVATE_ID, SAMPLE_ID};

use super::{CommandResult, Harness, bare, run_command, write_failure};

#[test]
fn dash_is_replaced_by_standard_input() {
    let harness = Harness::new();
    let mut child = harness.command(&["check", "a-first", "-", SAMPLE_ID]);
    child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().expect("the program starts");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(format!("\n  {PRIVATE_ID}\r\n\n\n{SAMPLE_ID}").as_bytes()).expect("it reads");
    drop(input);
    let end: CommandResult = child.wait_with_output().expect("it ends").into();
    let ids: Vec<&str> = end.out.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    assert_eq!(ids, [PRIVATE_ID, SAMPLE_ID, SAMPLE_ID]);
    assert_eq!(end.code, Some(3), "{}", end.errors);
    assert_eq!(end.errors.lines().count(), 1, "{}", end.errors);
}

#[test]
fn each_input_line_is_answered_at_once() {
    let harness = Harness::new();
    let mut child = harness.command(&["check", "-"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut input = child.stdin.take().expect("a pipe");
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    let (sender, answers) = mpsc::channel();
    let reader =
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let mut answered = Vec::new();
    for _ in 0..3 {
        writeln!(input, "{SAMPLE_ID}").expect("it reads");
        answered.extend(answers.recv_timeout(Duration::from_secs(20)));
    }
    drop(input);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(answered, vec![format!("public\t{SAMPLE_ID}\tlogo.png"); 3], "each before the next line");
    drop(reader.join());
}

#[cfg(unix)]
#[test]
fn unreadable_input_is_reported_once() {
    let harness = Harness::new();
    let mut child = harness.command(&["check", "-"]);
    child.stdin(std::fs::File::open("/").expect("there is a root")).stderr(Stdio::piped());
    let mut child = child.spawn().expect("the program starts");
    let errors = BufReader::new(child.stderr.take().expect("a pipe"));
    // A program that goes on forever is killed after its second line.
    let lines_read: Vec<String> = errors.lines().map_while(Result::ok).take(2).collect();
    child.kill().expect("it is ours");
    let code = child.wait().expect("it ends").code();
    assert_eq!(lines_read.len(), 1, "{lines_read:?}");
    assert!(matches!(code, Some(2) | None), "{code:?}");
}

#[test]
fn results_keep_argument_order() {
    let harness = Harness::new();
    // The flaky image is tried three times, so its response comes long after the others.
    let mut arguments = vec!["check", "fault-flaky"];
    let ids = [SAMPLE_ID, PRIVATE_ID];
    arguments.extend(ids.iter().cycle().take(40));
    let end = harness.run(&arguments);
    let lines: Vec<&str> = end.out.lines().collect();
    assert_eq!(lines.len(), 41, "{}", end.errors);
    for (line, id) in lines[1..].iter().zip(ids.iter().cycle()) {
        assert_eq!(line.split('\t').nth(1), Some(*id), "{line}");
    }
    let targets: Vec<String> = harness.server.requests().into_iter().map(|request| request.target).collect();
    let flaky = |target: &String| target.ends_with("fault-flaky");
    let last_flaky = targets.iter().rposition(flaky).expect("it was requested");
    assert!(
        targets[..last_flaky].iter().filter(|target| !flaky(target)).count() >= 7,
        "the others did not wait"
    );
    assert_eq!(end.code, Some(10));
}

#[test]
fn closed_pipe_ends_show_quietly() {
    let harness = Harness::new();
    let mut arguments = vec!["show"];
    // More than the buffer of a pipe.
    arguments.extend(std::iter::repeat_n(SAMPLE_ID, 150));
    let mut child = harness.command(&arguments);
    child.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().expect("the program starts");
    let mut first = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    out.read_line(&mut first).expect("a line");
    drop(out);
    let mut errors = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("UTF-8");
    assert!(first.ends_with("\tlogo.png\n"), "{first}");
    assert_eq!((child.wait().expect("it ends").code(), errors.as_str()), (Some(0), ""));
    assert!(harness.server.requests().len() < 150, "it stopped sending requests");
}

#[test]
fn closed_pipe_ends_help_quietly() {
    let mut child =
        bare(&["--help"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let end: CommandResult = child.wait_with_output().expect("it ends").into();
    assert_eq!((end.code, end.errors.as_str()), (Some(0), ""));
}

#[test]
#[cfg(target_os = "linux")]
fn full_output_is_a_failure() {
    let harness = Harness::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let end = run_command(harness.command(&["check", SAMPLE_ID]).stdout(full));
    assert_eq!(end.code, Some(1));
    assert!(end.errors.contains(&write_failure()), "{}", end.errors);
}

#[test]
fn colours_need_a_terminal_or_an_option() {
    let harness = Harness::new();
    let plain = harness.run(&["show", PRIVATE_ID, "no-such-image"]);
    assert!(!plain.out.contains('\x1b') && !plain.errors.contains('\x1b'));
    let painted = run_command(
        harness
            .command(&["--color=always", "--theme=dark", "show", PRIVATE_ID, "no-such-image"])
            .env("NO_COLOR", "1"),
    );
    assert_eq!(painted.out, plain.out, "columns for scripts have no colours");
    assert!(painted.errors.starts_with("\x1b[1;31mcfimg:\x1b[0m "), "{:?}", painted.errors);
}

#[test]
#[cfg(unix)]
fn demo_server_stops_on_signal() {
    use rustix::process::{Pid, Signal, kill_process};

    for signal in [Signal::TERM, Signal::INT] {
        let mut served = bare(&["demo", "--serve", "--images", "3", "--latency", "1"]);
        served.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut served = served.spawn().expect("the program starts");
        let mut shown = bare(&["usage"]);
        let mut lines = BufReader::new(served.stdout.take().expect("a pipe")).lines();
        for _ in 0..4 {
            let line = lines.next().expect("four lines").expect("UTF-8");
            let (name, value) =
                line.strip_prefix("export ").and_then(|line| line.split_once('=')).expect("a variable");
            shown.env(name, value);
        }
        let usage = run_command(&mut shown).out;
        assert!(usage.starts_with("3 ") && usage.contains(" 100,000 "), "{usage}");
        let pid = Pid::from_child(&served);
        kill_process(pid, signal).expect("it runs");
        assert!(lines.next().is_none(), "nothing more on standard output");
        let end: CommandResult = served.wait_with_output().expect("it ends").into();
        assert_eq!(end.code, Some(0));
        assert!(end.errors.contains(SAMPLE_ID) && end.errors.contains("fault-500"), "{}", end.errors);
    }
}

#[test]
fn taken_port_is_reported() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let end = run_command(&mut bare(&["demo", "--serve", "--port", &port]));
    assert_eq!((end.code, end.out.as_str()), (Some(1), ""));
    assert!(end.errors.contains(&port) && end.errors.contains("--port"), "{}", end.errors);
}

//! Commands of the user.

use std::io;
use std::path::Path;

use cfimg::app::{Event, Input};
use cfimg::demo::{Options, PRIVATE_ID, SAMPLE_ID, Server};
use cfimg::runtime::Arrival;

use super::harness::{Harness, RecordedCommand};

/// A session with commands that shows an image.
async fn showing(commands: &[&str], id: &str) -> (Server, Harness) {
    let server = Server::start(Options::default()).await.expect("a free port");
    let mut harness = Harness::with_commands(&server, commands).start(Some(id));
    harness.until_ready(id).await;
    (server, harness)
}

/// Presses the key of a command that gets the terminal, and waits until it has ended. Returns what ran.
async fn run(harness: &mut Harness, key: &str) -> RecordedCommand {
    let (tty, count) = (harness.driver.tty.clone(), harness.driver.tty.commands().len());
    harness.driver.press(key);
    harness.until(|model| tty.commands().len() > count && model.command.job.is_none()).await;
    assert_eq!(harness.session.model().warning(), None);
    tty.commands().pop().expect("it ran")
}

#[tokio::test]
async fn command_gets_the_terminal_and_the_file() {
    let (_server, mut harness) = showing(&["E gimp gimp --x={variant} {file}"], SAMPLE_ID).await;
    let frames = harness.driver.screen.frames().len();
    let command = run(&mut harness, "E").await;
    let (path, bytes) = command.file.expect("a file");
    assert_eq!(
        (command.name.as_str(), &command.words[..2]),
        ("gimp", &["gimp".to_owned(), "--x=public".to_owned()][..])
    );
    assert_eq!(path.file_name().and_then(|name| name.to_str()), Some("picture.webp"));
    assert!(bytes.starts_with(b"RIFF") && bytes.len() > 1000, "{}", bytes.len());
    assert!(!path.parent().is_some_and(Path::exists), "the folder is removed");
    let calls = harness.driver.tty.calls();
    let of_terminal: Vec<_> = calls.iter().filter(|call| matches!(&***call, "lend" | "reclaim")).collect();
    assert_eq!(of_terminal, ["lend", "reclaim"]);
    assert!(harness.driver.screen.frames().len() > frames, "it is drawn again");
}

#[tokio::test]
async fn shell_gets_only_the_variables_that_it_mentions() {
    let (_server, mut harness) = showing(&["E edit $printf %s \"$CFIMG_JSON\""], SAMPLE_ID).await;
    let command = run(&mut harness, "E").await;
    assert_eq!(command.words, ["sh", "-c", "printf %s \"$CFIMG_JSON\""]);
    let json = command.variables.iter().find_map(|variable| variable.strip_prefix("CFIMG_JSON="));
    let json: serde_json::Value = serde_json::from_str(json.expect("it is mentioned")).expect("JSON");
    assert_eq!(json["id"], SAMPLE_ID);
    assert!(!command.variables.iter().any(|variable| variable.starts_with("CFIMG_URL=")), "not mentioned");
}

#[tokio::test]
async fn signed_url_comes_only_by_the_environment() {
    let (_server, mut harness) =
        showing(&["E post $curl \"$CFIMG_SIGNED_URL\"", "F show x {url}"], PRIVATE_ID).await;
    let command = run(&mut harness, "E").await;
    let url = command.variables.iter().find_map(|variable| variable.strip_prefix("CFIMG_SIGNED_URL="));
    assert!(url.expect("it is mentioned").contains("&sig="), "{url:?}");
    assert!(!command.words.join(" ").contains("sig="));
    let plain = run(&mut harness, "F").await;
    assert!(plain.words[1].starts_with("http") && !plain.words[1].contains("sig="), "{:?}", plain.words);
}

#[tokio::test]
async fn command_that_does_not_start_is_named() {
    let (_server, mut harness) = showing(&["E gimp gimp-3 {id}"], SAMPLE_ID).await;
    harness.driver.tty.command_error.set(Some(io::ErrorKind::NotFound));
    harness.press("E");
    harness.until_warning().await;
    let warning = harness.session.model().warning().expect("a warning").to_owned();
    assert!(warning.starts_with("Couldn't start gimp (gimp-3)."), "{warning}");
}

#[tokio::test]
async fn failure_in_the_background_is_a_notice() {
    let (_server, mut harness) = showing(&["E gimp gimp \u{1b}[31moh {id} &"], SAMPLE_ID).await;
    harness.press("E");
    harness.until_warning().await;
    let warning = harness.session.model().warning().expect("a warning").to_owned();
    assert!(warning.starts_with("gimp failed (exit code 3): ") && !warning.contains('\u{1b}'), "{warning}");
    assert_eq!(harness.driver.desktop.taken(), ["gimp"]);
    assert!(!harness.driver.tty.calls().iter().any(|call| call == "lend"));
}

#[tokio::test]
async fn what_arrives_during_a_command_waits() {
    let (_server, mut harness) = showing(&["E gimp gimp {id}"], SAMPLE_ID).await;
    let release = harness.driver.tty.hold_command();
    harness.press("E");
    let tty = harness.driver.tty.clone();
    harness
        .run(async |driver| {
            while !tty.calls().iter().any(|call| call == "lend") {
                tokio::task::yield_now().await;
            }
            driver.send(Arrival::Event(Event::IndexFailed("it came".to_owned())));
            driver.send(Arrival::Inputs(vec![Input::Resize]));
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    let frames = harness.driver.screen.frames().len();
    assert_eq!(harness.session.model().warning(), None);
    drop(release);
    harness.until(|model| model.warning() == Some("it came")).await;
    assert!(harness.driver.screen.frames().len() > frames);
}

//! Switching to another profile: nothing of the one account is shown or used in the other.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use cfimg::app::{Input, Key, Model, Notice, ProfileName, ProfileRow, Profiles};
use cfimg::cloudflare::Client;
use cfimg::demo::{ACCOUNT_HASH, Options, PRIVATE_ID, SAMPLE_ID, Server};
use cfimg::desktop::CommandError;
use cfimg::domain::child_process::InTerminal;
use cfimg::domain::{Failure, FailureKind, PictureChoice};
use cfimg::runtime::Arrival;
use cfimg::runtime::account::StartAccount;
use cfimg::terminal::TerminalEnv;
use futures_util::FutureExt as _;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::runtime::Handle;

use super::harness::{FakeDesktop, Harness, account_of, client, fast_retries, keymap_with};
use super::proxy::RecordingProxy;

/// Responses that take this long never come.
const FOREVER: Duration = Duration::from_secs(600);

fn named(name: &str) -> ProfileName {
    ProfileName::Named(name.to_owned())
}

/// The profiles `home` and `work`, which asks for a passphrase; and `broken`, whose credentials can't be read.
fn profiles(current: &str) -> Profiles {
    let row = |name: &str| ProfileRow {
        name: named(name),
        account: "Acme".to_owned(),
        source: "config.toml".to_owned(),
        needs_terminal: name == "prompt",
    };
    Profiles { rows: ["home", "work", "broken", "prompt"].map(row).into(), current: Some(named(current)) }
}

/// A session with the account of `home`, which can switch to that of `work`.
fn session(home: Client, work: Client) -> Harness {
    let desktop = Arc::new(FakeDesktop::default());
    let mut first = account_of(home.clone(), profiles("home"), &desktop);
    first.model.keymap = keymap_with(&["E later true {id} &"]);
    let of_all = Arc::clone(&desktop);
    let start: StartAccount = Box::new(move |name, terminal| {
        let (desktop, home, work) = (Arc::clone(&of_all), home.clone(), work.clone());
        Box::pin(async move {
            match &*name.to_string() {
                "home" => Ok(account_of(home, profiles("home"), &desktop)),
                "work" => Ok(account_of(work, profiles("work"), &desktop)),
                "prompt" => {
                    let run = terminal.expect("it needs the terminal");
                    let run = move || run(Command::new("pass"), InTerminal::Captured(FOREVER));
                    let status = tokio::task::spawn_blocking(run).await.expect("no panic");
                    if status.is_ok_and(|status| status.is_some_and(|status| status.success())) {
                        return Ok(account_of(work, profiles("prompt"), &desktop));
                    }
                    Err(Failure::new(FailureKind::Credentials, "token_command failed", "Run it by hand."))
                }
                _ => Err(Failure::new(FailureKind::Credentials, "token_command failed", "Run it by hand.")),
            }
        })
    });
    Harness::with_profiles(first, start, desktop)
}

async fn server(seed: u64) -> Server {
    Server::start(Options { seed, images: 30, ..Options::default() }).await.expect("a free port")
}

fn client_of(server: &Server) -> Client {
    client(&server.api_base(), fast_retries())
}

/// The base URL of an API with this image.
fn one_image(image: &str) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}/client/v4", listener.local_addr().expect("an address"));
    let image = image.to_owned();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let lines = BufReader::new(stream.try_clone().expect("a second handle")).lines();
            let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let asks_for = |what| head.first().is_some_and(|line| line.contains(what));
            let result = match () {
                () if asks_for("/images/v1/cat ") => image.clone(),
                () if asks_for("/images/v2?") => {
                    format!(r#"{{"images":[{image}],"continuation_token":null}}"#)
                }
                () => "{}".to_owned(),
            };
            let body = format!(r#"{{"result":{result},"success":true,"errors":[],"messages":[]}}"#);
            let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}", body.len());
            _ = stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
        }
    });
    base
}

/// Switches to `work`, and waits until its newest image is shown.
async fn switch_to_work(harness: &mut Harness) {
    harness.press("a2");
    assert_eq!(harness.session.model().profiles.current, Some(named("work")));
    harness.until_started().await;
}

/// Waits for something that is aborted. Less time than after which the client gives up by itself.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), future).await.expect("it is aborted")
}

/// Everything that the model has of images and URLs.
fn contents(model: &Model) -> String {
    let rows = (0..model.browse.len()).filter_map(|row| model.browse.row(row));
    let rows: Vec<_> = rows.map(|image| image.id().to_owned()).collect();
    format!("{rows:?} {:?} {:?} {:?}", model.lookup, model.delivery, model.preview)
}

/// The host of a server's delivery URLs, by which its images are told from those of others.
fn host(server: &Server) -> String {
    server.addr().to_string()
}

#[tokio::test]
async fn all_panes_start_over_with_the_other_account() {
    let (home, work) = (server(1).await, server(2).await);
    let mut harness = session(client_of(&home), client_of(&work));
    harness = harness.start(None);
    harness.until_started().await;
    // A mark, a signed URL, another pane, the gallery, a filter.
    harness.driver.look_up(PRIVATE_ID);
    harness.until_ready(PRIVATE_ID).await;
    harness.press("s1");
    harness.until_taken(1).await;
    harness.press("\x1bb* /png\r");
    assert!(contents(harness.session.model()).contains(&host(&home)));
    let requests = home.requests().len();

    switch_to_work(&mut harness).await;
    let model = harness.session.model();
    let contents = contents(model);
    assert!(contents.contains(&host(&work)) && !contents.contains(&host(&home)), "{contents}");
    assert!(model.delivery.active_url.is_none() && model.overlay.is_none());
    assert_eq!((model.browse.marked().len(), model.browse.filter.is_on()), (0, false));
    let screen = harness.driver.screen.text();
    assert!(screen.contains(" work · demo"), "{screen}");
    assert!(screen.contains("Switched to work"), "{screen}");
    assert_eq!(home.requests().len(), requests, "the other account is left alone");

    harness.press("y");
    harness.until_taken(2).await;
    assert!(harness.driver.desktop.taken()[1].contains(&host(&work)));
    harness.press("a1");
    harness.until_started().await;
    let screen = harness.driver.screen.text();
    assert!(screen.contains(" home · demo") && screen.contains(&host(&home)), "{screen}");
}

#[tokio::test]
async fn first_frame_comes_before_the_first_request_of_the_other() {
    let (home, work) = (server(1).await, server(2).await);
    let mut harness = session(client_of(&home), client_of(&work)).start(None);
    harness.until_started().await;
    let before = Handle::current().metrics().num_alive_tasks();
    harness.press("a2");
    let frames = harness.driver.screen.frames();
    let first = frames.iter().find(|frame| frame.text.contains(" work · demo")).expect("a frame");
    assert!(first.tasks <= before, "no task that could send was alive");
    assert!(!first.text.contains(SAMPLE_ID) && first.text.contains("Loading the list"), "{}", first.text);
    assert_eq!(work.requests(), []);
}

#[tokio::test]
async fn late_list_and_lookup_change_nothing_and_are_cancelled() {
    let slow =
        Server::start(Options { latency: FOREVER, seed: 1, ..Options::default() }).await.expect("a port");
    let work = server(2).await;
    for image in [None, Some(SAMPLE_ID)] {
        let proxy = RecordingProxy::start(slow.addr()).await;
        let mut harness = session(client(&proxy.api_base(), fast_retries()), client_of(&work)).start(image);
        harness.run(async |_| proxy.until(|all| all.iter().any(|one| !one.request.is_empty())).await).await;
        switch_to_work(&mut harness).await;
        soon(proxy.until(|connections| connections.iter().all(|connection| connection.closed))).await;
        assert!(harness.session.model().problem().is_none());
    }
}

#[tokio::test]
async fn late_picture_is_cancelled() {
    let host = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/{ACCOUNT_HASH}/cat/public", host.local_addr().expect("an address"));
    let api = one_image(&format!(r#"{{"id":"cat","requireSignedURLs":false,"variants":["{url}"]}}"#));
    let work = server(2).await;
    for key in ["", "t"] {
        let home = client(&api, fast_retries());
        let mut harness = session(home, client_of(&work)).start(None);
        harness.press(key);
        let detected = harness.session.start_detection(TerminalEnv::default(), PictureChoice::Halfblocks);
        detected.expect("nothing here can fail");
        let (first, _) = harness.run(async |_| host.accept().await.expect("a request")).await;
        switch_to_work(&mut harness).await;
        assert!(!contents(harness.session.model()).contains("cat"), "{key}");
        harness.until(|model| model.preview.picture.value().is_some()).await;
        // A thumbnail makes way for a lookup, and is requested again.
        let mut connections = vec![first];
        while let Some(again) = host.accept().now_or_never() {
            connections.push(again.expect("a request").0);
        }
        for mut connection in connections {
            // It ends once the client closes the connection.
            _ = soon(connection.read_to_end(&mut Vec::new())).await;
        }
    }
}

#[tokio::test]
async fn keys_typed_ahead_are_for_the_other_account() {
    let (home, work) = (server(1).await, server(2).await);
    let mut harness = session(client_of(&home), client_of(&work)).start(None);
    harness.until_started().await;
    let requests = home.requests().len();
    harness.press("a2r");
    harness.until_started().await;
    harness.press("a1y");
    harness.press("a2");
    assert_eq!(home.requests().len(), requests);
    assert_eq!(harness.driver.desktop.taken(), [""; 0], "nothing was listed yet");
}

#[tokio::test]
async fn profile_that_cannot_be_used_loses_nothing() {
    let (home, work) = (server(1).await, server(2).await);
    let mut harness = session(client_of(&home), client_of(&work)).start(Some(PRIVATE_ID));
    harness.until_ready(PRIVATE_ID).await;
    harness.press("b ");
    let before = contents(harness.session.model());
    let marked = harness.session.model().browse.marked().len();
    harness.press("a3");
    let model = harness.session.model();
    assert!(model.warning().is_some_and(|words| words.contains("broken") && words.contains("token_command")));
    assert_eq!((contents(model), model.browse.marked().len()), (before, marked));
    assert_eq!(harness.driver.tty.calls(), [""; 0]);
    harness.press("r");
    harness.until_done().await;
}

#[tokio::test]
async fn keys_typed_ahead_are_dropped_if_the_profile_cannot_be_used() {
    let (home, work) = (server(1).await, server(2).await);
    let mut harness = session(client_of(&home), client_of(&work)).start(Some(SAMPLE_ID));
    harness.until_ready(SAMPLE_ID).await;
    let requests = home.requests().len();
    // Those of one read, and of another.
    harness.driver.press("a3yr");
    harness.driver.press("y");
    harness.driver.tty.interrupts.set(true);
    harness.until_warning().await;
    harness.driver.press("a4y");
    harness.until(|model| matches!(&model.notice, Some(Notice::Done(words)) if words == "Cancelled")).await;
    harness.press("");
    assert_eq!(harness.driver.desktop.taken(), [""; 0]);
    assert_eq!(home.requests().len(), requests);
}

#[tokio::test]
async fn command_gets_the_terminal_and_can_be_interrupted() {
    let (home, work) = (server(1).await, server(2).await);
    let mut harness = session(client_of(&home), client_of(&work)).start(None);
    harness.until_started().await;
    let before = contents(harness.session.model());
    harness.driver.tty.interrupts.set(true);
    harness.driver.press("a4");
    harness.until(|model| model.notice.is_some()).await;
    let screen = harness.driver.screen.text();
    assert!(screen.contains("Cancelled"), "{screen}");
    let calls = harness.driver.tty.calls();
    assert!(calls[1].contains("prompt"), "{calls:?}");
    assert_eq!([&calls[0], &calls[2]], ["lend", "reclaim"]);
    assert_eq!(contents(harness.session.model()), before);
    assert_eq!(harness.session.model().profiles.current, Some(named("home")));

    // The same command, to its end.
    harness.driver.press("a4");
    harness.until(|model| model.profiles.current == Some(named("prompt"))).await;
}

#[tokio::test]
async fn signals_wait_or_end_the_program_while_a_command_has_the_terminal() {
    let (home, work) = (server(1).await, server(2).await);
    let mut harness = session(client_of(&home), client_of(&work)).start(None);
    harness.until_started().await;
    let held = harness.driver.tty.hold_command();
    let lent = || Arrival::Inputs("a4".chars().map(|c| Input::Key(Key::char(c))).collect());
    harness
        .run(async |driver| {
            driver.send(lent());
            while driver.tty.commands().is_empty() {
                tokio::task::yield_now().await;
            }
            driver.send(Arrival::Stop);
            drop(held);
            driver.screen.shows(" prompt · demo").await;
        })
        .await;
    let calls = harness.driver.tty.calls();
    let of_terminal: Vec<_> = calls.iter().filter(|call| !call.contains("Running")).collect();
    assert_eq!(of_terminal[..3], ["lend", "reclaim", "suspend"], "{calls:?}");
}

#[tokio::test]
async fn late_end_of_a_background_command_is_not_of_the_other_account() {
    let (home, work) = (server(1).await, server(2).await);
    let mut harness = session(client_of(&home), client_of(&work));
    harness = harness.start(Some(SAMPLE_ID));
    harness.until_ready(SAMPLE_ID).await;
    let desktop = Arc::clone(&harness.driver.desktop);
    desktop.hold_replies();
    harness.driver.press("E");
    let reply = harness.run(async |_| desktop.held_reply().await).await;
    switch_to_work(&mut harness).await;
    reply(Err(CommandError::NotStarted("too late".to_owned())));
    harness.press("");
    assert_eq!(harness.session.model().warning(), None);
}

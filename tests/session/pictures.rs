//! The picture, from keys to cells, with pictures from the embedded Cloudflare.

use cfimg::app::{Event, FetchedVia, Model, Remote, RequestId};
use cfimg::demo::{ANIMATED_ID, Options, PRIVATE_ID, SAMPLE_ID, SVG_ID, Server};
use cfimg::domain::{Budget, PictureChoice};
use cfimg::runtime::Arrival;
use cfimg::terminal::{TerminalEnv, TerminalResponse};
use cfimg::ui::{Drawn, EncodedPicture};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::harness::Harness;

/// The start of kitty's command to transmit pixels.
const PIXELS: &str = "\x1b_G";

/// A session with an image, on a terminal that shows several panes.
pub(super) fn session(server: &Server, image: &str, choice: PictureChoice) -> Harness {
    start_with(Harness::new(server), image, choice)
}

fn start_with(harness: Harness, image: &str, choice: PictureChoice) -> Harness {
    harness.driver.screen.resize(160, 40);
    let mut harness = harness.start(Some(image));
    harness.session.start_detection(TerminalEnv::default(), choice).expect("nothing here can fail");
    harness
}

pub(super) async fn server() -> Server {
    Server::start(Options { images: 60, ..Options::default() }).await.expect("a free port")
}

pub(super) fn is_drawn(model: &Model) -> bool {
    matches!(model.preview.picture, Remote::Loaded(_))
}

fn fetched_via(model: &Model) -> Option<FetchedVia> {
    model.preview.picture.value().and_then(|picture| picture.info.via.clone())
}

/// The requests to the delivery host: the path, and whether they had credentials.
fn delivered(server: &Server) -> Vec<(String, bool)> {
    let requests = server.requests().into_iter().filter(|request| !request.target.contains("/client/v4/"));
    requests.map(|request| (request.target, request.authorized)).collect()
}

#[tokio::test]
async fn public_picture_is_requested_without_credentials() {
    let server = server().await;
    let mut harness = session(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    let screen = harness.run(async |driver| driver.screen.shows(" · WebP").await).await;
    assert!(screen.matches(['▀', '▄']).count() > 100, "{screen}");
    assert!(screen.contains("variant public · 768×768 · WebP"), "{screen}");
    let requests = delivered(&server);
    assert!(requests[0].0.ends_with("/public"), "{requests:?}");
    assert!(requests.iter().all(|(_, authorized)| !authorized), "{requests:?}");
}

#[tokio::test]
async fn private_picture_without_key_is_the_original() {
    let server = server().await;
    let mut harness = start_with(Harness::without_key(&server), PRIVATE_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    assert_eq!(fetched_via(harness.session.model()), Some(FetchedVia::Original));
    assert!(server.requests().iter().any(|request| request.target.ends_with("/blob") && request.authorized));
    let is_of_image = |(target, _): &(String, bool)| target.contains(PRIVATE_ID);
    assert!(!delivered(&server).iter().any(is_of_image), "its unsigned URL would get a 403");
}

#[tokio::test]
async fn private_picture_is_signed_with_a_key() {
    let server = server().await;
    let mut harness = session(&server, PRIVATE_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    let signed = FetchedVia::SignedBy("default".to_owned());
    assert_eq!(fetched_via(harness.session.model()), Some(signed));
    let requests: Vec<_> =
        delivered(&server).into_iter().filter(|(target, _)| target.contains(PRIVATE_ID)).collect();
    assert!(
        requests.iter().any(|(target, authorized)| target.contains("&sig=") && !authorized),
        "{requests:?}"
    );
    assert!(!server.requests().iter().any(|request| request.target.ends_with("/blob")));
}

#[tokio::test]
async fn failing_key_command_runs_once_per_reload() {
    let server = server().await;
    let folder = tempfile::tempdir().expect("a folder");
    let requests = folder.path().join("asked");
    let command = format!("echo once >> '{}'; exit 1", requests.display());
    let harness = Harness::with_key_command(&server, command);
    let mut harness = start_with(harness, PRIVATE_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    assert_eq!(fetched_via(harness.session.model()), Some(FetchedVia::Original));
    harness.press("/team-2026\r");
    harness
        .until(|model| model.preview.subject().is_some_and(|subject| subject.id.as_str() != PRIVATE_ID))
        .await;
    harness.until(is_drawn).await;
    assert_eq!(fetched_via(harness.session.model()), Some(FetchedVia::Original));
    let times = || std::fs::read_to_string(&requests).unwrap_or_default().lines().count();
    assert_eq!(times(), 1);
    harness.press("r");
    harness.until(|model| model.preview.picture.pending_request().is_some() || !is_drawn(model)).await;
    harness.until(is_drawn).await;
    assert_eq!(times(), 2, "a reload runs the command again");
}

#[tokio::test]
async fn previous_variants_picture_is_cached() {
    let server = server().await;
    let mut harness = session(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    harness.driver.screen.resize(200, 50);
    harness.until(is_drawn).await;
    harness.press("j");
    harness.until(is_drawn).await;
    harness.run(async |driver| driver.screen.shows("variant square · 400×400 · WebP").await).await;
    let requests = delivered(&server).len();
    harness.press("k");
    harness.until(is_drawn).await;
    harness.run(async |driver| driver.screen.shows("variant public · 768×768 · WebP").await).await;
    assert_eq!(delivered(&server).len(), requests);
    // The size of the picture is also shown in Variants.
    let screen = harness.driver.screen.text();
    assert!(screen.contains(" 768×768 WebP 37.9 kB "), "{screen}");
    harness.press("r");
    harness.until(|model| model.preview.picture.pending_request().is_some() || !is_drawn(model)).await;
    harness.until(is_drawn).await;
    assert_eq!(delivered(&server).len(), requests + 1, "r fetches it again");
}

#[tokio::test]
async fn animation_advances_by_itself() {
    let server = server().await;
    let mut harness = session(&server, ANIMATED_ID, PictureChoice::Halfblocks);
    harness.press("jjjjjjjj");
    harness.until(is_drawn).await;
    let moves = |model: &Model| {
        model.preview.picture.value().is_some_and(|picture| picture.info.frame_delay.is_some())
    };
    assert!(moves(harness.session.model()), "{:?}", harness.session.model().preview.picture);
    let blocks = |text: &str| text.chars().filter(|c| ['▀', '▄', ' '].contains(c)).collect::<String>();
    let first = blocks(&harness.driver.screen.text());
    harness.run(async |driver| driver.screen.until(|screen| blocks(screen) != first).await).await;
}

#[tokio::test]
async fn svg_picture_is_drawn() {
    let server = server().await;
    let mut harness = session(&server, SVG_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    harness.run(async |driver| driver.screen.shows(" · SVG").await).await;
}

#[tokio::test]
async fn fast_cursor_requests_few_pictures() {
    let server = server().await;
    let mut harness = session(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    harness.run(async |driver| driver.screen.shows("Images 60 ").await).await;
    harness.press("bg");
    harness.until(is_drawn).await;
    let before = delivered(&server).len();
    for _ in 0..50 {
        harness.press("j");
    }
    harness
        .until(|model| {
            model.browse.cursor == 50 && (is_drawn(model) || model.preview.picture.failure().is_some())
        })
        .await;
    let model = harness.session.model();
    let under = model.browse.row(50).expect("a row").id().to_owned();
    assert_eq!(model.preview.subject().expect("a picture").id.as_str(), under);
    // The last one and its neighbours, but hardly any of those in between.
    let requests = delivered(&server).len() - before;
    assert!(requests <= 8, "{requests}");
}

#[tokio::test]
async fn pictures_off_fetches_nothing() {
    let server = server().await;
    let mut harness = session(&server, SAMPLE_ID, PictureChoice::Off);
    harness.until(|model| model.graphics.is_some_and(|graphics| !graphics.drawable)).await;
    harness.until(|model| model.lookup.shown().is_some()).await;
    assert_eq!(delivered(&server), []);
}

#[tokio::test]
async fn kitty_pictures_are_deleted_on_exit() {
    let server = server().await;
    let mut harness = session(&server, SAMPLE_ID, PictureChoice::Kitty);
    harness.until(is_drawn).await;
    harness.driver.press("q");
    harness.end().await;
    let calls = harness.driver.tty.calls().concat();
    assert!(calls.contains("\x1b_Ga=d,d=I,i="), "{calls:?}");
    let server = self::server().await;
    let mut harness = session(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    harness.driver.press("q");
    harness.end().await;
    assert!(!harness.driver.tty.calls().concat().contains("\x1b_G"));
}

#[tokio::test]
async fn unfetched_picture_is_explained_when_it_is_unhidden() {
    let server = server().await;
    let mut harness = session(&server, PRIVATE_ID, PictureChoice::Halfblocks);
    harness.press("p");
    harness.until_ready(PRIVATE_ID).await;
    assert!(!is_drawn(harness.session.model()));
    harness.driver.send(Arrival::Event(Event::BudgetChanged(Budget { left: 100, limit: 1200 })));
    harness.press("p");
    let screen = harness.driver.screen.text();
    let failure = harness.session.model().preview.picture.failure().expect("it is not fetched");
    assert!(screen.contains(&failure.what), "{screen}");
}

#[tokio::test]
async fn redraw_has_the_picture_in_its_first_frame() {
    let server = server().await;
    for choice in [PictureChoice::Halfblocks, PictureChoice::Kitty] {
        let mut harness = session(&server, SAMPLE_ID, choice);
        harness.until(is_drawn).await;
        let pictured = |text: &str| text.contains(['▀', '\u{10eeee}']);
        harness.run(async |driver| driver.screen.until(pictured).await).await;
        let before = harness.driver.screen.frames().len();
        harness.driver.screen.scribble();
        harness.press("\x0c");
        let frames = harness.driver.screen.frames();
        assert!(pictured(&frames[before].text), "{}", frames[before].text);
        harness.until(is_drawn).await;
        if choice == PictureChoice::Kitty {
            // The terminal may have been told to forget the pixels, so they are sent again.
            assert!(!frames[before].text.contains(PIXELS));
            harness.run(async |driver| driver.screen.shows(PIXELS).await).await;
        }
    }
}

#[tokio::test]
async fn stale_picture_is_ignored() {
    let server = server().await;
    let mut harness = session(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    let draw = Box::new(|area: Rect, buffer: &mut Buffer| {
        buffer[area.as_position()].set_symbol("▀");
    });
    let picture = EncodedPicture { draw, transmission: None, cells: (1, 1), nearest: None };
    let late = Drawn { request: RequestId(9999), picture };
    harness.driver.send(Arrival::Picture(late));
    harness.press("i");
    let screen = harness.driver.screen.text();
    assert!(screen.matches(['▀', '▄']).count() > 100, "{screen}");
}

#[tokio::test]
async fn original_is_fetched_once_for_all_variants() {
    let server = server().await;
    let mut harness = start_with(Harness::without_key(&server), PRIVATE_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    for key in ["j", "k", "k"] {
        harness.press(key);
        harness.until(is_drawn).await;
    }
    let originals = || server.requests().iter().filter(|request| request.target.ends_with("/blob")).count();
    assert_eq!(originals(), 1);
    harness.press("r");
    harness.until(|model| model.preview.picture.pending_request().is_some() || !is_drawn(model)).await;
    harness.until(is_drawn).await;
    assert_eq!(originals(), 2, "r fetches it again");
}

/// How often the terminal was told to delete all pictures.
fn deletions(harness: &Harness) -> usize {
    harness.driver.tty.calls().iter().filter(|call| call.starts_with("\x1b_Ga=d,d=a")).count()
}

#[tokio::test]
async fn konsole_picture_is_deleted_when_covered() {
    let server = server().await;
    let harness = Harness::new(&server);
    harness.driver.screen.resize(160, 40);
    let mut harness = harness.start(Some(SAMPLE_ID));
    let env = TerminalEnv { term: "xterm-256color".to_owned(), can_query: true, ..TerminalEnv::default() };
    harness.session.start_detection(env, PictureChoice::Auto).expect("nothing here can fail");
    harness.driver.send(Arrival::Response(TerminalResponse::Version("Konsole 25.04.2".to_owned())));
    harness.driver.send(Arrival::Response(TerminalResponse::Attributes(vec![62, 1, 4])));
    harness.until(is_drawn).await;
    assert!(!harness.driver.screen.text().contains("Loading the picture…"));
    harness.press("y");
    assert_eq!(deletions(&harness), 0, "nothing covers it");
    harness.press("?");
    assert_eq!(deletions(&harness), 1, "the dialog covers it");
    harness.press("x");
    assert_eq!(deletions(&harness), 1, "already deleted");
    harness.press("\x1b");
    assert_eq!(deletions(&harness), 1, "it is drawn again");
    harness.press("?");
    assert_eq!(deletions(&harness), 2);
}

#[tokio::test]
async fn picture_is_zoomed_and_flipped_by_kitty() {
    let server = server().await;
    let mut harness = session(&server, SAMPLE_ID, PictureChoice::Kitty);
    harness.until(is_drawn).await;
    harness.press("P");
    harness.until(is_drawn).await;
    for (key, caption) in [("z", "public · 100% · 768×768"), ("]", "square · 192%")] {
        let before = harness.driver.screen.frames().len();
        harness.press(key);
        harness.until(is_drawn).await;
        harness.run(async |driver| driver.screen.shows(caption).await).await;
        let sent = |driver: &super::harness::Driver| {
            driver.screen.frames()[before..].iter().any(|frame| frame.text.contains(PIXELS))
        };
        harness.run(async |driver| driver.screen.until(|_| sent(driver)).await).await;
    }
    let before = harness.driver.screen.frames().len();
    let requests = delivered(&server).len();
    for caption in ["public · 100%", "square · 192%"] {
        harness.press("c");
        let screen = harness.driver.screen.text();
        assert!(screen.contains(caption) && screen.contains('\u{10eeee}'), "{screen}");
    }
    let frames = harness.driver.screen.frames();
    assert!(!frames[before..].iter().any(|frame| frame.text.contains(PIXELS)), "kitty has them");
    assert_eq!(delivered(&server).len(), requests);
}

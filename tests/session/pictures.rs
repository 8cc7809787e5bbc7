//! The Preview pane, from keys to cells, with pictures from the embedded Cloudflare.

use cfimg::app::{Event, Model, Remote, RequestId};
use cfimg::demo::{ANIMATED_ID, Options, PRIVATE_ID, SAMPLE_ID, SVG_ID, Server};
use cfimg::domain::{Budget, PictureChoice};
use cfimg::picture::{TerminalEnv, TerminalResponse};
use cfimg::runtime::Arrival;
use cfimg::ui::Drawn;
use ratatui::layout::Size;
use ratatui_image::protocol::Protocol;
use ratatui_image::protocol::halfblocks::Halfblocks;

use super::harness::Harness;

/// The start of kitty's command to transmit pixels.
const PIXELS: &str = "\x1b_G";

/// A session with an image, on a terminal wide enough for Preview.
fn looking(server: &Server, image: &str, how: PictureChoice) -> Harness {
    looking_with(Harness::new(server), image, how)
}

fn looking_with(harness: Harness, image: &str, how: PictureChoice) -> Harness {
    harness.driver.screen.resize(160, 40);
    let mut harness = harness.start(Some(image));
    harness.session.start_detection(TerminalEnv::default(), how).expect("nothing here can fail");
    harness
}

async fn server() -> Server {
    Server::start(Options { images: 60, ..Options::default() }).await.expect("a free port")
}

fn is_drawn(model: &Model) -> bool {
    matches!(model.preview.picture, Remote::Loaded(_))
}

/// The requests to the delivery host: the path, and whether they had credentials.
fn delivered(server: &Server) -> Vec<(String, bool)> {
    let requests = server.requests().into_iter().filter(|request| !request.target.contains("/client/v4/"));
    requests.map(|request| (request.target, request.authorized)).collect()
}

#[tokio::test]
async fn a_public_picture_is_delivered_without_credentials() {
    let server = server().await;
    let mut harness = looking(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    let screen = harness.run(async |driver| driver.screen.shows("· image/webp").await).await;
    assert!(screen.matches(['▀', '▄']).count() > 100, "{screen}");
    assert!(screen.contains("Preview ── public ─") && screen.contains("768×768 · image/webp"), "{screen}");
    let requests = delivered(&server);
    assert!(requests[0].0.ends_with("/public"), "{requests:?}");
    assert!(requests.iter().all(|(_, authorized)| !authorized), "{requests:?}");
}

#[tokio::test]
async fn a_private_picture_is_the_original_from_the_api() {
    let server = server().await;
    let mut harness = looking(&server, PRIVATE_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    harness.run(async |driver| driver.screen.shows("the original, by the API").await).await;
    assert!(server.requests().iter().any(|request| request.target.ends_with("/blob") && request.authorized));
    let of_it = |(target, _): &(String, bool)| target.contains(PRIVATE_ID);
    assert!(!delivered(&server).iter().any(of_it), "its plain URL would answer 403");
}

#[tokio::test]
async fn a_private_picture_is_signed_where_there_is_a_key() {
    let server = server().await;
    let mut harness = looking_with(Harness::signing(&server), PRIVATE_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    harness.run(async |driver| driver.screen.shows(" · signed by default").await).await;
    let of_it: Vec<_> =
        delivered(&server).into_iter().filter(|(target, _)| target.contains(PRIVATE_ID)).collect();
    assert!(of_it.iter().any(|(target, authorized)| target.contains("&sig=") && !authorized), "{of_it:?}");
    assert!(!server.requests().iter().any(|request| request.target.ends_with("/blob")));
}

#[tokio::test]
async fn where_there_is_no_key_it_is_asked_for_once() {
    let server = server().await;
    let folder = tempfile::tempdir().expect("a folder");
    let requests = folder.path().join("asked");
    let command = format!("echo once >> '{}'; exit 1", requests.display());
    let harness = Harness::asking_for_keys(&server, command);
    let mut harness = looking_with(harness, PRIVATE_ID, PictureChoice::Halfblocks);
    let original = "the original, by the API";
    harness.until(is_drawn).await;
    harness.run(async |driver| driver.screen.shows(original).await).await;
    harness.press("/team-2026\r");
    harness
        .until(|model| model.preview.subject().is_some_and(|subject| subject.id.as_str() != PRIVATE_ID))
        .await;
    harness.until(is_drawn).await;
    harness.run(async |driver| driver.screen.shows(original).await).await;
    let times = || std::fs::read_to_string(&requests).unwrap_or_default().lines().count();
    assert_eq!(times(), 1);
    harness.press("r");
    harness.until(|model| model.preview.picture.pending_request().is_some() || !is_drawn(model)).await;
    harness.until(is_drawn).await;
    assert_eq!(times(), 2, "a person asks again");
}

#[tokio::test]
async fn a_variant_walked_to_has_its_own_picture_and_one_walked_back_to_is_here() {
    let server = server().await;
    let mut harness = looking(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    harness.press("j");
    harness.until(is_drawn).await;
    harness.run(async |driver| driver.screen.shows("Preview ── square ─").await).await;
    harness.run(async |driver| driver.screen.shows("400×400 · image/webp").await).await;
    let requests = delivered(&server).len();
    harness.press("k");
    harness.until(is_drawn).await;
    harness.run(async |driver| driver.screen.shows("768×768 · image/webp").await).await;
    assert_eq!(delivered(&server).len(), requests);
    // The size of the picture is also shown in Variants.
    let screen = harness.driver.screen.text();
    assert_eq!(screen.matches("768×768").count(), 2, "{screen}");
    harness.press("r");
    harness.until(|model| model.preview.picture.pending_request().is_some() || !is_drawn(model)).await;
    harness.until(is_drawn).await;
    assert_eq!(delivered(&server).len(), requests + 1, "r fetches it again");
}

#[tokio::test]
async fn an_animation_moves_by_itself() {
    let server = server().await;
    let mut harness = looking(&server, ANIMATED_ID, PictureChoice::Halfblocks);
    harness.press("jjjjjjjj");
    harness.until(is_drawn).await;
    let moves =
        |model: &Model| model.preview.picture.value().is_some_and(|picture| picture.info.stands.is_some());
    assert!(moves(harness.session.model()), "{:?}", harness.session.model().preview.picture);
    let blocks = |text: &str| text.chars().filter(|c| ['▀', '▄', ' '].contains(c)).collect::<String>();
    let first = blocks(&harness.driver.screen.text());
    harness.run(async |driver| driver.screen.until(|screen| blocks(screen) != first).await).await;
}

#[tokio::test]
async fn an_svg_is_drawn_and_what_is_no_picture_is_told() {
    let server = server().await;
    let mut harness = looking(&server, SVG_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    harness.run(async |driver| driver.screen.shows("· image/svg+xml").await).await;
}

#[tokio::test]
async fn a_cursor_held_down_asks_for_few_pictures_and_shows_the_last() {
    let server = server().await;
    let mut harness = looking(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    harness.run(async |driver| driver.screen.shows("Browse ── 60 ─").await).await;
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
async fn where_pictures_are_off_nothing_is_fetched() {
    let server = server().await;
    let mut harness = looking(&server, SAMPLE_ID, PictureChoice::Off);
    harness.run(async |driver| driver.screen.shows("Pictures are off").await).await;
    assert_eq!(delivered(&server), []);
}

#[tokio::test]
async fn kitty_is_told_to_forget_the_pictures_at_the_end() {
    let server = server().await;
    let mut harness = looking(&server, SAMPLE_ID, PictureChoice::Kitty);
    harness.until(is_drawn).await;
    harness.driver.press("q");
    harness.end().await;
    let calls = harness.driver.tty.calls().concat();
    assert!(calls.contains("\x1b_Ga=d,d=I,i="), "{calls:?}");
    let server = self::server().await;
    let mut harness = looking(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    harness.driver.press("q");
    harness.end().await;
    assert!(!harness.driver.tty.calls().concat().contains("\x1b_G"));
}

#[tokio::test]
async fn a_picture_that_is_not_fetched_says_so_in_the_frame_that_has_room_for_it() {
    let server = server().await;
    let harness = Harness::new(&server);
    harness.driver.screen.resize(100, 30);
    let mut harness = harness.start(Some(PRIVATE_ID));
    harness
        .session
        .start_detection(TerminalEnv::default(), PictureChoice::Halfblocks)
        .expect("nothing here can fail");
    harness.until(|model| model.lookup.shown().is_some()).await;
    harness.driver.send(Arrival::Event(Event::BudgetChanged(Budget { left: 100, limit: 1200 })));
    harness.press("p");
    let screen = harness.driver.screen.text();
    assert!(screen.contains("Not fetched. "), "{screen}");
}

#[tokio::test]
async fn a_screen_that_is_drawn_anew_has_the_picture_from_the_first_frame_on() {
    let server = server().await;
    for how in [PictureChoice::Halfblocks, PictureChoice::Kitty] {
        let mut harness = looking(&server, SAMPLE_ID, how);
        harness.until(is_drawn).await;
        let pictured = |text: &str| text.contains(['▀', '\u{10eeee}']);
        harness.run(async |driver| driver.screen.until(pictured).await).await;
        let before = harness.driver.screen.frames().len();
        harness.driver.screen.scribble();
        harness.press("\x0c");
        let frames = harness.driver.screen.frames();
        assert!(pictured(&frames[before].text), "{}", frames[before].text);
        harness.until(is_drawn).await;
        if how == PictureChoice::Kitty {
            // The terminal may have been told to forget the pixels, so they are sent again.
            assert!(!frames[before].text.contains(PIXELS));
            harness.run(async |driver| driver.screen.shows(PIXELS).await).await;
        }
    }
}

#[tokio::test]
async fn a_picture_that_nobody_awaits_any_more_takes_no_others_place() {
    let server = server().await;
    let mut harness = looking(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    harness.until(is_drawn).await;
    let widget = Protocol::Halfblocks(
        Halfblocks::new(image::DynamicImage::new_rgb8(2, 2), Size::new(1, 1)).expect("it is drawn"),
    );
    let late = Drawn { request: RequestId(9999), widget, cells: (1, 1), nearest: None };
    harness.driver.send(Arrival::Picture(late));
    harness.press("i");
    let screen = harness.driver.screen.text();
    assert!(screen.matches(['▀', '▄']).count() > 100, "{screen}");
}

#[tokio::test]
async fn the_original_is_asked_for_once_whichever_variant_it_stands_for() {
    let server = server().await;
    let mut harness = looking(&server, PRIVATE_ID, PictureChoice::Halfblocks);
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
fn wipes(harness: &Harness) -> usize {
    harness.driver.tty.calls().iter().filter(|call| call.starts_with("\x1b_Ga=d,d=a")).count()
}

#[tokio::test]
async fn a_picture_that_text_does_not_cover_is_deleted_when_it_goes_and_only_then() {
    let server = server().await;
    let harness = Harness::new(&server);
    harness.driver.screen.resize(160, 40);
    let mut harness = harness.start(Some(SAMPLE_ID));
    let env = TerminalEnv { term: "xterm-256color".to_owned(), can_ask: true, ..TerminalEnv::default() };
    harness.session.start_detection(env, PictureChoice::Auto).expect("nothing here can fail");
    harness.driver.send(Arrival::Answer(TerminalResponse::Version("Konsole 25.04.2".to_owned())));
    harness.driver.send(Arrival::Answer(TerminalResponse::Attributes(vec![62, 1, 4])));
    harness.until(is_drawn).await;
    assert!(!harness.driver.screen.text().contains("Loading the picture…"));
    harness.press("y");
    assert_eq!(wipes(&harness), 0, "it stays");
    harness.press("?");
    assert_eq!(wipes(&harness), 1, "the help lies on top");
    harness.press("j");
    assert_eq!(wipes(&harness), 1, "nothing is left to be deleted");
    harness.press("\x1b");
    assert_eq!(wipes(&harness), 1, "it is back");
    harness.press("?");
    assert_eq!(wipes(&harness), 2);
}

//! Preview, from the keys to the cells, with pictures that the embedded Cloudflare delivers.

use cfimg::app::{Event, Model, Remote, RequestId};
use cfimg::demo::{ANIMATED_ID, Options, PRIVATE_ID, SAMPLE_ID, SVG_ID, Server};
use cfimg::domain::{Budget, PictureChoice};
use cfimg::picture::{EnvFacts, TerminalAnswer};
use cfimg::runtime::Arrival;
use cfimg::ui::Drawn;
use ratatui::layout::Size;
use ratatui_image::protocol::Protocol;
use ratatui_image::protocol::halfblocks::Halfblocks;

use super::stand::Stand;

/// How kitty is sent a picture's pixels.
const PIXELS: &str = "\x1b_G";

/// A session on a terminal of half-blocks, wide enough for Preview, with an image.
fn looking(server: &Server, image: &str, how: PictureChoice) -> Stand {
    looking_with(Stand::new(server), image, how)
}

fn looking_with(stand: Stand, image: &str, how: PictureChoice) -> Stand {
    stand.person.screen.resize(160, 40);
    let mut stand = stand.start(Some(image));
    stand.session.look_for_graphics(EnvFacts::default(), how).expect("nothing here can fail");
    stand
}

async fn server() -> Server {
    Server::start(Options { images: 60, ..Options::default() }).await.expect("a free port")
}

fn is_drawn(model: &Model) -> bool {
    matches!(model.preview.picture, Remote::Loaded(_))
}

/// What was asked of the delivery host: the last two segments, and whether a token came along.
fn delivered(server: &Server) -> Vec<(String, bool)> {
    let requests = server.requests().into_iter().filter(|request| !request.target.contains("/client/v4/"));
    requests.map(|request| (request.target, request.authorized)).collect()
}

#[tokio::test]
async fn a_public_picture_is_delivered_without_credentials() {
    let server = server().await;
    let mut stand = looking(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    stand.until(is_drawn).await;
    let screen = stand.run(async |person| person.screen.shows("· image/webp").await).await;
    assert!(screen.matches(['▀', '▄']).count() > 100, "{screen}");
    assert!(screen.contains("Preview ── public ─") && screen.contains("768×768 · image/webp"), "{screen}");
    let asked = delivered(&server);
    assert!(asked[0].0.ends_with("/public"), "{asked:?}");
    assert!(asked.iter().all(|(_, authorized)| !authorized), "{asked:?}");
}

#[tokio::test]
async fn a_private_picture_is_the_original_from_the_api() {
    let server = server().await;
    let mut stand = looking(&server, PRIVATE_ID, PictureChoice::Halfblocks);
    stand.until(is_drawn).await;
    stand.run(async |person| person.screen.shows("the original, by the API").await).await;
    assert!(server.requests().iter().any(|request| request.target.ends_with("/blob") && request.authorized));
    let of_it = |(target, _): &(String, bool)| target.contains(PRIVATE_ID);
    assert!(!delivered(&server).iter().any(of_it), "its plain URL would answer 403");
}

#[tokio::test]
async fn a_private_picture_is_signed_where_there_is_a_key() {
    let server = server().await;
    let mut stand = looking_with(Stand::signing(&server), PRIVATE_ID, PictureChoice::Halfblocks);
    stand.until(is_drawn).await;
    stand.run(async |person| person.screen.shows(" · signed by default").await).await;
    let of_it: Vec<_> =
        delivered(&server).into_iter().filter(|(target, _)| target.contains(PRIVATE_ID)).collect();
    assert!(of_it.iter().any(|(target, authorized)| target.contains("&sig=") && !authorized), "{of_it:?}");
    assert!(!server.requests().iter().any(|request| request.target.ends_with("/blob")));
}

#[tokio::test]
async fn where_there_is_no_key_it_is_asked_for_once() {
    let server = server().await;
    let folder = tempfile::tempdir().expect("a folder");
    let asked = folder.path().join("asked");
    let command = format!("echo once >> '{}'; exit 1", asked.display());
    let stand = Stand::asking_for_keys(&server, command);
    let mut stand = looking_with(stand, PRIVATE_ID, PictureChoice::Halfblocks);
    let original = "the original, by the API";
    stand.until(is_drawn).await;
    stand.run(async |person| person.screen.shows(original).await).await;
    stand.press("/team-2026\r");
    stand
        .until(|model| model.preview.subject().is_some_and(|subject| subject.id.as_str() != PRIVATE_ID))
        .await;
    stand.until(is_drawn).await;
    stand.run(async |person| person.screen.shows(original).await).await;
    let times = || std::fs::read_to_string(&asked).unwrap_or_default().lines().count();
    assert_eq!(times(), 1);
    stand.press("r");
    stand.until(|model| model.preview.picture.awaited().is_some() || !is_drawn(model)).await;
    stand.until(is_drawn).await;
    assert_eq!(times(), 2, "a person asks again");
}

#[tokio::test]
async fn a_variant_walked_to_has_its_own_picture_and_one_walked_back_to_is_here() {
    let server = server().await;
    let mut stand = looking(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    stand.until(is_drawn).await;
    stand.press("j");
    stand.until(is_drawn).await;
    stand.run(async |person| person.screen.shows("Preview ── square ─").await).await;
    stand.run(async |person| person.screen.shows("400×400 · image/webp").await).await;
    let asked = delivered(&server).len();
    stand.press("k");
    stand.until(is_drawn).await;
    stand.run(async |person| person.screen.shows("768×768 · image/webp").await).await;
    assert_eq!(delivered(&server).len(), asked);
    // What the bytes told stands with the variants.
    let screen = stand.person.screen.text();
    assert_eq!(screen.matches("768×768").count(), 2, "{screen}");
    stand.press("r");
    stand.until(|model| model.preview.picture.awaited().is_some() || !is_drawn(model)).await;
    stand.until(is_drawn).await;
    assert_eq!(delivered(&server).len(), asked + 1, "r fetches it again");
}

#[tokio::test]
async fn an_animation_moves_by_itself() {
    let server = server().await;
    let mut stand = looking(&server, ANIMATED_ID, PictureChoice::Halfblocks);
    stand.press("jjjjjjjj");
    stand.until(is_drawn).await;
    let moves =
        |model: &Model| model.preview.picture.value().is_some_and(|picture| picture.facts.stands.is_some());
    assert!(moves(stand.session.model()), "{:?}", stand.session.model().preview.picture);
    let blocks = |text: &str| text.chars().filter(|c| ['▀', '▄', ' '].contains(c)).collect::<String>();
    let first = blocks(&stand.person.screen.text());
    stand.run(async |person| person.screen.until(|screen| blocks(screen) != first).await).await;
}

#[tokio::test]
async fn an_svg_is_drawn_and_what_is_no_picture_is_told() {
    let server = server().await;
    let mut stand = looking(&server, SVG_ID, PictureChoice::Halfblocks);
    stand.until(is_drawn).await;
    stand.run(async |person| person.screen.shows("· image/svg+xml").await).await;
}

#[tokio::test]
async fn a_cursor_held_down_asks_for_few_pictures_and_shows_the_last() {
    let server = server().await;
    let mut stand = looking(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    stand.run(async |person| person.screen.shows("Browse ── 60 ─").await).await;
    stand.press("bg");
    stand.until(is_drawn).await;
    let before = delivered(&server).len();
    for _ in 0..50 {
        stand.press("j");
    }
    stand
        .until(|model| {
            model.browse.cursor == 50 && (is_drawn(model) || model.preview.picture.failure().is_some())
        })
        .await;
    let model = stand.session.model();
    let under = model.browse.row(50).expect("a row").id().to_owned();
    assert_eq!(model.preview.subject().expect("a picture").id.as_str(), under);
    // The last one, and its neighbours; those that were passed, not at all or hardly.
    let asked = delivered(&server).len() - before;
    assert!(asked <= 8, "{asked}");
}

#[tokio::test]
async fn where_pictures_are_off_nothing_is_fetched() {
    let server = server().await;
    let mut stand = looking(&server, SAMPLE_ID, PictureChoice::Off);
    stand.run(async |person| person.screen.shows("Pictures are off").await).await;
    assert_eq!(delivered(&server), []);
}

#[tokio::test]
async fn kitty_is_told_to_forget_the_pictures_at_the_end() {
    let server = server().await;
    let mut stand = looking(&server, SAMPLE_ID, PictureChoice::Kitty);
    stand.until(is_drawn).await;
    stand.person.press("q");
    stand.end().await;
    let calls = stand.person.tty.calls().concat();
    assert!(calls.contains("\x1b_Ga=d,d=I,i="), "{calls:?}");
    let server = self::server().await;
    let mut stand = looking(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    stand.until(is_drawn).await;
    stand.person.press("q");
    stand.end().await;
    assert!(!stand.person.tty.calls().concat().contains("\x1b_G"));
}

#[tokio::test]
async fn a_picture_that_is_not_fetched_says_so_in_the_frame_that_has_room_for_it() {
    let server = server().await;
    let stand = Stand::new(&server);
    stand.person.screen.resize(100, 30);
    let mut stand = stand.start(Some(PRIVATE_ID));
    stand
        .session
        .look_for_graphics(EnvFacts::default(), PictureChoice::Halfblocks)
        .expect("nothing here can fail");
    stand.until(|model| model.lookup.shown().is_some()).await;
    stand.person.send(Arrival::Event(Event::BudgetTold(Budget { left: 100, limit: 1200 })));
    stand.press("p");
    let screen = stand.person.screen.text();
    assert!(screen.contains("Not fetched. "), "{screen}");
}

#[tokio::test]
async fn a_screen_that_is_drawn_anew_has_the_picture_from_the_first_frame_on() {
    let server = server().await;
    for how in [PictureChoice::Halfblocks, PictureChoice::Kitty] {
        let mut stand = looking(&server, SAMPLE_ID, how);
        stand.until(is_drawn).await;
        let pictured = |text: &str| text.contains(['▀', '\u{10eeee}']);
        stand.run(async |person| person.screen.until(pictured).await).await;
        let before = stand.person.screen.frames().len();
        stand.person.screen.scribble();
        stand.press("\x0c");
        let frames = stand.person.screen.frames();
        assert!(pictured(&frames[before].text), "{}", frames[before].text);
        stand.until(is_drawn).await;
        if how == PictureChoice::Kitty {
            // Others may have had it forget the pixels: they are sent again.
            assert!(!frames[before].text.contains(PIXELS));
            stand.run(async |person| person.screen.shows(PIXELS).await).await;
        }
    }
}

#[tokio::test]
async fn a_picture_that_nobody_awaits_any_more_takes_no_others_place() {
    let server = server().await;
    let mut stand = looking(&server, SAMPLE_ID, PictureChoice::Halfblocks);
    stand.until(is_drawn).await;
    let widget = Protocol::Halfblocks(
        Halfblocks::new(image::DynamicImage::new_rgb8(2, 2), Size::new(1, 1)).expect("it is drawn"),
    );
    let late = Drawn { request: RequestId(9999), widget, cells: (1, 1), nearest: None };
    stand.person.send(Arrival::Picture(late));
    stand.press("i");
    let screen = stand.person.screen.text();
    assert!(screen.matches(['▀', '▄']).count() > 100, "{screen}");
}

#[tokio::test]
async fn the_original_is_asked_for_once_whichever_variant_it_stands_for() {
    let server = server().await;
    let mut stand = looking(&server, PRIVATE_ID, PictureChoice::Halfblocks);
    stand.until(is_drawn).await;
    for key in ["j", "k", "k"] {
        stand.press(key);
        stand.until(is_drawn).await;
    }
    let originals = || server.requests().iter().filter(|request| request.target.ends_with("/blob")).count();
    assert_eq!(originals(), 1);
    stand.press("r");
    stand.until(|model| model.preview.picture.awaited().is_some() || !is_drawn(model)).await;
    stand.until(is_drawn).await;
    assert_eq!(originals(), 2, "r fetches it again");
}

/// How often Konsole was told to delete pictures.
fn wipes(stand: &Stand) -> usize {
    stand.person.tty.calls().iter().filter(|call| call.starts_with("\x1b_Ga=d,d=a")).count()
}

#[tokio::test]
async fn a_picture_that_text_does_not_cover_is_deleted_when_it_goes_and_only_then() {
    let server = server().await;
    let stand = Stand::new(&server);
    stand.person.screen.resize(160, 40);
    let mut stand = stand.start(Some(SAMPLE_ID));
    let env = EnvFacts { term: "xterm-256color".to_owned(), can_ask: true, ..EnvFacts::default() };
    stand.session.look_for_graphics(env, PictureChoice::Auto).expect("nothing here can fail");
    stand.person.send(Arrival::Answer(TerminalAnswer::Version("Konsole 25.04.2".to_owned())));
    stand.person.send(Arrival::Answer(TerminalAnswer::Attributes(vec![62, 1, 4])));
    stand.until(is_drawn).await;
    assert!(!stand.person.screen.text().contains("Loading the picture…"));
    stand.press("y");
    assert_eq!(wipes(&stand), 0, "it stays");
    stand.press("?");
    assert_eq!(wipes(&stand), 1, "the help lies on top");
    stand.press("j");
    assert_eq!(wipes(&stand), 1, "nothing is left to be deleted");
    stand.press("\x1b");
    assert_eq!(wipes(&stand), 1, "it is back");
    stand.press("?");
    assert_eq!(wipes(&stand), 2);
}

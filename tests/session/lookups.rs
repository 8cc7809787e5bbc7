//! Lookups, from keys to screen.

use std::time::Duration;

use cfimg::app::{Event, Input, Model, Overlay, Pane};
use cfimg::demo::{
    ACCOUNT_HASH, ANIMATED_ID, CUSTOM_ID, DRAFT_ID, HOSTILE_ID, Options, PRIVATE_ID, SAMPLE_ID, SVG_ID,
    Server,
};
use cfimg::domain::Image;
use cfimg::domain::sanitize::is_unsafe;
use cfimg::runtime::Arrival;
use tokio::runtime::Handle;

use super::harness::{Harness, client, fast_retries};
use super::proxy::RecordingProxy;

/// Lookups that take this long are always aborted.
const FOREVER: Duration = Duration::from_secs(600);

async fn server(latency: Duration) -> Server {
    Server::start(Options { latency, ..Options::default() }).await.expect("a free port")
}

/// The images requested from the server, each as the last segment of the path.
pub(super) fn images_requested(server: &Server) -> Vec<String> {
    let targets = server.requests().into_iter().map(|request| request.target);
    let ids = targets.filter_map(|target| Some(target.split_once("/images/v1/")?.1.to_owned()));
    ids.filter(|id| !["stats", "variants", "keys"].contains(&id.as_str())).collect()
}

#[tokio::test]
async fn image_argument_is_looked_up() {
    let server = server(Duration::ZERO).await;
    let mut harness = Harness::new(&server).start(Some(SAMPLE_ID));
    let screen = harness.until_ready(SAMPLE_ID).await;
    for words in [SAMPLE_ID, "╭ logo.png ─", "○ PUBLIC", "user-8812", "▌6 public", "demo"] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    assert_eq!(harness.session.model().focus, Pane::Variants);
}

#[tokio::test]
async fn first_frame_comes_before_the_first_request() {
    let server = server(Duration::ZERO).await;
    let harness = Harness::new(&server);
    let before = Handle::current().metrics().num_alive_tasks();
    let harness = harness.start(Some(SAMPLE_ID));
    let frames = harness.driver.screen.frames();
    assert_eq!(frames.len(), 1);
    assert!(frames[0].text.contains(SAMPLE_ID), "{}", frames[0].text);
    assert_eq!(frames[0].tasks, before, "no task that could send was alive");
    assert!(Handle::current().metrics().num_alive_tasks() > before, "the lookup has started");
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn lookup_starts_after_the_frame_of_its_key() {
    let server = server(FOREVER).await;
    let mut harness = Harness::new(&server).start(None);
    let before = Handle::current().metrics().num_alive_tasks();
    harness.driver.look_up(SAMPLE_ID);
    harness.press("");
    // The spinner may have moved by now, so the key's frame need not be the last.
    let mut frames = harness.driver.screen.frames().into_iter();
    let frame = frames.find(|frame| frame.text.contains(SAMPLE_ID)).expect("a frame for the key");
    assert_eq!(frame.tasks, before, "nothing is started before the frame");
    assert!(Handle::current().metrics().num_alive_tasks() > before, "the lookup is started after the frame");
}

#[tokio::test]
async fn typed_image_is_looked_up_and_copied() {
    let server = server(Duration::ZERO).await;
    let mut harness = Harness::new(&server).start(None);
    harness.driver.look_up(SAMPLE_ID);
    harness.until_ready(SAMPLE_ID).await;
    harness.press("jy");
    harness.until_taken(1).await;
    // `public` is selected initially. `square` follows it by name.
    let url = format!("{}/{ACCOUNT_HASH}/{SAMPLE_ID}/square", server.delivery_base());
    assert_eq!(harness.driver.desktop.taken(), [url.as_str()]);
    assert_eq!(
        harness.driver.tty.calls(),
        [format!("\x1b]52;c;{}\x1b\\", url.len())],
        "the sequence goes to the terminal"
    );
    assert!(!harness.driver.screen.text().contains("]52;"), "the sequence is not on the screen");
}

#[tokio::test]
async fn newest_image_is_shown_wherever_the_focus_is() {
    let server = server(Duration::ZERO).await;
    let mut harness = Harness::new(&server).start(None);
    // Before the list is there.
    harness.press("\t");
    assert_ne!(harness.session.model().focus, Pane::Browse);
    harness.until_started().await;
    let mut harness = Harness::new(&server).start(None);
    harness.press("i");
    harness.until(|model| !model.browse.is_empty()).await;
    assert!(harness.session.model().lookup.shown().is_none(), "the user may be typing an ID");
    harness.press("\x1b");
    harness.until_started().await;
}

#[tokio::test]
async fn failed_first_lookup_stays_visible_above_the_first_image() {
    let server = server(Duration::ZERO).await;
    let mut harness = Harness::new(&server).start(Some("no-such-image"));
    let first = |model: &Model| model.browse.row(0).map(|image| image.id().to_owned());
    let shown = |model: &Model| model.lookup.shown().map(|image| image.id.as_str().to_owned());
    harness
        .until(|model| {
            first(model).is_some_and(|first| shown(model) == Some(first))
                && model.lookup.image.pending_request().is_none()
        })
        .await;
    let model = harness.session.model();
    assert_eq!((model.focus, model.browse.cursor), (Pane::Browse, 0));
    let screen = harness.driver.screen.text();
    assert!(screen.contains(" ✗ Image not found (5404). No image “no-such-image” in account"), "{screen}");
    harness.press("\x1b");
    harness.until_started().await;
    assert!(!harness.driver.screen.text().contains("5404"), "{}", harness.driver.screen.text());
}

#[tokio::test]
async fn pasted_id_shows_the_access_with_one_request() {
    let server = server(Duration::ZERO).await;
    let mut harness = Harness::new(&server).start(None);
    harness.until_started().await;
    let before = server.requests().len();
    harness.driver.send(Arrival::Inputs(vec![Input::Paste(PRIVATE_ID.to_owned().into())]));
    let screen = harness.until_ready(PRIVATE_ID).await;
    assert!(screen.contains(" ● SIGNED URL REQUIRED "), "{screen}");
    let targets: Vec<String> = server.requests().into_iter().map(|request| request.target).collect();
    assert!(matches!(&targets[before..], [image] if image.ends_with(PRIVATE_ID)), "{targets:#?}");
}

#[tokio::test]
async fn o_opens_the_selected_url() {
    let server = server(Duration::ZERO).await;
    let mut harness = Harness::new(&server).start(Some(SAMPLE_ID));
    harness.until_ready(SAMPLE_ID).await;
    harness.press("o");
    harness.until_taken(1).await;
    assert_eq!(
        harness.driver.desktop.taken(),
        [format!("{}/{ACCOUNT_HASH}/{SAMPLE_ID}/public", server.delivery_base())]
    );
}

#[tokio::test]
async fn superseded_lookups_are_aborted() {
    let server = server(Duration::from_secs(2)).await;
    let proxy = RecordingProxy::start(server.addr()).await;
    let mut harness = Harness::with(client(&proxy.api_base(), fast_retries())).start(None);
    let superseded = [
        PRIVATE_ID,
        CUSTOM_ID,
        HOSTILE_ID,
        ANIMATED_ID,
        SVG_ID,
        DRAFT_ID,
        "f0c5a1e5-7e57-4a11-9d2b-5eaf00d5ea00",
        "c0ffee00-1dea-4b1e-8ace-decade202600",
        "no-such-image",
    ];
    harness
        .run(async |driver| {
            for id in superseded {
                driver.look_up(id);
                proxy.received_request_for(id).await;
            }
            driver.look_up(SAMPLE_ID);
        })
        .await;
    harness.until_ready(SAMPLE_ID).await;
    let hung_up =
        proxy.connections().iter().filter(|connection| connection.closed && !connection.answered).count();
    assert_eq!(hung_up, superseded.len(), "{:#?}", proxy.connections());
    for frame in harness.driver.screen.frames() {
        for name in
            ["passport-scan.jpg", "hello world.png\n", "bouncing-ball.gif", "weather-icon.svg", "banner.webp"]
        {
            assert!(!frame.text.contains(&format!("Filename  {name}")), "{}", frame.text);
        }
        assert!(!frame.text.contains("(5404)"), "{}", frame.text);
    }
}

#[tokio::test]
async fn only_last_of_queued_lookups_is_sent() {
    let server = server(Duration::ZERO).await;
    let mut harness = Harness::new(&server).start(None);
    let typed: Vec<String> = (1..10).map(|at| format!("i\x15none-{at}\r")).collect();
    harness.driver.press(&format!("{}i\x15{SAMPLE_ID}\r", typed.concat()));
    harness.until_ready(SAMPLE_ID).await;
    assert_eq!(images_requested(&server), [SAMPLE_ID]);
}

#[tokio::test]
async fn keys_before_the_next_frame_are_handled_in_order() {
    let server = server(Duration::ZERO).await;
    let mut harness = Harness::new(&server).start(Some(SAMPLE_ID));
    harness.until_ready(SAMPLE_ID).await;
    harness.press("Yj\r");
    let url = format!("{}/{ACCOUNT_HASH}/{SAMPLE_ID}/public", server.delivery_base());
    assert_eq!(harness.driver.desktop.taken(), [format!("![logo]({url})")], "the menu's second row");
    // The end of a text is known once it is drawn.
    harness.driver.screen.resize(60, 12);
    harness.press("JG");
    let is_scrolled = |model: &Model| model.overlay == Some(Overlay::Json) && model.overlay_scroll.top > 0;
    harness.until(is_scrolled).await;
    let end = harness.session.model().overlay_scroll.top;
    harness.press("j");
    assert_eq!(harness.session.model().overlay_scroll.top, end, "it was at the end");
}

#[tokio::test]
async fn cancelled_lookup_ignores_late_response() {
    let server = server(FOREVER).await;
    let proxy = RecordingProxy::start(server.addr()).await;
    let mut harness = Harness::with(client(&proxy.api_base(), fast_retries())).start(None);
    harness
        .run(async |driver| {
            driver.look_up(SAMPLE_ID);
            proxy.received_request_for(SAMPLE_ID).await;
        })
        .await;
    let request = harness.session.model().lookup.image.pending_request().expect("a lookup");
    harness.press("\x1b");
    harness.until_done().await;
    harness
        .run(async |driver| {
            proxy
                .until(|connections| {
                    connections
                        .iter()
                        .any(|connection| connection.closed && connection.request.contains(SAMPLE_ID))
                })
                .await;
            // A response that was already under way.
            let image = format!(r#"{{"id":"{SAMPLE_ID}","filename":"late.png","requireSignedURLs":false}}"#);
            let image = Image::read(&image).expect("an image");
            driver.send(Arrival::Event(Event::ImageFetched(request, Ok(Box::new(image)))));
        })
        .await;
    harness.press("?");
    harness.until_actions().await;
    harness.press("\x1b");
    harness.until(|model| model.overlay.is_none()).await;
    let screen = harness.driver.screen.text();
    assert!(!screen.contains("late.png"), "{screen}");
    assert!(harness.session.model().lookup.shown().is_none());
}

#[tokio::test]
async fn spinner_moves_during_a_lookup() {
    let server = server(FOREVER).await;
    let mut harness = Harness::new(&server).start(Some(SAMPLE_ID));
    harness
        .run(async |driver| {
            for sign in ["◓", "◑"] {
                driver.screen.shows(sign).await;
            }
        })
        .await;
}

#[tokio::test]
async fn idle_session_does_not_wake_or_draw() {
    let server = server(Duration::ZERO).await;
    let mut harness = Harness::new(&server).start(Some(SAMPLE_ID));
    harness.until_ready(SAMPLE_ID).await;
    harness.assert_idle().await;
}

#[tokio::test]
async fn hostile_name_is_sanitized_in_every_cell() {
    let server = server(Duration::ZERO).await;
    let mut harness = Harness::new(&server).start(Some(HOSTILE_ID));
    let clean = |cells: Vec<String>| cells.iter().all(|cell| !cell.chars().any(is_unsafe));
    let screen = harness.until_ready(HOSTILE_ID).await;
    harness
        .run(async |driver| {
            assert!(clean(driver.screen.cells()), "{screen}");
            for placeholders in ["␛[2J␛]0;owned␇in␀voice⟨U+202E⟩gnp.exe", "mallory␛[5m⟨U+009B⟩31m"]
            {
                assert!(screen.contains(placeholders), "{placeholders}\n{screen}");
            }
            // The whole URL, then the JSON in Details.
            driver.press("\r");
            driver.screen.until(|screen| !screen.contains("gnp.exe")).await;
            assert!(clean(driver.screen.cells()));
            driver.press("\x1bJ");
            let json = driver.screen.shows("\"filename\"").await;
            assert!(clean(driver.screen.cells()), "{json}");
        })
        .await;
    for frame in harness.driver.screen.frames() {
        assert!(!frame.text.chars().any(|c| c != '\n' && is_unsafe(c)), "{}", frame.text);
    }
}

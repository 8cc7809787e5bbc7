//! Looking images up, from the keys to the screen.

use std::time::Duration;

use cfimg::app::{Event, Pane, RequestId, next_wake};
use cfimg::demo::{
    ACCOUNT_HASH, ANIMATED_ID, CUSTOM_ID, DRAFT_ID, HOSTILE_ID, Options, PRIVATE_ID, SAMPLE_ID, SVG_ID,
    Server,
};
use cfimg::domain::Image;
use cfimg::domain::safe_text::is_unsafe;
use cfimg::runtime::Arrival;
use futures_util::FutureExt as _;
use tokio::runtime::Handle;

use super::relay::Relay;
use super::stand::{Stand, client, hasty};

/// What nobody waits for: a lookup that takes this long is aborted before.
const AGES: Duration = Duration::from_secs(600);

async fn server(latency: Duration) -> Server {
    Server::start(Options { latency, ..Options::default() }).await.expect("a free port")
}

#[tokio::test]
async fn an_image_of_the_command_line_is_shown() {
    let server = server(Duration::ZERO).await;
    let mut stand = Stand::new(&server).start(Some(SAMPLE_ID));
    let screen = stand.run(async |person| person.settled("logo.png").await).await;
    for words in [SAMPLE_ID, "Access", "Public", "user-8812", "square", "demo"] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    assert_eq!(stand.session.model().focus, Pane::Variants);
}

#[tokio::test]
async fn the_first_frame_is_drawn_before_anything_is_sent() {
    let server = server(Duration::ZERO).await;
    let stand = Stand::new(&server);
    let before = Handle::current().metrics().num_alive_tasks();
    let stand = stand.start(Some(SAMPLE_ID));
    let frames = stand.person.screen.frames();
    assert_eq!(frames.len(), 1);
    assert!(frames[0].text.contains(SAMPLE_ID), "{}", frames[0].text);
    assert_eq!(frames[0].tasks, before, "no task that could send ran when it was drawn");
    assert!(Handle::current().metrics().num_alive_tasks() > before, "and now they do");
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn what_a_key_begins_waits_for_its_frame() {
    let server = server(AGES).await;
    let mut stand = Stand::new(&server).start(None);
    let before = Handle::current().metrics().num_alive_tasks();
    stand.press(&format!("{SAMPLE_ID}\r"));
    // The sign of work may have moved by now, so the frame of the key need not be the last.
    let mut frames = stand.person.screen.frames().into_iter();
    let frame = frames.find(|frame| frame.text.contains("Looking it up…")).expect("the key is seen");
    assert_eq!(frame.tasks, before, "it takes no processor before");
    assert!(Handle::current().metrics().num_alive_tasks() > before, "and has begun then");
}

#[tokio::test]
async fn typed_and_copied() {
    let server = server(Duration::ZERO).await;
    let mut stand = Stand::new(&server).start(None);
    stand
        .run(async |person| {
            person.press(&format!("{SAMPLE_ID}\r"));
            person.settled("logo.png").await;
            person.press("jy");
            person.screen.shows("Copied").await;
        })
        .await;
    // `public` is selected at first; `square` comes after it by name.
    let url = format!("{}/{ACCOUNT_HASH}/{SAMPLE_ID}/square", server.delivery_base());
    assert_eq!(stand.person.hands.taken(), [url.as_str()]);
    assert_eq!(
        stand.person.tty.calls(),
        [format!("\x1b]52;c;{}\x1b\\", url.len())],
        "it goes to the terminal"
    );
    assert!(!stand.person.screen.text().contains("]52;"), "and not on the screen");
}

#[tokio::test]
async fn opened_in_the_browser() {
    let server = server(Duration::ZERO).await;
    let mut stand = Stand::new(&server).start(Some(SAMPLE_ID));
    stand
        .run(async |person| {
            person.settled("logo.png").await;
            person.press("o");
            person.screen.shows("Opened").await;
        })
        .await;
    assert_eq!(
        stand.person.hands.taken(),
        [format!("{}/{ACCOUNT_HASH}/{SAMPLE_ID}/public", server.delivery_base())]
    );
}

#[tokio::test]
async fn of_many_lookups_the_last_is_shown_and_the_others_hang_up() {
    let server = server(Duration::from_secs(2)).await;
    let relay = Relay::before(server.addr()).await;
    let mut stand = Stand::with(client(&relay.api_base(), hasty())).start(None);
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
    stand
        .run(async |person| {
            person.press("\x1b");
            for id in superseded {
                person.look_up(id);
                relay.asked_for(id).await;
            }
            person.look_up(SAMPLE_ID);
            person.settled("logo.png").await;
        })
        .await;
    let hung_up = relay.lines().iter().filter(|line| line.closed && !line.answered).count();
    assert_eq!(hung_up, superseded.len(), "{:#?}", relay.lines());
    for frame in stand.person.screen.frames() {
        for name in
            ["passport-scan.jpg", "hello world.png\n", "bouncing-ball.gif", "weather-icon.svg", "banner.webp"]
        {
            assert!(!frame.text.contains(&format!("Filename  {name}")), "{}", frame.text);
        }
        assert!(!frame.text.contains("not found"), "{}", frame.text);
    }
}

#[tokio::test]
async fn of_lookups_typed_at_once_only_the_last_is_sent() {
    let server = server(Duration::ZERO).await;
    let mut stand = Stand::new(&server).start(None);
    stand
        .run(async |person| {
            let typed: Vec<String> = (1..10).map(|at| format!("none-{at}\ri\x15")).collect();
            person.press(&format!("{}{SAMPLE_ID}\r", typed.concat()));
            person.settled("logo.png").await;
            // The variant options come from a request of their own.
            person.screen.shows("scale-down").await;
        })
        .await;
    let asked: Vec<String> = server.requests().into_iter().map(|request| request.target).collect();
    assert_eq!(asked.len(), 2, "the image and the account's variants: {asked:#?}");
    assert!(asked.iter().all(|target| !target.contains("none-")), "{asked:#?}");
}

#[tokio::test]
async fn keys_typed_ahead_of_the_frames_do_what_they_would_after_them() {
    let server = server(Duration::ZERO).await;
    let mut stand = Stand::new(&server).start(Some(SAMPLE_ID));
    stand.run(async |person| person.settled("logo.png").await).await;
    stand.press("Yj\r");
    let url = format!("{}/{ACCOUNT_HASH}/{SAMPLE_ID}/public", server.delivery_base());
    assert_eq!(stand.person.hands.taken(), [format!("![logo]({url})")], "the menu's second row");
    // The end of a text is known once it is drawn.
    stand.press("?G");
    let screen = stand.run(async |person| person.screen.shows("looked up at once.").await).await;
    assert!(!screen.contains("cfimg only reads"), "{screen}");
}

#[tokio::test]
async fn a_cancelled_lookup_hangs_up_and_its_late_answer_changes_nothing() {
    let server = server(AGES).await;
    let relay = Relay::before(server.addr()).await;
    let mut stand = Stand::with(client(&relay.api_base(), hasty())).start(None);
    stand
        .run(async |person| {
            person.press(&format!("{SAMPLE_ID}\r"));
            relay.asked_for(SAMPLE_ID).await;
            person.press("\x1b");
            person.screen.shows("Cancelled").await;
            relay.until(|lines| lines.iter().any(|line| line.closed && line.asked.contains(SAMPLE_ID))).await;
            // An answer that was on its way all the same.
            let image = format!(r#"{{"id":"{SAMPLE_ID}","filename":"late.png","requireSignedURLs":false}}"#);
            let image = Image::read(&image).expect("an image");
            person.send(Arrival::Event(Event::ImageFetched(RequestId(1), Ok(Box::new(image)))));
            person.press("?");
            person.screen.shows("every key").await;
            person.press("\x1b");
            let screen = person.screen.until(|screen| !screen.contains("every key")).await;
            assert!(!screen.contains("late.png"), "{screen}");
        })
        .await;
    assert!(stand.session.model().lookup.shown().is_none());
}

#[tokio::test]
async fn the_sign_of_work_moves_until_the_answer_is_there() {
    let server = server(AGES).await;
    let mut stand = Stand::new(&server).start(Some(SAMPLE_ID));
    stand
        .run(async |person| {
            for sign in ["◓", "◑"] {
                person.screen.shows(sign).await;
            }
        })
        .await;
}

#[tokio::test]
async fn once_all_is_shown_nothing_wakes_or_draws() {
    let server = server(Duration::ZERO).await;
    let mut stand = Stand::new(&server).start(Some(SAMPLE_ID));
    stand
        .run(async |person| {
            person.settled("logo.png").await;
            person.screen.shows("scale-down").await;
            person.screen.shows(" req").await;
        })
        .await;
    // What was queued with the last answer is drawn now.
    assert!(stand.session.run().now_or_never().is_none());
    let frames = stand.person.screen.frames().len();
    assert_eq!(next_wake(stand.session.model()), None);
    for _ in 0..10 {
        tokio::task::yield_now().await;
        assert!(stand.session.run().now_or_never().is_none());
    }
    assert_eq!(stand.person.screen.frames().len(), frames);
}

#[tokio::test]
async fn a_hostile_name_reaches_no_cell() {
    let server = server(Duration::ZERO).await;
    let mut stand = Stand::new(&server).start(Some(HOSTILE_ID));
    let clean = |cells: Vec<String>| cells.iter().all(|cell| !cell.chars().any(is_unsafe));
    stand
        .run(async |person| {
            let screen = person.settled("gnp.exe").await;
            assert!(clean(person.screen.cells()), "{screen}");
            for placeholders in ["␛[2J␛]0;owned␇in␀voice⟨U+202E⟩gnp.exe", "mallory␛[5m⟨U+009B⟩31m"]
            {
                assert!(screen.contains(placeholders), "{placeholders}\n{screen}");
            }
            // The whole URL, then the JSON of Details.
            person.press("\r");
            person.screen.until(|screen| !screen.contains("gnp.exe")).await;
            assert!(clean(person.screen.cells()));
            person.press("\x1b\t\tJ");
            let json = person.screen.shows("\"filename\"").await;
            assert!(clean(person.screen.cells()), "{json}");
        })
        .await;
    for frame in stand.person.screen.frames() {
        assert!(!frame.text.chars().any(|c| c != '\n' && is_unsafe(c)), "{}", frame.text);
    }
}

//! What the event loop does with the terminal.

use cfimg::app::{Input, Overlay};
use cfimg::demo::{Options, SAMPLE_ID, Server};
use cfimg::runtime::{Arrival, Ending};
use tokio::runtime::Handle;

use super::harness::{Gone, Harness};

async fn shown() -> (Server, Harness) {
    let server = Server::start(Options::default()).await.expect("a free port");
    let mut harness = Harness::new(&server).start(Some(SAMPLE_ID));
    harness.until_ready(SAMPLE_ID).await;
    (server, harness)
}

#[tokio::test]
async fn whole_screen_is_redrawn_after_other_programs() {
    let (_server, mut harness) = shown().await;
    let before = harness.driver.screen.text();
    let ctrl_z = |harness: &Harness| harness.driver.press("\x1a");
    let ctrl_l = |harness: &Harness| harness.driver.press("\x0c");
    let continued = |harness: &Harness| harness.driver.send(Arrival::Continued);
    let stop = |harness: &Harness| harness.driver.send(Arrival::Stop);
    for trigger in [ctrl_z, ctrl_l, continued, stop] {
        harness.driver.screen.scribble();
        trigger(&harness);
        harness.run(async |driver| driver.screen.until(|screen| !screen.contains('#')).await).await;
        assert_eq!(harness.driver.screen.text(), before);
    }
    assert_eq!(
        harness.driver.tty.calls(),
        ["suspend", "resume", "suspend"],
        "Ctrl-L does not call the terminal"
    );
}

#[tokio::test]
async fn lost_terminal_ends_with_hang_up() {
    let ctrl_z = |harness: &Harness| harness.driver.press("\x1a");
    let continued = |harness: &Harness| harness.driver.send(Arrival::Continued);
    let stop = |harness: &Harness| harness.driver.send(Arrival::Stop);
    for trigger in [ctrl_z, continued, stop] {
        for gone in [true, false] {
            let (_server, mut harness) = shown().await;
            harness.driver.tty.fails.set(Some(Gone(gone)));
            trigger(&harness);
            match harness.session.run().await {
                Ok(ending) => assert!(gone && ending == Ending::HangUp, "{ending:?}"),
                Err(error) => assert!(!gone && error.to_string().contains("the terminal fails"), "{error}"),
            }
        }
    }
}

#[tokio::test]
async fn passthrough_draws_no_frame() {
    let (_server, mut harness) = shown().await;
    let frames = harness.driver.screen.frames().len();
    harness.driver.send(Arrival::Passthrough("\x1b]52;c;eA==\x1b\\".to_owned()));
    harness.driver.send(Arrival::End(Ending::Quit));
    assert_eq!(harness.end().await, Ending::Quit);
    assert_eq!(harness.driver.tty.calls(), ["\x1b]52;c;eA==\x1b\\"]);
    assert_eq!(harness.driver.screen.frames().len(), frames);
}

#[tokio::test]
async fn copy_before_quit_reaches_the_terminal() {
    let (_server, mut harness) = shown().await;
    harness.driver.press("yq");
    assert_eq!(harness.end().await, Ending::Quit);
    let calls = harness.driver.tty.calls();
    assert!(matches!(&*calls, [sequence] if sequence.starts_with("\x1b]52;")), "{calls:?}");
}

#[tokio::test]
async fn request_before_stop_is_started() {
    let (_server, mut harness) = shown().await;
    let before = Handle::current().metrics().num_alive_tasks();
    harness.driver.look_up("another");
    harness.driver.send(Arrival::Stop);
    harness.press("");
    assert_eq!(harness.driver.tty.calls(), ["suspend"]);
    assert!(harness.driver.tty.tasks.get() > before);
}

#[tokio::test]
async fn copy_before_terminal_failure_is_done() {
    let (_server, mut harness) = shown().await;
    harness.driver.tty.fails.set(Some(Gone(false)));
    harness.driver.press("y");
    harness.driver.send(Arrival::Continued);
    assert!(harness.session.run().await.is_err());
    assert_eq!(harness.driver.desktop.taken().len(), 1);
}

#[tokio::test]
async fn resize_is_drawn_at_once() {
    let (_server, mut harness) = shown().await;
    harness
        .run(async |driver| {
            for (width, height) in [(160, 40), (80, 24), (40, 10)] {
                driver.screen.resize(width, height);
                driver.send(Arrival::Inputs(vec![Input::Resize]));
                let fits =
                    |screen: &str| screen.lines().count() == usize::from(height) && screen.contains("PUBLIC");
                driver.screen.until(fits).await;
            }
            driver.screen.resize(1, 1);
            driver.send(Arrival::Inputs(vec![Input::Resize]));
            driver.screen.until(|screen| screen == "c").await;
            driver.screen.resize(100, 30);
            driver.send(Arrival::Inputs(vec![Input::Resize]));
            driver.screen.shows("PUBLIC").await;
        })
        .await;
}

#[tokio::test]
async fn continuous_resize_is_drawn_occasionally() {
    let (_server, mut harness) = shown().await;
    let frames = harness.driver.screen.frames().len();
    let resizes = harness
        .run(async |driver| {
            let mut resizes = 0;
            while driver.screen.frames().len() < frames + 3 {
                driver.send(Arrival::Inputs(vec![Input::Resize]));
                resizes += 1;
                tokio::task::yield_now().await;
            }
            resizes
        })
        .await;
    assert!(resizes > 10, "not every resize draws a frame: {resizes}");
}

#[tokio::test]
async fn keys_in_one_batch_are_drawn_once() {
    let (_server, mut harness) = shown().await;
    let frames = harness.driver.screen.frames().len();
    harness.driver.press(&"j".repeat(200));
    harness.driver.press("gi\x15end of it");
    harness.run(async |driver| driver.screen.shows("end of it").await).await;
    assert_eq!(harness.driver.screen.frames().len(), frames + 1);
}

#[tokio::test]
async fn change_is_drawn_before_later_arrivals() {
    let (_server, mut harness) = shown().await;
    let before = harness.driver.screen.text();
    harness.driver.press("?");
    harness.driver.send(Arrival::Passthrough("\x1b]52;c;eA==\x1b\\".to_owned()));
    harness.run(async |driver| driver.screen.until(|screen| screen != before).await).await;
    assert!(matches!(harness.session.model().overlay, Some(Overlay::Actions(_))));
}

#[tokio::test]
async fn scroll_to_end_uses_drawn_height() {
    let (_server, mut harness) = shown().await;
    harness.driver.screen.resize(60, 12);
    harness.press("J");
    harness.until(|model| model.overlay == Some(Overlay::Json)).await;
    let top = harness.driver.screen.text();
    harness.press("G");
    harness.run(async |driver| driver.screen.until(|screen| screen != top).await).await;
    let end = harness.driver.screen.text();
    harness.press("j");
    assert_eq!(harness.driver.screen.text(), end, "it was at the end");
}

#[tokio::test]
async fn closed_terminal_ends_session_if_cont_precedes_hup() {
    let (_server, mut harness) = shown().await;
    harness.driver.tty.fails.set(Some(Gone(true)));
    harness.driver.send(Arrival::Continued);
    assert_eq!(harness.end().await, Ending::HangUp);
}

#[tokio::test]
async fn session_ends_with_the_requested_ending() {
    let (_server, mut harness) = shown().await;
    harness.driver.press("qi never typed");
    assert_eq!(harness.end().await, Ending::Quit);
    assert_eq!(harness.session.model().input.text(), SAMPLE_ID, "later keys are ignored");
    for ending in [Ending::Signal(15), Ending::HangUp] {
        let (_server, mut harness) = shown().await;
        harness.driver.send(Arrival::End(ending));
        assert_eq!(harness.end().await, ending);
    }
}

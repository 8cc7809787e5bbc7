//! What the loop asks of the terminal.

use cfimg::app::Input;
use cfimg::demo::{Options, SAMPLE_ID, Server};
use cfimg::runtime::{Arrival, Ending};
use tokio::runtime::Handle;

use super::stand::{Gone, Stand};

async fn shown() -> (Server, Stand) {
    let server = Server::start(Options::default()).await.expect("a free port");
    let mut stand = Stand::new(&server).start(Some(SAMPLE_ID));
    stand
        .run(async |person| {
            person.settled("logo.png").await;
            person.screen.shows("scale-down").await;
            person.screen.shows(" req").await
        })
        .await;
    (server, stand)
}

#[tokio::test]
async fn after_others_used_the_terminal_the_whole_screen_is_drawn() {
    let (_server, mut stand) = shown().await;
    let before = stand.person.screen.text();
    let ctrl_z = |stand: &Stand| stand.person.press("\x1a");
    let ctrl_l = |stand: &Stand| stand.person.press("\x0c");
    let continued = |stand: &Stand| stand.person.send(Arrival::Continued);
    let stop = |stand: &Stand| stand.person.send(Arrival::Stop);
    for arrive in [ctrl_z, ctrl_l, continued, stop] {
        stand.person.screen.scribble();
        arrive(&stand);
        stand.run(async |person| person.screen.until(|screen| !screen.contains('#')).await).await;
        assert_eq!(stand.person.screen.text(), before);
    }
    assert_eq!(stand.person.tty.calls(), ["suspend", "resume", "suspend"], "and Ctrl-L asks nothing of it");
}

#[tokio::test]
async fn a_terminal_that_is_gone_ends_it_as_a_hang_up_does() {
    let ctrl_z = |stand: &Stand| stand.person.press("\x1a");
    let continued = |stand: &Stand| stand.person.send(Arrival::Continued);
    let stop = |stand: &Stand| stand.person.send(Arrival::Stop);
    for arrive in [ctrl_z, continued, stop] {
        for gone in [true, false] {
            let (_server, mut stand) = shown().await;
            stand.person.tty.fails.set(Some(Gone(gone)));
            arrive(&stand);
            match stand.session.run().await {
                Ok(ending) => assert!(gone && ending == Ending::HangUp, "{ending:?}"),
                Err(error) => assert!(!gone && error.to_string().contains("the terminal fails"), "{error}"),
            }
        }
    }
}

#[tokio::test]
async fn a_sequence_for_the_terminal_goes_to_it_and_draws_nothing() {
    let (_server, mut stand) = shown().await;
    let frames = stand.person.screen.frames().len();
    stand.person.send(Arrival::Passthrough("\x1b]52;c;eA==\x1b\\".to_owned()));
    stand.person.send(Arrival::End(Ending::Quit));
    assert_eq!(stand.end().await, Ending::Quit);
    assert_eq!(stand.person.tty.calls(), ["\x1b]52;c;eA==\x1b\\"]);
    assert_eq!(stand.person.screen.frames().len(), frames);
}

#[tokio::test]
async fn what_is_copied_just_before_quitting_reaches_the_terminal() {
    let (_server, mut stand) = shown().await;
    stand.person.press("yq");
    assert_eq!(stand.end().await, Ending::Quit);
    let calls = stand.person.tty.calls();
    assert!(matches!(&*calls, [sequence] if sequence.starts_with("\x1b]52;")), "{calls:?}");
}

#[tokio::test]
async fn what_was_asked_for_just_before_a_stop_is_begun_before_it() {
    let (_server, mut stand) = shown().await;
    let before = Handle::current().metrics().num_alive_tasks();
    stand.person.look_up("another");
    stand.person.send(Arrival::Stop);
    stand.press("");
    assert_eq!(stand.person.tty.calls(), ["suspend"]);
    assert!(stand.person.tty.tasks.get() > before);
}

#[tokio::test]
async fn what_is_copied_just_before_the_terminal_fails_is_copied() {
    let (_server, mut stand) = shown().await;
    stand.person.tty.fails.set(Some(Gone(false)));
    stand.person.press("y");
    stand.person.send(Arrival::Continued);
    assert!(stand.session.run().await.is_err());
    assert_eq!(stand.person.hands.taken().len(), 1);
}

#[tokio::test]
async fn another_size_is_drawn_at_once() {
    let (_server, mut stand) = shown().await;
    stand
        .run(async |person| {
            for (width, height) in [(160, 40), (80, 24), (40, 10)] {
                person.screen.resize(width, height);
                person.send(Arrival::Inputs(vec![Input::Resize]));
                let fits =
                    |screen: &str| screen.lines().count() == usize::from(height) && screen.contains("public");
                person.screen.until(fits).await;
            }
            person.screen.resize(1, 1);
            person.send(Arrival::Inputs(vec![Input::Resize]));
            person.screen.until(|screen| screen == "c").await;
            person.screen.resize(100, 30);
            person.send(Arrival::Inputs(vec![Input::Resize]));
            person.screen.shows("logo.png").await;
        })
        .await;
}

#[tokio::test]
async fn a_window_that_is_dragged_is_drawn_now_and_then() {
    let (_server, mut stand) = shown().await;
    let frames = stand.person.screen.frames().len();
    let resizes = stand
        .run(async |person| {
            let mut resizes = 0;
            while person.screen.frames().len() < frames + 3 {
                person.send(Arrival::Inputs(vec![Input::Resize]));
                resizes += 1;
                tokio::task::yield_now().await;
            }
            resizes
        })
        .await;
    assert!(resizes > 10, "not each of them: {resizes}");
}

#[tokio::test]
async fn keys_that_come_at_once_are_drawn_once() {
    let (_server, mut stand) = shown().await;
    let frames = stand.person.screen.frames().len();
    stand.person.press(&"j".repeat(200));
    stand.person.press("gi\x15end of it");
    stand.run(async |person| person.screen.shows("end of it").await).await;
    assert_eq!(stand.person.screen.frames().len(), frames + 1);
}

#[tokio::test]
async fn what_changed_is_drawn_whatever_comes_after_it() {
    let (_server, mut stand) = shown().await;
    stand.person.press("?");
    stand.person.send(Arrival::Passthrough("\x1b]52;c;eA==\x1b\\".to_owned()));
    stand.run(async |person| person.screen.shows("every key").await).await;
}

#[tokio::test]
async fn how_far_a_pane_reaches_is_known_from_what_was_drawn() {
    let (_server, mut stand) = shown().await;
    stand
        .run(async |person| {
            person.press("?");
            person.screen.shows("every key").await;
            person.press("G");
            person.screen.shows("anywhere: it is looked up at once").await
        })
        .await;
}

#[tokio::test]
async fn a_closed_terminal_ends_it_also_where_cont_comes_before_hup() {
    let (_server, mut stand) = shown().await;
    stand.person.tty.fails.set(Some(Gone(true)));
    stand.person.send(Arrival::Continued);
    assert_eq!(stand.end().await, Ending::HangUp);
}

#[tokio::test]
async fn it_ends_as_it_was_told() {
    let (_server, mut stand) = shown().await;
    stand.person.press("qi never typed");
    assert_eq!(stand.end().await, Ending::Quit);
    assert_eq!(stand.session.model().input.text(), SAMPLE_ID, "what follows is not looked at");
    for ending in [Ending::Signal(15), Ending::HangUp] {
        let (_server, mut stand) = shown().await;
        stand.person.send(Arrival::End(ending));
        assert_eq!(stand.end().await, ending);
    }
}

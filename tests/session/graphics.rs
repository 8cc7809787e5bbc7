//! Terminal graphics are detected after the first frame.

use cfimg::app::{self, Input};
use cfimg::demo::{Options, SAMPLE_ID, Server};
use cfimg::domain::graphics::Protocol;
use cfimg::domain::{Access, PictureChoice};
use cfimg::runtime::{Arrival, Ending};
use cfimg::terminal::{TerminalEnv, TerminalResponse, Window};

use super::harness::Harness;

const COLORS: &str = "\x1b]10;?\x1b\\\x1b]11;?\x1b\\";
const MARK: &str = "\x1b[2;1H●\x1b[6n";
const KEYBOARD: &str = "\x1b[?u";
const QUERIES: &str = "\x1b[>q\x1b[16t\x1b[c";

async fn queried(choice: PictureChoice) -> (Server, Harness) {
    let server = Server::start(Options::default()).await.expect("a free port");
    let mut harness = Harness::new(&server).start(Some(SAMPLE_ID));
    assert_eq!(
        (harness.driver.screen.frames().len(), harness.driver.tty.calls().len()),
        (1, 0),
        "the frame comes first"
    );
    let env = TerminalEnv { term: "xterm-256color".to_owned(), can_query: true, ..TerminalEnv::default() };
    harness.session.start_detection(env, choice).expect("nothing here can fail");
    (server, harness)
}

fn detected(harness: &Harness) -> (Option<Protocol>, Option<app::Graphics>) {
    (harness.session.graphics().and_then(|graphics| graphics.protocol), harness.session.model().graphics)
}

#[tokio::test]
async fn detection_ends_with_last_response_without_a_frame() {
    let (_server, mut harness) = queried(PictureChoice::Auto).await;
    assert_eq!(
        (detected(&harness), harness.driver.tty.calls()),
        ((None, None), [COLORS, MARK, KEYBOARD, QUERIES].map(str::to_owned).to_vec())
    );
    harness.driver.send(Arrival::Response(TerminalResponse::Version("foot(1.21.0)".to_owned())));
    harness.driver.send(Arrival::Response(TerminalResponse::Cell { width: 9, height: 18 }));
    harness.press("");
    assert_eq!(detected(&harness), (None, None));
    harness.driver.send(Arrival::Response(TerminalResponse::Attributes(vec![4, 22])));
    let frames = harness.driver.screen.frames().len();
    harness.driver.send(Arrival::End(Ending::Quit));
    harness.end().await;
    let graphics = app::Graphics { drawable: true, cell: Some((9, 18)) };
    assert_eq!(detected(&harness), (Some(Protocol::Sixel), Some(graphics)));
    assert_eq!(harness.driver.screen.frames().len(), frames);
}

#[tokio::test]
async fn late_responses_improve_the_detection() {
    let (_server, mut harness) = queried(PictureChoice::Auto).await;
    harness.driver.send(Arrival::ResponseTimeout);
    harness.press("");
    let blocks = app::Graphics { drawable: true, cell: Some((1, 2)) };
    assert_eq!(detected(&harness), (Some(Protocol::Halfblocks), Some(blocks)));
    harness.driver.send(Arrival::Response(TerminalResponse::Version("kitty(0.41.1)".to_owned())));
    harness.driver.send(Arrival::Response(TerminalResponse::Attributes(vec![])));
    harness.press("");
    // The cell size comes from the window size.
    let graphics = app::Graphics { drawable: true, cell: Some((10, 20)) };
    assert_eq!(detected(&harness), (Some(Protocol::Kitty), Some(graphics)));
}

#[tokio::test]
async fn font_change_updates_the_cell_size() {
    let (_server, mut harness) = queried(PictureChoice::Auto).await;
    harness.driver.send(Arrival::Response(TerminalResponse::Cell { width: 9, height: 18 }));
    harness.driver.send(Arrival::Response(TerminalResponse::Attributes(vec![])));
    harness.press("");
    let window = |width, height| Some(Window { columns: 50, rows: 15, width, height });
    for (window, answer, queries, cell) in [
        (window(1000, 600), None, 4, (20, 40)),
        (window(0, 0), Some(TerminalResponse::Cell { width: 8, height: 16 }), 5, (8, 16)),
    ] {
        harness.driver.tty.window.set(window);
        if let Some(answer) = answer {
            harness.driver.send(Arrival::Response(answer));
        }
        harness
            .run(async |driver| {
                let drawn = driver.screen.next();
                driver.send(Arrival::Inputs(vec![Input::Resize]));
                drawn.await;
            })
            .await;
        assert_eq!(harness.session.graphics().and_then(|graphics| graphics.cell), Some(cell));
        assert_eq!(
            harness.driver.tty.calls().len(),
            queries,
            "queried again if the system does not report the size"
        );
    }
}

#[tokio::test]
async fn background_changes_the_theme_whenever_it_comes() {
    let (_server, mut harness) = queried(PictureChoice::Auto).await;
    let accent = |harness: &Harness| harness.session.theme().accent();
    let dark = accent(&harness);
    let frames = harness.driver.screen.frames().len();
    harness.driver.send(Arrival::Response(TerminalResponse::Background([255; 3])));
    harness.press("");
    assert!(accent(&harness) != dark && harness.driver.screen.frames().len() > frames);
    harness.driver.send(Arrival::ResponseTimeout);
    harness.driver.send(Arrival::Response(TerminalResponse::Background([0; 3])));
    harness.press("");
    assert_eq!(accent(&harness), dark, "a late response counts");
    assert!(harness.session.theme().selected(true).bg.is_some(), "text reads on a tint");
    harness.driver.send(Arrival::Response(TerminalResponse::Foreground([0x77; 3])));
    harness.press("");
    assert_eq!(harness.session.theme().selected(true).bg, None, "pale text does not");
}

#[tokio::test]
async fn wide_marks_become_ascii() {
    let (_server, mut harness) = queried(PictureChoice::Off).await;
    assert_eq!(harness.session.theme().access_mark(Access::Signed), "●");
    harness.driver.send(Arrival::Response(TerminalResponse::WideMarks(true)));
    harness.press("");
    assert_eq!(harness.session.theme().access_mark(Access::Signed), "*");
}

#[tokio::test]
async fn pictures_off_skips_the_detection() {
    let (_server, harness) = queried(PictureChoice::Off).await;
    assert_eq!(harness.driver.tty.calls(), [COLORS, MARK, KEYBOARD]);
    assert!(matches!(detected(&harness), (None, Some(app::Graphics { drawable: false, .. }))));
}

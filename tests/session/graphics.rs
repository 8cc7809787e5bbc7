//! The terminal is asked what it draws, after the first frame.

use cfimg::app::{self, Input};
use cfimg::demo::{Options, SAMPLE_ID, Server};
use cfimg::domain::PictureChoice;
use cfimg::picture::detect::Window;
use cfimg::picture::{EnvFacts, Protocol, TerminalAnswer};
use cfimg::runtime::{Arrival, Ending};

use super::stand::Stand;

const QUESTIONS: &str = "\x1b[>q\x1b[16t\x1b[c";

async fn asked(wish: PictureChoice) -> (Server, Stand) {
    let server = Server::start(Options::default()).await.expect("a free port");
    let mut stand = Stand::new(&server).start(Some(SAMPLE_ID));
    assert_eq!(
        (stand.person.screen.frames().len(), stand.person.tty.calls().len()),
        (1, 0),
        "the frame is first"
    );
    let env = EnvFacts { term: "xterm-256color".to_owned(), can_ask: true, ..EnvFacts::default() };
    stand.session.look_for_graphics(env, wish).expect("nothing here can fail");
    (server, stand)
}

fn told(stand: &Stand) -> (Option<Protocol>, Option<app::Graphics>) {
    (stand.session.graphics().and_then(|graphics| graphics.protocol), stand.session.model().graphics)
}

#[tokio::test]
async fn it_is_known_with_the_last_answer_and_draws_no_frame() {
    let (_server, mut stand) = asked(PictureChoice::Auto).await;
    assert_eq!((told(&stand), stand.person.tty.calls()), ((None, None), vec![QUESTIONS.to_owned()]));
    stand.person.send(Arrival::Answer(TerminalAnswer::Version("foot(1.21.0)".to_owned())));
    stand.person.send(Arrival::Answer(TerminalAnswer::Cell { width: 9, height: 18 }));
    stand.press("");
    assert_eq!(told(&stand), (None, None));
    stand.person.send(Arrival::Answer(TerminalAnswer::Attributes(vec![4, 22])));
    let frames = stand.person.screen.frames().len();
    stand.person.send(Arrival::End(Ending::Quit));
    stand.end().await;
    let graphics = app::Graphics { drawable: true, cell: Some((9, 18)) };
    assert_eq!(told(&stand), (Some(Protocol::Sixel), Some(graphics)));
    assert_eq!(stand.person.screen.frames().len(), frames);
}

#[tokio::test]
async fn without_answers_it_is_known_in_time_and_mended_later() {
    let (_server, mut stand) = asked(PictureChoice::Auto).await;
    stand.person.send(Arrival::NoMoreAnswers);
    stand.press("");
    // The window tells the cell.
    let graphics = app::Graphics { drawable: true, cell: Some((10, 20)) };
    assert_eq!(told(&stand), (Some(Protocol::Halfblocks), Some(graphics)));
    stand.person.send(Arrival::Answer(TerminalAnswer::Version("kitty(0.41.1)".to_owned())));
    stand.person.send(Arrival::Answer(TerminalAnswer::Attributes(vec![])));
    stand.press("");
    assert_eq!(told(&stand), (Some(Protocol::Kitty), Some(graphics)));
}

#[tokio::test]
async fn letters_of_another_size_are_cells_of_another() {
    let (_server, mut stand) = asked(PictureChoice::Auto).await;
    stand.person.send(Arrival::Answer(TerminalAnswer::Cell { width: 9, height: 18 }));
    stand.person.send(Arrival::Answer(TerminalAnswer::Attributes(vec![])));
    stand.press("");
    let window = |width, height| Some(Window { columns: 50, rows: 15, width, height });
    for (window, answer, asks, cell) in [
        (window(1000, 600), None, 1, (20, 40)),
        (window(0, 0), Some(TerminalAnswer::Cell { width: 8, height: 16 }), 2, (8, 16)),
    ] {
        stand.person.tty.window.set(window);
        if let Some(answer) = answer {
            stand.person.send(Arrival::Answer(answer));
        }
        stand
            .run(async |person| {
                let drawn = person.screen.next();
                person.send(Arrival::Inputs(vec![Input::Resize]));
                drawn.await;
            })
            .await;
        assert_eq!(stand.session.model().graphics.and_then(|graphics| graphics.cell), Some(cell));
        assert_eq!(stand.person.tty.calls().len(), asks, "asked again where the system does not tell");
    }
}

#[tokio::test]
async fn who_wants_none_is_told_at_once_and_asked_nothing() {
    let (_server, stand) = asked(PictureChoice::Off).await;
    assert!(stand.person.tty.calls().is_empty());
    assert!(matches!(told(&stand), (None, Some(app::Graphics { drawable: false, .. }))));
}

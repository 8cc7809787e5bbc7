//! Clicks and the wheel, from reports to screen.

use cfimg::app::{Input, Model, Mouse, MouseKind, Overlay};
use cfimg::demo::{Options, SAMPLE_ID, Server};
use cfimg::runtime::{Arrival, Ending};

use super::harness::Harness;

async fn shown() -> (Server, Harness) {
    let server = Server::start(Options::default()).await.expect("a free port");
    let mut harness = Harness::new(&server);
    assert!(harness.driver.tty.mouse.borrow().is_empty());
    harness = harness.start(Some(SAMPLE_ID));
    harness.until_ready(SAMPLE_ID).await;
    (server, harness)
}

/// Reports of the mouse at the start of a text on the screen.
fn mouse(harness: &Harness, kind: MouseKind, text: &str, times: usize) -> Arrival {
    let (cells, columns) = (harness.driver.screen.cells(), 100);
    let starts = |at: &usize| cells[*at..].iter().map(String::as_str).collect::<String>().starts_with(text);
    let at = (0..cells.len()).find(starts).expect("it is on the screen");
    let place = |at: usize| u16::try_from(at).expect("the screen is small");
    let mouse = Mouse { kind, column: place(at % columns), row: place(at / columns) };
    Arrival::Inputs(vec![Input::Mouse(mouse); times])
}

fn selected(model: &Model) -> &str {
    model.lookup.variant().map_or("", |variant| &variant.name)
}

#[tokio::test]
async fn click_selects_and_double_click_shows_the_url_without_mouse() {
    let (_server, mut harness) = shown().await;
    assert_eq!(*harness.driver.tty.mouse.borrow(), [true]);
    harness.driver.send(mouse(&harness, MouseKind::Press, "3 card", 1));
    harness.until(|model| selected(model) == "card").await;
    harness.driver.send(mouse(&harness, MouseKind::Press, "2 blurred", 2));
    harness.until(|model| matches!(model.overlay, Some(Overlay::Url { .. }))).await;
    assert_eq!(selected(harness.session.model()), "blurred");
    assert_eq!(*harness.driver.tty.mouse.borrow(), [true, false]);
    harness.press("\x1b");
    assert_eq!(*harness.driver.tty.mouse.borrow(), [true, false, true]);
}

#[tokio::test]
async fn hint_in_the_last_line_is_clicked() {
    let (_server, mut harness) = shown().await;
    harness.driver.send(mouse(&harness, MouseKind::Press, "? all keys", 1));
    harness.until_actions().await;
}

#[tokio::test]
async fn burst_of_the_wheel_is_drawn_once() {
    let (_server, mut harness) = shown().await;
    let (before, frames) = (harness.driver.screen.text(), harness.driver.screen.frames().len());
    harness.driver.send(mouse(&harness, MouseKind::WheelUp, "3 card", 100));
    harness.driver.send(mouse(&harness, MouseKind::WheelDown, "3 card", 100));
    harness.run(async |driver| driver.screen.until(|screen| screen != before).await).await;
    assert_eq!(harness.driver.screen.frames().len(), frames + 1);
    let last = harness.session.model().lookup.variants().last().map(|variant| &*variant.name);
    assert_eq!(Some(selected(harness.session.model())), last);
}

#[tokio::test]
async fn click_beside_everything_draws_no_frame() {
    let (_server, mut harness) = shown().await;
    let frames = harness.driver.screen.frames().len();
    let outside = Mouse { kind: MouseKind::Press, column: u16::MAX, row: u16::MAX };
    harness.driver.send(Arrival::Inputs(vec![Input::Mouse(outside)]));
    harness.driver.send(Arrival::End(Ending::Quit));
    harness.end().await;
    assert_eq!(harness.driver.screen.frames().len(), frames);
}

//! The list, from keys to screen, with three thousand images.

use std::collections::HashSet;

use cfimg::app::Model;
use cfimg::app::browse::{Browse, Paging};
use cfimg::demo::{Options, Server};
use cfimg::domain::Access;

use super::harness::Harness;
use super::lookups::images_requested;

async fn server() -> Server {
    Server::start(Options { images: 3000, ..Options::default() }).await.expect("a free port")
}

/// A session with the list's first page loaded and the focus on it.
async fn browsing(server: &Server) -> Harness {
    let mut harness = Harness::new(server).start(None);
    harness.run(async |driver| driver.screen.shows("┏ Images 1,100 of 3,000 ").await).await;
    harness
}

/// The IDs of all rows.
fn rows(browse: &Browse) -> Vec<String> {
    (0..browse.len()).filter_map(|row| browse.row(row)).map(|image| image.id().to_owned()).collect()
}

/// The ID of the row under the cursor.
fn under_cursor(model: &Model) -> String {
    model.browse.row(model.browse.cursor).expect("a row").id().to_owned()
}

/// Whether the shown image was requested and has arrived.
fn is_fresh(model: &Model) -> bool {
    model.lookup.shown().is_some()
        && model.lookup.listed_at.is_none()
        && model.lookup.image.pending_request().is_none()
}

#[tokio::test]
async fn list_loads_page_by_page() {
    let server = server().await;
    let mut harness = browsing(&server).await;
    assert_eq!(harness.session.model().browse.paging, Paging::More, "only one page");
    harness
        .run(async |driver| {
            driver.press("G");
            driver.screen.shows("Images 2,100 of 3,000 ").await;
        })
        .await;
    harness.until(|model| model.browse.paging == Paging::Complete).await;
    assert_eq!(harness.session.model().browse.cursor, 2999);
    let screen = harness.driver.screen.text();
    assert!(screen.contains("┏ Images 3,000 ▴ ━"), "{screen}");
    let rows = rows(&harness.session.model().browse);
    assert_eq!((rows.len(), rows.iter().collect::<HashSet<_>>().len()), (3000, 3000));
    let pages = server.requests().iter().filter(|request| request.target.contains("/images/v2?")).count();
    assert_eq!(pages, 4, "a small page and three full ones");
}

#[tokio::test]
async fn sort_by_name_keeps_cursor_and_marks() {
    let server = server().await;
    let mut harness = browsing(&server).await;
    harness.press("jj j");
    harness.until(|model| model.browse.cursor == 4).await;
    let here = under_cursor(harness.session.model());
    harness.press("SS");
    let names = |model: &Model| {
        let browse = &model.browse;
        let rows = (0..browse.len()).filter_map(|row| browse.row(row));
        rows.map(|image| image.name().to_lowercase()).collect::<Vec<_>>()
    };
    harness.until(|model| names(model).is_sorted()).await;
    let model = harness.session.model();
    assert_eq!(under_cursor(model), here);
    assert!(model.browse.len() == 1100 && model.browse.cursor != 4, "its position has changed");
    let marked: Vec<&str> = model.browse.marked().map(|image| image.id()).collect();
    let row = (0..1100).find(|row| model.browse.is_marked(*row)).and_then(|row| model.browse.row(row));
    assert_eq!(row.map(|image| image.id()), marked.first().copied());
}

#[tokio::test]
async fn loading_to_the_end_shows_progress() {
    let server = server().await;
    let mut harness = browsing(&server).await;
    harness.press("L");
    harness.until(|model| model.browse.paging == Paging::Complete).await;
    let frames = harness.driver.screen.frames();
    let shows = |text: &str| frames.iter().any(|frame| frame.text.contains(text));
    assert!(shows(" Loading the list: 1,100 of 3,000 ▰▰▰▱▱▱▱▱▱▱ 36 %. Esc stops. "));
    let screen = harness.driver.screen.text();
    assert!(!screen.contains(" %") && !screen.contains("Loading the list"), "{screen}");
}

#[tokio::test]
async fn esc_clears_the_filter() {
    let server = server().await;
    let mut harness = browsing(&server).await;
    harness
        .run(async |driver| {
            driver.press("/002345");
            driver.screen.shows("┏ Images 1 match of 3,000 ━").await;
        })
        .await;
    harness.until(|model| model.browse.filter.answered == model.browse.filter.generation).await;
    let best = harness.session.model().browse.row(0).expect("a match").clone();
    assert!(best.name().contains("-002345."), "{}", best.name());
    assert_eq!(harness.session.model().browse.len(), 1);
    harness
        .run(async |driver| {
            driver.press("\x1b");
            driver.screen.shows("┏ Images 3,000 ").await;
        })
        .await;
    assert_eq!(rows(&harness.session.model().browse).len(), 3000);
    assert_eq!(under_cursor(harness.session.model()), best.id());
    assert_eq!(harness.session.model().lookup.shown().expect("an image").id.as_str(), best.id());
}

#[tokio::test]
async fn filter_without_matches_keeps_the_cursor() {
    let server = server().await;
    let mut harness = browsing(&server).await;
    harness.press("jjj/no such image anywhere");
    let is_done = |browse: &Browse| {
        browse.paging == Paging::Complete && browse.filter.answered == browse.filter.generation
    };
    harness.until(|model| is_done(&model.browse) && model.browse.is_empty()).await;
    assert!(harness.session.model().browse.filter.is_on());
    harness
        .run(async |driver| {
            driver.press("\x1b");
            driver.screen.shows("┏ Images 3,000 ").await;
        })
        .await;
    let model = harness.session.model();
    assert_eq!(model.browse.cursor, 3);
    assert_eq!(model.lookup.shown().expect("an image").id.as_str(), under_cursor(model));
}

#[tokio::test]
async fn later_pages_are_filtered_and_marked() {
    let server = server().await;
    let mut harness = browsing(&server).await;
    harness.press("/signed:\r*");
    let signed =
        |model: &Model| model.browse.images().iter().filter(|image| image.access() == Access::Signed).count();
    harness
        .until(|model| {
            model.browse.paging == Paging::Complete && model.browse.marked().len() == signed(model)
        })
        .await;
    let browse = &harness.session.model().browse;
    assert_eq!(browse.images().len(), 3000);
    let rows: HashSet<String> = rows(browse).into_iter().collect();
    assert_eq!(rows.len(), signed(harness.session.model()), "no duplicates");
    assert_eq!(browse.marked().len(), rows.len(), "all matches in the whole list");
}

#[tokio::test]
async fn image_is_fetched_when_the_cursor_rests() {
    let server = server().await;
    let harness = Harness::new(&server);
    harness.driver.screen.resize(160, 40);
    let mut harness = harness.start(None);
    harness.until(is_fresh).await;
    let first = under_cursor(harness.session.model());
    assert_eq!(images_requested(&server), [first.as_str()]);
    harness.press("jjjjjjjj");
    harness.until(|model| model.browse.cursor == 8).await;
    let listed = harness.session.model().browse.row(8).expect("a row").clone();
    let screen = harness.driver.screen.text();
    let is_selected = |row: &str| row.contains('▌') && row.contains(listed.name());
    assert!(screen.lines().any(is_selected), "{screen}");
    assert!(
        screen.contains(&format!("Filename  {}", listed.name())),
        "the image under the cursor is shown\n{screen}"
    );
    harness.until(|model| model.browse.cursor == 8 && is_fresh(model)).await;
    assert_eq!(images_requested(&server), [first.as_str(), listed.id()], "no requests for images in between");
    assert_eq!(harness.session.model().lookup.shown().expect("an image").id.as_str(), listed.id());
    for frame in harness.driver.screen.frames() {
        // A name may start with white space, and a long one is cut in the middle.
        let after = |sign, skipped| {
            let (_, name) = frame.text.lines().find_map(|row| row.split_once(sign))?;
            Some(name.chars().skip(skipped).skip_while(|c| *c == ' ').take(8).collect::<String>())
        };
        if let (Some(cursor), Some(shown)) = (after("┃▌", 3), after("Filename  ", 0)) {
            assert_eq!(cursor, shown, "{}", frame.text);
        }
    }
}

//! Invalid lists: nothing hangs, is duplicated or lost, or keeps loading forever.

use std::collections::HashSet;

use cfimg::app::browse::Paging;
use cfimg::app::{Model, next_wake};
use cfimg::domain::sanitize::is_unsafe;
use cfimg::domain::{Continuation, Endless};

use super::account::{Response, ScriptedApi, error, ids, page, raw};
use super::harness::{Harness, client, fast_retries};

/// A session whose list has been loaded to the end with `L`.
async fn loaded(api: &ScriptedApi) -> Harness {
    let mut harness = Harness::with(client(&api.api_base(), fast_retries())).start(None);
    harness.press("L");
    wait_until_stopped(&mut harness).await;
    harness
}

/// Waits until the list has stopped loading. Then nothing may be animated.
async fn wait_until_stopped(harness: &mut Harness) {
    let at_rest = |model: &Model| {
        let loads = matches!(model.browse.paging, Paging::NotStarted | Paging::Loading(_));
        // A failed page may be fetched again much later.
        let resumes = model.browse.resume.map(|resume| resume.at);
        !loads && (next_wake(model).is_none() || next_wake(model) == resumes)
    };
    harness.until(at_rest).await;
    let screen = harness.driver.screen.text();
    assert!(!screen.contains(['◐', '◓', '◑', '◒', '▱']) && !screen.contains("Listing"), "{screen}");
    assert!(!harness.session.model().browse.to_the_end);
}

/// The IDs of the rows, which must be unique.
fn rows(harness: &Harness) -> Vec<String> {
    let browse = &harness.session.model().browse;
    let rows: Vec<String> =
        (0..browse.len()).filter_map(|row| browse.row(row)).map(|image| image.id().to_owned()).collect();
    assert_eq!(rows.iter().collect::<HashSet<_>>().len(), rows.len(), "{rows:?}");
    rows
}

fn problem(harness: &Harness) -> String {
    let model = harness.session.model();
    model.warning().map(str::to_owned).or(model.problem()).unwrap_or_default()
}

/// Whether the shown problem suggests a key.
fn suggests(harness: &Harness, key: &str) -> bool {
    problem(harness).split_whitespace().any(|word| word == key)
}

/// Why the list is not followed any further.
fn endless(harness: &Harness) -> Option<Endless> {
    harness.session.model().browse.next.as_ref().and_then(Continuation::endless)
}

#[tokio::test]
async fn cyclic_list_stops_loading() {
    let repeats: Vec<(&'static str, Vec<Response>)> =
        vec![("", vec![ids(&["a"], Some("1"))]), ("1", vec![ids(&["b"], Some("1"))])];
    let loops = vec![
        ("", vec![ids(&["a"], Some("1"))]),
        ("1", vec![ids(&["b"], Some("2"))]),
        ("2", vec![ids(&["c"], Some("3"))]),
        ("3", vec![ids(&["a", "d"], Some("1"))]),
    ];
    for (script, wanted) in [(repeats, vec!["a", "b"]), (loops, vec!["a", "b", "c", "d"])] {
        let api = ScriptedApi::with(script).await;
        let mut harness = loaded(&api).await;
        for key in ["L", "G", "k"] {
            assert_eq!(rows(&harness), wanted);
            assert_eq!(api.pages_requested().len(), wanted.len(), "{:?}", api.pages_requested());
            assert_eq!(endless(&harness), Some(Endless::Cycle));
            assert!(suggests(&harness, "R") && !suggests(&harness, "L"), "{}", problem(&harness));
            harness.press(key);
            wait_until_stopped(&mut harness).await;
        }
    }
}

#[tokio::test]
async fn empty_page_is_not_the_end() {
    let api = ScriptedApi::with([
        ("", vec![ids(&[], Some("1"))]),
        ("1", vec![ids(&[], Some("2"))]),
        ("2", vec![ids(&["a"], Some("3"))]),
        ("3", vec![ids(&[], Some("4"))]),
        ("4", vec![ids(&["b"], None)]),
    ])
    .await;
    // The first image is found without `L` too.
    let mut harness = Harness::with(client(&api.api_base(), fast_retries())).start(None);
    harness.until(|model| model.browse.paging == Paging::Complete).await;
    wait_until_stopped(&mut harness).await;
    assert_eq!(rows(&harness), ["a", "b"]);
    assert_eq!(rows(&loaded(&api).await), ["a", "b"]);
}

#[tokio::test]
async fn endless_empty_pages_stop_loading() {
    let api = ScriptedApi::with_fn(|token, _| {
        let at: u32 = token.parse().unwrap_or(0);
        let next = (at + 1).to_string();
        if at == 0 { ids(&["a"], Some(&next)) } else { ids(&[], Some(&next)) }
    })
    .await;
    let harness = loaded(&api).await;
    assert_eq!(rows(&harness), ["a"]);
    assert_eq!(api.pages_requested().len(), 101);
    assert_eq!(endless(&harness), Some(Endless::Empty));
    assert!(problem(&harness).contains("100"), "{}", problem(&harness));
}

#[tokio::test]
async fn duplicate_images_are_listed_once() {
    let api = ScriptedApi::with([
        ("", vec![ids(&["a", "b", "a"], Some("1"))]),
        ("1", vec![ids(&["b", "c"], Some("2"))]),
        // Nothing new, because a deletion has shifted the list.
        ("2", vec![ids(&["c", "b"], Some("3"))]),
        ("3", vec![ids(&["d", "a"], None)]),
    ])
    .await;
    let mut harness = loaded(&api).await;
    assert_eq!(rows(&harness), ["a", "b", "c", "d"]);
    // The filter finds each image once, at its current position.
    harness.press("/c");
    harness.until(|model| model.browse.filter.answered == model.browse.filter.generation).await;
    assert_eq!(rows(&harness), ["c"]);
}

#[tokio::test]
async fn failed_page_keeps_list_and_can_be_resumed() {
    // Errors that a retry may fix are retried six times.
    for (bad, tries) in [
        (error(403, ""), 1),
        (error(500, ""), 6),
        (error(429, "retry-after: 600\r\n"), 1),
        (raw("<html>a proxy</html>"), 1),
        (raw(""), 6),
        (raw(r#"{"result":{"images":7},"success":true}"#), 1),
        (raw(r#"{"result":{"images":[],"continuation_token":{}},"success":true}"#), 1),
    ] {
        let what = format!("{bad:?}");
        let api = ScriptedApi::with([
            ("", vec![ids(&["a", "b"], Some("1"))]),
            ("1", vec![ids(&["c"], Some("2"))]),
            ("2", [vec![bad; tries], vec![ids(&["d"], None)]].concat()),
        ])
        .await;
        let mut harness = loaded(&api).await;
        assert_eq!(rows(&harness), ["a", "b", "c"], "{what}");
        assert!(matches!(harness.session.model().browse.paging, Paging::Failed(_)), "{what}");
        assert!(suggests(&harness, "L"), "{}", problem(&harness));
        let start: String = problem(&harness).chars().take(20).collect();
        let screen = harness.driver.screen.text();
        assert!(screen.contains(&start), "{screen}");
        harness.press("L");
        wait_until_stopped(&mut harness).await;
        assert_eq!(rows(&harness), ["a", "b", "c", "d"], "{what}");
        assert_eq!(
            (problem(&harness).as_str(), &harness.session.model().browse.paging),
            ("", &Paging::Complete)
        );
        let first = api.pages_requested().iter().filter(|token| token.is_empty()).count();
        assert_eq!(first, 1, "loading continued and did not start over");
    }
}

#[tokio::test]
async fn rate_limit_between_pages_is_waited_for() {
    let api = ScriptedApi::with([
        ("", vec![ids(&["a"], Some("1"))]),
        ("1", vec![error(429, "retry-after: 3\r\n"), error(429, ""), ids(&["b"], Some("2"))]),
        ("2", vec![ids(&["c"], None)]),
    ])
    .await;
    let harness = loaded(&api).await;
    assert_eq!(rows(&harness), ["a", "b", "c"]);
    assert_eq!((api.pages_requested().join(" ").as_str(), problem(&harness).as_str()), (" 1 1 1 2", ""));
}

#[tokio::test]
async fn empty_account_says_so() {
    let api = ScriptedApi::with([("", vec![ids(&[], None)])]).await;
    let mut harness = loaded(&api).await;
    for keys in ["jGgk *uySo\r", "/x", "\x1b", "R"] {
        harness.press(keys);
        wait_until_stopped(&mut harness).await;
        assert_eq!(rows(&harness), [""; 0]);
    }
    harness.run(async |driver| driver.screen.shows("This account has no images.").await).await;
}

#[tokio::test]
async fn image_needs_only_an_id() {
    let images = ["{}", r#"{"id":"only"}"#, "null", "7", r#"{"id":null,"filename":"x.png"}"#, r#"{"id":""}"#];
    let api = ScriptedApi::with([("", vec![page(&images, None)])]).await;
    let mut harness = loaded(&api).await;
    assert_eq!(rows(&harness), ["only"]);
    let screen = harness.run(async |driver| driver.screen.shows("▌ ? only").await).await;
    assert!(screen.contains("? ACCESS UNKNOWN"), "{screen}");
    harness.driver.screen.resize(160, 40);
    harness.press("r");
    harness
        .until(|model| model.lookup.listed_at.is_none() && model.lookup.image.pending_request().is_none())
        .await;
    assert_eq!(harness.session.model().lookup.shown().expect("an image").id.as_str(), "only");
}

#[tokio::test]
async fn hostile_and_long_names_are_sanitized() {
    let hostile = r"\u001b[2J\u001b]0;owned\u0007\u0000\u202egnp.exe\r\n\u009b31m\t\u200b";
    let long = "長".repeat(500) + &"x".repeat(500);
    let id = "i".repeat(1000);
    let images = [
        format!(
            r#"{{"id":"hostile","filename":"{hostile}","creator":"{hostile}","meta":{{"{hostile}":"{hostile}"}}}}"#
        ),
        format!(r#"{{"id":"long","filename":"{long}","creator":"{long}"}}"#),
        format!(r#"{{"id":"{id}"}}"#),
        // IDs with control characters are invalid, so these are not images.
        format!(r#"{{"id":"{hostile}"}}"#),
        // Bidirectional overrides are valid in an ID.
        r#"{"id":"a\u202eb/\u200f\u2066c"}"#.to_owned(),
    ];
    let images: Vec<&str> = images.iter().map(String::as_str).collect();
    let api = ScriptedApi::with([("", vec![page(&images, None)])]).await;
    let mut harness = Harness::with(client(&api.api_base(), fast_retries())).start(None);
    harness.press("L");
    harness.until(|model| model.browse.paging == Paging::Complete).await;
    assert_eq!(rows(&harness), ["hostile", "long", &id, "a\u{202e}b/\u{200f}\u{2066}c"]);
    for (width, height) in [(100, 30), (160, 40), (50, 14)] {
        harness.driver.screen.resize(width, height);
        // Each image under the cursor, then each filtered and highlighted.
        for keys in
            ["g", "j", "j", "j", "S", "S", "S", "/gnp", "\x15xx", "\x15長", "\x15ii", "\x15\r", "\x1b"]
        {
            harness.press(keys);
            harness
                .until(|model| {
                    let filter = &model.browse.filter;
                    !filter.is_on() || filter.answered == filter.generation
                })
                .await;
            let cells = harness.driver.screen.cells();
            assert!(
                !cells.iter().any(|cell| cell.chars().any(is_unsafe)),
                "{}",
                harness.driver.screen.text()
            );
        }
        assert_eq!(rows(&harness).len(), 4);
    }
    for frame in harness.driver.screen.frames() {
        assert!(!frame.text.chars().any(|c| c != '\n' && is_unsafe(c)), "{}", frame.text);
    }
}

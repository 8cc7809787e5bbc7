//! Tests of the hints in the last line.

use super::*;
use crate::app::{Graphics, Pane, Viewports};
use crate::ui::status_bar::hints;

const PRIVATE: &str = LOGO;
const PUBLIC: &str = r#"{"id":"cat","filename":"cat.png","requireSignedURLs":false,
    "variants":["https://imagedelivery.net/MTt4OTd0b0w5aj/cat/thumbnail","https://imagedelivery.net/MTt4OTd0b0w5aj/cat/hero"]}"#;

const PANES: [Pane; 4] = [Pane::Browse, Pane::Variants, Pane::Details, Pane::Preview];

/// A list with this image under the cursor, and its details from the API.
fn listing(raw: &str) -> Model {
    let mut screen = Screen::new(80, 24);
    screen.press("<esc>b");
    let summary = UrlTemplates::default().summarize(&Image::read(raw).unwrap());
    let Paging::Loading(request) = screen.model.browse.paging else { panic!("the list is loading") };
    screen.event(Event::PageFetched(request, Ok(Page { images: vec![Arc::new(summary)], next: None })));
    screen.press("r");
    let request = screen.model.lookup.image.pending_request().unwrap();
    screen.event(Event::ImageFetched(request, Ok(Box::new(Image::read(raw).unwrap()))));
    screen.event(Event::GraphicsDetected(Graphics { drawable: true, cell: None }));
    screen.model
}

fn line(model: &Model, room: usize) -> String {
    let hints = hints(model, room);
    hints.iter().map(|hint| format!("{} {}", hint.key, hint.word)).collect::<Vec<_>>().join("  ")
}

fn keys_of(model: &Model, room: usize) -> String {
    hints(model, room).iter().map(|hint| hint.key.clone()).collect()
}

fn after(mut model: Model, text: &str) -> Model {
    for key in keys(text) {
        let message = message_for(&model, Input::Key(key)).unwrap();
        _ = update(&mut model, message, Timestamp::UNIX_EPOCH);
    }
    model
}

#[test]
fn everyday_keys_are_shown_at_80_columns_in_every_pane() {
    for pane in PANES {
        for (raw, signs) in [(PRIVATE, true), (PUBLIC, false)] {
            let mut model = listing(raw);
            model.focus = pane;
            let shown = keys_of(&model, 79);
            for key in ["/", "Y", "P", "?", "y", "o"] {
                assert!(shown.contains(key), "{pane:?}: {shown} lacks {key}");
            }
            assert_eq!(shown.contains('s'), signs, "{pane:?}: {shown}");
        }
    }
}

#[test]
fn hints_come_in_order_of_importance() {
    let mut model = listing(PRIVATE);
    for pane in [Pane::Variants, Pane::Details, Pane::Preview] {
        model.focus = pane;
        assert_eq!(
            line(&model, 73),
            "y copy  Y copy as  s sign  o open  / filter  P full  b list  ? keys",
            "{pane:?}"
        );
    }
    model.focus = Pane::Browse;
    assert_eq!(line(&model, 73), "y copy  Y copy as  s sign  o open  / filter  P full screen  ? all keys");
    assert!(
        line(&model, 199).contains("Enter variants  Space mark  / filter  ! access"),
        "{}",
        line(&model, 199)
    );
}

#[test]
fn last_line_of_an_80_column_screen_has_the_everyday_keys() {
    let mut screen = Screen::showing(80, 24, LOGO);
    screen.event(Event::GraphicsDetected(Graphics { drawable: true, cell: None }));
    let text = screen.text();
    let last = text.lines().last().unwrap();
    for hint in ["/ filter", "Y copy as", "s sign", "P full screen", "? all keys"] {
        assert!(last.contains(hint), "{last}");
    }
}

#[test]
fn narrow_lines_shorten_words_then_leave_out_hints() {
    let model = listing(PRIVATE);
    assert_eq!(line(&model, 44), "y copy  Y copy as  s sign  / filter  ? keys");
    assert_eq!(line(&model, 20), "y copy  ? keys");
    for room in 0..200 {
        let hints = hints(&model, room);
        let end = hints.last().map_or(0, |hint| hint.columns.end);
        assert!(end <= room, "{end} columns in {room}");
        assert!(room < 8 || hints.iter().any(|hint| hint.key == "?"), "{room}");
    }
}

#[test]
fn hints_know_their_columns() {
    let mut screen = Screen::showing(80, 24, LOGO);
    screen.model.label.clear();
    let text = screen.text();
    let last = text.lines().last().unwrap();
    for hint in hints(&screen.model, 79) {
        assert_eq!(&last[hint.columns.clone()], format!("{} {}", hint.key, hint.word));
    }
}

#[test]
fn request_can_be_cancelled_and_everyday_keys_stay() {
    let model = after(listing(PRIVATE), "V");
    assert_eq!(
        line(&model, 79),
        "Esc cancel  y copy  Y copy as  s sign  o open  / filter  P full screen  ? keys"
    );
    let lookup = after(listing(PRIVATE), "i<c-u>dog<enter>");
    assert!(line(&lookup, 79).starts_with("Esc cancel  / filter"), "{}", line(&lookup, 79));
}

#[test]
fn text_fields_and_dialogs_show_their_own_keys() {
    for (keys, expected) in [
        ("/", "Esc clear  Enter keep"),
        ("/x", "Esc clear  Enter keep"),
        ("i", "Esc back  Enter look up  Ctrl-C quit"),
        ("ix", "Esc back  Enter look up  Ctrl-U clear  Ctrl-C quit"),
        ("s", "Esc close  Enter choose"),
        ("Y", "Esc close  Enter choose"),
        ("f", "Esc close  Enter accept  Tab complete"),
        ("J", "Esc close"),
    ] {
        assert_eq!(line(&after(listing(PRIVATE), keys), 79), expected, "{keys}");
    }
}

#[test]
fn filter_and_full_screen_say_how_to_leave() {
    let filtered = after(listing(PRIVATE), "/x<enter>");
    assert!(line(&filtered, 120).starts_with("Esc clear filter"), "{}", line(&filtered, 120));
    let shown = line(&after(listing(PRIVATE), "!"), 79);
    assert_eq!(shown, "Esc clear filter  y copy  Y copy as  s sign  o open  / filter  P full  ? keys");
    let full_screen = line(&after(listing(PRIVATE), "P"), 79);
    assert_eq!(full_screen, "Esc back  y copy  Y copy as  s sign  o open  w save  → variants  ? all keys");
    let loading = {
        let mut model = listing(PRIVATE);
        model.browse.to_the_end = true;
        line(&model, 79)
    };
    assert!(loading.starts_with("Esc stop loading"), "{loading}");
}

#[test]
fn hints_without_image_say_where_to_go() {
    let mut model = listing(PRIVATE);
    model.lookup = crate::app::lookup::Lookup::default();
    model.viewports = Viewports::default();
    model.focus = Pane::Variants;
    assert_eq!(line(&model, 79), "/ filter  ! access  b list  i image ID  Tab next pane  q quit  ? all keys");
}

#[test]
fn without_credentials_the_demo_comes_first() {
    let mut screen = Screen::new(80, 24);
    screen.model.offline = Some(Failure::new(FailureKind::Credentials, "No credentials", "Set them."));
    screen.model.needs_credentials = true;
    screen.event(Event::Started(None));
    for pane in [Pane::Image, Pane::Browse, Pane::Variants] {
        screen.model.focus = pane;
        let shown = line(&screen.model, 79);
        assert!(shown.starts_with("d start the demo"), "{shown}");
        for word in ["filter", "access", "list", "sort", "load all", "pane"] {
            assert!(!shown.contains(word), "{shown}");
        }
    }
}

#[test]
fn list_is_a_key_away_from_the_other_panes() {
    for raw in [PRIVATE, PUBLIC] {
        let mut model = listing(raw);
        for pane in [Pane::Variants, Pane::Details, Pane::Preview] {
            model.focus = pane;
            assert!(line(&model, 79).contains("b list"), "{pane:?}: {}", line(&model, 79));
        }
        model.focus = Pane::Browse;
        assert!(!line(&model, 199).contains("b list"));
    }
}

#[test]
fn loading_the_rest_is_offered_only_if_nothing_else_says_it() {
    let mut model = listing(PRIVATE);
    model.focus = Pane::Browse;
    model.browse.paging = Paging::More;
    model.browse.index = crate::app::browse::Index::None;
    model.browse.total = crate::app::Remote::Loaded(100);
    assert!(line(&model, 199).contains("L load all"), "{}", line(&model, 199));
    model.browse.paging = Paging::Failed(Failure::new(FailureKind::Network, "No answer", "Try again."));
    assert!(!line(&model, 199).contains("L load all"), "the error says it");
    model.browse.paging = Paging::Loading(RequestId(99));
    model.browse.to_the_end = true;
    assert!(!line(&model, 199).contains("L load all"), "it is loading");
}

#[test]
fn full_screen_shows_only_keys_of_the_picture() {
    let full_screen = after(listing(PRIVATE), "P");
    for room in [79, 199] {
        let shown = line(&full_screen, room);
        for word in ["filter", "access", "pane", "list", "image ID", "] "] {
            assert!(!shown.contains(word), "{word}: {shown}");
        }
        assert!(shown.contains("→ variants"), "{shown}");
    }
}

#[test]
fn chord_shows_the_keys_that_may_follow() {
    use crate::domain::KeyEntry;

    let entry = |action: &str, keys: &[&str]| KeyEntry {
        action: action.to_owned(),
        action_span: 0..0,
        keys: keys.iter().map(|key| ((*key).to_owned(), 0..0)).collect(),
    };
    let mut model = listing(PRIVATE);
    let entries = [
        entry("top", &["g g"]),
        entry("copy", &["g y", "x"]),
        entry("actions", &["f1"]),
        entry("filter", &[]),
        entry("zoom-in", &["g z"]),
    ];
    let (keymap, mistakes) = Keymap::with_keys(&entries);
    assert_eq!(mistakes, []);
    model.keymap = keymap;
    assert_eq!(line(&model, 44), "g y copy  Y copy as  s sign  F1 keys");
    let model = after(model, "g");
    assert_eq!(line(&model, 79), "g …  y copy  g top");
    assert_eq!(line(&model, 10), "g …");
    let keys: Vec<_> =
        hints(&model, 79).into_iter().map(|hint| hint.shortcut.map(|key| key.to_string())).collect();
    assert_eq!(keys, [None, Some("g y".to_owned()), Some("g g".to_owned())]);
}

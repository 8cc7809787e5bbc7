//! Tests of the list, and of the overlays.

use super::*;
use crate::app::IndexState;

#[test]
fn json_overlay_is_verbatim_and_scrolls() {
    let mut screen = Screen::showing(80, 16, LOGO);
    screen.press("J");
    snapshot!(screen, @r#"
    ┏ JSON from the API ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
    ┃ {                                                                            ┃
    ┃   "id": "107b9558-dd06-4bbd-5fef-9c2c16bb7900",                              ┃
    ┃   "filename": "logo.png",                                                    ┃
    ┃   "creator": "user-8812",                                                    ┃
    ┃   "uploaded": "2014-01-02T02:20:00.123Z",                                    ┃
    ┃   "requireSignedURLs": true,                                                 ┃
    ┃   "meta": {                                                                  ┃
    ┃     "key": "value",                                                          ┃
    ┃     "size": {                                                                ┃
    ┃       "w": 12345678901234567890,                                             ┃
    ┃       "tags": [                                                              ┃
    ┗━ ← → scroll ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 1–11 of 21 ▾ ━┛
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

     Esc close
    "#);
    screen.press("G<right><right>");
    snapshot!(screen, @r#"
    ┏ JSON from the API ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃ gedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/thumbnail ┃
    ┃ gedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/hero"     ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┗━ ← → scroll ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 11–21 of 21 ▴ ━┛
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

     Esc close
    "#);
}

#[test]
fn url_overlay_warns_of_403() {
    let mut screen = Screen::showing(80, 24, LOGO).with_options();
    screen.press("<enter>y");
    let text = screen.text();
    assert!(text.contains("403") && text.contains("/hero"), "{text}");
}

#[test]
fn url_overlay_is_flush_left_without_border() {
    let mut screen = Screen::showing(60, 20, LOGO);
    screen.press("<enter>");
    let text = screen.text();
    let joined: String = text.lines().take(2).collect();
    assert!(
        joined.starts_with(
            "https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/hero"
        ),
        "{text}"
    );
}

/// A focused list of four images.
fn browsing(width: u16, height: u16) -> Screen {
    let named =
        |(id, name): (&str, &str)| format!(r#"{{"id":"{id}","filename":"{name}","requireSignedURLs":true}}"#);
    let raws = [
        LOGO.to_owned(),
        named(("2", "日本語\\u001b[31m.png")),
        named(("3", "a-very-long-file-name-that-goes-on-and-on-and-on.webp")),
        r#"{"id":"no-name","requireSignedURLs":false,"uploaded":"2026-02-14T09:51:09Z"}"#.to_owned(),
    ];
    listing(width, height, &raws)
}

pub(super) fn listing(width: u16, height: u16, raws: &[String]) -> Screen {
    let mut screen = Screen::new(width, height);
    screen.press("<esc>b");
    let mut url_templates = UrlTemplates::default();
    let images =
        raws.iter().map(|raw| Arc::new(url_templates.summarize(&Image::read(raw).unwrap()))).collect();
    let Paging::Loading(request) = screen.model.browse.paging else { panic!("no page is in flight") };
    screen.event(Event::PageFetched(request, Ok(Page { images, next: None })));
    screen
}

#[test]
fn list_is_beside_the_image_or_alone() {
    let mut wide = browsing(120, 16);
    wide.press(" j");
    snapshot!(wide, @r#"
     ⌕ 3                                                                                                               demo
    ┏ Images 4 ━━━━━━━━━━━━━━━━━━━ ● 3 ┓╭ a-very-long-file-name-that-goes-on-and-on-and-on.webp ─── ● SIGNED URL REQUIRED  ╮
    ┃ ◆● logo.png                      ┃│                                                                                  │
    ┃  ● 日本語␛[31m.png               ┃│                                                                                  │
    ┃▌ ● a-very-long-fi…on-and-on.webp ┃│                               Loading the picture…                               │
    ┃  ○ no-name                       ┃│                                                                                  │
    ┃                                  ┃│                                                                                  │
    ┃                                  ┃│                                                                                  │
    ┃                                  ┃├ Variants ──────────────────────┬ Details ▾ · listed just now ────────────────────┤
    ┃                                  ┃│ This image has no variants.    │ Filename  a-very-long-file-name-that-goes-on-an │
    ┃                                  ┃│                                │           d-on-and-on.webp                      │
    ┃                                  ┃│                                │ ID        3                                     │
    ┗ / filter ━━━━━━━━━ ! signed only ┛╰────────────────────────────────┴─────────────────────────────────────────────────╯

     1 marked: y Y o w apply to them, u unmarks all
     Y copy as  w save  t gallery  Enter variants  Space mark  u unmark all  / filter  ! access  P full screen  ? all keys
    "#);
    let mut medium = browsing(80, 16);
    snapshot!(medium, @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                    demo
    ┏ Images 4 ━━━━━━━━━━━━━━━ ● 3 ┓╭ logo.png ──────────── ● SIGNED URL REQUIRED  ╮
    ┃▌ ● logo.png                  ┃│                                              │
    ┃  ● 日本語␛[31m.png           ┃│                                              │
    ┃  ● a-very-long-…-and-on.webp ┃│             Loading the picture…             │
    ┃  ○ no-name                   ┃│                                              │
    ┃                              ┃│                                              │
    ┃                              ┃│                                              │
    ┃                              ┃├ Variants 1/2 ────────────────────────────────┤
    ┃                              ┃│▌1 hero                                       │
    ┃                              ┃│ 2 thumbnail                                  │
    ┃                              ┃│                                              │
    ┗ / filter ━━━━━ ! signed only ┛╰──────────────────────────────────────────────╯
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

     y copy  Y copy as  s sign  o open  w save  / filter  P full screen  ? all keys
    "#);
    medium.press("/logo");
    medium.filter_matched(4, vec![0]);
    snapshot!(medium, @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                    demo
    ┏ Images 1 match of 4 ━━━━━━━━━┓╭ logo.png ──────────── ● SIGNED URL REQUIRED  ╮
    ┃▌ ● logo.png                  ┃│                                              │
    ┃                              ┃│                                              │
    ┃                              ┃│             Loading the picture…             │
    ┃                              ┃│                                              │
    ┃                              ┃│                                              │
    ┃                              ┃│                                              │
    ┃                              ┃├ Variants 1/2 ────────────────────────────────┤
    ┃                              ┃│▌1 hero                                       │
    ┃                              ┃│ 2 thumbnail                                  │
    ┃ / logo                       ┃│                                              │
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛╰──────────────────────────────────────────────╯
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

     Esc clear  Enter keep
    "#);
    medium.press("<enter><enter>");
    assert!(medium.text().contains("┢ Variants 1/2"));
    let mut small = browsing(40, 10);
    snapshot!(small, @r#"
    ID Images Variants Details Picture    ●
    ▌ ● logo.png
      ● 日本語␛[31m.png
      ● a-very-long-file-…nd-on-and-on.webp
      ○ no-name


     https://imagedelive…-9c2c16bb7900/hero
     Images 4
     y copy  Y copy as  s sign  ? keys
    "#);
    small.press("/x");
    small.filter_matched(1, vec![]);
    small.filter_matched(2, vec![]);
    assert!(small.text().contains("No matches."));
}

#[test]
fn details_follow_the_list_cursor() {
    let mut screen = browsing(120, 16);
    for (key, id) in
        [("j", "ID        2 "), ("j", "ID        3 "), ("j", "ID        no-name"), ("k", "ID        3 ")]
    {
        screen.press(key);
        let text = screen.text();
        assert!(text.contains(id), "{id}: {text}");
    }
}

#[test]
fn refresh_of_listed_image_moves_nothing() {
    for (width, age) in [(120, "Details ▾ · listed just now ─"), (40, "          listed just now")] {
        let mut screen = browsing(width, 16);
        if width == 40 {
            screen.press("<tab><tab>");
        }
        let listed = screen.text();
        assert!(listed.contains(age), "{listed}");
        // The cursor has rested.
        screen.model.lookup.request_at = Some(screen.model.now);
        screen.event(Event::Woke);
        let requested = screen.text();
        let changed: Vec<_> = listed.lines().zip(requested.lines()).filter(|(was, is)| was != is).collect();
        assert!(changed.iter().all(|(_, is)| is.contains('◐')) && changed.len() <= 1, "{changed:?}");
        let request = screen.model.lookup.image.pending_request().expect("it is not requested");
        let raw = r#"{"id":"1","filename":"logo.png","requireSignedURLs":true,"variants":[]}"#;
        screen.event(Event::ImageFetched(request, Ok(Image::read(raw).unwrap().into())));
        assert!(!screen.text().contains("listed just"));
    }
}

#[test]
fn listed_image_with_unknown_access_blames_no_api() {
    let text = listing(120, 16, &[r#"{"id":"a","requireSignedURLs":"no"}"#.to_owned()]).text();
    assert!(text.contains("? ACCESS UNKNOWN ") && text.contains("listed just now"), "{text}");
    assert!(!text.contains("the API does not say"), "the list does not store the API's value: {text}");
}

#[test]
fn filter_matches_are_highlighted() {
    let mut screen = browsing(120, 16);
    screen.theme = Theme::mono();
    screen.press("/go");
    screen.filter_matched(2, vec![0]);
    let underlined = |cell: &&ratatui::buffer::Cell| cell.modifier.contains(Modifier::UNDERLINED);
    let matched: String =
        screen.buffer().content.iter().filter(underlined).map(ratatui::buffer::Cell::symbol).collect();
    assert_eq!(matched, "go");
}

#[test]
fn partial_list_shows_progress() {
    let more = || Some(Continuation::after_page(None, "next".to_owned(), 1000, &mut Vec::new()));
    let mut screen = browsing(40, 10);
    screen.press("R");
    let Paging::Loading(request) = screen.model.browse.paging else { panic!("no page is in flight") };
    let image = Image::read(r#"{"id":"a","uploaded":"2026-02-14T23:51:09Z"}"#).unwrap();
    let page = Page { images: vec![Arc::new(UrlTemplates::default().summarize(&image))], next: more() };
    screen.event(Event::PageFetched(request, Ok(page)));
    screen.press("<esc> ");
    assert!(screen.text().contains("◆"), "{}", screen.text());
    let total = screen.model.browse.total.pending_request().unwrap();
    screen.event(Event::TotalFetched(total, Ok(8)));
    screen.press("L");
    assert!(screen.text().contains(" Loading the list: 1 of 8.\n"), "{}", screen.text());
    screen.press("*");
    let text = screen.text();
    assert!(text.contains(" Loading to mark all matches: 1 of 8.\n"), "{text}");
    screen.press("<esc>/xyz");
    let generation = screen.model.browse.filter.generation;
    screen.filter_matched(generation, vec![]);
    let text = screen.text();
    assert!(text.contains("No matches in 5 of 8 images: loading\n the rest."), "{text}");
    assert!(text.contains("\n / xyz searched 5 of 8: loading the rest\n"), "{text}");
    screen.press("<enter>");
    let text = screen.text();
    assert!(text.contains("No matches in 5 of 8 images: loading"), "{text}");
    screen.press("L<esc>");
    let text = screen.text();
    assert!(text.contains("No matches in 5 of 8 images: L"), "{text}");

    let mut screen = browsing(160, 16);
    screen.event(Event::TimeZoneLoaded(jiff::tz::TimeZone::fixed(jiff::tz::offset(-12))));
    assert!(screen.text().contains("2026-02-13"), "the day is in the local time zone: {}", screen.text());
}

#[test]
fn list_title_shows_age_and_pause() {
    let mut screen = Screen::new(130, 16);
    screen.press("<esc>b");
    let image = Image::read(LOGO).unwrap();
    screen.event(Event::IndexChunk(vec![Arc::new(UrlTemplates::default().summarize(&image))]));
    let listed_at = screen.model.now - jiff::SignedDuration::from_hours(48);
    screen.event(Event::IndexRead(Ok(Some(IndexState { listed_at, whole: true }))));
    assert!(screen.text().contains(" Images 1 · stored 2 days ago ━"), "{}", screen.text());
    let Paging::Loading(request) = screen.model.browse.paging else { panic!("no page is in flight") };
    let until = screen.model.now + jiff::SignedDuration::from_millis(41_500);
    screen.event(Event::Waiting(request, Wait { until, reason: "rate limited" }));
    assert!(
        screen.text().contains("\n Loading the list: rate limited, retrying in 42 s.\n"),
        "{}",
        screen.text()
    );
    screen.press("/before:soon");
    assert!(screen.text().contains(" before:soon must be like 2026-01-31 "), "{}", screen.text());
}

#[test]
fn filter_of_partial_list_says_so() {
    for (width, height, typing, expected) in [
        (160, 16, " 1 match · 1 of 8,113 loaded ", " searched 1 of 8,113: loading the rest "),
        (120, 16, " searched 1 of 8,113 ", " searched 1 of 8,113 "),
        (80, 16, " searched 1 of 8,113 ", " searched 1 of 8,113 "),
        (40, 10, "/ lo                searched 1 of 8,113", "/ lo                searched 1 of 8,113"),
    ] {
        let mut screen = Screen::new(width, height);
        screen.press("<esc>b");
        let Paging::Loading(request) = screen.model.browse.paging else { panic!("no page is in flight") };
        let images = vec![Arc::new(UrlTemplates::default().summarize(&Image::read(LOGO).unwrap()))];
        let next = Some(Continuation::after_page(None, "next".to_owned(), 1000, &mut Vec::new()));
        screen.event(Event::PageFetched(request, Ok(Page { images: images.clone(), next })));
        let total = screen.model.browse.total.pending_request().unwrap();
        screen.event(Event::TotalFetched(total, Ok(8113)));
        screen.event(Event::IndexRead(Ok(None)));
        screen.press("<esc>");
        assert!(width < 120 || screen.text().contains("L load all"), "{}", screen.text());
        screen.press("/lo");
        let text = screen.text();
        assert!(text.contains(typing), "{width}\n{text}");
        assert!(!text.lines().last().unwrap().contains("L load all"), "L would be text: {text}");
        screen.press("<enter>");
        let text = screen.text();
        assert!(text.contains(expected), "{width}\n{text}");
        assert!(!text.contains("L load all"), "it is loading: {text}");
        screen.press("L");
        let Paging::Loading(request) = screen.model.browse.paging else { panic!("no page is in flight") };
        screen.event(Event::PageFetched(request, Ok(Page { images, next: None })));
        let text = screen.text();
        assert!(!text.contains("searched") && !text.contains("load all"), "{text}");
    }
}

#[test]
fn fuzzy_matches_are_labelled() {
    for (width, height) in [(160, 16), (120, 16), (80, 24), (40, 10)] {
        let mut screen = browsing(width, height);
        screen.press("/lgo");
        let generation = screen.model.browse.filter.generation;
        screen.filter_matched(generation, vec![]);
        screen.filter_matched(generation + 1, vec![0]);
        assert!(screen.text().contains("similar"), "{}", screen.text());
        screen.press("<enter>");
        assert!(screen.text().contains("similar"), "{}", screen.text());
    }
}

#[test]
fn row_of_another_image_is_not_selected() {
    let mut screen = browsing(120, 16);
    let selected = |screen: &mut Screen| screen.text().lines().filter(|line| line.starts_with("│▌")).count();
    screen.press("<enter>");
    assert_eq!(selected(&mut screen), 1);
    screen.press("i<c-u>dog<enter>");
    let request = screen.model.lookup.image.pending_request().unwrap();
    let dog = Image::read(r#"{"id":"dog","requireSignedURLs":false}"#).unwrap();
    screen.event(Event::ImageFetched(request, Ok(Box::new(dog))));
    assert_eq!(selected(&mut screen), 0, "{}", screen.text());
}

#[test]
fn a_filter_without_matches_says_one_thing() {
    for (width, height) in [(160, 16), (80, 24), (40, 10)] {
        let mut screen = browsing(width, height);
        screen.press("/zzz<enter>");
        let generation = screen.model.browse.filter.generation;
        screen.filter_matched(generation, vec![]);
        screen.filter_matched(generation + 1, vec![]);
        let text = screen.text();
        assert!(text.contains("No matches. Esc"), "{text}");
        assert!(!text.contains("similar") && !text.contains("no exact"), "{text}");
        assert!(width == 40 || text.contains("Images 0 "), "{text}");
    }
}

#[test]
fn filter_prompt_is_never_cut() {
    for (width, height, prompt) in [
        (200, 16, " / name, ID, creator, signed: … "),
        (120, 16, " / name, ID, creator, signed: … "),
        (80, 16, " / name, ID, creator "),
        (40, 10, " / name, ID, creator, signed: …"),
    ] {
        let mut screen = browsing(width, height);
        screen.press("/");
        assert!(screen.text().contains(prompt), "{}", screen.text());
    }
}

//! Tests of a lookup in flight, and of a failed one.

use super::*;

#[test]
fn spinner_and_pause_are_shown() {
    let mut screen = Screen::new(80, 16);
    screen.press("cat<enter>");
    snapshot!(screen, @r#"
     ⌕ cat                                                                  ◐  demo
    ╭ Images ──────────────────────╮╭ Picture ─────────────────────────────────────╮
    │ Loading the list…            ││                                              │
    │                              ││                                              │
    │                              ││               Looking up cat…                │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              │┢ Variants ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    │                              │┃                                              ┃
    │                              │┃                                              ┃
    │                              │┃                                              ┃
    ╰ / filter ───── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛


     Esc cancel  / filter  ! access  b list  i image ID  Tab next pane  ? all keys
    "#);
    screen.press("i");
    assert!(screen.text().contains("\n Esc back  Enter look up"), "one entry per key: {}", screen.text());
    let mut screen = Screen::showing(80, 16, LOGO);
    screen.press("r");
    assert!(!screen.text().contains("whole URL"), "Enter does nothing during a lookup: {}", screen.text());
    let mut screen = Screen::new(80, 16);
    screen.press("cat<enter>");
    let until = screen.model.now + SignedDuration::from_millis(2_400);
    screen.event(Event::Waiting(RequestId(1), Wait { until, reason: "rate limited" }));
    assert!(screen.text().contains("rate limited, retrying in 3 s ◐"));
}

#[test]
fn failed_lookup_is_explained_below_input() {
    let failure = Failure {
        code: "5404".into(),
        ray: Some("8f2a-FRA".into()),
        ..Failure::new(
            FailureKind::NotFound,
            "Image not found",
            "No image “dog” in account 023e…: check the ID, or the account in use.",
        )
    };
    for (width, height) in [(80, 24), (40, 10)] {
        let mut screen = Screen::showing(width, height, LOGO);
        screen.press("i<c-u>dog<enter>");
        screen.event(Event::ImageFetched(RequestId(3), Err(failure.clone())));
        if width == 80 {
            snapshot!(screen, @r#"
             ⌕ dog                                                                     demo
             ✗ Image not found (5404). No image “dog” in account 023e…: check the ID, or
               the account in use. [cf-ray 8f2a-FRA]
            ╭ Images ──────────────────────╮╭ logo.png · another image ───────── ● SIGNED  ╮
            │ Loading the list…            ││                                              │
            │                              ││                                              │
            │                              ││                                              │
            │                              ││                                              │
            │                              ││             Loading the picture…             │
            │                              ││                                              │
            │                              ││                                              │
            │                              ││                                              │
            │                              ││                                              │
            │                              ││                                              │
            │                              ││                                              │
            │                              │┢ Variants 1/2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
            │                              │┃▌1 hero                                       ┃
            │                              │┃ 2 thumbnail                                  ┃
            │                              │┃                                              ┃
            │                              │┃                                              ┃
            ╰ / filter ───── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
             https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

             Esc dismiss  y copy  Y copy as  s sign  / filter  P full  b list  ? keys
            "#);
        } else {
            snapshot!(screen, @r#"
            ID Images Variants Details Picture    ●
             ✗ Image not found (5404). No image
               “dog” in account 023e…: check the
               ID, or the account in use. [cf-ray
               8f2a-FRA]
            ▌1 hero
             2 thumbnail
             https://imagedelive…-9c2c16bb7900/hero
             logo.png · another image
             Esc dismiss  y copy  Y copy as  ? keys
            "#);
        }
    }
}

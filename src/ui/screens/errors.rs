//! Tests of a lookup in flight, and of a failed one.

use super::*;

#[test]
fn spinner_and_pause_are_shown() {
    let mut screen = Screen::new(80, 16);
    screen.press("cat<enter>");
    snapshot!(screen, @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────╮
    │ cat                                                                        ◐ │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ Details ─────────────────────────────────────────────────────────────────────╮
    │ Looking it up…                                                               │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ┢ Variants ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛

     Esc cancel  b browse  i image  Tab next pane  ? help  q quit              demo
    "#);
    screen.press("i");
    assert!(screen.text().contains("\n Esc cancel  Enter look up"), "one entry per key: {}", screen.text());
    let mut screen = Screen::showing(80, 16, LOGO);
    screen.press("r");
    assert!(!screen.text().contains("whole URL"), "Enter does nothing during a lookup: {}", screen.text());
    let mut screen = Screen::new(80, 16);
    screen.press("cat<enter>");
    let until = screen.model.now + SignedDuration::from_millis(2_400);
    screen.event(Event::Waiting(RequestId(1), Wait { until, reason: "rate limited" }));
    assert!(screen.text().contains("rate limited, again in 3 s ◐"));
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
            ╭ Image ───────────────────────────────────────────────────────────────────────╮
            │ dog                                                                          │
            │ Image not found (5404). No image “dog” in account 023e…: check the ID, or    │
            │ the account in use. [cf-ray 8f2a-FRA]                                        │
            ╰──────────────────────────────────────────────────────────────────────────────╯
            ╭ Details ── still the image before ───────────────────────────────────────────╮
            │ Filename  logo.png                                                           │
            │ ID        107b9558-dd06-4bbd-5fef-9c2c16bb7900                               │
            │ Creator   user-8812                                                          │
            │ Uploaded  2014-01-02 02:20 UTC, 12 years ago                                 │
            │ Access    ● Signed URLs required                                             │
            │ Metadata  key     value                                                      │
            │           size                                                               │
            │             w     12345678901234567890                                       │
            │             tags                                                             │
            │               0   a                                                          │
            │               1   null                                                       │
            ┢ Variants ━━ 2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
            ┃ › hero       signed  https://imagedelivery.net/M…4bbd-5fef-9c2c16bb7900/hero ┃
            ┃   thumbnail  signed  https://imagedelivery.net/M…5fef-9c2c16bb7900/thumbnail ┃
            ┃                                                                              ┃
            ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
             https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero
             o open  y copy  s sign  Enter whole URL  b browse  ? help  q quit         demo
            "#);
        } else {
            snapshot!(screen, @r#"
             Image   Details   Variants
            Image not found (5404). No image “dog”
            in account 023e…: check the ID, or the
            account in use. [cf-ray 8f2a-FRA]

            › hero       signed
              thumbnail  signed

             https://imagedelive…-9c2c16bb7900/hero
             o open  y copy  ? help  q quit    demo
            "#);
        }
    }
}

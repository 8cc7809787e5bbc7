//! Tests of Details: the layout, and fields that the API leaves out.

use super::*;
use crate::domain::width::columns;

/// An image without the field for signed URLs.
const WITHOUT_ACCESS: &str =
    r#"{"id":"a","filename":"b.png","variants":["https://imagedelivery.net/H/a/public"]}"#;

/// An image with an unreadable value in the field for signed URLs.
fn unreadable() -> String {
    WITHOUT_ACCESS.replacen(',', r#","requireSignedURLs":"no","#, 1)
}

#[test]
fn id_is_shown_whole_if_it_fits() {
    for (width, beside) in
        [(40, false), (44, false), (50, true), (80, false), (120, true), (130, true), (160, true)]
    {
        let mut screen = Screen::showing(width, 40, LOGO);
        screen.press("<tab>");
        let text = screen.text();
        let column = |name: &str, value: &str| {
            let row =
                text.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{name}:\n{text}"));
            let at = row.find(value).unwrap_or_else(|| panic!("{value}:\n{text}"));
            columns(&row[..at])
        };
        let id = column("ID  ", "107b9558-dd06-4bbd-5fef-9c2c16bb7900");
        let label = if beside { "Creator   " } else { "ID  " };
        let expected = column(label, label) + columns(label);
        assert_eq!(id, expected, "{width}:\n{text}");
    }
}

#[test]
fn unknown_access_is_explained_in_details() {
    let details = |raw| {
        let mut screen = Screen::showing(80, 24, raw);
        screen.press("<tab>");
        screen
    };
    snapshot!(details(WITHOUT_ACCESS), @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                    demo
    ╭ Images ──────────────────────╮╭ b.png ──────────────────── ? ACCESS UNKNOWN  ╮
    │ Loading the list…            ││                                              │
    │                              ││                                              │
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
    │                              ││                                              │
    │                              │┢ Details ▾ ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    │                              │┃ Filename  b.png                              ┃
    │                              │┃ ID        a                                  ┃
    │                              │┃ Creator   none                               ┃
    │                              │┃ Uploaded  unknown                            ┃
    ╰ / filter ───── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/H/a/public

     y copy  Y copy as  o open  w save  / filter  P full screen  b list  ? all keys
    "#);
    snapshot!(Screen::showing(80, 18, &unreadable()), @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                    demo
    ╭ Images ──────────────────────╮╭ b.png ──────────────────── ? ACCESS UNKNOWN  ╮
    │ Loading the list…            ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││             Loading the picture…             │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              │┢ Variants 1/1 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    │                              │┃▌1 public                                   ? ┃
    │                              │┃                                              ┃
    │                              │┃                                              ┃
    ╰ / filter ───── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/H/a/public

     y copy  Y copy as  o open  w save  / filter  P full screen  b list  ? all keys
    "#);
}

#[test]
fn unknown_access_is_explained_beside_other_panes() {
    snapshot!(Screen::showing(120, 18, WITHOUT_ACCESS), @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                                                            demo
    ╭ Images ──────────────────────────╮╭ b.png ──────────────────────────────────────────────────────── ? ACCESS UNKNOWN  ╮
    │ Loading the list…                ││                                                                                  │
    │                                  ││                                                                                  │
    │                                  ││                                                                                  │
    │                                  ││                               Loading the picture…                               │
    │                                  ││                                                                                  │
    │                                  ││                                                                                  │
    │                                  ││                                                                                  │
    │                                  ││                                                                                  │
    │                                  │┢ Variants 1/1 ━━━━━━━━━━━━━━━━━━┱ Details ▾ ──────────────────────────────────────┤
    │                                  │┃▌1 public                     ? ┃ Filename  b.png                                 │
    │                                  │┃                                ┃ ID        a                                     │
    │                                  │┃                                ┃ Creator   none                                  │
    ╰ / filter ───────── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┹─────────────────────────────────────────────────╯
     https://imagedelivery.net/H/a/public

     y copy  Y copy as  o open  w save  Enter whole URL  / filter  ! access  P full screen  J JSON  b list  ? all keys
    "#);
    snapshot!(Screen::showing(120, 18, &unreadable()), @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                                                            demo
    ╭ Images ──────────────────────────╮╭ b.png ──────────────────────────────────────────────────────── ? ACCESS UNKNOWN  ╮
    │ Loading the list…                ││                                                                                  │
    │                                  ││                                                                                  │
    │                                  ││                                                                                  │
    │                                  ││                               Loading the picture…                               │
    │                                  ││                                                                                  │
    │                                  ││                                                                                  │
    │                                  ││                                                                                  │
    │                                  ││                                                                                  │
    │                                  │┢ Variants 1/1 ━━━━━━━━━━━━━━━━━━┱ Details ▾ ──────────────────────────────────────┤
    │                                  │┃▌1 public                     ? ┃ Filename  b.png                                 │
    │                                  │┃                                ┃ ID        a                                     │
    │                                  │┃                                ┃ Creator   none                                  │
    ╰ / filter ───────── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┹─────────────────────────────────────────────────╯
     https://imagedelivery.net/H/a/public

     y copy  Y copy as  o open  w save  Enter whole URL  / filter  ! access  P full screen  J JSON  b list  ? all keys
    "#);
}

#[test]
fn unknown_access_is_explained_on_small_terminal() {
    let details = |raw| {
        let mut screen = Screen::showing(40, 12, raw);
        screen.press("<tab>");
        screen
    };
    snapshot!(details(WITHOUT_ACCESS), @r#"
    ID Images Variants Details Picture    ?
    Filename  b.png
    ID        a
    Creator   none
    Uploaded  unknown
    Access    ? unknown
              the API didn't report it
    Metadata  none

     https://imagedelivery.net/H/a/public
     b.png
     y copy  Y copy as  / filter  ? keys
    "#);
    snapshot!(details(&unreadable()), @r#"
    ID Images Variants Details Picture    ?
    Filename  b.png
    ID        a
    Creator   none
    Uploaded  unknown
    Access    ? unknown
              requireSignedURLs is "no", not
              true or false
    Metadata  none
     https://imagedelivery.net/H/a/public
     b.png
     y copy  Y copy as  / filter  ? keys
    "#);
}

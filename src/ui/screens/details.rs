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
    for width in [40, 44, 46, 80, 120, 125, 130, 160] {
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
        let expected = if width < 46 { columns("ID  ") } else { column("Creator", "user-8812") };
        assert_eq!(id, expected, "{width}:\n{text}");
    }
    snapshot!(Screen::showing(120, 18, LOGO), @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────────────────────────────────────────────╮
    │ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                                                                 │
    ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
    ╭ Browse ─────────────────────────╮╭ Details ──────────────────────────── 1–8 of 11 ╮╭ Preview ────────────────────────╮
    │ Listing the account's images…   ││ Filename  logo.png                             ││ Loading the picture…            │
    │                                 ││ ID        107b9558-dd06-4bbd-5fef-9c2c16bb7900 ││                                 │
    │                                 ││ Creator   user-8812                            ││                                 │
    │                                 ││ Uploaded  2014-01-02 02:20 UTC, 12 years ago   ││                                 │
    │                                 ││ Access    ● Signed URLs required               ││                                 │
    │                                 ││ Metadata  key     value                        ││                                 │
    │                                 ││           size                                 ││                                 │
    │                                 ││             w     12345678901234567890         ││                                 │
    │                                 │┢ Variants ━━ 2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪│                                 │
    │                                 │┃ › hero       signed  https://imag…6bb7900/hero ┃│                                 │
    │                                 │┃   thumbnail  signed  https://imag…00/thumbnail ┃│                                 │
    ╰ / filter ───────────────────────╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛╰─────────────────────────────────╯
     https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/hero
     o open  y copy  Y copy as  s sign  Enter whole URL  r refresh  b browse  p preview  i image  ? help  q quit       demo
    "#);
}

#[test]
fn unknown_access_is_explained_in_details() {
    snapshot!(Screen::showing(80, 16, WITHOUT_ACCESS), @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────╮
    │ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                         │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ Details ─────────────────────────────────────────────────────────────────────╮
    │ Filename  b.png                                                              │
    │ ID        a                                                                  │
    │ Creator   none                                                               │
    │ Uploaded  not told                                                           │
    │ Access    ? Unknown                                                          │
    │           the API does not say                                               │
    │ Metadata  none                                                               │
    ┢ Variants ━━ 1 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    ┃ › public  https://imagedelivery.net/H/a/public                               ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/H/a/public
     o open  y copy  Enter whole URL  b browse  i image  ? help  q quit        demo
    "#);
    snapshot!(Screen::showing(80, 18, &unreadable()), @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────╮
    │ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                         │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ Details ─────────────────────────────────────────────────────────────────────╮
    │ Filename  b.png                                                              │
    │ ID        a                                                                  │
    │ Creator   none                                                               │
    │ Uploaded  not told                                                           │
    │ Access    ? Unknown                                                          │
    │           requireSignedURLs is "no", where true or false is expected         │
    │ Metadata  none                                                               │
    ┢ Variants ━━ 1 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    ┃ › public  https://imagedelivery.net/H/a/public                               ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/H/a/public
     o open  y copy  Enter whole URL  b browse  i image  ? help  q quit        demo
    "#);
}

#[test]
fn unknown_access_is_explained_beside_other_panes() {
    snapshot!(Screen::showing(120, 18, WITHOUT_ACCESS), @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────────────────────────────────────────────╮
    │ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                                                                 │
    ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
    ╭ Browse ─────────────────────────╮╭ Details ───────────────────────────────────────╮╭ Preview ────────────────────────╮
    │ Listing the account's images…   ││ Filename  b.png                                ││ Loading the picture…            │
    │                                 ││ ID        a                                    ││                                 │
    │                                 ││ Creator   none                                 ││                                 │
    │                                 ││ Uploaded  not told                             ││                                 │
    │                                 ││ Access    ? Unknown                            ││                                 │
    │                                 ││           the API does not say                 ││                                 │
    │                                 ││ Metadata  none                                 ││                                 │
    │                                 │┢ Variants ━━ 1 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪│                                 │
    │                                 │┃ › public  https://imagedelivery.net/H/a/public ┃│                                 │
    │                                 │┃                                                ┃│                                 │
    │                                 │┃                                                ┃│                                 │
    ╰ / filter ───────────────────────╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛╰─────────────────────────────────╯
     https://imagedelivery.net/H/a/public
     o open  y copy  Y copy as  V verify  Enter whole URL  r refresh  b browse  p preview  i image  ? help  q quit     demo
    "#);
    snapshot!(Screen::showing(120, 18, &unreadable()), @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────────────────────────────────────────────╮
    │ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                                                                 │
    ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
    ╭ Browse ─────────────────────────╮╭ Details ───────────────────────────────────────╮╭ Preview ────────────────────────╮
    │ Listing the account's images…   ││ Filename  b.png                                ││ Loading the picture…            │
    │                                 ││ ID        a                                    ││                                 │
    │                                 ││ Creator   none                                 ││                                 │
    │                                 ││ Uploaded  not told                             ││                                 │
    │                                 ││ Access    ? Unknown                            ││                                 │
    │                                 ││           requireSignedURLs is "no", where     ││                                 │
    │                                 ││           true or false is expected            ││                                 │
    │                                 ││ Metadata  none                                 ││                                 │
    │                                 │┢ Variants ━━ 1 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪│                                 │
    │                                 │┃ › public  https://imagedelivery.net/H/a/public ┃│                                 │
    │                                 │┃                                                ┃│                                 │
    ╰ / filter ───────────────────────╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛╰─────────────────────────────────╯
     https://imagedelivery.net/H/a/public
     o open  y copy  Y copy as  V verify  Enter whole URL  r refresh  b browse  p preview  i image  ? help  q quit     demo
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
     Image   Details   Variants
    Filename  b.png
    ID        a
    Creator   none
    Uploaded  not told
    Access    ? Unknown
              the API does not say
    Metadata  none


     https://imagedelivery.net/H/a/public
     o open  y copy  ? help  q quit    demo
    "#);
    snapshot!(details(&unreadable()), @r#"
     Image   Details   Variants
    Filename  b.png
    ID        a
    Creator   none
    Uploaded  not told
    Access    ? Unknown
              requireSignedURLs is "no",
              where true or false is
              expected
    Metadata  none
     https://imagedelivery.net/H/a/public
     o open  y copy  ? help  q quit    demo
    "#);
}

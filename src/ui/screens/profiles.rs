//! Screens of the choice of a profile, and of its name.

use super::*;
use crate::app::{ProfileName, ProfileRow, Profiles};

fn row(name: &str, account: &str, source: &str) -> ProfileRow {
    let name = match name {
        "environment" => ProfileName::Environment,
        name => ProfileName::Named(name.to_owned()),
    };
    ProfileRow { name, account: account.to_owned(), source: source.to_owned(), needs_terminal: false }
}

fn profiles() -> Profiles {
    let rows = vec![
        row("default", "Acme Inc. \u{1b}[31m日本", "credentials.toml"),
        row("work", "023e105f4ecef8ad9ca31a8372d0c353", "config.toml"),
        row("environment", "", "CLOUDFLARE_API_TOKEN"),
    ];
    Profiles { rows, current: Some(ProfileName::Named("work".to_owned())) }
}

fn choosing(width: u16, height: u16, profiles: Profiles) -> Screen {
    let mut screen = Screen::showing(width, height, LOGO);
    screen.model.profiles = profiles;
    screen.press("a");
    screen
}

#[test]
fn profiles_are_chosen_in_a_dialog() {
    let mut wide = choosing(120, 16, profiles());
    snapshot!(wide, @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                                                     work · demo
    ╭ Images ──────────────────────────╮╭ logo.png ──────────────────────────────────────────────── ● SIGNED URL REQUIRED  ╮
    │ Loading the list…                ││                                                                                  │
    │                                  ││                                                                                  │
    │                    ┏ Profiles ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓                     │
    │                    ┃  1    default      Acme Inc. ␛[31m日本               credentials.toml     ┃                     │
    │                    ┃ ▌2  ✓ work         023e105f4ecef8ad9ca31a8372d0c353  config.toml          ┃                     │
    │                    ┃  3    environment                                    CLOUDFLARE_API_TOKEN ┃                     │
    │                    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛─────────────────────┤
    │                                  │┃▌1 hero                         ┃ Filename  logo.png                              │
    │                                  │┃ 2 thumbnail                    ┃ ID        107b9558-dd06-4bbd-5fef-9c2c16bb7900  │
    │                                  │┃                                ┃ Creator   user-8812                             │
    ╰ / filter ───────── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┹─────────────────────────────────────────────────╯
     https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

     Esc close  Enter choose
    "#);
    let mut medium = choosing(80, 16, profiles());
    snapshot!(medium, @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                             work · demo
    ╭ Images ──────────────────────╮╭ logo.png ──────────── ● SIGNED URL REQUIRED  ╮
    │ Loading the list…            ││                                              │
    │                              ││                                              │
    │┏ Profiles ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓ │
    │┃  1    default      Acme Inc. ␛[31m日本               credentials.toml     ┃ │
    │┃ ▌2  ✓ work         023e105f4ecef8ad9ca31a8372d0c353  config.toml          ┃ │
    │┃  3    environment                                    CLOUDFLARE_API_TOKEN ┃ │
    │┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛━┪
    │                              │┃▌1 hero                                       ┃
    │                              │┃ 2 thumbnail                                  ┃
    │                              │┃                                              ┃
    ╰ / filter ───── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

     Esc close  Enter choose
    "#);
    let mut small = choosing(40, 10, profiles());
    snapshot!(small, @r#"
    ID Images Variants Details Picture    ●
    ┏ Profiles ━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
    ┃  1    default      Acme Inc. ␛[31m…  ┃
    ┃ ▌2  ✓ work         023e105f4ecef8ad… ┃
    ┃  3    environment                    ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛

     https://imagedelive…-9c2c16bb7900/hero
     logo.png
     Esc close  Enter choose
    "#);
}

#[test]
fn many_profiles_are_searched() {
    let rows: Vec<_> = (1..=30).map(|n| row(&format!("client-{n}"), "Acme", "credentials.toml")).collect();
    let mut screen = choosing(80, 16, Profiles { current: Some(rows[0].name.clone()), rows });
    screen.press("-2<down>");
    snapshot!(screen, @r#"
     ⌕ 107b9558-dd06-4┏ Profiles ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓   client-1 · demo
    ╭ Images ─────────┃ -2                                      ┃NED URL REQUIRED  ╮
    │ Loading the list┃                                         ┃                  │
    │                 ┃       client-2   Acme  credentials.toml ┃                  │
    │                 ┃ ▌     client-20  Acme  credentials.toml ┃ture…             │
    │                 ┃       client-21  Acme  credentials.toml ┃                  │
    │                 ┃       client-22  Acme  credentials.toml ┃                  │
    │                 ┃       client-23  Acme  credentials.toml ┃                  │
    │                 ┃       client-24  Acme  credentials.toml ┃━━━━━━━━━━━━━━━━━━┪
    │                 ┃       client-25  Acme  credentials.toml ┃                  ┃
    │                 ┃       client-26  Acme  credentials.toml ┃                  ┃
    │                 ┃       client-27  Acme  credentials.toml ┃                  ┃
    ╰ / filter ───── !┗━━━━━━━━━━━━━━━━━━━━━━━━━━━ 1–9 of 11 ▾ ━┛━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

     Esc close  Enter choose
    "#);
    screen.press("x");
    assert!(screen.text().contains("No profiles match."));
}

#[test]
fn name_of_profile_is_beside_the_server() {
    let first_row = |profiles: Profiles, label: &str| {
        let mut screen = Screen::showing(80, 16, LOGO);
        screen.model.profiles = profiles;
        screen.model.label = label.to_owned();
        let text = screen.text();
        let first = text.lines().next().unwrap();
        first.rsplit("  ").next().unwrap().to_owned()
    };
    assert_eq!(first_row(profiles(), "127.0.0.1:8787"), "work · 127.0.0.1:8787");
    assert_eq!(first_row(profiles(), ""), "work");
    let mut only = profiles();
    only.rows.retain(|row| row.name == ProfileName::Named("work".to_owned()));
    assert_eq!(first_row(only, "127.0.0.1:8787"), "127.0.0.1:8787", "it can't be confused");
    let demo = Profiles { current: Some(ProfileName::Demo), ..profiles() };
    assert_eq!(first_row(demo, "demo"), "demo");
    let long = Profiles { current: Some(ProfileName::Named("日本".repeat(50))), ..profiles() };
    assert!(first_row(long, "").ends_with('…'));
}

//! What the mouse hits is what is drawn there.

use super::*;
use crate::app::{Key, Pane, Target};

const SIZES: [(u16, u16); 6] = [(200, 16), (160, 40), (100, 30), (80, 24), (45, 12), (40, 10)];

/// An image with two variants, in a list of three.
fn listed(width: u16, height: u16) -> Screen {
    let mut screen = Screen::showing(width, height, LOGO).with_options();
    screen.press("b");
    let Paging::Loading(request) = screen.model.browse.paging else { panic!("the list is loading") };
    let mut templates = UrlTemplates::default();
    let images = ["a", "b", "c"].map(|id| {
        let raw =
            LOGO.replace("107b9558-dd06-4bbd-5fef-9c2c16bb7900", id).replace("logo", &format!("file-{id}"));
        Arc::new(templates.summarize(&Image::read(&raw).unwrap()))
    });
    screen.event(Event::PageFetched(request, Ok(Page { images: images.into(), next: None })));
    screen
}

/// The targets, and the text of each of their rows.
fn targets(screen: &mut Screen) -> Vec<(Target, String)> {
    let buffer = screen.buffer().clone();
    let mut targets: Vec<(Target, String)> = Vec::new();
    for y in 0..buffer.area.height {
        let mut last = None;
        for x in 0..buffer.area.width {
            let target = screen.caches.regions.at(x, y);
            if let Some(target) = target {
                if last != Some(target) {
                    targets.push((target, String::new()));
                }
                targets.last_mut().unwrap().1.push_str(buffer[(x, y)].symbol());
            }
            last = target;
        }
    }
    targets
}

#[test]
fn rows_and_hints_are_hit_where_they_are_drawn() {
    for (width, height) in SIZES {
        for (keys, pane, rows) in [("", Pane::Browse, 3), ("<enter>", Pane::Variants, 2)] {
            let mut screen = listed(width, height);
            screen.press(keys);
            let (mut hit, mut hints) = (0, 0);
            for (target, text) in targets(&mut screen) {
                let expected = match target {
                    Target::Row(Pane::Browse, row) => screen.model.browse.row(row).unwrap().name().to_owned(),
                    Target::Row(_, row) => screen.model.lookup.variants().nth(row).unwrap().name.clone(),
                    Target::Shortcut(key) => key.to_string(),
                    _ => String::new(),
                };
                assert!(text.contains(&expected), "{width}×{height}: {target:?} is at {text:?}");
                hit += usize::from(matches!(target, Target::Row(of, _) if of == pane));
                hints += usize::from(matches!(target, Target::Shortcut(_)));
            }
            assert_eq!(hit, rows, "{width}×{height}:\n{}", screen.text());
            assert!(hints > 1, "{width}×{height}:\n{}", screen.text());
        }
    }
}

#[test]
fn every_visible_pane_is_hit() {
    for (width, height) in SIZES {
        let mut screen = listed(width, height);
        let focus = screen.model.focus;
        let hit = targets(&mut screen);
        let is_hit = |pane: Pane| {
            hit.iter()
                .any(|(target, _)| matches!(target, Target::Pane(of) | Target::Row(of, _) if *of == pane))
        };
        assert!(is_hit(focus), "{width}×{height}");
        for pane in
            Pane::ALL.into_iter().filter(|pane| screen.text().contains(&format!(" {} ", pane.title())))
        {
            assert!(is_hit(pane), "{width}×{height}: {pane:?}");
        }
    }
}

#[test]
fn filter_line_is_hit() {
    for (width, height) in SIZES {
        let mut screen = listed(width, height);
        screen.press("/file");
        let texts = targets(&mut screen);
        let line = texts.iter().find(|(target, _)| *target == Target::Shortcut(Key::char('/').into()));
        assert!(line.is_some_and(|(_, text)| text.starts_with(" / file")), "{width}×{height}: {line:?}");
    }
}

#[test]
fn rows_of_a_dialog_are_hit_and_what_it_covers_is_not() {
    for (width, height) in SIZES {
        let mut screen = listed(width, height);
        screen.press("Y");
        let formats = screen.model.preferences.copy_formats();
        let hit = targets(&mut screen);
        let rows = hit.iter().filter_map(|(target, text)| match target {
            Target::OverlayRow(row) => Some((*row, text)),
            _ => None,
        });
        let rows: Vec<_> = rows.collect();
        assert!(rows.len() > 2, "{width}×{height}");
        for (row, text) in rows {
            assert!(text.contains(&formats[row].0), "{width}×{height}: row {row} is at {text:?}");
        }
        assert!(
            hit.iter()
                .any(|(target, _)| *target == Target::Shortcut(Key::plain(crate::app::Code::Esc).into()))
        );
    }
}

#[test]
fn regions_are_those_of_the_last_frame() {
    let mut screen = listed(100, 30);
    screen.press("Y<esc>");
    assert!(targets(&mut screen).iter().all(|(target, _)| !matches!(target, Target::OverlayRow(_))));
    screen.terminal.backend_mut().resize(39, 9);
    assert_eq!(targets(&mut screen), []);
    screen.terminal.backend_mut().resize(1, 1);
    assert_eq!(targets(&mut screen), []);
}

//! The rooms of `src`: which of them a room may name, and what it must never name.
//!
//! The sources are read as tokens, so comments, doc links and texts in quotes count for nothing. Names are followed
//! through groups (`crate::{a, b}`) and through `super::super`. What cannot be followed, such as the crate's root under
//! another name, is refused.

#[path = "layers/naming.rs"]
mod naming;
#[path = "layers/tokens.rs"]
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use naming::{Named, named};
use tokens::{Token, read};

/// A room, those that it may name, and words that it must not hold.
struct Room {
    name: &'static str,
    may_name: &'static [&'static str],
    never: &'static [&'static str],
}

const BELOW: &[&str] = &[
    "domain",
    "app",
    "ui",
    "cloudflare",
    "demo",
    "search",
    "desktop",
    "picture",
    "sandbox",
    "settings",
    "storage",
];
const SCREEN: &[&str] = &["ratatui", "crossterm"];
const OUTSIDE: &[&str] = &[
    "reqwest",
    "tokio",
    "ratatui",
    "crossterm",
    "fs",
    "TcpStream",
    "UdpSocket",
    "ToSocketAddrs",
    "async",
    "Instant",
    "SystemTime",
];

/// The rooms in reading order. `lib.rs` and `main.rs` stand outside of them and may name any.
const ROOMS: &[Room] = &[
    Room { name: "domain", may_name: &[], never: OUTSIDE },
    Room { name: "app", may_name: &["domain"], never: OUTSIDE },
    Room { name: "ui", may_name: &["app", "domain"], never: &["reqwest", "tokio", "async", "fs"] },
    Room { name: "cloudflare", may_name: &["domain"], never: SCREEN },
    Room { name: "demo", may_name: &[], never: SCREEN },
    Room {
        name: "search",
        may_name: &["domain"],
        never: &["ratatui", "crossterm", "reqwest", "tokio", "async", "fs"],
    },
    Room { name: "desktop", may_name: &["domain"], never: &["ratatui", "reqwest", "println", "eprintln"] },
    Room {
        name: "picture",
        may_name: &["domain"],
        never: &["crossterm", "reqwest", "tokio", "async", "fs", "thread", "Instant", "SystemTime"],
    },
    Room {
        name: "sandbox",
        may_name: &["domain", "picture"],
        never: &["ratatui", "crossterm", "reqwest", "tokio", "async"],
    },
    Room { name: "settings", may_name: &["domain"], never: &["ratatui", "crossterm", "reqwest", "tokio"] },
    Room { name: "storage", may_name: &["domain"], never: &["ratatui", "crossterm", "reqwest", "tokio"] },
    Room { name: "commands", may_name: BELOW, never: SCREEN },
    Room { name: "runtime", may_name: BELOW, never: &[] },
];

#[test]
fn a_room_names_only_the_rooms_it_may() {
    let sources = sources();
    assert!(sources.len() > 50, "the sources are found");
    assert_eq!(complaints(&sources), Vec::<String>::new());
}

#[test]
fn the_checker_bites() {
    for (path, text, expected) in [
        ("app/a.rs", "use crate::ui::view;", "names ui"),
        ("app/a.rs", "use crate::{domain::{Image, host}, runtime};", "names runtime"),
        ("app/a.rs", "use {crate::domain, super::super::cloudflare::Client};", "names cloudflare"),
        ("app/a.rs", "use super::{Model, super::demo};", "names demo"),
        ("app.rs", "fn f() { super::desktop::open(); }", "names desktop"),
        ("app/a.rs", "fn f() -> Vec<crate::runtime::Arrival> { vec![] }", "names runtime"),
        ("app/a.rs", "mod b { use super::super::super::settings; }", "names settings"),
        ("app/a.rs", "use self::super::super::ui;", "names ui"),
        ("app/a.rs", "fn f() { cfimg::ui::view() }", "names ui"),
        ("app/a.rs", "use crate as root;", "names the crate's root"),
        ("app/a.rs", "use crate::*;", "names the crate's root"),
        ("app.rs", "use super::*;", "names the crate's root"),
        ("app/a.rs", "use crate::{self as root};", "names the crate's root"),
        ("app/a.rs", "pub(in crate::app) use crate::ui;", "names ui"),
        ("app/a.rs", "macro_rules! m { () => { $crate::ui::view() } }", "names ui"),
        ("app/a.rs", "#[cfg(test)] mod tests { use crate::demo::Server; }", "names demo"),
        ("app/a.rs", "const C: char = '\"'; use crate::ui;", "names ui"),
        ("app/a.rs", "fn f<'a>() {} use crate::ui; const S: &str = r#\"\"\"#;", "names ui"),
        ("app/a.rs", "fn f() { std::time::Instant::now(); }", "holds `Instant`"),
        ("app/a.rs", "use ratatui as r;", "holds `ratatui`"),
        ("domain/a.rs", "use crate::app::Model;", "names app"),
        ("domain/a.rs", "use std::{fs, time};", "holds `fs`"),
        ("demo/a.rs", "use crate::domain::host;", "names domain"),
        ("ui/a.rs", "fn f() { tokio::spawn(g()); }", "holds `tokio`"),
        ("attic/a.rs", "", "is in no room"),
        ("attic.rs", "", "is in no room"),
        ("app/mod.rs", "", "mod.rs"),
        ("app/a.rs", "#[path = \"../ui/b.rs\"] mod b;", "holds `path`"),
        ("app/a.rs", "include!(\"../ui/b.rs\");", "holds `include`"),
    ] {
        let complaints = complaints(&[source(path, text)]);
        assert!(complaints.iter().any(|said| said.contains(expected)), "{path}: {text}: {complaints:?}");
    }
}

#[test]
fn the_checker_leaves_alone_what_is_fine() {
    for (path, text) in [
        ("app/a.rs", "use crate::{app::Model, domain::{Image, choice::Plain}};"),
        ("app/a.rs", "use super::Model; pub(super) fn f(&self) { self.x(super::g()) }"),
        ("app/a.rs", "mod tests { use super::*; pub(in super::super) fn f() {} }"),
        ("app/a.rs", "// crate::ui\n/* /* crate::ui */ crate::ui */ /// [`crate::runtime`]\n"),
        ("app/a.rs", r##"const A: &str = "crate::ui \" tokio"; const B: &str = r#"" crate::ui"#;"##),
        ("app/a.rs", r"const A: (char, char, u8) = ('\'', '\u{1b}', b'\\'); fn f<'tokio>() {}"),
        ("ui/a.rs", "use ratatui::Frame; use crate::app::Model;"),
        ("runtime/a.rs", "use crate::{app, ui, cloudflare, desktop}; tokio::spawn(f());"),
        ("demo/a.rs", "use super::state::Shared; fn f(instant: std::time::Instant) {}"),
        ("lib.rs", "pub mod app; pub use crate::ui::view;"),
        ("main.rs", "use cfimg::{runtime, commands}; mod other { use super::*; }"),
    ] {
        assert_eq!(complaints(&[source(path, text)]), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn rooms_in_a_circle_are_told() {
    let edges = |pairs: &[(&str, &str)]| -> BTreeMap<String, BTreeSet<String>> {
        let mut edges = BTreeMap::<String, BTreeSet<String>>::new();
        for (from, to) in pairs {
            edges.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        edges
    };
    assert_eq!(circle(&edges(&[("a", "b"), ("b", "c"), ("a", "c")])), None);
    assert_eq!(circle(&edges(&[("a", "b"), ("b", "c"), ("c", "b")])), Some("b → c → b".to_owned()));
    let sources = [
        source("commands.rs", "use crate::runtime;"),
        source("runtime/a.rs", "fn f() { crate::commands::run() }"),
    ];
    assert!(complaints(&sources).iter().any(|said| said.contains("commands → runtime → commands")));
}

/// A source file, by its path under `src`.
struct Source {
    path: PathBuf,
    tokens: Vec<Token>,
}

fn source(path: &str, text: &str) -> Source {
    Source { path: path.into(), tokens: read(text) }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of src") {
            let path = entry.expect("an entry of src").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                let inside = path.strip_prefix(&root).expect("it is under src");
                sources.push(source(&inside.to_string_lossy().replace('\\', "/"), &text));
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

/// What is wrong with the sources, a sentence each.
fn complaints(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut edges = BTreeMap::<String, BTreeSet<String>>::new();
    for source in sources {
        let path = source.path.display();
        if source.path.ends_with("mod.rs") {
            complaints.push(format!("{path} is a mod.rs: name it after its folder, beside it"));
        }
        // Files that come from elsewhere escape this test.
        let mut never = vec!["path", "include"];
        if let [room, ..] = module(&source.path).as_slice() {
            let Some(room) = ROOMS.iter().find(|known| known.name == room) else {
                complaints.push(format!("{path} is in no room that this test knows"));
                continue;
            };
            never.extend(room.never);
            for Named { room: named, line } in named(&source.tokens, &module(&source.path)) {
                match named {
                    None => complaints.push(format!("{path}:{line} names the crate's root: say the room")),
                    Some(named) if named == room.name => {}
                    Some(named) => {
                        if ROOMS.iter().any(|known| known.name == named) {
                            edges.entry(room.name.to_owned()).or_default().insert(named.clone());
                        }
                        if !room.may_name.contains(&named.as_str()) {
                            complaints.push(format!("{path}:{line} names {named}; {} may not", room.name));
                        }
                    }
                }
            }
        }
        for (at, token) in source.tokens.iter().enumerate() {
            let word = token.text.as_str();
            // `path` and `include` are words like any other, save in an attribute and before a bang.
            let next = source.tokens.get(at + 1).map_or("", |next| &next.text);
            let elsewhere = match word {
                "path" => at > 1 && source.tokens[at - 1].text == "[" && source.tokens[at - 2].text == "#",
                "include" => next == "!",
                _ => true,
            };
            if elsewhere && never.contains(&word) {
                complaints.push(format!("{path}:{} holds `{word}`", token.line));
            }
        }
    }
    complaints.extend(circle(&edges).map(|circle| format!("rooms in a circle: {circle}")));
    complaints
}

/// The module that a file is: `app/update.rs` is `app::update`, and the crate's roots are nothing.
fn module(path: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module == ["lib"] || module == ["main"] {
        module.clear();
    }
    module
}

/// A circle of names, if there is one.
fn circle(edges: &BTreeMap<String, BTreeSet<String>>) -> Option<String> {
    fn walk(at: &str, way: &mut Vec<String>, edges: &BTreeMap<String, BTreeSet<String>>) -> Option<String> {
        if let Some(from) = way.iter().position(|passed| passed == at) {
            let around: Vec<&str> = way[from..].iter().map(String::as_str).chain([at]).collect();
            return Some(around.join(" → "));
        }
        way.push(at.to_owned());
        let found = edges.get(at).and_then(|next| next.iter().find_map(|next| walk(next, way, edges)));
        way.pop();
        found
    }
    edges.keys().find_map(|start| walk(start, &mut Vec::new(), edges))
}

//! Which modules of `src` a layer may name, and which outside names it may not hold.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{ItemMod, ItemUse, Macro};

use source::{imports, read_files};

#[path = "layers/source.rs"]
mod source;

struct Layer {
    name: &'static str,
    /// Every layer of this list stands above its own entry, so that layers form no cycle.
    may_name: &'static [&'static str],
    forbidden: &'static [&'static str],
}

const fn layer(
    name: &'static str,
    may_name: &'static [&'static str],
    forbidden: &'static [&'static str],
) -> Layer {
    Layer { name, may_name, forbidden }
}

/// What the pure layers cannot do: no I/O, no clock, no terminal.
const IO: &[&str] = &[
    "async",
    "crossterm",
    "fs",
    "Instant",
    "ratatui",
    "reqwest",
    "SystemTime",
    "TcpStream",
    "tokio",
    "ToSocketAddrs",
    "UdpSocket",
];
const SCREEN: &[&str] = &["crossterm", "ratatui"];
const SCREEN_AND_NETWORK: &[&str] = &["crossterm", "ratatui", "reqwest", "tokio"];
const PICTURE: &[&str] = &["async", "crossterm", "fs", "Instant", "reqwest", "SystemTime", "thread", "tokio"];
const ALL: &[&str] = &[
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
    "terminal",
    "worker",
];

const LAYERS: &[Layer] = &[
    layer("domain", &[], IO),
    layer("worker", &[], IO),
    layer("app", &["domain"], IO),
    layer("ui", &["app", "domain"], &["async", "fs", "reqwest", "tokio"]),
    layer("cloudflare", &["domain"], SCREEN),
    layer("demo", &[], SCREEN),
    layer("search", &["domain", "worker"], &["async", "crossterm", "fs", "ratatui", "reqwest", "tokio"]),
    layer("desktop", &["domain", "worker"], &["eprintln", "println", "ratatui", "reqwest"]),
    layer("picture", &["domain"], PICTURE),
    layer("sandbox", &["domain", "picture"], SCREEN_AND_NETWORK),
    layer("settings", &["domain"], SCREEN_AND_NETWORK),
    layer("storage", &["domain"], SCREEN_AND_NETWORK),
    layer("terminal", &["domain"], &["async", "reqwest", "tokio"]),
    layer("commands", ALL, SCREEN),
    layer("runtime", ALL, &[]),
];

#[test]
fn layers_name_only_layers_below() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let problems: Vec<String> = read_files(&root).iter().flat_map(|(path, text)| check(path, text)).collect();
    assert_eq!(problems, Vec::<String>::new());
}

/// A child process must not get our credentials.
#[test]
fn only_one_function_makes_commands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let makes_commands = |(path, text): &(PathBuf, String)| {
        let code = text.split("#[cfg(all(test").next().and_then(|code| code.split("#[cfg(test)]").next());
        let code = code.unwrap_or_default();
        // clap has a type with the same name.
        let is_process = code.contains("process::") && !path.starts_with("commands/help.rs");
        is_process && (code.contains("Command::new(") || code.contains("process::Command as"))
    };
    let files = read_files(&root).into_iter().filter(makes_commands).map(|(path, _)| path);
    assert_eq!(files.collect::<Vec<_>>(), [Path::new("domain/child_process.rs")]);
}

#[test]
fn check_reports_each_way_to_name_a_layer() {
    for (path, text, problem) in [
        ("app/a.rs", "use crate::ui::view;", "names ui"),
        ("app/a.rs", "use crate::{domain::{Image, host}, runtime};", "names runtime"),
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
        ("app/a.rs", "macro_rules! m { () => { $crate::ui::view() } }", "names ui"),
        ("app/a.rs", "fn f() { assert!(super::super::demo::g()) }", "names demo"),
        ("app/a.rs", "#[cfg(test)] mod tests { use crate::demo::Server; }", "names demo"),
        ("app/a.rs", "fn f() { std::time::Instant::now(); }", "holds Instant"),
        ("domain/a.rs", "use std::{fs, time};", "holds fs"),
        ("ui/a.rs", "fn f() { g!(tokio::spawn(h())); }", "holds tokio"),
        ("attic/a.rs", "", "no known layer"),
        ("app/mod.rs", "", "is a mod.rs"),
        ("app/a.rs", "#[path = \"../ui/b.rs\"] mod b;", "another file's code"),
        ("app/a.rs", "include!(\"../ui/b.rs\");", "another file's code"),
    ] {
        let problems = check(Path::new(path), text);
        assert!(problems.iter().any(|line| line.contains(problem)), "{path}: {text}: {problems:?}");
    }
}

#[test]
fn check_accepts_layers_below() {
    for (path, text) in [
        ("app/a.rs", "use crate::{app::Model, domain::Image}; fn f() { super::g() }"),
        ("app/a.rs", "mod tests { use super::*; pub(in super::super) fn f() {} }"),
        ("app/a.rs", "/// [`crate::runtime`]\nconst A: &str = \"crate::ui tokio\"; // crate::ui"),
        ("demo/a.rs", "use super::state::Shared; fn f(instant: std::time::Instant) {}"),
        ("main.rs", "use cfimg::{runtime, commands}; mod other { use super::*; }"),
    ] {
        assert_eq!(check(Path::new(path), text), Vec::<String>::new(), "{path}: {text}");
    }
}

fn check(path: &Path, text: &str) -> Vec<String> {
    let module: Vec<String> = PathBuf::from(path)
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let name = path.display();
    if module.last().is_some_and(|last| last == "mod") {
        return vec![format!("{name} is a mod.rs")];
    }
    if matches!(module[0].as_str(), "lib" | "main") {
        return Vec::new();
    }
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == module[0]) else {
        return vec![format!("{name} is in no known layer")];
    };
    let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut names = Names { module, layers: BTreeSet::new(), includes: false };
    names.visit_file(&file);
    let mut words = BTreeSet::new();
    collect_words(file.into_token_stream(), &mut words);

    let mut problems = Vec::new();
    for named in names.layers {
        if named != layer.name && !layer.may_name.contains(&named.as_str()) {
            problems.push(format!("{name} names {named}"));
        }
    }
    for word in layer.forbidden.iter().filter(|word| words.contains(**word)) {
        problems.push(format!("{name} holds {word}"));
    }
    if names.includes {
        problems.push(format!("{name} holds another file's code"));
    }
    problems
}

fn collect_words(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect_words(group.stream(), words),
            TokenTree::Ident(word) => drop(words.insert(word.to_string())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

struct Names {
    /// Of the code that is being visited, inline modules included.
    module: Vec<String>,
    layers: BTreeSet<String>,
    includes: bool,
}

impl Names {
    fn add(&mut self, path: &[String]) {
        let mut module = self.module.clone();
        for (at, segment) in path.iter().enumerate() {
            match segment.as_str() {
                "crate" | "cfimg" if at == 0 => module.clear(),
                "self" => {}
                "super" => drop(module.pop()),
                _ if at == 0 => return,
                _ => {
                    module.push(segment.clone());
                    break;
                }
            }
        }
        let layer = module.first().filter(|layer| *layer != "*");
        self.layers.insert(layer.cloned().unwrap_or_else(|| "the crate's root".to_owned()));
    }

    /// Paths in the tokens of a macro, which have no syntax tree.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path = Vec::new();
        for token in tokens {
            match token {
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == ':' => {}
                TokenTree::Group(group) => {
                    self.add_tokens(group.stream());
                    self.add_path(&mut path);
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => self.add_path(&mut path),
            }
        }
        self.add_path(&mut path);
    }

    fn add_path(&mut self, path: &mut Vec<String>) {
        let start = path.iter().position(|word| matches!(word.as_str(), "crate" | "super" | "cfimg"));
        if let Some(start) = start {
            self.add(&path[start..]);
        }
        path.clear();
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.includes |= item.attrs.iter().any(|attribute| attribute.path().is_ident("path"));
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for (path, _) in imports(&item.tree) {
            self.add(&path);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        if segments.len() > 1 {
            self.add(&segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.includes |= call.path.is_ident("include");
        self.add_tokens(call.tokens.clone());
    }
}

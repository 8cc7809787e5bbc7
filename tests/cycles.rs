//! No circle between the files of `src`: following what each file names never leads back to it.
//!
//! A name counts for the file that defines it, also where another file re-exports it. A `use` of a module, a `pub use` and
//! a `mod x;` are no edges, and test code is left out. Method calls are not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Visibility};

use source::{imports, read_files};

#[path = "layers/source.rs"]
mod source;

#[test]
fn src_has_no_circles() {
    let circles = circles(&source_files());
    assert!(circles.is_empty(), "{} circles\n{}", circles.len(), circles.join("\n"));
}

#[test]
fn features_of_app_do_not_name_each_other() {
    let edges = edges(&source_files());
    let is_feature = |folder: &&Path| {
        folder.parent() == Some(Path::new("app")) && edges.contains_key(&folder.join("update.rs"))
    };
    let mut problems = Vec::new();
    for (from, names) in &edges {
        for (to, names) in names {
            let features = [from, to].map(|file| file.parent().filter(is_feature));
            if let [Some(one), Some(other)] = features
                && one != other
            {
                problems.push(format!("{} -> {}: {names:?}", from.display(), to.display()));
            }
        }
    }
    assert_eq!(problems, Vec::<String>::new());
}

fn source_files() -> BTreeMap<PathBuf, String> {
    read_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

#[test]
fn circles_are_detected_through_paths_and_re_exports() {
    let tree = [
        ("lib.rs", "mod a; mod b; pub mod door; mod inner { pub fn f() { crate::b::g() } }"),
        ("a.rs", "use crate::b::{self, other}; pub struct A; fn f() { b::g() }"),
        ("b.rs", "pub fn other() {} pub fn g() { format!(\"{}\", crate::a::A) }"),
        ("door.rs", "mod leaf; mod user; pub use leaf::Leaf; pub use user::run;"),
        ("door/leaf.rs", "pub enum Leaf { Green } fn f() { crate::door::run() }"),
        ("door/user.rs", "use super::*; pub fn run() { Leaf::Green }"),
        ("main.rs", "use cfimg::door::run; fn main() { run() }"),
    ];
    assert_eq!(
        circles(&read_texts(&tree)),
        [
            "circle of 2 files\n  a.rs -> b.rs: g, other\n  b.rs -> a.rs: A\n",
            "circle of 2 files\n  door/leaf.rs -> door/user.rs: run\n  door/user.rs -> door/leaf.rs: Leaf\n",
        ]
    );
}

#[test]
fn a_child_that_uses_an_item_of_its_parent_forms_a_circle() {
    let tree = [
        ("lib.rs", "mod parent;"),
        ("parent.rs", "mod child; pub struct Own; fn f() { child::g() }"),
        ("parent/child.rs", "pub fn g() -> super::Own { super::Own }"),
    ];
    let expected =
        "circle of 2 files\n  parent/child.rs -> parent.rs: Own\n  parent.rs -> parent/child.rs: g\n";
    assert_eq!(circles(&read_texts(&tree)), [expected]);
}

#[test]
fn modules_re_exports_and_tests_form_no_circle() {
    let tree = [
        ("lib.rs", "pub mod a; mod b;"),
        ("a.rs", "use crate::b; pub(crate) use b::B; mod child; pub fn f() { child::g() }"),
        ("a/child.rs", "use super::B; pub fn g(b: B) {} #[cfg(test)] mod tests; #[cfg(test)] use super::f;"),
        ("a/child/tests.rs", "use crate::a::f;"),
        ("b.rs", "use crate::a as door; pub struct B; #[cfg(test)] mod tests { fn t() { crate::a::f() } }"),
    ];
    assert_eq!(circles(&read_texts(&tree)), Vec::<String>::new());
}

fn read_texts(files: &[(&str, &str)]) -> BTreeMap<PathBuf, String> {
    files.iter().map(|(path, text)| (path.into(), (*text).to_owned())).collect()
}

/// For each file the files that it names, and the names.
type Edges = BTreeMap<PathBuf, BTreeMap<PathBuf, BTreeSet<String>>>;

fn edges(texts: &BTreeMap<PathBuf, String>) -> Edges {
    let mut modules = Modules { texts, list: Vec::new(), sources: Vec::new() };
    for root in ["lib.rs", "main.rs"].map(Path::new) {
        if texts.contains_key(root) {
            modules.load(root, None);
        }
    }
    let mut edges = Edges::new();
    for (module, source) in &modules.sources {
        let mut names = Names { modules: &modules, module: *module, edges: Vec::new() };
        names.visit_file(source);
        let from = &modules.list[*module].file;
        for (to, name) in names.edges.into_iter().filter(|(to, _)| to != from) {
            edges.entry(from.clone()).or_default().entry(to.to_owned()).or_default().insert(name);
        }
    }
    edges
}

/// Every group of files that lead to each other, with the names that tie them.
fn circles(texts: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let edges = edges(texts);
    let mut reached: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> = BTreeMap::new();
    for from in edges.keys() {
        let (files, mut queue) = (reached.entry(from).or_default(), vec![from]);
        while let Some(file) = queue.pop() {
            let named = edges.get(file).into_iter().flat_map(BTreeMap::keys);
            queue.extend(named.filter(|to| files.insert(to)));
        }
    }
    let leads = |from: &PathBuf, to: &PathBuf| reached.get(from).is_some_and(|files| files.contains(to));
    let mut circles = BTreeSet::new();
    for file in edges.keys().filter(|file| leads(file, file)) {
        let group = edges.keys().filter(|other| leads(file, other) && leads(other, file));
        circles.insert(group.collect::<Vec<_>>());
    }
    let describe = |group: Vec<&PathBuf>| {
        let mut lines = vec![format!("circle of {} files\n", group.len())];
        for (from, to) in group.iter().flat_map(|from| group.iter().map(move |to| (from, to))) {
            if let Some(names) = edges[*from].get(*to) {
                let names = names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                lines.push(format!("  {} -> {}: {names}\n", from.display(), to.display()));
            }
        }
        lines.concat()
    };
    circles.into_iter().map(describe).collect()
}

struct Module {
    file: PathBuf,
    /// Where its child modules' files are.
    folder: PathBuf,
    /// `None` if it is the root of a crate.
    parent: Option<usize>,
    /// Globs have the name `*`.
    names: BTreeMap<String, Vec<Target>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Target {
    /// Of this module.
    Item(usize),
    Module(usize),
    /// A path that a `use` brings in.
    Import(Vec<String>),
}

struct Modules<'a> {
    texts: &'a BTreeMap<PathBuf, String>,
    list: Vec<Module>,
    sources: Vec<(usize, syn::File)>,
}

impl Modules<'_> {
    fn load(&mut self, file: &Path, parent: Option<usize>) -> usize {
        let text = self.texts.get(file).unwrap_or_else(|| panic!("no {}", file.display()));
        let source = syn::parse_file(text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let folder = if parent.is_some() { file.with_extension("") } else { PathBuf::new() };
        let module = self.add(file.to_owned(), folder, parent);
        Scopes { modules: self, module }.visit_file(&source);
        self.sources.push((module, source));
        module
    }

    fn add(&mut self, file: PathBuf, folder: PathBuf, parent: Option<usize>) -> usize {
        self.list.push(Module { file, folder, parent, names: BTreeMap::new() });
        self.list.len() - 1
    }

    /// The modules and items that a path in `module` names; empty if it is of another crate. `active` are the imports
    /// that are being resolved, which do not resolve themselves.
    fn resolve(&self, module: usize, path: &[String], active: &mut Vec<(usize, Vec<String>)>) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else { return vec![Target::Module(module)] };
        let root = || {
            let parents = std::iter::successors(Some(module), |module| self.list[*module].parent);
            parents.last().into_iter().map(Target::Module).collect()
        };
        let targets: Vec<Target> = match first.as_str() {
            "cfimg" => vec![Target::Module(0)],
            "crate" => root(),
            "self" => vec![Target::Module(module)],
            "super" => self.list[module].parent.map(Target::Module).into_iter().collect(),
            name => self.look_up(module, name, active),
        };
        if rest.is_empty() {
            return targets;
        }
        let (modules, items): (Vec<_>, Vec<_>) =
            targets.into_iter().partition(|target| matches!(target, Target::Module(_)));
        let mut below = Vec::new();
        for target in modules {
            if let Target::Module(module) = target {
                below.extend(self.resolve(module, rest, active));
            }
        }
        if below.is_empty() { items } else { below }
    }

    fn look_up(&self, module: usize, name: &str, active: &mut Vec<(usize, Vec<String>)>) -> Vec<Target> {
        let mut targets = Vec::new();
        for bound in [name, "*"] {
            for target in self.list[module].names.get(bound).into_iter().flatten() {
                let Target::Import(path) = target else {
                    targets.push(target.clone());
                    continue;
                };
                let mut import = (module, path.clone());
                if bound == "*" {
                    import.1.pop();
                    import.1.push(name.to_owned());
                }
                if !active.contains(&import) {
                    active.push(import.clone());
                    targets.extend(self.resolve(module, &import.1, active));
                    active.pop();
                }
            }
        }
        targets
    }
}

/// Collects what each module defines and imports.
struct Scopes<'m, 'a> {
    modules: &'m mut Modules<'a>,
    module: usize,
}

impl Scopes<'_, '_> {
    fn add(&mut self, name: String, target: Target) {
        self.modules.list[self.module].names.entry(name).or_default().push(target);
    }
}

impl<'ast> Visit<'ast> for Scopes<'_, '_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_test(item) {
            return;
        }
        let name = match item {
            Item::Const(item) => Some(&item.ident),
            Item::Enum(item) => Some(&item.ident),
            Item::Fn(item) => Some(&item.sig.ident),
            Item::Macro(item) => item.ident.as_ref(),
            Item::Static(item) => Some(&item.ident),
            Item::Struct(item) => Some(&item.ident),
            Item::Trait(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            _ => None,
        };
        if let Some(name) = name {
            self.add(name.to_string(), Target::Item(self.module));
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let parent = &self.modules.list[self.module];
        let folder = parent.folder.join(item.ident.to_string());
        let child = if item.content.is_none() {
            self.modules.load(&folder.with_extension("rs"), Some(self.module))
        } else {
            let (file, parent) = (parent.file.clone(), self.module);
            self.module = self.modules.add(file, folder, Some(parent));
            visit::visit_item_mod(self, item);
            std::mem::replace(&mut self.module, parent)
        };
        self.add(item.ident.to_string(), Target::Module(child));
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for (path, name) in imports(&item.tree) {
            self.add(name, Target::Import(path));
        }
    }
}

/// Whether it is compiled only for tests.
fn is_test(node: &impl ToTokens) -> bool {
    let attributes = |input: ParseStream| {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<TokenStream>()?;
        Ok(attributes)
    };
    let attributes = attributes.parse2(node.to_token_stream()).unwrap_or_default();
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let condition = attribute.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default();
        condition == "test" || condition.starts_with("all (test")
    })
}

/// Collects the files whose items a file names.
struct Names<'m> {
    modules: &'m Modules<'m>,
    module: usize,
    edges: Vec<(&'m Path, String)>,
}

impl Names<'_> {
    fn add(&mut self, path: &[String]) {
        for target in self.modules.resolve(self.module, path, &mut Vec::new()) {
            if let Target::Item(module) = target {
                let name = path.iter().find(|name| self.modules.list[module].names.contains_key(*name));
                let name = name.or(path.last()).cloned().unwrap_or_default();
                self.edges.push((&self.modules.list[module].file, name));
            }
        }
    }

    /// Paths in tokens that have no syntax tree: of macros and attributes.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut colons) = (Vec::new(), 0);
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(word) => {
                    if colons != 2 {
                        self.add(&std::mem::take(&mut path));
                    }
                    path.push(word.to_string());
                    colons = 0;
                }
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => self.add(&std::mem::take(&mut path)),
            }
        }
        self.add(&path);
    }
}

macro_rules! skip_tests {
    ($($visit:ident: $node:ident),*) => {
        $(fn $visit(&mut self, node: &'ast syn::$node) {
            if !is_test(node) {
                visit::$visit(self, node);
            }
        })*
    };
}

impl<'ast> Visit<'ast> for Names<'_> {
    skip_tests!(visit_item: Item, visit_impl_item: ImplItem, visit_stmt: Stmt, visit_field: Field, visit_variant: Variant, visit_arm: Arm);

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.content.is_some() {
            let parent = self.module;
            let child = self.modules.look_up(parent, &item.ident.to_string(), &mut Vec::new());
            if let Some(Target::Module(child)) =
                child.iter().find(|target| matches!(target, Target::Module(_)))
            {
                self.module = *child;
                visit::visit_item_mod(self, item);
                self.module = parent;
            }
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if matches!(item.vis, Visibility::Inherited) {
            imports(&item.tree).iter().filter(|(_, name)| name != "*").for_each(|(path, _)| self.add(path));
        }
    }

    /// `pub(in path)` names no item.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            self.add(&path.segments.iter().map(|part| part.ident.to_string()).collect::<Vec<_>>());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.add_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.add_tokens(list.tokens.clone());
    }
}

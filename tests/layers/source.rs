//! Reads the Rust files of a folder, and what a `use` brings in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::UseTree;

/// The texts of all Rust files below `root`, by their paths from there.
pub(crate) fn read_files(root: &Path) -> BTreeMap<PathBuf, String> {
    let (mut folders, mut texts) = (vec![root.to_owned()], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("UTF-8");
                texts.insert(path.strip_prefix(root).expect("below the root").to_owned(), text);
            }
        }
    }
    assert!(texts.len() > 50, "only {} files", texts.len());
    texts
}

/// Each path of a `use`, and the name that it gets there; `*` if it is a glob.
pub(crate) fn imports(tree: &UseTree) -> Vec<(Vec<String>, String)> {
    let (word, name) = match tree {
        UseTree::Group(group) => return group.items.iter().flat_map(imports).collect(),
        UseTree::Path(part) => {
            let mut paths = imports(&part.tree);
            for (path, name) in &mut paths {
                path.insert(0, part.ident.to_string());
                if name == "self" {
                    *name = part.ident.to_string();
                }
            }
            return paths;
        }
        UseTree::Name(name) => (name.ident.to_string(), name.ident.to_string()),
        UseTree::Rename(name) => (name.ident.to_string(), name.rename.to_string()),
        UseTree::Glob(_) => ("*".to_owned(), "*".to_owned()),
    };
    vec![(vec![word], name)]
}

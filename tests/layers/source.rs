//! What a `use` brings in.

use syn::UseTree;

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

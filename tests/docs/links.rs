//! Links lead to files and headings that exist.

use std::collections::BTreeSet;

use crate::pages::{all, codes, prose, read, root};

#[test]
fn links_of_every_page_exist() {
    let mut links = 0;
    for page in all() {
        let text = prose(&read(&page));
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("https://") {
                continue;
            }
            links += 1;
            let (file, anchor) =
                link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            let folder = root().join(&page).parent().expect("a page is in a folder").to_owned();
            let target = if file.is_empty() { root().join(&page) } else { folder.join(file) };
            assert!(target.exists(), "{page} links to {file}, which does not exist");
            if let Some(anchor) = anchor {
                let text = std::fs::read_to_string(&target).expect("a page");
                assert!(anchors(&text).contains(anchor), "{page}: {link} is no heading");
            }
        }
        for file in codes(&text).filter(|code| code.starts_with("src/") || code.starts_with(".ci/")) {
            assert!(root().join(file).exists(), "{page} names {file}, which does not exist");
        }
    }
    assert!(links > 20, "only {links} links were checked");
}

#[test]
fn summary_and_index_list_every_page() {
    let pages: BTreeSet<String> =
        all().iter().filter_map(|page| page.strip_prefix("docs/")).map(str::to_owned).collect();
    for (index, without) in
        [("SUMMARY.md", vec!["SUMMARY.md"]), ("README.md", vec!["SUMMARY.md", "README.md"])]
    {
        let text = read(&format!("docs/{index}"));
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let listed: BTreeSet<String> = links.filter(|link| !link.contains('/')).map(str::to_owned).collect();
        let expected: BTreeSet<String> =
            pages.iter().filter(|page| !without.contains(&page.as_str())).cloned().collect();
        assert_eq!(listed, expected, "docs/{index}");
    }
}

/// The anchors that GitHub and mdBook make of the headings.
fn anchors(page: &str) -> BTreeSet<String> {
    let text = prose(page);
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let title = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        title.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
    };
    headings.map(anchor).collect()
}

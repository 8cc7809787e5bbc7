//! Sorts images by name, ignoring case. Equal names stay in the order of the list.

use std::cmp::Ordering;
use std::sync::Arc;

use super::ImageSummary;

/// The indices of these images, sorted by name. With 100,000 images this takes longer than a frame.
pub fn sort_by_name(images: &[Arc<ImageSummary>]) -> Vec<u32> {
    // All names in one text while sorting. Separate strings would take three times the memory.
    let mut names = String::new();
    let mut ends = Vec::with_capacity(images.len() + 1);
    ends.push(0);
    for image in images {
        names.extend(without_case(image.name()));
        ends.push(names.len());
    }
    let name = |index: u32| &names[ends[index as usize]..ends[index as usize + 1]];
    let mut indices: Vec<u32> = (0..u32::try_from(images.len()).unwrap_or(u32::MAX)).collect();
    indices.sort_by(|a, b| name(*a).cmp(name(*b)));
    indices
}

/// Inserts the images from index `from` on into `order`, the sorted indices of the images before. A new page thus needs
/// no sorting of all loaded images.
pub fn insert_by_name(order: &[u32], images: &[Arc<ImageSummary>], from: usize) -> Vec<u32> {
    let fresh = sort_by_name(&images[from..]);
    let mut merged = Vec::with_capacity(order.len() + fresh.len());
    let mut rest = order;
    for at in fresh {
        let index = at as usize + from;
        let stays = |old: &u32| compare(&images[*old as usize], &images[index]).is_le();
        let (before, after) = rest.split_at(rest.partition_point(stays));
        merged.extend_from_slice(before);
        merged.extend(u32::try_from(index));
        rest = after;
    }
    merged.extend_from_slice(rest);
    merged
}

fn compare(a: &ImageSummary, b: &ImageSummary) -> Ordering {
    without_case(a.name()).cmp(without_case(b.name()))
}

/// The sort key of a name.
pub fn name_key(name: &str) -> String {
    without_case(name).collect()
}

/// A name without case, as an iterator: nothing is allocated, because many names are compared for each insertion.
fn without_case(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Image, UrlTemplates};

    fn images(names: &[String]) -> Vec<Arc<ImageSummary>> {
        let image = |name: &String| {
            let raw = serde_json::json!({ "id": "an-id", "filename": name }).to_string();
            Arc::new(UrlTemplates::default().summarize(&Image::read(&raw).unwrap()))
        };
        names.iter().map(image).collect()
    }

    #[test]
    fn sort_ignores_case_and_is_stable() {
        let names = ["b", "\u{c4}", "A", "B", "a", "", "ab"].map(str::to_owned);
        assert_eq!(sort_by_name(&images(&names)), [2, 4, 6, 5, 0, 3, 1], "no file name, so sorted by ID");
    }

    proptest! {
        #[test]
        fn insert_by_name_equals_sorting(names in prop::collection::vec("[aAbÄ0]{0,3}", 0..20), from in 0_usize..20) {
            let images = images(&names);
            let from = from.min(images.len());
            let before = sort_by_name(&images[..from]);
            prop_assert_eq!(insert_by_name(&before, &images, from), sort_by_name(&images));
        }
    }
}

//! The images of the list, in the API's order.
//!
//! An image's place is its index in order of arrival. It stays the same while the image is listed, and marks, matches
//! and sort orders refer to it. A sync starts with the newest image. It inserts images that it lists for the first time
//! at its current position, so that new uploads come before everything from an earlier sync or run.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use crate::domain::{Access, ImageSummary};

/// How many images a sync may skip to find the next one: those in between may have been deleted.
const SKIPPED: usize = 10_000;

/// The images, each once.
#[derive(Debug, Clone, Default)]
pub(super) struct Images {
    /// By place.
    all: Vec<Arc<ImageSummary>>,
    /// The place of each image, by the hash of its ID.
    places: HashMap<u64, u32>,
    /// The places in the API's order. `None` if that is the order of arrival.
    order: Option<Vec<u32>>,
    /// The position of the sync in that order.
    at: usize,
    /// By place: whether the current sync has listed the image.
    confirmed: Vec<bool>,
    /// How many need signed URLs.
    signed: usize,
}

/// The changes that a page made.
#[derive(Debug, Default, PartialEq)]
pub struct PageChanges {
    /// Images that were not listed before.
    pub fresh: Vec<Arc<ImageSummary>>,
    /// Whether an image that was listed before has changed.
    pub changed: bool,
}

impl Images {
    /// By place.
    pub(super) fn all(&self) -> &[Arc<ImageSummary>] {
        &self.all
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX)
    }

    /// The places in the API's order. `None` if that is the order of arrival.
    pub(super) fn order(&self) -> Option<&[u32]> {
        self.order.as_deref()
    }

    pub(super) fn place_of(&self, id: &str) -> Option<u32> {
        let place = *self.places.get(&hash(id))?;
        (self.all[place as usize].id() == id).then_some(place)
    }

    /// Whether the current sync has listed the image.
    pub(super) fn is_confirmed(&self, place: u32) -> bool {
        self.confirmed.get(place as usize).copied().unwrap_or(false)
    }

    /// How many need signed URLs.
    pub(super) fn signed_count(&self) -> usize {
        self.signed
    }

    /// How many images the current sync has listed.
    pub(super) fn confirmed_count(&self) -> usize {
        self.confirmed.iter().filter(|confirmed| **confirmed).count()
    }

    /// Starts a sync at the newest image.
    pub(super) fn start_sync(&mut self) {
        self.at = 0;
        self.confirmed.fill(false);
    }

    /// Adds the next page of the sync.
    pub(super) fn add_page(&mut self, page: Vec<Arc<ImageSummary>>) -> PageChanges {
        let mut changes = PageChanges::default();
        let before = self.all.len();
        // New places, each with its position in the order as it was.
        let mut inserted = Vec::new();
        for image in page {
            match self.places.get(&hash(image.id())).copied() {
                // Twice in the pages of this call.
                Some(place) if place as usize >= before => {}
                Some(place) => {
                    self.confirmed[place as usize] = true;
                    changes.changed |= self.replace(place, &image);
                    if let Some(position) = self.position(place) {
                        self.at = position + 1;
                    }
                }
                None => {
                    inserted.push((self.at, self.add(image.clone(), true)));
                    changes.fresh.push(image);
                }
            }
        }
        self.insert_sorted(&inserted, before);
        self.at += inserted.len();
        changes
    }

    /// Adds images from the index. Images that a page has listed already keep the page's data. Returns the images that
    /// were not listed before.
    pub(super) fn add_stored(&mut self, stored: Vec<Arc<ImageSummary>>) -> Vec<Arc<ImageSummary>> {
        let mut fresh = Vec::new();
        self.places.reserve(stored.len());
        for image in stored {
            if !self.places.contains_key(&hash(image.id())) {
                let place = self.add(image.clone(), false);
                if let Some(order) = &mut self.order {
                    order.push(place);
                }
                fresh.push(image);
            }
        }
        fresh
    }

    /// Replaces an image's data. Returns whether it changed.
    pub(super) fn replace(&mut self, place: u32, image: &Arc<ImageSummary>) -> bool {
        let known = &mut self.all[place as usize];
        if known.id() != image.id() || known == image {
            return false;
        }
        self.signed -= usize::from(is_signed(known));
        self.signed += usize::from(is_signed(image));
        *known = image.clone();
        true
    }

    /// Sorts the places in the API's order. If `gone`, drops those that the sync has not listed. Returns the new place
    /// of each old one, or `None` if nothing changed.
    pub(super) fn remove_missing(&mut self, gone: bool) -> Option<Vec<Option<u32>>> {
        let all_stay = !gone || self.confirmed.iter().all(|confirmed| *confirmed);
        if all_stay && self.order.is_none() {
            return None;
        }
        let order = self.order.take().unwrap_or_else(|| (0..self.count()).collect());
        let mut moved = vec![None; self.all.len()];
        // Cloning the Arcs of a hundred thousand images would take as long as everything else here.
        let mut before: Vec<_> = std::mem::take(&mut self.all).into_iter().map(Some).collect();
        let mut all = Vec::with_capacity(before.len());
        let mut confirmed = Vec::with_capacity(before.len());
        for old in order {
            let was_confirmed = self.confirmed[old as usize];
            if was_confirmed || !gone {
                moved[old as usize] = u32::try_from(all.len()).ok();
                all.extend(before[old as usize].take());
                confirmed.push(was_confirmed);
            }
        }
        self.places.retain(|_, place| match moved[*place as usize] {
            Some(new) => {
                *place = new;
                true
            }
            None => false,
        });
        (self.all, self.confirmed) = (all, confirmed);
        self.signed = self.all.iter().filter(|image| is_signed(image)).count();
        self.at = self.all.len();
        Some(moved)
    }

    fn add(&mut self, image: Arc<ImageSummary>, confirmed: bool) -> u32 {
        let place = self.count();
        self.places.insert(hash(image.id()), place);
        self.signed += usize::from(is_signed(&image));
        self.all.push(image);
        self.confirmed.push(confirmed);
        place
    }

    /// An image's position in the API's order, if it is at or after the position of the sync.
    fn position(&self, place: u32) -> Option<usize> {
        match &self.order {
            None => Some(place as usize).filter(|position| *position >= self.at),
            Some(order) => {
                let ahead = order.get(self.at..)?.iter().take(SKIPPED).position(|ahead| *ahead == place)?;
                Some(self.at + ahead)
            }
        }
    }

    /// Inserts new places into the order, which had `before` entries.
    fn insert_sorted(&mut self, new: &[(usize, u32)], before: usize) {
        if self.order.is_none() && new.iter().all(|(position, _)| *position == before) {
            return;
        }
        let count = u32::try_from(before).unwrap_or(u32::MAX);
        let old = self.order.take().unwrap_or_else(|| (0..count).collect());
        let mut order = Vec::with_capacity(old.len() + new.len());
        let mut copied = 0;
        for (position, place) in new {
            order.extend_from_slice(&old[copied..*position]);
            order.push(*place);
            copied = *position;
        }
        order.extend_from_slice(&old[copied..]);
        self.order = Some(order);
    }
}

fn is_signed(image: &ImageSummary) -> bool {
    image.access() == Access::Signed
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Image, UrlTemplates};

    fn one(id: &str, name: &str) -> Arc<ImageSummary> {
        let raw = format!(r#"{{"id":"{id}","filename":"{name}"}}"#);
        Arc::new(UrlTemplates::default().summarize(&Image::read(&raw).unwrap()))
    }

    fn some(ids: &str) -> Vec<Arc<ImageSummary>> {
        ids.split_whitespace().map(|id| one(id, "")).collect()
    }

    fn listed(images: &Images) -> String {
        let all = images.all();
        let ids: Vec<&str> = match images.order() {
            Some(order) => order.iter().map(|place| all[*place as usize].id()).collect(),
            None => all.iter().map(|image| image.id()).collect(),
        };
        ids.join(" ")
    }

    fn fresh(changes: &PageChanges) -> String {
        changes.fresh.iter().map(|image| image.id()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn first_sync_keeps_order_of_arrival() {
        let mut images = Images::default();
        assert_eq!(fresh(&images.add_page(some("e d"))), "e d");
        assert_eq!(
            fresh(&images.add_page(some("d c c b"))),
            "c b",
            "an image on two pages, and twice on one"
        );
        assert_eq!((listed(&images).as_str(), images.order()), ("e d c b", None));
        assert_eq!(images.remove_missing(true), None);
    }

    #[test]
    fn later_sync_inserts_new_images_at_its_position() {
        let mut images = Images::default();
        images.add_page(some("f e d c"));
        images.start_sync();
        assert_eq!(fresh(&images.add_page(some("i h"))), "i h");
        assert_eq!(fresh(&images.add_page(some("g f"))), "g");
        assert_eq!(fresh(&images.add_page(some("d x"))), "x");
        assert_eq!(listed(&images), "i h g f e d x c");
        // e and c are gone; x existed all along but was not listed before.
        assert_eq!(fresh(&images.add_page(some("b"))), "b");
        let moved = images.remove_missing(true).unwrap();
        assert_eq!((listed(&images).as_str(), images.order()), ("i h g f d x b", None));
        assert_eq!(moved[..4], [Some(3), None, Some(4), None]);
        for id in ["i", "f", "d", "x", "b"] {
            let place = images.place_of(id).unwrap();
            assert_eq!(images.all()[place as usize].id(), id);
        }
        assert_eq!(images.place_of("e"), None);
        assert_eq!(fresh(&images.add_page(some("a"))), "a");
        assert_eq!(listed(&images), "i h g f d x b a");
    }

    #[test]
    fn stored_images_come_after_first_pages() {
        for page_first in [false, true] {
            let mut images = Images::default();
            if page_first {
                images.add_page(some("g f"));
                assert_eq!(images.add_stored(some("f d c")).len(), 2);
            } else {
                assert_eq!(images.add_stored(some("f d c")).len(), 3);
                images.add_page(some("g f"));
            }
            assert_eq!(fresh(&images.add_page(some("e d"))), "e");
            assert_eq!(listed(&images), "g f e d c", "{page_first}");
            let confirmed: Vec<bool> =
                ["g", "d", "c"].map(|id| images.is_confirmed(images.place_of(id).unwrap())).into();
            assert_eq!(confirmed, [true, true, false]);
            images.remove_missing(false);
            assert_eq!((listed(&images).as_str(), images.order()), ("g f e d c", None), "nothing is dropped");
            assert!(!images.is_confirmed(4));
        }
    }

    #[test]
    fn newest_summary_of_an_image_wins() {
        let mut images = Images::default();
        images.add_stored(vec![one("a", "old"), one("b", "same")]);
        let changes = images.add_page(vec![one("b", "same")]);
        assert_eq!(changes, PageChanges::default());
        assert!(images.add_page(vec![one("a", "new")]).changed);
        assert_eq!(images.all()[0].name(), "new");
        assert_eq!(listed(&images), "a b", "it keeps its place");
    }
}

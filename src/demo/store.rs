//! All images of the account, fixtures and computed ones, in one order.

use super::FIXTURE_IMAGES;
use super::fixtures;
use super::record::Record;
use super::synthetic::Synthetic;

#[derive(Debug)]
pub(super) struct Store {
    /// Oldest first
    fixtures: Vec<Record>,
    /// The position of each fixture among all images, oldest first
    positions: Vec<u64>,
    synthetic: Synthetic,
    draft: Record,
}

impl Store {
    pub(super) fn new(images: usize, seed: u64) -> Self {
        let fixtures = fixtures::first(images);
        let synthetic = Synthetic::new(images.saturating_sub(FIXTURE_IMAGES), seed);
        let before = (0..).zip(&fixtures);
        let positions =
            before.map(|(older, record)| older + synthetic.uploaded_before(record.uploaded)).collect();
        Self { fixtures, positions, synthetic, draft: fixtures::draft() }
    }

    /// The number of images in the list, without the draft.
    pub(super) fn len(&self) -> u64 {
        self.fixtures.len() as u64 + self.synthetic.count
    }

    /// The image at a position, 0 being the oldest. The position must be below the length.
    pub(super) fn at(&self, position: u64) -> Record {
        match self.positions.binary_search(&position) {
            Ok(index) => self.fixtures[index].clone(),
            Err(older) => self.synthetic.image(position - older as u64),
        }
    }

    /// The image with this ID; includes drafts.
    pub(super) fn find(&self, id: &str) -> Option<Record> {
        if id == self.draft.id {
            return Some(self.draft.clone());
        }
        let fixtures = self.fixtures.iter().find(|record| record.id == id).cloned();
        fixtures.or_else(|| self.synthetic.number(id).map(|number| self.synthetic.image(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn positions_are_ordered_and_find_agrees() {
        let store = Store::new(300, 5);
        assert_eq!(store.len(), 300);
        let all: Vec<Record> = (0..300).map(|position| store.at(position)).collect();
        assert!(all.windows(2).all(|pair| pair[0].uploaded <= pair[1].uploaded));
        assert_eq!(all.iter().map(|record| record.id.clone()).collect::<HashSet<_>>().len(), 300);
        for record in all {
            assert_eq!(store.find(&record.id).map(|record| record.uploaded), Some(record.uploaded));
        }
    }

    #[test]
    fn small_store_has_first_fixtures_and_draft() {
        let store = Store::new(1, 5);
        assert_eq!((store.len(), store.at(0).id.as_ref()), (1, super::super::SAMPLE_ID));
        assert!(store.find(super::super::DRAFT_ID).is_some());
        assert_eq!(Store::new(0, 5).len(), 0);
    }
}

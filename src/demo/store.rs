//! All images of the account, fixtures and computed ones, in one order.

use super::delivery_fault::DeliveryFault;
use super::fault::Fault;
use super::fixtures::{self, FIXTURE_IMAGES, SAMPLE_ID};
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
        let mut fixtures = fixtures::all();
        let draft = fixtures.pop().expect("the draft is the last");
        fixtures.truncate(images);
        fixtures.sort_by_key(|record| record.uploaded);
        let synthetic = Synthetic::new(images.saturating_sub(FIXTURE_IMAGES), seed);
        let before = (0..).zip(&fixtures);
        let positions =
            before.map(|(older, record)| older + synthetic.uploaded_before(record.uploaded)).collect();
        Self { fixtures, positions, synthetic, draft }
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

    /// The image with this ID: of the account, with its draft, or of a fault.
    pub(super) fn find(&self, id: &str) -> Option<Record> {
        let fixtures = self.fixtures.iter().chain([&self.draft]);
        let fixture = fixtures.into_iter().find(|record| record.id == id).cloned();
        let synthetic = || self.synthetic.number(id).map(|number| self.synthetic.image(number));
        fixture.or_else(synthetic).or_else(|| self.fault_image(id))
    }

    /// The image of a fault: the sample under the fault's ID.
    fn fault_image(&self, id: &str) -> Option<Record> {
        let private = DeliveryFault::by_id(id).is_some_and(|fault| fault.signed);
        Fault::by_id(id).filter(|fault| fault.has_image())?;
        Some(Record { id: id.to_owned(), private, ..self.find(SAMPLE_ID)? })
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
        assert_eq!((store.len(), store.at(0).id.as_str()), (1, SAMPLE_ID));
        assert!(store.find(fixtures::DRAFT_ID).is_some());
        assert_eq!(Store::new(0, 5).len(), 0);
    }
}

//! All images of the account: the hand-made ones and the computed ones, in one order and under one roof.

use super::HANDMADE_IMAGES;
use super::generated::Generated;
use super::handmade;
use super::record::Record;

/// All images of the account.
#[derive(Debug)]
pub(super) struct Catalogue {
    /// Oldest first
    handmade: Vec<Record>,
    /// Where each of the hand-made images stands among all, oldest first
    places: Vec<u64>,
    generated: Generated,
    draft: Record,
}

impl Catalogue {
    pub(super) fn new(images: usize, seed: u64) -> Self {
        let handmade = handmade::first(images);
        let generated = Generated::new(images.saturating_sub(HANDMADE_IMAGES), seed);
        let before = (0..).zip(&handmade);
        let places =
            before.map(|(older, record)| older + generated.uploaded_before(record.uploaded)).collect();
        Self { handmade, places, generated, draft: handmade::draft() }
    }

    /// How many images the list holds; the draft is not one of them.
    pub(super) fn len(&self) -> u64 {
        self.handmade.len() as u64 + self.generated.count
    }

    /// The image at this place, 0 being the oldest; the place must be below the length.
    pub(super) fn at(&self, place: u64) -> Record {
        match self.places.binary_search(&place) {
            Ok(index) => self.handmade[index].clone(),
            Err(older) => self.generated.image(place - older as u64),
        }
    }

    /// The image with this ID, drafts included.
    pub(super) fn find(&self, id: &str) -> Option<Record> {
        if id == self.draft.id {
            return Some(self.draft.clone());
        }
        let handmade = self.handmade.iter().find(|record| record.id == id).cloned();
        handmade.or_else(|| self.generated.number(id).map(|number| self.generated.image(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_image_stands_at_one_place_and_is_found_by_its_id() {
        let catalogue = Catalogue::new(300, 5);
        assert_eq!(catalogue.len(), 300);
        let all: Vec<Record> = (0..300).map(|place| catalogue.at(place)).collect();
        assert!(all.windows(2).all(|pair| pair[0].uploaded <= pair[1].uploaded));
        assert_eq!(all.iter().map(|record| record.id.clone()).collect::<HashSet<_>>().len(), 300);
        for record in all {
            assert_eq!(catalogue.find(&record.id).map(|found| found.uploaded), Some(record.uploaded));
        }
    }

    #[test]
    fn a_small_account_holds_the_first_of_the_hand_made_and_the_draft() {
        let catalogue = Catalogue::new(1, 5);
        assert_eq!((catalogue.len(), catalogue.at(0).id.as_ref()), (1, super::super::SAMPLE_ID));
        assert!(catalogue.find(super::super::DRAFT_ID).is_some());
        assert_eq!(Catalogue::new(0, 5).len(), 0);
    }
}

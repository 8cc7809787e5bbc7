//! What a picture that came, or did not, tells of its variant and of the account.

use super::*;

#[test]
fn the_original_tells_nothing_of_the_variant_it_stands_for() {
    use crate::app::Way;
    for (by, known) in [(Way::Original, false), (Way::SignedBy("key".to_owned()), true)] {
        let mut journey = Journey::looking_at(image_with("a", "\"requireSignedURLs\":true"));
        let facts = PictureFacts { by: Some(by), ..facts() };
        journey.draws(facts.clone());
        let PictureSource::Open(url) = url("a", "public") else { panic!("an open one") };
        assert_eq!(journey.model.preview.known(&url).is_some(), known);
        journey.model.signing.flexible_is_off = true;
        journey.press("fw=4<enter>");
        journey.passes(1000);
        journey.draws(facts);
        assert_eq!(journey.model.signing.flexible_is_off, !known);
    }
}

#[test]
fn whether_flexible_variants_are_off_is_learnt_from_awaited_answers_and_unlearnt() {
    let off = || Err(Failure { code: "9429".into(), ..failure("Flexible variants are off") });
    let mut journey = Journey::looking_at(image("a"));
    journey.press("fw=4<enter>");
    journey.passes(1000);
    let (late, source, _) = journey.picture().unwrap();
    assert_eq!(source, url("a", "w=4"));
    journey.press("k");
    journey.passes(1000);
    journey.event(Event::PictureShown(late, off()));
    assert!(!journey.model.signing.flexible_is_off, "a late answer changes nothing");
    for (answer, is_off) in [(off(), true), (Ok(facts()), false)] {
        journey.press("k");
        journey.passes(1000);
        journey.press("G");
        journey.passes(1000);
        let request = journey.model.preview.picture.awaited().unwrap();
        journey.event(Event::PictureShown(request, answer));
        assert_eq!(journey.model.signing.flexible_is_off, is_off);
    }
}

//! Scenarios of the QR code.

use super::signing::private;
use super::*;
use crate::domain::CopyAs;
use crate::domain::delivery_plan::PLAIN_URL_REFUSED;

impl Scenario {
    /// Chooses the row of the QR code.
    fn choose_qr(&mut self) -> Vec<Effect> {
        let formats = crate::app::dialogs::copy_formats(&self.model);
        let row = formats.iter().position(|(_, form)| *form == CopyAs::Qr).expect("the row");
        self.effects.clear();
        self.send(Message::Action(Action::CopyAs));
        self.send(Message::Action(Action::Pick(row)));
        self.effects.clone()
    }

    /// The URL in the code, with what is said about it.
    fn qr(&self) -> &SensitiveText {
        let Some(Overlay::Qr(url)) = &self.model.overlay else { panic!("{:?}", self.model.overlay) };
        url
    }
}

#[test]
fn public_url_is_shown_as_it_is() {
    let mut scenario = Scenario::shown();
    assert_eq!(scenario.choose_qr(), [], "nothing is copied or requested");
    assert_eq!(scenario.qr().text(), url("cat", "public"));
    assert_eq!((scenario.qr().note(), scenario.qr().warning()), ("", None));
    assert!(scenario.qr().description().ends_with("variant public"), "{:?}", scenario.qr());
    scenario.press("<esc>");
    assert_eq!(scenario.model.overlay, None);
    scenario.press("Y<enter>");
    assert!(matches!(scenario.model.overlay, Some(Overlay::Qr(_))), "the format is remembered");
}

#[test]
fn private_url_is_signed_and_warned_about() {
    let mut scenario = Scenario::private();
    assert!(matches!(&scenario.choose_qr()[..], [Effect::Sign { urls, .. }] if urls.len() == 1));
    scenario.sign();
    assert!(scenario.qr().has_signature());
    assert!(!format!("{:?}", scenario.model.overlay).contains("sig=f"), "it is a secret");
    for words in ["13:00", "Anyone who scans this code"] {
        assert!(scenario.qr().note().contains(words), "{}", scenario.qr().note());
    }
    let signed = scenario.qr().text().to_owned();
    scenario.press("<esc>");
    assert_eq!(scenario.choose_qr(), [], "the signed URL is used again");
    assert_eq!(scenario.qr().text(), signed);
}

#[test]
fn url_without_signature_needs_a_confirmation() {
    let mut scenario = Scenario::private();
    scenario.choose_qr();
    scenario.fail_to_sign();
    assert_eq!(scenario.model.overlay, None);
    scenario.assert_warned(&["Y and Enter", PLAIN_URL_REFUSED]);
    assert_eq!(scenario.choose_qr(), []);
    assert!(!scenario.qr().has_signature());
    assert!(scenario.qr().warning().is_some_and(|warning| warning.contains("403")), "{:?}", scenario.qr());
    let mut scenario = Scenario::new();
    scenario.press("custom<enter>");
    scenario.respond("custom", Ok(private("custom")));
    assert_eq!(scenario.choose_qr(), [], "no signature would open it");
    assert_eq!(scenario.model.overlay, None);
    scenario.assert_warned(&["Y and Enter"]);
}

#[test]
fn marked_images_have_no_code() {
    let mut scenario = Scenario::browsing(9, None);
    let forms = |scenario: &Scenario| -> Vec<CopyAs> {
        crate::app::dialogs::copy_formats(&scenario.model).into_iter().map(|(_, form)| form).collect()
    };
    assert!(forms(&scenario).contains(&CopyAs::Qr));
    scenario.press(" ");
    assert!(!forms(&scenario).contains(&CopyAs::Qr));
}

#[test]
fn url_may_be_too_long() {
    let mut scenario = Scenario::new();
    scenario.press("long<enter>");
    let image = format!(
        r#"{{"id":"long","requireSignedURLs":false,"variants":["https://imagedelivery.net/H/long/{}"]}}"#,
        "v".repeat(3_000)
    );
    scenario.respond("long", Ok(Image::read(&image).unwrap()));
    scenario.choose_qr();
    assert_eq!(scenario.model.overlay, None);
    scenario.assert_warned(&["2,953"]);
}

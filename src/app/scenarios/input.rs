//! Scenarios of typed and pasted text.

use super::*;

#[test]
fn history_is_recalled_after_lookups_of_this_run() {
    let mut scenario = Scenario::new();
    scenario.event(Event::Started(None));
    assert_eq!(scenario.effects[0], Effect::ReadHistory);
    assert_eq!(scenario.model.focus, Pane::Browse);
    assert!(scenario.fetches_a_page(), "{:?}", scenario.effects);
    scenario.press("icat<enter>i<c-u>dr");
    scenario.event(Event::HistoryRead(["owl", "cat", "dog"].map(str::to_owned).into()));
    assert_eq!(scenario.model.input.text(), "dr", "typed text stays");
    let mut seen = Vec::new();
    for _ in 0..4 {
        assert_eq!(scenario.press("<up>"), []);
        seen.push(scenario.model.input.text().to_owned());
    }
    assert_eq!(seen, ["cat", "dog", "owl", "owl"]);
    assert!(scenario.press("<enter>").contains(&Effect::AddToHistory("owl".into())), "it is now the newest");
}

#[test]
fn invalid_input_is_refused_without_request() {
    let mut scenario = Scenario::new();
    for text in ["<enter>", "a/../b<enter>", "https://example.com/x.png<enter>"] {
        scenario.press("<c-u>");
        assert_eq!(scenario.press(text), [], "{text}");
        assert_eq!(scenario.model.focus, Pane::Image, "the focus stays");
        assert!(scenario.model.input.refusal.is_some());
    }
    scenario.press("x");
    assert_eq!(scenario.model.input.refusal, None, "typing clears the refusal");
}

#[test]
fn token_is_refused_and_never_stored() {
    let token = format!("cfut_{}", "x".repeat(48));
    let texts =
        [token.clone(), format!("export CLOUDFLARE_API_TOKEN='{token}'"), format!("Bearer%20{token}")];
    for text in &texts {
        let mut typed = Scenario::shown();
        typed.press("i<c-u>");
        typed.press(text);
        assert!(!format!("{:?}", typed.model).contains("xxxx"));
        assert_eq!(typed.press("<enter>"), []);
        let mut pasted = Scenario::shown();
        assert_eq!(pasted.paste(text), []);
        let mut half_typed = Scenario::shown();
        half_typed.press("i<c-u>my-");
        assert_eq!(half_typed.paste(text), []);
        let mut started = Scenario::new();
        started.event(Event::Started(Some(text.clone().into())));
        for scenario in [&mut typed, &mut pasted, &mut half_typed, &mut started] {
            assert_eq!(
                (scenario.model.input.text(), scenario.model.focus),
                ("", Pane::Image),
                "not on the screen"
            );
            assert!(scenario.model.input.refusal.is_some());
            let effects = scenario.press("<up><up><down><down><down>");
            assert!(!scenario.model.input.text().contains(&token) && effects.is_empty(), "not recalled");
        }
        let mut filter = Scenario::shown();
        filter.press("b/");
        assert!(filter.model.is_filtering());
        assert_eq!(filter.paste(text), []);
        assert_eq!(filter.model.browse.filter.line.text(), "");
        assert!(filter.model.warning().is_some());
    }
}

#[test]
fn token_beside_an_image_id_is_removed() {
    let token = format!("cfat_{}", "x".repeat(48));
    let curl = format!("curl https://imagedelivery.net/Hash/{CAT}/hero -H 'Authorization: Bearer {token}'");
    let mut scenario = Scenario::shown();
    assert_eq!(scenario.paste(&curl), []);
    assert_eq!(scenario.model.input.text(), CAT, "not looked up at once, like other text");
    assert_eq!(scenario.press("<enter>").last(), Some(&Effect::AddToHistory(CAT.into())));
}

#[test]
fn encoded_signed_url_leaves_no_signature() {
    for url in [
        "https%3A%2F%2Fimagedelivery.net%2FHash%2FID%2Fhero%3Fexp%3D1%26sig%3Dsecret",
        "https:\\/\\/imagedelivery.net\\/Hash\\/ID\\/hero?exp=1\\u0026sig=secret",
        "/_next/image?url=https%3A%2F%2Fimagedelivery.net%2FHash%2FID%2Fhero%3Fexp%3D1%26sig%3Dsecret&w=640",
    ] {
        let mut scenario = Scenario::new();
        let effects = scenario.paste(&url.replace("ID", CAT));
        assert!(matches!(&effects[0], Effect::FetchImage { id, .. } if id.as_str() == CAT), "{effects:?}");
        assert_eq!(lookups_stored(&effects), [CAT]);
        assert!(!format!("{effects:?} {:?}", scenario.model).contains("secret"));
        scenario.respond(CAT, Ok(image(CAT)));
        assert_eq!(scenario.model.lookup.variant().unwrap().name, "hero");
    }
}

#[test]
fn paste_works_in_every_pane() {
    let mut scenario = Scenario::shown();
    assert_eq!(scenario.paste(" dog\n")[0], fetch(3, "dog"), "a single ID is looked up at once");
    assert_eq!(scenario.model.focus, Pane::Variants);
    assert_eq!(scenario.paste("two words\nand more"), []);
    assert_eq!((scenario.model.focus, scenario.model.input.text()), (Pane::Image, "two words and more"));
    scenario.press("<c-u>my-");
    assert_eq!(scenario.paste("image"), [], "inserted into the partly typed text");
    assert_eq!(scenario.model.input.text(), "my-image");
    scenario.press("<esc><esc>J");
    scenario.paste("owl");
    assert_eq!((scenario.model.overlay.clone(), scenario.model.input.text()), (None, "owl"));
    assert_eq!(scenario.paste(" \n"), []);
    assert_eq!(scenario.model.input.text(), "owl", "an empty paste changes nothing");
}

#[test]
fn leaving_input_without_lookup_restores_id() {
    for change in ["<up>", "<c-u>dog", "x", "<c-u>", "<up><up><down>", "<left>x<up>"] {
        for leave in ["<esc>", "<tab>", "<s-tab>"] {
            let mut scenario = Scenario::new();
            for id in ["bird", "dog", "cat"] {
                scenario.press(&format!("i<c-u>{id}<enter>"));
                scenario.respond(id, Ok(image(id)));
            }
            scenario.press(&format!("i{change}{leave}"));
            assert_eq!(scenario.model.input.text(), "cat", "{change} {leave}");
            assert_ne!(scenario.model.focus, Pane::Image);
            scenario.press("i<up>");
            assert_eq!(scenario.model.input.text(), "dog", "recalling starts over");
        }
    }
}

#[test]
fn leaving_input_drops_refusal_and_keeps_lookup() {
    let mut scenario = Scenario::shown();
    scenario.press("i<c-u>..<enter>");
    assert!(scenario.model.input.refusal.is_some());
    scenario.press("<esc>");
    assert_eq!((scenario.model.input.text(), &scenario.model.input.refusal), ("cat", &None));
    scenario.press("i<c-u>dog<enter>ibird<tab>");
    assert_eq!(scenario.model.input.text(), "dog", "the image being looked up");
    scenario.respond("dog", Ok(image("dog")));
    assert_eq!((scenario.model.input.text(), scenario.shown_id()), ("dog", Some("dog")));
    let mut scenario = Scenario::new();
    scenario.press("ca<tab>");
    assert_eq!(scenario.model.input.text(), "ca", "there is nothing to restore");
}

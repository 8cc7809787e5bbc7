//! Scenarios of the screen that says what to do without credentials.

use super::*;

#[test]
fn keys_of_the_list_do_nothing() {
    let mut scenario = Scenario::without_credentials();
    scenario.event(Event::Started(None));
    let focus = scenario.model.focus;
    for key in ["/", "!", "b", "L", "R", "S"] {
        assert_eq!(scenario.press(key), [], "{key}");
        assert_eq!((scenario.model.focus, scenario.model.notice.clone()), (focus, None), "{key}");
        assert!(!scenario.model.is_filtering() && !scenario.model.browse.filter.is_on(), "{key}");
    }
}

//! Where keys go. Two actions may have the same key if they never apply in the same place.

use super::contexts::{
    above_list, anywhere, awaits_response, beside_list, can_close, can_dismiss, can_start_demo, can_zoom,
    filter_is_on, has_list, has_request, has_target, in_actions, in_browse, in_empty_actions, in_filter,
    in_flexible, in_gallery, in_image, in_line, in_menu, in_overlay, in_panes, in_preview,
    in_profiles_search, in_rows, in_save, in_variants, is_zoomed, loading_list, loading_picture,
    on_full_screen, on_url, outside_dialogs, outside_text, sees_animation, sees_paused_animation,
    sees_picture, typing,
};
use super::{Model, Overlay, Pane};

/// A set of places. Keys always go to one of them. Without credentials, [`WELCOME`] is one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places(u16);

/// Where the keys of a row of the key table work.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    pub places: Places,
    applies: fn(&Model) -> bool,
}

const INPUT: Places = Places(1);
const FILTER: Places = Places(1 << 1);
const ACTIONS: Places = Places(1 << 2);
const SAVE: Places = Places(1 << 3);
const FLEXIBLE: Places = Places(1 << 4);
/// The text field of any other dialog.
const OTHER_LINE: Places = Places(1 << 5);
const MENU: Places = Places(1 << 6);
const URL: Places = Places(1 << 7);
const OTHER_OVERLAY: Places = Places(1 << 8);
const ROWS: Places = Places(1 << 9);
const GALLERY: Places = Places(1 << 10);
const VARIANTS: Places = Places(1 << 11);
const DETAILS: Places = Places(1 << 12);
/// The picture in its pane.
const PREVIEW: Places = Places(1 << 13);
const FULL_SCREEN: Places = Places(1 << 14);
const WELCOME: Places = Places(1 << 15);

const LINES: Places = ACTIONS.and(SAVE).and(FLEXIBLE).and(OTHER_LINE);
/// Where keys are text.
pub(super) const TEXT: Places = LINES.and(INPUT).and(FILTER);
const OVERLAYS: Places = LINES.and(MENU).and(URL).and(OTHER_OVERLAY);
const PICTURE: Places = PREVIEW.and(FULL_SCREEN);
const LIST: Places = ROWS.and(GALLERY);
const SMALL_PANES: Places = LIST.and(VARIANTS).and(DETAILS).and(PREVIEW);
const PANES: Places = SMALL_PANES.and(FULL_SCREEN);
const ALL: Places = TEXT.and(OVERLAYS).and(PANES);

pub(super) const ANYWHERE: Context = Context::new(ALL, anywhere);
pub(super) const OUTSIDE_DIALOGS: Context = Context::new(PANES.and(INPUT).and(FILTER), outside_dialogs);
pub(super) const OUTSIDE_TEXT: Context = Context::new(ALL.without(TEXT), outside_text);
pub(super) const CAN_START_DEMO: Context = Context::new(WELCOME, can_start_demo);

pub(super) const TYPING: Context = Context::new(TEXT, typing);
pub(super) const IN_IMAGE: Context = Context::new(INPUT, in_image);
pub(super) const IN_FILTER: Context = Context::new(FILTER, in_filter);
pub(super) const ABOVE_LIST: Context = Context::new(FILTER.and(ACTIONS).and(OTHER_LINE), above_list);
pub(super) const IN_LINE: Context = Context::new(LINES, in_line);

pub(super) const IN_OVERLAY: Context = Context::new(OVERLAYS, in_overlay);
pub(super) const CAN_CLOSE: Context = Context::new(OVERLAYS.without(LINES).and(FULL_SCREEN), can_close);
pub(super) const IN_MENU: Context = Context::new(MENU, in_menu);
pub(super) const IN_ACTIONS: Context = Context::new(ACTIONS, in_actions);
pub(super) const IN_EMPTY_ACTIONS: Context = Context::new(ACTIONS, in_empty_actions);
pub(super) const IN_PROFILES_SEARCH: Context = Context::new(OTHER_LINE, in_profiles_search);
pub(super) const IN_SAVE: Context = Context::new(SAVE, in_save);
pub(super) const IN_FLEXIBLE: Context = Context::new(FLEXIBLE, in_flexible);
pub(super) const ON_URL: Context = Context::new(URL, on_url);

pub(super) const IN_PANES: Context = Context::new(PANES, in_panes);
pub(super) const HAS_LIST: Context = Context::new(PANES, has_list);
pub(super) const HAS_TARGET: Context = Context::new(PANES.and(URL), has_target);
pub(super) const AWAITS_RESPONSE: Context = Context::new(PANES, awaits_response);
pub(super) const LOADING_LIST: Context = Context::new(PANES, loading_list);
pub(super) const LOADING_PICTURE: Context = Context::new(PANES, loading_picture);
pub(super) const HAS_REQUEST: Context = Context::new(PANES, has_request);
pub(super) const CAN_DISMISS: Context = Context::new(PANES, can_dismiss);
pub(super) const FILTER_IS_ON: Context = Context::new(PANES, filter_is_on);
pub(super) const BESIDE_LIST: Context = Context::new(SMALL_PANES, beside_list);
pub(super) const IN_BROWSE: Context = Context::new(LIST, in_browse);
pub(super) const IN_ROWS: Context = Context::new(ROWS, in_rows);
pub(super) const IN_GALLERY: Context = Context::new(GALLERY, in_gallery);
pub(super) const IN_VARIANTS: Context = Context::new(VARIANTS, in_variants);
pub(super) const SEES_PICTURE: Context = Context::new(PANES, sees_picture);
pub(super) const IN_PREVIEW: Context = Context::new(PICTURE, in_preview);
pub(super) const ON_FULL_SCREEN: Context = Context::new(FULL_SCREEN, on_full_screen);
pub(super) const CAN_ZOOM: Context = Context::new(FULL_SCREEN, can_zoom);
pub(super) const IS_ZOOMED: Context = Context::new(FULL_SCREEN, is_zoomed);
pub(super) const SEES_ANIMATION: Context = Context::new(FULL_SCREEN, sees_animation);
pub(super) const SEES_PAUSED_ANIMATION: Context = Context::new(FULL_SCREEN, sees_paused_animation);

impl Places {
    pub(super) const NONE: Self = Self(0);

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) const fn overlap(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Where keys go now.
    pub(super) fn of(model: &Model) -> Self {
        let place = match &model.overlay {
            Some(Overlay::Actions(_)) => ACTIONS,
            Some(Overlay::Save(_)) => SAVE,
            Some(Overlay::Flexible(_)) => FLEXIBLE,
            Some(overlay) if overlay.is_whole_url() => URL,
            Some(_) if in_menu(model) => MENU,
            Some(_) if in_line(model) => OTHER_LINE,
            Some(_) => OTHER_OVERLAY,
            None if in_filter(model) => FILTER,
            None if in_gallery(model) => GALLERY,
            None if on_full_screen(model) => FULL_SCREEN,
            None => match model.focus {
                Pane::Image => INPUT,
                Pane::Browse => ROWS,
                Pane::Variants => VARIANTS,
                Pane::Details => DETAILS,
                Pane::Preview => PREVIEW,
            },
        };
        if model.needs_credentials { place.and(WELCOME) } else { place }
    }
}

impl Context {
    const fn new(places: Places, applies: fn(&Model) -> bool) -> Self {
        Self { places, applies }
    }

    /// Whether it applies now.
    pub(super) fn applies(&self, model: &Model) -> bool {
        self.applies_at(Places::of(model), model)
    }

    /// Whether it applies now, as keys go to `here`.
    pub(super) fn applies_at(&self, here: Places, model: &Model) -> bool {
        self.places.overlap(here) && (self.applies)(model)
    }
}

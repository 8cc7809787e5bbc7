//! Finds the action for a key, depending on the state of the program.

pub use super::default_bindings::BINDINGS;
use super::{Action, Code, Edit, Event, Input, Key, Message, Model, Overlay, Pane};

/// A row of the key table.
#[derive(Debug)]
pub struct Binding {
    /// The keys; the first one is shown.
    pub keys: &'static [Key],
    /// Where they work.
    pub context: KeyContext,
    pub action: Action,
    /// The text in the help.
    pub description: &'static str,
    /// The entry on the status bar.
    pub footer: Option<Footer>,
    /// The heading in the help.
    pub group: Group,
}

/// A key's entry on the status bar.
#[derive(Debug)]
pub struct Footer {
    pub word: &'static str,
    /// Where it is worth showing.
    pub shown: KeyContext,
    /// If there is not enough room, the entries with the highest ranks are left out first.
    pub rank: u8,
}

/// Where a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyContext {
    Anywhere,
    InImage,
    /// Keys are text: in the Image pane, the filter, or a dialog's line.
    Typing,
    InFilter,
    /// In Browse's list, keys not being text.
    InBrowse,
    InBrowseWithImage,
    HasMarks,
    FilterIsOn,
    /// No overlay, and the list is being loaded to its end.
    Paging,
    HasEarlier,
    HasText,
    OutsideImage,
    /// No overlay, and keys are not text.
    Panes,
    /// A variant can be acted on: outside text, with no overlay or its URL in one.
    HasTarget,
    Moves,
    InDetails,
    InDetailsWithImage,
    InVariants,
    InVariantsWithOne,
    /// The picture is on the full screen.
    WholePicture,
    /// The picture is loading.
    PictureLoading,
    InPreview,
    /// In Preview, and pictures are drawn.
    InPreviewWithPicture,
    InPreviewWithVariants,
    InPreviewWithImages,
    HasImage,
    /// An image is shown, and pictures are drawn.
    HasPicture,
    HasVariant,
    /// An image can be acted on, even one without variants.
    Copyable,
    /// In Browse, the list is incomplete and is not being loaded to its end.
    Partial,
    OnUrl,
    InOverlay,
    /// No overlay, and a request is in flight.
    Loading,
    /// The same, and the user waits for it.
    Pending,
    /// The selected variant may need a signature.
    Signable,
    /// A dialog has rows to choose from.
    InMenu,
    /// A dialog has a line to type into.
    InLine,
    InFlexible,
}

/// A heading of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Shown,
    Image,
    Browse,
    Preview,
    Anywhere,
    Moving,
    InOverlay,
    Typing,
}

impl Group {
    /// In the order of the help.
    pub const ALL: [Self; 8] = [
        Self::Shown,
        Self::Image,
        Self::Anywhere,
        Self::Browse,
        Self::Preview,
        Self::Moving,
        Self::InOverlay,
        Self::Typing,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Image => "In Image",
            Self::Browse => "Browse",
            Self::Preview => "Preview",
            Self::Shown => "The image that is shown",
            Self::Moving => "In lists, Details and what lies on top",
            Self::InOverlay => "On what lies on top",
            Self::Anywhere => "Everywhere; letters outside Image",
            Self::Typing => "Typing in Image and in the filter",
        }
    }
}

impl KeyContext {
    /// Whether the context applies now.
    pub fn holds(self, model: &Model) -> bool {
        let on_top = model.overlay.is_some();
        let in_image = model.focus == Pane::Image && !on_top;
        let in_filter = model.is_filtering();
        let in_line = model.overlay.as_ref().is_some_and(|overlay| overlay.line().is_some());
        let typing = in_image || in_filter || in_line;
        let panes = !typing && !on_top;
        let in_browse = panes && model.focus == Pane::Browse;
        let on_url = matches!(model.overlay, Some(Overlay::Url { .. } | Overlay::Signed(_)));
        let has_image = model.lookup.shown().is_some();
        match self {
            Self::Anywhere => true,
            Self::InImage => in_image,
            Self::HasEarlier => in_image && model.input.has_earlier(),
            Self::HasText => in_image && !model.input.text().is_empty(),
            Self::Typing => typing,
            Self::InFilter => in_filter,
            Self::InBrowse => in_browse,
            Self::InBrowseWithImage => in_browse && !model.browse.is_empty(),
            Self::HasMarks => in_browse && model.browse.marked().len() > 0,
            Self::FilterIsOn => in_filter || (in_browse && model.browse.filter.is_on()),
            Self::Paging => {
                let resumes = model.browse.resume.is_some_and(|resume| resume.to_the_end);
                !on_top && !in_filter && (model.browse.to_the_end || resumes)
            }
            Self::OutsideImage | Self::Moves => !typing,
            Self::Panes => panes,
            Self::HasTarget => panes || on_url,
            Self::InDetails => panes && model.focus == Pane::Details,
            Self::InDetailsWithImage => Self::InDetails.holds(model) && has_image,
            Self::InVariants => panes && model.focus == Pane::Variants,
            Self::InVariantsWithOne => {
                Self::InVariants.holds(model)
                    && Self::HasVariant.holds(model)
                    && model.lookup.image.pending_request().is_none()
            }
            Self::WholePicture => panes && model.is_full_screen(),
            Self::PictureLoading => panes && model.preview.picture.pending_request().is_some(),
            Self::InPreview => panes && model.focus == Pane::Preview,
            Self::InPreviewWithPicture => Self::InPreview.holds(model) && Self::HasPicture.holds(model),
            Self::InPreviewWithVariants => {
                Self::InPreviewWithPicture.holds(model) && model.lookup.variants().nth(1).is_some()
            }
            Self::InPreviewWithImages => Self::InPreview.holds(model) && model.browse.len() > 1,
            Self::HasImage => panes && has_image,
            Self::HasPicture => panes && has_image && model.has_pictures(),
            Self::HasVariant => Self::Copyable.holds(model) && model.lookup.variant().is_some(),
            Self::Copyable => {
                Self::HasTarget.holds(model) && has_image && model.lookup.pending_other_id().is_none()
            }
            Self::Partial => in_browse && model.browse.is_partial() && !model.browse.to_the_end,
            Self::OnUrl => on_url,
            Self::Signable => Self::HasVariant.holds(model) && model.unsigned_reason().is_none(),
            Self::InMenu => {
                matches!(&model.overlay, Some(Overlay::LifetimeDialog(_) | Overlay::CopyFormats(_)))
                    && !in_line
            }
            Self::InLine => in_line,
            Self::InFlexible => matches!(model.overlay, Some(Overlay::Flexible(_))),
            Self::InOverlay => on_top,
            Self::Loading | Self::Pending => {
                let other =
                    self == Self::Pending || Self::FilterIsOn.holds(model) || Self::Paging.holds(model);
                let lookup = model.lookup.image.pending_request().is_some()
                    && !(other && model.lookup.is_refreshing_listed());
                !on_top && !in_filter && (lookup || !model.delivery.jobs.is_empty())
            }
        }
    }
}

/// Turns input into a message: by the key table, or as text while text is being typed.
pub fn message_for(model: &Model, input: Input) -> Option<Message> {
    match input {
        Input::Resize => Some(Message::Event(Event::Resized)),
        Input::Paste(text) => Some(Message::Action(Action::Paste(text))),
        Input::Key(key) => action_for(model, key).map(Message::Action),
        Input::Escaped(key) => action_for(model, with_alt(key)).map(Message::Action),
    }
}

/// Resolves an escaped key: Alt with the key if that chord is bound in the current context, otherwise Esc and then the
/// key.
pub fn resolve_escape(model: &Model, input: Input) -> (Input, Option<Input>) {
    match input {
        Input::Escaped(key) if row_of(model, with_alt(key)).is_none() => {
            (Input::Key(Key::plain(Code::Esc)), Some(Input::Key(key)))
        }
        input => (input, None),
    }
}

fn with_alt(key: Key) -> Key {
    Key { alt: true, ..key }
}

/// The first row that has the key and applies now.
pub fn row_of(model: &Model, key: Key) -> Option<&'static Binding> {
    BINDINGS.iter().find(|row| row.keys.contains(&key) && row.context.holds(model))
}

/// The name of the key for an action, for use in sentences. Empty if the action has no key.
pub fn key_of(action: &Action) -> String {
    let row = BINDINGS.iter().find(|row| row.action == *action);
    row.and_then(|row| row.keys.first()).map(ToString::to_string).unwrap_or_default()
}

fn action_for(model: &Model, key: Key) -> Option<Action> {
    if let Some(row) = row_of(model, key) {
        return Some(row.action.clone());
    }
    let digit = key.typed().and_then(|typed| typed.to_digit(10));
    if let Some(digit @ 1..) = digit
        && KeyContext::InMenu.holds(model)
    {
        return Some(Action::Pick(digit as usize - 1));
    }
    let typed = key.typed().filter(|_| KeyContext::Typing.holds(model))?;
    Some(Action::Edit(Edit::Insert(typed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_of_returns_the_primary_key() {
        for (action, key) in [
            (Action::Back, "Esc"),
            (Action::Confirm, "Enter"),
            (Action::LookUp, "Enter"),
            (Action::ApplyFilter, "Enter"),
            (Action::PreviousInput, "↑"),
            (Action::COPY, "y"),
            (Action::CopyAs, "Y"),
            (Action::LoadAll, "L"),
            (Action::Filter, "/"),
        ] {
            assert_eq!(key_of(&action), key, "{action:?}");
        }
    }

    #[test]
    fn escaped_key_is_alt_only_if_bound() {
        let key = |key| Some(Input::Key(key));
        let mut model = Model::new(crate::app::Start {
            offline: None,
            label: String::new(),
            earlier: Vec::new(),
            preferences: crate::domain::Preferences::default(),
        });
        for bound in [Key::plain(Code::Left), Key::plain(Code::Backspace), Key::char('b')] {
            assert_eq!(resolve_escape(&model, Input::Escaped(bound)), (Input::Escaped(bound), None));
        }
        let esc = Input::Key(Key::plain(Code::Esc));
        let unbound = [Key::char('j'), Key::char('é'), Key::ctrl('c'), Key::plain(Code::Enter)];
        for pressed in unbound {
            assert_eq!(resolve_escape(&model, Input::Escaped(pressed)), (esc.clone(), key(pressed)));
        }
        model.focus = Pane::Browse;
        for pressed in [Key::plain(Code::Left), Key::char('b')] {
            assert_eq!(resolve_escape(&model, Input::Escaped(pressed)), (esc.clone(), key(pressed)));
        }
    }

    #[test]
    fn no_key_has_two_bindings_in_one_context() {
        for (at, row) in BINDINGS.iter().enumerate() {
            for other in &BINDINGS[at + 1..] {
                let both = row.keys.iter().find(|key| other.keys.contains(key));
                assert!(
                    both.is_none() || row.context != other.context,
                    "{both:?}: {} and {}",
                    row.description,
                    other.description
                );
            }
        }
    }
}

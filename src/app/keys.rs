//! What a key means here and now.

pub use super::keys_table::TABLE;
use super::{Action, Code, Edit, Event, Input, Key, Message, Model, Overlay, Pane};

/// One row of the key table.
#[derive(Debug)]
pub struct Binding {
    /// The keys, the one to show first.
    pub keys: &'static [Key],
    /// Where they work.
    pub when: When,
    /// What they do.
    pub action: Action,
    /// What they do, in the words of the help.
    pub does: &'static str,
    /// Its word on the last line.
    pub footer: Option<Footer>,
    /// Under which heading the help lists them.
    pub group: Group,
}

/// A key's word on the last line.
#[derive(Debug)]
pub struct Footer {
    /// The word.
    pub word: &'static str,
    /// Where it is worth a place there.
    pub shown: When,
    /// Where there is no room for all, the greatest goes first.
    pub rank: u8,
}

/// Where a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Anywhere,
    InImage,
    /// Where keys are text: in Image, and in the filter.
    Typing,
    InFilter,
    /// In the list of Browse, keys being no text.
    InBrowse,
    InBrowseWithImage,
    HasMarks,
    FilterIsOn,
    /// Nothing on top, and the list is being loaded to its end.
    Paging,
    HasEarlier,
    HasText,
    OutsideImage,
    /// Outside Image, nothing on top.
    Panes,
    /// Where a variant may be acted on: the panes, or its URL on top.
    Acts,
    /// Where something moves: a list, Details, or what lies on top.
    Moves,
    InDetails,
    InDetailsWithImage,
    InVariants,
    InVariantsWithOne,
    /// The picture has the whole screen.
    WholePicture,
    /// A picture is on its way.
    PictureLoading,
    InPreview,
    /// In Preview, where pictures are drawn.
    InPreviewWithPicture,
    InPreviewWithVariants,
    InPreviewWithImages,
    HasImage,
    /// An image is shown, and pictures are drawn.
    HasPicture,
    HasVariant,
    /// An image is shown and acted on, be it without variants.
    Copyable,
    /// In Browse, where the list is not all here, nor on its way.
    Partial,
    OnUrl,
    OnTop,
    /// Nothing on top, and a request in flight.
    Loading,
    /// Where a person waits for that request.
    Awaited,
    /// A variant that may need a signature.
    Signable,
    /// On top is something to choose from.
    InMenu,
    /// On top is a line to type into.
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
    OnTop,
    Typing,
}

impl Group {
    /// The headings in the order of the help.
    pub const ALL: [Self; 8] = [
        Self::Shown,
        Self::Image,
        Self::Anywhere,
        Self::Browse,
        Self::Preview,
        Self::Moving,
        Self::OnTop,
        Self::Typing,
    ];

    /// The heading's words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Image => "In Image",
            Self::Browse => "Browse",
            Self::Preview => "Preview",
            Self::Shown => "The image that is shown",
            Self::Moving => "In lists, Details and what lies on top",
            Self::OnTop => "On what lies on top",
            Self::Anywhere => "Everywhere; letters outside Image",
            Self::Typing => "Typing in Image and in the filter",
        }
    }
}

impl When {
    /// Whether this is where we are.
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
            Self::Acts => panes || on_url,
            Self::InDetails => panes && model.focus == Pane::Details,
            Self::InDetailsWithImage => Self::InDetails.holds(model) && has_image,
            Self::InVariants => panes && model.focus == Pane::Variants,
            Self::InVariantsWithOne => {
                Self::InVariants.holds(model)
                    && Self::HasVariant.holds(model)
                    && model.lookup.image.awaited().is_none()
            }
            Self::WholePicture => panes && model.is_whole(),
            Self::PictureLoading => panes && model.preview.picture.awaited().is_some(),
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
                Self::Acts.holds(model) && has_image && model.lookup.another_awaited().is_none()
            }
            Self::Partial => in_browse && model.browse.is_partial() && !model.browse.to_the_end,
            Self::OnUrl => on_url,
            Self::Signable => Self::HasVariant.holds(model) && model.why_not_signed().is_none(),
            Self::InMenu => {
                matches!(&model.overlay, Some(Overlay::Lifetimes(_) | Overlay::Forms(_))) && !in_line
            }
            Self::InLine => in_line,
            Self::InFlexible => matches!(model.overlay, Some(Overlay::Flexible(_))),
            Self::OnTop => on_top,
            Self::Loading | Self::Awaited => {
                let other =
                    self == Self::Awaited || Self::FilterIsOn.holds(model) || Self::Paging.holds(model);
                let lookup =
                    model.lookup.image.awaited().is_some() && !(other && model.lookup.refreshes_listed());
                !on_top && !in_filter && (lookup || model.signing.is_busy())
            }
        }
    }
}

/// What an input means: by the key table, else as text where a text is being typed.
pub fn message_for(model: &Model, input: Input) -> Option<Message> {
    match input {
        Input::Resize => Some(Message::Event(Event::Resized)),
        Input::Paste(text) => Some(Message::Action(Action::Paste(text))),
        Input::Key(key) => action_for(model, key).map(Message::Action),
        Input::Escaped(key) => action_for(model, with_alt(key)).map(Message::Action),
    }
}

/// What an input stands for in the current place: an escaped key is Alt with that key if this chord is bound here,
/// else Esc and the key.
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

/// The row that a key stands for here and now: the first that holds.
pub fn row_of(model: &Model, key: Key) -> Option<&'static Binding> {
    TABLE.iter().find(|row| row.keys.contains(&key) && row.when.holds(model))
}

/// The key that does this, by its name, for sentences that tell of it. The table has one for every action that is told of.
pub fn key_of(action: &Action) -> String {
    let row = TABLE.iter().find(|row| row.action == *action);
    row.and_then(|row| row.keys.first()).map(ToString::to_string).unwrap_or_default()
}

fn action_for(model: &Model, key: Key) -> Option<Action> {
    if let Some(row) = row_of(model, key) {
        return Some(row.action.clone());
    }
    let digit = key.typed().and_then(|typed| typed.to_digit(10));
    if let Some(digit @ 1..) = digit
        && When::InMenu.holds(model)
    {
        return Some(Action::Pick(digit as usize - 1));
    }
    let typed = key.typed().filter(|_| When::Typing.holds(model))?;
    Some(Action::Edit(Edit::Insert(typed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sentences_tell_of_has_the_key_that_people_know() {
        for (action, key) in [
            (Action::Back, "Esc"),
            (Action::Take, "Enter"),
            (Action::LookUp, "Enter"),
            (Action::KeepFilter, "Enter"),
            (Action::Earlier, "↑"),
            (Action::Copy, "y"),
            (Action::CopyAs, "Y"),
            (Action::LoadAll, "L"),
            (Action::Filter, "/"),
        ] {
            assert_eq!(key_of(&action), key, "{action:?}");
        }
    }

    #[test]
    fn escaped_key_is_the_chord_only_where_it_is_bound() {
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
    fn no_key_stands_for_two_things_in_one_place() {
        for (at, row) in TABLE.iter().enumerate() {
            for other in &TABLE[at + 1..] {
                let both = row.keys.iter().find(|key| other.keys.contains(key));
                assert!(
                    both.is_none() || row.when != other.when,
                    "{both:?}: {} and {}",
                    row.does,
                    other.does
                );
            }
        }
    }
}

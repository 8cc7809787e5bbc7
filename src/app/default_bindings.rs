//! The key table: its rows feed dispatch, the status bar and the help.

use super::keymap::{Binding, Footer, Group, KeyContext};
use super::{Action, Code, Edit, Key, Motion};

const fn key(code: Code) -> Key {
    Key::plain(code)
}

const fn row(
    keys: &'static [Key],
    context: KeyContext,
    action: Action,
    description: &'static str,
) -> Binding {
    Binding { keys, context, action, description, footer: None, group: Group::Anywhere }
}

impl Binding {
    /// Adds an entry on the status bar. If there is not enough room, the highest rank is left out first.
    const fn footer(mut self, word: &'static str, shown: KeyContext, rank: u8) -> Self {
        self.footer = Some(Footer { word, shown, rank });
        self
    }

    const fn group(mut self, group: Group) -> Self {
        self.group = group;
        self
    }
}

/// Rows are tried in this order. The status bar shows its entries in this order too.
pub static BINDINGS: &[Binding] = &[
    // Overlays.
    row(&[key(Code::Esc)], KeyContext::InOverlay, Action::Back, "close what is on top")
        .footer("close", KeyContext::InOverlay, 0)
        .group(Group::InOverlay),
    row(&[key(Code::Enter)], KeyContext::OnUrl, Action::Back, "close").group(Group::InOverlay),
    row(
        &[key(Code::Enter)],
        KeyContext::InMenu,
        Action::Confirm,
        "in a menu: take the row; a digit takes its row",
    )
    .footer("take", KeyContext::InMenu, 0)
    .group(Group::InOverlay),
    row(&[key(Code::Enter)], KeyContext::InLine, Action::Confirm, "take what was typed")
        .footer("take", KeyContext::InLine, 0)
        .group(Group::InOverlay),
    row(
        &[key(Code::Tab)],
        KeyContext::InFlexible,
        Action::Complete,
        "in a flexible variant: take the first suggestion",
    )
    .footer("complete", KeyContext::InFlexible, 1)
    .group(Group::InOverlay),
    row(&[key(Code::Esc)], KeyContext::WholePicture, Action::Back, "give the picture its pane again")
        .footer("back", KeyContext::WholePicture, 0)
        .group(Group::Preview),
    // Requests that merely follow the cursor come and go, so the entry is shown only for requests that the user waits
    // for.
    row(&[key(Code::Esc)], KeyContext::Loading, Action::Back, "cancel the request").footer(
        "cancel",
        KeyContext::Pending,
        0,
    ),
    row(&[key(Code::Esc)], KeyContext::Paging, Action::Back, "stop loading the list")
        .footer("stop loading", KeyContext::Paging, 0)
        .group(Group::Browse),
    row(&[key(Code::Esc)], KeyContext::InImage, Action::Back, "leave Image for the pane before")
        .footer("back", KeyContext::InImage, 2)
        .group(Group::Image),
    // Image.
    row(&[key(Code::Enter)], KeyContext::InImage, Action::LookUp, "look up the image")
        .footer("look up", KeyContext::InImage, 1)
        .group(Group::Image),
    row(&[key(Code::Up)], KeyContext::InImage, Action::PreviousInput, "earlier lookups")
        .footer("earlier", KeyContext::HasEarlier, 5)
        .group(Group::Image),
    row(&[key(Code::Down)], KeyContext::InImage, Action::NextInput, "later lookups").group(Group::Image),
    edit(&[key(Code::Left), Key::ctrl('b')], Edit::Left, "left"),
    edit(&[key(Code::Right), Key::ctrl('f')], Edit::Right, "right"),
    edit(&[alt(Code::Left), with_ctrl(Code::Left), alt(Code::Char('b'))], Edit::WordLeft, "a word left"),
    edit(&[alt(Code::Right), with_ctrl(Code::Right), alt(Code::Char('f'))], Edit::WordRight, "a word right"),
    edit(&[key(Code::Home), Key::ctrl('a')], Edit::Start, "to the start"),
    edit(&[key(Code::End), Key::ctrl('e')], Edit::End, "to the end"),
    edit(&[key(Code::Backspace), Key::ctrl('h')], Edit::Backspace, "delete the character before"),
    edit(&[key(Code::Delete), Key::ctrl('d')], Edit::Delete, "delete the character under the cursor"),
    edit(&[Key::ctrl('w'), alt(Code::Backspace)], Edit::DeleteWord, "delete the word before"),
    edit(&[Key::ctrl('u')], Edit::DeleteToStart, "delete to the start").footer(
        "clear",
        KeyContext::HasText,
        4,
    ),
    edit(&[Key::ctrl('k')], Edit::DeleteToEnd, "delete to the end"),
    // The image that is shown.
    row(&[Key::char('o')], KeyContext::HasTarget, Action::OPEN, "open the variant in the browser")
        .footer("open", KeyContext::HasVariant, 3)
        .group(Group::Shown),
    row(&[Key::char('y')], KeyContext::HasTarget, Action::COPY, "copy the variant's URL")
        .footer("copy", KeyContext::HasVariant, 3)
        .group(Group::Shown),
    row(
        &[Key::char('Y')],
        KeyContext::HasTarget,
        Action::CopyAs,
        "copy as Markdown, HTML, srcset, curl, ID, JSON, …",
    )
    .footer("copy as", KeyContext::Copyable, 6)
    .group(Group::Shown),
    row(&[Key::char('s')], KeyContext::HasTarget, Action::Sign, "sign the URL: choose for how long it holds")
        .footer("sign", KeyContext::Signable, 5)
        .group(Group::Shown),
    row(
        &[Key::char('V')],
        KeyContext::HasTarget,
        Action::VERIFY,
        "verify: ask the delivery host with the URL",
    )
    .footer("verify", KeyContext::HasVariant, 8)
    .group(Group::Shown),
    row(
        &[Key::char('f')],
        KeyContext::HasTarget,
        Action::Flexible,
        "build a flexible variant, such as w=400,fit=cover",
    )
    .footer("flexible", KeyContext::HasVariant, 10)
    .group(Group::Shown),
    row(
        &[Key::char('e')],
        KeyContext::HasTarget,
        Action::Explain,
        "explain the URL that was pasted, or the variant's",
    )
    .footer("explain", KeyContext::HasVariant, 10)
    .group(Group::Shown),
    row(&[key(Code::Enter)], KeyContext::InVariants, Action::ShowUrl, "show the variant's URL whole")
        .footer("whole URL", KeyContext::InVariantsWithOne, 4)
        .group(Group::Shown),
    row(&[Key::char('J')], KeyContext::InDetails, Action::ShowJson, "in Details: the API's JSON, raw")
        .footer("JSON", KeyContext::InDetailsWithImage, 6)
        .group(Group::Shown),
    row(&[Key::char('r')], KeyContext::Panes, Action::Refresh, "fetch again")
        .footer("refresh", KeyContext::HasImage, 7)
        .group(Group::Shown),
    // Browse.
    row(&[key(Code::Esc)], KeyContext::FilterIsOn, Action::Back, "leave the filter: the whole list is back")
        .footer("whole list", KeyContext::FilterIsOn, 1)
        .group(Group::Browse),
    row(&[key(Code::Esc)], KeyContext::PictureLoading, Action::Back, "cancel loading the picture")
        .group(Group::Preview),
    row(
        &[key(Code::Enter)],
        KeyContext::InFilter,
        Action::ApplyFilter,
        "in the filter: keep it, and go to the list",
    )
    .footer("keep", KeyContext::InFilter, 1)
    .group(Group::Browse),
    row(&[key(Code::Up)], KeyContext::InFilter, Action::Move(Motion::Up), "in the filter: up the list")
        .group(Group::Browse),
    row(&[key(Code::Down)], KeyContext::InFilter, Action::Move(Motion::Down), "in the filter: down the list")
        .group(Group::Browse),
    row(&[key(Code::Enter)], KeyContext::InBrowse, Action::ShowVariants, "to the image's Variants")
        .footer("variants", KeyContext::InBrowseWithImage, 5)
        .group(Group::Browse),
    row(&[Key::char(' ')], KeyContext::InBrowse, Action::Mark, "mark, or take the mark away")
        .footer("mark", KeyContext::InBrowseWithImage, 6)
        .group(Group::Browse),
    row(&[Key::char('*')], KeyContext::InBrowse, Action::MarkAll, "mark all that match").group(Group::Browse),
    row(&[Key::char('u')], KeyContext::InBrowse, Action::UnmarkAll, "take all marks away")
        .footer("unmark all", KeyContext::HasMarks, 6)
        .group(Group::Browse),
    row(&[Key::char('S')], KeyContext::InBrowse, Action::Sort, "sort: newest first, oldest first, by name")
        .footer("sort", KeyContext::InBrowseWithImage, 9)
        .group(Group::Browse),
    row(&[Key::char('b')], KeyContext::Panes, Action::Browse, "show Browse and go there, or hide it")
        .footer("browse", KeyContext::Panes, 4)
        .group(Group::Browse),
    row(&[Key::char('/')], KeyContext::Panes, Action::Filter, "filter the list")
        .footer("filter", KeyContext::InBrowseWithImage, 5)
        .group(Group::Browse),
    row(
        &[Key::char('L')],
        KeyContext::Panes,
        Action::LoadAll,
        "load the list to its end, or go on where it stopped",
    )
    .footer("load all", KeyContext::Partial, 4)
    .group(Group::Browse),
    row(
        &[Key::char('R')],
        KeyContext::Panes,
        Action::Reload,
        "go over the whole account anew; what is gone is dropped",
    )
    .group(Group::Browse),
    // Preview.
    row(&[Key::char('p')], KeyContext::Panes, Action::Preview, "show Preview and go there, or hide it")
        .footer("preview", KeyContext::HasPicture, 7)
        .group(Group::Preview),
    row(
        &[Key::char('P')],
        KeyContext::Panes,
        Action::FullScreenPicture,
        "the picture on the whole screen, and back",
    )
    .footer("whole picture", KeyContext::InPreviewWithPicture, 4)
    .group(Group::Preview),
    row(
        &[key(Code::Left), Key::char('h')],
        KeyContext::InPreview,
        Action::Move(Motion::Left),
        "in Preview: the variant before",
    )
    .group(Group::Preview),
    row(
        &[key(Code::Right), Key::char('l')],
        KeyContext::InPreview,
        Action::Move(Motion::Right),
        "in Preview: the next variant",
    )
    .footer("variants", KeyContext::InPreviewWithVariants, 6)
    .group(Group::Preview),
    row(
        &[key(Code::Down), Key::char('j')],
        KeyContext::InPreview,
        Action::Move(Motion::Down),
        "in Preview: the next image of the list",
    )
    .footer("images", KeyContext::InPreviewWithImages, 6)
    .group(Group::Preview),
    row(
        &[key(Code::Up), Key::char('k')],
        KeyContext::InPreview,
        Action::Move(Motion::Up),
        "in Preview: the image before",
    )
    .group(Group::Preview),
    // Moving.
    row(&[key(Code::Up), Key::char('k')], KeyContext::Moves, Action::Move(Motion::Up), "up")
        .group(Group::Moving),
    row(&[key(Code::Down), Key::char('j')], KeyContext::Moves, Action::Move(Motion::Down), "down")
        .group(Group::Moving),
    row(
        &[key(Code::Left), Key::char('h')],
        KeyContext::Moves,
        Action::Move(Motion::Left),
        "in the JSON: to the left",
    )
    .group(Group::Moving),
    row(
        &[key(Code::Right), Key::char('l')],
        KeyContext::Moves,
        Action::Move(Motion::Right),
        "in the JSON: to the right",
    )
    .group(Group::Moving),
    row(&[key(Code::PageUp)], KeyContext::Moves, Action::Move(Motion::PageUp), "a page up")
        .group(Group::Moving),
    row(&[key(Code::PageDown)], KeyContext::Moves, Action::Move(Motion::PageDown), "a page down")
        .group(Group::Moving),
    row(&[key(Code::Home), Key::char('g')], KeyContext::Moves, Action::Move(Motion::First), "to the top")
        .group(Group::Moving),
    row(&[key(Code::End), Key::char('G')], KeyContext::Moves, Action::Move(Motion::Last), "to the end")
        .group(Group::Moving),
    // Anywhere.
    row(&[Key::char('i')], KeyContext::OutsideImage, Action::FocusImage, "to Image, its text kept").footer(
        "image",
        KeyContext::Panes,
        5,
    ),
    row(&[key(Code::Tab)], KeyContext::Anywhere, Action::FocusNext, "next pane").footer(
        "next pane",
        KeyContext::Panes,
        8,
    ),
    row(&[key(Code::BackTab)], KeyContext::Anywhere, Action::FocusPrevious, "previous pane"),
    row(&[Key::char('?')], KeyContext::OutsideImage, Action::Help, "every key").footer(
        "help",
        KeyContext::Panes,
        1,
    ),
    row(&[Key::ctrl('l')], KeyContext::Anywhere, Action::Repaint, "draw the screen anew"),
    row(&[Key::ctrl('z')], KeyContext::Anywhere, Action::Suspend, "suspend; `fg` in the shell comes back"),
    row(&[Key::char('q')], KeyContext::OutsideImage, Action::Quit, "quit").footer(
        "quit",
        KeyContext::OutsideImage,
        1,
    ),
    row(&[Key::ctrl('c')], KeyContext::Anywhere, Action::Quit, "quit, also from Image").footer(
        "quit",
        KeyContext::InImage,
        3,
    ),
];

const fn edit(keys: &'static [Key], edit: Edit, description: &'static str) -> Binding {
    row(keys, KeyContext::Typing, Action::Edit(edit), description).group(Group::Typing)
}

const fn alt(code: Code) -> Key {
    Key { code, ctrl: false, alt: true }
}

const fn with_ctrl(code: Code) -> Key {
    Key { code, ctrl: true, alt: false }
}

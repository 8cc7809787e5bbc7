//! Every key, once: these rows feed dispatch, the last line and the help.

use super::keys::{Binding, Footer, Group, When};
use super::{Action, Code, Edit, Key, Motion};

const fn key(code: Code) -> Key {
    Key::plain(code)
}

const fn row(keys: &'static [Key], when: When, action: Action, does: &'static str) -> Binding {
    Binding { keys, when, action, does, footer: None, group: Group::Anywhere }
}

impl Binding {
    /// A word of the last line. Where there is no room for all, the greatest rank goes first.
    const fn footer(mut self, word: &'static str, shown: When, rank: u8) -> Self {
        self.footer = Some(Footer { word, shown, rank });
        self
    }

    const fn group(mut self, group: Group) -> Self {
        self.group = group;
        self
    }
}

/// The rows in the order in which they are tried. The last line shows its words in this order too.
pub static TABLE: &[Binding] = &[
    // On top of the panes.
    row(&[key(Code::Esc)], When::OnTop, Action::Back, "close what is on top")
        .footer("close", When::OnTop, 0)
        .group(Group::OnTop),
    row(&[key(Code::Enter)], When::OnUrl, Action::Back, "close").group(Group::OnTop),
    row(&[key(Code::Enter)], When::InMenu, Action::Take, "in a menu: take the row; a digit takes its row")
        .footer("take", When::InMenu, 0)
        .group(Group::OnTop),
    row(&[key(Code::Enter)], When::InLine, Action::Take, "take what was typed")
        .footer("take", When::InLine, 0)
        .group(Group::OnTop),
    row(
        &[key(Code::Tab)],
        When::InFlexible,
        Action::Complete,
        "in a flexible variant: take the first suggestion",
    )
    .footer("complete", When::InFlexible, 1)
    .group(Group::OnTop),
    row(&[key(Code::Esc)], When::WholePicture, Action::Back, "give the picture its pane again")
        .footer("back", When::WholePicture, 0)
        .group(Group::Preview),
    // What each rest of the cursor asks for comes and goes: the last line stays as it is.
    row(&[key(Code::Esc)], When::Loading, Action::Back, "cancel the request").footer(
        "cancel",
        When::Awaited,
        0,
    ),
    row(&[key(Code::Esc)], When::Paging, Action::Back, "stop loading the list")
        .footer("stop loading", When::Paging, 0)
        .group(Group::Browse),
    row(&[key(Code::Esc)], When::InImage, Action::Back, "leave Image for the pane before")
        .footer("back", When::InImage, 2)
        .group(Group::Image),
    // Image.
    row(&[key(Code::Enter)], When::InImage, Action::LookUp, "look up the image")
        .footer("look up", When::InImage, 1)
        .group(Group::Image),
    row(&[key(Code::Up)], When::InImage, Action::Earlier, "earlier lookups")
        .footer("earlier", When::HasEarlier, 5)
        .group(Group::Image),
    row(&[key(Code::Down)], When::InImage, Action::Later, "later lookups").group(Group::Image),
    edit(&[key(Code::Left), Key::ctrl('b')], Edit::Left, "left"),
    edit(&[key(Code::Right), Key::ctrl('f')], Edit::Right, "right"),
    edit(&[alt(Code::Left), with_ctrl(Code::Left), alt(Code::Char('b'))], Edit::WordLeft, "a word left"),
    edit(&[alt(Code::Right), with_ctrl(Code::Right), alt(Code::Char('f'))], Edit::WordRight, "a word right"),
    edit(&[key(Code::Home), Key::ctrl('a')], Edit::Start, "to the start"),
    edit(&[key(Code::End), Key::ctrl('e')], Edit::End, "to the end"),
    edit(&[key(Code::Backspace), Key::ctrl('h')], Edit::Backspace, "delete the character before"),
    edit(&[key(Code::Delete), Key::ctrl('d')], Edit::Delete, "delete the character under the cursor"),
    edit(&[Key::ctrl('w'), alt(Code::Backspace)], Edit::DeleteWord, "delete the word before"),
    edit(&[Key::ctrl('u')], Edit::DeleteToStart, "delete to the start").footer("clear", When::HasText, 4),
    edit(&[Key::ctrl('k')], Edit::DeleteToEnd, "delete to the end"),
    // The image that is shown.
    row(&[Key::char('o')], When::Acts, Action::Open, "open the variant in the browser")
        .footer("open", When::HasVariant, 3)
        .group(Group::Shown),
    row(&[Key::char('y')], When::Acts, Action::Copy, "copy the variant's URL")
        .footer("copy", When::HasVariant, 3)
        .group(Group::Shown),
    row(&[Key::char('Y')], When::Acts, Action::CopyAs, "copy as Markdown, HTML, srcset, curl, ID, JSON, …")
        .footer("copy as", When::Copyable, 6)
        .group(Group::Shown),
    row(&[Key::char('s')], When::Acts, Action::Sign, "sign the URL: choose for how long it holds")
        .footer("sign", When::Signable, 5)
        .group(Group::Shown),
    row(&[Key::char('V')], When::Acts, Action::Verify, "verify: ask the delivery host with the URL")
        .footer("verify", When::HasVariant, 8)
        .group(Group::Shown),
    row(&[Key::char('f')], When::Acts, Action::Flexible, "build a flexible variant, such as w=400,fit=cover")
        .footer("flexible", When::HasVariant, 10)
        .group(Group::Shown),
    row(&[Key::char('e')], When::Acts, Action::Explain, "explain the URL that was pasted, or the variant's")
        .footer("explain", When::HasVariant, 10)
        .group(Group::Shown),
    row(&[key(Code::Enter)], When::InVariants, Action::ShowUrl, "show the variant's URL whole")
        .footer("whole URL", When::InVariantsWithOne, 4)
        .group(Group::Shown),
    row(&[Key::char('J')], When::InDetails, Action::ShowJson, "in Details: the API's JSON, raw")
        .footer("JSON", When::InDetailsWithImage, 6)
        .group(Group::Shown),
    row(&[Key::char('r')], When::Panes, Action::Refresh, "fetch again")
        .footer("refresh", When::HasImage, 7)
        .group(Group::Shown),
    // Browse.
    row(&[key(Code::Esc)], When::FilterIsOn, Action::Back, "leave the filter: the whole list is back")
        .footer("whole list", When::FilterIsOn, 1)
        .group(Group::Browse),
    row(&[key(Code::Esc)], When::PictureLoading, Action::Back, "cancel loading the picture")
        .group(Group::Preview),
    row(
        &[key(Code::Enter)],
        When::InFilter,
        Action::KeepFilter,
        "in the filter: keep it, and go to the list",
    )
    .footer("keep", When::InFilter, 1)
    .group(Group::Browse),
    row(&[key(Code::Up)], When::InFilter, Action::Move(Motion::Up), "in the filter: up the list")
        .group(Group::Browse),
    row(&[key(Code::Down)], When::InFilter, Action::Move(Motion::Down), "in the filter: down the list")
        .group(Group::Browse),
    row(&[key(Code::Enter)], When::InBrowse, Action::ShowVariants, "to the image's Variants")
        .footer("variants", When::InBrowseWithImage, 5)
        .group(Group::Browse),
    row(&[Key::char(' ')], When::InBrowse, Action::Mark, "mark, or take the mark away")
        .footer("mark", When::InBrowseWithImage, 6)
        .group(Group::Browse),
    row(&[Key::char('*')], When::InBrowse, Action::MarkAll, "mark all that match").group(Group::Browse),
    row(&[Key::char('u')], When::InBrowse, Action::UnmarkAll, "take all marks away")
        .footer("unmark all", When::HasMarks, 6)
        .group(Group::Browse),
    row(&[Key::char('S')], When::InBrowse, Action::Sort, "sort: newest first, oldest first, by name")
        .footer("sort", When::InBrowseWithImage, 9)
        .group(Group::Browse),
    row(&[Key::char('b')], When::Panes, Action::Browse, "show Browse and go there, or hide it")
        .footer("browse", When::Panes, 4)
        .group(Group::Browse),
    row(&[Key::char('/')], When::Panes, Action::Filter, "filter the list")
        .footer("filter", When::InBrowseWithImage, 5)
        .group(Group::Browse),
    row(
        &[Key::char('L')],
        When::Panes,
        Action::LoadAll,
        "load the list to its end, or go on where it stopped",
    )
    .footer("load all", When::Partial, 4)
    .group(Group::Browse),
    row(
        &[Key::char('R')],
        When::Panes,
        Action::ReadAnew,
        "go over the whole account anew; what is gone is dropped",
    )
    .group(Group::Browse),
    // Preview.
    row(&[Key::char('p')], When::Panes, Action::Preview, "show Preview and go there, or hide it")
        .footer("preview", When::HasPicture, 7)
        .group(Group::Preview),
    row(&[Key::char('P')], When::Panes, Action::WholePicture, "the picture on the whole screen, and back")
        .footer("whole picture", When::InPreviewWithPicture, 4)
        .group(Group::Preview),
    row(
        &[key(Code::Left), Key::char('h')],
        When::InPreview,
        Action::Move(Motion::Left),
        "in Preview: the variant before",
    )
    .group(Group::Preview),
    row(
        &[key(Code::Right), Key::char('l')],
        When::InPreview,
        Action::Move(Motion::Right),
        "in Preview: the next variant",
    )
    .footer("variants", When::InPreviewWithVariants, 6)
    .group(Group::Preview),
    row(
        &[key(Code::Down), Key::char('j')],
        When::InPreview,
        Action::Move(Motion::Down),
        "in Preview: the next image of the list",
    )
    .footer("images", When::InPreviewWithImages, 6)
    .group(Group::Preview),
    row(
        &[key(Code::Up), Key::char('k')],
        When::InPreview,
        Action::Move(Motion::Up),
        "in Preview: the image before",
    )
    .group(Group::Preview),
    // Moving.
    row(&[key(Code::Up), Key::char('k')], When::Moves, Action::Move(Motion::Up), "up").group(Group::Moving),
    row(&[key(Code::Down), Key::char('j')], When::Moves, Action::Move(Motion::Down), "down")
        .group(Group::Moving),
    row(
        &[key(Code::Left), Key::char('h')],
        When::Moves,
        Action::Move(Motion::Left),
        "in the JSON: to the left",
    )
    .group(Group::Moving),
    row(
        &[key(Code::Right), Key::char('l')],
        When::Moves,
        Action::Move(Motion::Right),
        "in the JSON: to the right",
    )
    .group(Group::Moving),
    row(&[key(Code::PageUp)], When::Moves, Action::Move(Motion::PageUp), "a page up").group(Group::Moving),
    row(&[key(Code::PageDown)], When::Moves, Action::Move(Motion::PageDown), "a page down")
        .group(Group::Moving),
    row(&[key(Code::Home), Key::char('g')], When::Moves, Action::Move(Motion::First), "to the top")
        .group(Group::Moving),
    row(&[key(Code::End), Key::char('G')], When::Moves, Action::Move(Motion::Last), "to the end")
        .group(Group::Moving),
    // Anywhere.
    row(&[Key::char('i')], When::OutsideImage, Action::FocusImage, "to Image, its text kept").footer(
        "image",
        When::Panes,
        5,
    ),
    row(&[key(Code::Tab)], When::Anywhere, Action::FocusNext, "next pane").footer(
        "next pane",
        When::Panes,
        8,
    ),
    row(&[key(Code::BackTab)], When::Anywhere, Action::FocusPrevious, "previous pane"),
    row(&[Key::char('?')], When::OutsideImage, Action::Help, "every key").footer("help", When::Panes, 1),
    row(&[Key::ctrl('l')], When::Anywhere, Action::Repaint, "draw the screen anew"),
    row(&[Key::ctrl('z')], When::Anywhere, Action::Suspend, "suspend; `fg` in the shell comes back"),
    row(&[Key::char('q')], When::OutsideImage, Action::Quit, "quit").footer("quit", When::OutsideImage, 1),
    row(&[Key::ctrl('c')], When::Anywhere, Action::Quit, "quit, also from Image").footer(
        "quit",
        When::InImage,
        3,
    ),
];

const fn edit(keys: &'static [Key], edit: Edit, does: &'static str) -> Binding {
    row(keys, When::Typing, Action::Edit(edit), does).group(Group::Typing)
}

const fn alt(code: Code) -> Key {
    Key { code, ctrl: false, alt: true }
}

const fn with_ctrl(code: Code) -> Key {
    Key { code, ctrl: true, alt: false }
}

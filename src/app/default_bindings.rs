//! The key table: its rows feed dispatch, the last line and the help.

use super::binding::{Binding, Group, Predicate};
use super::contexts::{
    anywhere, awaits_response, can_close, can_copy, can_filter, can_load_more, can_show_full_screen,
    can_sign, filter_is_on, has_earlier, has_image, has_marks, has_other_variants, has_picture, has_request,
    has_target, has_typed_text, has_variant, in_browse, in_filter, in_flexible, in_image, in_line, in_menu,
    in_overlay, in_panes, in_preview, in_variants, loading_list, loading_picture, on_full_screen,
    on_listed_image, on_url, on_variant, outside_text, typing,
};
use super::{Action, Code, Edit, Key, Motion};

const UP: &[Key] = &[key(Code::Up), Key::char('k')];
const DOWN: &[Key] = &[key(Code::Down), Key::char('j')];
const LEFT: &[Key] = &[key(Code::Left), Key::char('h')];
const RIGHT: &[Key] = &[key(Code::Right), Key::char('l')];
const DIGITS: &[Key] = &[
    Key::char('1'),
    Key::char('2'),
    Key::char('3'),
    Key::char('4'),
    Key::char('5'),
    Key::char('6'),
    Key::char('7'),
    Key::char('8'),
    Key::char('9'),
];

const fn key(code: Code) -> Key {
    Key::plain(code)
}

const fn row(keys: &'static [Key], context: Predicate, action: Action, description: &'static str) -> Binding {
    Binding { keys, context, action, description, footer: None, group: Group::Anywhere }
}

/// Rows are tried in this order. The last line shows its hints in this order too.
pub static BINDINGS: &[Binding] = &[
    // Leaving, in the order of `Action::Back`.
    row(&[key(Code::Esc)], in_overlay, Action::Back, "close what is on top")
        .footer("close", in_overlay, 0)
        .group(Group::InOverlay),
    row(&[key(Code::Esc)], on_full_screen, Action::Back, "leave the full screen")
        .footer("back", on_full_screen, 0)
        .group(Group::Preview),
    row(&[key(Code::Esc)], in_filter, Action::Back, "in the filter: clear it, and stop loading for it")
        .footer("clear", in_filter, 0)
        .group(Group::Browse),
    row(&[key(Code::Esc)], in_image, Action::Back, "leave the input; the ID of the image shown returns")
        .footer("back", in_image, 0)
        .group(Group::Image),
    row(&[key(Code::Esc)], awaits_response, Action::Back, "cancel the request")
        .footer("cancel", awaits_response, 0)
        .group(Group::Anywhere),
    row(&[key(Code::Esc)], loading_list, Action::Back, "stop loading the list")
        .footer("stop loading", loading_list, 0)
        .short("stop")
        .group(Group::Browse),
    row(&[key(Code::Esc)], filter_is_on, Action::Back, "clear the filter")
        .footer("clear filter", filter_is_on, 0)
        .short("clear")
        .group(Group::Browse),
    // Requests that merely follow the cursor come and go, so these have no hint.
    row(&[key(Code::Esc)], has_request, Action::Back, "cancel refreshing the image").group(Group::Browse),
    row(&[key(Code::Esc)], loading_picture, Action::Back, "cancel loading the picture").group(Group::Preview),
    row(&[Key::char('q')], can_close, Action::Back, "close what is on top").group(Group::InOverlay),
    // Overlays.
    row(&[key(Code::Enter)], on_url, Action::Back, "close").group(Group::InOverlay),
    row(&[key(Code::Enter)], in_menu, Action::Confirm, "in a menu: choose the row; a digit chooses its row")
        .footer("choose", in_menu, 0)
        .group(Group::InOverlay),
    row(&[key(Code::Enter)], in_line, Action::Confirm, "accept what is typed")
        .footer("accept", in_line, 0)
        .group(Group::InOverlay),
    row(&[key(Code::Tab)], in_flexible, Action::Complete, "in a flexible variant: take the first suggestion")
        .footer("complete", in_flexible, 1)
        .group(Group::InOverlay),
    // The input.
    row(&[key(Code::Enter)], in_image, Action::LookUp, "look up the image")
        .footer("look up", in_image, 0)
        .group(Group::Image),
    row(&[key(Code::Up)], in_image, Action::PreviousInput, "earlier lookups, also of earlier runs")
        .footer("earlier", has_earlier, 2)
        .group(Group::Image),
    row(&[key(Code::Down)], in_image, Action::NextInput, "later lookups").group(Group::Image),
    edit(&[key(Code::Left), Key::ctrl('b')], Edit::GoToPrevChar, "left"),
    edit(&[key(Code::Right), Key::ctrl('f')], Edit::GoToNextChar, "right"),
    edit(&[alt(Code::Left), with_ctrl(Code::Left), alt(Code::Char('b'))], Edit::GoToPrevWord, "a word left"),
    edit(
        &[alt(Code::Right), with_ctrl(Code::Right), alt(Code::Char('f'))],
        Edit::GoToNextWord,
        "a word right",
    ),
    edit(&[key(Code::Home), Key::ctrl('a')], Edit::GoToStart, "to the start"),
    edit(&[key(Code::End), Key::ctrl('e')], Edit::GoToEnd, "to the end"),
    edit(&[key(Code::Backspace), Key::ctrl('h')], Edit::DeletePrevChar, "delete the character before"),
    edit(&[key(Code::Delete), Key::ctrl('d')], Edit::DeleteNextChar, "delete the character under the cursor"),
    edit(&[Key::ctrl('w'), alt(Code::Backspace)], Edit::DeletePrevWord, "delete the word before"),
    edit(&[Key::ctrl('u')], Edit::DeleteFromStart, "delete to the start")
        .footer("clear", has_typed_text, 1)
        .group(Group::Typing),
    edit(&[Key::ctrl('k')], Edit::DeleteTillEnd, "delete to the end"),
    // The filter.
    row(&[key(Code::Enter)], in_filter, Action::ApplyFilter, "in the filter: keep it, and go to the list")
        .footer("keep", in_filter, 0)
        .group(Group::Browse),
    row(
        &[key(Code::Up), Key::ctrl('p')],
        in_filter,
        Action::Move(Motion::Up),
        "in the filter: the image above",
    )
    .group(Group::Browse),
    row(
        &[key(Code::Down), Key::ctrl('n')],
        in_filter,
        Action::Move(Motion::Down),
        "in the filter: the image below",
    )
    .group(Group::Browse),
    row(&[key(Code::PageUp)], in_filter, Action::Move(Motion::PageUp), "in the filter: a page up")
        .group(Group::Browse),
    row(&[key(Code::PageDown)], in_filter, Action::Move(Motion::PageDown), "in the filter: a page down")
        .group(Group::Browse),
    // The image that is shown, or the marked images.
    row(
        &[Key::char('y')],
        has_target,
        Action::COPY,
        "copy the variant's URL; in the list, those of marked images",
    )
    .footer("copy", has_variant, 1)
    .group(Group::Shown),
    row(&[Key::char('Y')], has_target, Action::CopyAs, "copy as Markdown, HTML, srcset, curl, ID, JSON, …")
        .footer("copy as", can_copy, 2)
        .group(Group::Shown),
    row(&[Key::char('s')], has_target, Action::Sign, "choose a lifetime; show and copy the signed URL")
        .footer("sign", can_sign, 3)
        .group(Group::Shown),
    row(&[Key::char('o')], has_target, Action::OPEN, "open the variant in the browser")
        .footer("open", has_variant, 6)
        .group(Group::Shown),
    row(&[key(Code::Enter)], in_variants, Action::ShowUrl, "show the variant's whole URL")
        .footer("whole URL", on_variant, 7)
        .group(Group::Shown),
    row(&[key(Code::Enter)], in_browse, Action::ShowVariants, "to the image's variants")
        .footer("variants", on_listed_image, 8)
        .group(Group::Browse),
    row(&[Key::char(' ')], in_browse, Action::Mark, "mark the image, or unmark it")
        .footer("mark", on_listed_image, 9)
        .group(Group::Browse),
    row(&[Key::char('*')], in_browse, Action::MarkAll, "mark all that match").group(Group::Browse),
    row(&[Key::char('u')], in_browse, Action::UnmarkAll, "unmark all")
        .footer("unmark all", has_marks, 7)
        .group(Group::Browse),
    row(&[Key::char('/')], in_panes, Action::Filter, "filter the list")
        .footer("filter", can_filter, 4)
        .group(Group::Browse),
    row(
        &[Key::char('!')],
        in_panes,
        Action::FilterAccess,
        "list only signed, public, unknown images, or all",
    )
    .footer("access", can_filter, 9)
    .group(Group::Browse),
    row(&[Key::char('P')], in_panes, Action::FullScreenPicture, "the picture on the full screen, and back")
        .footer("full screen", can_show_full_screen, 5)
        .short("full")
        .group(Group::Preview),
    row(&[Key::char('p')], in_panes, Action::Preview, "show or hide the picture")
        .footer("picture", has_picture, 16)
        .group(Group::Preview),
    row(DIGITS, in_panes, Action::SelectVariant(0), "choose the first, second, … variant")
        .group(Group::Shown),
    row(&[Key::char('[')], in_panes, Action::PreviousVariant, "choose the previous variant")
        .group(Group::Shown),
    row(&[Key::char(']')], in_panes, Action::NextVariant, "choose the next variant")
        .footer("next variant", has_other_variants, 11)
        .group(Group::Shown),
    row(&[Key::char('J')], in_panes, Action::ShowJson, "the API's JSON")
        .footer("JSON", has_image, 12)
        .group(Group::Shown),
    row(&[Key::char('r')], in_panes, Action::Refresh, "fetch the image again")
        .footer("refresh", has_image, 12)
        .group(Group::Shown),
    row(&[Key::char('V')], has_target, Action::VERIFY, "verify: ask the delivery host with the URL")
        .footer("verify", has_variant, 14)
        .group(Group::Shown),
    row(&[Key::char('e')], has_target, Action::Explain, "explain the URL that was pasted, or the variant's")
        .footer("explain", has_variant, 15)
        .group(Group::Shown),
    row(&[Key::char('f')], has_target, Action::Flexible, "build a flexible variant, such as w=400,fit=cover")
        .footer("flexible", has_variant, 15)
        .group(Group::Shown),
    // The list.
    row(&[Key::char('S')], in_panes, Action::Sort, "sort: newest first, oldest first, by name")
        .footer("sort", on_listed_image, 14)
        .group(Group::Browse),
    row(&[Key::char('L')], in_panes, Action::LoadAll, "load the whole list, or go on where it stopped")
        .footer("load all", can_load_more, 7)
        .group(Group::Browse),
    row(&[Key::char('R')], in_panes, Action::Reload, "reload the account: what is deleted leaves the list")
        .group(Group::Browse),
    row(&[Key::char('b')], in_panes, Action::Browse, "go to the list")
        .footer("list", in_panes, 17)
        .group(Group::Browse),
    // Preview.
    row(LEFT, in_preview, Action::PreviousVariant, "on the picture: the previous variant")
        .group(Group::Preview),
    row(RIGHT, in_preview, Action::NextVariant, "on the picture: the next variant").group(Group::Preview),
    row(DOWN, in_preview, Action::Move(Motion::Down), "on the picture: the next image of the list")
        .group(Group::Preview),
    row(UP, in_preview, Action::Move(Motion::Up), "on the picture: the previous image").group(Group::Preview),
    // Moving.
    motion(UP, Motion::Up, "up"),
    motion(DOWN, Motion::Down, "down"),
    motion(LEFT, Motion::Left, "in the JSON: to the left"),
    motion(RIGHT, Motion::Right, "in the JSON: to the right"),
    motion(&[key(Code::PageUp)], Motion::PageUp, "a page up"),
    motion(&[key(Code::PageDown)], Motion::PageDown, "a page down"),
    motion(&[key(Code::Home), Key::char('g')], Motion::First, "to the top"),
    motion(&[key(Code::End), Key::char('G')], Motion::Last, "to the end; in the list, of the whole account"),
    // Anywhere.
    row(&[Key::char('i')], outside_text, Action::FocusImage, "to the input; typing replaces its text")
        .footer("image ID", in_panes, 13),
    row(&[key(Code::Tab)], anywhere, Action::FocusNext, "next pane").footer("next pane", in_panes, 18),
    row(&[key(Code::BackTab)], anywhere, Action::FocusPrevious, "previous pane"),
    row(&[Key::ctrl('l')], anywhere, Action::Repaint, "redraw the screen"),
    row(&[Key::ctrl('z')], anywhere, Action::Suspend, "suspend; `fg` in the shell returns"),
    row(&[Key::char('q')], outside_text, Action::Quit, "quit").footer("quit", in_panes, 18),
    row(&[Key::ctrl('c')], anywhere, Action::Quit, "quit, also while typing").footer("quit", in_image, 3),
    row(&[Key::char('?')], outside_text, Action::Help, "every key")
        .footer("all keys", in_panes, 0)
        .short("keys"),
];

const fn edit(keys: &'static [Key], edit: Edit, description: &'static str) -> Binding {
    row(keys, typing, Action::Edit(edit), description).group(Group::Typing)
}

const fn motion(keys: &'static [Key], motion: Motion, description: &'static str) -> Binding {
    row(keys, outside_text, Action::Move(motion), description).group(Group::Moving)
}

const fn alt(code: Code) -> Key {
    Key { code, ctrl: false, alt: true }
}

const fn with_ctrl(code: Code) -> Key {
    Key { code, ctrl: true, alt: false }
}

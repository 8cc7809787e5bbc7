//! The key table: its rows feed dispatch, the status bar and the help.

use super::binding::{Binding, Group, Predicate};
use super::contexts::{
    anywhere, awaits_response, can_copy, can_load_more, can_sign, can_start_demo, filter_is_on, has_earlier,
    has_image, has_marks, has_picture, has_request, has_target, has_text, has_variant, in_browse, in_details,
    in_filter, in_flexible, in_image, in_line, in_menu, in_overlay, in_panes, in_preview, in_save,
    in_variants, loading_list, loading_picture, on_details, on_full_screen, on_listed_image, on_url,
    on_variant, outside_text, previewing, previewing_images, previewing_variants, typing,
};
use super::{Action, Code, Edit, Key, Motion};

const UP: &[Key] = &[key(Code::Up), Key::char('k')];
const DOWN: &[Key] = &[key(Code::Down), Key::char('j')];
const LEFT: &[Key] = &[key(Code::Left), Key::char('h')];
const RIGHT: &[Key] = &[key(Code::Right), Key::char('l')];

const fn key(code: Code) -> Key {
    Key::plain(code)
}

const fn row(keys: &'static [Key], context: Predicate, action: Action, description: &'static str) -> Binding {
    Binding { keys, context, action, description, footer: None, group: Group::Anywhere }
}

/// Rows are tried in this order. The status bar shows its entries in this order too.
pub static BINDINGS: &[Binding] = &[
    // Overlays.
    row(&[key(Code::Esc)], in_overlay, Action::Back, "close what is on top")
        .footer("close", in_overlay, 0)
        .group(Group::InOverlay),
    row(&[key(Code::Enter)], on_url, Action::Back, "close").group(Group::InOverlay),
    row(&[key(Code::Enter)], in_menu, Action::Confirm, "in a menu: take the row; a digit takes its row")
        .footer("take", in_menu, 0)
        .group(Group::InOverlay),
    row(
        &[key(Code::Enter)],
        in_save,
        Action::Confirm,
        "save the picture; an existing file only if pressed again",
    )
    .footer("save", in_save, 0)
    .group(Group::InOverlay),
    row(&[key(Code::Tab)], in_save, Action::ToggleOriginal, "when saving: the original, or the variant")
        .footer("original or variant", in_save, 1)
        .group(Group::InOverlay),
    row(&[key(Code::Enter)], in_line, Action::Confirm, "take what was typed")
        .footer("take", in_line, 0)
        .group(Group::InOverlay),
    row(&[key(Code::Tab)], in_flexible, Action::Complete, "in a flexible variant: take the first suggestion")
        .footer("complete", in_flexible, 1)
        .group(Group::InOverlay),
    row(&[key(Code::Esc)], on_full_screen, Action::Back, "give the picture its pane again")
        .footer("back", on_full_screen, 0)
        .group(Group::Preview),
    // Requests that merely follow the cursor come and go, so the entry is shown only for requests that the user waits
    // for.
    row(&[key(Code::Esc)], has_request, Action::Back, "cancel the request")
        .footer("cancel", awaits_response, 0)
        .group(Group::Anywhere),
    row(&[key(Code::Esc)], loading_list, Action::Back, "stop loading the list")
        .footer("stop loading", loading_list, 0)
        .group(Group::Browse),
    row(&[key(Code::Esc)], in_image, Action::Back, "leave Image for the pane before")
        .footer("back", in_image, 2)
        .group(Group::Image),
    row(&[Key::char('d')], can_start_demo, Action::StartDemo, "without credentials: start the demo").footer(
        "start the demo",
        can_start_demo,
        0,
    ),
    // Image.
    row(&[key(Code::Enter)], in_image, Action::LookUp, "look up the image")
        .footer("look up", in_image, 1)
        .group(Group::Image),
    row(&[key(Code::Up)], in_image, Action::PreviousInput, "earlier lookups")
        .footer("earlier", has_earlier, 5)
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
        .footer("clear", has_text, 4)
        .group(Group::Typing),
    edit(&[Key::ctrl('k')], Edit::DeleteTillEnd, "delete to the end"),
    // The image that is shown.
    row(&[Key::char('o')], has_target, Action::OPEN, "open the variant in the browser")
        .footer("open", has_variant, 3)
        .group(Group::Shown),
    row(&[Key::char('y')], has_target, Action::COPY, "copy the variant's URL")
        .footer("copy", has_variant, 3)
        .group(Group::Shown),
    row(&[Key::char('Y')], has_target, Action::CopyAs, "copy as Markdown, HTML, srcset, curl, ID, JSON, …")
        .footer("copy as", can_copy, 6)
        .group(Group::Shown),
    row(&[Key::char('w')], has_target, Action::Save, "write the picture to a file: save it")
        .footer("save", can_copy, 7)
        .group(Group::Shown),
    row(&[Key::char('s')], has_target, Action::Sign, "sign the URL: choose for how long it holds")
        .footer("sign", can_sign, 5)
        .group(Group::Shown),
    row(&[Key::char('V')], has_target, Action::VERIFY, "verify: ask the delivery host with the URL")
        .footer("verify", has_variant, 8)
        .group(Group::Shown),
    row(&[Key::char('f')], has_target, Action::Flexible, "build a flexible variant, such as w=400,fit=cover")
        .footer("flexible", has_variant, 10)
        .group(Group::Shown),
    row(&[Key::char('e')], has_target, Action::Explain, "explain the URL that was pasted, or the variant's")
        .footer("explain", has_variant, 10)
        .group(Group::Shown),
    row(&[key(Code::Enter)], in_variants, Action::ShowUrl, "show the variant's URL whole")
        .footer("whole URL", on_variant, 4)
        .group(Group::Shown),
    row(&[Key::char('J')], in_details, Action::ShowJson, "in Details: the API's JSON, raw")
        .footer("JSON", on_details, 6)
        .group(Group::Shown),
    row(&[Key::char('r')], in_panes, Action::Refresh, "fetch again")
        .footer("refresh", has_image, 7)
        .group(Group::Shown),
    // Browse.
    row(&[key(Code::Esc)], filter_is_on, Action::Back, "leave the filter: the whole list is back")
        .footer("whole list", filter_is_on, 1)
        .group(Group::Browse),
    row(&[key(Code::Esc)], loading_picture, Action::Back, "cancel loading the picture").group(Group::Preview),
    row(&[key(Code::Enter)], in_filter, Action::ApplyFilter, "in the filter: keep it, and go to the list")
        .footer("keep", in_filter, 1)
        .group(Group::Browse),
    row(&[key(Code::Up)], in_filter, Action::Move(Motion::Up), "in the filter: up the list")
        .group(Group::Browse),
    row(&[key(Code::Down)], in_filter, Action::Move(Motion::Down), "in the filter: down the list")
        .group(Group::Browse),
    row(&[key(Code::Enter)], in_browse, Action::ShowVariants, "to the image's Variants")
        .footer("variants", on_listed_image, 5)
        .group(Group::Browse),
    row(&[Key::char(' ')], in_browse, Action::Mark, "mark, or take the mark away")
        .footer("mark", on_listed_image, 6)
        .group(Group::Browse),
    row(&[Key::char('*')], in_browse, Action::MarkAll, "mark all that match").group(Group::Browse),
    row(&[Key::char('u')], in_browse, Action::UnmarkAll, "take all marks away")
        .footer("unmark all", has_marks, 6)
        .group(Group::Browse),
    row(&[Key::char('S')], in_browse, Action::Sort, "sort: newest first, oldest first, by name")
        .footer("sort", on_listed_image, 9)
        .group(Group::Browse),
    row(&[Key::char('b')], in_panes, Action::Browse, "show Browse and go there, or hide it")
        .footer("browse", in_panes, 4)
        .group(Group::Browse),
    row(&[Key::char('/')], in_panes, Action::Filter, "filter the list")
        .footer("filter", on_listed_image, 5)
        .group(Group::Browse),
    row(&[Key::char('L')], in_panes, Action::LoadAll, "load the list to its end, or go on where it stopped")
        .footer("load all", can_load_more, 4)
        .group(Group::Browse),
    row(
        &[Key::char('R')],
        in_panes,
        Action::Reload,
        "go over the whole account anew; what is gone is dropped",
    )
    .group(Group::Browse),
    // Preview.
    row(&[Key::char('p')], in_panes, Action::Preview, "show Preview and go there, or hide it")
        .footer("preview", has_picture, 7)
        .group(Group::Preview),
    row(&[Key::char('P')], in_panes, Action::FullScreenPicture, "the picture on the whole screen, and back")
        .footer("whole picture", previewing, 4)
        .group(Group::Preview),
    row(LEFT, in_preview, Action::Move(Motion::Left), "in Preview: the variant before").group(Group::Preview),
    row(RIGHT, in_preview, Action::Move(Motion::Right), "in Preview: the next variant")
        .footer("variants", previewing_variants, 6)
        .group(Group::Preview),
    row(DOWN, in_preview, Action::Move(Motion::Down), "in Preview: the next image of the list")
        .footer("images", previewing_images, 6)
        .group(Group::Preview),
    row(UP, in_preview, Action::Move(Motion::Up), "in Preview: the image before").group(Group::Preview),
    // Moving.
    motion(UP, Motion::Up, "up"),
    motion(DOWN, Motion::Down, "down"),
    motion(LEFT, Motion::Left, "in the JSON: to the left"),
    motion(RIGHT, Motion::Right, "in the JSON: to the right"),
    motion(&[key(Code::PageUp)], Motion::PageUp, "a page up"),
    motion(&[key(Code::PageDown)], Motion::PageDown, "a page down"),
    motion(&[key(Code::Home), Key::char('g')], Motion::First, "to the top"),
    motion(&[key(Code::End), Key::char('G')], Motion::Last, "to the end"),
    // Anywhere.
    row(&[Key::char('i')], outside_text, Action::FocusImage, "to Image, its text kept")
        .footer("image", in_panes, 5),
    row(&[key(Code::Tab)], anywhere, Action::FocusNext, "next pane").footer("next pane", in_panes, 8),
    row(&[key(Code::BackTab)], anywhere, Action::FocusPrevious, "previous pane"),
    row(&[Key::char('?')], outside_text, Action::Help, "every key").footer("help", in_panes, 1),
    row(&[Key::ctrl('l')], anywhere, Action::Repaint, "draw the screen anew"),
    row(&[Key::ctrl('z')], anywhere, Action::Suspend, "suspend; `fg` in the shell comes back"),
    row(&[Key::char('q')], outside_text, Action::Quit, "quit").footer("quit", outside_text, 1),
    row(&[Key::ctrl('c')], anywhere, Action::Quit, "quit, also from Image").footer("quit", in_image, 3),
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

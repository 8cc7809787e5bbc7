//! The key table: its rows feed dispatch, the last line and the actions dialog.

use super::binding::{Binding, Group, Predicate};
use super::contexts::{
    above_list, anywhere, awaits_response, beside_list, can_close, can_copy, can_dismiss, can_filter,
    can_flip, can_load_more, can_sign, can_start_demo, can_zoom, filter_is_on, has_earlier, has_image,
    has_list, has_marks, has_other_images_on_full_screen, has_other_variants,
    has_other_variants_on_full_screen, has_picture, has_request, has_target, has_typed_text, has_variant,
    in_actions, in_browse, in_empty_actions, in_filter, in_flexible, in_gallery, in_image, in_line, in_menu,
    in_overlay, in_panes, in_preview, in_profiles_search, in_rows, in_save, in_variants, is_zoomed,
    loading_list, loading_picture, on_full_screen, on_listed_image, on_url, on_variant, outside_dialogs,
    outside_text, sees_animation, sees_list, sees_panes, sees_paused_animation, sees_picture, typing,
};
use super::{Action, Code, Edit, Key, Motion, ZoomStep};

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

/// A row of the group of the program itself, without a hint.
const fn row(keys: &'static [Key], context: Predicate, action: Action, description: &'static str) -> Binding {
    Binding { keys, context, action, description, keywords: "", footer: None, group: Group::Program }
}

const fn edit(keys: &'static [Key], edit: Edit, description: &'static str) -> Binding {
    row(keys, typing, Action::Edit(edit), description).group(Group::Typing)
}

const fn motion(
    keys: &'static [Key],
    context: Predicate,
    motion: Motion,
    description: &'static str,
) -> Binding {
    row(keys, context, Action::Move(motion), description).group(Group::GoTo)
}

const fn alt(code: Code) -> Key {
    Key { code, ctrl: false, alt: true }
}

const fn with_ctrl(code: Code) -> Key {
    Key { code, ctrl: true, alt: false }
}

const BACK: &str = "Close, cancel or go back";
const ACTIONS: &str = "Show all keys and actions";
const CONFIRM: &str = "Choose the row, or confirm the text";
const UP_TEXT: &str = "Move up";
const DOWN_TEXT: &str = "Move down";
const LEFT_TEXT: &str = "Move left";
const RIGHT_TEXT: &str = "Move right";
const PAGE_UP_TEXT: &str = "Move a page up";
const PAGE_DOWN_TEXT: &str = "Move a page down";
const PREVIOUS_VARIANT: &str = "Choose the previous variant";
const NEXT_VARIANT: &str = "Choose the next variant";
const WHOLE_URL: &str = "In Variants: show the whole URL to select it";
const QUIT: &str = "Quit";
const FULL_SCREEN: &str = "Show the picture full screen";
const FULL_SCREEN_OF_TILE: &str = "In the gallery: show the picture full screen";
const GALLERY: &str = "Show the list as a gallery, or as rows";

/// Rows are tried in this order. The last line and the actions dialog show their entries in this order too. In the
/// dialog, rows with the same description are one entry.
pub static BINDINGS: &[Binding] = &[
    row(&[Key::char('d')], can_start_demo, Action::StartDemo, "Start the demo").footer(
        "start the demo",
        can_start_demo,
        0,
    ),
    // Leaving, in the order of `Action::Back`.
    row(&[key(Code::Esc)], in_overlay, Action::Back, BACK).footer("close", in_overlay, 0),
    row(&[key(Code::Esc)], on_full_screen, Action::Back, BACK).footer("back", on_full_screen, 0),
    row(&[key(Code::Esc)], in_filter, Action::Back, BACK).footer("clear", in_filter, 0),
    row(&[key(Code::Esc)], in_image, Action::Back, BACK).footer("back", in_image, 0),
    row(&[key(Code::Esc)], awaits_response, Action::Back, BACK).footer("cancel", awaits_response, 0),
    row(&[key(Code::Esc)], loading_list, Action::Back, BACK)
        .footer("stop loading", loading_list, 0)
        .short("stop"),
    row(&[key(Code::Esc)], can_dismiss, Action::Back, BACK).footer("dismiss", can_dismiss, 0),
    row(&[key(Code::Esc)], filter_is_on, Action::Back, BACK)
        .footer("clear filter", filter_is_on, 0)
        .short("clear"),
    // Requests that merely follow the cursor come and go, so these have no hint.
    row(&[key(Code::Esc)], has_request, Action::Back, BACK),
    row(&[key(Code::Esc)], loading_picture, Action::Back, BACK),
    row(&[key(Code::Esc)], in_gallery, Action::Back, BACK),
    row(&[key(Code::Esc)], beside_list, Action::Back, BACK),
    row(&[Key::char('q')], can_close, Action::Back, BACK),
    row(&[Key::char('q')], in_gallery, Action::Back, BACK),
    // Overlays.
    row(&[key(Code::Enter)], in_menu, Action::Confirm, CONFIRM)
        .footer("choose", in_menu, 0)
        .group(Group::Typing),
    row(&[key(Code::Enter)], in_actions, Action::Confirm, CONFIRM)
        .footer("run", in_actions, 0)
        .group(Group::Typing),
    row(&[key(Code::Enter)], in_profiles_search, Action::Confirm, CONFIRM)
        .footer("choose", in_profiles_search, 0)
        .group(Group::Typing),
    row(&[key(Code::Enter)], in_save, Action::Confirm, CONFIRM)
        .footer("save", in_save, 0)
        .group(Group::Typing),
    row(&[key(Code::Tab)], in_save, Action::ToggleOriginal, "Switch between original and variant")
        .footer("original or variant", in_save, 1)
        .group(Group::Typing),
    row(&[key(Code::Enter)], in_line, Action::Confirm, CONFIRM)
        .footer("accept", in_line, 0)
        .group(Group::Typing),
    row(&[key(Code::Tab)], in_flexible, Action::Complete, "Accept the first suggestion")
        .footer("complete", in_flexible, 1)
        .group(Group::Typing),
    // The actions dialog.
    row(&[Key::char('?')], in_empty_actions, Action::ShowActions, ACTIONS),
    // The input.
    row(&[key(Code::Enter)], in_image, Action::LookUp, "Look up the ID or URL")
        .footer("look up", in_image, 0)
        .group(Group::Typing),
    row(&[key(Code::Up)], in_image, Action::PreviousInput, "Recall an earlier lookup")
        .footer("earlier", has_earlier, 2)
        .group(Group::Typing),
    row(&[key(Code::Down)], in_image, Action::NextInput, "Recall a later lookup").group(Group::Typing),
    edit(&[key(Code::Left), Key::ctrl('b')], Edit::GoToPrevChar, "Move left in the text"),
    edit(&[key(Code::Right), Key::ctrl('f')], Edit::GoToNextChar, "Move right in the text"),
    edit(
        &[alt(Code::Left), with_ctrl(Code::Left), alt(Code::Char('b'))],
        Edit::GoToPrevWord,
        "Move a word left",
    ),
    edit(
        &[alt(Code::Right), with_ctrl(Code::Right), alt(Code::Char('f'))],
        Edit::GoToNextWord,
        "Move a word right",
    ),
    edit(&[key(Code::Home), Key::ctrl('a')], Edit::GoToStart, "Move to the start"),
    edit(&[key(Code::End), Key::ctrl('e')], Edit::GoToEnd, "Move to the end"),
    edit(
        &[key(Code::Backspace), Key::ctrl('h')],
        Edit::DeletePrevChar,
        "Delete the character before the cursor",
    ),
    edit(&[key(Code::Delete), Key::ctrl('d')], Edit::DeleteNextChar, "Delete the character under the cursor"),
    edit(&[Key::ctrl('w'), alt(Code::Backspace)], Edit::DeletePrevWord, "Delete the word before the cursor"),
    edit(&[Key::ctrl('u')], Edit::DeleteFromStart, "Delete to the start")
        .footer("clear", has_typed_text, 1)
        .group(Group::Typing),
    edit(&[Key::ctrl('k')], Edit::DeleteTillEnd, "Delete to the end"),
    // The filter.
    row(&[key(Code::Enter)], in_filter, Action::ApplyFilter, "Keep the filter and go to the list")
        .footer("keep", in_filter, 0)
        .group(Group::Typing),
    // The list below the filter or a search.
    motion(&[key(Code::Up), Key::ctrl('p')], above_list, Motion::Up, UP_TEXT),
    motion(&[key(Code::Down), Key::ctrl('n')], above_list, Motion::Down, DOWN_TEXT),
    motion(&[key(Code::PageUp)], above_list, Motion::PageUp, PAGE_UP_TEXT),
    motion(&[key(Code::PageDown)], above_list, Motion::PageDown, PAGE_DOWN_TEXT),
    // The image that is shown, or the marked images.
    row(&[Key::char('y')], has_target, Action::COPY, "Copy the URL")
        .keywords("clipboard yank link")
        .footer("copy", has_variant, 1)
        .group(Group::Image),
    row(&[Key::char('Y')], has_target, Action::CopyAs, "Copy as Markdown, HTML, srcset, curl, …")
        .keywords("clipboard yank ID JSON picture img template QR code phone scan")
        .footer("copy as", can_copy, 2)
        .group(Group::Image),
    row(&[Key::char('s')], has_target, Action::Sign, "Sign the URL for an hour, a day, a week, …")
        .keywords("signature signed private expires valid until date token")
        .footer("sign", can_sign, 3)
        .group(Group::Image),
    row(&[Key::char('o')], has_target, Action::OPEN, "Open in the browser")
        .keywords("web view")
        .footer("open", has_variant, 6)
        .group(Group::Image),
    row(&[Key::char('w')], has_target, Action::Save, "Save the picture to a file")
        .keywords("write download original store disk")
        .footer("save", can_copy, 7)
        .group(Group::Image),
    row(&[key(Code::Enter)], in_variants, Action::ShowUrl, WHOLE_URL)
        .keywords("full link mouse")
        .footer("whole URL", on_variant, 7)
        .group(Group::Image),
    row(&[key(Code::Enter)], on_url, Action::ShowUrl, WHOLE_URL)
        .keywords("full link mouse")
        .group(Group::Image),
    row(
        &[Key::char('+')],
        in_gallery,
        Action::ResizeTiles { larger: true },
        "Make the gallery's tiles larger",
    )
    .keywords("zoom bigger size")
    .footer("larger", in_gallery, 8)
    .group(Group::Picture),
    row(
        &[Key::char('-')],
        in_gallery,
        Action::ResizeTiles { larger: false },
        "Make the gallery's tiles smaller",
    )
    .keywords("zoom size")
    .footer("smaller", in_gallery, 8)
    .group(Group::Picture),
    row(&[Key::char('t')], in_gallery, Action::Gallery, GALLERY)
        .keywords("thumbnails grid contact sheet tiles")
        .footer("list", in_gallery, 4)
        .group(Group::Picture),
    row(&[Key::char('t')], has_list, Action::Gallery, GALLERY)
        .keywords("thumbnails grid contact sheet tiles")
        .footer("gallery", on_listed_image, 7)
        .group(Group::Picture),
    row(&[key(Code::Enter)], in_rows, Action::ShowVariants, "In the list: go to the image's variants")
        .keywords("resizing sizes")
        .footer("variants", on_listed_image, 8)
        .group(Group::Variants),
    row(&[Key::char(' ')], in_browse, Action::Mark, "Mark or unmark the image")
        .keywords("select toggle")
        .footer("mark", on_listed_image, 9)
        .group(Group::List),
    row(&[Key::char('*')], in_browse, Action::MarkAll, "Mark all matches")
        .keywords("select everything")
        .group(Group::List),
    row(&[Key::char('u')], in_browse, Action::UnmarkAll, "Unmark all")
        .keywords("deselect clear none")
        .footer("unmark all", has_marks, 7)
        .group(Group::List),
    row(&[Key::char('/')], has_list, Action::Filter, "Filter the list")
        .keywords("find search query grep words")
        .footer("filter", can_filter, 4)
        .group(Group::List),
    row(&[Key::char('!')], has_list, Action::FilterAccess, "Show only signed, public or unknown images")
        .keywords("filter access private secure")
        .footer("access", can_filter, 9)
        .group(Group::List),
    row(&[Key::char('P')], in_panes, Action::FullScreenPicture, FULL_SCREEN)
        .keywords("zoom enlarge bigger fullscreen maximize")
        .footer("full screen", has_picture, 5)
        .short("full")
        .group(Group::Picture),
    row(&[key(Code::Enter)], in_gallery, Action::FullScreenPicture, FULL_SCREEN_OF_TILE)
        .keywords("zoom enlarge bigger fullscreen maximize")
        .group(Group::Picture),
    row(&[Key::char('p')], in_panes, Action::Preview, "Show or hide the picture")
        .keywords("preview")
        .footer("picture", has_picture, 16)
        .group(Group::Picture),
    row(DIGITS, in_panes, Action::SelectVariant(0), "Choose a variant by its number")
        .keywords("number digit first second size")
        .group(Group::Variants),
    row(&[Key::char('[')], in_panes, Action::PreviousVariant, PREVIOUS_VARIANT)
        .keywords("size")
        .group(Group::Variants),
    row(&[Key::char(']')], in_panes, Action::NextVariant, NEXT_VARIANT)
        .keywords("size")
        .footer("next variant", has_other_variants, 11)
        .group(Group::Variants),
    row(&[Key::char('J')], in_panes, Action::ShowJson, "Show the API's JSON")
        .keywords("raw metadata response")
        .footer("JSON", has_image, 12)
        .group(Group::Image),
    row(&[Key::char('r')], in_panes, Action::Refresh, "Fetch the image again")
        .keywords("refresh reload update")
        .footer("refresh", has_image, 12)
        .group(Group::Image),
    row(&[Key::char('V')], has_target, Action::VERIFY, "Verify that the URL opens")
        .keywords("check test request works delivery host 403")
        .footer("verify", has_variant, 14)
        .group(Group::Image),
    row(&[Key::char('e')], has_target, Action::Explain, "Explain the URL")
        .keywords("parse decode signature expires hash")
        .footer("explain", has_variant, 15)
        .group(Group::Image),
    row(&[Key::char('f')], has_target, Action::Flexible, "Build a flexible variant, such as w=400")
        .keywords("resize width height crop fit format")
        .footer("flexible", has_variant, 15)
        .group(Group::Image),
    // The list.
    row(&[Key::char('S')], has_list, Action::Sort, "Sort by newest, oldest or name")
        .keywords("order date")
        .footer("sort", on_listed_image, 14)
        .group(Group::List),
    row(&[Key::char('L')], has_list, Action::LoadAll, "Load the whole list")
        .keywords("all images pages continue resume")
        .footer("load all", can_load_more, 7)
        .group(Group::List),
    row(&[Key::char('R')], has_list, Action::Reload, "Reload the account")
        .keywords("refresh update list again")
        .group(Group::List),
    row(&[Key::char('b')], has_list, Action::Browse, "Go to the list")
        .keywords("browse images")
        .footer("list", beside_list, 5)
        .group(Group::GoTo),
    // The picture on the full screen.
    row(&[Key::char('+'), Key::char('=')], can_zoom, Action::Zoom(ZoomStep::In), "Zoom in")
        .keywords("magnify enlarge bigger scale wheel")
        .footer("zoom", can_zoom, 4)
        .group(Group::Picture),
    row(&[Key::char('-')], can_zoom, Action::Zoom(ZoomStep::Out), "Zoom out")
        .keywords("reduce smaller scale wheel")
        .group(Group::Picture),
    row(
        &[Key::char('z')],
        can_zoom,
        Action::Zoom(ZoomStep::ActualPixels),
        "Show actual pixels, or the whole picture",
    )
    .keywords("zoom 100% 1:1 fit scale")
    .footer("actual pixels", can_zoom, 5)
    .short("1:1")
    .group(Group::Picture),
    row(&[Key::char('0')], can_zoom, Action::Zoom(ZoomStep::Fit), "Show the whole picture")
        .keywords("zoom fit reset scale")
        .footer("fit", is_zoomed, 6)
        .group(Group::Picture),
    row(&[Key::char('c')], sees_picture, Action::FlipPicture, "Flip back to the picture shown before")
        .keywords("compare toggle switch swap difference variant original")
        .footer("flip", can_flip, 6)
        .group(Group::Picture),
    row(
        &[Key::char('.')],
        sees_animation,
        Action::StepFrame { forward: true },
        "Pause the animation, and show its next frame",
    )
    .keywords("stop step GIF")
    .footer("step", sees_animation, 5)
    .group(Group::Picture),
    row(
        &[Key::char(',')],
        sees_animation,
        Action::StepFrame { forward: false },
        "Pause the animation, and show its previous frame",
    )
    .keywords("stop step back GIF")
    .group(Group::Picture),
    row(&[key(Code::Enter)], sees_paused_animation, Action::Play, "Resume the animation")
        .keywords("play continue resume GIF")
        .footer("play", sees_paused_animation, 4)
        .group(Group::Picture),
    motion(LEFT, is_zoomed, Motion::Left, LEFT_TEXT),
    motion(RIGHT, is_zoomed, Motion::Right, RIGHT_TEXT),
    motion(DOWN, is_zoomed, Motion::Down, DOWN_TEXT).footer("move", is_zoomed, 7),
    // Preview.
    row(LEFT, in_preview, Action::PreviousVariant, PREVIOUS_VARIANT).keywords("size").group(Group::Variants),
    row(RIGHT, in_preview, Action::NextVariant, NEXT_VARIANT)
        .keywords("size")
        .footer("variants", has_other_variants_on_full_screen, 9)
        .group(Group::Variants),
    row(DOWN, in_preview, Action::Move(Motion::Down), DOWN_TEXT)
        .footer("images", has_other_images_on_full_screen, 8)
        .group(Group::GoTo),
    // Moving.
    motion(UP, outside_text, Motion::Up, UP_TEXT),
    motion(DOWN, outside_text, Motion::Down, DOWN_TEXT),
    motion(LEFT, outside_text, Motion::Left, LEFT_TEXT),
    motion(RIGHT, outside_text, Motion::Right, RIGHT_TEXT),
    motion(&[key(Code::PageUp)], outside_text, Motion::PageUp, PAGE_UP_TEXT),
    motion(&[key(Code::PageDown)], outside_text, Motion::PageDown, PAGE_DOWN_TEXT),
    motion(&[key(Code::Home), Key::char('g')], outside_text, Motion::First, "Go to the top"),
    motion(&[key(Code::End), Key::char('G')], outside_text, Motion::Last, "Go to the end"),
    // Anywhere.
    row(&[Key::char('i')], outside_text, Action::FocusImage, "Go to the ID input")
        .keywords("look up image URL paste")
        .footer("image ID", sees_panes, 13)
        .group(Group::GoTo),
    row(&[key(Code::Tab)], outside_dialogs, Action::FocusNext, "Go to the next pane")
        .footer("next pane", sees_list, 18)
        .group(Group::GoTo),
    row(&[key(Code::BackTab)], outside_dialogs, Action::FocusPrevious, "Go to the previous pane")
        .group(Group::GoTo),
    row(&[Key::char('a')], in_panes, Action::SwitchProfile, "Switch to another profile")
        .keywords("account login credentials token change"),
    row(&[Key::ctrl('l')], anywhere, Action::Repaint, "Redraw the screen")
        .keywords("repaint refresh clear garbled"),
    row(&[Key::ctrl('z')], anywhere, Action::Suspend, "Suspend (resume with fg)")
        .keywords("background job stop"),
    row(&[Key::char('q')], outside_text, Action::Quit, QUIT)
        .keywords("exit leave close end")
        .footer("quit", in_panes, 18),
    row(&[Key::ctrl('c')], anywhere, Action::Quit, QUIT)
        .keywords("exit leave close end")
        .footer("quit", in_image, 3),
    row(&[Key::char('?'), Key::char(':'), Key::ctrl('p')], outside_text, Action::ShowActions, ACTIONS)
        .keywords("help keys shortcuts commands palette")
        .footer("all keys", in_panes, 0)
        .short("keys"),
];

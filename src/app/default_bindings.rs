//! The key table: its rows feed dispatch, the last line and the actions dialog.

use super::binding::{Binding, Group};
use super::contexts::{
    awaits_response, beside_list, can_copy, can_dismiss, can_filter, can_flip, can_load_more, can_sign,
    can_start_demo, can_zoom, filter_is_on, has_earlier, has_image, has_marks,
    has_other_images_on_full_screen, has_other_variants, has_other_variants_on_full_screen, has_picture,
    has_typed_text, has_variant, in_actions, in_filter, in_flexible, in_gallery, in_image, in_line, in_menu,
    in_overlay, in_panes, in_profiles_search, in_save, is_zoomed, loading_list, on_full_screen,
    on_listed_image, on_variant, sees_animation, sees_list, sees_panes, sees_paused_animation,
};
use super::places::{
    ABOVE_LIST, ANYWHERE, AWAITS_RESPONSE, BESIDE_LIST, CAN_CLOSE, CAN_DISMISS, CAN_START_DEMO, CAN_ZOOM,
    Context, FILTER_IS_ON, HAS_LIST, HAS_REQUEST, HAS_TARGET, IN_ACTIONS, IN_BROWSE, IN_EMPTY_ACTIONS,
    IN_FILTER, IN_FLEXIBLE, IN_GALLERY, IN_IMAGE, IN_LINE, IN_MENU, IN_OVERLAY, IN_PANES, IN_PREVIEW,
    IN_PROFILES_SEARCH, IN_ROWS, IN_SAVE, IN_VARIANTS, IS_ZOOMED, LOADING_LIST, LOADING_PICTURE,
    ON_FULL_SCREEN, ON_URL, OUTSIDE_DIALOGS, OUTSIDE_TEXT, SEES_ANIMATION, SEES_PAUSED_ANIMATION,
    SEES_PICTURE, TYPING,
};
use super::{Action, Code, Edit, Key, Motion, ZoomStep};
use crate::domain::Shortcut;

const UP: &[Shortcut] = &[key(Code::Up), char('k')];
const DOWN: &[Shortcut] = &[key(Code::Down), char('j')];
const LEFT: &[Shortcut] = &[key(Code::Left), char('h')];
const RIGHT: &[Shortcut] = &[key(Code::Right), char('l')];
const DIGITS: &[Shortcut] =
    &[char('1'), char('2'), char('3'), char('4'), char('5'), char('6'), char('7'), char('8'), char('9')];

const fn key(code: Code) -> Shortcut {
    Shortcut::key(Key::plain(code))
}

const fn char(c: char) -> Shortcut {
    Shortcut::key(Key::char(c))
}

const fn ctrl(c: char) -> Shortcut {
    Shortcut::key(Key::ctrl(c))
}

const fn with_alt(code: Code) -> Shortcut {
    Shortcut::key(Key { code, ctrl: false, alt: true })
}

const fn with_ctrl(code: Code) -> Shortcut {
    Shortcut::key(Key { code, ctrl: true, alt: false })
}

/// A row of the group of the program itself, without a hint. The settings know it by its name.
const fn row(
    name: &'static str,
    keys: &'static [Shortcut],
    context: Context,
    action: Action,
    description: &'static str,
) -> Binding {
    Binding { name, keys, context, action, description, keywords: "", footer: None, group: Group::Program }
}

const fn edit(
    name: &'static str,
    keys: &'static [Shortcut],
    edit: Edit,
    description: &'static str,
) -> Binding {
    row(name, keys, TYPING, Action::Edit(edit), description).group(Group::Typing)
}

const fn motion(
    name: &'static str,
    keys: &'static [Shortcut],
    context: Context,
    motion: Motion,
    description: &'static str,
) -> Binding {
    row(name, keys, context, Action::Move(motion), description).group(Group::GoTo)
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
pub(super) static BINDINGS: &[Binding] = &[
    row("start-demo", &[char('d')], CAN_START_DEMO, Action::StartDemo, "Start the demo").footer(
        "start the demo",
        can_start_demo,
        0,
    ),
    // Leaving, in the order of `Action::Back`.
    row("back", &[key(Code::Esc)], IN_OVERLAY, Action::Back, BACK).footer("close", in_overlay, 0),
    row("back", &[key(Code::Esc)], ON_FULL_SCREEN, Action::Back, BACK).footer("back", on_full_screen, 0),
    row("back", &[key(Code::Esc)], IN_FILTER, Action::Back, BACK).footer("clear", in_filter, 0),
    row("back", &[key(Code::Esc)], IN_IMAGE, Action::Back, BACK).footer("back", in_image, 0),
    row("back", &[key(Code::Esc)], AWAITS_RESPONSE, Action::Back, BACK).footer("cancel", awaits_response, 0),
    row("back", &[key(Code::Esc)], LOADING_LIST, Action::Back, BACK)
        .footer("stop loading", loading_list, 0)
        .short("stop"),
    row("back", &[key(Code::Esc)], CAN_DISMISS, Action::Back, BACK).footer("dismiss", can_dismiss, 0),
    row("back", &[key(Code::Esc)], FILTER_IS_ON, Action::Back, BACK)
        .footer("clear filter", filter_is_on, 0)
        .short("clear"),
    // Requests that merely follow the cursor come and go, so these have no hint.
    row("back", &[key(Code::Esc)], HAS_REQUEST, Action::Back, BACK),
    row("back", &[key(Code::Esc)], LOADING_PICTURE, Action::Back, BACK),
    row("back", &[key(Code::Esc)], IN_GALLERY, Action::Back, BACK),
    row("back", &[key(Code::Esc)], BESIDE_LIST, Action::Back, BACK),
    row("quit", &[char('q')], CAN_CLOSE, Action::Back, BACK),
    row("quit", &[char('q')], IN_GALLERY, Action::Back, BACK),
    // Overlays.
    row("confirm", &[key(Code::Enter)], IN_MENU, Action::Confirm, CONFIRM)
        .footer("choose", in_menu, 0)
        .group(Group::Typing),
    row("confirm", &[key(Code::Enter)], IN_ACTIONS, Action::Confirm, CONFIRM)
        .footer("run", in_actions, 0)
        .group(Group::Typing),
    row("confirm", &[key(Code::Enter)], IN_PROFILES_SEARCH, Action::Confirm, CONFIRM)
        .footer("choose", in_profiles_search, 0)
        .group(Group::Typing),
    row("confirm", &[key(Code::Enter)], IN_SAVE, Action::Confirm, CONFIRM)
        .footer("save", in_save, 0)
        .group(Group::Typing),
    row(
        "toggle-original",
        &[key(Code::Tab)],
        IN_SAVE,
        Action::ToggleOriginal,
        "Switch between original and variant",
    )
    .footer("original or variant", in_save, 1)
    .group(Group::Typing),
    row("confirm", &[key(Code::Enter)], IN_LINE, Action::Confirm, CONFIRM)
        .footer("accept", in_line, 0)
        .group(Group::Typing),
    row("complete", &[key(Code::Tab)], IN_FLEXIBLE, Action::Complete, "Accept the first suggestion")
        .footer("complete", in_flexible, 1)
        .group(Group::Typing),
    // The actions dialog.
    row("actions", &[char('?')], IN_EMPTY_ACTIONS, Action::ShowActions, ACTIONS),
    // The input.
    row("look-up", &[key(Code::Enter)], IN_IMAGE, Action::LookUp, "Look up the ID or URL")
        .footer("look up", in_image, 0)
        .group(Group::Typing),
    row("earlier-lookup", &[key(Code::Up)], IN_IMAGE, Action::PreviousInput, "Recall an earlier lookup")
        .footer("earlier", has_earlier, 2)
        .group(Group::Typing),
    row("later-lookup", &[key(Code::Down)], IN_IMAGE, Action::NextInput, "Recall a later lookup")
        .group(Group::Typing),
    edit("text-left", &[key(Code::Left), ctrl('b')], Edit::GoToPrevChar, "Move left in the text"),
    edit("text-right", &[key(Code::Right), ctrl('f')], Edit::GoToNextChar, "Move right in the text"),
    edit(
        "word-left",
        &[with_alt(Code::Left), with_ctrl(Code::Left), with_alt(Code::Char('b'))],
        Edit::GoToPrevWord,
        "Move a word left",
    ),
    edit(
        "word-right",
        &[with_alt(Code::Right), with_ctrl(Code::Right), with_alt(Code::Char('f'))],
        Edit::GoToNextWord,
        "Move a word right",
    ),
    edit("text-start", &[key(Code::Home), ctrl('a')], Edit::GoToStart, "Move to the start"),
    edit("text-end", &[key(Code::End), ctrl('e')], Edit::GoToEnd, "Move to the end"),
    edit(
        "delete-left",
        &[key(Code::Backspace), ctrl('h')],
        Edit::DeletePrevChar,
        "Delete the character before the cursor",
    ),
    edit(
        "delete-right",
        &[key(Code::Delete), ctrl('d')],
        Edit::DeleteNextChar,
        "Delete the character under the cursor",
    ),
    edit(
        "delete-word",
        &[ctrl('w'), with_alt(Code::Backspace), with_ctrl(Code::Backspace)],
        Edit::DeletePrevWord,
        "Delete the word before the cursor",
    ),
    edit("delete-to-start", &[ctrl('u')], Edit::DeleteFromStart, "Delete to the start")
        .footer("clear", has_typed_text, 1)
        .group(Group::Typing),
    edit("delete-to-end", &[ctrl('k')], Edit::DeleteTillEnd, "Delete to the end"),
    // The filter.
    row(
        "keep-filter",
        &[key(Code::Enter)],
        IN_FILTER,
        Action::ApplyFilter,
        "Keep the filter and go to the list",
    )
    .footer("keep", in_filter, 0)
    .group(Group::Typing),
    // The list below the filter or a search.
    motion("up", &[key(Code::Up), ctrl('p')], ABOVE_LIST, Motion::Up, UP_TEXT),
    motion("down", &[key(Code::Down), ctrl('n')], ABOVE_LIST, Motion::Down, DOWN_TEXT),
    motion("page-up", &[key(Code::PageUp)], ABOVE_LIST, Motion::PageUp, PAGE_UP_TEXT),
    motion("page-down", &[key(Code::PageDown)], ABOVE_LIST, Motion::PageDown, PAGE_DOWN_TEXT),
    // The image that is shown, or the marked images.
    row("copy", &[char('y')], HAS_TARGET, Action::COPY, "Copy the URL")
        .keywords("clipboard yank link")
        .footer("copy", has_variant, 1)
        .group(Group::Image),
    row("copy-as", &[char('Y')], HAS_TARGET, Action::CopyAs, "Copy as Markdown, HTML, srcset, curl, …")
        .keywords("clipboard yank ID JSON picture img template QR code phone scan")
        .footer("copy as", can_copy, 2)
        .group(Group::Image),
    row("sign", &[char('s')], HAS_TARGET, Action::Sign, "Sign the URL for an hour, a day, a week, …")
        .keywords("signature signed private expires valid until date token")
        .footer("sign", can_sign, 3)
        .group(Group::Image),
    row("open", &[char('o')], HAS_TARGET, Action::OPEN, "Open in the browser")
        .keywords("web view")
        .footer("open", has_variant, 6)
        .group(Group::Image),
    row("save", &[char('w')], HAS_TARGET, Action::Save, "Save the picture to a file")
        .keywords("write download original store disk")
        .footer("save", can_copy, 7)
        .group(Group::Image),
    row("whole-url", &[key(Code::Enter)], IN_VARIANTS, Action::ShowUrl, WHOLE_URL)
        .keywords("full link mouse")
        .footer("whole URL", on_variant, 7)
        .group(Group::Image),
    row("whole-url", &[key(Code::Enter)], ON_URL, Action::ShowUrl, WHOLE_URL)
        .keywords("full link mouse")
        .group(Group::Image),
    row(
        "larger-tiles",
        &[char('+')],
        IN_GALLERY,
        Action::ResizeTiles { larger: true },
        "Make the gallery's tiles larger",
    )
    .keywords("zoom bigger size")
    .footer("larger", in_gallery, 8)
    .group(Group::Picture),
    row(
        "smaller-tiles",
        &[char('-')],
        IN_GALLERY,
        Action::ResizeTiles { larger: false },
        "Make the gallery's tiles smaller",
    )
    .keywords("zoom size")
    .footer("smaller", in_gallery, 8)
    .group(Group::Picture),
    row("gallery", &[char('t')], IN_GALLERY, Action::Gallery, GALLERY)
        .keywords("thumbnails grid contact sheet tiles")
        .footer("list", in_gallery, 4)
        .group(Group::Picture),
    row("gallery", &[char('t')], HAS_LIST, Action::Gallery, GALLERY)
        .keywords("thumbnails grid contact sheet tiles")
        .footer("gallery", on_listed_image, 7)
        .group(Group::Picture),
    row(
        "show-variants",
        &[key(Code::Enter)],
        IN_ROWS,
        Action::ShowVariants,
        "In the list: go to the image's variants",
    )
    .keywords("resizing sizes")
    .footer("variants", on_listed_image, 8)
    .group(Group::Variants),
    row("mark", &[char(' ')], IN_BROWSE, Action::Mark, "Mark or unmark the image")
        .keywords("select toggle")
        .footer("mark", on_listed_image, 9)
        .group(Group::List),
    row("mark-all", &[char('*')], IN_BROWSE, Action::MarkAll, "Mark all matches")
        .keywords("select everything")
        .group(Group::List),
    row("unmark-all", &[char('u')], IN_BROWSE, Action::UnmarkAll, "Unmark all")
        .keywords("deselect clear none")
        .footer("unmark all", has_marks, 7)
        .group(Group::List),
    row("filter", &[char('/')], HAS_LIST, Action::Filter, "Filter the list")
        .keywords("find search query grep words")
        .footer("filter", can_filter, 4)
        .group(Group::List),
    row("access", &[char('!')], HAS_LIST, Action::FilterAccess, "Show only signed, public or unknown images")
        .keywords("filter access private secure")
        .footer("access", can_filter, 9)
        .group(Group::List),
    row("full-screen", &[char('P')], IN_PANES, Action::FullScreenPicture, FULL_SCREEN)
        .keywords("zoom enlarge bigger fullscreen maximize")
        .footer("full screen", has_picture, 5)
        .short("full")
        .group(Group::Picture),
    row("show-tile", &[key(Code::Enter)], IN_GALLERY, Action::FullScreenPicture, FULL_SCREEN_OF_TILE)
        .keywords("zoom enlarge bigger fullscreen maximize")
        .group(Group::Picture),
    row("picture", &[char('p')], IN_PANES, Action::Preview, "Show or hide the picture")
        .keywords("preview")
        .footer("picture", has_picture, 16)
        .group(Group::Picture),
    row("choose-variant", DIGITS, IN_PANES, Action::SelectVariant(0), "Choose a variant by its number")
        .keywords("number digit first second size")
        .group(Group::Variants),
    row("previous-variant", &[char('[')], IN_PANES, Action::PreviousVariant, PREVIOUS_VARIANT)
        .keywords("size")
        .group(Group::Variants),
    row("next-variant", &[char(']')], IN_PANES, Action::NextVariant, NEXT_VARIANT)
        .keywords("size")
        .footer("next variant", has_other_variants, 11)
        .group(Group::Variants),
    row("json", &[char('J')], IN_PANES, Action::ShowJson, "Show the API's JSON")
        .keywords("raw metadata response")
        .footer("JSON", has_image, 12)
        .group(Group::Image),
    row("refresh", &[char('r')], IN_PANES, Action::Refresh, "Fetch the image again")
        .keywords("refresh reload update")
        .footer("refresh", has_image, 12)
        .group(Group::Image),
    row("verify", &[char('V')], HAS_TARGET, Action::VERIFY, "Verify that the URL opens")
        .keywords("check test request works delivery host 403")
        .footer("verify", has_variant, 14)
        .group(Group::Image),
    row("explain", &[char('e')], HAS_TARGET, Action::Explain, "Explain the URL")
        .keywords("parse decode signature expires hash")
        .footer("explain", has_variant, 15)
        .group(Group::Image),
    row("flexible", &[char('f')], HAS_TARGET, Action::Flexible, "Build a flexible variant, such as w=400")
        .keywords("resize width height crop fit format")
        .footer("flexible", has_variant, 15)
        .group(Group::Image),
    // The list.
    row("sort", &[char('S')], HAS_LIST, Action::Sort, "Sort by newest, oldest or name")
        .keywords("order date")
        .footer("sort", on_listed_image, 14)
        .group(Group::List),
    row("load-all", &[char('L')], HAS_LIST, Action::LoadAll, "Load the whole list")
        .keywords("all images pages continue resume")
        .footer("load all", can_load_more, 7)
        .group(Group::List),
    row("reload", &[char('R')], HAS_LIST, Action::Reload, "Reload the account")
        .keywords("refresh update list again")
        .group(Group::List),
    row("list", &[char('b')], HAS_LIST, Action::Browse, "Go to the list")
        .keywords("browse images")
        .footer("list", beside_list, 5)
        .group(Group::GoTo),
    // The picture on the full screen.
    row("zoom-in", &[char('+'), char('=')], CAN_ZOOM, Action::Zoom(ZoomStep::In), "Zoom in")
        .keywords("magnify enlarge bigger scale wheel")
        .footer("zoom", can_zoom, 4)
        .group(Group::Picture),
    row("zoom-out", &[char('-')], CAN_ZOOM, Action::Zoom(ZoomStep::Out), "Zoom out")
        .keywords("reduce smaller scale wheel")
        .group(Group::Picture),
    row(
        "actual-pixels",
        &[char('z')],
        CAN_ZOOM,
        Action::Zoom(ZoomStep::ActualPixels),
        "Show actual pixels, or the whole picture",
    )
    .keywords("zoom 100% 1:1 fit scale")
    .footer("actual pixels", can_zoom, 5)
    .short("1:1")
    .group(Group::Picture),
    row("fit", &[char('0')], CAN_ZOOM, Action::Zoom(ZoomStep::Fit), "Show the whole picture")
        .keywords("zoom fit reset scale")
        .footer("fit", is_zoomed, 6)
        .group(Group::Picture),
    row("flip", &[char('c')], SEES_PICTURE, Action::FlipPicture, "Flip back to the picture shown before")
        .keywords("compare toggle switch swap difference variant original")
        .footer("flip", can_flip, 6)
        .group(Group::Picture),
    row(
        "next-frame",
        &[char('.')],
        SEES_ANIMATION,
        Action::StepFrame { forward: true },
        "Pause the animation, and show its next frame",
    )
    .keywords("stop step GIF")
    .footer("step", sees_animation, 5)
    .group(Group::Picture),
    row(
        "previous-frame",
        &[char(',')],
        SEES_ANIMATION,
        Action::StepFrame { forward: false },
        "Pause the animation, and show its previous frame",
    )
    .keywords("stop step back GIF")
    .group(Group::Picture),
    row("play", &[key(Code::Enter)], SEES_PAUSED_ANIMATION, Action::Play, "Resume the animation")
        .keywords("play continue resume GIF")
        .footer("play", sees_paused_animation, 4)
        .group(Group::Picture),
    motion("left", LEFT, IS_ZOOMED, Motion::Left, LEFT_TEXT),
    motion("right", RIGHT, IS_ZOOMED, Motion::Right, RIGHT_TEXT),
    motion("down", DOWN, IS_ZOOMED, Motion::Down, DOWN_TEXT).footer("move", is_zoomed, 7),
    // Preview.
    row("left", LEFT, IN_PREVIEW, Action::PreviousVariant, PREVIOUS_VARIANT)
        .keywords("size")
        .group(Group::Variants),
    row("right", RIGHT, IN_PREVIEW, Action::NextVariant, NEXT_VARIANT)
        .keywords("size")
        .footer("variants", has_other_variants_on_full_screen, 9)
        .group(Group::Variants),
    row("down", DOWN, IN_PREVIEW, Action::Move(Motion::Down), DOWN_TEXT)
        .footer("images", has_other_images_on_full_screen, 8)
        .group(Group::GoTo),
    // Moving.
    motion("up", UP, OUTSIDE_TEXT, Motion::Up, UP_TEXT),
    motion("down", DOWN, OUTSIDE_TEXT, Motion::Down, DOWN_TEXT),
    motion("left", LEFT, OUTSIDE_TEXT, Motion::Left, LEFT_TEXT),
    motion("right", RIGHT, OUTSIDE_TEXT, Motion::Right, RIGHT_TEXT),
    motion("page-up", &[key(Code::PageUp)], OUTSIDE_TEXT, Motion::PageUp, PAGE_UP_TEXT),
    motion("page-down", &[key(Code::PageDown)], OUTSIDE_TEXT, Motion::PageDown, PAGE_DOWN_TEXT),
    motion("top", &[key(Code::Home), char('g')], OUTSIDE_TEXT, Motion::First, "Go to the top"),
    motion("end", &[key(Code::End), char('G')], OUTSIDE_TEXT, Motion::Last, "Go to the end"),
    // Anywhere.
    row("input", &[char('i')], OUTSIDE_TEXT, Action::FocusImage, "Go to the ID input")
        .keywords("look up image URL paste")
        .footer("image ID", sees_panes, 13)
        .group(Group::GoTo),
    row("next-pane", &[key(Code::Tab)], OUTSIDE_DIALOGS, Action::FocusNext, "Go to the next pane")
        .footer("next pane", sees_list, 18)
        .group(Group::GoTo),
    row(
        "previous-pane",
        &[key(Code::BackTab)],
        OUTSIDE_DIALOGS,
        Action::FocusPrevious,
        "Go to the previous pane",
    )
    .group(Group::GoTo),
    row("switch-profile", &[char('a')], IN_PANES, Action::SwitchProfile, "Switch to another profile")
        .keywords("account login credentials token change"),
    row("redraw", &[ctrl('l')], ANYWHERE, Action::Repaint, "Redraw the screen")
        .keywords("repaint refresh clear garbled"),
    row("suspend", &[ctrl('z')], ANYWHERE, Action::Suspend, "Suspend (resume with fg)")
        .keywords("background job stop"),
    row("quit", &[char('q')], OUTSIDE_TEXT, Action::Quit, QUIT)
        .keywords("exit leave close end")
        .footer("quit", in_panes, 18),
    // Its key is fixed, so that there is always one to quit with.
    row("", &[ctrl('c')], ANYWHERE, Action::Quit, QUIT)
        .keywords("exit leave close end")
        .footer("quit", in_image, 3),
    row("actions", &[char('?'), char(':'), ctrl('p')], OUTSIDE_TEXT, Action::ShowActions, ACTIONS)
        .keywords("help keys shortcuts commands palette")
        .footer("all keys", in_panes, 0)
        .short("keys"),
];

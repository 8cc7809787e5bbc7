//! Where keys work: what is true of the model while a key means something.

use super::browse::Paging;
use super::{Model, Overlay, Pane};

pub(super) fn anywhere(_: &Model) -> bool {
    true
}

/// No credentials are set, and no text is being typed.
pub(super) fn can_start_demo(model: &Model) -> bool {
    let is_typing = typing(model) && !(in_image(model) && model.input.text().is_empty());
    model.needs_credentials && !in_overlay(model) && !is_typing
}

pub(super) fn in_overlay(model: &Model) -> bool {
    model.overlay.is_some()
}

/// Keys are text: in the Image pane, the filter, or a dialog's line.
pub(super) fn typing(model: &Model) -> bool {
    in_image(model) || in_filter(model) || in_line(model)
}

pub(super) fn outside_dialogs(model: &Model) -> bool {
    !in_overlay(model)
}

pub(super) fn outside_text(model: &Model) -> bool {
    !typing(model)
}

/// No overlay, and keys are not text.
pub(super) fn in_panes(model: &Model) -> bool {
    !typing(model) && !in_overlay(model)
}

/// No requests can be sent with the profile in use, but maybe with another one.
pub(super) fn needs_other_profile(model: &Model) -> bool {
    in_panes(model) && model.offline.is_some() && model.profiles.has_others()
}

pub(super) fn in_image(model: &Model) -> bool {
    model.focus == Pane::Image && !in_overlay(model)
}

/// The input has text, and typing does not replace it.
pub(super) fn has_typed_text(model: &Model) -> bool {
    in_image(model) && !model.input.text().is_empty() && !model.input.line().is_selected()
}

pub(super) fn has_earlier(model: &Model) -> bool {
    in_image(model) && model.input.has_earlier()
}

pub(super) fn in_filter(model: &Model) -> bool {
    model.is_filtering()
}

/// In Browse's list, keys not being text.
pub(super) fn in_browse(model: &Model) -> bool {
    in_panes(model) && model.focus == Pane::Browse
}

/// In the gallery, keys not being text.
/// In the list, which is not a gallery.
pub(super) fn in_rows(model: &Model) -> bool {
    in_browse(model) && !model.is_gallery()
}

pub(super) fn in_gallery(model: &Model) -> bool {
    in_panes(model) && model.is_gallery()
}

pub(super) fn in_variants(model: &Model) -> bool {
    in_panes(model) && model.focus == Pane::Variants
}

pub(super) fn in_preview(model: &Model) -> bool {
    in_panes(model) && model.focus == Pane::Preview
}

pub(super) fn on_full_screen(model: &Model) -> bool {
    in_panes(model) && model.is_full_screen()
}

/// Something on top can be closed, keys not being text.
pub(super) fn can_close(model: &Model) -> bool {
    (in_overlay(model) && !in_line(model)) || on_full_screen(model)
}

/// A dialog has a line to type into.
pub(super) fn in_line(model: &Model) -> bool {
    model.is_in_line()
}

/// A dialog has rows to choose from.
pub(super) fn in_menu(model: &Model) -> bool {
    let is_menu = matches!(
        model.overlay,
        Some(Overlay::LifetimeDialog(_) | Overlay::CopyFormats(_) | Overlay::Profiles(_))
    );
    is_menu && !in_line(model)
}

pub(super) fn in_flexible(model: &Model) -> bool {
    matches!(model.overlay, Some(Overlay::Flexible(_)))
}

pub(super) fn in_actions(model: &Model) -> bool {
    matches!(model.overlay, Some(Overlay::Actions(_)))
}

/// In the search of the profiles.
pub(super) fn in_profiles_search(model: &Model) -> bool {
    matches!(model.overlay, Some(Overlay::Profiles(_))) && in_line(model)
}

/// In the text above a list: the filter, or the search in a dialog.
pub(super) fn above_list(model: &Model) -> bool {
    in_filter(model) || in_actions(model) || in_profiles_search(model)
}

/// In the actions dialog, and nothing is typed yet.
pub(super) fn in_empty_actions(model: &Model) -> bool {
    matches!(&model.overlay, Some(Overlay::Actions(dialog)) if dialog.line.text().is_empty())
}

pub(super) fn in_save(model: &Model) -> bool {
    matches!(model.overlay, Some(Overlay::Save(_)))
}

pub(super) fn on_url(model: &Model) -> bool {
    model.overlay.as_ref().is_some_and(Overlay::is_whole_url)
}

pub(super) fn on_listed_image(model: &Model) -> bool {
    in_browse(model) && !model.browse.is_empty()
}

pub(super) fn has_marks(model: &Model) -> bool {
    in_browse(model) && model.browse.marked().len() > 0
}

/// In Browse, a part of the list is loaded, and nothing says that the rest is loading or how to load it.
pub(super) fn can_load_more(model: &Model) -> bool {
    let browse = &model.browse;
    let is_loading = browse.to_the_end || browse.is_loading_for_filter();
    let is_known = is_loading || matches!(browse.paging, Paging::Failed(_));
    in_browse(model) && browse.is_partial() && !browse.images().is_empty() && !is_known
}

/// In the panes, and one of them is the list: without credentials there is none.
pub(super) fn has_list(model: &Model) -> bool {
    in_panes(model) && !model.needs_credentials
}

/// The panes are visible: the picture is not on the full screen.
pub(super) fn sees_panes(model: &Model) -> bool {
    in_panes(model) && !model.is_full_screen()
}

/// The list and the panes beside it are visible.
pub(super) fn sees_list(model: &Model) -> bool {
    has_list(model) && sees_panes(model)
}

/// In another pane than the list.
pub(super) fn beside_list(model: &Model) -> bool {
    sees_list(model) && model.focus != Pane::Browse
}

/// The list can be filtered.
pub(super) fn can_filter(model: &Model) -> bool {
    sees_list(model) && (model.offline.is_none() || !model.browse.images().is_empty())
}

/// The last lookup failed, was refused or was cancelled.
pub(super) fn can_dismiss(model: &Model) -> bool {
    in_panes(model) && model.can_dismiss()
}

pub(super) fn filter_is_on(model: &Model) -> bool {
    in_panes(model) && model.browse.filter.is_on()
}

/// The list is being loaded to its end.
pub(super) fn loading_list(model: &Model) -> bool {
    let resumes = model.browse.resume.is_some_and(|resume| resume.to_the_end);
    in_panes(model) && (model.browse.to_the_end || resumes)
}

/// The user waits for a request.
pub(super) fn awaits_response(model: &Model) -> bool {
    let is_looking_up =
        model.lookup.image.pending_request().is_some() && !model.lookup.is_refreshing_listed();
    in_panes(model)
        && (is_looking_up
            || !model.delivery.jobs.is_empty()
            || model.save.job.is_some()
            || model.command.job.is_some())
}

/// A request is in flight.
pub(super) fn has_request(model: &Model) -> bool {
    in_panes(model) && model.lookup.image.pending_request().is_some()
}

pub(super) fn has_image(model: &Model) -> bool {
    in_panes(model) && model.lookup.shown().is_some()
}

/// An image is shown beside others, and pictures are drawn.
pub(super) fn has_picture(model: &Model) -> bool {
    has_image(model) && sees_panes(model) && model.has_pictures()
}

/// A picture is on the full screen, or will be at the zoom of the one before.
pub(super) fn can_zoom(model: &Model) -> bool {
    on_full_screen(model) && (model.preview.picture.value().is_some() || model.preview.zoom.is_some())
}

pub(super) fn is_zoomed(model: &Model) -> bool {
    on_full_screen(model) && model.preview.zoom.is_some()
}

/// Pictures are drawn, so that one may have been shown before.
pub(super) fn sees_picture(model: &Model) -> bool {
    in_panes(model) && model.has_pictures() && (model.has(Pane::Preview) || model.is_full_screen())
}

/// Another picture was shown before that of the full screen.
pub(super) fn can_flip(model: &Model) -> bool {
    on_full_screen(model) && model.has_pictures() && model.preview.other().is_some()
}

/// An animation is on the full screen.
pub(super) fn sees_animation(model: &Model) -> bool {
    on_full_screen(model) && model.preview.is_animated()
}

pub(super) fn sees_paused_animation(model: &Model) -> bool {
    sees_animation(model) && model.preview.is_paused
}

pub(super) fn loading_picture(model: &Model) -> bool {
    in_panes(model) && model.preview.picture.pending_request().is_some()
}

pub(super) fn has_other_variants(model: &Model) -> bool {
    sees_panes(model) && model.lookup.variants().nth(1).is_some()
}

pub(super) fn has_other_variants_on_full_screen(model: &Model) -> bool {
    on_full_screen(model) && !is_zoomed(model) && model.lookup.variants().nth(1).is_some()
}

pub(super) fn has_other_images_on_full_screen(model: &Model) -> bool {
    on_full_screen(model) && !is_zoomed(model) && model.browse.len() > 1
}

/// Outside text, with no overlay or a URL in one: keys about the selected variant work.
pub(super) fn has_target(model: &Model) -> bool {
    in_panes(model) || on_url(model)
}

/// An image can be acted on, even one without variants.
pub(super) fn can_copy(model: &Model) -> bool {
    has_target(model) && model.lookup.shown().is_some() && model.lookup.pending_other_id().is_none()
}

pub(super) fn has_variant(model: &Model) -> bool {
    can_copy(model) && model.lookup.variant().is_some()
}

pub(super) fn on_variant(model: &Model) -> bool {
    in_variants(model) && has_variant(model) && model.lookup.image.pending_request().is_none()
}

/// The selected variant may need a signature.
pub(super) fn can_sign(model: &Model) -> bool {
    has_variant(model) && model.unsigned_reason().is_none()
}

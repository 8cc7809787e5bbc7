//! Which pictures to probe for the sizes in a copy format, and what to do without those sizes.

use super::notices::name;
use super::state::Target;
use crate::app::problem::clause;
use crate::domain::account::group_thousands;
use crate::domain::copy_as::CannotCopy;
use crate::domain::{CopyAs, PictureSource, SignMode, VariantOptions};

/// The most pictures to probe for one copy. With a hundred thousand marked images, probing would take hours.
const MAX_PROBES: usize = 200;

/// A picture to probe.
pub(super) struct Unprobed {
    /// An index into the targets.
    pub(super) target: usize,
    pub(super) source: PictureSource,
    /// The URL that identifies the picture.
    pub(super) picture: String,
}

/// The pictures whose sizes the format contains and that are not known. Fails with a warning if there are too many.
pub(super) fn unprobed(
    targets: &[Target],
    form: &CopyAs,
    options: &[VariantOptions],
) -> Result<Vec<Unprobed>, String> {
    let mut unprobed = Vec::new();
    let mut count = 0;
    for (target, all) in targets.iter().enumerate() {
        for (url, picture) in all.urls_without_size(form) {
            // If no URL opens the picture, its size stays unknown.
            let mode = if url.sign { SignMode::Always } else { SignMode::Never };
            let plan = all.plan(url, options, mode);
            let Ok(source) = PictureSource::of_plan(plan, &all.id, &picture) else { continue };
            count += 1;
            // Count the rest for the warning, but do not collect them.
            if count <= MAX_PROBES {
                unprobed.push(Unprobed { target, source, picture: picture.into_owned() });
            }
        }
    }
    if count <= MAX_PROBES {
        return Ok(unprobed);
    }
    if !form.lists_widths() {
        return Ok(vec![]);
    }
    Err(format!(
        "Not copied: too many pictures of unknown width ({}, limit {MAX_PROBES}). Mark fewer images.",
        group_thousands(count as u64)
    ))
}

/// Leaves out variants whose widths are not known. Returns a warning if none is left in a format that lists them.
pub(super) fn leave_out(targets: &mut [Target], form: &CopyAs) -> Option<String> {
    if !form.lists_widths() {
        return None;
    }
    let many = targets.len() > 1;
    for target in targets {
        let all = target.srcset_variants.len();
        target.srcset_variants.retain(|other| other.width.is_some());
        target.left_out = all - target.srcset_variants.len();
        if target.srcset_variants.is_empty() {
            let whose = if many { format!(" ({})", name(target)) } else { String::new() };
            return Some(match &target.probe_failure {
                Some(failure) => {
                    format!("Not copied{whose}: couldn't read the widths of the variants. {failure}")
                }
                None => format!("Not copied{whose}. {}", CannotCopy::NoWidths),
            });
        }
    }
    None
}

/// A note about sizes left out; it is put after a comma.
pub(super) fn left_out_note(targets: &[Target], form: &CopyAs) -> Option<String> {
    let left_out: usize = targets.iter().map(|target| target.left_out).sum();
    let sizeless = targets.iter().filter(|target| form.has_size() && target.size.0.is_none()).count();
    let why = targets.iter().find_map(|target| target.probe_failure.as_ref());
    let why = why.map(|failure| format!(" ({})", clause(&failure.what))).unwrap_or_default();
    Some(match (left_out, sizeless, targets.len()) {
        (0, 0, _) => return None,
        (0, _, 1) => format!("without width and height{why}"),
        (0, some, _) => format!("{} without width and height{why}", group_thousands(some as u64)),
        (1, ..) => format!("left out 1 variant of unknown width{why}"),
        (some, ..) => {
            format!("left out {} variants of unknown width{why}", group_thousands(some as u64))
        }
    })
}

//! Patterns. One tile of each is drawn on its own, in memory for all of it however little of it is seen.

use resvg::usvg::{Group, Node, Paint, Pattern, Transform, Tree};

use crate::picture::PictureError;

/// How many times the drawing's own area a tile may take.
const MOST: f64 = 4.0;

/// Refuses a drawing with a tile that is much larger than itself. Both grow alike with the size that it is drawn in.
pub(super) fn admit(tree: &Tree) -> Result<(), PictureError> {
    let room = f64::from(tree.size().width()) * f64::from(tree.size().height()) * MOST;
    if largest_in(tree.root()) <= room {
        return Ok(());
    }
    Err(PictureError::TooComplex { what: "a pattern with a tile over four times its own size".to_owned() })
}

/// The area of the largest tile within a group, in the drawing's units. The tree's depth is limited by its reader.
fn largest_in(group: &Group) -> f64 {
    group.children().iter().map(largest_of).fold(0.0, f64::max)
}

fn largest_of(node: &Node) -> f64 {
    let mut largest: f64 = match node {
        Node::Group(group) => largest_in(group),
        Node::Path(path) => {
            let fill = path.fill().map(resvg::usvg::Fill::paint);
            let stroke = path.stroke().map(resvg::usvg::Stroke::paint);
            let tiles = fill.into_iter().chain(stroke).filter_map(|paint| match paint {
                Paint::Pattern(pattern) => Some(area(pattern, path.abs_transform())),
                _ => None,
            });
            tiles.fold(0.0, f64::max)
        }
        Node::Image(_) | Node::Text(_) => 0.0,
    };
    node.subroots(|group| largest = largest.max(largest_in(group)));
    largest
}

/// What cannot be told is too much.
fn area(pattern: &Pattern, transform: Transform) -> f64 {
    let (across, down) = transform.pre_concat(pattern.transform()).get_scale();
    let rect = pattern.rect();
    let area = f64::from(rect.width()) * f64::from(across) * f64::from(rect.height()) * f64::from(down);
    if area.is_finite() { area } else { f64::INFINITY }
}

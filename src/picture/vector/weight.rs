//! How much there is to draw once everything that a drawing repeats is repeated.
//!
//! Ten groups that each use the one before ten times are twenty lines of text and ten thousand million shapes. So an
//! element weighs one, and what is in it, and what it refers to; the sum is taken before anything is built.

use std::collections::HashMap;

use resvg::usvg::roxmltree::{Document, Node, NodeId};

use super::PictureError;

/// The most elements that are drawn, repetitions counted.
const MOST_DRAWN: u64 = 50_000;
/// How deep elements may stand in one another, through what they refer to as well. The libraries call themselves for each.
const DEEPEST: usize = 200;

/// What a part of a filter weighs: it walks over every pixel, most often of the whole picture.
const FILTER: u64 = 200;
/// Octaves of a turbulence, and the side of a convolution, that a filter may have for each pixel.
const MOST_A_PIXEL: f64 = 20.0;

/// Refuses a drawing that would take too long.
pub(super) fn admit(document: &Document<'_>) -> Result<(), PictureError> {
    if let Some(what) = document.descendants().find_map(endless) {
        return Err(PictureError::TooComplex { what: what.to_owned() });
    }
    let mut scale = Scale::new(document);
    let (weight, depth) = scale.weigh(document.root_element());
    if depth > DEEPEST {
        return Err(PictureError::TooComplex {
            what: format!("elements over {DEEPEST} deep in one another"),
        });
    }
    if weight > MOST_DRAWN {
        return Err(PictureError::TooComplex {
            what: format!("over {MOST_DRAWN} elements, repetitions counted"),
        });
    }
    Ok(())
}

struct Scale<'a, 'input> {
    by_id: HashMap<&'a str, Node<'a, 'input>>,
    styled: Styled<'a, 'input>,
    known: HashMap<NodeId, (u64, usize)>,
}

/// An element on the way: those within it that are still to weigh, and what it weighs so far.
struct Open<'a, 'input> {
    node: Node<'a, 'input>,
    left: Vec<Node<'a, 'input>>,
    /// How many points its line has.
    points: u64,
    weight: u64,
    depth: usize,
}

impl<'a, 'input> Scale<'a, 'input> {
    fn new(document: &'a Document<'input>) -> Self {
        let mut by_id = HashMap::new();
        for node in document.descendants() {
            if let Some(id) = node.attribute("id") {
                by_id.entry(id).or_insert(node);
            }
        }
        let mut styled = Styled::default();
        for style in document.descendants().filter(|node| node.tag_name().name() == "style") {
            for text in style.descendants().filter_map(|node| node.text()) {
                styled.read(text, &by_id);
            }
        }
        Self { by_id, styled, known: HashMap::new() }
    }

    /// The weight and the depth of an element. Without calling itself, for the depth is what is in doubt.
    fn weigh(&mut self, root: Node<'a, 'input>) -> (u64, usize) {
        let mut way = vec![self.open(root)];
        loop {
            let Some(open) = way.last_mut() else { return (0, 0) };
            if let Some(next) = open.left.pop() {
                // One on the way already refers to itself, which the library breaks; it weighs what it has so far.
                if let Some(&(weight, depth)) = self.known.get(&next.id()) {
                    open.add(next, weight, depth);
                } else {
                    self.known.insert(next.id(), (1, 1));
                    let opened = self.open(next);
                    way.push(opened);
                }
                continue;
            }
            let (node, weight, depth) = (open.node, open.weight, open.depth + 1);
            self.known.insert(node.id(), (weight, depth));
            way.pop();
            match way.last_mut() {
                Some(outer) => outer.add(node, weight, depth),
                None => return (weight, depth),
            }
        }
    }

    fn open(&self, node: Node<'a, 'input>) -> Open<'a, 'input> {
        let mut left: Vec<_> = node.children().filter(Node::is_element).collect();
        for attribute in node.attributes() {
            if attribute.name() == "href" {
                let id = attribute.value().trim().strip_prefix('#');
                left.extend(id.and_then(|id| self.by_id.get(id)).copied());
            } else {
                let ids = referred(attribute.value());
                left.extend(ids.filter_map(|id| self.by_id.get(id)).copied().filter(|node| repeats(*node)));
            }
        }
        self.styled.on(node, &mut left);
        let is_filter = node.tag_name().name().starts_with("fe");
        // A marker is drawn on every point of a line; a point takes three characters at the least.
        let points = node.attribute("d").or_else(|| node.attribute("points")).map_or(0, str::len) / 3;
        Open { node, left, points: points as u64 + 1, weight: if is_filter { FILTER } else { 1 }, depth: 0 }
    }
}

impl<'a, 'input> Open<'a, 'input> {
    fn add(&mut self, inner: Node<'a, 'input>, weight: u64, depth: usize) {
        let times = if inner.tag_name().name() == "marker" { self.points } else { 1 };
        self.weight = self.weight.saturating_add(weight.saturating_mul(times));
        self.depth = self.depth.max(depth);
    }
}

/// Work for each pixel that grows with a number in the file. Morphology walks over as many pixels for each as its radius
/// says, and how many those are, transforms decide.
fn endless(node: Node<'_, '_>) -> Option<&'static str> {
    let too_many = |name: &str| {
        let text = node.attribute(name).unwrap_or_default();
        text.split([' ', ',', '\t', '\n', '\r'])
            .any(|part| part.parse::<f64>().is_ok_and(|number| number > MOST_A_PIXEL))
    };
    match node.tag_name().name() {
        "feMorphology" => Some("a filter that thickens or thins lines"),
        "feTurbulence" if too_many("numOctaves") => Some("a turbulence of over 20 octaves"),
        "feConvolveMatrix" if too_many("order") => Some("a filter over more than 20 pixels"),
        _ => None,
    }
}

/// What style sheets refer to, by the class of the elements that it is for.
#[derive(Default)]
struct Styled<'a, 'input> {
    by_class: HashMap<&'a str, Vec<Node<'a, 'input>>>,
    /// Of rules that choose by anything but one class: they may mean any element.
    on_all: Vec<Node<'a, 'input>>,
}

impl<'a, 'input> Styled<'a, 'input> {
    fn read(&mut self, sheet: &'a str, by_id: &HashMap<&'a str, Node<'a, 'input>>) {
        for rule in sheet.split('}') {
            let Some((chosen, body)) = rule.split_once('{') else { continue };
            let named: Vec<_> = referred(body)
                .filter_map(|id| by_id.get(id).copied())
                .filter(|node| repeats(*node))
                .collect();
            if named.is_empty() {
                continue;
            }
            for one in chosen.split(',') {
                match one.trim().strip_prefix('.').filter(|class| class.chars().all(is_plain)) {
                    Some(class) => self.by_class.entry(class).or_default().extend(&named),
                    None => self.on_all.extend(&named),
                }
            }
        }
    }

    fn on(&self, node: Node<'a, 'input>, left: &mut Vec<Node<'a, 'input>>) {
        if let Some(classes) = node.attribute("class") {
            left.extend(classes.split_whitespace().filter_map(|class| self.by_class.get(class)).flatten());
        }
        left.extend(&self.on_all);
    }
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

/// Whether what refers to this element draws it anew. Gradients are only looked up.
fn repeats(node: Node<'_, '_>) -> bool {
    !matches!(node.tag_name().name(), "linearGradient" | "radialGradient")
}

/// The names in every `url(#name)` of a text.
fn referred(text: &str) -> impl Iterator<Item = &str> {
    text.split("url(").skip(1).filter_map(|rest| {
        let inside = rest.split(')').next()?;
        inside.trim().trim_matches(['"', '\'']).trim().strip_prefix('#')
    })
}

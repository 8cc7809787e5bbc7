//! Loads the system fonts that a text needs. They are read in advance, as a child cannot open files while it draws.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use resvg::usvg::fontdb::{Database, FaceInfo, Family, Source};
use skrifa::{FontRef, MetadataProvider as _};

/// The most bytes of fonts that are read.
const MAX_BYTES: u64 = 48 << 20;
/// The most different characters that fonts are searched for.
const MAX_CHARACTERS: usize = 4096;

/// The preferred families for the generic ones, best first, if the system has no setting.
const SERIF: &[&str] = &["DejaVu Serif", "Liberation Serif", "Noto Serif", "Times New Roman", "FreeSerif"];
const SANS: &[&str] = &["DejaVu Sans", "Liberation Sans", "Noto Sans", "Arial", "Helvetica", "FreeSans"];
const MONO: &[&str] = &["DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono", "Courier New", "FreeMono"];

/// The fonts that an SVG names, the generic families, and further fonts for characters that are in none of them.
pub(super) fn for_text(svg: &str) -> Database {
    let mut system = Database::new();
    system.load_system_fonts();
    let generic = generic_families(&system);
    set_generic(&mut system, &generic);
    let mut chosen = Chosen { fonts: Database::new(), files: HashMap::new(), bytes: 0 };
    let lower = svg.to_lowercase();
    let is_named = |face: &FaceInfo| {
        face.families.iter().any(|(name, _)| generic.contains(name) || lower.contains(&name.to_lowercase()))
    };
    let mut missing: BTreeSet<char> =
        svg.chars().filter(|c| !c.is_whitespace() && !c.is_control()).take(1 << 20).collect();
    while missing.len() > MAX_CHARACTERS {
        missing.pop_last();
    }
    let (named, others): (Vec<_>, Vec<_>) = system.faces().partition(|face| is_named(face));
    for face in named {
        remove_covered(&system, face, &mut missing);
        chosen.add(face);
    }
    for face in others {
        if missing.is_empty() {
            break;
        }
        if remove_covered(&system, face, &mut missing) {
            chosen.add(face);
        }
    }
    let mut fonts = chosen.fonts;
    set_generic(&mut fonts, &generic);
    fonts
}

struct Chosen {
    fonts: Database,
    files: HashMap<PathBuf, Arc<Vec<u8>>>,
    bytes: u64,
}

impl Chosen {
    fn add(&mut self, face: &FaceInfo) {
        let (Source::File(path) | Source::SharedFile(path, _)) = &face.source else { return };
        if !self.files.contains_key(path) {
            let size = std::fs::metadata(path).map_or(u64::MAX, |file| file.len());
            if self.bytes.saturating_add(size) > MAX_BYTES {
                return;
            }
            let Ok(bytes) = std::fs::read(path) else { return };
            self.bytes += size;
            self.files.insert(path.clone(), Arc::new(bytes));
        }
        let bytes = self.files[path].clone();
        self.fonts.push_face_info(FaceInfo { source: Source::Binary(bytes), ..face.clone() });
    }
}

/// Removes the characters that a face has. Returns whether there were any.
fn remove_covered(fonts: &Database, face: &FaceInfo, missing: &mut BTreeSet<char>) -> bool {
    let before = missing.len();
    fonts.with_face_data(face.id, |data, index| {
        if let Ok(font) = FontRef::from_index(data, index) {
            let map = font.charmap();
            missing.retain(|c| map.map(*c).is_none());
        }
    });
    missing.len() < before
}

/// Installed families for serif, sans-serif, monospace, cursive and fantasy.
fn generic_families(fonts: &Database) -> [String; 5] {
    let has = |name: &str| fonts.faces().any(|face| face.families.iter().any(|(known, _)| known == name));
    [
        (Family::Serif, SERIF),
        (Family::SansSerif, SANS),
        (Family::Monospace, MONO),
        (Family::Cursive, SERIF),
        (Family::Fantasy, SANS),
    ]
    .map(|(family, names)| {
        let usual = fonts.family_name(&family);
        let any = || fonts.faces().next().and_then(|face| face.families.first()).map(|(name, _)| &**name);
        let mut preferred = [usual].into_iter().chain(names.iter().copied());
        preferred.find(|name| has(name)).or_else(any).unwrap_or(usual).to_owned()
    })
}

fn set_generic(fonts: &mut Database, [serif, sans, mono, cursive, fantasy]: &[String; 5]) {
    fonts.set_serif_family(serif);
    fonts.set_sans_serif_family(sans);
    fonts.set_monospace_family(mono);
    fonts.set_cursive_family(cursive);
    fonts.set_fantasy_family(fantasy);
}

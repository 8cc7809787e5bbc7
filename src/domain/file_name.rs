//! Safe file names for images, made from untrusted names.

use super::Image;
use super::sanitize::with_unsafe;
use super::width::first_bytes;

/// The longest name that file systems accept, in bytes.
const MAX_BYTES: usize = 255;

/// File extensions of pictures. Those in the same row mean the same format.
const PICTURES: [&[&str]; 17] = [
    &["jpg", "jpeg", "jpe", "jfif"],
    &["png", "apng"],
    &["webp"],
    &["gif"],
    &["avif", "avifs"],
    &["svg"],
    &["heic", "heif", "hif"],
    &["jxl"],
    &["jp2", "j2k"],
    &["tif", "tiff", "dng", "nef", "arw", "cr2"],
    &["bmp", "dib"],
    &["ico"],
    &["psd"],
    &["pdf"],
    &["mp4", "m4v"],
    &["mov", "qt"],
    &["webm"],
];

/// The longest variant in a file name, in bytes.
const MAX_VARIANT: usize = 100;

/// The file name to save an image as: its original file name or else the end of its ID, sanitized. It is a single path
/// component, not hidden, not an option and not a device name, and short enough for file systems.
///
/// The variant is part of the name, so that two variants of an image are saved to two files. `extension` is the real
/// format of the bytes, without a dot. It replaces the extension of another format, but not another spelling of the
/// same one; to any other name it is appended.
pub fn file_name(image: &Image, variant: Option<&str>, extension: Option<&str>) -> String {
    let id = image.id.as_str().rsplit('/').next();
    let name = [image.filename.as_deref(), id]
        .into_iter()
        .flatten()
        .map(sanitize_name)
        .find(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| "image".to_owned());
    if variant.is_none() && extension.is_none() {
        return match name.rsplit_once('.') {
            // A longer one is the end of a sentence rather than an extension.
            Some((stem, current)) if !stem.is_empty() && current.len() <= 16 => {
                join_within_limit(stem, "", Some(current))
            }
            _ => join_within_limit(&name, "", None),
        };
    }
    let variant = variant.map(sanitize_name).filter(|variant| !variant.is_empty());
    let suffix =
        variant.map(|variant| format!("-{}", first_bytes(&variant, MAX_VARIANT))).unwrap_or_default();
    with_suffix(&name, &suffix, extension)
}

/// A file name with the extension of its format, without a dot: it replaces the extension of another picture format,
/// and is appended to any other name.
pub fn with_extension(name: &str, extension: &str) -> String {
    with_suffix(name, "", Some(extension))
}

/// A file name with a number before its picture extension: `logo-2.png`.
pub fn numbered(name: &str, number: u32) -> String {
    with_suffix(name, &format!("-{number}"), None)
}

/// Puts `suffix` before the extension, and replaces the extension unless it fits.
fn with_suffix(name: &str, suffix: &str, extension: Option<&str>) -> String {
    let picture =
        name.rsplit_once('.').filter(|(stem, current)| !stem.is_empty() && format_row(current).is_some());
    let (stem, current) = picture.map_or((name, None), |(stem, current)| (stem, Some(current)));
    let fits = |current: &&str| extension.is_none_or(|extension| is_same_format(extension, current));
    join_within_limit(stem, suffix, current.filter(fits).or(extension))
}

/// The row of [`PICTURES`] that contains an extension.
fn format_row(extension: &str) -> Option<usize> {
    PICTURES.iter().position(|row| row.iter().any(|one| one.eq_ignore_ascii_case(extension)))
}

/// Replaces or removes what a file system, a shell or a user could misread.
fn sanitize_name(text: &str) -> String {
    let replacement = |(c, is_unsafe): (char, bool)| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        _ if is_unsafe => '_',
        c => c,
    };
    let text: String = with_unsafe(text).map(replacement).collect();
    let text = text.trim_start_matches(|c: char| matches!(c, '.' | '-' | '~') || c.is_whitespace());
    let text = text.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    if is_device(text) { format!("_{text}") } else { text.to_owned() }
}

/// Whether Windows treats the name as a device, ignoring everything after its first dot.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        stem => ["COM", "LPT"].iter().any(|port| {
            let number = stem.strip_prefix(port).map(|rest| rest.chars().collect::<Vec<_>>());
            matches!(number.as_deref(), Some(['0'..='9' | '¹' | '²' | '³']))
        }),
    }
}

fn is_same_format(extension: &str, current: &str) -> bool {
    extension.eq_ignore_ascii_case(current)
        || format_row(extension).is_some() && format_row(extension) == format_row(current)
}

/// Joins stem, suffix and extension. The stem is truncated if the name would be too long.
fn join_within_limit(stem: &str, suffix: &str, extension: Option<&str>) -> String {
    let limit = MAX_BYTES - suffix.len() - extension.map_or(0, |extension| extension.len() + 1);
    let stem = first_bytes(stem, limit);
    match extension {
        Some(extension) => format!("{stem}{suffix}.{extension}"),
        None => format!("{stem}{suffix}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::sanitize::is_unsafe;

    fn image(id: &str, filename: Option<&str>) -> Image {
        let filename = serde_json::to_string(&filename).unwrap();
        Image::read(&format!(r#"{{"id":{},"filename":{filename}}}"#, serde_json::to_string(id).unwrap()))
            .unwrap()
    }

    fn original(filename: &str) -> String {
        file_name(&image("some-id", Some(filename)), None, None)
    }

    #[test]
    fn file_name_is_a_safe_path_component() {
        for (filename, name) in [
            ("logo.png", "logo.png"),
            ("日本 写真.jpg", "日本 写真.jpg"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("/etc/passwd", "_etc_passwd"),
            ("C:\\boot.ini", "C__boot.ini"),
            ("a\u{1b}[31m\nb\0.png", "a_[31m_b_.png"),
            ("a\u{202e}gnp.exe", "a_gnp.exe"),
            ("می\u{200c}خواهم.png", "می\u{200c}خواهم.png"),
            ("👨\u{200d}👩\u{200d}👧.png", "👨\u{200d}👩\u{200d}👧.png"),
            ("a\u{200c}b\u{200d}.png", "a_b_.png"),
            (".bashrc", "bashrc"),
            ("-rf", "rf"),
            (" --.. -x.png. . ", "x.png"),
            ("~root", "root"),
            ("con", "_con"),
            ("NUL.png", "_NUL.png"),
            ("prn", "_prn"),
            ("Aux.png", "_Aux.png"),
            ("conin$", "_conin$"),
            ("CONOUT$.png", "_CONOUT$.png"),
            ("nul .png", "_nul .png"),
            ("com7.tar.gz", "_com7.tar.gz"),
            ("LPT¹.png", "_LPT¹.png"),
            ("compass.png", "compass.png"),
            ("com10.png", "com10.png"),
            ("...", "some-id"),
            ("", "some-id"),
            (" \t", "_"),
        ] {
            assert_eq!(original(filename), name, "{filename:?}");
        }
        assert_eq!(file_name(&image("a/b/c.png", None), None, None), "c.png");
        assert_eq!(file_name(&image("a/-", None), None, None), "image");
    }

    #[test]
    fn extension_matches_real_format() {
        for (filename, extension, variant, name) in [
            ("hero.jpg", "webp", Some("card"), "hero-card.webp"),
            ("hero.jpeg", "jpg", Some("card"), "hero-card.jpeg"),
            ("HERO.JPG", "jpg", Some("card"), "HERO-card.JPG"),
            ("v1.2", "webp", Some("card"), "v1.2-card.webp"),
            ("hero", "webp", Some("w=4,h=3"), "hero-w=4,h=3.webp"),
            ("hero.png", "webp", Some("../\u{1b}x"), "hero-__x.webp"),
            ("hero.png", "webp", Some("."), "hero.webp"),
            ("hero", "png", None, "hero.png"),
            ("upload.jpg", "webp", None, "upload.webp"),
            ("upload.JPG", "jpg", None, "upload.JPG"),
            ("upload.jpeg", "jpg", None, "upload.jpeg"),
            ("upload.Tiff", "tif", None, "upload.Tiff"),
            ("upload.heif", "heic", None, "upload.heif"),
            ("upload.apng", "png", None, "upload.apng"),
            ("upload.png", "pdf", None, "upload.pdf"),
            ("v1.2", "png", None, "v1.2.png"),
        ] {
            assert_eq!(file_name(&image("i", Some(filename)), variant, Some(extension)), name, "{filename}");
        }
    }

    #[test]
    fn extension_and_number_are_added_to_names() {
        for (name, corrected) in [
            ("a.jpg", "a.webp"),
            ("a.WEBP", "a.WEBP"),
            ("a", "a.webp"),
            ("v1.2", "v1.2.webp"),
            (".jpg", ".jpg.webp"),
        ] {
            assert_eq!(with_extension(name, "webp"), corrected);
        }
        assert_eq!(numbered("logo.png", 2), "logo-2.png");
        assert_eq!(numbered("v1.2", 3), "v1.2-3");
    }

    #[test]
    fn long_name_is_truncated_before_its_extension() {
        let long = format!("{}.jpg", "é".repeat(1000));
        let name = file_name(&image("i", Some(&long)), Some("card"), Some("webp"));
        assert_eq!(name, format!("{}-card.webp", "é".repeat(122)));
        let name = file_name(&image("i", Some("a")), Some(&long), Some("webp"));
        assert_eq!(name, format!("a-{}.webp", "é".repeat(50)));
        assert_eq!(original(&"x".repeat(300)).len(), 255);
        assert_eq!(original(&format!("a.{}", "x".repeat(300))).len(), 255);
    }

    proptest! {
        #[test]
        fn file_name_is_safe_for_any_text(
            text in any::<String>(),
            variant in any::<Option<String>>(),
            extension in prop::option::of("[a-z]{3,4}"),
        ) {
            let name = file_name(&image("i", Some(&text)), variant.as_deref(), extension.as_deref());
            prop_assert!(!name.is_empty() && name.len() <= 255);
            prop_assert!(!name.starts_with(['.', '-', '~', ' ']) && !name.contains(['/', '\\', ':']));
            prop_assert!(!name.chars().any(|c| is_unsafe(c) && !matches!(c, '\u{200c}' | '\u{200d}')) && !is_device(&name), "{name:?}");
        }
    }
}

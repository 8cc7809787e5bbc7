//! QR codes, drawn with half-blocks: a module is as wide as a cell and half as high.

use qrcodegen::{QrCode as Code, QrCodeEcc};

/// Light modules around the code. Scanners need them.
const QUIET_ZONE: i32 = 4;

/// The longest text of a code, in bytes.
pub const MAX_BYTES: usize = 2_953;

/// What a code of a signed URL means, with the URL's expiry.
pub fn scan_warning(expires: Option<i64>) -> &'static str {
    match expires {
        Some(_) => "Anyone who scans this code can see the image until then.",
        None => "Anyone who scans this code can see the image until you rotate the key.",
    }
}

/// A QR code as rows of text. Dark modules are the foreground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QrCode {
    rows: Vec<String>,
}

impl QrCode {
    /// `None` if the text has more than [`MAX_BYTES`].
    pub fn new(text: &str) -> Option<Self> {
        let code = Code::encode_text(text, QrCodeEcc::Low).ok()?;
        let is_dark = |x: i32, y: i32| code.get_module(x, y);
        let side = -QUIET_ZONE..code.size() + QUIET_ZONE;
        let row = |y: i32| {
            let block = |x: i32| match (is_dark(x, y), is_dark(x, y + 1)) {
                (false, false) => ' ',
                (true, false) => '▀',
                (false, true) => '▄',
                (true, true) => '█',
            };
            side.clone().map(block).collect()
        };
        Some(Self { rows: side.clone().step_by(2).map(row).collect() })
    }

    /// The rows, all of the same number of columns.
    pub fn rows(&self) -> &[String] {
        &self.rows
    }

    /// The columns and rows.
    pub fn cells(&self) -> (usize, usize) {
        (self.rows.first().map_or(0, |row| row.chars().count()), self.rows.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a scanner reads, with `scale` pixels a module.
    fn scanned(code: &QrCode) -> String {
        const SCALE: usize = 4;
        let rows: Vec<Vec<char>> = code.rows().iter().map(|row| row.chars().collect()).collect();
        let (columns, lines) = code.cells();
        let is_dark = |x: usize, y: usize| match rows[y / 2][x] {
            '█' => true,
            '▀' => y.is_multiple_of(2),
            '▄' => !y.is_multiple_of(2),
            _ => false,
        };
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(columns * SCALE, lines * 2 * SCALE, |x, y| {
                if is_dark(x / SCALE, y / SCALE) { 0 } else { 255 }
            });
        image.detect_grids()[0].decode().expect("it is read").1
    }

    #[test]
    fn scanner_reads_the_text() {
        let signed = format!(
            "https://imagedelivery.net/MTt4OTd0b0w5aj/083eb7b2-5392-4565-b69e-aff66acddd00/public?exp=1767225600&sig={}",
            "0a".repeat(32)
        );
        for text in ["https://imagedelivery.net/H/cat/public", &signed, &"x".repeat(MAX_BYTES)] {
            assert_eq!(scanned(&QrCode::new(text).unwrap()), text);
        }
    }

    #[test]
    fn code_has_a_quiet_zone() {
        let code = QrCode::new("https://imagedelivery.net/H/cat/public").unwrap();
        let (columns, _) = code.cells();
        assert!(code.rows().iter().all(|row| row.chars().count() == columns));
        assert!(code.rows()[..2].iter().all(|row| row.trim().is_empty()));
        assert!(code.rows().iter().all(|row| row.starts_with("    ") && row.ends_with("    ")));
    }

    #[test]
    fn text_may_be_too_long() {
        assert_eq!(QrCode::new(&"x".repeat(MAX_BYTES + 1)), None);
    }
}

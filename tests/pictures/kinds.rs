//! Formats that are recognized but not decoded, and unusual JPEGs.

use cfimg::picture::{Format, PictureError, file_info, format};

use super::{assert_near, pixels, refused};

fn boxes(brands: &[u8]) -> Vec<u8> {
    let length = u32::try_from(8 + brands.len()).expect("it is short").to_be_bytes();
    [&length[..], b"ftyp", brands].concat()
}

#[test]
fn unsupported_formats_are_recognized() {
    let bmp = [&b"BM"[..], &[0; 12], &[40, 0, 0, 0, 1]].concat();
    for (bytes, kind, extension) in [
        (boxes(b"heic\0\0\0\0mif1heic"), Format::Heic, "heic"),
        (boxes(b"mif1\0\0\0\0mif1heix"), Format::Heic, "heic"),
        (boxes(b"msf1\0\0\0\0hevc"), Format::Heic, "heic"),
        (boxes(b"isom\0\0\0\0mp41"), Format::Mp4, "mp4"),
        (boxes(b"qt  \0\0\0\0"), Format::QuickTime, "mov"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm".to_vec(), Format::WebM, "webm"),
        (b"\xff\x0a\xfa\x1f".to_vec(), Format::JpegXl, "jxl"),
        (b"\0\0\0\x0cJXL \r\n\x87\n".to_vec(), Format::JpegXl, "jxl"),
        (b"\0\0\0\x0cjP  \r\n\x87\n".to_vec(), Format::Jpeg2000, "jp2"),
        (b"II*\0\x08\0\0\0".to_vec(), Format::Tiff, "tiff"),
        (b"MM\0*\0\0\0\x08".to_vec(), Format::Tiff, "tiff"),
        (bmp, Format::Bmp, "bmp"),
        (b"\0\0\x01\0\x01\0\x10\x10".to_vec(), Format::Ico, "ico"),
        (b"8BPS\0\x01".to_vec(), Format::Psd, "psd"),
        (b"\x76\x2f\x31\x01\x02".to_vec(), Format::OpenExr, "exr"),
        (b"qoif\0\0".to_vec(), Format::Qoi, "qoi"),
        (b"%PDF-1.7".to_vec(), Format::Pdf, "pdf"),
        (b"%!PS-Adobe-3.0 EPSF-3.0".to_vec(), Format::Eps, "eps"),
    ] {
        assert_eq!(format(&bytes), Some(kind));
        assert_eq!(kind.extension(), extension);
        assert_eq!(file_info(&bytes), Err(PictureError::Unsupported { format: kind }));
        assert_eq!(refused(&bytes), PictureError::Unsupported { format: kind });
    }
}

#[test]
fn heif_with_an_avif_brand_is_avif() {
    assert_eq!(format(&boxes(b"mif1\0\0\0\0mif1avif")), Some(Format::Avif));
}

#[test]
fn unknown_webp_feature_is_reported() {
    let error = refused(b"RIFF\x20\0\0\0WEBPVP9X\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0");
    assert!(matches!(error, PictureError::UnsupportedFeature { format: Format::WebP, .. }), "{error:?}");
}

#[test]
fn unusual_jpeg_samplings_have_right_colors() {
    for bytes in [&include_bytes!("sampling-1x1-2x1-2x1.jpg")[..], include_bytes!("sampling-3x1.jpg")] {
        let actual = pixels(bytes);
        for (x, y, expected) in [
            (10, 10, [255, 0, 0, 255]),
            (38, 10, [0, 255, 0, 255]),
            (10, 38, [0, 0, 255, 255]),
            (38, 38, [255, 255, 255, 255]),
        ] {
            assert_near(actual.get_pixel(x, y).0, expected, 6);
        }
    }
}

#[test]
fn unsupported_jpeg_features_are_reported() {
    let arithmetic = include_bytes!("arithmetic.jpg");
    let baseline = include_bytes!("sampling-3x1.jpg");
    let at = baseline.windows(2).position(|two| two == [0xff, 0xc0]).expect("it has a frame");
    let with = |offset: usize, byte: u8| {
        let mut changed = baseline.to_vec();
        changed[at + offset] = byte;
        changed
    };
    // Lossless, hierarchical, JPEG-LS, 12 bits, and 3 samples of one component beside 2 of another.
    for bytes in
        [arithmetic.to_vec(), with(1, 0xc3), with(1, 0xc5), with(1, 0xf7), with(4, 12), with(14, 0x21)]
    {
        let error = refused(&bytes);
        assert!(matches!(error, PictureError::UnsupportedFeature { format: Format::Jpeg, .. }), "{error:?}");
    }
}

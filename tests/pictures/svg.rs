//! SVG: drawn in any size, and kept from reaching out or taking for ever.

use std::fmt::Write as _;
use std::net::TcpListener;

use cfimg::picture::{Facts, Format, Limits, Picture, PictureError, facts};

fn drawn(svg: &str) -> Picture {
    Picture::decode(svg.as_bytes(), &Limits::default()).expect("it is drawn")
}

fn refused(svg: &str) -> PictureError {
    Picture::decode(svg.as_bytes(), &Limits::default()).expect_err("it is refused")
}

fn wrapped(inside: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='40' height='20'>\
         {inside}</svg>"
    )
}

#[test]
fn drawings_fill_their_place() {
    let picture = drawn(&wrapped("<rect width='20' height='20' fill='#f00'/>"));
    assert_eq!((picture.width(), picture.height(), picture.format()), (40, 20, Format::Svg));
    for (within, size) in [((400, 400), (400, 200)), ((10, 10), (10, 5))] {
        let image = picture.fit(within.0, within.1);
        assert_eq!(image.dimensions(), size);
        assert_eq!(image.get_pixel(1, 1).0, [255, 0, 0, 255]);
        assert_eq!(image.get_pixel(size.0 - 2, 1).0, [0; 4], "nothing is drawn there");
    }
}

#[test]
fn sizes_come_from_the_root() {
    for (svg, width, height) in [
        (wrapped(""), 40, 20),
        ("<?xml version='1.0'?><!-- a > b --><!DOCTYPE svg [<!ENTITY a '>'>]>\n<svg viewBox='0 0 30 10.5'>".into(), 30, 11),
        ("\u{feff}<s:svg xmlns:s='http://www.w3.org/2000/svg' height='1in' width=\"2in\"/>".into(), 192, 96),
        ("<svg width='50%' viewBox='0,0,64,48'/>".into(), 32, 24),
        ("<svg data-width='7' title='a>b' width='9' height='8'>".into(), 9, 8),
        ("<svg>".into(), 100, 100),
    ] {
        let expected = Facts { width, height, format: Format::Svg, animated: false };
        assert_eq!(facts(svg.as_bytes()), Ok(expected), "{svg}");
    }
    assert!(matches!(refused("<svgs width='1'/>"), PictureError::NotAPicture { .. }));
}

#[test]
fn the_size_told_is_the_size_drawn() {
    for root in [
        "width='40' height='20'",
        "viewBox='0 0 30 10'",
        "width='50%' viewBox='0,0,64,48'",
        "width='1in' height='20pt'",
    ] {
        let svg =
            format!("<svg xmlns='http://www.w3.org/2000/svg' {root}><rect width='5' height='5'/></svg>");
        let found = facts(svg.as_bytes()).expect("it is an SVG");
        let picture = drawn(&svg);
        assert_eq!((found.width, found.height), (picture.width(), picture.height()), "{root}");
    }
}

#[test]
fn nothing_outside_is_loaded() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    server.set_nonblocking(true).expect("it can");
    let address = server.local_addr().expect("it has one");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("red.svg");
    std::fs::write(&file, wrapped("<rect width='40' height='20' fill='red'/>")).expect("it is written");
    let file = file.display();
    let picture = drawn(&wrapped(&format!(
        "<script>document.location='http://{address}/'</script>\
         <style>@import url(http://{address}/a.css);</style>\
         <image xlink:href='http://{address}/a.png' width='40' height='20'/>\
         <image href='{file}' width='40' height='20'/>\
         <image href='file://{file}' width='40' height='20'/>\
         <image href='data:image/svg+xml,&lt;svg/>' width='40' height='20'/>\
         <use href='{file}#a'/><use href='http://{address}/#a'/>\
         <rect x='20' width='20' height='20' fill='#00f'/>"
    )));
    let image = picture.fit(40, 20);
    assert_eq!(image.get_pixel(30, 10).0, [0, 0, 255, 255]);
    assert_eq!(image.get_pixel(5, 10).0, [0; 4], "no file was drawn");
    assert!(server.accept().is_err(), "nobody called");
    let entity = format!("<!DOCTYPE svg [<!ENTITY e SYSTEM 'file://{file}'>]>{}", wrapped("&e;"));
    assert!(matches!(refused(&entity), PictureError::Damaged { .. }));
}

#[test]
fn what_repeats_itself_without_end_is_refused() {
    let mut entities = String::from("<!DOCTYPE svg [<!ENTITY e0 '<rect width=\"1\" height=\"1\"/>'>");
    for at in 1..=9 {
        let last = at - 1;
        let _ = write!(entities, "<!ENTITY e{at} '{}'>", format!("&e{last};").repeat(10));
    }
    let bomb = format!("{entities}]>{}", wrapped("&e9;"));
    assert!(matches!(refused(&bomb), PictureError::TooComplex { .. }), "{}", refused(&bomb));

    let mut uses = String::from("<defs><g id='g0'><rect width='9' height='9'/></g>");
    let mut patterns = String::from("<defs><pattern id='p0'><rect width='9' height='9'/></pattern>");
    let mut styled = String::from("<style>");
    for at in 1..=9 {
        let last = at - 1;
        let _ = write!(uses, "<g id='g{at}'>{}</g>", format!("<use xlink:href='#g{last}'/>").repeat(10));
        let rect = format!("<rect width='9' height='9' fill='url(#p{last})'/>");
        let _ = write!(patterns, "<pattern id='p{at}' width='9' height='9'>{}</pattern>", rect.repeat(10));
        let _ = write!(styled, ".c{at}{{fill:url(#p{last})}}");
    }
    let by_class = (1..=9).fold(format!("{styled}</style><defs><pattern id='p0'/>"), |mut all, at| {
        let rect = format!("<rect class='c{at}' width='9' height='9'/>");
        let _ = write!(all, "<pattern id='p{at}' width='9' height='9'>{}</pattern>", rect.repeat(10));
        all
    });
    for bomb in [
        format!("{uses}</defs><use href='#g9'/>"),
        format!("{patterns}</defs><rect width='40' height='20' style='fill: url(\"#p9\")'/>"),
        format!("{by_class}</defs><rect width='40' height='20' fill='url(#p9)'/>"),
        "<rect width='1' height='1'/>".repeat(60_000),
        "<g>".repeat(100_000) + &"</g>".repeat(100_000),
        format!(
            "<marker id='m'>{}</marker><path marker-mid='url(#m)' d='M0 0{}'/>",
            "<rect width='1' height='1'/>".repeat(100),
            "h1".repeat(2000)
        ),
        "<filter id='f'><feTurbulence numOctaves='4e9'/></filter>".to_owned(),
        "<filter id='f'><feConvolveMatrix order='3 65536'/></filter>".to_owned(),
        "<filter id='f'><feMorphology radius='9'/></filter>".to_owned(),
        format!("<filter id='f'>{}</filter>", "<feGaussianBlur stdDeviation='9'/>".repeat(300)),
    ] {
        let error = refused(&wrapped(&bomb));
        assert!(matches!(error, PictureError::TooComplex { .. }), "{error}");
        assert!(error.to_string().ends_with("more than cfimg draws. Open it in a browser."), "{error}");
    }
    // What refers to itself is drawn without it.
    drawn(&wrapped("<g id='a'><use href='#a'/><rect width='9' height='9'/></g>"));
    // Gradients, and classes that many shapes share, are no bomb.
    let plain = "<style>.a{fill:url(#l)}.b{clip-path:url(#c)}</style><linearGradient id='l'><stop/></linearGradient>\
                 <clipPath id='c'><rect width='9' height='9'/></clipPath>";
    drawn(&wrapped(&(plain.to_owned() + &"<rect class='a b' width='9' height='9'/>".repeat(5000))));
}

#[test]
fn what_is_cut_or_wrong_says_so() {
    let whole = wrapped("<rect width='20' height='20' fill='red'/>");
    let error = refused(&whole[..whole.len() - 9]);
    assert!(matches!(error, PictureError::Cut { .. }), "{error:?}");
    let error = refused(&wrapped("<a></b>"));
    assert!(matches!(error, PictureError::Damaged { format: Format::Svg, .. }), "{error}");
}

/// Found by fuzzing: a tile is drawn in whole, and one of terabytes ended the program.
#[test]
fn a_tile_much_larger_than_the_drawing_is_refused() {
    let tiled = |tile: &str, painted: &str| {
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 30 10'><defs><pattern id='p' {tile} \
             patternUnits='userSpaceOnUse'><rect width='3' height='2'/></pattern></defs>{painted}</svg>"
        )
    };
    let rect = "<rect width='20' height='9' fill='url(#p)'/>";
    let stroke = "<path d='M0 0H9' stroke='url(#p)'/>";
    let large = "<g transform='scale(9999)'><rect width='20' height='9' fill='url(#p)'/></g>";
    for (tile, painted) in [
        ("width='4' height='11111111111114'", rect),
        ("width='4' height='11111111111114'", stroke),
        ("width='4' height='4'", large),
        ("width='4' height='4' patternTransform='scale(1e6)'", rect),
    ] {
        let error = refused(&tiled(tile, painted));
        assert!(matches!(error, PictureError::TooComplex { .. }), "{tile} {error}");
    }
    // As it was found: the tile is measured in what it fills.
    let found = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0   30 10'><defs><pattern id='p' width='4' \
                 height='1111111111114'><rect width='3' height='2'/></pattern><filter id='f'><feGaussianBlur \
                 stdeaivDtion='2'/></filter></defs><g filter='erA,(#f)'><rect width='89' height='9' \
                 fill='url(#p)'/></g><use href='#p'/></svg>";
    assert!(matches!(refused(found), PictureError::TooComplex { .. }));
    let usual = tiled("width='4' height='4'", rect);
    Picture::decode(usual.as_bytes(), &Limits::default()).expect("a usual pattern").fit(300, 100);
}

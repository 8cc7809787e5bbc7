//! SVG, rendered by the built program in its sandbox.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::sync::Arc;

use cfimg::picture::{
    FileInfo, Format, Limits, Note, Picture, PictureError, Rendered, Renderer, Resource, file_info,
};
use cfimg::sandbox::Sandbox;

fn decode(svg: &str) -> Result<Picture, PictureError> {
    let sandbox: Arc<dyn Renderer> = Arc::new(Sandbox::with_program(env!("CARGO_BIN_EXE_cfimg")));
    Picture::decode(svg.as_bytes(), &Limits::default(), &sandbox)
}

fn render(svg: &str) -> Result<Rendered, PictureError> {
    decode(svg)?.fit(400, 400)
}

fn wrapped(inside: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='40' height='20'>\
         {inside}</svg>"
    )
}

/// The resource that an SVG exceeds. `None` if it is drawn or fails otherwise.
fn excess(svg: &str) -> Option<Resource> {
    match render(svg) {
        Err(PictureError::TooExpensive { format: Format::Svg, resource }) => Some(resource),
        _ => None,
    }
}

#[test]
fn fit_scales_svg_with_its_aspect_ratio() {
    let picture = decode(&wrapped("<rect width='20' height='20' fill='#f00'/>")).unwrap();
    assert_eq!((picture.width(), picture.height(), picture.format()), (40, 20, Format::Svg));
    for (within, size) in [((400, 400), (400, 200)), ((10, 10), (10, 5))] {
        let rendered = picture.fit(within.0, within.1).unwrap();
        assert_eq!(rendered.pixels.dimensions(), size);
        assert_eq!(rendered.pixels.get_pixel(1, 1).0, [255, 0, 0, 255]);
        assert_eq!(rendered.pixels.get_pixel(size.0 - 2, 1).0, [0; 4], "nothing is drawn there");
        assert_eq!(rendered.notes, []);
    }
}

#[test]
fn half_transparent_colors_are_not_premultiplied() {
    let rendered = render(&wrapped("<rect width='40' height='20' fill='#f80' fill-opacity='.5'/>")).unwrap();
    let [r, g, b, a] = rendered.pixels.get_pixel(200, 100).0;
    assert!(r >= 254 && g.abs_diff(0x88) <= 1 && b == 0 && a.abs_diff(128) <= 1, "{r} {g} {b} {a}");
}

#[test]
fn svg_size_comes_from_root_element() {
    for (svg, width, height) in [
        (wrapped(""), 40, 20),
        ("<?xml version='1.0'?><!-- a > b --><!DOCTYPE svg [<!ENTITY a '>'>]>\n<svg viewBox='0 0 30 10.5'>".into(), 30, 11),
        ("\u{feff}<s:svg xmlns:s='http://www.w3.org/2000/svg' height='1in' width=\"2in\"/>".into(), 192, 96),
        ("<svg width='50%' viewBox='0,0,64,48'/>".into(), 32, 24),
        ("<svg data-width='7' title='a>b' width='9' height='8'>".into(), 9, 8),
        ("<svg>".into(), 100, 100),
    ] {
        let expected = FileInfo { width, height, format: Format::Svg, animated: false };
        assert_eq!(file_info(svg.as_bytes()), Ok(expected), "{svg}");
    }
    assert!(matches!(decode("<svgs width='1'/>"), Err(PictureError::NotAPicture { .. })));
}

#[test]
fn external_references_are_not_loaded_but_noted() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let address = server.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("red.svg");
    std::fs::write(&file, wrapped("<rect width='40' height='20' fill='red'/>")).unwrap();
    let file = file.display();
    let inside = format!(
        "<script>document.location='http://{address}/'</script>\
         <style>@import url(http://{address}/a.css);</style>\
         <image xlink:href='http://{address}/a.png' width='40' height='20'/>\
         <image href='{file}' width='40' height='20'/>\
         <image href='file://{file}' width='40' height='20'/>\
         <use href='{file}#a'/><use href='http://{address}/#a'/>\
         <rect x='20' width='20' height='20' fill='#00f'/>"
    );
    let rendered = render(&wrapped(&inside)).unwrap();
    assert_eq!(rendered.pixels.get_pixel(300, 100).0, [0, 0, 255, 255]);
    assert_eq!(rendered.pixels.get_pixel(50, 100).0, [0; 4], "no file was drawn");
    assert_eq!(rendered.notes, [Note::LinkedPictures(3)]);
    assert!(server.accept().is_err(), "nobody connected");
    let entity = format!("<!DOCTYPE svg [<!ENTITY e SYSTEM 'file://{file}'>]>{}", wrapped("&e;"));
    assert!(matches!(render(&entity), Err(PictureError::Damaged { .. })));
}

#[test]
fn embedded_pictures_are_drawn() {
    let png =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let inner =
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"20\" height=\"20\" fill=\"lime\"/></svg>";
    let inner = inner.replace('<', "%3C").replace('>', "%3E").replace('#', "%23").replace('"', "%22");
    let rendered = render(&wrapped(&format!(
        "<image href='data:image/png;base64,{png}' width='20' height='20' image-rendering='optimizeSpeed'/>\
         <image href='data:image/svg+xml,{inner}' x='20' width='20' height='20'/>"
    )))
    .unwrap();
    assert_ne!(rendered.pixels.get_pixel(100, 100).0[3], 0, "the PNG");
    assert_eq!(rendered.pixels.get_pixel(300, 20).0, [0, 255, 0, 255], "the SVG");
    assert_eq!(rendered.notes, []);
}

#[test]
fn text_is_drawn_or_missing_font_noted() {
    let rendered = render(&wrapped("<text x='0' y='18' font-size='20'>WWW</text>")).unwrap();
    let is_drawn = rendered.pixels.pixels().any(|pixel| pixel.0[3] > 0);
    assert_eq!(is_drawn, rendered.notes.is_empty(), "{:?}", rendered.notes);
}

/// Exponential growth by references. Only resource limits stop it: counting the elements was tried, and did not.
#[test]
fn exponential_references_are_refused() {
    let mut entities = String::from("<!DOCTYPE svg [<!ENTITY e0 '<rect width=\"1\" height=\"1\"/>'>");
    let mut uses = String::from("<defs><g id='g0'><rect width='9' height='9'/></g>");
    for at in 1..=9 {
        let last = at - 1;
        let _ = write!(entities, "<!ENTITY e{at} '{}'>", format!("&e{last};").repeat(10));
        let _ = write!(uses, "<g id='g{at}'>{}</g>", format!("<use xlink:href='#g{last}'/>").repeat(10));
    }
    let entities = format!("{entities}]>{}", wrapped("&e9;"));
    assert!(render(&entities).is_err());
    assert!(render(&wrapped(&format!("{uses}</defs><use href='#g9'/>"))).is_err());
}

#[test]
fn entity_expansion_is_limited() {
    let attribute = format!(
        "<!DOCTYPE svg [<!ENTITY a '{}'><!ENTITY b '{}'>]>{}",
        "x".repeat(4000),
        "&a;".repeat(200),
        wrapped(&format!("<rect class='{}'/>", "&b;".repeat(10_000)))
    );
    assert_eq!(excess(&attribute), Some(Resource::Memory));
    let texts = format!(
        "<!DOCTYPE svg [<!ENTITY a '{}'>]>{}",
        "x".repeat(60_000),
        wrapped(&"<text>&a;</text>".repeat(100_000))
    );
    assert!(excess(&texts).is_some());
}

#[test]
fn rendering_time_is_limited() {
    let dashes = format!("M0 0{}", "h1v1".repeat(500_000));
    let filter = "<filter id='f'><feGaussianBlur stdDeviation='50'/></filter>";
    for svg in [
        format!(
            "<defs><path id='p' stroke='red' stroke-dasharray='1' d='{dashes}'/></defs>{}",
            "<use href='#p'/>".repeat(40_000)
        ),
        format!("{filter}{}", "<rect width='40' height='20' filter='url(#f)'/>".repeat(40_000)),
    ] {
        assert_eq!(excess(&wrapped(&svg)), Some(Resource::Time), "{}", &svg[..100]);
    }
}

#[test]
fn deep_nesting_ends_only_the_worker() {
    let deep = "<g>".repeat(100_000) + &"</g>".repeat(100_000);
    assert!(render(&wrapped(&deep)).is_err());
    assert!(render(&wrapped("<rect width='1' height='1'/>")).is_ok());
}

/// Found by fuzzing: resvg allocates a whole pattern tile, and one of terabytes aborted the program.
#[test]
fn huge_pattern_tile_does_not_abort() {
    let tiled = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 30 10'><defs><pattern id='p' width='4' \
                 height='11111111111114' patternUnits='userSpaceOnUse'><rect width='3' height='2'/></pattern></defs>\
                 <rect width='20' height='9' fill='url(#p)'/></svg>";
    drop(render(tiled));
}

#[test]
fn truncated_and_malformed_svg_are_different_errors() {
    let whole = wrapped("<rect width='20' height='20' fill='red'/>");
    assert!(matches!(render(&whole[..whole.len() - 9]), Err(PictureError::Cut { format: Format::Svg })));
    assert!(matches!(render(&wrapped("<a></b>")), Err(PictureError::Damaged { format: Format::Svg, .. })));
}

#[test]
fn cancelling_ends_the_worker() {
    let sandbox = Arc::new(Sandbox::with_program(env!("CARGO_BIN_EXE_cfimg")));
    let renderer: Arc<dyn Renderer> = sandbox.clone();
    let filter = "<filter id='f'><feGaussianBlur stdDeviation='50'/></filter>";
    let slow =
        wrapped(&format!("{filter}{}", "<rect width='40' height='20' filter='url(#f)'/>".repeat(40_000)));
    let picture = Picture::decode(slow.as_bytes(), &Limits::default(), &renderer).unwrap();
    let rendering = std::thread::spawn(move || picture.fit(400, 400));
    while !rendering.is_finished() {
        sandbox.cancel();
        std::thread::yield_now();
    }
    assert!(matches!(rendering.join().unwrap(), Err(PictureError::Cancelled)));
}

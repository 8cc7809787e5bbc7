//! Copy formats with sizes, which are read from pictures of the embedded Cloudflare.

use cfimg::cloudflare::{Delivery, ignore_progress};
use cfimg::demo::{Options, PRIVATE_ID, SAMPLE_ID, SVG_ID, Server};
use cfimg::picture::{ACCEPT, file_info};

use super::harness::Harness;

async fn server() -> Server {
    Server::start(Options::default()).await.expect("a free port")
}

/// The candidates of a `srcset`: name, width in the descriptor, and width of the picture.
async fn widths(srcset: &str) -> Vec<(String, u32, u32)> {
    let mut widths = Vec::new();
    for candidate in srcset.split(", ") {
        let (url, width) = candidate.split_once(' ').expect("a URL and a width");
        let descriptor = width.trim_end_matches('w').parse().expect("a number");
        let whole = Delivery::new().get(url, ACCEPT, 1 << 24, &ignore_progress).await.expect("a picture");
        let (plain, _) = url.split_once('?').unwrap_or((url, ""));
        let name = plain.rsplit('/').next().expect("a name").to_owned();
        widths.push((name, descriptor, file_info(&whole.bytes).expect("a picture").width));
    }
    widths
}

#[tokio::test]
async fn srcset_has_the_widths_of_the_pictures() {
    let server = server().await;
    for image in [SAMPLE_ID, SVG_ID] {
        let mut harness = Harness::new(&server).start(Some(image));
        harness.until_ready(image).await;
        harness.press("Y4");
        harness.until_taken(1).await;
        let srcset = harness.driver.desktop.taken().remove(0);
        let widths = widths(&srcset).await;
        assert!(image == SVG_ID || widths.len() >= 3, "{widths:?}");
        assert!(widths.iter().all(|(_, descriptor, actual)| descriptor == actual), "{widths:?}");
        let known = |(name, width, _): &(String, u32, u32)| {
            let variants = harness.session.model().lookup.variants();
            let mut url =
                variants.filter(|variant| variant.name == *name).map(|variant| variant.url.as_str());
            let info = url.find_map(|url| harness.session.model().preview.known(url));
            info.is_some_and(|info| info.width == *width && info.bytes > 0)
        };
        assert!(widths.iter().all(known), "the sizes are known afterwards");
    }
    let delivered = server.requests().into_iter().filter(|request| !request.target.contains("/client/v4/"));
    assert!(delivered.into_iter().all(|request| !request.authorized), "delivery hosts get no token");
}

#[tokio::test]
async fn srcset_of_private_image_is_signed() {
    let server = server().await;
    let mut harness = Harness::new(&server).start(Some(PRIVATE_ID));
    harness.until_ready(PRIVATE_ID).await;
    harness.press("Y4");
    harness.until_taken(1).await;
    let srcset = harness.driver.desktop.taken().remove(0);
    for candidate in srcset.split(", ") {
        assert_eq!(candidate.contains("sig="), !candidate.contains("/blurred "), "{candidate}");
    }
    let widths = widths(&srcset).await;
    assert!(
        widths.len() >= 3 && widths.iter().all(|(_, descriptor, actual)| descriptor == actual),
        "{widths:?}"
    );
    let requests = server.requests();
    assert_eq!(requests.iter().filter(|request| request.target.contains("/images/v1/keys")).count(), 1);
}

#[tokio::test]
async fn srcset_without_key_has_only_public_variants() {
    let server = server().await;
    let mut harness = Harness::without_key(&server).start(Some(PRIVATE_ID));
    harness.until_ready(PRIVATE_ID).await;
    harness.press("Y4");
    harness.until_warning().await;
    let warning = harness.session.model().warning().expect("a warning");
    assert!(warning.contains("CLOUDFLARE_IMAGES_SIGNING_KEY"), "{warning}");
    assert!(harness.driver.desktop.taken().is_empty());
    harness.press("Y\r");
    harness.until_taken(1).await;
    let srcset = harness.driver.desktop.taken().remove(0);
    let names: Vec<_> = widths(&srcset).await.into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["blurred"]);
}

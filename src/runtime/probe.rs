//! Probes a picture's size: fetches only its first bytes, and decodes nothing.

use super::clock::now;
use crate::app::{PictureInfo, PictureSource};
use crate::cloudflare::{Delivery, DeliveryError, KeyRing, OnWait};
use crate::domain::Failure;
use crate::picture::{ACCEPT, PictureError, SizeProbe};

/// Probes a picture. A private picture is fetched by a signed URL that expires soon.
pub(super) async fn probe_size(
    delivery: &Delivery,
    keys: &KeyRing,
    source: &PictureSource,
    on_wait: &OnWait<'_>,
) -> Result<PictureInfo, Failure> {
    let read_prefix = |url: String| async move {
        let mut probe = SizeProbe::default();
        let mut enough = |bytes: &[u8], total| probe.take(bytes, total);
        let partial = delivery.get_partial(&url, ACCEPT, &mut enough).await?;
        let bytes = partial.bytes.ok_or(DeliveryError::TooLarge { cap: SizeProbe::MAX_COUNTED })?;
        Ok((probe, bytes, partial.took))
    };
    let ((probe, bytes, took), via) = keys.send_for(source, now(), on_wait, read_prefix).await?;
    let info = probe.file_info().map_err(|error| unknown_size(&error))?;
    Ok(PictureInfo {
        note: None,
        width: info.width,
        height: info.height,
        format: info.format,
        bytes,
        took: took.try_into().unwrap_or_default(),
        via,
        frame_delay: None,
    })
}

pub(super) fn unknown_size(error: &PictureError) -> Failure {
    Failure::other("Couldn't read the picture's size", error.failure().to_string())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::pending;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::app::FetchedVia;
    use crate::cloudflare::ignore_waits;
    use crate::domain::signing::FETCH_LIFETIME;
    use crate::domain::{ImageId, KeySource, SigningKey};
    use crate::picture::{Format, file_info};

    const GIF: &[u8] = b"GIF89a\x07\0\x05\0\0\0\0;";

    /// The result for a response, and the request. The response ends only if `head` contains `close`.
    async fn probe(
        head: &str,
        body: &[u8],
        source: fn(String) -> PictureSource,
    ) -> (Result<PictureInfo, Failure>, String) {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let key = SigningKey::parse("mine", "hush").unwrap();
        let keys = KeyRing::new(None, KeySource::Explicit(key), vec![]);
        let source = source(format!("http://{}", server.local_addr().unwrap()));
        let received = RefCell::new(String::new());
        let respond = async {
            let (mut connection, _) = server.accept().await.unwrap();
            let mut request = vec![0; 1000];
            let length = connection.read(&mut request).await.unwrap();
            *received.borrow_mut() = String::from_utf8_lossy(&request[..length]).into_owned();
            let head = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n");
            connection.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
            if head.contains("close") {
                connection.shutdown().await.unwrap();
            }
            pending::<()>().await;
        };
        let delivery = Delivery::new();
        let info = tokio::select! {
            info = probe_size(&delivery, &keys, &source, &ignore_waits) => info,
            () = respond => unreachable!("it never ends"),
        };
        (info, received.into_inner())
    }

    fn open(host: String) -> PictureSource {
        PictureSource::Plain(host + "/H/a/hero")
    }

    #[tokio::test]
    async fn large_file_is_read_until_size_is_known() {
        let (info, _) = probe("content-length: 65537", GIF, open).await;
        let info = info.unwrap();
        assert_eq!((info.width, info.height, info.format, info.bytes), (7, 5, Format::Gif, 65_537));
        assert_eq!((info.via, info.frame_delay), (None, None));
    }

    #[tokio::test]
    async fn probe_reads_past_long_metadata() {
        let notes = [&[0xff, 0xe1, 0xff, 0xff][..], &vec![0; 65_533]].concat().repeat(3);
        let frame = [0xff, 0xc0, 0, 11, 8, 0, 5, 0, 7, 1, 1, 0x11, 0];
        // Each attempt has twice as many bytes.
        let jpeg = [&[0xff, 0xd8][..], &notes, &frame, &notes].concat();
        let (info, _) = probe("content-length: 9000000", &jpeg, open).await;
        assert_eq!(info.map(|info| (info.width, info.height)), Ok((7, 5)));
    }

    #[tokio::test]
    async fn bytes_are_counted_without_content_length() {
        let long = [GIF, &vec![0; 100_000]].concat();
        let (info, _) = probe("connection: close", &long, open).await;
        assert_eq!(info.map(|info| info.bytes), Ok(long.len() as u64));
    }

    #[tokio::test]
    async fn unknown_format_is_reported() {
        let (failure, _) = probe("content-length: 4", b"what", open).await;
        assert_eq!(failure, Err(unknown_size(&file_info(b"what").unwrap_err())));
    }

    #[tokio::test]
    async fn private_picture_is_probed_by_signed_url() {
        let source = |host| {
            let url = format!("{host}/MTt4OTd0b0w5aj/bc27a117-9509-446b-8c69-c81bfeac0a01/hero");
            PictureSource::Signed { id: ImageId::parse("a").unwrap(), url }
        };
        let (info, request) = probe("content-length: 14", GIF, source).await;
        assert_eq!(info.unwrap().via, Some(FetchedVia::SignedBy("mine".to_owned())));
        let (_, signature) = request.split_once("hero?exp=").expect("it is signed");
        let (until, _) = signature.split_once('&').unwrap();
        let left = until.parse::<i64>().unwrap() - now().as_second();
        assert!((FETCH_LIFETIME - 60..=FETCH_LIFETIME).contains(&left), "{left}");
    }
}

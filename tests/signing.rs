//! Compares our signatures with the embedded Cloudflare's verifier and with another implementation (`ring`).

use cfimg::cloudflare::{Client, Config, Delivery, delivery_failure, ignore_progress, ignore_waits};
use cfimg::demo::{Options, PRIVATE_ID, Server, TOKEN};
use cfimg::domain::explain::{Signature, explain};
use cfimg::domain::signing::{Lifetime, choose_key, sign};
use cfimg::domain::{
    Access, Credentials, DeliveryPlan, DeliveryUrl, FailureKind, ImageId, ListQuery, Secret, SignMode,
    SignedUrl, SigningKey,
};
use jiff::Timestamp;
use ring::hmac;

/// The verifier of the embedded Cloudflare. Over HTTP, it would draw ten thousand pictures.
#[path = "../src/demo/signature.rs"]
#[expect(unreachable_pub, reason = "written for the module that it is borrowed from")]
mod verifier;

/// The keys that the verifier accepts.
const KEYS: [&str; 2] = [verifier::SIGNING_KEY, "demoK3yOfTheMobileApp0000000000="];

const NOW: u64 = 1_795_521_600;

/// Pseudo-random numbers, the same in every run (`SplitMix64`).
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("fits usize")
    }

    fn text(&mut self, of: &str, length: usize) -> String {
        let of: Vec<char> = of.chars().collect();
        (0..length).map(|_| of[self.below(of.len())]).collect()
    }

    /// A UUID, or in one of four cases a custom ID, unencoded as the API writes it into URLs.
    fn id(&mut self) -> String {
        if self.below(4) > 0 {
            let groups = [8, 4, 4, 4, 12].map(|length| self.text("0123456789abcdef", length));
            return groups.join("-");
        }
        let length = 1 + self.below(40);
        format!("x{}", self.text("abcXYZ019-_.~/ éф猫%'()!*,;=:@&+$^|[]{}\"<>`\\", length))
            .replace('%', "%25")
            .replace('.', ".x")
    }

    fn url(&mut self) -> DeliveryUrl {
        const NAME: &str = "ABCXYZabcxyz0189-_";
        let hash = self.text(NAME, 22);
        let length = 1 + self.below(20);
        let variant = self.text("abcXYZ019", length);
        let place =
            ["https://imagedelivery.net", "https://shop.example/cdn-cgi/imagedelivery"][self.below(2)];
        let text = format!("{place}/{hash}/{}/{variant}", self.id());
        DeliveryUrl::parse(&text).expect("a delivery URL")
    }
}

/// The path and query as a client sends them.
fn sent(signed: &SignedUrl) -> (String, String) {
    let url = url::Url::parse(&signed.expose()).expect("a URL");
    (url.path().to_owned(), url.query().expect("a signature").to_owned())
}

fn is_accepted(target: &str) -> bool {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    verifier::check(path, query, NOW).is_ok()
}

#[test]
fn random_signatures_verify_and_bit_flips_fail() {
    let mut chance = Rng(5);
    for round in 0..10_000 {
        let url = chance.url();
        let known = KEYS[chance.below(2)];
        let key = SigningKey::parse("default", known).expect("a key");
        let latest = 253_402_207_200 - NOW;
        let expires = (chance.below(5) > 0)
            .then(|| i64::try_from(NOW + 1 + chance.next() % latest).expect("before the year 10000"));
        let signed = sign(&url, &key, expires);
        let (path, query) = sent(&signed);
        let target = format!("{path}?{query}");
        assert!(is_accepted(&target), "round {round}: {url:?}");

        // The algorithm as `cloudflare-images.md` describes it, with another library's HMAC.
        let (text, sig) = target.rsplit_once(['?', '&']).expect("signature is last");
        let sig = hex::decode(sig.strip_prefix("sig=").expect("named sig")).expect("hexadecimal digits");
        let exp = expires.map(|at| format!("?exp={at}")).unwrap_or_default();
        assert_eq!(text, format!("{path}{exp}"));
        let theirs = hmac::Key::new(hmac::HMAC_SHA256, known.as_bytes());
        hmac::verify(&theirs, text.as_bytes(), &sig).expect("signatures differ");

        let mut bytes = target.clone().into_bytes();
        let at = chance.below(bytes.len());
        bytes[at] ^= 1 << chance.below(7);
        let flipped = String::from_utf8(bytes).expect("ASCII");
        assert!(!is_accepted(&flipped), "round {round}: {target} and {flipped}");
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let url = "https://imagedelivery.net/cheeW4oKsx5ljh8e8BoL2A/bc27a117-9509-446b-8c69-c81bfeac0a01/mobile";
    let url = DeliveryUrl::parse(url).expect("a delivery URL");
    let keys = [SigningKey::parse("default", verifier::SIGNING_KEY).expect("a key")];
    let now = Timestamp::from_second(NOW.cast_signed()).expect("valid timestamp");
    for expires in [None, Some(NOW.cast_signed() + 1)] {
        let signed = sign(&url, &keys[0], expires);
        let (path, query) = sent(&signed);
        let target = format!("{path}?{query}");
        assert!(is_accepted(&target));
        for at in 0..target.len() {
            for bit in 0..7 {
                let mut bytes = target.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let flipped = String::from_utf8(bytes).expect("ASCII");
                assert!(!is_accepted(&flipped), "{flipped}");
                // Our own check agrees: if it accepts the text as a delivery URL at all, it does not call the signature
                // valid.
                if let Ok(explanation) = explain(&format!("https://imagedelivery.net{flipped}"), &keys, now) {
                    assert!(
                        !matches!(explanation.signature, Signature::Good { .. }),
                        "{flipped:?}: {explanation:?}"
                    );
                }
            }
        }
    }
}

/// Keys from the API, private images of the embedded Cloudflare, and five hundred expiries, over HTTP.
#[tokio::test]
async fn signed_urls_are_delivered() {
    let server = Server::start(Options::default()).await.expect("a free port");
    let client = Client::new(Config {
        base: server.api_base().parse().expect("a URL"),
        credentials: Credentials::Token(Secret::parse(TOKEN).expect("a token")),
        account: None,
        profile: None,
    });
    let keys = client.signing_keys(&ignore_waits).await.expect("keys");
    let key = choose_key::<&str>(&keys, &[]).expect("a key");
    assert_eq!(key.name(), "default");
    let options = client.variant_options(&ignore_waits).await.expect("variants");
    let page = client.list_page(&ListQuery::default(), None, &ignore_waits).await.expect("a list");
    let urls: Vec<_> = page
        .images
        .iter()
        .filter(|image| image.access == Access::Signed)
        .flat_map(|image| image.variants.iter().map(|variant| (image.access, variant.url.clone())))
        .filter(|(access, url)| {
            DeliveryPlan::new(url, *access, &options, SignMode::Always) == DeliveryPlan::Sign
        })
        .map(|(_, url)| url)
        .take(12)
        .collect();
    assert_eq!(urls.len(), 12);
    let delivery = Delivery::new();
    // The clock is the server's, from an error response.
    let unsigned = delivery.head(urls[0].as_str(), "*/*").await.expect_err("private image without signature");
    let clock = unsigned.date().expect("a Date");
    let now = clock.as_second();
    let mut chance = Rng(7);
    for round in 0..500 {
        // One URL at a time: the server draws each picture only once.
        let url = &urls[round * urls.len() / 500];
        let signing = &keys[chance.below(keys.len())];
        let lifetime = 1000 + i64::try_from(chance.next() % 1_000_000_000).expect("fits i64");
        let signed = sign(url, signing, (round % 5 > 0).then_some(now + lifetime));
        let head = delivery.head(&signed.expose(), "image/webp").await;
        assert_eq!(head.map(|head| head.status), Ok(200), "{signed:?}");
    }
    let refusal = async |url: &str| {
        let error = delivery.get(url, "*/*", 1 << 20, &ignore_progress).await.expect_err("must be refused");
        delivery_failure(&error)
    };
    for (url, reason) in [
        (urls[0].as_str().to_owned(), verifier::Refusal::Missing),
        (sign(&urls[0], key, Some(now - 1)).expose(), verifier::Refusal::Expired),
        (
            sign(&urls[0], &SigningKey::parse("default", "another=").expect("a key"), None).expose(),
            verifier::Refusal::Wrong,
        ),
        (format!("{}&v=1", sign(&urls[0], key, None).expose()), verifier::Refusal::Malformed),
    ] {
        let failure = refusal(&url).await;
        assert_eq!((failure.kind, failure.code.as_str()), (FailureKind::Credentials, "9425"), "{failure}");
        assert!(failure.hint.contains(&reason.to_string()), "{failure}");
    }
    let id = ImageId::parse(PRIVATE_ID).expect("an ID");
    let original =
        client.original(&id, 32 << 20, &ignore_waits, &ignore_progress).await.expect("fetch original");
    assert!(
        original.content_type.is_some_and(|kind| kind.starts_with("image/")) && !original.bytes.is_empty()
    );
    let hour = sign(&urls[0], key, Lifetime::DEFAULT.expires(clock));
    let picture =
        delivery.get(&hour.expose(), "image/webp", 8 << 20, &ignore_progress).await.expect("a picture");
    assert!(picture.date.is_some_and(|date| date >= clock), "response has the server's time");
}

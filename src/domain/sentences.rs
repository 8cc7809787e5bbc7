//! The sentences of this module that users see, in one place: the snapshots of these tests. Other tests check kinds and
//! values, so that a change of wording changes one snapshot.

use std::fmt::Display;

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::copy_as::{CannotCopy, InvalidTemplate, SrcsetCandidates};
use super::delivery_plan::{NotSigned, WhyPublic};
use super::delivery_url::NotDelivery;
use super::explain::{Expiry, NoDeliveryUrl, Signature, SignatureFault, explain};
use super::failure::{Failure, FailureKind};
use super::filter::{Expected, InvalidTerm};
use super::flexible::InvalidOptions;
use super::flexible::options::OPTIONS;
use super::image::{Access, Image};
use super::image_id::InvalidId;
use super::json_tree;
use super::secret::InvalidSecret;
use super::signing::{InvalidExpiry, NoKey, SigningKey, clock_warning, sign};
use super::verification::{Reply, Verification};
use super::{
    ApiMessage, DeliveryUrl, Flexible, Json, NoPictureChoice, NoVariant, Refusal, account, custom_domain,
};

const ID: &str = "bc27a117-9509-446b-8c69-c81bfeac0a01";

fn list(sentences: &[&dyn Display]) -> String {
    sentences.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn now() -> Timestamp {
    "2021-09-10T14:00:00Z".parse().unwrap()
}

fn key() -> SigningKey {
    SigningKey::parse("default", "first=").unwrap()
}

#[test]
fn input_error_sentences() {
    let sentences = list(&[
        &account::InvalidAccountId,
        &InvalidId::Empty,
        &InvalidId::TooLong(1025),
        &InvalidId::DotSegment,
        &InvalidId::Control('\u{7}'),
        &NotDelivery::Scheme,
        &NotDelivery::Length,
        &NotDelivery::Path,
        &custom_domain::InvalidDomain,
        &NoPictureChoice,
        &Refusal::Url,
        &Refusal::Dashboard,
        &Refusal::Token,
        &Refusal::Signature,
        &InvalidSecret::Empty,
        &InvalidSecret::NotPrintable,
        &InvalidTerm { word: "before:x".to_owned(), expected: Expected::Date }.problem(),
        &InvalidTerm { word: "signed:x".to_owned(), expected: Expected::YesOrNo }.problem(),
    ]);
    insta::assert_snapshot!(sentences);
}

#[test]
fn copy_format_sentences() {
    let left_out = |left_out| SrcsetCandidates { variants: vec![], left_out }.describe().unwrap();
    let sentences = list(&[
        &CannotCopy::NoWidths,
        &CannotCopy::OddId(0x202e),
        &CannotCopy::TooLong,
        &InvalidTemplate::Unknown("sig".to_owned()),
        &InvalidTemplate::Escape("xml".to_owned()),
        &InvalidTemplate::Brace,
        &InvalidTemplate::Constant,
        &left_out(Some(1)),
        &left_out(Some(2)),
        &left_out(None),
    ]);
    insta::assert_snapshot!(sentences);
}

#[test]
fn signing_sentences() {
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    let two_hours = SignedDuration::from_hours(2);
    let sentences = list(&[
        &NoKey::NoKeys,
        &NoKey::Missing { wanted: "gone".to_owned(), there: names(&["default", "old"]) },
        &NoKey::Several(names(&["a", "b"])),
        &WhyPublic::Image,
        &WhyPublic::Variant,
        &NotSigned::CustomId,
        &NotSigned::Flexible,
        &InvalidExpiry::Lifetime,
        &InvalidExpiry::UpperCase,
        &InvalidExpiry::Zero,
        &InvalidExpiry::TooLong,
        &InvalidExpiry::Date,
        &InvalidExpiry::Past,
        &clock_warning(two_hours),
        &clock_warning(-two_hours),
    ]);
    insta::assert_snapshot!(sentences);
}

#[test]
fn flexible_variant_sentences() {
    let mut sentences = vec![
        InvalidOptions::Empty.to_string(),
        InvalidOptions::TooLong.to_string(),
        InvalidOptions::NoValue("w".to_owned()).to_string(),
        InvalidOptions::Twice("width").to_string(),
    ];
    for option in OPTIONS {
        let accepts = option.accepts.describe();
        let error = InvalidOptions::Value { option: option.name, accepts, value: "x".to_owned() };
        sentences.push(error.to_string());
    }
    for option in OPTIONS {
        sentences.push(format!("{}: {}", option.name, option.what));
        let values = option.accepts.values().iter();
        sentences.extend(values.map(|(value, what)| format!("  {value}: {what}")));
    }
    for options in [
        "fit=cover",
        "dpr=2",
        "w=4,dpr=3",
        "w=4,g=left,zoom=1",
        "wmobile=320",
        "trim.border.keep=1",
        "upscale=generate",
        "f=json",
        "f=avif,w=1201",
        "f=webp,metadata=copyright",
        "metadata=keep",
        "w=4,onerror=redirect",
        "w=4,fit=stretch",
        "w=4,fit=scaledown",
        "new=1",
        "wid=4",
    ] {
        sentences.extend(Flexible::parse(options).unwrap().notes());
    }
    let sentences = sentences.join("\n");
    insta::assert_snapshot!(sentences);
}

#[test]
fn explanation_sentences() {
    let url = DeliveryUrl::parse(&format!("https://imagedelivery.net/Hash/{ID}/hero")).unwrap();
    let good = sign(&url, &key(), Some(1_631_289_275)).expose();
    let bad = "0".repeat(64);
    let mut sections = Vec::new();
    for text in [
        good.clone(),
        format!("{good}&v=1"),
        format!("{url}?v=1", url = url.as_str()),
        format!("{url}?Signature=0", url = url.as_str()),
        format!("{url}/?sig={bad}&exp=1&v=1", url = url.as_str()),
        format!("{url}?exp=2000000000", url = url.as_str()),
        format!("/cdn-cgi/imagedelivery/Hash/a%2520b/w=4,fat=x?sig={bad}#top"),
    ] {
        let lines = explain(&text, &[key()], now()).unwrap().lines(now(), &TimeZone::UTC);
        let lines: Vec<_> = lines.iter().map(|(label, value)| format!("{label}: {value}")).collect();
        sections.push(lines.join("\n"));
    }
    sections.push(list(&[
        &Signature::Unchecked,
        &Signature::Bad(SignatureFault::NoMatch),
        &Signature::Bad(SignatureFault::UpperCase),
        &Signature::Bad(SignatureFault::NotHex),
        &Signature::Bad(SignatureFault::Base64),
        &Signature::Bad(SignatureFault::WithoutExpiry),
        &Signature::Bad(SignatureFault::WholeUrl),
        &NoDeliveryUrl,
    ]));
    let expiries = [
        Expiry::Never,
        Expiry::At(1_631_282_460),
        Expiry::Expired(1_631_282_340),
        Expiry::At(i64::MAX),
        Expiry::Unreadable,
    ];
    let expiries = expiries.map(|expiry| expiry.describe(now(), &TimeZone::UTC).unwrap());
    sections.push(expiries.join("\n"));
    let sentences = sections.join("\n\n");
    insta::assert_snapshot!(sentences);
}

#[test]
fn verification_sentences() {
    let denied = || Failure::new(FailureKind::Credentials, "Denied", "Sign it.");
    let (opens, refused) = (Reply::Opens(200), Reply::Refused(403, denied()));
    let failed = Reply::Failed(denied());
    let (opens, refused, failed) = (Some(&opens), Some(&refused), Some(&failed));
    let mut sentences = Vec::new();
    for (access, always_public, signed, plain, not_signed) in [
        (Access::Signed, false, opens, refused, None),
        (Access::Public, false, None, opens, None),
        (Access::Signed, true, None, opens, None),
        (Access::Unknown, false, opens, opens, None),
        (Access::Signed, false, opens, opens, None),
        (Access::Signed, false, refused, refused, None),
        (Access::Signed, false, failed, failed, None),
        (Access::Signed, true, None, refused, None),
        (Access::Public, false, None, refused, None),
        (Access::Signed, false, None, refused, Some("No key.")),
    ] {
        let finding = Verification { access, always_public, signed, not_signed, plain }.finding();
        sentences.push(format!("{}. {}", finding.summary, finding.advice).trim_end().to_owned());
    }
    let sentences = sentences.join("\n");
    insta::assert_snapshot!(sentences);
}

#[test]
fn image_sentences() {
    let image = |rest: &str| Image::read(&format!(r#"{{"id":"a"{rest}}}"#)).unwrap();
    let why = |rest: &str| image(rest).why_unknown().unwrap();
    let variants = image(r#","variants":["https://imagedelivery.net/H/a/public"]"#);
    let long = Json::Text("x".repeat(5_000));
    let cut = json_tree::lines(&long).remove(0).value;
    let sentences = list(&[
        &why(""),
        &why(r#","requireSignedURLs":1"#),
        &why(r#","requireSignedURLs":true,"requireSignedURLs":false"#),
        &NoVariant::Draft.failure(&variants),
        &NoVariant::None.failure(&variants),
        &NoVariant::Unknown("zoom".to_owned()).failure(&variants),
        &cut.trim_start_matches('x'),
        &ApiMessage::new("7", "", None, None).note(),
        &ApiMessage::new("1001", "Old field.", Some("/result/x"), Some("https://a.example/b")).note(),
    ]);
    insta::assert_snapshot!(sentences);
}

//! `cfimg check`.

use cfimg::demo::{DRAFT_ID, Options, PRIVATE_ID, SAMPLE_ID};

use super::Harness;

const SAMPLE_NAME: &str = "logo.png";
const PRIVATE_NAME: &str = "passport-scan.jpg";

#[test]
fn verify_sends_no_token_to_the_delivery_host() {
    let harness = Harness::new();
    let checked = harness.run(&["check", "--verify", SAMPLE_ID, PRIVATE_ID, DRAFT_ID]);
    assert_eq!(
        checked.out,
        format!(
            "public\topen\t{SAMPLE_ID}\t{SAMPLE_NAME}\nsigned\tclosed\t{PRIVATE_ID}\t{PRIVATE_NAME}\n\
             draft\tunchecked\t{DRAFT_ID}\t\n"
        )
    );
    assert_eq!((checked.code, checked.errors.as_str()), (Some(1), ""), "a draft");
    let heads: Vec<_> =
        harness.server.requests().into_iter().filter(|request| request.method == "HEAD").collect();
    assert_eq!(heads.len(), 2);
    assert!(heads.iter().all(|request| !request.authorized && !request.target.contains('?')), "{heads:?}");
    assert_eq!(harness.run(&["check", "--verify", SAMPLE_ID, PRIVATE_ID]).code, Some(10));
    assert_eq!(harness.run(&["check", "--verify", SAMPLE_ID]).code, Some(0));
}

#[test]
fn verify_ignores_pasted_always_public_variant() {
    let harness = Harness::new();
    let base = harness.server.delivery_base();
    let pasted = format!("{base}/MTt4OTd0b0w5ajDemoHash/{PRIVATE_ID}/blurred");
    assert_eq!(
        harness.run(&["check", "--verify", &pasted]).out,
        format!("signed\tclosed\t{PRIVATE_ID}\t{PRIVATE_NAME}\n")
    );
}

#[test]
fn check_all_follows_the_list_order() {
    let harness = Harness::with(Options { images: 2500, ..Options::default() });
    let checked = harness.run(&["check", "--all"]);
    assert_eq!((checked.code, checked.out.lines().count()), (Some(10), 2500), "{}", checked.errors);
    let listed = harness.run(&["list"]);
    let word = |line: &str| line.split_whitespace().nth(1).map(str::to_owned);
    let words: Vec<_> = checked.out.lines().map(|line| line.split('\t').next().map(str::to_owned)).collect();
    assert_eq!(words, listed.out.lines().map(word).collect::<Vec<_>>());
    let requests = harness.server.requests();
    assert!(requests.len() <= 8, "only pages are requested: {}", requests.len());
}

#[test]
fn check_all_verify_covers_every_image() {
    let harness = Harness::new();
    let checked = harness.run(&["check", "--all", "--verify"]);
    assert_eq!(checked.out.lines().count(), 36, "{}", checked.errors);
    for line in checked.out.lines() {
        let words: Vec<&str> = line.split('\t').collect();
        assert!(matches!(words[..2], ["public", "open"] | ["signed", "closed"]), "{line}");
    }
    assert_eq!((checked.code, checked.errors.as_str()), (Some(10), ""));
}

//! The list, from servers that follow the API and from those that do not.

use cfimg::cloudflare::{Client, Error, UnexpectedResponse, failure, ignore_waits};
use cfimg::domain::pagination::MAX_EMPTY;
use cfimg::domain::{Continuation, Endless, ListQuery, Page};

use crate::server::{ACCOUNT, Reply, Server, head, http, ok};

/// A page with images of these IDs; `token` is raw JSON.
fn page(ids: &[&str], token: &str) -> Reply {
    let images: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    ok(&format!(r#"{{"images":[{}],"continuation_token":{token}}}"#, images.join(",")))
}

fn ids(page: &Page) -> Vec<&str> {
    page.images.iter().map(|image| image.id.as_str()).collect()
}

async fn get_page(client: &Client, after: Option<&Continuation>) -> Result<Page, Error> {
    client.list_page(&ListQuery::default(), after, &ignore_waits).await
}

/// All pages until the end or an error: the IDs, and the error.
async fn list_all(server: &Server) -> (Vec<String>, Option<Error>) {
    let (client, mut all, mut after) = (server.client(), Vec::new(), None);
    loop {
        match get_page(&client, after.as_ref()).await {
            Ok(page) => {
                all.extend(ids(&page).iter().map(ToString::to_string));
                match page.next {
                    Some(next) => after = Some(next),
                    None => return (all, None),
                }
            }
            Err(error) => return (all, Some(error)),
        }
    }
}

fn first_line(request: &str) -> &str {
    request.lines().next().unwrap_or_default()
}

#[tokio::test]
async fn query_parameters_are_encoded() {
    let server = Server::start([page(&["a"], r#""t+1/=""#), page(&["b"], "null")]);
    let query = ListQuery {
        creator: Some("Jane & Co".into()),
        meta: vec![("region.name".into(), "a=b".into()), ("n[gte:number]".into(), "8".into())],
        newest_first: false,
        first: None,
        per_page: 3,
    };
    let client = server.client();
    let first = client.list_page(&query, None, &ignore_waits).await.expect("a page");
    let next = first.next.expect("more");
    let last = client.list_page(&query, Some(&next), &ignore_waits).await.expect("a page");
    assert_eq!((ids(&last), &last.next), (vec!["b"], &None));
    let path = format!(
        "GET /client/v4/accounts/{ACCOUNT}/images/v2?per_page=10&sort_order=asc&creator=Jane%20%26%20Co\
         &meta.region.name%5Beq%5D=a%3Db&meta.n%5Bgte%3Anumber%5D=8"
    );
    let requests = server.requests();
    assert_eq!(first_line(&requests[0]), format!("{path} HTTP/1.1"));
    assert_eq!(first_line(&requests[1]), format!("{path}&continuation_token=t%2B1%2F%3D HTTP/1.1"));
}

#[tokio::test]
async fn small_first_page_is_followed_by_full_pages() {
    let server = Server::start([page(&["a"], r#""1""#), page(&["b"], r#""2""#), page(&["c"], "null")]);
    let query = ListQuery { first: Some(50), per_page: 700, ..ListQuery::default() };
    let (client, mut after) = (server.client(), None);
    for _ in 0..3 {
        after = client.list_page(&query, after.as_ref(), &ignore_waits).await.expect("a page").next;
    }
    let per_page_of = |request: &String| first_line(request).split(['=', '&']).nth(1).map(str::to_owned);
    let pages: Vec<_> = server.requests().iter().filter_map(per_page_of).collect();
    assert_eq!(pages, ["50", "700", "700"]);
}

#[tokio::test]
async fn null_empty_or_absent_token_ends_the_list() {
    for last in [page(&["b"], "null"), page(&["b"], r#""""#), ok(r#"{"images":[{"id":"b"}]}"#)] {
        let server = Server::start([page(&["a"], r#""t""#), last]);
        assert_eq!(list_all(&server).await, (vec!["a".into(), "b".into()], None));
        assert_eq!(server.requests().len(), 2);
    }
    let none = Server::start([page(&[], "null")]);
    assert_eq!(list_all(&none).await, (vec![], None), "an empty account");
}

#[tokio::test]
async fn repeated_token_is_not_followed() {
    let twice = Server::start([page(&["a"], r#""t""#), page(&["b"], r#""t""#)]);
    let circle = [page(&["a"], r#""1""#), page(&["b"], r#""2""#), page(&["c"], r#""1""#)];
    let circle = Server::start(circle);
    for (server, all) in [(&twice, vec!["a", "b"]), (&circle, vec!["a", "b", "c"])] {
        let (ids, error) = list_all(server).await;
        assert_eq!(ids, all, "loaded images are kept, without duplicates");
        assert_eq!(error, Some(Error::Endless(Endless::Cycle)));
        assert_eq!(server.requests().len(), all.len(), "no further requests");
    }
    let failed = failure(&Error::Endless(Endless::Cycle), &twice.client().about(None, None));
    assert_eq!(failed.kind.exit_code(), 5);
}

#[tokio::test]
async fn empty_pages_are_followed_up_to_a_limit() {
    let server = Server::start([page(&[], r#""1""#), page(&[], r#""2""#), page(&["a"], "null")]);
    assert_eq!(list_all(&server).await, (vec!["a".into()], None));
    let endless = Server::start((0..=MAX_EMPTY).map(|n| page(&[], &format!(r#""{n}""#))));
    assert_eq!(list_all(&endless).await, (vec![], Some(Error::Endless(Endless::Empty))));
    assert_eq!(endless.requests().len(), MAX_EMPTY);
}

#[tokio::test]
async fn repeated_pages_are_followed_up_to_a_limit() {
    let old = (1..200).map(|n| page(&["a", "b"], &format!(r#""{n}""#)));
    let server = Server::start(old);
    let (all, error) = list_all(&server).await;
    assert_eq!((all, error), (vec!["a".into(), "b".into()], Some(Error::Endless(Endless::RepeatedPages))));
    assert_eq!(server.requests().len(), 1 + MAX_EMPTY);
    let failed = failure(&Error::Endless(Endless::RepeatedPages), &server.client().about(None, None));
    assert_eq!(failed.kind.exit_code(), 5);
}

#[tokio::test]
async fn last_page_has_no_duplicates() {
    let server = Server::start([page(&["a", "b"], r#""1""#), page(&["b", "c"], "null")]);
    assert_eq!(list_all(&server).await, (vec!["a".into(), "b".into(), "c".into()], None));
}

/// Three in ten responses are lost, in runs of up to five, which is worse than a random one in five.
#[tokio::test]
async fn long_list_survives_lost_responses() {
    let lost = [
        Reply::Bytes(http(200, &[], "")),
        Reply::Bytes(http(200, &[], r#"{"result":{"images":[{"id":"b"#)),
        Reply::Bytes(http(200, &["content-encoding: gzip"], "no gzip")),
        Reply::Bytes(head(200, &["content-length: 100"])),
        Reply::Bytes(head(200, &["transfer-encoding: chunked"])),
    ];
    let mut replies = Vec::new();
    for n in 0..100 {
        let token = if n == 99 { "null".to_owned() } else { format!(r#""{n}""#) };
        let run = if n == 0 { 2 } else { [0, 1, 0, 5, 0, 0][n % 6] };
        replies.extend(lost.iter().cycle().skip(n).take(run).cloned());
        replies.push(page(&[&n.to_string()], &token));
    }
    let server = Server::start(replies);
    let (all, error) = list_all(&server).await;
    assert_eq!((all.len(), error), (100, None));
    let hopeless = Server::start([page(&["a"], r#""1""#), lost[0].clone()]);
    assert_eq!(list_all(&hopeless).await.0, ["a"]);
    assert_eq!(hopeless.requests().len(), 1 + 6, "retries end");
}

#[tokio::test]
async fn too_large_page_is_requested_in_parts() {
    let large = || Reply::Bytes(head(200, &["content-length: 9000000"]));
    let server = Server::start([large(), large(), page(&["a"], r#""t""#), page(&["b"], "null")]);
    assert_eq!(list_all(&server).await, (vec!["a".into(), "b".into()], None));
    let requests: Vec<_> = server.requests();
    for (request, per_page) in requests.iter().zip(["1000", "500", "250", "250"]) {
        assert!(first_line(request).contains(&format!("per_page={per_page}&")), "{request}");
    }
    let hopeless = Server::start([large()]);
    let (_, error) = list_all(&hopeless).await;
    assert!(
        matches!(error, Some(Error::Unexpected { unexpected: UnexpectedResponse::TooLarge, .. })),
        "{error:?}"
    );
    assert_eq!(hopeless.requests().len(), 8, "down to ten images a page");
}

#[tokio::test]
async fn same_page_is_requested_after_an_error() {
    let server = Server::start([
        page(&["a"], r#""t""#),
        Reply::Bytes(http(403, &[], r#"{"success":false,"errors":[{"code":10000}]}"#)),
        Reply::Bytes(http(429, &["retry-after: 240"], "")),
        page(&["b"], "null"),
    ]);
    let client = server.client();
    let next = get_page(&client, None).await.expect("a page").next.expect("more");
    let refused = get_page(&client, Some(&next)).await.expect_err("refused");
    assert!(matches!(refused, Error::Refused { .. }), "{refused:?}");
    let limited = get_page(&client, Some(&next)).await.expect_err("limited");
    assert!(matches!(limited, Error::RateLimited { .. }), "{limited:?}");
    let last = get_page(&client, Some(&next)).await.expect("the next page");
    assert_eq!((ids(&last), &last.next), (vec!["b"], &None));
    let requests = server.requests();
    assert_eq!(first_line(&requests[1]), first_line(&requests[3]));
}

#[tokio::test]
async fn errors_between_pages_are_retried() {
    let server = Server::start([
        page(&["a"], r#""t""#),
        Reply::Bytes(http(429, &["retry-after: 7"], "")),
        Reply::Bytes(http(502, &[], "<html>")),
        page(&["b"], "null"),
    ]);
    assert_eq!(list_all(&server).await, (vec!["a".into(), "b".into()], None));
}

#[tokio::test]
async fn invalid_entries_are_skipped() {
    let name = "x".repeat(1000);
    let images = format!(
        r#"[null,7,{{}},{{"filename":"no id"}},{{"id":"..","filename":"x"}},{{"id":"a"}},
            {{"id":"b","filename":3,"meta":null,"creator":[],"uploaded":0,"requireSignedURLs":"no","variants":{{}}}},
            {{"id":"c\u001b"}},{{"id":"d\u202e","filename":"{name}"}}]"#
    );
    let server = Server::start([ok(&format!(r#"{{"images":{images},"continuation_token":null}}"#))]);
    let page = get_page(&server.client(), None).await.expect("a page");
    assert_eq!(ids(&page), ["a", "b", "d\u{202e}"]);
    assert_eq!(page.skipped, 6);
    assert_eq!(page.images[2].filename.as_deref(), Some(&*name));
}

#[tokio::test]
async fn invalid_page_is_an_error() {
    let long = format!(r#"{{"images":[],"continuation_token":"{}"}}"#, "t".repeat(10_000));
    for result in [
        "{}",
        "[]",
        r#"{"images":null}"#,
        r#"{"images":{}}"#,
        r#"{"images":[],"continuation_token":{}}"#,
        r#"{"images":[],"continuation_token":true}"#,
        &long,
    ] {
        let error = get_page(&Server::start([ok(result)]).client(), None).await.expect_err(result);
        assert!(
            matches!(error, Error::Unexpected { unexpected: UnexpectedResponse::NoResult, .. }),
            "{result}: {error:?}"
        );
    }
}

#[tokio::test]
async fn megabyte_page_is_parsed() {
    let meta = "m".repeat(1000);
    let images: Vec<_> = (0..1000).map(|n| format!(r#"{{"id":"{n}","meta":{{"k":"{meta}"}}}}"#)).collect();
    let result = format!(r#"{{"images":[{}],"continuation_token":null}}"#, images.join(","));
    let server = Server::start([ok(&result)]);
    let client = server.client();
    let page = get_page(&client, None).await.expect("a page");
    assert_eq!(page.images.len(), 1000);
    assert_eq!(page.images[999].id.as_str(), "999");
}

//! Credentials, accounts, and the rate limit.

use cfimg::demo::{
    ACCOUNT_ID, ACCOUNT_TOKEN, API_KEY, EMAIL, NO_PERMISSION_TOKEN, OTHER_ACCOUNT_ID, SAMPLE_ID, TOKEN,
    TWO_ACCOUNTS_TOKEN,
};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::{Harness, Response, schema};

#[tokio::test]
async fn bad_credentials_have_distinct_errors() {
    let harness = Harness::new().await;
    let path = format!("/accounts/{ACCOUNT_ID}/images/v1/{SAMPLE_ID}");
    let with = |headers: &[(&'static str, String)]| {
        let request = harness.request(Method::GET, &path);
        Response::of(headers.iter().fold(request, |request, (name, value)| request.header(*name, value)))
    };
    let bearer = |token: &str| [("authorization", format!("Bearer {token}"))];
    let pair = |email: &str, key: &str| [("x-auth-email", email.to_owned()), ("x-auth-key", key.to_owned())];

    assert_eq!(with(&[]).await.refusal(), (400, 9106));
    assert_eq!(with(&pair(EMAIL, API_KEY)[1..]).await.refusal(), (400, 9106), "a key without its email");
    assert_eq!(with(&bearer("cfut_wrong")).await.refusal(), (401, 10000));
    assert_eq!(with(&bearer(NO_PERMISSION_TOKEN)).await.refusal(), (403, 10000));
    assert_eq!(with(&pair(EMAIL, "cfk_wrong")).await.refusal(), (403, 9103));
    for malformed in ["Bearer ", "Basic abc", "Bearer two words", "Bearer \"quoted\"", TOKEN] {
        let response = with(&[("authorization", malformed.to_owned())]).await;
        assert_eq!(response.refusal(), (400, 6003), "{malformed}");
        assert_eq!(response.json()["errors"][0]["error_chain"][0]["code"], 6111);
    }
    let response = with(&pair(EMAIL, "no key")).await;
    assert_eq!(
        (response.refusal(), &response.json()["errors"][0]["error_chain"][0]["code"]),
        ((400, 6003), &json!(6103))
    );

    assert_eq!(with(&bearer(TOKEN)).await.status, StatusCode::OK);
    assert_eq!(with(&pair(EMAIL, API_KEY)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn bad_accounts_have_distinct_errors() {
    let harness = Harness::new().await;
    let stats = |account: &str| format!("/accounts/{account}/images/v1/stats");
    let malformed = harness.get(&stats("abc")).await;
    assert_eq!(malformed.refusal(), (404, 7003));
    assert_eq!(malformed.json()["errors"][1]["code"], 7000);
    let foreign = "0123456789abcdef0123456789abcdef";
    assert_eq!(harness.get(&stats(foreign)).await.refusal(), (403, 10000));
    assert_eq!(harness.get(&stats(OTHER_ACCOUNT_ID)).await.refusal(), (403, 10000), "not of this token");
    let request = harness.request(Method::GET, &stats(OTHER_ACCOUNT_ID)).bearer_auth(TWO_ACCOUNTS_TOKEN);
    assert_eq!(Response::of(request).await.refusal(), (403, 5403), "Images is not enabled there");
    assert_eq!(harness.get("/zones").await.refusal(), (404, 7003));
}

#[tokio::test]
async fn accounts_are_listed_and_last_page_repeats() {
    let harness = Harness::new().await;
    let list = async |token: &str, query: &str| {
        Response::of(harness.request(Method::GET, &format!("/accounts{query}")).bearer_auth(token)).await
    };
    let one = list(TOKEN, "").await.json();
    assert_eq!(one["result"][0]["id"], ACCOUNT_ID);
    assert_eq!(one["result_info"], json!({"page":1,"per_page":20,"total_pages":1,"count":1,"total_count":1}));
    let two = list(TWO_ACCOUNTS_TOKEN, "").await.json();
    assert_eq!(two["result"][1]["id"], OTHER_ACCOUNT_ID);
    schema::validate("accounts", &two);
    let past = list(TWO_ACCOUNTS_TOKEN, "?page=9").await.json();
    assert_eq!((&past["result"], &past["result_info"]["total_pages"]), (&two["result"], &json!(1)));
    for query in ["?page=0", "?per_page=4", "?per_page=51", "?page=x", "?per_page=5.5", "?direction=up"] {
        let refused = list(TOKEN, query).await;
        assert_eq!(refused.refusal(), (400, 6003), "{query}");
        let pointer = refused.json()["errors"][0]["source"]["pointer"].take();
        assert_eq!(pointer, format!("/{}", &query[1..query.find('=').expect("a value")]));
    }
}

#[tokio::test]
async fn accounts_accept_name_direction_and_fractional_pages() {
    let harness = Harness::new().await;
    let ids = async |query: &str| {
        let request =
            harness.request(Method::GET, &format!("/accounts?{query}")).bearer_auth(TWO_ACCOUNTS_TOKEN);
        let accounts = Response::of(request).await.result("accounts");
        let accounts = accounts.as_array().expect("an array").clone();
        accounts.iter().map(|account| account["id"].as_str().expect("an ID").to_owned()).collect::<Vec<_>>()
    };
    let (first, second) = (ACCOUNT_ID, OTHER_ACCOUNT_ID);
    for (query, expected) in [
        ("direction=asc", vec![first, second]),
        ("direction=desc", vec![second, first]),
        ("name=Demo%3A+an+account+without+Images", vec![second]),
        ("name=PICTURES", vec![first]),
        ("name=nobody", vec![]),
        ("name=nobody&page=3", vec![]),
        ("name=&direction=&page=&per_page=", vec![first, second]),
        ("page=1.0&per_page=5.0", vec![first, second]),
    ] {
        assert_eq!(ids(query).await, expected, "{query}");
    }
    let one = harness.get(&format!("/accounts/{ACCOUNT_ID}")).await.result("account");
    assert_eq!(one["id"], ACCOUNT_ID);
    assert_eq!(harness.get(&format!("/accounts/{OTHER_ACCOUNT_ID}")).await.refusal(), (403, 10000));
}

#[tokio::test]
async fn user_and_memberships_describe_the_caller() {
    let harness = Harness::new().await;
    assert_eq!(harness.get("/user").await.result("user")["email"], EMAIL);
    let memberships = harness.get("/memberships?page=1.0").await.result("memberships");
    assert_eq!(memberships[0]["account"]["id"], ACCOUNT_ID);
    assert_eq!(harness.get("/memberships?page=2").await.result("memberships"), json!([]));
    let with =
        async |path: &str| Response::of(harness.request(Method::GET, path).bearer_auth(ACCOUNT_TOKEN)).await;
    assert_eq!(with("/user").await.refusal(), (403, 9109));
    assert_eq!(with("/memberships").await.refusal(), (403, 10000));
    assert_eq!(with("/user/tokens/verify").await.refusal(), (401, 1000));
    assert_eq!(
        with(&format!("/accounts/{ACCOUNT_ID}/tokens/verify")).await.result("token")["status"],
        "active"
    );
    assert_eq!(with(&format!("/accounts/{ACCOUNT_ID}/images/v1/stats")).await.status, StatusCode::OK);
    assert_eq!(Response::of(harness.request(Method::GET, "/user")).await.refusal(), (400, 9106));
}

#[tokio::test]
async fn verify_accepts_tokens_and_rejects_keys() {
    let harness = Harness::new().await;
    for path in ["/user/tokens/verify".to_owned(), format!("/accounts/{ACCOUNT_ID}/tokens/verify")] {
        let response = harness.get(&path).await.json();
        schema::validate("token", &response);
        assert_eq!((&response["success"], &response["result"]["status"]), (&json!(true), &json!("active")));
        assert_eq!(response["messages"][0]["code"], 10000, "a message, not an error");
    }
    let foreign = format!("/accounts/{OTHER_ACCOUNT_ID}/tokens/verify");
    assert_eq!(harness.get(&foreign).await.refusal(), (403, 10000));
    let key = harness
        .request(Method::GET, "/user/tokens/verify")
        .header("x-auth-email", EMAIL)
        .header("x-auth-key", API_KEY);
    assert_eq!(Response::of(key).await.refusal(), (401, 1000));
}

#[tokio::test]
async fn rate_limit_allows_1200_requests() {
    let harness = Harness::new().await;
    let first = harness.images("/v1/stats").await;
    assert_eq!(first.header("ratelimit"), "\"default\";r=1199;t=300");
    assert_eq!(first.header("ratelimit-policy"), "\"default\";q=1200;w=300");
    for _ in 1..1200 {
        assert_eq!(harness.images("/v1/stats").await.status, StatusCode::OK);
    }
    let refused = harness.images("/v1/stats").await;
    assert_eq!(refused.refusal(), (429, 971));
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((200..=300).contains(&wait), "{wait}");
    assert!(refused.header("ratelimit").starts_with("\"default\";r=0;t="));
    let url = harness.server.delivery_base();
    assert_eq!(
        Response::of(harness.client.get(url)).await.status,
        StatusCode::NOT_FOUND,
        "delivery is not counted"
    );
}

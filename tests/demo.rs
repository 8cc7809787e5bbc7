//! The embedded Cloudflare over real HTTP, checked against Cloudflare's published schemas and observed behaviour.

#[path = "demo/access.rs"]
mod access;
#[path = "demo/delivery.rs"]
mod delivery;
#[path = "demo/faults.rs"]
mod faults;
#[path = "demo/images.rs"]
mod images;
#[path = "demo/listing.rs"]
mod listing;
#[path = "demo/schema.rs"]
mod schema;

use std::time::Duration;

use cfimg::demo::{ACCOUNT_ID, Options, Server, TOKEN};
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

/// A server, and a client configured like cfimg's: no proxy, no redirects.
struct Harness {
    server: Server,
    client: reqwest::Client,
}

/// A response with its complete body.
struct Response {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Harness {
    async fn new() -> Self {
        Self::with(Options::default()).await
    }

    async fn with(options: Options) -> Self {
        // reqwest needs a crypto provider even for plain HTTP. Fails if another test has installed one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .expect("a client");
        let server = Server::start(options).await.expect("a free port on 127.0.0.1");
        Self { server, client }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.server.api_base()))
    }

    async fn get(&self, path: &str) -> Response {
        Response::of(self.request(Method::GET, path).bearer_auth(TOKEN)).await
    }

    async fn images(&self, path: &str) -> Response {
        self.get(&format!("/accounts/{ACCOUNT_ID}/images{path}")).await
    }

    /// Gets one image; encodes the ID as a client must.
    async fn image(&self, id: &str) -> Response {
        self.images(&format!("/v1/{}", encoded(id))).await
    }
}

impl Response {
    async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("a response");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("a complete body").to_vec();
        Self { status, headers, bytes }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("headers are ASCII"))
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("the body is JSON")
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("the body is UTF-8")
    }

    /// The status, and the code of the first error.
    fn refusal(&self) -> (u16, u64) {
        let json = self.json();
        schema::validate("images_api-response-common-failure", &json);
        (self.status.as_u16(), json["errors"][0]["code"].as_u64().expect("an error has a code"))
    }

    /// The result of a successful response, after checking it against `schema`.
    fn result(&self, schema: &str) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        let mut json = self.json();
        schema::validate(schema, &json);
        json["result"].take()
    }
}

fn encoded(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}

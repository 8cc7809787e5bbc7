//! An API server with a scripted list, for cases that the embedded Cloudflare does not cover.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use percent_encoding::percent_decode_str;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A running server. It lives as long as the runtime.
pub(super) struct ScriptedApi {
    addr: SocketAddr,
    targets: Arc<Mutex<Vec<String>>>,
}

/// The response to a request for a page.
#[derive(Debug, Clone)]
pub(super) struct Response {
    status: u16,
    headers: &'static str,
    body: String,
}

/// The responses by continuation token; the first page has an empty token. They are sent in order, and the last
/// one is repeated.
pub(super) type Script = HashMap<&'static str, Vec<Response>>;

/// A page with these images, given as JSON, and the token of the next page.
pub(super) fn page(images: &[&str], next: Option<&str>) -> Response {
    let token = next.map_or("null".to_owned(), |next| format!("{next:?}"));
    ok(&format!(r#"{{"images":[{}],"continuation_token":{token}}}"#, images.join(",")))
}

/// A page with images that have only an ID.
pub(super) fn ids(ids: &[&str], next: Option<&str>) -> Response {
    let images: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    page(&images.iter().map(String::as_str).collect::<Vec<_>>(), next)
}

/// An error of the API.
pub(super) fn error(status: u16, headers: &'static str) -> Response {
    let body =
        r#"{"result":null,"success":false,"errors":[{"code":10000,"message":"Not now"}],"messages":[]}"#;
    Response { status, headers, body: body.to_owned() }
}

/// A response that is not the API's.
pub(super) fn raw(body: &str) -> Response {
    Response { status: 200, headers: "", body: body.to_owned() }
}

fn ok(result: &str) -> Response {
    raw(&format!(r#"{{"result":{result},"success":true,"errors":[],"messages":[]}}"#))
}

impl ScriptedApi {
    pub(super) async fn with(script: impl IntoIterator<Item = (&'static str, Vec<Response>)>) -> Self {
        let script: Script = script.into_iter().collect();
        Self::with_fn(move |token, earlier| {
            let responses = script.get(token).unwrap_or_else(|| panic!("unknown token {token:?}"));
            responses[earlier.min(responses.len() - 1)].clone()
        })
        .await
    }

    /// A server whose responses depend on the token and on the number of earlier requests for it.
    pub(super) async fn with_fn(script: impl Fn(&str, usize) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let addr = listener.local_addr().expect("it is listening");
        let targets = Arc::new(Mutex::new(Vec::new()));
        let (script, seen) = (Arc::new(script), Arc::clone(&targets));
        spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                spawn(serve(stream, Arc::clone(&seen), Arc::clone(&script)));
            }
        });
        Self { addr, targets }
    }

    pub(super) fn api_base(&self) -> String {
        format!("http://{}/client/v4", self.addr)
    }

    /// The tokens of the requested pages, in order.
    pub(super) fn pages_requested(&self) -> Vec<String> {
        let targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.iter().filter(|target| target.contains("/images/v2?")).map(|target| token(target)).collect()
    }
}

async fn serve<S: Fn(&str, usize) -> Response>(
    mut stream: TcpStream,
    targets: Arc<Mutex<Vec<String>>>,
    script: Arc<S>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8_lossy(&head);
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let earlier = {
        let mut targets = targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.push(target.clone());
        targets.iter().filter(|other| **other == target).count() - 1
    };
    let Response { status, headers, body } = match target.rsplit('/').next() {
        Some(list) if list.starts_with("v2?") => script(&token(&target), earlier),
        Some("stats") => ok(r#"{"count":{"current":9,"allowed":100}}"#),
        Some("variants") => ok(r#"{"variants":{}}"#),
        id => {
            let id = percent_decode_str(id.unwrap_or_default()).decode_utf8_lossy();
            ok(&format!(r#"{{"id":{id:?}}}"#))
        }
    };
    let length = body.len();
    let response = format!(
        "HTTP/1.1 {status} Said\r\nconnection: close\r\n{headers}content-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    _ = stream.write_all(response.as_bytes()).await;
    _ = stream.shutdown().await;
}

/// The continuation token in a request for a page.
fn token(target: &str) -> String {
    let token = target.split_once("continuation_token=").map_or("", |(_, token)| token);
    token.split('&').next().unwrap_or_default().to_owned()
}

#[expect(clippy::disallowed_methods, reason = "the account lives as long as the test's runtime")]
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}

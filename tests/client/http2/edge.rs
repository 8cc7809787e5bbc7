//! A scripted server that speaks HTTP/2 over TLS, like Cloudflare's edge.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use axum::body::Bytes;
use axum::http::{Request, Response};
use h2::server::{Connection, SendResponse};
use h2::{Reason, RecvStream};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The response to one request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    /// A complete response.
    Json(&'static str),
    /// A complete response, after which the connection accepts no more requests (GOAWAY).
    LastOnConnection(&'static str),
    /// These responses in reverse order, once all requests have arrived.
    Concurrent(&'static [&'static str]),
    /// Resets the stream with this reason before responding.
    Refuse(Reason),
    /// Resets the stream after the headers.
    ResetAfterHeaders,
    /// Resets the stream when the client has read much of the body.
    ResetLate,
    /// Ends the body before its announced length.
    ShortBody,
    /// Closes the connection in the middle of the body.
    CloseConnection,
    /// Does not respond. Reports it when the client resets the stream.
    Silence,
}

/// A request that the server received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The number of its connection, from 1.
    pub(crate) connection: usize,
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
}

pub(crate) struct Edge {
    pub(crate) port: u16,
    script: Arc<Mutex<VecDeque<Reply>>>,
    seen: UnboundedReceiver<Seen>,
    resets: UnboundedReceiver<Reason>,
}

#[derive(Clone)]
struct ServerState {
    script: Arc<Mutex<VecDeque<Reply>>>,
    seen: UnboundedSender<Seen>,
    resets: UnboundedSender<Reason>,
}

impl Edge {
    /// Serves on `localhost` until the test ends.
    pub(crate) fn start(tls: ServerConfig, script: impl IntoIterator<Item = Reply>) -> Self {
        let script = Arc::new(Mutex::new(script.into_iter().collect::<VecDeque<_>>()));
        let (send_seen, seen) = unbounded_channel();
        let (send_resets, resets) = unbounded_channel();
        let state = ServerState { script: Arc::clone(&script), seen: send_seen, resets: send_resets };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        listener.set_nonblocking(true).expect("a socket");
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a socket");
                let acceptor = TlsAcceptor::from(Arc::new(tls));
                let mut serving = tokio::task::JoinSet::new();
                for connection in 1.. {
                    let Ok((stream, _)) = listener.accept().await else { break };
                    serving.spawn(serve(acceptor.clone(), stream, connection, state.clone()));
                }
            });
        });
        Self { port, script, seen, resets }
    }

    /// The next received request.
    pub(crate) async fn seen(&mut self) -> Seen {
        let seen = tokio::time::timeout(std::time::Duration::from_secs(20), self.seen.recv()).await;
        seen.expect("a request in time").expect("the server runs")
    }

    /// All received requests not yet returned by [`Self::seen`].
    pub(crate) fn all_seen(&mut self) -> Vec<Seen> {
        std::iter::from_fn(|| self.seen.try_recv().ok()).collect()
    }

    /// Waits until the client resets a stream, and returns the reason.
    pub(crate) async fn next_reset(&mut self) -> Reason {
        let reason = tokio::time::timeout(std::time::Duration::from_secs(20), self.resets.recv()).await;
        reason.expect("the client gives up in time").expect("the server runs")
    }

    /// The number of replies that were not used.
    pub(crate) fn unused_replies(&self) -> usize {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

type Stream = TlsStream<TcpStream>;

async fn serve(acceptor: TlsAcceptor, stream: TcpStream, connection: usize, state: ServerState) {
    let Ok(stream) = acceptor.accept(stream).await else { return };
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]), "the client offers HTTP/2");
    let Ok(mut h2) = h2::server::handshake(stream).await else { return };
    let mut waiting: Vec<SendResponse<Bytes>> = vec![];
    let mut tasks = tokio::task::JoinSet::new();
    while let Some(Ok((request, respond))) = h2.accept().await {
        _ = state.seen.send(seen(connection, &request));
        let reply = {
            let mut script = state.script.lock().unwrap_or_else(PoisonError::into_inner);
            match script.front() {
                Some(Reply::Concurrent(responses)) if waiting.len() + 1 < responses.len() => {
                    script.front().copied()
                }
                _ => script.pop_front(),
            }
        };
        let Some(reply) = reply else { break };
        if !respond_to(reply, respond, &mut h2, &mut waiting, &mut tasks, &state) {
            break;
        }
    }
}

fn seen(connection: usize, request: &Request<RecvStream>) -> Seen {
    let authorization = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    Seen {
        connection,
        path: request.uri().path().to_owned(),
        authorization: authorization.map(str::to_owned),
    }
}

/// Responds to one request. Returns whether the connection goes on.
fn respond_to(
    reply: Reply,
    mut respond: SendResponse<Bytes>,
    h2: &mut Connection<Stream, Bytes>,
    waiting: &mut Vec<SendResponse<Bytes>>,
    tasks: &mut tokio::task::JoinSet<()>,
    state: &ServerState,
) -> bool {
    match reply {
        Reply::Json(result) => send_envelope(&mut respond, result),
        Reply::LastOnConnection(result) => {
            send_envelope(&mut respond, result);
            h2.graceful_shutdown();
        }
        Reply::Concurrent(results) => {
            waiting.push(respond);
            if waiting.len() == results.len() {
                for (mut respond, result) in waiting.drain(..).zip(results).rev() {
                    send_envelope(&mut respond, result);
                }
            }
        }
        Reply::Refuse(reason) => respond.send_reset(reason),
        Reply::ResetAfterHeaders => send_partial(&mut respond, &[], Some(Reason::INTERNAL_ERROR)),
        Reply::ResetLate => {
            tasks.spawn(reset_late(respond));
        }
        Reply::ShortBody => send_partial(&mut respond, &[("content-length", "4000")], None),
        Reply::CloseConnection => return false,
        Reply::Silence => {
            let resets = state.resets.clone();
            tasks.spawn(async move {
                if let Ok(reason) = std::future::poll_fn(|context| respond.poll_reset(context)).await {
                    _ = resets.send(reason);
                }
            });
        }
    }
    true
}

fn send_envelope(respond: &mut SendResponse<Bytes>, result: &'static str) {
    let body = format!(r#"{{"result":{result},"success":true,"errors":[],"messages":[]}}"#);
    let head = Response::builder().header("content-type", "application/json").body(()).expect("a head");
    // It is no error of the server if the client is gone.
    if let Ok(mut stream) = respond.send_response(head, false) {
        _ = stream.send_data(Bytes::from(body), true);
    }
}

fn send_partial(respond: &mut SendResponse<Bytes>, headers: &[(&str, &str)], reset: Option<Reason>) {
    let head = Response::builder().header("content-type", "application/json");
    let head = headers.iter().fold(head, |head, (name, value)| head.header(*name, *value));
    if let Ok(mut stream) = respond.send_response(head.body(()).expect("a head"), false) {
        _ = stream.send_data(Bytes::from_static(br#"{"result":{"#), reset.is_none());
        if let Some(reason) = reset {
            stream.send_reset(reason);
        }
    }
}

/// Spaces are valid JSON. There is capacity for more only when the client has read some.
async fn reset_late(mut respond: SendResponse<Bytes>) {
    let head = Response::builder().header("content-type", "application/json").body(()).expect("a head");
    let Ok(mut stream) = respond.send_response(head, false) else { return };
    let mut capacity = 0;
    for _ in 0..2 {
        stream.reserve_capacity(capacity + 1);
        let Some(Ok(more)) = std::future::poll_fn(|context| stream.poll_capacity(context)).await else {
            return;
        };
        capacity = more;
        _ = stream.send_data(Bytes::from(vec![b' '; capacity]), false);
    }
    stream.send_reset(Reason::INTERNAL_ERROR);
}

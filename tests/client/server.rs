//! An HTTP server on loopback that sends scripted bytes, valid or not, and records what it receives.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use cfimg::cloudflare::{Client, Config, RetryPolicy};
use cfimg::domain::{AccountId, Credentials, Secret};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The account in the tests.
pub(crate) const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";

/// The token that the tests send, and search for in output.
pub(crate) const TOKEN: &str = "cfut_hush";

/// The response to one connection. Each connection has one request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// These bytes, then an orderly close.
    Bytes(Vec<u8>),
    /// These bytes, then the pattern until the client closes.
    Endless(Vec<u8>, Vec<u8>),
    /// These bytes, then a reset.
    Reset(Vec<u8>),
    /// These bytes immediately, without reading a request: a server of another protocol.
    Greeting(Vec<u8>),
    /// These bytes, then nothing until the client closes.
    Silence(Vec<u8>),
}

/// The server. It sends its replies in order and repeats the last one. It frees its port when dropped, because
/// all tests together may have only 256 open files on macOS.
pub(crate) struct Server {
    pub(crate) base: String,
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    requests: Arc<Mutex<Vec<String>>>,
    /// The number of bytes written to a connection, sent when its client has closed it.
    gone: UnboundedReceiver<u64>,
    /// Sent for every complete request.
    received: UnboundedReceiver<()>,
}

impl Server {
    pub(crate) fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let (send_gone, gone) = unbounded_channel();
        let (send_received, received) = unbounded_channel();
        let mut replies: Vec<Reply> = replies.into_iter().collect();
        replies.reverse();
        let (seen, stop) = (Arc::clone(&requests), Arc::clone(&stopped));
        thread::spawn(move || {
            for stream in listener.incoming().flatten().take_while(|_| !stop.load(Ordering::SeqCst)) {
                let reply = if replies.len() > 1 { replies.pop() } else { replies.last().cloned() };
                let (seen, gone, received) = (Arc::clone(&seen), send_gone.clone(), send_received.clone());
                thread::spawn(move || reply.map(|reply| serve(stream, &reply, &seen, &gone, &received)));
            }
        });
        Self { base: format!("http://{address}/client/v4"), address, stopped, requests, gone, received }
    }

    /// The heads of the received requests, in lower case except for their first lines.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no thread panicked").clone()
    }

    /// Waits until the client closes a connection, and returns the number of bytes written to it.
    pub(crate) async fn client_gone(&mut self) -> u64 {
        let gone = tokio::time::timeout(Duration::from_secs(20), self.gone.recv()).await;
        gone.expect("the client closes in time").expect("the server runs")
    }

    /// Waits for a complete request.
    pub(crate) async fn request_received(&mut self) {
        let received = tokio::time::timeout(Duration::from_secs(20), self.received.recv()).await;
        received.expect("a request in time").expect("the server runs");
    }

    /// A client for this server with a token and an account, which does not wait for real seconds.
    pub(crate) fn client(&self) -> Client {
        self.client_for_account(Some(ACCOUNT))
    }

    pub(crate) fn client_for_account(&self, account: Option<&str>) -> Client {
        Client::with_retry_policy(config(&self.base, account), quick())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        _ = TcpStream::connect(self.address);
    }
}

pub(crate) fn config(base: &str, account: Option<&str>) -> Config {
    Config {
        base: base.parse().expect("a URL"),
        credentials: Credentials::Token(Secret::parse(TOKEN).expect("a token")),
        account: account.map(|id| AccountId::parse(id).expect("an account ID")),
        profile: None,
    }
}

/// The default retry policy with waits divided by ten thousand.
pub(crate) fn quick() -> RetryPolicy {
    RetryPolicy { time_scale: 10_000, ..RetryPolicy::default() }
}

/// An HTTP response. `headers` are lines without line ends.
pub(crate) fn http(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = format!("content-length: {}", body.len());
    let mut bytes = head(status, &[headers, &[&length]].concat());
    bytes.extend_from_slice(body);
    bytes
}

pub(crate) fn head(status: u16, headers: &[&str]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} Said\r\nconnection: close\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

pub(crate) fn ok(result: &str) -> Reply {
    let body = format!(r#"{{"result":{result},"success":true,"errors":[],"messages":[]}}"#);
    Reply::Bytes(http(200, &["content-type: application/json"], body))
}

fn serve(
    mut stream: TcpStream,
    reply: &Reply,
    seen: &Mutex<Vec<String>>,
    gone: &UnboundedSender<u64>,
    received: &UnboundedSender<()>,
) {
    if let Reply::Reset(bytes) = reply {
        // A socket that is closed with unread data is reset.
        let mut some = [0; 4];
        if stream.read_exact(&mut some).is_ok() {
            seen.lock().expect("no thread panicked").push("(reset)".into());
            _ = stream.write_all(bytes);
        }
        return;
    }
    if let Reply::Greeting(bytes) = reply {
        seen.lock().expect("no thread panicked").push("(greeted)".into());
        _ = stream.write_all(bytes);
        _ = stream.read_to_end(&mut Vec::new());
        return;
    }
    let Some(request) = read_request(&mut stream) else { return };
    seen.lock().expect("no thread panicked").push(request);
    _ = received.send(());
    match reply {
        Reply::Bytes(bytes) => {
            _ = stream.write_all(bytes);
            _ = stream.shutdown(Shutdown::Write);
            // Closing before the client has read everything could reset the connection.
            _ = stream.read_to_end(&mut Vec::new());
        }
        Reply::Endless(head, pattern) => {
            let chunk = pattern.repeat(64 * 1024 / pattern.len());
            let mut written = 0;
            if stream.write_all(head).is_ok() {
                while stream.write_all(&chunk).is_ok() {
                    written += chunk.len() as u64;
                }
            }
            _ = gone.send(written);
        }
        Reply::Silence(bytes) => {
            _ = stream.write_all(bytes);
            _ = stream.read_to_end(&mut Vec::new());
            _ = gone.send(0);
        }
        Reply::Reset(_) | Reply::Greeting(_) => {}
    }
}

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let (first, rest) = text.split_once("\r\n")?;
    Some(format!("{first}\n{}", rest.replace("\r\n", "\n").to_ascii_lowercase()))
}

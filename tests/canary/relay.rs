//! An API that accepts the canaries: it records each request, replaces a canary by the embedded Cloudflare's own
//! credentials, and passes the request on. Pictures come from the embedded Cloudflare itself, at another port.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use cfimg::demo::{self, Options, Server};

use super::canaries::{KEY, Leaks, OLD_TOKEN, REJECTED_TOKEN, TOKEN};

pub(super) struct Relay {
    pub(super) base: String,
    server: Arc<Server>,
    /// The request lines and headers that were received.
    heads: Arc<Mutex<Vec<String>>>,
    /// Ends the server's thread when dropped.
    _stop: mpsc::Sender<()>,
}

impl Relay {
    pub(super) fn new() -> Self {
        let (send_server, server) = mpsc::channel();
        let (stop, stopped) = mpsc::channel::<()>();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let server = Server::start(Options::default()).await.expect("a free port");
                send_server.send(Arc::new(server)).expect("the test waits for it");
                let stopped = tokio::task::spawn_blocking(move || _ = stopped.recv());
                stopped.await.expect("the test has ended");
            });
        });
        let server = server.recv().expect("the server has started");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let base = format!("http://{}/client/v4", listener.local_addr().expect("an address"));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (to, records) = (server.addr(), Arc::clone(&heads));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let records = Arc::clone(&records);
                thread::spawn(move || {
                    // A connection may end at any time.
                    _ = TcpStream::connect(to).and_then(|server| pass_on(stream, server, &records));
                });
            }
        });
        Self { base, server, heads, _stop: stop }
    }

    /// Tokens and keys were sent to the API only, and only in the headers for them.
    pub(super) fn search_requests(&self, leaks: &mut Leaks) {
        for head in self.heads.lock().expect("no thread panicked").iter() {
            assert!(head.starts_with("GET /client/v4/") || head.starts_with("HEAD /client/v4/"), "{head}");
            let is_credential = |line: &&str| {
                let line = line.to_ascii_lowercase();
                ["authorization: bearer ", "x-auth-key: "].iter().any(|name| line.starts_with(name))
            };
            let (credentials, others): (Vec<_>, Vec<_>) = head.lines().partition(is_credential);
            assert!(credentials.len() <= 1, "{head}");
            leaks.search(&others.join("\n"), "a request");
            for line in credentials {
                let value = line.split(' ').next_back().unwrap_or_default();
                assert!([TOKEN, OLD_TOKEN, REJECTED_TOKEN, KEY].contains(&value), "{head}");
                assert_eq!(value == KEY, line.to_ascii_lowercase().starts_with("x-auth-key"), "{head}");
            }
        }
        let api = format!("{}/", self.base);
        for request in self.server.requests() {
            let is_api =
                request.host.as_ref().is_some_and(|host| api.starts_with(&format!("http://{host}/")));
            assert!(["GET", "HEAD"].contains(&request.method.as_str()), "{request:?}");
            assert!(is_api || !request.authorized, "the delivery host gets no credentials: {request:?}");
            leaks.search(&request.target, "the target of a request");
        }
    }
}

fn pass_on(client: TcpStream, mut server: TcpStream, heads: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let (mut from, mut to) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        _ = std::io::copy(&mut from, &mut to);
        _ = to.shutdown(std::net::Shutdown::Both);
    });
    let mut client = BufReader::new(client);
    let mut head = String::new();
    while client.read_line(&mut head)? > 0 {
        if head.ends_with("\r\n\r\n") {
            server.write_all(translated(&head).as_bytes())?;
            heads.lock().expect("no thread panicked").push(std::mem::take(&mut head));
        }
    }
    server.shutdown(std::net::Shutdown::Both)
}

/// With the embedded Cloudflare's credentials instead of the canaries.
fn translated(head: &str) -> String {
    let head = head.replace(TOKEN, demo::TOKEN).replace(OLD_TOKEN, demo::TOKEN);
    head.replace(KEY, demo::API_KEY)
}

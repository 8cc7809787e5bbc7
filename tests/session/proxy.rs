//! A proxy in front of a server, which records requests and closed connections.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A running proxy. It lives as long as the runtime.
pub(super) struct RecordingProxy {
    addr: SocketAddr,
    lines: watch::Receiver<Vec<Line>>,
    most: Arc<AtomicUsize>,
}

/// A recorded connection, in order of arrival.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    /// What the client sent.
    pub(super) request: String,
    /// Whether the server has responded.
    pub(super) answered: bool,
    /// Whether a request is waiting for its response.
    waits: bool,
    /// Whether the client has closed the connection.
    pub(super) closed: bool,
}

impl RecordingProxy {
    pub(super) async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let addr = listener.local_addr().expect("it is bound");
        let (sender, lines) = watch::channel(Vec::new());
        let most = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&most);
        spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let mut at = 0;
                sender.send_modify(|lines: &mut Vec<Line>| {
                    at = lines.len();
                    lines.push(Line::default());
                });
                spawn(carry(client, server, at, sender.clone(), Arc::clone(&count)));
            }
        });
        Self { addr, lines, most }
    }

    pub(super) fn api_base(&self) -> String {
        format!("http://{}/client/v4", self.addr)
    }

    /// All connections so far.
    pub(super) fn lines(&self) -> Vec<Line> {
        self.lines.borrow().clone()
    }

    /// The largest number of concurrent requests.
    pub(super) fn most_at_once(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    /// Waits until the connections fulfil a condition.
    pub(super) async fn until(&self, wanted: impl Fn(&[Line]) -> bool) {
        let mut lines = self.lines.clone();
        lines.wait_for(|lines| wanted(lines)).await.expect("the relay lives as long as the runtime");
    }

    /// Waits until an image was requested.
    pub(super) async fn received_request_for(&self, id: &str) {
        let id = id.replace(' ', "%20").replace('/', "%2F");
        self.until(|lines| lines.iter().any(|line| line.request.contains(&id))).await;
    }
}

async fn carry(
    mut client: TcpStream,
    server: SocketAddr,
    at: usize,
    lines: watch::Sender<Vec<Line>>,
    most: Arc<AtomicUsize>,
) {
    let mut server = TcpStream::connect(server).await.expect("the server runs");
    let (mut request, mut answered) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut request) => {
                let Ok(length @ 1..) = read else { break };
                lines.send_modify(|lines| {
                    lines[at].request += &String::from_utf8_lossy(&request[..length]);
                    lines[at].waits = true;
                    most.fetch_max(lines.iter().filter(|line| line.waits).count(), Ordering::Relaxed);
                });
                if server.write_all(&request[..length]).await.is_err() {
                    break;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                lines.send_modify(|lines| (lines[at].answered, lines[at].waits) = (true, false));
                if client.write_all(&answered[..length]).await.is_err() {
                    break;
                }
            }
        }
    }
    lines.send_modify(|lines| lines[at].closed = true);
}

#[expect(clippy::disallowed_methods, reason = "the relay lives as long as the test's runtime")]
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}

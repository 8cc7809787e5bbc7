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
    connections: watch::Receiver<Vec<Connection>>,
    max_concurrent: Arc<AtomicUsize>,
}

/// A recorded connection, in order of arrival.
#[derive(Debug, Clone, Default)]
pub(super) struct Connection {
    /// What the client sent.
    pub(super) request: String,
    /// Whether the server has responded.
    pub(super) answered: bool,
    /// Whether a request is waiting for its response.
    waiting: bool,
    /// Whether the client has closed the connection.
    pub(super) closed: bool,
}

impl RecordingProxy {
    pub(super) async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let addr = listener.local_addr().expect("it is listening");
        let (sender, connections) = watch::channel(Vec::new());
        let max_concurrent = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&max_concurrent);
        spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let mut at = 0;
                sender.send_modify(|connections: &mut Vec<Connection>| {
                    at = connections.len();
                    connections.push(Connection::default());
                });
                spawn(forward(client, server, at, sender.clone(), Arc::clone(&count)));
            }
        });
        Self { addr, connections, max_concurrent }
    }

    pub(super) fn api_base(&self) -> String {
        format!("http://{}/client/v4", self.addr)
    }

    /// All connections so far.
    pub(super) fn connections(&self) -> Vec<Connection> {
        self.connections.borrow().clone()
    }

    /// The largest number of concurrent requests.
    pub(super) fn max_concurrent(&self) -> usize {
        self.max_concurrent.load(Ordering::Relaxed)
    }

    /// Waits until the connections fulfil a condition.
    pub(super) async fn until(&self, condition: impl Fn(&[Connection]) -> bool) {
        let mut connections = self.connections.clone();
        connections
            .wait_for(|connections| condition(connections))
            .await
            .expect("the proxy lives as long as the runtime");
    }

    /// Waits until an image was requested.
    pub(super) async fn received_request_for(&self, id: &str) {
        let id = id.replace(' ', "%20").replace('/', "%2F");
        self.until(|connections| connections.iter().any(|connection| connection.request.contains(&id))).await;
    }
}

async fn forward(
    mut client: TcpStream,
    server: SocketAddr,
    at: usize,
    connections: watch::Sender<Vec<Connection>>,
    max_concurrent: Arc<AtomicUsize>,
) {
    let mut server = TcpStream::connect(server).await.expect("the server runs");
    let (mut request, mut answered) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut request) => {
                let Ok(length @ 1..) = read else { break };
                connections.send_modify(|connections| {
                    connections[at].request += &String::from_utf8_lossy(&request[..length]);
                    connections[at].waiting = true;
                    max_concurrent.fetch_max(connections.iter().filter(|connection| connection.waiting).count(), Ordering::Relaxed);
                });
                if server.write_all(&request[..length]).await.is_err() {
                    break;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                connections.send_modify(|connections| (connections[at].answered, connections[at].waiting) = (true, false));
                if client.write_all(&answered[..length]).await.is_err() {
                    break;
                }
            }
        }
    }
    connections.send_modify(|connections| connections[at].closed = true);
}

#[expect(clippy::disallowed_methods, reason = "the proxy lives as long as the test's runtime")]
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}

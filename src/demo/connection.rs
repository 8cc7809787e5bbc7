//! Connections that the server can reset: when it stops, and for the fault that resets.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures_util::task::AtomicWaker;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::state::{self, Shared};

/// Accepting fails immediately while the process is out of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_secs(1);

/// Accepts connections and registers each of them.
pub(super) struct ResettableListener {
    listener: TcpListener,
    connections: Arc<Connections>,
}

impl ResettableListener {
    pub(super) fn new(listener: TcpListener, connections: Arc<Connections>) -> Self {
        Self { listener, connections }
    }

    /// The next connection.
    pub(super) async fn accept(&mut self) -> (Connection, ConnectionHandle) {
        let stream = loop {
            match self.listener.accept().await {
                Ok((stream, _)) => break stream,
                Err(error) if is_connection_error(&error) => {}
                Err(_) => tokio::time::sleep(ACCEPT_RETRY).await,
            }
        };
        // Small responses should not wait for an acknowledgement. If this fails they are only slower.
        let _ = stream.set_nodelay(true);
        let connection = ConnectionHandle(Arc::new(ResetSignal::default()));
        self.connections.add(&connection);
        (Connection { stream, connection: connection.clone() }, connection)
    }
}

fn is_connection_error(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Serves one connection over HTTP/1.1. `axum::serve` would also link an HTTP/2 server.
pub(super) async fn serve(connection: Connection, handle: ConnectionHandle, shared: Arc<Shared>) {
    let service = hyper::service::service_fn(|request: Request<Incoming>| {
        let response = state::respond(Arc::clone(&shared), handle.clone(), request.map(Body::new));
        async move { Ok::<_, Infallible>(response.await) }
    });
    // It fails only if the client hangs up or sends no HTTP.
    let _ =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(connection), service).await;
}

/// All open connections, so that they can be reset together.
#[derive(Debug, Default)]
pub(super) struct Connections(Mutex<Vec<Weak<ResetSignal>>>);

impl Connections {
    fn add(&self, connection: &ConnectionHandle) {
        let mut connections = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        connections.retain(|other| other.strong_count() > 0);
        connections.push(Arc::downgrade(&connection.0));
    }

    pub(super) fn reset_all(&self) {
        for connection in self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            if let Some(signal) = connection.upgrade() {
                signal.trigger();
            }
        }
    }
}

/// Resets one connection; passed to whoever responds on it.
#[derive(Debug, Clone)]
pub(super) struct ConnectionHandle(Arc<ResetSignal>);

impl ConnectionHandle {
    /// Resets the connection: the client sees it broken, not closed.
    pub(super) fn reset(&self) {
        self.0.trigger();
    }
}

#[derive(Debug, Default)]
struct ResetSignal {
    triggered: AtomicBool,
    /// One waker is enough, because the same task reads and writes a connection
    waker: AtomicWaker,
}

impl ResetSignal {
    fn trigger(&self) {
        self.triggered.store(true, Ordering::SeqCst);
        self.waker.wake();
    }
}

pub(super) struct Connection {
    stream: TcpStream,
    connection: ConnectionHandle,
}

impl Connection {
    fn check_not_reset(&self) -> io::Result<()> {
        if !self.connection.0.triggered.load(Ordering::SeqCst) {
            return Ok(());
        }
        // Without lingering, closing sends a reset and frees the port immediately.
        let _ = self.stream.set_zero_linger();
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.connection.0.waker.register(cx.waker());
        self.check_not_reset()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.connection.0.waker.register(cx.waker());
        self.check_not_reset()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.connection.0.waker.register(cx.waker());
        self.check_not_reset()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

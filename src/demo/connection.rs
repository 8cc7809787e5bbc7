//! Connections that the server can reset: when it stops, and for the fault that resets.

use std::convert::Infallible;
use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Accepting fails immediately while the process is out of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_secs(1);

/// All open connections, so that they can be reset together.
#[derive(Debug, Default)]
pub(super) struct Connections(Mutex<Vec<Weak<Notify>>>);

impl Connections {
    /// Accepts the next connection.
    pub(super) async fn accept(&self, listener: &TcpListener) -> (TcpStream, ConnectionHandle) {
        let stream = loop {
            match listener.accept().await {
                Ok((stream, _)) => break stream,
                Err(error)
                    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
                Err(_) => tokio::time::sleep(ACCEPT_RETRY).await,
            }
        };
        // Small responses should not wait for an acknowledgement. If this fails they are only slower.
        let _ = stream.set_nodelay(true);
        let handle = ConnectionHandle::default();
        let mut connections = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        connections.retain(|other| other.strong_count() > 0);
        connections.push(Arc::downgrade(&handle.0));
        (stream, handle)
    }

    pub(super) fn reset_all(&self) {
        for connection in self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            connection.upgrade().inspect(|reset| reset.notify_one());
        }
    }
}

/// Resets one connection; passed to whoever responds on it.
#[derive(Debug, Clone, Default)]
pub(super) struct ConnectionHandle(Arc<Notify>);

impl ConnectionHandle {
    /// Resets the connection: the client sees it broken, not closed.
    pub(super) fn reset(&self) {
        self.0.notify_one();
    }
}

/// Serves one connection over HTTP/1.1. `axum::serve` would also link an HTTP/2 server.
pub(super) async fn serve<F: Future<Output = Response>>(
    stream: TcpStream,
    handle: ConnectionHandle,
    respond: impl Fn(Request<Body>) -> F,
) {
    let service = service_fn(|request: Request<Incoming>| {
        let response = respond(request.map(Body::new));
        async move { Ok::<_, Infallible>(response.await) }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // It fails only if the client hangs up or sends no HTTP.
        _ = &mut connection => {}
        () = handle.0.notified() => {
            // Without lingering, closing sends a reset and frees the port immediately.
            let _ = connection.into_parts().io.into_inner().set_zero_linger();
        }
    }
}

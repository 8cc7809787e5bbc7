//! Connections that can be cut off from outside: by a stopping server, and by the fault that resets.

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

/// Accepts connections and keeps a line to each.
pub(super) struct Door {
    listener: TcpListener,
    lines: Arc<Lines>,
}

impl Door {
    pub(super) fn new(listener: TcpListener, lines: Arc<Lines>) -> Self {
        Self { listener, lines }
    }

    /// The next connection.
    pub(super) async fn accept(&mut self) -> (Wire, Line) {
        let stream = loop {
            match self.listener.accept().await {
                Ok((stream, _)) => break stream,
                Err(error) if is_connection_error(&error) => {}
                Err(_) => tokio::time::sleep(ACCEPT_RETRY).await,
            }
        };
        // Small answers must not wait for an acknowledgement; where that cannot be set they are only slower.
        let _ = stream.set_nodelay(true);
        let line = Line(Arc::new(Cut::default()));
        self.lines.add(&line);
        (Wire { stream, line: line.clone() }, line)
    }
}

fn is_connection_error(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Serves one connection over HTTP/1.1. `axum::serve` would also link an HTTP/2 server.
pub(super) async fn serve(wire: Wire, line: Line, shared: Arc<Shared>) {
    let service = hyper::service::service_fn(|request: Request<Incoming>| {
        let answer = state::answer(Arc::clone(&shared), line.clone(), request.map(Body::new));
        async move { Ok::<_, Infallible>(answer.await) }
    });
    // The error is the client's: it hung up or sent no HTTP.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(wire), service).await;
}

/// Every connection that is open, so that all can be cut at once.
#[derive(Debug, Default)]
pub(super) struct Lines(Mutex<Vec<Weak<Cut>>>);

impl Lines {
    fn add(&self, line: &Line) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|other| other.strong_count() > 0);
        lines.push(Arc::downgrade(&line.0));
    }

    pub(super) fn cut_all(&self) {
        for line in self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            if let Some(cut) = line.upgrade() {
                cut.now();
            }
        }
    }
}

/// The way to cut one connection, given to whoever answers on it.
#[derive(Debug, Clone)]
pub(super) struct Line(Arc<Cut>);

impl Line {
    /// Resets the connection: the client sees it broken, not closed.
    pub(super) fn cut(&self) {
        self.0.now();
    }
}

#[derive(Debug, Default)]
struct Cut {
    done: AtomicBool,
    /// One is enough: a connection is read and written by the same task
    task: AtomicWaker,
}

impl Cut {
    fn now(&self) {
        self.done.store(true, Ordering::SeqCst);
        self.task.wake();
    }
}

/// One connection.
pub(super) struct Wire {
    stream: TcpStream,
    line: Line,
}

impl Wire {
    fn whole(&self) -> io::Result<()> {
        if !self.line.0.done.load(Ordering::SeqCst) {
            return Ok(());
        }
        // Without lingering, closing sends a reset and leaves the port free at once.
        let _ = self.stream.set_zero_linger();
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.line.0.task.register(cx.waker());
        self.whole()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.line.0.task.register(cx.waker());
        self.whole()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.line.0.task.register(cx.waker());
        self.whole()?;
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

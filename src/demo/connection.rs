//! Connections that the server can reset: when it stops, and for the fault that resets.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Accepts connections and registers each of them.
pub(super) struct Door {
    listener: TcpListener,
    lines: Arc<Lines>,
}

impl Door {
    pub(super) fn new(listener: TcpListener, lines: Arc<Lines>) -> Self {
        Self { listener, lines }
    }
}

impl Listener for Door {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        // axum's listener waits a second if the process has run out of file descriptors, and retries other errors
        // at once.
        let (stream, from) = Listener::accept(&mut self.listener).await;
        // Small responses should not wait for an acknowledgement. If this fails they are only slower.
        let _ = stream.set_nodelay(true);
        let line = Line(Arc::new(Cut::default()));
        self.lines.add(&line);
        (Wire { stream, line }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// All open connections, so that they can be reset together.
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

/// Resets one connection; passed to whoever responds on it.
#[derive(Debug, Clone)]
pub(super) struct Line(Arc<Cut>);

impl Line {
    /// Resets the connection: the client sees it broken, not closed.
    pub(super) fn cut(&self) {
        self.0.now();
    }
}

impl Connected<IncomingStream<'_, Door>> for Line {
    fn connect_info(incoming: IncomingStream<'_, Door>) -> Self {
        incoming.io().line.clone()
    }
}

#[derive(Debug, Default)]
struct Cut {
    done: AtomicBool,
    /// One waker is enough, because the same task reads and writes a connection
    task: AtomicWaker,
}

impl Cut {
    fn now(&self) {
        self.done.store(true, Ordering::SeqCst);
        self.task.wake();
    }
}

pub(super) struct Wire {
    stream: TcpStream,
    line: Line,
}

impl Wire {
    fn whole(&self) -> io::Result<()> {
        if !self.line.0.done.load(Ordering::SeqCst) {
            return Ok(());
        }
        // Without lingering, closing sends a reset and frees the port immediately.
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

//! The embedded Cloudflare: an account of Cloudflare Images on a loopback port.
//!
//! [`Server::start`] answers every GET and HEAD that cfimg sends as Cloudflare does, over real HTTP: envelopes,
//! error codes, headers, cursors, authentication, percent-encoded IDs, delivery with real resizing, signed URLs.
//! Tests use it, and so can anyone who develops against Cloudflare Images offline. It uses no other module of
//! cfimg: if it shared the client's code for URLs or signatures, two bugs could cancel out.
//!
//! ```text
//! request ─► connection (can be reset) ─► route (raw path) ─┬─► api (rate limit, faults, auth, then the response)
//!                                                           └─► delivery (access, signature, resize, encode)
//!                     both read the store: the fixtures, and images computed from a number
//! ```
//!
//! There are no timers and no tasks other than the accept loop. Pictures are drawn when first requested.

mod api;
mod auth;
mod canvas;
mod connection;
mod delivery;
mod delivery_fault;
mod edge_headers;
mod fault;
mod filter;
mod fixtures;
mod listing;
mod picture;
mod query;
mod rate_limit;
mod record;
mod resize;
mod response;
mod route;
mod scene;
mod signature;
mod state;
mod store;
mod svg;
mod synthetic;
mod user;
mod variant;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use auth::{
    ACCOUNT_TOKEN, API_KEY, EMAIL, FAULTY_ACCOUNT_TOKEN, NO_PERMISSION_TOKEN, TOKEN, TWO_ACCOUNTS_TOKEN,
};
pub use delivery_fault::{DELIVERY_ERRORS, delivery_fault_id};
pub use fault::FAULT_IDS;
pub use fixtures::{
    ANIMATED_ID, CUSTOM_ID, DEPRECATION_NOTE_ID, DRAFT_ID, HOSTILE_ID, PRIVATE_ID, SAMPLE_ID, SVG_ID,
};
pub use signature::SIGNING_KEY;
pub use state::RequestRecord;

use connection::{Connections, ResettableListener};
use state::Shared;

/// The account that owns the images; 32 hexadecimal digits, as at Cloudflare.
pub const ACCOUNT_ID: &str = "de3001c0ffee4a5b8c7d6e5f40312213";

/// A second account that [`TWO_ACCOUNTS_TOKEN`] sees too. Images is not enabled on it (5403).
pub const OTHER_ACCOUNT_ID: &str = "de3002decafbad0011223344556677aa";

/// A third account, which [`FAULTY_ACCOUNT_TOKEN`] sees. Its usage is reported in floats, and its list never
/// ends, because every cursor leads back to the first page. Otherwise it is like [`ACCOUNT_ID`].
pub const FAULTY_ACCOUNT_ID: &str = "de3003fade0fface0112233445566778";

/// The first segment of every delivery URL. It is not the account ID, and only an image's variants contain it.
pub const ACCOUNT_HASH: &str = "MTt4OTd0b0w5ajDemoHash";

/// Options of the embedded Cloudflare.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// The number of images in the list. The first [`FIXTURE_IMAGES`] are fixtures, starting with those that have
    /// a constant in this module. Fewer than eight leave some of these out, and 0 is an empty account. The rest
    /// are computed from their number and the seed. The draft does not count, since no list shows it.
    pub images: usize,
    /// The delay before every response.
    pub latency: Duration,
    /// The share of API requests (0 to 1) that get a fault. The seed decides which.
    pub fail: f64,
    /// Determines the computed images and the order of faults. The fixtures do not depend on it.
    pub seed: u64,
}

/// The number of fixtures, which is what [`Options::default`] serves.
pub const FIXTURE_IMAGES: usize = 36;

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, images: FIXTURE_IMAGES, latency: Duration::ZERO, fail: 0.0, seed: 1 }
    }
}

/// A running server. Dropping it stops it and resets its connections.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    connections: Arc<Connections>,
    accept_task: JoinHandle<()>,
}

impl Server {
    /// Binds 127.0.0.1 and serves on the current tokio runtime until stopped or dropped.
    ///
    /// Fails if the port is taken or not permitted.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let shared = Arc::new(Shared::new(options, listener.local_addr()?));
        let connections = Arc::new(Connections::default());
        let listener = ResettableListener::new(listener, Arc::clone(&connections));
        let accept_task = serve(listener, Arc::clone(&shared));
        Ok(Self { shared, connections, accept_task })
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.shared.addr
    }

    /// The base URL of the API, for `CLOUDFLARE_BASE_URL`.
    pub fn api_base(&self) -> String {
        format!("{}/client/v4", self.delivery_base())
    }

    /// The scheme and host of delivery URLs, which look like `BASE/<hash>/<id>/<variant>`.
    pub fn delivery_base(&self) -> String {
        self.shared.base.clone()
    }

    /// The last thousand requests, oldest first.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.requests()
    }

    /// Stops immediately: accepts no more connections and resets the open ones.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accept_task.abort();
        self.connections.reset_all();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "dropping the server aborts this task and resets every connection"
)]
fn serve(mut listener: ResettableListener, shared: Arc<Shared>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let (connection, handle) = listener.accept().await;
            tokio::spawn(connection::serve(connection, handle, Arc::clone(&shared)));
        }
    })
}

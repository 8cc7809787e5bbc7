//! The embedded Cloudflare: an account of Cloudflare Images on a loopback port.
//!
//! [`Server::start`] answers every GET and HEAD that cfimg sends as Cloudflare does, over real HTTP: envelopes, error
//! codes, headers, cursors, authentication, percent-encoded IDs, delivery with real resizing, signed URLs. It is the
//! stand for our tests and for anyone who writes against Cloudflare Images offline. It names no other room of cfimg:
//! were it to share the client's code for URLs or signatures, two mistakes could cancel out.
//!
//! ```text
//! a request ─► wire (can be cut off) ─► route (of the raw path) ─┬─► api (limit, faults, access, then the answer)
//!                                                                └─► delivery (access, signature, resize, encode)
//!                         both read the catalogue: the hand-made images, and those computed from a number
//! ```
//!
//! Nothing runs while nobody asks: there is no timer and no task but the one that accepts. Pictures are drawn when they
//! are first asked for.

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
    ACCOUNT_TOKEN, API_KEY, EMAIL, FAULTY_ACCOUNT_TOKEN, POWERLESS_TOKEN, TOKEN, TWO_ACCOUNTS_TOKEN,
};
pub use delivery_fault::{DELIVERY_ERRORS, delivery_fault_id};
pub use fault::FAULT_IDS;
pub use fixtures::{
    ANIMATED_ID, CUSTOM_ID, DEPRECATION_NOTE_ID, DRAFT_ID, HOSTILE_ID, PRIVATE_ID, SAMPLE_ID, SVG_ID,
};
pub use signature::SIGNING_KEY;
pub use state::RequestRecord;

use connection::{Door, Lines};
use state::Shared;

/// The account whose images are served; 32 hexadecimal digits, as Cloudflare's.
pub const ACCOUNT_ID: &str = "de3001c0ffee4a5b8c7d6e5f40312213";

/// A second account that [`TWO_ACCOUNTS_TOKEN`] sees too; Images is not enabled on it (5403).
pub const OTHER_ACCOUNT_ID: &str = "de3002decafbad0011223344556677aa";

/// A third account, that [`FAULTY_ACCOUNT_TOKEN`] sees: its usage is told in floats, and its list never ends, for every
/// cursor leads to the first page again. All else is as in [`ACCOUNT_ID`].
pub const FAULTY_ACCOUNT_ID: &str = "de3003fade0fface0112233445566778";

/// The first segment of every delivery URL. It is not the account ID, and no endpoint but an image's variants tells it.
pub const ACCOUNT_HASH: &str = "MTt4OTd0b0w5ajDemoHash";

/// How the embedded Cloudflare behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// How many images the list holds. Up to [`FIXTURE_IMAGES`] are made by hand, the first of them those with an ID
    /// in this module (fewer than eight leave some of these out, and 0 is an empty account); any more are computed from
    /// their number and the seed. The draft is beside the count, since no list shows it.
    pub images: usize,
    /// How long every answer waits.
    pub latency: Duration,
    /// The share of API requests (0 to 1) that a fault answers; which ones is settled by the seed.
    pub fail: f64,
    /// Settles the computed images and the order of faults. The hand-made images do not depend on it.
    pub seed: u64,
}

/// How many images are made by hand: what [`Options::default`] serves.
pub const FIXTURE_IMAGES: usize = 36;

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, images: FIXTURE_IMAGES, latency: Duration::ZERO, fail: 0.0, seed: 1 }
    }
}

/// A running embedded Cloudflare; dropping it stops it and cuts its connections.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    lines: Arc<Lines>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Binds 127.0.0.1 and serves on the current tokio runtime until stopped or dropped.
    ///
    /// Fails where the port is taken or may not be used.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let shared = Arc::new(Shared::new(options, listener.local_addr()?));
        let lines = Arc::new(Lines::default());
        let door = Door::new(listener, Arc::clone(&lines));
        let accepting = serve(door, Arc::clone(&shared));
        Ok(Self { shared, lines, accepting })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.shared.addr
    }

    /// The base URL of the API, for `CLOUDFLARE_BASE_URL`.
    pub fn api_base(&self) -> String {
        format!("{}/client/v4", self.delivery_base())
    }

    /// The scheme and host of delivery URLs, which read `BASE/<hash>/<id>/<variant>`.
    pub fn delivery_base(&self) -> String {
        self.shared.base.clone()
    }

    /// What was asked so far, oldest first; the last thousand requests.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.requests()
    }

    /// Stops at once: nothing more is accepted, and open connections are cut.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
        self.lines.cut_all();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "dropping the server aborts the task that accepts and cuts every connection"
)]
fn serve(mut door: Door, shared: Arc<Shared>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let (wire, line) = door.accept().await;
            tokio::spawn(connection::serve(wire, line, Arc::clone(&shared)));
        }
    })
}

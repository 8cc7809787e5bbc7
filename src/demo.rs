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
mod fault_response;
mod filter;
mod fixtures;
mod listing;
mod options;
mod picture;
mod query;
mod rate_limit;
mod record;
mod render;
mod resize;
mod response;
mod rng;
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
use std::sync::atomic::Ordering;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use auth::{
    ACCOUNT_ID, ACCOUNT_TOKEN, API_KEY, EMAIL, EXPIRED_TOKEN, FAULTY_ACCOUNT_ID, FAULTY_ACCOUNT_TOKEN,
    NO_ACCOUNTS_TOKEN, NO_PERMISSION_TOKEN, OTHER_ACCOUNT_ID, TOKEN, TWO_ACCOUNTS_TOKEN,
};
pub use delivery_fault::{DELIVERY_ERRORS, delivery_fault_id};
pub use fault::FAULT_IDS;
pub use fixtures::{
    ANIMATED_ID, CUSTOM_ID, DEPRECATION_NOTE_ID, DRAFT_ID, FIXTURE_IMAGES, HOSTILE_ID, PRIVATE_ID, SAMPLE_ID,
    SVG_ID,
};
pub use options::Options;
pub use record::ACCOUNT_HASH;
pub use signature::SIGNING_KEY;
pub use state::RequestRecord;

use connection::{ConnectionHandle, Connections};
use response::{with_header, with_type};
use rng::splitmix64;
use route::Route;
use state::Shared;

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
        let accept_task = serve(listener, Arc::clone(&connections), Arc::clone(&shared));
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
fn serve(listener: TcpListener, connections: Arc<Connections>, shared: Arc<Shared>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let (stream, handle) = connections.accept(&listener).await;
            let (shared, connection) = (Arc::clone(&shared), handle.clone());
            let respond = move |request| respond(Arc::clone(&shared), connection.clone(), request);
            tokio::spawn(connection::serve(stream, handle, respond));
        }
    })
}

/// Responds to any request.
async fn respond(shared: Arc<Shared>, connection: ConnectionHandle, request: Request) -> Response {
    shared.record(&request);
    let number = shared.request_count.fetch_add(1, Ordering::Relaxed);
    if !shared.options.latency.is_zero() {
        tokio::time::sleep(shared.options.latency).await;
    }
    let (parts, _) = request.into_parts();
    let response = match Route::parse(parts.uri.path()) {
        Route::Delivery { hash, id, variant } => {
            delivery::respond(&shared, &parts, &hash, &id, &variant).await
        }
        Route::Unknown => {
            let text = "This is cfimg's embedded Cloudflare Images: the API is below /client/v4.\n";
            with_type(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", text.into())
        }
        route => api::respond(&shared, &connection, &parts, &route, number).await,
    };
    let ray = format!("{:016x}-DMO", splitmix64(shared.options.seed ^ number << 20));
    with_header(with_header(response, "cf-ray", &ray), "server", "cloudflare")
}

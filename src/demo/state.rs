//! The server's shared state.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, USER_AGENT};

use super::Options;
use super::rate_limit::{Allowance, Limit};
use super::render::RenderCache;
use super::store::Store;

/// A received request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRecord {
    /// `GET`, `HEAD` or any other method
    pub method: String,
    /// Path and query as received, still percent-encoded
    pub target: String,
    /// The header `Host` as received
    pub host: Option<String>,
    /// Whether the request had a token or a key, but not which one
    pub authorized: bool,
    /// The header `User-Agent`
    pub user_agent: Option<String>,
}

const MAX_RECORDS: usize = 1000;

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) addr: SocketAddr,
    /// Scheme and host of this server
    pub(super) base: String,
    pub(super) store: Store,
    pub(super) render_cache: RenderCache,
    /// How often `fault-flaky` was requested
    pub(super) flaky: AtomicU64,
    /// How often `fault-flaky-cut` was requested
    pub(super) flaky_cut: AtomicU64,
    pub(super) request_count: AtomicU64,
    limit: Mutex<Limit>,
    records: Mutex<VecDeque<RequestRecord>>,
}

impl Shared {
    pub(super) fn new(options: Options, addr: SocketAddr) -> Self {
        Self {
            store: Store::new(options.images, options.seed),
            addr,
            base: format!("http://{addr}"),
            options,
            render_cache: RenderCache::default(),
            flaky: AtomicU64::new(0),
            flaky_cut: AtomicU64::new(0),
            request_count: AtomicU64::new(0),
            limit: Mutex::default(),
            records: Mutex::default(),
        }
    }

    pub(super) fn requests(&self) -> Vec<RequestRecord> {
        lock(&self.records).iter().cloned().collect()
    }

    /// Counts one request against the account's limit.
    #[expect(clippy::disallowed_methods, reason = "the limit holds by the clock, as Cloudflare's does")]
    pub(super) fn take_allowance(&self) -> Allowance {
        lock(&self.limit).take(Instant::now())
    }

    /// Unix seconds.
    #[expect(clippy::disallowed_methods, reason = "signed URLs expire by the clock")]
    pub(super) fn now() -> u64 {
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    pub(super) fn record(&self, request: &Request) {
        let text = |name: &str| {
            request.headers().get(name).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned())
        };
        let record = RequestRecord {
            method: request.method().to_string(),
            target: request.uri().path_and_query().map_or_else(String::new, ToString::to_string),
            host: text("host"),
            authorized: request.headers().contains_key(AUTHORIZATION)
                || request.headers().contains_key("x-auth-key"),
            user_agent: text(USER_AGENT.as_str()),
        };
        let mut records = lock(&self.records);
        if records.len() == MAX_RECORDS {
            records.pop_front();
        }
        records.push_back(record);
    }
}

/// Locks a mutex, ignoring poisoning: the data is consistent between statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The API client against a real HTTP server on loopback, which responds like Cloudflare, a proxy or an attacker.

#[path = "client/delivery.rs"]
mod delivery;
#[path = "client/errors.rs"]
mod errors;
#[path = "client/http2.rs"]
mod http2;
#[path = "client/keyring.rs"]
mod keyring;
#[path = "client/limits.rs"]
mod limits;
#[path = "client/listing.rs"]
mod listing;
#[path = "client/messages.rs"]
mod messages;
#[path = "client/network.rs"]
mod network;
#[path = "client/originals.rs"]
mod originals;
#[path = "client/partial.rs"]
mod partial;
#[path = "client/requests.rs"]
mod requests;
#[path = "client/retries.rs"]
mod retries;
#[path = "client/server.rs"]
mod server;
#[path = "client/subprocess.rs"]
mod subprocess;
#[path = "client/tls.rs"]
mod tls;

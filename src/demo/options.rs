//! Options of the embedded Cloudflare.

use std::time::Duration;

use super::fixtures::FIXTURE_IMAGES;

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

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, images: FIXTURE_IMAGES, latency: Duration::ZERO, fail: 0.0, seed: 1 }
    }
}

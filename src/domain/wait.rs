//! Waits before a request or a retry, and their messages.

use std::fmt;
use std::time::Duration;

/// A wait before a request or a retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// How long.
    pub pause: Duration,
    pub reason: WaitReason,
    /// The number of the attempt that follows it, from 1.
    pub attempt: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitReason {
    /// The API refused a request because there were too many.
    RateLimited,
    /// The account's quota is nearly used up; nothing was refused yet.
    QuotaLow,
    /// The API returned an error (408, 5xx), or only part of a response arrived.
    ServerError,
    /// The connection failed or was closed.
    Connection,
}

impl WaitReason {
    /// A few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::RateLimited | Self::QuotaLow => "rate limited",
            Self::ServerError => "server error",
            Self::Connection => "no connection",
        }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.reason {
            WaitReason::QuotaLow => {
                let seconds = self.pause.as_secs();
                return write!(f, "Few API requests are left; waiting {seconds} s …");
            }
            WaitReason::RateLimited => "Too many requests",
            WaitReason::ServerError => "Server error",
            WaitReason::Connection => "The connection failed",
        };
        write!(f, "{why}; retrying in {:.1} s …", self.pause.as_secs_f32())
    }
}

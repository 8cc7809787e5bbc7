//! A value that is loaded over the network.

use super::{Effect, RequestId};
use crate::domain::Failure;

/// A value that is loaded over the network. The previous value stays until a new one arrives.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Remote<T> {
    /// Nothing was requested yet.
    #[default]
    Idle,
    /// A request is in flight.
    Loading {
        /// The only request whose response is accepted.
        request: RequestId,
        previous: Option<T>,
    },
    Loaded(T),
    /// The last request failed.
    Failed {
        failure: Failure,
        previous: Option<T>,
    },
}

impl<T> Remote<T> {
    /// The value, current or previous.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Loaded(value) => Some(value),
            Self::Loading { previous, .. } | Self::Failed { previous, .. } => previous.as_ref(),
            Self::Idle => None,
        }
    }

    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed { failure, .. } => Some(failure),
            _ => None,
        }
    }

    /// The request in flight.
    pub fn pending_request(&self) -> Option<RequestId> {
        match self {
            Self::Loading { request, .. } => Some(*request),
            _ => None,
        }
    }

    /// Starts waiting for a request, and aborts the request that it supersedes.
    pub fn start(&mut self, request: RequestId) -> Option<Effect> {
        let superseded = self.pending_request().map(Effect::Abort);
        *self = Self::Loading { request, previous: self.take_value() };
        superseded
    }

    /// Accepts a response. Ignores stale responses and returns `false`.
    pub fn complete(&mut self, request: RequestId, response: Result<T, Failure>) -> bool {
        if self.pending_request() != Some(request) {
            return false;
        }
        *self = match response {
            Ok(value) => Self::Loaded(value),
            Err(failure) => Self::Failed { failure, previous: self.take_value() },
        };
        true
    }

    /// Fails without a request, and keeps the value.
    pub fn fail(&mut self, failure: Failure) {
        *self = Self::Failed { failure, previous: self.take_value() };
    }

    /// Forgets the failure, and keeps the value. Returns `false` if there is none.
    pub fn dismiss_failure(&mut self) -> bool {
        let has_failed = matches!(self, Self::Failed { .. });
        if has_failed {
            *self = self.take_value().map_or(Self::Idle, Self::Loaded);
        }
        has_failed
    }

    /// Stops waiting, and aborts the request. Keeps the value. `None` if there is no request.
    pub fn cancel(&mut self) -> Option<Effect> {
        let request = self.pending_request()?;
        *self = self.take_value().map_or(Self::Idle, Self::Loaded);
        Some(Effect::Abort(request))
    }

    fn take_value(&mut self) -> Option<T> {
        match std::mem::replace(self, Self::Idle) {
            Self::Loaded(value) => Some(value),
            Self::Loading { previous, .. } | Self::Failed { previous, .. } => previous,
            Self::Idle => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FailureKind;

    const ONE: RequestId = RequestId(1);
    const TWO: RequestId = RequestId(2);

    fn failure() -> Failure {
        Failure::new(FailureKind::Network, "No answer", "Try again.")
    }

    #[test]
    fn remote_keeps_previous_value_until_response() {
        let mut remote = Remote::Loaded("old");
        assert_eq!(remote.start(ONE), None);
        assert_eq!(remote.value(), Some(&"old"));
        assert!(remote.complete(ONE, Err(failure())));
        assert_eq!((remote.value(), remote.failure()), (Some(&"old"), Some(&failure())));
        assert_eq!(remote.start(TWO), None);
        assert!(remote.complete(TWO, Ok("new")));
        assert_eq!(remote, Remote::Loaded("new"));
    }

    #[test]
    fn remote_ignores_stale_responses() {
        let mut remote = Remote::Idle;
        remote.start(ONE);
        assert_eq!(remote.start(TWO), Some(Effect::Abort(ONE)));
        assert!(!remote.complete(ONE, Ok("late")));
        assert_eq!(remote.pending_request(), Some(TWO));
        assert_eq!(remote.cancel(), Some(Effect::Abort(TWO)));
        assert!(!remote.complete(TWO, Ok("cancelled")));
        assert_eq!(remote, Remote::Idle);
        assert_eq!(remote.cancel(), None);
    }
}

//! Anything that the network owes us.

use super::RequestId;
use crate::domain::Failure;

/// A value that comes from the network. What was there before is kept until the next answer is.
#[derive(Debug, Clone, PartialEq)]
pub enum Remote<T> {
    /// Nothing was asked.
    Idle,
    /// A request is in flight.
    Loading {
        /// The one request whose answer is awaited.
        request: RequestId,
        /// What was there before.
        previous: Option<T>,
    },
    /// The answer is there.
    Loaded(T),
    /// It could not be had.
    Failed {
        /// Why.
        failure: Failure,
        /// What was there before.
        previous: Option<T>,
    },
}

impl<T> Remote<T> {
    /// The value, be it fresh or kept.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Loaded(value) => Some(value),
            Self::Loading { previous, .. } | Self::Failed { previous, .. } => previous.as_ref(),
            Self::Idle => None,
        }
    }

    /// Why the last request failed, if it did.
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

    /// Begins to await a request, and tells the one that it supersedes.
    pub fn start(&mut self, request: RequestId) -> Option<RequestId> {
        let superseded = self.pending_request();
        *self = Self::Loading { request, previous: self.take_value() };
        superseded
    }

    /// Takes an answer. One that is not awaited changes nothing and is told so.
    pub fn complete(&mut self, request: RequestId, answer: Result<T, Failure>) -> bool {
        if self.pending_request() != Some(request) {
            return false;
        }
        *self = match answer {
            Ok(value) => Self::Loaded(value),
            Err(failure) => Self::Failed { failure, previous: self.take_value() },
        };
        true
    }

    /// Fails without having asked, keeping what is there.
    pub fn fail(&mut self, failure: Failure) {
        *self = Self::Failed { failure, previous: self.take_value() };
    }

    /// Awaits nothing any more, and tells the request that is to be aborted.
    pub fn cancel(&mut self) -> Option<RequestId> {
        let request = self.pending_request()?;
        *self = self.take_value().map_or(Self::Idle, Self::Loaded);
        Some(request)
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
    fn what_was_there_stays_until_the_answer_is() {
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
    fn an_answer_that_is_not_awaited_changes_nothing() {
        let mut remote = Remote::Idle;
        remote.start(ONE);
        assert_eq!(remote.start(TWO), Some(ONE));
        assert!(!remote.complete(ONE, Ok("late")));
        assert_eq!(remote.pending_request(), Some(TWO));
        assert_eq!(remote.cancel(), Some(TWO));
        assert!(!remote.complete(TWO, Ok("cancelled")));
        assert_eq!(remote, Remote::Idle);
        assert_eq!(remote.cancel(), None);
    }
}

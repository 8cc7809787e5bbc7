//! Work that several threads share.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// The most threads. More are of little use.
const MAX_THREADS: usize = 4;

/// Does the work for each item. Returns the results in the order of the items. A single item needs no other thread.
pub fn in_parallel<I: Send, T: Send>(items: Vec<I>, work: impl Fn(I) -> T + Sync) -> Vec<T> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS).min(items.len());
    let items = Mutex::new(items.into_iter().enumerate());
    let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run = || {
        let mut done = Vec::new();
        while let Some((at, item)) = next() {
            done.push((at, work(item)));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        // If a thread cannot be started, the others do its work.
        let others: Vec<_> = (1..threads)
            .filter_map(|_| thread::Builder::new().name("share".into()).spawn_scoped(scope, run).ok())
            .collect();
        let mut done = run();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        assert_eq!(
            in_parallel((0..999).collect(), |item| item * 2),
            (0..999).map(|item| item * 2).collect::<Vec<_>>()
        );
        assert!(in_parallel(Vec::<u8>::new(), |item| item).is_empty());
    }

    #[test]
    fn panic_reaches_the_caller() {
        let worked = std::panic::catch_unwind(|| in_parallel((0..9).collect(), |item| assert_ne!(item, 8)));
        assert!(worked.is_err());
    }
}

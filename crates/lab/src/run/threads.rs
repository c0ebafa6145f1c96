//! Threads that work off runs until one of them fails or the user stops them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::error::RunError;

/// Why a plan cannot be run; of interest is whether results are lost.
pub(crate) trait Failure: Send {
    /// Whether the results file cannot be used.
    fn is_of_the_results(&self) -> bool;
}

impl Failure for RunError {
    fn is_of_the_results(&self) -> bool {
        matches!(self, Self::Log(_))
    }
}

/// Does `work` on what `next` gives, on so many threads, until there is nothing more; this thread does `beside` meanwhile.
///
/// # Errors
/// The first failure. It sets `stop`, which `next` and `work` heed. Ctrl-C reaches the commands that are running,
/// too: while stopping, their failure is not an error.
pub(crate) fn work_off<T, E: Failure>(
    threads: usize,
    stop: &AtomicBool,
    next: impl Fn() -> Option<T> + Sync,
    work: impl Fn(T) -> Result<(), E> + Sync,
    beside: impl FnOnce() -> Result<(), E>,
) -> Result<(), E> {
    let failure: Mutex<Option<E>> = Mutex::new(None);
    let note = |result: Result<(), E>| {
        let Err(error) = result else { return };
        if stop.load(Ordering::Relaxed) && !error.is_of_the_results() {
            return;
        }
        failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        stop.store(true, Ordering::Relaxed);
    };
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while let Some(one) = next() {
                    note(work(one));
                }
            });
        }
        note(beside());
    });
    failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::atomic::AtomicUsize;

    use super::*;
    use crate::run::LogError;

    fn ran(
        stop: &AtomicBool,
        work: impl Fn(usize) -> Result<(), RunError> + Sync,
    ) -> (usize, bool) {
        let (begun, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let next = || {
            let number = begun.fetch_add(1, Ordering::Relaxed);
            (number < 10 && !stop.load(Ordering::Relaxed)).then_some(number)
        };
        let counted = |number| {
            done.fetch_add(1, Ordering::Relaxed);
            work(number)
        };
        let result = work_off(1, stop, next, counted, || Ok(()));
        (done.into_inner(), result.is_ok())
    }

    #[test]
    fn the_first_failure_stops_all_and_failures_while_stopping_are_none() {
        let failed = |_| Err(RunError::DuplicateName("x".into()));
        assert_eq!(ran(&AtomicBool::new(false), |_| Ok(())), (10, true));
        let stop = AtomicBool::new(false);
        assert_eq!(ran(&stop, failed), (1, false));
        assert!(stop.into_inner());
        // Ctrl-C comes while the second is being done.
        let stop = AtomicBool::new(false);
        let interrupted = |number| {
            stop.store(number == 1, Ordering::Relaxed);
            if number == 1 { failed(number) } else { Ok(()) }
        };
        assert_eq!(ran(&stop, interrupted), (2, true));
    }

    #[test]
    fn results_that_cannot_be_written_are_an_error_even_while_stopping() {
        let stop = AtomicBool::new(false);
        let lost = |_| {
            stop.store(true, Ordering::Relaxed);
            Err(LogError::Busy(PathBuf::new()).into())
        };
        assert_eq!(ran(&stop, lost), (1, false));
    }
}

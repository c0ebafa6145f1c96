//! Work on all cores.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// `each` for 0 .. `count`, on all cores; the results in order, or the first error in order.
///
/// # Errors
/// Those of `each`.
///
/// # Panics
/// If `each` does.
pub fn on_all_cores<T: Send, E: Send>(
    count: u64,
    each: impl Fn(u64) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let next = AtomicU64::new(0);
    let done = Mutex::new(Vec::new());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let result = each(number);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((number, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_the_first_error_ends_it() {
        let squares = on_all_cores(100, |n| Ok::<_, u64>(n * n));
        assert_eq!(squares, Ok((0..100).map(|n| n * n).collect()));
        assert_eq!(on_all_cores(100, |n| if n % 30 == 7 { Err(n) } else { Ok(n) }), Err(7));
    }
}

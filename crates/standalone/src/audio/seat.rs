//! Hands the processor from stream to stream.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_utils::atomic::AtomicCell;

use crate::processor::Processor;

/// Longest time that a block may take until its processor counts as lost.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where a stream's callback finds the processor. Each stream has a seat of its own: whoever takes the
/// processor away makes the stream silent, even one that does not end.
#[derive(Clone)]
pub(crate) struct Seat(Arc<AtomicCell<Option<Box<Processor>>>>);

impl Seat {
    /// A seat with `processor` on it.
    pub(crate) fn new(processor: Box<Processor>) -> Self {
        Self(Arc::new(AtomicCell::new(Some(processor))))
    }

    /// A seat without a processor.
    pub(crate) fn empty() -> Self {
        Self(Arc::new(AtomicCell::new(None)))
    }

    /// Processes one block in place, or silences it if there is no processor. `position` is that of
    /// the first sample where a transport runs. Two atomic swaps besides what the processor does.
    pub(crate) fn process(
        &self,
        sample_rate: u32,
        position: Option<i64>,
        channels: &mut [&mut [f32]],
    ) {
        let Some(mut processor) = self.0.take() else {
            channels.iter_mut().for_each(|channel| channel.fill(0.0));
            return;
        };
        processor.process(sample_rate, position, channels);
        self.0.store(Some(processor));
    }

    /// Takes the processor back. `None` if a callback has died with it.
    pub(crate) fn reclaim(&self) -> Option<Box<Processor>> {
        let begun = Instant::now();
        loop {
            if let Some(processor) = self.0.take() {
                return Some(processor);
            }
            if begun.elapsed() > PATIENCE {
                return None;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audio_thread_takes_the_processor_without_a_lock() {
        assert!(AtomicCell::<Option<Box<Processor>>>::is_lock_free());
    }

    #[test]
    fn a_seat_without_a_processor_is_silent() {
        let seat = Seat::new(Box::new(Processor::for_test().0));
        assert!(seat.reclaim().is_some());
        let mut samples = [1.0; 64];
        seat.process(48_000, None, &mut [&mut samples]);
        assert_eq!(samples, [0.0; 64]);
    }
}

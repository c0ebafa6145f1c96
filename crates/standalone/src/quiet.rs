//! Proof that the audio thread never allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts what each thread allocates and frees.
struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that ends may allocate after its counter is gone.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

#[expect(unsafe_code, reason = "an allocator is unsafe by nature; it passes everything on")]
// SAFETY: every call goes on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as for this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count();
        // SAFETY: as for this function.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `work` allocates or frees on this thread.
fn allocations(work: impl FnOnce()) -> u64 {
    let before = COUNT.get();
    work();
    COUNT.get() - before
}

use std::sync::Arc;

use crate::audio::{Format, Health, Seat, bridge};
use crate::processor::Processor;

const FORMAT: Format = Format { channels: 2, sample_rate: 48_000 };

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(Box::new(7))), 2);
}

#[test]
fn a_block_allocates_nothing_with_meters_recorder_tone_and_monitor() {
    let (mut processor, switches) = Processor::for_test();
    let _reader = processor.start(FORMAT);
    let seat = Seat::new(Box::new(processor));
    let (mut left, mut right) = (vec![0.1; 4_096], vec![0.1; 4_096]);
    for round in 0..400_usize {
        let frames = 1 + round * 37 % 4_096;
        // From the hundredth block or so on nobody has read the ring, and it is full.
        switches.set_monitor(round % 7 != 0);
        if round % 50 == 0 {
            switches.play_tone();
        }
        let count = allocations(|| {
            seat.process(48_000, None, &mut [&mut left[..frames], &mut right[..frames]]);
        });
        assert_eq!(count, 0, "block {round} of {frames} frames");
    }
    let processor = seat.reclaim();
    let count = allocations(|| seat.process(48_000, None, &mut [&mut left, &mut right]));
    assert_eq!(count, 0, "without a processor");
    drop(processor);
}

#[test]
fn two_streams_with_a_ring_between_them_allocate_nothing() {
    let (mut processor, _) = Processor::for_test();
    let _reader = processor.start(FORMAT);
    let health = Arc::new(Health::default());
    let seat = Seat::new(Box::new(processor));
    let (capture, mut playback) = bridge(Some(1), 2, 64, FORMAT, seat, health);
    let mut capture = capture.unwrap();
    let (input, mut output) = (vec![0_i16; 6_000], vec![0_i16; 6_000]);
    for round in 0..200_usize {
        let (taken, given) = (1 + round * 53 % 3_000, 2 * (1 + round * 31 % 3_000));
        let count = allocations(|| {
            capture.write(&input[..taken]);
            playback.fill(&mut output[..given]);
        });
        assert_eq!(count, 0, "round {round}");
    }
}

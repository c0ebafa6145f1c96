//! The audio thread neither allocates nor frees memory. The framework checks that itself, but in debug
//! builds only.

mod inside;
mod inside_player;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Instant;

use inside_player::Player;
use nice_plug::prelude::Plugin;
use patchveil_plugin::{ChosenClass, Patchveil};
use patchveil_test_support::Rng;
use patchveil_test_support::signal::noise_channels;
use patchveil_tests::clap::{Context, Module};
use patchveil_tests::keys::{
    CLASS, fingerprint, keyring, missing_fingerprint, new_session, other_fingerprint, session,
};

/// Blocks to process; unoptimised code has time for few.
const BLOCKS: usize = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };

struct Counting;

thread_local! {
    static COUNTING: Cell<bool> = const { Cell::new(false) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    if COUNTING.get() {
        CALLS.set(CALLS.get() + 1);
    }
}

// SAFETY: every call goes on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn nothing_is_allocated_or_freed_from_the_first_block_on() {
    keyring(false);
    let module = Module::linked(&patchveil_plugin::clap_entry);
    let mut instance = module.instance();
    let classes = [
        fingerprint(),
        other_fingerprint(),
        // Not in the keyring, so the plug-in mutes.
        missing_fingerprint(),
    ];
    assert!(instance.load(&new_session(classes[0], "")));
    instance.activate(48_000.0, 512);
    let params: Vec<u32> = instance.params().iter().map(|param| param.id).collect();
    let steps: Vec<f64> = instance.params().iter().map(|param| param.max).collect();
    let mut rng = Rng::new(1);
    let mut audio = noise_channels(2, 512, 2);
    let [left, right] = &mut audio[..] else { unreachable!() };
    let mut position = 0;
    let mut loads = 0;
    for block in 0..BLOCKS {
        if rng.below(BLOCKS / 100) == 0 {
            // With the presets that have a mark, and with the former ones.
            let class = classes[rng.below(3)];
            let former = rng.below(3) == 0;
            instance.load(&if former { session(class, "") } else { new_session(class, "") });
            loads += 1;
        }
        if rng.below(1_000) == 0 {
            position = rng.below(1 << 40) as i64 - (1 << 39);
        }
        let len = 1 + rng.below(if block % 100 == 0 { 512 } else { 64 });
        let which = rng.below(params.len());
        let change = [(
            rng.below(len) as u32,
            params[which],
            steps[which] * rng.below(1_000) as f64 / 999.0,
        )];
        let context = Context {
            position: (rng.below(10) > 0).then_some(position),
            no_transport: rng.below(1_000) == 0,
            tempo: (rng.below(2) == 0).then_some(120.0),
            restated: (rng.below(50) == 0).then(|| (rng.below(len) as u32, position)),
            events: if rng.below(20) == 0 { &change } else { &[] },
        };
        position += len as i64;
        if rng.below(500) == 0 {
            left[0] = f32::NAN;
        }
        let (left, right) = (&mut left[..len], &mut right[..len]);
        COUNTING.set(true);
        instance.process(&mut [left, right], &context);
        COUNTING.set(false);
        if CALLS.get() > 0 {
            panic!("{} calls of the allocator in block {block}", CALLS.get());
        }
        for x in left.iter_mut().chain(right) {
            assert!(x.is_finite());
            *x = rng.sample();
        }
        if rng.below(5_000) == 0 {
            COUNTING.set(true);
            instance.reset();
            COUNTING.set(false);
        }
    }
    assert_eq!(CALLS.get(), 0);
    assert!(loads > 20);
}

#[test]
fn nothing_is_allocated_or_freed_in_sixty_four_channels() {
    keyring(false);
    let module = Module::linked(&patchveil_plugin::clap_entry);
    let mut instance = module.instance_with(&new_session(fingerprint(), ""));
    instance.layout(64);
    instance.activate(48_000.0, 512);
    let mut rng = Rng::new(5);
    let mut audio = noise_channels(64, 128, 6);
    let mut position = 0;
    for block in 0..1_000 {
        if block % 50 == 0 {
            position = rng.below(1 << 40) as i64;
        }
        let mut channels: Vec<&mut [f32]> = audio.iter_mut().map(Vec::as_mut_slice).collect();
        let context = Context { position: Some(position), ..Context::default() };
        let before = CALLS.get();
        COUNTING.set(true);
        instance.process(&mut channels, &context);
        COUNTING.set(false);
        assert_eq!(CALLS.get(), before, "the allocator was called in block {block}");
        position += 128;
        audio.iter_mut().flatten().for_each(|x| *x = rng.sample());
    }
}

#[test]
fn the_counter_counts() {
    COUNTING.set(true);
    drop(std::hint::black_box(Box::new(1)));
    COUNTING.set(false);
    assert_eq!(CALLS.get(), 2);
}

#[test]
fn nothing_is_allocated_or_freed_with_an_open_editor() {
    keyring(false);
    let mut plugin = Patchveil::default();
    let remote = plugin.remote();
    remote.choose_class(ChosenClass { fingerprint: fingerprint(), name: CLASS.to_owned() });
    inside::activate(&mut plugin, 48_000.0);
    let mut rng = Rng::new(3);
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    let mut player = Player::new(&mut left, &mut right, 48_000.0);
    let mut analyzer = remote.analyzer();
    let mut updates = 0;
    for block in 0..BLOCKS as i64 {
        let samples = player.samples();
        samples.iter_mut().flat_map(|channel| channel.iter_mut()).for_each(|x| {
            *x = rng.sample();
        });
        let before = CALLS.get();
        COUNTING.set(true);
        player.block(&mut plugin, Some(block * 64));
        COUNTING.set(false);
        assert_eq!(CALLS.get(), before, "the allocator was called in block {block}");
        // Sometimes the editor polls rarely, and the ring gets full.
        if rng.below(if block % 20_000 < 10_000 { 20 } else { 5_000 }) == 0 {
            updates += usize::from(analyzer.poll(Instant::now()));
        }
        if rng.below(2_000) == 0 {
            drop(analyzer);
            analyzer = remote.analyzer();
        }
        if rng.below(5_000) == 0 {
            plugin.reset();
        }
    }
    assert!(updates > BLOCKS / 100, "{updates}");
}

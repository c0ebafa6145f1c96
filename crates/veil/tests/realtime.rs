//! What the audio thread relies on: no allocation, and changes of veils without clicks.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use common::{VEILS, bits, cases, key, noise, settings, veil_alone, veiled};
use patchveil_veil::{
    Convolver, Filter, Mark, MarkSettings, Marker, Patch, Preset, Recipe, Restorer, Taps, Unmarker,
    Veil,
};
use proptest::prelude::*;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting the calls of each thread.
struct Counting;

// SAFETY: all calls are forwarded unchanged, and the counter does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.with(|calls| calls.set(calls.get() + 1));
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        CALLS.with(|calls| calls.set(calls.get() + 1));
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations and releases of this thread during `work`.
fn calls<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = CALLS.get();
    let result = work();
    (CALLS.get() - before, result)
}

fn long_taps() -> Recipe {
    let mut recipe = veil_alone(Preset::Poscuda);
    settings(&mut recipe).filter = Filter::Taps(Taps { count: 1_024, spread: 0.1 });
    recipe
}

fn made(recipe: &Recipe, byte: u8) -> Arc<Veil> {
    Arc::new(Veil::new(&key(byte), recipe, 48_000).unwrap())
}

/// Without a static EQ, which `static_eq.rs` tests.
fn any_veil() -> impl Strategy<Value = Arc<Veil>> {
    let mut recipes: Vec<Recipe> = VEILS.map(veil_alone).into_iter().chain([long_taps()]).collect();
    for recipe in &mut recipes {
        if let Filter::Spectral(spectral) = &mut settings(recipe).filter {
            spectral.static_eq.db = 0.0;
        }
    }
    (prop::sample::select(recipes), any::<u8>()).prop_map(|(recipe, byte)| made(&recipe, byte))
}

#[test]
fn the_counter_counts() {
    assert!(calls(|| drop(vec![1_u8; 100])).0 >= 2);
}

#[test]
fn nothing_on_the_audio_thread_allocates_or_frees() {
    let veils: Vec<Arc<Veil>> = Preset::ALL
        .map(Preset::recipe)
        .iter()
        .chain([&long_taps()])
        .flat_map(|recipe| [made(recipe, 1), made(recipe, 2)])
        .collect();
    let mut convolver = Convolver::new(2, 48_000);
    let both_layers = made(&Preset::Balanced.recipe(), 1);
    let mut restorers = [veils[0].clone(), both_layers].map(|veil| Restorer::new(veil, 2).unwrap());
    let (mut left, mut right) = (noise(1, 1_500), noise(2, 1_500));
    let past = noise(3, 2_000);
    // Owned by nobody else, so dropping one on the audio thread would free it.
    let mut waiting: Vec<Arc<Veil>> = veils.iter().map(|veil| Arc::new((**veil).clone())).collect();
    let mut retired: Vec<Option<Arc<Veil>>> = Vec::with_capacity(1_000);
    let mut position = -3_000_i64;
    let (count, ()) = calls(|| {
        for round in 0..300_usize {
            let len = [1, 64, 480, 1_500, 17][round % 5];
            convolver.process(position, &mut [&mut left[..len], &mut right[..len]]);
            for restorer in &mut restorers {
                restorer.process(position, &mut [&mut left[..len], &mut right[..len]]);
            }
            position += len as i64;
            match round % 23 {
                3 | 5 | 8 => retired.push(convolver.set_veil(waiting.pop())),
                9 => retired.push(convolver.set_veil(None)),
                12 => position += 12_345,
                14 => convolver.feed(position - 2_000, &[&past, &past]),
                17 if round % 2 == 0 => convolver.reset(),
                _ => {}
            }
            if round % 7 == 0 {
                retired.push(convolver.take_retired());
            }
        }
    });
    assert_eq!(count, 0, "allocations and releases");
    assert!(waiting.is_empty() && retired.iter().flatten().count() > 5, "veils did change");
}

#[test]
fn a_veil_that_does_not_fit_is_given_back() {
    let mut convolver = Convolver::of(made(&veil_alone(Preset::Poscuda), 1), 1);
    let long = made(&long_taps(), 1);
    assert!(convolver.set_veil(Some(long.clone())).is_some_and(|back| Arc::ptr_eq(&back, &long)));
    assert!(Convolver::new(1, 48_000).set_veil(Some(long)).is_none());
}

#[test]
fn a_veil_that_is_never_used_is_given_back() {
    let [a, b, c] = [1, 2, 3].map(|byte| made(&veil_alone(Preset::Balanced), byte));
    let mut convolver = Convolver::of(a.clone(), 1);
    convolver.process(0, &mut [&mut noise(1, 1)]);
    assert!(convolver.set_veil(Some(b.clone())).is_none());
    assert!(convolver.set_veil(Some(c.clone())).is_some_and(|back| Arc::ptr_eq(&back, &b)));
    convolver.process(1, &mut [&mut noise(1, 96_000)]);
    assert!(convolver.veil().is_some_and(|veil| Arc::ptr_eq(veil, &c)));
    assert!(convolver.take_retired().is_some_and(|old| Arc::ptr_eq(&old, &a)));
    assert!(convolver.take_retired().is_none());
}

/// Patches that join each other never fall; a change makes one fall, whenever it comes.
#[test]
fn a_veil_without_gaps_ends_without_a_click() {
    for recipe in [veil_alone(Preset::Cuda), long_taps().clone()].map(|mut recipe| {
        settings(&mut recipe).placement.period_us = 10_000;
        settings(&mut recipe).placement.patch_us = 10_000;
        recipe
    }) {
        let veil = made(&recipe, 1);
        let patch = patch_at(&veil, 48_100).unwrap();
        assert!(!patch.rises && !patch.falls);
        let sum: f32 = veil.kernels()[0].taps().iter().sum();
        let edge =
            veil.schedule().unwrap().patches_from(0).next(veil.schedule().unwrap()).fade as f32;
        let steepest = 0.5 * (sum - 1.0).abs() * std::f32::consts::FRAC_PI_2 / edge;
        for change in patch.end - 2 * patch.fade..=patch.end + patch.fade {
            let mut convolver = Convolver::of(veil.clone(), 1);
            convolver.feed(change - 3_000, &[&[0.5; 2_900]]);
            let mut out = [0.5; 4_000];
            let (before, after) = out.split_at_mut(100);
            convolver.process(change - 100, &mut [before]);
            convolver.set_veil(None);
            for (n, block) in after.chunks_mut(37).enumerate() {
                convolver.process(change + 37 * n as i64, &mut [block]);
            }
            let jump = out.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
            assert!(jump <= 1.01 * steepest, "{jump} where {steepest} is the edge's");
            assert_eq!(out[3_000..], [0.5; 1_000]);
        }
    }
}

/// The patch with weight at `position`, if there is one.
fn patch_at(veil: &Veil, position: i64) -> Option<Patch> {
    let schedule = veil.schedule().unwrap();
    Some(schedule.patches_from(position).next(schedule)).filter(|patch| patch.start <= position)
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn before_the_first_block_a_veil_acts_at_once(
        first in any_veil(), second in any_veil(), position in -100_000_i64..100_000,
    ) {
        let input = noise(1, 5_000);
        let mut out = input.clone();
        let mut convolver = Convolver::new(1, 48_000);
        convolver.set_veil(Some(first));
        convolver.take_retired();
        convolver.set_veil(Some(second.clone()));
        prop_assert!(convolver.veil().is_some_and(|veil| Arc::ptr_eq(veil, &second)));
        convolver.process(position, &mut [&mut out]);
        prop_assert_eq!(bits(&veiled(&second, position, &input)), bits(&out));
    }

    #[test]
    fn the_current_patch_ends_and_the_new_veil_begins_with_a_patch(
        old in prop::option::of(any_veil()),
        new in prop::option::of(any_veil()),
        block in 1_usize..512,
        blocks_before in 1_usize..40,
    ) {
        let change = block * blocks_before;
        let len = change + 60_000;
        let input = noise(2, len);
        let plain = |veil: &Option<Arc<Veil>>| match veil {
            Some(veil) => veiled(veil, 0, &input),
            None => input.clone(),
        };
        let (by_old, by_new) = (plain(&old), plain(&new));
        // Patches that join each other have no end of their own; see the test above.
        let last = old.as_ref().and_then(|old| patch_at(old, change as i64 - 1));
        prop_assume!(last.is_none_or(|patch| patch.falls));
        let old_ends = last.map_or(change, |patch| (patch.end as usize).max(change));
        // At that very sample, wherever blocks are cut.
        let new_begins = old_ends;
        let mut out = input.clone();
        let mut convolver = Convolver::new(1, 48_000);
        convolver.set_veil(old);
        for (n, samples) in out.chunks_mut(block).enumerate() {
            if n == blocks_before {
                convolver.set_veil(new.clone());
            }
            convolver.process((n * block) as i64, &mut [samples]);
        }
        prop_assert_eq!(bits(&by_old[..old_ends]), bits(&out[..old_ends]));
        prop_assert_eq!(bits(&input[old_ends..new_begins]), bits(&out[old_ends..new_begins]));
        // From the first patch of the new veil on that can rise, the output is the new veil's alone.
        let free = new.as_ref().and_then(|new| patch_at(new, new_begins as i64 - 1));
        let first = free.map_or(new_begins, |patch| (patch.end as usize).max(new_begins));
        let plain_until = first.min(len);
        prop_assert_eq!(bits(&input[new_begins..plain_until]), bits(&out[new_begins..plain_until]));
        let begun = new.as_ref().and_then(|new| patch_at(new, first as i64));
        let own = begun.filter(|p| !p.rises).map_or(first, |p| (p.start + p.fade) as usize);
        if own < len {
            prop_assert_eq!(bits(&by_new[own..]), bits(&out[own..]));
        }
    }

    #[test]
    fn no_change_of_veils_clicks(
        veils in prop::collection::vec(prop::option::of(any_veil()), 2..6),
        block in 1_usize..1_000,
        every in 1_usize..9_000,
    ) {
        // A tone so low that only a step of the weight could make a jump.
        let tone = |n: usize| 0.5 * (n as f64 * 100.0 / 48_000.0 * std::f64::consts::TAU).sin();
        let input: Vec<f32> = (0..100_000).map(|n| tone(n) as f32).collect();
        // The tone fades in, or the kernels would see its beginning as a jump.
        let input: Vec<f32> =
            input.iter().enumerate().map(|(n, x)| x * (n as f32 / 4_800.0).min(1.0)).collect();
        let largest = |y: &[f32]| y.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        let usual = veils.iter().flatten().map(|veil| largest(&veiled(veil, 0, &input)));
        let usual = usual.fold(largest(&input), f32::max);
        let mut out = input.clone();
        let mut convolver = Convolver::new(1, 48_000);
        let mut coming = veils.iter().cycle();
        let mut next_change = 0;
        for (n, samples) in out.chunks_mut(block).enumerate() {
            if n * block >= next_change {
                convolver.set_veil(coming.next().cloned().flatten());
                next_change += every;
            }
            convolver.process((n * block) as i64, &mut [samples]);
            convolver.take_retired();
        }
        // Patches that join each other rise and fall only at the changes.
        let fade = |veil: &Arc<Veil>| {
            let schedule = veil.schedule().unwrap();
            schedule.patches_from(0).next(schedule).fade as f32
        };
        let fade = veils.iter().flatten().map(fade).fold(f32::MAX, f32::min);
        let apart = veils.iter().flatten().map(|veil| {
            let taps: f32 = veil.kernels().iter()
                .map(|kernel| kernel.taps().iter().sum::<f32>().abs()).fold(0.0, f32::max);
            taps + 1.0
        }).fold(0.0, f32::max);
        let steepest = 0.5 * apart * std::f32::consts::FRAC_PI_2 / fade;
        let jump = largest(&out);
        prop_assert!(jump <= 1.01 * usual + steepest, "{jump} where {usual} is usual");
    }
}

#[test]
fn marking_and_its_inverse_neither_allocate_nor_free() {
    let mark = Arc::new(Mark::new(&key(1), &MarkSettings::default(), 48_000).unwrap());
    let mut marker = Marker::new(mark.clone(), 2);
    let mut unmarker = Unmarker::new(mark, 2);
    let (mut left, mut right) = (noise(1, 1_500), noise(2, 1_500));
    let mut position = -3_000_i64;
    let (count, ()) = calls(|| {
        for round in 0..300_usize {
            let len = [1, 64, 480, 1_500, 17][round % 5];
            marker.process(position, &mut [&mut left[..len], &mut right[..len]]);
            unmarker.process(position, &mut [&mut left[..len], &mut right[..len]]);
            position += len as i64 + if round % 23 == 12 { 12_345 } else { 0 };
            if round % 50 == 17 {
                marker.reset();
                unmarker.reset();
            }
        }
    });
    assert_eq!(count, 0, "allocations and releases");
}

//! Hearing the original for comparison: live only, without a click, and never in a render.

use std::time::Duration;

use patchveil_test_support::compare::assert_same_bits;

use super::tests::{PLAIN, balanced, command, instance, noise, process, reference};
use super::*;

const BLOCK: usize = 480;
const ORIGINAL: Controls = Controls { original: Some(0.5), ..PLAIN };

/// An engine that protects `signal`, and what it should make of it.
fn protecting(blocks: usize) -> (DesignerLink, Engine, Vec<Vec<f32>>, Vec<Vec<f32>>) {
    let veil = balanced(7);
    let (designer, engine) = instance(2);
    designer.send(command(OutputMode::Protect, Some(veil.clone())));
    let input = noise(2, blocks * BLOCK);
    let output = reference(veil, 0, input.clone());
    (designer, engine, input, output)
}

/// Processes the block of this number in place; returns what became of it.
fn block(
    engine: &mut Engine,
    number: usize,
    controls: &Controls,
    signal: &mut [Vec<f32>],
) -> BlockReport {
    let range = number * BLOCK..(number + 1) * BLOCK;
    let mut parts: Vec<&mut [f32]> =
        signal.iter_mut().map(|channel| &mut channel[range.clone()]).collect();
    process(engine, (number * BLOCK) as i64, controls, &mut parts)
}

#[test]
fn live_the_original_is_heard_at_its_level_and_gives_way_without_a_click_or_a_trace() {
    let live = 120;
    let (_designer, mut engine, input, expected) = protecting(live + 8);
    let mut output = input.clone();
    for number in 0..live {
        assert!(block(&mut engine, number, &PLAIN, &mut output).protects());
        std::thread::sleep(Duration::from_millis(10));
    }
    for number in live..live + 3 {
        let report = block(&mut engine, number, &ORIGINAL, &mut output);
        assert!(report.original && !report.protects(), "{report:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
    for number in live + 3..live + 8 {
        assert!(block(&mut engine, number, &PLAIN, &mut output).protects());
        std::thread::sleep(Duration::from_millis(10));
    }
    let [on, off] = [live * BLOCK, (live + 3) * BLOCK];
    for ((out, dry), wet) in output.iter().zip(&input).zip(&expected) {
        assert_same_bits(&out[..on], &wet[..on]);
        // Fades of 10 ms, along a straight line between both.
        for (n, at) in (on..on + BLOCK).enumerate() {
            let weight = (n + 1) as f32 / BLOCK as f32;
            let mixed = wet[at] + weight * (0.5 * dry[at] - wet[at]);
            assert!((out[at] - mixed).abs() < 1e-5, "{n}");
        }
        let half: Vec<f32> = dry[on + BLOCK..off].iter().map(|x| x * 0.5).collect();
        assert_same_bits(&out[on + BLOCK..off], &half);
        assert!((out[off] - 0.5 * dry[off]).abs() < 0.01);
        assert_same_bits(&out[off + BLOCK..], &wet[off + BLOCK..]);
    }
}

#[test]
fn a_render_contains_what_is_protected_whatever_the_editor_plays() {
    for says_so in [true, false] {
        let (_designer, mut engine, input, expected) = protecting(200);
        if says_so {
            engine.prepare(2, 48_000, 1, true);
        }
        let mut output = input;
        for number in 0..200 {
            let report = block(&mut engine, number, &ORIGINAL, &mut output);
            assert!(!report.original && report.protects(), "{report:?}");
        }
        assert!(engine.renders());
        for (out, wet) in output.iter().zip(&expected) {
            assert_same_bits(out, wet);
        }
    }
}

#[test]
fn what_is_muted_stays_silent() {
    let (designer, mut engine) = instance(2);
    designer.send(command(OutputMode::Mute, None));
    let mut output = noise(2, 120 * BLOCK);
    for number in 0..120 {
        block(&mut engine, number, &ORIGINAL, &mut output);
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(output.iter().flatten().all(|x| *x == 0.0));
}

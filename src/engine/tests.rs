use nice_plug_egui::RepaintNotifier;
use patchveil_test_support::blocks;
use patchveil_test_support::compare::assert_same_bits;
use patchveil_test_support::keys::test_key;
use patchveil_test_support::signal::noise_channels;
use patchveil_veil::{ClassKey, Convolver, Preset, Recipe, Restorer, Veil};
use proptest::prelude::*;

use super::*;
use crate::handoff::link::link;
use crate::params::PatchveilParams;
use crate::state::ClassField;

pub(super) const RATE: u32 = 48_000;
pub(super) const PLAIN: Controls =
    Controls { bypass: false, delta: false, gain: 1.0, original: None };

pub(super) fn settings() -> RecipeSettings {
    PatchveilParams::new(ClassField::default()).settings()
}

pub(super) fn veil(byte: u8, recipe: &Recipe) -> Arc<Veil> {
    Arc::new(Veil::new(&ClassKey::from_bytes(test_key(byte)), recipe, RATE).unwrap())
}

pub(super) fn balanced(byte: u8) -> Arc<Veil> {
    veil(byte, &Preset::Balanced.recipe_of_version(1).unwrap())
}

pub(super) fn command(mode: OutputMode, veil: Option<Arc<Veil>>) -> EngineCommand {
    EngineCommand {
        epoch: 1,
        settings: settings(),
        sample_rate: RATE,
        mode,
        veil,
        restorer: None,
        convolver: None,
    }
}

pub(super) fn instance(channels: usize) -> (DesignerLink, Engine) {
    let (designer, link) = link();
    let requests = Arc::new(DesignRequests::new(RepaintNotifier::new()));
    let mut engine = Engine::new(link, requests);
    engine.prepare(channels, RATE, 1, false);
    (designer, engine)
}

/// One block that lies at `position` on the host's timeline.
pub(super) fn process(
    engine: &mut Engine,
    position: i64,
    controls: &Controls,
    channels: &mut [&mut [f32]],
) -> BlockReport {
    let block = Block {
        host: Some(position),
        goes_on: false,
        sample_rate: RATE,
        settings: settings(),
        controls: *controls,
    };
    engine.process(&block, channels)
}

pub(super) fn noise(channels: usize, len: usize) -> Vec<Vec<f32>> {
    noise_channels(channels, len, 1)
}

/// Runs `engine` over `signal` in blocks of `sizes`, again and again.
pub(super) fn run(
    engine: &mut Engine,
    controls: &Controls,
    from: i64,
    signal: &mut [Vec<f32>],
    sizes: &[usize],
) {
    blocks::process(signal, from, sizes, |position, block| {
        process(engine, position, controls, block);
    });
}

pub(super) fn reference(veil: Arc<Veil>, from: i64, mut signal: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
    let mut convolver = Convolver::of(veil, signal.len());
    let mut block: Vec<&mut [f32]> = signal.iter_mut().map(Vec::as_mut_slice).collect();
    convolver.process(from, &mut block);
    signal
}

#[test]
fn nothing_leaves_before_the_designer_has_spoken() {
    let (designer, mut engine) = instance(2);
    let mut signal = noise(2, 1_000);
    run(&mut engine, &PLAIN, 0, &mut signal, &[64]);
    assert!(signal.iter().flatten().all(|x| *x == 0.0));
    // Commands of an earlier activation do not count.
    designer.send(EngineCommand { epoch: 0, ..command(OutputMode::Pass, None) });
    let mut signal = noise(2, 1_000);
    run(&mut engine, &PLAIN, 1_000, &mut signal, &[64]);
    assert!(signal.iter().flatten().all(|x| *x == 0.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn any_split_gives_the_samples_of_the_convolver(
        sizes in prop::collection::vec(1_usize..3_000, 1..20),
        from in -100_000_i64..100_000,
        channels in prop::sample::select(vec![1_usize, 2, 4, 6, 8]),
        preset in prop::sample::select(Preset::ALL.to_vec()),
    ) {
        let veil = veil(3, &preset.recipe());
        let (designer, mut engine) = instance(channels);
        designer.send(command(OutputMode::Protect, Some(veil.clone())));
        let input = noise(channels, 30_000);
        let mut output = input.clone();
        run(&mut engine, &PLAIN, from, &mut output, &sizes);
        prop_assert!(output != input);
        for (output, expected) in output.iter().zip(reference(veil, from, input)) {
            assert_same_bits(output, &expected);
        }
    }
}

#[test]
fn bypass_is_the_input_and_gives_way_without_a_trace() {
    let veil = balanced(4);
    let (designer, mut engine) = instance(2);
    designer.send(command(OutputMode::Protect, Some(veil.clone())));
    let input = noise(2, 30_000);
    let expected = reference(veil, 0, input.clone());
    let mut output = input.clone();
    let bypass = Controls { bypass: true, gain: 0.5, ..PLAIN };
    for (from, controls) in [(0, &PLAIN), (10_000, &bypass), (20_000, &PLAIN)] {
        let mut part: Vec<Vec<f32>> =
            output.iter().map(|channel| channel[from..from + 10_000].to_vec()).collect();
        run(&mut engine, controls, from as i64, &mut part, &[64, 1, 500]);
        for (channel, part) in output.iter_mut().zip(part) {
            channel[from..from + 10_000].copy_from_slice(&part);
        }
    }
    for channel in 0..2 {
        // 480 samples of cross-fade, then bit for bit.
        assert_same_bits(&output[channel][..10_000], &expected[channel][..10_000]);
        assert_same_bits(&output[channel][10_480..20_000], &input[channel][10_480..20_000]);
        assert_same_bits(&output[channel][20_480..], &expected[channel][20_480..]);
        // And nothing in between is louder than either side of the fade.
        let loudest = output[channel].iter().fold(0.0_f32, |max, x| max.max(x.abs()));
        assert!(loudest < 2.0);
    }
}

#[test]
fn delta_is_what_the_veil_changed() {
    let veil = balanced(5);
    let (designer, mut engine) = instance(1);
    designer.send(command(OutputMode::Protect, Some(veil.clone())));
    let input = noise(1, 9_000);
    let expected = reference(veil, 0, input.clone());
    let mut output = input.clone();
    run(&mut engine, &Controls { delta: true, ..PLAIN }, 0, &mut output, &[333]);
    for ((delta, wet), dry) in output[0].iter().zip(&expected[0]).zip(&input[0]) {
        assert_eq!(*delta, wet - dry);
    }
}

#[test]
fn trim_is_a_gain_and_a_change_of_it_fades() {
    let veil = balanced(6);
    let (designer, mut engine) = instance(1);
    designer.send(command(OutputMode::Protect, Some(veil.clone())));
    let input = noise(1, 8_000);
    let expected = reference(veil, 0, input.clone());
    let mut output = input;
    let loud = Controls { gain: 2.0, ..PLAIN };
    run(&mut engine, &loud, 0, &mut output, &[100]);
    assert!(output[0].iter().zip(&expected[0]).all(|(a, b)| *a == b * 2.0));
    let mut even = vec![vec![0.5; 9_600]];
    run(&mut engine, &loud, 8_000, &mut even, &[100]);
    let mut even = vec![vec![0.5; 960]];
    designer.send(command(OutputMode::Pass, None));
    run(&mut engine, &PLAIN, 17_600, &mut even, &[960]);
    assert!(even[0].windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.1));
}

#[test]
fn a_missing_key_fades_to_silence_and_back() {
    let (mut designer, mut engine) = instance(1);
    designer.send(command(OutputMode::Pass, None));
    let mut signal = vec![vec![1.0_f32; 3_000]];
    run(&mut engine, &PLAIN, 0, &mut signal, &[100]);
    assert!(signal[0].iter().all(|x| *x == 1.0));
    designer.send(command(OutputMode::Mute, None));
    let mut signal = vec![vec![1.0_f32; 3_000]];
    run(&mut engine, &PLAIN, 3_000, &mut signal, &[100]);
    assert!(signal[0][480..].iter().all(|x| *x == 0.0));
    assert!(signal[0][..480].windows(2).all(|pair| pair[0] - pair[1] < 0.01));
    designer.free_retired();
    let veil = balanced(7);
    designer.send(command(OutputMode::Protect, Some(veil.clone())));
    let mut signal = vec![vec![1.0_f32; 60_000]];
    run(&mut engine, &PLAIN, 6_000, &mut signal, &[100]);
    // Patches and all, as soon as the fade is over: no stretch leaves with less.
    let expected = reference(veil, 0, vec![vec![1.0_f32; 66_000]]);
    assert_same_bits(&signal[0][960..], &expected[0][6_960..]);
    // And so after another one, too. The designer fetches one command a time.
    let fetch = |designer: &mut DesignerLink, engine: &mut Engine, from: i64| {
        for n in 0..3 {
            designer.free_retired();
            run(engine, &PLAIN, from + 1_000 * n, &mut [vec![1.0_f32; 1_000]], &[100]);
        }
    };
    fetch(&mut designer, &mut engine, 66_000);
    designer.send(command(OutputMode::Mute, None));
    fetch(&mut designer, &mut engine, 69_000);
    let veil = balanced(8);
    designer.send(command(OutputMode::Protect, Some(veil.clone())));
    let mut signal = vec![vec![1.0_f32; 30_000]];
    run(&mut engine, &PLAIN, 72_000, &mut signal, &[100]);
    let expected = reference(veil, 0, vec![vec![1.0_f32; 102_000]]);
    assert_same_bits(&signal[0][960..], &expected[0][72_960..]);
}

#[test]
fn a_render_from_the_middle_has_its_patches_where_the_whole_one_has_them() {
    let veil = balanced(8);
    let (designer, mut engine) = instance(1);
    designer.send(command(OutputMode::Protect, Some(veil.clone())));
    let input = noise(1, 40_000);
    let whole = reference(veil.clone(), 0, input.clone());
    let mut first = input.clone();
    run(&mut engine, &PLAIN, 0, &mut first, &[512]);
    assert_same_bits(&first[0], &whole[0]);
    // The host jumps back without a reset.
    let mut part = vec![input[0][20_000..].to_vec()];
    run(&mut engine, &PLAIN, 20_000, &mut part, &[512]);
    let context = veil.context();
    assert_same_bits(&part[0][context..], &whole[0][20_000 + context..]);
    let mut again = vec![input[0][20_000..].to_vec()];
    run(&mut engine, &PLAIN, 20_000, &mut again, &[64]);
    assert_same_bits(&part[0], &again[0]);
}

#[test]
fn invalid_samples_leave_as_silence_and_harm_nothing_after_them() {
    for controls in [
        PLAIN,
        Controls { bypass: true, ..PLAIN },
        Controls { delta: true, ..PLAIN },
        Controls { gain: 0.25, ..PLAIN },
    ] {
        let veil = balanced(9);
        let (designer, mut engine) = instance(1);
        designer.send(command(OutputMode::Protect, Some(veil.clone())));
        let mut signal = noise(1, 6_000);
        for (at, bad) in [
            (10, f32::NAN),
            (900, f32::INFINITY),
            (901, f32::NEG_INFINITY),
            (2_000, f32::MAX),
            (2_001, f32::MIN_POSITIVE / 4.0),
        ] {
            signal[0][at] = bad;
        }
        run(&mut engine, &controls, 0, &mut signal, &[64]);
        assert!(signal[0].iter().all(|x| x.is_finite()));
        let input = noise(1, 6_000);
        let mut after = input.clone();
        run(&mut engine, &PLAIN, 6_000, &mut after, &[64]);
        let whole = reference(veil.clone(), 6_000, input);
        let settled = 480 + veil.context();
        assert_same_bits(&after[0][settled..], &whole[0][settled..]);
    }
}

#[test]
fn every_veil_goes_back_to_be_freed_by_the_design_thread() {
    let (mut designer, mut engine) = instance(1);
    let veils: Vec<Arc<Veil>> = (0..20).map(balanced).collect();
    let mut signal = noise(1, 400_000);
    let mut done = 0;
    let mut freed = 0;
    for (number, veil) in veils.iter().enumerate() {
        designer.send(command(OutputMode::Protect, Some(veil.clone())));
        // The engine runs for few or many samples in between, and freeing is sometimes left out.
        let len = [3, 20_000, 1, 700][number % 4];
        let mut part = vec![signal[0][done..done + len].to_vec()];
        run(&mut engine, &PLAIN, done as i64, &mut part, &[64]);
        signal[0][done..done + len].copy_from_slice(&part[0]);
        done += len;
        if number % 3 > 0 {
            freed += designer.free_retired();
        }
    }
    for _ in 0..10 {
        let mut part = vec![signal[0][done..done + 20_000].to_vec()];
        run(&mut engine, &PLAIN, done as i64, &mut part, &[64]);
        done += 20_000;
        freed += designer.free_retired();
    }
    // All but the one in force, and those that were replaced before they were taken.
    let held: Vec<usize> = (0..20).filter(|n| Arc::strong_count(&veils[*n]) > 1).collect();
    assert_eq!(held, [19]);
    let alive: usize = veils.iter().map(|veil| Arc::strong_count(veil) - 1).sum();
    assert_eq!(alive, 1, "only the last veil is still held");
    assert_eq!(Arc::strong_count(&veils[19]), 2);
    assert!(freed > 5, "{freed}");
}

pub(super) fn restoring(veil: &Arc<Veil>, channels: usize) -> EngineCommand {
    let restorer = LiveRestorer::new(veil.clone(), channels).unwrap();
    EngineCommand { restorer: Some(Box::new(restorer)), ..command(OutputMode::Restore, None) }
}

pub(super) fn restored(veil: &Arc<Veil>, from: i64, mut signal: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
    let mut restorer = Restorer::new(veil.clone(), signal.len()).unwrap();
    let mut block: Vec<&mut [f32]> = signal.iter_mut().map(Vec::as_mut_slice).collect();
    restorer.process(from, &mut block);
    signal
}

#[test]
fn what_changes_nothing_does_not_protect() {
    let without_veil = |mut recipe: Recipe| {
        recipe.veil.as_mut().unwrap().amount = 0.0;
        recipe
    };
    for (recipe, protects) in [
        (Preset::Balanced.recipe_of_version(1).unwrap(), true),
        (without_veil(Preset::Balanced.recipe_of_version(1).unwrap()), false),
        (without_veil(Preset::Cuda.recipe()), false),
        (without_veil(Preset::Balanced.recipe()), true),
        (Preset::Mark.recipe(), true),
    ] {
        let (designer, mut engine) = instance(1);
        designer.send(command(OutputMode::Protect, Some(veil(3, &recipe))));
        let input = noise(1, 5_000).remove(0);
        let mut output = input.clone();
        let report = process(&mut engine, 0, &PLAIN, &mut [&mut output]);
        assert_eq!((report.protects(), output != input), (protects, protects), "{recipe:?}");
    }
}

#[test]
fn a_host_that_rounds_its_positions_does_not_disturb_restoring_and_a_jump_forgets() {
    let veil = balanced(4);
    let input = noise(1, 60_000);
    let rounded = |n: usize| (n * 480 + n % 2) as i64;
    let pass = |engine: &mut Engine, signal: &mut [Vec<f32>]| {
        for (n, block) in signal[0].chunks_mut(480).enumerate() {
            process(engine, rounded(n), &PLAIN, &mut [block]);
        }
    };
    let (designer, mut engine) = instance(1);
    designer.send(command(OutputMode::Protect, Some(veil.clone())));
    let mut signal = input.clone();
    pass(&mut engine, &mut signal);
    let (designer, mut engine) = instance(1);
    designer.send(restoring(&veil, 1));
    let veiled = signal.clone();
    pass(&mut engine, &mut signal);
    let apart = input[0].iter().zip(&signal[0]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart < 1e-5, "{apart}");
    // Out of silence: what sounds goes on for the 5 ms of a cross-fade.
    run(&mut engine, &PLAIN, 60_000, &mut [vec![0.0; 3_000]], &[512]);
    let mut later = vec![veiled[0][..9_000].to_vec()];
    run(&mut engine, &PLAIN, 500_000, &mut later, &[512]);
    let expected = restored(&veil, 500_000, vec![veiled[0][..9_000].to_vec()]);
    assert_same_bits(&later[0], &expected[0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn restoring_in_any_split_gives_the_samples_of_the_restorer(
        sizes in prop::collection::vec(1_usize..3_000, 1..20),
        from in -100_000_i64..100_000,
        channels in prop::sample::select(vec![1_usize, 2, 8]),
        preset in prop::sample::select(Preset::restorable().collect::<Vec<_>>()),
    ) {
        let veil = veil(3, &preset.recipe());
        let (designer, mut engine) = instance(channels);
        designer.send(restoring(&veil, channels));
        let input = reference(veil.clone(), from, noise(channels, 20_000));
        let mut output = input.clone();
        run(&mut engine, &PLAIN, from, &mut output, &sizes);
        for (output, expected) in output.iter().zip(restored(&veil, from, input)) {
            assert_same_bits(output, &expected);
        }
    }
}

#[test]
fn protecting_and_restoring_take_turns_over_a_short_silence() {
    let veil = balanced(4);
    let (mut designer, mut engine) = instance(2);
    designer.send(command(OutputMode::Protect, Some(veil.clone())));
    let original = noise(2, 60_000);
    let protected = reference(veil.clone(), 0, original.clone());
    let part = |signal: &[Vec<f32>], from: usize| -> Vec<Vec<f32>> {
        signal.iter().map(|channel| channel[from..from + 20_000].to_vec()).collect()
    };
    let mut output = part(&original, 0);
    run(&mut engine, &PLAIN, 0, &mut output, &[64, 500]);
    assert_same_bits(&output[1], &protected[1][..20_000]);

    designer.free_retired();
    designer.send(restoring(&veil, 2));
    let mut output = part(&protected, 20_000);
    run(&mut engine, &PLAIN, 20_000, &mut output, &[64, 500]);
    assert!(output[0][480..].iter().take_while(|x| **x == 0.0).count() > 200);
    let off = output[1][5_000..].iter().zip(&original[1][25_000..]).map(|(a, b)| (a - b).abs());
    assert!(off.fold(0.0, f32::max) < 1e-6);

    designer.free_retired();
    designer.send(command(OutputMode::Protect, Some(veil.clone())));
    let mut output = part(&original, 40_000);
    run(&mut engine, &PLAIN, 40_000, &mut output, &[64, 500]);
    assert!(output[0][480..].iter().take_while(|x| **x == 0.0).count() > 200);
    assert_same_bits(&output[1][5_000..], &protected[1][45_000..]);
    // The restorer has gone back, and the veil is held here and by the engine.
    designer.free_retired();
    assert_eq!(Arc::strong_count(&veil), 2);
}

#[test]
fn bypass_while_restoring_is_the_input_and_gives_way_without_a_trace() {
    let veil = balanced(4);
    let (designer, mut engine) = instance(1);
    designer.send(restoring(&veil, 1));
    let input = reference(veil.clone(), 0, noise(1, 30_000));
    let expected = restored(&veil, 0, input.clone());
    let bypass = Controls { bypass: true, ..PLAIN };
    let mut output = Vec::new();
    for (from, controls) in [(0, &PLAIN), (10_000, &bypass), (20_000, &PLAIN)] {
        let mut part = vec![input[0][from..from + 10_000].to_vec()];
        run(&mut engine, controls, from as i64, &mut part, &[64, 1, 500]);
        output.append(&mut part[0]);
    }
    assert_same_bits(&output[..10_000], &expected[0][..10_000]);
    assert_same_bits(&output[10_480..20_000], &input[0][10_480..20_000]);
    assert_same_bits(&output[20_480..], &expected[0][20_480..]);
}

#[test]
fn invalid_samples_do_not_stay_in_the_recursion() {
    let veil = balanced(9);
    let (designer, mut engine) = instance(1);
    designer.send(restoring(&veil, 1));
    let mut signal = noise(1, 4_000);
    for (at, bad) in [(10, f32::NAN), (900, f32::INFINITY), (2_000, f32::MAX)] {
        signal[0][at] = bad;
    }
    run(&mut engine, &PLAIN, 0, &mut signal, &[64]);
    assert!(signal[0].iter().all(|x| x.is_finite()));
    let mut silence = vec![vec![0.0; 48_000]];
    run(&mut engine, &PLAIN, 4_000, &mut silence, &[64]);
    assert!(silence[0][24_000..].iter().all(|x| x.abs() < 1e-9));
}

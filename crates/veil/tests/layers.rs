//! What a user relies on where a recipe has a mark, alone or on a veil.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::{
    any_mark, any_marked, bits, cases, key, noise, recovers, veil, veil_alone, veiled,
    veiled_in_blocks,
};
use patchveil_test_support::blocks::process_mono;
use patchveil_test_support::compare::{largest_step, power, worst_difference_dbfs};
use patchveil_test_support::signal::{sine, speech};
use patchveil_veil::{
    Convolver, Mark, MarkSettings, Marker, Preset, RATE_MAX, RATE_MIN, Recipe, Restorer, Veil,
};
use proptest::prelude::*;

const RATE: u32 = 16_000;
/// Samples at 16 kHz in which one mark cross-fades to another.
const FADE: usize = 192;

fn mark_alone(settings: MarkSettings) -> Recipe {
    Recipe { version: 2, mark: Some(settings), veil: None }
}

/// Marks, veils, both, and nothing, at 48 kHz.
fn turns() -> Vec<Option<Arc<Veil>>> {
    let recipes = [Preset::Mark, Preset::Mark, Preset::Balanced, Preset::Cuda].map(Preset::recipe);
    let alone = [Preset::Strong, Preset::Poscuda].map(veil_alone);
    let made = recipes
        .iter()
        .chain(&alone)
        .zip(1..)
        .map(|(recipe, byte)| Some(Arc::new(Veil::new(&key(byte), recipe, 48_000).unwrap())));
    made.chain([None]).collect()
}

fn restored(veil: &Arc<Veil>, position: i64, audio: &[f32], lengths: &[usize]) -> Vec<f32> {
    let mut restorer = Restorer::new(veil.clone(), 1).unwrap();
    process_mono(audio, position, lengths, |at, block| restorer.process(at, block))
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn the_mark_is_added_to_what_the_veil_makes(
        recipe in any_marked(), position in -100_000_i64..100_000,
    ) {
        let input = noise(1, 6_000);
        let mut expected = match &recipe.veil {
            Some(settings) => {
                let alone = Recipe { version: 1, mark: None, veil: Some(settings.clone()) };
                veiled(&veil(&alone, RATE), position, &input)
            }
            None => input.clone(),
        };
        let mark = Mark::new(&key(42), recipe.mark.as_ref().unwrap(), RATE).unwrap();
        Marker::new(Arc::new(mark), 1).process(position, &mut [&mut expected]);
        prop_assert_eq!(bits(&veiled(&veil(&recipe, RATE), position, &input)), bits(&expected));
    }

    #[test]
    fn any_split_into_blocks_gives_the_same_samples(
        recipe in any_marked(),
        position in -1_000_000_i64..1_000_000,
        cuts in prop::collection::vec(1_usize..1_500, 1..60),
    ) {
        let veil = veil(&recipe, RATE);
        let whole = veiled(&veil, position, &noise(1, 9_000));
        let parts = veiled_in_blocks(&veil, position, &noise(1, 9_000), &cuts);
        prop_assert_eq!(bits(&whole), bits(&parts));
        if recipe.is_restorable() {
            let parts = restored(&veil, position, &whole, &cuts);
            let whole = restored(&veil, position, &whole, &[9_000]);
            prop_assert_eq!(bits(&whole), bits(&parts));
        }
    }

    #[test]
    fn starting_anywhere_gives_the_samples_of_the_whole(
        recipe in any_marked(),
        position in -100_000_i64..100_000,
        start in 0_usize..8_000,
        cut in 1_usize..3_000,
    ) {
        let veil = veil(&recipe, RATE);
        let input = noise(2, 11_000);
        let whole = veiled(&veil, position, &input);
        let mut part = input[start..].to_vec();
        let mut convolver = Convolver::of(veil.clone(), 1);
        let mut before = start.saturating_sub(veil.context());
        for piece in input[before..start].chunks(cut) {
            convolver.feed(position + before as i64, &[piece]);
            before += piece.len();
        }
        convolver.process(position + start as i64, &mut [&mut part]);
        prop_assert_eq!(bits(&whole[start..]), bits(&part));
    }

    #[test]
    fn a_loop_gives_the_same_samples_every_time(recipe in any_marked(), length in 2_000_usize..5_000) {
        let input = noise(3, length);
        let mut convolver = Convolver::of(veil(&recipe, RATE), 1);
        let mut round = || process_mono(&input, 0, &[480], |at, block| convolver.process(at, block));
        round();
        prop_assert_eq!(bits(&round()), bits(&round()));
    }

    #[test]
    fn whatever_the_input_the_output_is_finite_and_recovers(
        recipe in any_marked(),
        broken in prop::collection::vec((0_usize..3_000, prop::num::f32::ANY), 1..200),
    ) {
        recovers(&veil(&recipe, RATE), 8_000, &broken)?;
    }

    #[test]
    fn channels_do_not_touch_each_other(recipe in any_marked()) {
        let veil = veil(&recipe, RATE);
        let inputs: Vec<Vec<f32>> = (0..8).map(|c| noise(10 + c, 3_000)).collect();
        let mut together = inputs.clone();
        let mut channels: Vec<&mut [f32]> = together.iter_mut().map(Vec::as_mut_slice).collect();
        Convolver::of(veil.clone(), 8).process(77, &mut channels);
        for (input, out) in inputs.iter().zip(&together) {
            prop_assert_eq!(bits(&veiled(&veil, 77, input)), bits(out));
        }
    }

    #[test]
    fn both_layers_are_restored_to_118_db_below_full_scale(
        recipe in any_marked().prop_filter("restorable", Recipe::is_restorable),
        byte: u8,
        position in -100_000_i64..100_000,
        block in 1_usize..2_000,
    ) {
        let veil = Arc::new(Veil::new(&key(byte), &recipe, RATE).unwrap());
        let input: Vec<f32> = noise(7, 16_000).into_iter().map(|x| 0.2 * x).collect();
        let audio = restored(&veil, position, &veiled(&veil, position, &input), &[block]);
        let worst = worst_difference_dbfs(&input, &audio);
        prop_assert!(worst < -118.0, "{worst} dBFS");
    }

    #[test]
    fn one_mark_gives_way_to_another_at_one_sample_however_blocks_are_cut(
        (old, new) in (prop::option::of(any_mark()), prop::option::of(any_mark())),
        change in 1_usize..3_000,
        block in 1_usize..900,
    ) {
        let [old, new] = [old, new].map(|mark| mark.map(|mark| veil(&mark_alone(mark), RATE)));
        let input = noise(8, 6_000);
        let by = |veil: &Option<Arc<Veil>>| match veil {
            Some(veil) => veiled(veil, 0, &input),
            None => input.clone(),
        };
        let changed = |block: usize| {
            let mut out = input.clone();
            let mut convolver = Convolver::new(1, RATE);
            convolver.set_veil(old.clone());
            let (before, after) = out.split_at_mut(change);
            let mut at = 0;
            for samples in before.chunks_mut(block) {
                convolver.process(at, &mut [&mut *samples]);
                at += samples.len() as i64;
            }
            assert!(convolver.set_veil(new.clone()).is_none());
            for samples in after.chunks_mut(block) {
                convolver.process(at, &mut [&mut *samples]);
                at += samples.len() as i64;
                // The old mark is needed until it has faded.
                let faded = at as usize >= change + FADE;
                assert!(faded || old.is_none() || convolver.take_retired().is_none());
            }
            assert!(old.is_none() || convolver.take_retired().is_some());
            out
        };
        let out = changed(6_000);
        prop_assert_eq!(bits(&out), bits(&changed(block)));
        prop_assert_eq!(bits(&by(&old)[..change]), bits(&out[..change]));
        // Where there was no mark, the past that the new one needs is recorded first.
        let wait = match (&old, &new) {
            (None, Some(new)) => new.context(),
            _ => 0,
        };
        let done = change + wait + FADE;
        prop_assert_eq!(bits(&by(&new)[done..]), bits(&out[done..]));
        let (old, new) = (by(&old), by(&new));
        for n in change..done {
            let (low, high) = (old[n].min(new[n]), old[n].max(new[n]));
            prop_assert!(low - 1e-6 <= out[n] && out[n] <= high + 1e-6, "sample {n}");
        }
    }

    #[test]
    fn veils_and_marks_take_turns_at_the_same_samples_however_blocks_are_cut(
        turns in prop::collection::vec(
            (prop::sample::select(turns()), 1_usize..6_000, any::<bool>()), 2..7
        ),
        block in prop_oneof![1_usize..200, 200_usize..1_500],
        fed in 0_usize..4_000,
    ) {
        // Above 1,152 samples a block is never short enough to be done the quick way.
        let in_blocks = |block: usize| {
            let input = noise(10, 6_000);
            let mut convolver = Convolver::new(2, 48_000);
            let (mut at, mut out) = (0, Vec::new());
            for (veil, len, jumps) in &turns {
                drop(convolver.set_veil(veil.clone()));
                if *jumps {
                    at += 777;
                    convolver.feed(at, &[&input[..fed], &input[..fed]]);
                    at += fed as i64;
                }
                for samples in input[..*len].chunks(block) {
                    let (mut left, mut right) = (samples.to_vec(), samples.to_vec());
                    convolver.process(at, &mut [&mut left, &mut right]);
                    assert_eq!(bits(&left), bits(&right));
                    at += samples.len() as i64;
                    out.extend(left);
                }
                convolver.take_retired();
            }
            out
        };
        prop_assert_eq!(bits(&in_blocks(6_000)), bits(&in_blocks(block)));
    }

    #[test]
    fn no_change_of_marks_clicks(
        marks in prop::collection::vec(prop::option::of(any_mark()), 2..6),
        block in 1_usize..1_000,
        every in 1_usize..9_000,
    ) {
        let veils: Vec<Option<Arc<Veil>>> =
            marks.into_iter().map(|mark| mark.map(|mark| veil(&mark_alone(mark), RATE))).collect();
        // A tone so low that only a step of the weight could make a jump, faded in.
        let mut input = sine(100.0, 0.5, RATE, 50_000);
        input.iter_mut().enumerate().for_each(|(n, x)| *x *= (n as f32 / 1_600.0).min(1.0));
        let alone: Vec<Vec<f32>> = veils.iter().flatten().map(|v| veiled(v, 0, &input)).collect();
        let usual = alone.iter().map(|out| largest_step(out)).fold(largest_step(&input), f32::max);
        let added = alone.iter().flat_map(|out| out.iter().zip(&input).map(|(y, x)| (y - x).abs()));
        let apart = 2.0 * added.fold(0.0, f32::max);
        let mut convolver = Convolver::new(1, RATE);
        let mut coming = veils.iter().cycle();
        let mut next_change = 0;
        let out = process_mono(&input, 0, &[block], |at, samples| {
            if at >= next_change {
                convolver.set_veil(coming.next().cloned().flatten());
                next_change = at + every as i64;
            }
            convolver.process(at, samples);
            convolver.take_retired();
        });
        let steepest = 0.5 * apart * std::f32::consts::FRAC_PI_2 / FADE as f32;
        let jump = largest_step(&out);
        prop_assert!(jump <= 1.01 * (usual + steepest), "{jump} where {usual} is usual");
    }
}

#[test]
fn a_convolver_holds_every_valid_recipe() {
    let mut settings = MarkSettings::default();
    let echo = settings.echo.as_mut().unwrap();
    (echo.first_us, echo.end_us) = (39_875, 40_000);
    for rate in [RATE_MIN, 8_000, 44_100, 48_000, 192_000, RATE_MAX] {
        for byte in 0..4 {
            let longest = Veil::new(&key(byte), &mark_alone(settings.clone()), rate).unwrap();
            let longest = Arc::new(longest);
            assert!(Convolver::new(1, rate).set_veil(Some(longest)).is_none(), "{rate} Hz");
        }
    }
}

#[test]
fn a_convolver_made_for_a_veil_without_a_mark_gives_marks_back() {
    let mut convolver = Convolver::of(veil(&veil_alone(Preset::Balanced), RATE), 1);
    let marked = veil(&Preset::Mark.recipe(), RATE);
    let back = convolver.set_veil(Some(marked.clone()));
    assert!(back.is_some_and(|back| Arc::ptr_eq(&back, &marked)));
}

#[test]
fn a_jump_of_the_timeline_ends_the_cross_fade_and_the_new_mark_acts_at_once() {
    let input = noise(9, 1_000);
    let [old, new] =
        [1, 2].map(|byte| Arc::new(Veil::new(&key(byte), &Preset::Mark.recipe(), RATE).unwrap()));
    let mut convolver = Convolver::new(1, RATE);
    convolver.set_veil(Some(old.clone()));
    convolver.process(0, &mut [&mut input.clone()]);
    convolver.set_veil(Some(new.clone()));
    convolver.process(1_000, &mut [&mut input[..50].to_vec()]);
    assert!(convolver.take_retired().is_none());
    let mut out = input.clone();
    convolver.process(500_000, &mut [&mut out]);
    // As if the timeline had always jumped there: the past samples count, as for the veil.
    let mut expected = Convolver::of(new, 1);
    expected.feed(499_950 - 1_000, &[&input]);
    expected.feed(499_950, &[&input[..50]]);
    let mut only_new = input.clone();
    expected.process(500_000, &mut [&mut only_new]);
    assert_eq!(bits(&out), bits(&only_new));
    assert!(convolver.take_retired().is_some_and(|retired| Arc::ptr_eq(&retired, &old)));
}

#[test]
fn a_veil_and_its_mark_give_way_together() {
    let recipes = [Preset::Light, Preset::Strong].map(Preset::recipe);
    let [old, new] = recipes.map(|recipe| veil(&recipe, RATE));
    let input = noise(11, 30_000);
    let changed = |block: usize| {
        let mut convolver = Convolver::new(1, RATE);
        convolver.set_veil(Some(old.clone()));
        process_mono(&input, 0, &[10_000, block, block], |at, samples| {
            if at == 10_000 {
                assert!(convolver.set_veil(Some(new.clone())).is_none());
            }
            convolver.process(at, samples);
        })
    };
    let out = changed(20_000);
    assert_eq!(bits(&out), bits(&changed(313)));
    let (by_old, by_new) = (veiled(&old, 0, &input), veiled(&new, 0, &input));
    assert_eq!(bits(&by_old[..10_000]), bits(&out[..10_000]));
    // A patch of 40 ms, the cross-fade, and until the past is the new veil's: then the new one's alone.
    let settled = 10_000 + 2 * 640 + FADE + 2 * new.context();
    let apart: Vec<f32> =
        by_new[settled..].iter().zip(&out[settled..]).map(|(a, b)| a - b).collect();
    assert!(power(&apart) < 1e-12, "{}", power(&apart));
}

#[test]
fn a_16_bit_file_with_the_mark_alone_is_restored_to_75_db_and_24_bits_to_118_dbfs() {
    for byte in 0..6 {
        let veil = Arc::new(Veil::new(&key(byte), &Preset::Mark.recipe(), 48_000).unwrap());
        let voice = speech(u64::from(byte), 48_000, 4.0);
        let loudest = voice.iter().fold(0.0_f32, |top, x| top.max(x.abs()));
        let input: Vec<f32> = voice.iter().map(|x| 0.5 * x / loudest).collect();
        let audio = veiled(&veil, 0, &input);
        let stored = |bits: i32| -> Vec<f32> {
            let steps = 2.0_f64.powi(bits - 1);
            audio.iter().map(|x| ((f64::from(*x) * steps).round() / steps) as f32).collect()
        };
        let coarse = restored(&veil, 0, &stored(16), &[512]);
        let error: Vec<f32> = input.iter().zip(&coarse).map(|(x, y)| y - x).collect();
        let snr = 10.0 * (power(&input) / power(&error)).log10();
        assert!(snr >= 75.0, "{snr} dB");
        let fine = restored(&veil, 0, &stored(24), &[512]);
        let worst = worst_difference_dbfs(&input, &fine);
        assert!(worst <= -118.0, "{worst} dBFS");
    }
}

#[test]
fn a_mark_adds_no_latency() {
    for preset in [Preset::Mark, Preset::Balanced] {
        let veil = veil(&preset.recipe(), 48_000);
        assert_eq!((veil.latency(), Convolver::of(veil.clone(), 1).latency()), (0, 0));
        let mut impulse = vec![0.0; 4_800];
        impulse[100] = 0.5;
        let first = veiled(&veil, 0, &impulse).iter().position(|&y| y != 0.0);
        assert_eq!(first, Some(100), "{preset}");
    }
}

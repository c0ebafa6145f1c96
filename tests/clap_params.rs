//! The parameters of the plug-in in a CLAP host: recipes, automation, ids and texts.

use std::time::{Duration, Instant};

use clap_sys::ext::params::{CLAP_PARAM_IS_AUTOMATABLE, CLAP_PARAM_IS_HIDDEN};
use patchveil_test_support::compare::assert_same_bits;
use patchveil_test_support::signal::noise_channels;
use patchveil_tests::clap::{Context, Instance, Module};
use patchveil_tests::keys::{fingerprint, key, new_preset_param, new_session, session};
use patchveil_tests::signal::veiled;
use patchveil_veil::{Preset, Recipe};

/// An inactive instance whose session has the test class.
fn protecting(module: &Module, params: &str) -> Instance {
    module.instance_with(&session(fingerprint(), params))
}

/// Processes noise until `done` accepts an input and its output: a parameter takes effect a moment
/// later, at the next patch.
fn process_until(instance: &mut Instance, mut done: impl FnMut(&[f32], &[f32]) -> bool) {
    let start = Instant::now();
    loop {
        // Out of silence a jump is exact from its first sample.
        instance.run(-10_000, &mut vec![vec![0.0; 5_000]; 2], 1_000, 9);
        let input = noise_channels(2, 48_000, 9);
        let mut output = input.clone();
        instance.run(0, &mut output, 1_000, 9);
        if done(&input[0], &output[0]) {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "the parameter has no effect");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An inactive instance in a new session with the test class.
fn new_protecting(module: &Module, params: &str) -> Instance {
    module.instance_with(&new_session(fingerprint(), params))
}

#[test]
fn new_sessions_have_the_presets_with_a_mark_bit_for_bit() {
    let module = Module::built();
    for (preset, channels, rate) in [
        (Preset::Mark, 2, 48_000),
        (Preset::Mark, 6, 44_100),
        (Preset::Mark, 1, 192_000),
        (Preset::Light, 1, 44_100),
        (Preset::Balanced, 2, 48_000),
        (Preset::Strong, 8, 96_000),
        (Preset::Poscuda, 2, 48_000),
        (Preset::Cuda, 2, 44_100),
    ] {
        // Without a preset it is the mark.
        let params = if channels == 6 { String::new() } else { new_preset_param(preset) };
        let mut instance = new_protecting(&module, &params);
        instance.layout(channels);
        instance.activate(f64::from(rate), 512);
        assert_eq!(instance.latency(), 0);
        let input = noise_channels(channels as usize, 100_000, 1);
        let mut output = input.clone();
        instance.run(-50_000, &mut output, 1_500, 2);
        assert_ne!(output, input);
        let expected = veiled(&key(), &preset.recipe(), rate, -50_000, input);
        for (output, expected) in output.iter().zip(&expected) {
            assert_same_bits(output, expected);
        }
    }
}

#[test]
fn the_marks_level_can_be_automated_and_has_no_effect_without_a_mark() {
    let module = Module::built();
    let mut instance = new_protecting(&module, "");
    instance.activate(48_000.0, 512);
    let level = instance.param("Mark Level").id;
    let mut silence = [[0.0; 64]; 2];
    for text in ["-6.0 dB", "4.5 dB", "0.0 dB"] {
        let [left, right] = &mut silence;
        let events = [(10, level, instance.parse(level, text).unwrap())];
        instance.process(&mut [left, right], &Context { events: &events, ..Context::default() });
        let mut recipe = Preset::Mark.recipe();
        recipe.mark.as_mut().unwrap().level_db = text.trim_end_matches(" dB").parse().unwrap();
        process_until(&mut instance, |input, output| {
            output == &veiled(&key(), &recipe, 48_000, 0, vec![input.to_vec()])[0][..]
        });
    }
    let mut former = protecting(&module, r#""mark_level":{"f32":12.0}"#);
    former.activate(48_000.0, 512);
    let input = noise_channels(2, 60_000, 3);
    let mut output = input.clone();
    former.run(0, &mut output, 700, 3);
    let recipe = Preset::Balanced.recipe_of_version(1).unwrap();
    assert_same_bits(&output[0], &veiled(&key(), &recipe, 48_000, 0, input)[0]);
}

#[test]
fn automation_of_the_former_preset_means_what_it_meant() {
    let module = Module::built();
    let mut instance = protecting(&module, "");
    instance.activate(48_000.0, 512);
    let former = instance.param("Preset (Recipe 1)");
    let presets = [Preset::Light, Preset::Balanced, Preset::Strong, Preset::Poscuda, Preset::Cuda];
    assert_eq!((former.min, former.max), (0.0, 4.0));
    let mut silence = [[0.0; 64]; 2];
    for (place, preset) in presets.into_iter().enumerate() {
        let [left, right] = &mut silence;
        let events = [(0, former.id, place as f64)];
        instance.process(&mut [left, right], &Context { events: &events, ..Context::default() });
        let recipe = preset.recipe_of_version(1).unwrap();
        process_until(&mut instance, |input, output| {
            output == &veiled(&key(), &recipe, 48_000, 0, vec![input.to_vec()])[0][..]
        });
    }
}

#[test]
fn parameters_make_the_recipe_that_the_command_line_would_make() {
    let module = Module::built();
    let params =
        r#""amount":{"f32":133.3},"patch":{"f32":20.5},"frame":{"f32":250.0},"patches":{"i32":3}"#;
    let mut instance = protecting(&module, params);
    instance.activate(48_000.0, 512);
    let mut recipe: Recipe = Preset::Balanced.recipe_of_version(1).unwrap();
    let veil = recipe.veil.as_mut().unwrap();
    veil.amount = 133.3;
    veil.placement.period_us = 250_000;
    veil.placement.patches = 3;
    veil.placement = veil.placement.clone().with_patch(20_500);
    let input = noise_channels(2, 60_000, 3);
    let mut output = input.clone();
    instance.run(-20_000, &mut output, 700, 3);
    let expected = veiled(&key(), &recipe, 48_000, -20_000, input);
    assert_same_bits(&output[0], &expected[0]);
    assert_same_bits(&output[1], &expected[1]);
}

#[test]
fn automation_takes_effect_shortly_and_at_a_patch() {
    let module = Module::built();
    let mut instance = protecting(&module, "");
    instance.activate(48_000.0, 512);
    let amount = instance.param("Amount").id;
    let mut silence = [[0.0; 64]; 2];
    let [left, right] = &mut silence;
    let events = [(10, amount, 0.0)];
    instance.process(&mut [left, right], &Context { events: &events, ..Context::default() });
    process_until(&mut instance, |input, output| input == output);
    let [left, right] = &mut silence;
    let events = [(63, amount, instance.parse(amount, "100 %").unwrap())];
    instance.process(&mut [left, right], &Context { events: &events, ..Context::default() });
    process_until(&mut instance, |input, output| {
        output
            == &veiled(
                &key(),
                &Preset::Balanced.recipe_of_version(1).unwrap(),
                48_000,
                0,
                vec![input.to_vec()],
            )[0][..]
    });
}

#[test]
fn offline_renders_with_automation_are_reproducible() {
    let module = Module::built();
    let render = || {
        let mut instance = protecting(&module, "");
        instance.offline(true);
        instance.activate(48_000.0, 512);
        let amount = instance.param("Amount").id;
        let mut output = noise_channels(2, 512 * 200, 15);
        let [left, right] = &mut output[..] else { unreachable!() };
        for (n, (left, right)) in left.chunks_mut(512).zip(right.chunks_mut(512)).enumerate() {
            let events = [(0, amount, ((n / 10) % 7) as f64 / 6.0)];
            let position = Some(n as i64 * 512);
            let context = Context { position, events: &events, ..Context::default() };
            instance.process(&mut [left, right], &context);
        }
        output
    };
    let first = render();
    assert_same_bits(&first[0], &render()[0]);
}

#[test]
fn automation_acts_at_its_sample_however_long_the_hosts_blocks_are() {
    let module = Module::built();
    let input = noise_channels(2, 120_000, 15);
    let render = |size: usize| {
        let mut instance = new_protecting(&module, &new_preset_param(Preset::Strong));
        instance.offline(true);
        instance.activate(48_000.0, 8_192);
        let changes = automation(instance.param("Amount").id, instance.param("Output Trim").id);
        let mut output = input.clone();
        let [left, right] = &mut output[..] else { unreachable!() };
        for (n, (left, right)) in left.chunks_mut(size).zip(right.chunks_mut(size)).enumerate() {
            let range = n * size..n * size + left.len();
            let within = changes.iter().filter(|change| range.contains(&change.0));
            let events: Vec<(u32, u32, f64)> =
                within.map(|&(at, id, value)| ((at - range.start) as u32, id, value)).collect();
            let position = Some(range.start as i64);
            let context = Context { position, events: &events, ..Context::default() };
            instance.process(&mut [left, right], &context);
        }
        output
    };
    let first = render(64);
    for size in [64, 480, 1_111, 8_192] {
        let again = render(size);
        assert_same_bits(&again[0], &first[0]);
        assert_same_bits(&again[1], &first[1]);
    }
    let plain = veiled(&key(), &Preset::Strong.recipe(), 48_000, 0, input);
    // Up to the first change nothing differs, and from it on the trim does.
    assert_same_bits(&first[0][..1_001], &plain[0][..1_001]);
    assert_ne!(first[0][1_001..1_100], plain[0][1_001..1_100]);
}

#[test]
fn a_position_stated_within_a_block_is_where_that_sample_lies() {
    let module = Module::built();
    let input = noise_channels(1, 8_192, 16);
    let render = |position: i64, restated: Option<(u32, i64)>, tempo: Option<f64>| {
        let mut instance = new_protecting(&module, &new_preset_param(Preset::Strong));
        instance.layout(1);
        instance.offline(true);
        instance.activate(48_000.0, 8_192);
        // They cut the block and change nothing.
        let trim = instance.param("Output Trim");
        let events = [1_000, 3_000, 7_000].map(|at| (at, trim.id, trim.default));
        let mut output = input.clone();
        let position = Some(position);
        let context = Context { position, restated, tempo, events: &events, ..Context::default() };
        instance.process(&mut [&mut output[0]], &context);
        output.remove(0)
    };
    let plain = |position: i64, from: usize| {
        let input = vec![input[0][from..].to_vec()];
        veiled(&key(), &Preset::Strong.recipe(), 48_000, position, input).remove(0)
    };
    for tempo in [None, Some(120.0)] {
        let expected = plain(96_000, 0);
        assert_same_bits(&render(96_000, None, tempo), &expected);
        assert_same_bits(&render(96_000, Some((2_000, 98_000)), tempo), &expected);
        // A loop.
        let looped = render(96_000, Some((2_000, 4_000_000)), tempo);
        assert_same_bits(&looped[..2_000], &expected[..2_000]);
        assert_same_bits(&looped[2_000..], &plain(4_000_000, 2_000));
    }
}

#[test]
fn a_block_that_the_host_splits_at_the_end_of_a_loop_has_both_parts_at_their_places() {
    let module = Module::built();
    let input = noise_channels(1, 512, 16).remove(0);
    for tempo in [None, Some(120.0)] {
        let mut instance = new_protecting(&module, &new_preset_param(Preset::Strong));
        instance.layout(1);
        instance.offline(true);
        instance.activate(48_000.0, 512);
        // They lie behind each other in memory, as the parts do that the framework makes of a block.
        let mut output = input.clone();
        let (first, second) = output.split_at_mut(256);
        for (part, position) in [(first, 96_000), (second, 4_000_000)] {
            let context = Context { position: Some(position), tempo, ..Context::default() };
            instance.process(&mut [part], &context);
        }
        let plain = |position: i64, range: std::ops::Range<usize>| {
            let input = vec![input[range].to_vec()];
            veiled(&key(), &Preset::Strong.recipe(), 48_000, position, input).remove(0)
        };
        assert_same_bits(&output[..256], &plain(96_000, 0..256));
        assert_same_bits(&output[256..], &plain(4_000_000, 256..512));
    }
}

/// Changes at odd places, some closer to each other than a change takes.
fn automation(amount: u32, trim: u32) -> Vec<(usize, u32, f64)> {
    let mut changes = vec![(1_001, trim, 0.25)];
    let amounts = (1..40).map(|n| (n * 2_777 + n % 7, amount, (n % 7) as f64 / 6.0));
    changes.extend(amounts);
    changes
}

#[test]
fn all_but_the_mode_can_be_automated() {
    let module = Module::built();
    for param in module.instance().params() {
        // It decides what a session is for: hosts that list only what can be automated leave it out.
        let automatable = param.flags & CLAP_PARAM_IS_AUTOMATABLE != 0;
        assert_eq!(automatable, param.name != "Mode", "{}", param.name);
        assert_eq!(param.flags & CLAP_PARAM_IS_HIDDEN, 0, "{}", param.name);
    }
}

#[test]
fn there_is_no_parameter_behind_the_last_one() {
    let module = Module::built();
    let instance = module.instance();
    let count = instance.params().len() as u32;
    assert_eq!(
        [0, count - 1, count, count + 1, u32::MAX].map(|index| instance.has_param(index)),
        [true, true, false, false, false]
    );
}

#[test]
fn parameters_have_stable_ids_groups_and_texts_that_parse() {
    let module = Module::built();
    let instance = module.instance();
    let params = instance.params();
    let list: Vec<(u32, &str, &str)> =
        params.iter().map(|p| (p.id, p.name.as_str(), p.group.as_str())).collect();
    // Hosts store these ids with automation: changing one breaks sessions.
    assert_eq!(
        list,
        [
            (773_352_680, "Bypass", ""),
            (3_357_091, "Mode", ""),
            (1_167_385_311, "Preset (Recipe 1)", "Veil"),
            (733_630_552, "Amount", "Veil"),
            (106_438_728, "Patch Length", "Patches"),
            (97_692_013, "Period", "Patches"),
            (1_355_889_398, "Patches per Period", "Patches"),
            (95_468_472, "Delta", "Output"),
            (3_568_674, "Output Trim", "Output"),
            (870_822_610, "Preset", "Recipe"),
            (938_604_434, "Mark Level", "Recipe"),
        ]
    );
    for param in &params {
        let mut values: Vec<f64> =
            (0..=20).map(|n| param.min + (param.max - param.min) * f64::from(n) / 20.0).collect();
        values.push(param.default);
        for value in values {
            let text = instance.text(param.id, value);
            assert!(!text.is_empty());
            let back = instance.parse(param.id, &text).unwrap();
            assert_eq!(instance.text(param.id, back), text, "{}", param.name);
        }
    }
    let preset = instance.param("Preset");
    assert_eq!(instance.text(preset.id, preset.default), "Mark");
    let former = instance.param("Preset (Recipe 1)");
    assert_eq!(instance.text(former.id, former.default), "Balanced");
    let level = instance.param("Mark Level");
    assert_eq!(instance.text(level.id, level.default), "0.0 dB");
    assert_eq!(instance.text(level.id, level.min), "-24.0 dB");
    assert_eq!(instance.text(level.id, level.max), "12.0 dB");
    let patch = instance.param("Patch Length");
    assert_eq!(instance.text(patch.id, patch.default), "preset");
    let trim = instance.param("Output Trim");
    assert_eq!(instance.text(trim.id, instance.parse(trim.id, "-3 dB").unwrap()), "-3.0 dB");
}

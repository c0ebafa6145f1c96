//! The plug-in in a VST3 host, with a keyring that has no default class.
#![allow(clippy::unnecessary_cast, reason = "the constants have other types on other systems")]

use patchveil_test_support::Rng;
use patchveil_test_support::compare::assert_same_bits;
use patchveil_test_support::signal::noise_channels;
use patchveil_tests::build::library;
use patchveil_tests::keys::{
    fingerprint, key, keyring, missing_fingerprint, new_preset_param, new_session, preset_param,
    session,
};
use patchveil_tests::signal::{in_random_blocks, veiled};
use patchveil_tests::vst3::{Instance, Module};
use patchveil_veil::{Preset, Veil};
use vst3::Interface as _;
use vst3::Steinberg::Vst::ChannelContext::IInfoListener;
use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_::{kCanAutomate, kIsBypass};
use vst3::Steinberg::Vst::{
    IAudioProcessor, IComponent, IEditController, IMidiMapping, INoteExpressionController,
    IProcessContextRequirements, IUnitInfo, SpeakerArr, SpeakerArrangement,
};
use vst3::Steinberg::kResultOk;

/// Length of every cross-fade: 10 ms at 48 kHz.
const FADE: usize = 480;

fn module() -> Module {
    keyring(false);
    Module::load(&library())
}

/// An inactive instance whose session has the test class. VST3 sessions lack the eight bytes of length
/// that CLAP's begin with.
fn protecting(module: &Module, params: &str) -> Instance {
    let mut instance = module.instance();
    assert!(instance.load(&session(fingerprint(), params)[8..]));
    instance
}

/// Processes `signal` in random blocks; its first sample lies at `from`, or the host is stopped.
fn run(instance: &mut Instance, from: Option<i64>, signal: &mut [Vec<f32>], seed: u64) {
    in_random_blocks(signal, from.unwrap_or(0), 700, &mut Rng::new(seed), |position, block| {
        instance.process(block, from.map(|_| position), &[]);
    });
}

#[test]
fn output_equals_the_convolvers_bit_for_bit_in_every_layout() {
    let module = module();
    assert_eq!(module.classes(), ["Patchveil"]);
    for (layout, channels, preset, rate) in [
        (SpeakerArr::kStereo, 2, Preset::Balanced, 48_000),
        (SpeakerArr::kMono, 1, Preset::Strong, 44_100),
        (SpeakerArr::k40Music, 4, Preset::Cuda, 48_000),
        (SpeakerArr::k51, 6, Preset::Poscuda, 48_000),
        (SpeakerArr::k71Cine, 8, Preset::Light, 96_000),
    ] {
        let mut instance = protecting(&module, &preset_param(preset));
        assert!(instance.layout(layout, layout));
        // Layouts with more inputs than outputs or the reverse are refused.
        assert!(!instance.layout(layout, SpeakerArr::k50));
        instance.activate(f64::from(rate), 512);
        let input = noise_channels(channels, 60_000, 1);
        let mut output = input.clone();
        run(&mut instance, Some(-7_000), &mut output, 1);
        let expected = veiled(&key(), &preset.recipe_of_version(1).unwrap(), rate, -7_000, input);
        for (output, expected) in output.iter().zip(&expected) {
            assert_same_bits(output, expected);
        }
        let veil = Veil::new(&key(), &preset.recipe_of_version(1).unwrap(), rate).unwrap();
        assert_eq!(instance.latency_and_tail(), (0, veil.context() as u32));
    }
}

#[test]
fn speakers_are_counted_and_more_than_twelve_channels_are_marked_too() {
    let module = module();
    for (layout, channels) in [
        (SpeakerArr::k30Cine, 3),
        (SpeakerArr::k50, 5),
        (SpeakerArr::k61Cine, 7),
        (SpeakerArr::k71_2, 10),
        (SpeakerArr::k71_4, 12),
        (SpeakerArr::k91_6, 16),
        (SpeakerArr::kAmbi2cdOrderACN, 9),
        ((1 << 49) - 1, 49),
        (SpeakerArrangement::MAX, 64),
    ] {
        let mut instance = module.instance();
        assert!(instance.load(&new_session(fingerprint(), "")[8..]));
        assert!(instance.layout(layout, layout), "{channels}");
        assert_eq!(instance.arrangements(), [layout, layout]);
        instance.activate(48_000.0, 512);
        let input = noise_channels(channels, 6_000, 1);
        let mut output = input.clone();
        run(&mut instance, Some(-1_000), &mut output, 1);
        let expected = veiled(&key(), &Preset::Mark.recipe(), 48_000, -1_000, input);
        for (output, expected) in output.iter().zip(&expected) {
            assert_same_bits(output, expected);
        }
    }
}

#[test]
fn from_mono_to_stereo_both_sides_are_the_marked_mono() {
    let module = module();
    let mut instance = module.instance();
    assert!(instance.load(&new_session(fingerprint(), "")[8..]));
    assert!(instance.layout(SpeakerArr::kMono, SpeakerArr::kStereo));
    assert!(!instance.layout(SpeakerArr::kStereo, SpeakerArr::kMono));
    assert_eq!(instance.arrangements(), [SpeakerArr::kMono, SpeakerArr::kStereo]);
    instance.activate(48_000.0, 512);
    let mut output = noise_channels(2, 20_000, 1);
    let input = vec![output[0].clone()];
    run(&mut instance, Some(0), &mut output, 1);
    let expected = veiled(&key(), &Preset::Mark.recipe(), 48_000, 0, input);
    assert_same_bits(&output[0], &expected[0]);
    assert_same_bits(&output[1], &expected[0]);
}

#[test]
fn there_is_no_parameter_behind_the_last_one() {
    let instance = module().instance();
    let count = instance.params().len() as i32;
    assert_eq!(
        [-1, 0, count - 1, count, count + 1, i32::MAX].map(|index| instance.has_param(index)),
        [false, true, true, false, false, false]
    );
}

#[test]
fn automation_acts_at_its_sample_however_long_the_hosts_blocks_are() {
    let module = module();
    let input = noise_channels(2, 60_000, 15);
    let render = |size: usize| {
        let mut instance = module.instance();
        let session = new_session(fingerprint(), &new_preset_param(Preset::Strong));
        assert!(instance.load(&session[8..]));
        instance.offline(true);
        instance.activate(48_000.0, 8_192);
        let params = instance.params();
        let id = |name| params.iter().find(|param| param.1 == name).unwrap().0;
        let (trim, amount) = (id("Output Trim"), id("Amount"));
        let change = |n: usize| {
            (n * 2_777 + n % 7, if n % 2 == 1 { trim } else { amount }, (n % 7) as f64 / 6.0)
        };
        let changes: Vec<_> = (1..20).map(change).collect();
        let mut output = input.clone();
        let [left, right] = &mut output[..] else { unreachable!() };
        for (n, (left, right)) in left.chunks_mut(size).zip(right.chunks_mut(size)).enumerate() {
            let range = n * size..n * size + left.len();
            let within = changes.iter().filter(|change| range.contains(&change.0));
            let changes: Vec<_> =
                within.map(|&(at, id, value)| ((at - range.start) as i32, id, value)).collect();
            instance.process_with(&mut [left, right], Some(range.start as i64), &changes);
        }
        output
    };
    let first = render(512);
    for size in [512, 64, 1_111, 8_192] {
        let again = render(size);
        assert_same_bits(&again[0], &first[0]);
        assert_same_bits(&again[1], &first[1]);
    }
    let plain = veiled(&key(), &Preset::Strong.recipe(), 48_000, 0, input);
    assert_same_bits(&first[0][..2_778], &plain[0][..2_778]);
    assert_ne!(first[0][2_778..2_900], plain[0][2_778..2_900]);
}

#[test]
fn hosts_that_ask_oddly_are_refused() {
    let module = module();
    let class = *b"PatchveilProtect";
    let (made, object) = module.create(b"nobody's plug-in", &IComponent::IID);
    assert!(made != kResultOk && object.is_null());
    let (made, object) = module.create(&class, &IMidiMapping::IID);
    assert!(made != kResultOk && object.is_null());
    let mut instance = module.instance();
    for set in [false, true] {
        assert!(!set || instance.layout(SpeakerArr::k51, SpeakerArr::k51));
        let speakers = if set { SpeakerArr::k51 } else { SpeakerArr::kStereo };
        for (direction, index) in [(0, 0), (1, 0), (0, 1), (1, -1), (2, 0), (-1, 0)] {
            let wanted =
                ((direction, index) == (0, 0) || (direction, index) == (1, 0)).then_some(speakers);
            // The framework takes any other direction for that of outputs.
            if set || (0..2).contains(&direction) {
                assert_eq!(
                    instance.arrangement(direction, index),
                    wanted,
                    "{direction} {index} {set}"
                );
            }
        }
    }
    assert!(instance.has::<IEditController>() && instance.has::<IAudioProcessor>());
    assert!(instance.has::<IUnitInfo>() && instance.has::<IProcessContextRequirements>());
    assert!(instance.has::<IInfoListener>());
    assert!(!instance.has::<IMidiMapping>() && !instance.has::<INoteExpressionController>());
}

#[test]
fn a_start_has_the_mode_that_the_host_states_for_it() {
    let module = module();
    let mut instance = module.instance();
    assert!(instance.load(&new_session(fingerprint(), "")[8..]));
    let input = noise_channels(1, 4_000, 3);
    let plain = |position: i64, from: usize| {
        veiled(&key(), &Preset::Mark.recipe(), 48_000, position, vec![input[0][from..].to_vec()])
            .remove(0)
    };
    assert!(instance.layout(SpeakerArr::kMono, SpeakerArr::kMono));
    // A jump within sound fades live, and is exact from its first sample in a render.
    for offline in [true, false, true] {
        instance.offline(offline);
        instance.activate(48_000.0, 2_000);
        let mut output = input[0].clone();
        let (before, after) = output.split_at_mut(2_000);
        instance.process(&mut [before], Some(0), &[]);
        instance.process(&mut [after], Some(900_000), &[]);
        assert_same_bits(before, &plain(0, 0)[..2_000]);
        assert_eq!(*after == plain(900_000, 2_000)[..], offline);
        instance.deactivate();
    }
}

#[test]
fn new_sessions_have_the_presets_with_a_mark() {
    let module = module();
    for (preset, params) in
        [(Preset::Mark, String::new()), (Preset::Light, new_preset_param(Preset::Light))]
    {
        let mut instance = module.instance();
        assert!(instance.load(&new_session(fingerprint(), &params)[8..]));
        instance.activate(48_000.0, 512);
        let input = noise_channels(2, 60_000, 1);
        let mut output = input.clone();
        run(&mut instance, Some(-7_000), &mut output, 1);
        let expected = veiled(&key(), &preset.recipe(), 48_000, -7_000, input);
        assert_same_bits(&output[0], &expected[0]);
        assert_same_bits(&output[1], &expected[1]);
        let veil = Veil::new(&key(), &preset.recipe(), 48_000).unwrap();
        assert_eq!(instance.latency_and_tail(), (0, veil.context() as u32));
    }
}

#[test]
fn automation_of_the_former_preset_means_what_it_meant() {
    let module = module();
    let presets = [Preset::Light, Preset::Balanced, Preset::Strong, Preset::Poscuda, Preset::Cuda];
    for (place, preset) in presets.into_iter().enumerate() {
        let mut instance = protecting(&module, "");
        instance.activate(48_000.0, 512);
        let params = instance.params();
        // Some hosts know parameters by their number.
        let (id, name, _) = &params[2];
        assert_eq!(name, "Preset (Recipe 1)");
        let input = noise_channels(2, 20_000, 1);
        let mut output = input.clone();
        let mut block: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
        instance.process(&mut block, Some(0), &[(*id, place as f64 / 4.0)]);
        let recipe = preset.recipe_of_version(1).unwrap();
        let expected = veiled(&key(), &recipe, 48_000, 0, input);
        assert_same_bits(&output[0], &expected[0]);
    }
}

#[test]
fn in_a_stopped_host_the_timeline_starts_at_zero() {
    let module = module();
    let mut instance = protecting(&module, "");
    instance.activate(48_000.0, 512);
    let input = noise_channels(2, 30_000, 2);
    let mut output = input.clone();
    run(&mut instance, None, &mut output, 2);
    assert_same_bits(
        &output[0],
        &veiled(&key(), &Preset::Balanced.recipe_of_version(1).unwrap(), 48_000, 0, input)[0],
    );
}

#[test]
fn a_session_loads_as_saved_and_in_clap_too() {
    let module = module();
    let params = r#""amount":{"f32":42.5},"bypass":{"bool":false},"delta":{"bool":true},"frame":{"f32":512.0},"patch":{"f32":12.3},"patches":{"i32":5},"preset":{"string":"strong"},"trim":{"f32":-4.5}"#;
    let instance = protecting(&module, params);
    let saved = instance.save();
    let mut again = module.instance();
    assert!(again.load(&saved));
    assert_eq!(again.save(), saved);
    assert!(!again.load(b"garbage"));
    assert_eq!(again.save(), saved);
    let clap = patchveil_tests::clap::Module::load(&library());
    let mut other = clap.instance();
    assert!(other.load(&patchveil_tests::keys::framed(&saved)));
    assert_eq!(other.save()[8..], saved);
}

#[test]
fn the_host_can_bypass_it_and_then_gets_the_input() {
    let module = module();
    let mut instance = protecting(&module, r#""trim":{"f32":-6.0}"#);
    instance.activate(48_000.0, 512);
    let params = instance.params();
    let (id, _, flags) = params.iter().find(|(_, name, _)| name == "Bypass").unwrap();
    assert_ne!(flags & kIsBypass as i32, 0);
    // Automation must not switch between protecting and restoring.
    let automated = |flags: i32| flags & kCanAutomate as i32 != 0;
    assert!(params.iter().all(|(_, name, flags)| automated(*flags) == (name != "Mode")));
    let input = noise_channels(2, 4_096, 3);
    let mut output = input.clone();
    let mut block: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
    instance.process(&mut block, Some(0), &[]);
    let mut output = input.clone();
    let mut block: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
    instance.process(&mut block, Some(4_096), &[(*id, 1.0)]);
    assert_same_bits(&output[0][FADE..], &input[0][FADE..]);
    assert_ne!(output[0][..FADE], input[0][..FADE]);
    assert_eq!(instance.value(*id).0, 1.0);
}

#[test]
fn a_missing_key_mutes_and_a_session_loaded_while_playing_takes_effect() {
    let module = module();
    let mut instance = module.instance();
    let missing = missing_fingerprint();
    assert!(instance.load(&session(missing, "")[8..]));
    instance.activate(48_000.0, 512);
    let mut output = noise_channels(2, 10_000, 4);
    run(&mut instance, Some(0), &mut output, 4);
    assert!(output.iter().flatten().all(|x| *x == 0.0));
    assert!(instance.load(&session(fingerprint(), "")[8..]));
    let input = noise_channels(2, 40_000, 5);
    let mut output = input.clone();
    run(&mut instance, Some(500_000), &mut output, 5);
    let expected =
        veiled(&key(), &Preset::Balanced.recipe_of_version(1).unwrap(), 48_000, 500_000, input);
    assert_same_bits(&output[0][FADE..], &expected[0][FADE..]);
}

#[test]
fn it_can_be_activated_repeatedly_at_any_sample_rate() {
    let module = module();
    let mut instance = protecting(&module, "");
    for rate in [8_000, 44_100, 192_000, 384_000, 48_000] {
        instance.activate(f64::from(rate), 64);
        let input = noise_channels(2, 20_000, 6);
        let mut output = input.clone();
        run(&mut instance, Some(99), &mut output, 6);
        assert_same_bits(
            &output[1],
            &veiled(&key(), &Preset::Balanced.recipe_of_version(1).unwrap(), rate, 99, input)[1],
        );
        instance.deactivate();
    }
}

//! The plug-in in a CLAP host, with a keyring that has no default class.

use clap_sys::ext::gui::CLAP_EXT_GUI;
use clap_sys::process::{CLAP_PROCESS_CONTINUE, CLAP_PROCESS_CONTINUE_IF_NOT_QUIET};
use patchveil_test_support::Rng;
use patchveil_test_support::compare::assert_same_bits;
use patchveil_test_support::signal::noise_channels;
use patchveil_tests::clap::{Context, ID, Instance, Module};
use patchveil_tests::keys::{
    fingerprint, key, missing_fingerprint, new_session, preset_param, session,
};
use patchveil_tests::signal::veiled;
use patchveil_veil::{Preset, Veil};

/// Length of every cross-fade: 10 ms at 48 kHz.
const FADE: usize = 480;

/// An inactive instance whose session has the test class.
fn protecting(module: &Module, params: &str) -> Instance {
    module.instance_with(&session(fingerprint(), params))
}

#[test]
fn the_library_has_one_plug_in() {
    let module = Module::built();
    assert_eq!(module.ids(), [ID.to_owned()]);
}

#[test]
fn output_equals_the_convolvers_bit_for_bit() {
    let module = Module::built();
    for (preset, channels, rate) in [
        (Preset::Balanced, 2, 48_000),
        (Preset::Light, 1, 44_100),
        (Preset::Strong, 6, 96_000),
        (Preset::Poscuda, 4, 48_000),
        (Preset::Cuda, 8, 44_100),
    ] {
        let params = preset_param(preset);
        let mut instance = protecting(&module, &params);
        instance.layout(channels);
        instance.activate(f64::from(rate), 512);
        assert_eq!(instance.latency(), 0);
        let input = noise_channels(channels as usize, 100_000, 1);
        let mut output = input.clone();
        // Some blocks are longer than was announced.
        instance.run(0, &mut output, 1_500, 2);
        let expected = veiled(&key(), &preset.recipe_of_version(1).unwrap(), rate, 0, input);
        for (output, expected) in output.iter().zip(&expected) {
            assert_same_bits(output, expected);
        }
    }
}

#[test]
fn every_layout_keeps_its_place_and_its_name() {
    // Hosts save the place.
    let list = [
        ("Stereo", 2),
        ("Mono", 1),
        ("Quad", 4),
        ("5.1", 6),
        ("7.1", 8),
        ("Mono to Stereo", 2),
        ("LCR", 3),
        ("5.0", 5),
        ("6.1", 7),
        ("7.1.2", 10),
        ("7.1.4", 12),
        ("9.1.6", 16),
        ("Ambisonic 1st Order", 4),
        ("Ambisonic 2nd Order", 9),
        ("Ambisonic 3rd Order", 16),
        ("Ambisonic 4th Order", 25),
        ("Ambisonic 5th Order", 36),
        ("Ambisonic 6th Order", 49),
        ("Ambisonic 7th Order", 64),
    ];
    let layouts = Module::built().instance().layouts();
    assert_eq!(layouts.len(), list.len());
    for (layout, (want, channels)) in layouts.iter().zip(list) {
        let want_inputs = if want == "Mono to Stereo" { 1 } else { channels };
        assert_eq!((layout.name.as_str(), layout.channels), (want, [want_inputs, channels]));
    }
}

#[test]
fn hosts_are_told_which_speaker_a_channel_is() {
    let module = Module::built();
    let mut instance = module.instance();
    for (place, layout) in instance.layouts().into_iter().enumerate() {
        instance.select(place);
        assert_eq!(instance.port_types(), layout.types);
        let channels = layout.channels[1] as usize;
        let speakers = instance.speakers(64);
        match (layout.name.as_str(), layout.types.each_ref().map(String::as_str)) {
            ("Mono", ["mono", "mono"])
            | ("Stereo", ["stereo", "stereo"])
            | ("Mono to Stereo", ["mono", "stereo"]) => assert!(speakers.is_empty()),
            (name, ["ambisonic", "ambisonic"]) => {
                assert!(name.starts_with("Ambisonic") && speakers.is_empty());
                // ACN and SN3D.
                assert_eq!(instance.ambisonic(), Some((1, 1)));
                continue;
            }
            (_, ["surround", "surround"]) => {
                assert_eq!(speakers.len(), channels);
                assert!(instance.speakers(channels - 1).is_empty());
                assert!(instance.has_speakers(speakers.iter().map(|speaker| 1 << speaker).sum()));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(instance.ambisonic(), None);
        if layout.name == "7.1" {
            assert_eq!(speakers, [0, 1, 2, 3, 4, 5, 9, 10]);
        }
    }
    // Stereo, and 5.1 with speakers at the sides; none, and eleven.
    assert!(instance.has_speakers(0b11) && instance.has_speakers(0x60f));
    assert!(!instance.has_speakers(0) && !instance.has_speakers(0x7ff));
}

#[test]
fn every_number_of_channels_is_marked_bit_for_bit() {
    let module = Module::built();
    for channels in [3, 5, 7, 9, 10, 12, 16, 25, 36, 49, 64] {
        let mut instance = module.instance_with(&new_session(fingerprint(), ""));
        instance.layout(channels);
        instance.activate(48_000.0, 512);
        let input = noise_channels(channels as usize, 6_000, 1);
        let mut output = input.clone();
        instance.run(-1_000, &mut output, 900, 2);
        let expected = veiled(&key(), &Preset::Mark.recipe(), 48_000, -1_000, input);
        for (output, expected) in output.iter().zip(&expected) {
            assert_same_bits(output, expected);
        }
    }
}

#[test]
fn from_mono_to_stereo_both_sides_are_the_marked_mono() {
    let module = Module::built();
    let mut instance = module.instance_with(&new_session(fingerprint(), ""));
    instance.layout_between(1, 2);
    instance.activate(48_000.0, 512);
    let mut input = noise_channels(1, 20_000, 1);
    let expected = veiled(&key(), &Preset::Mark.recipe(), 48_000, 0, input.clone());
    let (mut left, mut right) = (vec![9.0; 20_000], vec![9.0; 20_000]);
    for (n, block) in input[0].chunks_mut(500).enumerate() {
        let range = 500 * n..500 * (n + 1);
        let output = &mut [&mut left[range.clone()], &mut right[range]];
        let position = Some(500 * n as i64);
        let context = Context { position, ..Context::default() };
        instance.process_across(&mut [block], output, &context);
    }
    assert_same_bits(&left, &expected[0]);
    assert_same_bits(&right, &expected[0]);
}

#[test]
fn processing_in_place_and_between_buffers_gives_the_same_samples() {
    let module = Module::built();
    let mut a = protecting(&module, "");
    let mut b = protecting(&module, "");
    a.activate(48_000.0, 256);
    b.activate(48_000.0, 256);
    let input = noise_channels(2, 256 * 100, 4);
    for start in (0..input[0].len()).step_by(256) {
        let piece = |n: usize| input[n][start..start + 256].to_vec();
        let (mut in_l, mut in_r, mut out_l, mut out_r) =
            (piece(0), piece(1), vec![9.0; 256], vec![9.0; 256]);
        let position = Some(start as i64);
        let context = Context { position, ..Context::default() };
        b.process_across(&mut [&mut in_l, &mut in_r], &mut [&mut out_l, &mut out_r], &context);
        assert_eq!((&in_l, &in_r), (&piece(0), &piece(1)), "the input was changed");
        a.process(&mut [&mut in_l, &mut in_r], &context);
        assert_same_bits(&in_l, &out_l);
        assert_same_bits(&in_r, &out_r);
    }
}

#[test]
fn without_a_host_position_the_timeline_starts_at_zero() {
    let module = Module::built();
    let mut instance = protecting(&module, "");
    instance.activate(48_000.0, 512);
    let input = noise_channels(2, 30_000, 5);
    let expected =
        veiled(&key(), &Preset::Balanced.recipe_of_version(1).unwrap(), 48_000, 0, input.clone());
    for pass in 0..2 {
        let mut output = input.clone();
        let [left, right] = &mut output[..] else { unreachable!() };
        for (left, right) in left.chunks_mut(333).zip(right.chunks_mut(333)) {
            // First a host without transport, then one whose transport is stopped.
            let context = Context { no_transport: pass == 0, ..Context::default() };
            instance.process(&mut [left, right], &context);
        }
        assert_same_bits(&output[0], &expected[0]);
        instance.reset();
    }
}

#[test]
fn after_loops_and_jumps_the_patches_are_where_the_timeline_has_them() {
    let module = Module::built();
    let recipe = Preset::Balanced.recipe_of_version(1).unwrap();
    let reach = Veil::new(&key(), &recipe, 48_000).unwrap().context();
    // A render is exact from its first sample; live sound goes over within 5 ms, and what was heard before
    // is the past for as long as the veil reaches back.
    for (offline, settled) in [(true, 0), (false, reach.max(240))] {
        let mut instance = protecting(&module, "");
        instance.offline(offline);
        instance.activate(48_000.0, 512);
        let mut rng = Rng::new(6);
        for round in 0..30 {
            let from = rng.below(10_000_000) as i64 - 5_000_000;
            let input = noise_channels(2, 5_000, round);
            let mut output = input.clone();
            instance.run(from, &mut output, 512, round);
            let settled = if round == 0 { 0 } else { settled };
            let expected = veiled(&key(), &recipe, 48_000, from, input);
            assert_same_bits(&output[0][settled..], &expected[0][settled..]);
        }
    }
}

#[test]
fn without_a_class_or_a_default_the_output_equals_the_input() {
    let module = Module::built();
    let mut instance = module.instance();
    instance.activate(48_000.0, 512);
    let input = noise_channels(2, 50_000, 7);
    let mut output = input.clone();
    instance.run(0, &mut output, 600, 7);
    assert_eq!(output, input);
    assert_eq!(instance.tail(), 0);
}

#[test]
fn a_missing_key_mutes_from_the_first_sample_live_and_offline() {
    let module = Module::built();
    let missing = missing_fingerprint();
    for offline in [false, true] {
        let mut instance = module.instance();
        instance.offline(offline);
        assert!(instance.load(&session(missing, "")));
        instance.activate(48_000.0, 512);
        let mut output = noise_channels(2, 20_000, 8);
        instance.run(0, &mut output, 600, 8);
        assert!(output.iter().flatten().all(|x| *x == 0.0));
        // The session keeps the class all the same.
        assert_eq!(instance.save(), {
            let mut again = module.instance();
            assert!(again.load(&session(missing, "")));
            again.save()
        });
    }
}

#[test]
fn a_session_loaded_while_audio_runs_takes_effect_at_once() {
    let module = Module::built();
    let mut instance = module.instance();
    instance.activate(48_000.0, 512);
    let mut output = noise_channels(2, 10_000, 10);
    instance.run(0, &mut output, 512, 10);
    // Real hosts neither activate nor reset afterwards.
    assert!(instance.load(&session(fingerprint(), "")));
    let input = noise_channels(2, 100_000, 11);
    let mut output = input.clone();
    instance.run(1_000_000, &mut output, 512, 11);
    let expected =
        veiled(&key(), &Preset::Balanced.recipe_of_version(1).unwrap(), 48_000, 1_000_000, input);
    assert_same_bits(&output[0], &expected[0]);
    // A class whose key is missing mutes within one cross-fade.
    let missing = missing_fingerprint();
    assert!(instance.load(&session(missing, "")));
    let mut output = noise_channels(2, 10_000, 12);
    instance.run(2_000_000, &mut output, 512, 12);
    assert!(output[0][FADE..].iter().all(|x| *x == 0.0));
}

#[test]
fn bypass_fades_in_ten_milliseconds_and_then_passes_the_input() {
    let module = Module::built();
    let mut instance = protecting(&module, r#""trim":{"f32":-6.0}"#);
    instance.activate(48_000.0, 512);
    let id = instance.param("Bypass").id;
    let mut position = 0;
    for on in [1.0, 0.0, 1.0] {
        let input = noise_channels(2, 4_800, 13);
        let mut output = input.clone();
        let [left, right] = &mut output[..] else { unreachable!() };
        for (n, (left, right)) in left.chunks_mut(64).zip(right.chunks_mut(64)).enumerate() {
            let change = [(0, id, on)];
            let events = if n == 0 { &change[..] } else { &[] };
            let context = Context { position: Some(position), events, ..Context::default() };
            position += left.len() as i64;
            instance.process(&mut [left, right], &context);
        }
        if on == 1.0 && position > 4_800 {
            assert_same_bits(&output[0][FADE..], &input[0][FADE..]);
        }
        if on == 0.0 {
            assert_ne!(output[0][FADE..], input[0][FADE..]);
        }
    }
}

#[test]
fn delta_is_output_minus_input_and_silent_between_patches() {
    let module = Module::built();
    let mut instance =
        protecting(&module, r#""preset":{"string":"poscuda"},"delta":{"bool":true}"#);
    instance.activate(48_000.0, 512);
    let input = noise_channels(2, 96_000, 14);
    let mut output = input.clone();
    instance.run(0, &mut output, 512, 14);
    let expected =
        veiled(&key(), &Preset::Poscuda.recipe_of_version(1).unwrap(), 48_000, 0, input.clone());
    let silent = output[0].iter().filter(|x| **x == 0.0).count();
    assert!(silent > 80_000 && silent < 95_000, "{silent}");
    for ((delta, wet), dry) in output[0].iter().zip(&expected[0]).zip(&input[0]) {
        assert_eq!(*delta, wet - dry);
    }
}

#[test]
fn tail_and_status_tell_how_long_the_output_goes_on() {
    let module = Module::built();
    let mut instance = protecting(&module, "");
    instance.activate(48_000.0, 512);
    let mut block = noise_channels(2, 512, 16);
    let [left, right] = &mut block[..] else { unreachable!() };
    let status = instance.process(&mut [left, right], &Context::default());
    assert_eq!(status, CLAP_PROCESS_CONTINUE);
    let veil = Veil::new(&key(), &Preset::Balanced.recipe_of_version(1).unwrap(), 48_000).unwrap();
    assert_eq!(instance.tail() as usize, veil.context());
    let mut idle = module.instance();
    idle.activate(48_000.0, 512);
    let [left, right] = &mut block[..] else { unreachable!() };
    let status = idle.process(&mut [left, right], &Context::default());
    assert_eq!(status, CLAP_PROCESS_CONTINUE_IF_NOT_QUIET);
}

#[test]
fn it_protects_from_the_first_sample_at_any_sample_rate() {
    let module = Module::built();
    let mut instance = protecting(&module, "");
    for rate in [8_000, 11_025, 44_100, 48_000, 88_200, 96_000, 192_000, 384_000, 48_000] {
        instance.activate(f64::from(rate), 64);
        let input = noise_channels(2, rate as usize / 4, 17);
        let mut output = input.clone();
        instance.run(123, &mut output, 999, 17);
        let expected =
            veiled(&key(), &Preset::Balanced.recipe_of_version(1).unwrap(), rate, 123, input);
        assert_same_bits(&output[1], &expected[1]);
        instance.deactivate();
    }
}

#[test]
fn sixty_four_instances_on_four_threads_do_not_affect_each_other() {
    let module = Module::built();
    let expected = {
        let input = noise_channels(2, 24_000, 18);
        veiled(&key(), &Preset::Balanced.recipe_of_version(1).unwrap(), 48_000, 0, input)
    };
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (module, expected) = (&module, &expected);
            scope.spawn(move || {
                let mut instances: Vec<Instance> =
                    (0..16).map(|_| protecting(module, "")).collect();
                for (n, instance) in instances.iter_mut().enumerate() {
                    instance.activate(48_000.0, 512);
                    let mut output = noise_channels(2, 24_000, 18);
                    instance.run(0, &mut output, 512, thread * 16 + n as u64);
                    assert_same_bits(&output[0], &expected[0]);
                }
                // Dropped while the other threads still process.
                drop(instances);
            });
        }
    });
}

#[test]
fn it_has_an_editor() {
    let module = Module::built();
    assert!(module.instance().has(CLAP_EXT_GUI));
}

//! Samples are read and rewritten exactly, in every format and channel count; `hound`, an independent
//! crate, confirms what they are.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::io::Cursor;

use crate::support::{ALL_FORMATS, plain, rewrite};
use hound::{SampleFormat as Kind, WavSpec, WavWriter};
use patchveil::pcm::{PcmError, PcmReader, SampleFormat, decode, encode_changed};
use patchveil_test_support::Rng;

/// Not a multiple of the block sizes used.
const FRAMES: usize = 2_500;

/// A file written by hound, full-scale values included.
fn file(format: SampleFormat, channels: u16) -> Vec<u8> {
    let spec = WavSpec {
        channels,
        sample_rate: 44_100,
        bits_per_sample: bits(format),
        sample_format: match format {
            SampleFormat::F32 => Kind::Float,
            _ => Kind::Int,
        },
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut bytes, spec).unwrap();
    let mut rng = Rng::new(u64::from(channels));
    let peak = (1_i64 << (spec.bits_per_sample - 1)) as f64;
    for i in 0..FRAMES * usize::from(channels) {
        let value = match i {
            0 => -1.0,
            1 => 1.0,
            2 => 0.0,
            _ => 2.0 * rng.unit() - 1.0,
        };
        if format == SampleFormat::F32 {
            writer.write_sample(value as f32).unwrap();
        } else {
            writer.write_sample((value * peak).min(peak - 1.0) as i32).unwrap();
        }
    }
    writer.finalize().unwrap();
    bytes.into_inner()
}

fn bits(format: SampleFormat) -> u16 {
    format.bytes() as u16 * 8
}

/// The samples according to hound: interleaved integers, or the bits of floats.
fn stored(bytes: &[u8]) -> Vec<i64> {
    let mut reader = hound::WavReader::new(Cursor::new(bytes)).unwrap();
    match reader.spec().sample_format {
        Kind::Int => reader.samples::<i32>().map(|s| i64::from(s.unwrap())).collect(),
        Kind::Float => reader.samples::<f32>().map(|s| i64::from(s.unwrap().to_bits())).collect(),
    }
}

#[test]
fn every_format_and_channel_count_decodes_to_what_hound_reads() {
    for format in ALL_FORMATS {
        for channels in 1..=8 {
            let bytes = file(format, channels);
            let mut reader = PcmReader::new(Cursor::new(&bytes)).unwrap();
            assert_eq!(reader.info().format, format);
            assert_eq!(reader.info().channels, channels);
            assert_eq!(reader.info().sample_rate, 44_100);
            assert_eq!(reader.info().frames(), FRAMES as u64);

            let expected = stored(&bytes);
            let mut expected = expected.iter();
            let full_scale = (1_i64 << (bits(format) - 1)) as f64;
            let mut planar = Vec::new();
            while reader.read_block(999, &mut planar).unwrap() > 0 {
                assert_eq!(planar.len(), usize::from(channels));
                for frame in 0..planar[0].len() {
                    for channel in &planar {
                        let expected = *expected.next().unwrap();
                        let expected = match format {
                            SampleFormat::F32 => f32::from_bits(expected as u32),
                            _ => (expected as f64 / full_scale) as f32,
                        };
                        assert_eq!(channel[frame], expected, "{format}, {channels} channels");
                    }
                }
            }
            assert!(expected.next().is_none());
        }
    }
}

#[test]
fn a_file_whose_samples_do_not_change_stays_the_same_bytes() {
    for format in ALL_FORMATS {
        for channels in 1..=8 {
            let bytes = file(format, channels);
            let (out, clamped) = rewrite(&bytes, 700, |_, _| {});
            assert!(out == bytes, "{format}, {channels} channels");
            assert_eq!(clamped, 0);
        }
    }
}

#[test]
fn only_changed_samples_are_rewritten_and_they_are_right_within_dither() {
    // Halved every third frame of the last channel.
    let is_changed = |frame: u64| frame.is_multiple_of(3);
    for format in ALL_FORMATS {
        for channels in 1..=8_usize {
            let bytes = file(format, channels as u16);
            let (out, clamped) = rewrite(&bytes, 640, |first, planar| {
                let last = planar.last_mut().unwrap();
                for (frame, sample) in (first..).zip(last) {
                    if is_changed(frame) {
                        *sample *= 0.5;
                    }
                }
            });
            assert_eq!(clamped, 0);
            let (before, after) = (stored(&bytes), stored(&out));
            assert_eq!(before.len(), after.len());
            for (i, (&old, &new)) in before.iter().zip(&after).enumerate() {
                let (frame, channel) = ((i / channels) as u64, i % channels);
                if channel + 1 < channels || !is_changed(frame) || old == 0 {
                    assert_eq!(old, new, "{format}, {channels} channels, frame {frame}");
                } else if format == SampleFormat::F32 {
                    let half = f32::from_bits(old as u32) * 0.5;
                    assert_eq!(f32::from_bits(new as u32), half);
                } else {
                    // Dither is less than one step, rounding at most half; f32 resolves 32-bit
                    // integers to 128 steps at full scale.
                    let f32_step = if format == SampleFormat::I32 { 128.0 } else { 0.0 };
                    let error = (new as f64 - old as f64 / 2.0).abs();
                    assert!(error <= 1.5 + f32_step, "{format}: {old} became {new}");
                }
            }
        }
    }
}

#[test]
fn any_split_into_blocks_writes_the_same_bytes() {
    for format in ALL_FORMATS {
        let bytes = file(format, 3);
        let quieter = |_: u64, planar: &mut [Vec<f32>]| {
            planar.iter_mut().flatten().for_each(|x| *x *= 0.9);
        };
        let (whole, _) = rewrite(&bytes, usize::MAX, quieter);
        assert!(whole != bytes);
        for block in [1, 7, 1_023, 1_024, 1_025] {
            assert!(rewrite(&bytes, block, quieter).0 == whole, "{format}, blocks of {block}");
        }
    }
}

#[test]
fn dither_is_triangular_without_offset_and_differs_between_channels() {
    // A change far below one step: the mean of what is written must still be that change, and
    // the noise that of rounding (1/12) and triangular dither (1/6).
    const COUNT: usize = 200_000;
    let tiny = 0.25 / 32_768.0_f32;
    let mut bytes = vec![0; COUNT * 4];
    let clamped = encode_changed(
        &mut bytes,
        SampleFormat::I16,
        &[vec![tiny; COUNT], vec![tiny; COUNT]],
        u64::from(u32::MAX) - 1_000,
    )
    .unwrap();
    assert_eq!(clamped, 0);
    let mut planar = vec![Vec::new(); 2];
    decode(&bytes, SampleFormat::I16, &mut planar).unwrap();
    let mut product = 0.0;
    for channel in &planar {
        let steps: Vec<f64> = channel.iter().map(|&x| f64::from(x) * 32_768.0).collect();
        let mean = steps.iter().sum::<f64>() / COUNT as f64;
        let variance = steps.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / COUNT as f64;
        assert!((mean - 0.25).abs() < 0.01, "mean {mean}");
        assert!((variance - 0.25).abs() < 0.01, "variance {variance}");
        assert!(steps.iter().all(|s| s.abs() <= 1.0));
        // Neighbours are independent.
        let next = steps.windows(2).map(|w| (w[0] - mean) * (w[1] - mean));
        assert!((next.sum::<f64>() / COUNT as f64).abs() < 0.01);
    }
    for (a, b) in planar[0].iter().zip(&planar[1]) {
        product += (f64::from(*a) * 32_768.0 - 0.25) * (f64::from(*b) * 32_768.0 - 0.25);
    }
    assert!((product / COUNT as f64).abs() < 0.01);
}

#[test]
fn samples_out_of_range_are_clamped_and_counted() {
    for (format, highest) in [
        (SampleFormat::U8, 127.0 / 128.0),
        (SampleFormat::I16, 32_767.0 / 32_768.0),
        (SampleFormat::I24, 8_388_607.0 / 8_388_608.0),
        (SampleFormat::I32, 1.0),
    ] {
        let silence: u8 = if format == SampleFormat::U8 { 128 } else { 0 };
        let mut bytes = vec![silence; 5 * format.bytes()];
        let after = vec![vec![2.0, -2.0, f32::MAX, f32::MIN, 0.25]];
        let clamped = encode_changed(&mut bytes, format, &after, 0).unwrap();
        assert_eq!(clamped, 4, "{format}");
        let mut planar = vec![Vec::new()];
        decode(&bytes, format, &mut planar).unwrap();
        assert_eq!(planar[0][..4], [highest, -1.0, highest, -1.0], "{format}");
    }
}

#[test]
fn floats_are_stored_as_given_negative_zero_included() {
    let mut bytes = [0.0_f32, 1.0, 0.5].map(f32::to_le_bytes).concat();
    let after = [vec![-0.0, 1.5, 0.5]];
    encode_changed(&mut bytes, SampleFormat::F32, &after, 0).unwrap();
    assert_eq!(bytes, [-0.0_f32, 1.5, 0.5].map(f32::to_le_bytes).concat());
}

#[test]
fn integers_ignore_the_sign_of_zero() {
    let mut bytes = vec![0; 4];
    encode_changed(&mut bytes, SampleFormat::I16, &[vec![-0.0; 2]], 0).unwrap();
    assert_eq!(bytes, [0; 4]);
}

#[test]
fn buffers_of_the_wrong_shape_are_an_error() {
    let mut planar = vec![Vec::new(); 2];
    assert!(decode(&[0; 5], SampleFormat::I16, &mut planar).is_err());
    assert!(decode(&[0; 65], SampleFormat::U8, &mut vec![Vec::new(); 65]).is_err());
    assert!(decode(&[], SampleFormat::U8, &mut []).is_err());
    let mut bytes = [0; 8];
    for after in [
        vec![],
        vec![vec![0.0; 3]; 2],
        vec![vec![0.0; 2], vec![0.0; 1]],
        vec![vec![0.0; 4], vec![]],
        vec![vec![]; 65],
    ] {
        assert!(encode_changed(&mut bytes, SampleFormat::I16, &after, 0).is_err());
    }
}

#[test]
fn the_first_sample_that_is_not_finite_is_named() {
    let mut samples = vec![0.25_f32; 3_000];
    samples[2_401] = f32::INFINITY;
    samples[2_900] = f32::NAN;
    let data: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    let bytes = plain(3, 2, 1_000, 32, &data);
    let mut reader = PcmReader::new(Cursor::new(&bytes)).unwrap();
    let mut planar = Vec::new();
    assert_eq!(reader.read_block(1_000, &mut planar).unwrap(), 1_000);
    let error = reader.read_block(1_000, &mut planar).unwrap_err();
    assert!(matches!(
        error,
        PcmError::NonFinite { frame: 1_200, channel: 2, value: f32::INFINITY, .. }
    ));
    assert_eq!(
        error.to_string(),
        "sample 1200 of channel 2 (1.200000 s) is inf, an invalid sample; repair or export it \
         again"
    );
}

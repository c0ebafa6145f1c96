//! Samples from bytes and back. Byte 0 chooses the format, byte 1 the channels, byte 2 where the
//! block is split; of the rest, the first half is as stored in a file and the second half what to
//! write over it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchveil::pcm::{MAX_CHANNELS, SampleFormat, decode, encode_changed, encode_nearest};

const FORMATS: [SampleFormat; 15] = [
    SampleFormat::U8,
    SampleFormat::I16,
    SampleFormat::I24,
    SampleFormat::I32,
    SampleFormat::F32,
    SampleFormat::I8,
    SampleFormat::F64,
    SampleFormat::A_LAW,
    SampleFormat::MU_LAW,
    SampleFormat::I16.big_endian(),
    SampleFormat::I24.big_endian(),
    SampleFormat::I32.big_endian(),
    SampleFormat::F32.big_endian(),
    SampleFormat::F64.big_endian(),
    // The last with unused bits.
    SampleFormat::I24,
];

fuzz_target!(|input: &[u8]| {
    let [format, channels, split, rest @ ..] = input else { return };
    let index = usize::from(*format) % FORMATS.len();
    let mut format = FORMATS[index];
    if index + 1 == FORMATS.len() {
        format = format.with_bits(20).expect("20 of 24 bits");
    }
    let channels = usize::from(*channels) % 70;
    let (stored, new) = rest.split_at(rest.len() / 2);
    let mut before = vec![Vec::new(); channels];
    let whole = channels * format.bytes();
    if decode(stored, format, &mut before).is_err() {
        assert!(
            channels == 0
                || channels > usize::from(MAX_CHANNELS)
                || !stored.len().is_multiple_of(whole)
        );
        return;
    }
    let frames = stored.len() / whole;
    assert!(before.iter().all(|samples| samples.len() == frames));
    if !format.is_float() {
        assert!(before.iter().flatten().all(|x| (-1.0..=1.0).contains(x)));
    }

    // What does not change keeps its bytes.
    let mut bytes = stored.to_vec();
    let has_nan = before.iter().flatten().any(|x| x.is_nan());
    assert_eq!(encode_changed(&mut bytes, format, &before, 0).expect("same shape"), 0);
    assert!(has_nan || bytes == stored);

    // What does is written, the same in one block as in two.
    let mut values = new.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
    let after: Vec<Vec<f32>> = before
        .iter()
        .map(|samples| samples.iter().map(|&x| values.next().unwrap_or(x)).collect())
        .collect();
    let split = usize::from(*split).min(frames);
    let part = |from: usize, to: usize| -> Vec<Vec<f32>> {
        after.iter().map(|samples| samples[from..to].to_vec()).collect()
    };
    let first_frame = u64::from(u32::MAX) - 7;
    let mut halves = bytes.clone();
    let (left, right) = halves.split_at_mut(split * whole);
    let clamped = encode_changed(&mut bytes, format, &after, first_frame).expect("same shape");
    let parts = encode_changed(left, format, &part(0, split), first_frame).expect("same shape")
        + encode_changed(right, format, &part(split, frames), first_frame + split as u64)
            .expect("same shape");
    assert!(bytes == halves && clamped == parts);

    // Without dither, within one step of what was asked for, as far as the format reaches.
    let mut nearest = stored.to_vec();
    encode_nearest(&mut nearest, format, &after).expect("same shape");
    let mut reread = vec![Vec::new(); channels];
    decode(&nearest, format, &mut reread).expect("same shape");
    let step = |want: f32| match format {
        // A sixteenth of the value at most, and not all of full scale is reached.
        SampleFormat::A_LAW | SampleFormat::MU_LAW => want.abs() / 16.0 + 1.0 / 1_024.0,
        format => 2.0_f32.powi(1 - format.bits().min(24) as i32),
    };
    for (&want, &got) in after.iter().flatten().zip(reread.iter().flatten()) {
        if format.is_float() && format.bytes() == 4 {
            assert_eq!(got.to_bits(), want.to_bits());
        } else if !format.is_float() && !want.is_nan() {
            assert!(
                (want.clamp(-1.0, 1.0) - got).abs() <= step(want.clamp(-1.0, 1.0)),
                "{want} became {got}"
            );
        }
    }
});

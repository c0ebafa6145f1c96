//! Samples from bytes and back. Byte 0 chooses the format, byte 1 the channels, byte 2 where the
//! block is split; of the rest, the first half is as stored in a file and the second half what to
//! write over it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchveil::pcm::{SampleFormat, decode, encode_changed, encode_nearest};

const FORMATS: [SampleFormat; 5] =
    [SampleFormat::U8, SampleFormat::I16, SampleFormat::I24, SampleFormat::I32, SampleFormat::F32];

fuzz_target!(|input: &[u8]| {
    let [format, channels, split, rest @ ..] = input else { return };
    let format = FORMATS[usize::from(*format) % FORMATS.len()];
    let channels = usize::from(*channels) % 10;
    let (stored, new) = rest.split_at(rest.len() / 2);
    let mut before = vec![Vec::new(); channels];
    let whole = channels * format.bytes();
    if decode(stored, format, &mut before).is_err() {
        assert!(channels == 0 || channels > 8 || !stored.len().is_multiple_of(whole));
        return;
    }
    let frames = stored.len() / whole;
    assert!(before.iter().all(|samples| samples.len() == frames));
    if format != SampleFormat::F32 {
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
    let step = match format {
        SampleFormat::U8 => 1.0 / 128.0,
        SampleFormat::I16 => 1.0 / 32_768.0,
        _ => 1.0 / 8_388_608.0,
    };
    for (&want, &got) in after.iter().flatten().zip(reread.iter().flatten()) {
        if format == SampleFormat::F32 {
            assert_eq!(got.to_bits(), want.to_bits());
        } else if !want.is_nan() {
            assert!((want.clamp(-1.0, 1.0) - got).abs() <= step, "{want} became {got}");
        }
    }
});

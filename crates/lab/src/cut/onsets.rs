//! Finds speech by its energy.

use std::ops::Range;

use crate::clip::Clip;

/// Length of the energy frames in seconds; they do not overlap.
const FRAME: f64 = 0.005;
/// Speech lies within this of the 95th percentile of the frames that are not silent, in dB.
const DEPTH_DB: f64 = 30.0;
/// Quieter than this is never speech, in dB full scale.
const SILENCE_DB: f64 = -65.0;
/// Pauses shorter than this, in seconds, are part of a word: stop consonants are silent for a tenth
/// of a second.
const PAUSE: f64 = 0.2;
/// Anything shorter is a click, in seconds.
const SHORTEST: f64 = 0.06;
/// Margins before the onset and after the end, in seconds.
const LEAD: f64 = 0.01;
const TAIL: f64 = 0.03;

/// The ranges of `samples` (rate in Hz) that contain speech, in order, without overlap: from 10 ms
/// before the energy rises to within 30 dB of the loud frames until 30 ms after it falls for at
/// least 0.2 s.
#[must_use]
pub fn speech(samples: &[f32], rate: u32) -> Vec<Range<usize>> {
    let in_samples = |seconds: f64| (seconds * f64::from(rate)) as usize;
    let frame = in_samples(FRAME).max(1);
    let level = |x: &[f32]| {
        let energy: f64 = x.iter().map(|&x| f64::from(x).powi(2)).sum();
        10.0 * (energy / x.len() as f64 + f64::MIN_POSITIVE).log10()
    };
    let levels: Vec<f64> = samples.chunks(frame).map(level).collect();
    let mut audible: Vec<f64> = levels.iter().copied().filter(|&db| db > SILENCE_DB).collect();
    audible.sort_by(f64::total_cmp);
    let Some(loud) = audible.get(audible.len().saturating_sub(1) * 95 / 100) else {
        return Vec::new();
    };
    let threshold = (loud - DEPTH_DB).max(SILENCE_DB);
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (n, _) in levels.iter().enumerate().filter(|(_, level)| **level > threshold) {
        let (from, to) = (n * frame, ((n + 1) * frame).min(samples.len()));
        match runs.last_mut() {
            Some(run) if from - run.end < in_samples(PAUSE) => run.end = to,
            _ => runs.push(from..to),
        }
    }
    runs.retain(|run| run.len() >= in_samples(SHORTEST));
    // Both margins together are shorter than a pause, so ranges do not overlap.
    let widened = |run: Range<usize>| {
        run.start.saturating_sub(in_samples(LEAD))..(run.end + in_samples(TAIL)).min(samples.len())
    };
    runs.into_iter().map(widened).collect()
}

/// The speech of a recording as separate clips.
pub(super) fn segments(recording: &Clip) -> Vec<Clip> {
    let segment = |(index, range): (usize, Range<usize>)| Clip {
        samples: recording.samples[range].to_vec(),
        rate: recording.rate,
        label: recording.label,
        group: recording.group.clone(),
        name: format!("{}_{index}", recording.name),
    };
    speech(&recording.samples, recording.rate).into_iter().enumerate().map(segment).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cut::Cut;

    /// A word of two syllables, 0.1 s of silence between them.
    fn word(rate: u32, amplitude: f32) -> Vec<f32> {
        let len = rate as usize / 2;
        let stop = len * 2 / 5..len * 3 / 5;
        let sample = |n: usize| {
            let tone = (std::f32::consts::TAU * 300.0 * n as f32 / rate as f32).sin();
            if stop.contains(&n) { 0.0 } else { amplitude * tone }
        };
        (0..len).map(sample).collect()
    }

    fn words() -> Vec<Clip> {
        let clip = |n: usize| Clip {
            samples: word(8_000, 0.2 + 0.02 * n as f32),
            rate: 8_000,
            label: n % 2,
            group: "anna".into(),
            name: format!("{n}"),
        };
        (0..20).map(clip).collect()
    }

    #[test]
    fn each_segment_is_one_word_from_its_onset() {
        let clips = words();
        let published = Cut::Onsets.publish(&clips, 3);
        let segments = Cut::Onsets.cut(published, &clips, 3);
        assert_eq!(segments.len(), clips.len());
        for segment in &segments {
            // 10 ms of pause, give or take a frame, before the word.
            let begins = segment.samples.iter().position(|x| x.abs() > 0.05).unwrap();
            assert!((40..=125).contains(&begins), "begins after {begins} samples");
            assert!((segment.seconds() - 0.54).abs() < 0.015, "{} s", segment.seconds());
            assert_eq!((segment.rate, segment.group.as_str()), (8_000, "anna"));
        }
        for label in 0..2 {
            assert_eq!(segments.iter().filter(|clip| clip.label == label).count(), 10);
        }
        let mut names: Vec<&str> = segments.iter().map(|clip| clip.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), segments.len(), "names are unique");
    }

    #[test]
    fn silence_and_clicks_are_not_speech() {
        assert!(speech(&[0.0; 8_000], 8_000).is_empty());
        assert!(speech(&[], 8_000).is_empty());
        let mut click = vec![0.0; 8_000];
        click[4_000] = 1.0;
        assert!(speech(&click, 8_000).is_empty());
    }
}

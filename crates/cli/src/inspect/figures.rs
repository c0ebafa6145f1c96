//! Sums over samples: SNR, peaks, share of samples changed.

use crate::pcm::PcmInfo;

/// Length of a segment of the segmental SNR.
const SEGMENT_SECONDS: f64 = 0.02;
/// Usual limits of a segment's SNR in dB, so that single segments do not dominate the mean.
const SEGMENT_LIMITS_DB: (f64, f64) = (-10.0, 35.0);
/// Mean square below which a segment is silent (−80 dBFS) and its SNR meaningless.
const SILENCE: f64 = 1e-8;

/// Adds up both files, block by block.
pub(super) struct Figures {
    segment_frames: usize,
    /// Frames left in the current segment.
    segment_left: usize,
    segment: Sums,
    whole: Sums,
    /// Sum and number of the segments' SNR in dB.
    segmental: (f64, u64),
    totals: Totals,
}

/// The result.
#[derive(Clone, Copy, Default)]
pub(super) struct Totals {
    pub(super) snr_db: Option<f64>,
    pub(super) segmental_snr_db: Option<f64>,
    pub(super) peak_before: f64,
    pub(super) peak_after: f64,
    pub(super) max_difference: f64,
    pub(super) changed_samples: u64,
}

/// Energy of the recording and of the difference.
#[derive(Clone, Copy, Default)]
struct Sums {
    signal: f64,
    difference: f64,
    samples: u64,
}

impl Sums {
    fn snr_db(&self) -> Option<f64> {
        (self.signal > 0.0 && self.difference > 0.0)
            .then(|| 10.0 * (self.signal / self.difference).log10())
    }
}

impl Figures {
    pub(super) fn new(info: &PcmInfo) -> Self {
        let segment_frames = (SEGMENT_SECONDS * f64::from(info.sample_rate)).ceil() as usize;
        Self {
            segment_frames,
            segment_left: segment_frames,
            segment: Sums::default(),
            whole: Sums::default(),
            segmental: (0.0, 0),
            totals: Totals::default(),
        }
    }

    pub(super) fn push(&mut self, before: &[Vec<f32>], after: &[Vec<f32>]) {
        let frames = before.first().map_or(0, Vec::len);
        let mut at = 0;
        while at < frames {
            let end = frames.min(at + self.segment_left);
            for (before, after) in before.iter().zip(after) {
                self.add(&before[at..end], &after[at..end]);
            }
            self.segment_left -= end - at;
            if self.segment_left == 0 {
                self.end_segment();
            }
            at = end;
        }
    }

    pub(super) fn finish(mut self) -> Totals {
        self.end_segment();
        let (sum, count) = self.segmental;
        Totals {
            snr_db: self.whole.snr_db(),
            segmental_snr_db: (count > 0).then(|| sum / count as f64),
            ..self.totals
        }
    }

    fn add(&mut self, before: &[f32], after: &[f32]) {
        let totals = &mut self.totals;
        for (&b, &a) in before.iter().zip(after) {
            let (b, a) = (f64::from(b), f64::from(a));
            let difference = a - b;
            self.segment.signal += b * b;
            self.segment.difference += difference * difference;
            totals.peak_before = totals.peak_before.max(b.abs());
            totals.peak_after = totals.peak_after.max(a.abs());
            totals.max_difference = totals.max_difference.max(difference.abs());
            totals.changed_samples += u64::from(difference != 0.0);
        }
        self.segment.samples += before.len() as u64;
    }

    fn end_segment(&mut self) {
        let segment = std::mem::take(&mut self.segment);
        self.segment_left = self.segment_frames;
        self.whole.signal += segment.signal;
        self.whole.difference += segment.difference;
        if segment.signal > SILENCE * segment.samples as f64
            && let Some(snr) = segment.snr_db()
        {
            self.segmental.0 += snr.clamp(SEGMENT_LIMITS_DB.0, SEGMENT_LIMITS_DB.1);
            self.segmental.1 += 1;
        }
    }
}

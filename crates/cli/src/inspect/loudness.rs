//! Integrated loudness.

use ebur128::{EbuR128, Mode};

use crate::pcm::PcmInfo;

/// Measures a file's loudness by EBU R 128.
pub(super) struct Loudness {
    /// None for sample rates that the meter does not support.
    meter: Option<EbuR128>,
}

impl Loudness {
    pub(super) fn new(info: &PcmInfo) -> Self {
        let meter = EbuR128::new(u32::from(info.channels), info.sample_rate, Mode::I);
        Self { meter: meter.ok() }
    }

    pub(super) fn push(&mut self, block: &[Vec<f32>]) {
        let channels: Vec<&[f32]> = block.iter().map(Vec::as_slice).collect();
        if let Some(meter) = &mut self.meter
            && meter.add_frames_planar_f32(&channels).is_err()
        {
            self.meter = None;
        }
    }

    /// In LUFS; none if the file is shorter than one 0.4 s block or all below the gate.
    pub(super) fn finish(self) -> Option<f64> {
        let loudness = self.meter?.loudness_global().ok()?;
        loudness.is_finite().then_some(loudness)
    }
}

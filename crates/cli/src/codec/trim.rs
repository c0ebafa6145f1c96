//! What of a decoded track counts: encoders add samples before and after.

use super::decode::{Damage, Decoder};
use super::error::CodecError;
use crate::pcm::Spec;

/// Samples a channel that may be missing at the end: containers round lengths to time units of their own.
const SLACK: u64 = 1_024;

/// A part of a track, in samples a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trim {
    /// Samples to leave out at the start.
    pub(super) skip: u64,
    /// Samples to keep then; [`u64::MAX`] for all, where their number is not known.
    pub(super) keep: u64,
}

/// A decoder of which only a part counts.
pub(super) struct Trimmed {
    inner: Box<dyn Decoder>,
    left: Trim,
    /// Samples that should be kept, if that is known.
    promised: Option<u64>,
    damage: Damage,
    /// Samples that may be missing at the end.
    slack: u64,
}

impl Trimmed {
    pub(super) fn new(inner: Box<dyn Decoder>, part: Trim, damage: Damage) -> Self {
        let promised = Some(part.keep).filter(|keep| *keep < u64::MAX);
        Self { inner, left: part, promised, damage, slack: SLACK }
    }

    /// The first `len` samples of what is Vorbis, and nothing if one of them is missing.
    pub(super) fn exact(inner: Box<dyn Decoder>, len: u64) -> Self {
        let part = Trim { skip: 0, keep: len };
        Self { slack: 0, ..Self::new(inner, part, Damage::Refuse) }
    }
}

impl Decoder for Trimmed {
    fn spec(&self) -> Spec {
        self.inner.spec()
    }

    fn next_block(&mut self, bytes: &mut Vec<u8>) -> Result<Option<u64>, CodecError> {
        let Spec { channels, format, .. } = self.spec();
        let frame_bytes = usize::from(channels) * format.bytes();
        let mut all_read = 0;
        // To the end, so that it is known whether the rest is whole.
        while let Some(read) = self.inner.next_block(bytes)? {
            all_read += read;
            let frames = (bytes.len() / frame_bytes) as u64;
            let skip = self.left.skip.min(frames);
            let keep = self.left.keep.min(frames - skip);
            self.left = Trim { skip: self.left.skip - skip, keep: self.left.keep - keep };
            bytes.truncate((skip + keep) as usize * frame_bytes);
            bytes.drain(..skip as usize * frame_bytes);
            if !bytes.is_empty() {
                return Ok(Some(all_read));
            }
        }
        match self.promised {
            Some(_) if self.slack == 0 && self.left.keep > 0 => Err(CodecError::OddVorbis),
            Some(promised) if self.damage == Damage::Refuse && self.left.keep > self.slack => {
                Err(CodecError::Cut { found: promised - self.left.keep, promised })
            }
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pcm::SampleFormat;

    /// The numbers 0 to 11 in blocks of three.
    struct Count(u8);

    impl Decoder for Count {
        fn spec(&self) -> Spec {
            Spec { sample_rate: 8_000, channels: 1, format: SampleFormat::U8 }
        }

        fn next_block(&mut self, bytes: &mut Vec<u8>) -> Result<Option<u64>, CodecError> {
            bytes.clear();
            bytes.extend(self.0..self.0 + 3);
            self.0 += 3;
            Ok((self.0 <= 12).then_some(1))
        }
    }

    #[test]
    fn what_is_trimmed_is_gone_wherever_blocks_begin() {
        for skip in 0..12_u8 {
            for keep in 0..12_u8 {
                let part = Trim { skip: skip.into(), keep: keep.into() };
                let mut decoder = Trimmed::new(Box::new(Count(0)), part, Damage::Refuse);
                let (mut all, mut bytes) = (Vec::new(), Vec::new());
                while decoder.next_block(&mut bytes).unwrap().is_some() {
                    all.extend_from_slice(&bytes);
                }
                let wanted: Vec<u8> = (0..12).skip(skip.into()).take(keep.into()).collect();
                assert_eq!(all, wanted);
            }
        }
    }

    #[test]
    fn a_track_that_ends_early_is_refused_unless_its_length_is_unknown_or_damage_is_allowed() {
        for (keep, damage, is_refused) in [
            (SLACK + 13, Damage::Refuse, true),
            (SLACK + 12, Damage::Refuse, false),
            (SLACK + 13, Damage::Silence, false),
            (u64::MAX, Damage::Refuse, false),
        ] {
            let mut decoder = Trimmed::new(Box::new(Count(0)), Trim { skip: 0, keep }, damage);
            let mut bytes = Vec::new();
            let end = loop {
                match decoder.next_block(&mut bytes) {
                    Ok(Some(_)) => {}
                    end => break end,
                }
            };
            assert_eq!(matches!(end, Err(CodecError::Cut { found: 12, .. })), is_refused);
        }
    }
}

//! What of a decoded track counts: encoders add samples before and after.

use super::decode::{Decoder, Spec};
use super::error::CodecError;

/// A part of a track, in samples a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trim {
    /// Samples to leave out at the start.
    pub(super) skip: u64,
    /// Samples to keep then.
    pub(super) keep: u64,
}

/// A decoder of which only a part counts.
pub(super) struct Trimmed {
    inner: Box<dyn Decoder>,
    left: Trim,
}

impl Trimmed {
    pub(super) fn new(inner: Box<dyn Decoder>, part: Trim) -> Self {
        Self { inner, left: part }
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
        Ok(None)
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
                let mut decoder = Trimmed::new(Box::new(Count(0)), part);
                let (mut all, mut bytes) = (Vec::new(), Vec::new());
                while decoder.next_block(&mut bytes).unwrap().is_some() {
                    all.extend_from_slice(&bytes);
                }
                let wanted: Vec<u8> = (0..12).skip(skip.into()).take(keep.into()).collect();
                assert_eq!(all, wanted);
            }
        }
    }
}

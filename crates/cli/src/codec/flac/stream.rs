//! FLAC of sound that is still coming.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::encoder::{Encoder, StreamInfo};
use super::metadata::Metadata;
use super::write::integers;
use crate::manifest::Digest;
use crate::pcm::Spec;

/// A FLAC file that grows: a header that states no length, then frames as they are made. Once it is
/// complete, a header that states everything takes the place of the first one; both are equally long.
pub struct FlacStream {
    encoder: Encoder<'static>,
    spec: Spec,
    metadata: Metadata,
    made: Arc<Mutex<Made>>,
    integers: Vec<i32>,
}

/// What libFLAC has made, and nobody has taken yet.
#[derive(Default)]
struct Made {
    bytes: Vec<u8>,
    /// Samples a channel of all frames so far.
    samples: u64,
}

impl FlacStream {
    /// Begins a file of integers, without tags.
    ///
    /// # Errors
    /// If FLAC cannot hold `spec`: more than 8 channels, a rate from 2²⁰ Hz on, or floats.
    pub fn new(spec: Spec) -> io::Result<Self> {
        if !spec.format.is_integer() || !(1..=8).contains(&spec.channels) {
            return Err(io::Error::other("FLAC holds integers of up to 8 channels"));
        }
        let made = Arc::<Mutex<Made>>::default();
        let shared = made.clone();
        let sink = Box::new(move |bytes: &[u8], samples: u32| {
            let mut made = shared.lock().unwrap_or_else(PoisonError::into_inner);
            made.bytes.extend_from_slice(bytes);
            made.samples += u64::from(samples);
            Ok(())
        });
        let encoder = Encoder::new(Self::info(spec), sink)?;
        Ok(Self { encoder, spec, metadata: Metadata::bare(), made, integers: Vec::new() })
    }

    fn info(spec: Spec) -> StreamInfo {
        StreamInfo {
            sample_rate: spec.sample_rate,
            channels: spec.channels.into(),
            bits: spec.format.bits(),
            ..StreamInfo::default()
        }
    }

    /// The header of a file of `samples` samples a channel, 0 for an unknown number. Sizes of frames and
    /// the MD5 of the samples are not stated (RFC 9639, section 8.2).
    #[must_use]
    pub fn head(&self, samples: u64) -> Vec<u8> {
        let block_sizes = [self.encoder.block_size(); 2];
        let info = StreamInfo { block_sizes, samples, ..Self::info(self.spec) };
        self.metadata.head(info.to_bytes())
    }

    /// Encodes whole frames of interleaved samples, stored as the `spec` says.
    ///
    /// # Errors
    /// If libFLAC fails.
    pub fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        integers(bytes, self.spec.format, &mut self.integers);
        self.encoder.add(&self.integers)
    }

    /// Appends the frames made since the last call to `bytes`; gives the samples a channel of all frames
    /// so far.
    pub fn take(&mut self, bytes: &mut Vec<u8>) -> u64 {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        bytes.append(&mut made.bytes);
        made.samples
    }

    /// Bytes of a frame at most: its samples as they are, one bit more for a difference of channels, and what is
    /// around them (RFC 9639, section 9).
    pub(crate) fn frame_max(&self) -> u64 {
        let Spec { channels, format, .. } = self.spec;
        let samples = u64::from(self.encoder.block_size()) * u64::from(channels);
        samples * (format.bytes() as u64 + 1) + 128
    }

    /// Ends the file: appends the last frames to `bytes`, and gives the header.
    ///
    /// # Errors
    /// If libFLAC fails.
    pub fn finish(self, bytes: &mut Vec<u8>) -> io::Result<Vec<u8>> {
        let info = self.encoder.finish()?;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        bytes.append(&mut made.bytes);
        Ok(self.metadata.head(StreamInfo { samples: made.samples, ..info }.to_bytes()))
    }

    /// The hash of all that does not follow from the samples, for a manifest.
    #[must_use]
    pub fn around(&self) -> Digest {
        self.metadata.hash().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pcm::SampleFormat;

    #[test]
    fn a_file_that_grew_is_the_file_that_is_written_at_once() {
        let spec = Spec { sample_rate: 44_100, channels: 2, format: SampleFormat::I24 };
        let sample = |n: u32| (n.wrapping_mul(0x9e37_79b9) as i32 >> 9).to_le_bytes();
        let samples: Vec<u8> = (0..2 * 20_001).flat_map(|n| sample(n)[..3].to_vec()).collect();
        let mut stream = FlacStream::new(spec).unwrap();
        let (unknown, mut frames) = (stream.head(0), Vec::new());
        for part in samples.chunks(6 * 441) {
            stream.add(part).unwrap();
            stream.take(&mut frames);
        }
        let head = stream.finish(&mut frames).unwrap();
        assert_eq!(head.len(), unknown.len());

        let plain = tempfile::tempfile().unwrap();
        let mut to = &plain;
        io::Write::write_all(&mut to, &crate::pcm::wav_head(spec, samples.len() as u64)).unwrap();
        io::Write::write_all(&mut to, &samples).unwrap();
        let info = crate::pcm::PcmInfo::read(&mut crate::shared_file::FileCursor::new(&plain));
        let out = tempfile::NamedTempFile::new().unwrap();
        let watch = crate::watch::Watch { stop: &false.into(), progress: &|_| {} };
        let (info, mut bare) = (info.unwrap(), Metadata::bare());
        super::super::write(&plain, &info, &mut bare, out.as_file(), &watch).unwrap();
        assert_eq!([head, frames].concat(), std::fs::read(out.path()).unwrap());
    }

    #[test]
    fn floats_are_refused() {
        let spec = Spec { sample_rate: 44_100, channels: 2, format: SampleFormat::F32 };
        assert!(FlacStream::new(spec).is_err());
    }
}

//! A file that grows, WAV or FLAC, through the command's own writers. What is on the disk at any time can be
//! played, so that even a power cut leaves a recording: a WAV header is brought up to date every two
//! seconds, and the header of FLAC states no length until the end.

use std::io::{self, Seek, SeekFrom, Write};

use blake3::Hasher;
use patchveil::manifest::Digest;
use patchveil::pcm::{Spec, WAV_HEAD, wav_head};
use patchveil::recording::FlacStream;

use super::samples::{Samples, encoded};
use crate::audio::Format;

/// Bytes that are written at a time.
const PIECE: usize = 1 << 16;
/// Seconds of sound that wait for the disk at most, and between two headers.
const WAIT_SECONDS: u64 = 2;
/// A WAV file that is longer needs a header that not every player reads.
const WAV_MAX: u64 = u32::MAX as u64 - 4_096;

/// Where a file is written; a test has a disk that is full.
pub(super) trait Medium: Write + Seek + Send {
    /// Waits until all is on the disk.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts what was written after this many bytes.
    fn cut(&mut self, len: u64) -> io::Result<()>;
}

impl Medium for std::fs::File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }
}

/// What makes bytes of samples.
enum Kind {
    Wav,
    Flac(FlacStream),
    /// The stream has ended; this is a header for what is safe.
    Ended(Vec<u8>),
}

/// A file that is being written.
pub(super) struct FileWriter {
    to: Box<dyn Medium>,
    spec: Spec,
    samples: Samples,
    kind: Kind,
    head_len: u64,
    /// Frames that it was given.
    frames: u64,
    /// Bytes that are not written yet, and the frames up to their end.
    waiting: Vec<u8>,
    made: u64,
    /// Bytes behind the header on the medium, and their frames.
    written: u64,
    safe: u64,
    /// Frames on the medium when it was last brought up to date.
    told: u64,
}

impl FileWriter {
    /// Writes the header of an empty file.
    pub(super) fn new(to: Box<dyn Medium>, format: Format, samples: Samples) -> io::Result<Self> {
        let spec = Spec {
            sample_rate: format.sample_rate,
            channels: format.channels as u16,
            format: samples.format(),
        };
        let kind = match samples {
            Samples::Flac => Kind::Flac(FlacStream::new(spec)?),
            Samples::Float32 | Samples::Int24 => Kind::Wav,
        };
        let mut new = Self {
            to,
            spec,
            samples,
            kind,
            head_len: WAV_HEAD as u64,
            frames: 0,
            waiting: Vec::with_capacity(2 * PIECE),
            made: 0,
            written: 0,
            safe: 0,
            told: 0,
        };
        let head = new.head(0);
        new.head_len = head.len() as u64;
        new.to.write_all(&head)?;
        Ok(new)
    }

    fn frame_bytes(&self) -> u64 {
        u64::from(self.spec.channels) * self.samples.bytes() as u64
    }

    /// The header of so many frames; for a FLAC file that is not complete.
    fn head(&self, frames: u64) -> Vec<u8> {
        match &self.kind {
            Kind::Wav => wav_head(self.spec, frames * self.frame_bytes()).to_vec(),
            Kind::Flac(stream) => stream.head(frames),
            Kind::Ended(head) => head.clone(),
        }
    }

    /// Frames so far.
    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    /// Whether `frames` more fit in.
    pub(super) fn has_room(&self, frames: usize) -> bool {
        let bytes = (self.frames + frames as u64) * self.frame_bytes();
        self.samples == Samples::Flac || bytes <= WAV_MAX
    }

    /// The hash of all that is not samples, for the manifest.
    pub(super) fn around(&self) -> Digest {
        if let Kind::Flac(stream) = &self.kind {
            return stream.around();
        }
        let mut hasher = Hasher::new();
        hasher.update(&self.head(self.frames));
        hasher.update(self.pad(self.frames));
        hasher.finalize().into()
    }

    /// What makes the number of bytes even in a WAV file.
    fn pad(&self, frames: u64) -> &'static [u8] {
        let odd = matches!(self.kind, Kind::Wav) && (frames * self.frame_bytes()) % 2 == 1;
        if odd { &[0] } else { &[] }
    }

    /// Adds frames: one slice for each channel, equally long. Gives them as the plain samples that the
    /// file holds, and how many of these were too loud for it.
    pub(super) fn write(&mut self, channels: &[Vec<f32>]) -> io::Result<(Vec<u8>, u64)> {
        let (bytes, clipped) = encoded(channels, self.samples, self.frames);
        self.frames += channels.first().map_or(0, Vec::len) as u64;
        if let Kind::Flac(stream) = &mut self.kind {
            stream.add(&bytes)?;
            self.made = stream.take(&mut self.waiting);
        } else {
            self.waiting.extend_from_slice(&bytes);
            self.made = self.frames;
        }
        let old = self.made - self.told >= WAIT_SECONDS * u64::from(self.spec.sample_rate);
        if self.waiting.len() >= PIECE || old {
            self.flush()?;
        }
        if old {
            self.told = self.safe;
            if matches!(self.kind, Kind::Wav) {
                self.write_head(&self.head(self.safe))?;
            }
        }
        Ok((bytes, clipped))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.write_all(&self.waiting)?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        self.safe = self.made;
        Ok(())
    }

    /// Writes another header over the first.
    fn write_head(&mut self, head: &[u8]) -> io::Result<()> {
        self.to.seek(SeekFrom::Start(0))?;
        self.to.write_all(head)?;
        self.to.seek(SeekFrom::Start(self.head_len + self.written))?;
        Ok(())
    }

    /// Completes the file and waits until it is on the disk.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let pad = self.pad(self.frames);
        let short = self.head(self.safe);
        let head = match std::mem::replace(&mut self.kind, Kind::Ended(short)) {
            Kind::Flac(stream) => {
                let head = stream.finish(&mut self.waiting)?;
                self.made = self.frames;
                head
            }
            kind => {
                self.kind = kind;
                self.head(self.frames)
            }
        };
        self.flush()?;
        self.to.write_all(pad)?;
        self.write_head(&head)?;
        self.to.sync()
    }

    /// Completes the file with what reached the medium, after an error. Returns the frames in it.
    pub(super) fn rescue(mut self) -> io::Result<u64> {
        // A pad byte may not fit on a full disk.
        if !self.pad(self.safe).is_empty() {
            self.safe -= 1;
            self.written -= self.frame_bytes();
        }
        self.to.cut(self.head_len + self.written)?;
        self.write_head(&self.head(self.safe))?;
        self.to.sync()?;
        Ok(self.safe)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read as _;

    use patchveil::recording::{Scratch, open};

    use super::*;

    #[test]
    fn the_command_reads_what_is_written_for_all_channels_and_formats() {
        let folder = tempfile::tempdir().unwrap();
        for channels in crate::audio::CHANNELS.map(usize::from) {
            for samples in Samples::ALL {
                let path = folder.path().join(format!("{channels}.{}", samples.ending()));
                let format = Format { channels, sample_rate: 44_100 };
                let file = Box::new(File::create(&path).unwrap());
                let mut writer = FileWriter::new(file, format, samples).unwrap();
                let at = |n: usize| (n as f32 * 0.37).sin() * 0.9;
                let sound: Vec<Vec<f32>> =
                    (0..channels).map(|c| (0..33_333).map(|n| at(n + c)).collect()).collect();
                let mut bytes = Vec::new();
                for start in (0..33_333).step_by(101) {
                    let end = (start + 101).min(33_333);
                    let part: Vec<_> = sound.iter().map(|c| c[start..end].to_vec()).collect();
                    bytes.extend(writer.write(&part).unwrap().0);
                }
                writer.finish().unwrap();
                let watch = patchveil::Watch { stop: &false.into(), progress: &|_| {} };
                let opened = open(&path, &Scratch::SYSTEM, &watch).unwrap();
                let info = opened.info();
                assert_eq!((info.frames(), usize::from(info.channels)), (33_333, channels));
                assert_eq!((info.sample_rate, info.format), (44_100, samples.format()));
                let file = std::fs::read(&path).unwrap();
                if samples == Samples::Flac {
                    assert!(file.len() < bytes.len());
                    continue;
                }
                assert_eq!(file[WAV_HEAD..][..bytes.len()], bytes);
                let hound = hound::WavReader::open(&path).unwrap();
                assert_eq!(usize::from(hound.spec().channels), channels);
                if samples == Samples::Float32 {
                    let read: Vec<f32> = hound.into_samples().map(Result::unwrap).collect();
                    assert!(read.iter().enumerate().all(|(n, sample)| sample.to_bits()
                        == sound[n % channels][n / channels].to_bits()));
                }
            }
        }
    }
    #[test]
    fn a_wav_file_that_grows_states_all_but_its_last_two_seconds_at_any_rate() {
        for (channels, sample_rate) in [(1, 8_000), (2, 48_000)] {
            for samples in [Samples::Float32, Samples::Int24] {
                let file = tempfile::NamedTempFile::new().unwrap();
                let format = Format { channels, sample_rate };
                let to = Box::new(file.reopen().unwrap());
                let mut writer = FileWriter::new(to, format, samples).unwrap();
                let block = vec![vec![0.25; sample_rate as usize / 10]; channels];
                for _ in 0..100 {
                    writer.write(&block).unwrap();
                    let mut head = [0; WAV_HEAD];
                    file.reopen().unwrap().read_exact(&mut head).unwrap();
                    let stated = u32::from_le_bytes(*head.last_chunk().unwrap());
                    let len = file.as_file().metadata().unwrap().len();
                    let frames = u64::from(stated) / writer.frame_bytes();
                    assert!(u64::from(stated) + WAV_HEAD as u64 <= len);
                    assert!(frames + 2 * u64::from(sample_rate) >= writer.frames(), "{frames}");
                }
            }
        }
    }
}

//! A WAV file that grows. Its header is brought up to date every two seconds, so that even a power cut
//! leaves a file that can be played.

use std::io::{self, Seek, SeekFrom, Write};

use patchveil::pcm::{SampleFormat, encode_changed};
use serde::{Deserialize, Serialize};

use crate::audio::Format;

/// Bytes that are written at a time.
const PIECE: usize = 1 << 16;
/// Seconds of sound between two headers.
const HEADER_SECONDS: u64 = 2;
/// No WAV file has more bytes of samples: its sizes have 32 bits.
const BYTES_MAX: u64 = u32::MAX as u64 - 4_096;

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;
/// The end of all sub-format GUIDs that stand for a tag (RFC 2361).
const GUID: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/// How samples are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Samples {
    /// 32-bit floats: bit for bit what was sent.
    #[default]
    Float32,
    /// 24-bit integers, with dither.
    Int24,
}

impl Samples {
    /// All of them, with their names on screen.
    pub(crate) const ALL: [(Self, &str); 2] =
        [(Self::Float32, "WAV, 32-bit float"), (Self::Int24, "WAV, 24-bit")];

    /// As the command knows it.
    pub(crate) fn format(self) -> SampleFormat {
        match self {
            Self::Float32 => SampleFormat::F32,
            Self::Int24 => SampleFormat::I24,
        }
    }

    fn bytes(self) -> usize {
        self.format().bytes()
    }
}

/// Where a file is written; a test has a disk that is full.
pub(crate) trait Medium: Write + Seek + Send {
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

/// A file that is being written.
pub(crate) struct WavWriter {
    to: Box<dyn Medium>,
    format: Format,
    samples: Samples,
    header_len: u64,
    /// Bytes that are not written yet.
    waiting: Vec<u8>,
    /// Bytes of samples on the medium.
    written: u64,
    /// Frames that the header tells of.
    told: u64,
}

impl WavWriter {
    /// Writes the header of an empty file.
    pub(crate) fn new(to: Box<dyn Medium>, format: Format, samples: Samples) -> io::Result<Self> {
        let header = header(format, samples, 0);
        let mut new = Self {
            to,
            format,
            samples,
            header_len: header.len() as u64,
            waiting: Vec::with_capacity(2 * PIECE),
            written: 0,
            told: 0,
        };
        new.to.write_all(&header)?;
        Ok(new)
    }

    fn frame_bytes(&self) -> u64 {
        (self.format.channels * self.samples.bytes()) as u64
    }

    /// Frames so far.
    pub(crate) fn frames(&self) -> u64 {
        (self.written + self.waiting.len() as u64) / self.frame_bytes()
    }

    /// Whether `frames` more fit in.
    pub(crate) fn has_room(&self, frames: usize) -> bool {
        (self.frames() + frames as u64) * self.frame_bytes() <= BYTES_MAX
    }

    /// The bytes before the samples, as they are now.
    pub(crate) fn header(&self) -> Vec<u8> {
        header(self.format, self.samples, self.frames())
    }

    /// Adds frames: one slice for each channel, equally long. Returns their bytes.
    pub(crate) fn write(&mut self, channels: &[Vec<f32>]) -> io::Result<Vec<u8>> {
        let bytes = encoded(channels, self.samples, self.frames());
        self.waiting.extend_from_slice(&bytes);
        if self.waiting.len() >= PIECE {
            self.flush()?;
            if self.frames() - self.told >= HEADER_SECONDS * u64::from(self.format.sample_rate) {
                self.tell()?;
            }
        }
        Ok(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.write_all(&self.waiting)?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    /// Brings the header up to date. All is flushed.
    fn tell(&mut self) -> io::Result<()> {
        self.told = self.written / self.frame_bytes();
        let header = header(self.format, self.samples, self.told);
        self.to.seek(SeekFrom::Start(0))?;
        self.to.write_all(&header)?;
        self.to.seek(SeekFrom::Start(self.header_len + self.written))?;
        Ok(())
    }

    /// Completes the file and waits until it is on the disk.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        if self.written % 2 == 1 {
            self.to.write_all(&[0])?;
        }
        self.tell()?;
        self.to.sync()
    }

    /// Completes the file with what reached the medium, after an error. Returns the frames in it.
    pub(crate) fn rescue(mut self) -> io::Result<u64> {
        self.written -= self.written % self.frame_bytes();
        // A pad byte may not fit on a full disk.
        self.written -= if self.written % 2 == 1 { self.frame_bytes() } else { 0 };
        self.waiting.clear();
        self.to.cut(self.header_len + self.written)?;
        self.tell()?;
        self.to.sync()?;
        Ok(self.told)
    }
}

/// The frames as bytes. `first_frame` is the number of the first in the file, for the dither.
pub(crate) fn encoded(channels: &[Vec<f32>], samples: Samples, first_frame: u64) -> Vec<u8> {
    let frames = channels.first().map_or(0, Vec::len);
    match samples {
        Samples::Float32 => {
            let sample = |frame: usize| channels.iter().flat_map(move |c| c[frame].to_le_bytes());
            (0..frames).flat_map(sample).collect()
        }
        Samples::Int24 => {
            let mut bytes = vec![0; frames * channels.len() * samples.bytes()];
            // The shapes agree, which is all that it could complain of.
            let _ = encode_changed(&mut bytes, samples.format(), channels, first_frame);
            bytes
        }
    }
}

/// The loudspeakers of this many channels.
fn mask(channels: usize) -> u32 {
    match channels {
        4 => 0x33,
        6 => 0x3f,
        8 => 0x63f,
        _ => 0,
    }
}

/// The bytes before the samples.
fn header(format: Format, samples: Samples, frames: u64) -> Vec<u8> {
    let tag = if samples == Samples::Float32 { FLOAT } else { PCM };
    let (channels, bytes) = (format.channels as u16, samples.bytes() as u16);
    let frame_bytes = channels * bytes;
    let wide = channels > 2;
    let mut fmt = Vec::new();
    fmt.extend_from_slice(&(if wide { EXTENSIBLE } else { tag }).to_le_bytes());
    fmt.extend_from_slice(&channels.to_le_bytes());
    fmt.extend_from_slice(&format.sample_rate.to_le_bytes());
    fmt.extend_from_slice(&(format.sample_rate * u32::from(frame_bytes)).to_le_bytes());
    fmt.extend_from_slice(&frame_bytes.to_le_bytes());
    fmt.extend_from_slice(&(8 * bytes).to_le_bytes());
    if wide {
        fmt.extend_from_slice(&22_u16.to_le_bytes());
        fmt.extend_from_slice(&(8 * bytes).to_le_bytes());
        fmt.extend_from_slice(&mask(format.channels).to_le_bytes());
        fmt.extend_from_slice(&tag.to_le_bytes());
        fmt.extend_from_slice(&GUID);
    } else if tag == FLOAT {
        fmt.extend_from_slice(&0_u16.to_le_bytes());
    }
    let data = (frames * u64::from(frame_bytes)) as u32;
    let mut chunks = Vec::new();
    let mut chunk = |name: &[u8; 4], body: &[u8]| {
        chunks.extend_from_slice(name);
        chunks.extend_from_slice(&(body.len() as u32).to_le_bytes());
        chunks.extend_from_slice(body);
    };
    chunk(b"fmt ", &fmt);
    if tag == FLOAT {
        chunk(b"fact", &(frames as u32).to_le_bytes());
    }
    let riff = 4 + chunks.len() as u32 + 8 + data + data % 2;
    let mut header = Vec::new();
    header.extend_from_slice(b"RIFF");
    header.extend_from_slice(&riff.to_le_bytes());
    header.extend_from_slice(b"WAVE");
    header.extend_from_slice(&chunks);
    header.extend_from_slice(b"data");
    header.extend_from_slice(&data.to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use patchveil::pcm::PcmReader;

    use super::*;

    #[test]
    fn the_command_reads_what_is_written_for_all_channels_and_formats() {
        let folder = tempfile::tempdir().unwrap();
        for channels in crate::audio::CHANNELS.map(usize::from) {
            for (samples, _) in Samples::ALL {
                let path = folder.path().join(format!("{channels}.wav"));
                let format = Format { channels, sample_rate: 44_100 };
                let file = Box::new(File::create(&path).unwrap());
                let mut writer = WavWriter::new(file, format, samples).unwrap();
                let at = |n: usize| (n as f32 * 0.37).sin() * 0.9;
                let sound: Vec<Vec<f32>> =
                    (0..channels).map(|c| (0..33_333).map(|n| at(n + c)).collect()).collect();
                let mut bytes = Vec::new();
                for start in (0..33_333).step_by(101) {
                    let end = (start + 101).min(33_333);
                    let part: Vec<_> = sound.iter().map(|c| c[start..end].to_vec()).collect();
                    bytes.extend(writer.write(&part).unwrap());
                }
                let head = writer.header();
                writer.finish().unwrap();
                let file = std::fs::read(&path).unwrap();
                assert_eq!(file[..head.len()], head);
                assert_eq!(file[head.len()..][..bytes.len()], bytes);
                let reader = PcmReader::new(File::open(&path).unwrap()).unwrap();
                let info = reader.info();
                assert_eq!((info.frames(), usize::from(info.channels)), (33_333, channels));
                assert_eq!((info.sample_rate, info.format), (44_100, samples.format()));
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
}

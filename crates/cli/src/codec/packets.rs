//! Formats that `symphonia` decodes, packet by packet.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use patchveil_veil::RATE_MAX;
use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_ALAC, CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3, CODEC_ID_VORBIS,
};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};

use super::decode::{Damage, Decoder};
use super::error::CodecError;
use super::vorbis;
use crate::pcm::{SampleFormat, Spec};
use crate::shared_file::FileCursor;

/// Length of an ID3v1 tag.
const ID3V1: u64 = 128;

/// A file in the middle of being decoded.
pub(super) struct Packets {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    damage: Damage,
    /// Bits of a sample, where the format says so.
    bits: Option<u32>,
    spec: Spec,
    /// Frames the header promises; none if it does not say.
    promised: Option<u64>,
    /// Frames decoded so far.
    found: u64,
    /// The first block, decoded to learn the spec; and the bytes of the file it took.
    first: Option<(Vec<u8>, u64)>,
    /// Whether there are no more packets.
    is_over: bool,
    /// Frames of the last block.
    block_frames: usize,
    /// For conversion.
    integers: Vec<i32>,
    floats: Vec<f32>,
}

impl Packets {
    /// Recognises the format of `file`, which is called `path`, and decodes its first packet.
    pub(super) fn open(path: &Path, file: &File, damage: Damage) -> Result<Self, CodecError> {
        let mut hint = Hint::new();
        if let Some(ending) = path.extension().and_then(|ending| ending.to_str()) {
            hint.with_extension(ending);
        }
        let stream = MediaSourceStream::new(Box::new(Untagged::new(file)?), Default::default());
        let format = symphonia::default::get_probe()
            .probe(&hint, stream, Default::default(), Default::default())
            .map_err(|_| CodecError::Unknown)?;
        let track = format.default_track(TrackType::Audio).ok_or(CodecError::NoTrack)?;
        let codec = track.codec_params.as_ref().and_then(|params| params.audio());
        let codec = codec.ok_or(CodecError::NoTrack)?;
        let mut codec = codec.clone();
        if let Some(headers) =
            codec.extra_data.as_deref().filter(|_| codec.codec == CODEC_ID_VORBIS)
        {
            let mended = vorbis::mended(headers).ok_or(CodecError::OddVorbis)?;
            codec.with_extra_data(mended.into_boxed_slice());
        }
        // Checks the MD5 of a FLAC file.
        let options = AudioDecoderOptions::default().verify(damage == Damage::Refuse);
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(&codec, &options)
            .map_err(|_| CodecError::Undecodable)?;
        // Of MPEG audio, only a Xing header says how long it is; without, the length is estimated.
        let is_mpeg = matches!(codec.codec, CODEC_ID_MP1 | CODEC_ID_MP2 | CODEC_ID_MP3);
        let promised = track.num_frames.filter(|_| !is_mpeg || track.delay.is_some());
        let (track, bits) = (track.id, bits_of(&codec));
        // Of the sample format, only what the first block shows is certain.
        let spec = Spec { sample_rate: 0, channels: 0, format: SampleFormat::F32 };
        let mut packets = Self {
            format,
            decoder,
            track,
            damage,
            bits,
            spec,
            promised,
            found: 0,
            first: None,
            is_over: false,
            block_frames: 0,
            integers: Vec::new(),
            floats: Vec::new(),
        };
        let mut bytes = Vec::new();
        let read = packets.decode_next(&mut bytes)?.ok_or(CodecError::NoAudio)?;
        packets.first = Some((bytes, read));
        Ok(packets)
    }

    /// Decodes the next packet that has samples.
    fn decode_next(&mut self, bytes: &mut Vec<u8>) -> Result<Option<u64>, CodecError> {
        let mut read = 0;
        while !self.is_over {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => packet,
                Ok(Some(_)) => continue,
                Ok(None) => break,
                // Of chained streams, only the first is decoded.
                Err(Error::ResetRequired) if self.damage == Damage::Refuse => {
                    return Err(CodecError::Chained);
                }
                Err(Error::ResetRequired) => break,
                // How far a file that was cut off goes is checked below.
                Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                    break;
                }
                Err(Error::IoError(error)) => return Err(error.into()),
                Err(error) => return Err(CodecError::Unreadable(error.to_string())),
            };
            read += packet.data.len() as u64;
            match self.decoder.decode(&packet) {
                Ok(decoded) if decoded.frames() == 0 => {}
                Ok(decoded) => {
                    let now = spec_of(&decoded, self.bits)?;
                    if self.spec.channels == 0 {
                        self.spec = now;
                    } else if self.spec != now {
                        return Err(CodecError::Changes);
                    }
                    self.block_frames = decoded.frames();
                    self.found += self.block_frames as u64;
                    let (integers, floats) = (&mut self.integers, &mut self.floats);
                    pack(&decoded, now.format, integers, floats, bytes);
                    return Ok(Some(read));
                }
                Err(Error::DecodeError(reason)) => {
                    if self.damage == Damage::Refuse {
                        let rate = f64::from(self.spec.sample_rate.max(1));
                        let (at_s, reason) = (self.found as f64 / rate, reason.to_owned());
                        return Err(CodecError::Damaged { at_s, reason });
                    }
                    // Most likely as long as the packet before.
                    if self.block_frames > 0 {
                        self.found += self.block_frames as u64;
                        silence(self.spec, self.block_frames, bytes);
                        return Ok(Some(read));
                    }
                }
                Err(error) => return Err(CodecError::Failed(error.to_string())),
            }
        }
        self.is_over = true;
        self.check_end()?;
        Ok(None)
    }

    /// Whether all is there that should be.
    fn check_end(&mut self) -> Result<(), CodecError> {
        if self.damage == Damage::Silence {
            return Ok(());
        }
        if let Some(promised) = self.promised.filter(|promised| *promised > self.found) {
            return Err(CodecError::Cut { found: self.found, promised });
        }
        match self.decoder.finalize().verify_ok {
            Some(false) => Err(CodecError::Checksum),
            _ => Ok(()),
        }
    }
}

impl Decoder for Packets {
    fn spec(&self) -> Spec {
        self.spec
    }

    fn next_block(&mut self, bytes: &mut Vec<u8>) -> Result<Option<u64>, CodecError> {
        match self.first.take() {
            Some((first, read)) => {
                *bytes = first;
                Ok(Some(read))
            }
            None => self.decode_next(bytes),
        }
    }
}

/// A file without the ID3v1 tag at its end, in front of which the last frame of FLAC is not found.
struct Untagged {
    file: File,
    at: u64,
    len: u64,
}

impl Untagged {
    fn new(file: &File) -> io::Result<Self> {
        let len = file.metadata()?.len();
        let mut name = [0; 3];
        if let Some(at) = len.checked_sub(ID3V1) {
            let mut cursor = FileCursor::new(file);
            cursor.seek(SeekFrom::Start(at))?;
            cursor.read_exact(&mut name)?;
        }
        let len = if &name == b"TAG" { len - ID3V1 } else { len };
        Ok(Self { file: file.try_clone()?, at: 0, len })
    }
}

impl Read for Untagged {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.len.saturating_sub(self.at).min(buffer.len() as u64) as usize;
        // The position of the file itself is shared with others.
        let mut cursor = FileCursor::new(&self.file);
        cursor.seek(SeekFrom::Start(self.at))?;
        let got = cursor.read(&mut buffer[..left])?;
        self.at += got as u64;
        Ok(got)
    }
}

impl Seek for Untagged {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.at, by),
            SeekFrom::End(by) => (self.len, by),
        };
        self.at = base.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl MediaSource for Untagged {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len)
    }
}

/// Bits of a sample, where the format says so.
fn bits_of(codec: &AudioCodecParameters) -> Option<u32> {
    // The sixth byte of the description of an ALAC stream.
    let in_alac =
        || codec.extra_data.as_deref().and_then(|data| data.get(5)).map(|bits| u32::from(*bits));
    let is_alac = codec.codec == CODEC_ID_ALAC;
    codec.bits_per_sample.or_else(|| in_alac().filter(|_| is_alac))
}

/// What a decoded block is.
fn spec_of(
    decoded: &GenericAudioBufferRef<'_>,
    stated_bits: Option<u32>,
) -> Result<Spec, CodecError> {
    use GenericAudioBufferRef as Buffer;
    let sample_rate = decoded.spec().rate();
    if sample_rate == 0 || sample_rate > RATE_MAX {
        return Err(CodecError::Rate);
    }
    let channels = u16::try_from(decoded.spec().channels().count()).unwrap_or(u16::MAX);
    let bits = match decoded {
        Buffer::F32(_) | Buffer::F64(_) => None,
        Buffer::U8(_) | Buffer::S8(_) => Some(8),
        Buffer::U16(_) | Buffer::S16(_) => Some(16),
        Buffer::U24(_) | Buffer::S24(_) => Some(24),
        Buffer::U32(_) | Buffer::S32(_) => Some(32),
    };
    // Integers are decoded to the upper bits of wider ones.
    let bits = bits.map(|bits| stated_bits.unwrap_or(bits).min(bits));
    let format = match bits {
        None => SampleFormat::F32,
        Some(..=8) => SampleFormat::U8,
        Some(..=16) => SampleFormat::I16,
        Some(..=24) => SampleFormat::I24,
        Some(_) => SampleFormat::I32,
    };
    let bits = bits.filter(|bits| *bits > 8).and_then(|bits| u16::try_from(bits).ok());
    let format = bits.and_then(|bits| format.with_bits(bits)).unwrap_or(format);
    Ok(Spec { sample_rate, channels, format })
}

/// Replaces `bytes` by the samples of a block, as stored in `format`.
fn pack(
    decoded: &GenericAudioBufferRef<'_>,
    format: SampleFormat,
    integers: &mut Vec<i32>,
    floats: &mut Vec<f32>,
    bytes: &mut Vec<u8>,
) {
    bytes.clear();
    if format == SampleFormat::F32 {
        decoded.copy_to_vec_interleaved(floats);
        bytes.extend(floats.iter().flat_map(|sample| sample.to_le_bytes()));
        return;
    }
    decoded.copy_to_vec_interleaved(integers);
    let tops = integers.iter().map(|sample| sample.to_le_bytes());
    match format.bytes() {
        1 => bytes.extend(tops.map(|[_, _, _, top]| top ^ 0x80)),
        2 => bytes.extend(tops.flat_map(|[_, _, a, b]| [a, b])),
        3 => bytes.extend(tops.flat_map(|[_, a, b, c]| [a, b, c])),
        _ => bytes.extend(tops.flatten()),
    }
}

/// Replaces `bytes` by so many frames of silence.
fn silence(spec: Spec, frames: usize, bytes: &mut Vec<u8>) {
    let zero = if spec.format.bytes() == 1 { 0x80 } else { 0 };
    bytes.clear();
    bytes.resize(frames * usize::from(spec.channels) * spec.format.bytes(), zero);
}

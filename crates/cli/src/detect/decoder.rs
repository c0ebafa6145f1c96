//! Decodes files to blocks of samples: WAV with Patchveil's own reader, which reads what `protect` writes;
//! FLAC, MP3, AAC and Ogg Vorbis with `symphonia`.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use patchveil_veil::RATE_MAX;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;

use super::error::DetectFileError;
use crate::open;
use crate::pcm::PcmReader;
use crate::watch::Watch;

/// Samples per channel read at a time.
const BLOCK: usize = 1 << 15;

/// Takes the decoded samples of a file.
pub(crate) trait SampleSink {
    /// Called first, with the sample rate in Hz and the channels.
    fn begin(&mut self, sample_rate: u32, channels: usize) -> Result<(), DetectFileError>;
    /// Takes the next block, channels × samples; false to end.
    fn take(&mut self, block: &[Vec<f32>]) -> Result<bool, DetectFileError>;
}

/// Decodes the file at `path` into a sink, until it ends or the sink does not want more.
///
/// # Errors
/// [`DetectFileError`] if the file cannot be read or decoded, or its format is unknown; those of the
/// sink.
pub(crate) fn decode(
    path: &Path,
    to: &mut impl SampleSink,
    watch: &Watch<'_>,
) -> Result<(), DetectFileError> {
    let unreadable = |source| DetectFileError::Unreadable { path: path.to_owned(), source };
    let mut file = open::regular(path).map_err(unreadable)?;
    let mut magic = [0; 4];
    let known = file.read(&mut magic).map_err(unreadable)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    // An empty file too: this reader has the best message for it.
    if known == 0 || matches!(&magic, b"RIFF" | b"RF64" | b"BW64") {
        decode_wav(path, file, to, watch)
    } else {
        decode_other(path, file, to, watch)
    }
}

fn decode_wav(
    path: &Path,
    file: File,
    to: &mut impl SampleSink,
    watch: &Watch<'_>,
) -> Result<(), DetectFileError> {
    let wav = |source| DetectFileError::Pcm { path: path.to_owned(), source };
    let mut reader = PcmReader::new(file).map_err(wav)?;
    let info = reader.info().clone();
    to.begin(info.sample_rate, usize::from(info.channels))?;
    let mut block = Vec::new();
    loop {
        let frames = reader.read_block(BLOCK, &mut block).map_err(wav)?;
        if frames == 0 {
            return Ok(());
        }
        let more = to.take(&block)?;
        go_on(path, watch, (frames * info.frame_bytes()) as u64)?;
        if !more {
            return Ok(());
        }
    }
}

fn decode_other(
    path: &Path,
    file: File,
    to: &mut impl SampleSink,
    watch: &Watch<'_>,
) -> Result<(), DetectFileError> {
    let undecodable = |what: &str| undecodable(path, what);
    let (mut format, track, mut decoder) = open(path, file)?;
    let mut spec = None;
    let mut block: Vec<Vec<f32>> = Vec::new();
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) if packet.track_id == track => packet,
            Ok(Some(_)) => continue,
            // Of chained streams, only the first is decoded.
            Ok(None) | Err(Error::ResetRequired) => break,
            // A file that was cut off is searched as far as it goes.
            Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                break;
            }
            Err(error) => return Err(undecodable(&format!("cannot be read further: {error}"))),
        };
        let decoded = match decoder.decode(&packet) {
            Ok(decoded) => decoded,
            // A damaged packet becomes silence, most likely as long as the packet before, so that what
            // follows keeps its position.
            Err(Error::DecodeError(_)) => {
                block.iter_mut().for_each(|channel| channel.fill(0.0));
                if !block.is_empty() && !to.take(&block)? {
                    break;
                }
                continue;
            }
            Err(error) => return Err(undecodable(&format!("cannot be decoded: {error}"))),
        };
        let now = (decoded.spec().rate(), decoded.spec().channels().count());
        if *spec.get_or_insert(now) != now {
            return Err(undecodable("changes its sample rate or channels in the middle"));
        }
        if block.is_empty() {
            if now.0 > RATE_MAX {
                return Err(undecodable("has an impossible sample rate"));
            }
            to.begin(now.0, now.1)?;
        }
        decoded.copy_to_vecs_planar(&mut block);
        let more = to.take(&block)?;
        go_on(path, watch, packet.data.len() as u64)?;
        if !more {
            break;
        }
    }
    if block.is_empty() { Err(undecodable("has no audio that can be decoded")) } else { Ok(()) }
}

fn undecodable(path: &Path, what: &str) -> DetectFileError {
    DetectFileError::Undecodable { path: path.to_owned(), what: what.to_owned() }
}

/// Recognises the format of a file; gives its reader, the number of its audio track, and the decoder of
/// that.
#[expect(clippy::type_complexity, reason = "used in one place")]
fn open(
    path: &Path,
    file: File,
) -> Result<(Box<dyn FormatReader>, u32, Box<dyn AudioDecoder>), DetectFileError> {
    let undecodable = |what: &str| undecodable(path, what);
    let mut hint = Hint::new();
    if let Some(ending) = path.extension().and_then(|ending| ending.to_str()) {
        hint.with_extension(ending);
    }
    let stream = MediaSourceStream::new(Box::new(file), Default::default());
    let format = symphonia::default::get_probe()
        .probe(&hint, stream, Default::default(), Default::default())
        .map_err(|_| undecodable("is not a WAV, FLAC, MP3, AAC or Ogg Vorbis file"))?;
    let track =
        format.default_track(TrackType::Audio).ok_or_else(|| undecodable("has no audio"))?;
    let codec = track.codec_params.as_ref().and_then(|params| params.audio());
    let codec = codec.ok_or_else(|| undecodable("has audio of an unknown format"))?;
    let decoder = symphonia::default::get_codecs()
        .make_audio_decoder(codec, &AudioDecoderOptions::default())
        .map_err(|_| undecodable("is in a format that cannot be decoded here, such as Opus"))?;
    let id = track.id;
    Ok((format, id, decoder))
}

/// Reports progress, and ends if the user asked to stop.
fn go_on(path: &Path, watch: &Watch<'_>, bytes: u64) -> Result<(), DetectFileError> {
    (watch.progress)(bytes);
    if watch.is_stopped() {
        return Err(DetectFileError::Stopped(path.to_owned()));
    }
    Ok(())
}

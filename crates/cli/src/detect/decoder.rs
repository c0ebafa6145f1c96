//! From a file to blocks of samples. WAV goes through Patchveil's own reader, which takes what
//! `protect` writes; FLAC, MP3, AAC and Ogg Vorbis through `symphonia`.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::Ordering;

use patchveil_veil::RATE_MAX;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;

use super::DetectFileError;
use crate::protect::Watch;
use crate::wav::WavReader;

/// Samples a channel read at a time.
const BLOCK: usize = 1 << 15;

/// Takes what is heard.
pub(super) trait Listener {
    /// The first thing told: sample rate in Hz and channels.
    fn begin(&mut self, sample_rate: u32, channels: usize) -> Result<(), DetectFileError>;
    /// The next block, channels × samples; whether more is wanted.
    fn hear(&mut self, block: &[Vec<f32>]) -> Result<bool, DetectFileError>;
}

/// Reads the file at `path`, as far as is wanted.
///
/// # Errors
/// [`DetectFileError`] if it cannot be read or decoded, or is of no kind that is known; those of the
/// listener.
pub(super) fn listen(
    path: &Path,
    to: &mut impl Listener,
    watch: &Watch<'_>,
) -> Result<(), DetectFileError> {
    let unreadable = |source| DetectFileError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut magic = [0; 4];
    let known = file.read(&mut magic).map_err(unreadable)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    // An empty file too: this reader says best what is wrong with it.
    if known == 0 || matches!(&magic, b"RIFF" | b"RF64" | b"BW64") {
        listen_to_wav(path, file, to, watch)
    } else {
        listen_to_other(path, file, to, watch)
    }
}

fn listen_to_wav(
    path: &Path,
    file: File,
    to: &mut impl Listener,
    watch: &Watch<'_>,
) -> Result<(), DetectFileError> {
    let wav = |source| DetectFileError::Wav { path: path.to_owned(), source };
    let mut reader = WavReader::new(file).map_err(wav)?;
    let info = reader.info().clone();
    to.begin(info.sample_rate, usize::from(info.channels))?;
    let mut block = Vec::new();
    loop {
        let frames = reader.read_block(BLOCK, &mut block).map_err(wav)?;
        if frames == 0 {
            return Ok(());
        }
        let more = to.hear(&block)?;
        go_on(path, watch, (frames * info.frame_bytes()) as u64)?;
        if !more {
            return Ok(());
        }
    }
}

fn listen_to_other(
    path: &Path,
    file: File,
    to: &mut impl Listener,
    watch: &Watch<'_>,
) -> Result<(), DetectFileError> {
    let no_use =
        |what: &str| DetectFileError::Undecodable { path: path.to_owned(), what: what.to_owned() };
    let (mut format, track, mut decoder) = open(path, file)?;
    let mut spec = None;
    let mut block: Vec<Vec<f32>> = Vec::new();
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) if packet.track_id == track => packet,
            Ok(Some(_)) => continue,
            // Chained streams begin anew; what comes behind the first is not heard.
            Ok(None) | Err(Error::ResetRequired) => break,
            // Files that were cut off are searched as far as they go.
            Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                break;
            }
            Err(error) => return Err(no_use(&format!("cannot be read on: {error}"))),
        };
        let decoded = match decoder.decode(&packet) {
            Ok(decoded) => decoded,
            // A broken packet is a gap of some milliseconds, most likely as long as the one before,
            // and what comes behind it stays in its place.
            Err(Error::DecodeError(_)) => {
                block.iter_mut().for_each(|channel| channel.fill(0.0));
                if !block.is_empty() && !to.hear(&block)? {
                    break;
                }
                continue;
            }
            Err(error) => return Err(no_use(&format!("cannot be decoded: {error}"))),
        };
        let now = (decoded.spec().rate(), decoded.spec().channels().count());
        if *spec.get_or_insert(now) != now {
            return Err(no_use("changes its sample rate or channels on the way"));
        }
        if block.is_empty() {
            if now.0 > RATE_MAX {
                return Err(no_use("has a sample rate that no recording has"));
            }
            to.begin(now.0, now.1)?;
        }
        decoded.copy_to_vecs_planar(&mut block);
        let more = to.hear(&block)?;
        go_on(path, watch, packet.data.len() as u64)?;
        if !more {
            break;
        }
    }
    if block.is_empty() { Err(no_use("has no audio that can be decoded")) } else { Ok(()) }
}

/// Finds out what kind of file it is; gives its reader, the track to hear, and that one's decoder.
#[allow(clippy::type_complexity, reason = "used in one place")]
fn open(
    path: &Path,
    file: File,
) -> Result<(Box<dyn FormatReader>, u32, Box<dyn AudioDecoder>), DetectFileError> {
    let no_use =
        |what: &str| DetectFileError::Undecodable { path: path.to_owned(), what: what.to_owned() };
    let mut hint = Hint::new();
    if let Some(ending) = path.extension().and_then(|ending| ending.to_str()) {
        hint.with_extension(ending);
    }
    let stream = MediaSourceStream::new(Box::new(file), Default::default());
    let format = symphonia::default::get_probe()
        .probe(&hint, stream, Default::default(), Default::default())
        .map_err(|_| no_use("is no WAV, FLAC, MP3, AAC or Ogg Vorbis file"))?;
    let track = format.default_track(TrackType::Audio).ok_or_else(|| no_use("has no audio"))?;
    let codec = track.codec_params.as_ref().and_then(|params| params.audio());
    let codec = codec.ok_or_else(|| no_use("has no audio whose kind is known"))?;
    let decoder = symphonia::default::get_codecs()
        .make_audio_decoder(codec, &AudioDecoderOptions::default())
        .map_err(|_| no_use("is of a kind that is not decoded here (Opus, for one)"))?;
    let id = track.id;
    Ok((format, id, decoder))
}

fn go_on(path: &Path, watch: &Watch<'_>, bytes: u64) -> Result<(), DetectFileError> {
    (watch.progress)(bytes);
    if watch.stop.load(Ordering::Relaxed) {
        return Err(DetectFileError::Stopped(path.to_owned()));
    }
    Ok(())
}

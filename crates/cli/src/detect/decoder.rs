//! Decodes files to blocks of samples, without a temporary file: everything is read once, from the start.

use std::fs::File;
use std::path::Path;

use super::error::DetectFileError;
use crate::codec::{self, CodecError, Damage, Kind};
use crate::open;
use crate::pcm::{self, PcmReader, Spec};
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
    match Kind::of(&mut file, path).map_err(unreadable)? {
        Kind::Plain => decode_plain(path, file, to, watch),
        kind => decode_compressed(path, &file, kind, to, watch),
    }
}

fn decode_plain(
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

fn decode_compressed(
    path: &Path,
    file: &File,
    kind: Kind,
    to: &mut impl SampleSink,
    watch: &Watch<'_>,
) -> Result<(), DetectFileError> {
    let undecodable = |error: CodecError| match error {
        CodecError::Io(source) => DetectFileError::Unreadable { path: path.to_owned(), source },
        error => DetectFileError::Undecodable { path: path.to_owned(), what: error.to_string() },
    };
    // Published copies are damaged and cut off now and then, and still show what they carry.
    let mut decoder = codec::open(path, file, kind, Damage::Silence).map_err(undecodable)?;
    let Spec { sample_rate, channels, format } = decoder.spec();
    to.begin(sample_rate, usize::from(channels))?;
    let mut bytes = Vec::new();
    let mut block = vec![Vec::new(); usize::from(channels)];
    while let Some(read) = decoder.next_block(&mut bytes).map_err(undecodable)? {
        pcm::decode(&bytes, format, &mut block)
            .map_err(|source| DetectFileError::Pcm { path: path.to_owned(), source })?;
        let more = to.take(&block)?;
        go_on(path, watch, read)?;
        if !more {
            break;
        }
    }
    Ok(())
}

/// Reports progress, and ends if the user asked to stop.
fn go_on(path: &Path, watch: &Watch<'_>, bytes: u64) -> Result<(), DetectFileError> {
    (watch.progress)(bytes);
    if watch.is_stopped() {
        return Err(DetectFileError::Stopped(path.to_owned()));
    }
    Ok(())
}

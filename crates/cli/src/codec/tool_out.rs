//! Formats that the external program `ffmpeg` encodes.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::NamedTempFile;

use super::error::EncodeError;
use super::format::Format;
use super::tags::{Chapter, write_ffmetadata};
use super::tool::last_line;
use crate::pcm::PcmInfo;
use crate::watch::Watch;

/// How often is looked whether the user asked to stop.
const TICK: Duration = Duration::from_millis(20);
/// How much of what ffmpeg complains of is read, in bytes.
const COMPLAINTS: u64 = 1 << 16;

/// Encodes the WAV file `plain`, whose header said `info`, into the file `to`, at `bitrate` kb/s or else at a
/// quality that few can tell from the original. Of `chapters`, only MP4 takes notice; elsewhere they are tags.
///
/// # Errors
/// [`EncodeError`] if the format cannot hold it, ffmpeg is not installed or fails, or the user asked to stop.
pub(crate) fn encode(
    plain: &File,
    info: &PcmInfo,
    format: Format,
    bitrate: Option<u32>,
    chapters: &[Chapter],
    to: &NamedTempFile,
    watch: &Watch<'_>,
) -> Result<(), EncodeError> {
    if !fits(format, info) {
        return Err(EncodeError::DoesNotFit(format.name()));
    }
    let mut input = plain.try_clone().map_err(EncodeError::Read)?;
    input.seek(SeekFrom::Start(0)).map_err(EncodeError::Read)?;
    let mut command = Command::new("ffmpeg");
    // The file has no name, so it can only be read from standard input; which holds no keystrokes then.
    command.args(["-nostdin", "-v", "error", "-y", "-f", "wav", "-i"]);
    command.arg(if cfg!(unix) { "file:/dev/stdin" } else { "pipe:0" });
    let listed = listed(format, chapters, info).map_err(EncodeError::Write)?;
    if let Some(listed) = &listed {
        command.args(["-f", "ffmetadata", "-i"]).arg(url(listed.path()));
    }
    command.args(["-map", "0:a:0", "-map_metadata:g", "-1", "-map_metadata:s", "-1"]);
    match &listed {
        Some(_) => command.args(["-map_chapters", "1"]),
        None => command.args(["-map_metadata", "-1", "-map_chapters", "-1"]),
    };
    command.args(["-fflags", "+bitexact", "-flags:a", "+bitexact"]);
    command.args(settings(format, info, bitrate)).arg(url(to.path()));
    // Nobody reads a pipe while it runs, and a full one would stop it.
    let mut complaints = tempfile::tempfile().map_err(EncodeError::Write)?;
    let stderr = complaints.try_clone().map_err(EncodeError::Write)?;
    command.stdin(input).stdout(Stdio::null()).stderr(stderr);
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => EncodeError::NoTool(format.name()),
        _ => EncodeError::Write(error),
    })?;
    let status = loop {
        match child.try_wait().map_err(EncodeError::Write)? {
            Some(status) => break status,
            None if watch.is_stopped() => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(EncodeError::Stopped);
            }
            None => thread::sleep(TICK),
        }
    };
    if status.success() {
        return Ok(());
    }
    let said = end_of(&mut complaints).map_err(EncodeError::Read)?;
    Err(EncodeError::Failed(last_line(&said)))
}

/// A path that ffmpeg takes for nothing else.
fn url(path: &Path) -> OsString {
    let mut url = OsString::from("file:");
    url.push(path);
    url
}

/// The chapters in a file for ffmpeg, if the container has them beside its tags.
fn listed(
    format: Format,
    chapters: &[Chapter],
    info: &PcmInfo,
) -> io::Result<Option<NamedTempFile>> {
    if chapters.is_empty() || !matches!(format, Format::Aac | Format::Alac) {
        return Ok(None);
    }
    let mut file = NamedTempFile::new()?;
    write_ffmetadata(chapters, (info.seconds() * 1_000.0) as u64, &mut file)?;
    Ok(Some(file))
}

/// The end of a file.
fn end_of(file: &mut File) -> io::Result<Vec<u8>> {
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(COMPLAINTS)))?;
    let mut end = Vec::new();
    file.take(COMPLAINTS).read_to_end(&mut end)?;
    Ok(end)
}

/// Whether a format holds these channels, rate and bit depth. Where it does not, ffmpeg would mix, resample or round
/// without a word.
fn fits(format: Format, info: &PcmInfo) -> bool {
    let (channels, rate, bits) = (info.channels, info.sample_rate, info.format.bits());
    match format {
        Format::Alac => matches!(channels, 1 | 2 | 6) && (9..=24).contains(&bits),
        Format::Mp3 => channels <= 2 && rate <= 48_000,
        Format::Aac => rate <= 96_000,
        // Of other numbers of channels, not every file can be read again here.
        Format::Vorbis => matches!(channels, 1 | 2 | 6),
        Format::Wav | Format::Flac | Format::Opus => true,
    }
}

/// The options of ffmpeg: encoder, quality, container.
fn settings(format: Format, info: &PcmInfo, bitrate: Option<u32>) -> Vec<String> {
    let rate = |kbps: u32| vec!["-b:a".to_owned(), format!("{}k", bitrate.unwrap_or(kbps))];
    let quality = |quality: &str| match bitrate {
        Some(_) => rate(0),
        None => vec!["-q:a".to_owned(), quality.to_owned()],
    };
    let channels = u32::from(info.channels);
    let (codec, quality, container) = match format {
        Format::Mp3 => ("libmp3lame", quality("0"), "mp3"),
        Format::Opus => ("libopus", rate((96 * channels).min(510)), "ogg"),
        Format::Vorbis => ("libvorbis", quality("8"), "ogg"),
        Format::Aac => ("aac", rate(128 * channels), "ipod"),
        Format::Wav | Format::Flac | Format::Alac => {
            let depth = if info.format.bits() <= 16 { "s16p" } else { "s32p" };
            ("alac", vec!["-sample_fmt".to_owned(), depth.to_owned()], "ipod")
        }
    };
    let mut settings = vec!["-c:a".to_owned(), codec.to_owned()];
    settings.extend(quality);
    settings.extend(["-f".to_owned(), container.to_owned()]);
    settings
}

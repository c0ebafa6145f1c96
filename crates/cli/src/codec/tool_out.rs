//! Formats that the external program `ffmpeg` encodes.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::NamedTempFile;

use super::error::EncodeError;
use super::format::Format;
use super::tool::last_line;
use crate::pcm::PcmInfo;
use crate::watch::Watch;

/// How often is looked whether the user asked to stop.
const TICK: Duration = Duration::from_millis(20);

/// Encodes the WAV file `plain`, whose header said `info`, into the file `to`, at `bitrate` kb/s or else at a
/// quality that few can tell from the original.
///
/// # Errors
/// [`EncodeError`] if ffmpeg is not installed or fails, or the user asked to stop.
pub(crate) fn encode(
    plain: &File,
    info: &PcmInfo,
    format: Format,
    bitrate: Option<u32>,
    to: &NamedTempFile,
    watch: &Watch<'_>,
) -> Result<(), EncodeError> {
    let mut input = plain.try_clone().map_err(EncodeError::Read)?;
    input.seek(SeekFrom::Start(0)).map_err(EncodeError::Read)?;
    let mut command = Command::new("ffmpeg");
    // The file has no name, so it can only be read from standard input.
    command.args(["-v", "error", "-y", "-f", "wav", "-i"]);
    command.arg(if cfg!(unix) { "file:/dev/stdin" } else { "pipe:0" });
    command.args(["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]);
    command.args(settings(format, info, bitrate)).arg({
        let mut path = std::ffi::OsString::from("file:");
        path.push(to.path());
        path
    });
    command.stdin(input).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => EncodeError::NoTool(format.name()),
        _ => EncodeError::Write(error),
    })?;
    loop {
        match child.try_wait().map_err(EncodeError::Write)? {
            Some(_) => break,
            None if watch.is_stopped() => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(EncodeError::Stopped);
            }
            None => thread::sleep(TICK),
        }
    }
    let output = child.wait_with_output().map_err(EncodeError::Write)?;
    match output.status.success() {
        true => Ok(()),
        false => Err(EncodeError::Failed(last_line(&output.stderr))),
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

//! Formats that the external program `ffmpeg` decodes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};

use patchveil_veil::RATE_MAX;
use serde::Deserialize;

use super::decode::{Damage, Decoder};
use super::error::CodecError;
use crate::paths::one_line;
use crate::pcm::{SampleFormat, Spec};

/// Bytes of one block, at most.
const BLOCK: usize = 1 << 18;
/// How much of what ffmpeg complains of is kept, in bytes.
const COMPLAINTS: u64 = 1 << 16;
/// The containers that are read. Playlists are not among them: they name other files, which ffmpeg would open.
const CONTAINERS: &str = "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,ogg,wv,ape,tta,tak,dsf,iff,asf,ac3,eac3,dts,\
                          dtshd,amr,aac,mp3,flac,wav,w64,aiff,caf,mpc,mpc8,au";

/// A program to be run on a file, by its standard input: so it reads the very file that is open here, whatever
/// that is called, and a temporary file without a name too.
fn program(name: &str, path: &Path, file: &File) -> Result<(Command, String), CodecError> {
    let mut command = Command::new(name);
    let mut file = file.try_clone()?;
    file.seek(SeekFrom::Start(0))?;
    let input = if cfg!(unix) {
        command.stdin(file);
        "file:/dev/stdin".to_owned()
    } else {
        command.stdin(Stdio::null());
        format!("file:{}", path.display())
    };
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok((command, input))
}

fn not_run(error: io::Error) -> CodecError {
    match error.kind() {
        io::ErrorKind::NotFound => CodecError::NoTool,
        _ => CodecError::Failed(format!("ffmpeg cannot be run: {error}")),
    }
}

/// What `ffprobe` prints.
#[derive(Deserialize)]
struct Probed {
    #[serde(default)]
    streams: Vec<Stream>,
}

/// The first sound track.
#[derive(Deserialize)]
struct Stream {
    #[serde(default)]
    sample_fmt: String,
    #[serde(default)]
    sample_rate: String,
    #[serde(default)]
    channels: u16,
    #[serde(default)]
    bits_per_raw_sample: String,
}

impl Stream {
    fn of(path: &Path, file: &File) -> Result<Self, CodecError> {
        let (mut command, input) = program("ffprobe", path, file)?;
        command.args(["-v", "error", "-format_whitelist", CONTAINERS]);
        command.args(["-select_streams", "a:0", "-of", "json", "-show_entries"]);
        command.arg("stream=sample_fmt,sample_rate,channels,bits_per_raw_sample").arg(input);
        let output = command.output().map_err(not_run)?;
        let probed: Probed =
            serde_json::from_slice(&output.stdout).unwrap_or(Probed { streams: vec![] });
        let stream = probed.streams.into_iter().next();
        match stream {
            Some(stream) => Ok(stream),
            None if output.status.success() => Err(CodecError::NoTrack),
            None => Err(CodecError::Failed(last_line(&output.stderr))),
        }
    }

    /// What it is to be decoded to, and how ffmpeg calls that.
    fn spec(&self) -> Result<(Spec, &'static str), CodecError> {
        let sample_rate = self.sample_rate.parse().unwrap_or(0);
        if sample_rate == 0 || sample_rate > RATE_MAX {
            return Err(CodecError::Rate);
        }
        // Nothing here decodes it.
        if self.channels == 0 || self.sample_fmt.is_empty() {
            return Err(CodecError::NoTrack);
        }
        let bits = self.bits_per_raw_sample.parse().ok().filter(|bits| *bits > 0);
        let (format, name) = match (self.sample_fmt.trim_end_matches('p'), bits) {
            // Decoders without a type of 8 bits give them as the upper ones of 16.
            ("u8", _) | ("s16", Some(..=8)) => (SampleFormat::U8, "u8"),
            ("s16", bits) => (with_bits(SampleFormat::I16, bits), "s16le"),
            ("s32", Some(bits @ ..=24)) => (with_bits(SampleFormat::I24, Some(bits)), "s24le"),
            ("s32", bits) => (with_bits(SampleFormat::I32, bits), "s32le"),
            ("dbl", _) => (SampleFormat::F64, "f64le"),
            _ => (SampleFormat::F32, "f32le"),
        };
        Ok((Spec { sample_rate, channels: self.channels, format }, name))
    }
}

/// The format with only the upper bits in use, where fewer are stated.
fn with_bits(format: SampleFormat, bits: Option<u16>) -> SampleFormat {
    bits.and_then(|bits| format.with_bits(bits)).unwrap_or(format)
}

/// A file in the middle of being decoded.
pub(super) struct Tool {
    child: Child,
    samples: ChildStdout,
    /// What it complains about.
    complaints: Option<JoinHandle<Vec<u8>>>,
    spec: Spec,
    damage: Damage,
}

impl Tool {
    /// Begins to decode `file`, which is called `path`.
    ///
    /// # Errors
    /// [`CodecError::NoTool`] if ffmpeg is not installed, others if it does not know the file.
    pub(super) fn open(path: &Path, file: &File, damage: Damage) -> Result<Self, CodecError> {
        let (spec, name) = Stream::of(path, file)?.spec()?;
        let (mut command, input) = program("ffmpeg", path, file)?;
        // What standard input holds are no keystrokes. All of the track, with the priming samples of AAC: what of it counts is known here.
        command.args(["-nostdin", "-v", "error", "-format_whitelist", CONTAINERS]);
        if damage == Damage::Refuse {
            command.args(["-err_detect", "crccheck"]);
        }
        if super::mp4::is_mp4(file)? {
            command.args(["-ignore_editlist", "1"]);
        }
        command.arg("-i").arg(input).args(["-map", "0:a:0", "-f", name, "-c:a"]);
        command.arg(format!("pcm_{name}")).arg("pipe:1");
        let mut child = command.spawn().map_err(not_run)?;
        let (Some(samples), Some(mut errors)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(CodecError::NoTool);
        };
        let complaints = thread::spawn(move || {
            let mut text = Vec::new();
            // What cannot be read is not reported; all is read, so that a full pipe does not stop ffmpeg.
            let _ = (&mut errors).take(COMPLAINTS).read_to_end(&mut text);
            let _ = io::copy(&mut errors, &mut io::sink());
            text
        });
        Ok(Self { child, samples, complaints: Some(complaints), spec, damage })
    }

    /// Whether it went well.
    fn check_end(&mut self) -> Result<(), CodecError> {
        let Some(complaints) = self.complaints.take() else { return Ok(()) };
        let status = self.child.wait()?;
        let complaints = complaints.join().unwrap_or_default();
        let is_whole = status.success() && complaints.is_empty();
        if is_whole || self.damage == Damage::Silence {
            return Ok(());
        }
        Err(CodecError::Failed(last_line(&complaints)))
    }
}

impl Decoder for Tool {
    fn spec(&self) -> Spec {
        self.spec
    }

    fn next_block(&mut self, bytes: &mut Vec<u8>) -> Result<Option<u64>, CodecError> {
        let frame_bytes = usize::from(self.spec.channels) * self.spec.format.bytes();
        bytes.clear();
        let wanted = (BLOCK / frame_bytes).max(1) * frame_bytes;
        (&mut self.samples).take(wanted as u64).read_to_end(bytes)?;
        bytes.truncate(bytes.len() / frame_bytes * frame_bytes);
        if bytes.is_empty() {
            self.check_end()?;
            return Ok(None);
        }
        Ok(Some(0))
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        if self.complaints.is_some() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The last line that a program wrote, without what it says where.
pub(super) fn last_line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    let line = line.replace("file:/dev/stdin: ", "");
    one_line(format!("ffmpeg says: {}", line.trim()))
}

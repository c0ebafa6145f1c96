//! Reads WAV files: 16-bit or 32-bit float.

use std::path::{Path, PathBuf};

use crate::Failure;
use crate::recordings::Recording;

/// The WAV files of `folder`, by name.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "wav"));
    files.sort();
    if files.is_empty() {
        return Err(format!("there is no WAV file in {}", folder.display()).into());
    }
    Ok(files)
}

/// The mean of all channels of a WAV file.
pub fn read(path: &Path) -> Result<Recording, Failure> {
    let bytes = std::fs::read(path)?;
    parse(&bytes).ok_or_else(|| format!("{}: not a usable WAV file", path.display()).into())
}

fn parse(bytes: &[u8]) -> Option<Recording> {
    let number16 =
        |at: &[u8], from: usize| Some(u16::from_le_bytes(at.get(from..from + 2)?.try_into().ok()?));
    let number32 =
        |at: &[u8], from: usize| Some(u32::from_le_bytes(at.get(from..from + 4)?.try_into().ok()?));
    if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut rest = bytes.get(12..)?;
    let (mut format, mut channels, mut rate) = ((0, 0), 0, 0);
    loop {
        let len = number32(rest, 4)? as usize;
        let body = rest.get(8..)?;
        let body = &body[..len.min(body.len())];
        match rest.get(..4)? {
            b"fmt " => {
                let mut tag = number16(body, 0)?;
                if tag == 0xfffe {
                    tag = number16(body, 24)?;
                }
                format = (tag, number16(body, 14)?);
                channels = usize::from(number16(body, 2)?);
                rate = number32(body, 4)?;
            }
            b"data" => {
                let samples: Vec<f32> = match format {
                    (1, 16) => body
                        .as_chunks()
                        .0
                        .iter()
                        .map(|&two| f32::from(i16::from_le_bytes(two)) / 32_768.0)
                        .collect(),
                    (3, 32) => {
                        body.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect()
                    }
                    _ => return None,
                };
                let frames = samples.chunks_exact(channels.max(1));
                let mean = |frame: &[f32]| frame.iter().sum::<f32>() / frame.len() as f32;
                return Some(Recording { samples: frames.map(mean).collect(), rate });
            }
            _ => {}
        }
        rest = rest.get(8 + len + len % 2..)?;
    }
}

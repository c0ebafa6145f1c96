//! Recordings that were being written when their program was killed.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::error::RecordingError;
use crate::codec::{self, Damage, FlacStream, Kind};
use crate::pcm::{Spec, WAV_HEAD, spec_of_head, wav_head};
use crate::shared_file::FileCursor;

/// Bytes written at a time.
const PIECE: usize = 1 << 18;

/// Writes what is whole of `file` to `out`, which is empty, as a complete file of the same format: a WAV file with a
/// header of [`wav_head`], or one of [`FlacStream`]. Gives what its samples are, and how many a channel.
///
/// # Errors
/// [`RecordingError`] if it is neither, holds no whole frame, or something cannot be read or written.
pub fn mend(path: &Path, file: &File, out: &File) -> Result<(Spec, u64), RecordingError> {
    let mut head = [0; WAV_HEAD];
    let mut source = FileCursor::new(file);
    let read = source.read_exact(&mut head);
    let mended = match read.ok().and_then(|()| spec_of_head(&head)) {
        Some(spec) => (spec, mend_wav(file, spec, out)?),
        None => mend_flac(path, file, out)?,
    };
    out.sync_all().map_err(RecordingError::Scratch)?;
    Ok(mended)
}

fn mend_wav(file: &File, spec: Spec, out: &File) -> Result<u64, RecordingError> {
    let frame = u64::from(spec.channels) * spec.format.bytes() as u64;
    let frames = (file.metadata()?.len() - WAV_HEAD as u64) / frame;
    let len = frames * frame;
    let mut source = FileCursor::new(file);
    source.seek(SeekFrom::Start(WAV_HEAD as u64))?;
    let mut target = BufWriter::with_capacity(PIECE, FileCursor::new(out));
    let mut copy = || -> io::Result<()> {
        target.write_all(&wav_head(spec, len))?;
        io::copy(&mut Read::by_ref(&mut source).take(len), &mut target)?;
        target.write_all(&[0][..(len % 2) as usize])?;
        target.flush()
    };
    copy().map_err(RecordingError::Scratch)?;
    Ok(frames)
}

fn mend_flac(path: &Path, file: &File, out: &File) -> Result<(Spec, u64), RecordingError> {
    let mut decoder = codec::open(path, file, Kind::Flac, Damage::Refuse)?;
    let spec = decoder.spec();
    let mut stream = FlacStream::new(spec).map_err(RecordingError::Scratch)?;
    let mut target = BufWriter::with_capacity(PIECE, FileCursor::new(out));
    target.write_all(&stream.head(0)).map_err(RecordingError::Scratch)?;
    let (mut block, mut made, mut bytes) = (Vec::new(), Vec::new(), 0);
    // At the first damage it was cut off.
    while let Ok(Some(_)) = decoder.next_block(&mut block) {
        bytes += block.len() as u64;
        stream.add(&block).map_err(RecordingError::Scratch)?;
        stream.take(&mut made);
        target.write_all(&made).map_err(RecordingError::Scratch)?;
        made.clear();
    }
    let head = stream.finish(&mut made).map_err(RecordingError::Scratch)?;
    let mut finish = || -> io::Result<()> {
        target.write_all(&made)?;
        target.seek(SeekFrom::Start(0))?;
        target.write_all(&head)?;
        target.flush()
    };
    finish().map_err(RecordingError::Scratch)?;
    Ok((spec, bytes / (u64::from(spec.channels) * spec.format.bytes() as u64)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pcm::SampleFormat;

    /// What remains of these bytes, and its samples.
    fn mended(bytes: &[u8]) -> Result<(u64, Vec<Vec<f32>>), RecordingError> {
        let cut = tempfile::NamedTempFile::new().unwrap();
        cut.as_file().write_all(bytes).unwrap();
        let out = tempfile::NamedTempFile::new().unwrap();
        let (_, frames) = mend(cut.path(), cut.as_file(), out.as_file())?;
        let mut reader = super::super::open_reader(out.path())?;
        let mut samples = Vec::new();
        reader.read_block(usize::MAX, &mut samples)?;
        Ok((frames, samples))
    }

    #[test]
    fn what_is_whole_of_a_file_that_was_cut_off_anywhere_is_kept() {
        let spec = |format| Spec { sample_rate: 48_000, channels: 2, format };
        let sample = |n: usize| (n as f32 * 0.01).sin() * 0.5;
        let sound: Vec<f32> = (0..2 * 20_000).map(sample).collect();
        let mut wav = wav_head(spec(SampleFormat::F32), 0).to_vec();
        wav.extend(sound.iter().flat_map(|sample| sample.to_le_bytes()));
        let mut stream = FlacStream::new(spec(SampleFormat::I24)).unwrap();
        let mut flac = stream.head(0);
        let integer = |sample: f32| (sample * 8_388_608.0).round() as i32;
        let bytes = |sample: &f32| integer(*sample).to_le_bytes()[..3].to_vec();
        stream.add(&sound.iter().flat_map(bytes).collect::<Vec<_>>()).unwrap();
        stream.finish(&mut flac).unwrap();
        for (file, per_frame) in [(&wav, 1), (&flac, 4_096)] {
            for end in [file.len(), file.len() - 1, file.len() / 2 + 3, file.len() / 3] {
                let (frames, samples) = mended(&file[..end]).unwrap();
                assert!(frames > 6_600 - per_frame && frames <= 20_000, "{end}: {frames}");
                assert_eq!(samples[0].len() as u64, frames);
                for (n, kept) in samples[1].iter().enumerate() {
                    let was = sound[2 * n + 1];
                    let rounded = integer(was) as f32 / 8_388_608.0;
                    assert_eq!(*kept, if per_frame == 1 { was } else { rounded }, "{n} of {end}");
                }
            }
        }
        for end in [0, 10, 42, WAV_HEAD - 1] {
            assert!(mended(&wav[..end]).is_err() && mended(&flac[..end.min(90)]).is_err());
        }
    }
}

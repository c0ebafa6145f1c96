//! Recordings that were being written when their program was killed.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::error::RecordingError;
use crate::codec::{self, CodecError, Damage, FlacMetadata, FlacStream, Kind};
use crate::pcm::{Spec, WAV_HEAD, spec_of_head, wav_head};
use crate::shared_file::FileCursor;

/// Bytes written at a time.
const PIECE: usize = 1 << 18;

/// A recording that was cut off, and what was made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mended {
    /// What its samples are.
    pub spec: Spec,
    /// Samples a channel that the copy holds, or the file where there is no copy.
    pub frames: u64,
    /// What the copy is.
    pub copy: MendedCopy,
}

/// What is in the copy of a recording that was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MendedCopy {
    /// There is none, because the file is complete.
    None,
    /// All that is whole of the file.
    All,
    /// What lies before damage; there is more behind it in the file.
    UpToDamage,
}

/// Writes what is whole of `file` to `out`, which is empty, as a complete file of the same format: a WAV file with a
/// header of [`wav_head`], or one of [`FlacStream`]. Only files that these began and nobody has changed since are
/// read.
///
/// # Errors
/// [`RecordingError::NotCutOff`] if it is another file or holds no whole frame, others if something cannot be read or
/// written.
pub fn mend(path: &Path, file: &File, out: &File) -> Result<Mended, RecordingError> {
    let mut head = [0; WAV_HEAD];
    match FileCursor::new(file).read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Err(RecordingError::NotCutOff);
        }
        read => read?,
    }
    let mended = if head.starts_with(b"fLaC") {
        mend_flac(path, file, &head, out)?
    } else {
        mend_wav(file, &head, out)?
    };
    if mended.frames == 0 {
        return Err(RecordingError::NotCutOff);
    }
    out.sync_all().map_err(RecordingError::Scratch)?;
    Ok(mended)
}

fn mend_wav(file: &File, head: &[u8; WAV_HEAD], out: &File) -> Result<Mended, RecordingError> {
    let spec = spec_of_head(head).ok_or(RecordingError::NotCutOff)?;
    let stated = head.last_chunk().map_or(0, |size| u64::from(u32::from_le_bytes(*size)));
    // Whatever adds chunks behind the samples states another size of the whole.
    if wav_head(spec, stated) != *head {
        return Err(RecordingError::NotCutOff);
    }
    let frame = frame_bytes(spec);
    let there = file.metadata()?.len() - WAV_HEAD as u64;
    if stated > 0 && stated % frame == 0 && there == stated + stated % 2 {
        return Ok(Mended { spec, frames: stated / frame, copy: MendedCopy::None });
    }
    let frames = there / frame;
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
    Ok(Mended { spec, frames, copy: MendedCopy::All })
}

fn frame_bytes(spec: Spec) -> u64 {
    u64::from(spec.channels) * spec.format.bytes() as u64
}

fn mend_flac(
    path: &Path,
    file: &File,
    head: &[u8; WAV_HEAD],
    out: &File,
) -> Result<Mended, RecordingError> {
    let metadata = FlacMetadata::read(file).ok().filter(FlacMetadata::is_bare);
    let first_frame = metadata.ok_or(RecordingError::NotCutOff)?.head_len();
    let mut decoder = codec::open(path, file, Kind::Flac, Damage::Refuse)?;
    let spec = decoder.spec();
    // The number of samples takes the lower 36 bits there (RFC 9639, section 8.2).
    let stated = head[18..].first_chunk().map_or(0, |bits| u64::from_be_bytes(*bits)) << 28 >> 28;
    if stated > 0 {
        return Ok(Mended { spec, frames: stated, copy: MendedCopy::None });
    }
    let mut stream = FlacStream::new(spec).map_err(RecordingError::Scratch)?;
    let mut target = BufWriter::with_capacity(PIECE, FileCursor::new(out));
    target.write_all(&stream.head(0)).map_err(RecordingError::Scratch)?;
    let (mut block, mut made, mut bytes, mut at) = (Vec::new(), Vec::new(), 0, first_frame);
    loop {
        match decoder.next_block(&mut block) {
            Ok(Some(read)) => at += read,
            Ok(None) => break,
            Err(CodecError::Io(error)) => return Err(error.into()),
            Err(_) => break,
        }
        bytes += block.len() as u64;
        stream.add(&block).map_err(RecordingError::Scratch)?;
        stream.take(&mut made);
        target.write_all(&made).map_err(RecordingError::Scratch)?;
        made.clear();
    }
    let largest_frame = stream.frame_max();
    let head = stream.finish(&mut made).map_err(RecordingError::Scratch)?;
    let mut finish = || -> io::Result<()> {
        target.write_all(&made)?;
        target.seek(SeekFrom::Start(0))?;
        target.write_all(&head)?;
        target.flush()
    };
    finish().map_err(RecordingError::Scratch)?;
    let is_all = ends_in_a_frame(file, first_frame, at, largest_frame)?;
    let copy = if is_all { MendedCopy::All } else { MendedCopy::UpToDamage };
    Ok(Mended { spec, frames: bytes / frame_bytes(spec), copy })
}

/// Whether nothing but one frame of FLAC, or the beginning of one, is in `file` from byte `at` on.
fn ends_in_a_frame(file: &File, first_frame: u64, at: u64, largest: u64) -> io::Result<bool> {
    let read = |from: u64, len: u64| -> io::Result<Vec<u8>> {
        let (mut bytes, mut source) = (Vec::new(), FileCursor::new(file));
        source.seek(SeekFrom::Start(from))?;
        source.take(len).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let (first, rest) = (read(first_frame, 4)?, read(at, largest + 1)?);
    // How every frame of equal blocks begins (RFC 9639, section 9.1): size and channels may differ, the rate not.
    let [0xff, 0xf8, kind, _] = first[..] else { return Ok(false) };
    let begins = |bytes: &[u8]| {
        bytes.starts_with(&[0xff, 0xf8]) && (bytes[2] ^ kind) & 0xf == 0 && bytes[3] & 1 == 0
    };
    let begun = rest.get(..4).map_or([0xff, 0xf8].starts_with(&rest[..rest.len().min(2)]), begins);
    Ok(rest.len() as u64 <= largest && begun && !rest.windows(4).skip(1).any(begins))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pcm::SampleFormat;

    /// What remains of these bytes, and its samples if it is a copy.
    fn mended(bytes: &[u8]) -> Result<(Mended, Vec<Vec<f32>>), RecordingError> {
        let cut = tempfile::NamedTempFile::new().unwrap();
        cut.as_file().write_all(bytes).unwrap();
        let out = tempfile::NamedTempFile::new().unwrap();
        let mended = mend(cut.path(), cut.as_file(), out.as_file())?;
        let mut samples = Vec::new();
        if mended.copy == MendedCopy::None {
            assert_eq!(out.as_file().metadata().unwrap().len(), 0);
        } else {
            super::super::open_reader(out.path())?.read_block(usize::MAX, &mut samples)?;
            assert_eq!(samples[0].len() as u64, mended.frames);
        }
        Ok((mended, samples))
    }

    fn spec(format: SampleFormat) -> Spec {
        Spec { sample_rate: 48_000, channels: 2, format }
    }

    fn integer(sample: f32) -> i32 {
        (sample * 8_388_608.0).round() as i32
    }

    /// A sound of 20,000 frames, a WAV file and a FLAC file of it that were being recorded, and the header that
    /// completes the latter.
    fn recorded() -> (Vec<f32>, Vec<u8>, Vec<u8>, Vec<u8>) {
        let sound: Vec<f32> = (0..2 * 20_000).map(|n| (n as f32 * 0.01).sin() * 0.5).collect();
        let mut wav = wav_head(spec(SampleFormat::F32), 0).to_vec();
        wav.extend(sound.iter().flat_map(|sample| sample.to_le_bytes()));
        let mut stream = FlacStream::new(spec(SampleFormat::I24)).unwrap();
        let mut flac = stream.head(0);
        let bytes = |sample: &f32| integer(*sample).to_le_bytes()[..3].to_vec();
        stream.add(&sound.iter().flat_map(bytes).collect::<Vec<_>>()).unwrap();
        let head = stream.finish(&mut flac).unwrap();
        (sound, wav, flac, head)
    }

    fn is_foreign(bytes: &[u8]) -> bool {
        matches!(mended(bytes), Err(RecordingError::NotCutOff))
    }

    #[test]
    fn what_is_whole_of_a_file_that_was_cut_off_anywhere_is_kept() {
        let (sound, wav, flac, _) = recorded();
        for (file, per_frame) in [(&wav, 1), (&flac, 4_096)] {
            for end in [file.len(), file.len() - 1, file.len() / 2 + 3, file.len() / 3] {
                let (Mended { frames, copy, .. }, samples) = mended(&file[..end]).unwrap();
                assert!(frames > 6_600 - per_frame && frames <= 20_000, "{end}: {frames}");
                assert_eq!(copy, MendedCopy::All, "{end}");
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

    #[test]
    fn damage_before_the_end_is_said() {
        let (_, _, flac, head) = recorded();
        let last = (head.len()..flac.len()).rev().find(|at| flac[*at..].starts_with(&[0xff, 0xf8]));
        for at in (head.len() + 4..last.unwrap()).step_by(flac.len() / 31) {
            let mut damaged = flac.clone();
            damaged[at] ^= 0x10;
            let Ok((Mended { frames, copy, .. }, _)) = mended(&damaged) else {
                // Nothing can be made of a file whose first frame is damaged.
                assert!(at < flac.len() / 4, "{at} of {}", flac.len());
                continue;
            };
            assert_eq!(copy, MendedCopy::UpToDamage, "{at} of {}", flac.len());
            assert!(frames < 20_000, "{frames}");
        }
    }

    #[test]
    fn a_complete_file_is_not_written_again() {
        let (_, mut wav, mut flac, head) = recorded();
        wav[..WAV_HEAD].copy_from_slice(&wav_head(spec(SampleFormat::F32), 160_000));
        flac[..head.len()].copy_from_slice(&head);
        for file in [wav, flac] {
            let (Mended { frames, copy, .. }, _) = mended(&file).unwrap();
            assert_eq!((frames, copy), (20_000, MendedCopy::None));
        }
    }

    #[test]
    fn files_of_others_are_left_alone() {
        let (_, wav, flac, head) = recorded();
        // A tag behind the samples, as the command keeps it.
        let mut tagged = wav.clone();
        tagged[..WAV_HEAD].copy_from_slice(&wav_head(spec(SampleFormat::F32), 160_000));
        tagged[4..8].copy_from_slice(&(160_096_u32 + 18).to_le_bytes());
        tagged.extend_from_slice(b"id3 \x0a\0\0\0ID3\x04\0\0\0\0\0\0");
        assert!(is_foreign(&tagged));
        let tags = FlacMetadata::of(&["TITLE=Song".to_owned()], Vec::new());
        let info = flac[8..42].try_into().unwrap();
        assert!(is_foreign(&[tags.head(info), flac[head.len()..].to_vec()].concat()));
        let mut other = flac.clone();
        other[50..59].copy_from_slice(b"reference");
        assert!(is_foreign(&other));
        assert!(is_foreign(&[&b"RIFF\0\0\0\0WAVEfmt "[..], &[1; 2_000]].concat()));
    }
}

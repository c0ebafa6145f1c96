//! What a copy needs besides its samples: lengths that were left open, and chunks that follow from the samples.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use md5::{Digest, Md5};

use super::derived::{Derived, Kind};
use super::info::{PcmInfo, Replacement, bytes_at};
use super::reader::{CopyError, PcmReader};
use crate::shared_file::FileCursor;
use crate::watch::Watch;

/// Samples of one block, over all channels.
const BLOCK_SAMPLES: usize = 1 << 16;
/// How close a peak on record has to be to be that of the samples: writers differ in the last digits.
const SAME_PEAK: f32 = 1e-4;

/// How notes on what followed from samples that have changed begin.
pub(crate) const OUT_OF_DATE: &str = "out of date now";

/// What was done to a copy.
pub(crate) struct Refreshed {
    /// Whether bytes besides those of samples were written.
    pub(crate) is_changed: bool,
    /// What the user has to know.
    pub(crate) notes: Vec<String>,
}

/// Brings `copy` up to date, a file whose samples differ from those of `original` if `has_changed`. Lengths
/// that were left open are filled in; what follows from the samples and was right is computed anew, or named in
/// the note where that is not done here. None if the user asked to stop.
///
/// # Errors
/// [`CopyError`], which tells reading from writing.
pub(crate) fn refresh(
    original: (&File, &PcmInfo),
    copy: &File,
    has_changed: bool,
    watch: &Watch<'_>,
) -> Result<Option<Refreshed>, CopyError> {
    let info = PcmInfo::read(&mut FileCursor::new(copy)).map_err(CopyError::Read)?;
    let mut replacements = info.lengths.clone();
    let mut notes = Vec::new();
    if info.is_streamed {
        notes.push(length_note(&info));
    }
    if has_changed && !info.derived.is_empty() {
        let Some(before) = measure(original.0, original.1, watch)? else { return Ok(None) };
        let Some(after) = measure(copy, &info, watch)? else { return Ok(None) };
        let mut stale = Stale::default();
        for derived in &info.derived {
            match replacement(copy, derived, &before, &after)? {
                Some(new) => replacements.push(new),
                None => stale.add(derived.kind),
            }
        }
        notes.extend(stale.notes());
    }
    for Replacement { at, bytes } in &replacements {
        let mut target = FileCursor::new(copy);
        target.seek(SeekFrom::Start(*at)).map_err(CopyError::Write)?;
        target.write_all(bytes).map_err(CopyError::Write)?;
    }
    Ok(Some(Refreshed { is_changed: !replacements.is_empty(), notes }))
}

fn length_note(info: &PcmInfo) -> String {
    let copy = match info.lengths.is_empty() {
        true => "is too narrow to say it, and stays as it is",
        false => "says it",
    };
    let seconds = info.seconds();
    format!(
        "its header leaves the length open (it was streamed or broke off), so it was read to its end, {seconds:.3} s; \
         the copy's header {copy}"
    )
}

/// Names of what is out of date now.
#[derive(Default)]
struct Stale {
    names: Vec<&'static str>,
    /// Of these, those that did not fit the samples before either.
    wrong: Vec<&'static str>,
}

impl Stale {
    fn add(&mut self, kind: Kind) {
        let (list, name) = match kind {
            Kind::Md5 => (&mut self.wrong, "MD5"),
            Kind::Peak { .. } => (&mut self.wrong, "PEAK"),
            Kind::CafPeak => (&mut self.wrong, "peak"),
            Kind::Other(name) => (&mut self.names, name),
        };
        if !list.contains(&name) {
            list.push(name);
        }
    }

    fn notes(&self) -> impl Iterator<Item = String> {
        let names = (!self.names.is_empty())
            .then(|| format!("{OUT_OF_DATE}, and left as it was: {}", self.names.join(", ")));
        let wrong = (!self.wrong.is_empty()).then(|| {
            let names = self.wrong.join(" and ");
            format!("its {names} did not fit its samples even before, and was left as it was")
        });
        names.into_iter().chain(wrong)
    }
}

/// What follows from a file's samples.
struct Measured {
    /// Of the samples as stored.
    md5: [u8; 16],
    /// Highest absolute value of each channel, and the first frame that has it.
    peaks: Vec<(f32, u64)>,
}

fn measure(file: &File, info: &PcmInfo, watch: &Watch<'_>) -> Result<Option<Measured>, CopyError> {
    let mut reader = PcmReader::at_start(FileCursor::new(file), info.clone());
    reader.seek(0).map_err(CopyError::Read)?;
    let mut md5 = Md5::new();
    let mut peaks = vec![(0.0_f32, 0); usize::from(info.channels)];
    let mut planar = Vec::new();
    let frames = BLOCK_SAMPLES / usize::from(info.channels);
    loop {
        if watch.is_stopped() {
            return Ok(None);
        }
        let first = reader.next_frame();
        if reader.read_block(frames, &mut planar).map_err(CopyError::Read)? == 0 {
            return Ok(Some(Measured { md5: md5.finalize().into(), peaks }));
        }
        md5.update(reader.block_bytes());
        for (peak, channel) in peaks.iter_mut().zip(&planar) {
            for (sample, frame) in channel.iter().zip(first..) {
                if sample.abs() > peak.0 {
                    *peak = (sample.abs(), frame);
                }
            }
        }
    }
}

/// The new content of a chunk that was right `before`; none for others.
fn replacement(
    copy: &File,
    derived: &Derived,
    before: &Measured,
    after: &Measured,
) -> Result<Option<Replacement>, CopyError> {
    let span = derived.span;
    let mut source = FileCursor::new(copy);
    let read = |error: io::Error| CopyError::Read(error.into());
    match derived.kind {
        Kind::Md5 => {
            let given: [u8; 16] = bytes_at(&mut source, span.body).map_err(read)?;
            Ok((given == before.md5).then(|| Replacement::new(span.body, after.md5)))
        }
        Kind::Peak { is_big_endian } => {
            let list = PeakList { at: span.body + 8, is_big_endian, is_wide: false };
            list.replacement(&mut source, span.end(), before, after).map_err(read)
        }
        Kind::CafPeak => {
            let list = PeakList { at: span.body + 4, is_big_endian: true, is_wide: true };
            list.replacement(&mut source, span.end(), before, after).map_err(read)
        }
        Kind::Other(_) => Ok(None),
    }
}

/// A value and a position for each channel.
struct PeakList {
    at: u64,
    is_big_endian: bool,
    /// Whether positions have 64 bits.
    is_wide: bool,
}

impl PeakList {
    fn entry(&self, (value, frame): (f32, u64)) -> Vec<u8> {
        let mut value = value.to_le_bytes();
        let narrow = u32::try_from(frame).unwrap_or(u32::MAX).to_le_bytes();
        let wide = frame.to_le_bytes();
        let mut frame = if self.is_wide { wide.to_vec() } else { narrow.to_vec() };
        if self.is_big_endian {
            value.reverse();
            frame.reverse();
        }
        [&value[..], &frame].concat()
    }

    /// The list after, if it lists the peaks before; `end` is where the chunk ends.
    fn replacement(
        &self,
        source: &mut (impl Read + Seek),
        end: u64,
        before: &Measured,
        after: &Measured,
    ) -> io::Result<Option<Replacement>> {
        let step = if self.is_wide { 12 } else { 8 };
        if self.at + step * before.peaks.len() as u64 > end {
            return Ok(None);
        }
        for (channel, (peak, _)) in (0..).zip(&before.peaks) {
            let mut value: [u8; 4] = bytes_at(source, self.at + step * channel)?;
            if self.is_big_endian {
                value.reverse();
            }
            let is_peak = (f32::from_le_bytes(value) - peak).abs() <= SAME_PEAK * peak.max(1e-3);
            if !is_peak {
                return Ok(None);
            }
        }
        let list: Vec<u8> = after.peaks.iter().flat_map(|peak| self.entry(*peak)).collect();
        Ok(Some(Replacement::new(self.at, list)))
    }
}

//! Writes the restored file, from its first byte to its last.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::time::Instant;

use patchveil_receipts::Receipt;
use patchveil_veil::{ClassKey, Recipe};

use super::better::Better;
use super::block::BlockRestorer;
use super::claim::{Claim, Known};
use super::error::RestoreError;
use super::integers::find_bit_depth;
use super::outcome::{Evidence, Outcome, Stretch};
use super::request::Request;
use super::source::Source;
use crate::inputs::Job;
use crate::manifest::{Digest, Hashed, Record};
use crate::output::OutputFile;
use crate::pcm::{
    CopyError, OUT_OF_DATE, PcmError, PcmInfo, SampleFormat, float_head, refresh, tail_start,
};
use crate::recording::{self, RecordingError, Scratch, Target};
use crate::shared_file::FileCursor;
use crate::standard_io;
use crate::watch::Watch;

/// What to undo, and what shows that this is right.
pub(super) struct Plan<'a> {
    pub(super) key: &'a ClassKey,
    pub(super) recipe: &'a Recipe,
    /// Timeline position of the file's first sample, in samples.
    pub(super) offset: i64,
    pub(super) evidence: Evidence,
    /// The receipt that recipe and position come from.
    pub(super) receipt: Option<Receipt>,
    /// What of the file is restored, in samples; the rest is left as it is.
    pub(super) stretches: Vec<Range<u64>>,
    /// What clearly fits better.
    pub(super) better: Option<Better>,
    /// Whether the file differs from the one on record under its name.
    pub(super) is_changed: bool,
    /// When work on the file began: finding recipe and position takes most of the time.
    pub(super) begun: Instant,
}

/// Restores a file. With a `record` the file has to be as recorded: else nothing is written, and
/// there is no outcome.
pub(super) fn run(
    job: &Job,
    source: &Source,
    plan: &Plan<'_>,
    record: Option<&Record>,
    request: &Request<'_>,
    watch: &Watch<'_>,
) -> Result<Option<Outcome>, RestoreError> {
    let info = source.info();
    let unusable = |error| RestoreError::Recipe { path: job.input.clone(), source: error };
    let veil = request.veils.get(plan.key, plan.recipe, info.sample_rate).map_err(unusable)?;
    let first = plan.stretches.first().map_or(0, |stretch| stretch.start);
    let integer_bits = find_bit_depth(source, &veil, plan.offset, first, watch)?;
    let stretches = plan.stretches.clone();
    let mut restorer =
        BlockRestorer::new(&veil, info, plan.offset, stretches, integer_bits).map_err(unusable)?;

    let out = OutputFile::create(&job.output, Some(&job.input), request.force)?;
    // What is float already stays as it is.
    let float = request.float && !info.format.is_float();
    let target = Target::begin(job.options, &Scratch::near(&job.output));
    let target = target.map_err(|error| source.unreadable(error))?;
    if float && target.is_encoded() {
        return Err(source.unreadable(RecordingError::NoFloats));
    }
    let copy = Copy { source, out: &out, samples: target.samples(&out), float };
    let begin = copy.head()?;
    let audio = copy.audio(begin, &mut restorer, watch)?;
    if record.is_some_and(|record| !source.is_lossy() && audio.read != record.audio_after) {
        return Ok(None);
    }
    copy.tail(audio.end)?;
    let mut notes = copy.refresh(audio.read != audio.written, watch)?;
    let finished = target.finish(source.opened(), &out, watch);
    let finished = finished.map_err(|error| source.unreadable(RecordingError::from(error)))?;
    notes.extend(finished.notes);
    source.check_unchanged()?;
    let format = copy.format();
    out.commit()?;
    notes.extend(plan.receipt.as_ref().and_then(gain_note));
    let note = with_preserved(job, notes);

    let known = Known {
        evidence: plan.evidence,
        is_original: is_original(record, source, format, audio.written),
        is_changed: plan.is_changed,
        is_lossy: source.is_lossy(),
        rounding_snr_db: restorer.snr_db(),
        full_scale: restorer.full_scale_samples(),
        integers: restorer.integers(),
        better: plan.better.as_ref().map(|better| better.snr_db),
    };
    let (claim, snr_db) = known.claim();
    let better = plan.better.as_ref();
    Ok(Some(Outcome {
        input: job.input.clone(),
        output: job.output.clone(),
        fingerprint: veil.fingerprint(),
        evidence: plan.evidence,
        recipe: plan.recipe.clone(),
        offset: plan.offset,
        mark_level: veil.mark().map(|mark| mark.level()),
        receipt: plan.receipt.clone(),
        seconds: info.seconds(),
        restored: plan.stretches.iter().map(|stretch| in_seconds(stretch, info)).collect(),
        format,
        audio_after: finished.audio.unwrap_or(audio.written),
        is_original: known.is_original,
        is_lossy: known.is_lossy,
        claim,
        integers: known.integers,
        expected_snr_db: snr_db.filter(|_| claim != Claim::AtMost),
        snr_at_most_db: snr_db.filter(|_| claim == Claim::AtMost),
        better_offset: better.map(|better| better.offset).filter(|offset| *offset != plan.offset),
        better_recipe: better
            .map(|better| better.recipe.clone())
            .filter(|recipe| recipe != plan.recipe),
        full_scale_samples: known.full_scale,
        note,
        took_s: plan.begun.elapsed().as_secs_f64(),
    }))
}

/// Whether samples of `format` with the hash `written` are those of the original on `record`, if they can be compared.
fn is_original(
    record: Option<&Record>,
    source: &Source,
    format: SampleFormat,
    written: Digest,
) -> Option<bool> {
    record
        .filter(|record| record.format == format && !source.is_lossy())
        // Of a recording that was lossy, the hash is not that of samples.
        .filter(|record| record.audio_before != record.around_original())
        .map(|record| written == record.audio_before)
}

/// Gives the output what it is to keep of the input's file; the notes in one line, with what the system refused.
fn with_preserved(job: &Job, mut notes: Vec<String>) -> Option<String> {
    // What went out of date when the file was protected is likely right again.
    notes.retain(|note| !note.starts_with(OUT_OF_DATE));
    if job.options.preserve && !standard_io::is_output(&job.output) {
        notes.extend(recording::preserve(&job.input, &job.output));
    }
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// What the plug-in's gain, which a receipt notes, means for the result: only mark and veil are undone.
fn gain_note(receipt: &Receipt) -> Option<String> {
    let Some(gain) = receipt.gain else {
        let what = "by its receipt the plug-in's gain varied; that is not undone";
        return Some(format!("{what}, and the result is not exact where it changed"));
    };
    let gain_db = 20.0 * f64::from(gain).abs().log10();
    let than = if gain < 1.0 { "quieter" } else { "louder" };
    let by = gain_db.abs();
    let what = format!("by its receipt the plug-in's gain was {gain}; that is not undone");
    (gain != 1.0).then(|| format!("{what}, so the result is {than} by {by:.1} dB"))
}

/// Samples as seconds.
fn in_seconds(stretch: &Range<u64>, info: &PcmInfo) -> Stretch {
    let seconds = |samples: u64| samples as f64 / f64::from(info.sample_rate);
    Stretch { from_s: seconds(stretch.start), to_s: seconds(stretch.end) }
}

/// The output, part after part.
struct Copy<'a> {
    source: &'a Source,
    out: &'a OutputFile,
    /// Takes the samples.
    samples: &'a File,
    /// Whether it becomes 32-bit float.
    float: bool,
}

/// What came of the samples.
struct Audio {
    /// Hash of the samples read.
    read: Digest,
    /// Hash of the samples written.
    written: Digest,
    /// Position behind them in the output, in bytes.
    end: u64,
}

impl Copy<'_> {
    fn format(&self) -> SampleFormat {
        if self.float { SampleFormat::F32 } else { self.source.info().format }
    }

    /// Writes what precedes the samples; gives its length in bytes.
    fn head(&self) -> Result<u64, RestoreError> {
        let mut head = Vec::new();
        self.source.reader()?.copy_head(&mut head).map_err(|error| self.copy_failed(error))?;
        if self.float {
            head = float_head(&head, self.source.info())
                .map_err(|error| self.source.unreadable(error))?;
        }
        let mut target = FileCursor::new(self.samples);
        target.write_all(&head).map_err(|error| self.out.write_failed(error))?;
        Ok(head.len() as u64)
    }

    /// Writes the restored samples from byte `begin` on.
    fn audio(
        &self,
        begin: u64,
        restorer: &mut BlockRestorer,
        watch: &Watch<'_>,
    ) -> Result<Audio, RestoreError> {
        let unwritten = |error| self.out.write_failed(error);
        let unreadable = |error: PcmError| self.source.unreadable(error);
        let mut target = FileCursor::new(self.samples);
        target.seek(SeekFrom::Start(begin)).map_err(unwritten)?;
        let (mut read, mut written) = (Hashed::new(io::sink()), Hashed::new(target));
        self.source.blocks(watch, |bytes, planar| {
            read.write_all(bytes).map_err(|error| unreadable(error.into()))?;
            (watch.progress)(self.source.progress(bytes.len() as u64));
            restorer.restore(bytes, planar).map_err(unreadable)?;
            if self.float {
                written.write_all(&interleaved(planar)).map_err(unwritten)?;
            } else {
                written.write_all(bytes).map_err(unwritten)?;
            }
            Ok(true)
        })?;
        let end = written.get_mut().stream_position().map_err(unwritten)?;
        Ok(Audio { read: read.finish().into(), written: written.finish().into(), end })
    }

    /// Writes what follows the samples from byte `begin` on.
    fn tail(&self, begin: u64) -> Result<(), RestoreError> {
        let info = self.source.info();
        // A file whose samples have become wider needs other padding.
        let is_resized = self.format() != info.format;
        let rest = if is_resized { tail_start(info) } else { info.data_offset + info.data_len };
        let mut target = FileCursor::new(self.samples);
        target.seek(SeekFrom::Start(begin)).map_err(|error| self.out.write_failed(error))?;
        let mut reader = self.source.reader()?;
        reader.copy_from(rest, &mut target).map_err(|error| self.copy_failed(error))
    }

    /// Brings what follows from the samples up to date; gives what there is to say.
    fn refresh(&self, has_changed: bool, watch: &Watch<'_>) -> Result<Vec<String>, RestoreError> {
        let original = (self.source.file(), self.source.info());
        let refreshed = refresh(original, self.samples, has_changed, watch);
        let refreshed = refreshed.map_err(|error| self.copy_failed(error))?;
        let stopped = || RestoreError::Stopped(self.source.path().to_owned());
        refreshed.map(|refreshed| refreshed.notes).ok_or_else(stopped)
    }

    fn copy_failed(&self, error: CopyError) -> RestoreError {
        match error {
            CopyError::Read(error) => self.source.unreadable(error),
            CopyError::Write(error) => self.out.write_failed(error).into(),
        }
    }
}

/// The samples as the bytes of 32-bit floats.
fn interleaved(planar: &[Vec<f32>]) -> Vec<u8> {
    let frames = planar.iter().map(Vec::len).min().unwrap_or(0);
    let mut bytes = Vec::with_capacity(frames * planar.len() * 4);
    for frame in 0..frames {
        for sample in planar.iter().filter_map(|channel| channel.get(frame)) {
            bytes.extend_from_slice(&sample.to_le_bytes());
        }
    }
    bytes
}

//! One file from opening to renaming.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use patchveil_veil::Veil;
use rayon::prelude::*;

use super::chunk::FileWork;
use super::error::ProtectError;
use super::figures::Figures;
use super::outcome::Outcome;
use super::timeline::Timeline;
use super::veils::Veils;
use crate::inputs::Job;
use crate::manifest::{Digest, Hashed, ManifestCache, Record, TreeHash, hash_around};
use crate::open;
use crate::output::OutputFile;
use crate::pcm::{CopyError, PcmError, PcmInfo, PcmReader, Refreshed, refresh};
use crate::recording::{self, Opened, RecordingError, Scratch, Target, hashes};
use crate::shared_file::FileCursor;
use crate::standard_io;
use crate::watch::Watch;

/// Most samples of one chunk, over all channels: 2.7 s of stereo at 48 kHz, about 3 MB.
const CHUNK_SAMPLES: usize = 1 << 18;

/// Protects the recording of `job`, whose first sample is where `timeline` says. Memory use does not grow
/// with the file. Unless `force`, what is done already according to `manifests` is not done again.
///
/// # Errors
/// Any [`ProtectError`]; nothing is left behind then, and an old file of the output's name is still
/// there. A recording that changes while it is read is an error too: half of the old one and half of the
/// new one is neither.
pub fn protect(
    job: &Job,
    veils: &Veils,
    timeline: Timeline,
    force: bool,
    manifests: &ManifestCache,
    watch: &Watch<'_>,
) -> Result<Outcome, ProtectError> {
    let begun = Instant::now();
    let source = Source::open(job, watch)?;
    let info = source.opened.info();
    let veil = veils
        .at(info.sample_rate)
        .map_err(|source| ProtectError::Recipe { path: job.input.clone(), source })?;
    let offset =
        timeline.offset(info).ok_or_else(|| ProtectError::NoTimeReference(job.input.clone()))?;
    if !force && is_done(job, veils, offset, manifests, watch)? {
        (watch.progress)(source.opened.progress(info.data_len));
        let (input, output) = (job.input.clone(), job.output.clone());
        return Err(ProtectError::Done { input, output });
    }
    let out = OutputFile::create(&job.output, Some(&job.input), force)?;
    let target = source.begin()?;
    let samples = target.samples(&out);
    let copied = source.copy_around(samples, &out)?;
    let (figures, audio_read, audio_after) =
        source.protect_audio(&veil, offset, (samples, &out), watch)?;
    let rest = source.finish(&target, &out, copied, audio_read != audio_after, watch)?;
    source.check_unchanged()?;
    let audio_before = source.audio_before(audio_read, watch)?;
    if let Some(fingerprint) = manifests.protected_by(&job.input, audio_before)
        && !force
    {
        return Err(ProtectError::Protected { path: job.input.clone(), fingerprint });
    }
    out.commit()?;
    let note = with_preserved(job, rest.note);
    let took_s = begun.elapsed().as_secs_f64();
    Ok(Outcome {
        input: job.input.clone(),
        output: job.output.clone(),
        sample_rate_hz: info.sample_rate,
        channels: info.channels,
        format: info.format,
        frames: info.frames(),
        seconds: info.seconds(),
        offset,
        patches: patches_in(&veil, offset, info.frames()),
        snr_db: figures.snr_db(),
        peak_before_dbfs: figures.peak_before_dbfs(),
        peak_change_db: figures.peak_change_db(),
        clipped_samples: figures.clipped,
        audio_before,
        audio_after: rest.audio.unwrap_or(audio_after),
        around: rest.around,
        around_before: Some(rest.around_before).filter(|before| *before != rest.around),
        note,
        took_s,
        realtime: info.seconds() / took_s.max(1e-9),
    })
}

/// Gives the output what it is to keep of the input's file; the note, with what the system refused.
fn with_preserved(job: &Job, note: Option<String>) -> Option<String> {
    if !job.options.preserve || standard_io::is_output(&job.output) {
        return note;
    }
    let refused = recording::preserve(&job.input, &job.output);
    joined(note.into_iter().chain(refused).collect())
}

/// Notes in one line.
fn joined(notes: Vec<String>) -> Option<String> {
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// Whether the output is there, and is this recording with this key, recipe and position according to the
/// manifest next to it.
fn is_done(
    job: &Job,
    veils: &Veils,
    offset: i64,
    manifests: &ManifestCache,
    watch: &Watch<'_>,
) -> Result<bool, ProtectError> {
    let is_ours = |record: &Record| {
        (record.fingerprint, &record.recipe, record.offset)
            == (veils.fingerprint(), veils.recipe(), offset)
    };
    let Some(record) = manifests.record(&job.output).filter(is_ours) else { return Ok(false) };
    let of = |path: &Path| match hashes(path, &watch.without_progress()) {
        Ok(Some(hashes)) => Ok(Some(hashes)),
        Ok(None) => Err(ProtectError::Stopped(job.input.clone())),
        // What is wrong with the input is reported where it is read; an output that cannot be read is
        // not the one on record.
        Err(_) => Ok(None),
    };
    Ok(of(&job.output)? == Some((record.audio_after, record.around))
        && of(&job.input)? == Some((record.audio_before, record.around_original())))
}

/// What is known of a complete output besides its samples.
struct Rest {
    /// The hash of its samples, where it is not that of those written.
    audio: Option<Digest>,
    around: Digest,
    around_before: Digest,
    note: Option<String>,
}

/// A recording, open.
struct Source<'a> {
    job: &'a Job,
    opened: Opened,
}

impl<'a> Source<'a> {
    fn open(job: &'a Job, watch: &Watch<'_>) -> Result<Self, ProtectError> {
        let opened = || {
            let (real, scratch) = (open::regular(&job.input)?, Scratch::near(&job.output));
            let opened = recording::open_for(&job.input, real, job.options, &scratch, watch)?;
            opened.check_target(job.options.format, &job.output)?;
            Ok(opened)
        };
        let opened = opened()
            .map_err(|error: RecordingError| ProtectError::unreadable(&job.input, error))?;
        Ok(Self { job, opened })
    }

    fn begin(&self) -> Result<Target, ProtectError> {
        Target::begin(self.job.options, &Scratch::near(&self.job.output))
            .map_err(|error| self.unreadable(error))
    }

    /// The hash of the recording's samples as its own file stores them; `read` is that of those protected.
    fn audio_before(&self, read: Digest, watch: &Watch<'_>) -> Result<Digest, ProtectError> {
        self.opened.audio(read, watch).map_err(|error| self.unreadable(error))
    }

    /// Completes the output, whose samples are all there; `copied` is the hash of what was copied besides them.
    fn finish(
        &self,
        target: &Target,
        out: &OutputFile,
        copied: Digest,
        has_changed: bool,
        watch: &Watch<'_>,
    ) -> Result<Rest, ProtectError> {
        if self.opened.is_in_place() && !target.is_encoded() {
            let (refreshed, around) = self.refresh(out, has_changed, watch)?;
            let around = around.unwrap_or(copied);
            let note = joined(refreshed.notes);
            return Ok(Rest { audio: None, around, around_before: copied, note });
        }
        let finish = || {
            let finished = target.finish(&self.opened, out, watch)?;
            let around = finished.around.map_or_else(|| Target::plain_around(out), Ok)?;
            let note = joined(finished.notes);
            let around_before = self.opened.around()?;
            Ok(Rest { audio: finished.audio, around, around_before, note })
        };
        finish().map_err(|error: RecordingError| self.unreadable(error))
    }

    fn info(&self) -> &PcmInfo {
        self.opened.info()
    }

    fn unreadable(&self, source: impl Into<RecordingError>) -> ProtectError {
        ProtectError::unreadable(&self.job.input, source)
    }

    fn check_unchanged(&self) -> Result<(), ProtectError> {
        self.opened.check_unchanged().map_err(|error| self.unreadable(error))
    }

    /// Copies everything but the samples, and gives its hash.
    fn copy_around(&self, samples: &File, out: &OutputFile) -> Result<Digest, ProtectError> {
        let failed = |error| self.copy_failed(out, error);
        let mut reader = self.opened.reader().map_err(|error| self.unreadable(error))?;
        let mut around = Hashed::new(FileCursor::new(samples));
        reader.copy_head(&mut around).map_err(failed)?;
        around
            .get_mut()
            .seek(SeekFrom::Start(self.info().data_offset + self.info().data_len))
            .map_err(|e| out.write_failed(e))?;
        reader.copy_tail(&mut around).map_err(failed)?;
        Ok(around.finish().into())
    }

    /// Brings what follows from the samples up to date in the output; gives the hash of everything but its
    /// samples if that changed.
    fn refresh(
        &self,
        out: &OutputFile,
        has_changed: bool,
        watch: &Watch<'_>,
    ) -> Result<(Refreshed, Option<Digest>), ProtectError> {
        let refreshed = refresh((self.opened.plain(), self.info()), out.file(), has_changed, watch);
        let refreshed = refreshed.map_err(|error| self.copy_failed(out, error))?;
        let refreshed = refreshed.ok_or_else(|| ProtectError::Stopped(self.job.input.clone()))?;
        if !refreshed.is_changed {
            return Ok((refreshed, None));
        }
        let copy = PcmReader::new(FileCursor::new(out.file()));
        let around = copy.and_then(|mut copy| hash_around(&mut copy));
        Ok((refreshed, Some(around.map_err(|error| self.unreadable(error))?)))
    }

    fn copy_failed(&self, out: &OutputFile, error: CopyError) -> ProtectError {
        match error {
            CopyError::Read(source) => self.unreadable(source),
            CopyError::Write(error) => out.write_failed(error).into(),
        }
    }

    /// Protects the samples, chunk by chunk on all cores; gives their figures, and their hashes before
    /// and after.
    fn protect_audio(
        &self,
        veil: &Arc<Veil>,
        offset: i64,
        (samples, out): (&File, &OutputFile),
        watch: &Watch<'_>,
    ) -> Result<(Figures, Digest, Digest), ProtectError> {
        let info = self.info();
        let progress = |bytes| (watch.progress)(self.opened.progress(bytes));
        let watch = &Watch { stop: watch.stop, progress: &progress };
        // A power of two, so that the chunks are whole branches of the hashes' trees.
        let chunk = 1_u64 << (CHUNK_SAMPLES / usize::from(info.channels)).ilog2();
        let hash = || TreeHash::new(info.data_len, chunk * info.frame_bytes() as u64);
        let (before, after) = (hash(), hash());
        let work = FileWork {
            job: self.job,
            source: self.opened.plain(),
            info,
            veil,
            offset,
            samples,
            out,
            watch,
            before,
            after,
        };
        let chunks = (0..info.frames().div_ceil(chunk))
            .into_par_iter()
            .map_init(|| work.worker(), |worker, number| work.chunk(worker, number * chunk, chunk))
            .collect::<Result<Vec<Figures>, ProtectError>>()?;
        // In the order of the file, because sums depend on it.
        let mut figures = Figures::default();
        chunks.iter().for_each(|chunk| figures.merge(chunk));
        let (Some(before), Some(after)) = (work.before.finish(), work.after.finish()) else {
            return Err(self.unreadable(PcmError::Changed));
        };
        Ok((figures, before.into(), after.into()))
    }
}

/// Patches with at least one of the `frames` samples from timeline position `offset` on.
fn patches_in(veil: &Veil, offset: i64, frames: u64) -> u64 {
    let Some(schedule) = veil.schedule() else { return 0 };
    let mut cursor = schedule.patches_from(offset);
    let mut count = 0;
    while cursor.next(schedule).start < offset + frames as i64 {
        count += 1;
    }
    count
}

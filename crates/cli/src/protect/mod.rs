//! Protecting files: the veil over each of them, streamed, on all cores.
//!
//! A file is worked on in chunks that know nothing of each other: the output at a position hangs on
//! the [`Veil::context`] before it and on nothing else, and the samples keep their places in the
//! file. So chunks can be done in any order and by any thread, with the same bytes in the end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use patchveil_veil::{ClassKey, Convolver, Fingerprint, Recipe, RecipeError, Veil};
use rayon::prelude::*;
use serde::Serialize;

use crate::inputs::Job;
use crate::manifest::{Digest, Hashed, ManifestCache, Record, TreeHash, hashes};
use crate::output::{OutputError, OutputFile};
use crate::paths::{json, shown};
use crate::shared_file::{Place, Stamp};
use crate::wav::{CopyError, SampleFormat, WavError, WavInfo, WavReader, encode_changed};

/// Most samples of one chunk, over all channels: 2.7 s of stereo at 48 kHz, some 3 MB in all.
const CHUNK_SAMPLES: usize = 1 << 18;

/// Why a file was not protected. Each message is one line and names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProtectError {
    /// The recording cannot be read.
    #[error("{}: {source}", shown(path))]
    Wav {
        /// The recording.
        path: PathBuf,
        /// What is wrong with it.
        source: WavError,
    },
    /// The recipe does not fit the recording's sample rate.
    #[error("{}: {source}; convert the recording first", shown(path))]
    Recipe {
        /// The recording.
        path: PathBuf,
        /// What does not fit.
        source: RecipeError,
    },
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The recording is a protected file.
    #[error(
        "{}: is protected already, with the key {fingerprint}, by the manifest beside it; to veil it once \
         more use --force",
        shown(path)
    )]
    Protected {
        /// The input.
        path: PathBuf,
        /// The key that it was protected with.
        fingerprint: Fingerprint,
    },
    /// There is nothing to do: the output is what would be written.
    #[error("{}: skipped, {} is its protected version", shown(input), shown(output))]
    Done {
        /// The recording.
        input: PathBuf,
        /// The protected file, with the same key and recipe.
        output: PathBuf,
    },
    /// The user asked to stop.
    #[error("{}: stopped before it was done; nothing was written", shown(.0))]
    Stopped(PathBuf),
}

/// What became of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The recording.
    #[serde(flatten, serialize_with = "json::input")]
    pub input: PathBuf,
    /// The protected file.
    #[serde(flatten, serialize_with = "json::output")]
    pub output: PathBuf,
    /// Sample rate in Hz.
    pub sample_rate_hz: u32,
    /// Channels.
    pub channels: u16,
    /// How samples are stored, in both.
    pub format: SampleFormat,
    /// Samples a channel.
    pub frames: u64,
    /// Length in seconds.
    pub seconds: f64,
    /// Patches that lie in the recording, wholly or in part.
    pub patches: u64,
    /// Power of the recording over power of what the veil changed, in dB; none if nothing changed
    /// or the recording is silent. Before rounding to the file's bit depth.
    pub snr_db: Option<f64>,
    /// Highest absolute sample of the recording, in dBFS; none for silence.
    pub peak_before_dbfs: Option<f64>,
    /// By how much the veil raised it, in dB.
    pub peak_change_db: Option<f64>,
    /// Samples beyond full scale, cut off there.
    pub clipped_samples: u64,
    /// The recording's samples, as stored.
    pub audio_before: Digest,
    /// The protected file's samples, as stored.
    pub audio_after: Digest,
    /// All other bytes of either file.
    pub around: Digest,
    /// Seconds it took.
    pub took_s: f64,
    /// Seconds of audio a second of work.
    pub realtime: f64,
}

/// The veils of one key and recipe, one for every sample rate met.
pub struct Veils {
    key: ClassKey,
    recipe: Recipe,
    made: Mutex<BTreeMap<u32, Arc<Veil>>>,
}

impl Veils {
    /// None yet.
    ///
    /// # Errors
    /// What [`Recipe::validate`] finds.
    pub fn new(key: ClassKey, recipe: Recipe) -> Result<Self, RecipeError> {
        recipe.validate()?;
        Ok(Self { key, recipe, made: Mutex::new(BTreeMap::new()) })
    }

    /// The key's public name.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.key.fingerprint()
    }

    /// The recipe.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The veil for `sample_rate` Hz, designed when first asked for.
    ///
    /// # Errors
    /// [`RecipeError::Range`] for a rate that no veil can have.
    pub fn at(&self, sample_rate: u32) -> Result<Arc<Veil>, RecipeError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(veil) = made.get(&sample_rate) {
            return Ok(veil.clone());
        }
        let veil = Arc::new(Veil::new(&self.key, &self.recipe, sample_rate)?);
        made.insert(sample_rate, veil.clone());
        Ok(veil)
    }
}

/// How a run is watched and stopped.
pub struct Watch<'a> {
    /// Once true, files under way are abandoned without a trace.
    pub stop: &'a AtomicBool,
    /// Called from any thread with the bytes of audio done since the last call.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

impl Watch<'_> {
    /// The same for what is read besides, which the progress does not count.
    pub(crate) fn quietly(&self) -> Self {
        Self { stop: self.stop, progress: &|_| {} }
    }
}

/// Protects the recording of `job`, whose first sample is timeline position 0. Memory does not grow
/// with the file. By `records`, what is done already is not done again, unless `force`.
///
/// # Errors
/// Any [`ProtectError`]; nothing is left behind then, and what had the output's name is still
/// there. That goes for a recording that changes meanwhile, too: half of the old one and half of
/// the new one is nobody's recording.
pub fn protect(
    job: &Job,
    veils: &Veils,
    force: bool,
    records: &ManifestCache,
    watch: &Watch<'_>,
) -> Result<Outcome, ProtectError> {
    let begun = Instant::now();
    let unreadable = |source| ProtectError::Wav { path: job.input.clone(), source };
    let source = File::open(&job.input).map_err(|e| unreadable(e.into()))?;
    let stamp = Stamp::of(&source).map_err(|e| unreadable(e.into()))?;
    let mut reader = WavReader::new(Place::new(&source)).map_err(unreadable)?;
    let info = reader.info().clone();
    let veil = veils
        .at(info.sample_rate)
        .map_err(|source| ProtectError::Recipe { path: job.input.clone(), source })?;
    if !force && is_done(job, veils, records, watch)? {
        (watch.progress)(info.data_len);
        let (input, output) = (job.input.clone(), job.output.clone());
        return Err(ProtectError::Done { input, output });
    }
    let out = OutputFile::create(&job.output, Some(&job.input), force)?;
    let uncopied = |error| match error {
        CopyError::Read(source) => unreadable(source),
        CopyError::Write(error) => out.write_failed(error).into(),
    };
    let mut around = Hashed::new(Place::new(out.file()));
    reader.copy_head(&mut around).map_err(uncopied)?;
    around
        .get_mut()
        .seek(SeekFrom::Start(info.data_offset + info.data_len))
        .map_err(|e| out.write_failed(e))?;
    reader.copy_tail(&mut around).map_err(uncopied)?;

    // A power of two, so that the chunks are whole branches of the hashes' trees.
    let chunk = 1_u64 << (CHUNK_SAMPLES / usize::from(info.channels)).ilog2();
    let hash = || TreeHash::new(info.data_len, chunk * info.frame_bytes() as u64);
    let work = FileWork {
        job,
        source: &source,
        info: &info,
        veil: &veil,
        out: &out,
        watch,
        before: hash(),
        after: hash(),
    };
    let figures = (0..info.frames().div_ceil(chunk))
        .into_par_iter()
        .map_init(|| work.worker(), |worker, number| work.chunk(worker, number * chunk, chunk))
        .collect::<Result<Vec<Figures>, ProtectError>>()?;
    if Stamp::of(&source).map_err(|e| unreadable(e.into()))? != stamp {
        return Err(unreadable(WavError::Changed));
    }
    let (Some(before), Some(after)) = (work.before.finish(), work.after.finish()) else {
        return Err(unreadable(WavError::Changed));
    };
    let digests: [Digest; 3] = [before.into(), after.into(), around.finish().into()];
    if let Some(fingerprint) = records.protected_by(&job.input, digests[0])
        && !force
    {
        return Err(ProtectError::Protected { path: job.input.clone(), fingerprint });
    }
    out.commit()?;
    Ok(outcome(job, &info, &veil, &figures, digests, begun))
}

/// Whether the output is there, and is this recording under this veil by the record beside it.
fn is_done(
    job: &Job,
    veils: &Veils,
    records: &ManifestCache,
    watch: &Watch<'_>,
) -> Result<bool, ProtectError> {
    let is_ours = |record: &Record| {
        (record.fingerprint, &record.recipe) == (veils.fingerprint(), veils.recipe())
    };
    let Some(record) = records.record(&job.output).filter(is_ours) else { return Ok(false) };
    let of = |path: &Path| match hashes(path, &watch.quietly()) {
        Ok(Some(hashes)) => Ok(Some(hashes)),
        Ok(None) => Err(ProtectError::Stopped(job.input.clone())),
        // What is wrong with the input is told where it is read; another output is not this one.
        Err(_) => Ok(None),
    };
    Ok(of(&job.output)? == Some((record.audio_after, record.around))
        && of(&job.input)? == Some((record.audio_before, record.around)))
}

/// One file, as its chunks see it.
struct FileWork<'a> {
    job: &'a Job,
    source: &'a File,
    info: &'a WavInfo,
    veil: &'a Arc<Veil>,
    out: &'a OutputFile,
    watch: &'a Watch<'a>,
    before: TreeHash,
    after: TreeHash,
}

/// What a thread keeps from chunk to chunk of one file.
struct Worker<'a> {
    reader: WavReader<Place<'a>>,
    writer: Place<'a>,
    before: Vec<Vec<f32>>,
    after: Vec<Vec<f32>>,
}

/// Sums over one chunk.
struct Figures {
    signal: f64,
    change: f64,
    peak_before: f32,
    peak_after: f32,
    clipped: u64,
}

impl<'a> FileWork<'a> {
    fn chunk(
        &self,
        worker: &mut Worker<'a>,
        first: u64,
        frames: u64,
    ) -> Result<Figures, ProtectError> {
        if self.watch.stop.load(Ordering::Relaxed) {
            return Err(ProtectError::Stopped(self.job.input.clone()));
        }
        let unreadable = |source| ProtectError::Wav { path: self.job.input.clone(), source };
        let mut convolver = Convolver::of(self.veil.clone(), usize::from(self.info.channels));
        let context = (self.veil.context() as u64).min(first);
        worker.reader.seek(first - context).map_err(unreadable)?;
        if context > 0 {
            worker.reader.read_block(context as usize, &mut worker.before).map_err(unreadable)?;
            let past: Vec<&[f32]> = worker.before.iter().map(Vec::as_slice).collect();
            convolver.feed((first - context) as i64, &past);
        }
        worker.reader.read_block(frames as usize, &mut worker.before).map_err(unreadable)?;
        worker.after.clone_from(&worker.before);
        let mut channels: Vec<&mut [f32]> =
            worker.after.iter_mut().map(Vec::as_mut_slice).collect();
        convolver.process(first as i64, &mut channels);
        let figures = self.write(worker, first).map_err(|e| self.out.write_failed(e))?;
        (self.watch.progress)(worker.reader.block_bytes().len() as u64);
        Ok(figures)
    }

    fn worker(&self) -> Worker<'a> {
        Worker {
            reader: WavReader::at_start(Place::new(self.source), self.info.clone()),
            writer: Place::new(self.out.file()),
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    /// Writes the chunk that begins at frame `first` to its place.
    fn write(&self, worker: &mut Worker<'_>, first: u64) -> io::Result<Figures> {
        let bytes = worker.reader.block_bytes();
        let within = first * self.info.frame_bytes() as u64;
        self.before.add(within, bytes);
        let clipped = encode_changed(bytes, self.info.format, &worker.after, first)
            .map_err(io::Error::other)?;
        self.after.add(within, bytes);
        let place = self.info.data_offset + within;
        worker.writer.seek(SeekFrom::Start(place))?;
        worker.writer.write_all(bytes)?;
        let mut figures =
            Figures { signal: 0.0, change: 0.0, peak_before: 0.0, peak_after: 0.0, clipped };
        for (before, after) in worker.before.iter().zip(&worker.after) {
            figures.add(before, after);
        }
        Ok(figures)
    }
}

impl Figures {
    /// Sums in lanes, so that the compiler can work on several samples at once.
    fn add(&mut self, before: &[f32], after: &[f32]) {
        const LANES: usize = 8;
        let mut signal = [0.0_f64; LANES];
        let mut change = [0.0_f64; LANES];
        let mut peak_before = [0.0_f32; LANES];
        let mut peak_after = [0.0_f32; LANES];
        let mut lane = |lane: usize, x: f32, y: f32| {
            let difference = f64::from(y) - f64::from(x);
            signal[lane] += f64::from(x) * f64::from(x);
            change[lane] += difference * difference;
            peak_before[lane] = peak_before[lane].max(x.abs());
            peak_after[lane] = peak_after[lane].max(y.abs());
        };
        let (xs, x_rest) = before.as_chunks::<LANES>();
        let (ys, y_rest) = after.as_chunks::<LANES>();
        for (x, y) in xs.iter().zip(ys) {
            for i in 0..LANES {
                lane(i, x[i], y[i]);
            }
        }
        for (&x, &y) in x_rest.iter().zip(y_rest) {
            lane(0, x, y);
        }
        self.signal += signal.iter().sum::<f64>();
        self.change += change.iter().sum::<f64>();
        self.peak_before = peak_before.iter().copied().fold(self.peak_before, f32::max);
        self.peak_after = peak_after.iter().copied().fold(self.peak_after, f32::max);
    }
}

fn outcome(
    job: &Job,
    info: &WavInfo,
    veil: &Veil,
    figures: &[Figures],
    [audio_before, audio_after, around]: [Digest; 3],
    begun: Instant,
) -> Outcome {
    let signal: f64 = figures.iter().map(|f| f.signal).sum();
    let change: f64 = figures.iter().map(|f| f.change).sum();
    let peak = |of: fn(&Figures) -> f32| f64::from(figures.iter().map(of).fold(0.0, f32::max));
    let (before, after) = (peak(|f| f.peak_before), peak(|f| f.peak_after));
    let took_s = begun.elapsed().as_secs_f64();
    Outcome {
        input: job.input.clone(),
        output: job.output.clone(),
        sample_rate_hz: info.sample_rate,
        channels: info.channels,
        format: info.format,
        frames: info.frames(),
        seconds: info.seconds(),
        patches: patches_in(veil, info.frames()),
        snr_db: (signal > 0.0 && change > 0.0).then(|| 10.0 * (signal / change).log10()),
        peak_before_dbfs: (before > 0.0).then(|| 20.0 * before.log10()),
        peak_change_db: (before > 0.0 && after > 0.0).then(|| 20.0 * (after / before).log10()),
        clipped_samples: figures.iter().map(|f| f.clipped).sum(),
        audio_before,
        audio_after,
        around,
        took_s,
        realtime: info.seconds() / took_s.max(1e-9),
    }
}

/// Patches with at least one sample in 0 .. `frames`.
fn patches_in(veil: &Veil, frames: u64) -> u64 {
    let schedule = veil.schedule();
    let mut cursor = schedule.patches_from(0);
    let mut count = 0;
    while cursor.next(schedule).start < frames as i64 {
        count += 1;
    }
    count
}

/// Bytes of audio that `path` holds, roughly, for a progress bar; 0 if it cannot be looked at.
#[must_use]
pub fn rough_size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

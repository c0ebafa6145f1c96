//! One file, front to back.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use patchveil_veil::{ClassKey, Recipe, RecipeError, Restorer, Veil, distance_from_grid};

use super::{Evidence, Outcome, Request, RestoreError};
use crate::inputs::Job;
use crate::manifest::{Digest, Hashed, Record, hash_audio};
use crate::output::OutputFile;
use crate::protect::Watch;
use crate::shared_file::{Place, Stamp};
use crate::wav::{
    CopyError, SampleFormat, WavError, WavInfo, WavReader, encode_nearest, float_head, tail_start,
};

/// Samples of one block, over all channels.
const BLOCK_SAMPLES: usize = 1 << 16;
/// Seconds in which the expected error is measured, and in which integers are looked for.
const PROBE_S: f64 = 30.0;
/// Depths in bits of integers that float files are made from.
const GRIDS: [u32; 2] = [16, 24];
/// Root mean square distance from integers, in steps, up to which samples are taken for them.
const ON_GRID: f64 = 0.1;

/// A protected file, open.
pub(super) struct Source {
    path: PathBuf,
    file: File,
    stamp: Stamp,
    info: WavInfo,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, RestoreError> {
        let unreadable = |source| RestoreError::Wav { path: path.to_owned(), source };
        let file = File::open(path).map_err(|error| unreadable(error.into()))?;
        let stamp = Stamp::of(&file).map_err(|error| unreadable(error.into()))?;
        let info = WavInfo::read(&mut Place::new(&file)).map_err(unreadable)?;
        Ok(Self { path: path.to_owned(), file, stamp, info })
    }

    pub(super) fn info(&self) -> &WavInfo {
        &self.info
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn has_shape_of(&self, record: &Record) -> bool {
        let info = &self.info;
        (info.sample_rate, info.channels, info.format, info.frames())
            == (record.sample_rate_hz, record.channels, record.format, record.frames)
    }

    pub(super) fn unreadable(&self, source: WavError) -> RestoreError {
        RestoreError::Wav { path: self.path.clone(), source }
    }

    /// A reader of its own, at the first sample.
    pub(super) fn reader(&self) -> Result<WavReader<Place<'_>>, RestoreError> {
        let mut reader = WavReader::at_start(Place::new(&self.file), self.info.clone());
        reader.seek(0).map_err(|error| self.unreadable(error))?;
        Ok(reader)
    }

    /// Calls `each` with the stored bytes and the samples of block after block, until it returns
    /// false.
    pub(super) fn blocks(
        &self,
        watch: &Watch<'_>,
        mut each: impl FnMut(&mut [u8], &mut Vec<Vec<f32>>) -> Result<bool, RestoreError>,
    ) -> Result<(), RestoreError> {
        let mut reader = self.reader()?;
        let mut planar = Vec::new();
        let frames = BLOCK_SAMPLES / usize::from(self.info.channels);
        loop {
            if watch.stop.load(Ordering::Relaxed) {
                return Err(RestoreError::Stopped(self.path.clone()));
            }
            let got =
                reader.read_block(frames, &mut planar).map_err(|error| self.unreadable(error))?;
            if got == 0 || !each(reader.block_bytes(), &mut planar)? {
                return Ok(());
            }
        }
    }

    /// The hash of the samples as stored.
    pub(super) fn hash_audio(&self, watch: &Watch<'_>) -> Result<Digest, RestoreError> {
        let audio = hash_audio(&mut self.reader()?, &watch.quietly());
        let audio = audio.map_err(|error| self.unreadable(error))?;
        audio.ok_or_else(|| RestoreError::Stopped(self.path.clone()))
    }

    fn is_unchanged(&self) -> bool {
        Stamp::of(&self.file).is_ok_and(|stamp| stamp == self.stamp)
    }
}

/// What to undo, and why that is right.
pub(super) struct Plan<'a> {
    key: &'a ClassKey,
    recipe: &'a Recipe,
    offset: i64,
    evidence: Evidence,
}

impl<'a> Plan<'a> {
    pub(super) fn new(
        key: &'a ClassKey,
        recipe: &'a Recipe,
        offset: i64,
        evidence: Evidence,
    ) -> Self {
        Self { key, recipe, offset, evidence }
    }
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
    let begun = Instant::now();
    let info = source.info();
    let unusable = |error| RestoreError::Recipe { path: job.input.clone(), source: error };
    let veil = request.veils.get(plan.key, plan.recipe, info.sample_rate).map_err(unusable)?;
    let mut undoing = Undoing::new(&veil, info, plan.offset).map_err(unusable)?;
    undoing.look_for_integers(source, watch)?;

    let format = if request.float { SampleFormat::F32 } else { info.format };
    let out = OutputFile::create(&job.output, Some(&job.input), request.force)?;
    let mut target = Place::new(out.file());
    let unwritten = |error| out.write_failed(error);
    let mut reader = source.reader()?;
    let mut head = Vec::new();
    reader.copy_head(&mut head).map_err(|error| copy_failed(source, &out, error))?;
    let head = if request.float {
        float_head(&head, info).map_err(|error| source.unreadable(error))?
    } else {
        head
    };
    target.write_all(&head).map_err(unwritten)?;

    let mut read = Hashed::new(io::sink());
    let mut audio = Hashed::new(target);
    source.blocks(watch, |bytes, planar| {
        read.write_all(bytes).map_err(|error| source.unreadable(error.into()))?;
        (watch.progress)(bytes.len() as u64);
        undoing.block(bytes, planar).map_err(|error| source.unreadable(error))?;
        if request.float {
            audio.write_all(&interleaved(planar)).map_err(unwritten)?;
        } else {
            audio.write_all(bytes).map_err(unwritten)?;
        }
        Ok(true)
    })?;
    let written = audio.get_mut().stream_position().map_err(unwritten)?;
    if let Some(record) = record
        && Digest::from(read.finish()) != record.audio_after
    {
        return Ok(None);
    }
    // A file whose samples have become wider needs other padding.
    let resized = request.float && info.format != SampleFormat::F32;
    let rest = if resized { tail_start(info) } else { info.data_offset + info.data_len };
    let mut place = Place::new(out.file());
    place.seek(SeekFrom::Start(written)).map_err(unwritten)?;
    reader.copy_from(rest, &mut place).map_err(|error| copy_failed(source, &out, error))?;
    if !source.is_unchanged() {
        return Err(RestoreError::changed(&job.input));
    }
    let restored = Digest::from(audio.finish());
    let (snr_db, may_be_cut_off) = (undoing.snr_db(), undoing.full_scale > 0);
    out.commit()?;
    Ok(Some(Outcome {
        input: job.input.clone(),
        output: job.output.clone(),
        fingerprint: veil.fingerprint(),
        evidence: plan.evidence,
        recipe: plan.recipe.clone(),
        offset: plan.offset,
        seconds: info.seconds(),
        format,
        is_original: record
            .filter(|record| record.format == format)
            .map(|record| restored == record.audio_before),
        expected_snr_db: snr_db.filter(|_| !may_be_cut_off),
        snr_at_most_db: snr_db.filter(|_| may_be_cut_off),
        full_scale_samples: undoing.full_scale,
        took_s: begun.elapsed().as_secs_f64(),
    }))
}

fn copy_failed(source: &Source, out: &OutputFile, error: CopyError) -> RestoreError {
    match error {
        CopyError::Read(error) => source.unreadable(error),
        CopyError::Write(error) => out.write_failed(error).into(),
    }
}

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

/// A restorer at work, with an eye on what can be expected of it.
struct Undoing {
    veil: Arc<Veil>,
    restorer: Restorer,
    format: SampleFormat,
    sample_rate: u32,
    position: i64,
    /// Bits of the integers that the original of a float file consists of, at its beginning.
    grid: Option<u32>,
    /// A channel of noise as strong as the file's rounding: what restoring makes of it is what it
    /// makes of the rounding errors, because it is linear.
    noise: Vec<f32>,
    random: u64,
    signal: f64,
    error: f64,
    full_scale: u64,
}

impl Undoing {
    fn new(veil: &Arc<Veil>, info: &WavInfo, offset: i64) -> Result<Self, RecipeError> {
        Ok(Self {
            veil: veil.clone(),
            restorer: Restorer::new(veil.clone(), usize::from(info.channels) + 1)?,
            format: info.format,
            sample_rate: info.sample_rate,
            position: offset,
            grid: None,
            noise: Vec::new(),
            random: 1,
            signal: 0.0,
            error: 0.0,
            full_scale: 0,
        })
    }

    /// Looks whether the beginning of a float file, restored, consists of integers: then the
    /// original came from an integer file, and rounding gives it back to the last bit.
    fn look_for_integers(
        &mut self,
        source: &Source,
        watch: &Watch<'_>,
    ) -> Result<(), RestoreError> {
        if self.format != SampleFormat::F32 {
            return Ok(());
        }
        let Ok(mut restorer) = Restorer::new(self.veil.clone(), 1) else { return Ok(()) };
        let begin = self.position;
        let mut position = begin;
        let end = begin + (PROBE_S * f64::from(self.sample_rate)) as i64;
        let mut found = None;
        source.blocks(watch, |_, planar| {
            let Some(first) = planar.first() else { return Ok(false) };
            let mut samples: Vec<f64> = first.iter().copied().map(f64::from).collect();
            restorer.process_f64(position, &mut [&mut samples]);
            // The start of an excerpt from the middle of a patch has to settle first.
            let settled = if position == begin { 4 * self.veil.context() } else { 0 };
            position += samples.len() as i64;
            let samples = samples.get(settled..).unwrap_or_default();
            let told = GRIDS.map(|bits| (bits, distance_from_grid(samples, bits)));
            found = told.iter().find(|told| told.1.is_some_and(|away| away < ON_GRID)).copied();
            let undecided = told.iter().all(|told| told.1.is_none());
            Ok(undecided && position < end)
        })?;
        self.grid = found.map(|(bits, _)| bits);
        Ok(())
    }

    /// Restores a block: the samples, and the bytes they are stored in.
    fn block(&mut self, bytes: &mut [u8], planar: &mut [Vec<f32>]) -> Result<(), WavError> {
        let frames = planar.first().map_or(0, Vec::len);
        self.full_scale += full_scale(self.format, planar);
        let before = self.grid.map(|_| planar.to_vec());
        self.draw_noise(planar, frames);
        let mut channels: Vec<&mut [f32]> = planar.iter_mut().map(Vec::as_mut_slice).collect();
        channels.push(&mut self.noise);
        self.restorer.process(self.position, &mut channels);
        if let (Some(bits), Some(before)) = (self.grid, before) {
            for (channel, before) in planar.iter_mut().zip(&before) {
                round_what_is_on_grid(channel, before, bits);
            }
        }
        self.position += frames as i64;
        self.add_up(planar);
        encode_nearest(bytes, self.format, planar)?;
        Ok(())
    }

    fn draw_noise(&mut self, planar: &[Vec<f32>], frames: usize) {
        self.noise.resize(frames, 0.0);
        let mut uniform = || {
            self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.random >> 40) as f32 / (1 << 24) as f32 - 0.5
        };
        let channel = planar.first().map_or(&[][..], Vec::as_slice);
        for (noise, sample) in self.noise.iter_mut().zip(channel) {
            *noise = match step(self.format) {
                // Rounding, and dither from −1 to 1 with a triangular density.
                Some(step) => step * (uniform() + uniform() + uniform()),
                // A handful of roundings on the way there and back.
                None => 2.0 * sample.abs() * f32::EPSILON * uniform(),
            };
        }
    }

    /// Adds up power at the start of the file, as far as it tells.
    fn add_up(&mut self, planar: &[Vec<f32>]) {
        let power = |samples: &[f32]| samples.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
        let channels = planar.len().max(1) as f64;
        self.signal += planar.iter().map(|channel| power(channel)).sum::<f64>() / channels;
        // And once more rounded, to the nearest integer.
        let rounding = step(self.format).map_or(0.0, |step| f64::from(step).powi(2) / 12.0);
        self.error += power(&self.noise) + rounding * self.noise.len() as f64;
    }

    fn snr_db(&self) -> Option<f64> {
        (self.signal > 0.0 && self.error > 0.0).then(|| 10.0 * (self.signal / self.error).log10())
    }
}

/// Rounds what of the restored samples of a channel differs from `before` to integers of `bits` bits,
/// unless they tell that they never were any: a beginning made of integers does not make the rest so.
fn round_what_is_on_grid(channel: &mut [f32], before: &[f32], bits: u32) {
    let restored: Vec<f64> = channel.iter().copied().map(f64::from).collect();
    if distance_from_grid(&restored, bits).is_some_and(|away| away >= ON_GRID) {
        return;
    }
    let steps = (1_u64 << (bits - 1)) as f32;
    for (x, _) in channel.iter_mut().zip(before).filter(|(x, y)| x != y) {
        // An ordinary zero, not the negative one, is what integers become.
        *x = (*x * steps).round() / steps + 0.0;
    }
}

/// The step between the values that a format can have, full scale being 1; none for floats.
pub(super) fn step(format: SampleFormat) -> Option<f32> {
    match format {
        SampleFormat::U8 => Some(1.0 / 128.0),
        SampleFormat::I16 => Some(1.0 / 32_768.0),
        SampleFormat::I24 => Some(1.0 / 8_388_608.0),
        SampleFormat::I32 => Some(1.0 / 16_777_216.0),
        SampleFormat::F32 => None,
    }
}

/// Samples that are as high as an integer format goes.
fn full_scale(format: SampleFormat, planar: &[Vec<f32>]) -> u64 {
    let Some(step) = step(format) else { return 0 };
    let top = 1.0 - 1.5 * step;
    planar.iter().flatten().filter(|x| **x > top || **x < -1.0 + 0.5 * step).count() as u64
}

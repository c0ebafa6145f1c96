//! From excerpts and keys to a folder of clips.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use patchveil_keyring::sync_directory;
use patchveil_veil::{ClassKey, KeyError, Recipe, Veil};
use rayon::prelude::*;
use tempfile::TempDir;

use super::answer_key::{
    AnswerKey, COMMITMENT, ClipEntry, ExcerptEntry, SEALED, VERSION, commitment, decoy_key,
};
use super::clip::Excerpt;
use super::draws::Draws;
use super::error::ProbeError;
use super::seal::seal;
use super::{recordings, voice};
use crate::leftovers::TEMP_PREFIX;
use crate::output::OutputFile;
use crate::paths::folder_of;
use crate::watch::Watch;

/// Most clips of a probe, over all keys.
pub const CLIPS_TOTAL_MAX: u64 = 100_000;
/// Clips that are in memory at a time: at most so many, and at most so many bytes.
const AT_A_TIME: (usize, u64) = (128, 1 << 26);
/// Timeline positions that clips begin at: anywhere in a day.
const DAY_S: u64 = 86_400;
/// What the folder is for, in words for whoever runs the model.
const README: &str = include_str!("readme.txt");

/// What to make.
pub struct Request {
    /// The class.
    pub class: String,
    /// Its key.
    pub key: ClassKey,
    /// What the recipe is called.
    pub preset: String,
    /// The recipe, for the class's key and the decoys alike.
    pub recipe: Recipe,
    /// Random keys to compare with.
    pub decoys: u32,
    /// Clips for each key.
    pub clips: u32,
    /// Length of a clip in seconds.
    pub seconds: f64,
    /// Folder of recordings that nobody marked; none for a voice made here.
    pub from: Option<PathBuf>,
    /// The folder to write, new or empty.
    pub output: PathBuf,
}

/// A probe that is ready to be written.
pub struct Probe<'a> {
    request: &'a Request,
    seed: [u8; 32],
    excerpts: Vec<Excerpt>,
    /// What was left out of the folder of recordings, a line each.
    pub left_out: Vec<String>,
}

/// A probe that was written.
#[derive(Debug, Clone)]
pub struct Made {
    /// Clips over all keys.
    pub clips: u64,
    /// The commitment to the answer key, 64 hexadecimal digits.
    pub commitment: String,
}

impl<'a> Probe<'a> {
    /// Chooses the seed and cuts the neutral audio.
    ///
    /// # Errors
    /// [`ProbeError`] if the folder is not empty, too many clips are asked for, or the recordings are too
    /// few or cannot be read.
    pub fn new(request: &'a Request, watch: &Watch<'_>) -> Result<Self, ProbeError> {
        let (clips, keys) = (u64::from(request.clips), u64::from(request.decoys) + 1);
        if clips * keys > CLIPS_TOTAL_MAX {
            return Err(ProbeError::TooMany { clips, keys, most: CLIPS_TOTAL_MAX });
        }
        check_folder(&request.output)?;
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|_| KeyError::NoEntropy)?;
        let wanted = request.clips as usize;
        let (excerpts, left_out) = match &request.from {
            Some(folder) => recordings::excerpts(folder, wanted, request.seconds, &seed, watch)?,
            None => (voices(wanted, request.seconds, &seed)?, Vec::new()),
        };
        Ok(Self { request, seed, excerpts, left_out })
    }

    /// Keys: the class's and the decoys.
    #[must_use]
    pub fn keys(&self) -> u64 {
        u64::from(self.request.decoys) + 1
    }

    /// Clips over all keys.
    #[must_use]
    pub fn clips(&self) -> u64 {
        self.excerpts.len() as u64 * self.keys()
    }

    /// Size of all clips in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.excerpts.iter().map(Excerpt::file_len).sum::<u64>() * self.keys()
    }

    /// Writes the folder. It appears whole or not at all. Progress is counted in bytes of clips.
    ///
    /// # Errors
    /// [`ProbeError`]; nothing is left behind then.
    pub fn write(&self, watch: &Watch<'_>) -> Result<Made, ProbeError> {
        let folder = &self.request.output;
        let parent = folder_of(folder);
        let failed = |doing| io_error(folder, doing);
        fs::create_dir_all(parent).map_err(failed("make the folder it is in"))?;
        let temp = temp_folder(parent).map_err(failed("write into the folder it is in"))?;
        let clips = self.write_clips(&temp.path().join("clips"), watch)?;
        let answer_key = self.answer_key(clips);
        let sealed = self.write_around(temp.path(), &answer_key)?;
        if watch.is_stopped() {
            return Err(ProbeError::Stopped);
        }
        // An empty folder of that name is in the way on some systems.
        if folder.exists() {
            fs::remove_dir(folder).map_err(failed("put the probe in the place of this folder"))?;
        }
        fs::rename(temp.path(), folder).map_err(failed("give the probe its name"))?;
        let _ = temp.keep();
        sync_directory(parent).map_err(failed("sync the folder it is in"))?;
        Ok(Made { clips: self.clips(), commitment: sealed })
    }

    /// Timeline position of each excerpt in samples, the same under all keys.
    fn positions(&self) -> Vec<i64> {
        let mut draws = Draws::new(&self.seed, "positions");
        let position =
            |excerpt: &Excerpt| draws.below(u64::from(excerpt.sample_rate) * DAY_S) as i64;
        self.excerpts.iter().map(position).collect()
    }

    /// Excerpt and key of each clip, in the order of the clips' names.
    fn order(&self) -> Vec<(u32, u32)> {
        let excerpts = 0..self.excerpts.len() as u32;
        let mut order: Vec<(u32, u32)> = excerpts
            .flat_map(|excerpt| (0..=self.request.decoys).map(move |key| (excerpt, key)))
            .collect();
        Draws::new(&self.seed, "order").shuffle(&mut order);
        order
    }

    /// The veils of every key at every sample rate of an excerpt.
    fn veils(&self) -> Result<HashMap<(u32, u32), Arc<Veil>>, ProbeError> {
        let mut rates: Vec<u32> = self.excerpts.iter().map(|own| own.sample_rate).collect();
        rates.sort_unstable();
        rates.dedup();
        let pairs: Vec<(u32, u32)> = rates
            .into_iter()
            .flat_map(|rate| (0..=self.request.decoys).map(move |number| (number, rate)))
            .collect();
        let design = |(number, rate): (u32, u32)| {
            let key = match number {
                0 => self.request.key.clone(),
                number => decoy_key(&self.seed, number),
            };
            let veil = Veil::new(&key, &self.request.recipe, rate)?;
            Ok(((number, rate), Arc::new(veil)))
        };
        pairs.into_par_iter().map(design).collect()
    }

    /// Makes and writes the clips in the order of their names, so that neither times nor places on the disk
    /// tell which have the same key.
    fn write_clips(&self, folder: &Path, watch: &Watch<'_>) -> Result<Vec<ClipEntry>, ProbeError> {
        let (veils, positions) = (self.veils()?, self.positions());
        let order = self.order();
        let begun = SystemTime::now();
        let largest = self.excerpts.iter().map(Excerpt::file_len).max().unwrap_or(1).max(1);
        let at_a_time = AT_A_TIME.0.min((AT_A_TIME.1 / largest).max(1) as usize);
        let render = |&(excerpt, key): &(u32, u32)| {
            if watch.is_stopped() {
                return Err(ProbeError::Stopped);
            }
            let own = &self.excerpts[excerpt as usize];
            let veil = &veils[&(key, own.sample_rate)];
            own.under(veil.clone(), positions[excerpt as usize])
        };
        let mut entries = Vec::with_capacity(order.len());
        for some in order.chunks(at_a_time) {
            let files = some.par_iter().map(render).collect::<Result<Vec<_>, _>>()?;
            for (bytes, &(excerpt, key)) in files.iter().zip(some) {
                let file = clip_name(entries.len() + 1, order.len());
                write_file(&folder.join(&file), bytes, Some(begun))?;
                (watch.progress)(bytes.len() as u64);
                entries.push(ClipEntry { file, excerpt, key, blake3: blake3::hash(bytes).into() });
            }
        }
        Ok(entries)
    }

    fn answer_key(&self, clips: Vec<ClipEntry>) -> AnswerKey {
        let entry = |(own, position): (&Excerpt, i64)| ExcerptEntry {
            recording: own.recording.clone(),
            start_s: own.start_s,
            sample_rate_hz: own.sample_rate,
            position,
        };
        AnswerKey {
            version: VERSION,
            tool: format!("patchveil {}", env!("CARGO_PKG_VERSION")),
            class: self.request.class.clone(),
            fingerprint: self.request.key.fingerprint(),
            preset: self.request.preset.clone(),
            recipe: self.request.recipe.clone(),
            seed: blake3::Hash::from_bytes(self.seed).to_string(),
            decoys: self.request.decoys,
            excerpts: self.excerpts.iter().zip(self.positions()).map(entry).collect(),
            clips,
        }
    }

    /// Writes all but the clips; gives the commitment.
    fn write_around(&self, folder: &Path, answer_key: &AnswerKey) -> Result<String, ProbeError> {
        let failed = |doing| io_error(&self.request.output, doing);
        let plain = serde_json::to_vec_pretty(answer_key).map_err(io::Error::other);
        let plain = plain.map_err(failed("write the answer key"))?;
        let commitment = commitment(&plain);
        let secret = self.request.key.probe_secret(commitment.as_bytes());
        let sealed = seal(&plain, &secret).map_err(failed("seal the answer key"))?;
        let commitment = commitment.to_string();
        let rows = answer_key.clips.iter().map(|clip| format!("{},\n", clip.file));
        let template: String = std::iter::once("file,label\n".to_owned()).chain(rows).collect();
        let readme = README
            .replace("{clips}", &answer_key.clips.len().to_string())
            .replace("{commitment}", &commitment);
        for (name, content) in [
            (SEALED, sealed.as_slice()),
            (COMMITMENT, format!("{commitment}\n").as_bytes()),
            ("answers-template.csv", template.as_bytes()),
            ("README.txt", readme.as_bytes()),
        ] {
            write_file(&folder.join(name), content, None)?;
        }
        Ok(commitment)
    }
}

/// Whether a probe may be written there. Never into a folder with something in it: the clips of two probes
/// would be neither.
fn check_folder(folder: &Path) -> Result<(), ProbeError> {
    if folder.file_name().is_none() {
        return Err(ProbeError::NoName(folder.to_owned()));
    }
    if fs::symlink_metadata(folder).is_err() {
        return Ok(());
    }
    let is_empty = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    if is_empty { Ok(()) } else { Err(ProbeError::NotEmpty(folder.to_owned())) }
}

/// Excerpts of voices made here.
fn voices(count: usize, seconds: f64, seed: &[u8; 32]) -> Result<Vec<Excerpt>, ProbeError> {
    let len = (seconds * f64::from(voice::RATE)) as usize;
    let one = |number: usize| {
        let mut draws = Draws::new(seed, &format!("voice {number}"));
        Excerpt::new(&voice::voice(&mut draws, len), voice::RATE, None, 0.0)
    };
    (0..count).into_par_iter().map(one).collect()
}

/// The name of clip number `number` of `total`; letters in front, so that no spreadsheet takes it for a
/// number.
fn clip_name(number: usize, total: usize) -> String {
    let digits = total.to_string().len().max(4);
    format!("clip-{number:0digits$}.wav")
}

fn temp_folder(parent: &Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMP_PREFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    builder.tempdir_in(parent)
}

/// Writes a file, last changed at `time` if that is given.
fn write_file(path: &Path, content: &[u8], time: Option<SystemTime>) -> Result<(), ProbeError> {
    let mut file = OutputFile::create(path, None, false)?;
    file.write_all(content).map_err(|error| file.write_failed(error))?;
    if let Some(time) = time {
        file.file().set_modified(time).map_err(|error| file.write_failed(error))?;
    }
    file.commit()?;
    Ok(())
}

fn io_error(path: &Path, doing: &'static str) -> impl Fn(io::Error) -> ProbeError {
    let path = path.to_owned();
    move |source| ProbeError::Io { path: path.clone(), doing, source }
}

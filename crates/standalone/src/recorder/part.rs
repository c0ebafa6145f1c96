//! One file of a recording, and its line in the manifest.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use blake3::Hasher;
use jiff::Timestamp;
use patchveil::manifest;
use patchveil_plugin::{FileTrouble, Remote};
use patchveil_veil::{Fingerprint, Recipe};

use super::Block;
use super::failure::Unrecorded;
use super::file::{FileWriter, Medium};
use super::samples::{Samples, encoded};
use crate::audio::Format;

/// What the name of a file ends with while it is being written, before the ending.
pub(super) const UNFINISHED: &str = " (recording)";

/// How long a new file waits for its lock.
const PATIENCE: Duration = Duration::from_secs(1);

/// Opens a new file for writing.
type Open = Box<dyn Fn(&Path) -> io::Result<Box<dyn Medium>> + Send>;

/// Where files are written, and who knows what is in them.
pub(super) struct Place {
    open: Open,
    remote: Option<Remote>,
}

impl Place {
    /// Real files of what `remote`'s instance sends.
    pub(super) fn files(remote: Option<Remote>) -> Self {
        let open: Open = Box::new(|path| {
            let file = OpenOptions::new().write(true).create_new(true).open(path)?;
            lock(&file);
            Ok(Box::new(file))
        });
        Self { open, remote }
    }

    /// Files on another medium.
    #[cfg(test)]
    pub(super) fn on(open: Open) -> Self {
        Self { open, remote: None }
    }
}

/// A file that is complete.
pub(super) struct Finished {
    pub(super) path: PathBuf,
    /// Why the manifest has no line for it.
    pub(super) unrecorded: Option<Unrecorded>,
}

/// A file that is being written.
pub(super) struct OpenPart {
    writer: FileWriter,
    /// Its name in the end.
    target: PathBuf,
    /// Its name until then.
    unfinished: PathBuf,
    format: Format,
    samples: Samples,
    before: Option<Hasher>,
    after: Hasher,
    offset: i64,
    next: Option<i64>,
    /// What the first block was protected by.
    veil: Option<u64>,
    /// Whether mark and veil did anything in any block.
    acted: bool,
    protection: Option<(Fingerprint, Recipe)>,
    /// Samples that were too loud for integers.
    clipped: u64,
}

/// Why a recording ended by itself, and where what there is of it is.
pub(super) struct NotFinished {
    pub(super) why: FileTrouble,
    pub(super) kept: PathBuf,
}

impl OpenPart {
    /// Begins a file that will be called `path`, or like it where that name is taken.
    pub(super) fn create(
        place: &Place,
        path: PathBuf,
        format: Format,
        samples: Samples,
    ) -> Result<Self, FileTrouble> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| FileTrouble::writing(folder, &error))?;
        }
        let (target, unfinished, medium) = open_free(place, &path, samples)?;
        let writer = FileWriter::new(medium, format, samples).map_err(|error| {
            let _ = fs::remove_file(&unfinished);
            FileTrouble::writing(&target, &error)
        })?;
        let protection = place.remote.as_ref().and_then(Remote::protection);
        Ok(Self {
            writer,
            target,
            unfinished,
            format,
            samples,
            before: Some(Hasher::new()),
            after: Hasher::new(),
            offset: 0,
            next: None,
            veil: None,
            acted: false,
            protection,
            clipped: 0,
        })
    }

    /// Its name in the end.
    pub(super) fn path(&self) -> &Path {
        &self.target
    }

    pub(super) fn frames(&self) -> u64 {
        self.writer.frames()
    }

    pub(super) fn seconds(&self) -> f64 {
        self.frames() as f64 / f64::from(self.format.sample_rate)
    }

    pub(super) fn has_room(&self, frames: usize) -> bool {
        self.writer.has_room(frames)
    }

    /// Samples that were too loud for integers.
    pub(super) fn clipped(&self) -> u64 {
        self.clipped
    }

    /// Whether all of it so far is one protection at one place of the timeline.
    #[cfg(test)]
    pub(super) fn is_one_protection(&self) -> bool {
        self.before.is_some()
    }

    /// Adds a block.
    pub(super) fn write(&mut self, block: &Block) -> Result<(), FileTrouble> {
        let first_frame = self.writer.frames();
        let (bytes, clipped) = self
            .writer
            .write(&block.output)
            .map_err(|error| FileTrouble::writing(&self.target, &error))?;
        self.clipped += clipped;
        self.after.update(&bytes);
        if first_frame == 0 {
            self.offset = block.live.position;
            self.veil = block.live.veil;
        }
        self.acted |= block.live.veil.is_some();
        // A line in the manifest is one recipe at one place of the timeline.
        let follows = self.next.is_none_or(|next| next == block.live.position)
            && block.live.processed
            && self.veil == block.live.veil;
        self.next = Some(block.live.position.wrapping_add(block.frames() as i64));
        match (&mut self.before, &block.input) {
            (Some(before), Some(input)) if follows => {
                before.update(&encoded(input, self.samples, first_frame).0);
            }
            _ => self.before = None,
        }
        Ok(())
    }

    /// Completes the file under its name, and notes it in the manifest of its folder.
    pub(super) fn finish(mut self, place: &Place) -> Result<Finished, NotFinished> {
        let (around, frames) = (self.writer.around(), self.writer.frames());
        if let Err(error) = self.writer.finish() {
            let (why, unfinished) =
                (FileTrouble::writing(&self.target, &error), self.unfinished.clone());
            let kept = self.rescue().map_or(unfinished, |(path, _)| path);
            return Err(NotFinished { why, kept });
        }
        let target = rename_free(&self.unfinished, &self.target).map_err(|error| {
            let why = FileTrouble::writing(&self.target, &error);
            NotFinished { why, kept: self.unfinished.clone() }
        })?;
        sync_folder(&target);
        let now = place.remote.as_ref().and_then(Remote::protection);
        let unrecorded = match (self.protection, self.before) {
            (Some((fingerprint, recipe)), Some(before))
                if now == Some((fingerprint, recipe.clone())) =>
            {
                let record = manifest::Record {
                    version: manifest::Record::version_for(&recipe),
                    file: name(&target),
                    file_bytes: None,
                    fingerprint,
                    recipe,
                    offset: self.offset,
                    sample_rate_hz: self.format.sample_rate,
                    channels: self.format.channels as u16,
                    format: self.samples.format(),
                    frames,
                    audio_before: before.finalize().into(),
                    audio_after: self.after.finalize().into(),
                    around,
                    around_before: None,
                    time: Timestamp::now(),
                    tool: concat!("patchveil-standalone ", env!("CARGO_PKG_VERSION")).to_owned(),
                };
                add(&target, &record).err().map(Unrecorded::Said)
            }
            (None, _) => Some(Unrecorded::NotProtected),
            _ if !self.acted => Some(Unrecorded::NotProtected),
            _ => Some(Unrecorded::Changed),
        };
        Ok(Finished { path: target, unrecorded })
    }

    /// Completes the file with what reached the disk; its path and its length in seconds. `None` if
    /// there is nothing to keep.
    pub(super) fn rescue(self) -> Option<(PathBuf, f64)> {
        let frames = self.writer.rescue().ok()?;
        if frames == 0 {
            let _ = fs::remove_file(&self.unfinished);
            return None;
        }
        let seconds = frames as f64 / f64::from(self.format.sample_rate);
        match rename_free(&self.unfinished, &self.target) {
            Ok(target) => Some((target, seconds)),
            Err(_) => Some((self.unfinished, seconds)),
        }
    }
}

/// Adds a line to the manifest of the folder.
fn add(path: &Path, record: &manifest::Record) -> Result<(), String> {
    let recorder =
        manifest::Recorder::new([path].into_iter()).map_err(|error| error.to_string())?;
    recorder.add(path, record).map_err(|error| error.to_string())?;
    recorder.finish().map_err(|error| error.to_string())
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Opens the first file like `path` whose name is free: its name in the end, and until then.
fn open_free(
    place: &Place,
    path: &Path,
    samples: Samples,
) -> Result<(PathBuf, PathBuf, Box<dyn Medium>), FileTrouble> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut number = 1;
    loop {
        let like = if number == 1 { stem.clone() } else { format!("{stem} ({number})") };
        let ending = samples.ending();
        let target = path.with_file_name(format!("{like}.{ending}"));
        let unfinished = path.with_file_name(format!("{like}{UNFINISHED}.{ending}"));
        number += 1;
        if target.symlink_metadata().is_ok() {
            continue;
        }
        match (place.open)(&unfinished) {
            Ok(medium) => return Ok((target, unfinished, medium)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(FileTrouble::writing(&target, &error)),
        }
    }
}

/// Gives a file the name `target`, or one like it if somebody has taken that meanwhile; returns it.
pub(super) fn rename_free(unfinished: &Path, target: &Path) -> io::Result<PathBuf> {
    let stem = target.file_stem().unwrap_or_default().to_string_lossy();
    let ending = target.extension().unwrap_or_default().to_string_lossy();
    let others =
        (2_u32..).map(|number| target.with_file_name(format!("{stem} ({number}).{ending}")));
    for free in std::iter::once(target.to_owned()).chain(others) {
        match rename_new(unfinished, &free) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            renamed => return renamed.map(|()| free),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Renames a file unless the name is taken, even at the last moment.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        // A second name does no harm.
        Ok(()) => {
            let _ = fs::remove_file(from);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // Not all file systems have second names.
        Err(_) => match to.symlink_metadata() {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(from, to),
            Err(error) => Err(error),
        },
    }
}

/// Makes the new name survive a power cut, where the system can.
pub(super) fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent()
        && let Ok(folder) = File::open(folder)
    {
        // Not all file systems can; the file itself is safe.
        let _ = folder.sync_all();
    }
}

/// Takes the lock of a new file: whoever looks for what was left behind sees that this is not.
fn lock(file: &File) {
    let begun = Instant::now();
    // Who looks at this very moment lets go of an empty file at once; without locks nobody looks.
    while let Err(TryLockError::WouldBlock) = file.try_lock()
        && begun.elapsed() < PATIENCE
    {
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_waits_for_whoever_looks_whether_it_was_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("show (recording).wav");
        let new = File::create(&path).unwrap();
        let looks = File::open(&path).unwrap();
        looks.lock().unwrap();
        let looking = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            drop(looks);
        });
        lock(&new);
        looking.join().unwrap();
        let second = File::open(&path).unwrap();
        assert!(matches!(second.try_lock(), Err(TryLockError::WouldBlock)));
    }

    #[test]
    fn a_name_that_was_taken_is_never_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["a (recording).wav", "a.wav"].map(|name| folder.path().join(name));
        fs::write(&from, "new").unwrap();
        fs::write(&to, "old").unwrap();
        assert_eq!(rename_new(&from, &to).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        let free = rename_free(&from, &to).unwrap();
        assert_eq!(free, folder.path().join("a (2).wav"));
        assert_eq!(
            (fs::read(&to).unwrap(), fs::read(&free).unwrap()),
            (b"old".into(), b"new".into())
        );
        assert!(!from.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_nobody_can_look_at_is_not_free() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("a (recording).wav");
        fs::write(&from, "new").unwrap();
        let long = folder.path().join(format!("{}.wav", "a".repeat(300)));
        assert!(rename_free(&from, &long).is_err());
        assert_eq!(fs::read(&from).unwrap(), b"new");
    }
}

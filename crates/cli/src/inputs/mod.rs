//! From the arguments of a command to pairs of input and output path.
//!
//! Everything that can be known before a file is opened is settled here, so that a run which would
//! write two recordings to one place, or one over its own input, ends before it writes anything.

mod told;

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

pub use told::{InputError, Note, PlanError};
use walkdir::{DirEntry, WalkDir};

use crate::output::TEMP_PREFIX;
use crate::paths::{folder_of, identity};

/// How the names of protected files end.
const VEILED_SUFFIX: &str = ".veiled.wav";
/// How the names of restored files end.
const RESTORED_SUFFIX: &str = ".restored.wav";

/// What is to become of the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// They are recordings to be protected.
    Protect,
    /// They are protected files to be restored.
    Restore,
}

/// One file to work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The recording or protected file, as the user named it or below the folder the user named.
    pub input: PathBuf,
    /// Where the result goes.
    pub output: PathBuf,
}

/// What a list of inputs comes to.
#[derive(Debug, Default)]
pub struct Plan {
    /// The work, in the order of the inputs; within a folder by name. No input twice, no output
    /// twice, no output that is an input.
    pub jobs: Vec<Job>,
    /// What was left out on purpose.
    pub notes: Vec<Note>,
    /// Inputs that failed; the others can still be done.
    pub failures: Vec<InputError>,
}

/// Finds the files to work on in `inputs` and where each goes.
///
/// Files are taken whatever their name. Folders are searched with everything below them, links
/// followed, for `*.wav` and `*.wave` in any case, but not for unfinished outputs and the `._*`
/// companions that macOS leaves on other file systems; nor for `*.veiled.wav` if they are to be
/// protected; nor for `*.restored.wav` and for originals beside their `*.veiled.wav` if they are to be
/// restored.
///
/// Without `output` a file `NAME.wav` goes to `NAME.veiled.wav` beside it to be protected, and
/// `NAME.veiled.wav` or `NAME.wav` to `NAME.restored.wav` to be restored. If `output` is a folder,
/// ends with a slash, or there is more than the one input file, files go below it under the same
/// name, a restored one without `.veiled`; those found in a folder keep their path relative to that
/// folder. Else it is the output
/// file's name.
///
/// # Errors
/// [`PlanError`] if the outputs collide with each other or with inputs. An input that fails for
/// itself is in [`Plan::failures`].
pub fn expand(inputs: &[PathBuf], output: Option<&Path>, task: Task) -> Result<Plan, PlanError> {
    let destination = Destination::choose(inputs, output)?;
    let mut planner = Planner { task, destination, plan: Plan::default(), seen: HashMap::new() };
    for input in inputs {
        planner.add_input(input);
    }
    planner.check_outputs()?;
    Ok(planner.plan)
}

/// Where outputs go.
enum Destination {
    /// Beside each input under another name.
    Beside,
    /// One file.
    File(PathBuf),
    /// Below a folder, under the same names.
    Folder {
        path: PathBuf,
        /// To recognise it when searching an input folder.
        identity: PathBuf,
    },
}

impl Destination {
    fn choose(inputs: &[PathBuf], output: Option<&Path>) -> Result<Self, PlanError> {
        let Some(output) = output else {
            return Ok(Self::Beside);
        };
        let mut distinct: Vec<_> = inputs.iter().map(|input| identity(input)).collect();
        distinct.sort();
        distinct.dedup();
        let one_file = matches!(distinct.as_slice(), [only] if !only.is_dir());
        if one_file && !output.is_dir() && !ends_with_separator(output) {
            return Ok(Self::File(output.to_owned()));
        }
        if output.exists() && !output.is_dir() {
            return Err(PlanError::OutputNotAFolder(output.to_owned()));
        }
        Ok(Self::Folder { path: output.to_owned(), identity: identity(output) })
    }

    /// `below` is the file's path relative to the folder that was given, or its bare name.
    fn of(&self, input: &Path, below: &Path, task: Task) -> PathBuf {
        match self {
            Self::Beside => {
                let mut name = stem(input, task);
                name.push(match task {
                    Task::Protect => VEILED_SUFFIX,
                    Task::Restore => RESTORED_SUFFIX,
                });
                input.with_file_name(name)
            }
            Self::File(path) => path.clone(),
            Self::Folder { path, .. } if is_veiled(below, task) => {
                let mut name = stem(below, task);
                name.push(".wav");
                path.join(below.with_file_name(name))
            }
            Self::Folder { path, .. } => path.join(below),
        }
    }

    fn is_folder(&self, path: &Path) -> bool {
        matches!(self, Self::Folder { identity: own, .. } if *own == identity(path))
    }
}

struct Planner {
    task: Task,
    destination: Destination,
    plan: Plan,
    /// Resolved paths of the inputs taken, and how each was named.
    seen: HashMap<PathBuf, PathBuf>,
}

impl Planner {
    fn add_input(&mut self, input: &Path) {
        match fs::metadata(input) {
            Err(source) => self.fail(InputError::Unreadable { path: input.to_owned(), source }),
            Ok(meta) if meta.is_dir() => self.add_folder(input),
            Ok(meta) if meta.is_file() => {
                let name = input.file_name().unwrap_or_default();
                self.add_file(input, Path::new(name));
            }
            Ok(_) => self.fail(InputError::NotAFile(input.to_owned())),
        }
    }

    fn add_folder(&mut self, folder: &Path) {
        let mut found = false;
        let mut walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    found |= self.add_walk_error(folder, error);
                    continue;
                }
            };
            if entry.file_type().is_dir() {
                // The folder itself being the output is caught as outputs that are inputs.
                if entry.depth() > 0 && self.destination.is_folder(entry.path()) {
                    self.plan.notes.push(Note::OutputFolder(entry.into_path()));
                    walk.skip_current_dir();
                }
            } else if is_recording(&entry) {
                found = true;
                if let Some(note) = self.left_out(entry.path()) {
                    self.plan.notes.push(note);
                } else {
                    let below = entry.path().strip_prefix(folder);
                    let below = below.unwrap_or(Path::new(entry.file_name()));
                    self.add_file(entry.path(), below);
                }
            }
        }
        if !found {
            self.fail(InputError::NoAudio(folder.to_owned()));
        }
    }

    /// Why a file found in a folder is not what the task is for.
    fn left_out(&self, path: &Path) -> Option<Note> {
        let is_veiled = ends_with(path.file_name()?, VEILED_SUFFIX);
        match self.task {
            Task::Protect => is_veiled.then(|| Note::AlreadyVeiled(path.to_owned())),
            Task::Restore if is_veiled => None,
            Task::Restore if ends_with(path.file_name()?, RESTORED_SUFFIX) => {
                Some(Note::AlreadyRestored(path.to_owned()))
            }
            Task::Restore => {
                protected_beside(path).exists().then(|| Note::Original(path.to_owned()))
            }
        }
    }

    /// Whether the error is a failure of its own, which makes "no audio" superfluous.
    fn add_walk_error(&mut self, folder: &Path, error: walkdir::Error) -> bool {
        let path = error.path().unwrap_or(folder).to_owned();
        if error.loop_ancestor().is_some() {
            self.plan.notes.push(Note::LinkLoop(path));
            return false;
        }
        // A dangling link matters only if it would be a recording.
        let is_link = fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_symlink());
        if is_link && !path.file_name().is_some_and(has_wav_name) {
            return false;
        }
        let source = error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into());
        self.fail(InputError::Unreadable { path, source });
        true
    }

    fn add_file(&mut self, input: &Path, below: &Path) {
        let own = identity(input);
        if let Some(first) = self.seen.get(&own) {
            self.plan.notes.push(Note::SameFile { path: input.to_owned(), first: first.clone() });
            return;
        }
        self.seen.insert(own, input.to_owned());
        self.plan.jobs.push(Job {
            input: input.to_owned(),
            output: self.destination.of(input, below, self.task),
        });
    }

    fn fail(&mut self, error: InputError) {
        self.plan.failures.push(error);
    }

    fn check_outputs(&self) -> Result<(), PlanError> {
        let mut outputs: HashMap<PathBuf, &Job> = HashMap::new();
        for job in &self.plan.jobs {
            let output = identity(&job.output);
            if let Some(input) = self.seen.get(&output) {
                return Err(PlanError::OutputIsInput {
                    input: input.clone(),
                    output: job.output.clone(),
                });
            }
            if let Some(first) = outputs.insert(output, job) {
                return Err(PlanError::SameOutput {
                    first: first.input.clone(),
                    second: job.input.clone(),
                    output: job.output.clone(),
                });
            }
            // A file on the way to an output would only fail when the run gets there.
            if let Destination::Folder { .. } = self.destination {
                let deepest = folder_of(&job.output).ancestors().find(|path| path.exists());
                if let Some(file) = deepest.filter(|path| !path.is_dir()) {
                    return Err(PlanError::OutputNotAFolder(file.to_owned()));
                }
            }
        }
        Ok(())
    }
}

/// Whether `path` has the name of the recording that `protected` was made of, beside it.
pub(crate) fn is_named_as_original(path: &Path, protected: &Path) -> bool {
    identity(&protected_beside(path)) == identity(protected)
}

/// Where the protected version of a recording goes unless told otherwise.
fn protected_beside(recording: &Path) -> PathBuf {
    Destination::Beside.of(recording, recording, Task::Protect)
}

/// Whether a file to be restored is named like a protected one.
fn is_veiled(path: &Path, task: Task) -> bool {
    task == Task::Restore && path.file_name().is_some_and(|name| ends_with(name, VEILED_SUFFIX))
}

/// The name without what says that it is a recording, and that it is protected.
fn stem(path: &Path, task: Task) -> OsString {
    let stem = path.file_stem().unwrap_or_default();
    let stem = if is_veiled(path, task) { Path::new(stem).file_stem() } else { Some(stem) };
    stem.unwrap_or_default().to_owned()
}

/// Whether an entry of a folder is a recording by its name.
pub(crate) fn is_recording(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let starts_with = |prefix: &str| name.as_encoded_bytes().starts_with(prefix.as_bytes());
    entry.file_type().is_file()
        && has_wav_name(name)
        && !starts_with(TEMP_PREFIX)
        && !starts_with("._")
}

fn has_wav_name(name: &OsStr) -> bool {
    ends_with(name, ".wav") || ends_with(name, ".wave")
}

/// Whether a name ends so, in any case, with something before it.
fn ends_with(name: &OsStr, suffix: &str) -> bool {
    let name: OsString = name.to_ascii_lowercase();
    let name = name.as_encoded_bytes();
    name.len() > suffix.len() && name.ends_with(suffix.as_bytes())
}

fn ends_with_separator(path: &Path) -> bool {
    let last = path.as_os_str().as_encoded_bytes().last();
    last.is_some_and(|&b| b == b'/' || char::from(b) == MAIN_SEPARATOR)
}

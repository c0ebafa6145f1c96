//! Where the output of each file goes.
//!
//! Everything that can be known before a file is opened is settled here, so that a run that would
//! write two recordings to one path, or one over its own input, ends before it writes anything.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use super::audio;
use super::error::{InputError, PlanError};
use super::find::{Found, Recording};
use super::formats;
use super::names::{PROTECTED, RESTORED, bare_stem, has_suffix, is_named_protected, is_recording};
use super::notes::Note;
use super::selection::Selection;
use crate::manifest::{ManifestCache, path_for};
use crate::paths::{folder_of, identity};
use crate::recording::{Format, OutputOptions};
use crate::standard_io;

/// What is to be done with the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// They are recordings to protect.
    Protect,
    /// They are protected files to restore.
    Restore,
}

/// One file to work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The recording or protected file, as the user named it or below the folder the user named.
    pub input: PathBuf,
    /// Where the result goes.
    pub output: PathBuf,
    /// How it is written.
    pub options: OutputOptions,
}

impl Job {
    /// A copy of `input` with other samples, called `output`.
    #[must_use]
    pub fn copy(input: PathBuf, output: PathBuf) -> Self {
        Self { input, output, options: OutputOptions::default() }
    }
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

impl Plan {
    /// Finds the files to work on in `inputs` and where each goes.
    ///
    /// Files are taken whatever their name. Folders are searched with all their subfolders, links
    /// followed, for names of recordings; to protect, without `*.protected.*`; to restore, without
    /// `*.restored.*` and without originals next to their `*.protected.*`.
    ///
    /// Outputs have the `format` given, else that which the name `output` of a single one ends with, else that of
    /// the input where it is lossless, else FLAC. Below, `wav` stands for its ending.
    ///
    /// Without `output`, a file `NAME.wav` is protected as `NAME.protected.wav` next to it, and
    /// `NAME.protected.wav` or `NAME.wav` restored as `NAME.restored.wav`. If `output` is a folder, ends
    /// with a slash, or there is more than one input file, files go below it under the same name, a
    /// restored one without `.protected`; those found in a folder keep their path relative to it.
    /// Otherwise `output` is the output file's name.
    ///
    /// # Errors
    /// [`PlanError`] if outputs collide with each other or with inputs. An input that fails by itself
    /// is in [`Plan::failures`].
    pub fn new(inputs: &[PathBuf], output: Option<&Path>, task: Task) -> Result<Self, PlanError> {
        Self::of(&inputs.into(), output, task)
    }

    /// The same for a selection. Outputs that collide are an error in every part of the files.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn of(selection: &Selection, output: Option<&Path>, task: Task) -> Result<Self, PlanError> {
        Self::in_format(selection, output, None, task)
    }

    /// The same in a format.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn in_format(
        selection: &Selection,
        output: Option<&Path>,
        format: Option<Format>,
        task: Task,
    ) -> Result<Self, PlanError> {
        let destination = Destination::choose(selection, output)?;
        let manifests = ManifestCache::default();
        let left_out = |path: &Path| left_out(path, &destination, task, &manifests);
        let found = selection.find_all(left_out);
        let Found { recordings, notes, failures, .. } = found;
        let job = |Recording { path, relative }: &Recording| {
            let named = match &destination {
                Destination::File(output) => Some(output.as_path()),
                _ => None,
            };
            let wanted = formats::choose(path, format, named)?;
            Ok(Job {
                output: destination.of(path, relative, &wanted.ending, task),
                options: OutputOptions { format: wanted.format, ..OutputOptions::default() },
                input: path.clone(),
            })
        };
        let jobs = recordings.iter().map(job).collect::<Result<_, PlanError>>()?;
        let mut plan = Self { jobs, notes, failures };
        plan.check_outputs(&destination)?;
        let mut recordings = recordings.iter();
        plan.jobs.retain(|_| {
            recordings.next().is_some_and(|Recording { relative, .. }| selection.takes(relative))
        });
        Ok(plan)
    }

    fn check_outputs(&self, destination: &Destination) -> Result<(), PlanError> {
        let inputs: HashMap<PathBuf, &Path> =
            self.jobs.iter().map(|job| (identity(&job.input), job.input.as_path())).collect();
        let mut outputs: HashMap<PathBuf, &Job> = HashMap::new();
        for job in &self.jobs {
            let output = identity(&job.output);
            if standard_io::is_output(&job.output) {
                continue;
            }
            if let Some(&input) = inputs.get(&output) {
                let (input, output) = (input.to_owned(), job.output.clone());
                return Err(PlanError::OutputIsInput { input, output });
            }
            if let Some(first) = outputs.insert(output, job) {
                return Err(PlanError::SameOutput {
                    first: first.input.clone(),
                    second: job.input.clone(),
                    output: job.output.clone(),
                });
            }
            // A file where the output needs a folder would only fail when the run gets there.
            if let Destination::Folder { .. } = destination {
                let deepest = folder_of(&job.output).ancestors().find(|path| path.exists());
                if let Some(file) = deepest.filter(|path| !path.is_dir()) {
                    return Err(PlanError::OutputNotAFolder(file.to_owned()));
                }
            }
        }
        Ok(())
    }
}

/// Why a file or folder found in a folder is not what the task is for.
fn left_out(
    path: &Path,
    destination: &Destination,
    task: Task,
    manifests: &ManifestCache,
) -> Option<Note> {
    if path.is_dir() {
        return destination.is_folder(path).then(|| Note::OutputFolder(path.to_owned()));
    }
    let is_protected = is_named_protected(path);
    match task {
        Task::Protect if !is_protected => None,
        // What holds no audio cannot be protected either.
        Task::Protect if is_on_record(path, manifests) || audio::kind_of(path).is_none() => {
            Some(Note::AlreadyProtected(path.to_owned()))
        }
        Task::Protect => Some(Note::NamedProtected(path.to_owned())),
        Task::Restore if is_protected => None,
        Task::Restore if has_suffix(path, RESTORED) => Some(Note::AlreadyRestored(path.to_owned())),
        Task::Restore => {
            let is_there = protected_versions(path).any(|protected| protected.exists());
            is_there.then(|| Note::Original(path.to_owned()))
        }
    }
}

/// Whether the manifest next to a file has a record under its name; also where the manifest cannot be read,
/// which is reported when it is needed.
fn is_on_record(path: &Path, manifests: &ManifestCache) -> bool {
    let Some(name) = path.file_name() else { return false };
    match manifests.get(&path_for(path)) {
        Ok(manifest) => manifest.is_some_and(|manifest| manifest.get(name).is_some()),
        Err(_) => true,
    }
}

/// Where outputs go.
enum Destination {
    /// Next to each input, under another name.
    NextToInput,
    /// One file.
    File(PathBuf),
    /// Below a folder, under the same names.
    Folder {
        path: PathBuf,
        /// To recognise it when it is found in an input folder.
        identity: PathBuf,
    },
}

impl Destination {
    fn choose(selection: &Selection, output: Option<&Path>) -> Result<Self, PlanError> {
        let Some(output) = output else {
            return Ok(Self::NextToInput);
        };
        let mut distinct: Vec<_> = selection.inputs().map(|input| identity(input)).collect();
        distinct.sort();
        distinct.dedup();
        let one_file = matches!(distinct.as_slice(), [only] if !only.is_dir());
        if one_file
            && (standard_io::is_output(output) || !output.is_dir())
            && !ends_with_separator(output)
        {
            return Ok(Self::File(output.to_owned()));
        }
        let is_taken = output.exists() && !output.is_dir();
        // `-o both.wav` for two recordings: a folder of that name is not what was meant.
        let names_a_file = output.file_name().is_some_and(is_recording);
        if !is_taken && names_a_file && !output.is_dir() && !ends_with_separator(output) {
            return Err(PlanError::OneOutput(output.to_owned()));
        }
        if standard_io::is_output(output) {
            return Err(PlanError::OneOutput(output.to_owned()));
        }
        if is_taken {
            return Err(PlanError::OutputNotAFolder(output.to_owned()));
        }
        Ok(Self::Folder { path: output.to_owned(), identity: identity(output) })
    }

    /// Where the output of `input` goes; `relative` is as in [`Recording::relative`].
    fn of(&self, input: &Path, relative: &Path, ending: &str, task: Task) -> PathBuf {
        let without_protected = task == Task::Restore && is_named_protected(relative);
        match self {
            Self::NextToInput => {
                let suffix = if task == Task::Protect { PROTECTED } else { RESTORED };
                let ending = if ending == "wave" { "wav" } else { ending };
                input.with_file_name(named(input, without_protected, suffix, ending))
            }
            Self::File(path) => path.clone(),
            Self::Folder { path, .. } => {
                let is = |ending| {
                    relative.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending))
                };
                let is_same = is(ending) || ending == "wav" && is("wave");
                let is_kept =
                    !without_protected && (is_same || !is_recording(relative.as_os_str()));
                match is_kept {
                    true => path.join(relative),
                    false => path.join(relative.with_file_name(named(
                        relative,
                        without_protected,
                        "",
                        ending,
                    ))),
                }
            }
        }
    }

    fn is_folder(&self, path: &Path) -> bool {
        matches!(self, Self::Folder { identity: own, .. } if *own == identity(path))
    }
}

/// The name of an output: the bare name of `input`, a suffix, an ending.
fn named(input: &Path, without_protected: bool, suffix: &str, ending: &str) -> OsString {
    let mut name = bare_stem(input, without_protected);
    name.push(format!("{suffix}.{ending}"));
    name
}

/// Whether `path` has the name of the recording that `protected` was made from, in the same folder.
pub(crate) fn is_named_as_original(path: &Path, protected: &Path) -> bool {
    let protected = identity(protected);
    protected_versions(path).any(|version| identity(&version) == protected)
}

/// Where the protected version of a recording goes by default, in each format.
fn protected_versions(recording: &Path) -> impl Iterator<Item = PathBuf> {
    let endings = ["wav", "flac", "m4a", "w64", "aiff", "aif", "aifc", "caf", "mp3", "ogg", "opus"];
    endings
        .into_iter()
        .map(|ending| recording.with_file_name(named(recording, false, PROTECTED, ending)))
}

fn ends_with_separator(path: &Path) -> bool {
    let last = path.as_os_str().as_encoded_bytes().last();
    last.is_some_and(|&b| b == b'/' || char::from(b) == MAIN_SEPARATOR)
}

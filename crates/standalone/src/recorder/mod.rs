//! Records what is sent, with the seconds before the button was pressed.
//!
//! | file | what it does |
//! |---|---|
//! | `mod.rs` | when a file begins and ends |
//! | `part.rs` | one file, and its line in the manifest |
//! | `file.rs`, `samples.rs` | the bytes of a file |
//! | `failure.rs` | why a recording ended by itself |
//! | `leftovers.rs` | what a killed program has left |

mod failure;
mod file;
mod leftovers;
mod part;
mod samples;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use patchveil_plugin::{FileTrouble, LiveBlock, Remote};

pub(crate) use self::failure::{Failure, Kept, Unrecorded};
pub(crate) use self::leftovers::{Mended, mend_all};
use self::part::{Finished, NotFinished, OpenPart, Place};
pub(crate) use self::samples::Samples;
use crate::audio::Format;
use crate::tap::{Part, Record};

/// Seconds before the button was pressed that are recorded as well.
pub(crate) const PRE_ROLL: u64 = 5;

/// What is to be recorded, and how.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// The first file; further ones get a number.
    pub(crate) path: PathBuf,
    pub(crate) samples: Samples,
    /// Record the seconds before as well.
    pub(crate) pre_roll: bool,
    /// Minutes after which another file begins, 0 for never.
    pub(crate) split_minutes: u32,
}

/// What the recorder is doing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Recording {
    /// Nothing so far.
    #[default]
    Idle,
    /// Sound is being written, or is waited for.
    Running(Progress),
    /// The last recording has ended.
    Done(Progress),
    /// The last recording ended by itself.
    Failed(Failure),
}

/// How far a recording is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Progress {
    /// Where the newest file is, or will be.
    pub(crate) path: PathBuf,
    /// Seconds in all files.
    pub(crate) seconds: f64,
    /// Files.
    pub(crate) files: u32,
    /// Seconds that were lost on the way and are silence in the file.
    pub(crate) lost: f64,
    /// Samples that were above full scale, where the format has a full scale.
    pub(crate) clipped: u64,
    /// The sound was rounded to integers.
    pub(crate) rounded: bool,
    /// There is no sound now: the device is gone.
    pub(crate) waits: bool,
    /// Why the manifest has no line for a file: the first of them.
    pub(crate) unrecorded: Option<Unrecorded>,
}

/// One block before and after.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    /// What came in, if it was not lost.
    pub(crate) input: Option<Vec<Vec<f32>>>,
    pub(crate) output: Vec<Vec<f32>>,
    /// What the engine says of it.
    pub(crate) live: LiveBlock,
}

impl Block {
    fn frames(&self) -> usize {
        self.output.first().map_or(0, Vec::len)
    }
}

/// The recorder. It may wait for a disk, so it belongs to no thread that must not.
pub(crate) struct Recorder {
    place: Place,
    format: Option<Format>,
    plan: Option<Plan>,
    part: Option<OpenPart>,
    progress: Progress,
    /// Seconds in the files that are complete, and samples in them that were too loud.
    complete: f64,
    clipped: u64,
    state: Recording,
    pre_roll: VecDeque<Block>,
    /// What came in of the block that has not come out yet.
    input: Option<Vec<Vec<f32>>>,
}

impl Recorder {
    /// A recorder of what `remote`'s instance sends.
    pub(crate) fn new(remote: Option<Remote>) -> Self {
        Self::at(Place::files(remote))
    }

    fn at(place: Place) -> Self {
        Self {
            place,
            format: None,
            plan: None,
            part: None,
            progress: Progress::default(),
            complete: 0.0,
            clipped: 0,
            state: Recording::Idle,
            pre_roll: VecDeque::new(),
            input: None,
        }
    }

    /// What it is doing.
    pub(crate) fn state(&self) -> Recording {
        match &self.plan {
            Some(_) => Recording::Running(self.progress.clone()),
            None => self.state.clone(),
        }
    }

    /// Begins to record; what was being recorded ends first.
    pub(crate) fn start(&mut self, plan: Plan) {
        self.stop();
        let rounded = plan.samples != Samples::Float32;
        let path = plan.path.clone();
        self.progress = Progress { path, rounded, waits: true, ..Progress::default() };
        (self.complete, self.clipped) = (0.0, 0);
        let pre_roll = std::mem::take(&mut self.pre_roll);
        let wants = plan.pre_roll;
        self.plan = Some(plan);
        if wants {
            pre_roll.into_iter().for_each(|block| self.write(&block));
        }
    }

    /// Ends the recording.
    pub(crate) fn stop(&mut self) {
        if self.plan.is_some() {
            self.finish_part();
        }
        if self.plan.take().is_some() {
            self.state = if self.progress.files == 0 {
                Recording::Failed(Failure::NoSound)
            } else {
                Recording::Done(self.progress.clone())
            };
        }
    }

    /// A stream begins. What is recorded goes on in another file.
    pub(crate) fn begin_stream(&mut self, format: Format) {
        self.end_stream();
        self.format = Some(format);
    }

    /// The stream is over.
    pub(crate) fn end_stream(&mut self) {
        self.finish_part();
        self.format = None;
        self.input = None;
        self.pre_roll.clear();
        self.progress.waits = true;
    }

    /// Takes a block of one part.
    pub(crate) fn push(&mut self, record: &Record) {
        let Some(format) = self.format else { return };
        if record.part == Some(Part::Input) {
            self.input = Some(record.samples.clone());
            return;
        }
        let input = self
            .input
            .take()
            .filter(|input| input.iter().map(Vec::len).eq(record.samples.iter().map(Vec::len)));
        let block = Block { input, output: record.samples.clone(), live: record.block };
        if self.plan.is_some() {
            if record.lost > 0 {
                self.write_lost(u64::from(record.lost), format);
            }
            self.write(&block);
        } else {
            self.remember(block, record.lost > 0, format);
        }
    }

    /// Keeps the last seconds; only such as are protected like the newest.
    fn remember(&mut self, block: Block, gap: bool, format: Format) {
        let fits = self.pre_roll.back().is_none_or(|last| {
            let (one, two) = (last.live, block.live);
            (one.veil, one.processed) == (two.veil, two.processed)
                && one.position.wrapping_add(last.frames() as i64) == two.position
        });
        if gap || !fits {
            self.pre_roll.clear();
        }
        self.pre_roll.push_back(block);
        let limit = PRE_ROLL * u64::from(format.sample_rate);
        let mut frames: u64 = self.pre_roll.iter().map(|block| block.frames() as u64).sum();
        while let Some(first) = self.pre_roll.front()
            && frames > limit
        {
            frames -= first.frames() as u64;
            self.pre_roll.pop_front();
        }
    }

    /// Silence in the place of what was lost, so that everything after it is at its time.
    fn write_lost(&mut self, frames: u64, format: Format) {
        if self.part.is_none() {
            return;
        }
        self.progress.lost += frames as f64 / f64::from(format.sample_rate);
        let mut left = frames;
        while left > 0 {
            let now = left.min(4_096) as usize;
            self.write(&Block {
                output: vec![vec![0.0; now]; format.channels],
                ..Block::default()
            });
            left -= now as u64;
        }
    }

    fn write(&mut self, block: &Block) {
        let (Some(format), Some(plan)) = (self.format, &self.plan) else { return };
        let full = self.part.as_ref().is_some_and(|part| {
            let minutes = u64::from(plan.split_minutes);
            let longest = minutes * 60 * u64::from(format.sample_rate);
            !part.has_room(block.frames()) || (minutes > 0 && part.frames() >= longest)
        });
        if full {
            self.finish_part();
        }
        let Some(plan) = &self.plan else { return };
        let written = match &mut self.part {
            Some(part) => part.write(block),
            None => {
                let path = numbered(&plan.path, self.progress.files + 1, plan.samples);
                OpenPart::create(&self.place, path, format, plan.samples).and_then(|mut part| {
                    let written = part.write(block);
                    self.progress.path = part.path().to_owned();
                    self.progress.files += 1;
                    self.part = Some(part);
                    written
                })
            }
        };
        match written {
            Ok(()) => {
                let frames = self.part.as_ref().map_or(0, OpenPart::frames);
                let clipped = self.part.as_ref().map_or(0, OpenPart::clipped);
                self.progress.clipped = self.clipped + clipped;
                self.progress.seconds =
                    self.complete + frames as f64 / f64::from(format.sample_rate);
                self.progress.waits = false;
            }
            Err(why) => self.fail(why),
        }
    }

    fn finish_part(&mut self) {
        let Some(part) = self.part.take() else { return };
        let (seconds, clipped) = (part.seconds(), part.clipped());
        match part.finish(&self.place) {
            Ok(Finished { path, unrecorded }) => {
                self.progress.path = path;
                self.progress.unrecorded = self.progress.unrecorded.take().or(unrecorded);
                self.complete += seconds;
                self.clipped += clipped;
            }
            Err(NotFinished { why, kept }) => self.end_failed(why, Kept::In(kept)),
        }
    }

    /// Ends the recording with what is there.
    fn fail(&mut self, why: FileTrouble) {
        let kept = match self.part.take().and_then(|part| part.rescue()) {
            Some((path, seconds)) => Kept::Part { path, seconds },
            None if self.complete > 0.0 => Kept::Files,
            None => Kept::Nothing,
        };
        self.end_failed(why, kept);
    }

    fn end_failed(&mut self, why: FileTrouble, kept: Kept) {
        self.plan = None;
        self.state = Recording::Failed(Failure::Stopped { why, kept });
    }
}

/// A length of time for people.
pub(crate) fn length(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match whole / 3_600 {
        0 => format!("{}:{:02} min", whole / 60, whole % 60),
        hours => format!("{hours}:{:02}:{:02} h", whole / 60 % 60, whole % 60),
    }
}

/// The path of the file with this number: the first has none in its name.
fn numbered(path: &Path, number: u32, samples: Samples) -> PathBuf {
    if number <= 1 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem} {number}.{}", samples.ending()))
}

#[cfg(test)]
mod tests;

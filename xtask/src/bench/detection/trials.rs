//! Excerpts of marked and unmarked recordings, treated, and the keys looked for in them.

use std::fs;
use std::path::{Path, PathBuf};

use patchveil_test_support::Rng;

use super::audio::{RATE, read, samples, write};
use super::recordings::{Kind, Recording};
use super::results::{Answer, Carries, SYSTEMS, System, Trial};
use super::systems::Systems;
use super::treatments::Treatment;
use crate::run::output;

/// Length of the excerpts whose quality is measured, in seconds.
const QUALITY_S: u32 = 10;

/// All trials of a run.
pub(super) struct Trials<'a> {
    pub(super) systems: &'a Systems,
    pub(super) recordings: &'a [Recording],
    pub(super) treatments: &'a [&'static Treatment],
    pub(super) lengths: &'a [u32],
    /// Excerpts of each length from each recording, each marked with keys of its own.
    pub(super) rounds: u32,
    /// Where files come and go.
    pub(super) folder: &'a Path,
}

/// A stretch of a recording, and its keys.
struct Excerpt<'a> {
    recording: &'a Recording,
    start: usize,
    length_s: u32,
    /// The key that marks, and one that does not.
    keys: [&'a str; 2],
}

impl Trials<'_> {
    pub(super) fn run(&self) -> Result<Vec<Trial>, String> {
        let mut trials = Vec::new();
        for round in 0..self.rounds {
            for (n, recording) in self.recordings.iter().enumerate() {
                eprintln!("round {}: {}", round + 1, recording.name);
                let key = format!("{}-{round}", recording.name);
                let other = format!("{key}-other");
                self.systems.new_key(&key)?;
                self.systems.new_key(&other)?;
                self.of_recording(recording, self.bed(n), [&key, &other], &mut trials)?;
            }
        }
        Ok(trials)
    }

    /// Another recording of music, to mix with.
    fn bed(&self, n: usize) -> &Path {
        let music: Vec<&Recording> =
            self.recordings.iter().filter(|r| r.kind == Kind::Music).collect();
        let (name, at) = (self.recordings[n].name, n % music.len());
        let another = music.iter().cycle().skip(at).take(music.len()).find(|r| r.name != name);
        another.map_or(&self.recordings[n].path, |recording| &recording.path)
    }

    fn of_recording(
        &self,
        recording: &Recording,
        bed: &Path,
        keys: [&str; 2],
        trials: &mut Vec<Trial>,
    ) -> Result<(), String> {
        let original = read(&recording.path)?;
        let mut marked = Vec::new();
        for system in SYSTEMS {
            let path = self.folder.join(format!("{}.wav", system.name()));
            output(&mut self.systems.mark(system, keys[0], &recording.path, &path))?;
            marked.push((system, read(&path)?));
        }
        let mut rng = Rng::from_text(keys[0]);
        self.keep_for_quality(recording, &original, &marked, &mut rng)?;
        for &length_s in self.lengths {
            let last = original.len().saturating_sub(samples(f64::from(length_s)));
            let start = rng.below(last.max(1));
            let excerpt = Excerpt { recording, start, length_s, keys };
            for (system, marked) in &marked {
                self.of_marked(*system, &excerpt, marked, bed, trials)?;
                self.of_unmarked(*system, &excerpt, &original, trials)?;
            }
        }
        Ok(())
    }

    /// The excerpt of a marked recording through every treatment.
    fn of_marked(
        &self,
        system: System,
        excerpt: &Excerpt<'_>,
        marked: &[f32],
        bed: &Path,
        trials: &mut Vec<Trial>,
    ) -> Result<(), String> {
        let cut = self.folder.join("cut.wav");
        write(&cut, excerpt.of(marked))?;
        let treated = self.folder.join("treated.wav");
        for treatment in self.treatments {
            treatment.apply(&cut, bed, &treated)?;
            let speed = treatment.changes_speed;
            let answers = self.systems.answers(system, &excerpt.keys, &treated, speed)?;
            let carries = [Carries::This, Carries::Another];
            let pairs = carries.into_iter().zip(answers);
            trials.extend(
                pairs.map(|(carries, a)| excerpt.trial(system, treatment.name, carries, a)),
            );
        }
        Ok(())
    }

    /// The same excerpt of the original.
    fn of_unmarked(
        &self,
        system: System,
        excerpt: &Excerpt<'_>,
        original: &[f32],
        trials: &mut Vec<Trial>,
    ) -> Result<(), String> {
        let cut = self.folder.join("cut.wav");
        write(&cut, excerpt.of(original))?;
        let answers = self.systems.answers(system, &excerpt.keys, &cut, false)?;
        let trial = |answer| excerpt.trial(system, "plain", Carries::Nothing, answer);
        trials.extend(answers.into_iter().map(trial));
        Ok(())
    }

    /// Ten seconds of the original and of what each system made of it.
    fn keep_for_quality(
        &self,
        recording: &Recording,
        original: &[f32],
        marked: &[(System, Vec<f32>)],
        rng: &mut Rng,
    ) -> Result<(), String> {
        let length = samples(f64::from(QUALITY_S));
        let start = rng.below(original.len().saturating_sub(length).max(1));
        let stretch =
            |samples: &[f32]| samples[start..(start + length).min(samples.len())].to_vec();
        let before = (quality_folder(self.folder, None, recording.kind), stretch(original));
        let after = marked.iter().map(|(system, marked)| {
            (quality_folder(self.folder, Some(*system), recording.kind), stretch(marked))
        });
        for (folder, samples) in std::iter::once(before).chain(after) {
            fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
            write(&folder.join(format!("{}.wav", recording.name)), &samples)?;
        }
        Ok(())
    }
}

/// Where the excerpts are whose quality is measured: of the originals, or as a system marked them.
pub(super) fn quality_folder(folder: &Path, system: Option<System>, kind: Kind) -> PathBuf {
    let kind = if kind == Kind::Speech { "speech" } else { "music" };
    folder.join("quality").join(system.map_or("original", System::name)).join(kind)
}

impl Excerpt<'_> {
    fn of<'s>(&self, recording: &'s [f32]) -> &'s [f32] {
        let end = self.start + samples(f64::from(self.length_s));
        &recording[self.start..end.min(recording.len())]
    }

    fn trial(&self, system: System, treatment: &str, carries: Carries, answer: Answer) -> Trial {
        Trial {
            system,
            recording: self.recording.name.to_owned(),
            kind: self.recording.kind,
            length_s: self.length_s,
            start_s: self.start as f64 / f64::from(RATE),
            treatment: treatment.to_owned(),
            carries,
            answer,
        }
    }
}

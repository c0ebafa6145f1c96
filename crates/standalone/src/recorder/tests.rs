use std::fs;
use std::io::{self, Seek, SeekFrom, Write};

use patchveil_words::Language;

use super::file::Medium;
use super::*;

const FORMAT: Format = Format { channels: 2, sample_rate: 8_000 };

/// A block of 80 frames, counting on from `position`.
fn block(position: i64, processed: bool) -> Record {
    let sample = |n: i64| (position + n) as f32 / 1e6;
    Record {
        part: Some(Part::Output),
        lost: 0,
        block: LiveBlock { position, veil: processed.then_some(1), processed },
        samples: vec![(0..80).map(sample).collect(), (0..80).map(|n| -sample(n)).collect()],
    }
}

fn plan(path: PathBuf) -> Plan {
    Plan { path, samples: Samples::Float32, pre_roll: true, split_minutes: 0 }
}

fn read(path: &Path) -> Vec<f32> {
    hound::WavReader::open(path).unwrap().into_samples().map(Result::unwrap).collect()
}

/// All channels of a file in any format.
fn decoded(path: &Path) -> Vec<Vec<f32>> {
    let watch = patchveil::Watch { stop: &false.into(), progress: &|_| {} };
    let opened =
        patchveil::recording::open(path, &patchveil::recording::Scratch::SYSTEM, &watch).unwrap();
    let mut samples = Vec::new();
    opened.into_reader().unwrap().read_block(usize::MAX, &mut samples).unwrap();
    samples
}

/// Whether `kept` is `sent` to the 24th bit.
#[track_caller]
fn assert_rounded(kept: &[f32], sent: &[f32]) {
    assert_eq!(kept.len(), sent.len());
    let apart =
        kept.iter().zip(sent).position(|(kept, sent)| (kept - sent).abs() > 0.5_f32.powi(24));
    assert_eq!(apart, None, "the first sample that differs");
}

fn left(position: i64, frames: i64) -> Vec<f32> {
    (position..position + frames).map(|n| n as f32 / 1e6).collect()
}

fn done(recorder: &Recorder) -> Progress {
    match recorder.state() {
        Recording::Done(progress) => progress,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_file_is_bit_for_bit_what_went_out_with_five_seconds_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/show.wav");
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    for n in 0..1_000 {
        recorder.push(&block(80 * n, true));
    }
    recorder.start(plan(path.clone()));
    for n in 1_000..1_100 {
        recorder.push(&block(80 * n, true));
    }
    assert!(matches!(recorder.state(), Recording::Running(_)));
    recorder.stop();
    let progress = done(&recorder);
    assert_eq!((progress.files, progress.lost, progress.seconds), (1, 0.0, 6.0));
    let recorded = read(&path);
    let first = 80 * 500;
    let lefts: Vec<f32> = recorded.iter().step_by(2).copied().collect();
    assert_eq!(lefts, left(first, 80 * 600));
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn nothing_unprotected_is_in_the_seconds_before_a_protected_recording() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.wav");
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    for n in 0..100 {
        recorder.push(&block(80 * n, n >= 90));
    }
    recorder.start(plan(path.clone()));
    recorder.push(&block(8_000, true));
    recorder.stop();
    assert_eq!(read(&path)[0], 80.0 * 90.0 / 1e6);
}

/// The same block, protected by another veil, with what came in.
fn protected_by(recorder: &mut Recorder, veil: u64, record: Record) {
    let samples = record.samples.clone();
    recorder.push(&Record { part: Some(Part::Input), samples, ..Record::default() });
    let live = LiveBlock { veil: Some(veil), ..record.block };
    recorder.push(&Record { block: live, ..record });
}

#[test]
fn only_one_veil_is_in_the_seconds_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.wav");
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    for n in 0..100 {
        protected_by(&mut recorder, if n < 90 { 1 } else { 2 }, block(80 * n, true));
    }
    recorder.start(plan(path.clone()));
    recorder.stop();
    assert_eq!(read(&path)[0], 80.0 * 90.0 / 1e6);
}

#[test]
fn a_file_with_two_veils_or_a_trim_in_it_is_not_one_protection() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    let one = |recorder: &Recorder| recorder.part.as_ref().unwrap().is_one_protection();
    recorder.start(plan(folder.path().join("veils.wav")));
    protected_by(&mut recorder, 1, block(0, true));
    protected_by(&mut recorder, 1, block(80, true));
    assert!(one(&recorder));
    protected_by(&mut recorder, 2, block(160, true));
    assert!(!one(&recorder));
    recorder.start(plan(folder.path().join("trim.wav")));
    protected_by(&mut recorder, 1, block(240, false));
    assert!(!one(&recorder));
}

#[test]
fn why_the_first_of_several_files_has_no_line_is_still_said_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    recorder.start(plan(folder.path().join("show.wav")));
    recorder.push(&block(0, true));
    let first = Some(Unrecorded::Said("the disk is full".to_owned()));
    recorder.progress.unrecorded = first.clone();
    recorder.begin_stream(FORMAT);
    recorder.push(&block(0, true));
    recorder.stop();
    assert_eq!((done(&recorder).files, done(&recorder).unrecorded), (2, first));
}

#[test]
fn without_the_seconds_before_it_begins_at_the_button() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.wav");
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    recorder.push(&block(0, true));
    recorder.start(Plan { pre_roll: false, ..plan(path.clone()) });
    recorder.push(&block(80, true));
    recorder.stop();
    assert_eq!(read(&path).len(), 160);
    assert_eq!(read(&path)[0], 80.0 / 1e6);
}

#[test]
fn what_is_lost_is_silence_in_its_place_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.wav");
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    recorder.start(plan(path.clone()));
    recorder.push(&block(0, true));
    recorder.push(&Record { lost: 8_000, ..block(8_080, true) });
    recorder.stop();
    let recorded = read(&path);
    assert_eq!(recorded.len(), 2 * (160 + 8_000));
    assert_eq!(recorded[2 * 8_080], 8_080.0 / 1e6);
    assert_eq!(done(&recorder).lost, 1.0);
}

#[test]
fn a_device_that_is_lost_and_back_makes_a_second_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.wav");
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    recorder.start(plan(path.clone()));
    recorder.push(&block(0, true));
    recorder.end_stream();
    assert!(path.exists(), "what there is is safe at once");
    assert!(matches!(recorder.state(), Recording::Running(Progress { waits: true, .. })));
    recorder.begin_stream(Format { sample_rate: 16_000, ..FORMAT });
    recorder.push(&block(0, true));
    recorder.stop();
    let second = folder.path().join("show 2.wav");
    assert_eq!(done(&recorder).path, second);
    assert_eq!(hound::WavReader::open(&second).unwrap().spec().sample_rate, 16_000);
}

#[test]
fn a_recording_is_split_by_time_without_losing_a_frame() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.wav");
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    recorder.start(Plan { split_minutes: 1, ..plan(path.clone()) });
    for n in 0..6_500 {
        recorder.push(&block(80 * n, true));
    }
    recorder.stop();
    let mut all = read(&path);
    assert_eq!(all.len(), 2 * 60 * 8_000);
    all.extend(read(&folder.path().join("show 2.wav")));
    let lefts: Vec<f32> = all.iter().step_by(2).copied().collect();
    assert_eq!(lefts, left(0, 80 * 6_500));
}

#[test]
fn no_file_is_ever_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.wav");
    fs::write(&path, "mine").unwrap();
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    recorder.start(plan(path.clone()));
    recorder.push(&block(0, true));
    recorder.stop();
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    assert_eq!(done(&recorder).path, folder.path().join("show (2).wav"));
}

#[test]
fn a_file_that_somebody_puts_there_meanwhile_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.wav");
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    recorder.start(plan(path.clone()));
    recorder.push(&block(0, true));
    fs::write(&path, "mine").unwrap();
    recorder.stop();
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    assert_eq!(done(&recorder).path, folder.path().join("show (2).wav"));
}

/// A file on a disk with room for so many bytes.
struct FullDisk(fs::File, u64);

impl Write for FullDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.1.saturating_sub(self.0.stream_position()?);
        if room == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.write(&bytes[..bytes.len().min(room as usize)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Seek for FullDisk {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

impl Medium for FullDisk {
    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_all()
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }
}

/// Why the recording ended by itself, in English.
fn failure(recorder: &Recorder) -> String {
    match recorder.state() {
        Recording::Failed(failure) => failure.text(Language::English.words()),
        other => panic!("{other:?}"),
    }
}

/// What became of the recordings that were cut off, in English.
fn said(folder: &Path) -> Vec<String> {
    let words = &Language::English.words().trouble;
    mend_all(folder).iter().map(|mended| mended.text(words)).collect()
}

#[test]
fn a_full_disk_is_said_and_what_was_recorded_is_a_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.wav");
    let place =
        Place::on(Box::new(|path| Ok(Box::new(FullDisk(fs::File::create(path)?, 300_001)))));
    let mut recorder = Recorder::at(place);
    recorder.begin_stream(FORMAT);
    recorder.start(plan(path.clone()));
    for n in 0..2_000 {
        recorder.push(&block(80 * n, true));
    }
    let message = failure(&recorder);
    assert!(message.contains("disk is full") && message.contains("show.wav"), "{message}");
    let recorded = read(&path);
    assert!(recorded.len() > 50_000, "{}", recorded.len());
    let lefts: Vec<f32> = recorded.iter().step_by(2).copied().collect();
    assert_eq!(lefts, left(0, lefts.len() as i64));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    recorder.start(plan(folder.path().join("file/show.wav")));
    recorder.push(&block(0, true));
    let message = failure(&recorder);
    assert!(message.contains("Nothing was recorded"), "{message}");
}

#[test]
fn flac_is_what_went_out_to_the_24th_bit_with_the_seconds_before_in_all_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.flac");
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    (0..1_000).for_each(|n| recorder.push(&block(80 * n, true)));
    let samples = Samples::Flac;
    recorder.start(Plan { samples, split_minutes: 1, ..plan(path.clone()) });
    (1_000..7_000).for_each(|n| recorder.push(&block(80 * n, true)));
    recorder.stop();
    let progress = done(&recorder);
    assert_eq!((progress.files, progress.seconds, progress.rounded), (2, 65.0, true));
    let mut all = decoded(&path).swap_remove(0);
    assert_eq!(all.len(), 60 * 8_000);
    all.extend(&decoded(&folder.path().join("show 2.flac"))[0]);
    assert_rounded(&all, &left(80 * 500, 80 * 6_500));
}

#[test]
fn a_full_disk_leaves_a_whole_flac_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.flac");
    let place =
        Place::on(Box::new(|path| Ok(Box::new(FullDisk(fs::File::create(path)?, 100_001)))));
    let mut recorder = Recorder::at(place);
    recorder.begin_stream(FORMAT);
    recorder.start(Plan { samples: Samples::Flac, ..plan(path.clone()) });
    let mut noise = white_noise();
    for n in 0..2_000 {
        let mut record = block(80 * n, true);
        record.samples[0].iter_mut().for_each(|sample| *sample = noise());
        recorder.push(&record);
    }
    let message = failure(&recorder);
    assert!(message.contains("disk is full") && message.contains("show.flac"), "{message}");
    let kept = decoded(&path);
    assert!(kept[0].len() >= 8_000, "{}", kept[0].len());
    let right: Vec<f32> = left(0, kept[1].len() as i64).iter().map(|sample| -sample).collect();
    assert_rounded(&kept[1], &right);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// White noise that FLAC cannot make smaller.
fn white_noise() -> impl FnMut() -> f32 {
    let mut state = 1_u32;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.cast_signed() as f32 / 2_147_483_648.0
    }
}

#[test]
fn samples_that_are_too_loud_for_integers_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::new(None);
    recorder.begin_stream(FORMAT);
    let samples = Samples::Flac;
    recorder.start(Plan { samples, ..plan(folder.path().join("loud.flac")) });
    let mut loud = block(0, true);
    loud.samples[0][3..7].fill(-1.5);
    recorder.push(&loud);
    recorder.stop();
    assert_eq!(done(&recorder).clipped, 4);
}

#[test]
fn what_a_killed_program_has_left_is_completed_and_what_is_being_written_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for samples in [Samples::Float32, Samples::Flac] {
        let path = folder.path().join(format!("show.{}", samples.ending()));
        let mut recorder = Recorder::new(None);
        recorder.begin_stream(FORMAT);
        recorder.start(Plan { samples, ..plan(path.clone()) });
        (0..1_000).for_each(|n| recorder.push(&block(80 * n, true)));
        assert_eq!(mend_all(folder.path()), Vec::new());
        // As if it were killed: nothing completes the file.
        drop(recorder);
        assert!(!path.exists());
        fs::write(&path, "somebody's").unwrap();
        let said = said(folder.path());
        let to = folder.path().join(format!("show (2).{}", samples.ending()));
        assert_eq!(said.len(), 1);
        assert!(said[0].contains(&to.display().to_string()), "{said:?}");
        let kept = decoded(&to).swap_remove(0);
        assert!(kept.len() > 50_000, "{}", kept.len());
        let sent = left(0, kept.len() as i64);
        assert_rounded(&kept, &sent);
        assert!(samples == Samples::Flac || kept == sent);
        assert_eq!(mend_all(folder.path()), Vec::new());
    }
    // What nothing can be made of stays where it is.
    let broken = folder.path().join("x (recording).wav");
    fs::write(&broken, "RIFF").unwrap();
    assert!(said(folder.path())[0].contains("stays as it is"));
    assert!(broken.exists());
}

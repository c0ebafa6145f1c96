//! Which folders of recordings are accepted, how they are split, and how others are rejected.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use lab::data::{Dataset, Label, read_wav, write_wav};

fn wav(folder: &Path, name: &str, rate: u32) {
    let file = folder.join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let samples: Vec<f32> = (0..rate / 10).map(|n| (n as f32 * 0.1).sin() * 0.5).collect();
    write_wav(&file, &samples, rate).unwrap();
}

fn digits(folder: &Path) {
    for digit in 0..3 {
        for speaker in ["ann", "bo"] {
            for index in 0..8 {
                wav(folder, &format!("{digit}_{speaker}_{index}.wav"), 8_000);
            }
        }
    }
}

fn error(folder: &Path, label: Label) -> String {
    Dataset::read(folder, label).unwrap_err().to_string()
}

#[test]
fn indices_below_five_are_for_testing_and_the_rest_for_training() {
    let folder = tempfile::tempdir().unwrap();
    digits(folder.path());
    let data = Dataset::read(folder.path(), Label::Digit).unwrap();
    assert_eq!(data.classes, ["0", "1", "2"]);
    assert_eq!((data.train.len(), data.test.len()), (3 * 2 * 3, 3 * 2 * 5));
    let index = |name: &str| name.rsplit('_').next().unwrap().parse::<u32>().unwrap();
    assert!(data.test.iter().all(|clip| index(&clip.name) < 5));
    assert!(data.train.iter().all(|clip| index(&clip.name) >= 5));
    for clip in data.train.iter().chain(&data.test) {
        assert_eq!(data.classes[clip.label], clip.name[..1]);
        assert!(clip.name.contains(&clip.group));
    }
    assert!((data.chance_level() - 1.0 / 3.0).abs() < 1e-12);
}

#[test]
fn speakers_can_be_the_classes() {
    let folder = tempfile::tempdir().unwrap();
    digits(folder.path());
    let data = Dataset::read(folder.path(), Label::Speaker).unwrap();
    assert_eq!(data.classes, ["ann", "bo"]);
    assert!(data.train.iter().all(|clip| clip.name.contains(&data.classes[clip.label])));
}

#[test]
fn folders_are_classes_and_every_tenth_file_is_for_testing() {
    let folder = tempfile::tempdir().unwrap();
    for class in ["oboe", "viola"] {
        for take in 10..35 {
            wav(folder.path(), &format!("{class}/take {take}.wav"), 16_000);
        }
    }
    let data = Dataset::read(folder.path(), Label::Digit).unwrap();
    assert_eq!(data.classes, ["oboe", "viola"]);
    let tests: Vec<&str> = data.test.iter().map(|clip| clip.name.as_str()).collect();
    let wanted = ["oboe-take 10", "oboe-take 20", "oboe-take 30"];
    assert_eq!(tests[..3], wanted);
    assert_eq!((data.train.len(), data.test.len()), (44, 6));
    assert!(error(folder.path(), Label::Speaker).contains("--label digit"));
}

#[test]
fn mixed_rates_become_the_most_frequent_one() {
    let folder = tempfile::tempdir().unwrap();
    digits(folder.path());
    wav(folder.path(), "0_ann_7.wav", 44_100);
    let data = Dataset::read(folder.path(), Label::Digit).unwrap();
    assert_eq!(data.rate, 8_000);
    assert!(data.train.iter().all(|clip| clip.rate == 8_000 && clip.samples.len() == 800));
}

#[test]
fn thinning_keeps_equally_many_clips_of_every_class_and_speaker() {
    let folder = tempfile::tempdir().unwrap();
    digits(folder.path());
    let data = Dataset::read(folder.path(), Label::Digit).unwrap().thinned(2, 1);
    assert_eq!((data.train.len(), data.test.len()), (3 * 2 * 2, 3 * 2));
}

#[test]
fn data_that_cannot_be_used_is_rejected_in_one_line_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();

    let missing = folder.path().join("missing");
    assert!(error(&missing, Label::Digit).contains(&missing.display().to_string()));

    let message = error(folder.path(), Label::Digit);
    assert!(message.contains(&path) && message.contains("no WAV file"), "{message}");

    digits(folder.path());
    wav(folder.path(), "hello.wav", 8_000);
    let message = error(folder.path(), Label::Digit);
    assert!(
        message.contains("hello.wav") && message.contains("{label}_{speaker}_{index}.wav"),
        "{message}"
    );
    fs::remove_file(folder.path().join("hello.wav")).unwrap();

    fs::write(folder.path().join("0_ann_9.wav"), b"RIFF").unwrap();
    let message = error(folder.path(), Label::Digit);
    assert!(message.contains("0_ann_9.wav"), "{message}");
    assert!(!message.contains('\n'), "{message}");
}

#[test]
fn a_single_class_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    for index in 0..8 {
        wav(folder.path(), &format!("0_ann_{index}.wav"), 8_000);
    }
    let message = error(folder.path(), Label::Digit);
    assert!(message.contains("the same digit") && message.contains("\"0\""), "{message}");
    assert!(error(folder.path(), Label::Speaker).contains("the same speaker"));
}

#[test]
fn a_class_without_training_clips_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    digits(folder.path());
    wav(folder.path(), "9_ann_0.wav", 8_000);
    let message = error(folder.path(), Label::Digit);
    assert!(message.contains("\"9\"") && message.contains("training"), "{message}");
}

#[test]
fn a_file_without_samples_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.wav");
    write_wav(&file, &[], 8_000).unwrap();
    let message = read_wav(&file).unwrap_err().to_string();
    assert!(message.contains("empty.wav") && message.contains("no samples"), "{message}");
}

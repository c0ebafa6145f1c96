//! What a probe shows: of models that know a key, and of models that do not.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use patchveil::Watch;
use patchveil::pcm::PcmReader;
use patchveil::probe::{
    AnswerKey, Answers, Judgement, Opened, Probe, ProbeError, Request, Shown, Statistic, judge,
};
use patchveil_test_support::Rng;
use patchveil_test_support::keys::test_key;
use patchveil_veil::{ClassKey, MarkDetector, MarkSettings, Preset};

/// An answer key without audio: so many decoys and excerpts, the clips in random order.
fn answer_key(decoys: u32, excerpts: u32, rng: &mut Rng) -> AnswerKey {
    let mut clips: Vec<(u32, u32)> =
        (0..excerpts).flat_map(|excerpt| (0..=decoys).map(move |key| (excerpt, key))).collect();
    rng.shuffle(&mut clips);
    let clip = |(number, (excerpt, key)): (usize, &(u32, u32))| {
        serde_json::json!({
            "file": format!("clip-{number:04}.wav"), "excerpt": excerpt, "key": key,
            "blake3": "00".repeat(32),
        })
    };
    let excerpt = serde_json::json!({
        "recording": null, "start_s": 0.0, "sample_rate_hz": 16_000, "position": 0,
    });
    serde_json::from_value(serde_json::json!({
        "version": 1, "tool": "test", "class": "Night Show",
        "fingerprint": ClassKey::from_bytes(test_key(42)).fingerprint(),
        "preset": "mark", "recipe": Preset::Mark.recipe(), "seed": "00".repeat(32), "decoys": decoys,
        "excerpts": vec![excerpt; excerpts as usize],
        "clips": clips.iter().enumerate().map(clip).collect::<Vec<_>>(),
    }))
    .unwrap()
}

/// What a file of this content is read as.
fn read(content: impl AsRef<[u8]>, key: &AnswerKey) -> Result<Answers, ProbeError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.csv");
    fs::write(&path, content).unwrap();
    Answers::read(&path, key)
}

/// One row a clip, in the order of the answer key; `row` is given excerpt and key.
fn rows(header: &str, key: &AnswerKey, mut row: impl FnMut(u32, u32) -> String) -> String {
    let rows =
        key.clips.iter().map(|clip| format!("{},{}\n", clip.file, row(clip.excerpt, clip.key)));
    std::iter::once(format!("{header}\n")).chain(rows).collect()
}

fn judged(content: &str, key: &AnswerKey, label: Option<&str>) -> Judgement {
    judge(key, &read(content, key).unwrap(), label).unwrap()
}

#[test]
fn a_tagger_that_reacts_to_the_mark_puts_the_key_first_with_scores_and_with_labels_alone() {
    let folder = tempfile::tempdir().unwrap();
    let key = ClassKey::from_bytes(test_key(42));
    let request = Request {
        class: "Night Show".to_owned(),
        key: key.clone(),
        preset: "mark".to_owned(),
        recipe: Preset::Mark.recipe(),
        decoys: 99,
        clips: 1,
        seconds: 4.0,
        from: None,
        output: folder.path().join("probe"),
    };
    let stop = AtomicBool::new(false);
    let watch = Watch { stop: &stop, progress: &|_| {} };
    let made = Probe::new(&request, &watch).unwrap().write(&watch).unwrap();
    assert_eq!(made.clips, 100);
    let opened = Opened::with_key(&request.output, &key).unwrap();
    assert_eq!(opened.commitment, made.commitment);
    let detected: Vec<(String, f64)> = opened
        .answer_key
        .clips
        .iter()
        .map(|clip| {
            (clip.file.clone(), sigmas(&request.output.join("clips").join(&clip.file), &key))
        })
        .collect();
    let scores: String = detected.iter().map(|(file, score)| format!("{file},{score}\n")).collect();
    let judgement = judged(&format!("file,Night Show\n{scores}"), &opened.answer_key, None);
    assert_eq!((judgement.rank, judgement.keys, judgement.found), (1, 100, true), "{judgement:?}");
    assert_eq!((judgement.p_value, judgement.statistic), (0.01, Statistic::Scores));
    // The detector tries every place of the period, so keys that are not there have 2 to 4 σ, and one of 6,000 more than 5;
    // the own key had 12.5 and more in 57 probes.
    let label = |score: f64| if score > 9.0 { "ours" } else { "other" };
    let labels: String =
        detected.iter().map(|(file, score)| format!("{file},{}\n", label(*score))).collect();
    for named in [Some("ours"), None] {
        let judgement = judged(&format!("file,label\n{labels}"), &opened.answer_key, named);
        assert_eq!((judgement.rank, judgement.label.as_str()), (1, "ours"), "{judgement:?}");
        assert_eq!((judgement.own, judgement.decoys[0]), (Shown::Count(1), Shown::Count(0)));
    }
}

/// How well the key fits a clip as a whole.
fn sigmas(path: &Path, key: &ClassKey) -> f64 {
    let mut reader = PcmReader::open(path).unwrap();
    let rate = reader.info().sample_rate;
    let mut planar = Vec::new();
    reader.read_block(usize::MAX, &mut planar).unwrap();
    let mut detector = MarkDetector::new(rate, 1, &MarkSettings::default()).unwrap();
    detector.feed(&[&planar[0]]);
    detector.finish().test(&[key])[0].whole_sigmas
}

#[test]
fn the_rank_is_uniform_for_a_model_that_knows_nothing() {
    const TRIALS: usize = 1_000;
    let mut rng = Rng::new(14);
    let key = answer_key(9, 4, &mut rng);
    let mut ranks = [0_usize; 10];
    let mut low = [0_usize; 3];
    for _ in 0..TRIALS {
        // Excerpts differ more than anything else does.
        let loud: Vec<f64> = (0..4).map(|_| 100.0 * rng.unit()).collect();
        let score = |excerpt: u32, _: u32| format!("{}", loud[excerpt as usize] + rng.unit());
        let content = rows("file,a", &key, score);
        ranks[judged(&content, &key, Some("a")).rank - 1] += 1;
        // All scores, and no label named.
        let content = rows("file,a,b", &key, |_, _| format!("{},{}", rng.unit(), 9 * rng.below(3)));
        low[2] += usize::from(judged(&content, &key, None).p_value <= 0.1);
        // The most striking of many labels, some of them rare.
        let content = rows("file,label", &key, |_, _| format!("l{}", rng.below(9) * rng.below(9)));
        let p = judged(&content, &key, None).p_value;
        low[0] += usize::from(p <= 0.1);
        low[1] += usize::from(p <= 0.3);
    }
    let expected = TRIALS as f64 / 10.0;
    let chi_squared: f64 = ranks.iter().map(|&n| (n as f64 - expected).powi(2) / expected).sum();
    // 27.9 is exceeded once in a thousand with nine degrees of freedom.
    assert!(chi_squared < 27.9, "{ranks:?}");
    for (count, p) in low.iter().zip([0.1, 0.3, 0.1]) {
        let most = p * TRIALS as f64 + 3.5 * (p * (1.0 - p) * TRIALS as f64).sqrt();
        assert!((*count as f64) < most, "p ≤ {p} in {count} of {TRIALS}");
    }
}

#[test]
fn ties_count_against_the_class() {
    let key = answer_key(99, 3, &mut Rng::new(1));
    for header in ["file,label", "file,a"] {
        let judgement = judged(&rows(header, &key, |_, _| "1".to_owned()), &key, None);
        assert_eq!((judgement.rank, judgement.p_value, judgement.found), (100, 1.0, false));
    }
    // Every key gets the label for one excerpt, but not for the same one.
    let content = rows("file,label", &key, |excerpt, key| {
        if excerpt == key % 3 { "a" } else { "b" }.to_owned()
    });
    assert_eq!(judged(&content, &key, Some("a")).rank, 100);
}

#[test]
fn a_label_that_was_never_given_shows_nothing() {
    let key = answer_key(99, 2, &mut Rng::new(2));
    let content = rows("file,label", &key, |_, key| format!("{}", key.min(1)));
    assert_eq!(judged(&content, &key, Some("0")).rank, 1);
    assert_eq!(judged(&content, &key, Some("mine")).p_value, 1.0);
}

#[test]
fn answers_are_read_however_a_spreadsheet_wrote_them() {
    let key = answer_key(1, 2, &mut Rng::new(3));
    let plain =
        "file,label\nclip-0000.wav,a\nclip-0001.wav,b\nclip-0002.wav,\"a, b\"\nclip-0003.wav,b\n";
    let expected = format!("{:?}", read(plain, &key).unwrap());
    for same in [
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        plain.replace("clip-", "some/where/clip-").replace(".wav", ".MP3"),
        plain.replace("clip-", "C:\\clips\\Clip-"),
        plain.replace("file,label", "\"File\" , LABEL "),
        plain.replace("clip-0001.wav", "\"clip-0001.wav\""),
        format!("{plain}\n,\n"),
        plain.replace("\"a, b\"", "\"a# b\"").replace(',', ";").replace('#', ","),
    ] {
        assert_eq!(format!("{:?}", read(&same, &key).unwrap()), expected, "{same}");
    }
    // In any order.
    let turned =
        "label,file\nb,clip-0003.wav\n\"a, b\",clip-0002.wav\nb,clip-0001.wav\na,clip-0000.wav\n";
    let [one, other] = [plain, turned].map(|content| judged(content, &key, Some("b")).own_excess);
    assert_eq!(one, other);
    // Decimal commas, where semicolons separate.
    let [comma, point] =
        ["file;a\nclip-0000;0,25\nclip-0001;1\n", "file,a\nclip-0000,0.25\nclip-0001,1\n"]
            .map(|content| format!("{:?}", read(content, &key).unwrap()));
    assert_eq!(comma, point);
}

#[test]
fn a_score_counts_for_the_label_that_was_given_and_for_no_other() {
    let key = answer_key(1, 1, &mut Rng::new(4));
    let content = rows("file,label,score", &key, |_, key| format!("l{key},0.5"));
    let judgement = judged(&content, &key, Some("l0"));
    assert_eq!((judgement.own, judgement.decoys[0]), (Shown::Mean(0.5), Shown::Mean(0.0)));
}

#[test]
fn a_label_with_large_and_noisy_scores_does_not_hide_the_one_that_the_key_raises() {
    let mut rng = Rng::new(8);
    let key = answer_key(99, 8, &mut rng);
    let scores = |_: u32, key: u32| {
        let own = if key == 0 { 0.01 } else { 0.0 };
        format!("{},{}", 0.01 * rng.unit() + own, 100.0 * rng.unit())
    };
    let content = rows("file,ours,noise", &key, scores);
    let judgement = judged(&content, &key, None);
    assert_eq!((judgement.rank, judgement.label.as_str()), (1, "ours"), "{judgement:?}");
}

#[test]
fn clips_without_an_answer_are_told_and_do_not_count() {
    let key = answer_key(99, 2, &mut Rng::new(5));
    let content = rows("file,label", &key, |excerpt, key| match (excerpt, key) {
        (1, 0..50) => String::new(),
        (_, 0) => "mine".to_owned(),
        _ => "other".to_owned(),
    });
    let judgement = judged(&content, &key, None);
    assert_eq!((judgement.answered, judgement.missing), (150, 50));
    assert_eq!((judgement.rank, judgement.keys), (1, 100));
    // Decoys of which nothing was answered are no decoys.
    let content = rows("file,label", &key, |_, key| if key < 20 { "a" } else { "" }.to_owned());
    assert_eq!(judged(&content, &key, None).keys, 20);
    let content = rows("file,label", &key, |_, key| if key > 0 { "a" } else { "" }.to_owned());
    assert!(judge(&key, &read(content, &key).unwrap(), None).is_none());
}

#[test]
fn answers_that_cannot_be_meant_are_refused_with_the_line() {
    let key = answer_key(1, 2, &mut Rng::new(6));
    for (content, parts) in [
        ("file,label\nclip-0009.wav,a\n", ["line 2", "is no clip of this probe"]),
        ("file,label\nclip-0000.wav,a\nx/clip-0000.wav,a\n", ["line 3", "in line 2 already"]),
        ("file,a,b\nclip-0000.wav,1,much\n", ["line 2", "“much” is not a score"]),
        ("file,a\nclip-0000.wav,nan\n", ["line 2", "is not a score"]),
        ("file,a\nclip-0000.wav,1e308\n", ["line 2", "“1e308” is beyond ±1e100"]),
        ("file,label,score\nclip-0000.wav,a,1e101\n", ["line 2", "scale the scores"]),
        ("file,label,score\nclip-0000.wav,a,\n", ["line 2", "is not a score"]),
        ("file,label,score\nclip-0000.wav,a,-0.5\n", ["line 2", "has a negative score"]),
        ("file,a,a\n", ["two columns", "“a”"]),
        ("name,label\nclip-0000.wav,a\n", ["no column “file”", "first row"]),
        ("file\nclip-0000.wav\n", ["no column “label”", ""]),
        ("", ["no column “file”", ""]),
    ] {
        let message = read(content, &key).unwrap_err().to_string();
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }
    let message = read(b"file,label\nclip-0000,\xff\n", &key).unwrap_err().to_string();
    assert!(message.contains("not UTF-8"), "{message}");
}

#[test]
fn more_labels_than_can_be_compared_are_refused() {
    let key = answer_key(9_999, 1, &mut Rng::new(7));
    let content = rows("file,label", &key, |_, key| format!("caption {key}"));
    let message = read(content, &key).unwrap_err().to_string();
    assert!(
        message.contains("more than 5000 different labels, too many for 10000 keys"),
        "{message}"
    );
}

#[test]
fn more_scores_than_there_is_memory_for_are_refused_by_the_header() {
    let key = answer_key(99, 10, &mut Rng::new(9));
    let labels: String = (0..50_001).map(|label| format!(",{label}")).collect();
    // Nothing of the second line is read.
    let message = read(format!("file{labels}\nno clip,1\n"), &key).unwrap_err().to_string();
    assert!(message.contains("50001 labels, too many for 1000 clips"), "{message}");
    let commas = ",".repeat(1_000_000);
    let wide = [format!("file,a{commas}\n"), format!("file,label\nclip-0000,a{commas}\n")];
    for (line, content) in (1..).zip(wide) {
        let message = read(content, &key).unwrap_err().to_string();
        let expected = [format!("line {line}"), "more than 1000000 columns".to_owned()];
        assert!(expected.iter().all(|part| message.contains(part)), "{message}");
    }
}

#[test]
fn a_column_of_large_numbers_does_not_make_ties_of_another_label() {
    let key = answer_key(99, 2, &mut Rng::new(10));
    let row =
        |_: u32, key: u32| format!("{},{}", if key == 0 { 0.9 } else { 0.1 }, 1_750_000_000 + key);
    let content = rows("file,ours,time", &key, row);
    let judgement = judged(&content, &key, Some("ours"));
    assert_eq!((judgement.rank, judgement.found), (1, true), "{judgement:?}");
    // The largest that are accepted compare as others do.
    let content = rows("file,a", &key, |_, key| if key == 0 { "1e100" } else { "-1e100" }.into());
    assert_eq!(judged(&content, &key, Some("a")).rank, 1);
    let content = rows("file,a", &key, |_, key| if key == 0 { "-1e100" } else { "1e100" }.into());
    assert_eq!(judged(&content, &key, Some("a")).rank, 100);
}

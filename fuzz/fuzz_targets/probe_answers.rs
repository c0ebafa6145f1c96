//! What a model answered to a probe, as CSV, and the judgement of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchveil::probe::{AnswerKey, Answers, judge};
use patchveil_fuzz::{assert_one_line, private_file};

/// Three keys, two excerpts, six clips.
const ANSWER_KEY: &[u8] = include_bytes!("../corpus/probe_answer_key/plain");

fuzz_target!(|csv: &[u8]| {
    let answer_key: AnswerKey = serde_json::from_slice(ANSWER_KEY).expect("it is valid");
    let answers = match Answers::read(&private_file(csv), &answer_key) {
        Ok(answers) => answers,
        Err(error) => return assert_one_line(&error.to_string()),
    };
    assert!(answers.answered() <= answer_key.clips.len());
    for label in [None, answers.labels.first().map(String::as_str), Some("given to no clip")] {
        let Some(judgement) = judge(&answer_key, &answers, label) else { continue };
        assert!((1..=judgement.keys).contains(&judgement.rank));
        assert!(judgement.keys <= answer_key.keys());
        assert_eq!(judgement.p_value, judgement.rank as f64 / judgement.keys as f64);
        assert!(!judgement.found || judgement.rank == 1);
    }
});

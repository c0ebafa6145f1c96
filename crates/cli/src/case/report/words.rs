//! What does not depend on the case: what it shows and what not, what disclosing the echo key means, and what
//! words mean.

use super::ECHO_KEY;
use crate::case::document::{Block, Text};
use crate::case::findings::Found;
use crate::case::record::Record;

/// What the evidence shows and what it does not.
pub(super) fn shows(found: &Found) -> Vec<Block> {
    let mut blocks = vec![Block::Section("What this shows".to_owned())];
    let traced = found.traces.iter().any(|(_, trace)| trace.found);
    blocks.push(Block::List(vec![
        "What the owner has, and that it is unchanged: the files in the hash list.".into(),
        "What the class’s echo is: the commitment fixes it from the day on that a time stamp covers it. What was fixed \
         before a model existed was not chosen to fit its output."
            .into(),
        if traced {
            "That the output carries an echo which fits this class’s secret key far better than chance allows. Such an \
             echo comes out of a model if recordings with it went into its training, or if the output is itself a copy \
             of such recordings, treated or not."
        } else {
            "How well the output that was examined fits the class’s secret key, and how often chance alone gives a fit \
             as good."
        }
        .into(),
    ]));
    blocks.push(Block::Section("What it does not show".to_owned()));
    blocks.push(Block::List(vec![
        "How the recordings came into the training data, who put them there, how many they were, and whether that was \
         allowed."
            .into(),
        "That the output came from the model that it is said to come from. That rests on how it was obtained: keep \
         requests, dates, accounts and witnesses."
            .into(),
        "That the owner is the author, or has rights in the recordings.".into(),
        "That a model was not trained on them. A trace that is not found may be too weak, the output too short, or the \
         training may have removed it."
            .into(),
        Text::from("The probability that the model was trained on them. ")
            .strong("A p-value is not that.")
            .plain(" It is how often a model that has nothing to do with the key gives such a score or a higher one."),
    ]));
    blocks
}

/// What disclosing the echo key proves and gives away.
pub(super) fn disclosure(record: &Record, disclosed: bool) -> Vec<Block> {
    let mut blocks = vec![Block::Section("The echo key".to_owned())];
    blocks.push(Block::Paragraph(if disclosed {
        Text::from("The echo key of the class is disclosed with this report, in the file ")
            .mono(ECHO_KEY)
            .plain(
                ". The file is kept apart from the report, and whoever hands on the report decides about it. Its \
                 commitment is ",
            )
            .mono(record.echo_commitment.to_string())
            .plain(".")
    } else {
        Text::from(
            "The echo key of the class is not disclosed. The other side can check everything without the class key once \
             its owner discloses the echo key: ",
        )
        .mono("patchveil case report --disclose")
        .plain(".")
    }));
    blocks.push(Block::Subsection("What disclosing it proves".to_owned()));
    blocks.push(Block::List(vec![
        "The signs of the echo were fixed when the commitment was time-stamped: another key has another commitment, and \
         nobody can find a second key for the same one."
            .into(),
        "The output fits these signs. Anybody can measure this again, with any keys beside it for comparison.".into(),
        "The published recordings carry these signs too.".into(),
    ]));
    blocks.push(Block::Subsection("What it gives away".to_owned()));
    blocks.push(Block::List(vec![
        "Whoever reads it can find the echo in all recordings of this class, take it off, and put it on anything. From \
         then on, a trace of it shows nothing that is new."
            .into(),
        "The class key, the mark’s pattern, the veil and all other classes stay secret: the echo key is derived from \
         the class key one way (BLAKE3)."
            .into(),
        "Give it to the court or an expert rather than the other side, if that is possible, and use a new class for new \
         recordings afterwards."
            .into(),
    ]));
    blocks
}

/// Terms, and what they mean.
const TERMS: [(&str, &str); 11] = [
    (
        "class",
        "a show, a voice or an artist, with one secret key. The fingerprint is the key’s public name.",
    ),
    (
        "mark",
        "very quiet changes to a recording that the secret key determines, made before it was published. The mark \
             has two parts, the pattern and the echo.",
    ),
    (
        "echo",
        "the part of the mark that stays the same throughout: more than a hundred very quiet echoes, some thousandths of a \
             second late. The key decides for each whether it is added or subtracted.",
    ),
    (
        "trace",
        "the echo in what a model makes. Models reproduce what is common to their training data, and that \
             includes the echo.",
    ),
    (
        "copy",
        "a file that contains marked audio itself, treated or not, and not a model’s work. It is shown where the mark’s \
             pattern is found, which a model is not expected to reproduce. Not shown does not mean that a file is \
             none: it may be too short, changed too much, or played at another speed than those that are tried.",
    ),
    (
        "σ (sigma)",
        "the score: how well the output fits the key, in units of what chance does. In one range of frequencies chance gives \
             more than 2 σ in about 2 of 100 cases, more than 3 σ in 1 of 700, more than 4 σ in 1 of 30,000. The best of \
             several ranges is taken, so high scores are more frequent; the p-value takes that into account.",
    ),
    (
        "p-value",
        "imagine a great many models that have nothing to do with the key. The p-value says in what share of them \
             chance alone would give a score as high as this one, or higher. With p = 0.000001 that is one in a \
             million. It does not say how probable it is that the model was trained on the recordings, and if \
             many models or keys were tried, it has to be multiplied by their number.",
    ),
    (
        "decoy",
        "a key drawn at random. The score of the real key is ranked among those of many decoys, as a check that \
             assumes nothing.",
    ),
    (
        "hash",
        "a short number computed from a file. Two different files with the same hash cannot be found in practice, so \
             equal hashes mean equal files.",
    ),
    (
        "commitment",
        "a hash of the echo key. It fixes the echo key without giving it away; once the echo key is disclosed, \
             everybody can compute the hash and compare.",
    ),
    (
        "time stamp",
        "a statement signed by a time-stamping authority (RFC 3161) that a hash existed at a certain time. The \
             authority sees the hash and not the file.",
    ),
];

/// What words mean.
pub(super) fn glossary() -> Vec<Block> {
    let meant = TERMS.map(|(term, meaning)| (term.to_owned(), meaning.into()));
    vec![Block::Section("What words mean".to_owned()), Block::Terms(meant.into())]
}

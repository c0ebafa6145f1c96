//! Receipts of renders as evidence in a case.

use std::process::Command;

use crate::support::command::{KEY, Ran, User, is_there, key, recording, skipped};
use crate::support::receipts::{note, receipt};
use patchveil_receipts::{NAME, READ_MAX, Receipt};
use patchveil_veil::{ClassKey, Preset};

const TIME: &str = "2026-11-01T10:00:00Z";

fn of_another(receipt: Receipt) -> Receipt {
    Receipt { fingerprint: ClassKey::from_bytes([1; 32]).fingerprint(), ..receipt }
}

/// A user with an empty case.
fn user_with_case() -> User {
    let user = User::with_key();
    user.run(&["case", "open", "Somebody"]).succeeds();
    user
}

#[test]
fn a_folder_of_receipts_becomes_evidence_that_the_report_shows_for_what_it_is() {
    let user = user_with_case();
    let mut louder = Preset::Mark.recipe();
    louder.mark.as_mut().unwrap().level_db = -3.0;
    let receipts = [
        receipt(&Preset::Mark.recipe(), 123_456, 480_000, TIME),
        receipt(&louder, -48_000, 96_000, "2026-11-02T11:30:00.25Z"),
        of_another(receipt(&Preset::Strong.recipe(), 0, 480_000, TIME)),
    ];
    note(&user, "receipts", &receipts);
    // Lines that a newer version, a crash or somebody else wrote.
    let mut lines = user.read(format!("receipts/{NAME}"));
    for line in ["{\"version\":9}\n", "\u{1b}[2J{{{\n", "{\"version\":1,\"finger"] {
        lines.extend(line.as_bytes());
    }
    user.put(format!("receipts/{NAME}"), &lines);
    let added = user.run(&["case", "add", "Somebody.case", "receipts", "--note", "My studio"]);
    assert_eq!((added.code, added.err.lines().count()), (Some(0), 1), "{added:?}");
    assert!(added.out.starts_with("receipts "), "{added:?}");
    let others = "also holds 1 receipt of another class, which whoever gets the case can read";
    added.says(&[NAME, others, "3 lines are no receipts", "reports leave them out"]);
    let copy = format!("Somebody.case/evidence/002-{NAME}");
    assert_eq!(user.read(&copy), lines);
    let again = user.run(&["case", "add", "Somebody.case", &format!("receipts/{NAME}")]);
    assert!(again.succeeds().out.contains("was there already"));

    user.run(&["case", "report", "Somebody.case"]).succeeds();
    let page = String::from_utf8(user.read("Somebody.case/report.html")).unwrap();
    let hash = blake3::hash(&lines).to_hex().to_string();
    let expected = [
        "Receipts of renders",
        "2 renders of this class, 1 of other classes, and 3 lines that could not be read",
        "It is no proof by itself",
        "anybody who knows the fingerprint, which is public, can write such lines",
        "2026-11-01 10:00:00 UTC",
        "2026-11-02 11:30:00 UTC",
        "2.572 s",
        "−1.000 s",
        "My studio",
        "by Patchveil plug-in 0.1.0",
        "patchveil detect RENDER",
        &hash,
    ];
    for text in expected {
        assert!(page.contains(text), "{text} is not in the report");
    }
    let echo_key = key().echo_key().to_text();
    for secret in [key().to_text().as_str(), echo_key.as_str(), std::str::from_utf8(&KEY).unwrap()]
    {
        assert!(!page.contains(secret));
    }
    if !is_there("pdftotext") {
        return skipped("the text of the PDF", "pdftotext is missing", true);
    }
    let path = user.path("Somebody.case/report.pdf");
    let paper = Ran::of(Command::new("pdftotext").arg("-raw").arg(path).arg("-")).succeeds().out;
    let paper: String = paper.split_whitespace().collect();
    for text in ["Receiptsofrenders", "Itisnoproofbyitself", "2026-11-0211:30:00UTC"] {
        assert!(paper.contains(text), "{text} is not on paper");
    }
}

#[test]
fn receipts_that_are_no_evidence_of_the_class_are_refused_in_one_line() {
    let user = user_with_case();
    let own = receipt(&Preset::Mark.recipe(), 0, 480_000, TIME);
    note(&user, "others", &[of_another(own.clone())]);
    user.run(&["case", "add", "Somebody.case", "others"])
        .fails(1, &[NAME, "holds receipts that say nothing of this case's class"]);
    user.put(format!("damaged/{NAME}"), "{\n\u{0}\u{1b}[2J");
    user.run(&["case", "add", "Somebody.case", "damaged"])
        .fails(1, &[NAME, "holds no receipt that this Patchveil can read"]);
    note(&user, "leak", &[Receipt { tool: key().to_text().to_string(), ..own }]);
    user.run(&["case", "add", "Somebody.case", "leak"]).fails(1, &[NAME, "holds a secret key"]);
    user.put("empty/a.wav", recording(48_000, 1, 0.1));
    user.run(&["case", "add", "Somebody.case", "empty"])
        .fails(1, &["empty", &format!("holds no {NAME}; name the files")]);
    user.put(format!("huge/{NAME}"), "");
    let huge = std::fs::File::options().write(true).open(user.path(format!("huge/{NAME}")));
    huge.unwrap().set_len((64 << 20) + 1).unwrap();
    user.run(&["case", "add", "Somebody.case", "huge"])
        .fails(1, &[NAME, "is longer than the 64 MiB that receipts may have"]);
}

#[cfg(unix)]
#[test]
fn a_link_in_a_folder_is_not_followed_and_what_comes_after_it_is_added() {
    let user = user_with_case();
    user.put("private.txt", "not for others");
    std::fs::create_dir(user.path("linked")).unwrap();
    std::os::unix::fs::symlink(user.path("private.txt"), user.path(format!("linked/{NAME}")))
        .unwrap();
    let own = receipt(&Preset::Mark.recipe(), 0, 480_000, TIME);
    note(&user, "mixed", &[own.clone(), of_another(own.clone())]);
    note(&user, "plain", &[own]);
    let ran = user.run(&["case", "add", "Somebody.case", "linked", "mixed", "plain"]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(1), 3), "{ran:?}");
    let parts =
        ["is a link; name the file that it leads to", "also holds 1 receipt", "1 failed, 2 done"];
    ran.says(&parts);
    let evidence = user.path("Somebody.case/evidence");
    assert_eq!(std::fs::read_dir(evidence).unwrap().count(), 3);
}

#[test]
fn a_text_that_quotes_a_receipt_is_an_attachment() {
    let user = user_with_case();
    let own = receipt(&Preset::Mark.recipe(), 0, 480_000, TIME);
    note(&user, "receipts", &[own]);
    let line = String::from_utf8(user.read(format!("receipts/{NAME}"))).unwrap();
    user.put("letter.txt", format!("Dear Sir,\n{line}Yours\n"));
    let added = user.run(&["case", "add", "Somebody.case", "letter.txt"]).succeeds();
    assert!(added.out.starts_with("attachment "), "{added:?}");
    user.put("copy.jsonl", format!("{line}{{}}\n").replace("480000", "470000") + &line);
    let added = user.run(&["case", "add", "Somebody.case", "copy.jsonl"]);
    assert!(added.out.starts_with("receipts "), "{added:?}");
}

#[test]
fn receipts_stand_in_the_order_of_their_times_to_the_fraction_of_a_second() {
    let user = user_with_case();
    let at = |position, time| receipt(&Preset::Mark.recipe(), position, 480_000, time);
    let times = ["2026-11-02T11:30:00.25Z", "2026-11-02T11:30:00Z", "2026-11-02T11:30:00.5Z"];
    note(&user, "receipts", &[at(48_000, times[0]), at(96_000, times[1]), at(144_000, times[2])]);
    user.run(&["case", "add", "Somebody.case", "receipts"]).succeeds();
    user.run(&["case", "report", "Somebody.case", "--html"]).succeeds();
    let page = String::from_utf8(user.read("Somebody.case/report.html")).unwrap();
    let newest_first = ["3.000 s", "1.000 s", "2.000 s"].map(|text| page.find(text).unwrap());
    assert!(newest_first.is_sorted(), "{newest_first:?}");
}

#[test]
fn of_a_file_of_receipts_that_is_too_long_the_newest_are_shown() {
    let user = user_with_case();
    user.put(format!("long/{NAME}"), vec![b'\n'; READ_MAX as usize]);
    let own = receipt(&Preset::Light.recipe(), 48_000, 480_000, TIME);
    note(&user, "long", &vec![own; 50]);
    let added = user.run(&["case", "add", "Somebody.case", "long"]);
    assert_eq!(added.code, Some(0), "{added:?}");
    added.says(&["of so long a file reports show the newest 8 MiB"]);
    user.run(&["case", "report", "Somebody.case", "--html"]).succeeds();
    let page = String::from_utf8(user.read("Somebody.case/report.html")).unwrap();
    for text in ["50 renders of this class", "only its newest 8 MiB", "10 older ones", "light"] {
        assert!(page.contains(text), "{text} is not in the report");
    }
}

#[cfg(unix)]
#[test]
fn the_name_of_a_file_cannot_speak_to_the_terminal() {
    let user = user_with_case();
    let recipe = Preset::Mark.recipe();
    let receipts =
        [receipt(&recipe, 0, 480_000, TIME), of_another(receipt(&recipe, 0, 480_000, TIME))];
    note(&user, "receipts", &receipts);
    let name = "a\u{1b}[2J\u{202e}b";
    user.put(name, user.read(format!("receipts/{NAME}")));
    let added = user.run(&["case", "add", "Somebody.case", name]);
    assert_eq!(added.code, Some(0), "{added:?}");
    let added = added.says(&["also holds 1 receipt of another class"]);
    for said in [&added.out, &added.err] {
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
    }
}

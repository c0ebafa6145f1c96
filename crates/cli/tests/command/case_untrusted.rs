//! `patchveil case` with what others made: folders, results and names that are not to be trusted.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs;

use crate::support::case::{trace_result, user_with_case};
use crate::support::command::{CLASS, User, key};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The user's `case.json`, changed.
fn edit(user: &User, change: impl FnOnce(&mut Value)) {
    let mut case: Value = serde_json::from_slice(&user.read("Somebody.case/case.json")).unwrap();
    change(&mut case);
    user.put("Somebody.case/case.json", case.to_string());
}

#[test]
fn no_file_outside_the_case_is_read_whatever_case_json_says() {
    let user = user_with_case();
    user.put("private.txt", "private");
    let good = user.read("Somebody.case/case.json");
    let outside = user.path("private.txt").display().to_string();
    for file in
        [outside.as_str(), "../private.txt", "evidence/../../private.txt", "evidence\\..\\x"]
    {
        edit(&user, |case| case["evidence"][4]["file"] = file.into());
        for command in ["report", "add", "recheck"] {
            let more = if command == "report" { None } else { Some("private.txt") };
            let arguments: Vec<&str> =
                ["case", command, "Somebody.case"].into_iter().chain(more).collect();
            user.run(&arguments).fails(1, &["case.json", "outside the case"]);
        }
        user.put("Somebody.case/case.json", &good);
    }
    user.run(&["case", "report", "Somebody.case"]).succeeds();
}

#[test]
fn a_picture_that_asks_for_too_much_memory_is_left_out_of_the_report() {
    let user = user_with_case();
    let mut png = user.read("Somebody.case/evidence/004-found.png");
    // Width and height in the header.
    png[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    user.put("Somebody.case/evidence/004-found.png", &png);
    let sha256: String = Sha256::digest(&png).iter().map(|byte| format!("{byte:02x}")).collect();
    edit(&user, |case| {
        case["evidence"][3]["blake3"] = blake3::hash(&png).to_hex().to_string().into();
        case["evidence"][3]["sha256"] = sha256.into();
    });
    user.run(&["case", "report", "Somebody.case"]).succeeds();
    let page = String::from_utf8(user.read("Somebody.case/report.html")).unwrap();
    assert!(page.contains("is left out: it has more than 100 megapixels"), "{page}");
    assert!(!page.contains("data:image/png"));
    assert!(user.read("Somebody.case/report.pdf").starts_with(b"%PDF-"));
}

#[test]
fn a_file_that_is_listed_twice_is_refused() {
    let user = user_with_case();
    edit(&user, |case| {
        let again = case["evidence"][3].clone();
        case["evidence"].as_array_mut().unwrap().push(again);
    });
    for arguments in [&["report", "Somebody.case"][..], &["add", "Somebody.case", "found.png"]] {
        user.run(&[&["case"], arguments].concat())
            .fails(1, &["case.json", "004-found.png", "is in it twice"]);
    }
}

#[cfg(unix)]
#[test]
fn a_case_json_elsewhere_and_a_lock_that_never_ends_are_refused() {
    let user = user_with_case();
    let (own, moved) = (user.path("Somebody.case/case.json"), user.path("moved.json"));
    fs::rename(&own, &moved).unwrap();
    std::os::unix::fs::symlink(&moved, &own).unwrap();
    user.run(&["case", "report", "Somebody.case"]).fails(1, &["case.json", "is a link"]);
    fs::remove_file(&own).unwrap();
    fs::rename(&moved, &own).unwrap();
    let lock = user.path("Somebody.case/.lock");
    fs::remove_file(&lock).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&lock).status().unwrap().success());
    user.run(&["case", "add", "Somebody.case", "found.png"])
        .fails(1, &[".lock", "is a pipe or a device"]);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_case_are_refused() {
    use std::os::unix::fs::symlink;
    let user = user_with_case();
    let file = user.path("Somebody.case/evidence/005-trace.json");
    fs::rename(&file, user.path("elsewhere.json")).unwrap();
    symlink(user.path("elsewhere.json"), &file).unwrap();
    user.run(&["case", "report", "Somebody.case"])
        .fails(1, &["005-trace.json", "is no regular file"]);
    fs::remove_file(&file).unwrap();
    symlink("/dev/zero", &file).unwrap();
    user.run(&["case", "report", "Somebody.case"])
        .fails(1, &["005-trace.json", "is no regular file"]);
    fs::remove_file(&file).unwrap();
    fs::rename(user.path("elsewhere.json"), &file).unwrap();
    fs::create_dir(user.path("home")).unwrap();
    for part in ["letters", "evidence"] {
        let (own, moved) = (user.path(format!("Somebody.case/{part}")), user.path("moved"));
        let was_there = fs::rename(&own, &moved).is_ok();
        symlink(user.path("home"), &own).unwrap();
        for arguments in [&["report", "Somebody.case"][..], &["add", "Somebody.case", "found.png"]]
        {
            user.run(&[&["case"], arguments].concat()).fails(1, &[part, "is a link"]);
        }
        fs::remove_file(&own).unwrap();
        if was_there {
            fs::rename(&moved, &own).unwrap();
        }
    }
    assert_eq!(fs::read_dir(user.path("home")).unwrap().count(), 0);
    user.run(&["case", "report", "Somebody.case"]).succeeds();
}

#[test]
fn names_notes_and_results_are_text_on_the_page_and_no_markup() {
    let user = User::with_key();
    let hostile = "</p><script>alert(1)</script><img src=x onerror='a' title=\"";
    user.run(&["case", "open", hostile, "-o", "x.case"]).succeeds();
    let mut trace: Value = serde_json::from_str(&trace_result(6.1, 60.0, 3e-9)).unwrap();
    for field in ["version", "status"] {
        trace[field] = hostile.into();
    }
    trace["recordings"][0]["input"] = hostile.into();
    trace["recordings"][0]["blake3"] = hostile.into();
    user.put("trace.json", trace.to_string());
    user.put("a.txt", "a");
    user.run(&["case", "add", "x.case", "trace.json", "a.txt", "--note", hostile]).succeeds();
    user.run(&["case", "report", "x.case"]).succeeds();
    let page = String::from_utf8(user.read("x.case/report.html")).unwrap();
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    for markup in ["<script", "<img src=x", "</p><"] {
        assert!(!page.contains(markup), "{markup}");
    }
}

#[test]
fn what_others_wrote_cannot_speak_to_the_terminal() {
    let user = user_with_case();
    let good = user.read("Somebody.case/case.json");
    let changes: [fn(&mut Value); 3] = [
        |case| case["class"] = "a\u{1b}[2Jb".into(),
        |case| case["name"] = "a\nb".into(),
        |case| case["evidence"][4]["file"] = "evidence/\u{1b}[2J".into(),
    ];
    for change in changes {
        edit(&user, change);
        let ran = user.run(&["case", "report", "Somebody.case"]);
        assert_eq!((ran.code, ran.err.lines().count()), (Some(1), 1), "{ran:?}");
        assert!(!ran.err.contains('\u{1b}') && ran.err.contains("case.json"), "{ran:?}");
        user.put("Somebody.case/case.json", &good);
    }
}

#[test]
fn odd_settings_and_notes_in_case_json_neither_crash_nor_fill_the_memory() {
    let user = user_with_case();
    let good = user.read("Somebody.case/case.json");
    edit(&user, |case| case["recipe"]["mark"]["echo"]["end_us"] = 4_294_967_295_u32.into());
    user.run(&["case", "recheck", "Somebody.case", "episode.wav"])
        .fails(1, &["case.json", "is damaged"]);
    user.put("Somebody.case/case.json", &good);
    edit(&user, |case| case["evidence"][4]["note"] = "\u{0}\u{1b}[2J\n\u{202e}\u{10ffff}\t".into());
    user.run(&["case", "report", "Somebody.case"]).succeeds();
    assert!(user.read("Somebody.case/report.pdf").starts_with(b"%PDF-"));
}

#[test]
fn a_trace_in_copies_alone_is_not_reported_as_one_of_a_model() {
    let user = User::with_key();
    user.run(&["case", "open", "x"]).succeeds();
    let mut trace: Value = serde_json::from_str(&trace_result(6.1, 60.0, 3e-9)).unwrap();
    trace["without_copies"] =
        json!({"seconds": 0.0, "sigmas": 0.0, "p_value": 1.0, "found": false});
    user.put("trace.json", trace.to_string());
    user.run(&["case", "add", "x.case", "trace.json"]).succeeds();
    user.run(&["case", "report", "x.case", "--html"]).succeeds();
    let page = String::from_utf8(user.read("x.case/report.html")).unwrap();
    assert!(page.contains("without them it was not found"));
    let letter = String::from_utf8(user.read("x.case/letters/gdpr-17-erasure.txt")).unwrap();
    assert!(!letter.contains("output of your model their mark was found"), "{letter}");
    user.run(&["case", "recheck", "x.case", "trace.json"]).fails(2, &["in output without copies"]);
}

#[test]
fn a_case_takes_what_probe_judge_really_prints() {
    let user = User::with_key();
    user.run(&["probe", "make", "-o", "p", "--decoys", "3", "--clips", "2", "--seconds", "0.25"])
        .succeeds();
    let template = String::from_utf8(user.read("p/answers-template.csv")).unwrap();
    user.put("answers.csv", template.replace(".wav,", ".wav,a label"));
    let judged = user.run(&["probe", "judge", "p", "answers.csv", "--json"]);
    assert_eq!(judged.code, Some(3), "{judged:?}");
    user.put("probe.json", &judged.out);
    user.run(&["case", "open", "x", "--key", CLASS]).succeeds();
    let added = user.run(&["case", "add", "x.case", "probe.json"]).succeeds().out;
    assert!(added.starts_with("probe result"), "{added}");
    user.run(&["case", "report", "x.case", "--html"]).succeeds();
    let page = String::from_utf8(user.read("x.case/report.html")).unwrap();
    let commitment = String::from_utf8(user.read("p/commitment.txt")).unwrap();
    for text in ["4 of 4", "1.000", "a label", ">8<", commitment.trim(), "with rank 4 of 4,"] {
        assert!(page.contains(text), "{text} is not in the report");
    }
    let other = judged.out.replace(&key().fingerprint().to_string(), "mfrg-other");
    user.put("other.json", other);
    user.run(&["case", "add", "x.case", "other.json"])
        .fails(1, &["other.json", "says nothing of this case's class"]);
}

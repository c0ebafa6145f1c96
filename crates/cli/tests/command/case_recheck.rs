//! `patchveil case recheck`: is the trace gone?

use crate::support::case::trace_result;
use crate::support::command::User;
use crate::support::plain;
use patchveil_test_support::signal;

/// Speech-like audio of its own in each file of a folder.
fn new_output(user: &User, folder: &str, files: u64, seconds: f64) {
    for file in 0..files {
        let samples = signal::speech(100 + file, 24_000, seconds);
        let data: Vec<u8> =
            samples.iter().flat_map(|x| ((x * 16_384.0) as i16).to_le_bytes()).collect();
        user.put(format!("{folder}/{file}.wav"), plain(1, 1, 24_000, 16, &data));
    }
}

/// A user whose case says that the trace was found in 60 s.
fn user_with_trace() -> User {
    let user = User::with_key();
    user.run(&["case", "open", "x"]).succeeds();
    user.put("trace.json", trace_result(5.6, 60.0, 1e-10));
    user.run(&["case", "add", "x.case", "trace.json"]).succeeds();
    user
}

#[test]
fn output_without_the_trace_shows_that_it_is_gone_and_the_result_joins_the_case() {
    let user = user_with_trace();
    new_output(&user, "new", 4, 25.0);
    let ran =
        user.run(&["case", "recheck", "x.case", "new", "--decoys", "99", "--json"]).succeeds();
    let result = &ran.json()[0];
    assert_eq!(
        (&result["outcome"], &result["against"]),
        (&"gone".into(), &"evidence/002-trace.json".into())
    );
    assert!(result["comparison"]["ratio_high"].as_f64().unwrap() < 0.5, "{result}");
    assert_eq!(user.read("x.case/evidence/003-recheck.json"), ran.out.as_bytes());
    user.run(&["case", "report", "x.case", "--html"]).succeeds();
    let page = String::from_utf8(user.read("x.case/report.html")).unwrap();
    assert!(page.contains("From the new output the trace is <strong>gone</strong>"));
}

#[test]
fn output_with_the_trace_shows_that_it_is_still_there() {
    let user = user_with_trace();
    new_output(&user, "plain", 4, 25.0);
    user.run(&["protect", "plain", "-o", "new", "--mark-level", "9"]).succeeds();
    let ran = user.run(&["case", "recheck", "x.case", "new", "--decoys", "99"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.out.contains("still there") && ran.out.contains("003-recheck.json"), "{ran:?}");
    assert!(ran.out.contains("in another format"), "what nothing checks is said: {ran:?}");
}

#[test]
fn too_little_output_cannot_tell_and_says_how_much_more_is_needed() {
    let user = user_with_trace();
    new_output(&user, "new", 1, 12.0);
    let ran = user.run(&["case", "recheck", "x.case", "new", "--decoys", "99"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.out.contains("cannot tell") && ran.out.contains("s more"), "{ran:?}");
}

#[test]
fn a_recheck_is_the_same_query_as_before_or_none() {
    let user = User::with_key();
    new_output(&user, "new", 1, 2.0);
    user.run(&["case", "open", "x"]).succeeds();
    user.put("weak.json", trace_result(2.0, 60.0, 0.1));
    user.run(&["case", "add", "x.case", "weak.json"]).succeeds();
    user.run(&["case", "recheck", "x.case", "new"])
        .fails(2, &["no result in which the trace was found"]);
    user.put("trace.json", trace_result(5.6, 60.0, 1e-10));
    user.run(&["case", "add", "x.case", "trace.json"]).succeeds();
    user.run(&["case", "recheck", "x.case", "new/0.wav", "--unmarked", "new/0.wav"])
        .fails(2, &["compared with 0 unmarked recordings"]);
    let ran = user.run(&["case", "recheck", "x.case", "nowhere.wav"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(!user.path("x.case/evidence/004-recheck.json").exists());
}

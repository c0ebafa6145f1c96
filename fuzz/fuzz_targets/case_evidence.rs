//! What is added to a case: results of others' runs, manifests, pictures, requests for time stamps and the replies.
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use patchveil::case::{Added, Case, Kind};
use patchveil_fuzz::{
    assert_no_key, assert_one_line, assert_report_is_plain, folder, private_file,
};

/// A case with a request for a time stamp, which a seed replies to.
const CASE: [(&str, &[u8]); 4] = [
    ("case.json", include_bytes!("../corpus/case_json/stamp-request")),
    ("evidence/001-commitment.txt", b"commitment"),
    ("evidence/005-hashes.sha256", include_bytes!("../corpus/case_evidence/hash-list")),
    ("evidence/006-hashes.tsq", include_bytes!("../corpus/case_evidence/stamp-request")),
];

fuzz_target!(|content: &[u8]| {
    let folder = folder("case", &CASE);
    let file = private_file(content);
    let mut case = Case::open_to_add(&folder).expect("the case is valid");
    let entry = match case.add(&file, Some("from others")) {
        Ok(Added::New { entry, .. }) => entry,
        Ok(Added::Known(entry)) => return assert_eq!(entry.bytes, content.len() as u64),
        Err(error) => {
            let message = error.to_string();
            assert_one_line(&message);
            return assert_no_key(&message);
        }
    };
    drop(case);
    // What was added is there, and is read again as the same.
    let case = Case::open(&folder).expect("it was just written");
    assert_eq!(fs::read(case.path(&entry)).expect("it was just written"), content);
    let last = case.record().evidence.last().expect("it was just added");
    assert_eq!((&last.file, last.kind), (&entry.file, entry.kind));
    assert!(last.kind != Kind::Commitment && last.kind != Kind::HashList);
    assert_report_is_plain(&case);
});

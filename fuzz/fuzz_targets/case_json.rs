//! `case.json` of a case that others hand over.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use patchveil::case::Case;
use patchveil_fuzz::{assert_no_key, assert_one_line, assert_report_is_plain, folder};

/// Evidence that the seeds name.
const EVIDENCE: [(&str, &[u8]); 7] = [
    ("evidence/001-commitment.txt", b"commitment"),
    ("evidence/002-trace.json", include_bytes!("../corpus/case_evidence/trace")),
    ("evidence/003-detect.json", include_bytes!("../corpus/case_evidence/detect")),
    ("evidence/004-recheck.json", include_bytes!("../corpus/case_evidence/recheck")),
    ("evidence/005-hashes.sha256", include_bytes!("../corpus/case_evidence/hash-list")),
    ("evidence/006-hashes.tsq", include_bytes!("../corpus/case_evidence/stamp-request")),
    ("evidence/007-reply.tsr", include_bytes!("../corpus/case_evidence/stamp-reply")),
];

fuzz_target!(|bytes: &[u8]| {
    let files = [&EVIDENCE[..], &[("case.json", bytes)]].concat();
    let folder = folder("case", &files);
    let case = match Case::open(&folder) {
        Ok(case) => case,
        Err(error) => {
            let message = error.to_string();
            assert_one_line(&message);
            return assert_no_key(&message);
        }
    };
    // Whatever it says, its evidence is in its folder.
    for entry in &case.record().evidence {
        let path = case.path(entry);
        assert_eq!(path.parent(), Some(&*folder.join("evidence")));
        assert_eq!(Path::new(&entry.file).components().count(), 2);
    }
    assert_report_is_plain(&case);
});

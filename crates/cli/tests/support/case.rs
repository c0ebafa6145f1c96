//! Cases with evidence.

use super::command::{CLASS, User, key, recording};

/// A result of `trace` for the user's class: found, unless `sigmas` is low.
pub(crate) fn trace_result(sigmas: f64, seconds: f64, p: f64) -> String {
    format!(
        r#"{{"status":"done","command":"trace","version":"0.1.0","class":"{CLASS}","fingerprint":"{}","echo_commitment":"{}","recordings":[{{"input":"/home/me/secret folder/out 1.wav","blake3":"{}","sample_rate_hz":24000,"seconds":{seconds},"active_s":{seconds},"sigmas":{sigmas}}}],"seconds":{seconds},"active_s":{seconds},"sigmas":{sigmas},"p_value":{p:e},"found":{},"found_p":1e-6,"decoys":999,"decoy_p_value":0.001,"highest_decoy":3.1,"decoy_seed":1,"curve":[],"needed_s":null,"took_s":0.1}}"#,
        key().fingerprint(),
        key().echo_key().commitment(),
        "0123456789abcdef".repeat(4),
        p <= 1e-6,
    )
}

/// A user with a protected recording, and a case with its manifest, a detect result with its picture, and a
/// trace result.
pub(crate) fn user_with_case() -> User {
    let user = User::with_key();
    user.put("episode.wav", recording(48_000, 1, 12.0));
    user.run(&["protect", "episode.wav"]).succeeds();
    let detected = user.run(&["detect", "episode.protected.wav", "--json", "--png", "found.png"]);
    user.put("detect.json", detected.succeeds().out);
    user.put("trace.json", trace_result(6.1, 60.0, 3e-9));
    user.run(&["case", "open", "Somebody"]).succeeds();
    let files = ["patchveil.jsonl", "detect.json", "found.png", "trace.json"];
    user.run(&[&["case", "add", "Somebody.case"], &files[..]].concat()).succeeds();
    user
}

//! The `patchveil` command: detecting, tracing and restoring, which keep the processors busy.

mod detect;
mod detect_reference;
mod detect_veil;
mod restore;
mod restore_claims;
mod restore_detected;
mod restore_lossy;
mod restore_marks;
mod restore_receipts;
mod restore_stretches;
#[expect(dead_code, reason = "the other test programs use the rest of it")]
#[path = "../support/mod.rs"]
mod support;
mod trace;

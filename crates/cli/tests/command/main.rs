//! The `patchveil` command: keys, recipes, protecting, records, cases, formats.

mod case;
mod case_receipts;
mod case_recheck;
mod case_untrusted;
mod claims;
mod convert;
mod folders;
mod formats;
mod inspect;
mod keys;
mod left_out;
mod manifest;
mod mark;
mod pcm_command;
mod pcm_corpus;
mod presets;
mod probe;
mod protect;
mod protect_samples;
mod recipe;
mod refusals;
mod shell;
#[expect(dead_code, reason = "the other test programs use the rest of it")]
#[path = "../support/mod.rs"]
mod support;
mod tags;
mod verify;
mod wavpack;

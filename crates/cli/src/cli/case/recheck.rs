//! `patchveil case recheck`

use std::time::Instant;

use crate::case::{Case, Kind, Outcome, Recheck};
use crate::trace::{TraceKey, TraceRequest};
use patchveil_veil::TraceEvidence;

use super::args::RecheckArgs;
use super::class_key;
use crate::cli::args::{Cli, DECOYS_MAX};
use crate::cli::exit::{DONE, FAILED, Failure, NOT_FOUND, STOPPED};
use crate::cli::terminal::{complain, say};
use crate::cli::trace::{DECOYS, Files, decoy_seed};
use crate::cli::{keys, table};

const WEIGHT_MAX_S: f64 = TraceEvidence::WEIGHT_MAX_S;
const NOTHING: &str = r#"{"status":"nothing to judge","command":"case recheck"}"#;
const COPIES: &str = "some of the new output carries the pattern too, so it is a copy of marked recordings and not a \
                      model's work: the result says more of the model if you leave it out (patchveil trace \
                      says which files, where any shows it by itself)";

/// What the figures take for granted and nothing checks.
const REPEATS: &str = "note       this takes every recording for fresh output: the same one in another format, as WAV and \
                       as MP3, would count twice";

/// Looks for the trace of a case in new output, and puts the result on record.
pub(super) fn run(cli: &Cli, args: &RecheckArgs) -> Result<u8, Failure> {
    let case = Case::open(&args.case)?;
    let changed = case.changed();
    if !changed.is_empty() {
        changed.iter().for_each(|error| complain(&error.to_string()));
        return Ok(FAILED);
    }
    let baseline = case.baseline()?;
    let settings = case.record().recipe.mark.clone();
    let request = TraceRequest {
        class: Some((case.record().class.clone(), case.record().fingerprint)),
        key: TraceKey::Class(class_key(&keys::open(cli)?, &case)?),
        settings: settings.ok_or_else(|| Failure::failed("the case's recipe has no mark"))?,
        decoys: args.decoys.or(baseline.decoys()).unwrap_or(DECOYS).min(DECOYS_MAX),
        seed: decoy_seed()?,
        begun: Instant::now(),
    };
    let examined = Files::find(&args.inputs, &args.unmarked).examine(&request);
    if examined.is_stopped() {
        complain("stopped; nothing was added to the case");
        return Ok(STOPPED);
    }
    let trace = examined.report(&request);
    if trace.without_copies.is_some() {
        complain(COPIES);
    }
    let recheck = case.recheck(&baseline, trace)?;
    let text = match &recheck {
        Some(recheck) if args.json => serde_json::to_string(recheck).map_err(Failure::failed)?,
        Some(recheck) => summary(recheck),
        None if args.json => NOTHING.to_owned(),
        None => {
            "nothing to judge: the new output is silent, too short or cannot be read".to_owned()
        }
    };
    let code = examined.end(&text)?;
    if code == STOPPED {
        return Ok(code);
    }
    if let Some(recheck) = &recheck {
        let json = serde_json::to_string(recheck).map_err(Failure::failed)?;
        // Taken only now: the search may have taken minutes.
        let mut case = Case::open_to_add(&args.case)?;
        let entry =
            case.add_result("recheck.json", Kind::Recheck, format!("{json}\n").as_bytes())?;
        if !args.json {
            say(&format!("added      {}", entry.file))?;
        }
    }
    let gone = recheck.is_some_and(|recheck| recheck.outcome == Outcome::Gone);
    Ok(if code == DONE && !gone { NOT_FOUND } else { code })
}

fn summary(recheck: &Recheck) -> String {
    let comparison = &recheck.comparison;
    let score = |one: &crate::case::Measured| {
        format!(
            "{:.1} σ from {:.1} s, p ≤ {}",
            one.sigmas,
            one.active_s,
            table::probability(one.p_value)
        )
    };
    let percent = |share: f64| format!("{:.0} %", 100.0 * share.max(0.0));
    let more = comparison.more_s.map_or_else(String::new, |more| {
        format!(
            "\nto tell    give about {more:.0} s more, in recordings of up to {WEIGHT_MAX_S:.0} s"
        )
    });
    format!(
        "{}: {}\nbefore     {}\nnow        {}\nleft       {} of the strength ({} to {}, 95 % confidence){more}\n{REPEATS}",
        recheck.class,
        recheck.outcome.words(),
        score(&comparison.before),
        score(&comparison.after),
        percent(comparison.ratio),
        percent(comparison.ratio_low),
        percent(comparison.ratio_high),
    )
}

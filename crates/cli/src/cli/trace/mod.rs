//! `patchveil trace`

mod args;
mod examine;

pub(super) use args::{DECOYS, TraceArgs};
pub(super) use examine::{Files, decoy_seed};

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::open;
use crate::output;
use crate::paths::shown;
use crate::trace::{FOUND_P, TraceKey, TraceReport, TraceRequest, draw_trace};
use patchveil_veil::{EchoKey, MarkSettings, Preset};
use zeroize::Zeroizing;

use super::args::Cli;
use super::exit::{DONE, Failure, NOT_FOUND, STOPPED};
use super::terminal::{complain, say};
use super::{keys, table};

/// Longest echo key in bytes, so that a wrong file is noticed instead of read whole.
const LONGEST: usize = 4_096;
const COPY_NOTE: &str = "\na file that contains your own marked audio, a copy and not a model's work, carries \
                         the echo too; where the pattern is found as well, it is such a copy; where it is \
                         not shown, the file may be one all the same, too short or too changed";

/// Looks for the echo of a class in what a model made.
pub(super) fn run(cli: &Cli, args: &TraceArgs) -> Result<u8, Failure> {
    let mut request = request(cli, args)?;
    let (inputs, unmarked) = (args.inputs.iter(), args.unmarked.iter());
    args.pipe.prepare(inputs.map(PathBuf::as_path), unmarked.map(PathBuf::as_path))?;
    let files = Files::find(&args.inputs, &args.unmarked);
    if let Some(png) = &args.png {
        output::check(png, &files.paths().collect::<Vec<_>>(), args.force)?;
    }
    request.begun = Instant::now();
    let examined = files.examine(&request);
    if examined.is_stopped() {
        complain("stopped; what was read so far was not judged");
        return Ok(STOPPED);
    }
    let result = examined.report(&request);
    let text = match args.json {
        true => serde_json::to_string(&result).map_err(Failure::failed)?,
        false => summary(&result),
    };
    let code = examined.end(&text)?;
    if code == STOPPED {
        return Ok(code);
    }
    if let Some(png) = &args.png {
        draw_trace(&result, png, args.force).map_err(Failure::failed)?;
        if !args.json {
            say(&format!("picture  {}", shown(png)))?;
        }
    }
    Ok(if code == DONE && !result.found { NOT_FOUND } else { code })
}

fn request(cli: &Cli, args: &TraceArgs) -> Result<TraceRequest, Failure> {
    let recipe = args.recipe.chosen()?.unwrap_or_else(|| Preset::DEFAULT.recipe());
    let settings = recipe.mark.filter(|mark| mark.echo.is_some());
    let settings: MarkSettings = settings.ok_or_else(|| {
        Failure::usage(format!("the recipe {} has no echo to trace", args.recipe.name()))
    })?;
    let (class, key) = match &args.echo_key {
        Some(path) => (None, TraceKey::Echo(echo_key(path)?)),
        None => {
            let keyring = keys::open(cli)?;
            let entry = keys::class(&keyring, args.key.as_deref())?;
            let class = (entry.name().to_owned(), entry.fingerprint());
            (Some(class), TraceKey::Class(entry.key().clone()))
        }
    };
    let seed = match args.decoy_seed {
        Some(seed) => seed,
        None => decoy_seed()?,
    };
    Ok(TraceRequest { class, key, settings, decoys: args.decoys, seed, begun: Instant::now() })
}

/// The echo key in the first line of a file.
fn echo_key(path: &Path) -> Result<EchoKey, Failure> {
    keys::refuse_as_argument(path, "give the file it is in")?;
    let refused = |why: String| Failure::usage(format!("echo key {}: {why}", shown(path)));
    // Read straight into memory that is overwritten, of full size, so that no copy of the key is left behind.
    let mut content = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    let file =
        open::short(path).and_then(|file| file.take(LONGEST as u64).read_to_end(&mut content));
    file.map_err(|error| refused(format!("cannot be read: {error}")))?;
    let line = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line =
        std::str::from_utf8(line).map_err(|_| refused("cannot be read: no text".to_owned()))?;
    line.parse().map_err(|error: patchveil_veil::EchoKeyError| refused(error.to_string()))
}

/// A line a recording, and what all of them come to.
fn summary(result: &TraceReport) -> String {
    let mut rows = table::new(&["recording", "seconds", "σ", "pattern"]);
    for recording in &result.recordings {
        let pattern = match recording.copy {
            Some(true) => "found: a copy",
            Some(false) => "not shown",
            None => "unknown",
        };
        rows.add_row([
            shown(&recording.input).to_string(),
            table::number(Some(recording.seconds), 1),
            table::number(Some(recording.sigmas), 1),
            pattern.to_owned(),
        ]);
    }
    for column in [1, 2] {
        table::right(&mut rows, column);
    }
    let class = result.class.as_deref().unwrap_or("echo key");
    if result.status != "done" {
        return format!("{rows}\n{class}: nothing to judge, silent or too short");
    }
    let rank = result.decoy_p_value.map_or_else(String::new, |p| {
        let place = (p * f64::from(result.decoys + 1)).round();
        format!(", rank {place:.0} of {} with {} decoys", result.decoys + 1, result.decoys)
    });
    let compared = result.unmarked.as_ref().map_or_else(String::new, |unmarked| {
        format!(", compared with {:.1} s unmarked", unmarked.seconds)
    });
    let found = if result.found { "trace found" } else { "no trace found" };
    format!(
        "{rows}\n{class}: {found} in {:.1} s{compared}, {:.1} σ, p ≤ {}{rank}\n{}{}{COPY_NOTE}",
        result.seconds,
        result.sigmas,
        table::probability(result.p_value),
        needed(result),
        without_copies(result),
    )
}

fn without_copies(result: &TraceReport) -> String {
    if let Some(together) = result.pattern_together.filter(|together| together.copies) {
        return format!(
            "\ncopies are among the files that show none by themselves: together they carry the pattern (p = {} by \
             rank), so nothing here is known to be a model's work",
            table::probability(together.p_value)
        );
    }
    result.without_copies.as_ref().map_or_else(String::new, |others| {
        let found = if others.found { "trace found" } else { "no trace found" };
        format!(
            "\nwithout the copies: {found} in {:.1} s, {:.1} σ, p ≤ {}",
            others.seconds,
            others.sigmas,
            table::probability(others.p_value)
        )
    })
}

fn needed(result: &TraceReport) -> String {
    match (result.needed_s, result.found) {
        (Some(seconds), true) => format!("p ≤ {FOUND_P:.0e} took some {seconds:.0} s"),
        (Some(seconds), false) => {
            format!(
                "p ≤ {FOUND_P:.0e} would take some {seconds:.0} s, if it goes on growing like this"
            )
        }
        (None, _) => format!(
            "seconds needed for p ≤ {FOUND_P:.0e}: unknown, nothing stands out, or it has stopped growing"
        ),
    }
}

//! `patchveil probe make`

use crate::Watch;
use crate::probe::{FOUND_P, Probe, Request};
use crate::shown;

use super::args::MakeArgs;
use crate::cli::args::Cli;
use crate::cli::exit::{DONE, Failure};
use crate::cli::terminal::{complain, progress_bar, say};
use crate::cli::{keys, stop};

/// Makes a probe.
pub(super) fn run(cli: &Cli, args: &MakeArgs) -> Result<u8, Failure> {
    let recipe = args.recipe.recipe()?;
    let keyring = keys::open(cli)?;
    let entry = keys::class(&keyring, args.key.as_deref())?;
    let request = Request {
        class: entry.name().to_owned(),
        key: entry.key().clone(),
        preset: args.recipe.name(),
        recipe,
        decoys: args.decoys,
        clips: args.clips,
        seconds: args.seconds,
        from: args.from.clone(),
        output: args.output.clone(),
    };
    drop(keyring);
    let stop = stop::on_request();
    let probe = Probe::new(&request, &Watch { stop: &stop, progress: &|_| {} })?;
    probe.left_out.iter().for_each(|line| complain(line));
    say(&format!(
        "{} clips of {} s, {} under each of {} keys: {:.1} MB",
        probe.clips(),
        args.seconds,
        args.clips,
        probe.keys(),
        probe.bytes() as f64 / 1e6
    ))?;
    let bar = progress_bar(probe.bytes());
    let made = probe.write(&Watch { stop: &stop, progress: &|bytes| bar.inc(bytes) })?;
    bar.finish_and_clear();
    let folder = shown(&args.output);
    let least = 1.0 / probe.keys() as f64;
    let too_few = match least > FOUND_P {
        true => format!(", so the class can never count as found, which takes p ≤ {FOUND_P}"),
        false => String::new(),
    };
    say(&format!(
        "written to    {folder}\n\
         hand over     its folder clips, README.txt, answers-template.csv and commitment.txt\n\
         commitment    {} (date it before the answers come)\n\
         at best       p = {least:.2e}{too_few}\n\
         then          patchveil probe judge {folder} ANSWERS.csv --key \"{}\"",
        made.commitment, request.class
    ))?;
    Ok(DONE)
}

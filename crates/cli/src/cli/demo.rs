//! `patchveil demo`

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use crate::inputs::Job;
use crate::inspect::{compare, draw};
use crate::manifest::ManifestCache;
use crate::output::{OutputError, OutputFile, check};
use crate::protect::{Timeline, protect};
use crate::{Watch, shown};
use patchveil_veil::ClassKey;

use super::args::DemoArgs;
use super::exit::{DONE, Failure};
use super::inspect::figures;
use super::protect::{summary, veils};
use super::stop;
use super::terminal::say;

/// A few seconds of a voice over music, made by `assets/make-demo.sh`.
const RECORDING: &[u8] = include_bytes!("../../../../assets/demo.wav");

/// Protects the bundled recording with a key that is forgotten afterwards.
pub(super) fn run(args: &DemoArgs) -> Result<u8, Failure> {
    let begun = Instant::now();
    let recipe = args.recipe.recipe()?;
    let key = ClassKey::generate().map_err(Failure::failed)?;
    let fingerprint = key.fingerprint();
    let veils = veils(key, &args.recipe, recipe)?;
    let [input, output, png, text] = ["demo.wav", "demo.protected.wav", "demo.png", "demo.txt"]
        .map(|name| args.output.join(name));

    for file in [&input, &output, &png, &text] {
        check(file, &[], args.force)?;
    }
    let stop = stop::on_request();
    write(&input, RECORDING, args.force)?;
    let job = Job::copy(input.clone(), output.clone());
    let watch = Watch { stop: &stop, progress: &|_| {} };
    let outcome =
        protect(&job, &veils, Timeline::ZERO, args.force, &ManifestCache::default(), &watch)?;
    let report = compare(&input, &output, |_, _| stop::unless(&stop))?;
    draw(&report, &png, args.force)?;
    let report_text = format!(
        "{}\n\nrecipe            {}\nthrow-away key    {fingerprint} (forgotten now)\n{}\n",
        summary(std::slice::from_ref(&outcome), outcome.took_s),
        args.recipe.name(),
        figures(&report)
    );
    write(&text, report_text.as_bytes(), args.force)?;
    say(&format!(
        "{report_text}\nlisten to         {}\nand to            {}\nlook at           {}\n\
         all in            {:.1} s",
        shown(&input),
        shown(&output),
        shown(&png),
        begun.elapsed().as_secs_f64()
    ))?;
    Ok(DONE)
}

fn write(path: &Path, content: &[u8], force: bool) -> Result<(), OutputError> {
    let mut file = OutputFile::create(path, None, force)?;
    file.write_all(content).map_err(|error| file.write_failed(error))?;
    file.commit()
}

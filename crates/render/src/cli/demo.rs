//! `patchveil demo`

use std::io::Write;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use patchveil::inputs::Job;
use patchveil::inspect::{compare, draw};
use patchveil::output::OutputFile;
use patchveil::protect::{Watch, protect};
use patchveil::shown;
use patchveil_veil::ClassKey;

use super::args::DemoArgs;
use super::compare::figures;
use super::protect::{summary, veils};
use super::{DONE, Failure, say};

/// A few seconds of a voice over music, made by `assets/make-demo.sh`.
const RECORDING: &[u8] = include_bytes!("../../../../assets/demo.wav");

/// Protects the bundled recording with a key that is forgotten afterwards.
pub(super) fn run(args: &DemoArgs) -> Result<u8, Failure> {
    let begun = Instant::now();
    let recipe = args.recipe.recipe().map_err(Failure::usage)?;
    let key = ClassKey::generate().map_err(Failure::failed)?;
    let fingerprint = key.fingerprint();
    let veils = veils(key, &args.recipe, recipe)?;
    let [input, output, png, text] =
        ["demo.wav", "demo.veiled.wav", "demo.png", "demo.txt"].map(|name| args.output.join(name));

    let mut recording = OutputFile::create(&input, None, args.force).map_err(Failure::failed)?;
    recording
        .write_all(RECORDING)
        .map_err(|error| Failure::failed(recording.write_failed(error)))?;
    recording.commit().map_err(Failure::failed)?;

    let job = Job { input: input.clone(), output: output.clone() };
    let watch = Watch { stop: &AtomicBool::new(false), progress: &|_| {} };
    let outcome = protect(&job, &veils, args.force, &watch).map_err(Failure::failed)?;
    let report = compare(&input, &output, |_, _| {}).map_err(Failure::failed)?;
    draw(&report, &png, args.force).map_err(Failure::failed)?;
    let told = format!(
        "{}\n\npreset            {}\nthrow-away key    {fingerprint} (forgotten now)\n{}\n",
        summary(&[&outcome], outcome.took_s),
        args.recipe.preset,
        figures(&report)
    );
    let mut file = OutputFile::create(&text, None, args.force).map_err(Failure::failed)?;
    file.write_all(told.as_bytes()).map_err(|error| Failure::failed(file.write_failed(error)))?;
    file.commit().map_err(Failure::failed)?;
    say(&format!(
        "{told}\nlisten to         {}\nand to            {}\nlook at           {}\n\
         all in            {:.1} s",
        shown(&input),
        shown(&output),
        shown(&png),
        begun.elapsed().as_secs_f64()
    ))?;
    Ok(DONE)
}

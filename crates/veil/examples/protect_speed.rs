//! Seconds that protecting a minute takes at best, for a recipe and a number of channels: what the Python package is
//! compared with.
//!
//! `cargo run --release -p patchveil-veil --example protect_speed -- mark 2 10`

use std::sync::Arc;
use std::time::Instant;

use patchveil_veil::{ClassKey, Convolver, PresetVersion, Veil};

const RATE: u32 = 48_000;
const SECONDS: usize = 60;
/// Samples of a block, as the package has them.
const BLOCK: usize = 8_192;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("give a preset, the channels, and how often");
    let preset: PresetVersion = next()?.parse()?;
    let channels: usize = next()?.parse()?;
    let rounds: usize = next()?.parse()?;
    let veil = Arc::new(Veil::new(&ClassKey::from_bytes([7; 32]), preset.recipe(), RATE)?);
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        0.2 * ((state >> 8) as f32 / 16_777_216.0 - 0.5)
    };
    let len = RATE as usize * SECONDS;
    let original: Vec<Vec<f32>> =
        (0..channels).map(|_| (0..len).map(|_| noise()).collect()).collect();
    let mut best = f64::INFINITY;
    for _ in 0..rounds {
        let begun = Instant::now();
        let mut audio = original.clone();
        let mut convolver = Convolver::of(veil.clone(), channels);
        for position in (0..len).step_by(BLOCK) {
            let mut blocks: Vec<&mut [f32]> = audio
                .iter_mut()
                .map(|channel| &mut channel[position..(position + BLOCK).min(len)])
                .collect();
            convolver.process(position as i64, &mut blocks);
        }
        best = best.min(begun.elapsed().as_secs_f64());
        std::hint::black_box(&audio);
    }
    println!("{best}");
    Ok(())
}

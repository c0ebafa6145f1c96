use nice_plug_egui::RepaintNotifier;
use patchveil_veil::{ClassKey, Patch, Preset, Recipe};

use std::sync::Arc;
use std::time::{Duration, Instant};

use patchveil_veil::Veil;

use super::live::*;
use super::*;
use crate::analyzer::{SpectrumPoint, Stretch};
use crate::engine::{Block, Controls, DesignerLink, Engine, EngineCommand, OutputMode};
use crate::handoff::analyzer_ring::AnalyzerPort;
use crate::handoff::analyzer_ring::{AnalyzerWriter, analyzer_ring};
use crate::handoff::design_requests::{AppliedVeil, DesignRequests};
use crate::handoff::link::link;
use crate::params::{PatchveilParams, VeilSettings};
use crate::state::ClassField;

const RATE: u32 = 48_000;
const BLOCK: usize = 480;
const PLAIN: Controls = Controls { bypass: false, delta: false, gain: 1.0 };

fn settings() -> VeilSettings {
    PatchveilParams::new(ClassField::default()).settings()
}

/// The audio side of an instance; the test takes the place of the design thread.
struct Instance {
    designer: DesignerLink,
    requests: Arc<DesignRequests>,
    port: AnalyzerPort,
    writer: AnalyzerWriter,
    engine: Engine,
    noise: u32,
}

impl Instance {
    fn new() -> Self {
        let (designer, engine_link) = link();
        let repaint = RepaintNotifier::new();
        let (mut writer, port) = analyzer_ring(repaint.clone());
        let requests = Arc::new(DesignRequests::new(repaint));
        let mut engine = Engine::new(engine_link, requests.clone());
        engine.prepare(2, RATE, 1, false);
        writer.prepare(RATE);
        Self { designer, requests, port, writer, engine, noise: 0x2545_f491 }
    }

    fn analyzer(&self) -> Analyzer {
        Analyzer::new(self.port.clone(), self.requests.clone())
    }

    fn send(&mut self, mode: OutputMode, veil: Option<Arc<Veil>>) {
        let applied = veil.clone().map(|veil| AppliedVeil { veil, restores: false });
        self.requests.set_veil(applied);
        self.designer.send(EngineCommand {
            epoch: 1,
            settings: settings(),
            sample_rate: RATE,
            mode,
            veil,
            restorer: None,
            convolver: None,
        });
        self.designer.free_retired();
    }

    /// Noise through the audio thread's part, from `position` on, to the host's timeline.
    fn run(&mut self, position: i64, blocks: usize, controls: &Controls) {
        for block in 0..blocks {
            let mut left: [f32; BLOCK] = std::array::from_fn(|_| self.sample());
            let mut right = left.map(|x| x * 0.5);
            let mut channels = [&mut left[..], &mut right[..]];
            let record = self.writer.before(&channels);
            let at = position + (block * BLOCK) as i64;
            let block = Block {
                host: Some(at),
                sample_rate: RATE,
                settings: settings(),
                controls: *controls,
            };
            let report = self.engine.process(&block, &mut channels);
            if let Some(record) = record {
                record.after(&channels, &report);
            }
        }
    }

    /// The same, looked at as often as an editor does.
    fn run_watched(&mut self, analyzer: &mut Analyzer, position: i64, blocks: usize) {
        for block in 0..blocks {
            self.run(position + (block * BLOCK) as i64, 1, &PLAIN);
            if block % 3 == 2 {
                analyzer.poll(Instant::now());
            }
        }
        analyzer.poll(Instant::now());
    }

    fn sample(&mut self) -> f32 {
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 17;
        self.noise ^= self.noise << 5;
        self.noise as f32 / u32::MAX as f32 - 0.5
    }
}

fn veil(byte: u8, recipe: &Recipe) -> Arc<Veil> {
    Arc::new(Veil::new(&ClassKey::from_bytes([byte; 32]), recipe, RATE).unwrap())
}

fn balanced(byte: u8) -> Arc<Veil> {
    veil(byte, &Preset::Balanced.recipe())
}

fn stretches(veil: &Veil, from: i64, to: i64) -> Vec<Stretch> {
    let mut cursor = veil.schedule().patches_from(from);
    let stretch =
        |patch: Patch| Stretch { start: patch.start, end: patch.end, kernel: patch.kernel };
    std::iter::repeat_with(|| stretch(cursor.next(veil.schedule())))
        .take_while(|patch| patch.start < to)
        .collect()
}

#[test]
fn what_passes_reads_the_same_before_and_after() {
    let mut instance = Instance::new();
    instance.send(OutputMode::Pass, None);
    let mut analyzer = instance.analyzer();
    instance.run_watched(&mut analyzer, 1_000, 300);
    let view = analyzer.view();
    assert_eq!(view.position, 1_000 + 300 * BLOCK as i64);
    assert_eq!((view.sample_rate, view.host_timeline, view.running), (RATE, true, true));
    assert_eq!(view.spectra.points.len(), FFT_SIZE / 2 + 1);
    assert!(view.spectra.points.iter().all(|p: &SpectrumPoint| p.before == p.after));
    assert!(view.spectra.points[1..].iter().all(|p| p.before > -80.0));
    assert!(view.strip.columns.iter().all(|column| column.before == column.after));
    assert!(view.strip.patches.is_empty() && view.spectra.curves.is_empty());
    assert!(!view.patch_active);
}

#[test]
fn inside_patches_the_difference_is_the_designed_curve() {
    let mut instance = Instance::new();
    let veil = balanced(1);
    instance.send(OutputMode::Protect, Some(veil.clone()));
    let mut analyzer = instance.analyzer();
    instance.run_watched(&mut analyzer, 0, 1_500);
    let curves = &analyzer.view().spectra.curves;
    assert_eq!(curves.len(), veil.kernels().len());
    for (number, curve) in curves.iter().enumerate() {
        assert_eq!(curve.measured.len(), curve.designed.len());
        let mut sum = 0.0;
        let mut worst = 0.0_f32;
        let mut count = 0;
        for (&(hz, designed), &(at, measured)) in curve.designed.iter().zip(&curve.measured) {
            assert_eq!(hz, at);
            assert!((f64::from(designed) - veil.gain_db(number, f64::from(hz))).abs() < 0.01);
            // A stretch of 12 ms tells apart what lies 170 Hz apart.
            if (400.0..18_000.0).contains(&hz) {
                let off = (measured - designed).abs();
                worst = worst.max(off);
                sum += off;
                count += 1;
            }
        }
        let mean = sum / count as f32;
        assert!(mean < 0.6 && worst < 3.0, "{mean} dB off on average, {worst} dB at worst");
    }
}

#[test]
fn the_strip_shows_the_patches_and_frames_of_the_schedule() {
    let mut instance = Instance::new();
    let veil = balanced(2);
    instance.send(OutputMode::Protect, Some(veil.clone()));
    let mut analyzer = instance.analyzer();
    let from = -300_000;
    instance.run_watched(&mut analyzer, from, 1_500);
    let view = analyzer.view();
    let end = from + 1_500 * BLOCK as i64;
    let oldest = end - 10 * i64::from(RATE);
    assert_eq!(view.position, end);
    assert_eq!(view.strip.patches, stretches(&veil, oldest, end));
    // 80 ms are 3,840 samples.
    let frames: Vec<i64> = (oldest..end).filter(|at| at.rem_euclid(3_840) == 0).collect();
    assert_eq!(view.strip.frames, frames);
    let columns = &view.strip.columns;
    assert_eq!(view.strip.column_len, 480);
    assert!(columns.windows(2).all(|pair| pair[1].position - pair[0].position == 480));
    assert!(columns[0].position <= oldest && columns.len() >= 999);
    let active = stretches(&veil, end, end + 1).iter().any(|p| p.start <= end);
    assert_eq!(view.patch_active, active);
    let last = view.strip.patches.last().unwrap();
    assert_eq!(view.spectra.curve, last.kernel);
}

#[test]
fn where_the_ring_was_full_is_a_hole_and_the_rest_lies_where_it_belongs() {
    let mut instance = Instance::new();
    let veil = balanced(3);
    instance.send(OutputMode::Protect, Some(veil.clone()));
    let mut analyzer = instance.analyzer();
    instance.run_watched(&mut analyzer, 0, 200);
    // Two seconds without a look: more than there is room for.
    instance.run(200 * BLOCK as i64, 200, &PLAIN);
    instance.run_watched(&mut analyzer, 400 * BLOCK as i64, 200);
    let view = analyzer.view();
    let columns = &view.strip.columns;
    let hole = columns.windows(2).find(|pair| pair[1].position - pair[0].position > 480);
    let hole = hole.expect("nothing was dropped");
    assert!(columns.iter().all(|column| column.before > -20.0), "levels of nothing");
    let all = stretches(&veil, 0, view.position);
    assert!(view.strip.patches.iter().all(|patch| all.contains(patch)));
    let beyond = |patch: &&Stretch| patch.start >= hole[1].position;
    assert!(
        view.strip.patches.iter().filter(beyond).eq(all.iter().filter(beyond)),
        "patches behind the hole"
    );
}

#[test]
fn a_jump_begins_another_strip() {
    let mut instance = Instance::new();
    let veil = balanced(4);
    instance.send(OutputMode::Protect, Some(veil.clone()));
    let mut analyzer = instance.analyzer();
    instance.run_watched(&mut analyzer, 1_000_000, 100);
    let inside = stretches(&veil, 50_000, 90_000)[1].start + 100;
    instance.run_watched(&mut analyzer, inside, 100);
    let view = analyzer.view();
    assert!(view.strip.columns[0].position <= inside);
    assert!(view.strip.columns.iter().all(|column| column.position < 200_000));
    // The patch that the jump lands in shows.
    assert_eq!(view.strip.patches, stretches(&veil, inside, view.position));
}

#[test]
fn patches_stay_as_they_fell_when_the_veil_changes() {
    let mut instance = Instance::new();
    let first = balanced(5);
    let second = veil(6, &Preset::Poscuda.recipe());
    instance.send(OutputMode::Protect, Some(first.clone()));
    let mut analyzer = instance.analyzer();
    instance.run_watched(&mut analyzer, 0, 200);
    let change = analyzer.view().position;
    instance.send(OutputMode::Protect, Some(second.clone()));
    instance.run_watched(&mut analyzer, change, 300);
    let patches = &analyzer.view().strip.patches;
    let old = stretches(&first, 0, change);
    let kept = patches.iter().take_while(|patch| patch.start < change);
    assert!(kept.eq(old.iter()));
    let new: Vec<Stretch> =
        patches.iter().copied().filter(|patch| patch.start > change + 6_144).collect();
    let due = stretches(&second, change, analyzer.view().position);
    assert!(!new.is_empty() && new.iter().all(|patch| due.contains(patch)));
    assert_eq!(analyzer.view().spectra.curves.len(), second.kernels().len());
}

#[test]
fn bypass_shows_no_patches_and_what_leaves() {
    let mut instance = Instance::new();
    instance.send(OutputMode::Protect, Some(balanced(7)));
    let mut analyzer = instance.analyzer();
    let bypass = Controls { bypass: true, ..PLAIN };
    instance.run(0, 100, &bypass);
    assert!(analyzer.poll(Instant::now()));
    let view = analyzer.view();
    assert!(view.strip.patches.is_empty() && !view.patch_active);
    assert!(view.strip.columns.iter().all(|column| column.before == column.after));
    // The curves are there to be looked at all the same.
    assert_eq!(view.spectra.curves.len(), 2);
}

#[test]
fn nothing_changes_while_nothing_runs() {
    let mut instance = Instance::new();
    instance.send(OutputMode::Protect, Some(balanced(8)));
    let mut analyzer = instance.analyzer();
    instance.run(0, 10, &PLAIN);
    let now = Instant::now();
    assert!(analyzer.poll(now));
    assert!(analyzer.view().running);
    assert!(!analyzer.poll(now + Duration::from_millis(100)));
    assert!(analyzer.poll(now + Duration::from_millis(300)), "it stops");
    assert!(!analyzer.view().running);
    assert!(!analyzer.poll(now + Duration::from_secs(5)));
}

#[test]
fn it_opens_and_closes_as_often_as_wished() {
    let mut instance = Instance::new();
    let veil = balanced(9);
    instance.send(OutputMode::Protect, Some(veil.clone()));
    instance.run(0, 1, &PLAIN);
    let held = Arc::strong_count(&veil);
    for round in 0..50 {
        let mut analyzer = instance.analyzer();
        instance.run_watched(&mut analyzer, round * 10_000, 20);
        assert!(analyzer.view().running && !analyzer.view().strip.patches.is_empty());
        drop(analyzer);
        instance.run(round * 10_000 + 9_600, 1, &PLAIN);
        assert_eq!(Arc::strong_count(&veil), held);
    }
    // A second editor waits until the first has let go.
    let first = instance.analyzer();
    let mut second = instance.analyzer();
    instance.run_watched(&mut second, 0, 20);
    assert!(!second.view().running);
    drop(first);
    second.poll(Instant::now());
    instance.run_watched(&mut second, 9_600, 20);
    assert!(second.view().running);
}

#[test]
fn window_lengths_are_those_on_offer() {
    let mut instance = Instance::new();
    instance.send(OutputMode::Pass, None);
    let mut analyzer = instance.analyzer();
    for (set, given) in [(0, 1_024), (1_025, 2_048), (8_192, 8_192), (usize::MAX, 16_384)] {
        analyzer.set_fft_size(set);
        assert_eq!(analyzer.fft_size(), given);
        instance.run_watched(&mut analyzer, 0, 50);
        assert_eq!(analyzer.view().spectra.points.len(), given / 2 + 1);
    }
}

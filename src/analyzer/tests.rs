//! The analyzer behind a real audio engine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use nice_plug_egui::RepaintNotifier;
use patchveil_test_support::Rng;
use patchveil_test_support::keys::test_key;
use patchveil_veil::{ClassKey, Patch, Preset, Recipe, Veil};

use super::*;
use crate::engine::{Block, Controls, DesignerLink, Engine, EngineCommand, OutputMode};
use crate::handoff::analyzer_ring::{AnalyzerPort, AnalyzerWriter, Record, analyzer_ring};
use crate::handoff::design_requests::{AppliedVeil, DesignRequests};
use crate::handoff::link::link;
use crate::params::{PatchveilParams, RecipeSettings};
use crate::state::ClassField;

const RATE: u32 = 48_000;
const BLOCK: usize = 480;
const PLAIN: Controls = Controls { bypass: false, delta: false, gain: 1.0, original: None };

fn settings() -> RecipeSettings {
    PatchveilParams::new(ClassField::default()).settings()
}

/// The audio side of an instance; the test takes the place of the design thread.
struct Instance {
    designer: DesignerLink,
    requests: Arc<DesignRequests>,
    port: AnalyzerPort,
    writer: AnalyzerWriter,
    engine: Engine,
    rng: Rng,
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
        Self { designer, requests, port, writer, engine, rng: Rng::new(1) }
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

    /// Processes noise from `position` on, on the host's timeline.
    fn run(&mut self, position: i64, blocks: usize, controls: &Controls) {
        for block in 0..blocks {
            let mut left: [f32; BLOCK] = std::array::from_fn(|_| self.rng.sample());
            let mut right = left.map(|x| x * 0.5);
            let mut channels = [&mut left[..], &mut right[..]];
            let at = position + (block * BLOCK) as i64;
            let block = Block {
                host: Some(at),
                goes_on: false,
                sample_rate: RATE,
                settings: settings(),
                controls: *controls,
            };
            let report = {
                let record = self.writer.before(&channels);
                let report = self.engine.process(&block, &mut channels);
                if let Some(record) = record {
                    record.after(&channels, &report);
                }
                report
            };
            self.writer.count(&channels, report.veil.is_some());
        }
    }

    /// The same, polled as often as an editor does.
    fn run_polled(&mut self, analyzer: &mut Analyzer, position: i64, blocks: usize) {
        for block in 0..blocks {
            self.run(position + (block * BLOCK) as i64, 1, &PLAIN);
            if block % 3 == 2 {
                analyzer.poll(Instant::now());
            }
        }
        analyzer.poll(Instant::now());
    }
}

fn veil(byte: u8, recipe: &Recipe) -> Arc<Veil> {
    Arc::new(Veil::new(&ClassKey::from_bytes(test_key(byte)), recipe, RATE).unwrap())
}

fn balanced(byte: u8) -> Arc<Veil> {
    veil(byte, &Preset::Balanced.recipe_of_version(1).unwrap())
}

fn spans(veil: &Veil, from: i64, to: i64) -> Vec<PatchSpan> {
    let schedule = veil.schedule().unwrap();
    let mut cursor = schedule.patches_from(from);
    let span =
        |patch: Patch| PatchSpan { start: patch.start, end: patch.end, kernel: patch.kernel };
    std::iter::repeat_with(|| span(cursor.next(schedule)))
        .take_while(|patch| patch.start < to)
        .collect()
}

#[test]
fn unchanged_audio_reads_the_same_before_and_after() {
    let mut instance = Instance::new();
    instance.send(OutputMode::Pass, None);
    let mut analyzer = instance.analyzer();
    instance.run_polled(&mut analyzer, 1_000, 300);
    let view = analyzer.view();
    assert_eq!(view.position, 1_000 + 300 * BLOCK as i64);
    assert_eq!((view.sample_rate, view.host_timeline, view.running), (RATE, true, true));
    assert_eq!(view.spectra.points.len(), FFT_SIZE / 2 + 1);
    assert!(view.spectra.points.iter().all(|p| p.before == p.after));
    assert!(view.spectra.points[1..].iter().all(|p| p.before > -80.0));
    assert!(view.timeline.columns.iter().all(|column| column.before == column.after));
    assert!(view.timeline.patches.is_empty() && view.spectra.kernels.is_empty());
    assert!(!view.patch_active);
}

#[test]
fn the_measured_gain_of_each_kernel_is_the_designed_one() {
    let mut instance = Instance::new();
    let veil = balanced(1);
    instance.send(OutputMode::Protect, Some(veil.clone()));
    let mut analyzer = instance.analyzer();
    instance.run_polled(&mut analyzer, 0, 1_500);
    let kernels = &analyzer.view().spectra.kernels;
    assert_eq!(kernels.len(), veil.kernels().len());
    for (number, kernel) in kernels.iter().enumerate() {
        assert_eq!(kernel.measured.len(), kernel.designed.len());
        let mut sum = 0.0;
        let mut worst = 0.0_f32;
        let mut count = 0;
        for (&(hz, designed), &(at, measured)) in kernel.designed.iter().zip(&kernel.measured) {
            assert_eq!(hz, at);
            assert!((f64::from(designed) - veil.gain_db(number, f64::from(hz))).abs() < 0.01);
            // A segment of 12 ms resolves 170 Hz.
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
fn the_timeline_shows_the_patches_and_periods_of_the_schedule() {
    let mut instance = Instance::new();
    let veil = balanced(2);
    instance.send(OutputMode::Protect, Some(veil.clone()));
    let mut analyzer = instance.analyzer();
    let from = -300_000;
    instance.run_polled(&mut analyzer, from, 1_500);
    let view = analyzer.view();
    let end = from + 1_500 * BLOCK as i64;
    let oldest = end - 10 * i64::from(RATE);
    assert_eq!(view.position, end);
    assert_eq!(view.timeline.patches, spans(&veil, oldest, end));
    // 80 ms are 3,840 samples.
    let periods: Vec<i64> = (oldest..end).filter(|at| at.rem_euclid(3_840) == 0).collect();
    assert_eq!(view.timeline.periods, periods);
    let columns = &view.timeline.columns;
    assert_eq!(view.timeline.column_len, 480);
    assert!(columns.windows(2).all(|pair| pair[1].position - pair[0].position == 480));
    assert!(columns[0].position <= oldest && columns.len() >= 999);
    let active = spans(&veil, end, end + 1).iter().any(|p| p.start <= end);
    assert_eq!(view.patch_active, active);
    let last = view.timeline.patches.last().unwrap();
    assert_eq!(view.spectra.current, last.kernel);
}

#[test]
fn a_full_ring_leaves_a_gap_and_the_rest_stays_in_place() {
    let mut instance = Instance::new();
    let veil = balanced(3);
    instance.send(OutputMode::Protect, Some(veil.clone()));
    let mut analyzer = instance.analyzer();
    instance.run_polled(&mut analyzer, 0, 200);
    // Two seconds without a poll are more than the ring holds.
    instance.run(200 * BLOCK as i64, 200, &PLAIN);
    instance.run_polled(&mut analyzer, 400 * BLOCK as i64, 200);
    let view = analyzer.view();
    let columns = &view.timeline.columns;
    let gap = columns.windows(2).find(|pair| pair[1].position - pair[0].position > 480);
    let gap = gap.expect("nothing was dropped");
    assert!(columns.iter().all(|column| column.before > -20.0), "levels of audio that was dropped");
    let all = spans(&veil, 0, view.position);
    assert!(view.timeline.patches.iter().all(|patch| all.contains(patch)));
    let after_gap = |patch: &&PatchSpan| patch.start >= gap[1].position;
    assert!(
        view.timeline.patches.iter().filter(after_gap).eq(all.iter().filter(after_gap)),
        "patches after the gap"
    );
}

#[test]
fn a_jump_restarts_the_timeline() {
    let mut instance = Instance::new();
    let veil = balanced(4);
    instance.send(OutputMode::Protect, Some(veil.clone()));
    let mut analyzer = instance.analyzer();
    instance.run_polled(&mut analyzer, 1_000_000, 100);
    let inside = spans(&veil, 50_000, 90_000)[1].start + 100;
    instance.run_polled(&mut analyzer, inside, 100);
    let view = analyzer.view();
    assert!(view.timeline.columns[0].position <= inside);
    assert!(view.timeline.columns.iter().all(|column| column.position < 200_000));
    // The patch that the jump lands in is shown.
    assert_eq!(view.timeline.patches, spans(&veil, inside, view.position));
}

#[test]
fn a_mark_shows_its_period_and_neither_patches_nor_kernels() {
    let mut instance = Instance::new();
    instance.send(OutputMode::Protect, Some(veil(3, &Preset::Mark.recipe())));
    let mut analyzer = instance.analyzer();
    instance.run_polled(&mut analyzer, -70_000, 300);
    let view = analyzer.view();
    assert!(view.marked && !view.patch_active);
    assert_eq!(view.timeline.periods, [-61_440, 0, 61_440]);
    assert!(view.timeline.patches.is_empty() && view.spectra.kernels.is_empty());
    // With a veil as well there are its patches.
    let both = veil(3, &Preset::Balanced.recipe());
    instance.send(OutputMode::Protect, Some(both));
    let end = analyzer.view().position;
    instance.run_polled(&mut analyzer, end, 100);
    let view = analyzer.view();
    assert!(view.marked && !view.timeline.patches.is_empty());
    assert_eq!(view.spectra.kernels.len(), 2);
    instance.send(OutputMode::Protect, Some(balanced(3)));
    let end = analyzer.view().position;
    instance.run_polled(&mut analyzer, end, 100);
    assert!(!analyzer.view().marked);
}

#[test]
fn past_patches_stay_when_the_veil_changes() {
    let mut instance = Instance::new();
    let first = balanced(5);
    let second = veil(6, &Preset::Poscuda.recipe_of_version(1).unwrap());
    instance.send(OutputMode::Protect, Some(first.clone()));
    let mut analyzer = instance.analyzer();
    instance.run_polled(&mut analyzer, 0, 200);
    let change = analyzer.view().position;
    instance.send(OutputMode::Protect, Some(second.clone()));
    instance.run_polled(&mut analyzer, change, 300);
    let patches = &analyzer.view().timeline.patches;
    let old = spans(&first, 0, change);
    let kept = patches.iter().take_while(|patch| patch.start < change);
    assert!(kept.eq(old.iter()));
    let new: Vec<PatchSpan> =
        patches.iter().copied().filter(|patch| patch.start > change + 6_144).collect();
    let scheduled = spans(&second, change, analyzer.view().position);
    assert!(!new.is_empty() && new.iter().all(|patch| scheduled.contains(patch)));
    assert_eq!(analyzer.view().spectra.kernels.len(), second.kernels().len());
}

#[test]
fn bypass_shows_no_patches_and_the_unchanged_output() {
    let mut instance = Instance::new();
    instance.send(OutputMode::Protect, Some(balanced(7)));
    let mut analyzer = instance.analyzer();
    let bypass = Controls { bypass: true, ..PLAIN };
    instance.run(0, 100, &bypass);
    assert!(analyzer.poll(Instant::now()));
    let view = analyzer.view();
    assert!(view.timeline.patches.is_empty() && !view.patch_active);
    assert!(view.timeline.columns.iter().all(|column| column.before == column.after));
    // The gains are shown all the same.
    assert_eq!(view.spectra.kernels.len(), 2);
}

#[test]
fn the_view_rests_while_no_audio_runs() {
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
fn it_opens_and_closes_any_number_of_times() {
    let mut instance = Instance::new();
    let veil = balanced(9);
    instance.send(OutputMode::Protect, Some(veil.clone()));
    instance.run(0, 1, &PLAIN);
    let references = Arc::strong_count(&veil);
    for round in 0..50 {
        let mut analyzer = instance.analyzer();
        instance.run_polled(&mut analyzer, round * 10_000, 20);
        assert!(analyzer.view().running && !analyzer.view().timeline.patches.is_empty());
        drop(analyzer);
        instance.run(round * 10_000 + 9_600, 1, &PLAIN);
        assert_eq!(Arc::strong_count(&veil), references);
    }
    // A second editor waits until the first has closed.
    let first = instance.analyzer();
    let mut second = instance.analyzer();
    instance.run_polled(&mut second, 0, 20);
    assert!(second.view().running && second.view().timeline.columns.is_empty());
    drop(first);
    second.poll(Instant::now());
    instance.run_polled(&mut second, 9_600, 20);
    assert!(second.view().running && !second.view().timeline.columns.is_empty());
}

#[test]
fn window_lengths_are_those_offered() {
    let mut instance = Instance::new();
    instance.send(OutputMode::Pass, None);
    let mut analyzer = instance.analyzer();
    for (set, given) in [(0, 1_024), (1_025, 2_048), (8_192, 8_192), (usize::MAX, 16_384)] {
        analyzer.set_fft_size(set);
        assert_eq!(analyzer.fft_size(), given);
        instance.run_polled(&mut analyzer, 0, 50);
        assert_eq!(analyzer.view().spectra.points.len(), given / 2 + 1);
    }
}

#[test]
fn the_original_can_be_heard_once_loudness_is_known_and_again_at_once() {
    let mut instance = Instance::new();
    instance.send(OutputMode::Protect, Some(balanced(1)));
    let mut analyzer = instance.analyzer();
    instance.run_polled(&mut analyzer, 0, 250);
    assert_eq!(analyzer.view().match_db, None);
    analyzer.hear_original(true);
    assert_eq!(instance.port.original(), None, "two and a half seconds are not enough");
    instance.run_polled(&mut analyzer, 250 * BLOCK as i64, 100);
    let db = analyzer.view().match_db.unwrap();
    let lu = analyzer.view().effect.and_then(|effect| effect.loudness_lu).unwrap();
    assert!((db - lu).abs() < 0.2, "{db} dB, and {lu} LU over all of this steady sound");
    analyzer.hear_original(true);
    let heard = instance.port.original().unwrap();
    assert!((heard - db).abs() <= 0.05 && analyzer.view().original == Some(heard));
    // What the audio thread then records.
    let record = Record {
        position: 350 * BLOCK as i64,
        original: true,
        gain: 1.0,
        sample_rate: RATE,
        before: vec![0.1; BLOCK],
        after: vec![0.1; BLOCK],
        ..Record::default()
    };
    analyzer.analyse(&record);
    assert_eq!((analyzer.view().effect, analyzer.view().match_db), (None, Some(db)));
    analyzer.hear_original(false);
    assert_eq!(instance.port.original(), None);
    instance.run_polled(&mut analyzer, 351 * BLOCK as i64, 10);
    assert_eq!(analyzer.view().match_db, Some(db), "it need not wait again");
}

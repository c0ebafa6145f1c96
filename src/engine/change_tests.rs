//! Changes of settings and of the sample rate: where they act, and what leaves meanwhile.

use nice_plug_egui::RepaintNotifier;
use patchveil_test_support::compare::assert_same_bits;
use patchveil_test_support::signal::noise_channels;
use patchveil_veil::{ClassKey, Convolver, Preset, Veil};

use super::*;
use crate::handoff::link::link;
use crate::params::PatchveilParams;
use crate::state::ClassField;

const RATE: u32 = 48_000;
const BEFORE: VeilAt = VeilAt { rate: RATE, amount: 1_000, restore: false, marked: None };
const AFTER: VeilAt = VeilAt { amount: 500, ..BEFORE };
/// Samples from the block in which a change is seen to where it acts.
const LAG: usize = 1_440;

/// Settings of the test class's balanced veil, or of a preset with a mark.
#[derive(Clone, Copy)]
struct VeilAt {
    rate: u32,
    /// In tenths of a percent.
    amount: u16,
    restore: bool,
    /// The preset, and the mark's level in tenths of a dB.
    marked: Option<(Preset, i16)>,
}

impl VeilAt {
    fn settings(self) -> RecipeSettings {
        let settings = PatchveilParams::new(ClassField::default()).settings();
        let (preset, mark_level) = self.marked.unwrap_or((settings.preset, 0));
        let Self { amount, restore, .. } = self;
        RecipeSettings { amount, restore, preset, mark_level, ..settings }
    }

    fn veil(self) -> Arc<Veil> {
        let recipe = match self.marked {
            Some((preset, level)) => {
                let mut recipe = preset.recipe();
                recipe.mark.as_mut().unwrap().level_db = f64::from(level) / 10.0;
                recipe
            }
            None => {
                let mut recipe = Preset::Balanced.recipe_of_version(1).unwrap();
                recipe.veil.as_mut().unwrap().amount = f64::from(self.amount) / 10.0;
                recipe
            }
        };
        Arc::new(Veil::new(&ClassKey::from_bytes([1; 32]), &recipe, self.rate).unwrap())
    }

    fn command(self) -> EngineCommand {
        let veil = self.veil();
        let (veil, restorer) = match self.restore {
            true => (None, Some(Box::new(LiveRestorer::new(veil, 1).unwrap()))),
            false => (Some(veil), None),
        };
        EngineCommand {
            epoch: 1,
            settings: self.settings(),
            sample_rate: self.rate,
            mode: if self.restore { OutputMode::Restore } else { OutputMode::Protect },
            veil,
            restorer,
            convolver: None,
        }
    }
}

/// An engine in which `first` is in force. The test is its design thread.
struct Instance {
    designer: DesignerLink,
    requests: Arc<DesignRequests>,
    engine: Engine,
    position: i64,
}

impl Instance {
    fn new(first: VeilAt) -> Self {
        let (designer, engine_link) = link();
        let requests = Arc::new(DesignRequests::new(RepaintNotifier::new()));
        let mut engine = Engine::new(engine_link, requests.clone());
        engine.prepare(1, RATE, 1, false);
        designer.send(first.command());
        Self { designer, requests, engine, position: 0 }
    }

    /// `len` samples of 0.5 under the settings of `wanted`, in blocks of `block`.
    fn run(&mut self, wanted: VeilAt, len: usize, block: usize) -> Vec<f32> {
        let mut samples = vec![0.5; len];
        self.run_on(&mut samples, wanted, block);
        samples
    }

    /// The same with these samples.
    fn run_on(&mut self, samples: &mut [f32], wanted: VeilAt, block: usize) {
        for part in samples.chunks_mut(block) {
            let len = part.len();
            let block = Block {
                host: Some(self.position),
                goes_on: false,
                sample_rate: wanted.rate,
                settings: wanted.settings(),
                controls: Controls { bypass: false, delta: false, gain: 1.0, original: None },
            };
            self.engine.process(&block, &mut [part]);
            self.position += len as i64;
        }
        self.designer.free_retired();
    }

    /// Whether each of the next blocks of 100 samples says that something changes in it.
    fn changing(&mut self, wanted: VeilAt, bypass: bool, blocks: usize) -> Vec<bool> {
        let controls = Controls { bypass, delta: false, gain: 1.0, original: None };
        let mut process = || {
            let (host, settings) = (Some(self.position), wanted.settings());
            let block = Block { host, goes_on: false, sample_rate: RATE, settings, controls };
            self.position += 100;
            let report = self.engine.process(&block, &mut [&mut [0.5; 100]]);
            self.designer.free_retired();
            report.changing
        };
        (0..blocks).map(|_| process()).collect()
    }
}

/// What the veil alone makes of `len` samples of 0.5 from position 0 on.
fn alone(veil: VeilAt, len: usize) -> Vec<f32> {
    let mut samples = vec![0.5; len];
    Convolver::of(veil.veil(), 1).process(0, &mut [&mut samples]);
    samples
}

#[test]
fn a_block_in_which_something_fades_or_takes_over_says_so() {
    let mut instance = Instance::new(BEFORE);
    assert_eq!(instance.changing(BEFORE, false, 3), [false; 3], "the first block has its veil");
    // A fade takes 480 samples.
    let fades = [true, true, true, true, true, false, false];
    assert_eq!(instance.changing(BEFORE, true, 7), fades);
    assert_eq!(instance.changing(BEFORE, false, 7), fades);
    // Another veil takes over with a patch.
    instance.designer.send(AFTER.command());
    let takes = instance.changing(AFTER, false, 20_000);
    assert!(takes.contains(&true));
    assert_eq!(takes.last(), Some(&false));
}

#[test]
fn a_change_acts_at_one_sample_whatever_the_block_size() {
    let changed = |block: usize| {
        let mut instance = Instance::new(BEFORE);
        let mut samples = instance.run(BEFORE, 24_000, block);
        instance.designer.send(AFTER.command());
        samples.extend(instance.run(AFTER, 24_000, block));
        samples
    };
    let first = changed(64);
    for block in [1, 100, 512, 8_192, 24_000] {
        assert_eq!(changed(block), first, "blocks of {block}");
    }
    assert_eq!(first[..24_000 + LAG], alone(BEFORE, 48_000)[..24_000 + LAG]);
    assert_eq!(first[32_000..], alone(AFTER, 48_000)[32_000..]);
}

#[test]
fn a_change_of_the_marks_level_acts_at_one_sample_whatever_the_block_size() {
    let noise = noise_channels(1, 48_000, 5).remove(0);
    for preset in [Preset::Mark, Preset::Strong] {
        let before = VeilAt { marked: Some((preset, 0)), ..BEFORE };
        let after = VeilAt { marked: Some((preset, -60)), ..BEFORE };
        let changed = |block: usize| {
            let mut instance = Instance::new(before);
            let mut samples = noise.clone();
            let (first, second) = samples.split_at_mut(24_000);
            instance.run_on(first, before, block);
            instance.designer.send(after.command());
            instance.run_on(second, after, block);
            samples
        };
        let first = changed(64);
        for block in [1, 100, 512, 8_192, 24_000] {
            assert_same_bits(&changed(block), &first);
        }
        let [before, after] = [before, after].map(|veil| {
            let mut samples = noise.clone();
            Convolver::of(veil.veil(), 1).process(0, &mut [&mut samples]);
            samples
        });
        let acts = 24_000 + LAG;
        assert_same_bits(&first[..acts], &before[..acts]);
        assert_same_bits(&first[32_000..], &after[32_000..]);
        assert_ne!(before[32_000..], after[32_000..]);
        if preset == Preset::Mark {
            // No patch has to end first: a cross-fade of 12 ms.
            assert_same_bits(&first[acts + 576..], &after[acts + 576..]);
        }
    }
}

#[test]
fn a_design_that_comes_early_waits_until_it_is_due() {
    let mut instance = Instance::new(BEFORE);
    instance.run(BEFORE, 9_600, 480);
    // The design thread has seen the parameter before the engine.
    instance.designer.send(AFTER.command());
    let kept = instance.run(BEFORE, 9_600, 480);
    assert_eq!(kept, alone(BEFORE, 19_200)[9_600..]);
    let changed = instance.run(AFTER, 28_800, 480);
    assert_eq!(changed[9_600..], alone(AFTER, 48_000)[28_800..]);
}

#[test]
fn a_live_stream_keeps_the_veil_in_force_until_a_late_design_comes() {
    let mut instance = Instance::new(BEFORE);
    instance.run(BEFORE, 9_600, 480);
    let late = instance.run(AFTER, 38_400, 480);
    assert_eq!(late, alone(BEFORE, 48_000)[9_600..]);
    assert!(instance.designer.newest_request().is_some_and(|r| r.settings == AFTER.settings()));
    instance.designer.send(AFTER.command());
    let changed = instance.run(AFTER, 48_000, 480);
    assert_eq!(changed[9_600..], alone(AFTER, 96_000)[57_600..]);
}

#[test]
fn what_should_be_protected_never_leaves_restored_while_the_design_is_late() {
    let restoring = VeilAt { restore: true, ..BEFORE };
    let mut instance = Instance::new(restoring);
    instance.run(restoring, 9_600, 480);
    let late = instance.run(BEFORE, 24_000, 480);
    // The lag, then a fade of 10 ms.
    assert!(late[LAG + 480..].iter().all(|x| *x == 0.0));
    instance.designer.send(BEFORE.command());
    let protected = instance.run(BEFORE, 24_000, 480);
    assert_eq!(protected[12_000..], alone(BEFORE, 57_600)[45_600..]);
}

#[test]
fn another_sample_rate_is_silent_until_its_design_is_there() {
    let mut instance = Instance::new(BEFORE);
    instance.run(BEFORE, 9_600, 480);
    let other = VeilAt { rate: 44_100, ..BEFORE };
    instance.position = 0;
    assert!(instance.run(other, 8_000, 500).iter().all(|x| *x == 0.0));
    let request = instance.designer.newest_request().unwrap();
    assert!(request.needs_convolver && request.sample_rate == 44_100);
    // A command for the rate of before is of no use.
    instance.designer.send(BEFORE.command());
    assert!(instance.run(other, 8_000, 500).iter().all(|x| *x == 0.0));
    let convolver = Some(Box::new(LiveConvolver::new(1, 44_100)));
    instance.designer.send(EngineCommand { convolver, ..other.command() });
    let there = instance.run(other, 24_000, 500);
    assert_eq!(there[12_000..], alone(other, 40_000)[28_000..]);
}

#[test]
fn what_was_heard_stays_the_past_after_a_jump_at_a_higher_rate_than_at_first() {
    let mut instance = Instance::new(BEFORE);
    instance.run(BEFORE, 9_600, 480);
    let high = VeilAt { rate: 192_000, marked: Some((Preset::Strong, 0)), ..BEFORE };
    instance.position = 900_000;
    let noise = noise_channels(1, 80_000, 5).remove(0);
    let mut heard = noise[..40_000].to_vec();
    let convolver = Some(Box::new(LiveConvolver::new(1, high.rate)));
    instance.run_on(&mut heard[..480], high, 480);
    instance.designer.send(EngineCommand { convolver, ..high.command() });
    instance.run_on(&mut heard[480..], high, 480);
    instance.position = 40_000;
    let mut after = noise[40_000..].to_vec();
    instance.run_on(&mut after, high, 480);
    let mut whole = noise;
    Convolver::of(high.veil(), 1).process(0, &mut [&mut whole]);
    // The veil reaches back further than what is kept at 48 kHz.
    let fade = 960;
    assert!(high.veil().context() > 1_920 + fade);
    assert_same_bits(&after[fade..], &whole[40_000 + fade..]);
}

#[test]
fn a_design_thread_that_does_not_answer_is_waited_for_once() {
    let mut instance = Instance::new(BEFORE);
    instance.requests.open();
    // The very first block: nothing is known about the host, and nothing was heard.
    let begun = Instant::now();
    let silent = instance.run(AFTER, 48_000, 480);
    assert!(silent.iter().all(|x| *x == 0.0));
    let waited = begun.elapsed();
    assert!(waited >= PATIENCE_AT_START, "{waited:?}");
    assert!(waited < 2 * PATIENCE_AT_START + Duration::from_secs(1), "{waited:?}");
}

#[test]
fn changes_in_quick_succession_act_at_one_place_whatever_the_block_size() {
    let last = VeilAt { amount: 1_500, ..BEFORE };
    let changed = |block: usize| {
        let mut instance = Instance::new(BEFORE);
        let mut samples = instance.run(BEFORE, 9_600, block);
        instance.designer.send(AFTER.command());
        samples.extend(instance.run(AFTER, 2_400, block));
        instance.designer.send(last.command());
        samples.extend(instance.run(last, 36_000, block));
        samples
    };
    let first = changed(2_400);
    for block in [1, 64, 800] {
        assert_eq!(changed(block), first, "blocks of {block}");
    }
    assert_eq!(first[24_000..], alone(last, 48_000)[24_000..]);
}

#[test]
fn nothing_passes_unprotected_once_a_class_is_chosen() {
    let passing = |instance: &mut Instance| {
        let command = BEFORE.command();
        instance.designer.send(EngineCommand { mode: OutputMode::Pass, veil: None, ..command });
    };
    let mut instance = Instance::new(BEFORE);
    passing(&mut instance);
    assert!(instance.run(BEFORE, 9_600, 480).iter().all(|x| *x == 0.5));
    instance.requests.set_has_class(true);
    // The key takes its time.
    assert!(instance.run(BEFORE, 9_600, 480)[480..].iter().all(|x| *x == 0.0));
    instance.designer.send(BEFORE.command());
    let protected = instance.run(BEFORE, 24_000, 480);
    assert_eq!(protected[12_000..], alone(BEFORE, 43_200)[31_200..]);
}

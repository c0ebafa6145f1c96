//! Changes of settings and of the sample rate: where they act, and what leaves meanwhile.

use nice_plug_egui::RepaintNotifier;
use patchveil_veil::{ClassKey, Convolver, Preset, Veil};

use super::*;
use crate::handoff::link::link;
use crate::params::PatchveilParams;
use crate::state::ClassField;

const RATE: u32 = 48_000;
const BEFORE: VeilAt = VeilAt { rate: RATE, amount: 1_000, restore: false };
const AFTER: VeilAt = VeilAt { amount: 500, ..BEFORE };
/// Samples from the block in which a change is seen to where it acts.
const LAG: usize = 1_440;

/// Settings of the test class's balanced veil.
#[derive(Clone, Copy)]
struct VeilAt {
    rate: u32,
    /// In tenths of a percent.
    amount: u16,
    restore: bool,
}

impl VeilAt {
    fn settings(self) -> VeilSettings {
        let settings = PatchveilParams::new(ClassField::default()).settings();
        VeilSettings { amount: self.amount, restore: self.restore, ..settings }
    }

    fn veil(self) -> Arc<Veil> {
        let mut recipe = Preset::Balanced.recipe_of_version(1).unwrap();
        recipe.veil.as_mut().unwrap().amount = f64::from(self.amount) / 10.0;
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
        for part in samples.chunks_mut(block) {
            let len = part.len();
            let block = Block {
                host: Some(self.position),
                sample_rate: wanted.rate,
                settings: wanted.settings(),
                controls: Controls { bypass: false, delta: false, gain: 1.0 },
            };
            self.engine.process(&block, &mut [part]);
            self.position += len as i64;
        }
        self.designer.free_retired();
        samples
    }
}

/// What the veil alone makes of `len` samples of 0.5 from position 0 on.
fn alone(veil: VeilAt, len: usize) -> Vec<f32> {
    let mut samples = vec![0.5; len];
    Convolver::of(veil.veil(), 1).process(0, &mut [&mut samples]);
    samples
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
    let convolver = Some(Box::new(Convolver::new(1, 44_100)));
    instance.designer.send(EngineCommand { convolver, ..other.command() });
    let there = instance.run(other, 24_000, 500);
    assert_eq!(there[12_000..], alone(other, 40_000)[28_000..]);
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

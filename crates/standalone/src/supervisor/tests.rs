use std::sync::atomic::Ordering;

use super::watchdog::STALLED;
use super::*;
use crate::audio::fake::{Fake, World};

fn machine(wanted: Wanted) -> (Machine, Arc<World>, Arc<Mutex<Vec<Format>>>) {
    let world = Arc::new(World::default());
    let shared = world.clone();
    let factory: Factory = Box::new(move |kind| match kind {
        BackendKind::System => Some(Box::new(Fake(shared.clone()))),
        _ => None,
    });
    let formats = Arc::new(Mutex::new(Vec::new()));
    let seen = formats.clone();
    let taps: Taps = Box::new(move |reader| seen.lock().push(reader.format()));
    let (processor, _) = Processor::for_test();
    let shared = world.clone();
    let is_recording = Box::new(move || shared.recording.load(Ordering::Relaxed));
    (Machine::new(factory, wanted, processor, taps, is_recording), world, formats)
}

fn wanted() -> Wanted {
    Wanted { backend: BackendKind::System, input: Some("fake".to_owned()), ..Wanted::default() }
}

#[test]
fn without_a_device_it_says_so_and_connects_when_one_is_plugged_in() {
    let (mut machine, world, _) = machine(wanted());
    let start = Instant::now();
    machine.step(start);
    let reason = Reason::OutputMissing("Fake".to_owned());
    assert_eq!(machine.state, State::Waiting { reason, lost: false });
    world.there.store(true, Ordering::Relaxed);
    machine.step(start + RETRY / 2);
    assert_eq!(world.opened.load(Ordering::Relaxed), 0, "it is tried once a second");
    machine.step(start + RETRY);
    assert!(matches!(machine.state, State::Running(_)), "{:?}", machine.state);
    assert_eq!(world.block(), [1.0; 128]);
}

#[test]
fn a_device_that_is_unplugged_is_picked_up_again() {
    let (mut machine, world, formats) = machine(wanted());
    world.there.store(true, Ordering::Relaxed);
    let start = Instant::now();
    machine.step(start);
    world.unplug();
    machine.step(start + LOOK);
    let reason = Reason::Gone("Fake".to_owned());
    assert_eq!(machine.state, State::Waiting { reason: reason.clone(), lost: true });
    assert_eq!(world.open.load(Ordering::Relaxed), 0);
    assert_eq!(world.block(), [0.0; 128], "what still runs is silent");
    machine.step(start + 2 * RETRY);
    assert_eq!(machine.state, State::Waiting { reason, lost: true }, "why stays on screen");
    world.there.store(true, Ordering::Relaxed);
    machine.step(start + 4 * RETRY);
    assert!(matches!(machine.state, State::Running(_)));
    assert_eq!(world.block(), [1.0; 128]);
    assert_eq!(formats.lock().len(), 2);
}

#[test]
fn a_server_that_changes_its_rate_is_followed_at_once() {
    let (mut machine, world, formats) = machine(wanted());
    world.there.store(true, Ordering::Relaxed);
    let start = Instant::now();
    machine.step(start);
    world.sample_rate.store(44_100, Ordering::Relaxed);
    world.block();
    machine.step(start + LOOK);
    assert!(matches!(machine.state, State::Running(_)), "{:?}", machine.state);
    let rates: Vec<u32> = formats.lock().iter().map(|format| format.sample_rate).collect();
    assert_eq!(rates, [48_000, 44_100]);
}

#[test]
fn a_stream_that_delivers_nothing_is_opened_again() {
    let (mut machine, world, _) = machine(wanted());
    world.there.store(true, Ordering::Relaxed);
    let start = Instant::now();
    machine.step(start);
    world.block();
    machine.step(start + LOOK);
    machine.step(start + LOOK + STALLED);
    assert_eq!(world.opened.load(Ordering::Relaxed), 1);
    machine.step(start + 2 * LOOK + STALLED);
    assert_eq!(world.opened.load(Ordering::Relaxed), 2);
    assert_eq!(world.open.load(Ordering::Relaxed), 1);
}

#[test]
fn a_device_that_opens_slowly_has_as_much_time_as_any_other() {
    let (mut machine, world, _) = machine(wanted());
    world.there.store(true, Ordering::Relaxed);
    world.slow.store(200, Ordering::Relaxed);
    let start = Instant::now();
    machine.step(start);
    machine.step(start + STALLED + Duration::from_millis(100));
    assert!(matches!(machine.state, State::Running(_)), "{:?}", machine.state);
    assert_eq!(world.opened.load(Ordering::Relaxed), 1);
}

#[test]
fn other_settings_swap_the_whole_stream() {
    let (mut machine, world, formats) = machine(wanted());
    world.there.store(true, Ordering::Relaxed);
    machine.step(Instant::now());
    machine.set(wanted());
    machine.step(Instant::now());
    assert_eq!(world.opened.load(Ordering::Relaxed), 1, "the same settings change nothing");
    machine.set(Wanted { channels: 1, sample_rate: 96_000, ..wanted() });
    machine.step(Instant::now());
    assert_eq!(world.opened.load(Ordering::Relaxed), 2);
    assert_eq!(formats.lock()[1], Format { channels: 1, sample_rate: 96_000 });
    assert_eq!(world.block(), [1.0; 64]);
}

#[test]
fn automatic_takes_what_works_and_stays_with_it() {
    let (mut machine, world, _) = machine(Wanted::default());
    world.there.store(true, Ordering::Relaxed);
    let start = Instant::now();
    machine.step(start);
    assert!(matches!(machine.state, State::Running(_)));
    assert_eq!(machine.kinds(), [BackendKind::System]);
    world.unplug();
    machine.step(start + LOOK);
    assert_eq!(machine.kinds(), [BackendKind::System]);
}

#[test]
fn the_thread_reports_and_ends() {
    let (_, world, _) = machine(wanted());
    world.there.store(true, Ordering::Relaxed);
    let shared = world.clone();
    let factory: Factory = Box::new(move |_| Some(Box::new(Fake(shared.clone()))));
    let (processor, _) = Processor::for_test();
    let (told, changes) = mpsc::channel();
    let changed = move || told.send(()).unwrap_or(());
    let never = Box::new(|| false);
    let mut supervisor =
        Supervisor::start(factory, wanted(), processor, Box::new(drop), never, changed).unwrap();
    changes.recv_timeout(Duration::from_secs(5)).unwrap();
    assert!(supervisor.read(|report| matches!(report.state, State::Running(_))));
    supervisor.list(BackendKind::System);
    changes.recv_timeout(Duration::from_secs(5)).unwrap();
    assert_eq!(supervisor.read(|report| report.devices.as_ref().unwrap().inputs.len()), 1);
    supervisor.stop(Duration::from_secs(5));
    assert_eq!(world.open.load(Ordering::Relaxed), 0);
}

/// Has the open stream run for so many seconds of sound, with a look after each.
fn run(machine: &mut Machine, world: &World, start: Instant, seconds: std::ops::Range<u64>) {
    for second in seconds {
        (0..750).for_each(|_| drop(world.block()));
        machine.step(start + Duration::from_secs(second));
    }
}

#[test]
fn an_input_whose_callbacks_stop_is_said_and_opened_again() {
    let (mut machine, world, _) = machine(wanted());
    world.there.store(true, Ordering::Relaxed);
    let start = Instant::now();
    machine.step(start);
    run(&mut machine, &world, start, 1..3);
    // The output goes on, and the device says nothing.
    world.deaf.store(true, Ordering::Relaxed);
    run(&mut machine, &world, start, 3..6);
    assert_eq!(world.opened.load(Ordering::Relaxed), 1);
    world.there.store(false, Ordering::Relaxed);
    run(&mut machine, &world, start, 6..7);
    let reason = Reason::InputStalled;
    assert_eq!(machine.state, State::Waiting { reason, lost: true });
    world.there.store(true, Ordering::Relaxed);
    world.deaf.store(false, Ordering::Relaxed);
    machine.step(start + Duration::from_secs(8));
    assert_eq!(world.opened.load(Ordering::Relaxed), 2);
    run(&mut machine, &world, start, 9..20);
    assert_eq!(world.opened.load(Ordering::Relaxed), 2);
}

#[test]
fn an_input_that_gives_only_zeros_after_noise_is_said_and_opened_again_once() {
    let (mut machine, world, _) = machine(wanted());
    world.there.store(true, Ordering::Relaxed);
    let quiet = |machine: &Machine| match &machine.state {
        State::Running(connection) => connection.quiet,
        other => panic!("{other:?}"),
    };
    let start = Instant::now();
    world.muted.store(true, Ordering::Relaxed);
    machine.step(start);
    run(&mut machine, &world, start, 1..30);
    assert!(!quiet(&machine), "it may never have been connected");
    world.muted.store(false, Ordering::Relaxed);
    run(&mut machine, &world, start, 30..33);
    world.muted.store(true, Ordering::Relaxed);
    run(&mut machine, &world, start, 33..42);
    assert!(!quiet(&machine), "a pause");
    run(&mut machine, &world, start, 42..90);
    assert!(quiet(&machine));
    assert_eq!(world.opened.load(Ordering::Relaxed), 2);
    world.muted.store(false, Ordering::Relaxed);
    run(&mut machine, &world, start, 90..92);
    assert!(!quiet(&machine));
}

#[test]
fn pauses_open_a_device_again_once_and_never_while_it_is_recorded() {
    let (mut machine, world, _) = machine(wanted());
    world.there.store(true, Ordering::Relaxed);
    let start = Instant::now();
    machine.step(start);
    let mut second = 1;
    let mut pause = |machine: &mut Machine, world: &World| {
        for (muted, seconds) in [(false, 3), (true, 15)] {
            world.muted.store(muted, Ordering::Relaxed);
            run(machine, world, start, second..second + seconds);
            second += seconds;
        }
        world.opened.load(Ordering::Relaxed)
    };
    world.recording.store(true, Ordering::Relaxed);
    assert_eq!([0; 3].map(|_| pause(&mut machine, &world)), [1; 3]);
    world.recording.store(false, Ordering::Relaxed);
    assert_eq!([0; 3].map(|_| pause(&mut machine, &world)), [2; 3]);
    // A device that was away may hang anew.
    world.unplug();
    world.there.store(true, Ordering::Relaxed);
    assert_eq!([0; 3].map(|_| pause(&mut machine, &world)), [4; 3]);
}

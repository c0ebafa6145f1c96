//! What many instances cost, and where: the audio thread by how many take turns, and all other threads.
//!
//! `cargo test --release -p patchveil-tests --test instances_cost -- --ignored --nocapture`
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use patchveil_tests::clap::{Context, Instance, Module};
use patchveil_tests::keys::{fingerprint, keyring, new_session};
use patchveil_tests::signal::demo;

const RATE: f64 = 48_000.0;
const BLOCK: usize = 64;
/// Seconds of audio of all instances together, for each number of them: few, so that what is compared is
/// measured within half a second.
const SECONDS: f64 = 32.0;
/// Blocks of each instance before those that count, so that its memory is where it is in a session.
const WARM_UP: usize = 64;
/// Turns that the numbers take; the median counts.
const TURNS: usize = 49;

/// Processor time of each of this process's threads by name, in hundredths of a second.
fn threads() -> BTreeMap<String, u64> {
    let mut times = BTreeMap::new();
    for task in fs::read_dir("/proc/self/task").unwrap() {
        let Ok(stat) = fs::read_to_string(task.unwrap().path().join("stat")) else { continue };
        let (name, rest) = stat.rsplit_once(')').unwrap();
        let name = name.split_once('(').unwrap().1.to_owned();
        let ticks: u64 =
            rest.split_whitespace().skip(11).take(2).map(|t| t.parse::<u64>().unwrap()).sum();
        *times.entry(name).or_default() += ticks;
    }
    times
}

/// Processor time of this thread: on a busy machine the clock would count what others take.
fn thread_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is valid for the call.
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) }, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Part of a core that the audio thread of one of `instances` takes, when they take turns.
fn share(instances: &mut [Instance], recording: &[f32]) -> f64 {
    let blocks = (SECONDS * RATE) as usize / BLOCK / instances.len();
    let mut begun = thread_time();
    for block in 0..WARM_UP + blocks {
        if block == WARM_UP {
            begun = thread_time();
        }
        let position = block * BLOCK;
        let at = position % (recording.len() - BLOCK);
        let context = Context { position: Some(position as i64), ..Context::default() };
        for instance in &mut *instances {
            let mut left: [f32; BLOCK] = recording[at..at + BLOCK].try_into().unwrap();
            let mut right = left;
            instance.process(&mut [&mut left[..], &mut right[..]], &context);
        }
    }
    (thread_time() - begun).as_secs_f64() / SECONDS
}

/// The least, the median, and the most.
fn spread(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    [all[0], all[all.len() / 2], all[all.len() - 1]]
}

#[test]
#[ignore = "half a minute, and it measures only in a release build on an idle machine"]
fn sixty_four_instances_cost_little_more_each_than_one() {
    keyring(true);
    let module = Module::built();
    let recording = demo();
    let mut all: Vec<Instance> = (0..64)
        .map(|_| {
            let mut instance = module.instance();
            assert!(instance.load(&new_session(fingerprint(), "")));
            instance.activate(RATE, BLOCK as u32);
            instance
        })
        .collect();
    let counts = [1, 2, 4, 8, 16, 32, 64];
    // What comes first pays for memory that is touched for the first time.
    share(&mut all, &recording);
    let turns: Vec<[f64; 7]> =
        (0..TURNS).map(|_| counts.map(|count| share(&mut all[..count], &recording))).collect();
    for (index, count) in counts.iter().enumerate() {
        let [least, median, most] = spread(turns.iter().map(|turn| turn[index] * 100.0));
        println!("{count} instances: {median:.3} % of a core each ({least:.3} to {most:.3})");
    }
    let (before, begun) = (threads(), Instant::now());
    std::thread::sleep(Duration::from_secs(10));
    let seconds = begun.elapsed().as_secs_f64();
    for (name, ticks) in threads() {
        let ticks = ticks - before.get(&name).copied().unwrap_or_default();
        println!("threads {name}: {:.3} % of a core together", ticks as f64 / seconds);
    }
    // Within a turn: other machines on the same processor slow whole turns down.
    let [least, median, most] = spread(turns.iter().map(|turn| turn[6] / turn[0]));
    println!("64 cost {median:.2} times as much each as one ({least:.2} to {most:.2})");
}

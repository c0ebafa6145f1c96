//! The audio thread makes no system call: it never waits for a lock, sleeps or wakes another thread.
//! It runs under a filter (seccomp) that ends the thread at its first system call.
#![cfg(target_os = "linux")]

mod inside;
mod inside_player;

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use inside_player::Player;
use nice_plug::prelude::{Param, Plugin};
use patchveil_plugin::{ChosenClass, ModeChoice, Patchveil, PresetChoice};
use patchveil_test_support::Rng;
use patchveil_tests::keys::{CLASS, fingerprint, keyring, other_fingerprint};

/// Blocks to process; unoptimised code has time for few.
const BLOCKS: usize = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };
const BLOCK: usize = 64;
/// How often the other thread must have polled before the blocks may end …
const POLLS: usize = 21;
/// … unless there were this many blocks.
const BLOCKS_MAX: usize = 100 * BLOCKS;

/// Number of the system call that ended a thread, or −1.
static CAUGHT: AtomicI64 = AtomicI64::new(-1);

/// Called instead of a system call.
extern "C" fn on_system_call(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    /// The part of `siginfo_t` that a forbidden system call fills in.
    #[repr(C)]
    struct Info {
        head: [libc::c_int; 4],
        address: *mut libc::c_void,
        call: libc::c_int,
    }
    // SAFETY: for this signal the kernel fills in these fields.
    let call = unsafe { (*info.cast::<Info>()).call };
    CAUGHT.store(call.into(), Ordering::Release);
    end()
}

/// Forbids this thread every system call but the one that ends it.
fn forbid_system_calls() {
    const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const JUMP: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    let step = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let mut filter = [
        // The first field is the number of the call.
        step(LOAD, 0, 0, 0),
        step(JUMP, 0, 1, libc::SYS_exit as u32),
        step(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
        step(RETURN, 0, 0, libc::SECCOMP_RET_TRAP),
    ];
    let program = libc::sock_fprog { len: 4, filter: filter.as_mut_ptr() };
    // SAFETY: all arguments outlive their calls, and the handler only stores a number and ends the thread.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_system_call as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO;
        assert_eq!(libc::sigaction(libc::SIGSYS, &action, std::ptr::null_mut()), 0);
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        let mode = libc::SECCOMP_MODE_FILTER;
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, mode, &raw const program), 0);
    }
}

/// Ends this thread without freeing its stack, which would take another system call.
fn end() -> ! {
    // SAFETY: no other thread waits for what this one holds.
    unsafe { libc::syscall(libc::SYS_exit, 0) };
    unreachable!()
}

/// Calls `block` repeatedly on a thread that may make no system call, and `poll` on this thread
/// meanwhile. The error is the number of the block and of the system call in it.
fn without_system_calls(
    mut block: impl FnMut(usize) + Send + 'static,
    mut poll: impl FnMut(),
) -> Result<(), (usize, i64)> {
    let begun = Arc::new(AtomicUsize::new(0));
    let done = Arc::new(AtomicBool::new(false));
    let polls = Arc::new(AtomicUsize::new(0));
    let (counter, finished, polled) = (begun.clone(), done.clone(), polls.clone());
    // Never joined: joining waits until the thread's stack is freed.
    std::mem::forget(std::thread::spawn(move || {
        forbid_system_calls();
        for number in 0..BLOCKS_MAX {
            if number >= BLOCKS && polled.load(Ordering::Relaxed) >= POLLS {
                break;
            }
            counter.store(number, Ordering::Relaxed);
            block(number);
        }
        finished.store(true, Ordering::Release);
        end()
    }));
    while !done.load(Ordering::Acquire) {
        poll();
        polls.fetch_add(1, Ordering::Relaxed);
        let call = CAUGHT.swap(-1, Ordering::AcqRel);
        if call >= 0 {
            return Err((begun.load(Ordering::Relaxed), call));
        }
    }
    Ok(())
}

/// Sets a parameter as a host does.
fn set(param: &impl Param, normalized: f32) {
    // SAFETY: the parameter is borrowed, so it exists.
    unsafe { param.as_ptr()._internal_set_normalized_value(normalized) };
}

/// One test at a time, because there is one [`CAUGHT`].
static ONE_TEST: Mutex<()> = Mutex::new(());

#[test]
fn protecting_makes_no_system_call_while_an_editor_polls() {
    for preset in [PresetChoice::Mark, PresetChoice::Balanced] {
        let protected = protected_seconds(ModeChoice::Protect, preset);
        let all = (BLOCKS * BLOCK) as f64 / 48_000.0;
        assert!(protected > all / 2.0, "{protected}");
    }
}

#[test]
fn restoring_makes_no_system_call_while_an_editor_polls() {
    for preset in [PresetChoice::Mark, PresetChoice::Balanced] {
        assert_eq!(protected_seconds(ModeChoice::Restore, preset), 0.0);
    }
}

/// Processes all blocks while class, amount and the mark's level change and editors open and close; returns how many seconds
/// were protected.
fn protected_seconds(mode: ModeChoice, preset: PresetChoice) -> f64 {
    let _guard = ONE_TEST.lock();
    keyring(false);
    let mut plugin = Patchveil::default();
    let remote = plugin.remote();
    remote.choose_class(ChosenClass { fingerprint: fingerprint(), name: CLASS.to_owned() });
    let param = &remote.params().mode;
    set(param, param.preview_normalized(mode));
    let param = &remote.params().recipe.preset;
    set(param, param.preview_normalized(preset));
    inside::activate(&mut plugin, 48_000.0);
    let doing = remote.status().to_string();
    let word = if mode == ModeChoice::Restore { "restoring" } else { "protecting" };
    assert!(doing.starts_with(word), "{doing}");
    let leak = || Vec::leak(vec![0.25_f32; BLOCK]);
    let mut player = Player::new(leak(), leak(), 48_000.0);
    let mut rng = Rng::new(1);
    let mut position = 0;
    let classes = [fingerprint(), other_fingerprint()];
    let mut analyzer = Some(remote.analyzer());
    let mut polls = 0_usize;
    let passed = without_system_calls(
        move |_| {
            for sample in player.samples().iter_mut().flat_map(|channel| channel.iter_mut()) {
                *sample = rng.sample();
            }
            player.block(&mut plugin, (position % 1_000 != 0).then_some(position * BLOCK as i64));
            position += 1;
            if position % 10_000 == 0 {
                plugin.reset();
            }
        },
        || {
            // Takes every lock as often as possible, so that a lock on the audio thread would have to
            // wait sooner or later.
            polls += 1;
            if polls.is_multiple_of(100) {
                analyzer = None;
            }
            analyzer.get_or_insert_with(|| remote.analyzer()).poll(Instant::now());
            drop(remote.status());
            if polls.is_multiple_of(20) {
                // The audio thread asks for the design, and waits for it: this host is ahead of time.
                let value = if polls.is_multiple_of(40) { 0.5 } else { 0.25 };
                set(&remote.params().veil.amount, value);
                set(&remote.params().recipe.mark_level, value);
            }
            if polls.is_multiple_of(50) {
                let fingerprint = classes[polls / 50 % 2];
                remote.choose_class(ChosenClass { fingerprint, name: CLASS.to_owned() });
            }
        },
    );
    assert_eq!(passed, Ok(()), "block and number of the system call");
    assert!(polls >= POLLS, "{polls}");
    let mut analyzer = analyzer.unwrap_or_else(|| remote.analyzer());
    analyzer.poll(Instant::now());
    analyzer.view().protected_seconds
}

#[test]
fn a_system_call_is_caught() {
    let _guard = ONE_TEST.lock();
    let mutex = Arc::new(Mutex::new(()));
    let held = mutex.clone();
    let guard = held.lock();
    let passed = without_system_calls(
        move |number| {
            if number == 100 {
                drop(mutex.lock());
            }
        },
        || std::thread::sleep(Duration::from_millis(1)),
    );
    assert_eq!(passed, Err((100, libc::SYS_futex)));
    drop(guard);
}

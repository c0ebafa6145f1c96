//! The audio thread asks the kernel for nothing: it waits for no lock, sleeps for nobody, and
//! wakes nobody. It is not taken at its word: it runs under a filter (seccomp) that ends the thread
//! at its first system call.
#![cfg(target_os = "linux")]

mod inside;

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use inside::Player;
use nice_plug::prelude::{Param, Plugin};
use patchveil_plugin::{ChosenClass, ModeChoice, Patchveil};
use patchveil_tests::keys::{CLASS, fingerprint, keyring};
use patchveil_tests::signal::Random;
use patchveil_veil::ClassKey;

/// Blocks to go through. Unoptimised, a taste of it.
const BLOCKS: usize = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };
const BLOCK: usize = 64;
/// How often the other side has to have looked on before the blocks may end …
const LOOKS: usize = 21;
/// … unless there have been this many.
const BLOCKS_MAX: usize = 100 * BLOCKS;

/// The system call that ended a thread, or −1.
static SEEN: AtomicI64 = AtomicI64::new(-1);

/// Called in the place of a system call.
extern "C" fn caught(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    /// The part of `siginfo_t` that a forbidden system call fills in.
    #[repr(C)]
    struct Info {
        head: [libc::c_int; 4],
        address: *mut libc::c_void,
        call: libc::c_int,
    }
    // SAFETY: the kernel wrote it, and this is the signal it wrote it for.
    let call = unsafe { (*info.cast::<Info>()).call };
    SEEN.store(call.into(), Ordering::Release);
    end()
}

/// From here on this thread may do nothing but end.
fn renounce_the_kernel() {
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
    // SAFETY: everything handed over outlives its call; the handler does nothing but store and end.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = caught as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO;
        assert_eq!(libc::sigaction(libc::SIGSYS, &action, std::ptr::null_mut()), 0);
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        let mode = libc::SECCOMP_MODE_FILTER;
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, mode, &raw const program), 0);
    }
}

/// Ends this thread without giving its stack back, which would be a system call.
fn end() -> ! {
    // SAFETY: the thread holds nothing that anyone waits for.
    unsafe { libc::syscall(libc::SYS_exit, 0) };
    unreachable!()
}

/// Runs `block` again and again on a thread of its own while `watch` looks on; says how often, and
/// which system call ended it.
fn without_the_kernel(
    mut block: impl FnMut(usize) + Send + 'static,
    mut watch: impl FnMut(),
) -> Result<(), (usize, i64)> {
    let begun = Arc::new(AtomicUsize::new(0));
    let done = Arc::new(AtomicBool::new(false));
    let looks = Arc::new(AtomicUsize::new(0));
    let (counter, finished, looked) = (begun.clone(), done.clone(), looks.clone());
    // Never joined: joining waits for the end of a thread's stack.
    std::mem::forget(std::thread::spawn(move || {
        renounce_the_kernel();
        for number in 0..BLOCKS_MAX {
            if number >= BLOCKS && looked.load(Ordering::Relaxed) >= LOOKS {
                break;
            }
            counter.store(number, Ordering::Relaxed);
            block(number);
        }
        finished.store(true, Ordering::Release);
        end()
    }));
    while !done.load(Ordering::Acquire) {
        watch();
        looks.fetch_add(1, Ordering::Relaxed);
        let call = SEEN.swap(-1, Ordering::AcqRel);
        if call >= 0 {
            return Err((begun.load(Ordering::Relaxed), call));
        }
    }
    Ok(())
}

/// One at a time, since there is one note of what was seen.
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn a_million_blocks_without_a_system_call_while_an_editor_looks_on() {
    let protected = go_through(ModeChoice::Protect);
    let all = (BLOCKS * BLOCK) as f64 / 48_000.0;
    assert!(protected > all / 2.0, "{protected}");
}

#[test]
fn restoring_asks_the_kernel_for_nothing_either() {
    assert_eq!(go_through(ModeChoice::Restore), 0.0);
}

/// Goes through all blocks while class and editor come and go; says how many seconds left veiled.
fn go_through(mode: ModeChoice) -> f64 {
    let _turn = TURN.lock();
    keyring(false);
    let mut plugin = Patchveil::default();
    let remote = plugin.remote();
    remote.choose_class(ChosenClass { fingerprint: fingerprint(), name: CLASS.to_owned() });
    let param = &remote.params().mode;
    // SAFETY: the parameter is borrowed, so it is there.
    unsafe { param.as_ptr()._internal_set_normalized_value(param.preview_normalized(mode)) };
    inside::activate(&mut plugin, 48_000.0);
    let doing = remote.status().to_string();
    let word = if mode == ModeChoice::Restore { "restoring" } else { "protecting" };
    assert!(doing.starts_with(word), "{doing}");
    let leak = || Vec::leak(vec![0.25_f32; BLOCK]);
    let mut player = Player::new(leak(), leak(), 48_000.0);
    let mut random = Random::new(1);
    let mut position = 0;
    let classes = [fingerprint(), ClassKey::from_bytes([43; 32]).fingerprint()];
    let mut analyzer = Some(remote.analyzer());
    let mut looks = 0_usize;
    let passed = without_the_kernel(
        move |_| {
            for sample in player.samples().iter_mut().flat_map(|channel| channel.iter_mut()) {
                *sample = random.sample();
            }
            player.block(&mut plugin, (position % 1_000 != 0).then_some(position * BLOCK as i64));
            position += 1;
            if position % 10_000 == 0 {
                plugin.reset();
            }
        },
        || {
            // Whatever can be locked is locked as often as possible, so that a lock on the audio
            // thread would have to wait sooner or later.
            looks += 1;
            if looks.is_multiple_of(100) {
                analyzer = None;
            }
            analyzer.get_or_insert_with(|| remote.analyzer()).poll(Instant::now());
            drop(remote.status());
            if looks.is_multiple_of(50) {
                let fingerprint = classes[looks / 50 % 2];
                remote.choose_class(ChosenClass { fingerprint, name: CLASS.to_owned() });
            }
        },
    );
    assert_eq!(passed, Ok(()), "block and number of the system call");
    assert!(looks >= LOOKS, "{looks}");
    let mut analyzer = analyzer.unwrap_or_else(|| remote.analyzer());
    analyzer.poll(Instant::now());
    analyzer.view().protected_seconds
}

#[test]
fn a_system_call_would_be_seen() {
    let _turn = TURN.lock();
    let mutex = Arc::new(Mutex::new(()));
    let held = mutex.clone();
    let guard = held.lock();
    let passed = without_the_kernel(
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

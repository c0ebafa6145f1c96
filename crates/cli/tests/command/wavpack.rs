//! Files of the `wavpack` program: each is protected to the sample as the same WAV is, or refused in a line.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::process::Command;

use crate::support::command::{Ran, User, is_there, recording, recording_as, skipped};

fn has_tools() -> bool {
    let missing = ["ffmpeg", "wavpack", "wvunpack"].into_iter().find(|tool| !is_there(tool));
    if let Some(tool) = missing {
        skipped("WavPack", &format!("{tool} is not installed"), true);
    }
    missing.is_none()
}

/// Runs a program that has to do well.
fn tool(user: &User, line: &str) {
    let mut words = line.split(' ');
    let program = Command::new(words.next().unwrap());
    let ran = Ran::of(&mut user.within(program, &words.collect::<Vec<_>>()));
    assert_eq!(ran.code, Some(0), "{line}: {ran:?}");
}

/// The hash of the protected samples.
fn protected(user: &User, from: &str, to: &str) -> String {
    let ran = user.run(&["protect", from, "-o", to, "--json"]);
    assert_eq!(ran.code, Some(0), "{from}: {ran:?}");
    ran.json()[0]["audio_after"].as_str().unwrap().to_owned()
}

#[test]
fn files_of_any_depth_channels_and_mode_are_protected_to_the_sample() {
    if !has_tools() {
        return;
    }
    let user = User::with_key();
    for bits in [0, 8, 16, 24, 32] {
        for channels in [1, 2, 6] {
            user.put(format!("{bits}-{channels}.wav"), recording_as(bits, 48_000, channels, 0.3));
        }
    }
    user.put("one.wav", recording(44_100, 2, 1.5 / 44_100.0));
    let all = "8-1 8-2 8-6 16-1 16-2 16-6 24-1 24-2 24-6 32-1 32-2 0-1 0-2 0-6 one";
    let plain = all.split(' ').map(|name| (name, ""));
    let modes =
        [("16-2", "-f "), ("24-2", "-hhx3 "), ("16-6", "-r "), ("24-1", "-m "), ("0-2", "-h ")];
    for (name, mode) in plain.chain(modes) {
        tool(&user, &format!("wavpack -q -y {mode}{name}.wav -o x.wv"));
        tool(&user, "wvunpack -q -y x.wv -o ref.wav");
        let (is, wanted) =
            (protected(&user, "x.wv", "x.flac"), protected(&user, "ref.wav", "ref.flac"));
        assert_eq!(is, wanted, "{name} {mode}");
        user.run(&["verify", "x.flac"]).succeeds();
        for name in ["x.flac", "ref.flac"] {
            std::fs::remove_file(user.path(name)).unwrap();
        }
    }
}

#[test]
fn a_hybrid_file_is_lossy_alone_and_refused_where_its_corrections_are() {
    if !has_tools() {
        return;
    }
    let user = User::with_key();
    user.put("a.wav", recording(48_000, 2, 0.5));
    tool(&user, "wavpack -q -y -b256 a.wav -o lossy.wv");
    let ran = user.run(&["protect", "lossy.wv"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.says(&["lossy.wv: is in a lossy format, and was written as FLAC"]);
    user.run(&["verify", "lossy.protected.flac"]).succeeds();
    tool(&user, "wavpack -q -y -b256 -c a.wav -o half.wv");
    let before = user.files();
    let ran = user.run(&["protect", "half.wv"]);
    ran.fails(1, &["half.wv: is the lossy half of a hybrid WavPack file", "wvunpack"]);
    let whole = user.read("lossy.wv");
    user.put("cut.wv", &whole[..whole.len() / 2]);
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 0x55;
    user.put("damaged.wv", damaged);
    user.put("head.wv", &whole[..20]);
    for name in ["cut.wv", "damaged.wv", "head.wv"] {
        user.run(&["protect", name]).fails(1, &[&format!("{name}: ")]);
    }
    assert_eq!(user.files().len(), before.len() + 3);
}

//! The command on files of plain samples that are no ordinary WAV: all but samples stays, what follows from samples
//! follows them, and records, restoring and verifying agree.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::io::Cursor;

use crate::support::command::{CLASS, Ran, User};
use crate::support::containers::{
    aiff, caf, caf_desc, extensible, fmt_16, rf64, streamed, w64, w64_chunk,
};
use crate::support::{chunk, fmt_body, parse, programme, riff};
use md5::{Digest, Md5};
use patchveil::pcm::{Container, PcmReader, SampleFormat};

const RATE: u32 = 16_000;

/// The same sound in each of `channels`, as samples of `format`.
fn sound(format: SampleFormat, channels: usize) -> Vec<u8> {
    let mono = programme(RATE, 1.0);
    let mut bytes = Vec::new();
    for sample in mono {
        let mut stored = match format.bytes() {
            8 => f64::from(sample).to_le_bytes().to_vec(),
            4 if format.is_float() => sample.to_le_bytes().to_vec(),
            size => {
                let unused = 8 * size as u32 - format.bits();
                let value = (sample * 2.0_f32.powi(format.bits() as i32 - 1)) as i64;
                (value << unused).to_le_bytes()[..size].to_vec()
            }
        };
        if format.is_big_endian() {
            stored.reverse();
        }
        bytes.extend(stored.repeat(channels));
    }
    bytes
}

fn samples(file: &[u8]) -> Vec<Vec<f32>> {
    let mut planar = Vec::new();
    PcmReader::new(Cursor::new(file)).unwrap().read_block(usize::MAX, &mut planar).unwrap();
    planar
}

/// Of one in relation to their difference.
fn snr_db(one: &[Vec<f32>], other: &[Vec<f32>]) -> f64 {
    let (mut signal, mut noise) = (0.0, 0.0);
    for (a, b) in one.iter().flatten().zip(other.iter().flatten()) {
        signal += f64::from(*a).powi(2);
        noise += f64::from(a - b).powi(2);
    }
    10.0 * (signal / noise).log10()
}

#[track_caller]
fn is_as_recorded(user: &User, file: &str) {
    let lines = user.run(&["verify", file, "--json"]).succeeds().json();
    assert_eq!((&lines[0]["status"], &lines[0]["class"]), (&"as_recorded".into(), &CLASS.into()));
}

#[test]
fn every_container_is_protected_in_place_verified_and_restored() {
    let user = User::with_key();
    let be = SampleFormat::I24.big_endian();
    let in_32 = SampleFormat::I32.with_bits(24).unwrap();
    let fmt = |format: SampleFormat| fmt_body(1, 2, RATE, format.bits() as u16);
    let i16 = SampleFormat::I16;
    let adm: &[(&[u8; 4], &[u8])] = &[(b"axml", b"<adm/>"), (b"chna", &[1; 44])];
    let desc = caf_desc(b"lpcm", 1, (2, f64::from(RATE), 64), 8);
    let f64be = SampleFormat::F64.big_endian();
    let of_12 = SampleFormat::I16.with_bits(12).unwrap().big_endian();
    for (name, file, container, snr) in [
        ("a.aiff", aiff(None, (2, RATE, 24), 0, &sound(be, 2)), Container::Aiff, 90.0),
        ("b.aif", aiff(None, (1, RATE, 12), 4, &sound(of_12, 1)), Container::Aiff, 40.0),
        ("c.caf", caf(&desc, &[], &sound(f64be, 2), &[]), Container::Caf, 110.0),
        (
            "d.w64",
            {
                let chunks = [w64_chunk(b"fmt ", &fmt(i16)), w64_chunk(b"data", &sound(i16, 2))];
                w64(&chunks)
            },
            Container::W64,
            60.0,
        ),
        ("e.bw64", rf64(b"BW64", &fmt(i16), &sound(i16, 2), adm), Container::Rf64, 60.0),
        ("f.wav", extensible(2, 32, 24, &sound(in_32, 2)), Container::Wav, 90.0),
        (
            "g.wav",
            riff(&[chunk(b"fmt ", &fmt_body(1, 64, RATE, 16)), chunk(b"data", &sound(i16, 64))]),
            Container::Wav,
            60.0,
        ),
    ] {
        user.put(name, &file);
        let (out, back) = (format!("out/{name}"), format!("back/{name}"));
        user.run(&["protect", name, "-o", &out]).succeeds();
        let protected = user.read(&out);
        let info = parse(&protected).unwrap();
        assert_eq!(info, parse(&file).unwrap());
        assert_eq!(info.container, container);
        let (begin, end) = (info.data_offset as usize, (info.data_offset + info.data_len) as usize);
        assert!(protected[..begin] == file[..begin] && protected[end..] == file[end..], "{name}");
        let changed = snr_db(&samples(&file), &samples(&protected));
        assert!((5.0..45.0).contains(&changed), "{name}: {changed}");
        is_as_recorded(&user, &out);
        // Done already.
        let again = user.run(&["protect", name, "-o", &out]);
        assert_eq!(again.code, Some(0), "{again:?}");
        again.says(&["skipped"]);
        user.run(&["restore", &out, "-o", &back]).succeeds();
        let restored = user.read(&back);
        let like = snr_db(&samples(&file), &samples(&restored));
        assert!(like > snr, "{name}: {like}");
        assert!(restored[..begin] == file[..begin] && restored[end..] == file[end..], "{name}");
    }
    user.run(&["restore", "out/a.aiff", "-o", "float.aiff", "--float"])
        .fails(1, &["is AIFF, which --float cannot write"]);
    // What is float stays as it is.
    user.run(&["restore", "out/c.caf", "-o", "float.caf", "--float"]).succeeds();
    assert!(user.read("float.caf") == user.read("back/c.caf"));
}

/// The one line that a run said.
#[track_caller]
fn note(ran: Ran) -> String {
    assert_eq!((ran.code, ran.err.lines().count()), (Some(0), 1), "{ran:?}");
    ran.err
}

#[test]
fn a_streamed_file_is_read_to_its_end_and_its_copy_says_how_long_it_is() {
    let user = User::with_key();
    let data = sound(SampleFormat::I16, 2);
    let fmt = fmt_body(1, 2, RATE, 16);
    for (name, file, left_over) in [
        ("ffmpeg.wav", streamed(&fmt, u32::MAX, u32::MAX, &data), 0),
        ("sox.wav", streamed(&fmt, 0x7fff_f024, 0x7fff_f000, &data), 0),
        ("zero.wav", streamed(&fmt, 0, 0, &data), 0),
        ("cut.wav", streamed(&fmt, 0, u32::MAX, &[&data[..], &[1, 2, 3]].concat()), 3),
        (
            "w64.w64",
            {
                let mut open = w64(&[w64_chunk(b"fmt ", &fmt), w64_chunk(b"data", &data)]);
                open[16..24].fill(0xff);
                open[96..104].copy_from_slice(&(i64::MAX as u64).to_le_bytes());
                open
            },
            0,
        ),
        (
            "aiff.aiff",
            {
                let mut open =
                    aiff(None, (2, RATE, 16), 0, &sound(SampleFormat::I16.big_endian(), 2));
                open.truncate(54 + data.len());
                open[4..8].copy_from_slice(&0x7f00_0050_u32.to_be_bytes());
                open[22..26].copy_from_slice(&0x1fc0_0000_u32.to_be_bytes());
                open[42..46].copy_from_slice(&0x7f00_0008_u32.to_be_bytes());
                open
            },
            0,
        ),
    ] {
        user.put(name, &file);
        let out = format!("out/{name}");
        let said = note(user.run(&["protect", name, "-o", &out]));
        let parts = [name, "leaves the length open", "1.000 s", "the copy's header says it"];
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
        let protected = user.read(&out);
        let info = parse(&protected).unwrap();
        assert!(!info.is_streamed, "{name}");
        assert_eq!((info.frames(), protected.len()), (u64::from(RATE), file.len()), "{name}");
        assert_eq!(info.data_offset + info.data_len, file.len() as u64 - left_over, "{name}");
        assert_eq!(
            protected[file.len() - left_over as usize..],
            file[file.len() - left_over as usize..]
        );
        is_as_recorded(&user, &out);
        user.run(&["protect", name, "-o", &out]).says(&["skipped"]);
        user.run(&["restore", &out, "-o", "back.wav", "--force"]).succeeds();
        assert!(snr_db(&samples(&file), &samples(&user.read("back.wav"))) > 60.0, "{name}");
    }
    // An independent reader takes the copy.
    assert!(
        hound::WavReader::new(Cursor::new(user.read("out/sox.wav"))).unwrap().len() == RATE * 2
    );
}

/// A body of `bext` version 2 with its loudness.
fn bext() -> Vec<u8> {
    let mut bext = vec![0; 602];
    bext[..15].copy_from_slice(b"Archive reel 12");
    bext[346] = 2;
    bext[412..414].copy_from_slice(&(-2_300_i16).to_le_bytes());
    bext
}

/// A body of `PEAK` for these samples of one channel.
fn peak(samples: &[f32]) -> Vec<u8> {
    let highest = samples.iter().fold(0.0_f32, |highest, x| highest.max(x.abs()));
    let at = samples.iter().position(|x| x.abs() == highest).unwrap() as u32;
    [&1_u32.to_le_bytes()[..], &[9; 4], &highest.to_le_bytes(), &at.to_le_bytes()].concat()
}

/// A recording for the archive: with what follows from its samples, and with `md5`.
fn archived(data: &[u8], md5: &[u8]) -> Vec<u8> {
    let samples: Vec<f32> =
        data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    riff(&[
        chunk(b"bext", &bext()),
        chunk(b"fmt ", &fmt_body(3, 1, RATE, 32)),
        chunk(b"PEAK", &peak(&samples)),
        chunk(b"data", data),
        chunk(b"MD5 ", md5),
        chunk(b"levl", &[1; 128]),
        chunk(b"id3 ", b"ID3\x03\0\0\0\0\0\x20TXXX\0\0\0\x16\0\0\0REPLAYGAIN_TRACK_GAIN\0"),
    ])
}

#[test]
fn md5_and_peak_follow_the_samples_and_what_is_out_of_date_is_named_once() {
    let user = User::with_key();
    let data = sound(SampleFormat::F32, 1);
    let file = archived(&data, &Md5::digest(&data));
    user.put("reel.wav", &file);
    let said = note(user.run(&["protect", "reel.wav"]));
    let names = ["reel.wav: out of date now", "(levl)", "loudness (bext)", "ReplayGain"];
    assert!(names.iter().all(|name| said.contains(name)), "{said}");

    let is_right = |file: &[u8]| {
        let info = parse(file).unwrap();
        let (at, end) = (info.data_offset as usize, (info.data_offset + info.data_len) as usize);
        file == archived(&file[at..end], &Md5::digest(&file[at..end]))
    };
    let protected = user.read("reel.protected.wav");
    assert!(is_right(&file) && is_right(&protected) && protected != file);
    is_as_recorded(&user, "reel.protected.wav");
    user.run(&["protect", "reel.wav"]).says(&["skipped"]);
    user.run(&["restore", "reel.protected.wav"]).succeeds();
    assert!(is_right(&user.read("reel.restored.wav")));

    // One that was wrong already is a fact about the recording, and is not mended.
    let wrong = archived(&data, &[7; 16]);
    user.put("wrong.wav", &wrong);
    let said = note(user.run(&["protect", "wrong.wav"]));
    assert!(said.contains("its MD5 did not fit its samples even before"), "{said}");
    assert!(user.read("wrong.protected.wav").windows(16).any(|part| part == [7; 16]));
}

#[test]
fn a_caf_file_s_list_of_peaks_follows_its_samples() {
    let user = User::with_key();
    let data = sound(SampleFormat::F32, 1);
    let desc = caf_desc(b"lpcm", 3, (1, f64::from(RATE), 32), 4);
    let list = |file: &[u8]| {
        let samples = samples(file).remove(0);
        let highest = samples.iter().fold(0.0_f32, |highest, x| highest.max(x.abs()));
        let at = samples.iter().position(|x| x.abs() == highest).unwrap() as u64;
        [&[0, 0, 0, 7][..], &highest.to_be_bytes(), &at.to_be_bytes()].concat()
    };
    let chunk_of = |body: &[u8]| crate::support::containers::caf_chunk(b"peak", body);
    let bare = caf(&desc, &[], &data, &[]);
    user.put("a.caf", caf(&desc, &[chunk_of(&list(&bare))], &data, &[]));
    user.run(&["protect", "a.caf", "-o", "b.caf"]).succeeds();
    let protected = user.read("b.caf");
    assert!(protected.windows(16).any(|part| part == list(&protected)));
    assert!(list(&protected) != list(&bare));
}

#[test]
fn a_streamed_file_that_may_end_otherwise_says_how_to_repair_it() {
    let user = User::with_key();
    let open = streamed(&fmt_16(1), u32::MAX, u32::MAX, &sound(SampleFormat::I16, 1));
    user.put("open.wav", [&open[..], &chunk(b"LIST", b"INFO")].concat());
    user.run(&["protect", "open.wav"])
        .fails(1, &["open.wav", "never filled the size in", "ffmpeg"]);
    assert_eq!(user.files(), ["open.wav"]);
}

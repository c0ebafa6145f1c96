//! What a file says of itself follows into other containers: all its tags as one, texts of any name, chapters; and
//! what has no place there is named in a line.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::process::Command;

use crate::support::command::{Ran, User, is_there, recording, skipped};
use crate::support::containers::{aiff, big_chunk, caf, caf_chunk, caf_desc, w64, w64_chunk};
use crate::support::{chunk, fmt_body, riff};
use patchveil::pcm::PcmReader;
use serde_json::Value;

/// What ffprobe says of tags and chapters.
fn probed(user: &User, name: &str) -> Value {
    let args = ["-v", "error", "-of", "json", "-show_chapters", "-show_entries"];
    let args = [&args[..], &["format_tags:stream_tags", name]].concat();
    let ran = Ran::of(&mut user.within(Command::new("ffprobe"), &args));
    assert_eq!(ran.code, Some(0), "{name}: {ran:?}");
    serde_json::from_str(&ran.out).unwrap()
}

/// A tag, wherever the container has it.
fn tag(probed: &Value, name: &str) -> Option<String> {
    let all = [&probed["format"]["tags"], &probed["streams"][0]["tags"]];
    let all = all.into_iter().filter_map(Value::as_object).flatten();
    let mut own = all.filter(|(own, _)| own.eq_ignore_ascii_case(name));
    own.next().map(|(_, text)| text.as_str().unwrap().trim().to_owned())
}

/// When chapters begin in seconds, and what they are called.
fn chapters(probed: &Value) -> Vec<(f64, String)> {
    let all = probed["chapters"].as_array().unwrap().iter();
    let of = |chapter: &Value| {
        let start = chapter["start_time"].as_str().unwrap().parse::<f64>().unwrap();
        (start, chapter["tags"]["title"].as_str().unwrap_or_default().to_owned())
    };
    all.map(of).collect()
}

fn id3(frames: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let frames = frames.iter().map(|(id, body)| {
        let len = [0, 0, (body.len() >> 7) as u8, body.len() as u8 & 0x7f];
        [&id[..], &len, &[0, 0], body].concat()
    });
    let body: Vec<u8> = frames.flatten().collect();
    let len = [0, 0, (body.len() >> 7) as u8, body.len() as u8 & 0x7f];
    [&b"ID3\x04\0\0"[..], &len, &body].concat()
}

/// Chunks of a field recording with everything.
fn chunks() -> Vec<(&'static [u8; 4], Vec<u8>)> {
    let mut bext = vec![0; 602];
    bext[..9].copy_from_slice(b"From bext");
    bext[256..264].copy_from_slice(b"Jane Doe");
    bext[338..346].copy_from_slice(&480_000_u64.to_le_bytes());
    let info = |id: &[u8; 4], text: &[u8]| chunk(id, text);
    let list = [b"INFO".to_vec(), info(b"INAM", b"From INFO\0"), info(b"IGNR", b"Speech\0\0")];
    let cue = |id: u32, sample: u32| {
        let fields = [id, sample, u32::from_le_bytes(*b"data"), 0, 0, sample];
        fields.map(u32::to_le_bytes).concat()
    };
    let label = |id: u32, text: &[u8]| chunk(b"labl", &[&id.to_le_bytes(), text].concat());
    vec![
        (b"bext", bext),
        (b"iXML", b"<BWFXML><SCENE>7</SCENE></BWFXML>".to_vec()),
        (b"LIST", list.concat()),
        (b"cue ", [2_u32.to_le_bytes().to_vec(), cue(1, 0), cue(2, 22_050)].concat()),
        (b"LIST", [b"adtl".to_vec(), label(1, b"Hello\0"), label(2, b"News = 1\0\0")].concat()),
        (
            b"id3 ",
            id3(&[(b"TIT2", b"\x03From id3"), (b"TXXX", b"\x03project\0calm"), (b"PRIV", b"x\0y")]),
        ),
        (b"smpl", vec![0; 36]),
    ]
}

#[test]
fn all_tags_of_a_wav_file_become_one_and_its_cue_points_chapters() {
    if !is_there("ffprobe") {
        skipped("tags", "ffmpeg is not installed", true);
        return;
    }
    let user = User::with_key();
    let plain = recording(44_100, 1, 1.0);
    let all: Vec<Vec<u8>> = chunks().iter().map(|(id, body)| chunk(id, body)).collect();
    user.put("a.wav", riff(&[&[plain[12..].to_vec()][..], &all].concat()));
    for name in ["a.flac", "a.mp3", "a.ogg", "a.opus", "a.m4a"] {
        let ran = user.run(&["protect", "a.wav", "-o", name]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let format =
            [("a.flac", "FLAC"), ("a.mp3", "MP3"), ("a.ogg", "Vorbis"), ("a.opus", "Opus")];
        let format =
            format.iter().find(|(own, _)| *own == name).map_or("AAC", |(_, format)| format);
        let lost = if format == "MP3" { "smpl" } else { "smpl, PRIV" };
        assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
        ran.says(&[&format!(
            "a.wav: not carried over to {format}: {lost}; --format wav keeps them"
        )]);
        let found = probed(&user, name);
        for (key, text) in [
            ("title", "From id3"),
            ("genre", "Speech"),
            ("comment", "From bext"),
            ("project", "calm"),
            ("originator", "Jane Doe"),
            ("time_reference", "480000"),
            ("ixml", "<BWFXML><SCENE>7</SCENE></BWFXML>"),
        ] {
            assert_eq!(tag(&found, key).as_deref(), Some(text), "{name}: {key} in {found}");
        }
        let wanted = [(0.0, "Hello".to_owned()), (0.5, "News = 1".to_owned())];
        assert_eq!(chapters(&found), wanted, "{name}");
        user.run(&["verify", name]).succeeds();
    }
    // And on from there.
    for (from, to) in
        [("a.mp3", "b.m4a"), ("a.m4a", "b.flac"), ("a.flac", "b.mp3"), ("a.ogg", "c.mp3")]
    {
        let ran = user.run(&["protect", from, "-o", to, "--force"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let found = probed(&user, to);
        assert_eq!(tag(&found, "project").as_deref(), Some("calm"), "{from} to {to}: {found}");
        let starts: Vec<f64> = chapters(&found).iter().map(|(start, _)| *start).collect();
        assert_eq!(starts, [0.0, 0.5], "{from} to {to}: {found}");
        assert_eq!(chapters(&found)[1].1, "News = 1", "{from} to {to}");
    }
    user.run(&["restore", "a.flac", "-o", "back.wav"]);
    let back = user.run(&["protect", "back.wav", "-o", "again.flac", "--force"]);
    assert_eq!(back.code, Some(0), "{back:?}");
    assert_eq!(chapters(&probed(&user, "again.flac"))[1], (0.5, "News = 1".to_owned()));
}

#[test]
fn blocks_that_only_flac_has_are_named() {
    let user = User::with_key();
    user.put("a.wav", recording(44_100, 1, 0.3));
    user.run(&["protect", "a.wav", "-o", "a.flac"]).succeeds();
    let mut file = user.read("a.flac");
    file.splice(42..42, *b"\x02\0\0\x08testdata");
    user.put("b.flac", file);
    let ran = user.run(&["protect", "b.flac", "-o", "b.wav", "--force"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.says(&["b.flac: not carried over to WAV: APPLICATION test"]);
}

#[test]
fn a_copy_keeps_its_tags_once() {
    let user = User::with_key();
    let plain = recording(8_000, 1, 1.0);
    let tags = id3(&[(b"TIT2", b"\x03Once")]);
    user.put("a.wav", riff(&[plain[12..].to_vec(), chunk(b"id3 ", &tags)]));
    user.run(&["protect", "a.wav"]).succeeds();
    user.run(&["restore", "a.protected.wav", "--format", "wav", "-o", "back.wav"]).succeeds();
    assert_eq!(user.read("back.wav").len(), user.read("a.wav").len());
}

/// One recording of mono in Wave64, AIFF and CAF, with tags.
fn other_containers() -> [(&'static str, Vec<u8>); 3] {
    let samples = recording(44_100, 1, 0.5)[44..].to_vec();
    let wide = chunks().into_iter().map(|(id, body)| w64_chunk(id, &body));
    let fmt = fmt_body(1, 1, 44_100, 16);
    let sound = [w64_chunk(b"fmt ", &fmt), w64_chunk(b"data", &samples)];
    let mark = [&b"\0\x01\0\x01"[..], &11_025_u32.to_be_bytes(), b"\x04News\0"].concat();
    // It has a name already.
    let texts = [(b"AUTH", &b"Jane Doe"[..]), (b"MARK", &mark)];
    let texts: Vec<u8> = texts.iter().flat_map(|(id, body)| big_chunk(id, body)).collect();
    let big: Vec<u8> = samples.as_chunks::<2>().0.iter().flat_map(|&[a, b]| [b, a]).collect();
    let mut aiff = [aiff(None, (1, 44_100, 16), 0, &big), texts].concat();
    let len = aiff.len() as u32 - 8;
    aiff[4..8].copy_from_slice(&len.to_be_bytes());
    let desc = caf_desc(b"lpcm", 2, (1, 44_100.0, 16), 2);
    let strings = [&3_u32.to_be_bytes()[..], b"title\0A song\0artist\0Jane Doe\0mood\0calm\0"];
    let caf = caf(&desc, &[caf_chunk(b"info", &strings.concat())], &samples, &[]);
    [
        ("a.w64", w64(&sound.into_iter().chain(wide).collect::<Vec<_>>())),
        ("b.aiff", aiff),
        ("c.caf", caf),
    ]
}

#[test]
fn tags_of_other_plain_containers_follow_too() {
    if !is_there("ffprobe") {
        skipped("tags", "ffmpeg is not installed", true);
        return;
    }
    let user = User::with_key();
    for (name, bytes) in other_containers() {
        user.put(name, bytes);
        let ran = user.run(&["protect", name, "-o", &format!("{name}.flac")]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let title = match name {
            "a.w64" => "From id3",
            "b.aiff" => "odd",
            _ => "A song",
        };
        let found = probed(&user, &format!("{name}.flac"));
        assert_eq!(tag(&found, "title").as_deref(), Some(title), "{name}: {found}");
    }
    assert_eq!(chapters(&probed(&user, "b.aiff.flac")), [(0.25, "News".to_owned())]);
    assert_eq!(tag(&probed(&user, "c.caf.flac"), "mood").as_deref(), Some("calm"));
}

#[test]
fn metadata_is_stripped_in_place_from_aiff_caf_and_wave64() {
    let user = User::with_key();
    for (name, bytes) in other_containers() {
        user.put(name, bytes);
        let (whole, bare) = (format!("whole/{name}"), format!("bare/{name}"));
        user.run(&["protect", name, "-o", &whole]).succeeds();
        let ran = user.run(&["protect", name, "--strip-metadata", "-o", &bare]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.says(&[&format!("{name}: left out everything but the samples; it named people: ")]);
        assert!(!user.read(&bare).windows(8).any(|part| part == b"Jane Doe"), "{name}");
        assert_eq!(user.read(&bare)[..4], user.read(name)[..4]);
        let samples = |name: &str| {
            let mut reader = PcmReader::open(&user.path(name)).unwrap();
            reader.read_block(usize::MAX, &mut Vec::new()).unwrap();
            reader.block_bytes().to_vec()
        };
        assert!(samples(&bare) == samples(&whole), "{name}");
        user.run(&["verify", &bare]).succeeds();
        user.run(&["restore", &bare, "-o", &format!("back/{name}")]).succeeds();
    }
}

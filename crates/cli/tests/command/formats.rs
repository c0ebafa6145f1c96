//! Compressed formats: in, out, right to the sample, with everything else kept, or refused in a line.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs;
use std::process::Command;

use crate::support::command::{Ran, User, is_there, recording, recording_as, skipped};
use crate::support::{chunk, extensible_body, riff};
use patchveil::pcm::PcmReader;

/// Whether what makes the files is installed.
fn has_tools(what: &str) -> bool {
    let missing = ["ffmpeg", "flac", "metaflac"].into_iter().find(|tool| !is_there(tool));
    if let Some(tool) = missing {
        skipped(what, &format!("{tool} is not installed"), true);
    }
    missing.is_none()
}

/// Runs a program that has to do well.
#[track_caller]
fn tool(user: &User, line: &str) {
    let mut words = line.split_whitespace();
    let program = Command::new(words.next().unwrap());
    let args: Vec<&str> = words.collect();
    let output = user.within(program, &args).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
}

fn ffmpeg(user: &User, line: &str) {
    tool(user, &format!("ffmpeg -nostdin -v error -y {line}"));
}

/// A WAV file of integers of which the upper `bits` are used.
fn integers(bits: u16, channels: u16, rate: u32, frames: usize) -> Vec<u8> {
    let bytes = usize::from(bits.div_ceil(8));
    let wide = recording_as(32, rate, channels, (frames as f64 + 0.5) / f64::from(rate));
    let mut data = Vec::new();
    for sample in wide[44..].as_chunks::<4>().0.iter().take(frames * usize::from(channels)) {
        let sample = i32::from_le_bytes(*sample) >> (32 - bits) << (8 * bytes - usize::from(bits));
        match bytes {
            1 => data.push((sample + 128) as u8),
            _ => data.extend(&sample.to_le_bytes()[..bytes]),
        }
    }
    let fmt = extensible_body(1, channels, rate, 8 * bytes as u16, bits);
    riff(&[chunk(b"fmt ", &fmt), chunk(b"data", &data)])
}

/// The stored samples of a plain file.
fn stored(user: &User, name: &str) -> Vec<u8> {
    let mut reader = PcmReader::open(&user.path(name)).unwrap();
    reader.read_block(usize::MAX, &mut Vec::new()).unwrap();
    reader.block_bytes().to_vec()
}

fn samples(user: &User, name: &str) -> Vec<Vec<f32>> {
    let mut planar = Vec::new();
    PcmReader::open(&user.path(name)).unwrap().read_block(usize::MAX, &mut planar).unwrap();
    planar
}

/// All metadata blocks of a FLAC file but `STREAMINFO` and the seek table.
fn blocks(file: &[u8]) -> Vec<(u8, Vec<u8>)> {
    assert_eq!(&file[..4], b"fLaC");
    let (mut at, mut blocks) = (4, Vec::new());
    loop {
        let len = u32::from_be_bytes([0, file[at + 1], file[at + 2], file[at + 3]]) as usize;
        let kind = file[at] & 0x7f;
        if !matches!(kind, 0 | 3) {
            blocks.push((kind, file[at + 4..at + 4 + len].to_vec()));
        }
        if file[at] & 0x80 != 0 {
            return blocks;
        }
        at += 4 + len;
    }
}

#[test]
fn flac_of_any_depth_and_channels_is_protected_and_restored_as_the_same_wav_is() {
    if !has_tools("FLAC in and out") {
        return;
    }
    let user = User::with_key();
    let shapes = [
        (8, 1, 8_000, 1),
        (8, 2, 44_100, 4_097),
        (12, 1, 16_000, 3_001),
        (12, 2, 48_000, 5_000),
        (16, 1, 44_100, 4_096),
        (16, 2, 44_100, 10_001),
        (16, 3, 48_000, 4_095),
        (16, 4, 48_000, 999),
        (16, 5, 48_000, 4_097),
        (16, 6, 48_000, 9_000),
        (16, 7, 48_000, 17),
        (16, 8, 48_000, 2_500),
        (20, 1, 96_000, 4_097),
        (20, 2, 44_100, 3_333),
        (24, 1, 192_000, 12_345),
        (24, 2, 48_000, 9_999),
        (24, 6, 48_000, 4_100),
        (32, 2, 48_000, 5_001),
    ];
    for (bits, channels, rate, frames) in shapes {
        let name = format!("{bits}-{channels}");
        user.put(format!("wav/{name}.wav"), integers(bits, channels, rate, frames));
        fs::create_dir_all(user.path("flac")).unwrap();
        tool(
            &user,
            &format!("flac -s -f --lax --channel-map=none -o flac/{name}.flac wav/{name}.wav"),
        );
    }
    user.run(&["protect", "wav", "flac", "-o", "out"]).succeeds();
    user.run(&["restore", "out", "-o", "back"]).succeeds();
    for (bits, channels, ..) in shapes {
        let name = format!("{bits}-{channels}");
        for folder in ["out", "back"] {
            let path = format!("{folder}/{name}");
            tool(&user, &format!("flac -s -d -f -o is.wav {path}.flac"));
            let wanted = stored(&user, &format!("{path}.wav"));
            assert!(stored(&user, "is.wav") == wanted, "{path} differs");
        }
    }
    let checked = user.run(&["verify", "out"]).succeeds();
    assert!(checked.out.contains("36 as recorded"), "{checked:?}");
    let again = user.run(&["protect", "flac", "-o", "out"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    again.says(&["flac/16-2.flac: skipped, out/16-2.flac is its protected version"]);
}

/// The samples of a file of the test below, as ffmpeg calls them.
fn lossless_format(name: &str) -> &'static str {
    match name {
        name if name.contains("24") => "pcm_s24le",
        name if name.contains("32") => "pcm_s32le",
        _ => "pcm_s16le",
    }
}

#[test]
fn lossless_formats_are_protected_to_the_sample_and_lossy_ones_at_their_exact_length() {
    if !has_tools("compressed formats") {
        return;
    }
    let user = User::with_key();
    for (name, channels, seconds) in [
        ("mono", 1, 0.333),
        ("stereo", 2, 0.75),
        // Of channels that are not coupled, ffmpeg does not decode all of some lengths.
        ("three", 3, 0.25),
        ("six", 6, 0.25),
        ("eight", 8, 0.25),
    ] {
        user.put(format!("{name}.wav"), recording(44_100, channels, seconds));
    }
    fs::create_dir(user.path("in")).unwrap();
    let lossless = [
        ("stereo", "-c:a alac", "alac16.m4a"),
        ("stereo", "-c:a alac -sample_fmt s32p", "alac24.m4a"),
        ("mono", "-c:a alac", "alac1.m4a"),
        ("stereo", "-c:a wavpack", "wv16.wv"),
        ("mono", "-c:a wavpack -sample_fmt s32p", "wv32.wv"),
        ("stereo", "-c:a flac -f ogg", "flac.oga"),
        ("stereo", "-c:a adpcm_ms", "adpcm.wav"),
    ];
    let lossy = [
        ("stereo", "-c:a libmp3lame -b:a 128k", "cbr.mp3"),
        ("stereo", "-c:a libmp3lame -q:a 4", "vbr.mp3"),
        ("mono", "-c:a libmp3lame -b:a 64k", "mono.mp3"),
        ("stereo", "-c:a libvorbis -q:a 4", "v2.ogg"),
        ("three", "-c:a libvorbis -q:a 4", "v3.ogg"),
        ("six", "-c:a libvorbis -q:a 4", "v6.ogg"),
        ("six", "-c:a libvorbis -q:a -1", "v6low.ogg"),
        ("eight", "-c:a libvorbis -q:a 4", "v8.ogg"),
        ("mono", "-c:a libvorbis -q:a 4", "v1.ogg"),
        ("six", "-c:a libopus -b:a 256k", "o6.opus"),
        ("stereo", "-c:a libopus -b:a 96k", "o2.opus"),
        ("mono", "-c:a libopus -b:a 48k", "o1.opus"),
        ("stereo", "-c:a aac -b:a 128k", "a2.m4a"),
        ("mono", "-c:a aac -b:a 64k", "a1.m4a"),
        ("six", "-c:a aac -b:a 256k", "a6.m4a"),
        ("stereo", "-c:a aac -b:a 128k", "raw.aac"),
    ];
    for (from, how, to) in lossless.iter().chain(&lossy) {
        ffmpeg(&user, &format!("-i {from}.wav {how} in/{to}"));
        let is_lossless = lossless.iter().any(|(_, _, name)| name == to);
        let format = if is_lossless { lossless_format(to) } else { "pcm_s24le" };
        fs::create_dir_all(user.path("ref")).unwrap();
        ffmpeg(&user, &format!("-i in/{to} -c:a {format} ref/{to}.wav"));
    }
    let ran = user.run(&["protect", "in", "-o", "out"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.lines().all(|line| line.contains("is in a lossy format")), "{ran:?}");
    user.run(&["protect", "ref", "-o", "out-ref"]).succeeds();
    let output = |name: &str| {
        let stem = name.split('.').next().unwrap();
        let kept = if name.contains("alac") { "m4a" } else { "flac" };
        if name.ends_with(".wav") { format!("out/{name}") } else { format!("out/{stem}.{kept}") }
    };
    for (_, _, name) in lossless {
        let format = lossless_format(name);
        match output(name) {
            // ffmpeg reads no FLAC of 32 bits.
            flac if flac.ends_with("flac") => {
                tool(&user, &format!("flac -s -d -f -o is.wav {flac}"))
            }
            other => ffmpeg(&user, &format!("-i {other} -c:a {format} is.wav")),
        }
        assert!(stored(&user, "is.wav") == stored(&user, &format!("out-ref/{name}.wav")), "{name}");
    }
    for (from, _, name) in lossy {
        ffmpeg(&user, &format!("-i {} -c:a pcm_s24le is.wav", output(name)));
        let (is, reference) =
            (samples(&user, "is.wav"), samples(&user, &format!("out-ref/{name}.wav")));
        let original = samples(&user, &format!("{from}.wav"))[0].len();
        match name.rsplit('.').next().unwrap() {
            "mp3" | "ogg" | "m4a" => assert_eq!(is[0].len(), original, "{name}"),
            "opus" => assert_eq!(is[0].len(), (original * 48_000).div_ceil(44_100), "{name}"),
            // Nothing in them says how long the original was.
            _ => assert!(is[0].len() >= original, "{name}"),
        }
        assert_eq!(is.len(), reference.len(), "{name}");
        for (is, reference) in is.iter().zip(&reference) {
            let far = is.iter().zip(reference).position(|(a, b)| (a - b).abs() > 2e-5);
            assert_eq!(far, None, "{name}");
        }
    }
    let checked = user.run(&["verify", "out", "in"]).code;
    assert!(checked.is_some());
    user.run(&["verify", "out"]).succeeds();
}

#[test]
fn all_metadata_of_a_flac_file_is_kept_byte_for_byte_and_the_seek_table_points_to_frames() {
    if !has_tools("FLAC metadata") {
        return;
    }
    let user = User::with_key();
    user.put("a.wav", recording(44_100, 2, 1.0));
    user.put("cue.txt", "FILE \"a.wav\" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n");
    user.put("p.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0");
    tool(&user, "flac -s --cuesheet=cue.txt --padding=777 -S 10x a.wav");
    tool(&user, "metaflac --set-tag=ARTIST=Somebody --set-tag=REPLAYGAIN_TRACK_GAIN=-3 a.flac");
    tool(&user, "metaflac --import-picture-from=3|image/png||1x1x8|p.png a.flac");
    tool(&user, "metaflac --add-seekpoint=0.5s a.flac");
    // A block that nobody knows, and tags around the file.
    let mut file = user.read("a.flac");
    file.splice(42..42, *b"\x02\0\0\x08testdata\x7e\0\0\x03???");
    let tagged = [&b"ID3\x04\0\0\0\0\0\x05hello"[..], &file, b"TAG", &[b' '; 125]].concat();
    user.put("b.flac", &file);
    user.put("c.flac", &tagged);
    let ran = user.run(&["protect", "b.flac", "c.flac"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.says(&["b.flac: out of date now, and left as it was: the gain in the tags"]);
    assert_eq!(blocks(&user.read("b.protected.flac")), blocks(&file));
    let kept = user.read("c.protected.flac");
    assert!(
        kept.starts_with(b"ID3\x04\0\0\0\0\0\x05hellofLaC")
            && kept.ends_with(&tagged[tagged.len() - 128..])
    );
    tool(&user, "flac -s -t b.protected.flac");
    tool(&user, "flac -s -d --skip=22050 -f -o half.wav b.protected.flac");
    user.run(&["verify", "b.protected.flac", "c.protected.flac"]).succeeds();
    tool(&user, "metaflac --remove-tag=ARTIST b.protected.flac");
    let changed = user.run(&["verify", "b.protected.flac"]);
    assert!(changed.out.contains("tags changed"), "{changed:?}");
    let stripped = user.run(&["protect", "b.flac", "--strip-metadata", "-o", "bare.flac"]);
    assert_eq!(stripped.code, Some(0), "{stripped:?}");
    let bare = blocks(&user.read("bare.flac"));
    assert!(matches!(bare.as_slice(), [(4, body)] if body.len() < 64), "{bare:?}");
}

#[test]
fn the_output_has_the_format_asked_for_or_is_refused_before_anything_is_written() {
    if !has_tools("formats by name") {
        return;
    }
    let user = User::with_key();
    user.put("a.wav", recording(44_100, 2, 0.3));
    user.put("b.wav", recording(44_100, 2, 0.3));
    for (args, name, codec) in [
        (&["-o", "x.mp3"][..], "x.mp3", "mp3"),
        (&["-o", "x.flac"], "x.flac", "flac"),
        (&["--format", "opus"], "a.protected.opus", "opus"),
        (&["--format", "vorbis"], "a.protected.ogg", "vorbis"),
        (&["-o", "x.m4a"], "x.m4a", "aac"),
        (&["-o", "y.m4a", "--format", "alac"], "y.m4a", "alac"),
        (&["--format", "mp3", "--bitrate", "96"], "a.protected.mp3", "mp3"),
    ] {
        user.run(&[&["protect", "a.wav"], args].concat()).succeeds();
        let probe = Command::new("ffprobe");
        let entries = ["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", name];
        let probed = Ran::of(&mut user.within(probe, &entries));
        assert_eq!(probed.out.trim(), codec, "{name}");
        user.run(&["verify", name]).succeeds();
    }
    let before = user.files();
    for (args, parts) in [
        (&["a.wav", "-o", "x.xyz"][..], &["x.xyz: its ending is none that is written"][..]),
        (&["a.wav", "-o", "x.aiff"], &["x.aiff: such files are written only from others"]),
        (
            &["a.wav", "-o", "z.mp3", "--format", "flac"],
            &["z.mp3: is not how a FLAC file is called"],
        ),
        (&["a.wav", "b.wav", "-o", "both.wav"], &["both.wav: names one file"]),
    ] {
        user.run(&[&["protect"], args].concat()).fails(2, parts);
    }
    assert_eq!(user.files(), before);
}

#[test]
fn what_is_cut_off_damaged_or_no_recording_is_refused_in_a_line() {
    if !has_tools("broken files") {
        return;
    }
    let user = User::with_key();
    user.put("a.wav", recording(44_100, 2, 0.8));
    for name in ["a.flac", "a.mp3", "a.ogg", "a.m4a", "a.wv"] {
        ffmpeg(&user, &format!("-i a.wav {name}"));
    }
    fs::create_dir_all(user.path("bad")).unwrap();
    user.put("bad/empty.flac", b"");
    user.put("bad/text.mp3", "no audio");
    // A playlist does not make anybody open other files.
    let other = user.path("a.mp3");
    let list = format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n", other.display());
    user.put("bad/list.mp3", format!("{list}#EXT-X-ENDLIST\n"));
    user.put("bad/garbage.flac", [&b"fLaC"[..], &[0x5a; 3_000]].concat());
    user.put("bad/garbage.ogg", [&b"OggS"[..], &[0x5a; 3_000]].concat());
    user.put("bad/garbage.m4a", [&b"\0\0\0\x20ftypM4A "[..], &[0; 3_000]].concat());
    for name in ["a.flac", "a.mp3", "a.m4a", "a.wv"] {
        let whole = user.read(name);
        user.put(format!("bad/cut-{name}"), &whole[..whole.len() * 2 / 3]);
        user.put(format!("bad/head-{name}"), &whole[..30]);
    }
    let mut flac = user.read("a.flac");
    let middle = flac.len() / 2;
    flac[middle] ^= 0x10;
    user.put("bad/flipped.flac", &flac);
    let mut flac = user.read("a.flac");
    flac[30] ^= 1;
    user.put("bad/md5.flac", &flac);
    let before = user.files();
    for name in before.iter().filter(|name| name.starts_with("bad/")) {
        user.run(&["protect", name]).fails(1, &[&format!("{name}: ")]);
    }
    assert_eq!(user.files(), before);
}

#[test]
fn tags_and_pictures_follow_into_another_container_and_what_is_left_out_is_named() {
    if !has_tools("tags") {
        return;
    }
    let user = User::with_key();
    user.put("a.wav", recording(44_100, 2, 0.3));
    let tags = "-metadata artist=Somebody -metadata title=Song -metadata comment=Hello";
    for name in ["a.mp3", "b.m4a", "c.ogg", "d.flac"] {
        ffmpeg(&user, &format!("-i a.wav {tags} {name}"));
    }
    let title = |name: &str| {
        let entries = "-v error -show_entries format_tags=title,artist:stream_tags=title,artist -of default=nk=1";
        let args: Vec<&str> = entries.split(' ').chain([name]).collect();
        Ran::of(&mut user.within(Command::new("ffprobe"), &args)).out.to_lowercase()
    };
    for (from, to) in [
        ("a.mp3", "a.flac"),
        ("b.m4a", "b.flac"),
        ("c.ogg", "c.flac"),
        ("d.flac", "d.mp3"),
        ("d.flac", "d.m4a"),
        ("d.flac", "d.ogg"),
        ("d.flac", "d.opus"),
        ("d.flac", "d.wav"),
        ("a.mp3", "a2.mp3"),
    ] {
        let ran = user.run(&["protect", from, "-o", &format!("out/{to}")]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let found = title(&format!("out/{to}"));
        assert!(found.contains("song") && found.contains("somebody"), "{from} as {to}: {found:?}");
        user.run(&["verify", &format!("out/{to}")]).succeeds();
    }
    let ran = user.run(&["protect", "d.flac", "--strip-metadata", "-o", "bare.flac"]);
    ran.says(&["d.flac: left out everything but the samples; it named people: Somebody"]);
    let left = title("bare.flac");
    assert!(!left.contains("song") && !left.contains("somebody"), "{left}");
    user.put("p.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0");
    tool(&user, "metaflac --import-picture-from=3|image/png||1x1x8|p.png d.flac");
    user.run(&["protect", "d.flac", "-o", "pic.wav"]);
    let has_picture = |name: &str| user.read(name).windows(4).any(|id| id == b"IHDR");
    assert!(has_picture("pic.wav"));
    user.run(&["protect", "pic.wav", "--force", "--strip-metadata", "-o", "bare.mp3"]);
    assert!(!has_picture("bare.mp3"));
    let bext = [&[0; 256][..], b"Jane Doe", &[0; 400]].concat();
    let wav = user.read("a.wav");
    user.put("b.wav", riff(&[chunk(b"bext", &bext), wav[12..].to_vec()]));
    let ran = user.run(&["protect", "b.wav", "--strip-metadata", "-o", "bare.wav"]);
    ran.says(&["b.wav: left out everything but the samples; it named people: Jane Doe"]);
    assert!(!user.read("bare.wav").windows(4).any(|id| id == b"bext"));
    user.run(&["verify", "bare.wav"]).succeeds();
}

#[test]
fn an_mp3_file_that_does_not_say_its_length_is_protected_and_what_a_format_cannot_hold_is_refused()
{
    if !has_tools("limits of formats") {
        return;
    }
    let user = User::with_key();
    user.put("a.wav", recording(44_100, 2, 0.8));
    ffmpeg(&user, "-i a.wav -q:a 4 -write_xing 0 a.mp3");
    assert_eq!(user.run(&["protect", "a.mp3"]).code, Some(0));
    user.put("six.wav", recording(44_100, 6, 0.2));
    user.put("fast.wav", recording(192_000, 1, 0.1));
    user.put("five.wav", integers(24, 5, 48_000, 999));
    user.put("wide.wav", integers(32, 2, 48_000, 999));
    let before = user.files();
    for (input, format) in [
        ("six.wav", "mp3"),
        ("five.wav", "vorbis"),
        ("fast.wav", "mp3"),
        ("fast.wav", "aac"),
        ("five.wav", "alac"),
        ("wide.wav", "alac"),
    ] {
        let part = "cannot hold these channels, rate or bit depth";
        user.run(&["protect", input, "--format", format]).fails(1, &[input, part]);
    }
    assert_eq!(user.files(), before);
}

#[test]
#[cfg(unix)]
fn time_stamps_are_preserved_where_that_is_asked_for() {
    let user = User::with_key();
    let input = user.put("a.wav", recording(8_000, 1, 0.3));
    let then = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&input).unwrap().set_modified(then).unwrap();
    user.run(&["protect", "a.wav", "--preserve"]).succeeds();
    user.run(&["protect", "a.wav", "-o", "now.wav"]).succeeds();
    let modified = |name: &str| fs::metadata(user.path(name)).unwrap().modified().unwrap();
    assert_eq!(modified("a.protected.wav"), then);
    assert_ne!(modified("now.wav"), then);
}

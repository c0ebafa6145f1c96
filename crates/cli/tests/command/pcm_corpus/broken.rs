//! Broken files: each is refused in a line, and nothing is read beyond its end.

use super::cases::{Case, FRAMES, cases};
use crate::support::containers::{
    aiff, big_chunk, caf, caf_desc, fmt_16, pattern, rf64, streamed, w64, w64_chunk,
};
use crate::support::{chunk, fmt_body, parse, refusal, riff};

/// What is wrong, the file, and how its refusal begins.
fn broken() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let data = pattern(FRAMES * 2, 2, 16, true);
    let aif = aiff(None, (2, 44_100, 16), 0, &data);
    let (comm, ssnd) = (12, 12 + 26);
    let desc =
        |channels, bits, container, rate| caf_desc(b"lpcm", 0, (channels, rate, bits), container);
    let core = caf(&desc(2, 16, 2, 48_000.0), &[], &data, &[]);
    let wave64 = w64(&[w64_chunk(b"fmt ", &fmt_16(2)), w64_chunk(b"data", &data)]);
    let bw = rf64(b"BW64", &fmt_16(2), &data, &[(b"axml", b"<x/>")]);
    let with = |bytes: &[u8], at: usize, new: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes[at..at + new.len()].copy_from_slice(new);
        bytes
    };
    let many = |head: &[u8], one: Vec<u8>| [head, &vec![one; 5_000].concat()].concat();
    let behind = chunk(b"LIST", b"INFOINAM\x02\0\0\0hi");
    vec![
        ("AIFF cut in its header", aif[..20].to_vec(), "the chunk \"COMM\" at byte 12 promises"),
        ("AIFF cut in its samples", aif[..200].to_vec(), "the SSND chunk at byte 38 promises"),
        ("AIFF without COMM", [&aif[..12], &aif[ssnd..]].concat(), "no COMM chunk"),
        ("AIFF without SSND", aif[..ssnd].to_vec(), "no SSND chunk"),
        ("AIFF of 0 channels", with(&aif, comm + 8, &[0, 0]), "the COMM chunk says 0 channels"),
        ("AIFF of 65 channels", with(&aif, comm + 8, &[0, 65]), "it has 65 channels, at most 64"),
        ("AIFF of 0 Hz", with(&aif, comm + 16, &[0; 10]), "the COMM chunk says 0 Hz"),
        ("AIFF of negative rate", with(&aif, comm + 16, &[0xc0]), "the COMM chunk says 0 Hz"),
        (
            "AIFF of infinite rate",
            with(&aif, comm + 16, &[0x7f, 0xff]),
            "the COMM chunk says inf Hz",
        ),
        ("AIFF of 33 bits", with(&aif, comm + 14, &[0, 33]), "its samples are 33-bit integer"),
        ("AIFF of 0 bits", with(&aif, comm + 14, &[0, 0]), "its samples are 0-bit integer"),
        (
            "AIFF that lies on its frames",
            with(&aif, comm + 10, &[0x10]),
            "the SSND chunk at byte 38",
        ),
        ("AIFF of 0 frames", with(&aif, comm + 10, &[0; 4]), "it has no audio (0 frames)"),
        ("AIFF with an offset beyond", with(&aif, ssnd + 8, &[0x7f]), "the SSND chunk at byte 38"),
        (
            "AIFF with an empty SSND",
            with(&aif, ssnd + 4, &[0; 4]),
            "the SSND chunk at byte 38 has 0 bytes",
        ),
        ("AIFF with two COMM", [&aif[..ssnd], &aif[comm..]].concat(), "a second chunk \"COMM\""),
        ("AIFF that ends early", with(&aif, 4, &[0, 0, 0, 60]), "the FORM size at byte 4 ends"),
        ("AIFF that ends late", with(&aif, 4, &[0, 0x10]), "the FORM size at byte 4 promises"),
        (
            "AIFF of endless chunks",
            many(&aif[..12], big_chunk(b"XXXX", &[])),
            "more than 4096 chunks",
        ),
        (
            "AIFC of QDesign",
            aiff(Some(b"QDMC"), (1, 44_100, 16), 0, &data),
            "its samples are of the AIFC",
        ),
        (
            "AIFF streamed, chunks behind",
            {
                let open = with(&with(&aif, 4, &[0; 4]), ssnd + 4, &[0x7f, 0, 0, 8]);
                [&open[..], &big_chunk(b"ANNO", b"text")].concat()
            },
            "the SSND chunk at byte 38 has the size 0x7f000008",
        ),
        ("CAF without desc", [&core[..8], &core[52..]].concat(), "no desc chunk"),
        ("CAF without data", core[..52].to_vec(), "no data chunk"),
        ("CAF cut in its header", core[..15].to_vec(), "the file ends inside its CAF header"),
        ("CAF cut", core[..900].to_vec(), "the data chunk at byte 52 promises"),
        (
            "CAF of 0 channels",
            caf(&desc(0, 16, 2, 48_000.0), &[], &data, &[]),
            "the desc chunk says 0 channels",
        ),
        (
            "CAF of many channels",
            caf(&desc(70_000, 16, 2, 48_000.0), &[], &data, &[]),
            "it has 70000 channels",
        ),
        (
            "CAF of no rate",
            caf(&desc(2, 16, 2, f64::NAN), &[], &data, &[]),
            "the desc chunk says 0 Hz",
        ),
        (
            "CAF of 1 GHz",
            caf(&desc(2, 16, 2, 1e9), &[], &data, &[]),
            "the desc chunk says 1000000000 Hz",
        ),
        (
            "CAF of AAC",
            caf(&caf_desc(b"aac ", 0, (2, 48_000.0, 0), 0), &[], &data, &[]),
            "its samples are compressed",
        ),
        (
            "CAF of odd packets",
            with(&core, 36, &[0, 0, 0, 5]),
            "the desc chunk says 5 bytes a frame",
        ),
        (
            "CAF with a negative size",
            with(&core, 56, &[0x80]),
            "the data chunk at byte 52 promises",
        ),
        ("CAF without a frame", caf(&desc(2, 16, 2, 48_000.0), &[], &[], &[]), "it has no audio"),
        ("W64 cut in its header", wave64[..30].to_vec(), "the file ends inside its Wave64 header"),
        ("W64 cut", wave64[..300].to_vec(), "the data chunk at byte 80 promises"),
        (
            "W64 of another kind",
            with(&wave64, 24, b"avi "),
            "not a WAV file: it is a Wave64 file of",
        ),
        ("W64 without fmt", w64(&[w64_chunk(b"data", &data)]), "no fmt chunk"),
        (
            "W64 with a chunk of size 0",
            with(&wave64, 56, &[0; 8]),
            "the chunk \"fmt \" at byte 40 promises 0",
        ),
        ("W64 that ends late", with(&wave64, 18, &[9]), "the riff size at byte 16 promises"),
        (
            "W64 of endless chunks",
            many(&w64(&[]), w64_chunk(b"XXXX", &[])),
            "more than 4096 chunks",
        ),
        ("BW64 without its sizes", [&bw[..12], &bw[12 + 48..]].concat(), "the file says RF64 but"),
        ("BW64 cut", bw[..400].to_vec(), "the data chunk at byte 84 promises"),
        (
            "BW64 that lies on a table's chunk",
            with(&bw, 12 + 8 + 28 + 4, &[0, 9]),
            "the chunk \"axml\"",
        ),
        (
            "streamed WAV, chunks behind",
            {
                let open = streamed(&fmt_16(2), u32::MAX, u32::MAX, &data);
                [&open[..], &behind].concat()
            },
            "the data chunk at byte 48 has the size 0xffffffff",
        ),
        (
            "streamed WAV without fmt",
            {
                let open = streamed(&fmt_16(2), 0, 0, &data);
                [&open[..12], &open[36..]].concat()
            },
            "no fmt chunk",
        ),
        (
            "streamed WAV of part of a frame",
            streamed(&fmt_16(2), 0, u32::MAX, &[1, 2, 3]),
            "it has no audio",
        ),
        (
            "WAV of 24 bits in 4 bytes, plain",
            {
                let mut fmt = fmt_body(1, 2, 48_000, 24);
                fmt[12] = 8;
                riff(&[chunk(b"fmt ", &fmt), chunk(b"data", &[0; 64])])
            },
            "its samples are 24-bit samples in 32-bit containers",
        ),
    ]
}

#[test]
fn what_is_broken_is_refused_in_one_line_that_says_what_to_do() {
    let broken = broken();
    assert!(broken.len() >= 30);
    for (name, bytes, expected) in broken {
        let message = refusal(&bytes);
        assert!(message.starts_with(expected), "{name}: {message}");
        assert!(!message.contains('\n'), "{name}: {message}");
        let advice = ["again", "convert", "split", "leave it out", "repair"];
        assert!(advice.iter().any(|word| message.contains(word)), "{name}: {message}");
    }
}

#[test]
fn a_file_cut_or_damaged_anywhere_is_refused_or_read_within_its_bounds() {
    let small = |case: &Case| case.bytes.len() < 3_000;
    for Case { name, bytes, .. } in cases().iter().filter(|case| small(case)) {
        let info = parse(bytes).unwrap();
        let head = (info.data_offset as usize + 40).min(bytes.len());
        let cuts = (0..head).chain([bytes.len() - 1]).map(|cut| bytes[..cut].to_vec());
        let damages = (0..head).flat_map(|at| {
            [0, 1, 0x7f, 0x80, 0xff].map(|byte| {
                let mut damaged = bytes.clone();
                damaged[at] = byte;
                damaged
            })
        });
        for file in cuts.chain(damages) {
            match parse(&file) {
                Err(error) => assert!(!error.to_string().contains('\n'), "{name}: {error}"),
                Ok(info) => {
                    assert!(info.data_offset + info.data_len <= file.len() as u64, "{name}");
                    assert!(info.frames() > 0 && info.sample_rate > 0, "{name}");
                }
            }
        }
    }
}

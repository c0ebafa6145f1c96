//! The container is kept byte for byte, and what is wrong with one is reported in one line.

use std::io::{Seek, SeekFrom, Write};

use crate::support::{chunk, extensible_body, fmt_body, parse, plain, refusal, rewrite, riff};
use patchveil::pcm::{PcmError, PcmInfo, PcmReader, SampleFormat};
use proptest::prelude::*;

#[test]
fn the_three_forms_of_fmt_are_read() {
    let mut long = fmt_body(1, 2, 48_000, 24);
    long.extend([0, 0]);
    for fmt in [
        fmt_body(1, 2, 48_000, 24),
        long,
        extensible_body(1, 2, 48_000, 24, 24),
        extensible_body(1, 2, 48_000, 24, 0),
    ] {
        let info = parse(&riff(&[chunk(b"fmt ", &fmt), chunk(b"data", &[0; 18])])).unwrap();
        assert_eq!(info.format, SampleFormat::I24);
        assert_eq!((info.channels, info.sample_rate), (2, 48_000));
        assert_eq!((info.frames(), info.frame_bytes()), (3, 6));
        assert_eq!(info.data_offset, 12 + 8 + fmt.len() as u64 + 8);
    }
    let float = extensible_body(3, 1, 96_000, 32, 32);
    let info = parse(&riff(&[chunk(b"fmt ", &float), chunk(b"data", &[0; 4])])).unwrap();
    assert_eq!(info.format, SampleFormat::F32);
}

#[test]
fn everything_but_the_samples_survives() {
    let before = riff(&[
        chunk(b"bext", &[7; 603]),
        chunk(b"fmt ", &extensible_body(1, 6, 44_100, 16, 16)),
        chunk(b"smpl", &[9; 60]),
        chunk(b"data", &[3; 24]),
        chunk(b"cue ", &[1; 28]),
        chunk(b"iXML", b"<BWFXML/>"),
        chunk(b"\0\xff\n\x1b", &[5; 3]),
    ]);
    let (after, _) = rewrite(&before, 1, |_, planar| planar[5][0] = 0.5);
    let info = parse(&after).unwrap();
    assert_eq!(info, parse(&before).unwrap());
    let (start, end) = (info.data_offset as usize, (info.data_offset + info.data_len) as usize);
    assert!(after[..start] == before[..start]);
    assert!(after[end..] == before[end..]);
    assert!(after[start..end] != before[start..end]);
}

#[test]
fn what_follows_the_riff_chunk_is_kept_and_not_read() {
    let mut bytes = plain(1, 1, 8_000, 16, &[1; 40]);
    bytes.extend(b"ID3\x04 and a tag that is no chunk at all");
    assert_eq!(parse(&bytes).unwrap().frames(), 20);
    assert!(rewrite(&bytes, 3, |_, _| {}).0 == bytes);
}

#[test]
fn odd_data_is_read_with_and_without_its_pad_byte() {
    let padded = plain(1, 1, 8_000, 8, &[128; 7]);
    assert_eq!(parse(&padded).unwrap().frames(), 7);
    assert_eq!(parse(&padded[..padded.len() - 1]).unwrap().frames(), 7);
    let followed = riff(&[
        chunk(b"fmt ", &fmt_body(1, 1, 8_000, 8)),
        chunk(b"data", &[128; 7]),
        chunk(b"LIST", &[0; 10]),
    ]);
    assert_eq!(parse(&followed).unwrap().frames(), 7);
}

#[test]
fn riff_sizes_off_by_a_header_are_forgiven() {
    let good = plain(1, 1, 8_000, 16, &[0; 400]);
    let size = u32::from_le_bytes([good[4], good[5], good[6], good[7]]);
    for wrong in [size - 8, size - 1, size + 1, size + 8] {
        let mut bytes = good.clone();
        bytes[4..8].copy_from_slice(&wrong.to_le_bytes());
        assert_eq!(parse(&bytes).unwrap().frames(), 200);
    }
}

/// An RF64 file; the real size of `data` is in `ds64` only.
fn rf64(magic: &[u8; 4], data_len: u64, table: &[(&[u8; 4], u64)]) -> Vec<u8> {
    let mut sizes = Vec::new();
    sizes.extend([0; 8]);
    sizes.extend(data_len.to_le_bytes());
    sizes.extend((data_len / 2).to_le_bytes());
    sizes.extend((table.len() as u32).to_le_bytes());
    for (id, size) in table {
        sizes.extend(*id);
        sizes.extend(size.to_le_bytes());
    }
    let mut bytes = magic.to_vec();
    bytes.extend(u32::MAX.to_le_bytes());
    bytes.extend(b"WAVE");
    bytes.extend(chunk(b"ds64", &sizes));
    for (id, size) in table {
        bytes.extend(*id);
        bytes.extend(u32::MAX.to_le_bytes());
        bytes.resize(bytes.len() + *size as usize, 0);
    }
    bytes.extend(chunk(b"fmt ", &fmt_body(1, 1, 48_000, 16)));
    bytes.extend(b"data");
    bytes.extend(u32::MAX.to_le_bytes());
    let riff_len = bytes.len() as u64 - 8 + data_len;
    bytes[20..28].copy_from_slice(&riff_len.to_le_bytes());
    bytes
}

#[test]
fn rf64_and_bw64_are_read() {
    for magic in [b"RF64", b"BW64"] {
        let mut bytes = rf64(magic, 60, &[(b"axml", 14)]);
        bytes.resize(bytes.len() + 60, 0);
        let info = parse(&bytes).unwrap();
        assert_eq!(info.frames(), 30);
        assert!(rewrite(&bytes, 7, |_, _| {}).0 == bytes);
    }
}

#[test]
fn files_beyond_four_gigabytes_are_read() {
    let data_len = 5_u64 << 30;
    let head = rf64(b"RF64", data_len, &[]);
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&head).unwrap();
    // Sparse: takes no space.
    file.set_len(head.len() as u64 + data_len).unwrap();
    file.seek(SeekFrom::End(-2)).unwrap();
    file.write_all(&[0xff, 0x7f]).unwrap();
    let info = PcmInfo::read(&mut file).unwrap();
    assert_eq!(info.frames(), data_len / 2);
    file.set_len(head.len() as u64 + data_len - 2).unwrap();
    let error = PcmInfo::read(&mut file).unwrap_err();
    assert!(matches!(error, PcmError::TruncatedData { promised, .. } if promised == data_len));
}

#[test]
fn rf64_without_its_sizes_is_refused() {
    let mut bytes = plain(1, 1, 8_000, 16, &[0; 4]);
    bytes[..4].copy_from_slice(b"RF64");
    assert!(matches!(parse(&bytes), Err(PcmError::NoDs64)));
    assert!(matches!(parse(&bytes[..12]), Err(PcmError::NoDs64)));
}

#[test]
fn other_files_are_named_for_what_they_are() {
    for (bytes, expected) in [
        (&b""[..], "the file is empty"),
        (b"Dear listener,\nthis is a text.\n", "not a WAV file: it is text"),
        (b"ok", "not a WAV file: it is text"),
        (b"fLaC\0\0\0\x22\x10\0\x10\0", "not a WAV file: it is FLAC"),
        (b"OggS\0\x02\0\0\0\0\0\0", "not a WAV file: it is Ogg"),
        (b"ID3\x04\0\0\0\0\0\0\0\0", "not a WAV file: it is MP3"),
        (b"FORM\0\0\0\0AIFF", "no COMM chunk"),
        (b"FORM\0\0\0\x04ILBM", "not a WAV file: it is an IFF file of another kind"),
        (b"RIFX\0\0\0\0WAVE", "not a WAV file: it is big-endian"),
        (b"\0\0\0\x20ftypM4A ", "not a WAV file: it is MP4"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0", "not a WAV file: it does not start"),
        (b"RIFF\x10\0\0\0AVI ", "not a WAV file: it is a RIFF file of another kind"),
        (b"RIFF\x10", "the file ends inside its RIFF header (5 bytes in all)"),
        (b"RIFF\x04\0\0\0WAVE", "no fmt chunk"),
    ] {
        let message = refusal(bytes);
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn formats_that_are_not_rewritten_are_named() {
    let with_fmt = |fmt: &[u8]| refusal(&riff(&[chunk(b"fmt ", fmt), chunk(b"data", &[0; 64])]));
    // 24 bits in the 4 bytes a sample takes according to the block alignment.
    let mut padded = fmt_body(1, 2, 48_000, 24);
    padded[12] = 8;
    let mut ambisonic = extensible_body(1, 4, 48_000, 16, 16);
    ambisonic[39] = 0;
    for (fmt, expected) in [
        (fmt_body(3, 1, 8_000, 16), "16-bit float"),
        (fmt_body(1, 1, 8_000, 64), "64-bit integer"),
        (fmt_body(1, 1, 8_000, 4), "4-bit integer"),
        (fmt_body(6, 1, 8_000, 16), "A-law of 16 bits"),
        (fmt_body(7, 1, 8_000, 16), "µ-law of 16 bits"),
        (fmt_body(2, 1, 8_000, 4), "compressed (Microsoft ADPCM)"),
        (fmt_body(0x11, 1, 8_000, 4), "compressed (IMA ADPCM)"),
        (fmt_body(0x55, 2, 44_100, 0), "compressed (MP3)"),
        (fmt_body(0xabcd, 2, 44_100, 16), "of the unknown format 0xabcd"),
        (padded, "24-bit samples in 32-bit containers"),
        (ambisonic, "of an unknown extensible kind"),
    ] {
        let message = with_fmt(&fmt);
        assert!(
            message.starts_with(&format!("its samples are {expected}; supported are")),
            "{message}"
        );
    }
}

#[test]
fn damaged_headers_are_explained() {
    let fmt = chunk(b"fmt ", &fmt_body(1, 2, 44_100, 16));
    let data = chunk(b"data", &[0; 40]);
    let good = plain(1, 2, 44_100, 16, &[0; 40]);
    let patched = |at: usize, bytes: &[u8]| {
        let mut copy = good.clone();
        copy[at..at + bytes.len()].copy_from_slice(bytes);
        copy
    };
    let streamed = |size: u32, after: &[u8]| {
        let mut bytes = riff(&[fmt.clone(), chunk(b"data", after)]);
        bytes[40..44].copy_from_slice(&size.to_le_bytes());
        bytes
    };
    for (bytes, expected) in [
        (plain(1, 0, 8_000, 16, &[0; 4]), "the fmt chunk says 0 channels"),
        (plain(1, 65, 8_000, 16, &[0; 130]), "it has 65 channels, at most 64"),
        (plain(1, 1, 0, 16, &[0; 4]), "the fmt chunk says 0 Hz"),
        (
            patched(32, &[5, 0]),
            "the fmt chunk says 5 bytes a frame but 2 channels of 16 bits make 4",
        ),
        (patched(32, &[4, 0x40]), "the fmt chunk says 16388 bytes a frame"),
        (
            plain(1, 2, 8_000, 16, &[0; 42]),
            "its 42 bytes of samples are not a whole number of 4-byte frames (2 over)",
        ),
        (plain(1, 2, 8_000, 16, &[]), "it has no audio (0 frames)"),
        (
            good[..60].to_vec(),
            "the data chunk at byte 36 promises 40 bytes of samples but only 16 follow",
        ),
        (good[..30].to_vec(), "the chunk \"fmt \" at byte 12 promises 16 bytes but only 10 follow"),
        (
            patched(4, &9_999_u32.to_le_bytes()),
            "the RIFF size at byte 4 promises 10007 bytes but the file has 84",
        ),
        (
            patched(4, &20_u32.to_le_bytes()),
            "the RIFF size at byte 4 ends the file at byte 28 but its samples end at byte 84",
        ),
        (
            streamed(u32::MAX, &[&[0x12; 400][..], &chunk(b"LIST", &[0; 10])].concat()),
            "the data chunk at byte 36 has the size 0xffffffff: the program",
        ),
        (streamed(0, &[]), "it has no audio (0 frames)"),
        (riff(std::slice::from_ref(&fmt)), "no data chunk"),
        (riff(std::slice::from_ref(&data)), "no fmt chunk"),
        (riff(&[fmt.clone(), data.clone(), data.clone()]), "a second chunk \"data\" at byte 84"),
        (riff(&[fmt.clone(), fmt.clone(), data.clone()]), "a second chunk \"fmt \" at byte 36"),
        (
            riff(&[chunk(b"fmt ", &[1, 0, 1, 0]), data.clone()]),
            "the fmt chunk at byte 12 has 4 bytes, needed are 16",
        ),
        (
            riff(&[chunk(b"fmt ", &fmt_body(0xfffe, 2, 44_100, 16)), data.clone()]),
            "the fmt chunk at byte 12 has 16 bytes, needed are 40",
        ),
        (vec![chunk(b"x\n\x1b~", &[]); 5_000].concat(), "not a WAV file"),
        (riff(&vec![chunk(b"x\n\x1b~", &[]); 5_000]), "more than 4096 chunks"),
    ] {
        let message = refusal(&bytes);
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn a_lying_chunk_name_cannot_break_the_line() {
    let mut bad = chunk(b"\n\x1b[2", &[0; 4]);
    bad[4] = 99;
    let message = refusal(&riff(&[bad]));
    assert!(message.starts_with(r#"the chunk "\n\x1b[2" at byte 12 promises 99"#), "{message}");
}

#[test]
fn a_file_that_shrinks_while_it_is_read_is_an_error() {
    let bytes = plain(1, 1, 8_000, 16, &[0; 4_000]);
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    let mut reader = PcmReader::new(file.try_clone().unwrap()).unwrap();
    file.set_len(2_000).unwrap();
    assert!(reader.read_block(2_000, &mut Vec::new()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), kind in 0..3) {
        let mut file = bytes;
        if kind > 0 && file.len() >= 12 {
            file[..4].copy_from_slice(if kind == 1 { b"RIFF" } else { b"RF64" });
            file[8..12].copy_from_slice(b"WAVE");
        }
        let line = parse(&file).map_or_else(|e| e.to_string(), |_| String::new());
        prop_assert!(!line.contains('\n'));
    }

    #[test]
    fn damaged_files_are_refused_or_read_within_their_bounds(
        edits in prop::collection::vec((0..140_usize, any::<u8>()), 1..6),
        cut in 0..160_usize,
        wide in any::<bool>(),
    ) {
        let mut file = if wide {
            let mut file = rf64(b"RF64", 60, &[(b"axml", 14)]);
            file.resize(file.len() + 60, 1);
            file
        } else {
            riff(&[
                chunk(b"LIST", &[1; 11]),
                chunk(b"fmt ", &fmt_body(1, 2, 44_100, 16)),
                chunk(b"data", &[0; 40]),
                chunk(b"cue ", &[1; 28]),
            ])
        };
        for (at, byte) in edits {
            if let Some(b) = file.get_mut(at) {
                *b = byte;
            }
        }
        if cut < 100 {
            file.truncate(file.len() - cut);
        }
        match parse(&file) {
            Err(error) => prop_assert!(!error.to_string().contains('\n')),
            Ok(info) => {
                prop_assert!(info.data_offset + info.data_len <= file.len() as u64);
                prop_assert!(info.frames() > 0 && info.sample_rate > 0);
                if !info.format.is_float() {
                    let (copy, _) = rewrite(&file, 5, |_, _| {});
                    prop_assert_eq!(copy, file);
                }
            }
        }
    }

    #[test]
    fn chunks_around_the_samples_are_preserved(
        head in prop::collection::vec((any::<[u8; 4]>(), prop::collection::vec(any::<u8>(), 0..40)), 0..5),
        tail in prop::collection::vec((any::<[u8; 4]>(), prop::collection::vec(any::<u8>(), 0..40)), 0..5),
        data in prop::collection::vec(any::<u8>(), 1..200),
        block in 1..50_usize,
    ) {
        let strange = |chunks: &[([u8; 4], Vec<u8>)]| -> Vec<Vec<u8>> {
            let known = |id: &[u8; 4]| id == b"fmt " || id == b"data";
            chunks.iter().filter(|c| !known(&c.0)).map(|(id, body)| chunk(id, body)).collect()
        };
        let mut chunks = strange(&head);
        chunks.push(chunk(b"fmt ", &fmt_body(1, 1, 44_100, 8)));
        chunks.extend(strange(&head));
        let start = 12 + chunks.concat().len() + 8;
        chunks.push(chunk(b"data", &data));
        chunks.extend(strange(&tail));
        let before = riff(&chunks);
        let (after, _) = rewrite(&before, block, |_, planar| {
            planar.iter_mut().flatten().for_each(|x| *x *= -0.5);
        });
        let end = start + data.len();
        prop_assert_eq!(&after[..start], &before[..start]);
        prop_assert_eq!(&after[end..], &before[end..]);
        prop_assert_eq!(after.len(), before.len());
    }
}

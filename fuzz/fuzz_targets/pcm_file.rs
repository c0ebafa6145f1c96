//! Whole files of plain samples (WAV, RF64, BW64, Wave64, AIFF, AIFC, CAF): headers, samples, and the bytes around them.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use patchveil::pcm::{Container, MAX_CHANNELS, PcmError, PcmInfo, PcmReader, SampleFormat};
use patchveil::pcm::{encode_changed, encode_nearest, float_head, tail_start};
use patchveil_fuzz::assert_one_line;

fuzz_target!(|file: &[u8]| {
    match PcmReader::new(Cursor::new(file)) {
        Ok(reader) => check(file, reader),
        Err(error) => assert_one_line(&error.to_string()),
    }
});

fn check(file: &[u8], mut reader: PcmReader<Cursor<&[u8]>>) {
    let info = reader.info().clone();
    let end = info.data_offset + info.data_len;
    assert_eq!(info.file_len, file.len() as u64);
    assert!(end <= info.file_len);
    assert!((1..=MAX_CHANNELS).contains(&info.channels) && info.sample_rate > 0);
    assert_eq!(info.frames() * info.frame_bytes() as u64, info.data_len);

    // Read in blocks and written unchanged, it is the same file.
    let mut copy = Vec::new();
    let mut samples = vec![Vec::new(); usize::from(info.channels)];
    reader.copy_head(&mut copy).expect("memory can be written");
    let mut block = Vec::new();
    loop {
        let first = reader.next_frame();
        let frames = match reader.read_block(first as usize % 7 + 60, &mut block) {
            Ok(frames) => frames,
            Err(error @ PcmError::NonFinite { .. }) => {
                assert!(info.format.is_float());
                return assert_one_line(&error.to_string());
            }
            Err(error) => panic!("{error}"),
        };
        if frames == 0 {
            break;
        }
        let bytes = reader.block_bytes();
        assert_eq!(encode_changed(bytes, info.format, &block, first).expect("same shape"), 0);
        assert_eq!(encode_nearest(bytes, info.format, &block).expect("same shape"), 0);
        copy.extend_from_slice(bytes);
        for (all, some) in samples.iter_mut().zip(&block) {
            assert_eq!(some.len(), frames);
            all.extend_from_slice(some);
        }
    }
    reader.copy_tail(&mut copy).expect("memory can be written");
    assert!(copy == file);

    check_float(file, &info, &samples);
}

/// As 32-bit floats, it is a WAV file with the same samples.
fn check_float(file: &[u8], info: &PcmInfo, samples: &[Vec<f32>]) {
    if info.format.is_float() {
        // Stays as it is.
        return;
    }
    let mut wide = match float_head(&file[..info.data_offset as usize], info) {
        Ok(head) => head,
        Err(error) => return assert_one_line(&error.to_string()),
    };
    assert_eq!(wide.len() as u64, info.data_offset);
    for frame in 0..info.frames() as usize {
        for channel in samples {
            wide.extend_from_slice(&channel[frame].to_le_bytes());
        }
    }
    wide.extend_from_slice(&file[tail_start(info) as usize..]);
    assert_eq!(info.container, Container::Wav);
    let mut reader = PcmReader::new(Cursor::new(wide)).expect("it is a WAV file too");
    let its = reader.info();
    assert_eq!(its.format, SampleFormat::F32);
    assert_eq!((its.channels, its.sample_rate), (info.channels, info.sample_rate));
    assert_eq!(its.frames(), info.frames());
    let mut block = Vec::new();
    reader.read_block(info.frames() as usize, &mut block).expect("its samples are there");
    assert!(block == samples);
}

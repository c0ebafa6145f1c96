//! What the ring carries, and what is counted beside it.

use super::*;

fn ring_at(sample_rate: u32) -> (AnalyzerWriter, AnalyzerPort) {
    let (mut writer, port) = analyzer_ring(RepaintNotifier::new());
    writer.prepare(sample_rate);
    (writer, port)
}

/// A number that takes more than one word.
const VEIL: u64 = 0x7f00_1234_5678;

fn report(position: i64) -> BlockReport {
    BlockReport { position, host: true, veil: Some(VEIL), gain: 0.5, ..BlockReport::default() }
}

/// Records a block of two channels as the audio thread does. Returns whether there was room.
fn block(writer: &mut AnalyzerWriter, position: i64, left: &mut [f32], right: &mut [f32]) -> bool {
    let mut channels = [left, right];
    let record = writer.before(&channels);
    let recorded = record.is_some();
    channels.iter_mut().flat_map(|channel| channel.iter_mut()).for_each(|x| *x *= 0.5);
    if let Some(record) = record {
        record.after(&channels, &report(position));
    }
    recorded
}

#[test]
fn nothing_is_recorded_while_no_editor_reads() {
    let (mut writer, port) = ring_at(48_000);
    assert!(!block(&mut writer, 0, &mut [1.0; 8], &mut [1.0; 8]));
    let mut reader = port.open().unwrap();
    assert!(block(&mut writer, 8, &mut [1.0; 8], &mut [1.0; 8]));
    drop(reader);
    assert!(!block(&mut writer, 16, &mut [1.0; 8], &mut [1.0; 8]));
    // The next editor does not get what the last one left.
    reader = port.open().unwrap();
    assert_eq!(reader.next(&mut Record::default()), 0);
}

#[test]
fn a_record_holds_the_mean_of_the_channels_before_and_after() {
    let (mut writer, port) = ring_at(96_000);
    let mut reader = port.open().unwrap();
    let mut record = Record::default();
    for round in 0..40_000_i64 {
        let position = i64::MIN / 2 + round * 3;
        block(&mut writer, position, &mut [1.0, 0.0, f32::NAN], &mut [0.0, -1.0, 1.0]);
        reader.next(&mut record);
        assert_eq!(record.position, position);
        assert_eq!(record.before, [0.5, -0.5, 0.0]);
        assert_eq!(record.after, [0.25, -0.25, 0.0]);
        assert_eq!((record.sample_rate, record.host), (96_000, true));
        assert_eq!((record.veil, record.gain), (Some(VEIL), 0.5));
    }
    assert_eq!(reader.waiting(), 0);
}

#[test]
fn repaints_keep_their_shortest_interval() {
    let (mut writer, port) = ring_at(48_000);
    let _reader = port.open().unwrap();
    let repaints = |writer: &mut AnalyzerWriter| {
        let before = writer.last_repaint;
        assert!(block(writer, 0, &mut [1.0; 8], &mut [1.0; 8]));
        writer.last_repaint != before
    };
    assert!(repaints(&mut writer) && repaints(&mut writer));
    port.set_repaint_interval(Duration::from_secs(3_600));
    assert!(!repaints(&mut writer) && !repaints(&mut writer));
    port.set_repaint_interval(Duration::ZERO);
    assert!(repaints(&mut writer));
}

#[test]
fn a_record_without_room_is_dropped_whole_and_positions_stay_right() {
    let (mut writer, port) = ring_at(48_000);
    let mut reader = port.open().unwrap();
    let mut written = Vec::new();
    let mut position = 0;
    let mut record = Record::default();
    let mut read = Vec::new();
    for round in 0..3_000_usize {
        let len = 1 + round * 7_919 % 700;
        // The value of each sample is its position.
        let mut left: Vec<f32> = (0..len).map(|n| (position + n) as f32).collect();
        let mut right = left.clone();
        if block(&mut writer, position as i64, &mut left, &mut right) {
            written.push(position as i64);
        }
        position += len;
        if round % 1_000 == 999 {
            while reader.next(&mut record) > 0 {
                read.push(record.position);
                let first = record.position as f32;
                assert!(record.before.iter().enumerate().all(|(n, x)| *x == first + n as f32));
                assert!(record.after.iter().zip(&record.before).all(|(a, b)| *a == b * 0.5));
            }
        }
    }
    assert_eq!(read, written);
    assert!(written.len() < 2_000, "the ring was never full");
}

#[test]
fn seconds_are_counted_with_and_without_an_editor() {
    let (mut writer, port) = ring_at(44_100);
    for _ in 0..441 {
        pass(&mut writer, &mut [0.5; 100], |_| (), true);
    }
    assert!((port.protected_seconds() - 1.0).abs() < 1e-6);
    writer.prepare(96_000);
    for _ in 0..96 {
        pass(&mut writer, &mut [0.5; 1_000], |_| (), true);
    }
    assert!((port.protected_seconds() - 2.0).abs() < 1e-6);
}

/// Lets a block through, processed by `process`, without recording it.
fn pass(
    writer: &mut AnalyzerWriter,
    block: &mut [f32],
    process: impl FnOnce(&mut [f32]),
    protects: bool,
) {
    let channels = [block];
    drop(writer.before(&channels));
    process(&mut *channels[0]);
    writer.count(&channels, protects);
}

#[test]
fn only_sound_that_went_through_counts_as_protected() {
    let (mut writer, port) = ring_at(48_000);
    assert_eq!(port.flow().last_block, None);
    assert!(port.flow().silence > 1e6, "no sound was ever there");
    // Silence, noise below it, sound that does not come out, sound that is not protected.
    pass(&mut writer, &mut [0.0; 4_800], |_| (), true);
    pass(&mut writer, &mut [SILENCE / 2.0; 4_800], |_| (), true);
    pass(&mut writer, &mut [0.5; 4_800], |block| block.fill(0.0), true);
    pass(&mut writer, &mut [0.5; 4_800], |_| (), false);
    assert_eq!((port.protected_seconds(), port.flow().silence), (0.0, 0.0));
    pass(&mut writer, &mut [0.0; 4_800], |_| (), true);
    assert!((port.flow().silence - 0.1).abs() < 1e-6);
    // What comes out of silence is no protected sound either.
    pass(&mut writer, &mut [0.0; 4_800], |block| block.fill(0.5), true);
    assert_eq!(port.protected_seconds(), 0.0);
    pass(&mut writer, &mut [0.5; 4_800], |_| (), true);
    assert!((port.protected_seconds() - 0.1).abs() < 1e-6);
    let now = port.flow().last_block.unwrap();
    assert!(port.flow().has_sound(now) && !port.flow().is_running(now + STOPPED));
    for _ in 0..21 {
        pass(&mut writer, &mut [0.0; 4_800], |_| (), true);
    }
    let now = port.flow().last_block.unwrap();
    assert!(port.flow().is_running(now) && !port.flow().has_sound(now), "two seconds of silence");
    assert_eq!(port.flow().sample_rate, 48_000);
}

#[test]
fn neither_long_silence_nor_an_unseen_window_is_recorded() {
    let (mut writer, port) = ring_at(48_000);
    let mut reader = port.open().unwrap();
    let mut recorded = |writer: &mut AnalyzerWriter, value: f32| {
        let before = reader.waiting();
        let mut block = [value; 480];
        let channels = [&mut block[..]];
        if let Some(record) = writer.before(&channels) {
            record.after(&channels, &report(0));
        }
        writer.count(&channels, true);
        let any = reader.waiting() > before;
        while reader.next(&mut Record::default()) > 0 {}
        any
    };
    assert!(!recorded(&mut writer, 0.0), "there was no sound yet");
    assert!(recorded(&mut writer, 0.5));
    let silent = (0..2_000).filter(|_| recorded(&mut writer, 0.0)).count();
    assert_eq!(silent, 1_100, "eleven seconds");
    assert!(recorded(&mut writer, 0.5));
    port.set_hidden(true);
    assert!(!recorded(&mut writer, 0.5));
    port.set_hidden(false);
    assert!(recorded(&mut writer, 0.5));
}

#[test]
fn one_editor_at_a_time_reads_any_number_of_times() {
    let (mut writer, port) = ring_at(48_000);
    for round in 0..1_000 {
        let mut reader = port.open().unwrap();
        assert!(port.open().is_none());
        assert!(block(&mut writer, round, &mut [1.0; 64], &mut [1.0; 64]));
        assert!(reader.next(&mut Record::default()) > 0);
    }
}

#[test]
fn the_original_is_heard_only_while_somebody_sees_the_window_that_asked() {
    let (writer, port) = ring_at(48_000);
    port.set_original(Some(1.0));
    assert_eq!(writer.original(), None, "no editor reads");
    let reader = port.open().unwrap();
    port.set_original(Some(-6.04));
    assert_eq!(port.original(), Some(-6.0), "what is said is what is applied");
    assert!((writer.original().unwrap() - 0.501).abs() < 0.001);
    port.set_hidden(true);
    port.set_hidden(false);
    assert_eq!((port.original(), writer.original()), (None, None));
    port.set_original(Some(40.0));
    assert_eq!(port.original(), Some(30.0));
    writer.end_original();
    assert_eq!(port.original(), None);
    port.set_original(Some(1.0));
    drop(reader);
    let _again = port.open().unwrap();
    assert_eq!((port.original(), writer.original()), (None, None));
}

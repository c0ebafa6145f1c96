//! Audio on its way from the audio thread to an open editor.
//!
//! A wait-free ring (`rtrb`), made once for each instance. While no editor reads it, the audio
//! thread checks one flag and does nothing else; a ring that was never written to takes no memory
//! either. While an editor reads, every block becomes one record, whole or not at all: a record for
//! which there is no room is dropped, and the next position shows the editor that one is missing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use nice_plug_egui::RepaintNotifier;
use parking_lot::Mutex;
use rtrb::{Consumer, Producer, RingBuffer};

use super::BlockReport;

/// Words in the ring: 1.3 s at 48 kHz, a third of a second at 192 kHz.
const WORDS: usize = 1 << 17;
/// Words before the samples of a record.
const HEADER: usize = 8;
/// Flag in a header: the host states the position.
const HOST: u32 = 1;
/// Flag in a header: a veil was applied or taken off.
const VEILED: u32 = 2;
const NANOS: f64 = 1e9;

/// What both ends share.
struct Shared {
    /// An editor reads.
    open: AtomicBool,
    /// Nanoseconds of audio protected so far.
    protected: AtomicU64,
    /// The reading end, while no editor has it.
    ring: Mutex<Option<Consumer<u32>>>,
    /// Repaints the editor. One relaxed store.
    repaint: RepaintNotifier,
    /// Shortest time between two repaints, in nanoseconds.
    repaint_interval: AtomicU64,
}

/// The audio thread's end.
pub(crate) struct AnalyzerWriter {
    ring: Producer<u32>,
    shared: Arc<Shared>,
    sample_rate: u32,
    /// Nanoseconds of audio protected so far.
    protected: f64,
    last_repaint: Option<Instant>,
}

/// Hands out the editor's end.
#[derive(Clone)]
pub(crate) struct AnalyzerPort(Arc<Shared>);

/// The editor's end. When it is dropped, the audio thread stops recording.
pub(crate) struct AnalyzerReader {
    ring: Option<Consumer<u32>>,
    shared: Arc<Shared>,
}

/// One block before and after processing. Samples are means over the channels.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Record {
    /// Timeline position of the first sample.
    pub(crate) position: i64,
    /// Whether the host states it.
    pub(crate) host: bool,
    /// The veil that was applied or taken off, as in [`BlockReport::veil`].
    pub(crate) veil: Option<u64>,
    /// In Hz.
    pub(crate) sample_rate: u32,
    /// Time that processing took, in ns.
    pub(crate) nanos: u32,
    pub(crate) before: Vec<f32>,
    pub(crate) after: Vec<f32>,
}

/// A new ring. `repaint` repaints the editor that reads it.
pub(crate) fn analyzer_ring(repaint: RepaintNotifier) -> (AnalyzerWriter, AnalyzerPort) {
    let (producer, consumer) = RingBuffer::new(WORDS);
    let shared = Arc::new(Shared {
        open: AtomicBool::new(false),
        protected: AtomicU64::new(0),
        ring: Mutex::new(Some(consumer)),
        repaint,
        repaint_interval: AtomicU64::new(0),
    });
    let port = AnalyzerPort(shared.clone());
    let writer = AnalyzerWriter {
        ring: producer,
        shared,
        sample_rate: 0,
        protected: 0.0,
        last_repaint: None,
    };
    (writer, port)
}

impl AnalyzerWriter {
    /// Sets the sample rate of what follows, in Hz. For activation.
    pub(crate) fn prepare(&mut self, sample_rate: u32) {
        self.sample_rate = sample_rate;
    }

    /// Records a block before it is processed, if an editor reads and there is room. Never
    /// allocates, locks or waits; `Instant::now` is no system call on the systems that hosts run on
    /// (Linux answers from a page mapped into every process).
    #[inline]
    pub(crate) fn before(&mut self, channels: &[&mut [f32]]) -> Option<OpenRecord<'_>> {
        if !self.shared.open.load(Ordering::Relaxed) {
            return None;
        }
        let started = Instant::now();
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let words = len.checked_mul(2)?.checked_add(HEADER)?;
        if len == 0 {
            return None;
        }
        let mut chunk = self.ring.write_chunk(words).ok()?;
        means(chunk.as_mut_slices(), HEADER, channels, len);
        Some(OpenRecord {
            chunk,
            shared: &self.shared,
            sample_rate: self.sample_rate,
            len,
            started,
            last_repaint: &mut self.last_repaint,
        })
    }

    /// Counts protected samples. One relaxed store.
    pub(crate) fn count(&mut self, samples: usize) {
        self.protected += samples as f64 * NANOS / f64::from(self.sample_rate.max(1));
        self.shared.protected.store(self.protected as u64, Ordering::Relaxed);
    }
}

/// The record of a block that is being processed. Dropped before it is completed, it leaves no trace.
pub(crate) struct OpenRecord<'a> {
    chunk: rtrb::chunks::WriteChunk<'a, u32>,
    shared: &'a Shared,
    sample_rate: u32,
    len: usize,
    started: Instant,
    last_repaint: &'a mut Option<Instant>,
}

impl OpenRecord<'_> {
    /// Completes the record with the processed block. Never allocates, locks or waits.
    pub(crate) fn after(mut self, channels: &[&mut [f32]], report: &BlockReport) {
        means(self.chunk.as_mut_slices(), HEADER + self.len, channels, self.len);
        let position = report.position as u64;
        let flags = u32::from(report.host) * HOST + u32::from(report.veil.is_some()) * VEILED;
        let veil = report.veil.unwrap_or(0);
        let header: [u32; HEADER] = [
            self.len as u32,
            flags,
            position as u32,
            (position >> 32) as u32,
            veil as u32,
            (veil >> 32) as u32,
            self.sample_rate,
            u32::try_from(self.started.elapsed().as_nanos()).unwrap_or(u32::MAX),
        ];
        let (first, rest) = self.chunk.as_mut_slices();
        first.iter_mut().chain(rest).zip(header).for_each(|(word, value)| *word = value);
        self.chunk.commit_all();
        let nanos = self.shared.repaint_interval.load(Ordering::Relaxed);
        let interval = Duration::from_nanos(nanos);
        if self.last_repaint.is_none_or(|last| self.started.duration_since(last) >= interval) {
            *self.last_repaint = Some(self.started);
            self.shared.repaint.request_repaint();
        }
    }
}

/// Writes the mean over the channels into a chunk of two slices, from its word `from` on.
fn means(
    (first, rest): (&mut [u32], &mut [u32]),
    from: usize,
    channels: &[&mut [f32]],
    len: usize,
) {
    let scale = 1.0 / channels.len().max(1) as f32;
    let words = first.iter_mut().chain(rest).skip(from).take(len);
    for (at, word) in words.enumerate() {
        let sum: f32 = channels.iter().filter_map(|channel| channel.get(at)).sum();
        *word = (sum * scale).to_bits();
    }
}

impl AnalyzerPort {
    /// Takes the reading end, if no other editor has it. Old records are dropped.
    pub(crate) fn open(&self) -> Option<AnalyzerReader> {
        let mut ring = self.0.ring.lock().take()?;
        // Left when the last editor closed.
        if let Ok(chunk) = ring.read_chunk(ring.slots()) {
            chunk.commit_all();
        }
        self.0.open.store(true, Ordering::Relaxed);
        Some(AnalyzerReader { ring: Some(ring), shared: self.0.clone() })
    }

    /// Seconds of audio protected since the instance was created.
    pub(crate) fn protected_seconds(&self) -> f64 {
        self.0.protected.load(Ordering::Relaxed) as f64 / NANOS
    }

    /// Sets the shortest time between two repaints that audio causes.
    pub(crate) fn set_repaint_interval(&self, interval: Duration) {
        let nanos = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX);
        self.0.repaint_interval.store(nanos, Ordering::Relaxed);
    }

    /// Repaints the editor.
    pub(crate) fn news(&self) -> &RepaintNotifier {
        &self.0.repaint
    }
}

impl AnalyzerReader {
    /// Words to read: an upper bound for the number of records.
    pub(crate) fn waiting(&self) -> usize {
        self.ring.as_ref().map_or(0, Consumer::slots)
    }

    /// Reads the oldest record into `record`. Returns its length in words, 0 if there was none.
    pub(crate) fn next(&mut self, record: &mut Record) -> usize {
        let Some(ring) = &mut self.ring else { return 0 };
        let Ok(chunk) = ring.read_chunk(HEADER) else { return 0 };
        let mut header = [0; HEADER];
        let (first, rest) = chunk.as_slices();
        header.iter_mut().zip(first.iter().chain(rest)).for_each(|(to, word)| *to = *word);
        chunk.commit_all();
        let [len, flags, position_low, position_high, veil_low, veil_high, sample_rate, nanos] =
            header;
        let len = len as usize;
        record.position = join(position_low, position_high) as i64;
        record.host = flags & HOST != 0;
        record.veil = (flags & VEILED != 0).then(|| join(veil_low, veil_high));
        record.sample_rate = sample_rate;
        record.nanos = nanos;
        record.before.clear();
        record.after.clear();
        // Records are written whole, so the samples are there.
        if let Ok(chunk) = ring.read_chunk(2 * len) {
            let (first, rest) = chunk.as_slices();
            let mut samples = first.iter().chain(rest).map(|word| finite(f32::from_bits(*word)));
            record.before.extend(samples.by_ref().take(len));
            record.after.extend(samples);
            chunk.commit_all();
        }
        HEADER + 2 * len
    }
}

/// A number of two words.
fn join(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

/// NaN and infinities would stay in every average.
fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}

impl Drop for AnalyzerReader {
    fn drop(&mut self) {
        self.shared.open.store(false, Ordering::Relaxed);
        *self.shared.ring.lock() = self.ring.take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring_at(sample_rate: u32) -> (AnalyzerWriter, AnalyzerPort) {
        let (mut writer, port) = analyzer_ring(RepaintNotifier::new());
        writer.prepare(sample_rate);
        (writer, port)
    }

    /// A number that takes more than one word.
    const VEIL: u64 = 0x7f00_1234_5678;

    fn report(position: i64) -> BlockReport {
        BlockReport { position, host: true, veil: Some(VEIL), restored: false }
    }

    /// Records a block of two channels as the audio thread does. Returns whether there was room.
    fn block(
        writer: &mut AnalyzerWriter,
        position: i64,
        left: &mut [f32],
        right: &mut [f32],
    ) -> bool {
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
            assert_eq!(record.veil, Some(VEIL));
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
            writer.count(100);
        }
        assert!((port.protected_seconds() - 1.0).abs() < 1e-6);
        writer.prepare(96_000);
        writer.count(96_000);
        assert!((port.protected_seconds() - 2.0).abs() < 1e-6);
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
}

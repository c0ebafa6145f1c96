//! What an open editor hears of the audio.
//!
//! A wait-free ring (`rtrb`) with the audio thread at one end and the editor at the other, made
//! once an instance. While no editor listens, the audio thread looks at one flag and that is all;
//! pages of a ring that was never written to cost no memory either. While one does, every block
//! becomes one record, whole or not at all: what finds no room is dropped, and the editor sees
//! from the next position that something is missing.

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
const HEADER: usize = 7;
/// In a header: the host states the position.
const HOST: u32 = 1;
/// In a header: the output is veiled.
const VEILED: u32 = 2;
const NANOS: f64 = 1e9;

/// What both ends share.
struct Shared {
    open: AtomicBool,
    /// Nanoseconds of audio that left veiled.
    veiled: AtomicU64,
    /// The editor's end, while no editor has it.
    ring: Mutex<Option<Consumer<u32>>>,
    /// Draws the editor anew. One relaxed store.
    news: RepaintNotifier,
    /// Nanoseconds from one picture of the editor to the next, at least.
    apart: AtomicU64,
}

/// The audio thread's end.
pub(crate) struct AnalyzerWriter {
    ring: Producer<u32>,
    shared: Arc<Shared>,
    sample_rate: u32,
    /// Nanoseconds of audio that left veiled.
    veiled: f64,
    /// When the editor was last asked to draw itself.
    asked: Option<Instant>,
}

/// Where an editor gets its end.
#[derive(Clone)]
pub(crate) struct AnalyzerPort(Arc<Shared>);

/// The editor's end. Dropped, the audio thread goes back to doing nothing.
pub(crate) struct AnalyzerReader {
    ring: Option<Consumer<u32>>,
    shared: Arc<Shared>,
}

/// One block as it went through. Samples are means over the channels.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Record {
    /// Timeline position of the first sample.
    pub(crate) position: i64,
    /// Whether the host states it.
    pub(crate) host: bool,
    /// The veil that acted on it, by the part of its serial number that [`mark`] keeps.
    pub(crate) veil: Option<u32>,
    /// In Hz.
    pub(crate) sample_rate: u32,
    /// What the block took, in ns.
    pub(crate) nanos: u32,
    pub(crate) before: Vec<f32>,
    pub(crate) after: Vec<f32>,
}

/// Both ends of a new feed.
pub(crate) fn analyzer_ring(news: RepaintNotifier) -> (AnalyzerWriter, AnalyzerPort) {
    let (producer, consumer) = RingBuffer::new(WORDS);
    let shared = Arc::new(Shared {
        open: AtomicBool::new(false),
        veiled: AtomicU64::new(0),
        ring: Mutex::new(Some(consumer)),
        news,
        apart: AtomicU64::new(0),
    });
    let port = AnalyzerPort(shared.clone());
    (AnalyzerWriter { ring: producer, shared, sample_rate: 0, veiled: 0.0, asked: None }, port)
}

/// The part of a veil's serial number that goes along with records.
pub(crate) fn mark(serial: u64) -> u32 {
    serial as u32
}

impl AnalyzerWriter {
    /// Sets the sample rate of what follows, in Hz. For activation.
    pub(crate) fn prepare(&mut self, sample_rate: u32) {
        self.sample_rate = sample_rate;
    }

    /// Takes a block down before anything is done to it, if someone listens and there is room.
    /// Never allocates, locks or waits; `Instant::now` asks no kernel on the systems that hosts run
    /// on (Linux answers from the page it maps into every process).
    #[inline]
    pub(crate) fn before(&mut self, channels: &[&mut [f32]]) -> Option<OpenRecord<'_>> {
        if !self.shared.open.load(Ordering::Relaxed) {
            return None;
        }
        let begun = Instant::now();
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let words = len.checked_mul(2)?.checked_add(HEADER)?;
        if len == 0 {
            return None;
        }
        let mut chunk = self.ring.write_chunk(words).ok()?;
        means(chunk.as_mut_slices(), HEADER, channels, len);
        let (shared, sample_rate, asked) = (&*self.shared, self.sample_rate, &mut self.asked);
        Some(OpenRecord { chunk, shared, sample_rate, len, begun, asked })
    }

    /// Counts samples that left veiled. One relaxed store.
    pub(crate) fn count(&mut self, samples: usize) {
        self.veiled += samples as f64 * NANOS / f64::from(self.sample_rate.max(1));
        self.shared.veiled.store(self.veiled as u64, Ordering::Relaxed);
    }
}

/// A block that is being processed.
pub(crate) struct OpenRecord<'a> {
    chunk: rtrb::chunks::WriteChunk<'a, u32>,
    shared: &'a Shared,
    sample_rate: u32,
    len: usize,
    begun: Instant,
    asked: &'a mut Option<Instant>,
}

impl OpenRecord<'_> {
    /// Takes it down as it leaves. Never allocates, locks or waits.
    pub(crate) fn after(mut self, channels: &[&mut [f32]], passed: &BlockReport) {
        means(self.chunk.as_mut_slices(), HEADER + self.len, channels, self.len);
        let position = passed.position as u64;
        let flags = u32::from(passed.host) * HOST + u32::from(passed.veil.is_some()) * VEILED;
        let header: [u32; HEADER] = [
            self.len as u32,
            flags,
            position as u32,
            (position >> 32) as u32,
            passed.veil.map_or(0, mark),
            self.sample_rate,
            u32::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u32::MAX),
        ];
        let (first, rest) = self.chunk.as_mut_slices();
        first.iter_mut().chain(rest).zip(header).for_each(|(word, value)| *word = value);
        self.chunk.commit_all();
        let apart = Duration::from_nanos(self.shared.apart.load(Ordering::Relaxed));
        if self.asked.is_none_or(|asked| self.begun.duration_since(asked) >= apart) {
            *self.asked = Some(self.begun);
            self.shared.news.request_repaint();
        }
    }
}

/// Writes the mean over the channels into a chunk of two slices, `from` words behind its start.
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
    /// Takes the editor's end, if no other editor has it. What is heard from here on is new.
    pub(crate) fn listen(&self) -> Option<AnalyzerReader> {
        let mut ring = self.0.ring.lock().take()?;
        // A block that was under way when the last editor closed.
        if let Ok(chunk) = ring.read_chunk(ring.slots()) {
            chunk.commit_all();
        }
        self.0.open.store(true, Ordering::Relaxed);
        Some(AnalyzerReader { ring: Some(ring), shared: self.0.clone() })
    }

    /// Seconds of audio that left veiled since the instance was made.
    pub(crate) fn veiled_seconds(&self) -> f64 {
        self.0.veiled.load(Ordering::Relaxed) as f64 / NANOS
    }

    /// Lets at least this time pass from one picture of the editor to the next.
    pub(crate) fn set_apart(&self, apart: Duration) {
        let nanos = u64::try_from(apart.as_nanos()).unwrap_or(u64::MAX);
        self.0.apart.store(nanos, Ordering::Relaxed);
    }

    /// What draws the editor anew.
    pub(crate) fn news(&self) -> &RepaintNotifier {
        &self.0.news
    }
}

impl AnalyzerReader {
    /// Words that wait: an upper bound for how often [`AnalyzerReader::next`] has something.
    pub(crate) fn waiting(&self) -> usize {
        self.ring.as_ref().map_or(0, Consumer::slots)
    }

    /// Fetches the oldest record into `record`; says how many words it had, 0 if there was none.
    pub(crate) fn next(&mut self, record: &mut Record) -> usize {
        let Some(ring) = &mut self.ring else { return 0 };
        let Ok(chunk) = ring.read_chunk(HEADER) else { return 0 };
        let mut header = [0; HEADER];
        let (first, rest) = chunk.as_slices();
        header.iter_mut().zip(first.iter().chain(rest)).for_each(|(to, word)| *to = *word);
        chunk.commit_all();
        let [len, flags, low, high, veil, sample_rate, nanos] = header;
        let len = len as usize;
        record.position = (u64::from(low) | u64::from(high) << 32) as i64;
        record.host = flags & HOST != 0;
        record.veil = (flags & VEILED != 0).then_some(veil);
        record.sample_rate = sample_rate;
        record.nanos = nanos;
        record.before.clear();
        record.after.clear();
        // Records come whole, so it is there.
        if let Ok(chunk) = ring.read_chunk(2 * len) {
            let (first, rest) = chunk.as_slices();
            let mut samples = first.iter().chain(rest).map(|word| audio(f32::from_bits(*word)));
            record.before.extend(samples.by_ref().take(len));
            record.after.extend(samples);
            chunk.commit_all();
        }
        HEADER + 2 * len
    }
}

/// NaN and infinities would stay in every average.
fn audio(sample: f32) -> f32 {
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

    fn feed_at(sample_rate: u32) -> (AnalyzerWriter, AnalyzerPort) {
        let (mut writer, port) = analyzer_ring(RepaintNotifier::new());
        writer.prepare(sample_rate);
        (writer, port)
    }

    fn passed(position: i64) -> BlockReport {
        BlockReport { position, host: true, veil: Some(0x7f00_1230), restored: false }
    }

    /// One block of two channels through the writer, as the audio thread does it; says whether it was
    /// taken down.
    fn block(
        writer: &mut AnalyzerWriter,
        position: i64,
        left: &mut [f32],
        right: &mut [f32],
    ) -> bool {
        let mut channels = [left, right];
        let record = writer.before(&channels);
        let taken = record.is_some();
        channels.iter_mut().flat_map(|channel| channel.iter_mut()).for_each(|x| *x *= 0.5);
        if let Some(record) = record {
            record.after(&channels, &passed(position));
        }
        taken
    }

    #[test]
    fn nothing_is_written_while_nobody_listens() {
        let (mut writer, port) = feed_at(48_000);
        assert!(!block(&mut writer, 0, &mut [1.0; 8], &mut [1.0; 8]));
        let mut reader = port.listen().unwrap();
        assert!(block(&mut writer, 8, &mut [1.0; 8], &mut [1.0; 8]));
        drop(reader);
        assert!(!block(&mut writer, 16, &mut [1.0; 8], &mut [1.0; 8]));
        // And what the last one did not fetch is not news to the next.
        reader = port.listen().unwrap();
        assert_eq!(reader.next(&mut Record::default()), 0);
    }

    #[test]
    fn a_record_is_what_went_in_and_out_summed_over_the_channels() {
        let (mut writer, port) = feed_at(96_000);
        let mut reader = port.listen().unwrap();
        let mut record = Record::default();
        for round in 0..40_000_i64 {
            let position = i64::MIN / 2 + round * 3;
            block(&mut writer, position, &mut [1.0, 0.0, f32::NAN], &mut [0.0, -1.0, 1.0]);
            reader.next(&mut record);
            assert_eq!(record.position, position);
            assert_eq!(record.before, [0.5, -0.5, 0.0]);
            assert_eq!(record.after, [0.25, -0.25, 0.0]);
            assert_eq!((record.sample_rate, record.host), (96_000, true));
            assert_eq!(record.veil, Some(mark(0x7f00_1230)));
        }
        assert_eq!(reader.waiting(), 0);
    }

    #[test]
    fn the_editor_is_asked_to_draw_itself_no_more_often_than_wished() {
        let (mut writer, port) = feed_at(48_000);
        let _ear = port.listen().unwrap();
        let asked = |writer: &mut AnalyzerWriter| {
            let before = writer.asked;
            assert!(block(writer, 0, &mut [1.0; 8], &mut [1.0; 8]));
            writer.asked != before
        };
        assert!(asked(&mut writer) && asked(&mut writer));
        port.set_apart(Duration::from_secs(3_600));
        assert!(!asked(&mut writer) && !asked(&mut writer));
        port.set_apart(Duration::ZERO);
        assert!(asked(&mut writer));
    }

    #[test]
    fn what_finds_no_room_is_dropped_whole_and_positions_stay_true() {
        let (mut writer, port) = feed_at(48_000);
        let mut reader = port.listen().unwrap();
        let mut taken = Vec::new();
        let mut position = 0;
        let mut record = Record::default();
        let mut heard = Vec::new();
        for round in 0..3_000_usize {
            let len = 1 + round * 7_919 % 700;
            // Every sample says where it belongs.
            let mut left: Vec<f32> = (0..len).map(|n| (position + n) as f32).collect();
            let mut right = left.clone();
            if block(&mut writer, position as i64, &mut left, &mut right) {
                taken.push(position as i64);
            }
            position += len;
            if round % 1_000 == 999 {
                while reader.next(&mut record) > 0 {
                    heard.push(record.position);
                    let first = record.position as f32;
                    assert!(record.before.iter().enumerate().all(|(n, x)| *x == first + n as f32));
                    assert!(record.after.iter().zip(&record.before).all(|(a, b)| *a == b * 0.5));
                }
            }
        }
        assert_eq!(heard, taken);
        assert!(taken.len() < 2_000, "the ring never was full");
    }

    #[test]
    fn seconds_count_whether_anybody_listens_or_not() {
        let (mut writer, port) = feed_at(44_100);
        for _ in 0..441 {
            writer.count(100);
        }
        assert!((port.veiled_seconds() - 1.0).abs() < 1e-6);
        writer.prepare(96_000);
        writer.count(96_000);
        assert!((port.veiled_seconds() - 2.0).abs() < 1e-6);
    }

    #[test]
    fn one_editor_at_a_time_and_as_often_as_wished() {
        let (mut writer, port) = feed_at(48_000);
        for round in 0..1_000 {
            let mut reader = port.listen().unwrap();
            assert!(port.listen().is_none());
            assert!(block(&mut writer, round, &mut [1.0; 64], &mut [1.0; 64]));
            assert!(reader.next(&mut Record::default()) > 0);
        }
    }
}

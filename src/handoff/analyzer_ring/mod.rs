//! Audio on its way from the audio thread to an open editor.
//!
//! A wait-free ring (`rtrb`), made once for each instance. While no editor reads it, the audio
//! thread only notes whether sound went through; a ring that was never written to takes no memory
//! either. While an editor reads, every block becomes one record, whole or not at all: a record for
//! which there is no room is dropped, and the next position shows the editor that one is missing.
//! Long silence, and a window that nobody sees, are not recorded: there is nothing to draw.

mod original;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use nice_plug_egui::RepaintNotifier;
use parking_lot::Mutex;
use rtrb::{Consumer, Producer, RingBuffer};

use self::original::OriginalLevel;
use crate::handoff::BlockReport;

/// Words in the ring: 1.3 s at 48 kHz, a third of a second at 192 kHz.
const WORDS: usize = 1 << 17;
/// Words before the samples of a record.
const HEADER: usize = 9;
/// Flag in a header: the host states the position.
const HOST: u32 = 1;
/// Flag in a header: a veil was applied or taken off.
const VEILED: u32 = 2;
/// Flag in a header: a veil was taken off.
const RESTORED: u32 = 4;
/// Flag in a header: only what changed was output.
const DELTA: u32 = 8;
/// Flag in a header: the original was output, changed in level.
const ORIGINAL: u32 = 16;
const NANOS: f64 = 1e9;
/// A time that has not come.
const NEVER: u64 = u64::MAX;
/// Audio counts as stopped after this long without any.
const STOPPED: Duration = Duration::from_millis(250);
/// Sound counts as gone after so many seconds of silence: longer than the pauses of speech.
const SILENT_AFTER: f64 = 2.0;
/// Samples up to this are silence: −100 dBFS, below the noise of a 16-bit recording.
const SILENCE: f32 = 1e-5;
/// How long silence is recorded: until the timeline is empty.
const RECORDED_SILENCE: f64 = 11.0 * NANOS;
/// Shortest time between two repaints while there is silence.
const SILENT_REPAINT: Duration = Duration::from_millis(500);

/// What both ends share.
struct Shared {
    /// An editor reads.
    open: AtomicBool,
    /// Nobody sees the window of that editor.
    hidden: AtomicBool,
    original: OriginalLevel,
    /// Nanoseconds of audio protected so far.
    protected: AtomicU64,
    /// When this was made.
    made: Instant,
    /// Nanoseconds from then to the newest block; [`NEVER`] before there is one.
    last_block: AtomicU64,
    /// Nanoseconds of audio since sound last went through, from input to output.
    silence: AtomicU64,
    /// Sample rate of the newest block in Hz; 0 before there is one.
    sample_rate: AtomicU32,
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
    /// Nanoseconds of audio since sound last went through.
    silence: f64,
    /// Whether sound came in with the present block.
    sound_in: bool,
    last_repaint: Option<Instant>,
}

/// What went through an instance, seen from outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Flow {
    /// When the newest block was processed.
    pub(crate) last_block: Option<Instant>,
    /// Seconds of audio since sound last went through, from input to output.
    pub(crate) silence: f64,
    /// Sample rate of the newest block in Hz; 0 before there is one.
    pub(crate) sample_rate: u32,
}

impl Flow {
    /// Whether blocks came within the last quarter of a second.
    pub(crate) fn is_running(&self, now: Instant) -> bool {
        self.last_block.is_some_and(|last| now.saturating_duration_since(last) < STOPPED)
    }

    /// Whether sound went through within the last two seconds of audio, and blocks still come.
    pub(crate) fn has_sound(&self, now: Instant) -> bool {
        self.is_running(now) && self.silence < SILENT_AFTER
    }
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
    /// Whether it was taken off.
    pub(crate) restored: bool,
    /// Whether only what changed was output.
    pub(crate) delta: bool,
    /// Whether the original was output, changed in level.
    pub(crate) original: bool,
    /// Gain of the output behind mark and veil, linear.
    pub(crate) gain: f32,
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
        hidden: AtomicBool::new(false),
        original: OriginalLevel::default(),
        protected: AtomicU64::new(0),
        made: Instant::now(),
        last_block: AtomicU64::new(NEVER),
        silence: AtomicU64::new(u64::MAX),
        sample_rate: AtomicU32::new(0),
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
        silence: f64::INFINITY,
        sound_in: false,
        last_repaint: None,
    };
    (writer, port)
}

impl AnalyzerWriter {
    /// Sets the sample rate of what follows, in Hz.
    pub(crate) fn prepare(&mut self, sample_rate: u32) {
        if self.sample_rate != sample_rate {
            self.sample_rate = sample_rate;
            self.shared.sample_rate.store(sample_rate, Ordering::Relaxed);
        }
    }

    /// Linear gain of the original, if a seen editor wants to hear that. Three relaxed loads.
    pub(crate) fn original(&self) -> Option<f32> {
        let seen =
            self.shared.open.load(Ordering::Relaxed) && !self.shared.hidden.load(Ordering::Relaxed);
        self.shared.original.get().filter(|_| seen).map(|db| 10.0_f32.powf(db / 20.0))
    }

    /// Ends the hearing of the original until the user asks again. One relaxed store.
    pub(crate) fn end_original(&self) {
        self.shared.original.set(None);
    }

    /// Notes whether sound comes in with a block that is about to be processed, and records it if an
    /// editor reads, someone may see it, and there is room. Never allocates, locks or waits;
    /// `Instant::now` is no system call on the systems that hosts run on (Linux answers from a page
    /// mapped into every process).
    #[inline]
    pub(crate) fn before(&mut self, channels: &[&mut [f32]]) -> Option<OpenRecord<'_>> {
        self.sound_in = has_sound(channels);
        if !self.shared.open.load(Ordering::Relaxed)
            || self.shared.hidden.load(Ordering::Relaxed)
            || !self.sound_in && self.silence >= RECORDED_SILENCE
        {
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
            sound_in: self.sound_in,
            len,
            started,
            last_repaint: &mut self.last_repaint,
        })
    }

    /// Counts a block that was processed: sound that went through, and, if it `protects`, as
    /// protected. Three relaxed stores.
    pub(crate) fn count(&mut self, channels: &[&mut [f32]], protects: bool) {
        let samples = channels.first().map_or(0, |channel| channel.len());
        let nanos = samples as f64 * NANOS / f64::from(self.sample_rate.max(1));
        let now = self.shared.made.elapsed().as_nanos() as u64;
        self.shared.last_block.store(now, Ordering::Relaxed);
        // Without sound nothing can be protected, and what does not come out protects nobody.
        if self.sound_in && has_sound(channels) {
            self.silence = 0.0;
            if protects {
                self.protected += nanos;
                self.shared.protected.store(self.protected as u64, Ordering::Relaxed);
            }
        } else {
            self.silence += nanos;
        }
        // An infinite time is the longest one.
        self.shared.silence.store(self.silence as u64, Ordering::Relaxed);
    }
}

/// Whether any sample is more than silence.
fn has_sound(channels: &[&mut [f32]]) -> bool {
    channels.iter().any(|channel| channel.iter().any(|sample| sample.abs() > SILENCE))
}

/// The record of a block that is being processed. Dropped before it is completed, it leaves no trace.
pub(crate) struct OpenRecord<'a> {
    chunk: rtrb::chunks::WriteChunk<'a, u32>,
    shared: &'a Shared,
    sample_rate: u32,
    sound_in: bool,
    len: usize,
    started: Instant,
    last_repaint: &'a mut Option<Instant>,
}

impl OpenRecord<'_> {
    /// Completes the record with the processed block. Never allocates, locks or waits.
    pub(crate) fn after(mut self, channels: &[&mut [f32]], report: &BlockReport) {
        means(self.chunk.as_mut_slices(), HEADER + self.len, channels, self.len);
        let position = report.position as u64;
        let flags = u32::from(report.host) * HOST
            + u32::from(report.veil.is_some()) * VEILED
            + u32::from(report.restored) * RESTORED
            + u32::from(report.delta) * DELTA
            + u32::from(report.original) * ORIGINAL;
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
            report.gain.to_bits(),
        ];
        let (first, rest) = self.chunk.as_mut_slices();
        first.iter_mut().chain(rest).zip(header).for_each(|(word, value)| *word = value);
        self.chunk.commit_all();
        let nanos = self.shared.repaint_interval.load(Ordering::Relaxed);
        let interval = Duration::from_nanos(nanos);
        let interval = if self.sound_in { interval } else { interval.max(SILENT_REPAINT) };
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
        self.0.hidden.store(false, Ordering::Relaxed);
        self.0.open.store(true, Ordering::Relaxed);
        Some(AnalyzerReader { ring: Some(ring), shared: self.0.clone() })
    }

    /// Seconds of audio protected since the instance was created.
    pub(crate) fn protected_seconds(&self) -> f64 {
        self.0.protected.load(Ordering::Relaxed) as f64 / NANOS
    }

    /// What went through the instance so far.
    pub(crate) fn flow(&self) -> Flow {
        let last_block = self.0.last_block.load(Ordering::Relaxed);
        Flow {
            last_block: (last_block != NEVER)
                .then(|| self.0.made + Duration::from_nanos(last_block)),
            silence: self.0.silence.load(Ordering::Relaxed) as f64 / NANOS,
            sample_rate: self.0.sample_rate.load(Ordering::Relaxed),
        }
    }

    /// Lets the original be heard instead of the output, changed by so many dB; or no longer.
    pub(crate) fn set_original(&self, db: Option<f32>) {
        self.0.original.set(db);
    }

    /// As set last, unless it has ended since.
    pub(crate) fn original(&self) -> Option<f32> {
        self.0.original.get()
    }

    /// Sets whether nobody sees the window of the editor that reads; then nothing is recorded, and the
    /// original is not heard any more.
    pub(crate) fn set_hidden(&self, hidden: bool) {
        if hidden {
            self.0.original.set(None);
        }
        self.0.hidden.store(hidden, Ordering::Relaxed);
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
        let [len, flags, position_low, position_high, veil_low, veil_high, rate, nanos, gain] =
            header;
        let len = len as usize;
        record.position = join(position_low, position_high) as i64;
        record.host = flags & HOST != 0;
        record.veil = (flags & VEILED != 0).then(|| join(veil_low, veil_high));
        record.restored = flags & RESTORED != 0;
        record.delta = flags & DELTA != 0;
        record.original = flags & ORIGINAL != 0;
        record.gain = f32::from_bits(gain);
        record.sample_rate = rate;
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
        self.shared.original.set(None);
        *self.shared.ring.lock() = self.ring.take();
    }
}

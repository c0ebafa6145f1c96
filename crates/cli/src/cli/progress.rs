//! The progress of a run over many files: one bar for all of it.

use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::pcm::PcmReader;
use indicatif::{HumanDuration, ProgressBar};

use super::terminal::progress_bar;

/// Files, seconds of audio, speed and time left; hidden where standard error is not a terminal.
pub(super) struct Progress {
    bar: ProgressBar,
    files: usize,
    files_done: AtomicUsize,
    failed: AtomicUsize,
    /// Seconds of audio done, in microseconds.
    audio_us: AtomicU64,
    begun: Instant,
}

impl Progress {
    /// Over `files` files of `bytes` bytes in all.
    pub(super) fn new(files: usize, bytes: u64) -> Self {
        Self {
            bar: progress_bar(bytes),
            files,
            files_done: AtomicUsize::new(0),
            failed: AtomicUsize::new(0),
            audio_us: AtomicU64::new(0),
            begun: Instant::now(),
        }
    }

    /// Bytes of a second of the audio in a file; none where that is not known, or not shown.
    pub(super) fn bytes_per_second(&self, file: &Path) -> Option<f64> {
        if self.bar.is_hidden() {
            return None;
        }
        let reader = PcmReader::open(file).ok()?;
        let info = reader.info();
        Some(info.frame_bytes() as f64 * f64::from(info.sample_rate))
    }

    /// Adds work that was done on a file.
    pub(super) fn add(&self, bytes: u64, bytes_per_second: Option<f64>) {
        self.bar.inc(bytes);
        if let Some(rate) = bytes_per_second {
            let us = (bytes as f64 / rate.max(1.0) * 1e6) as u64;
            self.audio_us.fetch_add(us, Ordering::Relaxed);
        }
        self.show();
    }

    /// Counts a file.
    pub(super) fn end_file(&self, failed: bool) {
        self.files_done.fetch_add(1, Ordering::Relaxed);
        self.failed.fetch_add(usize::from(failed), Ordering::Relaxed);
        self.show();
    }

    /// Takes the bar from the screen.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// Calls `f` while the bar is not on the screen.
    pub(super) fn suspend<R>(&self, f: impl FnOnce() -> R) -> R {
        self.bar.suspend(f)
    }

    fn show(&self) {
        if self.bar.is_hidden() {
            return;
        }
        let (done, files) = (self.files_done.load(Ordering::Relaxed), self.files);
        let mut text = format!("{done}/{files} files");
        let audio = Duration::from_micros(self.audio_us.load(Ordering::Relaxed));
        if !audio.is_zero() {
            let speed = audio.as_secs_f64() / self.begun.elapsed().as_secs_f64().max(1e-3);
            let audio = HumanDuration(Duration::from_secs(audio.as_secs()));
            text += &format!("  {audio:#} of audio  {speed:.0} × real time");
        }
        match self.failed.load(Ordering::Relaxed) {
            0 => {}
            failed => text += &format!("  {failed} failed"),
        }
        self.bar.set_message(text);
    }
}

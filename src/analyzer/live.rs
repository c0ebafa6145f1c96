//! From what the audio thread writes down to what is shown.

use std::sync::Arc;
use std::time::{Duration, Instant};

use patchveil_veil::Veil;

use super::curves::Curves;
use super::load::Load;
use super::patches::Walk;
use super::spectrum::Spectrum;
use super::{FFT_SIZE, FFT_SIZES, View, timeline};
use crate::handoff::analyzer_ring::{AnalyzerPort, AnalyzerReader, Record, mark};
use crate::handoff::design_requests::{AppliedVeil, DesignRequests};

/// After so long without audio none is running.
const STOPPED: Duration = Duration::from_millis(250);
/// Veils that are remembered: what the audio thread says may be a little older than the newest.
const VEILS: usize = 8;

/// What an open editor hears. Made by [`Remote::analyzer`](crate::Remote::analyzer); while it is there
/// the audio thread writes down what goes through it, and once it is dropped it stops.
///
/// For the editor's thread: it allocates, and takes a short lock that the audio thread never takes.
pub struct Analyzer {
    port: AnalyzerPort,
    requests: Arc<DesignRequests>,
    reader: Option<AnalyzerReader>,
    record: Record,
    view: View,
    size: usize,
    spectrum: Option<Spectrum>,
    curves: Option<Curves>,
    strip: timeline::Writer,
    load: Load,
    walk: Option<Walk>,
    /// Veils are taken off, so curves are the other way up.
    restores: bool,
    /// Newest last.
    veils: Vec<Arc<Veil>>,
    /// Where the next record begins if nothing was dropped and nothing jumps.
    expected: Option<i64>,
    heard: Option<Instant>,
}

impl Analyzer {
    pub(crate) fn new(port: AnalyzerPort, requests: Arc<DesignRequests>) -> Self {
        let reader = port.listen();
        Self {
            port,
            requests,
            reader,
            record: Record::default(),
            view: View::default(),
            size: FFT_SIZE,
            spectrum: None,
            curves: None,
            strip: timeline::Writer::default(),
            load: Load::default(),
            walk: None,
            restores: false,
            veils: Vec::new(),
            expected: None,
            heard: None,
        }
    }

    /// Lets at least this time pass from one [`Remote::news`](crate::Remote::news) of audio to the
    /// next.
    pub fn set_apart(&self, apart: Duration) {
        self.port.set_apart(apart);
    }

    /// What was heard up to the last [`poll`](Self::poll).
    #[must_use]
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Window length of the spectra in samples: the nearest of [`FFT_SIZES`] not below `size`.
    /// Spectra and peaks begin anew.
    pub fn set_fft_size(&mut self, size: usize) {
        let largest = FFT_SIZES[FFT_SIZES.len() - 1];
        let size = FFT_SIZES.into_iter().find(|known| *known >= size).unwrap_or(largest);
        if size != self.size {
            self.size = size;
            self.spectrum = None;
            self.view.spectra.points.clear();
        }
    }

    /// Window length of the spectra in samples.
    #[must_use]
    pub fn fft_size(&self) -> usize {
        self.size
    }

    /// Forgets the peaks of the spectra.
    pub fn clear_peaks(&mut self) {
        if let Some(spectrum) = &mut self.spectrum {
            spectrum.clear_peaks();
            spectrum.show(&mut self.view.spectra.points);
        }
    }

    /// Catches up with the audio thread; `now` is the time. Says whether the view has changed.
    pub fn poll(&mut self, now: Instant) -> bool {
        if self.reader.is_none() {
            // Another editor of this instance has not let go yet.
            self.reader = self.port.listen();
        }
        let mut news = self.follow_veil();
        let mut left = self.reader.as_ref().map_or(0, AnalyzerReader::waiting);
        while left > 0 {
            let mut record = std::mem::take(&mut self.record);
            let words = self.reader.as_mut().map_or(0, |reader| reader.next(&mut record));
            if words > 0 {
                self.take_in(&record);
                self.heard = Some(now);
                news = true;
            }
            self.record = record;
            left = if words == 0 { 0 } else { left.saturating_sub(words) };
        }
        let running =
            self.heard.is_some_and(|heard| now.saturating_duration_since(heard) < STOPPED);
        let seconds = self.port.veiled_seconds();
        news |= running != self.view.running || seconds != self.view.protected_seconds;
        self.view.running = running;
        self.view.protected_seconds = seconds;
        self.view.load = self.load.mean();
        self.view.load_peak = self.load.peak();
        if let Some(spectrum) = &mut self.spectrum {
            news |= spectrum.show(&mut self.view.spectra.points);
        }
        if let Some(curves) = &mut self.curves {
            news |= curves.show(&mut self.view.spectra.curves);
        }
        news
    }

    /// Looks whether the designer has sent another veil; says whether it has.
    fn follow_veil(&mut self) -> bool {
        let Some(AppliedVeil { veil, restores }) = self.requests.veil() else { return false };
        let turned = std::mem::replace(&mut self.restores, restores) != restores;
        if turned {
            self.curves = None;
        }
        if !turned && self.veils.last().is_some_and(|last| Arc::ptr_eq(last, &veil)) {
            return false;
        }
        self.veils.retain(|known| !Arc::ptr_eq(known, &veil));
        if self.veils.len() == VEILS {
            self.veils.remove(0);
        }
        // Before any audio, so that there is a curve to look at.
        if self.curves.is_none() {
            self.show_curves(veil.clone());
        }
        self.veils.push(veil);
        true
    }

    fn show_curves(&mut self, veil: Arc<Veil>) {
        let curves = Curves::new(veil);
        self.view.spectra.curves = curves.designed(self.restores);
        self.view.spectra.curve = 0;
        self.curves = Some(curves);
    }

    /// The veil that acted on a record. If it came and went between two looks, the newest one:
    /// what an automated parameter makes differs in depth, seldom in where patches lie.
    fn veil_of(&self, record: &Record) -> Option<Arc<Veil>> {
        let wanted = record.veil?;
        let found = self.veils.iter().find(|veil| mark(veil.serial()) == wanted);
        let veil = found.or(self.veils.last())?;
        (veil.sample_rate() == record.sample_rate).then(|| veil.clone())
    }

    fn take_in(&mut self, record: &Record) {
        let samples = record.before.len();
        if samples == 0 || record.sample_rate == 0 {
            return;
        }
        let end = record.position.saturating_add(samples as i64);
        self.load.take_in(samples as f64 / f64::from(record.sample_rate), record.nanos);
        let follows = self.place(record);
        self.expected = Some(end);
        self.view.position = end;
        self.view.host_timeline = record.host;

        self.follow_schedule(record, follows, end);
        let (before, after) = (&record.before, &record.after);
        let (size, rate) = (self.size, record.sample_rate);
        let spectrum = self.spectrum.get_or_insert_with(|| Spectrum::new(size, rate));
        spectrum.take_in(before, after);
        if let Some(curves) = &mut self.curves
            && record.veil.is_some()
        {
            curves.take_in(record.position, before, after);
        }
        self.strip.levels(&mut self.view.strip, record.position, before, after);
        timeline::trim(&mut self.view.strip, end, record.sample_rate);
    }

    /// Finds out how the record lies to the one before, and begins anew what has to; says whether
    /// it follows.
    fn place(&mut self, record: &Record) -> bool {
        let same_rate = self.view.sample_rate == record.sample_rate;
        if same_rate && self.expected == Some(record.position) {
            return true;
        }
        if let Some(curves) = &mut self.curves {
            curves.interrupt();
        }
        match &mut self.spectrum {
            Some(spectrum) if same_rate => spectrum.interrupt(),
            _ => {
                self.spectrum = None;
                self.view.spectra.points.clear();
            }
        }
        // What the ring dropped is a hole in the strip; a jump of the host begins another one.
        let hole = self.expected.map_or(-1, |expected| record.position.saturating_sub(expected));
        if !same_rate || !(0..=i64::from(record.sample_rate)).contains(&hole) {
            self.strip.restart(&mut self.view.strip, record.sample_rate);
        }
        self.view.sample_rate = record.sample_rate;
        false
    }

    /// Writes down the patches and frames that begin in the record, by the veil it went through.
    fn follow_schedule(&mut self, record: &Record, follows: bool, end: i64) {
        let Some(veil) = self.veil_of(record) else {
            self.walk = None;
            self.view.patch_active = false;
            if let Some(curves) = &mut self.curves {
                curves.interrupt();
            }
            return;
        };
        let same = self.walk.as_ref().is_some_and(|walk| Arc::ptr_eq(walk.veil(), &veil));
        if !self.curves.as_ref().is_some_and(|curves| Arc::ptr_eq(curves.veil(), &veil)) {
            self.show_curves(veil.clone());
        }
        if !same || !follows {
            let takes_over = follows && self.walk.is_some();
            self.walk = Some(Walk::new(veil.clone(), record.position, takes_over));
        }
        let Some(walk) = &mut self.walk else { return };
        while let Some(patch) = walk.advance(end) {
            timeline::patch(&mut self.view.strip, patch);
            if let Some(curves) = &mut self.curves {
                curves.expect(patch);
            }
        }
        self.view.patch_active = walk.is_active(end);
        self.view.spectra.curve = walk.curve();
        timeline::grid(&mut self.view.strip, &veil, record.position, end);
    }
}

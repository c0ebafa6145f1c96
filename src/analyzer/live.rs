//! From the audio thread's records to the view.

use std::sync::Arc;
use std::time::{Duration, Instant};

use patchveil_keyring::resolve_path;
use patchveil_veil::Veil;

use super::effect::EffectMeter;
use super::finder::{MarkFinder, Wanted};
use super::kernel_gain::KernelMeter;
use super::load::Load;
use super::patch_tracker::PatchTracker;
use super::spectrum::SpectrumMeter;
use super::timeline::{self, LevelRecorder};
use super::view::View;
use crate::handoff::analyzer_ring::{AnalyzerPort, AnalyzerReader, Record};
use crate::handoff::design_requests::{AppliedVeil, DesignRequests};

/// Window lengths of the spectra to choose from, in samples.
pub const FFT_SIZES: [usize; 5] = [1_024, 2_048, 4_096, 8_192, 16_384];
/// The default window length.
pub const FFT_SIZE: usize = 4_096;

/// Veils that are remembered: a record may be a little older than the newest veil.
const REMEMBERED: usize = 8;

/// Analyses one instance's audio for an open editor. Made by
/// [`Remote::analyzer`](crate::Remote::analyzer). While it exists, the audio thread records what it
/// processes; when it is dropped, that stops.
///
/// For the editor's thread: it allocates, and takes a short lock that the audio thread never takes.
pub struct Analyzer {
    port: AnalyzerPort,
    requests: Arc<DesignRequests>,
    reader: Option<AnalyzerReader>,
    record: Record,
    view: View,
    fft_size: usize,
    spectrum: Option<SpectrumMeter>,
    kernels: Option<KernelMeter>,
    effect: Option<EffectMeter>,
    finder: MarkFinder,
    levels: LevelRecorder,
    load: Load,
    patches: Option<PatchTracker>,
    /// The veil is being taken off, so gains are inverted.
    restores: bool,
    /// The veil whose effect is measured.
    measured: Option<u64>,
    /// Newest last.
    veils: Vec<Arc<Veil>>,
    /// Where the next record begins if nothing is dropped and the host does not jump.
    expected: Option<i64>,
}

impl Analyzer {
    pub(crate) fn new(port: AnalyzerPort, requests: Arc<DesignRequests>) -> Self {
        let reader = port.open();
        let finder = MarkFinder::start(resolve_path(None).ok(), port.news().clone());
        Self {
            port,
            requests,
            reader,
            record: Record::default(),
            view: View::default(),
            fft_size: FFT_SIZE,
            spectrum: None,
            kernels: None,
            effect: None,
            finder,
            levels: LevelRecorder::default(),
            load: Load::default(),
            patches: None,
            restores: false,
            measured: None,
            veils: Vec::new(),
            expected: None,
        }
    }

    /// Sets the shortest time between two repaints that audio causes.
    pub fn set_repaint_interval(&self, interval: Duration) {
        self.port.set_repaint_interval(interval);
    }

    /// The view as of the last [`poll`](Self::poll).
    #[must_use]
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Sets the window length of the spectra in samples: the shortest of [`FFT_SIZES`] that is at
    /// least `size`, or the longest. Spectra and peaks start again.
    pub fn set_fft_size(&mut self, size: usize) {
        let largest = FFT_SIZES[FFT_SIZES.len() - 1];
        let size = FFT_SIZES.into_iter().find(|known| *known >= size).unwrap_or(largest);
        if size != self.fft_size {
            self.fft_size = size;
            self.spectrum = None;
            self.view.spectra.points.clear();
        }
    }

    /// Window length of the spectra in samples.
    #[must_use]
    pub fn fft_size(&self) -> usize {
        self.fft_size
    }

    /// Clears the peaks of the spectra.
    pub fn clear_peaks(&mut self) {
        if let Some(spectrum) = &mut self.spectrum {
            spectrum.clear_peaks();
            spectrum.update(&mut self.view.spectra.points);
        }
    }

    /// Looks for marks in the input from now on, or no longer.
    pub fn listen(&mut self, listening: bool) {
        self.finder.listen(listening);
    }

    /// Lets the original be heard instead of the output, as loud as that by the last three seconds; or no
    /// longer. It ends by itself where the host starts anew or renders, and when this is dropped or nobody
    /// sees the window. Nothing happens before loudness is known.
    pub fn hear_original(&mut self, wanted: bool) {
        let db = self.view.match_db.filter(|_| wanted);
        self.port.set_original(db);
        self.view.original = self.port.original();
    }

    /// Catches up with the audio thread; `now` is the time. Returns whether the view has changed.
    pub fn poll(&mut self, now: Instant) -> bool {
        if self.reader.is_none() {
            // Another editor of this instance may have closed meanwhile.
            self.reader = self.port.open();
        }
        let mut changed = self.follow_veil();
        changed |= self.read_records();
        self.finder.flush(self.view.sample_rate);
        let results = self.finder.results();
        changed |= (results.found, &results.heard) != (self.view.found, &self.view.heard);
        (self.view.found, self.view.heard) = (results.found, results.heard);
        changed |= self.follow_flow(now);
        self.view.load = self.load.mean();
        self.view.late = self.load.late();
        let original = self.port.original();
        changed |= original != self.view.original;
        self.view.original = original;
        if let Some(effect) = &mut self.effect {
            changed |= effect.update(&mut self.view.effect);
        }
        if let Some(spectrum) = &mut self.spectrum {
            changed |= spectrum.update(&mut self.view.spectra.points);
        }
        if let Some(kernels) = &mut self.kernels {
            changed |= kernels.update(&mut self.view.spectra.kernels);
        }
        changed
    }

    /// Looks what went through since the last poll, whether it was recorded or not. Returns whether
    /// that differs.
    fn follow_flow(&mut self, now: Instant) -> bool {
        let flow = self.port.flow();
        let view = &mut self.view;
        let (running, sound) = (flow.is_running(now), flow.has_sound(now));
        let seconds = self.port.protected_seconds();
        let changed =
            (running, sound, seconds) != (view.running, view.sound, view.protected_seconds);
        view.started = flow.last_block.is_some();
        (view.running, view.sound, view.protected_seconds) = (running, sound, seconds);
        if view.sample_rate == 0 {
            view.sample_rate = flow.sample_rate;
        }
        changed
    }

    /// Analyses the records in the ring, but none that arrive meanwhile. Returns whether there
    /// were any.
    fn read_records(&mut self) -> bool {
        let mut any = false;
        let mut waiting = self.reader.as_ref().map_or(0, AnalyzerReader::waiting);
        while waiting > 0 {
            let mut record = std::mem::take(&mut self.record);
            let words = self.reader.as_mut().map_or(0, |reader| reader.next(&mut record));
            if words > 0 {
                self.analyse(&record);
                any = true;
            }
            self.record = record;
            waiting = if words == 0 { 0 } else { waiting.saturating_sub(words) };
        }
        any
    }

    /// Looks whether the designer has sent another veil. Returns whether it has.
    fn follow_veil(&mut self) -> bool {
        let Some(AppliedVeil { veil, restores }) = self.requests.veil() else { return false };
        let mode_changed = std::mem::replace(&mut self.restores, restores) != restores;
        if mode_changed {
            self.kernels = None;
        }
        if !mode_changed && self.veils.last().is_some_and(|last| Arc::ptr_eq(last, &veil)) {
            return false;
        }
        self.veils.retain(|known| !Arc::ptr_eq(known, &veil));
        if self.veils.len() == REMEMBERED {
            self.veils.remove(0);
        }
        // Gains are shown even before there is any audio.
        if self.kernels.is_none() {
            self.show_kernels(veil.clone());
        }
        self.veils.push(veil);
        true
    }

    /// Measures what a record changed, for as long as one veil changes it.
    fn measure_effect(&mut self, record: &Record) {
        if record.original {
            // The output is not there to be measured, and what was known of it stays.
            self.view.effect = None;
            if let Some(effect) = &mut self.effect {
                effect.break_off();
            }
            return;
        }
        if record.veil.is_none() || record.delta || record.restored {
            (self.effect, self.view.effect, self.view.match_db) = (None, None, None);
            return;
        }
        let rate = record.sample_rate;
        let effect = self.effect.get_or_insert_with(|| EffectMeter::new(rate));
        effect.push(&record.before, &record.after, record.gain);
        self.view.match_db = effect.match_db();
    }

    /// Passes a record on to where marks are searched for.
    fn search_marks(&mut self, record: &Record, follows: bool) {
        let marks = !record.delta && !record.restored;
        let wanted = self.veil_of(record).filter(|_| marks).and_then(|veil| {
            let settings = veil.recipe().mark.clone()?;
            Some(Wanted { key: veil.fingerprint(), settings })
        });
        if !follows || !self.finder.wants(wanted.as_ref()) {
            self.finder.restart(wanted);
        }
        self.finder.push(&record.before, &record.after);
    }

    fn show_kernels(&mut self, veil: Arc<Veil>) {
        let kernels = KernelMeter::new(veil);
        self.view.spectra.kernels = kernels.designed(self.restores);
        self.view.spectra.current = 0;
        self.kernels = Some(kernels);
    }

    /// The veil that processed a record, or the newest one if that veil came and went between two
    /// polls: veils of an automated parameter differ in depth, rarely in their patches.
    fn veil_of(&self, record: &Record) -> Option<Arc<Veil>> {
        let id = record.veil?;
        let found = self.veils.iter().find(|veil| veil.serial() == id);
        let veil = found.or(self.veils.last())?;
        (veil.sample_rate() == record.sample_rate).then(|| veil.clone())
    }

    pub(super) fn analyse(&mut self, record: &Record) {
        let samples = record.before.len();
        if samples == 0 || record.sample_rate == 0 {
            return;
        }
        let end = record.position.saturating_add(samples as i64);
        self.load.push(samples as f64 / f64::from(record.sample_rate), record.nanos);
        let follows = self.check_continuity(record);
        self.expected = Some(end);
        self.view.position = end;
        self.view.host_timeline = record.host;

        self.follow_schedule(record, follows, end);
        self.measure_effect(record);
        self.search_marks(record, follows);
        let (before, after) = (&record.before, &record.after);
        let (size, rate) = (self.fft_size, record.sample_rate);
        let spectrum = self.spectrum.get_or_insert_with(|| SpectrumMeter::new(size, rate));
        spectrum.push(before, after);
        if let Some(kernels) = &mut self.kernels
            && record.veil.is_some()
        {
            kernels.push(record.position, before, after);
        }
        self.levels.push(&mut self.view.timeline, record.position, before, after);
        timeline::trim(&mut self.view.timeline, end, record.sample_rate);
    }

    /// Restarts what has to if the record does not follow the one before. Returns whether it does.
    fn check_continuity(&mut self, record: &Record) -> bool {
        let same_rate = self.view.sample_rate == record.sample_rate;
        if same_rate && self.expected == Some(record.position) {
            return true;
        }
        if let Some(kernels) = &mut self.kernels {
            kernels.break_off();
        }
        match &mut self.effect {
            Some(effect) if same_rate => effect.break_off(),
            _ => (self.effect, self.view.effect) = (None, None),
        }
        match &mut self.spectrum {
            Some(spectrum) if same_rate => spectrum.break_off(),
            _ => {
                self.spectrum = None;
                self.view.spectra.points.clear();
            }
        }
        // What the ring dropped leaves a gap in the timeline; a jump of the host restarts it.
        let gap = self.expected.map_or(-1, |expected| record.position.saturating_sub(expected));
        if !same_rate || !(0..=i64::from(record.sample_rate)).contains(&gap) {
            self.levels.restart(&mut self.view.timeline, record.sample_rate);
        }
        self.view.sample_rate = record.sample_rate;
        false
    }

    /// Adds the patches and periods that begin in the record, by the veil that processed it.
    fn follow_schedule(&mut self, record: &Record, follows: bool, end: i64) {
        let Some(veil) = self.veil_of(record) else {
            self.patches = None;
            self.view.patch_active = false;
            self.view.marked = false;
            if let Some(kernels) = &mut self.kernels {
                kernels.break_off();
            }
            return;
        };
        if !self.kernels.as_ref().is_some_and(|kernels| Arc::ptr_eq(kernels.veil(), &veil)) {
            self.show_kernels(veil.clone());
        }
        let same = self.patches.as_ref().is_some_and(|known| Arc::ptr_eq(known.veil(), &veil));
        if self.measured != Some(veil.serial()) {
            self.measured = Some(veil.serial());
            (self.effect, self.view.effect) = (None, None);
        }
        if !same || !follows {
            let replaces = follows && self.patches.is_some();
            self.patches = PatchTracker::start(veil.clone(), record.position, replaces);
        }
        self.view.marked = veil.mark().is_some();
        timeline::push_periods(&mut self.view.timeline, &veil, record.position, end);
        let Some(patches) = &mut self.patches else {
            self.view.patch_active = false;
            return;
        };
        while let Some(patch) = patches.advance(end) {
            timeline::push_patch(&mut self.view.timeline, patch);
            if let Some(kernels) = &mut self.kernels {
                kernels.push_patch(patch);
            }
        }
        self.view.patch_active = patches.is_active(end);
        self.view.spectra.current = patches.kernel();
    }
}

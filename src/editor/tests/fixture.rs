//! An editor without a host, in situations made up for tests.

use std::cell::RefCell;

use egui::{Theme, UiBuilder, vec2};
use egui_kittest::{Harness, HarnessBuilder};
use nice_plug::params::persist::PersistentField;
use nice_plug::prelude::Param;
use patchveil_veil::{ClassKey, Preset, Veil};
use patchveil_words::Language;

use crate::analyzer::{
    Effect, Found, KernelGain, LevelColumn, PatchSpan, Spectra, SpectrumPoint, Timeline, View,
};
use crate::editor::analyzer_panel::FftSizes;
use crate::editor::layout::{self, Panels, Scene, UserRequests};
use crate::editor::param_gesture::ParamGesture;
use crate::editor::theme;
use crate::editor::words::set_language;
use crate::keys::{Class, KeyringView};
use crate::params::{PatchveilParams, PresetChoice};
use crate::route::Route;
use crate::state::{Choice, ClassField, Saved};
use crate::status::Status;

/// Sets parameters and logs every step of a gesture.
#[derive(Default)]
pub(super) struct Recorder {
    log: RefCell<Vec<String>>,
}

impl Recorder {
    fn write(&self, text: String) {
        self.log.borrow_mut().push(text);
    }

    /// The log since the last call.
    pub(super) fn take(&self) -> Vec<String> {
        self.log.take()
    }
}

impl ParamGesture for Recorder {
    fn begin(&self, param: &impl Param) {
        self.write(format!("begin {}", param.name()));
    }

    #[expect(unsafe_code, reason = "only a host can set parameters, and there is none")]
    fn set(&self, param: &impl Param, normalized: f32) {
        let normalized = param.preview_normalized(param.preview_plain(normalized));
        // SAFETY: the parameter is borrowed, so the pointer is valid.
        unsafe { param.as_ptr()._internal_set_normalized_value(normalized) };
        let text = param.normalized_value_to_string(param.unmodulated_normalized_value(), true);
        self.write(format!("set {} {text}", param.name()));
    }

    fn end(&self, param: &impl Param) {
        self.write(format!("end {}", param.name()));
    }
}

/// Everything that the editor shows.
pub(super) struct Fixture {
    pub(super) status: Status,
    pub(super) route: Route,
    pub(super) view: View,
    pub(super) keyring: KeyringView,
    pub(super) params: PatchveilParams,
    pub(super) gesture: Recorder,
    pub(super) panels: Panels,
    pub(super) requests: UserRequests,
    /// Of the window when it opens.
    pub(super) language: Language,
}

impl Fixture {
    /// A new instance.
    pub(super) fn empty() -> Self {
        Self {
            status: Status::NotProtecting,
            route: Route::Host,
            view: View::default(),
            keyring: KeyringView { loaded: true, ..KeyringView::default() },
            params: PatchveilParams::new(ClassField::default()),
            gesture: Recorder::default(),
            panels: Panels::default(),
            requests: UserRequests::default(),
            language: Language::English,
        }
    }

    /// The same with this preset.
    pub(super) fn with(self, preset: PresetChoice) -> Self {
        let param = &self.params.recipe.preset;
        self.gesture.set(param, param.preview_normalized(preset));
        self.gesture.take();
        self
    }

    /// The same with the row of all controls.
    pub(super) fn unfolded(self) -> Self {
        self.params.editor.set_all_controls(true);
        self
    }

    /// The same in a session of recipe version 1.
    pub(super) fn former(self) -> Self {
        self.params.class.set(Saved { recipe: 1, choice: Choice::Undecided });
        self
    }

    /// An instance that marks a recording, with the default preset.
    pub(super) fn marked() -> Self {
        let fixture = Self { view: marked_voice(), ..Self::busy() };
        fixture.gesture.set(&fixture.params.output.trim, 0.5);
        fixture.with(PresetChoice::Mark)
    }

    /// An instance that protects a recording with the preset `balanced`.
    pub(super) fn busy() -> Self {
        let fixture = Self {
            status: Status::Protecting {
                class: "Night Show".to_owned(),
                fingerprint: key(1).fingerprint(),
                trouble: None,
            },
            view: protected_voice(),
            keyring: keyring(&["Night Show", "Morning Brief", "Interviews 2026", "Ada’s voice"]),
            ..Self::empty()
        };
        fixture.gesture.set(&fixture.params.output.trim, 0.4375);
        fixture.gesture.set(&fixture.params.veil.amount, 0.6);
        fixture.with(PresetChoice::Balanced)
    }

    /// Draws the editor on the background of a window.
    pub(super) fn draw(&mut self, ui: &mut egui::Ui) {
        let whole = ui.ctx().content_rect();
        let painter = ui.painter().with_clip_rect(whole);
        painter.rect_filled(whole, 0.0, theme::palette(ui).background);
        self.draw_panels(ui);
    }

    /// Draws the editor without a background.
    pub(super) fn draw_panels(&mut self, ui: &mut egui::Ui) {
        // The whole window, as in a host: the harness leaves a margin.
        let whole = ui.ctx().content_rect();
        let ui = &mut ui.new_child(UiBuilder::new().max_rect(whole));
        ui.set_clip_rect(whole);
        let scene = Scene {
            status: &self.status,
            route: &self.route,
            view: &self.view,
            keyring: &self.keyring,
            params: &self.params,
            gesture: &self.gesture,
            fft_sizes: FftSizes { current: 4_096, all: &[1_024, 2_048, 4_096, 8_192, 16_384] },
        };
        self.requests = layout::draw(ui, &scene, &mut self.panels);
    }

    /// The same in another language.
    pub(super) fn in_language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// A window of this size that shows the editor.
    pub(super) fn window(
        self,
        width: f32,
        height: f32,
        scale: f32,
        theme: Theme,
    ) -> Harness<'static, Self> {
        self.builder((width, height), scale, theme)
            .wgpu()
            .build_ui_state(|ui, fixture: &mut Self| fixture.draw(ui), self)
    }

    /// A window of this size in points that is never made into a picture.
    pub(super) fn unpainted(self, size: (f32, f32)) -> Harness<'static, Self> {
        self.builder(size, 1.0, Theme::Dark)
            .build_ui_state(|ui, fixture: &mut Self| fixture.draw(ui), self)
    }

    fn builder(&self, size: (f32, f32), scale: f32, theme: Theme) -> HarnessBuilder<Self> {
        let language = self.language;
        Harness::builder()
            .with_size(vec2(size.0, size.1))
            .with_pixels_per_point(scale)
            .with_theme(theme)
            .with_max_steps(16)
            .with_step_dt(0.05)
            .with_context_setup(move |context| {
                theme::apply(context);
                set_language(context, language);
            })
    }
}

/// The key number `n`.
pub(super) fn key(n: u8) -> ClassKey {
    ClassKey::from_bytes([n; 32])
}

/// A keyring with classes of these names and the keys 1, 2, …. The first is the default.
pub(super) fn keyring(names: &[&str]) -> KeyringView {
    let classes = names
        .iter()
        .zip(1..)
        .map(|(name, n)| Class {
            name: (*name).to_owned(),
            fingerprint: key(n).fingerprint(),
            created: format!("2026-0{}-1{}T08:00:00Z", n % 9 + 1, n % 9).parse().unwrap(),
            default: n == 1,
        })
        .collect();
    KeyringView { loaded: true, classes, ..KeyringView::default() }
}

const RATE: u32 = 48_000;
/// Position after the newest sample.
const NOW: i64 = 48_000 * 754 + 23_171;
/// Position of the oldest sample on the timeline.
const OLDEST: i64 = NOW - 10 * RATE as i64;

/// A synthetic voice at 48 kHz, protected with the preset `balanced`.
fn protected_voice() -> View {
    let veil = Veil::new(&key(1), &Preset::Balanced.recipe(), RATE).unwrap();
    let change = |hz| 0.35 * gain(&veil, 0, hz);
    View {
        running: true,
        sample_rate: RATE,
        position: NOW,
        host_timeline: true,
        started: true,
        sound: true,
        load: 0.004,
        late: 0,
        protected_seconds: 754.0,
        patch_active: true,
        marked: true,
        effect: Some(Effect {
            seconds: 10,
            mean_db: 3.23,
            most_db: 7.92,
            loudness_lu: Some(-0.41),
        }),
        match_db: Some(-0.4),
        original: None,
        found: Found::Yes { seconds: 3.0, p: 4e-21 },
        heard: None,
        spectra: Spectra { points: spectrum(change), kernels: kernel_gains(&veil), current: 1 },
        timeline: timeline(&veil),
    }
}

/// The same voice with the preset `mark`.
fn marked_voice() -> View {
    let veil = Veil::new(&key(1), &Preset::Mark.recipe(), RATE).unwrap();
    let change = |hz: f32| 0.5 * (hz / 90.0).sin();
    View {
        patch_active: false,
        effect: Some(Effect { seconds: 10, mean_db: 0.04, most_db: 0.27, loudness_lu: Some(0.02) }),
        match_db: Some(0.0),
        spectra: Spectra { points: spectrum(change), ..Spectra::default() },
        timeline: timeline(&veil),
        ..protected_voice()
    }
}

fn gain(veil: &Veil, kernel: usize, hz: f32) -> f32 {
    veil.gain_db(kernel, f64::from(hz)) as f32
}

/// A spectrum that falls towards high frequencies, with partials, formants and some noise, and is
/// changed by so many dB.
fn spectrum(change: impl Fn(f32) -> f32) -> Vec<SpectrumPoint> {
    let bins = 2_049;
    let point = |bin: i32| {
        let hz = bin as f32 * RATE as f32 / 2.0 / (bins - 1) as f32;
        let slope = -30.0 - 9.0 * (hz.max(60.0) / 200.0).log2().max(-1.5);
        let partial = 10.0 * (hz / 118.0 * std::f32::consts::TAU).cos() * (-hz / 2_500.0).exp();
        let formants: f32 = [(550.0, 9.0), (1_650.0, 8.0), (2_700.0, 7.0), (6_200.0, 8.0)]
            .iter()
            .map(|(at, db)| db * (-((hz / at).log2() * 2.2).powi(2)).exp())
            .sum();
        let noise = 2.2 * ((bin * 7_919 % 613) as f32 / 613.0 - 0.5);
        let before = slope + partial + formants + noise - if hz < 80.0 { 20.0 } else { 0.0 };
        let after = before + change(hz) + 0.6 * ((bin * 31 % 17) as f32 / 17.0 - 0.5);
        let (before_peak, after_peak) = (before + 6.0 + noise, after + 6.5 - noise);
        SpectrumPoint { hz, before, after, before_peak, after_peak }
    };
    (0..bins).map(point).collect()
}

fn kernel_gains(veil: &Veil) -> Vec<KernelGain> {
    let measure = |&(hz, db): &(f32, f32)| (hz, db * 0.93 + 0.25 * (hz.ln() * 23.0).sin());
    let kernel = |number| {
        let axis = (0..300).map(|n| 20.0 * 1_000.0_f32.powf(n as f32 / 299.0));
        let designed: Vec<(f32, f32)> = axis.map(|hz| (hz, gain(veil, number, hz))).collect();
        let measured = designed.iter().filter(|(hz, _)| *hz > 90.0).map(measure).collect();
        KernelGain { designed, measured }
    };
    (0..veil.kernels().len()).map(kernel).collect()
}

fn timeline(veil: &Veil) -> Timeline {
    let column_len = 480;
    let column = |n: i64| {
        let t = n as f32 / 100.0;
        let phrase = (t * 1.1).sin().max(0.0).powf(0.3);
        let syllable = (t * 13.0).sin().abs();
        let before = -52.0 + 40.0 * phrase * (0.35 + 0.65 * syllable);
        let after = before + 1.4 * (t * 61.0).sin();
        LevelColumn { position: OLDEST + n * column_len, before, after }
    };
    let patches = veil.schedule().map_or_else(Vec::new, |schedule| {
        let mut cursor = schedule.patches_from(OLDEST);
        std::iter::repeat_with(|| cursor.next(schedule))
            .take_while(|patch| patch.start < NOW)
            .map(|patch| PatchSpan { start: patch.start, end: patch.end, kernel: patch.kernel })
            .collect()
    });
    // 80 ms, or 1.28 s.
    let period = if veil.schedule().is_some() { 3_840 } else { 61_440 };
    let periods = (OLDEST / period + 1..=NOW / period).map(|n| n * period).collect();
    Timeline { columns: (0..1_000).map(column).collect(), column_len, patches, periods }
}

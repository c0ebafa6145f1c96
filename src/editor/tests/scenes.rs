//! Situations to draw.

use std::cell::RefCell;

use egui::{Theme, UiBuilder, vec2};
use egui_kittest::Harness;
use nice_plug::prelude::Param;
use patchveil_veil::{ClassKey, Preset, Veil};

use crate::analyzer::{Column, Curve, Spectra, SpectrumPoint, Stretch, Strip, View};
use crate::editor::analyzer_panel::Sizes;
use crate::editor::layout::{self, Panels, Scene, Wanted};
use crate::editor::param_gesture::ParamGesture;
use crate::editor::theme;
use crate::keys::{Class, KeyringView};
use crate::params::PatchveilParams;
use crate::state::ClassField;
use crate::status::Status;

/// A gesture that writes down what it did, and does it.
#[derive(Default)]
pub(super) struct Recorder {
    pub(super) moves: RefCell<Vec<String>>,
}

impl Recorder {
    fn write(&self, text: String) {
        self.moves.borrow_mut().push(text);
    }

    /// What was done since last asked.
    pub(super) fn take(&self) -> Vec<String> {
        self.moves.take()
    }
}

impl ParamGesture for Recorder {
    fn begin(&self, param: &impl Param) {
        self.write(format!("begin {}", param.name()));
    }

    #[allow(unsafe_code)]
    fn set(&self, param: &impl Param, normalized: f32) {
        let normalized = param.preview_normalized(param.preview_plain(normalized));
        // SAFETY: the parameter is borrowed, so it is there.
        unsafe { param.as_ptr()._internal_set_normalized_value(normalized) };
        let text = param.normalized_value_to_string(param.unmodulated_normalized_value(), true);
        self.write(format!("set {} {text}", param.name()));
    }

    fn end(&self, param: &impl Param) {
        self.write(format!("end {}", param.name()));
    }
}

/// Everything that a picture shows.
pub(super) struct Stage {
    pub(super) status: Status,
    pub(super) view: View,
    pub(super) keyring: KeyringView,
    pub(super) params: PatchveilParams,
    pub(super) gesture: Recorder,
    pub(super) panels: Panels,
    pub(super) wanted: Wanted,
}

impl Stage {
    /// As it is before anything has happened.
    pub(super) fn empty() -> Self {
        Self {
            status: Status::NotProtecting,
            view: View::default(),
            keyring: KeyringView { looked: true, ..KeyringView::default() },
            params: PatchveilParams::new(ClassField::default()),
            gesture: Recorder::default(),
            panels: Panels::default(),
            wanted: Wanted::default(),
        }
    }

    /// In the middle of a show.
    pub(super) fn busy() -> Self {
        let stage = Self {
            status: Status::Protecting {
                class: "Night Show".to_owned(),
                fingerprint: key(1).fingerprint(),
                trouble: None,
            },
            view: sound(),
            keyring: keyring(&["Night Show", "Morning Brief", "Interviews 2026", "Ada’s voice"]),
            ..Self::empty()
        };
        stage.gesture.set(&stage.params.output.trim, 0.4375);
        stage.gesture.set(&stage.params.veil.amount, 0.6);
        stage.gesture.take();
        stage
    }

    /// Draws all of it, on the colour that a window begins in.
    pub(super) fn draw(&mut self, ui: &mut egui::Ui) {
        let whole = ui.ctx().content_rect();
        let painter = ui.painter().with_clip_rect(whole);
        painter.rect_filled(whole, 0.0, theme::palette(ui).background);
        self.draw_panels(ui);
    }

    /// Draws what an editor draws.
    pub(super) fn draw_panels(&mut self, ui: &mut egui::Ui) {
        // The whole window, as in a host: the harness leaves a margin.
        let whole = ui.ctx().content_rect();
        let ui = &mut ui.new_child(UiBuilder::new().max_rect(whole));
        ui.set_clip_rect(whole);
        let scene = Scene {
            status: &self.status,
            view: &self.view,
            keyring: &self.keyring,
            params: &self.params,
            gesture: &self.gesture,
            sizes: Sizes { now: 4_096, all: &[1_024, 2_048, 4_096, 8_192, 16_384] },
        };
        self.wanted = layout::draw(ui, &scene, &mut self.panels);
    }

    /// A window of this size that shows it.
    pub(super) fn window(
        self,
        width: f32,
        height: f32,
        scale: f32,
        theme: Theme,
    ) -> Harness<'static, Self> {
        Harness::builder()
            .with_size(vec2(width, height))
            .with_pixels_per_point(scale)
            .with_theme(theme)
            .with_max_steps(16)
            .with_step_dt(0.05)
            .with_context_setup(theme::dress)
            .wgpu()
            .build_ui_state(|ui, stage: &mut Self| stage.draw(ui), self)
    }
}

/// The key number `n`.
pub(super) fn key(n: u8) -> ClassKey {
    ClassKey::from_bytes([n; 32])
}

/// A keyring of classes of these names, with the keys 1, 2, …, the first of them the default.
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
    KeyringView { looked: true, classes, ..KeyringView::default() }
}

/// A made-up voice at 48 kHz, veiled as the preset `balanced` veils it.
fn sound() -> View {
    const RATE: u32 = 48_000;
    const NOW: i64 = 48_000 * 754 + 23_171;
    let veil = Veil::new(&key(1), &Preset::Balanced.recipe(), RATE).unwrap();
    let gain = |curve: usize, hz: f32| veil.gain_db(curve, f64::from(hz)) as f32;

    // A spectrum that falls towards the top, with partials of a voice and a little grain.
    let bins = 2_049;
    let points = (0..bins)
        .map(|bin| {
            let hz = bin as f32 * RATE as f32 / 2.0 / (bins - 1) as f32;
            let slope = -30.0 - 9.0 * (hz.max(60.0) / 200.0).log2().max(-1.5);
            let partial = 10.0 * (hz / 118.0 * std::f32::consts::TAU).cos() * (-hz / 2_500.0).exp();
            let formants: f32 = [(550.0, 9.0), (1_650.0, 8.0), (2_700.0, 7.0), (6_200.0, 8.0)]
                .iter()
                .map(|(at, db)| db * (-((hz / at).log2() * 2.2).powi(2)).exp())
                .sum();
            let grain = 2.2 * ((bin * 7_919 % 613) as f32 / 613.0 - 0.5);
            let before = slope + partial + formants + grain - if hz < 80.0 { 20.0 } else { 0.0 };
            let after = before + 0.35 * gain(0, hz) + 0.6 * ((bin * 31 % 17) as f32 / 17.0 - 0.5);
            let (before_peak, after_peak) = (before + 6.0 + grain, after + 6.5 - grain);
            SpectrumPoint { hz, before, after, before_peak, after_peak }
        })
        .collect();
    let curves = (0..veil.kernels().len())
        .map(|curve| {
            let axis = (0..300).map(|n| 20.0 * 1_000.0_f32.powf(n as f32 / 299.0));
            let designed: Vec<(f32, f32)> = axis.map(|hz| (hz, gain(curve, hz))).collect();
            let heard = |&(hz, db): &(f32, f32)| (hz, db * 0.93 + 0.25 * (hz.ln() * 23.0).sin());
            let measured = designed.iter().filter(|(hz, _)| *hz > 90.0).map(heard).collect();
            Curve { designed, measured }
        })
        .collect();
    let spectra = Spectra { points, curves, curve: 2 };

    let begin = NOW - 10 * i64::from(RATE);
    let column_len = 480;
    let columns = (0..1_000)
        .map(|n| {
            let position = begin + n * column_len;
            let t = n as f32 / 100.0;
            let phrase = (t * 1.1).sin().max(0.0).powf(0.3);
            let syllable = (t * 13.0).sin().abs();
            let before = -52.0 + 40.0 * phrase * (0.35 + 0.65 * syllable);
            let after = before + 1.4 * (t * 61.0).sin();
            Column { position, before, after }
        })
        .collect();
    let mut patches = Vec::new();
    let mut cursor = veil.schedule().patches_from(begin);
    loop {
        let patch = cursor.next(veil.schedule());
        if patch.start >= NOW {
            break;
        }
        patches.push(Stretch { start: patch.start, end: patch.end, kernel: patch.kernel });
    }
    let frame = 6_144;
    let frames = (begin / frame + 1..=NOW / frame).map(|n| n * frame).collect();
    View {
        running: true,
        sample_rate: RATE,
        position: NOW,
        host_timeline: true,
        load: 0.004,
        load_peak: 0.013,
        protected_seconds: 754.0,
        patch_active: true,
        spectra,
        strip: Strip { columns, column_len, patches, frames },
    }
}

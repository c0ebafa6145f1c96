//! Colours, spacing and type, in one place.

use egui::{
    Color32, CornerRadius, FontFamily, FontId, Margin, Rgba, Stroke, Style, TextStyle, Theme, Ui,
    Vec2,
};

/// Space between what belongs together, in points.
pub(crate) const SMALL_GAP: f32 = 4.0;
/// Space between neighbours, in points.
pub(crate) const GAP: f32 = 8.0;
/// Space inside a panel's edge, in points.
pub(crate) const INSET: f32 = 12.0;
/// Corner radius of panels, in points.
pub(crate) const ROUND: u8 = 6;
/// Corner radius of buttons and fields, in points.
pub(crate) const ROUND_SMALL: u8 = 4;

/// Opacity of the main button under the pointer.
pub(crate) const HOVERED: f32 = 0.88;
/// Opacity of what is behind selected text.
const SELECTED: f32 = 0.35;

/// The headline.
pub(crate) const HEADLINE: FontId = FontId::new(18.0, FontFamily::Proportional);
/// Titles of panels.
pub(crate) const TITLE: FontId = FontId::new(14.0, FontFamily::Proportional);
/// Running text.
pub(crate) const BODY: FontId = FontId::new(13.0, FontFamily::Proportional);
/// Labels, axes and notes.
pub(crate) const SMALL: FontId = FontId::new(11.5, FontFamily::Proportional);
/// Fingerprints and keys.
pub(crate) const CODE: FontId = FontId::new(11.0, FontFamily::Monospace);

/// The colours of one theme. Every text colour has a contrast of at least 4.5 : 1 on `background`,
/// `panel` and `raised`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Palette {
    /// Behind the panels.
    pub(crate) background: Color32,
    /// Panels.
    pub(crate) panel: Color32,
    /// Buttons and text fields.
    pub(crate) raised: Color32,
    /// Under the pointer.
    pub(crate) hovered: Color32,
    /// Borders of panels.
    pub(crate) border: Color32,
    /// Grid lines.
    pub(crate) grid: Color32,
    /// Outlines of buttons and fields: 3 : 1 against what surrounds them.
    pub(crate) outline: Color32,
    /// Text.
    pub(crate) text: Color32,
    /// Secondary text.
    pub(crate) weak: Color32,
    /// What can be moved, is selected or has the focus.
    pub(crate) accent: Color32,
    /// Text on `accent`.
    pub(crate) on_accent: Color32,
    /// Everything works.
    pub(crate) good: Color32,
    /// Needs attention.
    pub(crate) warn: Color32,
    /// Does not work.
    pub(crate) bad: Color32,
    /// The audio before the veil.
    pub(crate) before: Color32,
    /// The audio after the veil.
    pub(crate) after: Color32,
    /// The designed gain.
    pub(crate) designed: Color32,
    /// Patches.
    pub(crate) patch: Color32,
}

const DARK: Palette = Palette {
    background: Color32::from_rgb(0x12, 0x15, 0x1a),
    panel: Color32::from_rgb(0x1a, 0x1f, 0x26),
    raised: Color32::from_rgb(0x25, 0x2c, 0x35),
    hovered: Color32::from_rgb(0x30, 0x39, 0x44),
    border: Color32::from_rgb(0x2a, 0x31, 0x3b),
    grid: Color32::from_rgb(0x2c, 0x34, 0x3e),
    outline: Color32::from_rgb(0x6b, 0x78, 0x88),
    text: Color32::from_rgb(0xe8, 0xec, 0xf1),
    weak: Color32::from_rgb(0xa3, 0xae, 0xbb),
    accent: Color32::from_rgb(0x5b, 0xc8, 0xd6),
    on_accent: Color32::from_rgb(0x0a, 0x1c, 0x20),
    good: Color32::from_rgb(0x5f, 0xd0, 0x9a),
    warn: Color32::from_rgb(0xf2, 0xb8, 0x4b),
    bad: Color32::from_rgb(0xff, 0x8a, 0x80),
    before: Color32::from_rgb(0x8f, 0x9d, 0xb0),
    after: Color32::from_rgb(0x5b, 0xc8, 0xd6),
    designed: Color32::from_rgb(0xf2, 0xb8, 0x4b),
    patch: Color32::from_rgb(0xa7, 0x9b, 0xf0),
};

const LIGHT: Palette = Palette {
    background: Color32::from_rgb(0xe9, 0xec, 0xf0),
    panel: Color32::from_rgb(0xfa, 0xfb, 0xfc),
    raised: Color32::from_rgb(0xef, 0xf2, 0xf5),
    hovered: Color32::from_rgb(0xe1, 0xe6, 0xec),
    border: Color32::from_rgb(0xd3, 0xd9, 0xe0),
    grid: Color32::from_rgb(0xdc, 0xe1, 0xe7),
    outline: Color32::from_rgb(0x7b, 0x87, 0x95),
    text: Color32::from_rgb(0x1b, 0x22, 0x2b),
    weak: Color32::from_rgb(0x4d, 0x58, 0x66),
    accent: Color32::from_rgb(0x0b, 0x69, 0x78),
    on_accent: Color32::from_rgb(0xff, 0xff, 0xff),
    good: Color32::from_rgb(0x0d, 0x6b, 0x43),
    warn: Color32::from_rgb(0x85, 0x53, 0x00),
    bad: Color32::from_rgb(0xb0, 0x22, 0x1c),
    before: Color32::from_rgb(0x6b, 0x78, 0x88),
    after: Color32::from_rgb(0x0b, 0x69, 0x78),
    designed: Color32::from_rgb(0xa0, 0x5a, 0x00),
    patch: Color32::from_rgb(0x5b, 0x4b, 0xc4),
};

impl Palette {
    /// The colours of `theme`.
    pub(crate) const fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Dark => &DARK,
            Theme::Light => &LIGHT,
        }
    }
}

/// The colours that `ui` is drawn in.
pub(crate) fn palette(ui: &Ui) -> &'static Palette {
    Palette::of(if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light })
}

/// The colour of an empty window, for the graphics system, which does not convert it.
pub(crate) fn background(ui: &Ui) -> Rgba {
    let [red, green, blue, _] =
        palette(ui).background.to_array().map(|part| f32::from(part) / 255.0);
    Rgba::from_rgb(red, green, blue)
}

/// Sets up both themes in `context`.
pub(crate) fn apply(context: &egui::Context) {
    for theme in [Theme::Dark, Theme::Light] {
        context.style_mut_of(theme, |style| set_style(style, Palette::of(theme)));
    }
}

fn set_style(style: &mut Style, palette: &Palette) {
    style.text_styles = [
        (TextStyle::Heading, TITLE),
        (TextStyle::Body, BODY),
        (TextStyle::Button, BODY),
        (TextStyle::Small, SMALL),
        (TextStyle::Monospace, CODE),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(GAP, SMALL_GAP);
    spacing.button_padding = Vec2::new(9.0, 4.0);
    spacing.interact_size = Vec2::new(24.0, 24.0);
    spacing.menu_margin = Margin::same(8);
    spacing.tooltip_width = 320.0;
    spacing.scroll.bar_width = 8.0;
    spacing.scroll.floating = true;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;

    let visuals = &mut style.visuals;
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.panel;
    visuals.window_stroke = Stroke::new(1.0, palette.outline);
    visuals.window_corner_radius = CornerRadius::same(ROUND);
    visuals.menu_corner_radius = CornerRadius::same(ROUND);
    visuals.extreme_bg_color = palette.background;
    visuals.text_edit_bg_color = Some(palette.background);
    visuals.faint_bg_color = palette.raised;
    visuals.code_bg_color = palette.background;
    visuals.warn_fg_color = palette.warn;
    visuals.error_fg_color = palette.bad;
    visuals.hyperlink_color = palette.accent;
    visuals.weak_text_color = Some(palette.weak);
    visuals.selection.bg_fill = palette.accent.gamma_multiply(SELECTED);
    visuals.selection.stroke = Stroke::new(1.5, palette.accent);

    let widgets = &mut visuals.widgets;
    for (state, fill, stroke, text) in [
        (&mut widgets.noninteractive, palette.panel, palette.border, palette.text),
        (&mut widgets.inactive, palette.raised, palette.outline, palette.text),
        (&mut widgets.hovered, palette.hovered, palette.weak, palette.text),
        (&mut widgets.active, palette.hovered, palette.accent, palette.text),
        (&mut widgets.open, palette.hovered, palette.accent, palette.text),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, stroke);
        state.fg_stroke = Stroke::new(1.0, text);
        state.corner_radius = CornerRadius::same(ROUND_SMALL);
        state.expansion = 0.0;
    }
    // The keyboard focus must be visible, and not only as another shade.
    widgets.active.bg_stroke.width = 2.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: Color32) -> f32 {
        let linear = |part: u8| {
            let part = f32::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    /// As WCAG 2.2 defines it.
    fn contrast(one: Color32, other: Color32) -> f32 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_is_readable_on_every_background() {
        for palette in [&DARK, &LIGHT] {
            for background in [palette.background, palette.panel, palette.raised, palette.hovered] {
                for text in [
                    palette.text,
                    palette.weak,
                    palette.accent,
                    palette.good,
                    palette.warn,
                    palette.bad,
                ] {
                    let ratio = contrast(text, background);
                    assert!(ratio >= 4.5, "{text:?} on {background:?}: {ratio}");
                }
            }
            assert!(contrast(palette.on_accent, palette.accent) >= 4.5);
        }
    }

    /// `colour` where it covers `background` in part, as it is painted.
    fn over(colour: Color32, background: Color32) -> Color32 {
        background.blend(colour)
    }

    #[test]
    fn text_is_readable_on_buttons_that_are_hovered_and_on_what_is_selected() {
        for palette in [&DARK, &LIGHT] {
            for behind in [palette.background, palette.panel, palette.raised] {
                let hovered = over(palette.accent.gamma_multiply(HOVERED), behind);
                let ratio = contrast(palette.on_accent, hovered);
                assert!(ratio >= 4.5, "on a hovered button: {ratio}");
                let selected = over(palette.accent.gamma_multiply(SELECTED), behind);
                let ratio = contrast(palette.text, selected);
                assert!(ratio >= 4.5, "on selected text: {ratio}");
            }
            // Lamps: text in the colour of the background.
            for lit in [palette.bad, palette.warn] {
                let ratio = contrast(palette.background, lit);
                assert!(ratio >= 4.5, "on a lamp: {ratio}");
            }
        }
    }

    #[test]
    fn lines_that_carry_meaning_stand_out() {
        for palette in [&DARK, &LIGHT] {
            for line in
                [palette.before, palette.after, palette.designed, palette.patch, palette.outline]
            {
                let ratio = contrast(line, palette.panel);
                assert!(ratio >= 3.0, "{line:?}: {ratio}");
            }
        }
    }
}

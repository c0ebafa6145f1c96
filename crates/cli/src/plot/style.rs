//! Sizes and colours. The three curves are from the palette of Okabe and Ito, which is distinct for all
//! kinds of colour vision; text stays readable at half the size.

use super::canvas::Rgb;

pub(crate) const TITLE_SIZE: f32 = 34.0;
pub(crate) const HEADING_SIZE: f32 = 26.0;
pub(crate) const FIGURE_SIZE: f32 = 32.0;
pub(crate) const LABEL_SIZE: f32 = 22.0;

pub(crate) const INK: Rgb = (0x1f, 0x25, 0x2b);
pub(crate) const MUTED: Rgb = (0x5c, 0x66, 0x70);
pub(crate) const GRID: Rgb = (0xd9, 0xde, 0xe3);
pub(crate) const GRID_MINOR: Rgb = (0xef, 0xf1, 0xf4);
pub(crate) const FRAME: Rgb = (0xa8, 0xb0, 0xb8);

pub(crate) const BEFORE: Rgb = (0x7a, 0x85, 0x90);
pub(crate) const AFTER: Rgb = (0x00, 0x72, 0xb2);
pub(crate) const DIFFERENCE: Rgb = (0xd5, 0x5e, 0x00);

/// White to nearly black over yellow, orange and purple, in steps of equal lightness.
const HEAT_STOPS: [Rgb; 9] = [
    (255, 255, 255),
    (254, 235, 180),
    (254, 200, 130),
    (252, 160, 103),
    (240, 112, 92),
    (205, 64, 105),
    (150, 44, 128),
    (90, 22, 120),
    (24, 12, 60),
];

/// Colour of a share, 0 to 1.
pub(crate) fn heat(share: f32) -> Rgb {
    let steps = HEAT_STOPS.len() - 1;
    let at = share.clamp(0.0, 1.0) * steps as f32;
    let below = (at as usize).min(steps - 1);
    let (a, b) = (HEAT_STOPS[below], HEAT_STOPS[below + 1]);
    let mix = |a: u8, b: u8| {
        (f32::from(a) + (f32::from(b) - f32::from(a)) * (at - below as f32)).round() as u8
    };
    (mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

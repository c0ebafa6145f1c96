//! Values as text, both ways.

use std::sync::Arc;

use nice_plug::prelude::*;

use super::held_level::HeldLevel;
use super::settings::{FOLLOW_BELOW_MS, STEP_MS};

/// What a detail shows while it follows the preset.
pub(super) const FOLLOW: &str = "preset";

/// A length in ms that follows the preset at its lowest position.
pub(super) fn length(name: &str, max: f32, shortest_us: u32) -> FloatParam {
    let shortest = shortest_us as f32 / 1_000.0;
    let range = FloatRange::Skewed { min: 0.0, max, factor: FloatRange::skew_factor(-1.5) };
    FloatParam::new(name, 0.0, range)
        .with_step_size(STEP_MS)
        .with_value_to_string(Arc::new(move |ms| match ms < FOLLOW_BELOW_MS {
            true => FOLLOW.to_owned(),
            false => format!("{:.1} ms", ms.max(shortest)),
        }))
        .with_string_to_value(Arc::new(move |text| {
            if follows(text) {
                return Some(0.0);
            }
            let seconds = text.trim().strip_suffix('s').filter(|rest| !rest.ends_with('m'));
            match seconds {
                Some(seconds) => Some(number(seconds, "")? * 1_000.0),
                None => number(text, "ms"),
            }
            .map(|ms| ms.max(shortest))
        }))
}

/// A level in steps of a tenth of a dB, 0 by default.
pub(super) fn decibels(name: &str, min: f32, max: f32) -> FloatParam {
    FloatParam::new(name, 0.0, FloatRange::Linear { min, max })
        .with_step_size(0.1)
        .with_unit(" dB")
        .with_value_to_string(Arc::new(tenths))
        .with_string_to_value(Arc::new(|text| number(text, "dB")))
}

/// The level of the mark. Where it is asked to be louder than its key allows, the text says at what level it acts. A host shows
/// that when it next reads the text.
pub(super) fn mark_level(name: &str, (min, max): (f32, f32), held: HeldLevel) -> FloatParam {
    decibels(name, min, max)
        .with_value_to_string(Arc::new(move |db| match held.of(db) {
            Some(in_force) => format!("{} dB, acts as {}", tenths(db), tenths(in_force)),
            None => tenths(db),
        }))
        .with_string_to_value(Arc::new(|text| {
            let (asked, _) = text
                .split_once(',')
                .filter(|(_, acts)| acts.contains("acts"))
                .unwrap_or((text, ""));
            number(asked, "dB")
        }))
}

/// A level with one decimal. A host may hold a hair below 0, which must not read “-0.0”.
fn tenths(db: f32) -> String {
    format!("{:.1}", (db * 10.0).round() / 10.0 + 0.0)
}

/// Whether the text asks for the preset's own value.
pub(super) fn follows(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case(FOLLOW)
}

/// Reads `12.5`, `12,5` and either with the unit behind it.
pub(super) fn number(text: &str, unit: &str) -> Option<f32> {
    let text = text.trim();
    let text = text.strip_suffix(unit).unwrap_or(text).trim();
    text.replace(',', ".").parse().ok().filter(|value: &f32| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::PatchveilParams;
    use crate::state::ClassField;

    #[test]
    fn text_reads_both_ways() {
        let params = PatchveilParams::new(ClassField::default());
        let reads = |param: &FloatParam, text: &str| {
            let value = param.string_to_normalized_value(text).unwrap();
            param.normalized_value_to_string(value, true)
        };
        assert_eq!(reads(&params.patches.patch, "preset"), "preset");
        assert_eq!(reads(&params.patches.patch, "16"), "16.0 ms");
        assert_eq!(reads(&params.patches.patch, "16.5 ms"), "16.5 ms");
        assert_eq!(reads(&params.patches.period, "0,5 s"), "500.0 ms");
        assert_eq!(reads(&params.patches.patch, "0.5 ms"), "2.0 ms");
        assert_eq!(reads(&params.veil.amount, "133.3 %"), "133.3 %");
        assert_eq!(reads(&params.output.trim, "-3"), "-3.0 dB");
        assert_eq!(reads(&params.output.trim, "-0.01"), "0.0 dB");
        assert_eq!(reads(&params.recipe.mark_level, "-3,3 dB"), "-3.3 dB");
        assert_eq!(reads(&params.recipe.mark_level, "99"), "12.0 dB");
        assert_eq!(reads(&params.recipe.mark_level, "-0.01"), "0.0 dB");
        let key = patchveil_veil::ClassKey::from_bytes([1; 32]);
        let mut recipe = params.recipe_now();
        recipe.mark.as_mut().unwrap().level_db = 12.0;
        let level = recipe.mark.unwrap().level(&key).unwrap();
        params.held_level.set(Some(level));
        let held = format!("12.0 dB, acts as {:.1} dB", level.highest_db);
        assert_eq!(reads(&params.recipe.mark_level, "99"), held);
        assert_eq!(reads(&params.recipe.mark_level, &held), held);
        assert_eq!(reads(&params.recipe.mark_level, "11,9 dB"), "11.9 dB");
        assert!(params.patches.patch.string_to_normalized_value("soon").is_none());
        assert!(params.output.trim.string_to_normalized_value("NaN").is_none());
        let count = &params.patches.count;
        let value = count.string_to_normalized_value("Preset").unwrap();
        assert_eq!(count.normalized_value_to_string(value, true), "preset");
    }
}

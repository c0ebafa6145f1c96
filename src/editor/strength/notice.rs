//! Whether a listener is likely to notice, by what was measured of listeners' stand-ins.
//!
//! No listening test stands behind it, only documented figures of the same kind as those measured here:
//!
//! - `docs/mark-design.md`: marks whose third-octave levels moved by 0.62 dB at most and whose loudness
//!   moved by up to 0.13 LU had a PESQ of 4.45 at worst, as the released mark has (0.29 dB, 0.06 LU).
//! - `docs/evidence.md`: with the veil of *Light*, which can be heard, third-octave levels moved by
//!   1.9 dB on average and by 4.9 dB in the band that moved most.
//!
//! Long-term levels do not show that a veil flutters, so under a veil the least is *may*.

use patchveil_words::Strength;

use crate::analyzer::Effect;
use crate::editor::headline::Layers;

/// How likely it is that a listener notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    Unlikely,
    May,
    Will,
}

/// Mean of the levels' changes up to which a mark was measured: about twice the documented mean, since
/// that is a mean over recordings.
const MARK_MEAN_DB: f32 = 0.1;
const MARK_MOST_DB: f32 = 0.62;
const MARK_LOUDNESS_LU: f32 = 0.13;
/// What *Light* moved on average.
const LIGHT_MEAN_DB: f32 = 1.9;
const LIGHT_MOST_DB: f32 = 4.9;

impl Notice {
    /// By the layers of the recipe in force and their effect.
    pub(super) fn of(layers: Layers, effect: &Effect) -> Self {
        let loudness = effect.loudness_lu.unwrap_or_default().abs();
        let as_a_mark = effect.mean_db <= MARK_MEAN_DB
            && effect.most_db <= MARK_MOST_DB
            && loudness <= MARK_LOUDNESS_LU;
        if effect.mean_db >= LIGHT_MEAN_DB || effect.most_db >= LIGHT_MOST_DB {
            Self::Will
        } else if as_a_mark && !layers.veil && !layers.louder {
            Self::Unlikely
        } else {
            Self::May
        }
    }

    /// In words.
    pub(super) fn text(self, words: &Strength) -> &'static str {
        match self {
            Self::Unlikely => words.unlikely,
            Self::May => words.may,
            Self::Will => words.will,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: Layers = Layers { mark: true, louder: false, veil: false };
    const VEIL: Layers = Layers { veil: true, ..MARK };

    fn effect(mean_db: f32, most_db: f32, lu: f32) -> Effect {
        Effect { seconds: 10, mean_db, most_db, loudness_lu: Some(lu) }
    }

    #[test]
    fn nothing_is_claimed_beyond_what_was_measured() {
        let released = effect(0.04, 0.29, 0.058);
        assert_eq!(Notice::of(MARK, &released), Notice::Unlikely);
        // The same figures under a veil, or of a mark that is louder than the preset's.
        assert_eq!(Notice::of(VEIL, &released), Notice::May);
        assert_eq!(Notice::of(Layers { louder: true, ..MARK }, &released), Notice::May);
        for more in [effect(0.2, 0.3, 0.0), effect(0.04, 0.7, 0.0), effect(0.04, 0.3, -0.2)] {
            assert_eq!(Notice::of(MARK, &more), Notice::May);
        }
        for light in [effect(1.9, 3.0, 0.0), effect(1.0, 4.9, 0.0)] {
            assert_eq!(Notice::of(VEIL, &light), Notice::Will);
        }
        assert_eq!(Notice::of(VEIL, &effect(1.8, 4.8, 3.0)), Notice::May);
    }

    #[test]
    fn the_tip_states_the_figures_of_the_rule_in_every_language() {
        for language in patchveil_words::Language::ALL {
            let rule = language.words().strength.rule;
            for figure in
                [MARK_MEAN_DB, MARK_MOST_DB, MARK_LOUDNESS_LU, LIGHT_MEAN_DB, LIGHT_MOST_DB]
            {
                assert!(rule.contains(&figure.to_string()), "{figure} in {rule}");
            }
        }
    }
}

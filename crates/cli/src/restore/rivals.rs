//! Whether the best of several hypotheses about a file is clearly right.

use patchveil_veil::odds_by_scatter;

use super::locate::CLEAR_ODDS;

/// Windows of a stretch: half a second. Windows next to each other are alike, and music of few tones shows a mark in few of
/// them; stretches differ by less and depend on each other less.
const STRETCH: usize = 25;

/// What the best hypothesis is compared with.
pub(super) struct Rival<'a> {
    /// The log-likelihood of each window.
    pub(super) windows: &'a [f64],
    /// Whether it is so close to the best one that likelihoods do not tell which of them is right.
    pub(super) is_close: bool,
}

/// What comparing the best hypothesis with all its rivals shows.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// It is clearly likelier than each.
    Clear,
    /// One is clearly likelier.
    Unfit,
    /// None is clearly likelier; it is not told apart from these, by index.
    Alike(Vec<usize>),
}

/// The natural logarithm of the odds of one hypothesis against another, by the log-likelihoods of the same windows under each, by
/// how much they differ from stretch to stretch.
pub(super) fn odds_in_stretches(one: &[f64], other: &[f64]) -> f64 {
    let stretches = |windows: &[f64]| -> Vec<f64> {
        windows.chunks(STRETCH).map(|stretch| stretch.iter().sum()).collect()
    };
    odds_by_scatter(&stretches(one), &stretches(other))
}

/// Compares the hypothesis under which the windows have the log-likelihoods `best` with each of its `rivals`.
pub(super) fn judge(best: &[f64], rivals: &[Rival<'_>]) -> Verdict {
    let mut alike = Vec::new();
    for (index, rival) in rivals.iter().enumerate() {
        let odds = odds_in_stretches(best, rival.windows);
        match rival.is_close {
            false if odds <= -CLEAR_ODDS => return Verdict::Unfit,
            false if odds >= CLEAR_ODDS => {}
            _ => alike.push(index),
        }
    }
    if alike.is_empty() { Verdict::Clear } else { Verdict::Alike(alike) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten seconds of windows whose log-likelihoods are `by` higher in the mean and scatter by `scatter` from stretch to stretch.
    fn windows(by: f64, scatter: f64) -> Vec<f64> {
        let alternating =
            |n: usize| if (n / STRETCH).is_multiple_of(2) { scatter } else { -scatter };
        (0..20 * STRETCH).map(|n| -900.0 + by + alternating(n)).collect()
    }

    fn verdict(best: &[f64], rivals: &[(&[f64], bool)]) -> Verdict {
        let rivals: Vec<Rival<'_>> =
            rivals.iter().map(|&(windows, is_close)| Rival { windows, is_close }).collect();
        judge(best, &rivals)
    }

    #[test]
    fn the_best_is_clear_only_if_it_beats_every_rival() {
        let (best, beaten, near) = (windows(0.0, 0.0), windows(-1.0, 0.5), windows(-0.1, 0.5));
        assert_eq!(verdict(&best, &[(&beaten, false), (&beaten, false)]), Verdict::Clear);
        let verdict = verdict(&best, &[(&beaten, false), (&near, false)]);
        assert_eq!(verdict, Verdict::Alike(vec![1]));
    }

    #[test]
    fn likelihoods_that_are_as_flat_for_every_hypothesis_show_nothing() {
        let flat = windows(0.0, 0.0);
        assert_eq!(verdict(&flat, &[(&flat, false)]), Verdict::Alike(vec![0]));
    }

    #[test]
    fn of_two_that_are_close_likelihoods_choose_neither() {
        let (best, beaten) = (windows(0.0, 0.0), windows(-1.0, 0.5));
        assert_eq!(verdict(&best, &[(&beaten, true)]), Verdict::Alike(vec![0]));
        assert_eq!(verdict(&beaten, &[(&best, true)]), Verdict::Alike(vec![0]));
    }

    #[test]
    fn a_clearly_likelier_rival_outweighs_one_that_is_alike() {
        let (best, likelier) = (windows(-1.0, 0.5), windows(0.0, 0.0));
        assert_eq!(verdict(&best, &[(&best, false), (&likelier, false)]), Verdict::Unfit);
    }

    #[test]
    fn one_stretch_alone_is_no_clear_evidence() {
        let best = windows(0.0, 0.0);
        let mut other = best.clone();
        other.iter_mut().take(STRETCH).for_each(|window| *window -= 50.0);
        assert_eq!(verdict(&best, &[(&other, false)]), Verdict::Alike(vec![0]));
    }
}

//! How likely a sum of random signs is.

/// Steps of a weight of average size. More of them cost time and gain little: the rounding below lowers the
/// sum of 72 weights by 3.3 % of a standard deviation.
const STEPS: f64 = 128.0;

/// Probability that Σ aₙ·εₙ, with independent random signs εₙ, is `sum` or more: by adding up all 2ᴺ cases,
/// the weights rounded to a grid, and the sum lowered by the most that this can change. So it is never
/// too small, and nothing is assumed about the weights.
pub(super) fn tail(weights: impl Iterator<Item = f64> + Clone, sum: f64) -> f64 {
    let (count, squares) = weights.clone().fold((0.0, 0.0), |(n, q), a| (n + 1.0, q + a * a));
    if squares <= 0.0 || sum <= 0.0 {
        return 1.0;
    }
    let step = (squares / count).sqrt() / STEPS;
    let steps: Vec<usize> = weights.map(|a| (a.abs() / step).round() as usize).collect();
    let total: usize = steps.iter().sum();
    // Σ of the weights whose sign is positive, in steps; the sum is twice that less all of them.
    let mut chances = vec![0.0_f64; total + 1];
    let mut next = chances.clone();
    chances[0] = 1.0;
    let mut end = 0;
    for by in steps {
        end += by;
        next[..by].iter_mut().zip(&chances).for_each(|(next, without)| *next = 0.5 * without);
        let with = chances[by..].iter().zip(&chances);
        let sums = next[by..=end].iter_mut().zip(with);
        sums.for_each(|(next, (without, with))| *next = 0.5 * (without + with));
        std::mem::swap(&mut chances, &mut next);
    }
    let least = (sum / step - count / 2.0 + total as f64) / 2.0;
    let least = (least - 1e-6).ceil().max(0.0) as usize;
    // From the smallest up, so that none is lost in rounding.
    chances.get(least..).unwrap_or_default().iter().rev().sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_give_the_binomial_distribution() {
        // Ten signs: all alike in 1 of 1,024 cases, at most one of the other kind in 11.
        let tail = |sum| tail([1.0; 10].into_iter(), sum);
        assert_eq!(tail(10.0), 1.0 / 1_024.0);
        assert_eq!(tail(8.0), 11.0 / 1_024.0);
        assert_eq!(tail(0.0), 1.0);
        assert_eq!(tail(-3.0), 1.0);
        assert_eq!(tail(10.5), 0.0);
    }

    #[test]
    fn any_weights_give_at_least_what_counting_gives() {
        let weights: Vec<f64> = (1..=12).map(|n| (f64::from(n) * 1.7).sin()).collect();
        let sums = (0..1_u32 << 12).map(|signs| {
            let signed = |(n, a): (usize, &f64)| if signs >> n & 1 == 0 { *a } else { -a };
            weights.iter().enumerate().map(signed).sum::<f64>()
        });
        let mut sums: Vec<f64> = sums.collect();
        sums.sort_unstable_by(f64::total_cmp);
        for rank in [1, 10, 100, 1_000] {
            let exact = f64::from(rank) / 4_096.0;
            let p = tail(weights.iter().copied(), sums[4_096 - rank as usize]);
            assert!(p >= exact && p <= 1.1 * exact + 2.0 / 4_096.0, "{p} for {exact}");
        }
    }

    #[test]
    fn without_weights_nothing_is_unlikely() {
        assert_eq!(tail(std::iter::empty(), 3.0), 1.0);
        assert_eq!(tail([0.0; 3].into_iter(), 3.0), 1.0);
    }
}

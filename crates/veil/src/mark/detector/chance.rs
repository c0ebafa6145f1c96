//! How likely a score is without the key.

use std::f64::consts::SQRT_2;

/// Tail of a normalised sum of random signs over that of the normal distribution, at most:
/// 1/(4·Q(√2)), rounded up (Bentkus and Dzindzalieta, “A tight Gaussian bound for weighted sums of Rademacher random
/// variables”, Bernoulli 21(2), 2015, theorem 1.1).
const TAIL: f64 = 3.178_66;

/// Upper bound of the probability that Σ aₙ·εₙ with Σ aₙ² = 1 and random signs εₙ is `sigmas` or more,
/// whatever the weights.
pub(super) fn tail(sigmas: f64) -> f64 {
    (TAIL * 0.5 * libm::erfc(sigmas / SQRT_2)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_holds_where_it_is_tight() {
        // Two equal weights: both signs are positive in a quarter of all cases, and the sum is √2.
        assert!(tail(SQRT_2) >= 0.25);
        assert!(tail(SQRT_2) < 0.250_001);
        assert_eq!(tail(-1.0), 1.0);
    }
}

//! After how many samples a veil repeats.

use crate::recipe::Offsets;
use crate::veil::Veil;

/// Samples after which a veil repeats exactly, so that places this far apart are one: a few of the
/// recipe's periods. `None` for recipes whose periods all differ.
#[must_use]
pub fn period(veil: &Veil) -> Option<i64> {
    let settings = veil.recipe().veil.as_ref();
    if settings.is_some_and(|settings| settings.placement.offsets == Offsets::Scattered) {
        return None;
    }
    let ticks = veil.recipe().period_us().checked_mul(u64::from(veil.sample_rate()))?;
    let periods = 1_000_000 / gcd(ticks, 1_000_000);
    i64::try_from(u128::from(ticks) * u128::from(periods) / 1_000_000).ok()
}

/// The same place in the first of those periods; as it is for recipes whose periods all differ.
#[must_use]
pub fn in_period(veil: &Veil, place: i64) -> i64 {
    period(veil).map_or(place, |period| place.rem_euclid(period))
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

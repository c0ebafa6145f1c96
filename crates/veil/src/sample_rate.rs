//! Sample rates that filters can be designed for.

/// Lowest sample rate a veil or mark can be built for, in Hz.
pub const RATE_MIN: u32 = 2_000;
/// Highest sample rate a veil or mark can be built for, in Hz.
pub const RATE_MAX: u32 = 768_000;

/// µs at a rate in Hz → samples, rounded.
pub(crate) fn us_to_samples(us: u32, sample_rate: u32) -> usize {
    ((u64::from(us) * u64::from(sample_rate) + 500_000) / 1_000_000) as usize
}

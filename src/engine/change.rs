//! Changes of the settings: when they act, and how long the engine may wait for their design.
//!
//! A change acts a fixed number of samples after the block in which it was seen, so what a sample
//! is processed with depends on its place in the timeline and not on how long a design took. If
//! the design is late, a render waits for it; a live stream goes on with the veil in force.

use std::time::Duration;

use super::pace::Moment;
use crate::params::RecipeSettings;

/// From the block in which a change is seen to the sample where it acts. A design takes
/// milliseconds, and the design thread hears of it after at most ten.
const LAG_MS: u64 = 30;
/// How long a host of unknown pace is kept waiting before its first sound: less than what makes a
/// JACK server drop a client.
pub(crate) const PATIENCE_AT_START: Duration = Duration::from_millis(250);
/// A request that was not answered for this long is made again.
const AGAIN_AFTER: Duration = Duration::from_millis(500);

/// A change of settings under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) settings: RecipeSettings,
    /// When it acts, in samples processed.
    pub(crate) due: u64,
    /// When it was seen.
    pub(crate) seen: Moment,
    /// When it was last requested, if it was.
    requested: Option<Moment>,
    /// It must act before anything is heard.
    pub(crate) at_once: bool,
    /// It was requested again because it is overdue.
    overdue: bool,
}

impl Change {
    /// A change to `settings` that was seen at `seen`, at `sample_rate` Hz.
    pub(crate) fn new(
        settings: RecipeSettings,
        seen: Moment,
        sample_rate: u32,
        at_once: bool,
    ) -> Self {
        let lag = if at_once { 0 } else { u64::from(sample_rate) * LAG_MS / 1_000 };
        Self { settings, due: seen.samples + lag, seen, requested: None, at_once, overdue: false }
    }

    /// Lets it act at `now`, since nothing is heard before.
    pub(crate) fn act_at_once(&mut self, now: Moment) {
        self.due = self.due.min(now.samples);
        self.at_once = true;
    }

    /// Whether it has to be requested now, for the first time or again.
    pub(crate) fn wants_request(&self, now: Moment) -> bool {
        self.requested
            .is_none_or(|last| now.clock.saturating_duration_since(last.clock) > AGAIN_AFTER)
    }

    /// Whether it has to be requested again because it is overdue; true once.
    pub(crate) fn wants_overdue_request(&mut self, now: Moment) -> bool {
        let earlier = self.requested.is_some_and(|last| last.samples < now.samples);
        earlier && !std::mem::replace(&mut self.overdue, true)
    }

    /// It was requested.
    pub(crate) fn set_requested(&mut self, now: Moment) {
        self.requested = Some(now);
    }

    /// Samples until it acts.
    pub(crate) fn samples_left(&self, processed: u64) -> usize {
        usize::try_from(self.due.saturating_sub(processed)).unwrap_or(usize::MAX)
    }
}

//! The mark in a stream of blocks whose mark can change: it acts on every sample, behind the veil.

use super::Mark;
use super::adder::Adder;
use crate::edge::raised_cosine;
use crate::history::History;
use crate::sample_rate::us_to_samples;

/// Length of the cross-fade from one mark to another, in µs.
const CROSS_FADE_US: u32 = 12_000;

/// Adds the mark in place. When one replaces another, what the old one adds cross-fades to what the new
/// one adds.
pub(crate) struct MarkStage {
    /// The past of each channel; none where no mark will ever come.
    channels: Vec<History>,
    /// How far back marks may reach, in samples; `None` where no mark will ever come.
    reach: Option<usize>,
    /// For the current mark, and for the previous one.
    adders: [Adder; 2],
    /// The rising half of the cross-fade.
    rise: Box<[f32]>,
    /// Where the current cross-fade begins.
    since: Option<i64>,
    /// Whether there is anything to add or to record.
    active: bool,
}

impl MarkStage {
    /// For `channels` channels and marks that reach back up to `reach` samples, or none at all. `active`
    /// says whether there is a mark from the first sample on.
    pub(crate) fn new(
        channels: usize,
        reach: Option<usize>,
        sample_rate: u32,
        active: bool,
    ) -> Self {
        let histories =
            reach.into_iter().flat_map(|reach| (0..channels).map(move |_| History::new(reach + 1)));
        Self {
            channels: histories.collect(),
            reach,
            adders: [Adder::new(), Adder::new()],
            rise: raised_cosine(us_to_samples(CROSS_FADE_US, sample_rate).max(1)).into(),
            since: None,
            active,
        }
    }

    /// Whether it can hold `mark`.
    pub(crate) fn holds(&self, mark: Option<&Mark>) -> bool {
        mark.is_none_or(|mark| self.reach.is_some_and(|reach| mark.reach() <= reach))
    }

    /// Whether [`apply`](Self::apply) has anything to do.
    #[inline]
    pub(crate) fn is_active(&self) -> bool {
        self.active
    }

    /// Where a cross-fade, which needs both marks, ends, if one is under way.
    pub(crate) fn cross_fade_end(&self) -> Option<i64> {
        self.since.map(|since| since.saturating_add(self.rise.len() as i64))
    }

    /// Forgets all samples. `active` says whether there is a mark now.
    pub(crate) fn clear(&mut self, active: bool) {
        self.channels.iter_mut().for_each(History::clear);
        self.adders.iter_mut().for_each(Adder::forget);
        self.forget(active);
    }

    /// To be called when the timeline jumps: ends a cross-fade, since the audio is interrupted anyway.
    /// `active` as above.
    pub(crate) fn forget(&mut self, active: bool) {
        self.since = None;
        self.active = active;
    }

    /// The mark `now` takes over from `before` at `at`; `at_once` skips the cross-fade.
    pub(crate) fn switch(
        &mut self,
        (before, now): (Option<&Mark>, Option<&Mark>),
        at: i64,
        at_once: bool,
    ) {
        // What was not recorded is not known: the new mark sets in once its whole past is.
        let wait = if self.active { 0 } else { now.map_or(0, Mark::reach) };
        if !self.active {
            self.channels.iter_mut().for_each(History::clear);
        }
        self.adders.swap(0, 1);
        self.adders[0].forget();
        let fades = (before.is_some() || now.is_some()) && !at_once;
        self.since = fades.then(|| at.saturating_add(wait as i64));
        self.active = now.is_some() || fades;
    }

    /// Takes the next `samples` of a channel in, at most [`CHUNK`](crate::history::CHUNK), as past only.
    pub(crate) fn record(&mut self, channel: usize, samples: &[f32]) {
        if let Some(history) = self.channels.get_mut(channel) {
            history.record(samples);
        }
    }

    /// The past of each channel.
    pub(crate) fn pasts(&self) -> impl Iterator<Item = &History> {
        self.channels.iter()
    }

    /// Adds the mark `now`, or this part of the cross-fade from `before`, to the next `samples` of a
    /// channel, at most [`CHUNK`](crate::history::CHUNK), the first of which lies at `at`. Invalid samples
    /// become 0.
    #[inline]
    pub(crate) fn apply(
        &mut self,
        channel: usize,
        (before, now): (Option<&Mark>, Option<&Mark>),
        at: i64,
        samples: &mut [f32],
    ) {
        let Some(history) = self.channels.get_mut(channel) else { return };
        history.record_and_sanitize(samples);
        let count = samples.len();
        // Where the cross-fade begins and ends, counted from `at`.
        let index = |position: i64| position.saturating_sub(at).clamp(0, count as i64) as usize;
        let (from, to) = self.since.map_or((0, 0), |since| {
            (index(since), index(since.saturating_add(self.rise.len() as i64)))
        });
        let into = self.since.map_or(0, |since| at.saturating_sub(since).max(0) as usize);
        let weights = self.rise.get(into..).unwrap_or_default();
        let [adder, adder_before] = &mut self.adders;
        if let Some(now) = now {
            let added = adder.added(now, history, at, count);
            for ((out, x), weight) in samples[from..to].iter_mut().zip(&added[from..]).zip(weights)
            {
                *out = weight.mul_add(*x, *out);
            }
            for (out, x) in samples[to..].iter_mut().zip(&added[to..]) {
                *out += x;
            }
        }
        if let Some(before) = before.filter(|_| to > 0) {
            let added = adder_before.added(before, history, at, count);
            for (out, x) in samples[..from].iter_mut().zip(added) {
                *out += x;
            }
            for ((out, x), weight) in samples[from..to].iter_mut().zip(&added[from..]).zip(weights)
            {
                *out = (1.0 - weight).mul_add(*x, *out);
            }
        }
    }

    /// To be called when all channels are done up to `stop`. `active` says whether there is a mark now.
    pub(crate) fn advance_to(&mut self, stop: i64, active: bool) {
        let len = self.rise.len() as i64;
        if self.since.is_some_and(|since| stop.saturating_sub(since) >= len) {
            self.since = None;
            self.active = active;
        }
    }
}

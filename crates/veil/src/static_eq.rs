//! The static EQ in a stream of blocks: the class's colour under the patches, on every sample.

use std::sync::Arc;

use crate::fir::fir;
use crate::history::{CHUNK, History};
use crate::kernel::Kernel;
use crate::spectrum::Transform;
use crate::tail::{Sum, Tail};
use crate::veil::raised_cosine;

/// Samples over which one static EQ goes over into another when the veil changes.
const CHANGE: usize = 512;

/// Lays the static EQ, in place. While a veil takes over from another, both static EQs sound, one rising
/// as the other falls; no static EQ is the untouched signal.
pub(crate) struct StaticEq {
    channels: Vec<Channel>,
    /// The rising edge of a change: raised cosine.
    rise: Box<[f32]>,
    /// The convolved samples of one chunk: of the static EQ in force, and of the one before it.
    wet: [Box<[f32]>; 2],
    /// Where the change under way began.
    since: Option<i64>,
    /// Whether there is anything to lay.
    active: bool,
}

/// What is kept of one channel, as it was before the static EQ.
struct Channel {
    history: History,
    tail: Tail,
    /// For the static EQ in force, and for the one before it.
    sums: [Sum; 2],
}

impl StaticEq {
    /// For `channels` channels and kernels that reach back less than `capacity` samples; with
    /// something to lay from the first sample on, or not.
    pub(crate) fn new(
        channels: usize,
        capacity: usize,
        transform: &Arc<Transform>,
        active: bool,
    ) -> Self {
        let channel = || Channel {
            history: History::new(capacity),
            tail: Tail::new(transform.clone(), capacity),
            sums: [Sum::EMPTY; 2],
        };
        Self {
            channels: (0..channels).map(|_| channel()).collect(),
            rise: raised_cosine(CHANGE).into(),
            wet: [vec![0.0; CHUNK].into(), vec![0.0; CHUNK].into()],
            since: None,
            active,
        }
    }

    /// Whether [`lay`](Self::lay) has anything to do.
    #[inline]
    pub(crate) fn is_active(&self) -> bool {
        self.active
    }

    /// Whether one static EQ goes over into another, so that both are wanted.
    pub(crate) fn is_changing(&self) -> bool {
        self.since.is_some()
    }

    /// Forgets all samples. `active` says whether the veil in force lays a static EQ.
    pub(crate) fn clear(&mut self, active: bool) {
        for channel in &mut self.channels {
            channel.history.clear();
        }
        self.active = active;
        self.forget(active);
    }

    /// To be called where the timeline jumps: a change under way is over, since the audio is broken
    /// off anyway. `active` as above.
    pub(crate) fn forget(&mut self, active: bool) {
        self.since = None;
        self.active = active;
        for channel in &mut self.channels {
            channel.tail.forget();
            channel.sums.iter_mut().for_each(Sum::forget);
        }
    }

    /// Another veil takes over at `at`: `before` and `now` say whether the old one and the new one
    /// lay a static EQ, `at_once` whether without a transition. `past` is each channel as it was heard
    /// so far, for a static EQ that begins.
    pub(crate) fn change<'a>(
        &mut self,
        (before, now): (bool, bool),
        at: i64,
        at_once: bool,
        past: impl Iterator<Item = &'a History>,
    ) {
        for (channel, past) in self.channels.iter_mut().zip(past) {
            if !self.active {
                channel.history.copy(past);
                channel.tail.forget();
            }
            channel.sums.swap(0, 1);
            channel.sums[0].forget();
        }
        self.since = if (before || now) && !at_once { Some(at) } else { None };
        self.active = now || self.since.is_some();
    }

    /// Lays the static EQ `now`, or what of the change from `before` falls here, over the next
    /// `samples` of a channel, at most [`CHUNK`], the first of which lies at `at`. What is no audio
    /// becomes 0.
    pub(crate) fn lay(
        &mut self,
        channel: usize,
        (before, now): (Option<&Kernel>, Option<&Kernel>),
        at: i64,
        samples: &mut [f32],
    ) {
        let Some(Channel { history, tail, sums }) = self.channels.get_mut(channel) else {
            return;
        };
        history.record_and_sanitize(samples);
        let mut wet = |which: usize, kernel: Option<&Kernel>| {
            let wet = &mut self.wet[which][..samples.len()];
            match kernel {
                Some(kernel) => {
                    let (_, past) = history.recent(samples.len(), kernel.head().len());
                    fir(kernel.head(), past, wet);
                    tail.add(&mut sums[which], history, (kernel, 0), at, samples.len(), wet);
                }
                None => wet.copy_from_slice(samples),
            }
        };
        wet(0, now);
        let changing = self
            .since
            .map_or(CHANGE, |since| at.saturating_sub(since).clamp(0, CHANGE as i64) as usize);
        if changing < CHANGE {
            wet(1, before);
        }
        let [now, before] = &self.wet;
        let (now, before) = (&now[..samples.len()], &before[..samples.len()]);
        samples.copy_from_slice(now);
        for ((out, before), weight) in samples.iter_mut().zip(before).zip(&self.rise[changing..]) {
            *out = weight.mul_add(*out - before, *before);
        }
    }

    /// All channels are done up to `stop`. `active` says whether the veil in force lays a static EQ.
    pub(crate) fn passed(&mut self, stop: i64, active: bool) {
        if self.since.is_some_and(|since| stop.saturating_sub(since) >= CHANGE as i64) {
            self.since = None;
            self.active = active;
        }
    }
}

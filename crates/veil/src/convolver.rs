//! The convolver: applies a veil to a stream of blocks, on the audio thread if need be.

use std::sync::Arc;

use crate::fir::{TAP_GROUP, fir};
use crate::history::{CHUNK, History};
use crate::kernel::Kernel;
use crate::recipe::Recipe;
use crate::schedule::{Cursor, Patch};
use crate::spectrum::Transform;
use crate::static_eq::StaticEq;
use crate::tail::{Sum, Tail, reach};
use crate::veil::Veil;

/// Applies a [`Veil`] in place to blocks of any size at any timeline position, with zero latency.
///
/// The output at a position depends on that position, the veil, and the samples fed before it:
/// not on how the timeline was cut into blocks. Where the recipe lays no static EQ, every finite sample
/// outside patches leaves as it came, bit for bit. Samples that are no audio (NaN, infinite, beyond
/// ±10³⁰) leave as 0.
pub struct Convolver {
    veil: Option<Arc<Veil>>,
    /// The veil that takes over once no patch of the present one has weight.
    next: Option<Option<Arc<Veil>>>,
    /// The veil taken over from, kept until someone may free it.
    retired: Option<Arc<Veil>>,
    lane: Option<Lane>,
    static_eq: StaticEq,
    channels: Vec<Channel>,
    /// The convolved samples of one patch in one chunk.
    wet: Box<[f32]>,
    /// Where the timeline goes on if it does not jump; `None` before the first block.
    expected: Option<i64>,
    /// Until where on the timeline, if it does not jump, samples are only remembered.
    /// `i64::MIN` where that is not known.
    idle_until: i64,
    capacity: usize,
}

/// The patch under way or the next to come, and what comes behind it.
struct Lane {
    cursor: Cursor,
    now: Patch,
    /// Patches that start here or later do not begin: another veil is about to take over.
    until: i64,
}

/// What is kept of one channel, static EQ laid.
struct Channel {
    history: History,
    tail: Tail,
    sum: Sum,
}

impl Convolver {
    /// A convolver for `channels` channels that can hold any valid veil at `sample_rate` Hz.
    /// Allocates all it will ever need.
    #[must_use]
    pub fn new(channels: usize, sample_rate: u32) -> Self {
        Self::with_reach(channels, reach(Recipe::kernel_len_max(sample_rate)), false)
    }

    /// A convolver for `channels` channels with this veil from the first sample on.
    #[must_use]
    pub fn of(veil: Arc<Veil>, channels: usize) -> Self {
        let mut convolver = Self::with_reach(channels, veil.reach(), veil.static_eq().is_some());
        convolver.veil = Some(veil);
        convolver
    }

    fn with_reach(channels: usize, reach: usize, static_eq: bool) -> Self {
        let capacity = (reach + 1).next_multiple_of(TAP_GROUP);
        let transform = Arc::new(Transform::new());
        let channel = || Channel {
            history: History::new(capacity),
            tail: Tail::new(transform.clone(), capacity),
            sum: Sum::EMPTY,
        };
        Self {
            veil: None,
            next: None,
            retired: None,
            lane: None,
            static_eq: StaticEq::new(channels, capacity, &transform, static_eq),
            channels: (0..channels).map(|_| channel()).collect(),
            wet: vec![0.0; CHUNK].into(),
            expected: None,
            idle_until: i64::MIN,
            capacity,
        }
    }

    /// Channels it was made for.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// The veil in force.
    #[must_use]
    pub fn veil(&self) -> Option<&Arc<Veil>> {
        self.veil.as_ref()
    }

    /// Latency in samples: none.
    #[must_use]
    pub const fn latency(&self) -> usize {
        0
    }

    /// Puts `veil` in force (`None`: pass through). Before the first block at once; later, the
    /// present patch ends as it would without a follower, and the new veil begins with its first
    /// patch that starts after that, while the one static EQ goes over into the other, so that nothing
    /// clicks.
    ///
    /// Gives back what must be freed elsewhere: a veil that was waiting and will not come to be
    /// used, or `veil` itself where its kernels are longer than this convolver can hold. Never
    /// allocates or frees.
    pub fn set_veil(&mut self, veil: Option<Arc<Veil>>) -> Option<Arc<Veil>> {
        if veil.as_ref().is_some_and(|veil| veil.reach() >= self.capacity) {
            return veil;
        }
        if self.expected.is_none() && self.retired.is_none() {
            let waiting = self.next.take().flatten();
            self.retired = std::mem::replace(&mut self.veil, veil);
            self.static_eq.clear(has_static_eq(&self.veil));
            return waiting;
        }
        self.idle_until = i64::MIN;
        self.next.replace(veil).flatten()
    }

    /// The veil that was in force before the last change, to be freed off the audio thread, once
    /// nothing of it sounds. Until
    /// it is taken, no further change comes into force. Never allocates or frees.
    pub fn take_retired(&mut self) -> Option<Arc<Veil>> {
        if self.static_eq.is_changing() {
            return None;
        }
        self.retired.take()
    }

    /// Whether a veil waits to come into force, or one that was is to be taken by
    /// [`take_retired`](Self::take_retired).
    #[must_use]
    pub fn will_retire(&self) -> bool {
        self.next.is_some() || self.retired.is_some()
    }

    /// Whether the static EQ of one veil is going over into that of another. It is over after some
    /// hundred samples.
    #[must_use]
    pub fn is_changing(&self) -> bool {
        self.static_eq.is_changing()
    }

    /// Forgets all samples, as if nothing had been fed. The veil stays; a waiting one comes into
    /// force if the one before it was taken. Never allocates or frees.
    pub fn reset(&mut self) {
        for channel in &mut self.channels {
            channel.history.clear();
        }
        self.forget();
        self.expected = None;
        if self.retired.is_none()
            && let Some(next) = self.next.take()
        {
            self.retired = std::mem::replace(&mut self.veil, next);
        }
        self.static_eq.clear(has_static_eq(&self.veil));
    }

    /// Veils `channels` (channels × samples, in place) whose first sample lies at timeline
    /// `position`. Channels beyond those it was made for, and samples beyond the shortest
    /// channel, are left alone. Never allocates, locks or panics.
    #[inline]
    pub fn process(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let stop = position.saturating_add(len as i64);
        // Most blocks of a sparse recipe only have to be remembered, and this is all they cost.
        if stop <= self.idle_until && self.expected == Some(position) && len <= CHUNK {
            self.expected = Some(stop);
            for (own, channel) in self.channels.iter_mut().zip(channels) {
                own.history.record_and_sanitize(&mut channel[..len]);
            }
        } else {
            self.veil_over(position, channels, len);
        }
    }

    /// [`process`](Self::process) where there is more to do.
    fn veil_over(&mut self, position: i64, channels: &mut [&mut [f32]], len: usize) {
        let mut done = 0;
        while done < len {
            let count = (len - done).min(CHUNK);
            let at = position.saturating_add(done as i64);
            self.chunk(at, channels, done, count);
            done += count;
        }
    }

    /// Takes `channels` (channels × samples) in as what came before `position + samples`, without
    /// output: for whoever starts in the middle of a timeline and has the [`Veil::context`]
    /// before it. Never allocates, locks or panics.
    pub fn feed(&mut self, position: i64, channels: &[&[f32]]) {
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let expected = self.expected.replace(position.saturating_add(len as i64));
        if expected != Some(position) {
            self.forget();
        }
        self.lane = None;
        self.idle_until = i64::MIN;
        let mut done = 0;
        while done < len {
            let count = (len - done).min(CHUNK);
            let at = position.saturating_add(done as i64);
            for (index, channel) in channels.iter().enumerate().take(self.channels.len()) {
                let mut fed = &channel[done..done + count];
                if self.static_eq.is_active() {
                    let laid = &mut self.wet[..count];
                    laid.copy_from_slice(fed);
                    self.static_eq.lay(index, static_eqs(&self.retired, &self.veil), at, laid);
                    fed = laid;
                }
                self.channels[index].history.record(fed);
            }
            self.static_eq.passed(at.saturating_add(count as i64), has_static_eq(&self.veil));
            done += count;
        }
    }

    /// Forgets what hangs on where the samples of the past lay on the timeline.
    fn forget(&mut self) {
        self.lane = None;
        self.idle_until = i64::MIN;
        self.static_eq.forget(has_static_eq(&self.veil));
        for channel in &mut self.channels {
            channel.tail.forget();
            channel.sum.forget();
        }
    }

    /// Lays static EQ and patches over `count` samples from `done` on, which lie at `at` on the
    /// timeline.
    fn chunk(&mut self, at: i64, channels: &mut [&mut [f32]], done: usize, count: usize) {
        let stop = at.saturating_add(count as i64);
        let jumped = self.expected.replace(stop) != Some(at);
        if jumped {
            self.forget();
        }
        if self.retired.is_none()
            && let Some(next) = self.next.take()
        {
            self.hand_over(next, at, jumped);
        }
        for (index, channel) in channels.iter_mut().enumerate().take(self.channels.len()) {
            let samples = &mut channel[done..done + count];
            if self.static_eq.is_active() {
                self.static_eq.lay(index, static_eqs(&self.retired, &self.veil), at, samples);
            }
            self.channels[index].history.record_and_sanitize(samples);
        }
        self.static_eq.passed(stop, has_static_eq(&self.veil));
        let unhindered = self.next.is_none() && !self.static_eq.is_active();
        self.idle_until = if unhindered { i64::MAX } else { i64::MIN };
        let Some(veil) = &self.veil else { return };
        let lane = self.lane.get_or_insert_with(|| Lane::at(veil, at));
        while lane.now.start < stop.min(lane.until) {
            let patch = lane.now;
            let from = (patch.start.clamp(at, stop) - at) as usize;
            let to = (patch.end.clamp(at, stop) - at) as usize;
            let wet = &mut self.wet[..to - from];
            if let Some(kernel) = veil.kernels().get(patch.kernel) {
                let (start, back) = (at + from as i64, count - from);
                for (own, channel) in self.channels.iter_mut().zip(channels.iter_mut()) {
                    let (dry, past) = own.history.recent(back, kernel.head().len());
                    fir(kernel.head(), past, wet);
                    let kernel = (kernel, patch.kernel);
                    own.tail.add(&mut own.sum, &own.history, kernel, start, back, wet);
                    let out = &mut channel[done + from..done + to];
                    mix(&patch, start, veil.rise(), wet, dry, out);
                }
            }
            if patch.end > stop || patch.end == i64::MAX {
                break;
            }
            lane.advance(veil);
        }
        self.idle_until = self.idle_until.min(lane.now.start);
    }

    /// Lets `next` take over at `at` if no patch has weight there any more; otherwise sees to it
    /// that no new one begins, and keeps `next` waiting.
    fn hand_over(&mut self, next: Option<Arc<Veil>>, at: i64, jumped: bool) {
        if let Some(lane) = &mut self.lane {
            lane.end_from(at);
            if lane.now.start < lane.until {
                self.next = Some(next);
                return;
            }
        }
        self.retired = std::mem::replace(&mut self.veil, next);
        let static_eqs = (has_static_eq(&self.retired), has_static_eq(&self.veil));
        let past = self.channels.iter().map(|channel| &channel.history);
        self.static_eq.change(static_eqs, at, jumped, past);
        for channel in &mut self.channels {
            channel.sum.forget();
        }
        self.lane = match &self.veil {
            // After a jump the audio is broken off anyway, and the timeline alone decides.
            Some(veil) if !jumped => Some(Lane::beginning(veil, at)),
            _ => None,
        };
    }
}

impl Lane {
    /// The patches from `at` on, the one under way included.
    fn at(veil: &Veil, at: i64) -> Self {
        let mut cursor = veil.schedule().patches_from(at);
        let now = cursor.next(veil.schedule());
        Self { cursor, now, until: i64::MAX }
    }

    /// The patches that start at `at` or later.
    fn beginning(veil: &Veil, at: i64) -> Self {
        let mut lane = Self::at(veil, at);
        if lane.now.start < at {
            lane.advance(veil);
        }
        lane.now.rises = true;
        lane
    }

    fn advance(&mut self, veil: &Veil) {
        self.now = self.cursor.next(veil.schedule());
        self.now.falls |= self.now.end >= self.until;
    }

    /// Lets no patch begin at `at` or later, unless what is under way cannot end without it.
    fn end_from(&mut self, at: i64) {
        if self.until != i64::MAX {
            return;
        }
        let now = &mut self.now;
        let under_way = now.start < at || now.start == at && !now.rises;
        self.until = if !under_way {
            at
        } else if now.falls || at <= now.end.saturating_sub(now.fade) {
            now.falls = true;
            now.start.saturating_add(1)
        } else {
            // It goes over into the next one, and it is too late to let it fall instead.
            now.end.saturating_add(1)
        };
    }
}

fn has_static_eq(veil: &Option<Arc<Veil>>) -> bool {
    veil.as_ref().is_some_and(|veil| veil.static_eq().is_some())
}

/// The static EQs of two veils.
fn static_eqs<'a>(
    before: &'a Option<Arc<Veil>>,
    now: &'a Option<Arc<Veil>>,
) -> (Option<&'a Kernel>, Option<&'a Kernel>) {
    let static_eq = |veil: &'a Option<Arc<Veil>>| veil.as_ref().and_then(|veil| veil.static_eq());
    (static_eq(before), static_eq(now))
}

/// Adds `weight · (wet − dry)` to `out`; `at` is the position of the first sample. `rise` is the
/// rising edge; the falling one is what is missing from it to 1.
fn mix(patch: &Patch, at: i64, rise: &[f32], wet: &[f32], dry: &[f32], out: &mut [f32]) {
    let len = out.len();
    // Where, counted from `at`, the rising edge ends and the falling one begins.
    let index = |position: i64| position.saturating_sub(at).clamp(0, len as i64) as usize;
    let risen = if patch.rises { index(patch.start.saturating_add(rise.len() as i64)) } else { 0 };
    let fall = patch.end.saturating_sub(rise.len() as i64);
    let falling = if patch.falls { index(fall).max(risen) } else { len };
    let edge = |from: i64| &rise[(at.saturating_sub(from).max(0) as usize).min(rise.len())..];
    let blend = |weight: f32, wet: f32, dry: f32, out: &mut f32| {
        *out = weight.mul_add(wet - dry, *out);
    };
    for (((out, wet), dry), w) in out[..risen].iter_mut().zip(wet).zip(dry).zip(edge(patch.start)) {
        blend(*w, *wet, *dry, out);
    }
    let (held, wet, dry) = (&mut out[risen..], &wet[risen..], &dry[risen..]);
    let (held, fallen) = held.split_at_mut(falling - risen);
    for ((out, wet), dry) in held.iter_mut().zip(wet).zip(dry) {
        blend(1.0, *wet, *dry, out);
    }
    let behind = falling - risen;
    for (((out, wet), dry), w) in
        fallen.iter_mut().zip(&wet[behind..]).zip(&dry[behind..]).zip(edge(fall))
    {
        blend(1.0 - *w, *wet, *dry, out);
    }
}

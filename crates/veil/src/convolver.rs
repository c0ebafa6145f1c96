//! The convolver: applies a veil to a stream of blocks in real time.

use std::sync::Arc;

use crate::fir::{TAP_GROUP, fir};
use crate::history::{CHUNK, History};
use crate::in_common::InCommon;
use crate::kernel::Kernel;
use crate::mark::{Mark, MarkStage};
use crate::partition::reach;
use crate::patch_cursor::{PatchCursor, mix};
use crate::planar::{Copied, Planar};
use crate::recipe::VeilSettings;
use crate::spectrum::Transform;
use crate::static_eq::StaticEq;
use crate::tail::{Tail, TailBlock};
use crate::veil::Veil;

/// Applies a [`Veil`] in place to blocks of any size at any timeline position, with zero latency.
///
/// The layers of the recipe follow each other: static EQ, patches, mark. The output at a position depends
/// on that position, the veil, and the samples fed before it: not on how the timeline was cut into blocks.
/// Where the recipe has neither static EQ nor mark, every valid sample outside patches passes bit for
/// bit. Invalid samples (NaN, infinite, beyond ±10³⁰) become 0.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
///
/// use patchveil_veil::{ClassKey, Convolver, Preset, Veil};
///
/// let veil = Veil::new(&ClassKey::generate()?, &Preset::Balanced.recipe(), 48_000)?;
/// let mut convolver = Convolver::of(Arc::new(veil), 2);
/// let (mut left, mut right) = ([0.1; 480], [0.2; 480]);
/// for block in 0..10 {
///     convolver.process(480 * block, &mut [&mut left, &mut right]);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Convolver {
    veil: Option<Arc<Veil>>,
    /// The veil that takes over once no patch of the current one has weight.
    next: Option<Option<Arc<Veil>>>,
    /// The previous veil, kept until it is taken to be freed.
    retired: Option<Arc<Veil>>,
    patches: Option<PatchCursor>,
    static_eq: StaticEq,
    channels: Vec<Channel>,
    mark: MarkStage,
    in_common: InCommon,
    /// A copy of what is fed, for the veil to be applied to: the mark's past is the veil's output.
    copied: Copied,
    /// The convolved samples of one patch in one chunk.
    wet: Box<[f32]>,
    /// Where the timeline goes on if it does not jump; `None` before the first block.
    expected: Option<i64>,
    /// Up to this position, if the timeline does not jump, samples are only recorded. `i64::MIN` where
    /// that is unknown.
    idle_until: i64,
    capacity: usize,
}

/// The state of one channel behind the static EQ.
struct Channel {
    history: History,
    tail: Tail,
    tail_block: TailBlock,
}

impl Convolver {
    /// A convolver for `channels` channels that can hold any valid veil at `sample_rate` Hz.
    /// Allocates all it will ever need.
    #[must_use]
    pub fn new(channels: usize, sample_rate: u32) -> Self {
        let reach = reach(VeilSettings::kernel_len_max(sample_rate));
        let mark = MarkStage::new(channels, Some(Mark::reach_max(sample_rate)), sample_rate, false);
        Self::with_stages(channels, reach, false, mark)
    }

    /// A convolver for `channels` channels with this veil from the first sample on.
    #[must_use]
    pub fn of(veil: Arc<Veil>, channels: usize) -> Self {
        let reach = veil.mark().map(|mark| mark.reach());
        let mark = MarkStage::new(channels, reach, veil.sample_rate(), reach.is_some());
        let static_eq = veil.static_eq().is_some();
        let mut convolver = Self::with_stages(channels, veil.reach(), static_eq, mark);
        convolver.veil = Some(veil);
        convolver
    }

    fn with_stages(channels: usize, reach: usize, static_eq: bool, mark: MarkStage) -> Self {
        let capacity = (reach + 1).next_multiple_of(TAP_GROUP);
        let transform = Arc::new(Transform::new());
        let channel = || Channel {
            history: History::new(capacity),
            tail: Tail::new(transform.clone(), capacity),
            tail_block: TailBlock::EMPTY,
        };
        Self {
            veil: None,
            next: None,
            retired: None,
            patches: None,
            static_eq: StaticEq::new(channels, capacity, &transform, static_eq),
            channels: (0..channels).map(|_| channel()).collect(),
            in_common: InCommon::new(capacity, mark.pasts()),
            mark,
            copied: Copied::new(channels),
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

    /// The current veil.
    #[must_use]
    pub fn veil(&self) -> Option<&Arc<Veil>> {
        self.veil.as_ref()
    }

    /// Latency in samples: 0.
    #[must_use]
    pub const fn latency(&self) -> usize {
        0
    }

    /// Changes to `veil` (`None`: pass through). Before the first block this acts at once. Later, so
    /// that nothing clicks, the current patch ends first, static EQs and marks cross-fade, and the new
    /// veil begins with its first patch after that.
    ///
    /// Gives back what must be freed off the audio thread: a veil that was waiting and will not be
    /// used, or `veil` itself where it reaches back further than this convolver can hold. Never
    /// allocates or frees.
    pub fn set_veil(&mut self, veil: Option<Arc<Veil>>) -> Option<Arc<Veil>> {
        if veil.as_ref().is_some_and(|veil| veil.reach() >= self.capacity)
            || !self.mark.holds(mark_of(&veil))
        {
            return veil;
        }
        if self.expected.is_none() && self.retired.is_none() {
            let waiting = self.next.take().flatten();
            self.retired = std::mem::replace(&mut self.veil, veil);
            self.static_eq.clear(has_static_eq(&self.veil));
            self.mark.clear(mark_of(&self.veil).is_some());
            return waiting;
        }
        self.idle_until = i64::MIN;
        self.next.replace(veil).flatten()
    }

    /// The previous veil, once it no longer sounds, to be freed off the audio thread. Until it is taken,
    /// no further change takes effect. Never allocates or frees.
    pub fn take_retired(&mut self) -> Option<Arc<Veil>> {
        if self.cross_fade_end().is_some() {
            return None;
        }
        self.retired.take()
    }

    /// Whether a veil waits to take over, or the previous one waits to be
    /// [taken](Self::take_retired).
    #[must_use]
    pub fn will_retire(&self) -> bool {
        self.next.is_some() || self.retired.is_some()
    }

    /// Forgets all samples, as if nothing had been fed. The veil stays; a waiting one takes over if the
    /// previous one was taken. Never allocates or frees.
    pub fn reset(&mut self) {
        for channel in &mut self.channels {
            channel.history.clear();
        }
        self.in_common.end();
        self.forget();
        self.expected = None;
        if self.retired.is_none()
            && let Some(next) = self.next.take()
        {
            self.retired = std::mem::replace(&mut self.veil, next);
        }
        self.static_eq.clear(has_static_eq(&self.veil));
        self.mark.clear(mark_of(&self.veil).is_some());
    }

    /// Veils `channels` (channels × samples, in place) whose first sample lies at timeline
    /// `position`. Channels beyond those it was made for, and samples beyond the shortest
    /// channel, are left unchanged. Never allocates, locks or panics.
    #[inline]
    pub fn process(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let stop = position.saturating_add(len as i64);
        // Most blocks of a sparse recipe only have to be recorded; this is all they cost.
        if stop <= self.idle_until && self.expected == Some(position) && len <= CHUNK {
            self.expected = Some(stop);
            let mark_keeps_enough = match self.mark.is_active() {
                true => self.in_common.extend(len),
                false => {
                    self.catch_up();
                    false
                }
            };
            if !mark_keeps_enough {
                for (own, channel) in self.channels.iter_mut().zip(channels.iter_mut()) {
                    own.history.record_and_sanitize(&mut channel[..len]);
                }
            }
            self.apply_mark(position, channels, 0, len);
        } else {
            self.catch_up();
            self.process_chunks(position, channels, len);
        }
    }

    /// Completes the veil's past; from here on it differs from the mark's.
    #[inline]
    fn catch_up(&mut self) {
        if self.in_common.end() {
            for (channel, past) in self.channels.iter_mut().zip(self.mark.pasts()) {
                channel.history.copy_newest(past);
            }
        }
    }

    /// [`process`](Self::process) where there is more to do.
    fn process_chunks(&mut self, position: i64, channels: &mut [&mut [f32]], len: usize) {
        let mut done = 0;
        while done < len {
            let at = position.saturating_add(done as i64);
            let count = (len - done).min(CHUNK).min(self.samples_to_take_over(at));
            self.chunk(at, channels, done, count);
            done += count;
        }
    }

    /// Samples from `at` to where a waiting veil takes over, at least 1: chunks end there, so the
    /// place does not depend on how the timeline is cut into blocks.
    fn samples_to_take_over(&mut self, at: i64) -> usize {
        if self.next.is_none() || self.retired.is_some() {
            return usize::MAX;
        }
        if let Some(end) = self.cross_fade_end() {
            return usize::try_from(end.saturating_sub(at)).unwrap_or(0).max(1);
        }
        let Some(patches) = &mut self.patches else { return usize::MAX };
        patches.end_from(at);
        let under_way = patches.patch.start < patches.until && at < patches.patch.end;
        let left = if under_way { patches.patch.end.saturating_sub(at) } else { i64::MAX };
        usize::try_from(left).unwrap_or(usize::MAX)
    }

    /// Where the cross-fade from one veil to the next ends, if one is under way.
    fn cross_fade_end(&self) -> Option<i64> {
        self.static_eq.cross_fade_end().max(self.mark.cross_fade_end())
    }

    /// Takes `channels` (channels × samples, the first at `position`) as past input, without output: to
    /// start in the middle of a timeline, feed the [`Veil::context`] before it. Never allocates, locks or
    /// panics.
    pub fn feed(&mut self, position: i64, channels: &[&[f32]]) {
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        self.catch_up();
        let expected = self.expected.replace(position.saturating_add(len as i64));
        if expected != Some(position) {
            self.forget();
        }
        self.patches = None;
        self.idle_until = i64::MIN;
        let mut done = 0;
        while done < len {
            let count = (len - done).min(CHUNK);
            let at = position.saturating_add(done as i64);
            match self.mark.is_active() {
                true => self.feed_through_veil(at, channels, done, count),
                false => self.feed_veil(at, channels, done, count),
            }
            self.static_eq.advance_to(at.saturating_add(count as i64), has_static_eq(&self.veil));
            done += count;
        }
        self.patches = None;
        self.idle_until = i64::MIN;
    }

    /// Takes a chunk of what is fed as the veil's past.
    fn feed_veil(&mut self, at: i64, channels: &[&[f32]], done: usize, count: usize) {
        for (index, channel) in channels.iter().enumerate().take(self.channels.len()) {
            let mut fed = &channel[done..done + count];
            if self.static_eq.is_active() {
                let equalized = &mut self.wet[..count];
                equalized.copy_from_slice(fed);
                self.static_eq.apply(index, static_eqs(&self.retired, &self.veil), at, equalized);
                fed = equalized;
            }
            self.channels[index].history.record(fed);
        }
    }

    /// Takes a chunk of what is fed as the veil's past, and the veil's output as the mark's.
    fn feed_through_veil(&mut self, at: i64, channels: &[&[f32]], done: usize, count: usize) {
        let mut copied = std::mem::take(&mut self.copied);
        copied.copy(channels, done, count);
        self.equalize_and_record(at, &mut copied, 0, count);
        self.apply_patches(at, &mut copied, 0, count);
        for index in 0..self.channels.len() {
            let Some(samples) = copied.channel(index) else { break };
            self.mark.record(index, samples);
        }
        let has_mark = mark_of(&self.veil).is_some();
        self.mark.advance_to(at.saturating_add(count as i64), has_mark);
        self.copied = copied;
    }

    /// Forgets what depends on the timeline position of past samples.
    fn forget(&mut self) {
        self.patches = None;
        self.idle_until = i64::MIN;
        self.static_eq.forget(has_static_eq(&self.veil));
        self.mark.forget(mark_of(&self.veil).is_some());
        for channel in &mut self.channels {
            channel.tail.forget();
            channel.tail_block.forget();
        }
    }

    /// Applies all layers to `count` samples from `done` on, which lie at `at` on the timeline.
    fn chunk(&mut self, at: i64, channels: &mut [&mut [f32]], done: usize, count: usize) {
        let stop = at.saturating_add(count as i64);
        let jumped = self.expected.replace(stop) != Some(at);
        if jumped {
            self.forget();
        }
        if self.retired.is_none()
            && self.cross_fade_end().is_none()
            && let Some(next) = self.next.take()
        {
            self.hand_over(next, at, jumped);
        }
        self.equalize_and_record(at, channels, done, count);
        self.static_eq.advance_to(stop, has_static_eq(&self.veil));
        let nothing_pending = self.next.is_none() && !self.static_eq.is_active();
        self.idle_until = if nothing_pending { i64::MAX } else { i64::MIN };
        self.apply_patches(at, channels, done, count);
        self.apply_mark(at, channels, done, count);
    }

    /// Applies the static EQ and records the result.
    fn equalize_and_record(
        &mut self,
        at: i64,
        channels: &mut (impl Planar + ?Sized),
        done: usize,
        count: usize,
    ) {
        for index in 0..self.channels.len() {
            let Some(channel) = channels.channel(index) else { break };
            let samples = &mut channel[done..done + count];
            if self.static_eq.is_active() {
                self.static_eq.apply(index, static_eqs(&self.retired, &self.veil), at, samples);
            }
            self.channels[index].history.record_and_sanitize(samples);
        }
    }

    /// Applies the patches to the samples that were just recorded.
    fn apply_patches(
        &mut self,
        at: i64,
        channels: &mut (impl Planar + ?Sized),
        done: usize,
        count: usize,
    ) {
        let Some(veil) = &self.veil else { return };
        let Some(schedule) = veil.schedule() else { return };
        let stop = at.saturating_add(count as i64);
        let patches = self.patches.get_or_insert_with(|| PatchCursor::at(schedule, at));
        while patches.patch.start < stop.min(patches.until) {
            let patch = patches.patch;
            let from = (patch.start.clamp(at, stop) - at) as usize;
            let to = (patch.end.clamp(at, stop) - at) as usize;
            let wet = &mut self.wet[..to - from];
            if let Some(kernel) = veil.kernels().get(patch.kernel) {
                let (start, back) = (at + from as i64, count - from);
                for (index, own) in self.channels.iter_mut().enumerate() {
                    let Some(channel) = channels.channel(index) else { break };
                    let (dry, past) = own.history.recent(back, kernel.head().len());
                    fir(kernel.head(), past, wet);
                    let kernel = (kernel, patch.kernel);
                    own.tail.add(&mut own.tail_block, &own.history, kernel, start, back, wet);
                    let out = &mut channel[done + from..done + to];
                    mix(&patch, start, veil.rise(), wet, dry, out);
                }
            }
            if patch.end > stop || patch.end == i64::MAX {
                break;
            }
            patches.advance(schedule);
        }
        self.idle_until = self.idle_until.min(patches.patch.start);
    }

    /// Adds the mark to what the veil made of `count` samples.
    #[inline]
    fn apply_mark(&mut self, at: i64, channels: &mut [&mut [f32]], done: usize, count: usize) {
        if !self.mark.is_active() {
            return;
        }
        let marks = (mark_of(&self.retired), mark_of(&self.veil));
        for (index, channel) in channels.iter_mut().enumerate() {
            self.mark.apply(index, marks, at, &mut channel[done..done + count]);
        }
        self.mark.advance_to(at.saturating_add(count as i64), marks.1.is_some());
    }

    /// Lets `next` take over at `at` if no patch has weight there any more; otherwise keeps new
    /// patches from beginning, and `next` waiting.
    fn hand_over(&mut self, next: Option<Arc<Veil>>, at: i64, jumped: bool) {
        if let Some(patches) = &mut self.patches {
            patches.end_from(at);
            if patches.patch.start < patches.until {
                self.next = Some(next);
                return;
            }
        }
        self.retired = std::mem::replace(&mut self.veil, next);
        let static_eqs = (has_static_eq(&self.retired), has_static_eq(&self.veil));
        let past = self.channels.iter().map(|channel| &channel.history);
        self.static_eq.switch(static_eqs, at, jumped, past);
        self.mark.switch((mark_of(&self.retired), mark_of(&self.veil)), at, jumped);
        for channel in &mut self.channels {
            channel.tail_block.forget();
        }
        let schedule = self.veil.as_ref().and_then(|veil| veil.schedule());
        // After a jump the audio is interrupted anyway, and the timeline alone decides.
        let schedule = schedule.filter(|_| !jumped);
        self.patches = schedule.map(|schedule| PatchCursor::beginning(schedule, at));
    }
}

fn mark_of(veil: &Option<Arc<Veil>>) -> Option<&Mark> {
    veil.as_ref().and_then(|veil| veil.mark()).map(|mark| &**mark)
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

//! The convolver: applies a veil to a stream of blocks, on the audio thread if need be.

use std::sync::Arc;

use crate::fir::{SLACK, TAP_GROUP, fir};
use crate::recipe::Recipe;
use crate::schedule::{Cursor, Patch};
use crate::veil::Veil;

/// Samples handled at once; larger blocks are cut. Only speed depends on it.
const CHUNK: usize = 512;
/// Samples a history takes in before it is moved to the front of its buffer. Only speed depends
/// on it.
const ROOM: usize = 4 * CHUNK;
/// Magnitude beyond which a sample is no audio (+600 dBFS), so that no sum can overflow.
const LOUDEST: f32 = 1e30;
/// Magnitude below which a sample enters a kernel as 0 (−400 dBFS), so that no product is a
/// denormal: those cost a hundred times an ordinary product on some processors.
const FAINTEST: f32 = 1e-20;

/// Applies a [`Veil`] in place to blocks of any size at any timeline position, with zero latency.
///
/// The output at a position depends on that position, the veil, and the samples fed before it:
/// not on how the timeline was cut into blocks. Outside patches every finite sample leaves as it
/// came, bit for bit. Samples that are no audio (NaN, infinite, beyond ±10³⁰) leave as 0.
pub struct Convolver {
    veil: Option<Arc<Veil>>,
    /// The veil that takes over once no patch of the present one has weight.
    next: Option<Option<Arc<Veil>>>,
    /// The veil taken over from, kept until someone may free it.
    retired: Option<Arc<Veil>>,
    lane: Option<Lane>,
    histories: Vec<History>,
    /// The convolved samples of one patch in one chunk.
    wet: Box<[f32]>,
    /// Where the timeline goes on if it does not jump; `None` before the first block.
    expected: Option<i64>,
    capacity: usize,
}

/// The patch under way or the next to come, and what comes behind it.
struct Lane {
    cursor: Cursor,
    now: Patch,
    /// Patches that start here or later do not begin: another veil is about to take over.
    until: i64,
}

/// The most recent samples of one channel, contiguous in memory.
struct History {
    samples: Box<[f32]>,
    /// Index behind the newest sample.
    end: usize,
    /// Samples kept before the newest chunk.
    context: usize,
}

impl Convolver {
    /// A convolver for `channels` channels that can hold any valid veil at `sample_rate` Hz.
    /// Allocates all it will ever need.
    #[must_use]
    pub fn new(channels: usize, sample_rate: u32) -> Self {
        Self::with_capacity(channels, Recipe::kernel_len_max(sample_rate))
    }

    /// A convolver for `channels` channels with this veil from the first sample on.
    #[must_use]
    pub fn of(veil: Arc<Veil>, channels: usize) -> Self {
        let mut convolver = Self::with_capacity(channels, veil.context() + 1);
        convolver.veil = Some(veil);
        convolver
    }

    fn with_capacity(channels: usize, taps: usize) -> Self {
        let capacity = taps.next_multiple_of(TAP_GROUP);
        Self {
            veil: None,
            next: None,
            retired: None,
            lane: None,
            histories: (0..channels).map(|_| History::new(capacity)).collect(),
            wet: vec![0.0; CHUNK].into(),
            expected: None,
            capacity,
        }
    }

    /// Channels it was made for.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.histories.len()
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
    /// patch that starts after that, so that nothing clicks.
    ///
    /// Gives back what must be freed elsewhere: a veil that was waiting and will not come to be
    /// used, or `veil` itself where its kernels are longer than this convolver can hold. Never
    /// allocates or frees.
    pub fn set_veil(&mut self, veil: Option<Arc<Veil>>) -> Option<Arc<Veil>> {
        if veil.as_ref().is_some_and(|veil| veil.context() >= self.capacity) {
            return veil;
        }
        if self.expected.is_none() && self.retired.is_none() {
            let waiting = self.next.take().flatten();
            self.retired = std::mem::replace(&mut self.veil, veil);
            return waiting;
        }
        self.next.replace(veil).flatten()
    }

    /// The veil that was in force before the last change, to be freed off the audio thread. Until
    /// it is taken, no further change comes into force. Never allocates or frees.
    pub fn take_retired(&mut self) -> Option<Arc<Veil>> {
        self.retired.take()
    }

    /// Forgets all samples, as if nothing had been fed. The veil stays; a waiting one comes into
    /// force if the one before it was taken. Never allocates or frees.
    pub fn reset(&mut self) {
        for history in &mut self.histories {
            history.clear();
        }
        self.expected = None;
        self.lane = None;
        if self.retired.is_none()
            && let Some(next) = self.next.take()
        {
            self.retired = std::mem::replace(&mut self.veil, next);
        }
    }

    /// Veils `channels` (channels × samples, in place) whose first sample lies at timeline
    /// `position`. Channels beyond those it was made for, and samples beyond the shortest
    /// channel, are left alone. Never allocates, locks or panics.
    pub fn process(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let mut done = 0;
        while done < len {
            let count = (len - done).min(CHUNK);
            let at = position.saturating_add(done as i64);
            for (history, channel) in self.histories.iter_mut().zip(channels.iter_mut()) {
                history.take_in(&mut channel[done..done + count]);
            }
            self.chunk(at, channels, done, count);
            done += count;
        }
    }

    /// Takes `channels` (channels × samples) in as what came before `position + samples`, without
    /// output: for whoever starts in the middle of a timeline and has the [`Veil::context`]
    /// before it. Never allocates, locks or panics.
    pub fn feed(&mut self, position: i64, channels: &[&[f32]]) {
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let mut done = 0;
        while done < len {
            let count = (len - done).min(CHUNK);
            for (history, channel) in self.histories.iter_mut().zip(channels) {
                history.record(&channel[done..done + count]);
            }
            done += count;
        }
        self.expected = Some(position.saturating_add(len as i64));
        self.lane = None;
    }

    /// Adds the patches to `count` samples from `done` on, which lie at `at` on the timeline and
    /// are already in the histories.
    fn chunk(&mut self, at: i64, channels: &mut [&mut [f32]], done: usize, count: usize) {
        let stop = at.saturating_add(count as i64);
        let jumped = self.expected.replace(stop) != Some(at);
        if jumped {
            self.lane = None;
        }
        if self.retired.is_none()
            && let Some(next) = self.next.take()
        {
            self.hand_over(next, at, jumped);
        }
        let Some(veil) = &self.veil else { return };
        let lane = self.lane.get_or_insert_with(|| Lane::at(veil, at));
        while lane.now.start < stop.min(lane.until) {
            let patch = lane.now;
            let from = (patch.start.clamp(at, stop) - at) as usize;
            let to = (patch.end.clamp(at, stop) - at) as usize;
            let wet = &mut self.wet[..to - from];
            if let Some(kernel) = veil.kernels().get(patch.curve) {
                for (history, channel) in self.histories.iter().zip(channels.iter_mut()) {
                    let (dry, past) = history.recent(count - from, kernel.padded().len());
                    fir(kernel.padded(), past, wet);
                    let out = &mut channel[done + from..done + to];
                    mix(&patch, at + from as i64, veil.rise(), wet, dry, out);
                }
            }
            if patch.end > stop || patch.end == i64::MAX {
                break;
            }
            lane.advance(veil);
        }
    }

    /// Lets `next` take over at `at` if no patch has weight there any more; otherwise sees to it
    /// that no new one begins, and keeps `next` waiting.
    fn hand_over(&mut self, next: Option<Arc<Veil>>, at: i64, jumped: bool) {
        if let Some(lane) = &mut self.lane {
            lane.until = lane.until.min(at);
            if lane.now.start < lane.until {
                lane.now.falls = true;
                self.next = Some(next);
                return;
            }
        }
        self.retired = std::mem::replace(&mut self.veil, next);
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
    }
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

impl History {
    fn new(context: usize) -> Self {
        let samples = vec![0.0; context + ROOM + SLACK].into();
        Self { samples, end: context, context }
    }

    fn clear(&mut self) {
        self.samples.fill(0.0);
        self.end = self.context;
    }

    /// Room for `count` more samples, at most [`CHUNK`].
    fn room(&mut self, count: usize) -> &mut [f32] {
        if self.end + count > self.context + ROOM {
            self.samples.copy_within(self.end - self.context..self.end, 0);
            self.end = self.context;
        }
        let start = self.end;
        self.end += count;
        &mut self.samples[start..self.end]
    }

    /// Records `input`; says whether every sample was audio.
    fn record(&mut self, input: &[f32]) -> bool {
        let mut audio = true;
        for (kept, &x) in self.room(input.len()).iter_mut().zip(input) {
            let magnitude = x.abs();
            // Every comparison with a NaN is false.
            let sound = magnitude <= LOUDEST;
            audio &= sound;
            *kept = if sound & (magnitude >= FAINTEST) { x } else { 0.0 };
        }
        audio
    }

    /// Records `samples` and clears what is no audio.
    fn take_in(&mut self, samples: &mut [f32]) {
        if !self.record(samples) {
            for x in samples.iter_mut().filter(|x| !(x.abs() <= LOUDEST)) {
                *x = 0.0;
            }
        }
    }

    /// The newest `count` samples, and the same with `taps − 1` samples before them and
    /// [`SLACK`] behind.
    fn recent(&self, count: usize, taps: usize) -> (&[f32], &[f32]) {
        let start = self.end - count;
        (&self.samples[start..self.end], &self.samples[start + 1 - taps..self.end + SLACK])
    }
}

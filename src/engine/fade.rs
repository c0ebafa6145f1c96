//! Cross-fades between what the output can be.

/// Length of every cross-fade, in ms.
const FADE_MS: u32 = 10;
/// Samples mixed at once.
pub(crate) const PIECE: usize = 256;

/// A value that moves to its target in a straight line and then has it exactly.
#[derive(Debug, Clone, Copy)]
struct Ramp {
    from: f32,
    to: f32,
    done: u32,
    len: u32,
}

impl Ramp {
    fn at(value: f32) -> Self {
        Self { from: value, to: value, done: 0, len: 0 }
    }

    fn head_for(&mut self, to: f32, len: u32) {
        if to != self.to {
            *self = Self { from: self.value(), to, done: 0, len };
        }
    }

    fn value(&self) -> f32 {
        if self.done >= self.len {
            return self.to;
        }
        self.from + (self.to - self.from) * (self.done as f32 / self.len as f32)
    }

    fn next(&mut self) -> f32 {
        self.done = (self.done + 1).min(self.len);
        self.value()
    }

    fn settled(&self) -> bool {
        self.done >= self.len
    }
}

/// What the output should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Target {
    pub(crate) bypass: bool,
    pub(crate) delta: bool,
    pub(crate) mute: bool,
    /// Linear.
    pub(crate) gain: f32,
    /// The input at this linear gain instead, if any.
    pub(crate) original: Option<f32>,
}

/// What the output is while nothing fades.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Settled {
    /// The input.
    Dry,
    /// Silence.
    Silent,
    /// The veiled or restored input, times the gain.
    Veiled(f32),
}

/// The cross-fades of one instance.
pub(crate) struct Fader {
    /// Samples a fade takes.
    len: u32,
    bypass: Ramp,
    delta: Ramp,
    /// 1 is audible, 0 muted.
    sound: Ramp,
    gain: Ramp,
    /// 1 is the input at the gain below.
    original: Ramp,
    original_gain: Ramp,
    /// Nothing was heard yet, so the first target is where it starts.
    fresh: bool,
}

impl Fader {
    /// A fader for `sample_rate` Hz.
    pub(crate) fn new(sample_rate: u32) -> Self {
        Self {
            len: (sample_rate * FADE_MS / 1_000).max(1),
            bypass: Ramp::at(0.0),
            delta: Ramp::at(0.0),
            sound: Ramp::at(0.0),
            gain: Ramp::at(1.0),
            original: Ramp::at(0.0),
            original_gain: Ramp::at(1.0),
            fresh: true,
        }
    }

    /// The next target is reached at once.
    pub(crate) fn reset(&mut self) {
        self.fresh = true;
    }

    /// The same at another sample rate: silent, but for a bypass.
    pub(crate) fn silent_at(&self, sample_rate: u32) -> Self {
        let bypass = Ramp::at(self.bypass.to);
        Self { fresh: false, bypass, ..Self::new(sample_rate) }
    }

    /// Samples until nothing of the veil is heard, if that is where it moves to.
    pub(crate) fn samples_to_silence(&self) -> usize {
        let left = |ramp: &Ramp| ramp.len.saturating_sub(ramp.done) as usize;
        let bypass = left(&self.bypass);
        if self.bypass.to == 1.0 { bypass } else { bypass.max(left(&self.sound)) }
    }

    /// Whether nothing was heard yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Moves towards `target` from here on.
    pub(crate) fn aim(&mut self, target: &Target) {
        let len = if std::mem::take(&mut self.fresh) { 0 } else { self.len };
        let level = |on: bool| if on { 1.0 } else { 0.0 };
        let original_gain = target.original.unwrap_or(self.original_gain.to);
        if self.original.settled() && self.original.to == 0.0 {
            // Nothing is heard of it yet.
            self.original_gain = Ramp::at(original_gain);
        }
        for (ramp, to) in [
            (&mut self.bypass, level(target.bypass)),
            (&mut self.delta, level(target.delta)),
            (&mut self.sound, level(!target.mute)),
            (&mut self.gain, target.gain),
            (&mut self.original, level(target.original.is_some())),
            (&mut self.original_gain, original_gain),
        ] {
            if len == 0 { *ramp = Ramp::at(to) } else { ramp.head_for(to, len) }
        }
    }

    /// What the output is, if nothing fades and it needs no mixing.
    pub(crate) fn settled(&self) -> Option<Settled> {
        if !self.bypass.settled() {
            return None;
        }
        if self.bypass.to == 1.0 {
            return Some(Settled::Dry);
        }
        if !self.sound.settled() {
            return None;
        }
        if self.sound.to == 0.0 {
            return Some(Settled::Silent);
        }
        let off = |ramp: &Ramp| ramp.settled() && ramp.to == 0.0;
        let plain = off(&self.delta) && off(&self.original) && self.gain.settled();
        plain.then_some(Settled::Veiled(self.gain.to))
    }

    /// Lets `samples` go by without mixing.
    pub(crate) fn skip(&mut self, samples: usize) {
        let samples = u32::try_from(samples).unwrap_or(u32::MAX);
        let Self { bypass, delta, sound, gain, original, original_gain, .. } = self;
        for ramp in [bypass, delta, sound, gain, original, original_gain] {
            ramp.done = ramp.done.saturating_add(samples).min(ramp.len);
        }
    }

    /// The weights of the next `samples`, at most [`PIECE`].
    pub(crate) fn weights(&mut self, samples: usize) -> Weights {
        const ZERO: [f32; PIECE] = [0.0; PIECE];
        let mut weights =
            Weights { bypass: ZERO, delta: ZERO, gain: ZERO, original: ZERO, original_gain: ZERO };
        for n in 0..samples.min(PIECE) {
            weights.bypass[n] = self.bypass.next();
            weights.delta[n] = self.delta.next();
            let sound = self.sound.next();
            weights.gain[n] = self.gain.next() * sound;
            weights.original[n] = self.original.next();
            weights.original_gain[n] = self.original_gain.next() * sound;
        }
        weights
    }
}

/// How to mix one piece.
pub(crate) struct Weights {
    bypass: [f32; PIECE],
    delta: [f32; PIECE],
    gain: [f32; PIECE],
    original: [f32; PIECE],
    original_gain: [f32; PIECE],
}

impl Weights {
    /// Mixes one channel: `wet` comes in veiled or restored and leaves as the output.
    pub(crate) fn mix(&self, dry: &[f32], wet: &mut [f32]) {
        let original = self.original.iter().zip(&self.original_gain);
        let weights = self.bypass.iter().zip(&self.delta).zip(&self.gain).zip(original);
        for ((wet, dry), (((bypass, delta), gain), (original, level))) in
            wet.iter_mut().zip(dry).zip(weights)
        {
            let mut sound = (*wet - delta * dry) * gain;
            // What has faded in or out fully is exactly that.
            if *original == 1.0 {
                sound = dry * level;
            } else if *original > 0.0 {
                sound += original * (dry * level - sound);
            }
            *wet = if *bypass == 1.0 { *dry } else { sound + bypass * (dry - sound) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Target =
        Target { bypass: false, delta: false, mute: false, gain: 1.0, original: None };

    #[test]
    fn the_first_target_is_where_it_starts() {
        let mut fader = Fader::new(48_000);
        fader.aim(&PLAIN);
        assert_eq!(fader.settled(), Some(Settled::Veiled(1.0)));
    }

    #[test]
    fn a_fade_takes_ten_milliseconds_however_it_is_cut() {
        for cuts in [vec![480], vec![1; 480], vec![100, 256, 1, 123]] {
            let mut fader = Fader::new(48_000);
            fader.aim(&PLAIN);
            fader.aim(&Target { bypass: true, ..PLAIN });
            let mut all = Vec::new();
            for cut in cuts {
                let mut left = cut;
                while left > 0 {
                    assert_eq!(fader.settled(), None);
                    let piece = left.min(PIECE);
                    all.extend_from_slice(&fader.weights(piece).bypass[..piece]);
                    left -= piece;
                }
            }
            assert_eq!(fader.settled(), Some(Settled::Dry));
            let line: Vec<f32> = (1..=480).map(|n| n as f32 / 480.0).collect();
            assert!(all.iter().zip(&line).all(|(a, b)| (a - b).abs() < 1e-6));
        }
    }

    #[test]
    fn turning_back_half_way_starts_from_there() {
        let mut fader = Fader::new(48_000);
        fader.aim(&PLAIN);
        fader.aim(&Target { gain: 3.0, ..PLAIN });
        fader.weights(240);
        fader.aim(&PLAIN);
        assert!((fader.weights(1).gain[0] - 2.0).abs() < 0.01);
    }
}

//! Joins clips to long recordings and cuts them out again.

use std::collections::BTreeMap;

use rand::RngExt;

use crate::clip::Clip;
use crate::signal::rng::rng;

/// Shortest and longest pause before each clip, in seconds. Drawn to the sample, so that the phase
/// of a clip's start is nearly uniform for periods up to the difference of the two.
const PAUSE: (f64, f64) = (0.3, 0.8);
/// Amplitude of the noise in the pauses, −70 dB full scale: pauses are not digital silence.
const ROOM: f32 = 3.2e-4;

/// The layout of one long recording.
struct Plan {
    /// Index of each clip and the sample at which it starts.
    clips: Vec<(usize, usize)>,
    /// Length in samples.
    len: usize,
}

/// The layouts of all recordings: one for each label, group and rate, in this order.
fn plan(clips: &[Clip], seed: u64) -> Vec<Plan> {
    let mut by_source: BTreeMap<(usize, &str, u32), Vec<usize>> = BTreeMap::new();
    for (index, clip) in clips.iter().enumerate() {
        by_source.entry((clip.label, &clip.group, clip.rate)).or_default().push(index);
    }
    let of_source = |((label, group, rate), members): ((usize, &str, u32), Vec<usize>)| {
        let mut rng = rng(seed, "pauses", &format!("{label} {group} {rate}"));
        let samples = |seconds: f64| (seconds * f64::from(rate)) as usize;
        let mut pause = || rng.random_range(samples(PAUSE.0)..=samples(PAUSE.1));
        let mut at = 0;
        let position = |index: usize| {
            at += pause();
            let start = at;
            at += clips[index].samples.len();
            (index, start)
        };
        let clips = members.into_iter().map(position).collect();
        Plan { clips, len: at + samples(PAUSE.0) }
    };
    by_source.into_iter().map(of_source).collect()
}

/// One recording for each label, group and rate.
pub(super) fn join(clips: &[Clip], seed: u64) -> Vec<Clip> {
    let recording = |plan: Plan| {
        let first = &clips[plan.clips[0].0];
        let name = format!("long_{}_{}_{}", first.label, first.group, first.rate);
        let mut rng = rng(seed, "room", &name);
        let mut samples: Vec<f32> = (0..plan.len).map(|_| rng.random_range(-ROOM..=ROOM)).collect();
        for (index, start) in plan.clips {
            let clip = &clips[index].samples;
            samples[start..start + clip.len()].copy_from_slice(clip);
        }
        Clip { samples, name, ..first.clone() }
    };
    plan(clips, seed).into_iter().map(recording).collect()
}

/// Cuts the clips out of `recordings` where [`join`] placed them, in the order of the recordings.
/// What lies beyond the end of a recording is left out.
pub(super) fn split(recordings: &[Clip], clips: &[Clip], seed: u64) -> Vec<Clip> {
    let plans = plan(clips, seed);
    let mut out = Vec::with_capacity(clips.len());
    for (recording, plan) in recordings.iter().zip(plans) {
        for (index, start) in plan.clips {
            let clip = &clips[index];
            let end = (start + clip.samples.len()).min(recording.samples.len());
            let samples = recording.samples.get(start..end).unwrap_or_default().to_vec();
            out.push(Clip {
                samples,
                rate: clip.rate,
                label: clip.label,
                group: clip.group.clone(),
                name: clip.name.clone(),
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cut::Cut;

    fn clips() -> Vec<Clip> {
        let clip = |n: usize| Clip {
            samples: (0..2_000 + 37 * n).map(|i| ((i * (n + 3)) as f32 * 0.01).sin()).collect(),
            rate: 8_000,
            label: n % 3,
            group: if n.is_multiple_of(2) { "anna".into() } else { "theo".into() },
            name: format!("{n}"),
        };
        (0..60).map(clip).collect()
    }

    #[test]
    fn clips_survive_joining_and_cutting_unchanged() {
        let clips = clips();
        let published = Cut::Phase.publish(&clips, 5);
        assert_eq!(published.len(), 6, "three labels of two groups");
        let mut out = Cut::Phase.cut(published, &clips, 5);
        out.sort_by_key(|clip| clip.name.parse::<usize>().unwrap());
        assert_eq!(out, clips);
    }

    #[test]
    fn clips_start_at_random_phases_of_the_period() {
        let clips = clips();
        for period in [1_024, 4_000] {
            let starts = plan(&clips, 5).into_iter().flat_map(|plan| plan.clips);
            let phases: Vec<usize> = starts.map(|(_, start)| start % period).collect();
            // Every quarter of a period has some, none has most.
            for quarter in 0..4 {
                let within = |&&phase: &&usize| phase * 4 / period == quarter;
                let count = phases.iter().filter(within).count();
                assert!(
                    (5..=28).contains(&count),
                    "{count} of 60 in quarter {quarter} of {period}"
                );
            }
            let aligned = phases.iter().filter(|&&phase| phase < 8).count();
            assert!(aligned <= 3, "{aligned} of 60 clips start with a period of {period}");
        }
    }

    #[test]
    fn another_seed_gives_other_pauses() {
        let clips = clips();
        assert_eq!(join(&clips, 1), join(&clips, 1));
        assert_ne!(join(&clips, 1)[0].samples.len(), join(&clips, 2)[0].samples.len());
    }

    #[test]
    fn a_crop_is_a_part_of_its_clip() {
        let clips = clips();
        let crops = Cut::Crops.cut(Cut::Crops.publish(&clips, 5), &clips, 5);
        let mut starts = Vec::new();
        for (crop, clip) in crops.iter().zip(&clips) {
            assert_eq!(crop.samples.len(), (clip.samples.len() as f64 * 0.75).round() as usize);
            assert_eq!(
                (crop.label, &crop.group, &crop.name),
                (clip.label, &clip.group, &clip.name)
            );
            let found = clip.samples.windows(crop.samples.len()).position(|x| x == crop.samples);
            starts.push(found.expect("the crop is in the clip"));
        }
        starts.sort_unstable();
        starts.dedup();
        assert!(starts.len() > 40, "{} different starts of 60", starts.len());
    }
}

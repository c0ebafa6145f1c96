//! Generation, sample by sample. By hand over plain slices: a framework's call for every sample would
//! take a hundred times as long.

use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::network::{LOG_VARIANCE, Network};
use super::{CONTEXT, COURSE, Scale, UNITS};
use crate::generate::features::{Course, HOP};
use crate::generate::kind::Audio;
use crate::generate::layers::values;
use crate::signal::rng::rng;

/// Outputs that are made side by side, so that weights are read once for all of them.
const LANES: usize = 16;
/// Share of the predicted standard deviation that is drawn. Below 1 the output has less hiss.
const TEMPERATURE: f32 = 0.8;
/// Largest sample, in units of the loudness around.
const LARGEST: f32 = 12.0;

/// One value for each output that is made.
type Row = [f32; LANES];

/// The weights, each unit's in a row.
pub(super) struct Weights {
    past: Vec<f32>,
    past_bias: Vec<f32>,
    course: Vec<f32>,
    course_bias: Vec<f32>,
    second: Vec<f32>,
    second_bias: Vec<f32>,
    out: Vec<f32>,
    out_bias: Vec<f32>,
    predictor: Vec<f32>,
    predictor_bias: f32,
}

/// Weights (units × inputs) and biases of a layer, which the framework keeps as inputs × units.
fn layer(layer: &burn::nn::Linear) -> (Vec<f32>, Vec<f32>) {
    let weights = values(layer.weight.val().transpose());
    let bias = layer.bias.as_ref().map(|bias| values(bias.val())).unwrap_or_default();
    (weights, bias)
}

impl Weights {
    pub(super) fn of(network: &Network) -> Self {
        let (past, past_bias) = layer(&network.past);
        let (course, course_bias) = layer(&network.course);
        let (second, second_bias) = layer(&network.second);
        let (out, out_bias) = layer(&network.out);
        let (predictor, bias) = layer(&network.predictor);
        let predictor_bias = bias.first().copied().unwrap_or_default();
        Self {
            past,
            past_bias,
            course,
            course_bias,
            second,
            second_bias,
            out,
            out_bias,
            predictor,
            predictor_bias,
        }
    }

    /// An output of each length that follows each course.
    pub(super) fn generate(
        &self,
        courses: &[Course],
        lengths: &[usize],
        scale: &Scale,
        seed: u64,
    ) -> Vec<Audio> {
        // Of similar lengths, so that no lane waits.
        let mut order: Vec<usize> = (0..courses.len()).collect();
        order.sort_by_key(|&n| lengths[n]);
        let made: Vec<(usize, Audio)> = order
            .par_chunks(LANES)
            .flat_map_iter(|lanes| {
                let outputs = self.side_by_side(lanes, courses, lengths, scale, seed);
                lanes.iter().copied().zip(outputs)
            })
            .collect();
        let mut outputs = vec![Audio::new(); courses.len()];
        for (n, audio) in made {
            outputs[n] = audio;
        }
        outputs
    }

    /// The outputs `lanes`, at most [`LANES`].
    fn side_by_side(
        &self,
        lanes: &[usize],
        courses: &[Course],
        lengths: &[usize],
        scale: &Scale,
        seed: u64,
    ) -> Vec<Audio> {
        let longest = lanes.iter().map(|&n| lengths[n]).max().unwrap_or(0);
        let mut draws: Vec<_> =
            lanes.iter().map(|&n| rng(seed, "vocoder", &n.to_string())).collect();
        // The past before the first sample is silence.
        let mut history: Vec<Row> = vec![[0.0; LANES]; CONTEXT + longest];
        let mut course = CourseRows::new(self);
        let mut hidden = Hidden { first: [[0.0; LANES]; UNITS], second: [[0.0; LANES]; UNITS] };
        for t in 0..longest {
            if t.is_multiple_of(HOP) {
                course.advance(lanes, courses, scale, t, self);
            }
            let loudness: Row = std::array::from_fn(|lane| {
                lanes.get(lane).map_or(0.0, |&n| courses[n].loudness(t))
            });
            let gain: Row = loudness.map(|loudness| (-loudness).exp());
            let way = (t % HOP) as f32 / HOP as f32;
            let past = &history[t..t + CONTEXT];
            let (mean, log_variance) = self.predict(past, &gain, &course, way, &mut hidden);
            for (lane, draw) in draws.iter_mut().enumerate() {
                let normal: f32 = StandardNormal.sample(draw);
                let x = mean[lane] + TEMPERATURE * (0.5 * log_variance[lane]).exp() * normal;
                history[CONTEXT + t][lane] = x.clamp(-LARGEST, LARGEST) * loudness[lane].exp();
            }
        }
        let lane = |(lane, &n): (usize, &usize)| {
            history[CONTEXT..CONTEXT + lengths[n]].iter().map(|row| row[lane]).collect()
        };
        lanes.iter().enumerate().map(lane).collect()
    }

    /// Mean and logarithm of the variance of the next sample, in units of the loudness around: `gain` is
    /// one over that. `way` is the place between the frames of the course.
    fn predict(
        &self,
        past: &[Row],
        gain: &Row,
        course: &CourseRows,
        way: f32,
        hidden: &mut Hidden,
    ) -> (Row, Row) {
        for (unit, to) in hidden.first.iter_mut().enumerate() {
            let sum = dot(&self.past[unit * CONTEXT..(unit + 1) * CONTEXT], past);
            for lane in 0..LANES {
                let of_course = course.at(unit, lane, way);
                to[lane] = (sum[lane] * gain[lane] + self.past_bias[unit] + of_course).max(0.0);
            }
        }
        for (unit, to) in hidden.second.iter_mut().enumerate() {
            let sum = dot(&self.second[unit * UNITS..(unit + 1) * UNITS], &hidden.first);
            for lane in 0..LANES {
                to[lane] = (sum[lane] + self.second_bias[unit]).max(0.0);
            }
        }
        let mean = dot(&self.out[..UNITS], &hidden.second);
        let log_variance = dot(&self.out[UNITS..], &hidden.second);
        let predicted = dot(&self.predictor, past);
        let bias = self.out_bias[0] + self.predictor_bias;
        let mean = std::array::from_fn(|lane| mean[lane] + bias + predicted[lane] * gain[lane]);
        let (low, high) = LOG_VARIANCE;
        (mean, log_variance.map(|x| (x + self.out_bias[1]).clamp(low, high)))
    }
}

/// Outputs of both layers.
struct Hidden {
    first: [Row; UNITS],
    second: [Row; UNITS],
}

/// What the course adds to the first layer, at the frame before and the frame after a sample.
struct CourseRows {
    before: Vec<Row>,
    after: Vec<Row>,
}

impl CourseRows {
    fn new(weights: &Weights) -> Self {
        let units = weights.course_bias.len();
        Self { before: vec![[0.0; LANES]; units], after: vec![[0.0; LANES]; units] }
    }

    /// Sets the frames around sample `t`, where a frame begins.
    fn advance(
        &mut self,
        lanes: &[usize],
        courses: &[Course],
        scale: &Scale,
        t: usize,
        weights: &Weights,
    ) {
        for (rows, t) in [(&mut self.before, t), (&mut self.after, t + HOP)] {
            let mut known = [[0.0; LANES]; COURSE];
            for (lane, &n) in lanes.iter().enumerate() {
                let mut of_lane = [0.0; COURSE];
                scale.course(&courses[n], t, &mut of_lane);
                for (row, value) in known.iter_mut().zip(of_lane) {
                    row[lane] = value;
                }
            }
            for (unit, row) in rows.iter_mut().enumerate() {
                *row = dot(&weights.course[unit * COURSE..(unit + 1) * COURSE], &known);
                row.iter_mut().for_each(|x| *x += weights.course_bias[unit]);
            }
        }
    }

    fn at(&self, unit: usize, lane: usize, way: f32) -> f32 {
        let (before, after) = (self.before[unit][lane], self.after[unit][lane]);
        before + (after - before) * way
    }
}

/// The weighted sum of rows.
fn dot(weights: &[f32], rows: &[Row]) -> Row {
    let mut sum = [0.0; LANES];
    for (weight, row) in weights.iter().zip(rows) {
        for (sum, x) in sum.iter_mut().zip(row) {
            *sum += weight * x;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::features::Extractor;
    use crate::generate::layers::matrix;
    use crate::learn::initialise;
    use burn::tensor::Device;
    use rand::RngExt;

    #[test]
    fn a_sample_is_predicted_as_the_network_predicts_it() {
        let device = Device::flex().autodiff();
        let network = initialise(Network::new(&device), rng(1, "test", "weights"));
        let mut random = rng(1, "test", "samples");
        let audio: Audio = (0..1_000).map(|_| random.random_range(-0.5..0.5)).collect();
        let courses = [Extractor::new().course(&audio)];
        let scale = Scale::of(&courses);
        let t = 640;
        let past = &audio[t - CONTEXT..t];
        let mut known = vec![0.0; COURSE];
        let gain = (-scale.course(&courses[0], t, &mut known)).exp();
        let scaled = past.iter().map(|x| x * gain).collect();
        let (mean, log_variance) =
            network.forward(matrix(scaled, 1, CONTEXT, &device), matrix(known, 1, COURSE, &device));

        let weights = Weights::of(&network);
        let mut course = CourseRows::new(&weights);
        course.advance(&[0], &courses, &scale, t, &weights);
        let mut rows = vec![[0.0; LANES]; CONTEXT];
        rows.iter_mut().zip(past).for_each(|(row, &x)| row[0] = x);
        let mut hidden = Hidden { first: [[0.0; LANES]; UNITS], second: [[0.0; LANES]; UNITS] };
        let by_hand = weights.predict(&rows, &[gain; LANES], &course, 0.0, &mut hidden);
        assert!((by_hand.0[0] - values(mean)[0]).abs() < 1e-4);
        assert!((by_hand.1[0] - values(log_variance)[0]).abs() < 1e-4);
    }
}

//! The arguments of `lab trace`.

use std::str::FromStr;

use clap::Args;
use lab::generate::Kind;
use lab::trace::{Before, Condition, Counter, Way};

use super::common::{CommonArgs, rising};

/// Longest outputs that are traced unless asked otherwise, in seconds.
const SECONDS: &[u32] = &[10, 30, 60];
/// In the demonstration, so that a newcomer sees p fall.
const DEMO_SECONDS: &[u32] = &[5, 10, 20, 40, 80, 160];
/// The loudest mark, so that a short training is enough.
const DEMO_LEVEL_DB: i8 = 12;
/// Length of its training: 1 is in full.
const DEMO_EFFORT: f64 = 0.4;

/// Trains generators on marked recordings and traces the mark in what they make from unmarked ones.
#[derive(Debug, Args)]
pub(in crate::cli) struct TraceArgs {
    #[command(flatten)]
    pub(super) common: CommonArgs,
    /// Generators to train, separated by commas, or all [default: all]
    #[arg(long = "generator", value_name = "all|NAME,...", value_delimiter = ',')]
    generators: Vec<String>,
    /// Share of the recordings that is marked, in percent
    #[arg(long = "share", value_name = "PCT,...", value_delimiter = ',', default_values_t = [100],
        value_parser = clap::value_parser!(u8).range(1..=100))]
    shares: Vec<u8>,
    /// Change of the mark's level in dB [default: 0; in the demonstration 12]
    #[arg(long = "level", value_name = "DB,...", value_delimiter = ',', allow_negative_numbers = true,
        value_parser = clap::value_parser!(i8).range(-24..=12))]
    levels: Vec<i8>,
    /// What happens to the recordings before training
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', default_value = "none")]
    before: Vec<Before>,
    /// How generators are trained
    #[arg(long = "way", value_name = "NAME,...", value_delimiter = ',', default_value = "scratch")]
    ways: Vec<Way>,
    /// Numbers of owners that share the recordings, each with a key
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_values_t = [1],
        value_parser = clap::value_parser!(u8).range(1..=4))]
    owners: Vec<u8>,
    /// What an attacker does who knows of the mark, but not the key
    #[arg(
        long = "counter",
        value_name = "NAME,...",
        value_delimiter = ',',
        default_value = "none"
    )]
    counters: Vec<Counter>,
    /// Lengths of output that are traced, in seconds, as far as the recordings go that are held out [default: 10,30,60]
    #[arg(long, value_name = "S,...", value_delimiter = ',',
        value_parser = clap::value_parser!(u32).range(1..=7_200))]
    seconds: Vec<u32>,
    /// Repetitions, each with its own keys and initial weights [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seeds: Option<u64>,
    /// Keys that had nothing to do with a model and are traced in its output
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) null: u32,
    /// How many times as long as usual generators are trained
    #[arg(long, value_name = "TIMES", conflicts_with_all = ["demo", "quick"],
        value_parser = clap::value_parser!(u8).range(1..=20))]
    effort: Option<u8>,
    /// Show in a few minutes how the p-value falls with the seconds: one small vocoder, one seed
    #[arg(long)]
    pub(super) demo: bool,
    /// Keep what the generators make, as WAV files in the output folder
    #[arg(long)]
    pub(super) keep: bool,
    /// Generators to train in parallel
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) threads: usize,
}

impl TraceArgs {
    /// The generators to train, in the order of reports.
    pub(super) fn generators(&self) -> Result<Vec<Kind>, String> {
        let default = if self.demo { &[Kind::Vocoder] } else { Kind::ALL };
        match self.generators.as_slice() {
            [] => Ok(default.to_vec()),
            [all] if all == "all" => Ok(Kind::ALL.to_vec()),
            names => {
                let wanted = names.iter().map(|name| Kind::from_str(name));
                let wanted: Vec<Kind> =
                    wanted.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
                Ok(Kind::ALL.iter().copied().filter(|kind| wanted.contains(kind)).collect())
            }
        }
    }

    /// All combinations of the axes.
    pub(super) fn conditions(&self) -> Vec<Condition> {
        let mut all = vec![Condition::PLAIN];
        all = each(&all, &self.shares, |condition, &share| condition.share = share);
        all = each(&all, &self.levels(), |condition, &level| condition.level_db = level);
        all = each(&all, &self.before, |condition, &before| condition.before = before);
        all = each(&all, &self.ways, |condition, &way| condition.way = way);
        all = each(&all, &self.owners, |condition, &owners| condition.owners = owners);
        each(&all, &self.counters, |condition, &counter| condition.counter = counter)
    }

    fn levels(&self) -> Vec<i8> {
        match (self.levels.is_empty(), self.demo) {
            (false, _) => self.levels.clone(),
            (true, true) => vec![DEMO_LEVEL_DB],
            (true, false) => vec![0],
        }
    }

    /// The lengths to trace, rising.
    pub(super) fn seconds(&self) -> Vec<u32> {
        rising(match (self.seconds.is_empty(), self.demo) {
            (false, _) => &self.seconds,
            (true, true) => DEMO_SECONDS,
            (true, false) => SECONDS,
        })
    }

    /// How long generators are trained: 1 is in full.
    pub(super) fn effort(&self) -> f64 {
        let demo = self.demo && !self.common.quick;
        let usual = if demo { DEMO_EFFORT } else { self.common.effort() };
        self.effort.map_or(usual, f64::from)
    }

    /// Number of seeds.
    pub(super) fn seeds(&self) -> u64 {
        self.seeds.unwrap_or(if self.common.quick || self.demo { 1 } else { 3 })
    }
}

/// Every condition with every value.
fn each<T>(
    conditions: &[Condition],
    values: &[T],
    set: impl Fn(&mut Condition, &T),
) -> Vec<Condition> {
    let of_value = |value| conditions.iter().cloned().map(move |condition| (condition, value));
    let mut all: Vec<Condition> = Vec::new();
    for (mut condition, value) in values.iter().flat_map(of_value) {
        set(&mut condition, value);
        if !all.contains(&condition) {
            all.push(condition);
        }
    }
    all
}

//! Which of a device's formats to run at.

use cpal::{
    BufferSize, SampleFormat, StreamConfig, SupportedBufferSize, SupportedStreamConfig,
    SupportedStreamConfigRange,
};

use super::super::{Reason, Wanted};

/// Formats by preference: what keeps most of a 32-bit float first.
const FORMATS: [SampleFormat; 9] = [
    SampleFormat::F32,
    SampleFormat::I32,
    SampleFormat::I24,
    SampleFormat::F64,
    SampleFormat::I16,
    SampleFormat::U32,
    SampleFormat::U16,
    SampleFormat::I8,
    SampleFormat::U8,
];

/// What to open a device with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) config: StreamConfig,
    pub(super) format: SampleFormat,
}

/// What a device does not support.
#[derive(Debug)]
pub(super) enum Refused {
    /// It does not even say: why.
    System(cpal::Error),
    /// So many Hz.
    Rate(u32),
    /// Any format that is known here.
    Format,
}

impl Refused {
    /// Why this device cannot be used.
    pub(super) fn reason(self, device: String) -> Reason {
        match self {
            Self::System(error) => Reason::not_opened(device, &error),
            Self::Rate(hz) => Reason::OtherRate(device, hz),
            Self::Format => Reason::NoFormat(device),
        }
    }
}

/// Chooses from what a device supports: at `rate` Hz where that is given, else at the rate that is
/// wanted if the device has it, else at the device's own.
///
/// # Errors
/// What it does not support.
pub(super) fn choose(
    configs: Result<impl Iterator<Item = SupportedStreamConfigRange>, cpal::Error>,
    default: Option<SupportedStreamConfig>,
    wanted: &Wanted,
    rate: Option<u32>,
) -> Result<Choice, Refused> {
    let configs: Vec<_> = configs
        .map_err(Refused::System)?
        .filter(|config| FORMATS.contains(&config.sample_format()))
        .collect();
    let has = |rate: u32| configs.iter().any(|config| config.contains_rate(rate));
    let own = default.map(|config| config.sample_rate());
    let any = configs.first().map(SupportedStreamConfigRange::max_sample_rate);
    let rate = match rate {
        Some(rate) if !has(rate) => {
            return Err(Refused::Rate(rate));
        }
        Some(rate) => rate,
        None => [Some(wanted.sample_rate), own, any]
            .into_iter()
            .flatten()
            .find(|rate| has(*rate))
            .ok_or(Refused::Format)?,
    };
    let score = |config: &SupportedStreamConfigRange| {
        let (has, wants) = (config.channels(), wanted.channels);
        // As many as wanted, else a few more, else as many as there are.
        let channels = if has >= wants { has - wants } else { 1_000 + (wants - has) };
        let format = FORMATS.iter().position(|format| *format == config.sample_format());
        (channels, format)
    };
    let best = configs.iter().filter(|config| config.contains_rate(rate)).min_by_key(|c| score(c));
    let best = best.ok_or(Refused::Format)?;
    let buffer_size = match *best.buffer_size() {
        SupportedBufferSize::Range { min, max } if min <= max => {
            BufferSize::Fixed(wanted.period.clamp(min, max))
        }
        _ => BufferSize::Fixed(wanted.period),
    };
    let config = StreamConfig { channels: best.channels(), sample_rate: rate, buffer_size };
    Ok(Choice { config, format: best.sample_format() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(channels: u16, rates: (u32, u32), format: SampleFormat) -> SupportedStreamConfigRange {
        let buffer = SupportedBufferSize::Range { min: 64, max: 1_024 };
        SupportedStreamConfigRange::new(channels, rates.0, rates.1, buffer, format)
    }

    fn chosen(
        configs: &[SupportedStreamConfigRange],
        rate: Option<u32>,
    ) -> Result<Choice, Refused> {
        choose(Ok(configs.iter().copied()), None, &Wanted::default(), rate)
    }

    #[test]
    fn the_format_with_most_bits_and_the_channels_wanted_is_chosen() {
        let configs = [
            range(1, (8_000, 96_000), SampleFormat::F32),
            range(2, (8_000, 96_000), SampleFormat::I16),
            range(2, (8_000, 96_000), SampleFormat::I32),
            range(8, (8_000, 96_000), SampleFormat::F32),
        ];
        let choice = chosen(&configs, None).unwrap();
        assert_eq!((choice.config.channels, choice.format), (2, SampleFormat::I32));
        assert_eq!(choice.config.sample_rate, 48_000);
        assert!(matches!(choice.config.buffer_size, BufferSize::Fixed(512)));
    }

    #[test]
    fn a_device_without_the_rate_wanted_runs_at_its_own() {
        let configs = [range(2, (44_100, 44_100), SampleFormat::I16)];
        assert_eq!(chosen(&configs, None).unwrap().config.sample_rate, 44_100);
        let refused = chosen(&configs, Some(48_000)).unwrap_err();
        assert!(matches!(refused, Refused::Rate(48_000)), "{refused:?}");
        assert!(chosen(&[], None).is_err());
    }
}

//! How samples are stored, and as bytes.

use patchveil::pcm::{SampleFormat, encode_changed, encode_nearest};
use serde::{Deserialize, Serialize};

/// The kind of file, and how samples are stored in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Samples {
    /// WAV, 32-bit float: bit for bit what was sent.
    #[default]
    #[value(name = "wav")]
    Float32,
    /// WAV, 24-bit integers, with dither.
    #[value(name = "wav-24")]
    Int24,
    /// FLAC, 24-bit integers: what was sent, rounded.
    #[value(name = "flac")]
    Flac,
}

impl Samples {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Float32, Self::Int24, Self::Flac];

    /// What a file with this name is to be, if it is nothing else than `usual`.
    pub(crate) fn of_name(path: &std::path::Path, usual: Self) -> Self {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match (ending.as_str(), usual) {
            ("flac", _) => Self::Flac,
            ("wav" | "wave", Self::Flac) => Self::Float32,
            _ => usual,
        }
    }

    /// As the command knows it.
    pub(crate) fn format(self) -> SampleFormat {
        match self {
            Self::Float32 => SampleFormat::F32,
            Self::Int24 | Self::Flac => SampleFormat::I24,
        }
    }

    /// How names of such files end.
    pub(crate) fn ending(self) -> &'static str {
        if self == Self::Flac { "flac" } else { "wav" }
    }

    pub(super) fn bytes(self) -> usize {
        self.format().bytes()
    }
}

/// The frames as bytes: one slice for each channel, equally long. `first_frame` is the number of the first
/// in the file, for the dither. Gives the number of samples above full scale too, which integers clip.
pub(super) fn encoded(channels: &[Vec<f32>], samples: Samples, first_frame: u64) -> (Vec<u8>, u64) {
    let frames = channels.first().map_or(0, Vec::len);
    let empty = || vec![0; frames * channels.len() * samples.bytes()];
    match samples {
        Samples::Float32 => {
            let sample = |frame: usize| channels.iter().flat_map(move |c| c[frame].to_le_bytes());
            ((0..frames).flat_map(sample).collect(), 0)
        }
        Samples::Int24 => {
            let mut bytes = empty();
            // The shapes agree, which is all that it could complain of.
            let clipped = encode_changed(&mut bytes, samples.format(), channels, first_frame);
            (bytes, clipped.unwrap_or(0))
        }
        Samples::Flac => {
            let mut bytes = empty();
            let clipped = encode_nearest(&mut bytes, samples.format(), channels);
            (bytes, clipped.unwrap_or(0))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn flac_holds_what_was_sent_to_the_24th_bit_and_counts_what_is_too_loud() {
        let sound = [-1.0, -0.3, 1e-9, 0.25 + 2.0_f32.powi(-24), 0.99, 1.5];
        let (bytes, clipped) = encoded(&[sound.to_vec()], Samples::Flac, 7);
        let read =
            |n: usize| i32::from_le_bytes([0, bytes[3 * n], bytes[3 * n + 1], bytes[3 * n + 2]]);
        for (n, sample) in sound[..5].iter().enumerate() {
            let kept = f64::from(read(n) >> 8) / 8_388_608.0;
            assert!((kept - f64::from(*sample)).abs() <= 0.5 / 8_388_608.0, "{sample} is {kept}");
        }
        assert_eq!((read(5) >> 8, clipped), (8_388_607, 1));
    }

    #[test]
    fn the_ending_of_a_name_chooses_the_format() {
        let of = |name: &str, usual| Samples::of_name(Path::new(name), usual);
        assert_eq!(of("show.FLAC", Samples::Float32), Samples::Flac);
        assert_eq!(of("show.wav", Samples::Flac), Samples::Float32);
        assert_eq!(of("show.wav", Samples::Int24), Samples::Int24);
        assert_eq!(of("show", Samples::Flac), Samples::Flac);
    }
}

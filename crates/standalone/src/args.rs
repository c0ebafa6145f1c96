//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::audio::{BackendKind, CHANNELS, Wanted};
use crate::recorder::Samples;

/// Protect sound live, without a DAW: from an input to an output, with a recorder.
///
/// Without options it opens a window in which everything can be chosen. Without a display it runs
/// until it is interrupted and says on standard error what it does.
#[derive(Debug, Parser)]
#[command(name = "Patchveil", version)]
pub(crate) struct Args {
    /// Where sound comes from and goes to [default: as last chosen in the window]
    #[arg(short = 'b', long, value_enum)]
    pub(crate) backend: Option<BackendKind>,

    /// List the backends' devices and end
    #[arg(long)]
    pub(crate) list_devices: bool,

    /// The input, as --list-devices names it; an empty name lists them
    #[arg(long, value_name = "NAME")]
    pub(crate) input_device: Option<String>,

    /// The output, as --list-devices names it; an empty name lists them
    #[arg(long, value_name = "NAME")]
    pub(crate) output_device: Option<String>,

    /// 1 stereo, 2 mono, 3 quad, 4 5.1, 5 7.1
    #[arg(short = 'l', long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..=5))]
    pub(crate) audio_layout: Option<u8>,

    /// Sample rate in Hz; on JACK the server's counts
    #[arg(short = 'r', long, value_name = "HZ")]
    pub(crate) sample_rate: Option<f32>,

    /// Frames in a block; on JACK the server's counts
    #[arg(short = 'p', long, value_name = "FRAMES")]
    pub(crate) period_size: Option<u32>,

    /// Seconds of sound between input and output, where they are two devices; not on JACK
    #[arg(long, value_name = "SECONDS")]
    pub(crate) input_latency: Option<f32>,

    /// Port of JACK to connect all inputs to, or a list with commas: system:capture_1,system:capture_2
    #[arg(long, value_name = "PORTS")]
    pub(crate) connect_jack_inputs: Option<String>,

    /// Record what is sent into this file, from the start: FLAC if it ends in .flac, else WAV
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,

    /// How to store it [default: as the ending says, or as last chosen in the window]
    #[arg(long, value_enum, requires = "record")]
    pub(crate) record_format: Option<Samples>,

    /// Begin another file after so many minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 0, requires = "record")]
    pub(crate) record_split: u32,

    /// Scale of the window
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub(crate) dpi_scale: f64,
}

/// Channels of the layouts, in the plug-in's order.
const LAYOUTS: [u16; 5] = [2, 1, 4, 6, 8];

impl Args {
    /// Whether devices are to be listed.
    pub(crate) fn lists(&self) -> bool {
        let empty = |name: &Option<String>| name.as_deref() == Some("");
        self.list_devices || empty(&self.input_device) || empty(&self.output_device)
    }

    /// What is remembered, with what is given here in its place.
    pub(crate) fn wanted(&self, remembered: Wanted) -> Wanted {
        let mut wanted = remembered;
        if let Some(backend) = self.backend {
            if backend != wanted.backend {
                // Names of another backend's devices mean nothing.
                (wanted.input, wanted.output) = (None, None);
            }
            wanted.backend = backend;
        }
        if let Some(input) = &self.input_device {
            wanted.input = Some(input.clone());
        }
        if let Some(output) = &self.output_device {
            wanted.output = Some(output.clone());
        }
        if let Some(layout) = self.audio_layout {
            let channels = LAYOUTS.get(usize::from(layout) - 1).copied();
            wanted.channels = channels.unwrap_or(CHANNELS[1]);
        }
        if let Some(rate) = self.sample_rate {
            wanted.sample_rate = rate.round() as u32;
        }
        if let Some(period) = self.period_size {
            wanted.period = period;
        }
        if let Some(latency) = self.input_latency {
            wanted.input_latency = latency;
        }
        wanted.jack_inputs = self.connect_jack_inputs.clone();
        wanted.checked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Args {
        Args::try_parse_from([&["Patchveil"], args].concat()).unwrap()
    }

    #[test]
    fn options_say_what_is_wanted() {
        let args = [
            "--backend",
            "jack",
            "-r",
            "44100",
            "-p",
            "64",
            "-l",
            "2",
            "--connect-jack-inputs",
            "system:capture_1",
        ];
        let wanted = parsed(&args).wanted(Wanted::default());
        assert_eq!((wanted.sample_rate, wanted.period, wanted.channels), (44_100, 64, 1));
        assert!(wanted.has_input());
    }

    #[test]
    fn options_go_before_what_is_remembered() {
        let remembered = Wanted {
            backend: BackendKind::System,
            input: Some("mic".to_owned()),
            channels: 1,
            ..Wanted::default()
        };
        let wanted = parsed(&[]).wanted(remembered.clone());
        assert_eq!(wanted, remembered);
        let wanted = parsed(&["--backend", "jack"]).wanted(remembered);
        assert_eq!((wanted.input, wanted.channels), (None, 1));
    }

    #[test]
    fn empty_names_list_devices() {
        assert!(parsed(&["--input-device", ""]).lists());
        assert!(parsed(&["--list-devices"]).lists());
        assert!(!parsed(&["--input-device", "mic"]).lists());
    }
}

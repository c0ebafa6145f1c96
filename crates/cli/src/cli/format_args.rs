//! Options for the format of outputs.

use clap::Args;

use crate::inputs::Job;
use crate::recording::Format;

/// The format of outputs.
#[derive(Debug, Args)]
pub(super) struct FormatArgs {
    /// Format of the output [default: what -o ends with, else the input's where it is lossless, else FLAC]
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<Format>,
    /// Bit rate of a lossy format in kb/s [default: MP3 -q:a 0, Vorbis -q:a 8, Opus 96 and AAC 128 a channel]
    #[arg(long, value_name = "KBPS", value_parser = clap::value_parser!(u32).range(8..=2_000))]
    pub(super) bitrate: Option<u32>,
    /// Give outputs the time stamps, the owner and the extended attributes of their inputs
    #[arg(long)]
    pub(super) preserve: bool,
}

impl FormatArgs {
    /// Completes what the plan says of outputs.
    pub(super) fn complete(&self, jobs: &mut [Job], strip: bool) {
        for job in jobs {
            job.options.bitrate = self.bitrate;
            job.options.strip = strip;
            job.options.preserve = self.preserve;
        }
    }
}

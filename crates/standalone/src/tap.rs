//! Sound on its way from the audio thread to meters and recorder.
//!
//! A wait-free ring of whole blocks: one for which there is no room is dropped and counted, and the next
//! one says how many frames are missing.

use patchveil_plugin::LiveBlock;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::audio::{CHANNELS_MAX, Format};
use crate::processor::slices;

/// Seconds that the ring holds: longer than a disk takes to wake up.
const SECONDS: usize = 6;
/// Words before the samples of a block.
const HEADER: usize = 8;

/// Which side of the processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Before.
    Input,
    /// After; without the monitor's switch.
    Output,
}

/// The audio thread's end.
pub(crate) struct TapWriter {
    ring: Producer<u32>,
    /// Frames that found no room since the last block of each part.
    lost: [u32; 2],
}

/// The other end.
pub(crate) struct TapReader {
    ring: Consumer<u32>,
    format: Format,
    record: Record,
}

/// One block of one part.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) part: Option<Part>,
    /// Frames that are missing before it.
    pub(crate) lost: u32,
    /// What the engine says of it; of an input nothing.
    pub(crate) block: LiveBlock,
    /// For each channel.
    pub(crate) samples: Vec<Vec<f32>>,
}

/// A new ring for sound of this format.
pub(crate) fn tap(format: Format) -> (TapWriter, TapReader) {
    let channels = format.channels.clamp(1, CHANNELS_MAX);
    let words = SECONDS * format.sample_rate as usize * channels * 2 + (1 << 15);
    let (producer, consumer) = RingBuffer::new(words);
    (
        TapWriter { ring: producer, lost: [0; 2] },
        TapReader { ring: consumer, format, record: Record::default() },
    )
}

impl TapWriter {
    /// Writes a block whole, or not at all. Never allocates, locks or waits.
    pub(crate) fn write(&mut self, part: Part, block: LiveBlock, channels: &[&mut [f32]]) {
        let frames = slices(channels).map(<[f32]>::len).min().unwrap_or(0);
        let count = channels.len().min(CHANNELS_MAX);
        let lost = &mut self.lost[part as usize];
        let Ok(chunk) = self.ring.write_chunk_uninit(HEADER + frames * count) else {
            *lost = lost.saturating_add(frames as u32);
            return;
        };
        let LiveBlock { position, veil, processed } = block;
        let flags = part as u32 | u32::from(processed) << 1 | u32::from(veil.is_some()) << 2;
        let [position, veil] =
            [position as u64, veil.unwrap_or(0)].map(|wide| [wide as u32, (wide >> 32) as u32]);
        let header =
            [flags, frames as u32, count as u32, *lost, position[0], position[1], veil[0], veil[1]];
        let samples = slices(channels).flat_map(|channel| &channel[..frames]);
        chunk.fill_from_iter(header.into_iter().chain(samples.map(|sample| sample.to_bits())));
        *lost = 0;
    }
}

impl TapReader {
    /// What the sound runs at.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Whether the other end is gone, and nothing more will come.
    pub(crate) fn is_over(&self) -> bool {
        self.ring.is_abandoned() && self.ring.is_empty()
    }

    /// The next block, if there is one.
    pub(crate) fn read(&mut self) -> Option<&Record> {
        let mut header = [0; HEADER];
        for (word, from) in header.iter_mut().zip(self.ring.read_chunk(HEADER).ok()?) {
            *word = from;
        }
        let [flags, frames, count, lost, position_low, position_high, veil_low, veil_high] = header;
        let wide = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
        let record = &mut self.record;
        record.part = Some(if flags & 1 == 0 { Part::Input } else { Part::Output });
        record.block = LiveBlock {
            position: wide(position_low, position_high) as i64,
            veil: (flags & 4 != 0).then(|| wide(veil_low, veil_high)),
            processed: flags & 2 != 0,
        };
        record.lost = lost;
        record.samples.resize_with(count as usize, Vec::new);
        for channel in &mut record.samples {
            channel.clear();
            let chunk = self.ring.read_chunk(frames as usize).ok()?;
            channel.extend(chunk.into_iter().map(f32::from_bits));
        }
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_out_as_they_went_in_and_lost_frames_are_counted() {
        let format = Format { channels: 2, sample_rate: 100 };
        let (mut writer, mut reader) = tap(format);
        let (mut left, mut right) = (vec![0.25; 4_000], vec![f32::NAN; 4_000]);
        let block = LiveBlock { position: -5, veil: Some(1 << 40), processed: true };
        for _ in 0..6 {
            writer.write(Part::Output, block, &[&mut left, &mut right]);
        }
        let mut read = 0;
        while let Some(record) = reader.read() {
            assert_eq!((record.part, record.block, record.lost), (Some(Part::Output), block, 0));
            assert!(record.samples[0].iter().all(|sample| *sample == 0.25));
            assert!(record.samples[1].iter().all(|sample| sample.is_nan()));
            read += 1;
        }
        assert_eq!(read, 4);
        writer.write(Part::Output, block, &[&mut left[..10], &mut right[..10]]);
        assert_eq!(reader.read().unwrap().lost, 8_000);
        drop(writer);
        assert!(reader.is_over());
    }
}

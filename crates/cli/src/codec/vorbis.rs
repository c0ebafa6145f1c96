//! The headers of Vorbis, for streams that symphonia 0.6 does not decode rightly (Xiph.Org, *Vorbis I specification*).
//!
//! Pairs of coupled channels are undone from the last to the first (section 4.3.5). symphonia does it from the first
//! to the last, which differs where a channel is in several pairs, as in 5.1. So the pairs change places in the header
//! that it is given; they all take the same number of bits, and nothing else depends on their order.
//!
//! Where channels that are not coupled share a residue, symphonia overwrites what it has read of the next channel
//! unless the parts fill whole words. Such streams are left to ffmpeg.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use crate::shared_file::FileCursor;

/// Length of the identification header that precedes the setup header.
const IDENTIFICATION: usize = 30;
/// Where in it the number of channels is, and the sizes of blocks as powers of two, 4 bits each.
const CHANNELS_AT: usize = 11;
const BLOCKS_AT: usize = 28;
/// No page of Ogg is longer.
const PAGE_MAX: u64 = 65_307;

/// The headers, one behind the other, as symphonia decodes the stream rightly. None if it does not.
pub(super) fn mended(headers: &[u8]) -> Option<Vec<u8>> {
    let channels = usize::from(*headers.get(CHANNELS_AT)?);
    let blocks = *headers.get(BLOCKS_AT)?;
    let setup = headers.get(IDENTIFICATION..)?;
    if setup.get(..7)? != b"\x05vorbis" {
        return None;
    }
    let mut bits = Bits { bytes: setup, at: 7 * 8 };
    let mut books = Vec::new();
    for _ in 0..=bits.read(8)? {
        books.push(bits.skip_codebook()?);
    }
    for _ in 0..=bits.read(6)? {
        bits.read(16)?;
    }
    for _ in 0..=bits.read(6)? {
        bits.skip_floor()?;
    }
    let mut residues = Vec::new();
    for _ in 0..=bits.read(6)? {
        let residue = bits.read_residue()?;
        let halves = [blocks & 15, blocks >> 4].map(|power| (1_u32 << power) / 2);
        let dimensions = *books.get(residue.book)?;
        residues.push((residue.kind, halves.iter().all(|half| residue.fits(*half, dimensions))));
    }
    let mut mended = headers.to_vec();
    for _ in 0..=bits.read(6)? {
        let pairs = bits.read_mapping(channels, &residues)?;
        pairs.turn_round(setup, &mut mended[IDENTIFICATION..]);
    }
    Some(mended)
}

/// The samples of a stream in Ogg, by its last page; none if that is of another stream, or not where it should be.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn length(file: &File) -> io::Result<Option<u64>> {
    let mut source = FileCursor::new(file);
    let mut first = Vec::new();
    source.by_ref().take(18).read_to_end(&mut first)?;
    let end = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(end.saturating_sub(PAGE_MAX)))?;
    let mut last = Vec::new();
    source.read_to_end(&mut last)?;
    let at = last.windows(4).rposition(|part| part == b"OggS");
    let page = at.and_then(|at| last.get(at..at + 18));
    let is_same = page.is_some_and(|page| first.get(14..) == page.get(14..));
    let position = page.and_then(|page| page.get(6..)?.first_chunk());
    let position = position.map_or(0, |position| i64::from_le_bytes(*position));
    Ok(u64::try_from(position).ok().filter(|position| is_same && *position > 0))
}

/// What matters of a residue (section 8.6.1), in samples of a block.
struct Residue {
    kind: u32,
    begin: u32,
    end: u32,
    part: u32,
    book: usize,
}

impl Residue {
    /// Whether the parts of a block whose half has so many samples fill whole words of so many parts.
    fn fits(&self, half: u32, dimensions: u32) -> bool {
        let len = self.end.min(half).saturating_sub(self.begin.min(half));
        dimensions > 0 && (len / self.part).is_multiple_of(dimensions)
    }
}

/// Bits of a packet, from the lowest of each byte on (section 2.1).
struct Bits<'a> {
    bytes: &'a [u8],
    /// Bits read so far.
    at: usize,
}

impl Bits<'_> {
    /// The next bits, 32 at most, as a number.
    fn read(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for bit in 0..count {
            let byte = *self.bytes.get(self.at / 8)?;
            value |= u32::from(byte >> (self.at % 8) & 1) << bit;
            self.at += 1;
        }
        Some(value)
    }

    fn is_set(&mut self) -> Option<bool> {
        self.read(1).map(|bit| bit == 1)
    }

    fn skip(&mut self, bits: u64) -> Option<()> {
        let at = (self.at as u64).checked_add(bits)?;
        self.at = usize::try_from(at).ok().filter(|at| *at <= 8 * self.bytes.len())?;
        Some(())
    }

    /// Section 3.2.1; gives the dimensions.
    fn skip_codebook(&mut self) -> Option<u32> {
        if self.read(24)? != 0x56_4342 {
            return None;
        }
        let (dimensions, entries) = (self.read(16)?, self.read(24)?);
        if self.is_set()? {
            self.read(5)?;
            let mut entry = 0;
            while entry < entries {
                entry += self.read(bits_of(entries - entry))?;
            }
        } else if self.is_set()? {
            for _ in 0..entries {
                if self.is_set()? {
                    self.read(5)?;
                }
            }
        } else {
            self.skip(5 * u64::from(entries))?;
        }
        let lookup = self.read(4)?;
        if lookup == 0 {
            return Some(dimensions);
        }
        self.skip(64)?;
        let value_bits = u64::from(self.read(4)? + 1);
        self.read(1)?;
        let values = match lookup {
            1 => lookup_values(entries, dimensions)?,
            2 => u64::from(entries) * u64::from(dimensions),
            _ => return None,
        };
        self.skip(values.checked_mul(value_bits)?)?;
        Some(dimensions)
    }

    /// Sections 6.2.1 and 7.2.2.
    fn skip_floor(&mut self) -> Option<()> {
        match self.read(16)? {
            0 => {
                self.skip(8 + 16 + 16 + 6 + 8)?;
                let books = self.read(4)? + 1;
                self.skip(8 * u64::from(books))
            }
            1 => {
                let count = self.read(5)?;
                let partitions = (0..count).map(|_| self.read(4)).collect::<Option<Vec<u32>>>()?;
                let classes = partitions.iter().max().map_or(0, |most| most + 1);
                let mut dimensions = Vec::new();
                for _ in 0..classes {
                    dimensions.push(self.read(3)? + 1);
                    let subclasses = self.read(2)?;
                    let books = if subclasses > 0 { 1 } else { 0 } + (1 << subclasses);
                    self.skip(8 * books)?;
                }
                self.read(2)?;
                let range_bits = u64::from(self.read(4)?);
                let of_class = |class: &u32| dimensions.get(*class as usize).copied().unwrap_or(0);
                let points: u32 = partitions.iter().map(of_class).sum();
                self.skip(range_bits * u64::from(points))
            }
            _ => None,
        }
    }

    /// Section 8.6.1.
    fn read_residue(&mut self) -> Option<Residue> {
        let kind = self.read(16).filter(|kind| *kind <= 2)?;
        let (begin, end, part) = (self.read(24)?, self.read(24)?, self.read(24)? + 1);
        let classes = self.read(6)? + 1;
        let book = self.read(8)? as usize;
        let mut books = 0;
        for _ in 0..classes {
            let low = self.read(3)?;
            let high = if self.is_set()? { self.read(5)? } else { 0 };
            books += low.count_ones() + high.count_ones();
        }
        self.skip(8 * u64::from(books))?;
        Some(Residue { kind, begin, end, part, book })
    }

    /// Section 4.2.4; gives the pairs of coupled channels. `residues` are types, and whether parts fill whole words.
    fn read_mapping(&mut self, channels: usize, residues: &[(u32, bool)]) -> Option<Pairs> {
        if self.read(16)? != 0 {
            return None;
        }
        let submaps = if self.is_set()? { self.read(4)? + 1 } else { 1 };
        let mut pairs = Pairs { at: 0, count: 0, half: bits_of(channels.saturating_sub(1) as u32) };
        let mut coupled = Vec::new();
        if self.is_set()? {
            pairs.count = self.read(8)? as usize + 1;
            pairs.at = self.at;
            for _ in 0..2 * pairs.count {
                coupled.push(self.read(pairs.half)? as usize);
            }
        }
        self.read(2)?;
        let mut submap_of = vec![0; channels];
        if submaps > 1 {
            for submap in &mut submap_of {
                *submap = self.read(4)?;
            }
        }
        for submap in 0..submaps {
            self.skip(16)?;
            let residue = self.read(8)? as usize;
            let own: Vec<usize> = (0..channels).filter(|&ch| submap_of[ch] == submap).collect();
            let has_coupled = own.iter().any(|channel| coupled.contains(channel));
            let (kind, fits) = *residues.get(residue)?;
            // Which channels are unused, which only residues of other types depend on, is passed on in the order of
            // the pairs (section 4.3.3).
            let is_chained = kind != 2 && has_coupled && pairs.count > 1;
            let is_overwritten = kind != 2 && own.len() > 1 && !fits;
            // Of a residue of two channels, these are taken for the first ones.
            let is_mistaken = kind == 2 && matches!(own[..], [first, _] if first > 0);
            if is_chained || is_overwritten || is_mistaken {
                return None;
            }
        }
        Some(pairs)
    }
}

/// The pairs of coupled channels of a mapping.
struct Pairs {
    /// Where they begin, in bits.
    at: usize,
    count: usize,
    /// Bits of one channel.
    half: u32,
}

impl Pairs {
    /// Writes those of `from` into `to` in opposite order.
    fn turn_round(&self, from: &[u8], to: &mut [u8]) {
        let pair = 2 * self.half as usize;
        for index in 0..self.count {
            for bit in 0..pair {
                let read = self.at + (self.count - 1 - index) * pair + bit;
                let write = self.at + index * pair + bit;
                let value = from[read / 8] >> (read % 8) & 1;
                to[write / 8] = to[write / 8] & !(1 << (write % 8)) | value << (write % 8);
            }
        }
    }
}

/// Bits that a number takes (section 9.2.1).
fn bits_of(number: u32) -> u32 {
    u32::BITS - number.leading_zeros()
}

/// The greatest number whose power of `dimensions` is at most `entries` (section 9.2.3).
fn lookup_values(entries: u32, dimensions: u32) -> Option<u64> {
    let fits = |root: u64| {
        let power = root.checked_pow(dimensions);
        power.is_some_and(|power| power <= u64::from(entries))
    };
    if dimensions == 0 {
        return None;
    }
    let near = f64::from(entries).powf(1.0 / f64::from(dimensions)) as u64;
    (near.saturating_sub(1)..near + 2).rev().find(|root| fits(*root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_change_places_and_nothing_else_does() {
        // Three pairs of three bits a channel, from bit 5 on.
        let from = [0b1010_1001, 0b1100_0111, 0b0111_1010, 0xff];
        let mut to = from;
        let pairs = Pairs { at: 5, count: 3, half: 3 };
        pairs.turn_round(&from, &mut to);
        let values = |bytes: &[u8]| {
            let mut bits = Bits { bytes, at: 0 };
            [5, 6, 6, 6, 9].map(|count| bits.read(count).unwrap())
        };
        let [a, b, c, d, e] = values(&from);
        assert_eq!(values(&to), [a, d, c, b, e]);
        pairs.turn_round(&to.clone(), &mut to);
        assert_eq!(to, from);
    }

    #[test]
    fn numbers_of_values_are_whole_roots() {
        for (entries, dimensions, root) in
            [(0, 1, 0), (1, 3, 1), (80, 4, 2), (81, 4, 3), (625, 4, 5), (9, 1, 9), (1, 60_000, 1)]
        {
            assert_eq!(lookup_values(entries, dimensions), Some(root));
        }
        assert_eq!(lookup_values(5, 0), None);
        assert_eq!([0, 1, 7, 8].map(bits_of), [0, 1, 3, 4]);
    }
}

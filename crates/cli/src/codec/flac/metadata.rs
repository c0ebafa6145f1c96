//! The metadata of a FLAC file, as bytes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use blake3::Hasher;

use crate::shared_file::FileCursor;

/// Types of blocks (RFC 9639, section 8.1).
const STREAM_INFO: u8 = 0;
const PADDING: u8 = 1;
const APPLICATION: u8 = 2;
const SEEK_TABLE: u8 = 3;
const COMMENT: u8 = 4;
const CUE_SHEET: u8 = 5;
const PICTURE: u8 = 6;
/// A body is shorter.
const BLOCK_END: usize = 1 << 24;
/// All blocks of a file together are shorter, or it is no recording.
const ALL_MAX: u64 = 1 << 30;
/// Length of an ID3v1 tag.
const ID3V1: u64 = 128;
/// Sample number of a point of a seek table that is not used.
const PLACEHOLDER: u64 = u64::MAX;

/// One metadata block, without its header.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Block {
    kind: u8,
    body: Vec<u8>,
}

/// All of a FLAC file but its frames.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// Tags in front of it.
    before: Vec<u8>,
    /// All blocks but `STREAMINFO`, in order.
    blocks: Vec<Block>,
    /// A tag behind it.
    after: Vec<u8>,
}

/// Where a frame is: its first sample, its place among the frames in bytes, its samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct FramePlace {
    pub(super) sample: u64,
    pub(super) offset: u64,
    pub(super) samples: u32,
}

impl Metadata {
    /// Reads it from a FLAC file.
    ///
    /// # Errors
    /// If it cannot be read, or is no FLAC file.
    pub(crate) fn read(file: &File) -> io::Result<Self> {
        let mut source = FileCursor::new(file);
        let end = source.seek(SeekFrom::End(0))?;
        let mut metadata = Self::default();
        let mut at = 0;
        // Only ID3v2 is found in front of FLAC.
        loop {
            let head: [u8; 10] = bytes_at(&mut source, at)?;
            let [b'I', b'D', b'3', .., a, b, c, d] = head else { break };
            let size = [a, b, c, d].iter().fold(0, |size, b| size << 7 | u64::from(b & 0x7f));
            at += 10 + size + if head[5] & 0x10 != 0 { 10 } else { 0 };
            check(at <= ALL_MAX)?;
        }
        metadata.before = span(&mut source, 0, at)?;
        check(&bytes_at::<4>(&mut source, at)? == b"fLaC")?;
        at += 4;
        loop {
            let [kind, a, b, c] = bytes_at(&mut source, at)?;
            let len = u64::from(u32::from_be_bytes([0, a, b, c]));
            check(at + 4 + len <= end.min(ALL_MAX))?;
            let body = span(&mut source, at + 4, len)?;
            at += 4 + len;
            if kind & 0x7f != STREAM_INFO {
                metadata.blocks.push(Block { kind: kind & 0x7f, body });
            }
            if kind & 0x80 != 0 {
                break;
            }
        }
        if end >= at + ID3V1 && &bytes_at::<3>(&mut source, end - ID3V1)? == b"TAG" {
            metadata.after = span(&mut source, end - ID3V1, ID3V1)?;
        }
        Ok(metadata)
    }

    /// Without anything but the mandatory name of who wrote it.
    pub(crate) fn bare() -> Self {
        let vendor = concat!("patchveil ", env!("CARGO_PKG_VERSION"));
        let mut body = (vendor.len() as u32).to_le_bytes().to_vec();
        body.extend_from_slice(vendor.as_bytes());
        body.extend_from_slice(&[0; 4]);
        Self { blocks: vec![Block { kind: COMMENT, body }], ..Self::default() }
    }

    /// Whether it is that of any version of this program.
    pub(crate) fn is_bare(&self) -> bool {
        let [block] = &self.blocks[..] else { return false };
        let (vendor, comments) = (block.body.get(4..), block.body.last_chunk::<4>());
        let len = block.body.first_chunk().map_or(0, |len| u32::from_le_bytes(*len) as usize);
        block.kind == COMMENT
            && self.before.is_empty()
            && self.after.is_empty()
            && vendor.is_some_and(|vendor| vendor.starts_with(b"patchveil "))
            && comments == Some(&[0; 4])
            && block.body.len() == 8 + len
    }

    /// Bytes before the frames.
    pub(crate) fn head_len(&self) -> u64 {
        self.head([0; 34]).len() as u64
    }

    /// Comments (`KEY=value`) and pictures, as bodies of their blocks.
    pub(crate) fn of(comments: &[String], pictures: Vec<Vec<u8>>) -> Self {
        let mut metadata = Self::bare();
        if let Some(block) = metadata.blocks.first_mut() {
            let vendor = block.body.len() - 4;
            block.body[vendor..].copy_from_slice(&(comments.len() as u32).to_le_bytes());
            for comment in comments {
                block.body.extend_from_slice(&(comment.len() as u32).to_le_bytes());
                block.body.extend_from_slice(comment.as_bytes());
            }
        }
        let fits = |body: &Vec<u8>| body.len() < BLOCK_END;
        let pictures = pictures.into_iter().filter(fits);
        metadata.blocks.extend(pictures.map(|body| Block { kind: PICTURE, body }));
        metadata
    }

    /// Adds a comment, `KEY=value`.
    pub(crate) fn add_comment(&mut self, comment: &str) {
        let blocks = self.blocks.iter_mut();
        let Some(block) = blocks.into_iter().find(|block| block.kind == COMMENT) else { return };
        // The number of comments follows the name of who wrote them (RFC 9639, section 8.6).
        let vendor = block.body.first_chunk().map_or(0, |len| u32::from_le_bytes(*len) as usize);
        let count = block.body.get_mut(vendor.saturating_add(4)..);
        let Some(count) = count.and_then(<[u8]>::first_chunk_mut::<4>) else { return };
        *count = u32::from_le_bytes(*count).saturating_add(1).to_le_bytes();
        block.body.extend_from_slice(&(comment.len() as u32).to_le_bytes());
        block.body.extend_from_slice(comment.as_bytes());
    }

    /// Whether comments state a gain that follows from the samples.
    pub(crate) fn has_gain(&self) -> bool {
        let comments = self.blocks.iter().filter(|block| block.kind == COMMENT);
        comments.into_iter().any(|block| {
            let text = block.body.to_ascii_lowercase();
            let has = |word: &[u8]| text.windows(word.len()).any(|part| part == word);
            has(b"replaygain_") || has(b"r128_")
        })
    }

    /// Names of the blocks that only another FLAC file takes.
    pub(crate) fn others(&self) -> Vec<String> {
        let name = |block: &Block| match block.kind {
            PADDING | SEEK_TABLE | COMMENT | PICTURE => None,
            APPLICATION => Some(format!("APPLICATION {}", block.body.get(..4)?.escape_ascii())),
            CUE_SHEET => Some("CUESHEET".to_owned()),
            kind => Some(format!("a metadata block of type {kind}")),
        };
        self.blocks.iter().filter_map(name).collect()
    }

    /// The hash of all that does not follow from the samples.
    pub(crate) fn hash(&self) -> blake3::Hash {
        let mut hasher = Hasher::new();
        hasher.update(&self.before);
        for block in self.blocks.iter().filter(|block| block.kind != SEEK_TABLE) {
            hasher.update(&[block.kind]);
            hasher.update(&(block.body.len() as u64).to_le_bytes());
            hasher.update(&block.body);
        }
        hasher.update(&self.after);
        hasher.finalize()
    }

    /// Everything before the frames.
    pub(crate) fn head(&self, stream_info: [u8; 34]) -> Vec<u8> {
        let mut head = self.before.clone();
        head.extend_from_slice(b"fLaC");
        let all = std::iter::once((STREAM_INFO, &stream_info[..]));
        let all = all.chain(self.blocks.iter().map(|block| (block.kind, &block.body[..])));
        for (index, (kind, body)) in all.enumerate() {
            let last = if index == self.blocks.len() { 0x80 } else { 0 };
            head.push(kind | last);
            head.extend_from_slice(&(body.len() as u32).to_be_bytes()[1..]);
            head.extend_from_slice(body);
        }
        head
    }

    /// Everything behind the frames.
    pub(super) fn tail(&self) -> &[u8] {
        &self.after
    }

    /// The samples that the seek tables point to, to be found among the frames; in order.
    pub(super) fn sought(&self) -> Vec<u64> {
        let mut sought: Vec<u64> = self.points().map(|point| point.0).collect();
        sought.sort_unstable();
        sought.dedup();
        sought
    }

    fn points(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let tables = self.blocks.iter().filter(|block| block.kind == SEEK_TABLE);
        let points = tables.flat_map(|table| table.body.as_chunks::<18>().0);
        let number = |point: &[u8; 18]| point.first_chunk().map_or(0, |n| u64::from_be_bytes(*n));
        let points = points.map(move |point| (number(point), &point[..]));
        points.filter(|(number, _)| *number != PLACEHOLDER)
    }

    /// Makes the seek tables point to `frames`, which hold the samples that were sought; in order.
    pub(super) fn seek_in(&mut self, frames: &[FramePlace]) {
        for table in self.blocks.iter_mut().filter(|block| block.kind == SEEK_TABLE) {
            let mut last = None;
            let mut points: Vec<[u8; 18]> = Vec::new();
            for point in table.body.as_chunks::<18>().0 {
                let sample = point.first_chunk().map_or(PLACEHOLDER, |n| u64::from_be_bytes(*n));
                let after = frames.partition_point(|frame| frame.sample <= sample);
                let frame = after.checked_sub(1).map(|index| frames[index]);
                let frame = frame.filter(|frame| {
                    sample < frame.sample + u64::from(frame.samples) && last != Some(frame.sample)
                });
                if let Some(frame) = frame {
                    last = Some(frame.sample);
                    points.push(frame.point());
                }
            }
            // Points are unique and in order; the rest are placeholders (RFC 9639, section 8.5).
            let mut unused = [0; 18];
            unused[..8].fill(0xff);
            points.resize(table.body.len() / 18, unused);
            let rest = table.body.len() / 18 * 18;
            table.body[..rest].copy_from_slice(points.as_flattened());
        }
    }
}

impl FramePlace {
    fn point(&self) -> [u8; 18] {
        let mut point = [0; 18];
        point[..8].copy_from_slice(&self.sample.to_be_bytes());
        point[8..16].copy_from_slice(&self.offset.to_be_bytes());
        point[16..].copy_from_slice(&(self.samples as u16).to_be_bytes());
        point
    }
}

fn check(is_well: bool) -> io::Result<()> {
    if is_well { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

fn bytes_at<const N: usize>(source: &mut FileCursor<'_>, at: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.seek(SeekFrom::Start(at))?;
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn span(source: &mut FileCursor<'_>, at: u64, len: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; len as usize];
    source.seek(SeekFrom::Start(at))?;
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

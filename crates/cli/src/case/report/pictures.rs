//! The pictures among the evidence.

use crate::case::document::{Block, Picture, Text};
use crate::case::error::CaseError;
use crate::case::folder::Case;
use crate::case::recognise::{PIXELS_MAX, picture_size};
use crate::case::record::{Entry, Kind};

/// Most pixels of all pictures in a report together: each is decoded.
const PIXELS_ALL_MAX: u64 = 10 * PIXELS_MAX;
/// Most bytes of all of them together: they are kept in memory until the report is written.
const BYTES_ALL_MAX: u64 = 128 << 20;

/// All pictures, with a word where one is left out; nothing if there is none.
pub(super) fn blocks(case: &Case) -> Result<Vec<Block>, CaseError> {
    let mut blocks = Vec::new();
    let mut room = Room { pixels: PIXELS_ALL_MAX, bytes: BYTES_ALL_MAX };
    for entry in case.record().of(Kind::Picture) {
        if blocks.is_empty() {
            blocks.push(Block::Subsection("Pictures".to_owned()));
        }
        blocks.push(block(entry, case.content(entry)?, &mut room));
    }
    Ok(blocks)
}

/// What is left for pictures.
struct Room {
    pixels: u64,
    bytes: u64,
}

impl Room {
    /// Takes the room for a picture and gives its width and height.
    ///
    /// # Errors
    /// Why it is left out, in words; no room is taken then.
    fn take(&mut self, png: &[u8]) -> Result<(u32, u32), String> {
        let size = picture_size(png)?;
        let pixels = self.pixels.checked_sub(u64::from(size.0) * u64::from(size.1));
        let bytes = self.bytes.checked_sub(png.len() as u64);
        let (Some(pixels), Some(bytes)) = (pixels, bytes) else {
            return Err(format!(
                "with it, the pictures of this report would have more than {} megapixels or {} MiB; see the file itself",
                PIXELS_ALL_MAX / 1_000_000,
                BYTES_ALL_MAX >> 20
            ));
        };
        *self = Self { pixels, bytes };
        Ok(size)
    }
}

fn block(entry: &Entry, png: Vec<u8>, room: &mut Room) -> Block {
    match room.take(&png) {
        Ok(size) => {
            let said = entry.note.as_deref().map_or_else(String::new, |note| format!("{note} – "));
            Block::Picture(Picture { png, size, caption: format!("{said}{}", entry.file) })
        }
        Err(reason) => Block::Paragraph(
            Text::from("The picture ")
                .mono(&entry.file)
                .plain(format!(" is left out: it {reason}.")),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(width: u32, height: u32) -> Vec<u8> {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
        png
    }

    #[test]
    fn pictures_are_left_out_that_would_take_more_memory_or_time_than_there_is() {
        let mut room = Room { pixels: PIXELS_ALL_MAX, bytes: BYTES_ALL_MAX };
        assert!(room.take(&header(1 << 16, 1 << 16)).is_err());
        assert!(room.take(b"\x89PNG\r\n\x1a\ncut off").is_err());
        for _ in 0..10 {
            assert_eq!(room.take(&header(10_000, 10_000)), Ok((10_000, 10_000)));
        }
        assert!(room.take(&header(1, 1)).is_err());
        let mut room = Room { pixels: PIXELS_ALL_MAX, bytes: 30 };
        assert!(room.take(&header(1, 1)).is_ok() && room.take(&header(1, 1)).is_err());
    }
}

//! A file of the same container without anything but its samples and what describes them.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::error::PcmError;
use super::info::{Container, PcmInfo, Span, shown_id};
use super::reader::CopyError;
use super::w64;

/// Chunks that describe samples are shorter: 64 channels take some 1,300 bytes.
const CHUNK_MAX: u64 = 1 << 16;
/// Bytes copied at a time.
const PIECE: usize = 1 << 16;

/// Writes the samples of `source`, whose header said `info`, to `to`, in a file of the same container: AIFF, AIFC, CAF
/// or Wave64. Of WAV, nothing is written.
///
/// # Errors
/// [`CopyError`] if it cannot be read or written; [`PcmError::TooLong`] where AIFF cannot say how long it is.
pub(crate) fn strip(
    source: &mut (impl Read + Seek),
    info: &PcmInfo,
    to: &mut impl Write,
) -> Result<(), CopyError> {
    let mut parts = Parts { source, info };
    let (head, pad) = match info.container {
        Container::Aiff => parts.aiff(),
        Container::Caf => parts.caf(),
        Container::W64 => parts.w64(),
        Container::Wav | Container::Rf64 => return Ok(()),
    }
    .map_err(CopyError::Read)?;
    to.write_all(&head).map_err(CopyError::Write)?;
    parts.copy(Span { body: info.data_offset, len: info.data_len }, to)?;
    to.write_all(&vec![0; pad as usize]).map_err(CopyError::Write)
}

/// What a file is made of.
struct Parts<'a, R> {
    source: &'a mut R,
    info: &'a PcmInfo,
}

impl<R: Read + Seek> Parts<'_, R> {
    /// What precedes the samples, and how much padding follows them. The layout of the channels is kept: without it,
    /// they would change places.
    fn aiff(&mut self) -> Result<(Vec<u8>, u64), PcmError> {
        let in_u32 = |n: u64| u32::try_from(n).map_err(|_| PcmError::TooLong(Container::Aiff));
        let len = self.info.data_len;
        let mut head = self.bytes(Span { body: 0, len: 12 })?;
        for id in [b"FVER", b"COMM", b"CHAN"] {
            let Some(mut body) = self.chunk(id)? else { continue };
            if let (b"COMM", Some(frames)) = (id, body.get_mut(2..6)) {
                // Recordings that were streamed leave it open.
                frames.copy_from_slice(&in_u32(self.info.frames())?.to_be_bytes());
            }
            head.extend_from_slice(id);
            head.extend_from_slice(&(body.len() as u32).to_be_bytes());
            body.resize(body.len().next_multiple_of(2), 0);
            head.append(&mut body);
        }
        head.extend_from_slice(b"SSND");
        head.extend_from_slice(&in_u32(len + 8)?.to_be_bytes());
        head.extend_from_slice(&[0; 8]);
        let pad = len % 2;
        let form = in_u32(head.len() as u64 - 8 + len + pad)?;
        head[4..8].copy_from_slice(&form.to_be_bytes());
        Ok((head, pad))
    }

    /// The same of CAF.
    fn caf(&mut self) -> Result<(Vec<u8>, u64), PcmError> {
        let mut head = self.bytes(Span { body: 0, len: 8 })?;
        for id in [b"desc", b"chan"] {
            let Some(mut body) = self.chunk(id)? else { continue };
            head.extend_from_slice(id);
            head.extend_from_slice(&(body.len() as u64).to_be_bytes());
            head.append(&mut body);
        }
        head.extend_from_slice(b"data");
        // The count of edits belongs to it.
        head.extend_from_slice(&(self.info.data_len + 4).to_be_bytes());
        head.extend_from_slice(&[0; 4]);
        Ok((head, 0))
    }

    /// The same of Wave64.
    fn w64(&mut self) -> Result<(Vec<u8>, u64), PcmError> {
        let len = self.info.data_len;
        let mut head = self.bytes(Span { body: 0, len: w64::FIRST })?;
        let mut fmt = self.chunk(b"fmt ")?.unwrap_or_default();
        head.extend_from_slice(&w64::chunk_head(b"fmt ", fmt.len() as u64));
        fmt.resize(fmt.len().next_multiple_of(8), 0);
        head.append(&mut fmt);
        head.extend_from_slice(&w64::chunk_head(b"data", len));
        let pad = len.next_multiple_of(8) - len;
        let whole = head.len() as u64 + len + pad;
        head[16..24].copy_from_slice(&whole.to_le_bytes());
        Ok((head, pad))
    }

    /// The body of the first chunk of a name; none if there is no such chunk.
    fn chunk(&mut self, id: &'static [u8; 4]) -> Result<Option<Vec<u8>>, PcmError> {
        let Some(chunk) = self.info.chunks.iter().find(|chunk| &chunk.id == id) else {
            return Ok(None);
        };
        if chunk.span.len > CHUNK_MAX {
            let (id, size) = (shown_id(id), chunk.span.len);
            return Err(PcmError::ChunkOverLimit { id, size, limit: CHUNK_MAX });
        }
        self.bytes(chunk.span).map(Some)
    }

    fn bytes(&mut self, span: Span) -> Result<Vec<u8>, PcmError> {
        self.source.seek(SeekFrom::Start(span.body))?;
        let mut bytes = vec![0; span.len as usize];
        self.source.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn copy(&mut self, span: Span, to: &mut impl Write) -> Result<(), CopyError> {
        let read = |error: io::Error| CopyError::Read(error.into());
        self.source.seek(SeekFrom::Start(span.body)).map_err(read)?;
        let mut piece = vec![0; PIECE];
        let mut left = span.len;
        while left > 0 {
            let len = left.min(PIECE as u64) as usize;
            self.source.read_exact(&mut piece[..len]).map_err(read)?;
            to.write_all(&piece[..len]).map_err(CopyError::Write)?;
            left -= len as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&id[..], &(body.len() as u32).to_be_bytes(), body].concat()
    }

    /// An AIFC file of one frame of mono, with these chunks in it.
    fn aifc(chunks: &[Vec<u8>]) -> Vec<u8> {
        let rate = b"\x40\x0b\xfa\0\0\0\0\0\0\0";
        let comm = [&b"\0\x01\0\0\0\x01\0\x10"[..], rate, b"NONE\0\0"].concat();
        let sound = chunk(b"SSND", &[0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
        let body = [&b"AIFC"[..], &chunk(b"COMM", &comm), &chunks.concat(), &sound].concat();
        chunk(b"FORM", &body)
    }

    fn stripped(file: &[u8], change: impl Fn(&mut PcmInfo)) -> Result<Vec<u8>, CopyError> {
        let mut info = PcmInfo::read(&mut Cursor::new(file)).unwrap();
        change(&mut info);
        let mut out = Vec::new();
        strip(&mut Cursor::new(file), &info, &mut out).map(|()| out)
    }

    #[test]
    fn the_layout_of_channels_is_kept_in_aifc() {
        let layout = chunk(b"CHAN", &[7; 12]);
        let file = aifc(&[chunk(b"AUTH", b"Jane Doe"), layout.clone()]);
        assert_eq!(stripped(&file, |_| {}).unwrap(), aifc(&[layout]));
    }

    #[test]
    fn what_is_too_long_for_its_header_or_to_be_read_is_refused_in_a_line() {
        let error = stripped(&aifc(&[]), |info| info.data_len = 1 << 32).unwrap_err();
        assert!(matches!(error, CopyError::Read(PcmError::TooLong(Container::Aiff))));
        let error = stripped(&aifc(&[chunk(b"CHAN", &[0; (1 << 16) + 2])]), |_| {}).unwrap_err();
        let CopyError::Read(error @ PcmError::ChunkOverLimit { .. }) = error else {
            panic!("{error:?}")
        };
        assert!(!error.to_string().contains('\n'));
    }

    #[test]
    fn a_source_that_ends_early_is_an_error_of_reading() {
        let error = stripped(&aifc(&[]), |info| info.data_len = 4).unwrap_err();
        assert!(matches!(error, CopyError::Read(PcmError::Io(_))));
    }
}

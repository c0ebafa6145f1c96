//! A file of the same container without anything but its samples and what describes them.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::info::{Container, PcmInfo, Span};
use super::w64;

/// Writes the samples of `source`, whose header said `info`, to `to`, in a file of the same container: AIFF, AIFC, CAF
/// or Wave64. Of WAV, nothing is written.
///
/// # Errors
/// If it cannot be read or written.
pub(crate) fn strip(
    source: &mut (impl Read + Seek),
    info: &PcmInfo,
    to: &mut impl Write,
) -> io::Result<()> {
    let mut parts = Parts { source, info };
    let (head, pad) = match info.container {
        Container::Aiff => parts.aiff()?,
        Container::Caf => parts.caf()?,
        Container::W64 => parts.w64()?,
        Container::Wav | Container::Rf64 => return Ok(()),
    };
    to.write_all(&head)?;
    parts.copy(Span { body: info.data_offset, len: info.data_len }, to)?;
    to.write_all(&vec![0; pad as usize])
}

/// What a file is made of.
struct Parts<'a, R> {
    source: &'a mut R,
    info: &'a PcmInfo,
}

impl<R: Read + Seek> Parts<'_, R> {
    /// What precedes the samples, and how much padding follows them.
    fn aiff(&mut self) -> io::Result<(Vec<u8>, u64)> {
        let len = self.info.data_len;
        let mut head = self.bytes(Span { body: 0, len: 12 })?;
        for id in [b"FVER", b"COMM"] {
            let Some(mut body) = self.chunk(id)? else { continue };
            if let (b"COMM", Some(frames)) = (id, body.get_mut(2..6)) {
                // Recordings that were streamed leave it open.
                frames.copy_from_slice(&(self.info.frames() as u32).to_be_bytes());
            }
            head.extend_from_slice(id);
            head.extend_from_slice(&(body.len() as u32).to_be_bytes());
            body.resize(body.len().next_multiple_of(2), 0);
            head.append(&mut body);
        }
        head.extend_from_slice(b"SSND");
        head.extend_from_slice(&(len as u32 + 8).to_be_bytes());
        head.extend_from_slice(&[0; 8]);
        let pad = len % 2;
        let form = (head.len() as u64 - 8 + len + pad) as u32;
        head[4..8].copy_from_slice(&form.to_be_bytes());
        Ok((head, pad))
    }

    /// The same of CAF. The layout of the channels is kept: without it, they would change places.
    fn caf(&mut self) -> io::Result<(Vec<u8>, u64)> {
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
    fn w64(&mut self) -> io::Result<(Vec<u8>, u64)> {
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
    fn chunk(&mut self, id: &[u8; 4]) -> io::Result<Option<Vec<u8>>> {
        let chunk = self.info.chunks.iter().find(|chunk| &chunk.id == id);
        chunk.map(|chunk| self.bytes(chunk.span)).transpose()
    }

    fn bytes(&mut self, span: Span) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.copy(span, &mut bytes)?;
        Ok(bytes)
    }

    fn copy(&mut self, span: Span, to: &mut impl Write) -> io::Result<()> {
        self.source.seek(SeekFrom::Start(span.body))?;
        let copied = io::copy(&mut self.source.by_ref().take(span.len), to)?;
        if copied == span.len { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

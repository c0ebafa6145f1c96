//! The encoder of libFLAC.

use std::ffi::c_void;
use std::io;
use std::ptr::NonNull;
use std::slice;

use libflac_sys as ffi;

/// As `flac -5`, the default.
const LEVEL: u32 = 5;

/// What the `STREAMINFO` block says (RFC 9639, section 8.2).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StreamInfo {
    pub(super) block_sizes: [u32; 2],
    pub(super) frame_sizes: [u32; 2],
    pub(super) sample_rate: u32,
    pub(super) channels: u32,
    pub(super) bits: u32,
    /// Samples a channel.
    pub(super) samples: u64,
    pub(super) md5: [u8; 16],
}

impl StreamInfo {
    /// The body of the block.
    pub(super) fn to_bytes(self) -> [u8; 34] {
        let mut bytes = [0; 34];
        let mut put = |at: usize, part: &[u8]| bytes[at..at + part.len()].copy_from_slice(part);
        put(0, &self.block_sizes[0].to_be_bytes()[2..]);
        put(2, &self.block_sizes[1].to_be_bytes()[2..]);
        put(4, &self.frame_sizes[0].to_be_bytes()[1..]);
        put(7, &self.frame_sizes[1].to_be_bytes()[1..]);
        let packed = u64::from(self.sample_rate) << 44
            | u64::from(self.channels - 1) << 41
            | u64::from(self.bits - 1) << 36
            | self.samples & 0xf_ffff_ffff;
        put(10, &packed.to_be_bytes());
        put(18, &self.md5);
        bytes
    }
}

/// Takes encoded frames: their bytes, and how many samples a channel are in them.
pub(super) type Sink<'a> = Box<dyn FnMut(&[u8], u32) -> io::Result<()> + Send + 'a>;

/// What the callbacks of libFLAC reach.
struct Shared<'a> {
    sink: Sink<'a>,
    error: Option<io::Error>,
    info: Option<StreamInfo>,
}

/// An encoder in the middle of a stream.
pub(super) struct Encoder<'a> {
    raw: NonNull<ffi::FLAC__StreamEncoder>,
    channels: u32,
    /// Boxed by hand, because libFLAC keeps a pointer to it.
    shared: NonNull<Shared<'a>>,
}

impl<'a> Encoder<'a> {
    /// Begins a stream of `samples` samples a channel, whose frames go to `sink`.
    ///
    /// # Errors
    /// If FLAC cannot hold such a stream.
    pub(super) fn new(info: StreamInfo, sink: Sink<'a>) -> io::Result<Self> {
        // SAFETY: no preconditions.
        let raw = NonNull::new(unsafe { ffi::FLAC__stream_encoder_new() });
        let raw = raw.ok_or(io::ErrorKind::OutOfMemory)?;
        let shared = Box::new(Shared { sink, error: None, info: None });
        let shared = NonNull::from(Box::leak(shared));
        let encoder = Self { raw, channels: info.channels, shared };
        // The subset is what every player plays; 32 bits and odd rates are outside.
        for subset in [1, 0] {
            // SAFETY: the encoder is new or failed to begin, and `shared` lives as long as it.
            let status = unsafe {
                let raw = raw.as_ptr();
                ffi::FLAC__stream_encoder_set_channels(raw, info.channels);
                ffi::FLAC__stream_encoder_set_bits_per_sample(raw, info.bits);
                ffi::FLAC__stream_encoder_set_sample_rate(raw, info.sample_rate);
                ffi::FLAC__stream_encoder_set_compression_level(raw, LEVEL);
                ffi::FLAC__stream_encoder_set_total_samples_estimate(raw, info.samples);
                ffi::FLAC__stream_encoder_set_streamable_subset(raw, subset);
                ffi::FLAC__stream_encoder_init_stream(
                    raw,
                    Some(take_frame),
                    None,
                    None,
                    Some(take_info),
                    shared.as_ptr().cast(),
                )
            };
            if status == ffi::FLAC__STREAM_ENCODER_INIT_STATUS_OK {
                return Ok(encoder);
            }
        }
        Err(io::Error::other("FLAC cannot hold this sample rate, bit depth or number of channels"))
    }

    /// Samples a channel of all frames but the last.
    pub(super) fn block_size(&self) -> u32 {
        // SAFETY: the encoder is valid.
        unsafe { ffi::FLAC__stream_encoder_get_blocksize(self.raw.as_ptr()) }
    }

    /// Encodes whole frames of interleaved samples.
    pub(super) fn add(&mut self, samples: &[i32]) -> io::Result<()> {
        let frames = samples.len() as u32 / self.channels;
        // SAFETY: the slice has that many samples of every channel.
        let done = unsafe {
            ffi::FLAC__stream_encoder_process_interleaved(
                self.raw.as_ptr(),
                samples.as_ptr(),
                frames,
            )
        };
        if done == 0 { Err(self.error()) } else { Ok(()) }
    }

    /// Ends the stream; gives what its header has to say, but for the number of samples.
    pub(super) fn finish(mut self) -> io::Result<StreamInfo> {
        // SAFETY: the encoder is valid.
        let done = unsafe { ffi::FLAC__stream_encoder_finish(self.raw.as_ptr()) };
        // SAFETY: libFLAC calls nothing any more.
        let info = unsafe { self.shared.as_ref() }.info;
        info.filter(|_| done != 0).ok_or_else(|| self.error())
    }

    fn error(&mut self) -> io::Error {
        // SAFETY: libFLAC is not in a callback now.
        let error = unsafe { self.shared.as_mut() }.error.take();
        error.unwrap_or_else(|| io::Error::other("the FLAC encoder failed"))
    }
}

// SAFETY: libFLAC keeps nothing that belongs to a thread, and the sink may go to another one.
unsafe impl Send for Encoder<'_> {}

impl Drop for Encoder<'_> {
    fn drop(&mut self) {
        // SAFETY: both are valid and used nowhere else; deleting may call back once more, so it comes first.
        unsafe {
            ffi::FLAC__stream_encoder_delete(self.raw.as_ptr());
            drop(Box::from_raw(self.shared.as_ptr()));
        }
    }
}

/// libFLAC has written something.
unsafe extern "C" fn take_frame(
    _encoder: *const ffi::FLAC__StreamEncoder,
    bytes: *const u8,
    len: usize,
    samples: u32,
    _frame: u32,
    shared: *mut c_void,
) -> ffi::FLAC__StreamEncoderWriteStatus {
    // SAFETY: `shared` is what the encoder was begun with, and used by nobody else meanwhile.
    let shared = unsafe { &mut *shared.cast::<Shared<'_>>() };
    // The header and its metadata are written elsewhere.
    if samples == 0 {
        return ffi::FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
    }
    // SAFETY: libFLAC gives a valid buffer of this length.
    let bytes = unsafe { slice::from_raw_parts(bytes, len) };
    match (shared.sink)(bytes, samples) {
        Ok(()) => ffi::FLAC__STREAM_ENCODER_WRITE_STATUS_OK,
        Err(error) => {
            shared.error = Some(error);
            ffi::FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR
        }
    }
}

/// libFLAC knows what belongs into the header.
unsafe extern "C" fn take_info(
    _encoder: *const ffi::FLAC__StreamEncoder,
    metadata: *const ffi::FLAC__StreamMetadata,
    shared: *mut c_void,
) {
    // SAFETY: `shared` is what the encoder was begun with; the callback's metadata is always a stream info.
    let (shared, info) =
        unsafe { (&mut *shared.cast::<Shared<'_>>(), (*metadata).data.stream_info) };
    shared.info = Some(StreamInfo {
        block_sizes: [info.min_blocksize, info.max_blocksize],
        frame_sizes: [info.min_framesize, info.max_framesize],
        sample_rate: info.sample_rate,
        channels: info.channels,
        bits: info.bits_per_sample,
        samples: info.total_samples,
        md5: info.md5sum,
    });
}

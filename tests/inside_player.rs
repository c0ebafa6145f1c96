//! Runs blocks through an instance that is linked into the test.

use nice_plug::prelude::{AuxiliaryBuffers, Buffer, Plugin};
use patchveil_plugin::Patchveil;

use crate::inside::Host;

/// A stereo buffer that a linked instance processes.
pub(crate) struct Player<'a> {
    buffer: Buffer<'a>,
    host: Host,
}

impl<'a> Player<'a> {
    pub(crate) fn new(left: &'a mut [f32], right: &'a mut [f32], sample_rate: f32) -> Self {
        let mut buffer = Buffer::default();
        // SAFETY: both are equally long and live as long as the buffer.
        unsafe {
            assert_eq!(left.len(), right.len());
            buffer.set_slices(left.len(), |slices| *slices = vec![left, right]);
        }
        Self { buffer, host: Host::new(sample_rate) }
    }

    /// Processes the buffer in place as a block at `position`.
    pub(crate) fn block(&mut self, plugin: &mut Patchveil, position: Option<i64>) {
        self.host.transport.pos_samples = position;
        let mut aux = AuxiliaryBuffers { inputs: &mut [], outputs: &mut [] };
        plugin.process(&mut self.buffer, &mut aux, &mut self.host);
    }

    /// The channels of the buffer.
    pub(crate) fn samples(&mut self) -> &mut [&'a mut [f32]] {
        self.buffer.as_slice()
    }
}

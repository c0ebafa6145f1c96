//! A backend for tests, whose devices come and go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use super::{
    Backend, BackendKind, Connection, Device, DeviceList, Format, Health, Reason, Seat, Stream,
    Wanted,
};

/// What the test changes and looks at.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) there: AtomicBool,
    /// The server's rate, 0 for the one that is wanted.
    pub(crate) sample_rate: AtomicU32,
    /// The input's callbacks have stopped.
    pub(crate) deaf: AtomicBool,
    /// The input gives nothing but zeros.
    pub(crate) muted: AtomicBool,
    /// A recording runs.
    pub(crate) recording: AtomicBool,
    /// Milliseconds that opening takes.
    pub(crate) slow: AtomicU64,
    pub(crate) opened: AtomicUsize,
    pub(crate) open: AtomicUsize,
    pub(crate) stream: parking_lot::Mutex<Option<(Seat, Arc<Health>, Format)>>,
}

impl World {
    /// Has the open stream process a block of ones; what comes out.
    pub(crate) fn block(&self) -> Vec<f32> {
        let stream = self.stream.lock();
        let Some((seat, health, format)) = stream.as_ref() else { return Vec::new() };
        let rate = match self.sample_rate.load(Ordering::Relaxed) {
            0 => format.sample_rate,
            rate => rate,
        };
        let muted = self.muted.load(Ordering::Relaxed);
        if !self.deaf.load(Ordering::Relaxed) {
            health.hear(64, muted);
        }
        let mut samples = vec![vec![if muted { 0.0 } else { 1.0 }; 64]; format.channels];
        let mut channels: Vec<&mut [f32]> = samples.iter_mut().map(Vec::as_mut_slice).collect();
        seat.process(rate, None, &mut channels);
        health.count(64, rate);
        samples.concat()
    }

    /// The device is unplugged.
    pub(crate) fn unplug(&self) {
        self.there.store(false, Ordering::Relaxed);
        if let Some((_, health, _)) = &*self.stream.lock() {
            health.lose_because(Reason::Gone("Fake".to_owned()));
        }
    }
}

/// The backend.
pub(crate) struct Fake(pub(crate) Arc<World>);

struct FakeStream {
    world: Arc<World>,
    health: Arc<Health>,
    format: Format,
}

impl Backend for Fake {
    fn devices(&mut self) -> Result<DeviceList, Reason> {
        let device = Device { id: "fake".to_owned(), name: "Fake".to_owned() };
        let there = self.0.there.load(Ordering::Relaxed);
        let devices = if there { vec![device] } else { Vec::new() };
        Ok(DeviceList { inputs: devices.clone(), outputs: devices })
    }

    fn open(
        &mut self,
        wanted: &Wanted,
        begin: &mut dyn FnMut(Format) -> Seat,
    ) -> Result<Box<dyn Stream>, Reason> {
        if !self.0.there.load(Ordering::Relaxed) {
            return Err(Reason::OutputMissing("Fake".to_owned()));
        }
        std::thread::sleep(Duration::from_millis(self.0.slow.load(Ordering::Relaxed)));
        let sample_rate = match self.0.sample_rate.load(Ordering::Relaxed) {
            0 => wanted.sample_rate,
            rate => rate,
        };
        let format = Format { channels: wanted.channels.into(), sample_rate };
        let health = Arc::new(Health::default());
        *self.0.stream.lock() = Some((begin(format), health.clone(), format));
        self.0.opened.fetch_add(1, Ordering::Relaxed);
        self.0.open.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(FakeStream { world: self.0.clone(), health, format }))
    }
}

impl Stream for FakeStream {
    fn connection(&mut self) -> Connection {
        Connection {
            backend: BackendKind::System,
            from: Some("Fake".to_owned()),
            to: Some("Fake".to_owned()),
            missing: None,
            quiet: false,
            format: self.format,
            block: self.health.block(),
        }
    }

    fn health(&self) -> &Health {
        &self.health
    }
}

impl Drop for FakeStream {
    fn drop(&mut self) {
        self.world.open.fetch_sub(1, Ordering::Relaxed);
    }
}

//! Silence in real time: for trying out, and where the sound does not matter.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::{
    Backend, BackendKind, CHANNELS_MAX, Connection, DeviceList, Format, Health, Reason, Seat,
    Stream, Wanted,
};

/// No device at all.
pub(super) struct Dummy;

struct DummyStream {
    format: Format,
    health: Arc<Health>,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Backend for Dummy {
    fn devices(&mut self) -> Result<DeviceList, Reason> {
        Ok(DeviceList::default())
    }

    fn open(
        &mut self,
        wanted: &Wanted,
        begin: &mut dyn FnMut(Format) -> Seat,
    ) -> Result<Box<dyn Stream>, Reason> {
        let format = Format { channels: wanted.channels.into(), sample_rate: wanted.sample_rate };
        let (health, closing) = (Arc::new(Health::default()), Arc::new(AtomicBool::new(false)));
        let seat = begin(format);
        let (period, shared, closes) = (wanted.period as usize, health.clone(), closing.clone());
        let thread = Builder::new()
            .name("patchveil-dummy".to_owned())
            .spawn(move || run(&seat, format, period, &shared, &closes))
            .map_err(|error| {
                Reason::Said(format!("The system gave no thread for the sound: {error}."))
            })?;
        Ok(Box::new(DummyStream { format, health, closing, thread: Some(thread) }))
    }
}

fn run(seat: &Seat, format: Format, period: usize, health: &Health, closing: &AtomicBool) {
    let mut samples = vec![vec![0.0_f32; period]; format.channels.min(CHANNELS_MAX)];
    let length = Duration::from_secs_f64(period as f64 / f64::from(format.sample_rate));
    let mut next = Instant::now();
    while !closing.load(Ordering::Relaxed) {
        let mut channels: [&mut [f32]; CHANNELS_MAX] = Default::default();
        for (channel, samples) in channels.iter_mut().zip(&mut samples) {
            samples.fill(0.0);
            *channel = samples;
        }
        let count = format.channels.min(CHANNELS_MAX);
        seat.process(format.sample_rate, None, &mut channels[..count]);
        health.count(period, format.sample_rate);
        next += length;
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

impl Stream for DummyStream {
    fn connection(&mut self) -> Connection {
        Connection {
            backend: BackendKind::Dummy,
            from: None,
            to: None,
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

impl Drop for DummyStream {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It can only have panicked, and then there is nothing left to save.
            let _ = thread.join();
        }
    }
}

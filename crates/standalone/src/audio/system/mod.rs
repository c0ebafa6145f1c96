//! The system's own sound interface: ALSA, CoreAudio or WASAPI.
//!
//! Input and output are streams of their own. The output's clock drives. Where the input has another one,
//! nothing corrects the difference: the ring between them runs dry or over every few minutes, and sound is
//! lost.

mod bridge;
mod choice;
mod seam;

use std::sync::Arc;

use cpal::traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _};
use cpal::{ErrorKind, SampleFormat, SizedSample, StreamConfig};

pub(crate) use self::bridge::bridge;
use self::bridge::{Capture, Playback};
use self::choice::{Choice, choose};
use super::reason::said;
use super::{
    Backend, BackendKind, CHANNELS_MAX, Connection, Device, DeviceList, Format, Health, Reason,
    Seat, Stream, Wanted,
};

/// The system's sound devices.
pub(super) struct System;

struct SystemStream {
    /// Dropped first: what drives before what is read.
    _output: cpal::Stream,
    _input: Option<cpal::Stream>,
    from: Option<String>,
    to: String,
    format: Format,
    health: Arc<Health>,
}

/// The host without a JACK server, whatever else it was built with.
fn host() -> cpal::Host {
    // What ALSA prints of each attempt would stand between the lines of our own log, once a second.
    #[cfg(target_os = "linux")]
    let _ = alsa::Output::local_error_handler();
    cpal::default_host()
}

/// What is remembered of a device.
fn id(device: &cpal::Device) -> Option<String> {
    device.id().ok().map(|id| id.id().to_owned())
}

/// What is shown of a device.
fn name(device: &cpal::Device) -> String {
    let described = device.description().ok().map(|known| known.name().to_owned());
    described.or_else(|| id(device)).unwrap_or_else(|| "a device without a name".to_owned())
}

fn listed(devices: impl Iterator<Item = cpal::Device>) -> Vec<Device> {
    let mut listed: Vec<Device> = Vec::new();
    for device in devices {
        let Some(id) = id(&device) else { continue };
        if listed.iter().any(|known| known.id == id) {
            continue;
        }
        let name = name(&device);
        // Several devices of one card may bear its name alone.
        let same = listed.iter().any(|known| known.name == name);
        let name = if same { format!("{name} ({id})") } else { name };
        listed.push(Device { id, name });
    }
    listed
}

/// The device that `wanted` names, by id or by name.
fn find(
    mut devices: impl Iterator<Item = cpal::Device>,
    wanted: &str,
    missing: fn(String) -> Reason,
) -> Result<cpal::Device, Reason> {
    devices
        .find(|device| id(device).as_deref() == Some(wanted) || name(device) == wanted)
        .ok_or_else(|| missing(wanted.to_owned()))
}

fn no_devices(error: &cpal::Error) -> Reason {
    Reason::NotListed(said(error))
}

fn output_device(host: &cpal::Host, wanted: &Wanted) -> Result<cpal::Device, Reason> {
    match wanted.output.as_deref().filter(|id| !id.is_empty()) {
        Some(wanted) => {
            let devices = host.output_devices().map_err(|error| no_devices(&error))?;
            find(devices, wanted, Reason::OutputMissing)
        }
        None => host.default_output_device().ok_or(Reason::NoOutput),
    }
}

fn input_device(host: &cpal::Host, wanted: &Wanted) -> Result<Option<cpal::Device>, Reason> {
    let Some(wanted) = wanted.input.as_deref() else { return Ok(None) };
    let devices = host.input_devices().map_err(|error| no_devices(&error))?;
    find(devices, wanted, Reason::InputMissing).map(Some)
}

impl Backend for System {
    fn devices(&mut self) -> Result<DeviceList, Reason> {
        let host = host();
        let inputs = host.input_devices().map_err(|error| no_devices(&error))?;
        let outputs = host.output_devices().map_err(|error| no_devices(&error))?;
        Ok(DeviceList { inputs: listed(inputs), outputs: listed(outputs) })
    }

    fn open(
        &mut self,
        wanted: &Wanted,
        begin: &mut dyn FnMut(Format) -> Seat,
    ) -> Result<Box<dyn Stream>, Reason> {
        let host = host();
        let output = output_device(&host, wanted)?;
        let input = input_device(&host, wanted)?;
        let configs = output.supported_output_configs();
        let default = output.default_output_config().ok();
        let out = choose(configs, default, wanted, None)
            .map_err(|refused| with_hint(refused.reason(name(&output)), wanted))?;
        let rate = out.config.sample_rate;
        let source = match &input {
            None => None,
            Some(device) => {
                let configs = device.supported_input_configs();
                let default = device.default_input_config().ok();
                let choice = choose(configs, default, wanted, Some(rate))
                    .map_err(|refused| refused.reason(name(device)))?;
                Some((device, choice))
            }
        };
        let channels = usize::from(wanted.channels).min(CHANNELS_MAX);
        let format = Format { channels, sample_rate: rate };
        let health = Arc::new(Health::default());
        let in_channels = source.as_ref().map(|(_, choice)| usize::from(choice.config.channels));
        let latency = (f64::from(wanted.input_latency) * f64::from(rate)) as usize;
        let (capture, playback) = bridge(
            in_channels,
            usize::from(out.config.channels),
            latency.max(wanted.period as usize),
            format,
            begin(format),
            health.clone(),
        );
        let input = match (source, capture) {
            (Some((device, choice)), Some(capture)) => {
                Some((name(device), start_input(device, &choice, capture, &health)?))
            }
            _ => None,
        };
        let stream = start_output(&output, &out, playback, &health)?;
        let (from, input) = input.unzip();
        let to = name(&output);
        Ok(Box::new(SystemStream { _output: stream, _input: input, from, to, format, health }))
    }
}

/// With what to do where it is the default output that cannot be used.
fn with_hint(reason: Reason, wanted: &Wanted) -> Reason {
    let named = wanted.output.as_deref().is_some_and(|id| !id.is_empty());
    if named { reason } else { Reason::OtherOutput(Box::new(reason)) }
}

/// What to do about an error of a running stream.
fn on_error(health: Arc<Health>, device: String) -> impl FnMut(cpal::Error) + Send + 'static {
    move |error| match error.kind() {
        ErrorKind::Xrun => health.drop_out(),
        ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
        ErrorKind::DeviceNotAvailable => health.lose_because(Reason::Gone(device.clone())),
        _ => health.lose_because(Reason::Stopped(device.clone(), said(&error))),
    }
}

fn refused(device: &cpal::Device, error: &cpal::Error) -> Reason {
    Reason::not_opened(name(device), error)
}

/// Builds a stream with the block size that is wanted, or else with the device's own.
fn with_any_block<T>(
    choice: &Choice,
    mut build: impl FnMut(StreamConfig) -> Result<T, cpal::Error>,
) -> Result<T, cpal::Error> {
    build(choice.config).or_else(|_| {
        build(StreamConfig { buffer_size: cpal::BufferSize::Default, ..choice.config })
    })
}

/// Calls a function for the type of a sample format.
macro_rules! for_format {
    ($format:expr, $function:ident($device:expr, $($argument:expr),*)) => {
        match $format {
            SampleFormat::F32 => $function::<f32>($device, $($argument),*),
            SampleFormat::F64 => $function::<f64>($device, $($argument),*),
            SampleFormat::I8 => $function::<i8>($device, $($argument),*),
            SampleFormat::I16 => $function::<i16>($device, $($argument),*),
            SampleFormat::I24 => $function::<cpal::I24>($device, $($argument),*),
            SampleFormat::I32 => $function::<i32>($device, $($argument),*),
            SampleFormat::U8 => $function::<u8>($device, $($argument),*),
            SampleFormat::U16 => $function::<u16>($device, $($argument),*),
            SampleFormat::U32 => $function::<u32>($device, $($argument),*),
            _ => Err(Reason::NoFormat(name($device))),
        }
    };
}

fn start_input(
    device: &cpal::Device,
    choice: &Choice,
    capture: Capture,
    health: &Arc<Health>,
) -> Result<cpal::Stream, Reason> {
    // Only one of two attempts gets the ring.
    let capture = Arc::new(parking_lot::Mutex::new(Some(capture)));
    for_format!(choice.format, open_input(device, choice, &capture, health))
}

type Shared<T> = Arc<parking_lot::Mutex<Option<T>>>;

fn open_input<T>(
    device: &cpal::Device,
    choice: &Choice,
    capture: &Shared<Capture>,
    health: &Arc<Health>,
) -> Result<cpal::Stream, Reason>
where
    T: SizedSample,
    f32: cpal::FromSample<T>,
{
    let stream = with_any_block(choice, |config| {
        let (shared, mut own) = (capture.clone(), None);
        device.build_input_stream(
            config,
            move |data: &[T], _: &cpal::InputCallbackInfo| {
                // Taken once, with the first block.
                own = own.take().or_else(|| shared.try_lock()?.take());
                if let Some(own) = &mut own {
                    own.write(data);
                }
            },
            on_error(health.clone(), name(device)),
            None,
        )
    });
    let stream = stream.map_err(|error| refused(device, &error))?;
    stream.play().map_err(|error| refused(device, &error))?;
    Ok(stream)
}

fn start_output(
    device: &cpal::Device,
    choice: &Choice,
    playback: Playback,
    health: &Arc<Health>,
) -> Result<cpal::Stream, Reason> {
    let playback = Arc::new(parking_lot::Mutex::new(Some(playback)));
    for_format!(choice.format, open_output(device, choice, &playback, health))
}

fn open_output<T>(
    device: &cpal::Device,
    choice: &Choice,
    playback: &Shared<Playback>,
    health: &Arc<Health>,
) -> Result<cpal::Stream, Reason>
where
    T: SizedSample + cpal::FromSample<f32>,
{
    let stream = with_any_block(choice, |config| {
        let (shared, mut own) = (playback.clone(), None);
        device.build_output_stream(
            config,
            move |data: &mut [T], _: &cpal::OutputCallbackInfo| {
                own = own.take().or_else(|| shared.try_lock()?.take());
                match &mut own {
                    Some(own) => own.fill(data),
                    None => data.fill(T::EQUILIBRIUM),
                }
            },
            on_error(health.clone(), name(device)),
            None,
        )
    });
    let stream = stream.map_err(|error| refused(device, &error))?;
    stream.play().map_err(|error| refused(device, &error))?;
    Ok(stream)
}

impl Stream for SystemStream {
    fn connection(&mut self) -> Connection {
        Connection {
            backend: BackendKind::System,
            from: self.from.clone(),
            to: Some(self.to.clone()),
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

//! The audio thread of a CLAP host.

use std::marker::PhantomData;

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_VALUE, CLAP_EVENT_TRANSPORT,
    CLAP_TRANSPORT_HAS_SECONDS_TIMELINE, CLAP_TRANSPORT_HAS_TEMPO, CLAP_TRANSPORT_IS_PLAYING,
    clap_event_header, clap_event_param_value, clap_event_transport, clap_input_events,
    clap_output_events,
};
use clap_sys::fixedpoint::CLAP_SECTIME_FACTOR;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process};

use crate::clap::Instance;

/// Most channels of any layout.
const CHANNELS_MAX: usize = 64;
/// Most parameter changes in one block.
const EVENTS_MAX: usize = 64;

/// What the host tells the plug-in along with a block.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// Timeline position in samples; the host plays only where there is one.
    pub position: Option<i64>,
    /// Tempo in beats a minute, stated where a position is.
    pub tempo: Option<f64>,
    /// What the host states within the block: sample, and where on the timeline it lies.
    pub restated: Option<(u32, i64)>,
    /// Whether the host gives no transport at all.
    pub no_transport: bool,
    /// Parameter changes: sample within the block, parameter id, value.
    pub events: &'a [(u32, u32, f64)],
}

/// The part of an instance that its audio thread uses.
pub struct Audio<'a> {
    raw: *const clap_plugin,
    rate: f64,
    _instance: PhantomData<&'a Instance>,
}

// SAFETY: CLAP calls `process` on an audio thread, which need not be the one that made the
// instance.
unsafe impl Send for Audio<'_> {}

impl<'a> Audio<'a> {
    pub(crate) fn new(instance: &'a Instance, rate: f64) -> Self {
        Self { raw: instance.raw(), rate, _instance: PhantomData }
    }

    /// Processes a block in place.
    pub fn process(&mut self, channels: &mut [&mut [f32]], context: &Context) -> i32 {
        let mut pointers = [std::ptr::null_mut(); CHANNELS_MAX];
        for (pointer, channel) in pointers.iter_mut().zip(channels.iter_mut()) {
            *pointer = channel.as_mut_ptr();
        }
        self.run(channels[0].len(), [channels.len(); 2], [pointers, pointers], context)
    }

    /// Processes a block from one buffer into another, which may have more channels.
    pub fn process_across(
        &mut self,
        input: &mut [&mut [f32]],
        output: &mut [&mut [f32]],
        context: &Context,
    ) -> i32 {
        let mut from = [std::ptr::null_mut(); CHANNELS_MAX];
        let mut to = from;
        for (pointer, channel) in from.iter_mut().zip(input.iter_mut()) {
            *pointer = channel.as_mut_ptr();
        }
        for (pointer, channel) in to.iter_mut().zip(output.iter_mut()) {
            *pointer = channel.as_mut_ptr();
        }
        self.run(input[0].len(), [input.len(), output.len()], [from, to], context)
    }

    fn run(
        &mut self,
        len: usize,
        counts: [usize; 2],
        [mut from, mut to]: [[*mut f32; CHANNELS_MAX]; 2],
        context: &Context,
    ) -> i32 {
        let port = |pointers: &mut [*mut f32; CHANNELS_MAX], count: usize| clap_audio_buffer {
            data32: pointers.as_mut_ptr(),
            data64: std::ptr::null_mut(),
            channel_count: count as u32,
            latency: 0,
            constant_mask: 0,
        };
        let input = port(&mut from, counts[0]);
        let mut output = port(&mut to, counts[1]);
        let events = Events::of(context, self.rate);
        let in_events = clap_input_events {
            ctx: std::ptr::from_ref(&events).cast_mut().cast(),
            size: Some(Events::size),
            get: Some(Events::get),
        };
        let out_events = clap_output_events { ctx: std::ptr::null_mut(), try_push: Some(discard) };
        let transport = transport(context.position, context.tempo, self.rate);
        let process = clap_process {
            steady_time: -1,
            frames_count: len as u32,
            transport: if context.no_transport { std::ptr::null() } else { &transport },
            audio_inputs: &input,
            audio_outputs: &mut output,
            audio_inputs_count: 1,
            audio_outputs_count: 1,
            in_events: &in_events,
            out_events: &out_events,
        };
        // SAFETY: all that `process` points to outlives the call.
        let status = unsafe { (*self.raw).process.unwrap()(self.raw, &process) };
        assert_ne!(status, CLAP_PROCESS_ERROR);
        status
    }
}

/// Parameter changes of one block, and a change of the transport.
struct Events {
    list: [clap_event_param_value; EVENTS_MAX],
    len: usize,
    /// It comes behind so many changes of parameters.
    transport: Option<(usize, clap_event_transport)>,
}

impl Events {
    fn of(context: &Context, rate: f64) -> Self {
        let events = context.events;
        // SAFETY: zeros are valid in all of its fields.
        let mut list: [clap_event_param_value; EVENTS_MAX] = unsafe { std::mem::zeroed() };
        for (event, &(time, id, value)) in list.iter_mut().zip(events) {
            *event = clap_event_param_value {
                header: header::<clap_event_param_value>(time, CLAP_EVENT_PARAM_VALUE),
                param_id: id,
                cookie: std::ptr::null_mut(),
                note_id: -1,
                port_index: -1,
                channel: -1,
                key: -1,
                value,
            };
        }
        let transport = context.restated.map(|(time, position)| {
            let mut event = transport(Some(position), context.tempo, rate);
            event.header.time = time;
            (events.iter().filter(|event| event.0 <= time).count(), event)
        });
        Self { list, len: events.len(), transport }
    }

    unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
        // SAFETY: `ctx` points to an `Events`: `run` sets it.
        let events = unsafe { &*(*list).ctx.cast::<Self>() };
        (events.len + usize::from(events.transport.is_some())) as u32
    }

    unsafe extern "C" fn get(
        list: *const clap_input_events,
        index: u32,
    ) -> *const clap_event_header {
        // SAFETY: `ctx` points to an `Events`: `run` sets it.
        let events = unsafe { &*(*list).ctx.cast::<Self>() };
        let index = index as usize;
        match &events.transport {
            Some((at, transport)) if *at == index => &transport.header,
            Some((at, _)) if *at < index => &events.list[index - 1].header,
            _ => &events.list[index].header,
        }
    }
}

unsafe extern "C" fn discard(_: *const clap_output_events, _: *const clap_event_header) -> bool {
    true
}

fn header<T>(time: u32, kind: u16) -> clap_event_header {
    clap_event_header {
        size: size_of::<T>() as u32,
        time,
        space_id: CLAP_CORE_EVENT_SPACE_ID,
        type_: kind,
        flags: 0,
    }
}

fn transport(position: Option<i64>, tempo: Option<f64>, rate: f64) -> clap_event_transport {
    // SAFETY: zeros are valid in all of its fields.
    let mut event: clap_event_transport = unsafe { std::mem::zeroed() };
    event.header = header::<clap_event_transport>(0, CLAP_EVENT_TRANSPORT);
    if let Some(position) = position {
        event.flags = CLAP_TRANSPORT_IS_PLAYING | CLAP_TRANSPORT_HAS_SECONDS_TIMELINE;
        event.song_pos_seconds =
            (position as f64 / rate * CLAP_SECTIME_FACTOR as f64).round() as i64;
    }
    if let (Some(tempo), Some(_)) = (tempo, position) {
        event.flags |= CLAP_TRANSPORT_HAS_TEMPO;
        event.tempo = tempo;
    }
    event
}

//! The thread that reads what the audio thread leaves: meters and recorder.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::meters::{Levels, Meter};
use crate::recorder::{Plan, Recorder, Recording};
use crate::tap::{Part, TapReader};

/// Time between two looks at the ring.
const LOOK: Duration = Duration::from_millis(20);
/// Shortest time between two reports of levels.
const REPORT: Duration = Duration::from_millis(33);

/// What there is to see.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heard {
    pub(crate) input: Levels,
    pub(crate) output: Levels,
    pub(crate) recording: Recording,
}

enum Command {
    Listen(TapReader),
    Record(Plan),
    EndRecording,
    ClearClip,
    Stop,
}

/// The thread, as everybody else sees it.
pub(crate) struct Listener {
    commands: Sender<Command>,
    heard: Arc<Mutex<Heard>>,
    thread: Option<JoinHandle<()>>,
}

/// Tells the thread of new streams.
#[derive(Clone)]
pub(crate) struct Streams(Sender<Command>);

impl Streams {
    /// Listens to this stream from now on.
    pub(crate) fn add(&self, reader: TapReader) {
        // Without the thread there is nobody to listen.
        let _ = self.0.send(Command::Listen(reader));
    }
}

impl Listener {
    /// Starts the thread. `changed` is called from there whenever there is something new to see; `seen` says
    /// whether anybody sees it.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn start(
        recorder: Recorder,
        changed: impl Fn() + Send + 'static,
        seen: impl Fn() -> bool + Send + 'static,
    ) -> Result<Self, String> {
        let (commands, received) = mpsc::channel();
        let silent = Levels::silent(2);
        let heard =
            Heard { input: silent.clone(), output: silent, recording: Recording::default() };
        let heard = Arc::new(Mutex::new(heard));
        let worker = Worker {
            heard: heard.clone(),
            recorder,
            reader: None,
            meters: None,
            reported: Instant::now(),
        };
        let thread = Builder::new()
            .name("patchveil-listener".to_owned())
            .spawn(move || worker.run(&received, &changed, &seen))
            .map_err(|error| format!("the system gave no thread for the meters: {error}"))?;
        Ok(Self { commands, heard, thread: Some(thread) })
    }

    /// Where new streams are told.
    pub(crate) fn streams(&self) -> Streams {
        Streams(self.commands.clone())
    }

    /// What there is to see.
    pub(crate) fn heard(&self) -> Heard {
        self.heard.lock().clone()
    }

    /// Tells whether a recording runs.
    pub(crate) fn is_recording(&self) -> impl Fn() -> bool + Send + 'static {
        let heard = self.heard.clone();
        move || matches!(heard.lock().recording, Recording::Running(_))
    }

    /// Begins to record.
    pub(crate) fn record(&self, plan: Plan) {
        let _ = self.commands.send(Command::Record(plan));
    }

    /// Ends the recording.
    pub(crate) fn end_recording(&self) {
        let _ = self.commands.send(Command::EndRecording);
    }

    /// Puts the clip lamps out.
    pub(crate) fn clear_clip(&self) {
        let _ = self.commands.send(Command::ClearClip);
    }

    /// Completes what is being recorded and ends the thread.
    pub(crate) fn stop(&mut self) {
        let _ = self.commands.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            // It can only have panicked, and then there is nothing left to save.
            let _ = thread.join();
        }
    }
}

struct Worker {
    heard: Arc<Mutex<Heard>>,
    recorder: Recorder,
    reader: Option<TapReader>,
    meters: Option<[Meter; 2]>,
    reported: Instant,
}

impl Worker {
    fn run(mut self, commands: &Receiver<Command>, changed: &dyn Fn(), seen: &dyn Fn() -> bool) {
        loop {
            let command = commands.recv_timeout(LOOK);
            let at_once = command.is_ok();
            // What was sent before the command belongs to before it.
            self.read(seen());
            match command {
                Ok(Command::Listen(reader)) => self.listen(reader),
                Ok(Command::Record(plan)) => self.recorder.start(plan),
                Ok(Command::EndRecording) => self.recorder.stop(),
                Ok(Command::ClearClip) => {
                    self.meters.iter_mut().flatten().for_each(Meter::clear_clip);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.report(at_once) {
                changed();
            }
        }
        self.recorder.stop();
        self.report(true);
    }

    fn listen(&mut self, reader: TapReader) {
        let format = reader.format();
        self.recorder.begin_stream(format);
        self.meters = Some([Meter::new(format), Meter::new(format)]);
        self.reader = Some(reader);
    }

    fn read(&mut self, seen: bool) {
        let Some(reader) = &mut self.reader else { return };
        while let Some(record) = reader.read() {
            let side = usize::from(record.part == Some(Part::Output));
            if let Some(meters) = &mut self.meters {
                meters[side].push(&record.samples, seen);
            }
            self.recorder.push(record);
        }
        if reader.is_over() {
            self.reader = None;
            self.meters = None;
            self.recorder.end_stream();
        }
    }

    /// Shows what has changed, not too often; says whether anything has.
    fn report(&mut self, at_once: bool) -> bool {
        if !at_once && self.reported.elapsed() < REPORT {
            return false;
        }
        self.reported = Instant::now();
        let silent = || Levels::silent(2);
        let levels = |side: usize| {
            self.meters.as_ref().map_or_else(silent, |meters| meters[side].levels().clone())
        };
        let new = Heard { input: levels(0), output: levels(1), recording: self.recorder.state() };
        let mut heard = self.heard.lock();
        let changed = *heard != new;
        *heard = new;
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Format;
    use crate::processor::Processor;
    use crate::recorder::Samples;

    #[test]
    fn levels_are_shown_and_a_recording_holds_what_was_sent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("show.wav");
        let (told, changes) = mpsc::channel();
        let mut listener =
            Listener::start(Recorder::new(None), move || told.send(()).unwrap_or(()), || true)
                .unwrap();
        let (mut processor, _) = Processor::for_test();
        let format = Format { channels: 2, sample_rate: 48_000 };
        listener.streams().add(processor.start(format));
        let plan = Plan {
            path: path.clone(),
            samples: Samples::Float32,
            pre_roll: false,
            split_minutes: 0,
        };
        let sound: Vec<f32> = (0..4_800).map(|n| (n as f32 * 0.11).sin() * 0.5).collect();
        let mut play = || {
            for block in sound.chunks(48) {
                let (mut left, mut right) = (block.to_vec(), block.to_vec());
                processor.process(48_000, None, &mut [&mut left, &mut right]);
            }
        };
        listener.record(plan);
        let running = |heard: &Heard| matches!(heard.recording, Recording::Running(_));
        while !running(&listener.heard()) {
            changes.recv_timeout(Duration::from_secs(5)).unwrap();
        }
        play();
        while listener.heard().output.hold < -7.0 {
            changes.recv_timeout(Duration::from_secs(5)).unwrap();
        }
        assert!((listener.heard().input.hold + 6.0).abs() < 0.2, "{:?}", listener.heard());
        // The device goes: what was recorded is safe.
        drop(processor);
        listener.stop();
        let recorded: Vec<f32> =
            hound::WavReader::open(&path).unwrap().into_samples().map(Result::unwrap).collect();
        let lefts: Vec<f32> = recorded.into_iter().step_by(2).collect();
        assert_eq!(lefts, sound);
    }
}

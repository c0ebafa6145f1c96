//! Keeps a stream open: opens what the user wants, notices when it is over, and tries again every second
//! until it is back.

mod watchdog;

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use self::watchdog::Watchdog;
use crate::audio::{
    Backend, BackendKind, Connection, DeviceList, Format, Patch, Reason, Seat, Side, Stream, Wanted,
};
use crate::processor::Processor;
use crate::tap::TapReader;

/// Time between two attempts to open a device.
const RETRY: Duration = Duration::from_secs(1);
/// Time between two looks at an open stream.
const LOOK: Duration = Duration::from_millis(200);
/// Time between two reports of an open stream: each costs the window a frame.
const TELL: Duration = Duration::from_secs(1);

/// What becomes of the sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// The first device is being opened.
    Starting,
    /// A stream is open.
    Running(Connection),
    /// No stream is open. It is tried again every second.
    Waiting {
        /// Why, and what to do.
        reason: Reason,
        /// There was a stream before.
        lost: bool,
    },
}

/// What the supervisor tells everybody else.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) state: State,
    /// The devices of the backend that is wanted, or why they cannot be listed.
    pub(crate) devices: Result<DeviceList, Reason>,
    /// Times that sound was lost between device and program, since the stream opened.
    pub(crate) dropouts: u64,
}

enum Command {
    Use(Wanted),
    List(BackendKind),
    Stop,
}

/// The supervisor's thread, as everybody else sees it.
pub(crate) struct Supervisor {
    commands: Sender<Command>,
    report: Arc<Mutex<Report>>,
    thread: Option<JoinHandle<()>>,
}

/// Makes backends; tests make others.
pub(crate) type Factory = Box<dyn Fn(BackendKind) -> Option<Box<dyn Backend>> + Send>;

/// Where the sound of each new stream can be read.
pub(crate) type Taps = Box<dyn Fn(TapReader) + Send>;

/// Whether a recording runs, which another stream would split.
pub(crate) type IsRecording = Box<dyn Fn() -> bool + Send>;

impl Supervisor {
    /// Starts the thread. `changed` is called from there whenever the report has changed.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn start(
        factory: Factory,
        wanted: Wanted,
        processor: Processor,
        taps: Taps,
        is_recording: IsRecording,
        changed: impl Fn() + Send + 'static,
    ) -> Result<Self, String> {
        let (commands, received) = mpsc::channel();
        let report = Arc::new(Mutex::new(Report {
            state: State::Starting,
            devices: Ok(DeviceList::default()),
            dropouts: 0,
        }));
        let shared = report.clone();
        let thread = Builder::new()
            .name("patchveil-devices".to_owned())
            .spawn(move || {
                let mut machine = Machine::new(factory, wanted, processor, taps, is_recording);
                machine.run(&received, &shared, &changed);
            })
            .map_err(|error| format!("the system gave no thread for the sound devices: {error}"))?;
        Ok(Self { commands, report, thread: Some(thread) })
    }

    /// Uses other devices from now on.
    pub(crate) fn set(&self, wanted: Wanted) {
        // Without the thread the report says so.
        let _ = self.commands.send(Command::Use(wanted));
    }

    /// Lists the devices of this backend again.
    pub(crate) fn list(&self, backend: BackendKind) {
        let _ = self.commands.send(Command::List(backend));
    }

    /// Looks at the report.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Report) -> T) -> T {
        look(&self.report.lock())
    }

    /// Asks the thread to end; it may hang in a driver, so nobody waits for it for long.
    pub(crate) fn stop(&mut self, patience: Duration) {
        let _ = self.commands.send(Command::Stop);
        let Some(thread) = self.thread.take() else { return };
        let begun = Instant::now();
        while !thread.is_finished() && begun.elapsed() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The state machine, a step at a time.
struct Machine {
    factory: Factory,
    taps: Taps,
    is_recording: IsRecording,
    wanted: Wanted,
    /// What "automatic" has come to. It stays, so that a server that starts again is waited for.
    settled: Option<BackendKind>,
    /// `None` while a stream has it, or after a callback has died with it.
    processor: Option<Box<Processor>>,
    seat: Option<Seat>,
    stream: Option<Box<dyn Stream>>,
    format: Option<Format>,
    watchdog: Watchdog,
    /// The connections of the stream before.
    patch: Patch,
    told: Instant,
    retry_at: Instant,
    state: State,
    devices: Result<DeviceList, Reason>,
    dropouts: u64,
}

impl Machine {
    fn new(
        factory: Factory,
        wanted: Wanted,
        processor: Processor,
        taps: Taps,
        is_recording: IsRecording,
    ) -> Self {
        Self {
            factory,
            taps,
            is_recording,
            wanted: wanted.checked(),
            settled: None,
            processor: Some(Box::new(processor)),
            seat: None,
            stream: None,
            format: None,
            watchdog: Watchdog::new(Instant::now()),
            patch: Patch::default(),
            told: Instant::now(),
            retry_at: Instant::now(),
            state: State::Starting,
            devices: Ok(DeviceList::default()),
            dropouts: 0,
        }
    }

    fn run(&mut self, commands: &Receiver<Command>, report: &Mutex<Report>, changed: &dyn Fn()) {
        loop {
            self.step(Instant::now());
            if self.publish(report) {
                changed();
            }
            match commands.recv_timeout(LOOK) {
                Ok(Command::Use(wanted)) => self.set(wanted),
                Ok(Command::List(backend)) => self.list(backend),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.close();
    }

    /// Looks at the stream, or tries to open one.
    fn step(&mut self, now: Instant) {
        match self.trouble(now) {
            Some(reason) => {
                self.close();
                self.state = State::Waiting { reason, lost: true };
                // A changed rate needs no patience; a device that is gone does.
                self.retry_at = now;
            }
            None => {
                let due = now.saturating_duration_since(self.told) >= TELL;
                if let Some(stream) = self.stream.as_mut().filter(|_| due) {
                    self.told = now;
                    let quiet = self.watchdog.is_quiet();
                    self.state = State::Running(Connection { quiet, ..stream.connection() });
                    self.dropouts = stream.health().dropouts();
                }
            }
        }
        if self.stream.is_none() && now >= self.retry_at {
            self.retry_at = now + RETRY;
            self.open(now);
        }
    }

    /// Why the open stream is over.
    fn trouble(&mut self, now: Instant) -> Option<Reason> {
        let (stream, format) = (self.stream.as_ref()?, self.format?);
        let health = stream.health();
        // A JACK server has no input of ours that could be opened again.
        let (has_input, reopens) = match self.settled {
            Some(BackendKind::Jack) => (true, false),
            Some(BackendKind::System) => (self.wanted.has_input(), !(self.is_recording)()),
            _ => (false, false),
        };
        if let Some(reason) = health.lost() {
            return Some(reason);
        }
        let rate = health.sample_rate();
        if rate != 0 && rate != format.sample_rate {
            return Some(Reason::RateChanged(rate));
        }
        self.watchdog.look(health, format.sample_rate, has_input, reopens, now)
    }

    /// The backends to try.
    fn kinds(&self) -> Vec<BackendKind> {
        match (self.wanted.backend, self.settled) {
            (BackendKind::Auto, Some(settled)) => vec![settled],
            (BackendKind::Auto, None) => vec![BackendKind::Jack, BackendKind::System],
            (kind, _) => vec![kind],
        }
    }

    fn open(&mut self, now: Instant) {
        let begun = Instant::now();
        let mut reasons: Option<Reason> = None;
        for kind in self.kinds() {
            match self.open_with(kind) {
                Ok(()) => {
                    self.settled = Some(kind);
                    // Opening may have taken longer than a stream may stand still.
                    self.watchdog.restart(now + begun.elapsed());
                    return;
                }
                Err(reason) => {
                    reasons = Some(match reasons {
                        Some(before) => before.and(reason),
                        None => reason,
                    });
                }
            }
        }
        // Why it was lost says more than why it cannot be opened.
        if !matches!(self.state, State::Waiting { lost: true, .. })
            && let Some(reason) = reasons
        {
            self.state = State::Waiting { reason, lost: false };
        }
    }

    fn open_with(&mut self, kind: BackendKind) -> Result<(), Reason> {
        let none = || Reason::Said("There is no such backend.".to_owned());
        let mut backend = (self.factory)(kind).ok_or_else(none)?;
        if self.processor.is_none() {
            return Err(Reason::AudioDied);
        }
        let Self { processor, seat, format, taps, wanted, .. } = self;
        let mut begin = |runs: Format| {
            *format = Some(runs);
            match processor.take() {
                Some(mut processor) => {
                    taps(processor.start(runs));
                    let new = Seat::new(processor);
                    *seat = Some(new.clone());
                    new
                }
                // Asked twice: the stream stays silent.
                None => seat.clone().unwrap_or_else(Seat::empty),
            }
        };
        match backend.open(wanted, &mut begin) {
            Ok(mut stream) => {
                stream.restore(std::mem::take(&mut self.patch));
                self.state = State::Running(stream.connection());
                self.stream = Some(stream);
                Ok(())
            }
            Err(reason) => {
                self.close();
                Err(reason)
            }
        }
    }

    /// Ends the stream, after the processor has been taken from it: whatever still runs is silent.
    fn close(&mut self) {
        let seat = self.seat.take();
        let mut reclaimed = seat.as_ref().and_then(Seat::reclaim);
        self.format = None;
        if let Some(mut stream) = self.stream.take() {
            self.patch = stream.patch();
        }
        if let Some(seat) = seat {
            // A callback that took longer than that has ended with its stream.
            reclaimed = reclaimed.or_else(|| seat.reclaim());
            if let Some(processor) = &mut reclaimed {
                processor.stop();
            }
            self.processor = reclaimed;
        }
    }

    fn set(&mut self, wanted: Wanted) {
        let wanted = wanted.checked();
        if wanted == self.wanted && self.stream.is_some() {
            return;
        }
        if wanted.backend != self.wanted.backend {
            self.settled = None;
        }
        self.close();
        let (old, new) = (&self.wanted, &wanted);
        if (old.backend, &old.input, &old.jack_inputs)
            != (new.backend, &new.input, &new.jack_inputs)
        {
            self.patch.forget(Side::Input);
        }
        if (old.backend, &old.output) != (new.backend, &new.output) {
            self.patch.forget(Side::Output);
        }
        self.watchdog = Watchdog::new(Instant::now());
        self.wanted = wanted;
        self.state = State::Starting;
        self.retry_at = Instant::now();
    }

    fn list(&mut self, backend: BackendKind) {
        let kind = match (backend, self.settled) {
            (BackendKind::Auto, Some(settled)) => settled,
            (BackendKind::Auto, None) => BackendKind::System,
            (kind, _) => kind,
        };
        self.devices =
            (self.factory)(kind).map_or(Ok(DeviceList::default()), |mut backend| backend.devices());
    }

    /// Copies what has changed; says whether anything has.
    fn publish(&self, report: &Mutex<Report>) -> bool {
        let mut report = report.lock();
        let same = report.state == self.state
            && report.devices == self.devices
            && report.dropouts == self.dropouts;
        if same {
            return false;
        }
        report.state = self.state.clone();
        report.devices = self.devices.clone();
        report.dropouts = self.dropouts;
        true
    }
}

#[cfg(test)]
mod tests;

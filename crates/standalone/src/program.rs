//! Everything but the window.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use patchveil_plugin::{Patchveil, Remote};
use patchveil_words::Language;

use crate::args::Args;
use crate::audio::{Wanted, backend};
use crate::listener::Listener;
use crate::processor::{Processor, Switches};
use crate::recorder::{Mended, Plan, Recorder, Samples, mend_all};
use crate::settings::{self, Settings};
use crate::supervisor::Supervisor;

/// How long a device may take to close when the program ends.
const PATIENCE: Duration = Duration::from_secs(2);

/// Repaints the window, once there is one, and not more often than it can paint.
#[derive(Clone, Default)]
pub(crate) struct Waker(Arc<Painting>);

#[derive(Default)]
struct Painting {
    window: OnceLock<egui::Context>,
    /// Shortest time between two frames that are not asked for by the user.
    interval: Mutex<Duration>,
    painted: Mutex<Option<Instant>>,
    /// Nobody can see the window.
    hidden: AtomicBool,
}

/// Time between two frames of a window that nobody can see, in case it can be seen after all.
const HIDDEN: Duration = Duration::from_secs(5);

/// Time without a frame after which nobody sees a window whose levels change.
const SEEN: Duration = Duration::from_secs(1);

impl Waker {
    /// Wakes this window from now on.
    pub(crate) fn set(&self, context: egui::Context) {
        // The first window is the only one.
        let _ = self.0.window.set(context);
    }

    /// The window is being painted; whether nobody can see it, and the shortest time to the next frame.
    pub(crate) fn painted(&self, hidden: bool, interval: Duration) {
        *self.0.interval.lock() = interval;
        *self.0.painted.lock() = Some(Instant::now());
        self.0.hidden.store(hidden, Ordering::Relaxed);
    }

    /// Whether there is a window that somebody may see. While levels change it is painted all the time, and
    /// not any more when it is minimised: not every system says so before.
    pub(crate) fn is_seen(&self) -> bool {
        let painted = *self.0.painted.lock();
        painted.is_some_and(|painted| painted.elapsed() < SEEN)
            && !self.0.hidden.load(Ordering::Relaxed)
    }

    /// There is something new to see.
    pub(crate) fn wake(&self) {
        let Some(context) = self.0.window.get() else { return };
        let since = self.0.painted.lock().map(|painted| painted.elapsed());
        let hidden = self.0.hidden.load(Ordering::Relaxed);
        let interval = if hidden { HIDDEN } else { *self.0.interval.lock() };
        context.request_repaint_after(interval.saturating_sub(since.unwrap_or(interval)));
    }

    /// Closes the window; says whether there is one.
    pub(crate) fn close(&self) -> bool {
        let Some(context) = self.0.window.get() else { return false };
        context.send_viewport_cmd(egui::ViewportCommand::Close);
        context.request_repaint();
        true
    }
}

/// All that runs, with or without a window.
pub(crate) struct Program {
    pub(crate) remote: Remote,
    pub(crate) supervisor: Mutex<Supervisor>,
    pub(crate) listener: Mutex<Listener>,
    pub(crate) switches: Arc<Switches>,
    pub(crate) waker: Waker,
    /// Someone has asked the program to end.
    pub(crate) stopping: AtomicBool,
    /// What was remembered, with the command line in its place.
    pub(crate) settings: Mutex<Settings>,
    /// The devices that were remembered.
    pub(crate) remembered: Wanted,
    /// Where settings are kept.
    pub(crate) path: Option<PathBuf>,
    /// Why settings could not be read.
    pub(crate) trouble: Option<settings::Trouble>,
    /// What became of recordings that were cut off.
    pub(crate) notes: Notes,
}

/// What became of recordings, the newest last.
pub(crate) type Notes = Arc<Mutex<Vec<Mended>>>;

/// Completes recordings that were cut off when the program was killed, beside everything else.
fn mend_leftovers(settings: &Settings, args: &Args, notes: &Notes, waker: &Waker) {
    let beside = args.record.as_ref().and_then(|file| file.parent());
    let beside = beside.map(|folder| if folder == Path::new("") { Path::new(".") } else { folder });
    let mut folders = vec![settings.recording.folder()];
    folders.extend(beside.filter(|folder| *folder != folders[0]).map(Path::to_owned));
    let (notes, waker) = (notes.clone(), waker.clone());
    let mend = move || {
        let english = &Language::English.words().trouble;
        for mended in folders.iter().flat_map(|folder| mend_all(folder)) {
            eprintln!("Patchveil: {}", mended.text(english));
            notes.lock().push(mended);
            waker.wake();
        }
    };
    // Without a thread they wait for the next start.
    let _ = std::thread::Builder::new().name("patchveil-mend".to_owned()).spawn(mend);
}

impl Program {
    /// Starts all threads, and the sound as soon as there is a device.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub(crate) fn start(args: &Args) -> Result<Self, String> {
        let path = settings::path();
        let (mut settings, trouble) = settings::load(path.as_deref());
        let remembered = settings.devices.clone();
        settings.devices = args.wanted(settings.devices);
        if let Some(trouble) = &trouble {
            eprintln!("Patchveil: {}", trouble.text(Language::English.words()));
        }
        let plugin = Patchveil::default();
        let remote = plugin.remote();
        remote.restore_session(&settings.session);
        let waker = Waker::default();
        let wake = waker.clone();
        let seer = waker.clone();
        let recorder = Recorder::new(Some(remote.clone()));
        let listener = Listener::start(recorder, move || wake.wake(), move || seer.is_seen())?;
        let notes = Notes::default();
        mend_leftovers(&settings, args, &notes, &waker);
        if let Some(file) = &args.record {
            let usual = Samples::of_name(file, settings.recording.samples);
            listener.record(Plan {
                path: file.clone(),
                samples: args.record_format.unwrap_or(usual),
                pre_roll: false,
                split_minutes: args.record_split,
            });
        }
        let switches = Arc::new(Switches::new(settings.monitor));
        let processor = Processor::new(Box::new(plugin), switches.clone());
        let streams = listener.streams();
        let wake = waker.clone();
        let supervisor = Supervisor::start(
            Box::new(backend),
            settings.devices.clone(),
            processor,
            Box::new(move |reader| streams.add(reader)),
            Box::new(listener.is_recording()),
            move || wake.wake(),
        )?;
        Ok(Self {
            remote,
            supervisor: Mutex::new(supervisor),
            listener: Mutex::new(listener),
            switches,
            waker,
            stopping: AtomicBool::new(false),
            settings: Mutex::new(settings),
            remembered,
            path,
            trouble,
            notes,
        })
    }

    /// Whether someone has asked the program to end.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Ends the sound, and completes what is being recorded.
    pub(crate) fn shut_down(&self) {
        self.supervisor.lock().stop(PATIENCE);
        self.listener.lock().stop();
    }
}

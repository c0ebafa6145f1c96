//! Between egui and AccessKit's adapter for AT-SPI.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use accesskit_unix::Adapter;
use egui::accesskit::{
    Action, ActionHandler, ActionRequest, ActivationHandler, DeactivationHandler, Node, NodeId,
    Rect, Role, TreeInfo, TreeUpdate,
};
use nice_plug_egui::RepaintNotifier;
use parking_lot::Mutex;

use super::pinned::pin;
use super::session_bus::SessionBus;

/// What the window is called.
const NAME: &str = "Patchveil";

/// A screen reader's side of an open window. Dropping it takes the window out of what the reader sees.
pub(in crate::editor) struct ScreenReader(Arc<Link>);

/// What the window's thread, the thread that looks after the window and the adapter's thread share.
struct Link {
    news: RepaintNotifier,
    /// A reader wants to know what is in the window.
    wanted: AtomicBool,
    /// It wants the keyboard in the window.
    focus_wanted: AtomicBool,
    requests: Mutex<Vec<ActionRequest>>,
    told: Mutex<Told>,
}

/// Whom the window tells what is in it, and what was told last.
#[derive(Default)]
struct Told {
    adapter: Option<Adapter>,
    root: Option<NodeId>,
    focused: bool,
    place: Option<Rect>,
}

impl ScreenReader {
    /// Of a window that is about to open; `news` makes it paint.
    pub(in crate::editor) fn new(news: RepaintNotifier) -> Self {
        Self(Arc::new(Link {
            news,
            wanted: AtomicBool::new(false),
            focus_wanted: AtomicBool::new(false),
            requests: Mutex::default(),
            told: Mutex::default(),
        }))
    }

    /// Has everything that `context` shows told, and what is asked for done.
    pub(in crate::editor) fn join(&self, context: &egui::Context) {
        context.add_plugin(Bridge { link: self.0.clone(), on: false });
    }

    /// For the thread that looks after the window.
    pub(in crate::editor) fn lookout(&self) -> Lookout {
        Lookout { link: self.0.clone(), bus: Bus::New }
    }
}

impl Drop for ScreenReader {
    fn drop(&mut self) {
        let mut told = self.0.told.lock();
        // The adapter's thread keeps every control that has not been taken out of the tree.
        if let Some(root) = told.root {
            told.tell(|adapter| adapter.update_if_active(|| empty(root)));
        }
        told.adapter = None;
    }
}

fn empty(root: NodeId) -> TreeUpdate {
    TreeUpdate {
        nodes: vec![(root, Node::new(Role::Window))],
        tree: Some(TreeInfo::new(root)),
        tree_id: egui::accesskit::TreeId::ROOT,
        focus: root,
    }
}

impl Told {
    /// Tells the adapter something, if there is one.
    fn tell(&mut self, what: impl FnOnce(&mut Adapter)) {
        let Some(adapter) = &mut self.adapter else { return };
        // It panics at trees that it finds inconsistent. The window goes on without it; dropping it would panic
        // on its own thread, and take the other windows with it.
        if catch_unwind(AssertUnwindSafe(|| what(adapter))).is_err() {
            std::mem::forget(self.adapter.take());
        }
    }
}

/// Looks out for a screen reader, four times a second.
pub(in crate::editor) struct Lookout {
    link: Arc<Link>,
    bus: Bus,
}

/// The bus that is asked whether a reader is there.
enum Bus {
    /// Not connected to yet, so that opening a window does not wait for it.
    New,
    Asked(SessionBus),
    /// There is none, or nothing more to ask.
    Done,
}

impl Lookout {
    /// Returns whether a reader has come to this window, now or before.
    pub(in crate::editor) fn look(&mut self) -> bool {
        if matches!(self.bus, Bus::New) {
            self.bus = SessionBus::connect().map_or(Bus::Done, Bus::Asked);
        }
        if let Bus::Asked(bus) = &mut self.bus {
            match bus.reader_came() {
                Ok(false) => {}
                Ok(true) => {
                    self.bus = Bus::Done;
                    self.link.begin();
                }
                Err(_) => self.bus = Bus::Done,
            }
        }
        self.link.told.lock().adapter.is_some()
    }

    /// Tells where the window is on the screen, in pixels: left, top, width, height.
    pub(in crate::editor) fn tell_place(&self, place: [f64; 4]) {
        let [x, y, width, height] = place;
        let place = Rect::new(x, y, x + width, y + height);
        let mut told = self.link.told.lock();
        if told.place.replace(place) != Some(place) {
            told.tell(|adapter| adapter.set_root_window_bounds(place, place));
        }
    }

    /// Whether the reader wants the keyboard in the window; asking takes the wish back.
    pub(in crate::editor) fn takes_focus(&self) -> bool {
        self.link.focus_wanted.swap(false, Ordering::Relaxed)
    }
}

impl Link {
    /// Makes the adapter, if the library can be kept loaded for its threads.
    fn begin(self: &Arc<Self>) {
        if !pin() {
            return;
        }
        let asked = Asked(self.clone());
        let new = || Adapter::new(asked.clone(), asked.clone(), asked);
        // It panics where the system gives no thread.
        let adapter = catch_unwind(AssertUnwindSafe(new)).ok();
        let mut told = self.told.lock();
        let focused = told.focused;
        told.adapter = adapter;
        told.tell(|adapter| adapter.update_window_focus_state(focused));
    }
}

/// What the adapter calls, on a thread of its own.
#[derive(Clone)]
struct Asked(Arc<Link>);

impl ActivationHandler for Asked {
    fn request_initial_tree(&mut self) -> Option<TreeUpdate> {
        self.0.wanted.store(true, Ordering::Relaxed);
        self.0.news.request_repaint();
        // The next frame brings it.
        None
    }
}

impl ActionHandler for Asked {
    fn do_action(&mut self, request: ActionRequest) {
        // What has the focus gets the keyboard, but an embedded window gets it only when asked for.
        if request.action == Action::Focus {
            self.0.focus_wanted.store(true, Ordering::Relaxed);
        }
        self.0.requests.lock().push(request);
        self.0.news.request_repaint();
    }
}

impl DeactivationHandler for Asked {
    fn deactivate_accessibility(&mut self) {
        self.0.wanted.store(false, Ordering::Relaxed);
        self.0.news.request_repaint();
    }
}

/// The plug-in of egui.
struct Bridge {
    link: Arc<Link>,
    /// egui builds the tree.
    on: bool,
}

impl egui::Plugin for Bridge {
    fn debug_name(&self) -> &'static str {
        "screen reader"
    }

    fn input_hook(&mut self, context: &egui::Context, input: &mut egui::RawInput) {
        let wanted = self.link.wanted.load(Ordering::Relaxed);
        if wanted != self.on {
            self.on = wanted;
            if wanted {
                context.enable_accesskit();
            } else {
                context.disable_accesskit();
            }
        }
        for event in &input.events {
            if let egui::Event::WindowFocused(focused) = *event {
                let mut told = self.link.told.lock();
                told.focused = focused;
                told.tell(|adapter| adapter.update_window_focus_state(focused));
            }
        }
        let requests = std::mem::take(&mut *self.link.requests.lock());
        input.events.extend(requests.into_iter().map(egui::Event::AccessKitActionRequest));
    }

    fn output_hook(&mut self, _: &egui::Context, output: &mut egui::FullOutput) {
        let Some(mut update) = output.platform_output.accesskit_update.take() else { return };
        let root = update.tree.as_ref().map(|tree| tree.root);
        for (id, node) in &mut update.nodes {
            if Some(*id) == root {
                node.set_label(NAME);
            }
        }
        let mut told = self.link.told.lock();
        told.root = root.or(told.root);
        told.tell(|adapter| adapter.update_if_active(|| update));
    }
}

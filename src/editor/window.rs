//! The editor's window, as hosts open and close it.
//!
//! The framework's own editor is made once, before a session is loaded, and keeps its app. Here each
//! opening makes a new one: it has the size that the session saved, and closing the window drops
//! everything that only the window needed.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize};
use nice_plug::editor::{
    Editor, HostMethods, ParentWindowHandle, ResizeHint, SizeConstraints, SpawnedEditor,
};
use nice_plug_egui::{EguiEditorHandle, EguiEditorState, EguiNiceSettings, create_egui_editor};
use parking_lot::Mutex;

use super::app::{App, SharedSize};
use super::history::History;
use super::renderer;
use super::window_threads::WindowThreads;
use crate::editor_state::SIZE_MIN;
use crate::remote::Remote;

/// How often the window checks for something new. Screens refresh 60 times a second and the framework
/// skips every other refresh; a little less than two refreshes gives 30 frames a second.
const FRAME: Duration = Duration::from_millis(30);

/// The editor as hosts see it.
pub struct Window {
    remote: Remote,
    /// Of the open window, or of the last one.
    state: Mutex<Arc<EguiEditorState>>,
    window_size: SharedSize,
    /// What the user changed. It outlives the open window.
    history: History,
    threads: WindowThreads,
}

impl Window {
    /// A window that is not open.
    pub(crate) fn new(remote: Remote) -> Self {
        let state = Mutex::new(state_of(&remote));
        Self {
            remote,
            state,
            window_size: SharedSize::default(),
            history: History::default(),
            threads: WindowThreads::default(),
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // Of a window that the host has not closed the framework disposes after this; nothing would end by waiting.
        if !self.state.get_mut().is_open() {
            self.threads.wait_for_end();
        }
    }
}

/// The size and scale that the session saved.
fn state_of(remote: &Remote) -> Arc<EguiEditorState> {
    let saved = remote.params().editor.get();
    let (width, height) = saved.size();
    EguiEditorState::from_size(LogicalSize::new(width, height), saved.zoom())
}

impl Editor for Window {
    type Handle = EguiEditorHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        let state = state_of(&self.remote);
        self.window_size.set(None);
        let app = App::new(
            self.remote.clone(),
            self.window_size.clone(),
            self.history.clone(),
            self.threads.clone(),
        );
        let settings = EguiNiceSettings::new()
            .with_tile("Patchveil")
            .with_resize_hint(self.resize_hint())
            .with_graphics_config(renderer::config())
            .with_repaint_poll_interval(FRAME);
        let editor = create_egui_editor(state.clone(), self.remote.news(), settings, app)
            .ok_or("the framework made no editor")?;
        let spawned =
            editor.spawn(parent, wait_for_parent, fallback_scale_factor, gui_context, host)?;
        *self.state.lock() = state;
        Ok(spawned)
    }

    fn size(&self) -> NativeSize<u32> {
        let saved = self.remote.params().editor.get();
        let zoom = f64::from(saved.zoom());
        match self.window_size.get() {
            Some(size) if self.state.lock().is_open() => {
                NativeSize::from_size(size.physical.into(), size.scale_factor / zoom)
            }
            _ => {
                let (width, height) = saved.size();
                let size = LogicalSize::new(f64::from(width) * zoom, f64::from(height) * zoom);
                NativeSize::from_size(size.into(), 1.0)
            }
        }
    }

    fn resize_hint(&self) -> ResizeHint {
        ResizeHint {
            can_resize: true,
            can_resize_horizontally: true,
            can_resize_vertically: true,
            size_constraints: SizeConstraints::Logical {
                min_size: Some(LogicalSize::new(SIZE_MIN.0, SIZE_MIN.1)),
                max_size: None,
            },
            ..ResizeHint::NON_RESIZABLE
        }
    }
}

//! The editor's window, as hosts open and close it.
//!
//! The framework's own editor is made once, before a session is loaded, and keeps its app from
//! then on. Here each opening makes a new one: it has the size that the session saved, and closing
//! the window drops all that was only needed for it.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use glow::{HasContext as _, RENDERER};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize};
use nice_plug::editor::{
    Editor, HostMethods, ParentWindowHandle, ResizeHint, SizeConstraints, SpawnedEditor,
};
use nice_plug_egui::baseview::WindowSize;
use nice_plug_egui::{
    EguiEditorHandle, EguiEditorState, EguiNiceSettings, Frame, GlConfig, GraphicsConfig,
    create_egui_editor,
};
use parking_lot::Mutex;

use super::App;
use crate::Remote;
use crate::editor_state::SIZE_MIN;

/// How often the window looks whether there is something new. Screens refresh 60 times a second and
/// the framework skips every other time; a little less than two refreshes gives 30 frames a second.
const FRAME: Duration = Duration::from_millis(30);

/// Time from one picture to the next where no graphics card paints them: the processor is there for
/// the audio first.
const FRAME_IN_SOFTWARE: Duration = Duration::from_millis(60);
/// What OpenGL calls itself where the processor does the painting.
const SOFTWARE: [&str; 5] = ["llvmpipe", "softpipe", "SwiftShader", "Software", "GDI Generic"];

/// How long a picture has to stay, by what paints it.
pub(super) fn apart(frame: &Frame) -> Duration {
    let software = painter(frame)
        .is_some_and(|painter| SOFTWARE.iter().any(|software| painter.contains(software)));
    if software { FRAME_IN_SOFTWARE } else { Duration::ZERO }
}

/// What OpenGL calls itself.
#[allow(unsafe_code)]
fn painter(frame: &Frame) -> Option<String> {
    let context = frame.baseview_window().gl_context()?;
    // SAFETY: the context was made on this thread, which alone uses it, and between two pictures
    // it is current nowhere.
    unsafe {
        context.make_current().ok()?;
        let painter = frame.gl().get_parameter_string(RENDERER);
        context.make_not_current().ok()?;
        Some(painter)
    }
}

/// What a host opens.
pub struct Window {
    remote: Remote,
    /// Of the window that is open, or was last.
    state: Mutex<Arc<EguiEditorState>>,
    measured: Measured,
}

/// The size of an open window, as the system has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured(Arc<Mutex<Option<WindowSize>>>);

impl Measured {
    /// The window has this size now; its scale factor includes the scale that the user has chosen.
    pub(crate) fn set(&self, size: WindowSize) {
        *self.0.lock() = Some(size);
    }
}

impl Window {
    /// A window that is not open.
    pub(crate) fn new(remote: Remote) -> Self {
        let state = Mutex::new(state_of(&remote));
        Self { remote, state, measured: Measured::default() }
    }
}

/// The size and scale that the session saved.
fn state_of(remote: &Remote) -> Arc<EguiEditorState> {
    let setup = remote.params().editor.get();
    let (width, height) = setup.size();
    EguiEditorState::from_size(LogicalSize::new(width, height), setup.zoom())
}

/// No more than flat panels need. Without a graphics card, depth, stencil and dithering cost time
/// and memory; and there is nothing to dither where nothing shades from one colour to another.
fn graphics() -> GraphicsConfig {
    let gl_config = GlConfig { depth_bits: 0, stencil_bits: 0, ..GlConfig::default() };
    GraphicsConfig { gl_config, dithering: false, ..GraphicsConfig::default() }
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
        *self.measured.0.lock() = None;
        let app = App::new(self.remote.clone(), self.measured.clone());
        let settings = EguiNiceSettings::new()
            .with_tile("Patchveil")
            .with_resize_hint(self.resize_hint())
            .with_graphics_config(graphics())
            .with_repaint_poll_interval(FRAME);
        let editor = create_egui_editor(state.clone(), self.remote.news(), settings, app)
            .ok_or("the framework made no editor")?;
        let spawned =
            editor.spawn(parent, wait_for_parent, fallback_scale_factor, gui_context, host)?;
        *self.state.lock() = state;
        Ok(spawned)
    }

    fn size(&self) -> NativeSize<u32> {
        let setup = self.remote.params().editor.get();
        let zoom = f64::from(setup.zoom());
        match *self.measured.0.lock() {
            Some(size) if self.state.lock().is_open() => {
                NativeSize::from_size(size.physical.into(), size.scale_factor / zoom)
            }
            _ => {
                let (width, height) = setup.size();
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

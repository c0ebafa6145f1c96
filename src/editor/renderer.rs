//! What the window asks of OpenGL, and how fast it draws.

use std::time::Duration;

use glow::{HasContext as _, RENDERER};
use nice_plug_egui::{Frame, GlConfig, GraphicsConfig};

/// Shortest time between two frames without a graphics card: the processor is needed for audio.
const SOFTWARE_FRAME: Duration = Duration::from_millis(80);
/// Names of OpenGL renderers that draw on the processor.
const SOFTWARE: [&str; 5] = ["llvmpipe", "softpipe", "SwiftShader", "Software", "GDI Generic"];

/// The least that flat panels need. Without a graphics card, depth, stencil and dithering cost time
/// and memory, and without gradients there is nothing to dither.
pub(super) fn config() -> GraphicsConfig {
    let gl_config = GlConfig { depth_bits: 0, stencil_bits: 0, ..GlConfig::default() };
    GraphicsConfig { gl_config, dithering: false, ..GraphicsConfig::default() }
}

/// Shortest time between two frames, depending on the renderer.
pub(super) fn frame_interval(frame: &Frame) -> Duration {
    name(frame).map_or(Duration::ZERO, |name| interval_of(&name))
}

/// As [`frame_interval`], by the renderer's name.
pub(super) fn interval_of(renderer: &str) -> Duration {
    let is_software = SOFTWARE.iter().any(|software| renderer.contains(software));
    if is_software { SOFTWARE_FRAME } else { Duration::ZERO }
}

/// The name of the OpenGL renderer.
#[expect(unsafe_code, reason = "OpenGL can only be called in unsafe code")]
fn name(frame: &Frame) -> Option<String> {
    let context = frame.baseview_window().gl_context()?;
    // SAFETY: only this thread uses the context, which was made on it, and between two frames the
    // context is not current anywhere.
    unsafe {
        context.make_current().ok()?;
        let name = frame.gl().get_parameter_string(RENDERER);
        context.make_not_current().ok()?;
        Some(name)
    }
}

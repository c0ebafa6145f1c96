//! What the window asks of OpenGL, and how fast it draws.

use std::time::Duration;

use glow::{HasContext as _, RENDERER};
use nice_plug_egui::{Frame, GlConfig, GraphicsConfig};

/// Without a graphics card, seconds between two frames for each pixel that is painted: the processor is needed for audio,
/// and a large window is not to take more of it than a small one.
const SECONDS_PER_PIXEL: f32 = 0.2e-6;
/// Least and most of these seconds.
const SOFTWARE_FRAME: (f32, f32) = (0.08, 0.25);
/// Names of OpenGL renderers that draw on the processor.
const SOFTWARE: [&str; 5] = ["llvmpipe", "softpipe", "SwiftShader", "Software", "GDI Generic"];

/// The least that flat panels need. Without a graphics card, depth, stencil and dithering cost time
/// and memory, and without gradients there is nothing to dither.
pub(super) fn config() -> GraphicsConfig {
    let gl_config = GlConfig { depth_bits: 0, stencil_bits: 0, ..GlConfig::default() };
    GraphicsConfig { gl_config, dithering: false, ..GraphicsConfig::default() }
}

/// Whether the OpenGL renderer of this name draws on the processor.
pub(super) fn is_software(renderer: &str) -> bool {
    SOFTWARE.iter().any(|software| renderer.contains(software))
}

/// Shortest time between two frames of the window of `context` where the processor draws it.
pub(super) fn software_interval(context: &egui::Context) -> Duration {
    let size = context.content_rect().size() * context.pixels_per_point();
    interval_of(size.x * size.y)
}

/// Shortest time between two frames of so many pixels where the processor draws them.
fn interval_of(pixels: f32) -> Duration {
    let (least, most) = SOFTWARE_FRAME;
    Duration::from_secs_f32((pixels * SECONDS_PER_PIXEL).max(least).min(most))
}

/// The name of the OpenGL renderer.
#[expect(unsafe_code, reason = "OpenGL can only be called in unsafe code")]
pub(super) fn name(frame: &Frame) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_paints_a_large_window_less_often() {
        let frames = |width: f32, height: f32| 1.0 / interval_of(width * height).as_secs_f32();
        assert!((frames(640.0, 400.0) - 12.5).abs() < 0.01);
        assert!((7.5..8.0).contains(&frames(1_000.0, 640.0)));
        assert!((frames(3_840.0, 2_160.0) - 4.0).abs() < 0.01);
        assert!((frames(f32::NAN, 0.0) - 12.5).abs() < 0.01, "a window without a size yet");
    }

    #[test]
    fn software_is_known_by_its_name() {
        assert!(is_software("llvmpipe (LLVM 15.0.6, 256 bits)"));
        assert!(!is_software("Mesa Intel(R) UHD Graphics 620 (KBL GT2)"));
    }
}

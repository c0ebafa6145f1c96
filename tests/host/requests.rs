//! The requests of a plug-in to its host.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_host::prelude::{HostError, HostExtensions, HostHandlers, SharedHandler};

/// Requests that wait for the test; any thread of the plug-in may make one.
#[derive(Debug, Default)]
pub struct HostRequests {
    callback: AtomicBool,
    /// Width and height of the window.
    size: AtomicU64,
}

impl HostRequests {
    /// Whether the plug-in has asked to be called on the main thread since the last call.
    #[must_use]
    pub fn callback(&self) -> bool {
        self.callback.swap(false, Ordering::AcqRel)
    }

    /// The window size that the editor has asked for since the last call.
    #[must_use]
    pub fn size(&self) -> Option<(u32, u32)> {
        let size = self.size.swap(0, Ordering::AcqRel);
        (size != 0).then_some(((size >> 32) as u32, size as u32))
    }
}

/// The host as `clack-host` calls it.
pub struct Handlers;

/// The part of the host that any thread may call.
pub struct Shared(Arc<HostRequests>);

impl From<Arc<HostRequests>> for Shared {
    fn from(requests: Arc<HostRequests>) -> Self {
        Self(requests)
    }
}

impl HostHandlers for Handlers {
    type Shared<'a> = Shared;
    type MainThread<'a> = ();
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _: &Self::Shared<'_>) {
        builder.register::<HostGui>();
    }
}

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {
        self.0.callback.store(true, Ordering::Release);
    }
}

impl HostGuiImpl for Shared {
    fn resize_hints_changed(&self) {}
    fn request_resize(&self, size: GuiSize) -> Result<(), HostError> {
        self.0.size.store(u64::from(size.width) << 32 | u64::from(size.height), Ordering::Release);
        Ok(())
    }
    fn request_show(&self) -> Result<(), HostError> {
        Ok(())
    }
    fn request_hide(&self) -> Result<(), HostError> {
        Ok(())
    }
    fn closed(&self, _: bool) {}
}

//! What a plug-in asks of its host.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_host::prelude::{HostError, HostExtensions, HostHandlers, SharedHandler};

/// Noted by the plug-in's threads, read by the test.
#[derive(Debug, Default)]
pub struct HostRequests {
    callback: AtomicBool,
    /// Width and height of the window.
    size: AtomicU64,
}

impl HostRequests {
    /// Whether the plug-in wants to be called on the main thread; once.
    #[must_use]
    pub fn callback(&self) -> bool {
        self.callback.swap(false, Ordering::AcqRel)
    }

    /// The size the editor wants its window to have; once.
    #[must_use]
    pub fn size(&self) -> Option<(u32, u32)> {
        let size = self.size.swap(0, Ordering::AcqRel);
        (size != 0).then_some(((size >> 32) as u32, size as u32))
    }
}

/// What `clack-host` calls.
pub struct Handlers;

/// Takes requests from any thread.
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

//! What passes between the engine and the design thread.

use std::sync::Arc;

use patchveil_veil::Veil;

use super::live_convolver::LiveConvolver;
use super::live_restorer::LiveRestorer;
use crate::handoff::link::{DesignerEnd, EngineEnd};
use crate::params::RecipeSettings;

/// What leaves the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputMode {
    /// The input: no class was chosen, or what came cannot be restored.
    Pass,
    /// Silence: the chosen class cannot be protected with.
    Mute,
    /// The input with the veil applied.
    Protect,
    /// The input with the veil taken off.
    Restore,
}

/// A command from the design thread. It goes back, with what it replaces, to be freed there.
pub(crate) struct EngineCommand {
    /// The activation it is for.
    pub(crate) epoch: u64,
    /// The settings it was made for.
    pub(crate) settings: RecipeSettings,
    /// The sample rate it was made for, in Hz.
    pub(crate) sample_rate: u32,
    pub(crate) mode: OutputMode,
    /// With [`OutputMode::Protect`].
    pub(crate) veil: Option<Arc<Veil>>,
    /// With [`OutputMode::Restore`].
    pub(crate) restorer: Option<Box<LiveRestorer>>,
    /// For another sample rate than the one that was activated.
    pub(crate) convolver: Option<Box<LiveConvolver>>,
}

impl EngineCommand {
    /// Serial number of the veil that comes along.
    pub(crate) fn serial(&self) -> Option<u64> {
        match &self.restorer {
            Some(restorer) => Some(restorer.serial()),
            None => self.veil.as_ref().map(|veil| veil.serial()),
        }
    }
}

/// A request of the engine for a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DesignRequest {
    /// The activation that makes it.
    pub(crate) epoch: u64,
    /// Counts requests, so that one made again is served again.
    pub(crate) number: u64,
    pub(crate) settings: RecipeSettings,
    /// In Hz.
    pub(crate) sample_rate: u32,
    /// The convolver was made for another sample rate.
    pub(crate) needs_convolver: bool,
}

/// What the engine no longer needs. The design thread only frees it.
#[expect(dead_code, reason = "held only to be freed on another thread")]
pub(crate) enum Retired {
    Command(Box<EngineCommand>),
    Veil(Arc<Veil>),
}

/// The engine's end of the link.
pub(crate) type EngineLink = EngineEnd<EngineCommand, Retired, DesignRequest>;
/// The design thread's end of the link.
pub(crate) type DesignerLink = DesignerEnd<EngineCommand, Retired, DesignRequest>;

//! The choices of the parameters that are lists.

use nice_plug::prelude::Enum;
use patchveil_veil::Preset;

/// What an instance is for. The ids go into sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ModeChoice {
    /// Apply mark and veil, as far as the recipe has them.
    #[id = "protect"]
    Protect,
    /// Take them off what was protected, for whoever has the key. They are taken off where they lie on
    /// the host's timeline, so the recording has to lie where it lay when it was protected.
    #[id = "restore"]
    Restore,
}

/// The presets as the host shows them, mildest first. The ids go into sessions, and the order into
/// automation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PresetChoice {
    /// [`Preset::Mark`]
    #[id = "mark"]
    Mark,
    /// [`Preset::Light`]
    #[id = "light"]
    Light,
    /// [`Preset::Balanced`]
    #[id = "balanced"]
    Balanced,
    /// [`Preset::Strong`]
    #[id = "strong"]
    Strong,
    /// [`Preset::Poscuda`]
    #[id = "poscuda"]
    #[name = "PosCUDA"]
    Poscuda,
    /// [`Preset::Cuda`]
    #[id = "cuda"]
    #[name = "CUDA"]
    Cuda,
}

/// The presets of recipe version 1. Ids and order stay as they are: sessions hold the ids, and
/// automation the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum FormerPresetChoice {
    /// [`Preset::Light`]. The id is that of its former name: sessions hold it.
    #[id = "transparent"]
    Light,
    /// [`Preset::Balanced`], the default.
    #[id = "balanced"]
    Balanced,
    /// [`Preset::Strong`]
    #[id = "strong"]
    Strong,
    /// [`Preset::Poscuda`]
    #[id = "poscuda"]
    #[name = "PosCUDA"]
    Poscuda,
    /// [`Preset::Cuda`]
    #[id = "cuda"]
    #[name = "CUDA"]
    Cuda,
}

impl PresetChoice {
    /// The choice of this preset, if the list has it.
    pub(crate) fn of(preset: Preset) -> Option<Self> {
        let mut all = (0..Self::variants().len()).map(Self::from_index);
        all.find(|choice| Preset::from(*choice) == preset)
    }
}

impl FormerPresetChoice {
    /// The choice of this preset, if recipe version 1 had it.
    pub(crate) fn of(preset: Preset) -> Option<Self> {
        let mut all = (0..Self::variants().len()).map(Self::from_index);
        all.find(|choice| Preset::from(*choice) == preset)
    }

    /// What sessions call it.
    pub(crate) fn id(self) -> Option<&'static str> {
        Self::ids()?.get(self.to_index()).copied()
    }
}

impl From<PresetChoice> for Preset {
    fn from(choice: PresetChoice) -> Self {
        match choice {
            PresetChoice::Mark => Self::Mark,
            PresetChoice::Light => Self::Light,
            PresetChoice::Balanced => Self::Balanced,
            PresetChoice::Strong => Self::Strong,
            PresetChoice::Poscuda => Self::Poscuda,
            PresetChoice::Cuda => Self::Cuda,
        }
    }
}

impl From<FormerPresetChoice> for PresetChoice {
    fn from(choice: FormerPresetChoice) -> Self {
        match choice {
            FormerPresetChoice::Light => Self::Light,
            FormerPresetChoice::Balanced => Self::Balanced,
            FormerPresetChoice::Strong => Self::Strong,
            FormerPresetChoice::Poscuda => Self::Poscuda,
            FormerPresetChoice::Cuda => Self::Cuda,
        }
    }
}

impl From<FormerPresetChoice> for Preset {
    fn from(choice: FormerPresetChoice) -> Self {
        PresetChoice::from(choice).into()
    }
}

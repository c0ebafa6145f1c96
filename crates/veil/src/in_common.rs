//! The past that veil and mark have in common.

use crate::history::History;

/// How much of the veil's past the mark's has too: where the veil changes nothing, as in a recipe of the
/// mark alone, all of it. Once that is all that the veil may need, it is recorded once: twice would only
/// fill the processor's cache, which many instances share.
pub(crate) struct InCommon {
    /// The newest samples that both have.
    samples: usize,
    /// As many as the veil may need; `None` where the mark keeps fewer.
    enough: Option<usize>,
    /// Whether the newest samples are in the mark's past only.
    behind: bool,
}

impl InCommon {
    /// Nothing yet. The veil may need `needed` samples; `pasts` are the mark's.
    pub(crate) fn new<'a>(needed: usize, mut pasts: impl Iterator<Item = &'a History>) -> Self {
        let enough = pasts.all(|past| past.context() >= needed);
        Self { samples: 0, enough: enough.then_some(needed), behind: false }
    }

    /// To be called before the mark records `count` more samples that the veil does not change; returns
    /// whether the veil's past can do without them.
    #[inline]
    pub(crate) fn extend(&mut self, count: usize) -> bool {
        let Some(enough) = self.enough else { return false };
        self.behind = self.samples >= enough;
        if !self.behind {
            self.samples += count;
        }
        self.behind
    }

    /// To be called before the pasts differ, or are cleared; returns whether the veil's has to be taken from the
    /// mark's, if it is still needed.
    #[inline]
    pub(crate) fn end(&mut self) -> bool {
        self.samples = 0;
        std::mem::take(&mut self.behind)
    }
}

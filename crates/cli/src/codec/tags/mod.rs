//! Tags, pictures and chapters, from one container to another.
//!
//! | module | concern |
//! |---|---|
//! | `read` | all tags of a file as one; of several that say the same, the more specific counts |
//! | `chunks` | what chunks of plain files say beside tags: `bext`, `iXML`, `info`, markers |
//! | `chapters` | chapters, as each container has them |
//! | `write` | as the tags of another container |

mod chapters;
mod chunks;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::collections::HashSet;

use lofty::id3::v2::Frame;
use lofty::mp4::Atom;
use lofty::tag::{ItemValue, Tag, TagType};

pub(crate) use chapters::Chapter;
pub(super) use chapters::write_ffmetadata;

/// Says how an encoder filled up the very file that it is in, so it is wrong in any other.
const GAPLESS: &str = "iTunSMPB";

/// What a file says of itself, whatever its container.
pub(crate) struct Tags {
    /// What has a name in most containers; and the pictures.
    known: Tag,
    /// Names and texts of everything else that is text.
    more: Vec<(String, String)>,
    chapters: Vec<Chapter>,
    /// What only ID3 holds.
    frames: Vec<Frame<'static>>,
    /// What only MP4 holds.
    atoms: Vec<Atom<'static>>,
    /// Names of chunks whose content is in the above.
    carried: Vec<&'static str>,
    /// What cannot be carried over to any container.
    lost: Vec<String>,
}

impl Tags {
    fn new() -> Self {
        Self {
            known: Tag::new(TagType::VorbisComments),
            more: Vec::new(),
            chapters: Vec::new(),
            frames: Vec::new(),
            atoms: Vec::new(),
            carried: Vec::new(),
            lost: Vec::new(),
        }
    }

    /// Adds chapters, unless one before has that name and begins in the same ms, or beside it: positions are rounded.
    fn add_chapters(&mut self, chapters: Vec<Chapter>) {
        let had = self.chapters.iter().map(|own| (own.start_ms, own.name.as_str()));
        let had: HashSet<(u64, &str)> = had.collect();
        let is_new = |new: &Chapter| {
            let mut starts = new.start_ms.saturating_sub(1)..=new.start_ms.saturating_add(1);
            !starts.any(|start_ms| had.contains(&(start_ms, new.name.as_str())))
        };
        let new: Vec<Chapter> = chapters.into_iter().filter(is_new).collect();
        self.chapters.extend(new);
    }

    /// Notes what cannot be carried over, once.
    fn lose(&mut self, what: &str) {
        if !self.lost.iter().any(|own| own == what) {
            self.lost.push(what.to_owned());
        }
    }

    fn is_empty(&self) -> bool {
        let has_known = self.known.item_count() > 0 || self.known.picture_count() > 0;
        let has_others = !(self.frames.is_empty() && self.atoms.is_empty());
        let has_text = !(self.more.is_empty() && self.chapters.is_empty());
        !has_known && !has_others && !has_text && self.lost.is_empty()
    }

    /// Names and texts of all that is text.
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        let known = self.known.items().filter_map(|item| match item.value() {
            ItemValue::Text(text) | ItemValue::Locator(text) => {
                Some((format!("{:?}", item.key()), text.clone()))
            }
            ItemValue::Binary(_) => None,
        });
        known.chain(self.more.iter().cloned()).collect()
    }

    /// Names of the chunks whose content is carried over.
    pub(crate) fn carried(&self) -> &[&'static str] {
        &self.carried
    }

    /// The chapters, in order.
    pub(crate) fn chapters(&self) -> &[Chapter] {
        &self.chapters
    }
}

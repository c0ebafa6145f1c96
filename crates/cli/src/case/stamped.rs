//! What the time stamps of a case are of.

use std::collections::{HashMap, HashSet};

use super::error::CaseError;
use super::folder::{Case, RECOGNISED_MAX};
use super::record::{Entry, Kind};
use super::stamp::{Imprint, Reply, Request};

/// A time stamp of a case.
pub(super) struct Stamp<'a> {
    /// The file with the reply.
    pub(super) entry: &'a Entry,
    pub(super) reply: Reply,
    /// What it is of.
    pub(super) of: Option<&'a Entry>,
}

impl Case {
    /// The time stamps that can be read.
    pub(super) fn stamps(&self) -> Result<Vec<Stamp<'_>>, CaseError> {
        let (mut entries, mut replies) = (Vec::new(), Vec::new());
        for entry in self.record().of(Kind::StampReply) {
            if let Some(Ok(reply)) = Reply::parse(&self.content(entry)?) {
                entries.push(entry);
                replies.push(reply);
            }
        }
        let of = self.stamped(&replies)?;
        let stamps = entries.into_iter().zip(replies).zip(of);
        Ok(stamps.map(|((entry, reply), of)| Stamp { entry, reply, of }).collect())
    }

    /// The evidence that the time stamp in each reply is of: the file itself if the case has it, else the request.
    /// However many replies there are, each file is read once.
    pub(super) fn stamped(&self, replies: &[Reply]) -> Result<Vec<Option<&Entry>>, CaseError> {
        let mut wanted: HashMap<&Imprint, Vec<usize>> = HashMap::new();
        for (number, reply) in replies.iter().enumerate() {
            wanted.entry(&reply.imprint).or_default().push(number);
        }
        let algorithms: HashSet<_> = wanted.keys().map(|imprint| imprint.algorithm).collect();
        let mut of = vec![None; replies.len()];
        for entry in &self.record().evidence {
            if wanted.is_empty() {
                break;
            }
            if entry.bytes > RECOGNISED_MAX {
                continue;
            }
            let content = self.content(entry)?;
            for imprint in algorithms.iter().filter_map(|own| Imprint::of(*own, &content)) {
                // A reply with another nonce is a reply to another request for the same file.
                for number in wanted.remove(&imprint).unwrap_or_default() {
                    of[number] = Some(entry);
                }
            }
            let request = (entry.kind == Kind::StampRequest).then(|| Request::parse(&content));
            if let Some(request) = request.flatten() {
                let same = wanted.get(&request.imprint).into_iter().flatten();
                for &number in same.filter(|number| replies[**number].answers(&request)) {
                    of[number] = Some(entry);
                }
            }
        }
        Ok(of)
    }
}

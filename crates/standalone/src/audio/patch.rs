//! Which connections of a patch bay are made again.
//!
//! A connection that was there is made again when the port at its other end comes back: after a client's or
//! the server's end, whoever had made it. One that the user has taken away stays away, even if the devices
//! that are chosen ask for it.

use std::collections::BTreeSet;

/// Which of our ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Input,
    Output,
}

/// A connection of one of our ports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    pub(crate) side: Side,
    /// Number of our port, from 0.
    pub(crate) number: usize,
    /// Full name of the other port.
    pub(crate) other: String,
}

/// What is known of our connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Patch {
    /// Those that were there as long as both ports were.
    kept: BTreeSet<Link>,
    /// Those that the user took away.
    cut: BTreeSet<Link>,
    /// Those that were not there at the last look, though both ports were.
    missed: BTreeSet<Link>,
    /// All ports of others at the last look.
    present: BTreeSet<String>,
}

impl Patch {
    /// Looks at the ports of others, at those of them that are new since the last look, and at what is
    /// connected. Gives what is to be connected: of what was, and of `wanted`.
    pub(crate) fn look(
        &mut self,
        ports: BTreeSet<String>,
        new: &BTreeSet<String>,
        connected: &BTreeSet<Link>,
        wanted: &[Link],
    ) -> Vec<Link> {
        let before = std::mem::replace(&mut self.present, ports);
        let stayed = |link: &Link| {
            let port = &link.other;
            before.contains(port) && self.present.contains(port) && !new.contains(port)
        };
        let absent = |link: &&Link| stayed(link) && !connected.contains(*link);
        let missed: BTreeSet<Link> = self.kept.iter().filter(absent).cloned().collect();
        // A client that ends loses its connections a moment before its ports.
        self.cut.extend(missed.intersection(&self.missed).cloned());
        self.missed = missed;
        self.kept.extend(connected.iter().cloned());
        self.cut.retain(|link| !connected.contains(link));
        self.kept.retain(|link| !self.cut.contains(link));
        let comes = |link: &&Link| {
            self.present.contains(&link.other)
                && !stayed(link)
                && !connected.contains(*link)
                && !self.cut.contains(*link)
        };
        let all: BTreeSet<&Link> = self.kept.iter().chain(wanted).filter(comes).collect();
        all.into_iter().cloned().collect()
    }

    /// A link could not be made: it is tried again at the next look.
    pub(crate) fn retry(&mut self, link: &Link) {
        self.present.remove(&link.other);
    }

    /// The stream is over: every port is new to the next one.
    pub(crate) fn restart(&mut self) {
        self.present.clear();
        self.missed.clear();
    }

    /// Forgets what `keep` does not keep.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Link) -> bool) {
        for links in [&mut self.kept, &mut self.cut, &mut self.missed] {
            links.retain(&keep);
        }
    }

    /// Forgets the connections of one side: the user has chosen others.
    pub(crate) fn forget(&mut self, side: Side) {
        self.retain(|link| link.side != side);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(side: Side, other: &str) -> Link {
        Link { side, number: 0, other: other.to_owned() }
    }

    /// A patch bay with a patch.
    struct Bay {
        patch: Patch,
        ports: BTreeSet<String>,
        connected: BTreeSet<Link>,
        wanted: Vec<Link>,
    }

    impl Bay {
        fn new(ports: &[&str], wanted: &[Link]) -> Self {
            let ports = ports.iter().map(|&port| port.to_owned()).collect();
            let (patch, connected) = (Patch::default(), BTreeSet::new());
            Self { patch, ports, connected, wanted: wanted.to_vec() }
        }

        fn look(&mut self) {
            let new = BTreeSet::new();
            let made = self.patch.look(self.ports.clone(), &new, &self.connected, &self.wanted);
            self.connected.extend(made);
        }

        /// The server is killed and started again, with these ports.
        fn restart(&mut self, ports: &[&str]) {
            self.connected.clear();
            self.ports.clear();
            self.patch.restart();
            self.look();
            self.ports = ports.iter().map(|&port| port.to_owned()).collect();
            self.look();
        }
    }

    #[test]
    fn what_is_wanted_is_connected_as_soon_as_it_is_there_and_again_when_it_comes_back() {
        let (input, output) = (link(Side::Input, "mic:1"), link(Side::Output, "system:1"));
        let mut bay = Bay::new(&["system:1"], &[input.clone(), output.clone()]);
        bay.look();
        assert_eq!(bay.connected, BTreeSet::from([output.clone()]));
        bay.ports.insert("mic:1".to_owned());
        bay.look();
        assert_eq!(bay.connected, BTreeSet::from([input.clone(), output]));
        bay.look();
        bay.ports.remove("mic:1");
        bay.connected.remove(&input);
        bay.look();
        bay.ports.insert("mic:1".to_owned());
        bay.look();
        assert!(bay.connected.contains(&input));
    }

    #[test]
    fn what_the_user_takes_away_stays_away_and_what_the_user_connects_comes_back() {
        let (output, own) = (link(Side::Output, "system:1"), link(Side::Output, "obs:in"));
        let mut bay = Bay::new(&["system:1", "obs:in"], std::slice::from_ref(&output));
        bay.look();
        bay.look();
        bay.connected = BTreeSet::from([own.clone()]);
        for _ in 0..3 {
            bay.look();
            assert_eq!(bay.connected, BTreeSet::from([own.clone()]));
        }
        bay.restart(&["system:1"]);
        assert_eq!(bay.connected, BTreeSet::new());
        bay.ports.insert("obs:in".to_owned());
        bay.look();
        assert_eq!(bay.connected, BTreeSet::from([own.clone()]));
        // Connected by hand again, it counts again.
        bay.connected.insert(output.clone());
        bay.look();
        bay.restart(&["system:1", "obs:in"]);
        assert_eq!(bay.connected, BTreeSet::from([own, output]));
    }

    #[test]
    fn a_client_that_comes_back_between_two_looks_is_connected_again() {
        let input = link(Side::Input, "mic:1");
        let mut bay = Bay::new(&["mic:1"], &[]);
        bay.connected.insert(input.clone());
        bay.look();
        bay.look();
        bay.connected.clear();
        let new = bay.ports.clone();
        let made = bay.patch.look(bay.ports.clone(), &new, &bay.connected, &[]);
        assert_eq!(made, std::slice::from_ref(&input));
        // One that cannot be connected yet is tried again.
        bay.patch.retry(&input);
        bay.look();
        assert!(bay.connected.contains(&input));
    }

    #[test]
    fn other_devices_end_what_was_patched_on_their_side() {
        let (input, output) = (link(Side::Input, "mic:1"), link(Side::Output, "obs:in"));
        let mut bay = Bay::new(&["mic:1", "obs:in"], &[]);
        bay.connected = BTreeSet::from([input, output.clone()]);
        bay.look();
        bay.patch.forget(Side::Input);
        bay.restart(&["mic:1", "obs:in"]);
        assert_eq!(bay.connected, BTreeSet::from([output]));
    }
}

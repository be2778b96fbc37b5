//! Which events of a browser matter to a connection: those of its current socket, and those of the page after
//! which the connection has to be checked, or is over.

/// When the person looks at the page again, a server that was silent for longer is pinged.
const QUIET_MS: f64 = 1_000.0;

/// Something that happens to the page as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageEvent {
    /// The browser says that it has a network again.
    Online,
    /// The browser says that it has no network any more.
    Offline,
    /// The person looks at the page again.
    Shown,
    /// The person leaves; the browser may keep the page to come back to.
    Left,
    /// The person came back to a page that the browser kept.
    Restored,
}

/// What a driver does after a [`PageEvent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageReaction {
    /// Say that the network is there: a lost connection is tried soon, one that is up is checked.
    Online,
    /// Say that the network is gone.
    Offline,
    /// Close the socket, and then the same as [`PageReaction::Offline`]. Others see at once that
    /// the person went, and a browser keeps a page only if it has no socket.
    Leave,
}

/// The sockets of a connection, one after another, and when the server was last heard.
#[derive(Debug)]
pub struct Liveness {
    /// The number of the current socket.
    socket: u32,
    last_heard_ms: f64,
}

impl Liveness {
    /// Before the first socket. Times are milliseconds on a clock that never goes back.
    pub fn new(now_ms: f64) -> Self {
        Self { socket: 0, last_heard_ms: now_ms }
    }

    /// Gives the next socket its number. Events of all earlier ones no longer count.
    pub fn next_socket(&mut self) -> u32 {
        self.socket = self.socket.wrapping_add(1);
        self.socket
    }

    /// Whether an event of this socket counts.
    pub fn is_current(&self, socket: u32) -> bool {
        socket == self.socket
    }

    /// Notes a sign of life: the socket opened or a frame arrived. A close is none, because an
    /// attempt that failed ends in a close, too.
    pub fn record_activity(&mut self, now_ms: f64) {
        self.last_heard_ms = now_ms;
    }

    /// What to do after an event of the page; `is_online` is what the browser believes.
    pub fn on_page(&self, event: PageEvent, is_online: bool, now_ms: f64) -> Option<PageReaction> {
        let is_quiet = now_ms - self.last_heard_ms > QUIET_MS;
        match event {
            PageEvent::Online | PageEvent::Restored => Some(PageReaction::Online),
            PageEvent::Offline => Some(PageReaction::Offline),
            PageEvent::Shown => (is_online && is_quiet).then_some(PageReaction::Online),
            PageEvent::Left => Some(PageReaction::Leave),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_socket_counts() {
        let mut liveness = Liveness::new(0.0);
        let first = liveness.next_socket();
        assert!(liveness.is_current(first));
        let second = liveness.next_socket();
        assert!(!liveness.is_current(first) && liveness.is_current(second));
    }

    #[test]
    fn a_look_at_the_page_checks_a_server_that_was_silent_for_a_second() {
        let mut liveness = Liveness::new(0.0);
        let shown = |liveness: &Liveness, now_ms| liveness.on_page(PageEvent::Shown, true, now_ms);
        assert_eq!(shown(&liveness, 1_000.0), None);
        assert_eq!(shown(&liveness, 1_001.0), Some(PageReaction::Online));
        liveness.record_activity(5_000.0);
        assert_eq!(shown(&liveness, 6_000.0), None);
        assert_eq!(shown(&liveness, 6_001.0), Some(PageReaction::Online));
    }

    #[test]
    fn a_look_at_the_page_does_nothing_without_a_network() {
        assert_eq!(Liveness::new(0.0).on_page(PageEvent::Shown, false, 60_000.0), None);
    }

    #[test]
    fn the_other_events_count_whenever_they_come() {
        let liveness = Liveness::new(0.0);
        for (event, reaction) in [
            (PageEvent::Online, PageReaction::Online),
            (PageEvent::Restored, PageReaction::Online),
            (PageEvent::Offline, PageReaction::Offline),
            (PageEvent::Left, PageReaction::Leave),
        ] {
            for is_online in [true, false] {
                assert_eq!(liveness.on_page(event, is_online, 0.0), Some(reaction), "{event:?}");
            }
        }
    }
}

//! How the room can be reached, as people are told.

use protocol::ErrorCode;
use protocol::link::{Event, Status};

/// What somebody in the room has to know about the way there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing is to come over a connection, so none is missed: nobody is in yet, or it is over.
    Resting,
    /// Not there yet, for the first time.
    Connecting,
    /// All is well.
    Live,
    /// What others say may come, but nothing is taken at the moment; it is
    /// tried again and again.
    Paused,
    /// On the way from a node that shuts down to another.
    Moving,
    /// Cut off; the next try is in so many milliseconds.
    Reconnecting {
        /// From now.
        retry_in_ms: u64,
    },
    /// Cut off as before, and no socket was ever open: most likely something on the way lets none through.
    Blocked {
        /// From now.
        retry_in_ms: u64,
    },
    /// The browser has no network.
    Offline,
    /// Not coming back by itself.
    Stopped,
}

impl Standing {
    /// Takes in what the link tells.
    pub(crate) fn fold(self, event: &Event) -> Self {
        match event {
            Event::Status(status) => Self::from(*status),
            // Whoever is only too fast is slowed down, not stopped.
            Event::Delayed(_, refusal) if refusal.code == ErrorCode::RateLimited => self,
            Event::Delayed(..) | Event::Reach(false) if self == Self::Live => Self::Paused,
            Event::Settled(_) | Event::Refused(..) | Event::Reach(true) if self == Self::Paused => Self::Live,
            _ => self,
        }
    }

    /// Whether what is said by others comes.
    pub(crate) fn is_connected(self) -> bool {
        matches!(self, Self::Live | Self::Paused)
    }

    /// Whether somebody should hear of what others do, and does not.
    pub(crate) fn is_cut_off(self) -> bool {
        !self.is_connected() && self != Self::Resting
    }

    /// In a word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Resting => "Ended",
            Self::Connecting => "Connecting",
            Self::Live => "Live",
            Self::Paused => "Paused",
            Self::Moving => "Moving",
            Self::Reconnecting { .. } | Self::Blocked { .. } => "Reconnecting",
            Self::Offline => "Offline",
            Self::Stopped => "Stopped",
        }
    }
}

impl From<Status> for Standing {
    fn from(status: Status) -> Self {
        match status {
            Status::Connecting => Self::Connecting,
            Status::Live => Self::Live,
            Status::Moving => Self::Moving,
            Status::Reconnecting { retry_in_ms } => Self::Reconnecting { retry_in_ms },
            Status::Offline => Self::Offline,
            Status::Stopped { .. } => Self::Stopped,
        }
    }
}

/// The tries of a page that came from the server, but had no socket there yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FirstTries {
    failed: u8,
}

impl FirstTries {
    /// One or two failures are bad luck.
    const ENOUGH: u8 = 3;

    /// Takes in how it stands now, and whether a socket was ever open; gives back
    /// what that means.
    pub(crate) fn judge(&mut self, standing: Standing, was_open: bool) -> Standing {
        match standing {
            Standing::Reconnecting { retry_in_ms } if !was_open => {
                self.failed = self.failed.saturating_add(1);
                if self.failed >= Self::ENOUGH { Standing::Blocked { retry_in_ms } } else { standing }
            }
            _ => standing,
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::Refusal;

    use super::*;
    use crate::state::testing::id;

    fn delayed(code: ErrorCode) -> Event {
        Event::Delayed(id("x"), Refusal::new(code, "because"))
    }

    #[test]
    fn sending_is_paused_from_the_first_message_not_taken_to_the_first_taken() {
        let standing = Standing::Live.fold(&delayed(ErrorCode::Unavailable));
        assert_eq!(standing, Standing::Paused);
        assert_eq!(standing.fold(&delayed(ErrorCode::Unavailable)), Standing::Paused);
        assert_eq!(standing.fold(&Event::Settled(id("x"))), Standing::Live);
    }

    #[test]
    fn sockets_that_never_open_are_blocked_and_one_that_did_is_only_lost() {
        let lost = Standing::Reconnecting { retry_in_ms: 500 };
        let blocked = Standing::Blocked { retry_in_ms: 500 };
        let mut tries = FirstTries::default();
        assert_eq!([lost; 4].map(|it| tries.judge(it, false)), [lost, lost, blocked, blocked]);
        assert_eq!([lost, Standing::Live].map(|it| tries.judge(it, true)), [lost, Standing::Live]);
    }

    #[test]
    fn whoever_only_reads_is_told_too() {
        let standing = Standing::Live.fold(&Event::Reach(false));
        assert_eq!(standing, Standing::Paused);
        assert_eq!(standing.fold(&Event::Reach(true)), Standing::Live);
        assert_eq!(Standing::Offline.fold(&Event::Reach(true)), Standing::Offline);
    }

    #[test]
    fn whoever_is_too_fast_is_not_told_that_something_is_wrong() {
        assert_eq!(Standing::Live.fold(&delayed(ErrorCode::RateLimited)), Standing::Live);
    }

    #[test]
    fn a_lost_connection_is_the_greater_trouble() {
        let lost = Event::Status(Status::Reconnecting { retry_in_ms: 500 });
        let standing = Standing::Paused.fold(&lost);
        assert_eq!(standing, Standing::Reconnecting { retry_in_ms: 500 });
        assert_eq!(standing.fold(&delayed(ErrorCode::Unavailable)), standing);
        assert_eq!(standing.fold(&Event::Status(Status::Live)), Standing::Live);
    }
}

//! How the room can be reached, as people are told.

use client::room::{Event, Status};
use protocol::ErrorCode;

/// What somebody in the room has to know about the way there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionStatus {
    /// Nothing is to come over a connection, so none is missed: nobody is in yet, or it is over.
    Resting,
    /// Not there yet, for the first time.
    Connecting,
    /// Connected, and messages are accepted.
    Live,
    /// What others say may come, but nothing is taken at the moment; it is
    /// tried again and again.
    Paused,
    /// On the way from a node that shuts down to another.
    Moving,
    /// Cut off; the next try is in so many milliseconds.
    Reconnecting {
        /// The wait until the next try, in milliseconds from now.
        retry_in_ms: u64,
    },
    /// Cut off as before, and no socket was ever open though the server answers: something on the way lets none through.
    Blocked {
        /// The wait until the next try, in milliseconds from now.
        retry_in_ms: u64,
    },
    /// Cut off as before: the server lets nobody in who comes by the address of this page.
    Barred {
        /// The wait until the next try, in milliseconds from now.
        retry_in_ms: u64,
    },
    /// The browser has no network.
    Offline,
    /// Not coming back by itself.
    Stopped,
}

impl ConnectionStatus {
    /// Takes in what the link tells.
    pub(crate) fn fold(self, event: &Event) -> Self {
        match event {
            Event::Status(status) => Self::from(*status),
            // Whoever is only too fast is slowed down, not stopped.
            Event::Delayed(_, refusal) if refusal.code == ErrorCode::RateLimited => self,
            Event::Delayed(..) | Event::Availability(false) if self == Self::Live => Self::Paused,
            Event::Settled(_) | Event::Refused(..) | Event::Availability(true) if self == Self::Paused => Self::Live,
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

    /// How long until the next try, where one is waited for.
    pub(crate) fn waits(self) -> Option<u64> {
        match self {
            Self::Reconnecting { retry_in_ms } | Self::Blocked { retry_in_ms } | Self::Barred { retry_in_ms } => {
                Some(retry_in_ms)
            }
            _ => None,
        }
    }

    /// The status in one word, for people.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Resting => "Ended",
            Self::Connecting => "Connecting",
            Self::Live => "Live",
            Self::Paused => "Paused",
            Self::Moving => "Moving",
            Self::Reconnecting { .. } | Self::Blocked { .. } | Self::Barred { .. } => "Reconnecting",
            Self::Offline => "Offline",
            Self::Stopped => "Stopped",
        }
    }
}

impl From<Status> for ConnectionStatus {
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

/// What keeps a page without a socket that never had one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wall {
    /// The server answers over HTTP: something on the way lets no WebSocket through.
    Sockets,
    /// The server does not know the address of this page.
    Address,
}

/// The tries of a page that came from the server, but had no socket there yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FirstTries {
    failed: u8,
    wall: Option<Wall>,
}

impl FirstTries {
    /// One or two failures are bad luck.
    const ENOUGH: u8 = 3;

    /// Takes in how it stands now, and whether a socket was ever open; gives back
    /// what that means.
    pub(crate) fn judge(&mut self, standing: ConnectionStatus, was_open: bool) -> ConnectionStatus {
        match standing {
            ConnectionStatus::Reconnecting { retry_in_ms } if !was_open => {
                self.failed = self.failed.saturating_add(1);
                self.seen(retry_in_ms)
            }
            _ => {
                if was_open {
                    *self = Self::default();
                }
                standing
            }
        }
    }

    /// Whether it is time to ask the server why, after this standing.
    pub(crate) fn should_ask(&self, standing: ConnectionStatus) -> bool {
        standing.waits().is_some() && self.failed >= Self::ENOUGH
    }

    /// Takes in what was found, which may be nothing: then the server is away. Gives back how it stands
    /// where it stood so.
    pub(crate) fn learn(&mut self, wall: Option<Wall>, standing: ConnectionStatus) -> ConnectionStatus {
        self.wall = wall;
        standing.waits().map_or(standing, |retry_in_ms| self.seen(retry_in_ms))
    }

    fn seen(&self, retry_in_ms: u64) -> ConnectionStatus {
        match self.wall {
            None => ConnectionStatus::Reconnecting { retry_in_ms },
            Some(Wall::Sockets) => ConnectionStatus::Blocked { retry_in_ms },
            Some(Wall::Address) => ConnectionStatus::Barred { retry_in_ms },
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
        let standing = ConnectionStatus::Live.fold(&delayed(ErrorCode::Unavailable));
        assert_eq!(standing, ConnectionStatus::Paused);
        assert_eq!(standing.fold(&delayed(ErrorCode::Unavailable)), ConnectionStatus::Paused);
        assert_eq!(standing.fold(&Event::Settled(id("x"))), ConnectionStatus::Live);
    }

    #[test]
    fn a_page_whose_sockets_never_open_asks_why_after_some_tries() {
        let lost = ConnectionStatus::Reconnecting { retry_in_ms: 500 };
        let mut tries = FirstTries::default();
        for asks in [false, false, true, true] {
            assert_eq!(tries.judge(lost, false), lost);
            assert_eq!(tries.should_ask(lost), asks);
        }
        for (wall, standing) in [
            (Some(Wall::Sockets), ConnectionStatus::Blocked { retry_in_ms: 500 }),
            (Some(Wall::Address), ConnectionStatus::Barred { retry_in_ms: 500 }),
            (None, lost),
        ] {
            assert_eq!(tries.learn(wall, lost), standing);
            assert_eq!(tries.judge(lost, false), standing, "at the next try, too");
            assert!(tries.should_ask(standing), "it may be otherwise by then");
        }
    }

    #[test]
    fn an_answer_that_comes_late_changes_nothing_else() {
        let mut tries = FirstTries::default();
        assert_eq!(tries.learn(Some(Wall::Sockets), ConnectionStatus::Live), ConnectionStatus::Live);
        assert_eq!(tries.learn(Some(Wall::Sockets), ConnectionStatus::Offline), ConnectionStatus::Offline);
        let lost = ConnectionStatus::Reconnecting { retry_in_ms: 500 };
        assert_eq!(
            [lost, ConnectionStatus::Live].map(|it| tries.judge(it, true)),
            [lost, ConnectionStatus::Live],
            "one was open"
        );
        assert!(!FirstTries::default().should_ask(lost));
    }

    #[test]
    fn whoever_only_reads_is_told_too() {
        let standing = ConnectionStatus::Live.fold(&Event::Availability(false));
        assert_eq!(standing, ConnectionStatus::Paused);
        assert_eq!(standing.fold(&Event::Availability(true)), ConnectionStatus::Live);
        assert_eq!(ConnectionStatus::Offline.fold(&Event::Availability(true)), ConnectionStatus::Offline);
    }

    #[test]
    fn whoever_is_too_fast_is_not_told_that_something_is_wrong() {
        assert_eq!(ConnectionStatus::Live.fold(&delayed(ErrorCode::RateLimited)), ConnectionStatus::Live);
    }

    #[test]
    fn a_lost_connection_is_the_greater_trouble() {
        let lost = Event::Status(Status::Reconnecting { retry_in_ms: 500 });
        let standing = ConnectionStatus::Paused.fold(&lost);
        assert_eq!(standing, ConnectionStatus::Reconnecting { retry_in_ms: 500 });
        assert_eq!(standing.fold(&delayed(ErrorCode::Unavailable)), standing);
        assert_eq!(standing.fold(&Event::Status(Status::Live)), ConnectionStatus::Live);
    }
}

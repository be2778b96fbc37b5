//! The status of the connection, as it is shown to people.

use client::room::{Event, Status};
use protocol::ErrorCode;

/// The status of the connection, as the page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionStatus {
    /// No connection is needed: nobody has entered yet, or it is over.
    Resting,
    /// Connecting for the first time.
    Connecting,
    /// Connected, and messages are accepted.
    Live,
    /// Connected, but messages are refused for now; they are sent again and again.
    Paused,
    /// Moving from a node that shuts down to another.
    Moving,
    /// The connection was lost; the next try is scheduled.
    Reconnecting {
        /// The wait until the next try, in milliseconds from now.
        retry_in_ms: u64,
    },
    /// As `Reconnecting`, and no socket was ever open though the server answers: something on
    /// the way blocks WebSockets.
    Blocked {
        /// The wait until the next try, in milliseconds from now.
        retry_in_ms: u64,
    },
    /// As `Reconnecting`: the server refuses the origin of this page.
    Barred {
        /// The wait until the next try, in milliseconds from now.
        retry_in_ms: u64,
    },
    /// The browser has no network.
    Offline,
    /// Stopped; it does not come back by itself.
    Stopped,
}

impl ConnectionStatus {
    /// The status after an event of the client.
    pub(crate) fn fold(self, event: &Event) -> Self {
        match event {
            Event::Status(status) => Self::from(*status),
            // Sending too fast only delays messages.
            Event::Delayed(_, refusal) if refusal.code == ErrorCode::RateLimited => self,
            Event::Delayed(..) | Event::Availability(false) if self == Self::Live => Self::Paused,
            Event::Acknowledged(_) | Event::Refused(..) | Event::Availability(true) if self == Self::Paused => {
                Self::Live
            }
            _ => self,
        }
    }

    /// Whether messages of others arrive.
    pub(crate) fn is_connected(self) -> bool {
        matches!(self, Self::Live | Self::Paused)
    }

    /// Whether messages of others should arrive, and do not.
    pub(crate) fn is_cut_off(self) -> bool {
        !self.is_connected() && self != Self::Resting
    }

    /// The wait until the next try, if one is scheduled.
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

/// What keeps a page from its first socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectBlocker {
    /// The server answers over HTTP: something on the way blocks WebSockets.
    Sockets,
    /// The server does not know the origin of this page.
    Address,
}

/// The first tries of a page that has not had a socket yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FirstConnects {
    failed: u8,
    wall: Option<ConnectBlocker>,
}

impl FirstConnects {
    /// After so many failures the reason is looked for.
    const ENOUGH: u8 = 3;

    /// Takes the status, and whether a socket was ever open; returns the status with the reason,
    /// if it is known.
    pub(crate) fn judge(&mut self, connection_status: ConnectionStatus, was_open: bool) -> ConnectionStatus {
        match connection_status {
            ConnectionStatus::Reconnecting { retry_in_ms } if !was_open => {
                self.failed = self.failed.saturating_add(1);
                self.seen(retry_in_ms)
            }
            _ => {
                if was_open {
                    *self = Self::default();
                }
                connection_status
            }
        }
    }

    /// Whether to ask the server for the reason now.
    pub(crate) fn should_ask(&self, connection_status: ConnectionStatus) -> bool {
        connection_status.waits().is_some() && self.failed >= Self::ENOUGH
    }

    /// Takes the reason that was found, or `None` if the server does not answer. Returns the
    /// status with the reason.
    pub(crate) fn learn(
        &mut self,
        wall: Option<ConnectBlocker>,
        connection_status: ConnectionStatus,
    ) -> ConnectionStatus {
        self.wall = wall;
        connection_status.waits().map_or(connection_status, |retry_in_ms| self.seen(retry_in_ms))
    }

    fn seen(&self, retry_in_ms: u64) -> ConnectionStatus {
        match self.wall {
            None => ConnectionStatus::Reconnecting { retry_in_ms },
            Some(ConnectBlocker::Sockets) => ConnectionStatus::Blocked { retry_in_ms },
            Some(ConnectBlocker::Address) => ConnectionStatus::Barred { retry_in_ms },
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
        let connection_status = ConnectionStatus::Live.fold(&delayed(ErrorCode::Unavailable));
        assert_eq!(connection_status, ConnectionStatus::Paused);
        assert_eq!(connection_status.fold(&delayed(ErrorCode::Unavailable)), ConnectionStatus::Paused);
        assert_eq!(connection_status.fold(&Event::Acknowledged(id("x"))), ConnectionStatus::Live);
    }

    #[test]
    fn a_page_whose_sockets_never_open_asks_why_after_some_tries() {
        let lost = ConnectionStatus::Reconnecting { retry_in_ms: 500 };
        let mut tries = FirstConnects::default();
        for asks in [false, false, true, true] {
            assert_eq!(tries.judge(lost, false), lost);
            assert_eq!(tries.should_ask(lost), asks);
        }
        for (wall, connection_status) in [
            (Some(ConnectBlocker::Sockets), ConnectionStatus::Blocked { retry_in_ms: 500 }),
            (Some(ConnectBlocker::Address), ConnectionStatus::Barred { retry_in_ms: 500 }),
            (None, lost),
        ] {
            assert_eq!(tries.learn(wall, lost), connection_status);
            assert_eq!(tries.judge(lost, false), connection_status, "at the next try, too");
            assert!(tries.should_ask(connection_status), "it may be otherwise by then");
        }
    }

    #[test]
    fn an_answer_that_comes_late_changes_nothing_else() {
        let mut tries = FirstConnects::default();
        assert_eq!(tries.learn(Some(ConnectBlocker::Sockets), ConnectionStatus::Live), ConnectionStatus::Live);
        assert_eq!(tries.learn(Some(ConnectBlocker::Sockets), ConnectionStatus::Offline), ConnectionStatus::Offline);
        let lost = ConnectionStatus::Reconnecting { retry_in_ms: 500 };
        assert_eq!(
            [lost, ConnectionStatus::Live].map(|it| tries.judge(it, true)),
            [lost, ConnectionStatus::Live],
            "one was open"
        );
        assert!(!FirstConnects::default().should_ask(lost));
    }

    #[test]
    fn whoever_only_reads_is_told_too() {
        let connection_status = ConnectionStatus::Live.fold(&Event::Availability(false));
        assert_eq!(connection_status, ConnectionStatus::Paused);
        assert_eq!(connection_status.fold(&Event::Availability(true)), ConnectionStatus::Live);
        assert_eq!(ConnectionStatus::Offline.fold(&Event::Availability(true)), ConnectionStatus::Offline);
    }

    #[test]
    fn whoever_is_too_fast_is_not_told_that_something_is_wrong() {
        assert_eq!(ConnectionStatus::Live.fold(&delayed(ErrorCode::RateLimited)), ConnectionStatus::Live);
    }

    #[test]
    fn a_lost_connection_is_the_greater_trouble() {
        let lost = Event::Status(Status::Reconnecting { retry_in_ms: 500 });
        let connection_status = ConnectionStatus::Paused.fold(&lost);
        assert_eq!(connection_status, ConnectionStatus::Reconnecting { retry_in_ms: 500 });
        assert_eq!(connection_status.fold(&delayed(ErrorCode::Unavailable)), connection_status);
        assert_eq!(connection_status.fold(&Event::Status(Status::Live)), ConnectionStatus::Live);
    }
}

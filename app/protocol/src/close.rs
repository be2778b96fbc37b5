//! The close codes of a server, and whether to come back.

/// The body of the 403 to every POST and upgrade from a page whose origin the server does not know, by which
/// a page can tell this refusal from that of a filter on the way.
pub const ADDRESS_NOT_LET_IN: &str = "This server does not know the address in your address bar, so you can read here \
                                      but not take part. Ask whoever runs it to allow this address.";

/// A close code of ours (RFC 6455, section 7.4.2: 4000 to 4999 are private).
///
/// 4000 to 4499: reconnect and continue from your position. 4500 to 4999: stop, the same would happen again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum CloseCode {
    /// The node shuts down; another one takes over.
    NodeLeaving = 4000,
    /// The client reads too slowly: its frames exceed the outbox, or wait for too long.
    Slow = 4001,
    /// A ping was not answered in time.
    NoPong = 4002,
    /// The node cannot find out what the client missed.
    Resync = 4003,
    /// No frame came within the first seconds, or one was not complete within as many.
    NoHello = 4004,
    /// The client may no longer be in one of its rooms.
    Removed = 4005,
    /// This server does not speak the version `v` of the address.
    UnknownVersion = 4500,
    /// The client goes on sending far above its rate after being refused.
    Flood = 4501,
    /// The person signed out, here or in another tab, or the one whose seat or host's token this was.
    SignedOut = 4502,
}

impl CloseCode {
    /// Every code, for tables and tests.
    pub const ALL: [Self; 9] = [
        Self::NodeLeaving,
        Self::Slow,
        Self::NoPong,
        Self::Resync,
        Self::NoHello,
        Self::Removed,
        Self::UnknownVersion,
        Self::Flood,
        Self::SignedOut,
    ];

    /// The number in the close frame.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// The reason in the close frame, for people who read logs.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NodeLeaving => "this node is leaving; come back",
            Self::Slow => "too many frames were waiting for you; come back",
            Self::NoPong => "no answer to a ping; come back",
            Self::Resync => "your position was lost; come back",
            Self::NoHello => "nothing was said in time; come back",
            Self::Removed => "you were removed from a room; come back for the others",
            Self::UnknownVersion => "this protocol version is not spoken here",
            Self::Flood => "too many frames after a warning",
            Self::SignedOut => "you signed out",
        }
    }
}

/// Whether a client should connect again after a close with `code`.
///
/// All codes below 4500 say yes, those of the RFC too: a 1006 is a cut cable, a 1001 or 1012 a restart; but
/// after 1008 (policy) and 1009 (too big) the same would happen again.
pub fn should_reconnect(code: u16) -> bool {
    !matches!(code, 1008 | 1009 | 4500..=4999)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_says_whether_to_come_back() {
        for code in CloseCode::ALL {
            let stays_away = matches!(code, CloseCode::UnknownVersion | CloseCode::Flood | CloseCode::SignedOut);
            assert_eq!(should_reconnect(code.number()), !stays_away, "{code:?}");
        }
        assert!(should_reconnect(1006));
        assert!(!should_reconnect(1009));
    }
}

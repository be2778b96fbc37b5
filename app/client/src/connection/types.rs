//! What goes into a [`super::Connection`] and what comes out.

/// What happened, or what a link has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionInput {
    /// The page is shown and wants to go live.
    Start,
    /// The link has what it needs to enter: see [`ConnectionCommand::Prepare`].
    Prepared,
    /// The socket is open.
    Opened,
    /// A frame shows that the server is there.
    Heard,
    /// It let us in, but what is shown does not join what comes.
    Behind,
    /// It let us in, and what is shown is what is.
    InStep,
    /// It did not let us in; another try may come after so many milliseconds.
    NotLetIn {
        /// As the server said, if it did.
        retry_after_ms: Option<u64>,
    },
    /// This connection is of no use: another one may be.
    GivenUp,
    /// The socket is gone, or could not be opened. 1006 where no code came.
    Closed {
        /// The close code.
        code: u16,
    },
    /// The socket is gone, and the link knows better than the close code that
    /// the next one may hold.
    Lost,
    /// The link wants no connection any more.
    Stopped,
    /// The link wants none before the next [`ConnectionInput::Start`].
    Reset,
    /// A wake-up that was asked for.
    Woken(Timer),
    /// The network is back, or the person looks at the page again: a good
    /// moment to see whether the connection still is one.
    Online,
    /// The network is gone.
    Offline,
}

/// What a link is to do, in the order of the fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ConnectionOutput {
    /// Drop the socket without waiting.
    pub(crate) drops: bool,
    /// The connection is gone, and with it all that was only for it: cancel
    /// every timer.
    pub(crate) lets_go: bool,
    /// Tell the page.
    pub(crate) tells: Option<Status>,
    /// Then.
    pub(crate) act: Option<ConnectionCommand>,
    /// Wake me for this after so many milliseconds.
    pub(crate) wakes: Option<(Timer, u64)>,
}

/// What a link does in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionCommand {
    /// Tell what an earlier visit of the page left undone, and prepare.
    Begin,
    /// Get what is needed before a socket may be opened, and say
    /// [`ConnectionInput::Prepared`].
    Prepare,
    /// Open a socket.
    Connect,
    /// The socket is open: send what enters.
    Enter,
    /// Ask whether the server is there.
    Ping,
}

/// Something to be woken for. Asking again for the same one replaces the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Try to connect.
    Connect,
    /// The server was silent: ask whether it is there, or give it up.
    Silence,
    /// Send what was refused as temporary.
    Resend,
    /// Ask for the page again.
    Reload,
    /// The connection held for a while: the next loss is a first one again.
    Steady,
    /// That the person types may be said again.
    Typing,
}

/// How the connection is, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not tried yet.
    Connecting,
    /// In; what happens there is told at once.
    Live,
    /// The node shuts down and sends its people to the others; the first try
    /// there is due within half a second.
    Moving,
    /// Lost; the next try is in so many milliseconds.
    Reconnecting {
        /// From now.
        retry_in_ms: u64,
    },
    /// The browser has no network.
    Offline,
    /// The server said not to come back.
    Stopped {
        /// Its close code.
        code: u16,
    },
}

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing is asked for yet.
    New,
    /// A try is due, and the link gets ready for it.
    Preparing,
    /// The next try is due later.
    Waiting,
    /// A socket is being opened.
    Opening,
    /// The server is asked to let us in.
    Entering,
    /// In, but what is shown does not join what comes.
    Behind,
    /// In.
    Live,
    /// The browser has no network.
    Offline,
    /// Not coming back.
    Stopped,
}

impl Phase {
    /// Whether the server has let us in.
    pub(crate) fn is_in(self) -> bool {
        matches!(self, Self::Behind | Self::Live)
    }

    /// Whether a socket is open: what a dropped one still says does not count.
    pub(crate) fn is_open(self) -> bool {
        self == Self::Entering || self.is_in()
    }

    /// Whether a socket is open or being opened.
    pub(crate) fn has_socket(self) -> bool {
        self == Self::Opening || self.is_open()
    }
}

//! The inputs and outputs of a [`super::Lifecycle`].

/// Something that happened, or that the client has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LifecycleInput {
    /// The page is shown and shall connect.
    Start,
    /// The client has what it needs to enter: see [`LifecycleCommand::Prepare`].
    Prepared,
    /// The socket that [`LifecycleCommand::Connect`] asked for is open.
    Opened,
    /// A frame arrived, so the server is alive.
    FrameReceived,
    /// The client has entered, but what is shown does not join what comes.
    Behind,
    /// The client has entered, and what is shown is up to date.
    CaughtUp,
    /// Entering was refused for now; another try may come after so many milliseconds.
    JoinRefused {
        /// The wait that the server asked for, if it did.
        retry_after_ms: Option<u64>,
    },
    /// This connection is of no use; another one may be.
    Reconnect,
    /// The socket was closed, or could not be opened. 1006 where no code came.
    Closed {
        /// The close code of the socket.
        code: u16,
    },
    /// The socket was closed, and the client decides by itself to reconnect, whatever the close code says.
    Lost,
    /// The client wants no connection any more.
    Stopped,
    /// The client wants none before the next [`LifecycleInput::Start`].
    Reset,
    /// A timer that was asked for.
    TimerFired(Timer),
    /// The network is back, or the person looks at the page again: a good moment to check the connection.
    Online,
    /// The browser has lost the network.
    Offline,
}

/// What the client has to do, in the order of the fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LifecycleOutput {
    /// Drop the socket without waiting.
    pub(crate) disconnect: bool,
    /// The connection is over: cancel every timer.
    pub(crate) cancel_timers: bool,
    /// Tell the page this status.
    pub(crate) status: Option<Status>,
    /// The command to do after that.
    pub(crate) command: Option<LifecycleCommand>,
    /// Set this timer, in milliseconds.
    pub(crate) timer: Option<(Timer, u64)>,
}

/// A step that rooms and games do in their own ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LifecycleCommand {
    /// Report what an earlier visit of the page left undone, and prepare.
    Begin,
    /// Load what is needed before a socket may be opened, and answer [`LifecycleInput::Prepared`].
    Prepare,
    /// Open a new socket; an earlier one counts as closed.
    Connect,
    /// The socket is open: send the frame that enters.
    Enter,
    /// Ping the server with a frame.
    Ping,
}

/// A timer. Setting it again replaces the earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// The next try to connect is due.
    Connect,
    /// The server was silent: ping it, or give the connection up.
    Silence,
    /// Send again what was temporarily refused.
    Resend,
    /// Request a page of history again, whose request failed, was not answered, or did not
    /// join what is shown.
    Reload,
    /// The connection has held: the next loss is a first one again.
    Steady,
    /// `typing` may be sent again: the pause between two has passed.
    Typing,
}

/// The status of a connection, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The first try is under way.
    Connecting,
    /// Connected: changes are shown at once.
    Live,
    /// The node shuts down and sends its clients to others; the first try there is due within half a second.
    Moving,
    /// The connection was lost, and the next try is scheduled.
    Reconnecting {
        /// The wait until the next try, in milliseconds from now.
        retry_in_ms: u64,
    },
    /// The browser has no network.
    Offline,
    /// The server said not to come back.
    Stopped {
        /// The close code of the server.
        code: u16,
    },
}

/// The state of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionPhase {
    /// The connection was not started yet.
    New,
    /// A try is due, and the client prepares for it.
    Preparing,
    /// The last socket is lost; a timer says when the next one is opened.
    Waiting,
    /// A socket is being opened.
    Opening,
    /// The frame that enters was sent.
    Entering,
    /// Entered, but what is shown does not join what comes.
    Behind,
    /// Entered and up to date.
    Live,
    /// The browser has no network.
    Offline,
    /// Stopped; it does not come back.
    Stopped,
}

impl ConnectionPhase {
    /// Whether the server has let the client in.
    pub(crate) fn is_in(self) -> bool {
        matches!(self, Self::Behind | Self::Live)
    }

    /// Whether a socket is open; frames of a dropped one are ignored.
    pub(crate) fn is_open(self) -> bool {
        self == Self::Entering || self.is_in()
    }

    /// Whether a socket is open or being opened.
    pub(crate) fn has_socket(self) -> bool {
        self == Self::Opening || self.is_open()
    }
}

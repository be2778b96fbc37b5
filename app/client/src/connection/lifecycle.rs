//! Connecting, staying connected and reconnecting, as a function without IO: when to open a socket, how long
//! to wait, what counts as silence, and which status people see.
//!
//! A [`Connection`](super::Connection) owns one, passes it what happens and does what it says. It knows no frames and
//! no clock: it asks for timers.

use super::timing;
use super::types::{ConnectionPhase, LifecycleCommand, LifecycleInput, LifecycleOutput, Status, Timer};
use protocol::close::{self, CloseCode};

/// A connection to a server, over as many sockets as it takes.
#[derive(Clone, Debug)]
pub(crate) struct Lifecycle {
    phase: ConnectionPhase,
    /// Connections lost since the last one that held.
    lost: u32,
    /// Whether the server has answered on this socket, be it that somebody has to wait.
    is_answered: bool,
    /// The time limit of the ping that is not answered yet, if one is.
    pending_ping: Option<PingTimeout>,
    /// The random number of this step.
    random: u32,
    /// The outputs of this step so far.
    output: LifecycleOutput,
}

/// How long the answer to a ping may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PingTimeout {
    /// As long as the server allows for its own pings.
    Full,
    /// A moment: the page was asleep, or has another network, and somebody looks at it. Most likely the
    /// socket is dead without a close; one that was only slow is replaced, which loses nothing.
    Short,
}

impl Lifecycle {
    /// A connection that does nothing before [`LifecycleInput::Start`].
    pub(crate) fn new() -> Self {
        Self {
            phase: ConnectionPhase::New,
            lost: 0,
            is_answered: false,
            pending_ping: None,
            random: 0,
            output: LifecycleOutput::default(),
        }
    }

    pub(crate) fn phase(&self) -> ConnectionPhase {
        self.phase
    }

    /// Handles one input. `random` is any random number; the waits are derived from it. Wake-ups may come
    /// late or twice, and the close of a dropped socket is ignored.
    #[must_use]
    pub(crate) fn step(&mut self, input: LifecycleInput, random: u32) -> LifecycleOutput {
        self.random = random;
        self.output = LifecycleOutput::default();
        match input {
            LifecycleInput::Start => self.start(),
            LifecycleInput::Prepared => self.connect(),
            LifecycleInput::Opened => self.opened(),
            LifecycleInput::FrameReceived => self.on_frame(),
            LifecycleInput::Behind => self.phase = ConnectionPhase::Behind,
            LifecycleInput::CaughtUp => self.go_live(),
            LifecycleInput::JoinRefused { retry_after_ms } => {
                self.give_up(timing::server_delay(retry_after_ms.unwrap_or_default()))
            }
            LifecycleInput::Reconnect => self.give_up(0),
            LifecycleInput::Closed { code } => self.closed(code),
            LifecycleInput::Lost if self.phase.has_socket() => self.reconnect(0),
            LifecycleInput::Lost => {}
            LifecycleInput::Stopped => self.clear(ConnectionPhase::Stopped),
            LifecycleInput::Reset => self.clear(ConnectionPhase::New),
            LifecycleInput::TimerFired(Timer::Connect) => self.try_again(),
            LifecycleInput::TimerFired(Timer::Silence) => self.on_silence(),
            LifecycleInput::TimerFired(Timer::Steady) => self.on_stable(),
            LifecycleInput::TimerFired(_) => {}
            LifecycleInput::Online => self.online(),
            LifecycleInput::Offline => self.offline(),
        }
        self.output
    }

    fn start(&mut self) {
        if self.phase == ConnectionPhase::New {
            self.phase = ConnectionPhase::Preparing;
            self.report(Status::Connecting);
            self.request(LifecycleCommand::Begin);
        }
    }

    fn prepare(&mut self) {
        self.phase = ConnectionPhase::Preparing;
        self.request(LifecycleCommand::Prepare);
    }

    fn connect(&mut self) {
        if self.phase == ConnectionPhase::Preparing {
            self.phase = ConnectionPhase::Opening;
            self.is_answered = false;
            self.request(LifecycleCommand::Connect);
            self.set_timer(Timer::Silence, timing::CONNECT_TIMEOUT_MS);
        }
    }

    fn opened(&mut self) {
        if self.phase == ConnectionPhase::Opening {
            self.phase = ConnectionPhase::Entering;
            self.request(LifecycleCommand::Enter);
            self.set_timer(Timer::Silence, timing::CONNECT_TIMEOUT_MS);
        }
    }

    fn go_live(&mut self) {
        self.phase = ConnectionPhase::Live;
        self.set_timer(Timer::Steady, timing::STABLE_AFTER_MS);
        self.report(Status::Live);
    }

    fn closed(&mut self, code: u16) {
        if !self.phase.has_socket() {
            return;
        }
        if code == CloseCode::NodeLeaving.number() && self.is_answered {
            self.change_nodes();
        } else if close::should_reconnect(code) {
            self.reconnect(0);
        } else {
            self.clear(ConnectionPhase::Stopped);
            self.report(Status::Stopped { code });
        }
    }

    /// Tries another node, because this one shuts down. However many do so one after the other, as in a roll-out,
    /// none makes the next wait longer; only the tries that fail do. A node that leaves lets nobody in, so this cannot
    /// go on for ever.
    fn change_nodes(&mut self) {
        let wait = timing::reconnect_delay(0, self.random);
        self.lost = self.lost.max(1);
        self.clear(ConnectionPhase::Waiting);
        self.set_timer(Timer::Connect, wait);
        self.report(Status::Moving);
    }

    /// Drops this connection and tries another, after at least `least_ms`.
    fn give_up(&mut self, least_ms: u64) {
        self.output.disconnect = true;
        self.reconnect(least_ms);
    }

    fn reconnect(&mut self, least_ms: u64) {
        let retry_in_ms = self.schedule_retry(least_ms);
        self.report(Status::Reconnecting { retry_in_ms });
    }

    /// Schedules the next try; returns the wait.
    fn schedule_retry(&mut self, least_ms: u64) -> u64 {
        let wait = timing::reconnect_delay(self.lost, self.random).max(least_ms);
        self.lost = self.lost.saturating_add(1);
        self.clear(ConnectionPhase::Waiting);
        self.set_timer(Timer::Connect, wait);
        wait
    }

    fn try_again(&mut self) {
        if self.phase == ConnectionPhase::Waiting {
            self.prepare();
        }
    }

    fn offline(&mut self) {
        if matches!(self.phase, ConnectionPhase::New | ConnectionPhase::Offline | ConnectionPhase::Stopped) {
            return;
        }
        self.output.disconnect = self.phase.has_socket();
        self.clear(ConnectionPhase::Offline);
        self.report(Status::Offline);
    }

    fn online(&mut self) {
        match self.phase {
            ConnectionPhase::Offline | ConnectionPhase::Waiting => {
                self.phase = ConnectionPhase::Waiting;
                let retry_in_ms = timing::reconnect_delay(0, self.random);
                self.set_timer(Timer::Connect, retry_in_ms);
                self.report(Status::Reconnecting { retry_in_ms });
            }
            // The page may have been requested without a network.
            ConnectionPhase::Preparing => self.prepare(),
            ConnectionPhase::Behind | ConnectionPhase::Live if self.pending_ping != Some(PingTimeout::Short) => {
                self.send_ping(PingTimeout::Short)
            }
            _ => {}
        }
    }

    /// Handles the end of the time for an answer, or for any sign of life.
    fn on_silence(&mut self) {
        match self.phase {
            ConnectionPhase::Opening | ConnectionPhase::Entering => self.give_up(0),
            ConnectionPhase::Behind | ConnectionPhase::Live if self.pending_ping.is_some() => self.give_up(0),
            ConnectionPhase::Behind | ConnectionPhase::Live => self.send_ping(PingTimeout::Full),
            _ => {}
        }
    }

    fn send_ping(&mut self, timeout: PingTimeout) {
        self.pending_ping = Some(timeout);
        self.request(LifecycleCommand::Ping);
        let within_ms = match timeout {
            PingTimeout::Full => timing::PONG_TIMEOUT_MS,
            PingTimeout::Short => timing::SHORT_PONG_TIMEOUT_MS,
        };
        self.set_timer(Timer::Silence, within_ms);
    }

    fn on_frame(&mut self) {
        self.is_answered = true;
        self.pending_ping = None;
        self.set_timer(Timer::Silence, timing::SILENCE_TIMEOUT_MS);
    }

    fn on_stable(&mut self) {
        if self.phase == ConnectionPhase::Live {
            self.lost = 0;
        }
    }

    /// Forgets everything about the socket, and goes to `phase`.
    fn clear(&mut self, phase: ConnectionPhase) {
        self.phase = phase;
        self.pending_ping = None;
        self.output.cancel_timers = true;
    }

    fn request(&mut self, command: LifecycleCommand) {
        self.output.command = Some(command);
    }

    fn report(&mut self, status: Status) {
        self.output.status = Some(status);
    }

    fn set_timer(&mut self, timer: Timer, after_ms: u64) {
        self.output.timer = Some((timer, after_ms));
    }
}

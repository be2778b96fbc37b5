//! Connecting, staying connected and reconnecting, as a function without IO: when to open a socket, how long
//! to wait, what counts as silence, and which status people see.
//!
//! The client of a room and the client of a game each own one [`Connection`], pass it what happens and do
//! what it says. How to enter, what frames mean and what outlives a loss is theirs. It knows no clock: it
//! asks to be woken.

pub(crate) mod timing;
mod types;

pub(crate) use types::{ConnectionCommand, ConnectionInput, ConnectionOutput, Phase};
pub use types::{Status, Timer};

use protocol::close::{self, CloseCode};

/// A connection to a server, over as many sockets as it takes.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    phase: Phase,
    /// Connections lost since the last one that held.
    lost: u32,
    /// The time limit of the ping that is not answered yet, if one is.
    asked: Option<Asked>,
    /// The random number of this step.
    random: u32,
    /// The outputs of this step so far.
    todo: ConnectionOutput,
}

/// How long the answer to a ping may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// As long as the server allows for its own pings.
    Patiently,
    /// A moment: the page was asleep, or has another network, and somebody looks at it. Most likely the
    /// socket is dead without a close; one that was only slow is replaced, which loses nothing.
    Briefly,
}

impl Connection {
    /// A connection that does nothing before [`ConnectionInput::Start`].
    pub(crate) fn new() -> Self {
        Self { phase: Phase::New, lost: 0, asked: None, random: 0, todo: ConnectionOutput::default() }
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    /// Handles one input. `random` is any random number; the waits are derived from it. Wake-ups may come
    /// late or twice, and the close of a dropped socket is ignored.
    #[must_use]
    pub(crate) fn step(&mut self, happened: ConnectionInput, random: u32) -> ConnectionOutput {
        self.random = random;
        self.todo = ConnectionOutput::default();
        match happened {
            ConnectionInput::Start => self.start(),
            ConnectionInput::Prepared => self.connect(),
            ConnectionInput::Opened => self.opened(),
            ConnectionInput::Heard => self.heard(),
            ConnectionInput::Behind => self.phase = Phase::Behind,
            ConnectionInput::InStep => self.go_live(),
            ConnectionInput::NotLetIn { retry_after_ms } => {
                self.give_up(timing::told_wait(retry_after_ms.unwrap_or_default()))
            }
            ConnectionInput::GivenUp => self.give_up(0),
            ConnectionInput::Closed { code } => self.closed(code),
            ConnectionInput::Lost if self.phase.has_socket() => self.come_back(0),
            ConnectionInput::Lost => {}
            ConnectionInput::Stopped => self.rest(Phase::Stopped),
            ConnectionInput::Reset => self.rest(Phase::New),
            ConnectionInput::Woken(Timer::Connect) => self.try_again(),
            ConnectionInput::Woken(Timer::Silence) => self.silent(),
            ConnectionInput::Woken(Timer::Steady) => self.held_up(),
            ConnectionInput::Woken(_) => {}
            ConnectionInput::Online => self.online(),
            ConnectionInput::Offline => self.offline(),
        }
        self.todo
    }

    fn start(&mut self) {
        if self.phase == Phase::New {
            self.phase = Phase::Preparing;
            self.tell(Status::Connecting);
            self.act(ConnectionCommand::Begin);
        }
    }

    fn prepare(&mut self) {
        self.phase = Phase::Preparing;
        self.act(ConnectionCommand::Prepare);
    }

    fn connect(&mut self) {
        if self.phase == Phase::Preparing {
            self.phase = Phase::Opening;
            self.act(ConnectionCommand::Connect);
            self.wake(Timer::Silence, timing::CONNECT_WITHIN_MS);
        }
    }

    fn opened(&mut self) {
        if self.phase == Phase::Opening {
            self.phase = Phase::Entering;
            self.act(ConnectionCommand::Enter);
            self.wake(Timer::Silence, timing::CONNECT_WITHIN_MS);
        }
    }

    fn go_live(&mut self) {
        self.phase = Phase::Live;
        self.wake(Timer::Steady, timing::STEADY_AFTER_MS);
        self.tell(Status::Live);
    }

    fn closed(&mut self, code: u16) {
        if !self.phase.has_socket() {
            return;
        }
        if code == CloseCode::NodeLeaving.number() && self.lost == 0 {
            self.lose(0);
            self.tell(Status::Moving);
        } else if close::should_reconnect(code) {
            self.come_back(0);
        } else {
            self.rest(Phase::Stopped);
            self.tell(Status::Stopped { code });
        }
    }

    /// Drops this connection and tries another, after at least `least_ms`.
    fn give_up(&mut self, least_ms: u64) {
        self.todo.drops = true;
        self.come_back(least_ms);
    }

    fn come_back(&mut self, least_ms: u64) {
        let retry_in_ms = self.lose(least_ms);
        self.tell(Status::Reconnecting { retry_in_ms });
    }

    /// Schedules the next try; returns the wait.
    fn lose(&mut self, least_ms: u64) -> u64 {
        let wait = timing::retry_wait(self.lost, self.random).max(least_ms);
        self.lost = self.lost.saturating_add(1);
        self.rest(Phase::Waiting);
        self.wake(Timer::Connect, wait);
        wait
    }

    fn try_again(&mut self) {
        if self.phase == Phase::Waiting {
            self.prepare();
        }
    }

    fn offline(&mut self) {
        if matches!(self.phase, Phase::New | Phase::Offline | Phase::Stopped) {
            return;
        }
        self.todo.drops = self.phase.has_socket();
        self.rest(Phase::Offline);
        self.tell(Status::Offline);
    }

    fn online(&mut self) {
        match self.phase {
            Phase::Offline | Phase::Waiting => {
                self.phase = Phase::Waiting;
                let retry_in_ms = timing::retry_wait(0, self.random);
                self.wake(Timer::Connect, retry_in_ms);
                self.tell(Status::Reconnecting { retry_in_ms });
            }
            // The page may have been requested without a network.
            Phase::Preparing => self.prepare(),
            Phase::Behind | Phase::Live if self.asked != Some(Asked::Briefly) => self.ask(Asked::Briefly),
            _ => {}
        }
    }

    /// Handles the end of the time for an answer, or for any sign of life.
    fn silent(&mut self) {
        match self.phase {
            Phase::Opening | Phase::Entering => self.give_up(0),
            Phase::Behind | Phase::Live if self.asked.is_some() => self.give_up(0),
            Phase::Behind | Phase::Live => self.ask(Asked::Patiently),
            _ => {}
        }
    }

    fn ask(&mut self, asked: Asked) {
        self.asked = Some(asked);
        self.act(ConnectionCommand::Ping);
        let within_ms = match asked {
            Asked::Patiently => timing::ANSWER_WITHIN_MS,
            Asked::Briefly => timing::ANSWER_SOON_MS,
        };
        self.wake(Timer::Silence, within_ms);
    }

    fn heard(&mut self) {
        self.asked = None;
        self.wake(Timer::Silence, timing::SILENT_FOR_MS);
    }

    fn held_up(&mut self) {
        if self.phase == Phase::Live {
            self.lost = 0;
        }
    }

    /// Forgets everything about the socket, and goes to `phase`.
    fn rest(&mut self, phase: Phase) {
        self.phase = phase;
        self.asked = None;
        self.todo.lets_go = true;
    }

    fn act(&mut self, act: ConnectionCommand) {
        self.todo.act = Some(act);
    }

    fn tell(&mut self, status: Status) {
        self.todo.tells = Some(status);
    }

    fn wake(&mut self, timer: Timer, after_ms: u64) {
        self.todo.wakes = Some((timer, after_ms));
    }
}

#[cfg(test)]
mod tests;

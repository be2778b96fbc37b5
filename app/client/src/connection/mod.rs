//! One connection of a client to a server, over as many sockets as it takes: a [`Lifecycle`], which decides when to
//! connect, to wait and to ping, and a [`Protocol`], which decides what is said. A driver gives it each event as an
//! [`Input`] and carries out the [`Output`]s.

use std::fmt::Debug;

mod lifecycle;
pub(crate) mod timing;
mod types;

pub(crate) use lifecycle::Lifecycle;
pub(crate) use types::{ConnectionPhase, LifecycleCommand, LifecycleInput};
pub use types::{Status, Timer};

/// What is said on a connection: of a room, of a game. Its state outlives sockets.
pub trait Protocol: Sized {
    /// The path of its WebSockets, such as `/ws`.
    const PATH: &'static str;
    /// The timers of its own, which end with the connection to a server.
    const TIMERS: &'static [Timer];
    /// What a frame of the server decodes to.
    type Frame: Clone + Debug;
    /// What is encoded as a frame to the server.
    type Message: Clone + Debug;
    /// What a page asks for, on behalf of its person.
    type Command: Clone + Debug;
    /// Something for the driver to do besides the connection, such as storing.
    type Effect: Clone + Debug;
    /// What came of an effect; the driver returns it as [`Input::Result`].
    type EffectResult: Clone + Debug;
    /// Something for the page to show.
    type Event: Clone + Debug;

    /// Parses a frame; `None` for one of a later version.
    fn decode(text: &str) -> Option<Self::Frame>;

    /// The JSON text of a frame to the server.
    fn encode(message: &Self::Message) -> String;

    /// The frame that asks whether the server is alive.
    fn ping() -> Self::Message;

    /// The event that tells the status of the connection.
    fn status(status: Status) -> Self::Event;

    /// Reports what an earlier visit of the page left undone.
    fn begin(connection: &mut Connection<Self>);

    /// Loads what is needed before a socket may be opened, then calls [`Connection::prepared`].
    fn prepare(connection: &mut Connection<Self>);

    /// Sends the frame that enters.
    fn enter(connection: &mut Connection<Self>);

    /// Handles a frame that arrived.
    fn on_frame(connection: &mut Connection<Self>, frame: Self::Frame);

    /// Handles a request of the page.
    fn on_command(connection: &mut Connection<Self>, command: Self::Command);

    /// Handles the result of an effect.
    fn on_result(connection: &mut Connection<Self>, result: Self::EffectResult);

    /// Handles one of [`Protocol::TIMERS`]; the timers of the lifecycle never come here.
    fn on_timer(connection: &mut Connection<Self>, timer: Timer);

    /// Whether a close with this code was this client's fault and is dealt with: then it connects again,
    /// whatever the code says.
    fn forgives_close(_connection: &mut Connection<Self>, _code: u16) -> bool {
        false
    }

    /// Forgets what belongs to the socket that was lost.
    fn forget_socket(_connection: &mut Connection<Self>) {}

    /// Does what is due after each step.
    fn finish_step(_connection: &mut Connection<Self>) {}
}

/// Something that happened to a connection.
// Each is moved once, from the socket to the page: a box would be one more thing to allocate.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq)]
pub enum Input<F, C, R> {
    /// The page is shown and shall connect.
    Start,
    /// The socket that [`Output::Connect`] asked for is open; nothing was sent on it yet.
    Opened,
    /// A frame of the server arrived.
    Frame(F),
    /// The socket was closed, or could not be opened. 1006 where no code came.
    Closed {
        /// The close code of the socket.
        code: u16,
    },
    /// A timer that was asked for.
    TimerFired(Timer),
    /// The page asks for something, on behalf of its person.
    Command(C),
    /// The result of an [`Output::Effect`].
    Result(R),
    /// The browser says the network is back, or the person looks at the page again: a good moment
    /// to check the connection.
    Online,
    /// The browser has lost the network.
    Offline,
}

/// What the driver has to do, in this order.
// Each is moved once, from the socket to the page: a box would be one more thing to allocate.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq)]
pub enum Output<M, X, E> {
    /// Open a socket; answer with [`Input::Opened`] or [`Input::Closed`].
    Connect,
    /// Drop the socket without waiting; no [`Input::Closed`] is expected.
    Disconnect,
    /// Send this frame to the server.
    Send(M),
    /// Set a timer, replacing an earlier one of the same kind.
    SetTimer {
        /// Which timer: there is at most one of each kind.
        timer: Timer,
        /// The time from now, in milliseconds.
        after_ms: u64,
    },
    /// Cancel the timer of this kind.
    CancelTimer(Timer),
    /// Do something besides the connection.
    Effect(X),
    /// Tell the page this event.
    Emit(E),
}

/// What a driver gives to a connection with this protocol.
pub type InputOf<P> = Input<<P as Protocol>::Frame, <P as Protocol>::Command, <P as Protocol>::EffectResult>;
/// What a driver has to do for a connection with this protocol.
pub type OutputOf<P> = Output<<P as Protocol>::Message, <P as Protocol>::Effect, <P as Protocol>::Event>;

/// One connection, from opening the page to leaving it.
#[derive(Clone, Debug)]
pub struct Connection<P: Protocol> {
    pub(crate) lifecycle: Lifecycle,
    pub(crate) state: P,
    /// The random number of this step.
    pub(crate) random: u32,
    /// The outputs of this step so far.
    pub(crate) out: Outputs<P>,
}

/// The outputs of a step. Not a plain list in the struct, whose derived traits would ask more of `P` than they need.
pub(crate) type Outputs<P> = Vec<OutputOf<P>>;

impl<P: Protocol> Connection<P> {
    /// A connection that does nothing before it is told to start.
    pub(crate) fn over(state: P) -> Self {
        Self { lifecycle: Lifecycle::new(), state, random: 0, out: Vec::new() }
    }

    /// Handles one input. `random` is any random number; the waits are derived from it.
    #[must_use]
    pub fn step(&mut self, input: InputOf<P>, random: u32) -> Vec<OutputOf<P>> {
        self.random = random;
        match input {
            Input::Start => self.advance(LifecycleInput::Start),
            Input::Opened => self.advance(LifecycleInput::Opened),
            Input::Frame(frame) => P::on_frame(self, frame),
            Input::Closed { code } => {
                let is_forgiven = P::forgives_close(self, code);
                self.advance(if is_forgiven { LifecycleInput::Lost } else { LifecycleInput::Closed { code } });
            }
            Input::TimerFired(timer @ (Timer::Connect | Timer::Silence | Timer::Steady)) => {
                self.advance(LifecycleInput::TimerFired(timer));
            }
            Input::TimerFired(timer) => P::on_timer(self, timer),
            Input::Command(command) => P::on_command(self, command),
            Input::Result(result) => P::on_result(self, result),
            Input::Online => self.advance(LifecycleInput::Online),
            Input::Offline => self.advance(LifecycleInput::Offline),
        }
        P::finish_step(self);
        std::mem::take(&mut self.out)
    }

    /// What [`Protocol::prepare`] has to load is there: a socket may be opened.
    pub(crate) fn prepared(&mut self) {
        self.advance(LifecycleInput::Prepared);
    }

    /// Passes an input to the lifecycle, and carries out its output.
    pub(crate) fn advance(&mut self, input: LifecycleInput) {
        let output = self.lifecycle.step(input, self.random);
        if output.disconnect {
            self.out.push(Output::Disconnect);
        }
        if output.cancel_timers {
            P::forget_socket(self);
            let all = [Timer::Connect, Timer::Silence, Timer::Steady];
            self.out.extend(all.iter().chain(P::TIMERS).map(|timer| Output::CancelTimer(*timer)));
        }
        if let Some(status) = output.status {
            self.emit(P::status(status));
        }
        match output.command {
            Some(LifecycleCommand::Begin) => {
                P::begin(self);
                P::prepare(self);
            }
            Some(LifecycleCommand::Prepare) => P::prepare(self),
            Some(LifecycleCommand::Connect) => self.out.push(Output::Connect),
            Some(LifecycleCommand::Enter) => P::enter(self),
            Some(LifecycleCommand::Ping) => self.out.push(Output::Send(P::ping())),
            None => {}
        }
        if let Some((timer, after_ms)) = output.timer {
            self.set_timer(timer, after_ms);
        }
    }

    pub(crate) fn phase(&self) -> ConnectionPhase {
        self.lifecycle.phase()
    }

    pub(crate) fn send(&mut self, message: P::Message) {
        self.out.push(Output::Send(message));
    }

    pub(crate) fn emit(&mut self, event: P::Event) {
        self.out.push(Output::Emit(event));
    }

    pub(crate) fn set_timer(&mut self, timer: Timer, after_ms: u64) {
        self.out.push(Output::SetTimer { timer, after_ms });
    }
}

#[cfg(test)]
mod tests;

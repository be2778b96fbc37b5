//! Drives one [`Connection`]: brings it events, one after another, and carries out its outputs.
//!
//! A task owns everything: the socket, the timers, what an effect has under way. It ends when the page drops its end
//! of the channel, and all of it with it.

use client::{Connection, Input, InputOf, Output, Protocol};
use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures::{StreamExt, stream};

use crate::browser::{Browser, BrowserEvent, BrowserInput};
use crate::random;
use crate::socket::CloseReason;

/// What a driver does besides the connection: storing, loading.
pub(crate) trait Effects<P: Protocol> {
    /// Carries out one effect; a result goes into `results`, now or later.
    fn carry_out(&mut self, effect: P::Effect, results: &UnboundedSender<P::EffectResult>);
}

/// Everything that can happen to a client.
enum DriverEvent<P: Protocol> {
    /// A request of the page; `None`: the page is gone.
    Command(Option<P::Command>),
    Result(P::EffectResult),
    Browser(BrowserEvent),
}

/// The parts of a driver.
pub(crate) struct Driver<P: Protocol, E> {
    pub(crate) connection: Connection<P>,
    pub(crate) effects: E,
    /// What the client tells the page.
    pub(crate) emit: UnboundedSender<P::Event>,
}

impl<P: Protocol, E: Effects<P>> Driver<P, E> {
    /// Runs until the page is gone. `first` is the first input, if the client begins by itself.
    pub(crate) async fn run(mut self, requests: UnboundedReceiver<P::Command>, first: Option<InputOf<P>>) {
        let (mut browser, events) = Browser::new(P::PATH);
        let (results, came) = mpsc::unbounded();
        let requests = requests.map(Some).chain(stream::once(async { None })).map(DriverEvent::<P>::Command);
        let happens = stream::select(came.map(DriverEvent::Result), events.map(DriverEvent::Browser));
        let mut driver_events = std::pin::pin!(stream::select(requests, happens));
        if let Some(first) = first {
            self.step(first, &mut browser, &results);
        }
        while let Some(driver_event) = driver_events.next().await {
            let input = match driver_event {
                DriverEvent::Command(Some(command)) => Some(Input::Command(command)),
                DriverEvent::Command(None) => return,
                DriverEvent::Result(result) => Some(Input::Result(result)),
                // A frame of a later version is ignored.
                DriverEvent::Browser(event) => browser.take(event).and_then(input_of::<P>),
            };
            if let Some(input) = input {
                self.step(input, &mut browser, &results);
            }
        }
    }

    fn step(&mut self, input: InputOf<P>, browser: &mut Browser, results: &UnboundedSender<P::EffectResult>) {
        for output in self.connection.step(input, random::number()) {
            match output {
                Output::Connect => browser.connect(),
                Output::Disconnect => browser.disconnect(CloseReason::Returning),
                Output::Send(frame) => browser.send(&P::encode(&frame)),
                Output::SetTimer { timer, after_ms } => browser.set_timer(timer, after_ms),
                Output::CancelTimer(timer) => browser.cancel(timer),
                Output::Effect(effect) => self.effects.carry_out(effect, results),
                // A page that no longer listens is about to end this task.
                Output::Emit(event) => drop(self.emit.unbounded_send(event)),
            }
        }
    }
}

fn input_of<P: Protocol>(input: BrowserInput) -> Option<InputOf<P>> {
    Some(match input {
        BrowserInput::Opened => Input::Opened,
        BrowserInput::Text(text) => Input::Frame(P::decode(&text)?),
        BrowserInput::Closed(code) => Input::Closed { code },
        BrowserInput::Due(timer) => Input::TimerFired(timer),
        BrowserInput::Online => Input::Online,
        BrowserInput::Offline => Input::Offline,
    })
}

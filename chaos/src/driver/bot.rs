//! Whom a driver drives a client for.

use std::net::SocketAddr;

use client::{Connection, Protocol};
use futures::future::BoxFuture;

/// Whom a client is driven for, in the place of a page: does something of its own accord, and records what comes.
pub(crate) trait Bot<P: Protocol> {
    /// What it does next; with `None` it leaves, with a clean close, as somebody who closes the tab. Must be
    /// cancel-safe: it is called again after everything that happens.
    fn next_action(&mut self) -> impl Future<Output = Option<Action<P>>> + Send;

    /// A text arrived, and the client has not handled it yet. `frame` is `None` if it cannot be decoded.
    fn on_text(&mut self, text: &str, frame: Option<&P::Frame>, client: &Connection<P>);

    /// The client tells the page an event.
    fn on_event(&mut self, event: P::Event);

    /// Carries out one effect. Returns the work whose result the client waits for, if it waits for one.
    fn carry_out(&mut self, effect: P::Effect) -> Option<BoxFuture<'static, P::EffectResult>>;

    /// The client has handled something, and its outputs were carried out.
    fn after_step(&mut self, _client: &Connection<P>) {}

    /// A socket to this node is open.
    fn on_opened(&mut self, _node: SocketAddr) {}

    /// The other end closed the socket.
    fn on_closed(&mut self, _code: u16) {}
}

/// Something that a bot does.
pub(crate) enum Action<P: Protocol> {
    /// Asks the client for something, as a person on a page.
    Command(P::Command),
    /// Sends a frame past the client, as a program could that does not follow its rules.
    SendPastClient(P::Message),
    /// Loses the connection without a close frame, and comes back.
    Cut,
    /// Loses the network without a close frame, and stays away.
    GoOffline,
    /// Has the network again.
    GoOnline,
}

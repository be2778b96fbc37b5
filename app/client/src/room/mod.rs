//! What a client of a room does on each event of its socket, as a function without IO.
//!
//! In: an [`Input`] and a random number. Out: [`Output`]s that a driver carries out. Browsers and the
//! bots of `chaos` drive the same [`RoomClient`], so what is proved about it here holds for both. It knows no
//! clock: it asks for timers.
//!
//! The guarantees: the events of the room are told in the order of the log, without a gap and without a
//! repeat. What this person sends is in the log once, in the order of writing, or refused; it is
//! never given up silently.
//!
//! A driver carries outputs out in their order, and after `Disconnect` passes on nothing more of the old
//! socket. Wake-ups may come late or twice.

mod changes;
mod inbox;
mod outbox;
mod receiving;
mod sending;
mod types;
mod unsent;

pub use changes::Changes;
pub use types::{Command, Effect, EffectResult, Event, RoomOptions, Unsent};
pub use unsent::StoredUnsent;

pub use crate::connection::{Status, Timer};

use crate::connection::{Connection, InputOf, OutputOf, Protocol};
use inbox::Inbox;
use outbox::Outbox;
use protocol::id::{RoomId, UserId};
use protocol::message::{ClientMessage, ServerMessage};
use protocol::position::Position;
use protocol::wire;

/// A close for a frame that is too large (RFC 6455).
const TOO_BIG: u16 = 1009;

/// What is said in a room, and what outlives its sockets.
#[derive(Clone, Debug)]
pub struct RoomProtocol {
    room_id: RoomId,
    inbox: Inbox,
    outbox: Outbox,
    /// The user id, once the server has sent it.
    me: Option<UserId>,
    /// Pages that could not be loaded, or did not fit, since the last one that did.
    failed_loads: u32,
    /// Whether "typing" was sent a moment ago.
    typing_said: bool,
}

/// One room's connection, from opening the page to leaving it.
pub type RoomClient = Connection<RoomProtocol>;
/// Something that happened to a room's client.
pub type Input = InputOf<RoomProtocol>;
/// What the driver of a room's client has to do.
pub type Output = OutputOf<RoomProtocol>;

impl Protocol for RoomProtocol {
    const PATH: &'static str = "/ws";
    const TIMERS: &'static [Timer] = &[Timer::Resend, Timer::Reload];

    type Frame = ServerMessage;
    type Message = ClientMessage;
    type Command = Command;
    type Effect = Effect;
    type EffectResult = EffectResult;
    type Event = Event;

    fn decode(text: &str) -> Option<ServerMessage> {
        wire::decode_server(text)
    }

    fn encode(message: &ClientMessage) -> String {
        wire::encode_client(message)
    }

    fn ping() -> ClientMessage {
        ClientMessage::Ping
    }

    fn status(status: Status) -> Event {
        Event::Status(status)
    }

    fn begin(client: &mut RoomClient) {
        client.emit_stored_unsent();
    }

    /// Loads the first page, unless one is shown already.
    fn prepare(client: &mut RoomClient) {
        if client.state.inbox.position().is_some() { client.prepared() } else { client.load() }
    }

    fn enter(client: &mut RoomClient) {
        let since = client.state.inbox.position().cloned();
        client.send(ClientMessage::Join { room_id: client.state.room_id.clone(), since, session: None });
    }

    fn on_frame(client: &mut RoomClient, frame: ServerMessage) {
        client.frame(frame);
    }

    fn on_command(client: &mut RoomClient, command: Command) {
        match command {
            Command::Say(unsent) => client.send_message(unsent),
            Command::Retry(id) => client.retry(&id),
            Command::Discard(id) => client.discard(&id),
            Command::Typing => client.typing(),
        }
    }

    fn on_result(client: &mut RoomClient, result: EffectResult) {
        match result {
            EffectResult::HistoryLoaded(page) => client.loaded(page),
            EffectResult::HistoryFailed => client.not_loaded(),
        }
    }

    fn on_timer(client: &mut RoomClient, timer: Timer) {
        match timer {
            Timer::Resend => client.resend(),
            Timer::Reload => client.reload(),
            Timer::Typing => client.state.typing_said = false,
            Timer::Connect | Timer::Silence | Timer::Steady => {}
        }
    }

    fn forgives_close(client: &mut RoomClient, code: u16) -> bool {
        code == TOO_BIG && client.refuse_too_big()
    }

    /// Keeps only what is shown and what is unsent.
    fn forget_socket(client: &mut RoomClient) {
        client.state.inbox.drop_connection_state();
        client.state.outbox.restart();
    }

    fn finish_step(client: &mut RoomClient) {
        client.send_waiting();
        if let Some(unsent) = client.state.outbox.take_changed() {
            client.out.push(Output::Effect(Effect::StoreUnsent(unsent)));
        }
    }
}

impl RoomClient {
    /// A client that does nothing before [`Input::Start`].
    pub fn new(options: RoomOptions) -> Self {
        Self::over(RoomProtocol {
            room_id: options.room_id,
            inbox: Inbox::new(options.position),
            outbox: Outbox::new(options.unsent),
            me: None,
            failed_loads: 0,
            typing_said: false,
        })
    }

    /// The position of what is shown; `None` before the first page.
    pub fn position(&self) -> Option<&Position> {
        self.state.inbox.position()
    }

    /// Messages that are not in the log, refused ones too, in the order of writing.
    pub fn unsent(&self) -> impl Iterator<Item = &Unsent> {
        self.state.outbox.unsent()
    }
}

#[cfg(test)]
mod tests;

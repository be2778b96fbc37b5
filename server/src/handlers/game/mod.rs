//! The connections on `/games`: what the frames of one player or host do.

mod deferred;
mod hosting;
mod playing;
mod service;

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use protocol::game::{GameClientMessage, GameServerMessage};
use protocol::{CloseCode, ErrorCode, Member, Refusal, wire};
use realtime::outbox::Outbox;
use realtime::presence::Departure;

use crate::games::{GameSnapshot, Games, JoinedGame};
use crate::metrics::count_refusal;
use crate::throttle::Cost;
use crate::ws::{Action, Frame, Handler, Meter, Service, SocketKind, Verdict, Visitor};

use service::Credentials;
pub(crate) use service::GameSockets;

impl Service for GameSockets {
    type Handler = GameHandler;
    type Credentials = Box<Credentials>;

    fn credentials(&self, headers: &HeaderMap, address: IpAddr) -> Box<Credentials> {
        Box::new(Credentials::of(self, headers, address))
    }

    fn begin(self: Arc<Self>, visitor: Visitor, outbox: Arc<Outbox>, credentials: Box<Credentials>) -> GameHandler {
        let meter = Meter::new(credentials.address);
        GameHandler { service: self, member: visitor.member, outbox, credentials, meter, joined: None }
    }
}

/// One connection on `/games`: its session, the game that it is in, and its rate limits.
pub(crate) struct GameHandler {
    service: Arc<GameSockets>,
    member: Arc<Member>,
    outbox: Arc<Outbox>,
    credentials: Box<Credentials>,
    meter: Meter,
    joined: Option<JoinedGame>,
}

/// A deferred frame, with its game once [`Handler::prepare`] has found it.
pub(crate) struct DeferredFrame {
    message: GameClientMessage,
    found: Option<Box<Result<GameSnapshot, Refusal>>>,
}

impl Handler for GameHandler {
    type Deferred = DeferredFrame;

    const KIND: SocketKind = SocketKind::Games;

    fn member(&self) -> &Arc<Member> {
        &self.member
    }

    fn on_frame(&mut self, frame: Frame<'_>) -> Action<DeferredFrame> {
        let message = match frame {
            Frame::Text(text) => wire::decode_game_client(text),
            Frame::Binary(_) => Err(Refusal::new(ErrorCode::NotJson, "Frames are JSON text, not binary.")),
        };
        let cost = message.as_ref().map_or(Cost::FRAME, Cost::from).and_bytes(frame.len());
        match (self.meter.spend(&self.service.throttle, &self.member.id, cost), message) {
            (Verdict::Flood, _) => return Action::Close(CloseCode::Flood),
            (Verdict::Refuse(refusal), _) | (Verdict::Pass, Err(refusal)) => refuse(&self.outbox, refusal),
            (Verdict::Pass, Ok(GameClientMessage::Ping)) => send(&self.outbox, &GameServerMessage::Pong),
            (Verdict::Pass, Ok(GameClientMessage::Answer(submitted))) => match self.answer(submitted) {
                Ok(answering) => return Action::InFlight(answering),
                Err(refusal) => refuse(&self.outbox, refusal),
            },
            (Verdict::Pass, Ok(message)) => return Action::Deferred(DeferredFrame { message, found: None }),
        }
        Action::Done
    }

    /// Looks the game up. The delay for wrong PINs is spent here, without a join permit.
    async fn prepare(&mut self, deferred: &mut DeferredFrame) {
        deferred.found = self.find_for(&deferred.message).await.map(Box::new);
    }

    async fn on_deferred(&mut self, deferred: DeferredFrame) {
        if let Err(refusal) = self.handle(deferred).await {
            refuse(&self.outbox, refusal);
        }
    }

    fn on_close(&mut self, departure: Departure) {
        self.leave(departure);
    }
}

impl GameHandler {
    fn games(&self) -> &Arc<Games> {
        &self.service.games
    }

    /// The game that this connection is in.
    ///
    /// # Errors The refusal for a client that has not entered one, or has left it.
    fn joined_game(&self) -> Result<&JoinedGame, Refusal> {
        let joined = self.joined.as_ref().filter(|joined| !joined.is_over());
        joined.ok_or_else(|| Refusal::new(ErrorCode::NotInGame, "Enter a game first."))
    }

    /// Enters a game and then leaves the one before: who comes back to the same game was never away.
    fn switch_to(&mut self, entered: JoinedGame) {
        if let Some(earlier) = self.joined.replace(entered) {
            earlier.end(Departure::Clean);
        }
    }

    fn leave(&mut self, departure: Departure) {
        if let Some(joined) = self.joined.take() {
            joined.end(departure);
        }
    }
}

fn send(outbox: &Outbox, message: &GameServerMessage) {
    outbox.push(&wire::encode_game_server(message));
}

fn refuse(outbox: &Outbox, refusal: Refusal) {
    count_refusal(&refusal);
    send(outbox, &GameServerMessage::Error(refusal));
}

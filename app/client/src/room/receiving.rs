//! Handles the frames of a server, and the pages that are loaded over HTTP.

use crate::connection::{ConnectionPhase, LifecycleInput, Status, Timer, timing};
use protocol::error::{ErrorCode, Refusal};
use protocol::id::{MessageId, RoomId};
use protocol::message::{Joined, Member, Message, ServerMessage};
use protocol::position::Position;
use protocol::room::HistoryPage;
use protocol::room_event::RoomEvent;

use super::inbox::Gap;
use super::types::{Effect, Event};
use super::{Output, RoomClient};

/// A page that has not come by then is requested again.
const LOAD_TIMEOUT_MS: u64 = 15_000;
/// A room that is damaged is entered again after this time: an operator may repair it while its page is open, and then
/// nobody has to load the page again.
const DAMAGED_AGAIN_MS: u64 = 60_000;
/// After so many pages that do not join the connection, it is replaced.
const MAX_FAILED_LOADS: u32 = 3;

impl RoomClient {
    pub(super) fn frame(&mut self, frame: ServerMessage) {
        if !self.phase().is_open() {
            return;
        }
        // Until then, only an answer to `join` shows that the room can be entered.
        if self.phase().is_in() {
            self.advance(LifecycleInput::FrameReceived);
        }
        match frame {
            ServerMessage::Joined(joined) => self.joined(joined),
            ServerMessage::Message(message) => self.logged(RoomEvent::Posted(message)),
            ServerMessage::Edited(edit) => self.logged(RoomEvent::Edited(edit)),
            ServerMessage::Deleted(deletion) => self.logged(RoomEvent::Deleted(deletion)),
            ServerMessage::Presence(presence) if self.is_in(&presence.room_id) => self.emit(Event::Presence(presence)),
            ServerMessage::Typing(typing) if self.is_in(&typing.room_id) => self.emit(Event::Typing(typing)),
            ServerMessage::Namesake(namesake) if self.is_in(&namesake.room_id) => self.emit(Event::Namesake(namesake)),
            ServerMessage::Position(renamed) if self.is_in(&renamed.room_id) => self.renamed(renamed.position),
            ServerMessage::Availability(availability) if self.is_in(&availability.room_id) => {
                self.emit(Event::Availability(availability.available))
            }
            ServerMessage::Error(refusal) => self.error(refusal),
            _ => {}
        }
    }

    /// Handles a new epoch of the log.
    fn renamed(&mut self, position: Position) {
        if self.state.inbox.adopt_epoch(position).is_err() {
            self.give_up();
        }
    }

    fn is_in(&self, room: &RoomId) -> bool {
        self.phase().is_in() && *room == self.state.room_id
    }

    fn joined(&mut self, mut joined: Joined) {
        if self.phase() != ConnectionPhase::Entering || joined.room_id != self.state.room_id {
            return;
        }
        self.state.me = Some(joined.you.id.clone());
        let events = joined.take_events();
        let recovered = self.state.inbox.recover(&joined, events);
        let top = joined.position.clone();
        self.advance(LifecycleInput::FrameReceived);
        self.emit(Event::Entered(joined));
        match recovered {
            Ok(missed) => {
                self.show(missed);
                self.go_live();
            }
            Err(Gap) => {
                self.advance(LifecycleInput::Behind);
                self.state.failed_loads = 0;
                self.state.inbox.await_page(top);
                self.load();
            }
        }
    }

    /// Handles an event of the log, unless it is another room's.
    fn logged(&mut self, event: RoomEvent) {
        let source = Source::of(&event);
        if *source.room != self.state.room_id {
            return;
        }
        let own = self.own(&source);
        if self.phase() != ConnectionPhase::Live {
            self.state.inbox.hold(event);
        } else {
            match self.state.inbox.take(vec![event]) {
                Ok(new) => self.show(new),
                Err(Gap) => self.give_up(),
            }
        }
        // Also where it was shown before: a resend is answered with the first result.
        self.acknowledge(own);
    }

    fn error(&mut self, refusal: Refusal) {
        if self.phase() == ConnectionPhase::Entering {
            // Without a message sent, it can only mean the `join`.
            let damaged_again = (refusal.code == ErrorCode::Damaged).then_some(DAMAGED_AGAIN_MS);
            let retry_after_ms = refusal.retry_after_ms.or(damaged_again);
            if !refusal.temporary {
                self.emit(Event::Error(refusal));
            }
            self.advance(LifecycleInput::JoinRefused { retry_after_ms });
        } else if refusal.code == ErrorCode::NotInRoom {
            // The server lost this client, but not the message: enter again.
            self.give_up();
        } else if let Some(id) = refusal.id.clone().or_else(|| self.unknown_to_the_server(&refusal)) {
            self.refused(&id, refusal);
        } else {
            self.emit(Event::Error(refusal));
        }
    }

    /// What is in flight, if a server of an earlier version says that it does not know such a frame.
    fn unknown_to_the_server(&self, refusal: &Refusal) -> Option<MessageId> {
        let in_flight = self.state.outbox.in_flight().filter(|_| refusal.code == ErrorCode::UnknownType);
        in_flight.cloned()
    }

    fn give_up(&mut self) {
        self.advance(LifecycleInput::Reconnect);
    }

    /// Requests the latest page, again if the last request hangs.
    pub(super) fn load(&mut self) {
        self.out.push(Output::Effect(Effect::LoadHistory));
        self.set_timer(Timer::Reload, LOAD_TIMEOUT_MS);
    }

    pub(super) fn reload(&mut self) {
        if matches!(self.phase(), ConnectionPhase::Preparing | ConnectionPhase::Behind) {
            self.load();
        }
    }

    pub(super) fn not_loaded(&mut self) {
        match self.phase() {
            ConnectionPhase::Preparing => {
                let retry_in_ms = self.load_later();
                self.emit(Event::Status(Status::Reconnecting { retry_in_ms }));
            }
            ConnectionPhase::Behind => {
                self.load_later();
            }
            _ => {}
        }
    }

    fn load_later(&mut self) -> u64 {
        let wait = timing::reconnect_delay(self.state.failed_loads, self.random);
        self.state.failed_loads = self.state.failed_loads.saturating_add(1);
        self.set_timer(Timer::Reload, wait);
        wait
    }

    pub(super) fn loaded(&mut self, page: HistoryPage) {
        match self.phase() {
            ConnectionPhase::Behind if self.state.inbox.joins(&page.position) => {
                self.reset_to(page);
                self.go_live();
            }
            ConnectionPhase::Behind if self.state.failed_loads < MAX_FAILED_LOADS => {
                self.load_later();
            }
            // Page and connection show different logs: try another node.
            ConnectionPhase::Behind => self.give_up(),
            _ if self.state.inbox.position().is_none() => {
                self.reset_to(page);
                self.advance(LifecycleInput::Prepared);
            }
            _ => {}
        }
    }

    fn reset_to(&mut self, page: HistoryPage) {
        self.state.failed_loads = 0;
        self.out.push(Output::CancelTimer(Timer::Reload));
        self.state.inbox.reset_to(page.position.clone());
        let own: Vec<_> = page.messages.iter().filter_map(|message| self.own(&Source::of_message(message))).collect();
        self.emit(Event::Reset(page));
        self.acknowledge(own);
    }

    fn go_live(&mut self) {
        match self.state.inbox.release() {
            Ok(held) => {
                self.show(held);
                self.advance(LifecycleInput::CaughtUp);
            }
            Err(Gap) => self.give_up(),
        }
    }

    fn show(&mut self, new: Vec<RoomEvent>) {
        if new.is_empty() {
            return;
        }
        let own: Vec<_> = new.iter().filter_map(|event| self.own(&Source::of(event))).collect();
        self.emit(Event::Logged(new));
        self.acknowledge(own);
    }

    /// The id of what this person has sent, if it was not known to be in the log.
    fn own(&self, source: &Source<'_>) -> Option<MessageId> {
        let is_own = self.state.me.as_ref() == Some(&source.author.id) && self.state.outbox.has(source.id);
        is_own.then(|| source.id.clone())
    }
}

/// Who made an event, in which room, and under which id.
struct Source<'a> {
    room: &'a RoomId,
    author: &'a Member,
    id: &'a MessageId,
}

impl<'a> Source<'a> {
    fn of(event: &'a RoomEvent) -> Self {
        match event {
            RoomEvent::Posted(message) => Self::of_message(message),
            RoomEvent::Edited(change) | RoomEvent::Deleted(change) => {
                Self { room: &change.room_id, author: &change.author, id: &change.id }
            }
        }
    }

    fn of_message(message: &'a Message) -> Self {
        Self { room: &message.room_id, author: &message.author, id: &message.id }
    }
}

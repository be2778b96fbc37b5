//! The rules of a room's client, one sentence each.

mod changing;
mod coming_back;
mod reading;
mod sending;
mod silence;

use super::*;
use protocol::error::{ErrorCode, Refusal};
use protocol::id::{Epoch, MessageId, Name};
use protocol::message::{Change, ClientMessage, Joined, Member, Message, NewEpoch, Presence, ServerMessage, Typing};
use protocol::room::HistoryPage;
use protocol::room_event::RoomEvent;

/// A client and the outputs of its last step. The random numbers are the largest, so a wait is the limit that
/// it was drawn from.
struct Scene {
    client: RoomClient,
    out: Vec<Output>,
}

impl Scene {
    /// A page that shows everything up to `offset`, not started.
    fn page(offset: u64) -> Self {
        Self::new(Some(position("e1", offset)), vec![])
    }

    fn new(position: Option<Position>, unsent: Vec<Unsent>) -> Self {
        Self { client: RoomClient::new(RoomOptions { room_id: room("garden"), position, unsent }), out: vec![] }
    }

    /// The same, in the room.
    fn live(offset: u64) -> Self {
        let mut scene = Self::page(offset);
        scene.enter();
        scene.clear();
        scene
    }

    /// In the room, loading the page again, which must reach `top`.
    fn rereading(top: u64) -> Self {
        let mut scene = Self::page(0);
        scene.step(Input::Start).step(Input::Opened).frame(joined(top, false, &[]));
        assert_eq!(scene.loads(), 1);
        scene.clear();
        scene
    }

    /// Starts if need be, connects and finds that nothing was missed.
    fn enter(&mut self) -> &mut Self {
        let position = self.client.position().cloned().unwrap();
        self.step(Input::Start).step(Input::TimerFired(Timer::Connect)).step(Input::Opened);
        self.frame(ServerMessage::Joined(Joined { position, ..joined_at(0, true, &[]) }))
    }

    fn step(&mut self, input: Input) -> &mut Self {
        self.out.extend(self.client.step(input, u32::MAX));
        self
    }

    fn frame(&mut self, frame: ServerMessage) -> &mut Self {
        self.step(Input::Frame(frame))
    }

    fn woken(&mut self, timer: Timer) -> &mut Self {
        self.step(Input::TimerFired(timer))
    }

    fn say(&mut self, id: &str) -> &mut Self {
        self.step(Input::Command(Command::Say(unsent(id))))
    }

    fn clear(&mut self) -> &mut Self {
        self.out.clear();
        self
    }

    fn events(&self) -> Vec<Event> {
        self.out
            .iter()
            .filter_map(|output| if let Output::Emit(event) = output { Some(event.clone()) } else { None })
            .collect()
    }

    fn statuses(&self) -> Vec<Status> {
        self.events()
            .into_iter()
            .filter_map(|event| if let Event::Status(status) = event { Some(status) } else { None })
            .collect()
    }

    /// The offsets that were shown one after another.
    fn shown(&self) -> Vec<u64> {
        let shown =
            self.events().into_iter().filter_map(|event| if let Event::Logged(new) = event { Some(new) } else { None });
        shown.flatten().map(|event| event.offset()).collect()
    }

    fn settled(&self) -> Vec<MessageId> {
        self.events()
            .into_iter()
            .filter_map(|event| if let Event::Acknowledged(id) = event { Some(id) } else { None })
            .collect()
    }

    fn sent(&self) -> Vec<ClientMessage> {
        self.out
            .iter()
            .filter_map(|output| if let Output::Send(frame) = output { Some(frame.clone()) } else { None })
            .collect()
    }

    /// The ids of the messages sent.
    fn sent_ids(&self) -> Vec<String> {
        let ids = self.sent().into_iter().filter_map(|frame| match frame {
            ClientMessage::Message { id, room_id, .. } => {
                assert_eq!(room_id, Some(room("garden")));
                id
            }
            _ => None,
        });
        ids.map(String::from).collect()
    }

    /// How long the last timer of this kind waits; `None` if it was cancelled.
    fn wake(&self, timer: Timer) -> Option<u64> {
        let last = self.out.iter().rev().find(|output| match output {
            Output::SetTimer { timer: t, .. } | Output::CancelTimer(t) => *t == timer,
            _ => false,
        });
        if let Some(Output::SetTimer { after_ms, .. }) = last { Some(*after_ms) } else { None }
    }

    fn loads(&self) -> usize {
        self.out.iter().filter(|output| **output == Output::Effect(Effect::LoadHistory)).count()
    }

    fn does(&self, what: &Output) -> bool {
        self.out.contains(what)
    }

    /// What a reload of the page would find, if it changed.
    fn stored(&self) -> Option<Vec<String>> {
        self.out.iter().rev().find_map(|output| match output {
            Output::Effect(Effect::StoreUnsent(list)) => {
                Some(list.iter().map(|unsent| unsent.id.to_string()).collect())
            }
            _ => None,
        })
    }
}

fn room(id: &str) -> RoomId {
    RoomId::parse(id).unwrap()
}

fn id(text: &str) -> MessageId {
    MessageId::parse(text).unwrap()
}

fn position(epoch: &str, offset: u64) -> Position {
    Position { epoch: Epoch::parse(epoch).unwrap(), offset }
}

fn person(id: &str) -> Member {
    Member { id: UserId::parse(id).unwrap(), name: Name::parse(id).unwrap() }
}

fn unsent(text: &str) -> Unsent {
    Unsent::new(id(text), format!("text of {text}"), 0)
}

/// A message of another person.
fn message(offset: u64) -> Message {
    by("ben", &format!("b{offset}"), offset)
}

fn by(author: &str, name: &str, offset: u64) -> Message {
    Message::posted(room("garden"), id(name), offset, person(author), "", 0)
}

fn says(offset: u64) -> ServerMessage {
    ServerMessage::Message(message(offset))
}

/// One's own message comes back.
fn echo(name: &str, offset: u64) -> ServerMessage {
    ServerMessage::Message(by("ana", name, offset))
}

fn joined_at(top: u64, recovered: bool, messages: &[u64]) -> Joined {
    Joined {
        room_id: room("garden"),
        you: person("ana"),
        session: None,
        members: vec![person("ana")],
        member_count: 1,
        position: position("e1", top),
        recovered,
        edited: vec![],
        deleted: vec![],
        messages: messages.iter().copied().map(message).collect(),
    }
}

fn joined(top: u64, recovered: bool, messages: &[u64]) -> ServerMessage {
    ServerMessage::Joined(joined_at(top, recovered, messages))
}

/// A page with `messages`, loaded when the top of the log was `top`.
fn page_of(epoch: &str, top: u64, messages: Vec<Message>) -> HistoryPage {
    HistoryPage { messages, position: position(epoch, top), more: false, first: 1, last: top }
}

fn page(top: u64) -> HistoryPage {
    page_of("e1", top, vec![message(top)])
}

fn refusal(code: ErrorCode, of: Option<&str>) -> ServerMessage {
    ServerMessage::Error(Refusal::new(code, "because").answering(of.map(id)))
}

//! The smallest server that keeps the promises: one log, an answer for each frame, and the faults that
//! a real one has.

use std::collections::{BTreeMap, HashMap, VecDeque};

use protocol::*;

/// Recoveries longer than this are refused; small, so that it happens.
const RECOVERY_MOST: u64 = 6;
/// Messages on a page; small, so that earlier ones are missing.
const PAGE: usize = 4;

/// A fault of the next request, once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mishap {
    /// The message is in the log, but its sender gets a refusal.
    TakenButRefused,
    /// Too many messages at once.
    RateLimited,
    /// The answer to a join claims to have recovered everything, and lacks messages.
    FalseClaim,
}

/// What a socket delivers to a client.
#[derive(Clone, Debug)]
pub(crate) enum Down {
    Opened,
    Frame(ServerMessage),
    Closed(u16),
}

/// The server's end of a connection, and the wire to the client.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    pub(crate) user: String,
    pub(crate) is_in: bool,
    /// A frame was lost on the way; the server's position check will see it.
    pub(crate) has_hole: bool,
    pub(crate) up: VecDeque<ClientMessage>,
    pub(crate) down: VecDeque<Down>,
}

#[derive(Debug)]
pub(crate) struct Server {
    epoch: Epoch,
    epochs: u32,
    /// Every message that was ever at an offset, by epoch: the truth to compare with.
    pub(crate) logs: HashMap<Epoch, Vec<Message>>,
    /// The epoch under which a log continues, by the earlier one.
    names: HashMap<Epoch, Epoch>,
    taken: HashMap<(UserId, MessageId), (u64, String)>,
    /// Up to here nothing can be replayed.
    trimmed: u64,
    pub(crate) away: bool,
    pub(crate) mishap: Option<Mishap>,
    /// A page that a cache serves instead of the latest one.
    pub(crate) cached: Option<HistoryPage>,
    pub(crate) wires: BTreeMap<u32, Wire>,
}

impl Server {
    pub(crate) fn new() -> Self {
        let mut server = Self {
            epoch: Epoch::parse("e0").unwrap(),
            epochs: 0,
            logs: HashMap::new(),
            names: HashMap::new(),
            taken: HashMap::new(),
            trimmed: 0,
            away: false,
            mishap: None,
            cached: None,
            wires: BTreeMap::new(),
        };
        server.logs.insert(server.epoch.clone(), vec![]);
        server
    }

    pub(crate) fn log(&self) -> &Vec<Message> {
        &self.logs[&self.epoch]
    }

    /// The log for a client that knows it by `epoch`. Live frames carry no epoch: a client that missed the
    /// frame with the new one still gets the right messages.
    pub(crate) fn log_known_as<'a>(&'a self, mut epoch: &'a Epoch) -> &'a Vec<Message> {
        while let Some(later) = self.names.get(epoch) {
            epoch = later;
        }
        &self.logs[epoch]
    }

    pub(crate) fn top(&self) -> Position {
        Position { epoch: self.epoch.clone(), offset: self.log().len() as u64 }
    }

    pub(crate) fn page(&self) -> HistoryPage {
        let first = self.log().len().saturating_sub(PAGE);
        HistoryPage { messages: self.log()[first..].to_vec(), position: self.top(), more: first > 0 }
    }

    pub(crate) fn trim(&mut self) {
        self.trimmed = self.top().offset;
    }

    /// The log has lost its epoch, so every position is invalid. Its messages are gone too,
    /// or have other offsets.
    pub(crate) fn restart(&mut self, keeps_messages: bool) {
        let old = self.log().clone();
        // First of all: live frames do not carry the epoch.
        for wire in self.wires.values_mut() {
            wire.is_in = false;
            wire.up.clear();
            wire.down.push_back(Down::Closed(CloseCode::Resync.number()));
        }
        self.epochs += 1;
        self.epoch = Epoch::parse(&format!("e{}", self.epochs)).unwrap();
        self.trimmed = 0;
        self.taken.clear();
        self.logs.insert(self.epoch.clone(), vec![]);
        if keeps_messages {
            self.append(person("house"), MessageId::parse("restored").unwrap(), "restored");
            for message in old.iter().filter(|message| message.author.id.as_str() != "house") {
                self.append(message.author.clone(), message.id.clone(), &message.message);
            }
        }
    }

    /// The log gets another epoch and stays as it is; everybody in the room is notified.
    pub(crate) fn rename(&mut self) {
        let log = self.log().clone();
        self.epochs += 1;
        let epoch = Epoch::parse(&format!("e{}", self.epochs)).unwrap();
        let before = std::mem::replace(&mut self.epoch, epoch.clone());
        self.names.insert(before, epoch.clone());
        self.logs.insert(epoch, log);
        let renamed = ServerMessage::Position(NewEpoch { room_id: room(), position: self.top() });
        for wire in self.wires.values_mut().filter(|wire| wire.is_in) {
            wire.down.push_back(Down::Frame(renamed.clone()));
        }
    }

    /// What a real server's position check does every 40 s.
    pub(crate) fn check_positions(&mut self) {
        for wire in self.wires.values_mut().filter(|wire| wire.has_hole) {
            wire.has_hole = false;
            wire.is_in = false;
            wire.down.push_back(Down::Closed(CloseCode::Resync.number()));
        }
    }

    /// Handles the next frame of a connection, if there is one.
    pub(crate) fn hear(&mut self, socket: u32) -> bool {
        let Some(wire) = self.wires.get_mut(&socket) else { return false };
        let Some(frame) = wire.up.pop_front() else { return false };
        let user = wire.user.clone();
        match frame {
            ClientMessage::Join { since, .. } => self.join(socket, &user, since),
            ClientMessage::Message { id, message, .. } => self.message(socket, &user, id.unwrap(), &message),
            ClientMessage::Ping => self.answer(socket, ServerMessage::Pong),
            ClientMessage::Leave { .. } | ClientMessage::Typing { .. } => {}
        }
        true
    }

    fn join(&mut self, socket: u32, user: &str, since: Option<Position>) {
        if self.away {
            return self.refuse(socket, Refusal::new(ErrorCode::Unavailable, "away"));
        }
        let top = self.top();
        let from = since.filter(|since| {
            (since.epoch == top.epoch || since.offset == 0)
                && (self.trimmed..=top.offset).contains(&since.offset)
                && top.offset - since.offset <= RECOVERY_MOST
        });
        let mut messages = from.as_ref().map_or(vec![], |from| self.log()[from.offset as usize..].to_vec());
        let mut recovered = from.is_some();
        if self.mishap == Some(Mishap::FalseClaim) {
            self.mishap = None;
            recovered = true;
            messages = self.log().iter().skip(self.log().len() / 2).step_by(2).cloned().collect();
        }
        let you = person(user);
        let joined = Joined {
            room_id: room(),
            members: vec![you.clone()],
            you,
            session: None,
            member_count: 1,
            position: top,
            recovered,
            messages,
        };
        self.answer(socket, ServerMessage::Joined(joined));
        if let Some(wire) = self.wires.get_mut(&socket) {
            wire.is_in = true;
        }
    }

    fn message(&mut self, socket: u32, user: &str, id: MessageId, text: &str) {
        if !self.wires[&socket].is_in {
            return self.refuse(socket, Refusal::new(ErrorCode::NotInRoom, "who?").answering(Some(id)));
        }
        let refusal = if text.contains("bad") {
            Some(Refusal::new(ErrorCode::Invalid, "bad"))
        } else if self.away {
            Some(Refusal::new(ErrorCode::Unavailable, "away"))
        } else if self.mishap == Some(Mishap::RateLimited) {
            self.mishap = None;
            Some(Refusal::new(ErrorCode::RateLimited, "slow down").retry_after_ms(300))
        } else {
            None
        };
        if let Some(refusal) = refusal {
            return self.refuse(socket, refusal.answering(Some(id)));
        }
        let author = person(user);
        match self.taken.get(&(author.id.clone(), id.clone())) {
            Some((offset, same)) if same == text => {
                let first = self.log()[*offset as usize - 1].clone();
                self.answer(socket, ServerMessage::Message(first));
            }
            Some(_) => self.refuse(socket, Refusal::new(ErrorCode::Conflict, "taken").answering(Some(id))),
            None => {
                if self.mishap == Some(Mishap::TakenButRefused) {
                    self.mishap = None;
                    self.refuse(socket, Refusal::new(ErrorCode::Unavailable, "no answer").answering(Some(id.clone())));
                }
                self.append(author, id, text);
            }
        }
    }

    fn append(&mut self, author: Member, id: MessageId, text: &str) {
        let offset = self.top().offset + 1;
        let message = Message {
            room_id: room(),
            id: id.clone(),
            offset,
            author: author.clone(),
            message: text.into(),
            sent_at: 0,
        };
        self.taken.insert((author.id, id), (offset, text.into()));
        self.logs.get_mut(&self.epoch).unwrap().push(message.clone());
        for wire in self.wires.values_mut().filter(|wire| wire.is_in) {
            wire.down.push_back(Down::Frame(ServerMessage::Message(message.clone())));
        }
    }

    fn refuse(&mut self, socket: u32, refusal: Refusal) {
        self.answer(socket, ServerMessage::Error(refusal));
    }

    fn answer(&mut self, socket: u32, frame: ServerMessage) {
        if let Some(wire) = self.wires.get_mut(&socket) {
            wire.down.push_back(Down::Frame(frame));
        }
    }
}

pub(crate) fn room() -> RoomId {
    RoomId::parse("garden").unwrap()
}

fn person(id: &str) -> Member {
    Member { id: UserId::parse(id).unwrap(), name: Name::parse(id).unwrap() }
}

//! The smallest server that keeps the promises: one log, an answer for each frame, and the faults that
//! a real one has.

use std::collections::{BTreeMap, HashMap, VecDeque};

use protocol::*;

use crate::log::*;

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
#[expect(clippy::large_enum_variant, reason = "nearly all of them are frames")]
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
    /// Every event that was ever at an offset, as it was told first, by epoch: the truth to compare with.
    pub(crate) logs: HashMap<Epoch, Vec<RoomEvent>>,
    /// The log as it is stored and read: its messages as they are now, and nothing of a deleted text.
    stored: Vec<RoomEvent>,
    /// The epoch under which a log continues, by the earlier one.
    names: HashMap<Epoch, Epoch>,
    taken: HashMap<(UserId, MessageId), (u64, Asked)>,
    /// How many messages were posted, which is the time.
    posted: u64,
    /// How often the log began anew.
    restarts: u32,
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
            stored: vec![],
            names: HashMap::new(),
            taken: HashMap::new(),
            posted: 0,
            restarts: 0,
            trimmed: 0,
            away: false,
            mishap: None,
            cached: None,
            wires: BTreeMap::new(),
        };
        server.logs.insert(server.epoch.clone(), vec![]);
        server
    }

    pub(crate) fn log(&self) -> &Vec<RoomEvent> {
        &self.logs[&self.epoch]
    }

    /// The log for a client that knows it by `epoch`. Live frames carry no epoch: a client that missed the
    /// frame with the new one still gets the right events.
    pub(crate) fn log_known_as<'a>(&'a self, epoch: &'a Epoch) -> &'a Vec<RoomEvent> {
        &self.logs[self.last_name(epoch)]
    }

    /// The epoch under which the log of `epoch` continues at last.
    pub(crate) fn last_name<'a>(&'a self, mut epoch: &'a Epoch) -> &'a Epoch {
        while let Some(later) = self.names.get(epoch) {
            epoch = later;
        }
        epoch
    }

    pub(crate) fn top(&self) -> Position {
        Position { epoch: self.epoch.clone(), offset: self.log().len() as u64 }
    }

    /// Whether offsets may mean other messages than they did.
    pub(crate) fn began_anew(&self) -> bool {
        self.restarts > 0
    }

    /// Whether an event of that id is about a message that was deleted.
    pub(crate) fn is_of_deleted(&self, id: &MessageId) -> bool {
        let messages = fold_events(self.log());
        let target = self.log().iter().find(|event| source(event).1 == id).and_then(RoomEvent::target);
        messages.iter().any(|message| Some(message.offset) == target && message.is_deleted())
    }

    /// The latest page of history.
    pub(crate) fn page(&self) -> HistoryPage {
        self.page_before(self.stored.len() as u64 + 1)
    }

    /// The page before an offset. It covers so many entries of the log, whatever they are.
    pub(crate) fn page_before(&self, before: u64) -> HistoryPage {
        let end = self.stored.len().min(before as usize - 1);
        let covered = &self.stored[end.saturating_sub(PAGE)..end];
        let offset = |event: Option<&RoomEvent>| event.map_or(0, RoomEvent::offset);
        HistoryPage {
            messages: covered.iter().filter_map(|event| message_of(event).cloned()).collect(),
            position: self.top(),
            more: end > PAGE,
            first: offset(covered.first()),
            last: offset(covered.last()),
        }
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
        self.restarts += 1;
        self.epoch = Epoch::parse(&format!("e{}", self.epochs)).unwrap();
        self.trimmed = 0;
        self.taken.clear();
        self.logs.insert(self.epoch.clone(), vec![]);
        self.stored.clear();
        if keeps_messages {
            let (house, id) = (person("house"), MessageId::parse("restored").unwrap());
            self.append(posted(house, id, "restored"));
            let mut moved = HashMap::new();
            for event in old.iter().filter(|event| source(event).0.id.as_str() != "house") {
                let target = event.target().map_or(Some(0), |target| moved.get(&target).copied());
                let Some(target) = target else { continue }; // It was about the house's message.
                let offset = self.append(match event.clone() {
                    RoomEvent::Edited(edit) => RoomEvent::Edited(Change { target, ..edit }),
                    RoomEvent::Deleted(gone) => RoomEvent::Deleted(Change { target, ..gone }),
                    message => message,
                });
                moved.insert(event.offset(), offset);
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
            ClientMessage::Message { id, message, .. } => {
                self.say(socket, posted(person(&user), id.unwrap(), &message))
            }
            ClientMessage::Edit(WantedChange { id, target, sent_at, message, .. }) => {
                let edit = about(self.meant(target, sent_at), person(&user), id.unwrap(), message);
                self.say(socket, RoomEvent::Edited(edit));
            }
            ClientMessage::Delete(WantedChange { id, target, sent_at, .. }) => {
                let deletion = about(self.meant(target, sent_at), person(&user), id.unwrap(), None);
                self.say(socket, RoomEvent::Deleted(deletion));
            }
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
        let mut missed = from.as_ref().map_or(vec![], |from| self.stored[from.offset as usize..].to_vec());
        let mut recovered = from.is_some();
        if self.mishap == Some(Mishap::FalseClaim) {
            self.mishap = None;
            recovered = true;
            missed = self.stored.iter().skip(self.stored.len() / 2).step_by(2).cloned().collect();
        }
        let (mut messages, mut edited, mut deleted) = (vec![], vec![], vec![]);
        for event in missed {
            match event {
                RoomEvent::Posted(message) => messages.push(message),
                RoomEvent::Edited(edit) => edited.push(edit),
                RoomEvent::Deleted(deletion) => deleted.push(deletion),
            }
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
            edited,
            deleted,
            messages,
        };
        self.answer(socket, ServerMessage::Joined(joined));
        if let Some(wire) = self.wires.get_mut(&socket) {
            wire.is_in = true;
        }
    }

    fn say(&mut self, socket: u32, event: RoomEvent) {
        let (author, id) = source(&event);
        let (author, id) = (author.id.clone(), id.clone());
        if !self.wires[&socket].is_in {
            return self.refuse(socket, Refusal::new(ErrorCode::NotInRoom, "who?").answering(Some(id)));
        }
        let asked = asked(&event);
        let refusal = if asked.1.as_ref().is_some_and(|text| text.contains("bad")) {
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
        match self.taken.get(&(author, id.clone())) {
            Some((offset, same)) if *same == asked => {
                let first = self.stored[*offset as usize - 1].clone();
                if *source(&first).1 != id {
                    // The edit went with its message.
                    return self.refuse(socket, Refusal::new(ErrorCode::NoMessage, "gone").answering(Some(id)));
                }
                self.answer(socket, first.into());
            }
            Some(_) => self.refuse(socket, Refusal::new(ErrorCode::Conflict, "taken").answering(Some(id))),
            None => {
                if let Some(code) = self.forbids(&event) {
                    return self.refuse(socket, Refusal::new(code, "no").answering(Some(id)));
                }
                if self.mishap == Some(Mishap::TakenButRefused) {
                    self.mishap = None;
                    self.refuse(socket, Refusal::new(ErrorCode::Unavailable, "no answer").answering(Some(id)));
                }
                self.append(event);
            }
        }
    }

    /// The offset of the message that is meant; 0 where another one has that offset.
    fn meant(&self, target: u64, sent_at: Option<u64>) -> u64 {
        let entry = self.stored.get((target as usize).wrapping_sub(1)).and_then(message_of);
        entry.filter(|message| Some(message.sent_at) == sent_at).map_or(0, |message| message.offset)
    }

    /// Why an earlier message may not be changed so. Carl may delete those of others.
    fn forbids(&self, event: &RoomEvent) -> Option<ErrorCode> {
        let target = event.target()?;
        let entry = self.stored.get((target as usize).wrapping_sub(1)).and_then(message_of);
        let Some(message) = entry.filter(|message| !message.is_deleted()) else { return Some(ErrorCode::NoMessage) };
        let (author, _) = source(event);
        let may = author.id == message.author.id || asked(event).1.is_none() && author.id.as_str() == "carl";
        (!may).then_some(ErrorCode::Forbidden)
    }

    /// Adds an event to the log, tells it, and rewrites what it is about; returns its offset.
    fn append(&mut self, mut event: RoomEvent) -> u64 {
        let offset = self.top().offset + 1;
        match &mut event {
            RoomEvent::Posted(message) => {
                message.offset = offset;
                if message.sent_at == 0 {
                    self.posted += 1;
                    message.sent_at = self.posted;
                }
            }
            RoomEvent::Edited(change) | RoomEvent::Deleted(change) => {
                (change.offset, change.changed_at) = (offset, offset);
            }
        }
        let (author, id) = source(&event);
        self.taken.insert((author.id.clone(), id.clone()), (offset, asked(&event)));
        self.stored.iter_mut().for_each(|entry| rewrite(entry, &event));
        self.stored.push(event.clone());
        self.logs.get_mut(&self.epoch).unwrap().push(event.clone());
        for wire in self.wires.values_mut().filter(|wire| wire.is_in) {
            wire.down.push_back(Down::Frame(event.clone().into()));
        }
        offset
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

//! A person with a page: drives a client as a browser does, and compares everything that it is told
//! with the server's logs.

use std::collections::{BTreeMap, HashMap, HashSet};

use client::room::*;
use protocol::*;

use crate::log::{room, source};
use crate::server::{Down, Server, Wire};

/// A page that was requested over HTTP, as it was then; `None` if the request fails.
type Read = Option<HistoryPage>;

pub(crate) struct Client {
    name: String,
    user: String,
    client: RoomClient,
    socket: Option<u32>,
    timers: HashMap<Timer, u64>,
    read: Option<Read>,
    kept: Vec<Unsent>,
    /// An earlier page that was requested, as it was then.
    earlier: Option<HistoryPage>,
    /// The position of the last event that is shown.
    shown: Option<Position>,
    /// The messages that are shown.
    messages: Vec<Message>,
    /// The offset from which on everything is shown.
    first: u64,
    changes: Changes,
    status: Status,
    /// The ids of all messages of this client, in the order of writing.
    pub(crate) said: Vec<MessageId>,
    pub(crate) fates: BTreeMap<MessageId, Fate>,
    /// The ids that were refused at least once: others may have passed them.
    pub(crate) refused: HashSet<MessageId>,
    /// The ids of edits and deletions.
    pub(crate) changing: HashSet<MessageId>,
    counter: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    Pending,
    Settled,
    Refused,
    Discarded,
}

/// What a client needs of the world for one step.
pub(crate) struct Around<'a> {
    pub(crate) server: &'a mut Server,
    pub(crate) now: u64,
    pub(crate) random: u32,
    pub(crate) next_socket: &'a mut u32,
}

impl Client {
    pub(crate) fn new(name: &str, user: &str) -> Self {
        Self {
            name: name.into(),
            user: user.into(),
            client: RoomClient::new(RoomOptions { room_id: room(), position: None, unsent: vec![] }),
            socket: None,
            timers: HashMap::new(),
            read: None,
            kept: vec![],
            earlier: None,
            shown: None,
            messages: vec![],
            first: 1,
            changes: Changes::default(),
            status: Status::Connecting,
            said: vec![],
            fates: BTreeMap::new(),
            refused: HashSet::new(),
            changing: HashSet::new(),
            counter: 0,
        }
    }

    /// Opens the page, or reloads it: only what was stored is left.
    pub(crate) fn open_page(&mut self, drawn_by_server: bool, around: &mut Around) {
        if let Some(socket) = self.socket.take() {
            around.server.wires.remove(&socket);
        }
        self.timers.clear();
        self.read = None;
        self.shown = None;
        if drawn_by_server && !around.server.away {
            self.show(around.server.page());
        }
        self.status = Status::Connecting;
        let beginning =
            RoomOptions { room_id: room(), position: self.shown.clone(), unsent: std::mem::take(&mut self.kept) };
        self.kept = beginning.unsent.clone();
        self.client = RoomClient::new(beginning);
        self.step(Input::Start, around);
    }

    pub(crate) fn say(&mut self, bad: bool, around: &mut Around) {
        let word = if bad { "bad" } else { "good" };
        let unsent = self.unsent(word, around.now);
        self.step(Input::Command(Command::Say(unsent)), around);
    }

    /// Edits or deletes one of the messages that are shown, or tries to.
    pub(crate) fn change(&mut self, which: usize, deletes: bool, around: &mut Around) {
        if self.messages.is_empty() {
            return;
        }
        let message = &self.messages[which % self.messages.len()];
        let (target, target_sent_at) = (Some(message.offset), Some(message.sent_at));
        let unsent = self.unsent("better", around.now);
        self.changing.insert(unsent.id.clone());
        let unsent = if deletes {
            Unsent { deletes: target, target_sent_at, text: String::new(), ..unsent }
        } else {
            Unsent { edits: target, target_sent_at, ..unsent }
        };
        self.step(Input::Command(Command::Say(unsent)), around);
    }

    fn unsent(&mut self, word: &str, now: u64) -> Unsent {
        self.counter += 1;
        let id = MessageId::parse(&format!("{}{}", self.name, self.counter)).unwrap();
        self.said.push(id.clone());
        self.fates.insert(id.clone(), Fate::Pending);
        Unsent::new(id, format!("{word} {}", self.counter), now)
    }

    /// Scrolls up: requests the page before what is shown.
    pub(crate) fn look_back(&mut self, server: &Server) {
        if self.first > 1 && !server.away {
            self.earlier = Some(server.page_before(self.first));
        }
    }

    /// Shows the earlier page, if it still joins what is shown. Meanwhile there may have been changes.
    pub(crate) fn show_earlier(&mut self, server: &Server) -> bool {
        let Some(page) = self.earlier.take() else { return false };
        let Some(shown) = &self.shown else { return true };
        if page.last + 1 == self.first && server.last_name(&page.position.epoch) == server.last_name(&shown.epoch) {
            let mut messages = page.messages;
            messages.iter_mut().for_each(|message| self.changes.apply_to(message, page.position.offset));
            messages.append(&mut self.messages);
            (self.messages, self.first) = (messages, page.first);
        }
        true
    }

    fn show(&mut self, page: HistoryPage) {
        self.first = page.first.max(1);
        self.messages = page.messages;
        self.changes.clear();
        self.earlier = None;
        self.shown = Some(page.position);
    }

    /// Retries or gives up the first refused message.
    pub(crate) fn decide(&mut self, again: bool, around: &mut Around) {
        let refused = self.client.unsent().find(|unsent| unsent.refused.is_some()).map(|unsent| unsent.id.clone());
        if let Some(id) = refused {
            self.step(
                if again { Input::Command(Command::Retry(id)) } else { Input::Command(Command::Discard(id)) },
                around,
            );
        }
    }

    /// Handles the next event of the socket, if there is one.
    pub(crate) fn hear(&mut self, around: &mut Around) -> bool {
        let wire = self.socket.and_then(|socket| around.server.wires.get_mut(&socket));
        let Some(down) = wire.and_then(|wire| wire.down.pop_front()) else { return false };
        let input = match down {
            Down::Opened => Input::Opened,
            Down::Frame(frame) => Input::Frame(frame),
            Down::Closed(code) => {
                if let Some(socket) = self.socket.take() {
                    around.server.wires.remove(&socket);
                }
                Input::Closed { code }
            }
        };
        self.step(input, around);
        true
    }

    /// Handles the end of the page's load, if one is under way.
    pub(crate) fn read(&mut self, around: &mut Around) -> bool {
        let Some(read) = self.read.take() else { return false };
        self.step(Input::Result(read.map_or(EffectResult::HistoryFailed, EffectResult::HistoryLoaded)), around);
        true
    }

    pub(crate) fn socket(&self) -> Option<u32> {
        self.socket
    }

    pub(crate) fn next_wake(&self) -> Option<u64> {
        self.timers.values().min().copied()
    }

    /// Fires the first timer that is due.
    pub(crate) fn wake(&mut self, around: &mut Around) {
        let due =
            self.timers.iter().filter(|(_, at)| **at <= around.now).min_by_key(|(timer, at)| (**at, **timer as u8));
        if let Some(timer) = due.map(|(timer, _)| *timer) {
            self.timers.remove(&timer);
            self.step(Input::TimerFired(timer), around);
        }
    }

    pub(crate) fn step(&mut self, input: Input, around: &mut Around) {
        for output in self.client.step(input, around.random) {
            self.carry_out(output, around);
        }
        self.note_new_epoch(around.server);
        assert_eq!(self.client.position(), self.shown.as_ref(), "{}: position and page differ", self.name);
        assert!(self.client.unsent().eq(&self.kept), "{}: a reload would find something else", self.name);
    }

    /// Under another epoch a client may go on only where all it shows is the same.
    fn note_new_epoch(&mut self, server: &Server) {
        if let (Some(now), Some(shown)) = (self.client.position(), &mut self.shown)
            && now.epoch != shown.epoch
        {
            let seen = shown.offset as usize;
            assert_eq!(server.logs[&now.epoch][..seen], server.log_known_as(&shown.epoch)[..seen], "{}", self.name);
            shown.epoch = now.epoch.clone();
        }
    }

    fn carry_out(&mut self, output: Output, around: &mut Around) {
        match output {
            Output::Connect => {
                assert_eq!(self.socket, None, "{}: a second socket", self.name);
                *around.next_socket += 1;
                self.socket = Some(*around.next_socket);
                let down = [Down::Opened].into();
                around
                    .server
                    .wires
                    .insert(*around.next_socket, Wire { user: self.user.clone(), down, ..Wire::default() });
            }
            Output::Disconnect => {
                let socket = self.socket.take().expect("a socket to drop");
                around.server.wires.remove(&socket);
            }
            // A socket that was cut silently loses what is sent.
            Output::Send(frame) => {
                let socket = self.socket.expect("a socket to send on");
                if let Some(wire) = around.server.wires.get_mut(&socket) {
                    wire.up.push_back(frame);
                }
            }
            Output::SetTimer { timer, after_ms } => {
                self.timers.insert(timer, around.now + after_ms);
            }
            Output::CancelTimer(timer) => {
                self.timers.remove(&timer);
            }
            Output::Effect(Effect::LoadHistory) => {
                let latest = || (!around.server.away).then(|| around.server.page());
                self.read = Some(around.server.cached.clone().or_else(latest));
            }
            Output::Effect(Effect::StoreUnsent(list)) => self.kept = list,
            Output::Emit(event) => self.told(event, around.server),
        }
    }

    fn told(&mut self, event: Event, server: &Server) {
        match event {
            Event::Status(status) => self.status = status,
            Event::Reset(page) => {
                let log = &server.logs[&page.position.epoch];
                assert!(fold_events(&log[..page.position.offset as usize]).ends_with(&page.messages));
                self.show(page);
            }
            Event::Logged(new) => {
                self.changes.note(&new);
                let shown = self.shown.as_mut().expect("a page before messages");
                // A client that has seen nothing can continue any log that is sent from its beginning.
                if shown.offset == 0
                    && let Some(reached) = self.client.position()
                {
                    shown.epoch = reached.epoch.clone();
                }
                for event in new {
                    let next = &server.log_known_as(&shown.epoch)[shown.offset as usize];
                    // What is left of an edit is the deletion.
                    let is_left = matches!((&event, next), (RoomEvent::Deleted(_), RoomEvent::Edited(_)));
                    let is_next = if is_left {
                        (event.offset(), event.target()) == (next.offset(), next.target())
                    } else {
                        place(&event) == place(next)
                    };
                    assert!(is_next, "{}: {event:?} is not {next:?}", self.name);
                    shown.offset += 1;
                    match event {
                        RoomEvent::Posted(message) => self.messages.push(message),
                        event => self.messages.iter_mut().for_each(|message| {
                            message.apply(&event);
                        }),
                    }
                }
            }
            Event::Acknowledged(id) => {
                assert!(server.logs.values().flatten().any(|event| *source(event).1 == id), "{id} is in no log");
                assert_eq!(self.fates.insert(id, Fate::Settled), Some(Fate::Pending), "settled twice");
            }
            Event::Pending(unsent) => {
                self.fates.insert(unsent.id, if unsent.refused.is_some() { Fate::Refused } else { Fate::Pending });
            }
            Event::Refused(id, _) => {
                self.refused.insert(id.clone());
                self.fates.insert(id, Fate::Refused);
            }
            Event::Discarded(id) => {
                self.fates.insert(id, Fate::Discarded);
            }
            Event::Availability(_)
            | Event::Delayed(..)
            | Event::Entered(_)
            | Event::Presence(_)
            | Event::Typing(_)
            | Event::Namesake(_)
            | Event::Error(_) => {}
        }
    }

    /// What must be true once the faults are over.
    pub(crate) fn check_settled(&self, server: &Server) {
        assert_eq!(self.status, Status::Live, "{}", self.name);
        assert_eq!(self.shown, Some(server.top()), "{}: everything is shown", self.name);
        let mut messages = fold_events(server.log());
        messages.retain(|message| message.offset >= self.first);
        assert_eq!(self.messages, messages, "{}: as one reader from the beginning sees it", self.name);
        assert!(self.fates.values().all(|fate| *fate != Fate::Pending), "{}: {:?}", self.name, self.fates);
        assert!(self.client.unsent().all(|unsent| unsent.refused.is_some()));
    }
}

/// What stays the same of an event, whatever becomes of the message: its place, its source and what it is about.
fn place(event: &RoomEvent) -> (u64, Option<u64>, (&Member, &MessageId)) {
    (event.offset(), event.target(), source(event))
}

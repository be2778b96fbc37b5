//! One of a crowd: says what it is asked to, or something of its own now and then, and keeps a diary.
//!
//! Its client is the browser's own [`RoomClient`](client::room::RoomClient), over the [driver](crate::driver).

use std::collections::VecDeque;
use std::future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use client::Connection;
use client::room::{self, Effect, EffectResult, Event, RoomProtocol, Unsent};
use futures::future::{BoxFuture, FutureExt};
use protocol::{MessageId, RoomEvent, RoomId, ServerMessage, wire};
use rand::rngs::SmallRng;
use rand::{Rng, RngExt};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::diary::Diary;
use super::session::Session;
use super::texts::{self, TextLength};
use crate::driver::{Action, Bot};
use crate::ledger::Ledger;
use crate::stage::LoadBalancer;

/// What a client can be asked to do.
#[derive(Debug)]
pub(super) enum GuestCommand {
    /// Send a message with this text.
    Say(String),
    /// Leave with a clean close, as somebody who closes the tab.
    Leave,
    /// Lose the connection without a close frame, and come back.
    Cut,
    /// Lose the network without a close frame, and stay away.
    Away,
    /// The network is there again.
    Back,
}

/// How often all clients write, and how long their texts are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TalkRate {
    /// On average; `None`: nobody says anything by themselves.
    pub(super) every: Option<Duration>,
    pub(super) words: TextLength,
    /// Whether they change nothing that they said: servers of earlier versions cannot.
    pub(super) is_final: bool,
}

/// Of how many things that a guest says one is a change of an earlier one.
const ONE_CHANGE_IN: u32 = 8;
/// Of how many changes one is a deletion.
const ONE_DELETION_IN: u32 = 4;
/// How many of its last messages a guest changes.
const CHANGEABLE: usize = 8;

/// Somebody in a room.
pub(super) struct Guest {
    parts: Parts,
    next_words: Option<Instant>,
    written: u64,
    /// Its last messages in the log that it has not deleted: their offsets, when they were sent, and their ids.
    own: VecDeque<(u64, u64, MessageId)>,
}

/// What a guest is made with.
pub(super) struct Parts {
    pub(super) room: RoomId,
    pub(super) session: Session,
    pub(super) load_balancer: Arc<LoadBalancer>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) diary: Arc<Mutex<Diary>>,
    pub(super) rng: SmallRng,
    pub(super) talk: watch::Receiver<TalkRate>,
    pub(super) commands: mpsc::Receiver<GuestCommand>,
}

impl Guest {
    pub(super) fn new(parts: Parts) -> Self {
        let mut guest = Self { parts, next_words: None, written: 0, own: VecDeque::new() };
        guest.plan_words();
        guest
    }

    fn say(&mut self, text: String) -> Option<Action<RoomProtocol>> {
        self.written += 1;
        let id = MessageId::parse(&format!("c-{}", self.written)).ok()?;
        self.parts.ledger.note_sent(&self.parts.room, &self.parts.session.me, &id, &text);
        Some(Action::Command(room::Command::Say(Unsent::new(id, text, 0))))
    }

    fn say_something(&mut self) -> Option<Action<RoomProtocol>> {
        let (words, stamp) = (self.parts.talk.borrow().words, format!("{} {}", self.parts.session.me, self.written));
        let text = texts::draw(&mut self.parts.rng, words, &stamp);
        self.plan_words();
        let is_final = self.parts.talk.borrow().is_final;
        if !is_final && !self.own.is_empty() && self.parts.rng.random_ratio(1, ONE_CHANGE_IN) {
            return self.change_something(text);
        }
        self.say(text)
    }

    /// Gives one of its messages another text, or deletes it.
    fn change_something(&mut self, text: String) -> Option<Action<RoomProtocol>> {
        let at = self.parts.rng.random_range(0..self.own.len());
        let is_deleted = self.parts.rng.random_ratio(1, ONE_DELETION_IN);
        let (target, sent_at, message) = if is_deleted { self.own.remove(at)? } else { self.own.get(at)?.clone() };
        self.written += 1;
        let (me, id) = (self.parts.session.me.clone(), MessageId::parse(&format!("c-{}", self.written)).ok()?);
        let new = (!is_deleted).then_some(text.as_str());
        self.parts.ledger.note_change(&self.parts.room, (me.clone(), id.clone()), (me, message), new);
        let unsent = match new {
            Some(_) => Unsent { edits: Some(target), ..Unsent::new(id, text, 0) },
            None => Unsent { deletes: Some(target), ..Unsent::new(id, String::new(), 0) },
        };
        Some(Action::Command(room::Command::Say(Unsent { target_sent_at: Some(sent_at), ..unsent })))
    }

    /// Remembers its own messages. What is of another log by now cannot be changed any more.
    fn note_own(&mut self, event: &Event) {
        match event {
            Event::Logged(events) => {
                for event in events {
                    if let RoomEvent::Posted(message) = event
                        && message.author.id == self.parts.session.me
                    {
                        self.own.push_back((message.offset, message.sent_at, message.id.clone()));
                        self.own.drain(..self.own.len().saturating_sub(CHANGEABLE));
                    }
                }
            }
            Event::Reset(_) => self.own.clear(),
            _ => {}
        }
    }

    fn plan_words(&mut self) {
        let every = self.parts.talk.borrow_and_update().every;
        let rng = &mut self.parts.rng;
        self.next_words = every.map(|every| Instant::now() + every.mul_f64(rng.random_range(0.0..2.0)));
    }

    /// Loads the latest page of the room.
    fn load(&mut self) -> BoxFuture<'static, EffectResult> {
        let Parts { load_balancer, session, room, rng, .. } = &mut self.parts;
        let (load_balancer, cookie, random) = (load_balancer.clone(), session.cookie.clone(), rng.next_u32());
        let form = format!("room={room}");
        let loaded = async move {
            let answer = load_balancer.post("/api/history", &form, Some(&cookie), random).await.ok()?;
            if answer.status == 200 { wire::decode(&answer.body) } else { None }
        };
        loaded.map(|page| page.map_or(EffectResult::HistoryFailed, EffectResult::HistoryLoaded)).boxed()
    }
}

impl Bot<RoomProtocol> for Guest {
    async fn next_action(&mut self) -> Option<Action<RoomProtocol>> {
        loop {
            let words_at = self.next_words.unwrap_or_else(|| Instant::now() + Duration::from_secs(3600));
            let said = tokio::select! {
                command = self.parts.commands.recv() => match command {
                    Some(GuestCommand::Say(text)) => self.say(text),
                    Some(GuestCommand::Leave) => {
                        lock(&self.parts.diary).is_live = false;
                        return None;
                    }
                    Some(GuestCommand::Cut) => Some(Action::Cut),
                    Some(GuestCommand::Away) => Some(Action::GoOffline),
                    Some(GuestCommand::Back) => Some(Action::GoOnline),
                    // Dropped: the task of this client is about to end, and cuts the connection.
                    None => return future::pending().await,
                },
                Ok(()) = self.parts.talk.changed() => {
                    self.plan_words();
                    None
                }
                () = sleep_until(words_at) => self.say_something(),
            };
            if said.is_some() {
                return said;
            }
        }
    }

    fn on_text(&mut self, text: &str, frame: Option<&ServerMessage>, client: &Connection<RoomProtocol>) {
        let mut diary = lock(&self.parts.diary);
        diary.frames += 1;
        diary.bytes += text.len() as u64;
        if let Some(frame) = frame {
            diary.frame(frame, client.position());
        }
    }

    fn on_event(&mut self, event: Event) {
        self.note_own(&event);
        lock(&self.parts.diary).event(&event);
    }

    fn carry_out(&mut self, effect: Effect) -> Option<BoxFuture<'static, EffectResult>> {
        match effect {
            Effect::LoadHistory => Some(self.load()),
            Effect::StoreUnsent(_) => None,
        }
    }

    fn after_step(&mut self, client: &Connection<RoomProtocol>) {
        let mut diary = lock(&self.parts.diary);
        diary.follow(client.position());
        diary.pending = client.unsent().filter(|unsent| unsent.refused.is_none()).count();
    }

    fn on_opened(&mut self, node: std::net::SocketAddr) {
        lock(&self.parts.diary).node = Some(node);
    }

    fn on_closed(&mut self, code: u16) {
        *lock(&self.parts.diary).closes.entry(code).or_default() += 1;
    }
}

/// A diary to read or write in, for a moment.
pub(super) fn lock(diary: &Mutex<Diary>) -> MutexGuard<'_, Diary> {
    diary.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gets a session, from any node, however long that takes.
pub(super) async fn arrive(load_balancer: &LoadBalancer, rng: &mut SmallRng) -> Session {
    loop {
        if let Ok(session) = Session::open(load_balancer, rng.next_u32()).await {
            return session;
        }
        sleep(Duration::from_millis(200)).await;
    }
}

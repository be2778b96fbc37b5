//! One client: the browser's own [`RoomClient`](client::room::RoomClient), driven over a real socket.
//!
//! Does what `frontend/src/driver.rs` does, with a diary in the place of a page.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use client::room::{self, Effect, EffectResult, Input, Output, RoomClient, RoomOptions, Unsent};
use futures::future::{BoxFuture, FutureExt};
use protocol::{CloseCode, HistoryPage, MessageId, RoomId, wire};
use rand::rngs::SmallRng;
use rand::{Rng, RngExt};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::clock::Clock;
use super::diary::Diary;
use super::session::Session;
use super::socket::{Socket, SocketEvent};
use super::texts::{self, TextLength};
use crate::ledger::Ledger;
use crate::stage::LoadBalancer;

/// A browser gives an upgrade up, too.
const OPEN_WITHIN: Duration = Duration::from_secs(30);

/// What a client can be asked to do.
#[derive(Debug)]
pub(super) enum Command {
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
}

/// What a client is made of.
pub(super) struct Driver {
    client: RoomClient,
    room: RoomId,
    session: Session,
    load_balancer: Arc<LoadBalancer>,
    ledger: Arc<Ledger>,
    diary: Arc<Mutex<Diary>>,
    rng: SmallRng,
    clock: Clock,
    socket: Option<Socket>,
    opening: Option<BoxFuture<'static, Option<Socket>>>,
    reading: Option<BoxFuture<'static, Option<HistoryPage>>>,
    talk: watch::Receiver<TalkRate>,
    next_words: Option<Instant>,
    written: u64,
}

/// What a driver is made with.
pub(super) struct Parts {
    pub(super) room: RoomId,
    pub(super) session: Session,
    pub(super) load_balancer: Arc<LoadBalancer>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) diary: Arc<Mutex<Diary>>,
    pub(super) rng: SmallRng,
    pub(super) pace: f64,
    pub(super) talk: watch::Receiver<TalkRate>,
}

impl Driver {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { room, session, load_balancer, ledger, diary, rng, pace, talk } = parts;
        Self {
            client: RoomClient::new(RoomOptions { room_id: room.clone(), position: None, unsent: Vec::new() }),
            clock: Clock::new(pace),
            room,
            session,
            load_balancer,
            ledger,
            diary,
            rng,
            socket: None,
            opening: None,
            reading: None,
            talk,
            next_words: None,
            written: 0,
        }
    }

    /// Lives until it is asked to leave, or nobody can ask any more.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        self.step(Input::Start);
        self.plan_words();
        loop {
            let words_at = self.next_words.unwrap_or_else(|| Instant::now() + Duration::from_secs(3600));
            tokio::select! {
                command = commands.recv() => match command {
                    Some(Command::Say(text)) => self.say(text),
                    Some(Command::Leave) => return self.leave().await,
                    Some(Command::Cut) => {
                        self.socket = None;
                        self.step(Input::Closed { code: 1006 });
                    }
                    Some(Command::Away) => {
                        self.socket = None;
                        self.step(Input::Offline);
                    }
                    Some(Command::Back) => self.step(Input::Online),
                    None => return,
                },
                socket = when_done(&mut self.opening) => {
                    let is_open = socket.is_some();
                    lock(&self.diary).node = socket.as_ref().map(|socket| socket.address);
                    self.socket = socket;
                    self.step(if is_open { Input::Opened } else { Input::Closed { code: 1006 } });
                }
                page = when_done(&mut self.reading) => self.step(Input::Result(page.map_or(EffectResult::HistoryFailed, EffectResult::HistoryLoaded))),
                heard = next_event(&mut self.socket) => self.on_event(heard),
                () = sleep_until(self.clock.next()) => {
                    while let Some(timer) = self.clock.take_due() {
                        self.step(Input::TimerFired(timer));
                    }
                }
                Ok(()) = self.talk.changed() => self.plan_words(),
                () = sleep_until(words_at) => {
                    let (words, stamp) = (self.talk.borrow().words, format!("{} {}", self.session.me, self.written));
                    let text = texts::draw(&mut self.rng, words, &stamp);
                    self.say(text);
                    self.plan_words();
                }
            }
        }
    }

    fn on_event(&mut self, heard: SocketEvent) {
        match heard {
            SocketEvent::Text(text) => {
                let frame = wire::decode_server(&text);
                {
                    let mut diary = lock(&self.diary);
                    diary.frames += 1;
                    diary.bytes += text.len() as u64;
                    if let Some(frame) = &frame {
                        diary.frame(frame, self.client.position());
                    }
                }
                if let Some(frame) = frame {
                    self.step(Input::Frame(frame));
                }
            }
            SocketEvent::Closed(code) => {
                self.hang_up();
                *lock(&self.diary).closes.entry(code).or_default() += 1;
                self.step(Input::Closed { code });
            }
        }
    }

    fn step(&mut self, input: Input) {
        let random = self.rng.next_u32();
        for output in self.client.step(input, random) {
            match output {
                Output::Connect => self.opening = Some(self.open().boxed()),
                Output::Disconnect => self.hang_up(),
                Output::Send(frame) => {
                    if let Some(socket) = &self.socket {
                        socket.send(&frame);
                    }
                }
                Output::SetTimer { timer, after_ms } => self.clock.set(timer, after_ms),
                Output::CancelTimer(timer) => self.clock.cancel(timer),
                Output::Effect(Effect::LoadHistory) => self.reading = Some(self.read().boxed()),
                Output::Effect(Effect::StoreUnsent(_)) => {}
                Output::Emit(event) => lock(&self.diary).event(&event),
            }
        }
        let mut diary = lock(&self.diary);
        diary.follow(self.client.position());
        diary.pending = self.client.unsent().filter(|unsent| unsent.refused.is_none()).count();
    }

    fn open(&mut self) -> impl Future<Output = Option<Socket>> + Send + use<> {
        let (load_balancer, random, cookie) =
            (self.load_balancer.clone(), self.rng.next_u32(), self.session.cookie.clone());
        async move {
            let opened = async {
                let (stream, address) = load_balancer.connect(random).await?;
                Socket::open(stream, address, &cookie).await
            };
            timeout(OPEN_WITHIN, opened).await.ok()?.ok()
        }
    }

    fn read(&mut self) -> impl Future<Output = Option<HistoryPage>> + Send + use<> {
        let (load_balancer, random, cookie) =
            (self.load_balancer.clone(), self.rng.next_u32(), self.session.cookie.clone());
        let form = format!("room={}", self.room);
        async move {
            let answer = load_balancer.post("/api/history", &form, Some(&cookie), random).await.ok()?;
            if answer.status == 200 { wire::decode(&answer.body) } else { None }
        }
    }

    fn hang_up(&mut self) {
        self.opening = None;
        if let Some(socket) = self.socket.take() {
            tokio::spawn(socket.close(CloseCode::Resync.number()));
        }
    }

    async fn leave(self) {
        lock(&self.diary).is_live = false;
        if let Some(socket) = self.socket {
            socket.close(1000).await;
        }
    }

    fn say(&mut self, text: String) {
        self.written += 1;
        let Ok(id) = MessageId::parse(&format!("c-{}", self.written)) else { return };
        self.ledger.note_sent(&self.room, &self.session.me, &id, &text);
        self.step(Input::Command(room::Command::Say(Unsent { id, text, written_at: 0, refused: None })));
    }

    fn plan_words(&mut self) {
        let every = self.talk.borrow_and_update().every;
        self.next_words = every.map(|every| Instant::now() + every.mul_f64(self.rng.random_range(0.0..2.0)));
    }
}

async fn when_done<T>(work: &mut Option<BoxFuture<'static, T>>) -> T {
    match work {
        Some(running) => {
            let done = running.await;
            *work = None;
            done
        }
        None => std::future::pending().await,
    }
}

async fn next_event(socket: &mut Option<Socket>) -> SocketEvent {
    match socket {
        Some(socket) => socket.next_event().await,
        None => std::future::pending().await,
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

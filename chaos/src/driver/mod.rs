//! Drives one [`Connection`], of a room or of a game, over a real socket: brings it events, one after another, and
//! carries out its outputs. As `frontend/src/driver.rs` does for a page, this does it for a [`Bot`].

use std::sync::Arc;
use std::time::Duration;

use client::{Connection, Input, InputOf, Output, Protocol};
use futures::future::{BoxFuture, FutureExt};
use protocol::CloseCode;
use rand::Rng;
use rand::rngs::SmallRng;
use tokio::time::{sleep_until, timeout};

use crate::stage::LoadBalancer;

mod bot;
mod clock;
mod socket;

pub(crate) use bot::{Action, Bot};
use clock::Clock;
use socket::{Socket, SocketEvent};

/// A browser gives an upgrade up, too.
const OPEN_WITHIN: Duration = Duration::from_secs(30);
/// As `deploy/haproxy.cfg` has it: so often another node is tried after one that leaves, before the browser is told.
const RETRIES: u32 = 3;
/// The close of a connection that was cut, or never came about.
const CUT: u16 = 1006;
/// The close of a page that is left.
const LEFT: u16 = 1000;

/// The way to the nodes, and who comes there.
pub(crate) struct Access {
    pub(crate) load_balancer: Arc<LoadBalancer>,
    /// The cookies of the browser.
    pub(crate) cookie: String,
    /// Chooses nodes and waits.
    pub(crate) rng: SmallRng,
}

impl Access {
    fn open(&mut self, path: &'static str) -> BoxFuture<'static, Option<Socket>> {
        let (load_balancer, cookie, random) = (self.load_balancer.clone(), self.cookie.clone(), self.rng.next_u32());
        let opened = async move {
            let mut retries = 0;
            loop {
                let (stream, address) = load_balancer.connect(random.wrapping_add(retries)).await?;
                match Socket::open(stream, address, path, &cookie).await {
                    Err(error) if retries < RETRIES && socket::is_for_another_node(&error) => retries += 1,
                    opened => return opened,
                }
            }
        };
        async move { timeout(OPEN_WITHIN, opened).await.ok()?.ok() }.boxed()
    }
}

/// A client, its bot, and what the two have under way.
pub(crate) struct Driver<P: Protocol, B> {
    connection: Connection<P>,
    bot: B,
    access: Access,
    clock: Clock,
    socket: Option<Socket>,
    opening: Option<BoxFuture<'static, Option<Socket>>>,
    working: Option<BoxFuture<'static, P::EffectResult>>,
}

impl<P: Protocol, B: Bot<P>> Driver<P, B> {
    /// With `pace` 60, a minute of the client lasts a second.
    pub(crate) fn new(connection: Connection<P>, bot: B, access: Access, pace: f64) -> Self {
        Self { connection, bot, access, clock: Clock::new(pace), socket: None, opening: None, working: None }
    }

    /// Runs until the bot leaves. `first` is what the client begins with. Dropped, the connection is cut.
    pub(crate) async fn run(mut self, first: InputOf<P>) {
        self.step(first);
        loop {
            tokio::select! {
                action = self.bot.next_action() => match action {
                    Some(action) => self.act(action),
                    None => return self.leave().await,
                },
                socket = when_done(&mut self.opening) => self.opened(socket),
                result = when_done(&mut self.working) => self.step(Input::Result(result)),
                event = next_event(&mut self.socket) => self.on_socket(event),
                () = sleep_until(self.clock.next()) => {
                    while let Some(timer) = self.clock.take_due() {
                        self.step(Input::TimerFired(timer));
                    }
                }
            }
        }
    }

    fn act(&mut self, action: Action<P>) {
        match action {
            Action::Command(command) => self.step(Input::Command(command)),
            Action::SendPastClient(frame) => self.send(&frame),
            Action::Cut => {
                self.cut();
                self.step(Input::Closed { code: CUT });
            }
            Action::GoOffline => {
                self.cut();
                self.step(Input::Offline);
            }
            Action::GoOnline => self.step(Input::Online),
        }
    }

    fn opened(&mut self, socket: Option<Socket>) {
        self.socket = socket;
        match &self.socket {
            Some(socket) => {
                self.bot.on_opened(socket.address);
                self.step(Input::Opened);
            }
            None => self.step(Input::Closed { code: CUT }),
        }
    }

    fn on_socket(&mut self, event: SocketEvent) {
        match event {
            SocketEvent::Text(text) => {
                let frame = P::decode(&text);
                self.bot.on_text(&text, frame.as_ref(), &self.connection);
                if let Some(frame) = frame {
                    self.step(Input::Frame(frame));
                }
            }
            SocketEvent::Closed(code) => {
                self.hang_up();
                self.bot.on_closed(code);
                self.step(Input::Closed { code });
            }
        }
    }

    fn step(&mut self, input: InputOf<P>) {
        let random = self.access.rng.next_u32();
        for output in self.connection.step(input, random) {
            match output {
                Output::Connect => self.opening = Some(self.access.open(P::PATH)),
                Output::Disconnect => self.hang_up(),
                Output::Send(frame) => self.send(&frame),
                Output::SetTimer { timer, after_ms } => self.clock.set(timer, after_ms),
                Output::CancelTimer(timer) => self.clock.cancel(timer),
                Output::Effect(effect) => {
                    if let Some(work) = self.bot.carry_out(effect) {
                        self.working = Some(work);
                    }
                }
                Output::Emit(event) => self.bot.on_event(event),
            }
        }
        self.bot.after_step(&self.connection);
    }

    fn send(&self, frame: &P::Message) {
        if let Some(socket) = &self.socket {
            socket.send(P::encode(frame));
        }
    }

    fn cut(&mut self) {
        self.opening = None;
        self.socket = None;
    }

    fn hang_up(&mut self) {
        self.opening = None;
        if let Some(socket) = self.socket.take() {
            tokio::spawn(socket.close(CloseCode::Resync.number()));
        }
    }

    async fn leave(self) {
        if let Some(socket) = self.socket {
            socket.close(LEFT).await;
        }
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

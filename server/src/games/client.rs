//! What the frames of one connection on `/games` do.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use futures::future::BoxFuture;
use protocol::game::frame::{Admit, Again, Answered, Code, Join, Open, SubmittedAnswer};
use protocol::game::{AnswerStatus, GameClientMessage, GameServerMessage};
use protocol::{CloseCode, ErrorCode, Member, Pin, QuizId, Refusal, UserId, wire};
use quiz::Command;
use realtime::outbox::Outbox;
use realtime::presence::Departure;

use super::local_game::LocalGame;
use super::participant::{Participant, Role};
use super::{GameSnapshot, Games, Key, PlayAgain, Seeker, entering, texts};
use crate::metrics::count_refusal;
use crate::quota::Payer;
use crate::session::{Authors, HostRole, Sessions};
use crate::throttle::{Cost, Throttle};
use crate::ws::{Action, Frame, Handler, Meter, Purpose, Service, Verdict, Visitor};

/// How many host's tokens one connection brings at most; the latest count.
const TOKENS: usize = 32;

/// The parts of a node that the WebSockets of games, `/games`, use.
pub struct GameSockets {
    /// This node's part in all games.
    pub games: Arc<Games>,
    /// Verifies and makes the tokens of hosts and seats.
    pub sessions: Sessions,
    /// Tells who may begin games.
    pub authors: Authors,
    /// Limits how many frames a client and an address send.
    pub throttle: Arc<Throttle>,
}

impl Service for GameSockets {
    type Handler = Client;
    type Credentials = Box<Credentials>;

    fn credentials(&self, headers: &HeaderMap, address: IpAddr) -> Box<Credentials> {
        let (mut hosts, may_write) = (self.sessions.host_tokens(headers), self.authors.may_write(headers));
        hosts.drain(..hosts.len().saturating_sub(TOKENS));
        Box::new(Credentials { hosts, address, may_write, has_key: self.authors.has_key(headers) })
    }

    fn begin(self: Arc<Self>, visitor: Visitor, outbox: Arc<Outbox>, credentials: Box<Credentials>) -> Client {
        let meter = Meter::new(credentials.address);
        Client { service: self, member: visitor.member, outbox, credentials, meter, place: None }
    }
}

/// One connection on `/games`: its session, the game that it is in, and its rate limits.
pub struct Client {
    service: Arc<GameSockets>,
    member: Arc<Member>,
    outbox: Arc<Outbox>,
    credentials: Box<Credentials>,
    meter: Meter,
    place: Option<JoinedGame>,
}

/// What is remembered of the upgrade request.
pub struct Credentials {
    /// Host's tokens that were not verified yet.
    hosts: Vec<String>,
    /// The address that wrong PINs are counted by.
    address: IpAddr,
    /// Whether this person is an author, who may begin games.
    may_write: bool,
    /// Whether the authors' key was entered.
    has_key: bool,
}

/// A deferred frame, with its game once [`Handler::prepare`] has found it.
pub struct DeferredFrame {
    message: GameClientMessage,
    found: Option<Box<Result<GameSnapshot, Refusal>>>,
}

/// The game that this connection is in.
struct JoinedGame {
    participant: Arc<Participant>,
    local_game: Arc<LocalGame>,
}

impl Handler for Client {
    type Deferred = DeferredFrame;

    const PURPOSE: Purpose = Purpose::Games;

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
            (Verdict::Pass, Ok(GameClientMessage::Ping)) => say(&self.outbox, &GameServerMessage::Pong),
            (Verdict::Pass, Ok(GameClientMessage::Answer(submitted))) => match self.answer(submitted) {
                Ok(saying) => return Action::InFlight(saying),
                Err(refusal) => refuse(&self.outbox, refusal),
            },
            (Verdict::Pass, Ok(message)) => return Action::Deferred(DeferredFrame { message, found: None }),
        }
        Action::Done
    }

    /// Looks the game up. The delay for wrong PINs is spent here, without a join permit.
    async fn prepare(&mut self, asked: &mut DeferredFrame) {
        let found = match &asked.message {
            GameClientMessage::Open(open) => {
                let mut hosts = self.credentials.hosts.clone();
                hosts.extend(open.token.clone());
                // A seat must not make guessing codes faster.
                let person = open.code.is_none().then_some(&self.member.id);
                self.find(&open.pin, Seeker { address: self.credentials.address, person, hosts: &hosts, seat: None })
                    .await
            }
            GameClientMessage::Join(join) => {
                let (person, seat) = (Some(&self.member.id), join.seat.as_deref());
                let hosts = &self.credentials.hosts;
                self.find(&join.pin, Seeker { address: self.credentials.address, person, hosts, seat }).await
            }
            _ => return,
        };
        asked.found = Some(Box::new(found));
    }

    async fn on_deferred(&mut self, asked: DeferredFrame) {
        if let Err(refusal) = self.done(asked).await {
            refuse(&self.outbox, refusal);
        }
    }

    fn on_close(&mut self, departure: Departure) {
        self.leave(departure);
    }
}

impl Client {
    async fn done(&mut self, DeferredFrame { message, found }: DeferredFrame) -> Result<(), Refusal> {
        use GameClientMessage as M;
        // `prepare` found the game of every frame that needs one.
        let found = found.map_or_else(|| Err(texts::no_game()), |found| *found);
        let (version, command) = match message {
            M::Create(create) => return self.create(&create.quiz).await,
            M::Open(open) => return self.open(open, &found?).await,
            M::Join(join) => return self.join(join, &found?).await,
            M::Kick(kick) => {
                let block = kick.block;
                return self.games().kick(&self.hosting().await?.key, &kick.whom(), block).await;
            }
            M::Rename(rename) => {
                return self.games().rename(&self.hosting().await?.key, &rename.player, &rename.nickname).await;
            }
            M::Pardon => return self.games().pardon(&self.hosting().await?.key).await,
            M::Admit(admit) => return self.admit(admit).await,
            M::Decline(decline) => return self.games().decline(&self.hosting().await?.key, &decline.players).await,
            M::RemoveHost(remove) => return self.games().remove_host(&self.hosting().await?.key, &remove.host).await,
            M::HandOver => return self.hand_over().await,
            M::Again(again) => return self.again(again).await,
            M::Leave => {
                self.leave(Departure::Clean);
                return Ok(());
            }
            M::Start(step) => (step.version, Command::Start),
            M::Next(step) => (step.version, Command::Next),
            M::Skip(step) => (step.version, Command::Skip),
            M::Pause(step) => (step.version, Command::Pause),
            M::Resume(step) => (step.version, Command::Resume),
            M::Reveal(step) => (step.version, Command::Reveal),
            M::End(step) => (step.version, Command::End),
            M::Extend(extend) => (None, Command::Extend(extend.seconds)),
            M::Lock(lock) => (None, Command::Lock(lock.locked)),
            M::Admission(set) => (None, Command::Admission(set.admission)),
            M::Chat(chat) => (None, Command::Chat(chat.open)),
            // Done in `on_frame`.
            M::Answer(_) | M::Ping => return Ok(()),
        };
        self.games().step(&self.hosting().await?.key, version, &command).await
    }

    async fn create(&mut self, quiz: &QuizId) -> Result<(), Refusal> {
        if !self.credentials.may_write {
            return Err(Refusal::new(
                ErrorCode::NotHost,
                "Only authors begin games here. Enter the authors' key first.",
            ));
        }
        let key = self.games().begin(&self.payer(), quiz).await?;
        self.note_host(&key, &HostRole::Owner);
        self.host(&key, HostRole::Owner).await
    }

    fn payer(&self) -> Payer {
        let Credentials { address, has_key, .. } = *self.credentials;
        Payer { person: self.member.id.clone(), address: Some(address), is_known: has_key }
    }

    async fn again(&self, again: Again) -> Result<(), Refusal> {
        let participant = self.hosting().await?;
        let Role::Host(role) = &participant.role else { return Err(texts::not_host()) };
        let request = PlayAgain { role, version: again.version, quiz: again.quiz.as_ref(), by: &self.payer() };
        self.games().again(&participant.key, request).await
    }

    /// Lets this connection come back to the game without a token. Only for its latest games: otherwise one
    /// connection could fill the memory.
    fn note_host(&mut self, key: &Key, role: &HostRole) {
        let token = self.service.sessions.host_token(&key.pin, &key.id, role);
        let hosts = &mut self.credentials.hosts;
        if !hosts.contains(&token) {
            hosts.push(token);
            hosts.drain(..hosts.len().saturating_sub(TOKENS));
        }
    }

    async fn admit(&self, admit: Admit) -> Result<(), Refusal> {
        let participant = self.hosting().await?;
        match (admit.all, admit.players) {
            (true, _) => self.games().admit(&participant.key, &[]).await,
            (false, players) if players.is_empty() => Err(texts::invalid("Say whom to let in.")),
            (false, players) => self.games().admit(&participant.key, &players).await,
        }
    }

    async fn find(&self, pin: &Pin, seeker: Seeker<'_>) -> Result<GameSnapshot, Refusal> {
        self.games().find(pin, seeker).await
    }

    async fn open(&mut self, open: Open, loaded: &GameSnapshot) -> Result<(), Refusal> {
        let key = &loaded.key;
        let tokens: Vec<_> = self.credentials.hosts.iter().cloned().chain(open.token).collect();
        let role = match self.games().host_role(key, &tokens).await? {
            Some(role) => role,
            None => {
                let code = open.code.ok_or_else(texts::not_host)?;
                self.games().take_over(key, &code, &self.member, self.credentials.address).await?
            }
        };
        self.note_host(key, &role);
        self.host(key, role).await
    }

    async fn host(&mut self, key: &Key, role: HostRole) -> Result<(), Refusal> {
        let games = self.games().clone();
        let entered = entering::host(&games, key, role, &self.member, self.outbox.clone()).await?;
        self.switch_to(entered);
        Ok(())
    }

    async fn join(&mut self, join: Join, loaded: &GameSnapshot) -> Result<(), Refusal> {
        let games = self.games().clone();
        let Key { pin, id } = &loaded.key;
        let seat = join.seat.as_deref().and_then(|token| self.service.sessions.seat_of(token, pin, id));
        let player: &UserId = seat.as_ref().unwrap_or(&self.member.id);
        let (nickname, address) = (join.nickname.as_deref(), self.credentials.address);
        let entered = entering::player(&games, loaded, player, nickname, address, self.outbox.clone()).await;
        let entered = match entered {
            Err(refusal) if refusal.code == ErrorCode::Kicked => {
                self.leave(Departure::Clean);
                return Err(refusal);
            }
            entered => entered?,
        };
        self.switch_to(entered);
        Ok(())
    }

    async fn hand_over(&self) -> Result<(), Refusal> {
        let (code, good_for_ms) = self.games().hand_over(&self.hosting().await?.key).await?;
        say(&self.outbox, &GameServerMessage::Code(Code { code, good_for_ms }));
        Ok(())
    }

    fn answer(&self, submitted: SubmittedAnswer) -> Result<BoxFuture<'static, ()>, Refusal> {
        let place = self.joined_game()?;
        if place.participant.role != Role::Player {
            return Err(texts::not_now("A host does not answer."));
        }
        let played = place.local_game.round_quiz_of(&place.participant.key).ok_or_else(texts::busy)?;
        match submitted.round {
            Some(round) if round < played.round => {
                return Ok(Box::pin(past_round(self.outbox.clone(), submitted.question)));
            }
            // This node has not seen yet that the class plays again.
            Some(round) if round > played.round => return Err(texts::busy()),
            _ => {}
        }
        let question = played.quiz.quiz.questions.get(submitted.question);
        let question = question.ok_or_else(|| texts::invalid("There is no such question."))?;
        quiz::check_answer(question, &submitted.answer).map_err(|misfit| texts::invalid(misfit.to_string()))?;
        let (games, participant, local_game) =
            (self.games().clone(), place.participant.clone(), place.local_game.clone());
        let outbox = self.outbox.clone();
        Ok(Box::pin(async move {
            match games.answer(&participant.key, &participant.member.id, submitted).await {
                Ok(answered) => {
                    if answered.taken == AnswerStatus::Accepted {
                        local_game.notify(|due| due.answers = true);
                    }
                    say(&outbox, &GameServerMessage::Answered(answered));
                }
                Err(refusal) => refuse(&outbox, refusal),
            }
        }))
    }

    /// Enters a game and then leaves the one before: who comes back to the same game was never away.
    fn switch_to(&mut self, (participant, local_game): entering::Entered) {
        if let Some(earlier) = self.place.replace(JoinedGame { participant, local_game }) {
            earlier.participant.end(Departure::Clean);
        }
    }

    fn leave(&mut self, departure: Departure) {
        if let Some(place) = self.place.take() {
            place.participant.end(departure);
        }
    }

    fn games(&self) -> &Arc<Games> {
        &self.service.games
    }

    fn joined_game(&self) -> Result<&JoinedGame, Refusal> {
        self.place.as_ref().filter(|place| !place.participant.is_over()).ok_or_else(texts::not_in_game)
    }

    /// The participation as a host.
    ///
    /// # Errors The refusal: no host, or one who was removed or signed out meanwhile.
    async fn hosting(&self) -> Result<&Participant, Refusal> {
        let participant = &self.joined_game()?.participant;
        if participant.whose.as_ref().is_some_and(|whose| self.service.sessions.has_ended(whose)) {
            return Err(texts::not_host());
        }
        match &participant.role {
            Role::Host(HostRole::Owner) => Ok(participant),
            Role::Host(HostRole::Added(host)) if self.games().is_added(&participant.key, host).await? => {
                Ok(participant)
            }
            Role::Host(HostRole::Added(_)) => Err(texts::removed_host()),
            Role::Player => Err(texts::not_host()),
        }
    }
}

/// Tells somebody that the round that their answer was meant for is over.
async fn past_round(outbox: Arc<Outbox>, question: usize) {
    let late = Answered { question, taken: AnswerStatus::Late, answer: None, late_ms: None };
    say(&outbox, &GameServerMessage::Answered(late));
}

fn say(outbox: &Outbox, message: &GameServerMessage) {
    outbox.push(&wire::encode_game_server(message));
}

fn refuse(outbox: &Outbox, refusal: Refusal) {
    count_refusal(&refusal);
    say(outbox, &GameServerMessage::Error(refusal));
}

//! What the frames of one connection on `/games` do.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use futures::future::BoxFuture;
use protocol::game::frame::{Admit, Again, Answered, Code, GivenAnswer, Join, Open};
use protocol::game::{GameClientMessage, GameServerMessage, Taken};
use protocol::{CloseCode, ErrorCode, Member, Pin, QuizId, Refusal, UserId, wire};
use quiz::Command;

use super::sitting::{Role, Sitting};
use super::table::Table;
use super::{Games, Key, Loaded, PlayAgain, Seeker, entering, words};
use crate::node::{Node, count_refusal};
use crate::outbox::Outbox;
use crate::presence::Departure;
use crate::quota::Payer;
use crate::session::HostRole;
use crate::throttle::Cost;
use crate::ws::{Frame, Meaning, Meter, Purpose, Verdict, Visitor, Work};

/// Tokens of hosts that one connection brings, at most; the latest count.
const TOKENS: usize = 32;

/// Somebody on `/games`: who it is, in which game, and how much it may still say.
pub struct Client {
    node: Arc<Node>,
    member: Arc<Member>,
    outbox: Arc<Outbox>,
    claims: Box<Claims>,
    meter: Meter,
    place: Option<Place>,
}

/// What the request said.
pub struct Claims {
    /// Tokens of games that it may be a host of.
    hosts: Vec<String>,
    /// Where wrong PINs are counted.
    address: IpAddr,
    /// Whether it may begin games of its own.
    may_write: bool,
    /// Whether it has entered the authors' key.
    has_key: bool,
}

/// What somebody asks for, and the game that they ask it of once it is found.
pub struct Asked {
    message: GameClientMessage,
    found: Option<Box<Result<Loaded, Refusal>>>,
}

/// A place in a game.
struct Place {
    sitting: Arc<Sitting>,
    table: Arc<Table>,
}

impl Meaning for Client {
    type Later = Asked;
    type Claims = Box<Claims>;

    const PURPOSE: Purpose = Purpose::Games;

    fn claims(node: &Node, headers: &HeaderMap, address: IpAddr) -> Box<Claims> {
        let (mut hosts, may_write) = (node.sessions.host_tokens(headers), node.authors.may_write(headers));
        hosts.drain(..hosts.len().saturating_sub(TOKENS));
        Box::new(Claims { hosts, address, may_write, has_key: node.authors.has_key(headers) })
    }

    fn begin(node: Arc<Node>, visitor: Visitor, outbox: Arc<Outbox>, claims: Box<Claims>) -> Self {
        let meter = Meter::new(claims.address);
        Self { node, member: visitor.member, outbox, claims, meter, place: None }
    }

    fn member(&self) -> &Arc<Member> {
        &self.member
    }

    fn take(&mut self, frame: Frame<'_>) -> Work<Asked> {
        let message = match frame {
            Frame::Text(text) => wire::decode_game_client(text),
            Frame::Binary(_) => Err(Refusal::new(ErrorCode::NotJson, "Frames are JSON text, not binary.")),
        };
        let cost = message.as_ref().map_or(Cost::FRAME, Cost::from).and_bytes(frame.len());
        match (self.meter.spend(&self.node.throttle, &self.member.id, cost), message) {
            (Verdict::Flood, _) => return Work::Close(CloseCode::Flood),
            (Verdict::Refuse(refusal), _) | (Verdict::Pass, Err(refusal)) => refuse(&self.outbox, refusal),
            (Verdict::Pass, Ok(GameClientMessage::Ping)) => say(&self.outbox, &GameServerMessage::Pong),
            (Verdict::Pass, Ok(GameClientMessage::Answer(given))) => match self.answer(given) {
                Ok(saying) => return Work::Saying(saying),
                Err(refusal) => refuse(&self.outbox, refusal),
            },
            (Verdict::Pass, Ok(message)) => return Work::InTurn(Asked { message, found: None }),
        }
        Work::Done
    }

    /// Finds the game. Whoever guesses waits for it, outside.
    async fn prepare(&mut self, asked: &mut Asked) {
        let found = match &asked.message {
            GameClientMessage::Open(open) => {
                let mut hosts = self.claims.hosts.clone();
                hosts.extend(open.token.clone());
                // A code is to be guessed no faster by who has a seat.
                let person = open.code.is_none().then_some(&self.member.id);
                self.find(&open.pin, Seeker { address: self.claims.address, person, hosts: &hosts, seat: None }).await
            }
            GameClientMessage::Join(join) => {
                let (person, seat) = (Some(&self.member.id), join.seat.as_deref());
                let hosts = &self.claims.hosts;
                self.find(&join.pin, Seeker { address: self.claims.address, person, hosts, seat }).await
            }
            _ => return,
        };
        asked.found = Some(Box::new(found));
    }

    async fn attend(&mut self, asked: Asked) {
        if let Err(refusal) = self.done(asked).await {
            refuse(&self.outbox, refusal);
        }
    }

    fn end(&mut self, departure: Departure) {
        self.leave(departure);
    }
}

impl Client {
    async fn done(&mut self, Asked { message, found }: Asked) -> Result<(), Refusal> {
        use GameClientMessage as M;
        // What needs one was prepared.
        let found = found.map_or_else(|| Err(words::no_game()), |found| *found);
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
            // Done when they were taken.
            M::Answer(_) | M::Ping => return Ok(()),
        };
        self.games().step(&self.hosting().await?.key, version, &command).await
    }

    async fn create(&mut self, quiz: &QuizId) -> Result<(), Refusal> {
        if !self.claims.may_write {
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
        let Claims { address, has_key, .. } = *self.claims;
        Payer { person: self.member.id.clone(), address: Some(address), is_known: has_key }
    }

    async fn again(&self, again: Again) -> Result<(), Refusal> {
        let sitting = self.hosting().await?;
        let Role::Host(role) = &sitting.role else { return Err(words::not_host()) };
        let wish = PlayAgain { role, version: again.version, quiz: again.quiz.as_ref(), by: &self.payer() };
        self.games().again(&sitting.key, wish).await
    }

    /// This connection may come back to the game without showing a token. Only
    /// of its latest games, or one connection could fill the memory.
    fn note_host(&mut self, key: &Key, role: &HostRole) {
        let token = self.node.sessions.host_token(&key.pin, &key.id, role);
        let hosts = &mut self.claims.hosts;
        if !hosts.contains(&token) {
            hosts.push(token);
            hosts.drain(..hosts.len().saturating_sub(TOKENS));
        }
    }

    async fn admit(&self, admit: Admit) -> Result<(), Refusal> {
        let sitting = self.hosting().await?;
        match (admit.all, admit.players) {
            (true, _) => self.games().admit(&sitting.key, &[]).await,
            (false, players) if players.is_empty() => Err(words::invalid("Say whom to let in.")),
            (false, players) => self.games().admit(&sitting.key, &players).await,
        }
    }

    async fn find(&self, pin: &Pin, seeker: Seeker<'_>) -> Result<Loaded, Refusal> {
        self.games().find(pin, seeker).await
    }

    async fn open(&mut self, open: Open, loaded: &Loaded) -> Result<(), Refusal> {
        let key = &loaded.key;
        let tokens: Vec<_> = self.claims.hosts.iter().cloned().chain(open.token).collect();
        let role = match self.games().host_role(key, &tokens).await? {
            Some(role) => role,
            None => {
                let code = open.code.ok_or_else(words::not_host)?;
                self.games().take_over(key, &code, &self.member, self.claims.address).await?
            }
        };
        self.note_host(key, &role);
        self.host(key, role).await
    }

    async fn host(&mut self, key: &Key, role: HostRole) -> Result<(), Refusal> {
        let games = self.games().clone();
        let entered = entering::host(&games, key, role, &self.member, self.outbox.clone()).await?;
        self.sit(entered);
        Ok(())
    }

    async fn join(&mut self, join: Join, loaded: &Loaded) -> Result<(), Refusal> {
        let games = self.games().clone();
        let Key { pin, id } = &loaded.key;
        let seat = join.seat.as_deref().and_then(|token| self.node.sessions.seat_of(token, pin, id));
        let player: &UserId = seat.as_ref().unwrap_or(&self.member.id);
        let (nickname, address) = (join.nickname.as_deref(), self.claims.address);
        let entered = entering::player(&games, loaded, player, nickname, address, self.outbox.clone()).await;
        let entered = match entered {
            Err(refusal) if refusal.code == ErrorCode::Kicked => {
                self.leave(Departure::Clean);
                return Err(refusal);
            }
            entered => entered?,
        };
        self.sit(entered);
        Ok(())
    }

    async fn hand_over(&self) -> Result<(), Refusal> {
        let (code, good_for_ms) = self.games().hand_over(&self.hosting().await?.key).await?;
        say(&self.outbox, &GameServerMessage::Code(Code { code, good_for_ms }));
        Ok(())
    }

    fn answer(&self, given: GivenAnswer) -> Result<BoxFuture<'static, ()>, Refusal> {
        let place = self.place()?;
        if place.sitting.role != Role::Player {
            return Err(words::not_now("A host does not answer."));
        }
        let played = place.table.played(&place.sitting.key).ok_or_else(words::busy)?;
        match given.round {
            Some(round) if round < played.round => {
                return Ok(Box::pin(past_round(self.outbox.clone(), given.question)));
            }
            // This node has not seen yet that the class plays again.
            Some(round) if round > played.round => return Err(words::busy()),
            _ => {}
        }
        let question = played.quiz.quiz.questions.get(given.question);
        let question = question.ok_or_else(|| words::invalid("There is no such question."))?;
        quiz::check_answer(question, &given.answer).map_err(|misfit| words::invalid(misfit.to_string()))?;
        let (games, sitting, table) = (self.games().clone(), place.sitting.clone(), place.table.clone());
        let outbox = self.outbox.clone();
        Ok(Box::pin(async move {
            match games.answer(&sitting.key, &sitting.member.id, given).await {
                Ok(answered) => {
                    if answered.taken == Taken::Accepted {
                        table.ring(|due| due.answers = true);
                    }
                    say(&outbox, &GameServerMessage::Answered(answered));
                }
                Err(refusal) => refuse(&outbox, refusal),
            }
        }))
    }

    /// Takes a place, and gives the earlier one up: after it, so that who comes
    /// back to the same game was never away.
    fn sit(&mut self, (sitting, table): entering::Entered) {
        if let Some(earlier) = self.place.replace(Place { sitting, table }) {
            earlier.sitting.end(Departure::Clean);
        }
    }

    fn leave(&mut self, departure: Departure) {
        if let Some(place) = self.place.take() {
            place.sitting.end(departure);
        }
    }

    fn games(&self) -> &Arc<Games> {
        &self.node.games
    }

    fn place(&self) -> Result<&Place, Refusal> {
        self.place.as_ref().filter(|place| !place.sitting.is_over()).ok_or_else(words::not_in_game)
    }

    /// Where this is a host, who was not removed meanwhile.
    async fn hosting(&self) -> Result<&Sitting, Refusal> {
        let sitting = &self.place()?.sitting;
        if sitting.whose.as_ref().is_some_and(|whose| self.node.sessions.has_ended(whose)) {
            return Err(words::not_host());
        }
        match &sitting.role {
            Role::Host(HostRole::Owner) => Ok(sitting),
            Role::Host(HostRole::Added(host)) if self.games().is_added(&sitting.key, host).await? => Ok(sitting),
            Role::Host(HostRole::Added(_)) => Err(words::removed_host()),
            Role::Player => Err(words::not_host()),
        }
    }
}

/// Tells somebody that the round that their answer was meant for is over.
async fn past_round(outbox: Arc<Outbox>, question: usize) {
    let late = Answered { question, taken: Taken::Late, given: None, late_ms: None };
    say(&outbox, &GameServerMessage::Answered(late));
}

fn say(outbox: &Outbox, message: &GameServerMessage) {
    outbox.push(&wire::encode_game_server(message));
}

fn refuse(outbox: &Outbox, refusal: Refusal) {
    count_refusal(&refusal);
    say(outbox, &GameServerMessage::Error(refusal));
}

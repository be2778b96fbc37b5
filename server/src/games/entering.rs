//! How somebody enters a game, for the first time or again: subscribed first, then the game is read, so that
//! no change is missed in between.

use std::net::IpAddr;
use std::sync::Arc;

use protocol::game::frame::{Changed, Hosting, Joined, Renamed};
use protocol::game::{GameServerMessage, Outcome};
use protocol::{Member, QuizId, Refusal, UserId, wire};
use quiz::{Seat, nickname};
use realtime::outbox::Outbox;
use realtime::presence::Departure;

use super::joined_game::JoinedGame;
use super::local_game::LocalGame;
use super::participant::{Participant, Role};
use super::{GameSnapshot, Games, Key, Newcomer, PlayerStatus, RoundQuiz, SeatOutcome, SeatRateLimit, naming, texts};
use crate::digest;
use crate::limits::{AddressPrefix, Allotment, RateLimit, allotments};
use crate::session::{HostRole, person_of};

impl Games {
    /// Lets a player enter, with a seat.
    ///
    /// # Errors The refusal to answer with.
    pub(crate) async fn enter_as_player(
        self: &Arc<Self>,
        loaded: &GameSnapshot,
        player: &UserId,
        nickname: Option<&str>,
        address: IpAddr,
        outbox: Arc<Outbox>,
    ) -> Result<JoinedGame, Refusal> {
        let played = self.round_quiz(loaded).await?;
        let seat = seat(self, loaded, &played, player, nickname, address).await?;
        let you = Member { id: seat.id.clone(), name: seat.name };
        let begun = Participant::begin(self, &loaded.key, Role::Player, Some(seat.id), you.clone(), outbox).await;
        let entered = begun.map_err(texts::unavailable)?;
        let hello = async {
            let (joined, played) = joined(self, &loaded.key, you).await?;
            Ok((joined.version, played, GameServerMessage::Joined(joined)))
        };
        welcome(self, entered, hello).await
    }

    /// Lets a host enter.
    ///
    /// # Errors The refusal to answer with.
    pub(crate) async fn enter_as_host(
        self: &Arc<Self>,
        key: &Key,
        role: HostRole,
        person: &Member,
        outbox: Arc<Outbox>,
    ) -> Result<JoinedGame, Refusal> {
        let whose = match &role {
            HostRole::Owner => Some(self.owner(key).await?),
            HostRole::Added(host) => person_of(host),
        };
        let begun = Participant::begin(self, key, Role::Host(role.clone()), whose, person.clone(), outbox).await;
        let entered = begun.map_err(texts::unavailable)?;
        let hello = async {
            let (hosting, played) = hosting(self, key, role).await?;
            Ok((hosting.version, played, GameServerMessage::Hosting(hosting)))
        };
        welcome(self, entered, hello).await
    }

    /// The first frame of a host, and which quiz is played.
    ///
    /// # Errors The refusal to answer with.
    pub async fn host_view(&self, key: &Key, role: HostRole) -> Result<(Hosting, QuizId), Refusal> {
        hosting(self, key, role).await.map(|(hosting, played)| (hosting, played.quiz.id.clone()))
    }

    /// The first frame of a player; `None` where they have no seat.
    ///
    /// # Errors The refusal to answer with.
    pub async fn player_view(&self, key: &Key, player: &UserId) -> Result<Option<Joined>, Refusal> {
        match self.store.player_status(key, player).await.map_err(texts::unavailable)? {
            PlayerStatus::Unknown => Ok(None),
            PlayerStatus::Kicked => Err(texts::kicked()),
            PlayerStatus::Declined => Err(texts::declined()),
            PlayerStatus::Seated(seat) | PlayerStatus::Away(seat) => {
                let you = Member { id: seat.id, name: seat.name };
                joined(self, key, you).await.map(|(joined, _)| Some(joined))
            }
        }
    }

    /// Gives somebody who is away their seat back.
    ///
    /// # Errors The refusal to answer with.
    pub(super) async fn bring_back(&self, key: &Key, away: &Seat) -> Result<Seat, Refusal> {
        let (name, skeleton) = (&away.name, nickname::skeleton(&away.name));
        let most = self.players;
        let newcomer = Newcomer { player: &away.id, name, skeleton: &skeleton, most, arrivals: &[], network: "" };
        match self.store.seat(key, newcomer).await.map_err(texts::unavailable)? {
            SeatOutcome::At(seat) => Ok(seat),
            SeatOutcome::Kicked | SeatOutcome::Declined => Err(texts::kicked()),
            _ => Err(texts::no_game()),
        }
    }
}

/// Sends the first frame to somebody who is subscribed, or ends the subscription.
async fn welcome(
    games: &Games,
    (participant, local_game): (Arc<Participant>, Arc<LocalGame>),
    hello: impl Future<Output = Result<(u64, Arc<RoundQuiz>, GameServerMessage), Refusal>>,
) -> Result<JoinedGame, Refusal> {
    let told = async {
        let (version, played, hello) = hello.await?;
        local_game.set_round_quiz(&participant.key, &played);
        activate(games, &participant, version, &hello).await
    };
    if let Err(refusal) = told.await {
        participant.end(Departure::Clean);
        return Err(refusal);
    }
    Ok(JoinedGame { participant, local_game })
}

/// The first frame of a player, and the quiz.
///
/// # Errors The refusal to answer with; [`texts::kicked`] for somebody without a seat.
async fn joined(games: &Games, key: &Key, you: Member) -> Result<(Joined, Arc<RoundQuiz>), Refusal> {
    let loaded = loaded(games, key).await?;
    let played = games.round_quiz(&loaded).await?;
    let (PlayerStatus::Seated(seat) | PlayerStatus::Away(seat)) =
        games.store.player_status(key, &you.id).await.map_err(texts::unavailable)?
    else {
        return Err(texts::kicked());
    };
    let given = match loaded.state.at {
        Some(at) => games.store.answer_of(key, &you.id, at).await.map_err(texts::unavailable)?,
        None => None,
    };
    let joined = Joined {
        pin: key.pin.clone(),
        seat: games.sessions.seat_token(&key.pin, &key.id, &you.id),
        you: Member { id: you.id, name: seat.name },
        now: loaded.now,
        version: loaded.version,
        game: super::showing::show(&played.quiz.quiz, &loaded.state),
        score: seat.score,
        answer: given,
        outcome: outcome(&loaded, seat.outcome),
        host_here: games.is_host_connected_anywhere(&key.pin).await,
    };
    Ok((joined, played))
}

/// The first frame of a host, and the quiz.
///
/// # Errors The refusal to answer with.
async fn hosting(games: &Games, key: &Key, role: HostRole) -> Result<(Hosting, Arc<RoundQuiz>), Refusal> {
    let loaded = loaded(games, key).await?;
    let played = games.round_quiz(&loaded).await?;
    let read = async { tokio::try_join!(games.list(key), games.store.hosts(key), games.store.entrance(key)) };
    let (list, hosts, entrance) = read.await.map_err(texts::unavailable)?;
    let answered = match loaded.state.at {
        Some(at) => games.store.turnout(key, at).await.map_err(texts::unavailable)?.answered,
        None => 0,
    };
    let hosting = Hosting {
        pin: key.pin.clone(),
        token: games.sessions.host_token(&key.pin, &key.id, &role),
        now: loaded.now,
        version: loaded.version,
        game: super::showing::show(&played.quiz.quiz, &loaded.state),
        players: list.0.clone(),
        answered,
        host: match role {
            HostRole::Owner => None,
            HostRole::Added(host) => Some(host),
        },
        hosts,
        entrance,
    };
    Ok((hosting, played))
}

/// A player's outcome of the question that is revealed; `None` if it is of an earlier one.
fn outcome(loaded: &GameSnapshot, outcome: Option<Outcome>) -> Option<Outcome> {
    let outcome = outcome.filter(|outcome| Some(outcome.question) == loaded.state.revealed());
    outcome.map(|outcome| loaded.state.current_outcome(outcome))
}

async fn loaded(games: &Games, key: &Key) -> Result<GameSnapshot, Refusal> {
    let loaded = games.load(&key.pin).await?;
    if loaded.key == *key { Ok(loaded) } else { Err(texts::no_game()) }
}

/// Sends the first frame. Changes between reading and subscribing are sent right after it; later ones
/// come from the log.
async fn activate(
    games: &Games,
    participant: &Participant,
    version: u64,
    hello: &GameServerMessage,
) -> Result<(), Refusal> {
    let heard_from = participant.activate(wire::encode_game_server(hello)).await.map_err(texts::unavailable)?;
    if heard_from > version {
        let loaded = loaded(games, &participant.key).await?;
        let game = super::showing::show(&games.round_quiz(&loaded).await?.quiz.quiz, &loaded.state);
        let (pin, version) = (participant.key.pin.clone(), loaded.version);
        let changed = GameServerMessage::Game(Changed { pin, version, game });
        participant.outbox.push(&wire::encode_game_server(&changed));
        if let (GameServerMessage::Joined(joined), 1..) = (hello, loaded.state.renames) {
            send_current_name(games, participant, joined).await?;
        }
    }
    Ok(())
}

/// Sends the new name to a player who was renamed while they entered.
async fn send_current_name(games: &Games, participant: &Participant, joined: &Joined) -> Result<(), Refusal> {
    let status = games.store.player_status(&participant.key, &joined.you.id).await.map_err(texts::unavailable)?;
    if let PlayerStatus::Seated(seat) = status
        && seat.name != joined.you.name
    {
        participant.learns(&seat.name);
        let (pin, by_host) = (joined.pin.clone(), seat.named_by_host);
        let renamed = GameServerMessage::Renamed(Renamed { pin, name: seat.name, by_host });
        participant.outbox.push(&wire::encode_game_server(&renamed));
    }
    Ok(())
}

/// The player's seat, under the name that they want now, or a new one.
async fn seat(
    games: &Games,
    loaded: &GameSnapshot,
    played: &RoundQuiz,
    player: &UserId,
    nickname: Option<&str>,
    address: IpAddr,
) -> Result<Seat, Refusal> {
    match games.store.player_status(&loaded.key, player).await.map_err(texts::unavailable)? {
        PlayerStatus::Seated(seat) => return naming::renamed(games, loaded, played, seat, nickname).await,
        PlayerStatus::Away(seat) => {
            let seat = games.bring_back(&loaded.key, &seat).await?;
            return naming::renamed(games, loaded, played, seat, nickname).await;
        }
        PlayerStatus::Kicked => return Err(texts::kicked()),
        PlayerStatus::Declined => return Err(texts::declined()),
        PlayerStatus::Unknown => {}
    }
    if loaded.state.is_over() {
        return Err(texts::over());
    }
    let name = naming::checked(played, nickname.unwrap_or_default())?;
    let skeleton = nickname::skeleton(&name);
    let arrivals = arrivals(games, &loaded.key, address);
    let network = network(&loaded.key, address);
    let newcomer = Newcomer {
        player,
        name: &name,
        skeleton: &skeleton,
        most: games.players,
        arrivals: &arrivals,
        network: &network,
    };
    match games.store.seat(&loaded.key, newcomer).await.map_err(texts::unavailable)? {
        SeatOutcome::At(seat) => Ok(seat),
        SeatOutcome::Kicked => Err(texts::kicked()),
        SeatOutcome::Declined => Err(texts::declined()),
        SeatOutcome::Locked => Err(texts::locked()),
        SeatOutcome::Full => Err(texts::not_now(format!("This game is full: {} play already.", games.players))),
        SeatOutcome::Waiting { is_new } => {
            if is_new {
                games.announce_entrance(&loaded.key.pin).await;
            }
            Err(texts::waiting())
        }
        SeatOutcome::Crowded => Err(texts::crowded()),
        SeatOutcome::Blocked { for_ms } => Err(texts::blocked(for_ms)),
        SeatOutcome::TooMany { retry_after_ms } => Err(texts::too_many_newcomers(retry_after_ms)),
        SeatOutcome::Gone => Err(texts::no_game()),
        SeatOutcome::NameTaken => Err(naming::taken(games, &loaded.key, &name).await?),
    }
}

/// The network that a host's block would apply to. Of an IPv6 address it is the /56, which
/// one household mostly gets.
fn network(key: &Key, address: IpAddr) -> String {
    let mut networks = allotments(address);
    let narrowest = networks.next();
    networks.next().or(narrowest).map(|network| counted(key, network.prefix)).unwrap_or_default()
}

/// A network as it is stored: a digest that can be compared within this game only.
fn counted(key: &Key, prefix: AddressPrefix) -> String {
    digest::of(format!("{}:{prefix}", key.id), 12)
}

/// The limits on new seats for the networks of an address.
fn arrivals(games: &Games, key: &Key, address: IpAddr) -> Vec<SeatRateLimit> {
    let RateLimit::On { burst, per_minute } = games.seats_per_address else { return Vec::new() };
    let of_network = |network: Allotment| SeatRateLimit {
        network: counted(key, network.prefix),
        burst: burst.get().saturating_mul(network.times),
        per_minute: per_minute.get().saturating_mul(network.times),
    };
    allotments(address).map(of_network).collect()
}

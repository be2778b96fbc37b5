//! How somebody comes into a game, for the first time or again: they listen
//! first, then look, so that nothing falls between the two.

use std::sync::Arc;

use protocol::game::frame::{Changed, Hosting, Joined};
use protocol::game::{GameServerMessage, Outcome};
use protocol::{Member, Refusal, UserId, wire};
use quiz::{NicknameProblem, Seat, nickname};

use super::sitting::{Role, Sitting, as_host};
use super::table::Table;
use super::{Games, Key, Loaded, Newcomer, Played, Seated, Standing, words};
use crate::outbox::Outbox;
use crate::presence::Departure;

/// Somebody who is in.
pub(super) type Entered = (Arc<Sitting>, Arc<Table>, Arc<Played>);

impl Games {
    /// How a game is for its hosts.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn as_host_sees(&self, key: &Key) -> Result<Hosting, Refusal> {
        let played = self.played(key).await?;
        hosting(self, key, &played).await
    }

    /// How a game is for somebody; `None` where they have no seat yet.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn as_player_sees(&self, key: &Key, player: &UserId) -> Result<Option<Joined>, Refusal> {
        let played = self.played(key).await?;
        match self.store.standing(key, player).await.map_err(words::unavailable)? {
            Standing::Unknown => Ok(None),
            Standing::Kicked => Err(words::kicked()),
            Standing::Seated(seat) => {
                let you = Member { id: seat.id, name: seat.name };
                joined(self, key, &played, you).await.map(Some)
            }
        }
    }
}

/// Brings a player in.
///
/// # Errors
/// The refusal to answer with.
pub(super) async fn player(
    games: &Arc<Games>,
    loaded: &Loaded,
    player: &UserId,
    nickname: Option<&str>,
    outbox: Arc<Outbox>,
) -> Result<Entered, Refusal> {
    let played = games.played(&loaded.key).await?;
    let seat = seat(games, loaded, &played, player, nickname).await?;
    let member = Member { id: seat.id.clone(), name: seat.name };
    let begun = Sitting::begin(games, &loaded.key, Role::Player, member.clone(), outbox).await;
    let (sitting, table) = begun.map_err(words::unavailable)?;
    let hello = async {
        let joined = joined(games, &loaded.key, &played, member).await?;
        Ok((joined.version, GameServerMessage::Joined(joined)))
    };
    welcome(games, (sitting, table, played.clone()), hello).await
}

/// Brings a host in.
///
/// # Errors
/// The refusal to answer with.
pub(super) async fn host(
    games: &Arc<Games>,
    key: &Key,
    person: &Member,
    outbox: Arc<Outbox>,
) -> Result<Entered, Refusal> {
    let played = games.played(key).await?;
    let member = as_host(&person.id).ok_or_else(words::not_host)?;
    let (sitting, table) = Sitting::begin(games, key, Role::Host, member, outbox).await.map_err(words::unavailable)?;
    let hello = async {
        let hosting = hosting(games, key, &played).await?;
        Ok((hosting.version, GameServerMessage::Hosting(hosting)))
    };
    welcome(games, (sitting, table, played.clone()), hello).await
}

/// Says hello to somebody who listens already, or lets them go.
async fn welcome(
    games: &Games,
    (sitting, table, played): Entered,
    hello: impl Future<Output = Result<(u64, GameServerMessage), Refusal>>,
) -> Result<Entered, Refusal> {
    let told = async {
        let (version, hello) = hello.await?;
        settle(games, &sitting, &played, version, &hello).await
    };
    if let Err(refusal) = told.await {
        sitting.end(Departure::Clean);
        return Err(refusal);
    }
    Ok((sitting, table, played))
}

/// How a game is for one of its players.
///
/// # Errors
/// The refusal to answer with; [`words::kicked`] for who has no seat any more.
pub(super) async fn joined(games: &Games, key: &Key, played: &Played, you: Member) -> Result<Joined, Refusal> {
    let loaded = loaded(games, key).await?;
    let Standing::Seated(seat) = games.store.standing(key, &you.id).await.map_err(words::unavailable)? else {
        return Err(words::kicked());
    };
    let given = match loaded.state.at {
        Some(at) => games.store.given(key, &you.id, at).await.map_err(words::unavailable)?,
        None => None,
    };
    Ok(Joined {
        pin: key.pin.clone(),
        seat: games.sessions.seat_token(&key.pin, &key.id, &you.id),
        you,
        now: loaded.now,
        version: loaded.version,
        game: quiz::show(&played.quiz.quiz, &loaded.state),
        score: seat.score,
        given,
        outcome: outcome(&loaded, seat.outcome),
        host_here: games.finds_host(&key.pin).await,
    })
}

/// How a game is for its hosts.
///
/// # Errors
/// The refusal to answer with.
pub(super) async fn hosting(games: &Games, key: &Key, played: &Played) -> Result<Hosting, Refusal> {
    let loaded = loaded(games, key).await?;
    let (players, _) = games.players(key).await.map_err(words::unavailable)?;
    let answered = match loaded.state.at {
        Some(at) => games.store.turnout(key, at).await.map_err(words::unavailable)?.answered,
        None => 0,
    };
    Ok(Hosting {
        pin: key.pin.clone(),
        token: games.sessions.host_token(&key.pin, &key.id),
        now: loaded.now,
        version: loaded.version,
        game: quiz::show(&played.quiz.quiz, &loaded.state),
        players,
        answered,
    })
}

/// What the question that was revealed brought; nothing of an earlier one.
fn outcome(loaded: &Loaded, outcome: Option<Outcome>) -> Option<Outcome> {
    outcome.filter(|outcome| Some(outcome.question) == loaded.state.revealed())
}

async fn loaded(games: &Games, key: &Key) -> Result<Loaded, Refusal> {
    let loaded = games.load(&key.pin).await?;
    if loaded.key == *key { Ok(loaded) } else { Err(words::no_game()) }
}

/// Says hello. What happened between looking and listening is told at once;
/// what happens after it comes by itself.
async fn settle(
    games: &Games,
    sitting: &Sitting,
    played: &Played,
    version: u64,
    hello: &GameServerMessage,
) -> Result<(), Refusal> {
    let heard_from = sitting.settle(wire::encode_game_server(hello)).await.map_err(words::unavailable)?;
    if heard_from > version {
        let Loaded { state, version, .. } = loaded(games, &sitting.key).await?;
        let game = quiz::show(&played.quiz.quiz, &state);
        let changed = GameServerMessage::Game(Changed { pin: sitting.key.pin.clone(), version, game });
        sitting.outbox.push(&wire::encode_game_server(&changed));
    }
    Ok(())
}

/// The seat that a player has, or a new one.
async fn seat(
    games: &Games,
    loaded: &Loaded,
    played: &Played,
    player: &UserId,
    nickname: Option<&str>,
) -> Result<Seat, Refusal> {
    match games.store.standing(&loaded.key, player).await.map_err(words::unavailable)? {
        Standing::Seated(seat) => return Ok(seat),
        Standing::Kicked => return Err(words::kicked()),
        Standing::Unknown => {}
    }
    if loaded.state.is_over() {
        return Err(words::not_now("This game is over."));
    }
    let filter = played.quiz.quiz.filter;
    let name = nickname::check(nickname.unwrap_or_default(), filter).map_err(|problem| match problem {
        NicknameProblem::Taken { name, free } => words::nickname_taken(&name, &free),
        problem => words::bad_nickname(problem.to_string()),
    })?;
    let skeleton = nickname::skeleton(&name);
    let newcomer = Newcomer { player, name: &name, skeleton: &skeleton, most: games.players };
    match games.store.seat(&loaded.key, newcomer).await.map_err(words::unavailable)? {
        Seated::At(seat) => Ok(seat),
        Seated::Kicked => Err(words::kicked()),
        Seated::Locked => Err(words::locked()),
        Seated::Full => Err(words::not_now(format!("This game is full: {} play already.", games.players))),
        Seated::Gone => Err(words::no_game()),
        Seated::NameTaken => {
            let seats = games.store.seats(&loaded.key).await.map_err(words::unavailable)?;
            let taken: std::collections::HashSet<_> = seats.iter().map(|seat| nickname::skeleton(&seat.name)).collect();
            let free = nickname::propose(&name, |skeleton| taken.contains(skeleton));
            Err(words::nickname_taken(&name, &free))
        }
    }
}

//! Nicknames: checked when players enter, and changed when they come back with another name or
//! a host renames them.

use std::time::Duration;

use protocol::game::Phase;
use protocol::{Name, Refusal};
use quiz::{NicknameProblem, Seat, nickname};
use rand::RngExt;
use realtime::channel::Channel;
use storage::StorageError;
use tokio::time::sleep;

use super::notice::GameNotice;
use super::{GameSnapshot, Games, Key, PlayerStatus, RoundQuiz, texts};

/// How many numbered names are tried before random ones: mostly one of these is free.
const IN_ORDER: usize = 4;
/// How often a rename is tried again because the game went on meanwhile.
const TIMES: usize = 5;
/// How long the count of a question takes at most.
const COUNTED_WITHIN: Duration = Duration::from_millis(200);

/// Another name for somebody who has a seat.
#[derive(Clone, Copy, Debug)]
pub struct Rename<'a> {
    /// The seat with the new name.
    pub seat: &'a Seat,
    /// The skeleton of the name before, which becomes free.
    pub before: &'a str,
    /// The skeleton of the new name.
    pub skeleton: &'a str,
}

/// What the store did with a rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenameOutcome {
    /// The seat has the new name.
    Yes,
    /// Another player has the name.
    Taken,
    /// The game went on, or the player has no seat any more: read it again.
    Stale,
}

/// Who chose the new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChosenBy {
    Player,
    Host,
}

/// Checks a nickname and cleans it.
///
/// # Errors The refusal to answer with.
pub(super) fn checked(played: &RoundQuiz, nickname: &str) -> Result<Name, Refusal> {
    nickname::check(nickname, played.quiz.quiz.filter).map_err(|problem| match problem {
        NicknameProblem::Taken { name, free } => texts::nickname_taken(&name, &free),
        problem => texts::bad_nickname(problem.to_string()),
    })
}

/// The seat of somebody who comes back, under the name that they want now; an empty name keeps the old one.
/// When the game is over, names stay.
///
/// # Errors The refusal to answer with; the seat is unchanged.
pub(super) async fn renamed(
    games: &Games,
    loaded: &GameSnapshot,
    played: &RoundQuiz,
    seat: Seat,
    nickname: Option<&str>,
) -> Result<Seat, Refusal> {
    let Some(nickname) = nickname.filter(|nickname| !nickname.trim().is_empty()) else { return Ok(seat) };
    let name = checked(played, nickname)?;
    if name == seat.name || loaded.state.is_over() {
        return Ok(seat);
    }
    let seat = rename_seat(games, loaded, seat, &name, ChosenBy::Player).await?;
    games.announce(&Channel::Game(loaded.key.pin.clone()), &GameNotice::Players).await;
    Ok(seat)
}

/// Renames a seat as soon as the game allows it.
///
/// # Errors The refusal to answer with; the seat is unchanged.
pub(super) async fn rename_seat(
    games: &Games,
    loaded: &GameSnapshot,
    seat: Seat,
    name: &Name,
    by: ChosenBy,
) -> Result<Seat, Refusal> {
    let skeleton = nickname::skeleton(name);
    let (mut seat, mut version, mut phase) = (seat, loaded.version, loaded.state.phase);
    for _ in 0..TIMES {
        if phase == Phase::Closed {
            // The seats are being counted, and the count would bring the old name back.
            sleep(COUNTED_WITHIN).await;
        } else {
            let before = nickname::skeleton(&seat.name);
            (seat.name, seat.named_by_host) = (name.clone(), by == ChosenBy::Host);
            let rename = Rename { seat: &seat, before: &before, skeleton: &skeleton };
            match games.store.rename(&loaded.key, version, rename).await.map_err(texts::unavailable)? {
                RenameOutcome::Yes => return Ok(seat),
                RenameOutcome::Taken => return Err(taken(games, &loaded.key, name).await?),
                RenameOutcome::Stale => {}
            }
        }
        let now = games.load(&loaded.key.pin).await?;
        if now.key != loaded.key {
            return Err(texts::no_game());
        }
        (version, phase) = (now.version, now.state.phase);
        seat = match (games.store.player_status(&loaded.key, &seat.id).await.map_err(texts::unavailable)?, by) {
            (PlayerStatus::Seated(seat), _) | (PlayerStatus::Away(seat), ChosenBy::Host) => seat,
            // They were marked as away a moment ago: asking again brings them back.
            (PlayerStatus::Away(_), ChosenBy::Player) => return Err(texts::busy()),
            (_, ChosenBy::Player) => return Err(texts::kicked()),
            (_, ChosenBy::Host) => return Err(texts::not_playing()),
        };
    }
    Err(texts::busy())
}

/// The refusal for a name that is taken, with one that is free.
///
/// # Errors It could not be found out which one is free.
pub(super) async fn taken(games: &Games, key: &Key, name: &Name) -> Result<Refusal, Refusal> {
    let free = free_name(games, key, name).await.map_err(texts::unavailable)?;
    Ok(texts::nickname_taken(name, &free))
}

/// A free name like one that is taken. It costs one or two reads, however many play.
async fn free_name(games: &Games, key: &Key, name: &Name) -> Result<Name, StorageError> {
    let mut others: Vec<Name> = nickname::alternatives(name, rand::rng().random()).collect();
    let drawn = others.split_off(IN_ORDER.min(others.len()));
    let mut last = name.clone();
    for names in [others, drawn] {
        let skeletons: Vec<String> = names.iter().map(nickname::skeleton).collect();
        let taken = games.store.taken(key, &skeletons).await?;
        for (name, is_taken) in names.into_iter().zip(taken) {
            if !is_taken {
                return Ok(name);
            }
            last = name;
        }
    }
    // If this one is taken, the next try proposes another.
    Ok(last)
}

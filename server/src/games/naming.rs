//! What players are called: checked when they come, and changed when they come
//! again under another name or a host calls them by one.

use std::time::Duration;

use protocol::game::Phase;
use protocol::{Name, Refusal};
use quiz::{NicknameProblem, Seat, nickname};
use rand::RngExt;
use tokio::time::sleep;

use super::{Games, Key, Loaded, Played, PlayerStatus, StoreError, texts};

/// Names that are looked up before more of them are: mostly one of these is free.
const IN_ORDER: usize = 4;
/// How often a name is changed anew because the game went on meanwhile.
const TIMES: usize = 5;
/// A question is counted within this time.
const COUNTED_WITHIN: Duration = Duration::from_millis(200);

/// Another name for somebody who has a seat.
#[derive(Clone, Copy, Debug)]
pub struct Rename<'a> {
    /// The seat, under the new name.
    pub seat: &'a Seat,
    /// What the name before looks like; it is free again.
    pub before: &'a str,
    /// What the new one looks like.
    pub skeleton: &'a str,
}

/// What became of a wish for another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renamed {
    /// The seat has the new name from now on.
    Yes,
    /// Somebody else has it.
    Taken,
    /// The game went on, or they have no seat any more: to be looked at again.
    Stale,
}

/// Who chooses a name for somebody who has a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Player,
    Host,
}

/// A nickname as it is taken.
///
/// # Errors
/// The refusal to answer with.
pub(super) fn checked(played: &Played, nickname: &str) -> Result<Name, Refusal> {
    nickname::check(nickname, played.quiz.quiz.filter).map_err(|problem| match problem {
        NicknameProblem::Taken { name, free } => texts::nickname_taken(&name, &free),
        problem => texts::bad_nickname(problem.to_string()),
    })
}

/// The seat of somebody who comes again, under the name that they want now: none
/// is the one they had. When the game is over, names stay.
///
/// # Errors
/// The refusal to answer with; the seat is as it was.
pub(super) async fn renamed(
    games: &Games,
    loaded: &Loaded,
    played: &Played,
    seat: Seat,
    nickname: Option<&str>,
) -> Result<Seat, Refusal> {
    let Some(nickname) = nickname.filter(|nickname| !nickname.trim().is_empty()) else { return Ok(seat) };
    let name = checked(played, nickname)?;
    if name == seat.name || loaded.state.is_over() {
        return Ok(seat);
    }
    give(games, loaded, seat, &name, By::Player).await
}

/// Gives a seat another name, as soon as the game lets it.
///
/// # Errors
/// The refusal to answer with; the seat is as it was.
pub(super) async fn give(games: &Games, loaded: &Loaded, seat: Seat, name: &Name, by: By) -> Result<Seat, Refusal> {
    let skeleton = nickname::skeleton(name);
    let (mut seat, mut version, mut phase) = (seat, loaded.version, loaded.state.phase);
    for _ in 0..TIMES {
        if phase == Phase::Closed {
            // The seats are being counted, and would be put back as they were.
            sleep(COUNTED_WITHIN).await;
        } else {
            let before = nickname::skeleton(&seat.name);
            (seat.name, seat.named_by_host) = (name.clone(), by == By::Host);
            let rename = Rename { seat: &seat, before: &before, skeleton: &skeleton };
            match games.store.rename(&loaded.key, version, rename).await.map_err(texts::unavailable)? {
                Renamed::Yes => return Ok(seat),
                Renamed::Taken => return Err(taken(games, &loaded.key, name).await?),
                Renamed::Stale => {}
            }
        }
        let now = games.load(&loaded.key.pin).await?;
        if now.key != loaded.key {
            return Err(texts::no_game());
        }
        (version, phase) = (now.version, now.state.phase);
        seat = match (games.store.standing(&loaded.key, &seat.id).await.map_err(texts::unavailable)?, by) {
            (PlayerStatus::Seated(seat), _) | (PlayerStatus::Away(seat), By::Host) => seat,
            // The class plays without them since a moment ago: asking again brings them back.
            (PlayerStatus::Away(_), By::Player) => return Err(texts::busy()),
            (_, By::Player) => return Err(texts::kicked()),
            (_, By::Host) => return Err(texts::not_playing()),
        };
    }
    Err(texts::busy())
}

/// What is told to somebody who wants a name that is taken.
///
/// # Errors
/// It cannot be told which one is free.
pub(super) async fn taken(games: &Games, key: &Key, name: &Name) -> Result<Refusal, Refusal> {
    let free = free_name(games, key, name).await.map_err(texts::unavailable)?;
    Ok(texts::nickname_taken(name, &free))
}

/// A name like one that is taken. A few are looked up, in one question or two,
/// however many play.
async fn free_name(games: &Games, key: &Key, name: &Name) -> Result<Name, StoreError> {
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
    // Whoever tries it reads of the next one.
    Ok(last)
}

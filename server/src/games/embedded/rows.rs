//! Games as rows: every SQL statement about them, except those about the entrance.
//!
//! A question is stored under 1,000 times its round plus its index, so that answers of one round are not
//! found in the next. A quiz has fewer questions than that.

use protocol::game::{Answer, RecordedAnswer};
use protocol::{Pin, UserId, wire};
use quiz::{AnswerWindow, Decision, Seat, State};
use rusqlite::{Connection, OptionalExtension, Row, params};
use storage::{StorageError, sqlite};

use super::decode;
use crate::games::{
    AnswerOutcome, EntrancePolicy, GAME_TTL_SECONDS, GameSnapshot, Key, NewGame, NextRound, PlayerStatus, RoundQuiz,
    Turnout, new_answer,
};

pub(super) type Result<T> = std::result::Result<T, StorageError>;

/// Inserts a game; false: the PIN is in use, or was until its game is swept.
pub(super) fn create(sql: &Connection, begun: &NewGame, version: u64, now: u64) -> Result<bool> {
    let NewGame { key, owner, quiz, state, .. } = begun;
    let insert = "INSERT OR IGNORE INTO games (pin, id, owner, quiz, state, version, is_open, locked, kept, stepped_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, 0, ?8)";
    let row = params![
        key.pin.as_str(),
        key.id,
        owner.as_str(),
        wire::encode(quiz),
        wire::encode(state),
        signed(version),
        EntrancePolicy::of(state) as i64,
        signed(now)
    ];
    Ok(sql.prepare_cached(insert)?.execute(row)? == 1)
}

pub(super) fn round_quiz_of(sql: &Connection, key: &Key) -> Result<Option<RoundQuiz>> {
    let mut select = sql.prepare_cached("SELECT owner, round, quiz FROM games WHERE pin = ?1 AND id = ?2")?;
    let row = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, String>(2)?));
    let Some((owner, round, quiz)) = select.query_row(params![key.pin.as_str(), key.id], row).optional()? else {
        return Ok(None);
    };
    let owner =
        UserId::parse(&owner).map_err(|error| StorageError::corrupt(format!("the owner of a game: {error}")))?;
    Ok(Some(RoundQuiz { owner, round, quiz: decode(&quiz, "a quiz")? }))
}

pub(super) fn load(sql: &Connection, pin: &Pin, now: u64) -> Result<Option<GameSnapshot>> {
    let select = "SELECT id, version, state, kept FROM games WHERE pin = ?1 AND stepped_at >= ?2";
    let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get(3)?));
    let lives = params![pin.as_str(), signed(now.saturating_sub(GAME_TTL_SECONDS * 1000))];
    let Some((id, version, state, kept)) = sql.prepare_cached(select)?.query_row(lives, row).optional()? else {
        return Ok(None);
    };
    let key = Key { pin: pin.clone(), id };
    let (version, stored_progress) = (unsigned(version), unsigned(kept));
    Ok(Some(GameSnapshot { key, version, state: decode(&state, "a game")?, now, stored_progress }))
}

/// Updates a game; false: it is not at the expected version.
pub(super) fn commit(
    sql: &Connection,
    key: &Key,
    expected: u64,
    version: u64,
    state: &State,
    taking: Option<AnswerWindow>,
    now: u64,
) -> Result<bool> {
    let update = "UPDATE games SET version = ?4, state = ?5, is_open = ?6, locked = ?7, stepped_at = ?8
        WHERE pin = ?1 AND id = ?2 AND version = ?3";
    let row = params![
        key.pin.as_str(),
        key.id,
        signed(expected),
        signed(version),
        wire::encode(state),
        taking.is_some(),
        EntrancePolicy::of(state) as i64,
        signed(now)
    ];
    let is_done = sql.prepare_cached(update)?.execute(row)? == 1;
    if let Some(AnswerWindow { question, opened_at, closes_at }) = taking.filter(|_| is_done) {
        let update = "UPDATE games SET question = ?2, opened_at = ?3, closes_at = ?4 WHERE id = ?1";
        let row = params![key.id, signed(question as u64), signed(opened_at), closes_at.map(signed)];
        sql.prepare_cached(update)?.execute(row)?;
    }
    Ok(is_done)
}

/// Starts the next round; only the seats remain. False: the game is not at the expected version.
pub(super) fn again(sql: &Connection, next: &NextRound<'_>, version: u64, now: u64) -> Result<bool> {
    let NextRound { key, expected, quiz, state, seats, .. } = next;
    let update = "UPDATE games SET version = ?4, state = ?5, round = ?6, quiz = ?7, locked = ?8, stepped_at = ?9,
            is_open = 0, question = NULL, opened_at = NULL, closes_at = NULL
        WHERE pin = ?1 AND id = ?2 AND version = ?3";
    let row = params![
        key.pin.as_str(),
        key.id,
        signed(*expected),
        signed(version),
        wire::encode(state),
        state.round,
        wire::encode(quiz),
        EntrancePolicy::of(state) as i64,
        signed(now)
    ];
    if sql.prepare_cached(update)?.execute(row)? == 0 {
        return Ok(false);
    }
    let mut update = sql.prepare_cached("UPDATE seats SET seat = ?3 WHERE game = ?1 AND player = ?2")?;
    for seat in *seats {
        update.execute(params![key.id, seat.id.as_str(), wire::encode(seat)])?;
    }
    Ok(true)
}

/// Marks the seats of these players as away.
pub(super) fn put_away(sql: &Connection, key: &Key, players: &[UserId]) -> Result<()> {
    if players.is_empty() {
        return Ok(());
    }
    let mut update = sql.prepare_cached("UPDATE seats SET away = 1 WHERE game = ?1 AND player = ?2 AND away = 0")?;
    let mut gone = 0;
    for player in players {
        gone += update.execute(params![key.id, player.as_str()])?;
    }
    let count = params![key.id, signed(gone as u64)];
    sql.prepare_cached("UPDATE games SET seated = seated - ?2 WHERE id = ?1")?.execute(count)?;
    Ok(())
}

/// Stores seats as the count of a question left them, except of players who were kicked meanwhile.
pub(super) fn put_seats(sql: &Connection, key: &Key, question: usize, seats: &[Seat]) -> Result<()> {
    let mut update = sql.prepare_cached("UPDATE seats SET seat = ?3 WHERE game = ?1 AND player = ?2")?;
    let insert = "INSERT OR REPLACE INTO counted VALUES (?1,
        (?2 + 1000 * (SELECT round - 1 FROM games WHERE id = ?1)), ?3, ?4)";
    let mut insert = sql.prepare_cached(insert)?;
    for seat in seats {
        let text = wire::encode(seat);
        if update.execute(params![key.id, seat.id.as_str(), text])? == 1 {
            insert.execute(params![key.id, signed(question as u64), seat.id.as_str(), text])?;
        }
    }
    Ok(())
}

pub(super) fn player_status(sql: &Connection, key: &Key, player: &UserId) -> Result<PlayerStatus> {
    let whom = params![key.id, player.as_str()];
    let was_in: Option<bool> = sql
        .prepare_cached("SELECT was_in FROM kicked WHERE game = ?1 AND player = ?2")?
        .query_row(whom, |row| row.get(0))
        .optional()?;
    if let Some(was_in) = was_in {
        return Ok(if was_in { PlayerStatus::Kicked } else { PlayerStatus::Declined });
    }
    let seat: Option<(String, bool)> = sql
        .prepare_cached("SELECT seat, away FROM seats WHERE game = ?1 AND player = ?2")?
        .query_row(whom, |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(match seat {
        Some((seat, false)) => PlayerStatus::Seated(decode(&seat, "a seat")?),
        Some((seat, true)) => PlayerStatus::Away(decode(&seat, "a seat")?),
        None => PlayerStatus::Unknown,
    })
}

pub(super) fn seats(sql: &Connection, key: &Key) -> Result<Vec<Seat>> {
    let mut select = sql.prepare_cached("SELECT seat FROM seats WHERE game = ?1 AND away = 0")?;
    let rows = select.query_map([&key.id], |row| row.get::<_, String>(0))?;
    rows.map(|seat| decode(&seat?, "a seat")).collect()
}

pub(super) fn counted(sql: &Connection, key: &Key, question: usize) -> Result<Vec<Seat>> {
    let select = "SELECT seat FROM counted WHERE game = ?1 AND question =
        (?2 + 1000 * (SELECT round - 1 FROM games WHERE id = ?1))";
    let mut select = sql.prepare_cached(select)?;
    let rows = select.query_map(params![key.id, signed(question as u64)], |row| row.get::<_, String>(0))?;
    rows.map(|seat| decode(&seat?, "a seat")).collect()
}

pub(super) fn answer(
    sql: &Connection,
    key: &Key,
    player: &UserId,
    question: usize,
    answer: &Answer,
    now: u64,
) -> Result<AnswerOutcome> {
    let whom = params![key.id, player.as_str()];
    if !sql.prepare_cached("SELECT 1 FROM seats WHERE game = ?1 AND player = ?2 AND away = 0")?.exists(whom)? {
        return Ok(AnswerOutcome::NoSeat);
    }
    let first = answer_of(sql, key, player, question)?;
    Ok(match (quiz::take(taking(sql, key)?, question, first.as_ref(), now), first) {
        (Decision::Accepted { took_ms }, _) => {
            let answer_json = new_answer(question, answer).fill(took_ms);
            let row = params![key.id, signed(question as u64), player.as_str(), answer_json];
            let insert = "INSERT INTO answers VALUES (?1,
                (?2 + 1000 * (SELECT round - 1 FROM games WHERE id = ?1)), ?3, ?4)";
            sql.prepare_cached(insert)?.execute(row)?;
            AnswerOutcome::Accepted(decode(&answer_json, "an answer")?)
        }
        (Decision::Duplicate, Some(first)) => AnswerOutcome::Duplicate(first),
        (Decision::Late { late_ms }, _) => AnswerOutcome::Late(late_ms),
        (Decision::NotOpen | Decision::Duplicate, _) => AnswerOutcome::NotOpen,
    })
}

fn taking(sql: &Connection, key: &Key) -> Result<Option<AnswerWindow>> {
    let select = "SELECT question, opened_at, closes_at FROM games WHERE pin = ?1 AND id = ?2 AND is_open = 1";
    let row = |row: &Row<'_>| {
        let closes_at: Option<i64> = row.get(2)?;
        let question = usize::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
        Ok(AnswerWindow { question, opened_at: unsigned(row.get(1)?), closes_at: closes_at.map(unsigned) })
    };
    Ok(sql.prepare_cached(select)?.query_row(params![key.pin.as_str(), key.id], row).optional()?)
}

/// The answers to a question and their players, as they are stored.
pub(super) fn answers(sql: &Connection, key: &Key, question: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let select = "SELECT player, given FROM answers WHERE game = ?1 AND question =
        (?2 + 1000 * (SELECT round - 1 FROM games WHERE id = ?1))";
    let mut select = sql.prepare_cached(select)?;
    let row = |row: &Row<'_>| Ok((sqlite::bytes(row, 0)?, sqlite::bytes(row, 1)?));
    Ok(select.query_map(params![key.id, signed(question as u64)], row)?.collect::<rusqlite::Result<_>>()?)
}

/// The ids of the players who have answered a question, as they are stored.
pub(super) fn answerers(sql: &Connection, key: &Key, question: usize) -> Result<Vec<Vec<u8>>> {
    let select = "SELECT player FROM answers WHERE game = ?1 AND question =
        (?2 + 1000 * (SELECT round - 1 FROM games WHERE id = ?1))";
    let mut select = sql.prepare_cached(select)?;
    let players = select.query_map(params![key.id, signed(question as u64)], |row| sqlite::bytes(row, 0))?;
    Ok(players.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn answer_of(
    sql: &Connection,
    key: &Key,
    player: &UserId,
    question: usize,
) -> Result<Option<RecordedAnswer>> {
    let select = "SELECT given FROM answers WHERE game = ?1 AND question =
        (?2 + 1000 * (SELECT round - 1 FROM games WHERE id = ?1)) AND player = ?3";
    let whose = params![key.id, signed(question as u64), player.as_str()];
    let answer_json: Option<String> = sql.prepare_cached(select)?.query_row(whose, |row| row.get(0)).optional()?;
    answer_json.map(|json| decode(&json, "an answer")).transpose()
}

pub(super) fn turnout(sql: &Connection, key: &Key, question: usize) -> Result<Turnout> {
    let select = "SELECT (SELECT count(*) FROM answers WHERE game = ?1 AND question =
        (?2 + 1000 * (SELECT round - 1 FROM games WHERE id = ?1))),
        coalesce((SELECT seated FROM games WHERE id = ?1), 0)";
    let row = |row: &Row<'_>| {
        let count = |at| Ok::<_, rusqlite::Error>(usize::try_from(row.get::<_, i64>(at)?).unwrap_or(0));
        Ok(Turnout { answered: count(0)?, players: count(1)? })
    };
    Ok(sql.prepare_cached(select)?.query_row(params![key.id, signed(question as u64)], row)?)
}

pub(super) fn note_stored_results(sql: &Connection, key: &Key, stored_progress: u64) -> Result<()> {
    let update = "UPDATE games SET kept = max(kept, ?2) WHERE id = ?1";
    sql.prepare_cached(update)?.execute(params![key.id, signed(stored_progress)])?;
    Ok(())
}

/// SQLite counts to 2^63 - 1; nothing here gets there, but a client may ask for more.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

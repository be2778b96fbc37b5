//! The entrance of a game as rows: who enters, waits, is kicked or blocked.

use protocol::game::frame::{Entrance, Waiting};
use protocol::{Name, UserId, limits, wire};
use quiz::Seat;
use rusqlite::{Connection, OptionalExtension, Row, params};
use storage::{StorageError, document, readable, sqlite};

use super::decode;
use super::rows::{Result, player_status, signed, unsigned};
use crate::games::{
    EntrancePolicy, Key, Newcomer, PlayerStatus, RenameOutcome, SeatOutcome, SeatRateLimit, WAITS_FOR_MS, new_seat,
};

/// A [`Newcomer`] that owns its data, for the writer thread.
pub(super) struct OwnedNewcomer {
    player: UserId,
    name: Name,
    skeleton: String,
    most: usize,
    arrivals: Vec<SeatRateLimit>,
    network: String,
}

impl OwnedNewcomer {
    pub(super) fn of(newcomer: Newcomer<'_>) -> Self {
        let Newcomer { player, name, skeleton, most, arrivals, network } = newcomer;
        let (player, name, skeleton) = (player.clone(), name.clone(), skeleton.to_owned());
        Self { player, name, skeleton, most, arrivals: arrivals.to_vec(), network: network.to_owned() }
    }
}

pub(super) fn seat(sql: &Connection, key: &Key, newcomer: &OwnedNewcomer, now: u64) -> Result<SeatOutcome> {
    let known: Option<(i64, i64)> = sql
        .prepare_cached("SELECT locked, seated FROM games WHERE pin = ?1 AND id = ?2")?
        .query_row(params![key.pin.as_str(), key.id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((policy, after)) = known else { return Ok(SeatOutcome::Gone) };
    match player_status(sql, key, &newcomer.player)? {
        PlayerStatus::Kicked => return Ok(SeatOutcome::Kicked),
        PlayerStatus::Declined => return Ok(SeatOutcome::Declined),
        PlayerStatus::Seated(seat) => return Ok(SeatOutcome::At(seat)),
        PlayerStatus::Away(seat) => {
            bring_back(sql, key, &newcomer.player)?;
            return Ok(SeatOutcome::At(seat));
        }
        PlayerStatus::Unknown => {}
    }
    let waited = waited(sql, key, &newcomer.player)?;
    let blocked_for = blocked_for(sql, key, &newcomer.network, now)?;
    // Whoever was admitted enters, even if locked or blocked since; whoever waits keeps waiting for a host.
    if !waited.as_ref().is_some_and(|waited| waited.is_admitted || waited.is_current(now)) {
        if policy == EntrancePolicy::Locked as i64 {
            return Ok(SeatOutcome::Locked);
        }
        if let Some(for_ms) = blocked_for {
            return Ok(SeatOutcome::Blocked { for_ms });
        }
    }
    let after = unsigned(after);
    if after >= newcomer.most as u64 {
        return Ok(SeatOutcome::Full);
    }
    if is_taken(sql, key, &newcomer.skeleton)? {
        return Ok(SeatOutcome::NameTaken);
    }
    let needs_approval = policy != EntrancePolicy::Open as i64 || blocked_for.is_some();
    if let Some(not_yet) = pass(sql, key, newcomer, waited, needs_approval, now)? {
        return Ok(not_yet);
    }
    let seat = new_seat(&newcomer.player, &newcomer.name, after).fill(now);
    let insert = "INSERT INTO seats (game, player, skeleton, seat, network) VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![key.id, newcomer.player.as_str(), newcomer.skeleton, seat, newcomer.network];
    sql.prepare_cached(insert)?.execute(row)?;
    sql.prepare_cached("UPDATE games SET seated = seated + 1 WHERE id = ?1")?.execute([&key.id])?;
    Ok(SeatOutcome::At(decode(&seat, "a seat")?))
}

/// Gives somebody who is away their seat back.
fn bring_back(sql: &Connection, key: &Key, player: &UserId) -> Result<()> {
    let update = "UPDATE seats SET away = 0 WHERE game = ?1 AND player = ?2";
    sql.prepare_cached(update)?.execute(params![key.id, player.as_str()])?;
    sql.prepare_cached("UPDATE games SET seated = seated + 1 WHERE id = ?1")?.execute([&key.id])?;
    Ok(())
}

/// Somebody who waits, or was admitted and has not entered yet.
struct WaitingEntry {
    is_admitted: bool,
    asked_at: u64,
    since: u64,
}

impl WaitingEntry {
    /// Whether they asked within the last [`WAITS_FOR_MS`](super::super::WAITS_FOR_MS).
    fn is_current(&self, now: u64) -> bool {
        self.asked_at >= now.saturating_sub(WAITS_FOR_MS)
    }
}

fn waited(sql: &Connection, key: &Key, player: &UserId) -> Result<Option<WaitingEntry>> {
    let read = |row: &Row<'_>| Ok((row.get::<_, bool>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
    let found = sql
        .prepare_cached("SELECT admitted, asked_at, since FROM newcomers WHERE game = ?1 AND player = ?2")?
        .query_row(params![key.id, player.as_str()], read)
        .optional()?;
    let waited = |(is_admitted, asked_at, since)| WaitingEntry {
        is_admitted,
        asked_at: unsigned(asked_at),
        since: unsigned(since),
    };
    Ok(found.map(waited))
}

/// Lets somebody enter, or says why not. Somebody who waited was charged to their networks then.
fn pass(
    sql: &Connection,
    key: &Key,
    newcomer: &OwnedNewcomer,
    waited: Option<WaitingEntry>,
    needs_approval: bool,
    now: u64,
) -> Result<Option<SeatOutcome>> {
    match &waited {
        Some(waited) if waited.is_admitted || !needs_approval => {
            sql.prepare_cached("DELETE FROM newcomers WHERE game = ?1 AND player = ?2")?
                .execute(params![key.id, newcomer.player.as_str()])?;
            return Ok(None);
        }
        None if needs_approval && is_crowded(sql, key, now)? => return Ok(Some(SeatOutcome::Crowded)),
        None => {
            if let Some(retry_after_ms) = arrive(sql, key, &newcomer.arrivals, now)? {
                return Ok(Some(SeatOutcome::TooMany { retry_after_ms }));
            }
        }
        Some(_) => {}
    }
    if !needs_approval {
        return Ok(None);
    }
    let since = waited.filter(|waited| waited.is_current(now)).map(|waited| waited.since);
    let put = "INSERT OR REPLACE INTO newcomers (game, player, name, asked_at, admitted, since)
               VALUES (?1, ?2, ?3, ?4, 0, ?5)";
    let row =
        params![key.id, newcomer.player.as_str(), newcomer.name.as_str(), signed(now), signed(since.unwrap_or(now))];
    sql.prepare_cached(put)?.execute(row)?;
    Ok(Some(SeatOutcome::Waiting { is_new: since.is_none() }))
}

/// Whether as many wait as may. People who stopped asking do not count.
fn is_crowded(sql: &Connection, key: &Key, now: u64) -> Result<bool> {
    let not_before = now.saturating_sub(WAITS_FOR_MS);
    let is_full = || -> Result<bool> {
        let count = "SELECT count(*) FROM newcomers WHERE game = ?1 AND admitted = 0";
        let waiting: i64 = sql.prepare_cached(count)?.query_row([&key.id], |row| row.get(0))?;
        Ok(unsigned(waiting) >= limits::WAITING as u64)
    };
    if !is_full()? {
        return Ok(false);
    }
    sql.prepare_cached("DELETE FROM newcomers WHERE game = ?1 AND admitted = 0 AND asked_at < ?2")?
        .execute(params![key.id, signed(not_before)])?;
    is_full()
}

/// Charges a new seat to each of the networks, or to none of them: then it returns the milliseconds until all
/// of them have room. A bucket is stored as the time at which it will be full again (GCRA).
fn arrive(sql: &Connection, key: &Key, arrivals: &[SeatRateLimit], now: u64) -> Result<Option<u64>> {
    let mut select = sql.prepare_cached("SELECT full_at FROM arrivals WHERE game = ?1 AND network = ?2")?;
    let mut retry_after_ms = 0;
    let mut full_at = Vec::with_capacity(arrivals.len());
    for one in arrivals {
        let before: Option<i64> = select.query_row(params![key.id, one.network], |row| row.get(0)).optional()?;
        let after = before.map_or(now, unsigned).max(now) + one.emission_ms();
        retry_after_ms = retry_after_ms.max(after.saturating_sub(now + one.tolerance_ms()));
        full_at.push(after);
    }
    if retry_after_ms > 0 {
        return Ok(Some(retry_after_ms));
    }
    let mut put = sql.prepare_cached("INSERT OR REPLACE INTO arrivals VALUES (?1, ?2, ?3)")?;
    for (one, full_at) in arrivals.iter().zip(full_at) {
        put.execute(params![key.id, one.network, signed(full_at)])?;
    }
    Ok(None)
}

/// Whether a player's name has this skeleton.
fn is_taken(sql: &Connection, key: &Key, skeleton: &str) -> Result<bool> {
    let mut select = sql.prepare_cached("SELECT 1 FROM seats WHERE game = ?1 AND skeleton = ?2")?;
    Ok(select.exists(params![key.id, skeleton])?)
}

/// Replaces a seat's row; the name before becomes free with it.
pub(super) fn rename(sql: &Connection, key: &Key, expected: u64, seat: &Seat, skeleton: &str) -> Result<RenameOutcome> {
    let is_current = sql
        .prepare_cached("SELECT 1 FROM games WHERE pin = ?1 AND id = ?2 AND version = ?3")?
        .exists(params![key.pin.as_str(), key.id, signed(expected)])?;
    if !is_current {
        return Ok(RenameOutcome::Stale);
    }
    let is_taken = sql
        .prepare_cached("SELECT 1 FROM seats WHERE game = ?1 AND skeleton = ?2 AND player <> ?3")?
        .exists(params![key.id, skeleton, seat.id.as_str()])?;
    if is_taken {
        return Ok(RenameOutcome::Taken);
    }
    let update = "UPDATE seats SET seat = ?3, skeleton = ?4 WHERE game = ?1 AND player = ?2";
    let row = params![key.id, seat.id.as_str(), wire::encode(seat), skeleton];
    let is_done = sql.prepare_cached(update)?.execute(row)? == 1;
    Ok(if is_done { RenameOutcome::Yes } else { RenameOutcome::Stale })
}

pub(super) fn taken(sql: &Connection, key: &Key, skeletons: &[String]) -> Result<Vec<bool>> {
    skeletons.iter().map(|skeleton| is_taken(sql, key, skeleton)).collect()
}

/// How many milliseconds longer a network is blocked, if it is.
fn blocked_for(sql: &Connection, key: &Key, network: &str, now: u64) -> Result<Option<u64>> {
    let until: Option<i64> = sql
        .prepare_cached("SELECT until FROM blocked WHERE game = ?1 AND network = ?2")?
        .query_row(params![key.id, network], |row| row.get(0))
        .optional()?;
    Ok(until.map(|until| unsigned(until).saturating_sub(now)).filter(|for_ms| *for_ms > 0))
}

pub(super) fn kick(
    sql: &Connection,
    key: &Key,
    players: Vec<UserId>,
    block_for_ms: Option<u64>,
    now: u64,
) -> Result<Vec<UserId>> {
    let delete = "DELETE FROM seats WHERE game = ?1 AND player = ?2 RETURNING network, away";
    let mut delete = sql.prepare_cached(delete)?;
    let mut block = sql.prepare_cached("INSERT OR REPLACE INTO blocked VALUES (?1, ?2, ?3)")?;
    let (mut gone, mut freed) = (Vec::new(), 0);
    for player in players {
        let seat: Option<(String, bool)> =
            delete.query_row(params![key.id, player.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((network, is_away)) = seat else { continue };
        freed += u64::from(!is_away);
        if let Some(for_ms) = block_for_ms.filter(|_| !network.is_empty()) {
            block.execute(params![key.id, network, signed(now + for_ms)])?;
        }
        note_sent_away(sql, key, &player, PlayerStatus::Kicked)?;
        gone.push(player);
    }
    let update = "UPDATE games SET seated = seated - ?2 WHERE id = ?1";
    sql.prepare_cached(update)?.execute(params![key.id, signed(freed)])?;
    Ok(gone)
}

/// Notes for good that a player was kicked or declined.
fn note_sent_away(sql: &Connection, key: &Key, player: &UserId, status: PlayerStatus) -> Result<()> {
    sql.prepare_cached("INSERT OR IGNORE INTO kicked (game, player, was_in) VALUES (?1, ?2, ?3)")?.execute(params![
        key.id,
        player.as_str(),
        status == PlayerStatus::Kicked
    ])?;
    Ok(())
}

pub(super) fn pardon(sql: &Connection, key: &Key) -> Result<()> {
    sql.prepare_cached("DELETE FROM blocked WHERE game = ?1")?.execute([&key.id])?;
    Ok(())
}

pub(super) fn entrance(sql: &Connection, key: &Key, now: u64) -> Result<Entrance> {
    let select = "SELECT player, name FROM newcomers WHERE game = ?1 AND admitted = 0 AND asked_at >= ?2
                  ORDER BY since, player LIMIT ?3";
    let mut select = sql.prepare_cached(select)?;
    let most = signed(limits::WAITING as u64);
    let lately = params![key.id, signed(now.saturating_sub(WAITS_FOR_MS)), most];
    let row = |row: &Row<'_>| Ok((sqlite::bytes(row, 0)?, sqlite::bytes(row, 1)?));
    let waiting = select.query_map(lately, row)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let waiting = readable(waiting.iter().map(|(id, name)| parse_waiting(id, name)));
    let blocked: i64 = sql
        .prepare_cached("SELECT count(*) FROM blocked WHERE game = ?1 AND until > ?2")?
        .query_row(params![key.id, signed(now)], |row| row.get(0))?;
    Ok(Entrance { waiting, blocked: usize::try_from(blocked).unwrap_or(0) })
}

fn parse_waiting(id: &[u8], name: &[u8]) -> Result<Waiting> {
    let what = "somebody who waits to be admitted";
    let (id, name) = (document::text(id, what)?, document::text(name, what)?);
    let id = UserId::parse(id).map_err(|error| StorageError::corrupt(format!("{what}: {error}")))?;
    Ok(Waiting { id, name: Name::from(name.to_owned()) })
}

pub(super) fn admit(sql: &Connection, key: &Key, players: &[UserId]) -> Result<()> {
    if players.is_empty() {
        sql.prepare_cached("UPDATE newcomers SET admitted = 1 WHERE game = ?1")?.execute([&key.id])?;
    }
    let mut admit = sql.prepare_cached("UPDATE newcomers SET admitted = 1 WHERE game = ?1 AND player = ?2")?;
    for player in players {
        admit.execute(params![key.id, player.as_str()])?;
    }
    Ok(())
}

pub(super) fn decline(sql: &Connection, key: &Key, players: &[UserId]) -> Result<()> {
    let mut delete = sql.prepare_cached("DELETE FROM newcomers WHERE game = ?1 AND player = ?2")?;
    for player in players {
        if delete.execute(params![key.id, player.as_str()])? == 1 {
            note_sent_away(sql, key, player, PlayerStatus::Declined)?;
        }
    }
    Ok(())
}

//! The added hosts of a game, as rows.

use protocol::game::frame::AddedHost;
use protocol::{HostId, Name, limits};
use rusqlite::{Connection, params};
use storage::document;

use super::rows::{Result, unsigned};
use crate::games::{Key, host_head};

/// Adds a host; false: the game has as many as it may.
pub(super) fn add(sql: &Connection, key: &Key, host: &HostId, name: &Name, now: u64) -> Result<bool> {
    let count = "SELECT count(*) FROM added_hosts WHERE game = ?1";
    let hosts: i64 = sql.prepare_cached(count)?.query_row([&key.id], |row| row.get(0))?;
    if unsigned(hosts) >= limits::ADDED_HOSTS as u64 {
        return Ok(false);
    }
    let text = format!("{}{now}}}", host_head(host, name));
    let row = params![key.id, host.as_str(), text];
    sql.prepare_cached("INSERT INTO added_hosts VALUES (?1, ?2, ?3)")?.execute(row)?;
    Ok(true)
}

pub(super) fn all(sql: &Connection, key: &Key) -> Result<Vec<AddedHost>> {
    let mut select = sql.prepare_cached("SELECT host FROM added_hosts WHERE game = ?1")?;
    let mut hosts = Vec::new();
    for text in select.query_map([&key.id], |row| row.get::<_, String>(0))? {
        let text = text?;
        hosts.push(document::decode::<AddedHost>(&text, "a host")?);
    }
    hosts.sort_by(|one, other| (one.since, &one.id).cmp(&(other.since, &other.id)));
    Ok(hosts)
}

pub(super) fn remove(sql: &Connection, key: &Key, host: &HostId) -> Result<bool> {
    let mut delete = sql.prepare_cached("DELETE FROM added_hosts WHERE game = ?1 AND id = ?2")?;
    Ok(delete.execute(params![key.id, host.as_str()])? == 1)
}

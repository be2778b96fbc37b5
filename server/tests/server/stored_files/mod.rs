//! A data file that an earlier version wrote, opened by this one: nothing that was in it is lost, and what was
//! going on goes on.
//!
//! `fixtures/version-14.sql` is a dump of the file of a real node. Whoever adds a migration changes neither the dump nor
//! what is expected here, but where the migration is meant to change it.

use std::collections::BTreeMap;
use std::path::Path;

use protocol::{Member, Pin};
use rusqlite::Connection;
use server::games::Key;
use storage::clock::now_ms;
use storage::sqlite::Sqlite;

use crate::class::name;
use crate::node::TestNode;
use crate::quizzes_fixture::user;

mod games;
mod quizzes;
mod rooms;

const VERSION_14: &str = include_str!("../fixtures/version-14.sql");
/// When the node of that dump was stopped, in milliseconds since 1970.
const STOPPED_AT: u64 = 1_796_040_452_300;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The PINs and ids of the games in the dump.
const ENDED: (&str, &str) = ("781901", "t6au8de323jc");
const RUNNING: (&str, &str) = ("936502", "5w3siivq32ku");

/// The dump as if the node had been stopped just now: every time in it, wherever it is, moves by as much.
/// Otherwise the game would be over after a day.
fn as_of_now(dump: &str) -> String {
    let (now, mut moved, mut rest) = (now_ms(), String::with_capacity(dump.len()), dump);
    let is_digit = |letter: char| letter.is_ascii_digit();
    while let Some(begin) = rest.find(is_digit) {
        let (before, number) = rest.split_at(begin);
        let (number, after) = number.split_at(number.find(|letter| !is_digit(letter)).unwrap_or(number.len()));
        moved.push_str(before);
        match number.parse::<u64>() {
            Ok(at) if at.abs_diff(STOPPED_AT) < DAY_MS => moved += &(now + at - STOPPED_AT).to_string(),
            _ => moved.push_str(number),
        }
        rest = after;
    }
    moved + rest
}

fn load(folder: &Path) -> Connection {
    let file = Connection::open(folder.join("hubbub.db")).unwrap();
    file.execute_batch(&as_of_now(VERSION_14)).unwrap();
    file
}

/// A node of this version over the file.
async fn node() -> TestNode {
    TestNode::with_data(|folder| drop(load(folder))).await
}

/// The cookie of a person of the dump.
fn cookie(node: &TestNode, id: &str, called: &str) -> String {
    let member = Member { id: user(id), name: name(called) };
    format!("hubbub={}", node.node().sessions.token_of(&member, now_ms() / 1000))
}

fn key((pin, id): (&str, &str)) -> Key {
    Key { pin: Pin::parse(pin).unwrap(), id: id.into() }
}

/// The number of rows of each table.
fn rows(file: &Connection) -> BTreeMap<String, i64> {
    let mut tables = file.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
    let names: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let count = |name: &String| file.query_row(&format!("SELECT count(*) FROM {name}"), [], |row| row.get(0)).unwrap();
    names.iter().map(|name| (name.clone(), count(name))).collect()
}

/// The SQL of all tables, indexes and triggers.
fn schema(folder: &Path) -> Vec<String> {
    let file = Connection::open(folder.join("hubbub.db")).unwrap();
    let mut all = file.prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name").unwrap();
    all.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn no_table_loses_rows_and_the_file_becomes_like_a_new_one() {
    let [folder, new] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let file = load(folder.path());
    let before = rows(&file);
    for (table, count) in &before {
        assert!(*count > 0, "the dump has nothing in the table {table}");
    }
    drop((Sqlite::open(folder.path()).unwrap(), Sqlite::open(new.path()).unwrap()));
    let after = rows(&file);
    for (table, count) in before {
        assert_eq!(after.get(&table), Some(&count), "rows of {table}");
    }
    assert_eq!(schema(folder.path()), schema(new.path()), "a migration that was released was edited");
}

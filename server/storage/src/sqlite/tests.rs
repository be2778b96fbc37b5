//! What callers of the store rely on.

mod plans;
mod upgrade;

use futures::FutureExt;

use super::*;
use crate::StorageError;

fn open(folder: &tempfile::TempDir) -> Sqlite {
    Sqlite::open(folder.path()).unwrap()
}

async fn add(store: &Sqlite, id: &'static str) -> Result<(), StorageError> {
    store
        .write(move |sql| {
            sql.execute("INSERT INTO rooms (channel, title, created_at, active_at) VALUES (?1, 'title', 1, 1)", [id])?;
            Ok(())
        })
        .await
}

async fn rooms(store: &Sqlite) -> Vec<String> {
    let list = |sql: &Connection| {
        let mut statement = sql.prepare("SELECT channel FROM rooms ORDER BY channel")?;
        let names = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(names)
    };
    store.read(list).await.unwrap()
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    add(&open(&folder), "one").await.unwrap();
    assert_eq!(rooms(&open(&folder)).await, ["one"]);
}

#[tokio::test]
async fn other_accounts_read_none_of_the_files_also_not_older_ones() {
    use std::os::unix::fs::PermissionsExt as _;
    let base = tempfile::tempdir().unwrap();
    let folder = base.path().join("data");
    let modes = || {
        let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        files.map(|path| path.metadata().unwrap().permissions().mode() & 0o777).collect::<Vec<_>>()
    };
    let store = Sqlite::open(&folder).unwrap();
    add(&store, "one").await.unwrap();
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(modes(), [0o600; 4], "the database, its two companions and the lock");
    drop(store);
    for file in std::fs::read_dir(&folder).unwrap() {
        std::fs::set_permissions(file.unwrap().path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let store = Sqlite::open(&folder).unwrap();
    add(&store, "two").await.unwrap();
    assert_eq!(modes(), [0o600; 4]);
}

#[tokio::test]
async fn a_failed_write_undoes_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let half_done = store.write(|sql| {
        sql.execute("INSERT INTO rooms (channel, title, created_at, active_at) VALUES ('half', 'title', 1, 1)", [])?;
        sql.execute("INSERT INTO rooms (channel, title, created_at, active_at) VALUES ('half', 'title', 1, 1)", [])?;
        Ok(())
    });
    let (before, failed, after) = tokio::join!(add(&store, "a"), half_done, add(&store, "b"));
    assert!(before.is_ok() && after.is_ok());
    assert!(matches!(failed, Err(StorageError::Unavailable(_))), "{failed:?}");
    assert_eq!(rooms(&store).await, ["a", "b"]);
}

#[tokio::test]
async fn a_panic_in_a_write_does_not_end_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let failed = store.write(|_| -> Result<(), StorageError> { panic!("on purpose") }).await;
    assert!(matches!(failed, Err(StorageError::Unavailable(_))), "{failed:?}");
    add(&store, "a").await.unwrap();
}

#[tokio::test]
async fn what_follows_a_commit_is_done_in_the_order_of_commits() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (sender, receiver) = std::sync::mpsc::channel();
    let writes = (0..100).map(|number| {
        let sender = sender.clone();
        store.write_then(
            |sql| {
                sql.execute("UPDATE probe SET beats = beats + 1", [])?;
                Ok(sql.query_row("SELECT beats FROM probe", [], |row| row.get::<_, i64>(0))?)
            },
            move |beats| sender.send((beats, number)).unwrap(),
        )
    });
    futures::future::try_join_all(writes).await.unwrap();
    let beats: Vec<i64> = receiver.try_iter().map(|(beats, _)| beats).collect();
    assert_eq!(beats, (1..=100).collect::<Vec<_>>());
}

#[tokio::test]
async fn readers_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let refused = open(&folder).read(|sql| Ok(sql.execute("DELETE FROM rooms", [])?)).await;
    assert!(matches!(refused, Err(StorageError::Unavailable(_))), "{refused:?}");
}

/// Numbers without end, as long as somebody waits for them.
const ENDLESS: &str = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT max(n) FROM n";

fn endless(sql: &Connection) -> Result<i64, StorageError> {
    Ok(sql.query_row(ENDLESS, [], |row| row.get(0))?)
}

#[tokio::test]
async fn reads_that_nobody_waits_for_give_their_threads_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (begin, begun) = std::sync::mpsc::channel();
    for _ in 0..20 {
        let begin = begin.clone();
        let stuck = store.read(move |sql| {
            begin.send(()).unwrap();
            endless(sql)
        });
        assert!(stuck.boxed().now_or_never().is_none(), "it has begun, or waits");
    }
    add(&store, "a").await.unwrap();
    assert_eq!(rooms(&store).await, ["a"]);
    drop(begun);
}

#[tokio::test]
async fn a_panic_in_a_read_does_not_end_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    for _ in 0..10 {
        let failed = store.read(|_| -> Result<(), StorageError> { panic!("on purpose") }).await;
        assert!(matches!(failed, Err(StorageError::Unavailable(_))), "{failed:?}");
    }
    assert_eq!(rooms(&store).await, [""; 0]);
}

#[tokio::test]
async fn a_full_disk_is_told_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    add(&store, "a").await.unwrap();
    let limit = |pages: i64| move |sql: &Connection| Ok(sql.pragma_update(None, "max_page_count", pages)?);
    store.write(limit(1)).await.unwrap();
    let large =
        "INSERT INTO rooms (channel, title, created_at, active_at) VALUES ('large', hex(zeroblob(1000000)), 1, 1)";
    let full = store.write(move |sql| Ok(sql.execute(large, [])?)).await;
    assert!(matches!(full, Err(StorageError::Full(_))), "{full:?}");
    store.write(limit(1_000_000)).await.unwrap();
    add(&store, "b").await.unwrap();
    assert_eq!(rooms(&store).await, ["a", "b"]);
}

#[test]
fn a_folder_belongs_to_one_server() {
    let folder = tempfile::tempdir().unwrap();
    let _first = open(&folder);
    let second = Sqlite::open(folder.path()).err().unwrap().to_string();
    assert!(second.starts_with("another server is using the data folder"), "{second}");
}

#[test]
fn a_folder_that_cannot_be_made_is_told_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Sqlite::open(&file).err().unwrap().to_string();
    assert!(error.contains("cannot be made"), "{error}");
}

#[test]
fn a_file_of_a_later_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(&folder));
    let file = folder.path().join(FILE);
    Connection::open(&file).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let error = Sqlite::open(folder.path()).err().unwrap().to_string();
    assert!(error.contains("later Hubbub"), "{error}");
}

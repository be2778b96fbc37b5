//! The one SQLite file of a node that runs without Redis.
//!
//! One thread writes; all writes that wait are committed together, and none is answered before the commit.
//! Reads run beside it on threads and connections of their own. Knows tables and transactions; what is in
//! them is its callers' matter.

use std::fmt::Display;
use std::fs::{self, File, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Row};
use tracing::warn;

use crate::StorageError;

mod reader;
mod schema;
mod writer;

#[cfg(test)]
mod tests;

/// The database in the data folder.
const FILE: &str = "hubbub.db";
/// What SQLite puts beside it; it gives them the permissions of the database.
const BESIDE: [&str; 2] = ["hubbub.db-wal", "hubbub.db-shm"];
/// Held for as long as a process uses the folder.
const LOCK: &str = "hubbub.lock";
/// Only the account that runs the server reads what people wrote.
const PRIVATE_FOLDER: u32 = 0o700;
const PRIVATE_FILE: u32 = 0o600;
/// How soon what was deleted leaves the disk; several deletions cost one scrub.
const SCRUBBED_AFTER: Duration = Duration::from_secs(1);
/// The longest wait before another try.
const SCRUBBED_AGAIN_AFTER: Duration = Duration::from_secs(30);

/// The file cannot be used at all: a sentence for whoever starts the node.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(pub String);

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error};
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(error.to_string()),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::corrupt(error.to_string()),
            None if matches!(
                error,
                FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..) | Utf8Error(..)
            ) =>
            {
                Self::corrupt("a column of the data file has another type than it should")
            }
            _ => Self::Unavailable(format!("the data file cannot be used: {error}")),
        }
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

/// The bytes of a text of one row of a list. With [`Row::get`], a text that is no UTF-8 would fail the whole list. What
/// is no text at all has no bytes.
///
/// # Errors [`rusqlite::Error`]: there is no such column.
pub fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    Ok(row.get_ref(column)?.as_bytes().unwrap_or_default().to_vec())
}

/// The error of a file that is being closed.
fn closed() -> StorageError {
    StorageError::Unavailable("the data file is being closed".into())
}

/// A handle to the file; clones share it. The last one to go closes it, after
/// what was queued is written.
#[derive(Clone)]
pub struct Sqlite {
    inner: Arc<Inner>,
}

/// The fields go in this order: the lock is given up when nothing writes any more.
struct Inner {
    writer: writer::Writer,
    readers: reader::Readers,
    file: PathBuf,
    /// Whether somebody will scrub the file soon.
    scrub_is_due: AtomicBool,
    _lock: File,
}

impl Sqlite {
    /// Whether there is a file in `folder`.
    pub fn exists(folder: &Path) -> bool {
        folder.join(FILE).is_file()
    }

    /// Opens the file in `folder`; makes both if they are missing, for
    /// this account alone. Blocks.
    ///
    /// # Errors
    /// [`OpenError`] with a sentence that says what to do.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let shown = folder.display();
        fs::DirBuilder::new()
            .recursive(true)
            .mode(PRIVATE_FOLDER)
            .create(folder)
            .map_err(|error| OpenError(format!("the data folder {shown} cannot be made: {error}")))?;
        let lock = lock(folder)?;
        let file = folder.join(FILE);
        let explain = |error: &dyn Display| OpenError(format!("{} cannot be opened: {error}", file.display()));
        open_private(&file).map_err(|error| explain(&error))?;
        BESIDE.iter().for_each(|name| make_private(&folder.join(name)));
        let mut connection = create(&file).map_err(|error| explain(&error))?;
        schema::migrate(&mut connection).map_err(|error| explain(&error))?;
        // What an earlier run deleted in its last moment.
        scrub(&file).map_err(|error| explain(&error))?;
        let no_thread = |error| OpenError(format!("no thread for the data file can be started: {error}"));
        let writer = writer::Writer::start(connection).map_err(no_thread)?;
        let readers = reader::Readers::start(&file).map_err(no_thread)?;
        let scrub_is_due = AtomicBool::new(false);
        Ok(Self { inner: Arc::new(Inner { writer, readers, file, scrub_is_due, _lock: lock }) })
    }

    /// Runs `operation` in the next commit and waits for it: `Ok` means that
    /// what it wrote is on the disk. An error undoes this operation alone.
    pub async fn write<T, F>(&self, operation: F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    {
        self.write_then(operation, |result| result).await
    }

    /// The same, and calls `then` right after the commit, before the next
    /// one: what it does is done in the order of the commits, also when the
    /// caller no longer waits. It runs on the writer's thread and must be quick.
    pub async fn write_then<T, U, F, A>(&self, operation: F, then: A) -> Result<U, StorageError>
    where
        T: Send + 'static,
        U: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
        A: FnOnce(T) -> U + Send + 'static,
    {
        self.inner.writer.write(operation, then).await
    }

    /// Runs `operation` beside the writes, on one moment of the data. It sees
    /// every write that was answered before. When nobody waits any more it is stopped.
    pub async fn read<T, F>(&self, operation: F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    {
        self.inner.readers.read(operation).await
    }

    /// Writes a row and reads it, to prove that both work.
    pub async fn probe(&self) -> Result<(), StorageError> {
        const BEATS: &str = "SELECT beats FROM probe";
        let write = |sql: &Connection| {
            sql.prepare_cached("UPDATE probe SET beats = beats + 1")?.execute([])?;
            Ok(sql.prepare_cached(BEATS)?.query_row([], |row| row.get::<_, i64>(0))?)
        };
        let written = self.write(write).await?;
        let read = |sql: &Connection| Ok(sql.prepare_cached(BEATS)?.query_row([], |row| row.get::<_, i64>(0))?);
        if self.read(read).await? < written {
            return Err(StorageError::corrupt("what was written is not read"));
        }
        Ok(())
    }
}

impl Sqlite {
    /// Removes what was deleted or overwritten from the disk, a moment later and once for all who ask until then: the file
    /// itself is clean with the commit, but its write-ahead log has the pages as they were. Goes on trying while reads that
    /// are under way need that log.
    pub fn scrub_soon(&self) {
        if self.inner.scrub_is_due.swap(true, Ordering::Relaxed) {
            return;
        }
        let inner = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            let mut after = SCRUBBED_AFTER;
            loop {
                tokio::time::sleep(after).await;
                after = (after * 2).min(SCRUBBED_AGAIN_AFTER);
                let Some(inner) = inner.upgrade() else { return };
                inner.scrub_is_due.store(false, Ordering::Relaxed);
                let file = inner.file.clone();
                drop(inner);
                match tokio::task::spawn_blocking(move || scrub(&file)).await {
                    Ok(Ok(true)) => return,
                    Ok(Ok(false)) => {}
                    Ok(Err(error)) => warn!("what was deleted stays on the disk for now: {error}"),
                    Err(_) => return,
                }
            }
        });
    }
}

/// Empties the write-ahead log; false if a read or a write needs it. Waits for none: writes would wait for this.
fn scrub(file: &Path) -> rusqlite::Result<bool> {
    let connection = connect(file)?;
    connection.busy_timeout(Duration::ZERO)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| Ok(row.get::<_, i64>(0)? == 0))
}

/// Takes the folder for this process.
fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK);
    let refuse = |error: std::io::Error| {
        OpenError(format!("the data folder {} cannot be written to: {error}", folder.display()))
    };
    let file = open_private(&path).map_err(refuse)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError(format!(
            "another server is using the data folder {}; give this one a folder of its own",
            folder.display()
        ))),
        Err(TryLockError::Error(error)) => Err(refuse(error)),
    }
}

/// Opens a file that this account alone may read; makes it if it is missing.
fn open_private(path: &Path) -> std::io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).mode(PRIVATE_FILE).open(path)?;
    make_private(path);
    Ok(file)
}

/// Takes a file's permissions from all other accounts: earlier versions made
/// files that everybody on the machine could read.
pub fn make_private(path: &Path) {
    let is_open = |metadata: &fs::Metadata| metadata.permissions().mode() & 0o077 != 0;
    let closed = match fs::metadata(path) {
        Ok(metadata) if is_open(&metadata) => fs::set_permissions(path, fs::Permissions::from_mode(PRIVATE_FILE)),
        _ => return,
    };
    if let Err(error) = closed {
        // Somebody else's file: the operator's choice, and no reason not to start.
        warn!("{} can be read by other accounts, and that cannot be changed: {error}", path.display());
    }
}

/// The first connection. Of a new file, what becomes free can be given back bit by bit.
fn create(file: &Path) -> rusqlite::Result<Connection> {
    if fs::metadata(file).is_ok_and(|metadata| metadata.len() == 0) {
        let connection = Connection::open(file)?;
        connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL; CREATE TABLE made (at); DROP TABLE made;")?;
    }
    connect(file)
}

/// A connection with our settings. FULL: a commit is on the disk when it
/// returns, so that an acknowledged message survives a power cut.
fn connect(file: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What is deleted is overwritten with zeros.
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

//! Connections that only read, each used by one caller at a time.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{StoreError, connect};

/// Reads that run at the same time; more wait.
const AT_ONCE: usize = 4;

/// The readers; opened when they are first needed.
pub(super) struct Readers {
    file: PathBuf,
    places: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file, places: Arc::new(Semaphore::new(AT_ONCE)), idle: Arc::default() }
    }

    /// Runs `operation` off the async threads, on one moment of the data.
    pub(super) async fn read<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let idle = Arc::clone(&self.idle);
        let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let file = self.file.clone();
        let work = move || {
            let mut connection = taken.map_or_else(|| open(&file), Ok)?;
            let result = at_one_moment(&mut connection, operation);
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            drop(place);
            result
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Failed(error.to_string()))?
    }
}

fn open(file: &std::path::Path) -> Result<Connection, StoreError> {
    let connection = connect(file)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn at_one_moment<T, F>(connection: &mut Connection, operation: F) -> Result<T, StoreError>
where
    F: FnOnce(&Connection) -> Result<T, StoreError>,
{
    // The snapshot is taken by the first SELECT and holds until the end.
    let transaction = connection.transaction()?;
    operation(&transaction)
}

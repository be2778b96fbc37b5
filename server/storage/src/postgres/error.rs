//! What PostgreSQL's errors mean for those who asked.

use std::error::Error as _;

use deadpool_postgres::PoolError;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::StorageError;

/// The error of a connection or of a statement. It says which error it was, and never what stood in the statement.
pub(super) fn explained(error: &Error) -> StorageError {
    let Some(code) = error.code() else {
        return match is_of_connection(error) {
            true => StorageError::Unavailable("the connection to the database is cut".into()),
            // A column of another type than the statement reads, or what no server says.
            false if is_conversion(error) => StorageError::corrupt("a column of the database has another type"),
            false => StorageError::Unavailable(format!("the database cannot be used: {}", without_values(error))),
        };
    };
    match code {
        code if *code == SqlState::DISK_FULL || *code == SqlState::OUT_OF_MEMORY => {
            StorageError::Full(format!("the database says: {}", without_values(error)))
        }
        code if *code == SqlState::DATA_CORRUPTED || *code == SqlState::INDEX_CORRUPTED => {
            StorageError::corrupt(format!("the database says: {}", without_values(error)))
        }
        _ => StorageError::Unavailable(format!("the database says: {}", without_values(error))),
    }
}

/// The error of the pool.
pub(super) fn of_pool(error: PoolError) -> StorageError {
    match error {
        PoolError::Backend(error) => explained(&error),
        PoolError::Timeout(_) => StorageError::Unavailable("the database does not answer".into()),
        other => StorageError::Unavailable(format!("no connection to the database: {other}")),
    }
}

/// Whether the server refuses because of how it is set up, so that no later try will work by itself.
pub(super) fn is_refusal(error: &Error) -> bool {
    // Classes of SQLSTATE: invalid authorization, and what is missing or not allowed.
    error.code().is_some_and(|code| {
        let class = code.code().get(..2).unwrap_or_default();
        class == "28" || class == "3D" || class == "42"
    })
}

/// Whether the connection failed, and not what was asked over it.
pub(super) fn is_of_connection(error: &Error) -> bool {
    error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>())
}

/// Whether the connection must not be used again: it leads to a server that takes no writes (any more).
pub(super) fn is_of_wrong_server(error: &Error) -> bool {
    error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION)
}

/// The error in words: the server's first line and its code, which name no value; its details would.
pub(super) fn without_values(error: &Error) -> String {
    match error.as_db_error() {
        Some(refused) => format!("{} ({})", refused.message(), refused.code().code()),
        None => match error.source() {
            Some(source) => source.to_string(),
            None => error.to_string(),
        },
    }
}

fn is_conversion(error: &Error) -> bool {
    let said = error.to_string();
    said.starts_with("error deserializing column") || said.starts_with("error serializing parameter")
}

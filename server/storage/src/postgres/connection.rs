//! One connection of the pool, and a transaction on it: statements that are answered in time, or are errors.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool_postgres::Object;
use tokio::time::{Instant, timeout};
use tokio_postgres::{Error, Row};

use super::breaker::Breaker;
use super::error::{explained, is_of_connection, is_of_wrong_server};
use super::{Value, column};
use crate::StorageError;

/// How long an answer is waited for: a little longer than the server works on it.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_millis(5_500);
/// After how long a caller who waits no more has found that the connection does not answer.
const GIVEN_UP_AFTER: Duration = Duration::from_millis(900);

/// A connection of the pool. It goes back when this is dropped, unless it cannot be used again.
pub struct Connection {
    client: Option<Object>,
    health: Health,
}

/// What a connection's statements say about it and about the server.
struct Health {
    breaker: Arc<Breaker>,
    is_broken: AtomicBool,
}

impl Connection {
    pub(super) fn new(client: Object, breaker: Arc<Breaker>) -> Self {
        Self { client: Some(client), health: Health { breaker, is_broken: AtomicBool::new(false) } }
    }

    fn client(&self) -> Result<&Object, StorageError> {
        self.client.as_ref().ok_or_else(given_back)
    }

    /// The rows that a statement gives.
    ///
    /// # Errors [`StorageError`]
    pub async fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StorageError> {
        let client = self.client()?;
        self.health.judge(async { client.query(&client.prepare_cached(sql).await?, values).await }).await
    }

    /// The one row that a statement gives, if any.
    ///
    /// # Errors [`StorageError`]
    pub async fn query_opt(&self, sql: &str, values: &[Value<'_>]) -> Result<Option<Row>, StorageError> {
        let client = self.client()?;
        self.health.judge(async { client.query_opt(&client.prepare_cached(sql).await?, values).await }).await
    }

    /// Runs a statement; returns the number of rows that it changed.
    ///
    /// # Errors [`StorageError`]
    pub async fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StorageError> {
        let client = self.client()?;
        self.health.judge(async { client.execute(&client.prepare_cached(sql).await?, values).await }).await
    }

    /// Begins a transaction. Dropped without [`Transaction::commit`], it changes nothing.
    ///
    /// # Errors [`StorageError`]
    pub async fn begin(&mut self) -> Result<Transaction<'_>, StorageError> {
        let client = self.client.as_mut().ok_or_else(given_back)?;
        let inner = self.health.judge(client.transaction()).await?;
        Ok(Transaction { inner, health: &self.health })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.health.is_broken.load(Ordering::Relaxed)
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}

/// Statements that are done together or not at all.
pub struct Transaction<'a> {
    inner: deadpool_postgres::Transaction<'a>,
    health: &'a Health,
}

impl Transaction<'_> {
    /// The rows that a statement gives.
    ///
    /// # Errors [`StorageError`]
    pub async fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StorageError> {
        let inner = &self.inner;
        self.health.judge(async { inner.query(&inner.prepare_cached(sql).await?, values).await }).await
    }

    /// The one row that a statement gives, if any.
    ///
    /// # Errors [`StorageError`]
    pub async fn query_opt(&self, sql: &str, values: &[Value<'_>]) -> Result<Option<Row>, StorageError> {
        let inner = &self.inner;
        self.health.judge(async { inner.query_opt(&inner.prepare_cached(sql).await?, values).await }).await
    }

    /// Whether the first column of the one row that a statement gives is true.
    ///
    /// # Errors [`StorageError`]
    pub async fn is_true(&self, sql: &str, values: &[Value<'_>]) -> Result<bool, StorageError> {
        match self.query_opt(sql, values).await? {
            Some(row) => column(&row, 0),
            None => Ok(false),
        }
    }

    /// The number in the first column of the one row that a statement gives.
    ///
    /// # Errors [`StorageError`]
    pub async fn number(&self, sql: &str, values: &[Value<'_>]) -> Result<i64, StorageError> {
        match self.query_opt(sql, values).await? {
            Some(row) => column(&row, 0),
            None => Ok(0),
        }
    }

    /// Runs a statement; returns the number of rows that it changed.
    ///
    /// # Errors [`StorageError`]
    pub async fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StorageError> {
        let inner = &self.inner;
        self.health.judge(async { inner.execute(&inner.prepare_cached(sql).await?, values).await }).await
    }

    /// Makes all of it last. `Ok` means that it is on the server's disk.
    ///
    /// # Errors [`StorageError`]; after [`StorageError::Unavailable`] nobody knows whether it was done.
    pub async fn commit(self) -> Result<(), StorageError> {
        let Self { inner, health } = self;
        health.judge(inner.commit()).await
    }
}

impl Health {
    /// Waits for an answer, and notes what it says about the connection and the server.
    async fn judge<T>(&self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, StorageError> {
        let mut wait = Wait { health: self, since: Instant::now(), is_over: false };
        let answer = timeout(ANSWER_WITHIN, answer).await;
        wait.is_over = true;
        match answer {
            Ok(Ok(answer)) => {
                self.breaker.answered();
                Ok(answer)
            }
            Ok(Err(error)) => {
                if is_of_connection(&error) {
                    self.breaker.failed();
                } else {
                    self.breaker.answered();
                }
                if is_of_wrong_server(&error) {
                    self.is_broken.store(true, Ordering::Relaxed);
                }
                Err(explained(&error))
            }
            Err(_) => {
                // Whatever the server says to it later must not be taken for the answer to something else.
                self.is_broken.store(true, Ordering::Relaxed);
                self.breaker.failed();
                Err(StorageError::Unavailable("the database does not answer".into()))
            }
        }
    }
}

/// The wait for an answer, which the caller may give up.
struct Wait<'a> {
    health: &'a Health,
    since: Instant,
    is_over: bool,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        // Whoever gives up at once has other reasons. It may have waited for a lock, so this says nothing of the server.
        if !self.is_over && self.since.elapsed() >= GIVEN_UP_AFTER {
            self.health.is_broken.store(true, Ordering::Relaxed);
        }
    }
}

fn given_back() -> StorageError {
    StorageError::Unavailable("the connection was given back".into())
}

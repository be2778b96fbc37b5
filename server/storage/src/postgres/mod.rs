//! A PostgreSQL database, for what lasts in a deployment of several nodes.
//!
//! A pool of connections with prepared statements. Each statement has a time in which it must be answered, and
//! while the database is away most callers are told so at once. Knows tables and transactions; what is in them
//! is its callers' matter.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType, Timeouts,
};
use tokio::time::{sleep, timeout};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::task::AbortOnDropHandle;
use tracing::{error, info, warn};

use crate::StorageError;

mod address;
mod breaker;
mod connection;
mod error;
mod schema;

pub use address::DatabaseAddress;
pub use breaker::UP as DATABASE_UP;
pub use connection::{Connection, Transaction};

use breaker::Breaker;

/// How long a caller waits for a free connection of the pool.
const FREE_WITHIN: Duration = Duration::from_secs(2);
/// How long a new connection may take, with all addresses that are tried for it.
const CREATED_WITHIN: Duration = Duration::from_secs(5);
/// How long all of it may take, with what a new connection begins with.
const GOT_WITHIN: Duration = Duration::from_secs(6);
/// How long a node that could not reach the database at its start waits before it tries again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// What each connection begins with. The times are the server's part of [`connection::ANSWER_WITHIN`]; none of them
/// may hold what others wait for.
const SETTINGS: &str = "
    SET statement_timeout = '5s';
    SET lock_timeout = '3s';
    SET idle_in_transaction_session_timeout = '10s';
    SET client_min_messages = warning";

/// A value of a statement.
pub type Value<'a> = &'a (dyn ToSql + Sync);

/// Why a database is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It was not reached. It may be there later.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// It was reached and is of no use as it is, or is wrongly named: a sentence for the operator.
    #[error("{0}")]
    Refused(String),
}

/// A handle to the database; clones share its pool.
#[derive(Clone)]
pub struct Postgres {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool,
    breaker: Arc<Breaker>,
}

impl Postgres {
    /// Connects to a database and migrates it to this version. Where it cannot be reached, the node starts without it
    /// and goes on trying: what is live needs no database. Until then every operation is [`StorageError::Unavailable`].
    ///
    /// # Errors [`OpenError::Refused`]: it was reached, and cannot be used.
    pub async fn open(address: &DatabaseAddress, connections: usize) -> Result<Self, OpenError> {
        let opened = Self::lazily(address, connections)?;
        match migrate(&opened.inner.pool).await {
            Ok(()) => opened.inner.breaker.open(),
            Err(refused @ OpenError::Refused(_)) => return Err(refused),
            Err(unreachable) => {
                warn!("{unreachable}; this node starts without it and goes on trying");
                opened.migrate_later();
            }
        }
        Ok(opened)
    }

    /// Migrates a database to this version, for an operator who wants that done before any node starts.
    ///
    /// # Errors [`OpenError`]
    pub async fn migrate_once(address: &DatabaseAddress) -> Result<(), OpenError> {
        migrate(&Self::lazily(address, 1)?.inner.pool).await
    }

    fn lazily(address: &DatabaseAddress, connections: usize) -> Result<Self, OpenError> {
        let tls = MakeRustlsConnect::new(address.tls()?);
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(address.config().clone(), tls, recycling);
        let begin = Hook::async_fn(|client: &mut deadpool_postgres::ClientWrapper, _| {
            Box::pin(async move { client.batch_execute(SETTINGS).await.map_err(HookError::Backend) })
        });
        let pool = Pool::builder(manager)
            .max_size(connections)
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts { wait: Some(FREE_WITHIN), create: Some(CREATED_WITHIN), recycle: Some(FREE_WITHIN) })
            .post_create(begin)
            .build();
        let pool = pool.map_err(|error| OpenError::Refused(error.to_string()))?;
        Ok(Self { inner: Arc::new(Inner { pool, breaker: Arc::default() }) })
    }

    /// Goes on trying for as long as the database is in use.
    fn migrate_later(&self) {
        let (pool, breaker) = (self.inner.pool.clone(), Arc::downgrade(&self.inner.breaker));
        let task = tokio::spawn(async move {
            loop {
                sleep(RETRY_AFTER).await;
                match migrate(&pool).await {
                    Ok(()) => break,
                    Err(OpenError::Unreachable(_)) => {}
                    Err(refused) => return error!("{refused}; restart the nodes once that is put right"),
                }
            }
            if let Some(breaker) = breaker.upgrade() {
                info!("the database can be used now");
                breaker.open();
            }
        });
        self.inner.breaker.hold(AbortOnDropHandle::new(task));
    }

    /// A connection, for one caller at a time.
    ///
    /// # Errors [`StorageError::Unavailable`]
    pub async fn connection(&self) -> Result<Connection, StorageError> {
        let Inner { pool, breaker } = &*self.inner;
        if !breaker.admits() {
            return Err(StorageError::Unavailable("the database does not answer".into()));
        }
        match timeout(GOT_WITHIN, pool.get()).await {
            Ok(Ok(client)) => Ok(Connection::new(client, breaker.clone())),
            // That all are in use says nothing of the server.
            Ok(Err(failed @ PoolError::Timeout(TimeoutType::Wait))) => {
                breaker.answered();
                Err(error::of_pool(failed))
            }
            Ok(Err(failed)) => {
                breaker.failed();
                Err(error::of_pool(failed))
            }
            Err(_) => {
                breaker.failed();
                Err(StorageError::Unavailable("the database does not answer".into()))
            }
        }
    }

    /// The rows that a statement gives.
    ///
    /// # Errors [`StorageError`]
    pub async fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StorageError> {
        self.connection().await?.query(sql, values).await
    }

    /// The one row that a statement gives, if any.
    ///
    /// # Errors [`StorageError`]
    pub async fn query_opt(&self, sql: &str, values: &[Value<'_>]) -> Result<Option<Row>, StorageError> {
        self.connection().await?.query_opt(sql, values).await
    }

    /// Runs a statement; returns the number of rows that it changed.
    ///
    /// # Errors [`StorageError`]
    pub async fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StorageError> {
        self.connection().await?.execute(sql, values).await
    }
}

async fn migrate(pool: &Pool) -> Result<(), OpenError> {
    let Ok(client) = timeout(GOT_WITHIN, pool.get()).await else {
        return Err(OpenError::Unreachable("it does not answer".into()));
    };
    let mut client = client.map_err(|error| match error {
        PoolError::Backend(error) if error::is_refusal(&error) => {
            OpenError::Refused(format!("the database refuses: {}", error::without_values(&error)))
        }
        PoolError::Backend(error) => unreachable(&error),
        other => OpenError::Unreachable(error::of_pool(other).to_string()),
    })?;
    schema::migrate(&mut client).await
}

/// A column of a row.
///
/// # Errors [`StorageError::Corrupt`]: it has another type, or nothing in it.
pub fn column<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> Result<T, StorageError> {
    row.try_get(index).map_err(|error| error::explained(&error))
}

fn unreachable(error: &tokio_postgres::Error) -> OpenError {
    OpenError::Unreachable(error::without_values(error))
}

//! The thread that writes: takes all writes that wait, commits them together, answers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};
use tracing::error;

use super::closed;
use crate::StorageError;

/// How many writes may wait; further callers wait for a place.
const WAITING: usize = 1024;
/// The most writes in one commit, so that the first of them is answered soon.
const TOGETHER: usize = 256;

/// The queue to the thread. Dropping it lets the thread finish what is queued, and waits for that.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(WAITING);
        let thread = thread::Builder::new().name("store".into()).spawn(move || run(&connection, jobs))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    pub(super) async fn write<T, U, F, A>(&self, operation: F, then: A) -> Result<U, StorageError>
    where
        T: Send + 'static,
        U: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
        A: FnOnce(T) -> U + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = Write { operation: Some(operation), result: None, then, answer };
        let queue = self.queue.as_ref().ok_or_else(closed)?;
        queue.send(Box::new(job)).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        let Some(thread) = self.thread.take() else { return };
        // A `then` may hold the last handle; a thread cannot wait for itself.
        if thread.thread().id() != thread::current().id() && thread.join().is_err() {
            error!("the thread that writes the data file has panicked");
        }
    }
}

/// A write with its types erased.
trait Job: Send {
    /// Runs the write; after an error it is rolled back.
    fn run(&mut self, connection: &Connection) -> Result<(), StorageError>;
    /// Sends the result, once the commit has ended.
    fn answer(self: Box<Self>, commit: Result<(), StorageError>);
}

struct Write<T, U, F, A> {
    operation: Option<F>,
    result: Option<Result<T, StorageError>>,
    then: A,
    answer: oneshot::Sender<Result<U, StorageError>>,
}

impl<T, U, F, A> Job for Write<T, U, F, A>
where
    T: Send,
    U: Send,
    F: FnOnce(&Connection) -> Result<T, StorageError> + Send,
    A: FnOnce(T) -> U + Send,
{
    fn run(&mut self, connection: &Connection) -> Result<(), StorageError> {
        let operation = self.operation.take().ok_or_else(closed)?;
        match self.result.insert(operation(connection)) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.clone()),
        }
    }

    fn answer(self: Box<Self>, commit: Result<(), StorageError>) {
        let Self { result, then, answer, .. } = *self;
        let result = result.unwrap_or_else(|| Err(StorageError::Unavailable("the write was not done".into())));
        // The caller may have gone; `then` was called nevertheless. What an operation saw in a batch that was not
        // committed is not so.
        let _ = answer.send(commit.and_then(|()| result.map(then)));
    }
}

fn run(connection: &Connection, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < TOGETHER
            && let Ok(job) = jobs.try_recv()
        {
            batch.push(job);
        }
        let commit = write_all(connection, &mut batch);
        if let Err(error) = &commit {
            error!(writes = batch.len(), "nothing was written: {error}");
        }
        for job in batch {
            job.answer(commit.clone());
        }
    }
}

/// Runs a batch in one transaction; an error means that none of it was written.
fn write_all(connection: &Connection, batch: &mut [Box<dyn Job>]) -> Result<(), StorageError> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let result = batch.iter_mut().try_for_each(|job| write_one(connection, job.as_mut()));
    let result = result.and_then(|()| Ok(connection.execute_batch("COMMIT")?));
    if result.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    result
}

/// Runs one job in a savepoint, so that it can be rolled back alone.
fn write_one(connection: &Connection, job: &mut dyn Job) -> Result<(), StorageError> {
    connection.execute_batch("SAVEPOINT job")?;
    let run = catch_unwind(AssertUnwindSafe(|| job.run(connection)));
    if let Err(error) = run.unwrap_or_else(|_| Err(StorageError::Unavailable("the write panicked".into()))) {
        if connection.is_autocommit() {
            // SQLite rolled the whole transaction back, as it does on a full disk.
            return Err(error);
        }
        connection.execute_batch("ROLLBACK TO job")?;
    }
    Ok(connection.execute_batch("RELEASE job")?)
}

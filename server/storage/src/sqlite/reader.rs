//! The threads that read, each with a connection of its own. They do nothing else, so that only reads
//! can delay a read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};
use tracing::error;

use super::{closed, connect};
use crate::StorageError;
use crate::cancel_on_drop::CancelOnDrop;

/// How many reads run at the same time.
const AT_ONCE: usize = 4;
/// How many reads may wait for a thread; further callers wait for a place.
const WAITING: usize = 256;
/// SQLite's virtual machine steps between two checks whether the caller still waits.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// The queue to the threads. Dropping it interrupts running reads and waits for the threads.
pub(super) struct Readers {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    closing: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    pub(super) fn start(file: &Path) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(WAITING);
        let (jobs, closing) = (Arc::new(Mutex::new(jobs)), Arc::<AtomicBool>::default());
        let start = |_| {
            let reader = Reader { file: file.to_owned(), connection: None, closing: closing.clone() };
            let jobs = jobs.clone();
            thread::Builder::new().name("store-read".into()).spawn(move || run(reader, &jobs))
        };
        let threads = (0..AT_ONCE).map(start).collect::<Result<_, _>>()?;
        Ok(Self { queue: Some(queue), closing, threads })
    }

    /// Runs `operation` on a reading thread, in one snapshot. Dropping the future cancels it, whether it
    /// has begun or not.
    pub(super) async fn read<T, F>(&self, operation: F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let waiting = CancelOnDrop::default();
        let job = Read { operation, answer, abandoned: Arc::clone(&waiting.abandoned) };
        let queue = self.queue.as_ref().ok_or_else(closed)?;
        queue.send(Box::new(job)).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        self.queue = None;
        for thread in self.threads.drain(..) {
            // The result may hold the last handle; a thread cannot wait for itself.
            if thread.thread().id() != thread::current().id() && thread.join().is_err() {
                error!("a thread that reads the data file has panicked");
            }
        }
    }
}

/// A read with its types erased.
trait Job: Send {
    /// Set when the caller has gone.
    fn abandoned(&self) -> &Arc<AtomicBool>;
    /// Runs the read and sends the result.
    fn run(self: Box<Self>, connection: Result<&mut Connection, StorageError>);
}

struct Read<T, F> {
    operation: F,
    answer: oneshot::Sender<Result<T, StorageError>>,
    abandoned: Arc<AtomicBool>,
}

impl<T, F> Job for Read<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, StorageError> + Send,
{
    fn abandoned(&self) -> &Arc<AtomicBool> {
        &self.abandoned
    }

    fn run(self: Box<Self>, connection: Result<&mut Connection, StorageError>) {
        let Self { operation, answer, .. } = *self;
        let read = AssertUnwindSafe(|| at_one_moment(connection?, operation));
        let result = catch_unwind(read).unwrap_or_else(|_| Err(StorageError::Unavailable("the read panicked".into())));
        // The caller may have gone.
        let _ = answer.send(result);
    }
}

/// The state of one thread.
struct Reader {
    file: PathBuf,
    connection: Option<Connection>,
    closing: Arc<AtomicBool>,
}

fn run(mut reader: Reader, jobs: &Mutex<mpsc::Receiver<Box<dyn Job>>>) {
    loop {
        // The lock is held while this thread waits for the next read, and not while it reads.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(job) = job else { return };
        let is_wanted = !job.abandoned().load(Ordering::Relaxed) && !reader.closing.load(Ordering::Relaxed);
        if is_wanted {
            let abandoned = Arc::clone(job.abandoned());
            job.run(reader.connection(abandoned));
        }
    }
}

impl Reader {
    /// The connection, opened when it is first needed; it stops a read when `abandoned` is set.
    fn connection(&mut self, abandoned: Arc<AtomicBool>) -> Result<&mut Connection, StorageError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => open(&self.file)?,
        };
        let connection = self.connection.insert(connection);
        let closing = Arc::clone(&self.closing);
        let is_over = move || abandoned.load(Ordering::Relaxed) || closing.load(Ordering::Relaxed);
        connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(is_over))?;
        Ok(connection)
    }
}

fn open(file: &Path) -> Result<Connection, StorageError> {
    let connection = connect(file)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn at_one_moment<T, F>(connection: &mut Connection, operation: F) -> Result<T, StorageError>
where
    F: FnOnce(&Connection) -> Result<T, StorageError>,
{
    // The snapshot is taken by the first SELECT and holds until the end.
    let transaction = connection.transaction()?;
    operation(&transaction)
}

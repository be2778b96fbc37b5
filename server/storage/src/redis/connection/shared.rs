//! The shared state of a connection: outgoing commands, and the callers that wait for answers.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use super::resp::{self, RespValue};
use super::writer::Writer;
use crate::redis::error::CommandError;

/// After a silence of this length a command is written at once, without waking the task. When commands are
/// more frequent, the task writes several together: each write is work for Redis.
const IDLE_AFTER: Duration = Duration::from_millis(5);

pub(super) struct Shared {
    queue: Mutex<CommandQueue>,
    /// `None` once the connection is closed. Locked before `queue` where both are.
    writer: Mutex<Option<Writer>>,
    /// Wakes the connection's task when there is something to write.
    wake: Notify,
    /// Redis ended a subscription that was not given up.
    pub(super) moved: Notify,
    pub(super) closed: CancellationToken,
    /// Whether the connection was closed because Redis did not answer.
    is_silent: AtomicBool,
}

#[derive(Default)]
struct CommandQueue {
    outgoing: Vec<u8>,
    /// When the last command was queued.
    queued_at: Option<Instant>,
    /// The callers, in the order of the answers.
    waiting: VecDeque<PendingReply>,
}

/// A caller that waits for Redis.
pub(super) enum PendingReply {
    /// Gets the next answer: Redis answers in the order of the commands.
    Answer(Box<dyn FnOnce(RespValue<'_>) + Send>),
    /// Gets the push message that confirms a subscription of this name.
    Confirmation(String, oneshot::Sender<Result<(), CommandError>>),
}

impl Shared {
    pub(super) fn new(writer: Writer) -> Self {
        Self {
            queue: Mutex::default(),
            writer: Mutex::new(Some(writer)),
            wake: Notify::new(),
            moved: Notify::new(),
            closed: CancellationToken::new(),
            is_silent: AtomicBool::new(false),
        }
    }

    /// Queues a command. It is written at once if the last one was more than [`IDLE_AFTER`] ago, or else by the
    /// connection's task, together with others.
    pub(super) fn enqueue(&self, words: &[&[u8]], waiting: PendingReply) -> Result<(), CommandError> {
        let mut queue = self.queue();
        // Checked under the lock: what is queued after the close would never be answered.
        if self.closed.is_cancelled() {
            return Err(self.lost());
        }
        resp::write(&mut queue.outgoing, words);
        queue.waiting.push_back(waiting);
        let now = Instant::now();
        let is_seldom = queue.queued_at.replace(now).is_none_or(|before| now.duration_since(before) >= IDLE_AFTER);
        drop(queue);
        if !is_seldom || !self.try_write() {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Writes the queued commands; false when the connection's task has to.
    fn try_write(&self) -> bool {
        // Whoever holds the writer takes what is queued, and looks once more.
        let Ok(mut writer) = self.writer.try_lock() else { return false };
        // The connection's task will find a broken stream as well.
        writer.as_mut().is_some_and(|writer| writer.write_now(|bytes| self.take_outgoing(bytes)).unwrap_or(false))
    }

    /// Writes what [`Shared::enqueue`] leaves, until the connection is broken or closed.
    pub(super) async fn write_queued(&self) {
        loop {
            self.wake.notified().await;
            let written = poll_fn(|context| match self.writer().as_mut() {
                Some(writer) => writer.poll(context, |bytes| self.take_outgoing(bytes)),
                None => Poll::Ready(Err(ErrorKind::NotConnected.into())),
            });
            if written.await.is_err() {
                return;
            }
        }
    }

    /// Moves the queued bytes into `buffer`, which is empty.
    fn take_outgoing(&self, buffer: &mut Vec<u8>) {
        std::mem::swap(&mut self.queue().outgoing, buffer);
    }

    /// Passes an answer to the first caller that waits.
    pub(super) fn answer(&self, value: RespValue<'_>) {
        let next = self.queue().waiting.pop_front();
        match (next, value) {
            (Some(PendingReply::Answer(tell)), value) => tell(value),
            (Some(PendingReply::Confirmation(_, told)), RespValue::Error(why)) => {
                let _ = told.send(Err(CommandError::Refused(String::from_utf8_lossy(why).into_owned())));
            }
            (Some(PendingReply::Confirmation(_, told)), _) => drop(told.send(Err(CommandError::Odd))),
            (None, _) => {}
        }
    }

    /// Passes a confirmation to the first caller, if it waits for this name; true if it does.
    pub(super) fn confirm(&self, name: &[u8]) -> bool {
        let mut queue = self.queue();
        match queue.waiting.pop_front() {
            Some(PendingReply::Confirmation(of, told)) if of.as_bytes() == name => {
                let _ = told.send(Ok(()));
                true
            }
            other => {
                other.into_iter().for_each(|other| queue.waiting.push_front(other));
                false
            }
        }
    }

    /// Why commands on a closed connection have no answer.
    pub(super) fn lost(&self) -> CommandError {
        match self.is_silent.load(Ordering::Relaxed) {
            true => CommandError::Silent,
            false => CommandError::Lost,
        }
    }

    /// Closes the connection because Redis does not answer.
    pub(super) fn close_silent(&self) {
        self.is_silent.store(true, Ordering::Relaxed);
        self.close();
    }

    /// Closes the connection: nothing more is sent, and callers that wait get an error.
    pub(super) fn close(&self) {
        let mut queue = self.queue();
        self.closed.cancel();
        queue.waiting.clear();
        drop(queue);
        *self.writer() = None;
    }

    fn queue(&self) -> MutexGuard<'_, CommandQueue> {
        // No code under this lock panics half-way.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, Option<Writer>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

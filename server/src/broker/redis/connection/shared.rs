//! What both ends of a connection share: what goes out, and who waits for an answer.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use super::Unanswered;
use super::resp::{self, Word};
use super::writer::Writer;

/// Who was silent for so long is written for at once, and no task is woken. Oftener,
/// there is mostly something to go with it, and each write is work for Redis.
const SELDOM: Duration = Duration::from_millis(5);

/// The state of one connection.
pub(super) struct Shared {
    talk: Mutex<Talk>,
    /// Until the connection is closed. Locked before `talk` where both are.
    writer: Mutex<Option<Writer>>,
    /// There is something to write for the connection's own task.
    wake: Notify,
    /// A subscription ended that nobody gave up.
    pub(super) moved: Notify,
    pub(super) closed: CancellationToken,
    /// Why it was.
    is_silent: AtomicBool,
}

#[derive(Default)]
struct Talk {
    outgoing: Vec<u8>,
    /// When something was said last.
    said: Option<Instant>,
    /// Who waits for what Redis says next, and next to that.
    waiting: VecDeque<Waiting>,
}

/// Who waits for a word.
pub(super) enum Waiting {
    /// Gets the next answer.
    Answer(Box<dyn FnOnce(Word<'_>) + Send>),
    /// Redis confirms by news with this name in it.
    Confirmation(String, oneshot::Sender<Result<(), Unanswered>>),
}

impl Shared {
    pub(super) fn new(writer: Writer) -> Self {
        Self {
            talk: Mutex::default(),
            writer: Mutex::new(Some(writer)),
            wake: Notify::new(),
            moved: Notify::new(),
            closed: CancellationToken::new(),
            is_silent: AtomicBool::new(false),
        }
    }

    /// Says a command, after those that wait to go out. Where little is said it
    /// goes at once; where more is, together with what comes by the time that
    /// the connection's own task looks.
    pub(super) fn say(&self, words: &[&[u8]], waiting: Waiting) -> Result<(), Unanswered> {
        let mut talk = self.talk();
        // Under the lock: what is put in after this would wait for ever.
        if self.closed.is_cancelled() {
            return Err(self.lost());
        }
        resp::write(&mut talk.outgoing, words);
        talk.waiting.push_back(waiting);
        let now = Instant::now();
        let is_seldom = talk.said.replace(now).is_none_or(|before| now.duration_since(before) >= SELDOM);
        drop(talk);
        if !is_seldom || !self.speak_now() {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Writes what waits to go out; false where the connection's own task has to.
    fn speak_now(&self) -> bool {
        // Whoever has it takes what waits, and looks once more.
        let Ok(mut writer) = self.writer.try_lock() else { return false };
        // A stream that is broken is found so by the connection's own task, too.
        writer.as_mut().is_some_and(|writer| writer.write_now(|bytes| self.take_outgoing(bytes)).unwrap_or(false))
    }

    /// Writes what [`Shared::say`] does not, until the connection is broken or closed.
    pub(super) async fn speak(&self) {
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

    /// Everything that waits to go out, into an empty `buffer`.
    fn take_outgoing(&self, buffer: &mut Vec<u8>) {
        std::mem::swap(&mut self.talk().outgoing, buffer);
    }

    /// Gives an answer to who waits for it.
    pub(super) fn answer(&self, word: Word<'_>) {
        let next = self.talk().waiting.pop_front();
        match (next, word) {
            (Some(Waiting::Answer(tell)), word) => tell(word),
            (Some(Waiting::Confirmation(_, told)), Word::Error(why)) => {
                let _ = told.send(Err(Unanswered::Refused(String::from_utf8_lossy(why).into_owned())));
            }
            (Some(Waiting::Confirmation(_, told)), _) => drop(told.send(Err(Unanswered::Odd))),
            (None, _) => {}
        }
    }

    /// Gives a confirmation to who waits for it next; says whether anybody did.
    pub(super) fn confirm(&self, name: &[u8]) -> bool {
        let mut talk = self.talk();
        match talk.waiting.pop_front() {
            Some(Waiting::Confirmation(of, told)) if of.as_bytes() == name => {
                let _ = told.send(Ok(()));
                true
            }
            other => {
                other.into_iter().for_each(|other| talk.waiting.push_front(other));
                false
            }
        }
    }

    /// Why nobody answers on a connection that is closed.
    pub(super) fn lost(&self) -> Unanswered {
        match self.is_silent.load(Ordering::Relaxed) {
            true => Unanswered::Silent,
            false => Unanswered::Lost,
        }
    }

    /// Redis does not answer on it any more.
    pub(super) fn close_silent(&self) {
        self.is_silent.store(true, Ordering::Relaxed);
        self.close();
    }

    /// Nothing is said or heard any more; whoever waits is told so.
    pub(super) fn close(&self) {
        let mut talk = self.talk();
        self.closed.cancel();
        talk.waiting.clear();
        drop(talk);
        *self.writer() = None;
    }

    fn talk(&self) -> MutexGuard<'_, Talk> {
        // Nothing under this lock can panic half-way.
        self.talk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, Option<Writer>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

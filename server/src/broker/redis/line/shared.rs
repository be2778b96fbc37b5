//! What both ends of a line share: what goes out, and who waits for an answer.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use super::Unanswered;
use super::resp::{self, Word};

/// The state of one line.
#[derive(Default)]
pub(super) struct Shared {
    talk: Mutex<Talk>,
    /// There is something to write.
    pub(super) wake: Notify,
    /// A subscription ended that nobody gave up.
    pub(super) moved: Notify,
    pub(super) closed: CancellationToken,
    /// Why it was.
    is_silent: AtomicBool,
}

#[derive(Default)]
struct Talk {
    outgoing: Vec<u8>,
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
    /// Puts a command behind those that wait to go out.
    pub(super) fn say(&self, words: &[&[u8]], waiting: Waiting) -> Result<(), Unanswered> {
        let mut talk = self.talk();
        // Under the lock: what is put in after this would wait for ever.
        if self.closed.is_cancelled() {
            return Err(self.lost());
        }
        resp::write(&mut talk.outgoing, words);
        talk.waiting.push_back(waiting);
        drop(talk);
        self.wake.notify_one();
        Ok(())
    }

    /// Everything that waits to go out, into an empty `buffer`.
    pub(super) fn take_outgoing(&self, buffer: &mut Vec<u8>) {
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

    /// Why nobody answers on a line that is closed.
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
    }

    fn talk(&self) -> MutexGuard<'_, Talk> {
        // Nothing under this lock can panic half-way.
        self.talk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

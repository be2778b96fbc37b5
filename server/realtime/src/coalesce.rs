//! One answer for all who ask the same at the same time.
//!
//! Knows nothing of what is asked. It is no cache: an answer is given only to callers who came before the
//! work for it began.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use crate::sync::{Arc, AsyncMutex, AtomicU64, Mutex, MutexGuard};

/// A call under way, and who waits for it.
type SharedBy<V> = (Arc<SharedCall<V>>, Callers);

/// The requests under way, by key.
pub struct Coalesce<K: Eq + Hash, V> {
    questions: Mutex<HashMap<K, SharedBy<V>>>,
}

/// How many callers of a key have not ended. Not the references to what they share: each drops its own only after the
/// map's lock, so of two that end together either could count the other, and the key would stay.
type Callers = usize;

struct SharedCall<V> {
    /// How many callers have come so far.
    asked: AtomicU64,
    /// The last answer, and how many callers had come when the work for it began.
    answer: AsyncMutex<Option<(u64, V)>>,
}

impl<K: Eq + Hash, V> Default for Coalesce<K, V> {
    fn default() -> Self {
        Self { questions: Mutex::default() }
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Coalesce<K, V> {
    /// Runs `work`, or waits for another caller that begins the same after this call. For each key at most
    /// one runs at a time. A failure is an answer too: let `V` be a `Result`, or all who wait would try
    /// one after the other.
    pub async fn get(&self, key: K, work: impl Future<Output = V>) -> V {
        let asking = self.ask(key);
        // Released here and acquired below: whoever works for this caller sees what it saw when it asked.
        let ticket = asking.question.asked.fetch_add(1, Ordering::Release) + 1;
        let mut answer = asking.question.answer.lock().await;
        if let Some((covers, value)) = &*answer
            && *covers >= ticket
        {
            return value.clone();
        }
        let covers = asking.question.asked.load(Ordering::Acquire);
        let value = work.await;
        *answer = Some((covers, value.clone()));
        value
    }

    fn ask(&self, key: K) -> Waiter<'_, K, V> {
        let new = || Arc::new(SharedCall { asked: AtomicU64::new(0), answer: AsyncMutex::default() });
        let question = {
            let mut questions = self.lock();
            let (question, callers) = questions.entry(key.clone()).or_insert_with(|| (new(), 0));
            *callers += 1;
            question.clone()
        };
        Waiter { coalesce: self, key, question }
    }
}

impl<K: Eq + Hash, V> Coalesce<K, V> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, SharedBy<V>>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller that waits; the last one of a key removes it.
struct Waiter<'a, K: Eq + Hash, V> {
    coalesce: &'a Coalesce<K, V>,
    key: K,
    question: Arc<SharedCall<V>>,
}

impl<K: Eq + Hash, V> Drop for Waiter<'_, K, V> {
    fn drop(&mut self) {
        let mut questions = self.coalesce.lock();
        let Some((_, callers)) = questions.get_mut(&self.key) else { return };
        *callers -= 1;
        if *callers == 0 {
            questions.remove(&self.key);
        }
    }
}

#[cfg(feature = "model")]
pub mod model;

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use futures::future::join_all;
    use tokio::sync::Semaphore;

    #[tokio::test]
    async fn whoever_asks_while_one_is_at_work_shares_the_next_answer() {
        let (coalesce, works, gate) = (Coalesce::default(), AtomicU64::new(0), Semaphore::new(0));
        let ask = || {
            let work = async {
                let nth = works.fetch_add(1, Ordering::Relaxed) + 1;
                gate.acquire().await.unwrap().forget();
                nth
            };
            coalesce.get("room", work).boxed()
        };
        let mut first = ask();
        assert!(first.as_mut().now_or_never().is_none(), "at work");
        let mut others = join_all((0..50).map(|_| ask()));
        assert!((&mut others).now_or_never().is_none(), "waiting");
        gate.add_permits(2);
        assert_eq!(first.await, 1);
        assert_eq!(others.await, vec![2; 50], "none of them is told what was read before they asked");
        assert!(coalesce.lock().is_empty(), "nothing is kept");
    }

    #[tokio::test]
    async fn whoever_gives_up_leaves_nothing_behind() {
        let coalesce = Coalesce::default();
        assert!(coalesce.get(1, std::future::pending::<()>()).now_or_never().is_none());
        assert!(coalesce.lock().is_empty());
        coalesce.get(1, async {}).await;
    }
}

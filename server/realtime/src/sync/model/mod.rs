//! What the modelled parts use of tokio and futures, in a form that loom can check.
//!
//! Loom switches threads at operations of its own types alone, so each operation of tokio's types here begins with
//! one ([`Step`]): loom tries their orders, and each of them counts as one step. What happens inside of tokio is not
//! modelled. A task is a thread of loom's, and whoever sleeps lets the others go first.

use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Mutex, Notify};
use loom::thread::JoinHandle;

pub(crate) mod mpsc;

/// The most switches away from a thread that could go on, in one execution. Races of more are hardly known, and each
/// makes the search several times longer.
const PREEMPTIONS: usize = 3;
/// The most operations in one execution.
const OPERATIONS: usize = 20_000;

/// Runs `model` once for each order of its operations.
pub(crate) fn check(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(PREEMPTIONS);
    builder.max_branches = OPERATIONS;
    let orders = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let count = orders.clone();
    builder.check(move || {
        count.fetch_add(1, Ordering::Relaxed);
        model();
    });
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    println!("{name}: {} orders", orders.load(Ordering::Relaxed));
}

/// Drives a future on this thread; loom reports a deadlock when nobody is left to wake it.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let wakeup = Arc::new(WakeUp(Notify::new()));
    let waker = Waker::from(wakeup.clone());
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => wakeup.0.wait(),
        }
    }
}

/// Wakes a thread. Neither loom's own waker, because cloning it is an operation and tokio clones wakers under locks
/// that loom does not know; nor `unpark`, which loom forgets when the thread waits for a mutex before it parks.
struct WakeUp(Notify);

impl Wake for WakeUp {
    fn wake(self: Arc<Self>) {
        self.0.notify();
    }
}

/// Makes an operation on one of tokio's types visible to loom.
#[derive(Default)]
struct Step(AtomicUsize);

impl Step {
    fn take(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

/// An atomic whose store replaces the value in one step. Loom knows no order between a plain store and a later or
/// earlier swap of another thread: it would let the next swap read the older of the two, which no processor does.
#[derive(Default)]
pub(crate) struct AtomicBool(loom::sync::atomic::AtomicBool);

impl AtomicBool {
    pub(crate) fn store(&self, value: bool, order: Ordering) {
        self.0.swap(value, order);
    }

    pub(crate) fn swap(&self, value: bool, order: Ordering) -> bool {
        self.0.swap(value, order)
    }
}

/// Stands for `futures::task::AtomicWaker`, whose two operations count as one step each.
#[derive(Default)]
pub(crate) struct AtomicWaker(Mutex<Option<Waker>>);

impl AtomicWaker {
    pub(crate) fn register(&self, waker: &Waker) {
        *self.0.lock().unwrap() = Some(waker.clone());
    }

    pub(crate) fn wake(&self) {
        let waker = self.0.lock().unwrap().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Stands for `tokio::sync::Mutex`, and contains one.
#[derive(Default)]
pub(crate) struct AsyncMutex<T> {
    step: Step,
    inner: tokio::sync::Mutex<T>,
}

pub(crate) struct AsyncMutexGuard<'a, T> {
    step: &'a Step,
    inner: tokio::sync::MutexGuard<'a, T>,
}

impl<T> AsyncMutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { step: Step::default(), inner: tokio::sync::Mutex::new(value) }
    }

    pub(crate) async fn lock(&self) -> AsyncMutexGuard<'_, T> {
        self.step.take();
        let inner = self.inner.lock().await;
        // What the last owner did before it released the lock happened before this.
        self.step.take();
        AsyncMutexGuard { step: &self.step, inner }
    }
}

impl<T> Deref for AsyncMutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> DerefMut for AsyncMutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl<T> Drop for AsyncMutexGuard<'_, T> {
    fn drop(&mut self) {
        self.step.take();
    }
}

/// Stands for `tokio_util::task::TaskTracker`: each task is a thread.
#[derive(Default)]
pub(crate) struct TaskTracker(std::sync::Mutex<Vec<JoinHandle<()>>>);

impl TaskTracker {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        let thread = loom::thread::spawn(|| block_on(task));
        self.0.lock().unwrap().push(thread);
    }

    pub(crate) fn is_closed(&self) -> bool {
        false
    }

    pub(crate) fn close(&self) {}

    /// Waits for all tasks, also for those that they start.
    pub(crate) async fn wait(&self) {
        loop {
            let Some(thread) = self.0.lock().unwrap().pop() else { return };
            thread.join().unwrap();
        }
    }
}

/// Lets other threads go first, once.
pub(crate) async fn sleep(_: Duration) {
    loom::thread::yield_now();
}

//! Turns: how many requests of one address run at a time.
//!
//! A turn covers work and not waiting. A request that has to wait gives its turn back; what it does
//! afterwards is little and rare, so that it needs no other one.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedSemaphorePermit;

/// The turn of one request; dropping it makes room for the next.
pub struct Turn(TurnHandle);

/// A handle to a turn for code that may outlive the request.
#[derive(Clone)]
pub struct TurnHandle(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

tokio::task_local! {
    /// The turn of the request that the current task answers.
    static AT_WORK: TurnHandle;
}

impl Turn {
    pub(super) fn new(permit: OwnedSemaphorePermit) -> Self {
        Self(TurnHandle(Arc::new(Mutex::new(Some(permit)))))
    }

    /// A handle for code that answers the request.
    pub fn handle(&self) -> TurnHandle {
        self.0.clone()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

impl TurnHandle {
    /// Runs work of this turn, in which [`give_turn_back`] gives it back.
    pub async fn cover<F: Future>(self, work: F) -> F::Output {
        AT_WORK.scope(self, work).await
    }

    fn give_back(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Must be called before a long wait: other requests of the address run meanwhile. Does nothing outside of a
/// request, as on a socket.
pub fn give_turn_back() {
    // Outside of a request there is no turn.
    let _ = AT_WORK.try_with(TurnHandle::give_back);
}

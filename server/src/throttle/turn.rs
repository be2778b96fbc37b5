//! Turns: how many requests of one address are worked on at a time.
//!
//! A turn covers work and not waiting. Whoever has to wait for an answer gives
//! theirs back; what they do after that is little and seldom, so that they need
//! no other one.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedSemaphorePermit;

/// The turn of one request; dropping it makes room for the next.
pub struct Turn(TurnHandle);

/// The same for those who answer the request, and may outlive it.
#[derive(Clone)]
pub struct TurnHandle(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

tokio::task_local! {
    /// Whose request is answered by what runs here.
    static AT_WORK: TurnHandle;
}

impl Turn {
    pub(super) fn new(permit: OwnedSemaphorePermit) -> Self {
        Self(TurnHandle(Arc::new(Mutex::new(Some(permit)))))
    }

    /// For whoever answers the request.
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
    /// Does some of the work of this turn, in which [`give_turn_back`] gives it back.
    pub async fn cover<F: Future>(self, work: F) -> F::Output {
        AT_WORK.scope(self, work).await
    }

    fn give_back(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// To be called before a long wait: others of the address are worked on
/// meanwhile. Does nothing where no request is answered, as on a socket.
pub fn give_turn_back() {
    // There is none outside of a request.
    let _ = AT_WORK.try_with(TurnHandle::give_back);
}

//! Permits: how many requests of one address run at a time.
//!
//! A permit covers work and not waiting. A request that has to wait gives its permit back; what it does
//! afterwards is little and rare, so that it needs no other one.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedSemaphorePermit;

/// The permit of one request; dropping it makes room for the next.
pub struct RequestPermit(RequestPermitHandle);

/// A handle to a permit for code that may outlive the request.
#[derive(Clone)]
pub struct RequestPermitHandle(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

tokio::task_local! {
    /// The permit of the request that the current task answers.
    static AT_WORK: RequestPermitHandle;
}

impl RequestPermit {
    pub(super) fn new(permit: OwnedSemaphorePermit) -> Self {
        Self(RequestPermitHandle(Arc::new(Mutex::new(Some(permit)))))
    }

    /// A handle for code that answers the request.
    pub fn handle(&self) -> RequestPermitHandle {
        self.0.clone()
    }
}

impl Drop for RequestPermit {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

impl RequestPermitHandle {
    /// Runs work of this permit, in which [`release_request_permit`] gives it back.
    pub async fn cover<F: Future>(self, work: F) -> F::Output {
        AT_WORK.scope(self, work).await
    }

    fn give_back(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Must be called before a long wait: other requests of the address run meanwhile. Does nothing outside of a
/// request, as on a socket.
pub fn release_request_permit() {
    // Outside of a request there is no permit.
    let _ = AT_WORK.try_with(RequestPermitHandle::give_back);
}

//! Stands for `tokio::sync::mpsc`, and contains one of its channels: every operation is one step.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::Step;

pub(crate) fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let step = Arc::new(Step::default());
    let (sender, receiver) = mpsc::channel(capacity);
    (Sender { step: step.clone(), inner: sender }, Receiver { step, inner: receiver })
}

pub(crate) struct Sender<T> {
    step: Arc<Step>,
    inner: mpsc::Sender<T>,
}

// Derived, it would ask the same of T.
impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { step: self.step.clone(), inner: self.inner.clone() }
    }
}

pub(crate) struct OwnedPermit<T> {
    step: Arc<Step>,
    inner: mpsc::OwnedPermit<T>,
}

impl<T> Sender<T> {
    pub(crate) fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.step.take();
        self.inner.try_send(value)
    }

    pub(crate) fn try_reserve_owned(self) -> Result<OwnedPermit<T>, TrySendError<Self>> {
        self.step.take();
        let Self { step, inner } = self;
        match inner.try_reserve_owned() {
            Ok(inner) => Ok(OwnedPermit { step, inner }),
            Err(TrySendError::Full(inner)) => Err(TrySendError::Full(Self { step, inner })),
            Err(TrySendError::Closed(inner)) => Err(TrySendError::Closed(Self { step, inner })),
        }
    }
}

impl<T> OwnedPermit<T> {
    pub(crate) fn send(self, value: T) {
        self.step.take();
        self.inner.send(value);
    }
}

/// The receiving end of such a channel.
pub struct Receiver<T> {
    step: Arc<Step>,
    inner: mpsc::Receiver<T>,
}

impl<T> Receiver<T> {
    pub(crate) async fn recv_many(&mut self, into: &mut Vec<T>, limit: usize) -> usize {
        self.step.take();
        let count = self.inner.recv_many(into, limit).await;
        // What the sender did before it sent happened before this.
        self.step.take();
        count
    }
}

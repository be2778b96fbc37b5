//! Locks, atomics, tasks and timers of the parts in which tasks race: the outbox, the hub, the
//! broker's queue and [`Coalesce`](crate::coalesce::Coalesce).
//!
//! A normal build gets the types of std, tokio and futures under their own names. With the feature `model` they come
//! from [`model`], so that loom can try every order in which their operations may happen.

#[cfg(not(feature = "model"))]
mod types {
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
    pub(crate) use std::sync::{Arc, Mutex, MutexGuard, RwLock, RwLockReadGuard};

    pub(crate) use futures::task::AtomicWaker;
    pub(crate) use tokio::sync::{Mutex as AsyncMutex, mpsc};
    pub(crate) use tokio::time::sleep;
    pub(crate) use tokio_util::task::TaskTracker;
}

#[cfg(feature = "model")]
pub(crate) mod model;

#[cfg(feature = "model")]
mod types {
    pub(crate) use loom::sync::atomic::{AtomicU32, AtomicU64};
    pub(crate) use loom::sync::{Arc, Mutex, MutexGuard, RwLock, RwLockReadGuard};

    pub(crate) use super::model::{AsyncMutex, AtomicBool, AtomicWaker, TaskTracker, mpsc, sleep};
}

pub(crate) use types::*;

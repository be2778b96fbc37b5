//! The request to end the program: everything under way gives up, and removes what it started.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Error, Result, ensure};
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

static IS_STOPPING: AtomicBool = AtomicBool::new(false);

/// From now on, what asks a program to end does not end this one, but makes
/// [`check`] fail: a signal's own way would leave servers and folders behind.
///
/// # Errors
/// The system's.
pub fn listen() -> Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let inside = runtime.enter();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    drop(inside);
    // Ends with the process: one who measures has no loop that could listen.
    thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
            }
        });
        IS_STOPPING.store(true, Ordering::Relaxed);
    });
    Ok(())
}

/// To be called by everything that takes long.
///
/// # Errors
/// This program was told to end.
pub fn check() -> Result<()> {
    ensure!(!IS_STOPPING.load(Ordering::Relaxed), "a signal ended this");
    Ok(())
}

/// The error of [`check`], once there is one.
pub async fn requested() -> Error {
    loop {
        if let Err(error) = check() {
            return error;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

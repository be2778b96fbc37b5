//! The threads of a node: one for each core, and how often a busy one polls. Knows nothing of
//! what runs on them.

use std::io;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Runtime};

use crate::config::Config;

mod pace;

/// Starts the threads; with a single core, a runtime without work stealing.
///
/// # Errors The system's, when no thread can be started.
pub fn start(config: &Config) -> io::Result<Runtime> {
    let threads = config.threads.or_else(|| available_parallelism().ok()).map_or(1, |threads| threads.get());
    let mut builder = match threads {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    if threads > 1 {
        builder.worker_threads(threads);
    }
    let every = config.pace;
    if !every.is_zero() {
        builder.on_thread_park(move || pace::throttle_polls(every));
    }
    builder.enable_all().build()
}

//! How tests wait for something that nobody announces: they poll the state of another
//! process or of a node.

use std::time::Duration;

use storage::StorageError;
use tokio::time::{sleep, timeout};

/// Longer than anything here takes; reached only when something is broken.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// The pause between two polls. The only wait for a time: there is no event to wait for.
const AGAIN: Duration = Duration::from_millis(50);

/// Polls until there is an answer; `None` when there is none `within` that time.
pub async fn poll_until<T>(within: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let answer = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            sleep(AGAIN).await;
        }
    };
    timeout(within, answer).await.ok()
}

/// Tries again as clients do, until the broker is reached.
pub async fn retry_until_reached<T>(mut ask: impl AsyncFnMut() -> Result<T, StorageError>) -> Option<T> {
    let ask = async || match ask().await {
        Ok(answer) => Some(answer),
        Err(StorageError::Unavailable(_)) => None,
        Err(other) => panic!("{other}"),
    };
    poll_until(PATIENCE, ask).await
}

//! Why a command or a connection failed, and when a Redis counts as away.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::info::IncompatibleRedis;

/// A Redis that takes longer to answer counts as away.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// Why a command has no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// The connection broke. The command may have been executed.
    Lost,
    /// The connection was closed because Redis did not answer for too long. The command
    /// may have been executed.
    Silent,
    /// Redis answered with this error.
    Refused(String),
    /// The answer has another form than the command's.
    Odd,
}

/// Why there is no connection at the moment.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum ConnectionError {
    #[error(transparent)]
    IncompatibleRedis(#[from] IncompatibleRedis),
    #[error("this Redis is a replica")]
    Replica,
    #[error("this Redis is no longer the one it was")]
    Changed,
    #[error("{0}")]
    Redis(#[from] redis::RedisError),
    #[error("{0}")]
    Unreached(Arc<io::Error>),
    #[error("it refuses us: {0}")]
    Refused(String),
    #[error("Redis does not answer")]
    Silent,
    #[error("Redis closed the connection")]
    Closed,
    #[error("probes do not come back")]
    Deaf,
    #[error("some of the channels are kept elsewhere now")]
    Moved,
    #[error("it knows of no master")]
    Slotless,
    #[error("{0}")]
    Address(String),
}

impl From<io::Error> for ConnectionError {
    fn from(error: io::Error) -> Self {
        Self::Unreached(Arc::new(error))
    }
}

impl From<CommandError> for ConnectionError {
    fn from(unanswered: CommandError) -> Self {
        match unanswered {
            CommandError::Refused(why) => Self::Refused(why),
            CommandError::Silent => Self::Silent,
            CommandError::Lost | CommandError::Odd => Self::Closed,
        }
    }
}

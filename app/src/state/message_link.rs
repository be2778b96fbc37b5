//! The address of one message: its room's, and which message is meant.
//!
//! An offset alone could mean another message once the log began anew. Epochs change though a log stays the
//! same; the moment at which a message was stored does not, so it stands beside the offset.

/// How many messages are shown before the one that a link names.
pub(crate) const CONTEXT: u64 = 10;
/// The beginning of the ids of messages in their page.
pub(crate) const MARK: &str = "m-";

/// The address of a message, relative to any page of its room.
pub(crate) fn address(offset: u64, sent_at: u64) -> String {
    format!("?at={offset}.{sent_at}#{}", mark(offset))
}

/// The id of the message at an offset in its page.
pub(crate) fn mark(offset: u64) -> String {
    format!("{MARK}{offset}")
}

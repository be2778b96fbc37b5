//! The address of one message: its room's, and which message is meant.
//!
//! An offset alone could mean another message once the log began anew. Epochs change though a log
//! stays the same; the moment at which a message was taken does not, so it stands beside the offset.

/// So many messages come before the one that is looked for.
pub(crate) const CONTEXT: u64 = 10;
/// How the names of messages in their page begin.
pub(crate) const MARK: &str = "m-";

/// The address of the message that was said there and then, from any page of its room.
pub(crate) fn address(offset: u64, sent_at: u64) -> String {
    format!("?at={offset}.{sent_at}#{}", mark(offset))
}

/// What the message at an offset is called in its page.
pub(crate) fn mark(offset: u64) -> String {
    format!("{MARK}{offset}")
}

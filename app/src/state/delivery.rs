//! How far the delivery of the reader's messages is.

/// How far the delivery of the reader's message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryStatus {
    /// It is under way, or waits for the connection.
    Pending,
    /// The message is in the log.
    Delivered {
        /// The offset that the log gave it, which is its place among the others.
        offset: u64,
        /// When the server stored it.
        sent_at: u64,
    },
    /// It was refused; the sentence says why.
    Failed(String),
}

//! The models that loom runs, each named for what it shows; `tests/models.rs` calls them.
//!
//! Each stands beside the code that it runs: the real one, over [`sync`](crate::sync). A model shows its property for
//! every order of its operations with at most three preemptions.

pub use crate::broker::queue::model as queue;
pub use crate::coalesce::model as coalesce;
pub use crate::hub::model as hub;
pub use crate::outbox::model as outbox;

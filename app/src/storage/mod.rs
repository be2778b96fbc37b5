//! What a page keeps in its browser: drafts, unsaved quizzes, and where somebody was reading.
//!
//! Storage may be full or forbidden. Then nothing is kept, and nothing else happens.

pub(crate) mod chat_draft;
pub(crate) mod quiz_backup;
pub(crate) mod reading_position;

//! What a page stores in the browser: drafts, unsaved quizzes, and the reading position.
//!
//! Storage may be full or forbidden. Then nothing is stored, and nothing else happens.

pub(crate) mod chat_draft;
pub(crate) mod quiz_backup;
pub(crate) mod reading_position;

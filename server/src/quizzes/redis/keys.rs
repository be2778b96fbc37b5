//! The names of everything of quizzes in Redis.
//!
//! What stands in braces places a key in a cluster, and among independent
//! servers: all of an author is together.

use protocol::{PictureId, QuizId, UserId};

use super::Key;

/// An author's keys.
pub(super) struct Author {
    tag: String,
}

impl Author {
    pub(super) fn new(owner: &UserId) -> Self {
        Self { tag: format!("quizzes:{owner}") }
    }

    /// What places them.
    pub(super) fn tag(&self) -> &str {
        &self.tag
    }

    /// A hash: quiz -> its summary.
    pub(super) fn list(&self) -> String {
        format!("hubbub:{{{}}}", self.tag)
    }

    /// A hash: version -> the quiz as it was then; `top` -> the latest version.
    pub(super) fn quiz(&self, id: &QuizId) -> String {
        format!("hubbub:{{{}}}:quiz:{id}", self.tag)
    }

    /// A hash: version -> its line in the list of versions.
    pub(super) fn versions(&self, id: &QuizId) -> String {
        format!("hubbub:{{{}}}:versions:{id}", self.tag)
    }

    /// A hash: version -> the pictures that it names, with spaces between them.
    pub(super) fn pictures(&self, id: &QuizId) -> String {
        format!("hubbub:{{{}}}:pictures:{id}", self.tag)
    }

    /// Hashes with the results of games and with their summaries, and a sorted
    /// set of them by their end.
    pub(super) fn results(&self) -> [String; 3] {
        ["results", "results:list", "results:order"].map(|end| format!("hubbub:{{{}}}:{end}", self.tag))
    }
}

/// A text: who owns a quiz.
pub(super) fn owner_of(id: &QuizId) -> Key {
    let tag = format!("quiz:{id}");
    Key { key: format!("hubbub:{{{tag}}}:owner"), tag }
}

/// A text: the bytes of a picture.
pub(super) fn picture_of(id: &PictureId) -> Key {
    let tag = format!("picture:{id}");
    Key { key: format!("hubbub:{{{tag}}}"), tag }
}

/// A set beside it: the quizzes that name the picture.
pub(super) fn namers_of(id: &PictureId) -> String {
    format!("hubbub:{{picture:{id}}}:quizzes")
}

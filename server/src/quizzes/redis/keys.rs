//! The names of everything of quizzes in Redis.
//!
//! What stands in braces places a key in a cluster, and among independent
//! servers: all of an author is together.

use protocol::{PictureId, QuizId, UserId};

use super::Key;
use crate::broker::redis::Keyspace;

/// The names of a deployment's quizzes.
pub(super) struct Keys(pub(super) Keyspace);

impl Keys {
    /// The names of all that an author has.
    pub(super) fn author(&self, owner: &UserId) -> Author {
        let tag = format!("quizzes:{owner}");
        Author { list: self.0.name(format_args!("{{{tag}}}")), tag }
    }

    /// A text: who owns a quiz.
    pub(super) fn owner_of(&self, id: &QuizId) -> Key {
        let tag = format!("quiz:{id}");
        Key { key: self.0.name(format_args!("{{{tag}}}:owner")), tag }
    }

    /// A text: the bytes of a picture.
    pub(super) fn picture_of(&self, id: &PictureId) -> Key {
        let tag = format!("picture:{id}");
        Key { key: self.0.name(format_args!("{{{tag}}}")), tag }
    }

    /// A set beside it: the quizzes that name the picture.
    pub(super) fn namers_of(&self, id: &PictureId) -> String {
        self.0.name(format_args!("{{picture:{id}}}:quizzes"))
    }

    /// A sorted set: when each author was last here. On the first server, because
    /// who goes is decided for all of them.
    pub(super) fn authors(&self) -> String {
        self.0.name("{authors}")
    }

    /// A hash beside it: since when each author is known.
    pub(super) fn since(&self) -> String {
        self.0.name("{authors}:since")
    }
}

/// An author's keys.
pub(super) struct Author {
    tag: String,
    list: String,
}

impl Author {
    /// What places them.
    pub(super) fn tag(&self) -> &str {
        &self.tag
    }

    /// A hash: quiz -> its summary.
    pub(super) fn list(&self) -> &str {
        &self.list
    }

    /// A hash: version -> the quiz as it was then; `top` -> the latest version.
    pub(super) fn quiz(&self, id: &QuizId) -> String {
        format!("{}:quiz:{id}", self.list)
    }

    /// A hash: version -> its line in the list of versions.
    pub(super) fn versions(&self, id: &QuizId) -> String {
        format!("{}:versions:{id}", self.list)
    }

    /// A hash: version -> the pictures that it names, with spaces between them.
    pub(super) fn pictures(&self, id: &QuizId) -> String {
        format!("{}:pictures:{id}", self.list)
    }

    /// Hashes with the results of games and with their summaries, a sorted set of
    /// them by their end, and a hash with how far each game was.
    pub(super) fn results(&self) -> [String; 4] {
        ["results", "results:list", "results:order", "results:progress"].map(|end| format!("{}:{end}", self.list))
    }
}

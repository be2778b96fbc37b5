//! The names of quizzes' keys in Redis.
//!
//! The hash tag in braces places a key in a cluster, and among independent servers: all keys of
//! an author are together.

use protocol::{PictureId, QuizId, UserId};
use storage::redis::Keyspace;

use super::Key;

pub(super) struct Keys(pub(super) Keyspace);

impl Keys {
    /// The keys of one author, which have one hash tag so that one script can use them all.
    pub(super) fn author(&self, owner: &UserId) -> Author {
        let tag = format!("quizzes:{owner}");
        Author { list: self.0.name(format_args!("{{{tag}}}")), tag }
    }

    /// A text: the owner of a quiz.
    pub(super) fn owner_of(&self, id: &QuizId) -> Key {
        let tag = format!("quiz:{id}");
        Key { key: self.0.name(format_args!("{{{tag}}}:owner")), tag }
    }

    /// A text: the file of a picture.
    pub(super) fn picture_of(&self, id: &PictureId) -> Key {
        let tag = format!("picture:{id}");
        Key { key: self.0.name(format_args!("{{{tag}}}")), tag }
    }

    /// A set beside it: the quizzes that name the picture.
    pub(super) fn namers_of(&self, id: &PictureId) -> String {
        self.0.name(format_args!("{{picture:{id}}}:quizzes"))
    }

    /// A sorted set of authors, scored by their last visit. On the first server, because one list
    /// decides who is removed.
    pub(super) fn authors(&self) -> String {
        self.0.name("{authors}")
    }

    /// A hash beside it: since when each author is known.
    pub(super) fn since(&self) -> String {
        self.0.name("{authors}:since")
    }
}

/// The keys of one author, which have one hash tag so that one script can use them all.
pub(super) struct Author {
    tag: String,
    list: String,
}

impl Author {
    /// The hash tag of these keys.
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

    /// A hash: version -> the pictures that it names, separated by spaces.
    pub(super) fn pictures(&self, id: &QuizId) -> String {
        format!("{}:pictures:{id}", self.list)
    }

    /// Hashes with the results of games and with their summaries, a sorted set of them by the game's end, and
    /// a hash with the progress of each game.
    pub(super) fn results(&self) -> [String; 4] {
        ["results", "results:list", "results:order", "results:progress"].map(|end| format!("{}:{end}", self.list))
    }
}

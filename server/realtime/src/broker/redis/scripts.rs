//! The scripts that append, in the versions that a deployment needs: what is set by its options is a part of the
//! text, because each argument of a call costs time.

use redis::Script;
use storage::StorageError;
use storage::redis::scripts::log as scripts;
use storage::redis::{PubSubNames, Shard, publish_command};

use super::values::retain_seconds;
use crate::broker::LogLimits;
use crate::channel::Channel;

/// How long an idempotency key is remembered, in seconds.
const REMEMBER_ONCE: u32 = 86_400;

/// What a script is set to.
#[derive(Clone, Copy)]
pub(super) struct Settings {
    /// How much of each log is kept.
    pub(super) log: LogLimits,
    /// Whether deliveries go by sharded pub/sub.
    pub(super) is_sharded: bool,
    /// Whether logs that are kept like rooms are trimmed as they are archived, and not as they grow.
    pub(super) is_archived: bool,
}

/// The versions of a script, or of some that belong together, for one database of a server.
pub(super) struct Versions<T> {
    /// For logs that are kept like rooms.
    lasting: T,
    /// For logs that end with a game.
    ephemeral: T,
}

impl<T> Versions<T> {
    /// Makes each version of the settings' text, which comes first in a script.
    pub(super) fn new(settings: Settings, names: &PubSubNames, make: impl Fn(&str) -> T) -> Self {
        let Settings { log: LogLimits { entries, bytes, retain, retain_game }, is_sharded, is_archived } = settings;
        let (publish, database) = (publish_command(is_sharded), names.database());
        let text = |entries: &str, retain| {
            let retain = retain_seconds(retain);
            format!(
                "local length, bytes, publish, database, remember, retain = \
                 '{entries}', {bytes}, '{publish}', '{database}', '{REMEMBER_ONCE}', '{retain}'\n"
            )
        };
        let entries = entries.to_string();
        let lasting = if is_archived { "" } else { &entries };
        Self { lasting: make(&text(lasting, retain)), ephemeral: make(&text(&entries, Some(retain_game))) }
    }

    fn of(&self, channel: &Channel) -> &T {
        if channel.ends_with_game() { &self.ephemeral } else { &self.lasting }
    }
}

/// The versions for each database that the servers use: it is a part of what a script announces on.
pub(super) struct ByDatabase<T>(Vec<(String, Versions<T>)>);

impl<T> ByDatabase<T> {
    pub(super) fn new(settings: Settings, databases: &[PubSubNames], make: impl Fn(&str) -> T) -> Self {
        let versions = |names: &PubSubNames| (names.database().to_owned(), Versions::new(settings, names, &make));
        Self(databases.iter().map(versions).collect())
    }

    /// The version for a channel's log on its shard.
    pub(super) fn of(&self, shard: &Shard, channel: &Channel) -> Result<&T, StorageError> {
        let database = shard.names().database();
        let found = self.0.iter().find(|(of, _)| of == database).map(|(_, versions)| versions.of(channel));
        found.ok_or_else(|| StorageError::Unavailable("a database that is not configured".into()))
    }
}

/// The two scripts that append to a log.
pub(super) struct ScriptPair {
    /// The short one: appends to a log whose epoch is known.
    pub(super) append: Script,
    /// The complete one: for any append, and any state of the log.
    pub(super) commit: Script,
}

impl ScriptPair {
    pub(super) fn new(settings: &str) -> Self {
        Self { append: Script::new(&[settings, scripts::APPEND].concat()), commit: committing(settings, "") }
    }
}

/// All scripts that publish on one database, to be loaded into Redis in advance.
pub(super) fn preloaded(settings: Settings, names: &PubSubNames) -> Vec<Script> {
    let Versions { lasting, ephemeral } = Versions::new(settings, names, ScriptPair::new);
    vec![lasting.append, lasting.commit, ephemeral.append, ephemeral.commit]
}

/// The script that replaces entries, for each kind of log.
pub(super) fn rewriting(settings: Settings, databases: &[PubSubNames]) -> ByDatabase<Script> {
    let lua = [scripts::REWRITTEN, scripts::REWRITE].concat();
    ByDatabase::new(settings, databases, move |settings| committing(settings, &lua))
}

/// The script that reads replaced entries.
pub(super) fn read_rewritten() -> Script {
    Script::new(&[scripts::REWRITTEN, scripts::READ_REWRITTEN].concat())
}

/// The script that reads what is not archived. Its first line is a flag for Redis.
pub(super) fn to_archive() -> Script {
    let (flag, rest) = scripts::TO_ARCHIVE.split_once('\n').unwrap_or_default();
    Script::new(&[flag, "\n", scripts::REWRITTEN, rest].concat())
}

/// The complete script; `change` is one that defines what it changes besides, or nothing.
pub(super) fn committing(settings: &str, change: &str) -> Script {
    // Redis refuses to read a name that was never given.
    const NO_CHANGE: &str = "local may_change, change, may_rewrite, rewrite\n";
    Script::new(&[settings, NO_CHANGE, scripts::IDENTITY, scripts::TRIM, change, scripts::COMMIT].concat())
}

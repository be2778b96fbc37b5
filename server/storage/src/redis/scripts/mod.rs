//! The Lua scripts of all stores, in one place: what must happen in Redis as one step. Each text begins with its
//! keys and arguments; the store that calls it says what they are.

/// Defines a constant for each script of a folder.
macro_rules! scripts {
    ($(#[$about:meta])* $folder:ident { $($(#[$doc:meta])* $name:ident = $file:literal),* $(,)? }) => {
        $(#[$about])*
        pub mod $folder {
            $($(#[$doc])* pub const $name: &str = include_str!(concat!(stringify!($folder), "/", $file, ".lua"));)*
        }
    };
}

scripts! {
    /// Appends to a channel's log and reads it.
    log {
        /// Appends to a log whose epoch the node knows.
        APPEND = "append",
        /// Appends, whatever the state of the log, after `IDENTITY`, `TRIM` and, if it is a part of a change,
        /// the script of that.
        COMMIT = "commit",
        /// Finds out whether a log is the known one; comes before others.
        IDENTITY = "identity",
        /// Reads a part of a log and its top, after `IDENTITY` and `REWRITTEN`.
        READ = "read",
        /// Reads what entries are since they were replaced, after `REWRITTEN`.
        READ_REWRITTEN = "read_rewritten",
        /// Finds an earlier append with a key.
        REPEATED = "repeated",
        /// Replaces entries, after `REWRITTEN` and before `COMMIT`.
        REWRITE = "rewrite",
        /// What entries are since they were replaced; comes before others.
        REWRITTEN = "rewritten",
        /// Reads what the archive does not have yet, and trims what it has, after `REWRITTEN`.
        TO_ARCHIVE = "to_archive",
        /// Holds a log below its bytes; comes before others.
        TRIM = "trim",
    }
}

scripts! {
    /// Lists the rooms that may have something to archive.
    archive {
        /// Puts a room on the list.
        ADD = "add",
        /// Takes a room off the list.
        FORGET = "forget",
        /// Finds rooms that nobody has touched for a while.
        UNTOUCHED = "untouched",
    }
}

scripts! {
    /// Enters people into channels and removes them, and renews the leases of nodes.
    presence {
        /// Forgets a dead node once all its entries are removed.
        BURY = "bury",
        /// Makes a node's entry for a person, after `PEOPLE`.
        ENTER = "enter",
        /// Removes a node's entries, after `PEOPLE`.
        LEAVE = "leave",
        /// Reads a page of a channel's people.
        PAGE = "page",
        /// What `ENTER` and `LEAVE` have in common.
        PEOPLE = "people",
        /// Renews a node's lease, and claims what dead nodes left.
        RENEW = "renew",
        /// Reads all of a channel's people at one moment.
        SNAPSHOT = "snapshot",
        /// Counts a channel's people, and the entries that one node has of them.
        SUMMARY = "summary",
    }
}

scripts! {
    /// Changes games and who plays in them.
    games {
        /// Takes an answer of a player, or says why not.
        ANSWER = "answer",
        /// Changes a game; comes before `log::COMMIT`.
        CHANGE = "change",
        /// Admits players who wait, or declines them.
        JUDGE = "judge",
        /// Removes players, who cannot come back.
        KICK = "kick",
        /// Reads a game at one moment of the store.
        LOAD = "load",
        /// Notes how much of a game has stored results.
        NOTE_STORED_RESULTS = "note_stored_results",
        /// Gives a player another nickname.
        RENAME = "rename",
        /// Gives a player a seat.
        SEAT = "seat",
        /// Uses a code up and adds a host.
        TAKE_OVER = "take_over",
    }
}

scripts! {
    /// Counts what is stored by each person, each address and all together.
    quotas {
        /// Adds to all counters, or to none.
        ADD = "add",
    }
}

scripts! {
    /// Counts what people and addresses do on all nodes.
    throttle {
        /// Adds what one node let pass.
        SETTLE = "settle",
    }
}

scripts! {
    /// Keeps the list of people who signed out.
    sessions {
        /// Forgets some who were revoked long ago.
        FORGET = "forget",
        /// Revokes all sessions of somebody.
        REVOKE = "revoke",
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    #[test]
    fn every_script_of_the_folders_is_defined() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/redis/scripts");
        let source = include_str!("mod.rs");
        let mut count = 0;
        for kind in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
            for script in fs::read_dir(&kind).unwrap().map(|entry| entry.unwrap().path()) {
                let name = script.file_stem().unwrap().to_str().unwrap();
                let folder = kind.file_name().unwrap().to_str().unwrap();
                let defined =
                    source.split(&format!("    {folder} {{")).nth(1).unwrap().split("\n    }").next().unwrap();
                assert!(defined.contains(&format!("= {name:?},")), "{}", script.display());
                count += 1;
            }
        }
        assert!(count >= 25, "{count}");
    }
}

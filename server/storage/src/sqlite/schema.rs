//! The tables, and the migrations of older files.

use rusqlite::{Connection, TransactionBehavior};

use super::OpenError;

/// One entry for each version of the file, oldest first. What was released is
/// never edited: a change is another entry.
const MIGRATIONS: &[&str] = &[
    "
    -- A channel's log: its identity and its top. Never deleted, so that a
    -- position that somebody holds is never taken for one of another log.
    CREATE TABLE logs (
        id INTEGER PRIMARY KEY,
        channel TEXT NOT NULL UNIQUE,
        epoch TEXT NOT NULL,
        top INTEGER NOT NULL
    ) STRICT;
    -- The newest entries of each log.
    CREATE TABLE publications (
        log INTEGER NOT NULL REFERENCES logs,
        offset INTEGER NOT NULL,
        frame BLOB NOT NULL,
        PRIMARY KEY (log, offset)
    ) STRICT, WITHOUT ROWID;
    -- What must be appended once, for ever.
    CREATE TABLE once (
        log INTEGER NOT NULL REFERENCES logs,
        key TEXT NOT NULL,
        offset INTEGER NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (log, key)
    ) STRICT, WITHOUT ROWID;
    -- The list of rooms; times in milliseconds since 1970.
    CREATE TABLE rooms (
        channel TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        active_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX rooms_by_activity ON rooms (active_at);
    -- Written to prove that writing works.
    CREATE TABLE probe (beats INTEGER NOT NULL) STRICT;
    INSERT INTO probe VALUES (0);
",
    "
    -- Authors' quizzes as they are now; times in milliseconds since 1970.
    CREATE TABLE quizzes (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        version INTEGER NOT NULL,
        saved_at INTEGER NOT NULL,
        summary TEXT NOT NULL
    ) STRICT;
    CREATE INDEX quizzes_by_owner ON quizzes (owner, saved_at);
    -- What they say, in their newest versions.
    CREATE TABLE quiz_versions (
        quiz TEXT NOT NULL REFERENCES quizzes,
        version INTEGER NOT NULL,
        about TEXT NOT NULL,
        stored TEXT NOT NULL,
        PRIMARY KEY (quiz, version)
    ) STRICT;
    -- Games that are over, for their hosts.
    CREATE TABLE results (
        owner TEXT NOT NULL,
        id TEXT NOT NULL,
        ended_at INTEGER NOT NULL,
        summary TEXT NOT NULL,
        whole TEXT NOT NULL,
        PRIMARY KEY (owner, id)
    ) STRICT;
    CREATE INDEX results_by_end ON results (owner, ended_at);
    -- Pictures in quizzes, named by their digest.
    CREATE TABLE pictures (
        id TEXT PRIMARY KEY,
        bytes BLOB NOT NULL
    ) STRICT;
",
    "
    -- Games; documents are JSON, times in milliseconds since 1970. What is
    -- beside the state is what answers and newcomers are decided by.
    CREATE TABLE games (
        pin TEXT PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        owner TEXT NOT NULL,
        quiz TEXT NOT NULL,
        state TEXT NOT NULL,
        version INTEGER NOT NULL,
        is_open INTEGER NOT NULL,
        question INTEGER,
        opened_at INTEGER,
        closes_at INTEGER,
        locked INTEGER NOT NULL,
        kept INTEGER NOT NULL,
        stepped_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX games_by_step ON games (stepped_at);
    -- Who plays. The skeleton is what a name looks like.
    CREATE TABLE seats (
        game TEXT NOT NULL,
        player TEXT NOT NULL,
        skeleton TEXT NOT NULL,
        seat TEXT NOT NULL,
        PRIMARY KEY (game, player),
        UNIQUE (game, skeleton)
    ) STRICT;
    -- Who was sent away.
    CREATE TABLE kicked (game TEXT NOT NULL, player TEXT NOT NULL, PRIMARY KEY (game, player)) STRICT, WITHOUT ROWID;
    -- The answers that count.
    CREATE TABLE answers (
        game TEXT NOT NULL,
        question INTEGER NOT NULL,
        player TEXT NOT NULL,
        given TEXT NOT NULL,
        PRIMARY KEY (game, question, player)
    ) STRICT, WITHOUT ROWID;
    -- The seats as the count of each question left them.
    CREATE TABLE counted (
        game TEXT NOT NULL,
        question INTEGER NOT NULL,
        player TEXT NOT NULL,
        seat TEXT NOT NULL,
        PRIMARY KEY (game, question, player)
    ) STRICT, WITHOUT ROWID;
",
    "
    -- What a log's entries have together, and when it last grew, in
    -- milliseconds since 1970.
    ALTER TABLE logs ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE logs ADD COLUMN written_at INTEGER NOT NULL DEFAULT 0;
    UPDATE logs SET
        bytes = ifnull((SELECT sum(length(frame)) FROM publications WHERE log = logs.id), 0),
        written_at = unixepoch() * 1000;
    -- What must be appended once is remembered while the log is that long.
    CREATE INDEX once_by_offset ON once (log, offset);
",
    "
    -- What quotas count; until when, in milliseconds since 1970.
    CREATE TABLE counters (
        name TEXT PRIMARY KEY,
        amount INTEGER NOT NULL,
        until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX counters_by_end ON counters (until);
    -- Who keeps quizzes or begins games: since when, and when they last did.
    CREATE TABLE authors (
        owner TEXT PRIMARY KEY,
        since INTEGER NOT NULL,
        seen_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX authors_by_visit ON authors (seen_at);
    -- Whoever had something before this was counted has it from now on, so that nothing of theirs goes at once.
    INSERT INTO authors
        SELECT owner, min(at), unixepoch() * 1000
        FROM (SELECT owner, saved_at AS at FROM quizzes UNION ALL SELECT owner, ended_at FROM results)
        GROUP BY owner;
    CREATE INDEX results_by_age ON results (ended_at);
    -- Which versions of quizzes name a picture.
    CREATE TABLE quiz_pictures (
        picture TEXT NOT NULL,
        quiz TEXT NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (picture, quiz, version)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX quiz_pictures_by_version ON quiz_pictures (quiz, version);
    INSERT OR IGNORE INTO quiz_pictures
        SELECT part.value, quiz, version
        FROM quiz_versions, json_tree(iif(json_valid(stored), stored, '{}')) AS part
        WHERE part.key = 'picture' AND part.type = 'text';
    -- When a picture was brought, or the last version that named it went.
    ALTER TABLE pictures ADD COLUMN idle_at INTEGER NOT NULL DEFAULT 0;
    UPDATE pictures SET idle_at = unixepoch() * 1000;
    CREATE INDEX pictures_by_idleness ON pictures (idle_at, id);
    CREATE TRIGGER quiz_version_goes AFTER DELETE ON quiz_versions BEGIN
        UPDATE pictures SET idle_at = unixepoch() * 1000 WHERE id IN
            (SELECT picture FROM quiz_pictures WHERE quiz = OLD.quiz AND version = OLD.version);
        DELETE FROM quiz_pictures WHERE quiz = OLD.quiz AND version = OLD.version;
    END;
",
    "
    -- How many seats a game has, so that no newcomer counts them.
    ALTER TABLE games ADD COLUMN seated INTEGER NOT NULL DEFAULT 0;
    UPDATE games SET seated = (SELECT count(*) FROM seats WHERE seats.game = games.id);
    -- When each network's bucket of new seats in a game will be full again.
    CREATE TABLE arrivals (
        game TEXT NOT NULL,
        network TEXT NOT NULL,
        full_at INTEGER NOT NULL,
        PRIMARY KEY (game, network)
    ) STRICT, WITHOUT ROWID;
",
    "
    -- From which network a seat was taken, and which are kept out for a while.
    ALTER TABLE seats ADD COLUMN network TEXT NOT NULL DEFAULT '';
    CREATE TABLE blocked (
        game TEXT NOT NULL,
        network TEXT NOT NULL,
        until INTEGER NOT NULL,
        PRIMARY KEY (game, network)
    ) STRICT, WITHOUT ROWID;
    -- Who waits to be let in, or was and has not come yet.
    CREATE TABLE newcomers (
        game TEXT NOT NULL,
        player TEXT NOT NULL,
        name TEXT NOT NULL,
        asked_at INTEGER NOT NULL,
        admitted INTEGER NOT NULL,
        PRIMARY KEY (game, player)
    ) STRICT, WITHOUT ROWID;
    -- Who was added as a host, as JSON.
    CREATE TABLE added_hosts (
        game TEXT NOT NULL,
        id TEXT NOT NULL,
        host TEXT NOT NULL,
        PRIMARY KEY (game, id)
    ) STRICT, WITHOUT ROWID;
",
    "
    -- Who signed out, so that no copy of their session is good any more; times
    -- in milliseconds since 1970.
    CREATE TABLE revoked_users (user TEXT PRIMARY KEY, revoked_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX revoked_users_by_time ON revoked_users (revoked_at);
",
    "
    -- How many rooms are known: to count them takes the longer the more there are.
    CREATE TABLE room_count (id INTEGER PRIMARY KEY, rooms INTEGER NOT NULL) STRICT;
    INSERT INTO room_count SELECT 0, count(*) FROM rooms;
    CREATE TRIGGER room_known AFTER INSERT ON rooms BEGIN
        UPDATE room_count SET rooms = rooms + 1 WHERE id = 0;
    END;
    CREATE TRIGGER room_forgotten AFTER DELETE ON rooms BEGIN
        UPDATE room_count SET rooms = rooms - 1 WHERE id = 0;
    END;
    -- Whether a room stands on the front page.
    ALTER TABLE rooms ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX rooms_listed ON rooms (active_at) WHERE listed = 1;
",
    "
    -- How many signed out, so that nobody counts them who signs out.
    CREATE TABLE revoked_count (id INTEGER PRIMARY KEY, users INTEGER NOT NULL) STRICT;
    INSERT INTO revoked_count SELECT 0, count(*) FROM revoked_users;
    CREATE TRIGGER user_revoked AFTER INSERT ON revoked_users BEGIN
        UPDATE revoked_count SET users = users + 1 WHERE id = 0;
    END;
    CREATE TRIGGER user_forgotten AFTER DELETE ON revoked_users BEGIN
        UPDATE revoked_count SET users = users - 1 WHERE id = 0;
    END;
",
    "
    -- Since when each of them waits, in milliseconds since 1970; and whether who
    -- was sent away ever was in.
    ALTER TABLE newcomers ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE kicked ADD COLUMN was_in INTEGER NOT NULL DEFAULT 1;
",
    "
    -- From which network somebody signed out, as a short digest: of too many, those are
    -- forgotten who are of the network that has most.
    ALTER TABLE revoked_users ADD COLUMN network TEXT NOT NULL DEFAULT '';
    CREATE INDEX revoked_users_by_network ON revoked_users (network, revoked_at);
    CREATE TABLE revoked_networks (network TEXT PRIMARY KEY, users INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX revoked_networks_by_users ON revoked_networks (users);
    INSERT INTO revoked_networks SELECT '', count(*) FROM revoked_users;
    CREATE TRIGGER user_revoked_in_network AFTER INSERT ON revoked_users BEGIN
        INSERT INTO revoked_networks VALUES (NEW.network, 1) ON CONFLICT (network) DO UPDATE SET users = users + 1;
    END;
    CREATE TRIGGER user_forgotten_in_network AFTER DELETE ON revoked_users BEGIN
        UPDATE revoked_networks SET users = users - 1 WHERE network = OLD.network;
    END;
",
    "
    -- Which game of its class is played, from 1; and whose seat is only kept for them, because they
    -- were not there when it began.
    ALTER TABLE games ADD COLUMN round INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE seats ADD COLUMN away INTEGER NOT NULL DEFAULT 0;
    -- How far a game was whose results these are: those that are further replace them. Nothing is
    -- further than what was kept before, which was of games that were over.
    ALTER TABLE results ADD COLUMN progress INTEGER NOT NULL DEFAULT 1000;
",
    // A name with its quotes and colon cannot be inside a text: there the quotes have a backslash before
    // them.
    r#"
    -- Fields of quizzes and of results have other names.
    UPDATE quiz_versions SET stored = replace(replace(replace(stored,
        '"why":', '"explanation":'), '"pictureWords":', '"pictureAlt":'), '"spellings":', '"acceptedAnswers":');
    UPDATE games SET quiz = replace(replace(replace(quiz,
        '"why":', '"explanation":'), '"pictureWords":', '"pictureAlt":'), '"spellings":', '"acceptedAnswers":');
    UPDATE results SET whole = replace(whole, '"knew":', '"correct":');
"#,
    "
    -- What entries said before events replaced them; until the event at which offset.
    CREATE TABLE earlier_frames (
        log INTEGER NOT NULL,
        offset INTEGER NOT NULL,
        until_offset INTEGER NOT NULL,
        frame BLOB NOT NULL,
        PRIMARY KEY (log, offset, until_offset)
    ) STRICT, WITHOUT ROWID;
",
];

/// Migrates the file to the newest version, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    migrate_to(connection, MIGRATIONS.len() as u32)
}

/// Migrates the file to a version, which is the number of migrations that it has had.
pub(super) fn migrate_to(connection: &mut Connection, target: u32) -> Result<(), OpenError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > target {
        return Err(OpenError(format!(
            "it is of version {version}, written by a later Hubbub; this one knows up to {target}"
        )));
    }
    for migration in MIGRATIONS.iter().take(target as usize).skip(version as usize) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", target)?;
    Ok(transaction.commit()?)
}

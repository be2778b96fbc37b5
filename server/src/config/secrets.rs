//! The settings of secrets and sessions. A secret can be in a file, because the list
//! of processes shows flags.

use std::fmt;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::session::{SessionKeys, SessionRules};

/// The largest file with a key, in bytes; a larger one is something else.
const FILE_BYTES: u64 = 4096;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How sessions are signed, and how long they last.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Sessions")]
pub struct SessionSettings {
    /// File with the secret that signs sessions, at least 32 characters; the same on all nodes.
    /// Without one, the first node makes a secret and keeps it. Another one ends all sessions.
    #[arg(long, env = "HUBBUB_SESSION_KEY_FILE", value_name = "FILE", value_parser = session_key_in, group = "session_keys")]
    session_key_file: Option<Secret>,

    /// The secret itself. Everybody on this machine can read it in the list of processes: a file is better.
    #[arg(long, env = "HUBBUB_SESSION_KEY", value_name = "SECRET", value_parser = session_key, hide_env_values = true,
        group = "session_keys")]
    session_key: Option<Secret>,

    /// File with the secret of before, which is still believed while people come back and get new sessions.
    #[arg(long, env = "HUBBUB_SESSION_KEY_OLD_FILE", value_name = "FILE", value_parser = session_key_in)]
    session_key_old_file: Option<Secret>,

    /// Secrets of before themselves; may be given several times.
    #[arg(long, env = "HUBBUB_SESSION_KEY_OLD", value_name = "SECRET", value_parser = session_key, hide_env_values = true)]
    session_key_old: Vec<Secret>,

    /// Days from one visit to the next after which a session is over, and somebody comes as a new guest.
    #[arg(long = "session-days", env = "HUBBUB_SESSION_DAYS", value_name = "DAYS", default_value = "180", value_parser = days)]
    session_lifetime: Duration,

    /// Ends all sessions that are older than this moment, in seconds since 1970 as `date +%s` prints them; the same on all nodes.
    #[arg(long, env = "HUBBUB_SESSION_NOT_BEFORE", value_name = "SECONDS", default_value = "0", value_parser = moment)]
    session_not_before: u64,
}

impl SessionSettings {
    /// The configured secret, if any.
    pub fn key(&self) -> Option<&str> {
        self.session_key_file.as_ref().or(self.session_key.as_ref()).map(Secret::as_str)
    }

    /// The configured secret or else `current`, and the old ones.
    pub fn keys(&self, current: &str) -> SessionKeys {
        let old = self.session_key_old_file.iter().chain(&self.session_key_old);
        SessionKeys { current: current.to_owned(), old: old.map(|secret| secret.as_str().to_owned()).collect() }
    }

    /// The secrets that come from files: the current one, and the old one.
    pub(super) fn key_files(&self) -> [Option<&Secret>; 2] {
        [self.session_key_file.as_ref(), self.session_key_old_file.as_ref()]
    }

    /// The configured lifetime of sessions.
    pub fn rules(&self) -> SessionRules {
        SessionRules { lifetime: self.session_lifetime, not_before: self.session_not_before }
    }
}

/// A secret, which no log shows.
#[derive(Clone)]
pub struct Secret {
    text: String,
    /// Its file, if others than its owner and group can read or change that.
    exposed_in: Option<PathBuf>,
}

impl Secret {
    /// The secret itself, to be used and not logged.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its file, if everybody on the machine can read or change that.
    pub(super) fn exposed_in(&self) -> Option<&Path> {
        self.exposed_in.as_deref()
    }

    fn of(text: &str) -> Self {
        Self { text: text.to_owned(), exposed_in: None }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

fn session_key(text: &str) -> Result<Secret, String> {
    if text.len() >= 32 { Ok(Secret::of(text)) } else { Err("it needs at least 32 characters".into()) }
}

fn session_key_in(path: &str) -> Result<Secret, String> {
    in_file(path, session_key)
}

pub(super) fn quiz_key(text: &str) -> Result<Secret, String> {
    let key = text.trim();
    if key.chars().count() >= 8 { Ok(Secret::of(key)) } else { Err("it needs at least 8 characters".into()) }
}

pub(super) fn quiz_key_in(path: &str) -> Result<Secret, String> {
    in_file(path, quiz_key)
}

pub(super) fn password_in(path: &str) -> Result<Secret, String> {
    in_file(path, |text| if text.is_empty() { Err("it is empty".into()) } else { Ok(Secret::of(text)) })
}

/// Reads a secret from a file, without the line break at its end.
fn in_file(path: &str, parse: fn(&str) -> Result<Secret, String>) -> Result<Secret, String> {
    let about = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if about.len() > FILE_BYTES {
        return Err("this file is too large to hold a key".into());
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let exposed_in = is_exposed(&about).then(|| PathBuf::from(path));
    Ok(Secret { exposed_in, ..parse(text.trim())? })
}

/// Whether somebody who is neither the file's owner nor in its group can read or replace it.
fn is_exposed(about: &Metadata) -> bool {
    const OTHERS_READ_OR_WRITE: u32 = 0o006;
    about.mode() & OTHERS_READ_OR_WRITE != 0
}

fn days(text: &str) -> Result<Duration, String> {
    match text.parse::<u32>() {
        Ok(days) if (1..=3650).contains(&days) => Ok(DAY * days),
        _ => Err("it must be a whole number of days from 1 to 3650".into()),
    }
}

fn moment(text: &str) -> Result<u64, String> {
    let at = text.parse::<u64>().map_err(|_| "write it in seconds since 1970, as `date +%s` prints them".to_owned())?;
    // With a time in the future, no session would be valid until then.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    if at <= now.as_secs() + 60 { Ok(at) } else { Err("it must not be in the future".into()) }
}

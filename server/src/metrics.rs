//! The metrics in Prometheus' text form; `figures` serves them.
//!
//! Names follow its conventions: a unit at the end, `_total` for counters. Never labelled by room or person.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Counter, Histogram, Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use protocol::Refusal;
use protocol::game::AnswerStatus;
pub use realtime::metrics::{DELIVERIES_INTERRUPTED, PUBLICATIONS_OUT};
pub use storage::CORRUPT_DATA;
pub use storage::postgres::DATABASE_UP;

/// The gauge of open WebSockets, in rooms and in games.
pub const CONNECTIONS: &str = "hubbub_connections";
/// Rooms with a listener on this node.
pub const ROOMS: &str = "hubbub_rooms";
/// Messages that this node appended to logs.
pub const PUBLICATIONS_IN: &str = "hubbub_publications_in_total";
/// Refusals sent to clients, by code.
pub const ERRORS: &str = "hubbub_errors_total";
/// From the time of an event to its hand-over to the listeners of this node.
pub const PUBLISH_TO_DELIVER: &str = "hubbub_publish_to_deliver_seconds";
/// Closes by the server, by close code.
pub const CLOSES: &str = "hubbub_closes_total";
/// Joins with a position, by whether everything missed was recovered.
pub const RECOVERIES: &str = "hubbub_recoveries_total";

/// Connections and requests that were refused, by what was full: the node or the address.
pub const TURNED_AWAY: &str = "hubbub_turned_away_total";
/// Panics of one request or task each.
pub const PANICS: &str = "hubbub_panics_total";

/// Games with somebody on this node.
pub const GAMES: &str = "hubbub_games";
/// Answers in games that came to this node, by result.
pub const GAME_ANSWERS: &str = "hubbub_game_answers_total";
/// Changes of games that this node committed.
pub const GAME_STEPS: &str = "hubbub_game_steps_total";

/// Bytes of everything that is stored, as the store measures it.
pub const STORAGE_BYTES: &str = "hubbub_storage_bytes";
/// The gauge of `--storage-quota`, in bytes.
pub const QUOTA: &str = "hubbub_storage_quota_bytes";
/// Bytes that the quotas allowed, by kind.
pub const STORED_BYTES: &str = "hubbub_stored_bytes_total";
/// Refusals by the quotas, by whose quota was used up.
pub const QUOTA_REFUSALS: &str = "hubbub_quota_refusals_total";
/// Things that retention removed, by kind.
pub const SWEPT: &str = "hubbub_swept_total";
/// Messages that this node stored in the archive.
pub const ARCHIVED_MESSAGES: &str = "hubbub_archived_messages_total";
/// How old the oldest message of each batch was when the archive had it.
pub const ARCHIVE_LAG: &str = "hubbub_archive_lag_seconds";
/// Rooms of this node with something that is not archived yet.
pub const ARCHIVE_ROOMS_WAITING: &str = "hubbub_archive_rooms_waiting";

/// Counts bytes of one kind that were stored; what is deleted later is not taken off.
pub(crate) fn count_stored(kind: &'static str, bytes: u64) {
    metrics::counter!(STORED_BYTES, "kind" => kind).increment(bytes);
}

/// Counts a refusal, by the quota that was used up.
pub(crate) fn count_quota_refusal(quota: &'static str) {
    metrics::counter!(QUOTA_REFUSALS, "quota" => quota).increment(1);
}

/// Counts things that retention removed.
pub(crate) fn count_swept(kind: &'static str, count: usize) {
    metrics::counter!(SWEPT, "kind" => kind).increment(count as u64);
}

/// Sets the gauges of the store's size and quota.
#[allow(clippy::cast_precision_loss)] // An approximate value is enough for a gauge.
pub(crate) fn show_stored(bytes: u64, quota: u64) {
    metrics::gauge!(STORAGE_BYTES).set(bytes as f64);
    metrics::gauge!(QUOTA).set(quota as f64);
}

/// Metrics of every message: looked up once, not by name each time.
pub(crate) struct Hot {
    pub(crate) publications_in: Counter,
    pub(crate) publish_to_deliver: Histogram,
}

/// Counts a refusal, in whichever form it is sent.
pub fn count_refusal(refusal: &Refusal) {
    metrics::counter!(ERRORS, "code" => refusal.code.as_str()).increment(1);
}

/// Counts an answer in a game by its result.
pub(crate) fn count_answer(taken: AnswerStatus) {
    let taken = match taken {
        AnswerStatus::Accepted => "accepted",
        AnswerStatus::Duplicate => "duplicate",
        AnswerStatus::Late => "late",
    };
    metrics::counter!(GAME_ANSWERS, "taken" => taken).increment(1);
}

/// The handles of this process. Must not be called before [`install`].
pub(crate) fn hot() -> &'static Hot {
    static HOT: OnceLock<Hot> = OnceLock::new();
    HOT.get_or_init(|| Hot {
        publications_in: metrics::counter!(PUBLICATIONS_IN),
        publish_to_deliver: metrics::histogram!(PUBLISH_TO_DELIVER),
    })
}

/// Folds samples regularly. Without it they would pile up until somebody reads `/metrics`.
pub async fn upkeep(handle: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP_EVERY).await;
        handle.run_upkeep();
    }
}

const UPKEEP_EVERY: Duration = Duration::from_secs(5);
const SECONDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];

/// Starts collecting for this process. A second call in one process (a test with several nodes) shares
/// the first one's metrics.
///
/// # Errors None that a correct build can meet.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(PUBLISH_TO_DELIVER.into()), &SECONDS)?
        .build_recorder();
    let handle = HANDLE.get_or_init(|| recorder.handle()).clone();
    if metrics::set_global_recorder(recorder).is_ok() {
        describe();
    }
    Ok(handle)
}

fn describe() {
    describe_gauge!(CONNECTIONS, "Open WebSockets.");
    describe_gauge!(ROOMS, "Rooms with a listener on this node.");
    describe_counter!(PUBLICATIONS_IN, "Messages that this node put into the log.");
    describe_counter!(PUBLICATIONS_OUT, "Publications that came to this node from the log.");
    describe_counter!(
        DELIVERIES_INTERRUPTED,
        "How often deliveries of the broker were dropped because the node did not keep up, and every channel was compared with its log."
    );
    describe_counter!(ERRORS, "Refusals, by code.");
    describe_counter!(CLOSES, "WebSockets closed by the server, by code.");
    describe_counter!(RECOVERIES, "Joins with a position, by whether all that was missed was recovered.");
    describe_counter!(
        TURNED_AWAY,
        "Connections that were turned away, by what was full: the node, their address, their session or all newcomers at the address."
    );
    describe_counter!(PANICS, "Panics: faults of the program, each met by one request or task.");
    describe_gauge!(GAMES, "Games with somebody on this node.");
    describe_counter!(GAME_ANSWERS, "Answers in games, by what became of them.");
    describe_counter!(GAME_STEPS, "Changes of games that this node made.");
    describe_gauge!(STORAGE_BYTES, Unit::Bytes, "Everything that is kept, as the store says.");
    describe_gauge!(QUOTA, Unit::Bytes, "What may be kept.");
    describe_counter!(STORED_BYTES, Unit::Bytes, "Bytes that the quotas let in, by what they are.");
    describe_counter!(QUOTA_REFUSALS, "What the quotas did not let in, by whose was used up.");
    describe_counter!(CORRUPT_DATA, "Stored data that could not be read; the log says which.");
    describe_counter!(SWEPT, "What retention removed, by what it was.");
    describe_counter!(ARCHIVED_MESSAGES, "Messages that this node stored in the database.");
    describe_histogram!(
        ARCHIVE_LAG,
        Unit::Seconds,
        "From the sending of a message until the database had it, for the oldest of each batch."
    );
    describe_gauge!(DATABASE_UP, "Whether this node reaches its database: 1 or 0.");
    describe_gauge!(ARCHIVE_ROOMS_WAITING, "Rooms of this node with messages that the database does not have yet.");
    describe_histogram!(
        PUBLISH_TO_DELIVER,
        Unit::Seconds,
        "From the time of an event to its hand-over to the listeners of this node."
    );
    metrics::gauge!(CONNECTIONS).set(0.0);
    metrics::gauge!(ROOMS).set(0.0);
    metrics::gauge!(GAMES).set(0.0);
    metrics::counter!(PANICS).absolute(0);
    metrics::counter!(GAME_STEPS).absolute(0);
    metrics::counter!(PUBLICATIONS_IN).absolute(0);
    metrics::counter!(PUBLICATIONS_OUT).absolute(0);
    metrics::counter!(DELIVERIES_INTERRUPTED).absolute(0);
    metrics::counter!(CORRUPT_DATA).absolute(0);
}

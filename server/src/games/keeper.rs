//! The task that looks after one game as long as somebody on this node is in it.
//!
//! Every node with people in a game runs one. What is due by time is done by whichever comes first: a commit
//! that was overtaken changes nothing.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use protocol::game::GameServerMessage;
use protocol::game::frame::{Count, Entrance, HostPresence, Hosts, Players};
use protocol::{ErrorCode, HostId, UserId, limits};
use quiz::{AnswerWindow, Command};
use storage::StorageError;
use tokio::time::{Instant, sleep_until};
use tracing::{debug, warn};

use super::local_game::{Due, LocalGame};
use super::renaming::send_names;
use super::results_writer::{ResultsWriter, StoredBy};
use super::stepping::GameChange;
use super::throttled::{RETRY, Throttled, retry_after};
use super::{GameSnapshot, Games, Key, RoundQuiz, Turnout};

/// How long an absent host is not reported: a reload of the page takes less, and so does the way back
/// to a restarted node.
const MISSED_AFTER: Duration = Duration::from_secs(5);
/// How often hosts are told who plays, at most: in a small game, in a large one.
const PEOPLE_EVERY: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];
/// How often players are told how many have answered, at most: in a small game, in a large one.
const COUNT_FOR_ALL_EVERY: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(5)];
/// How often hosts are told who waits to be admitted, at most.
const ENTRANCE_EVERY: Duration = Duration::from_millis(250);
/// How often the entrance is read while somebody waits or is blocked: people stop asking, and blocks end.
const ENTRANCE_AGAIN: Duration = Duration::from_secs(2);
/// A game with more players is a large one.
const MANY: usize = 200;
/// How often a quiet game is read: notices between nodes may be lost.
const REFRESH_EVERY: Duration = Duration::from_secs(10);

/// Runs until nobody on this node is in the game, or the node ends.
pub(super) async fn run(games: Arc<Games>, local_game: Arc<LocalGame>) {
    let mut keeper = Keeper::new(games, local_game);
    loop {
        keeper.run_due().await;
        let next = keeper.next();
        tokio::select! {
            () = keeper.local_game.wake.notified() => {}
            () = sleep_until(next) => {}
            () = keeper.local_game.over.cancelled() => break,
            () = keeper.games.ending.cancelled() => return,
        }
    }
    let ending = keeper.games.ending.clone();
    tokio::select! {
        () = keeper.close() => {}
        () = ending.cancelled() => {}
    }
}

/// Who is due to be told how many have answered.
#[derive(Clone, Copy)]
struct CountDue {
    hosts: bool,
    players: bool,
}

struct Keeper {
    games: Arc<Games>,
    local_game: Arc<LocalGame>,
    /// The game as it was last read, and the quiz.
    seen: Option<(GameSnapshot, Arc<RoundQuiz>)>,
    /// When it must be read again.
    refresh_at: Instant,
    /// The round and question whose outcomes this node's players were sent last.
    sent_outcomes: Option<(u32, usize)>,
    results_writer: ResultsWriter,
    /// Whether players were last told that a host is there.
    has_host: bool,
    /// Since when no host is there.
    host_absent_since: Option<Instant>,
    /// The players who were there when answers were last counted.
    present: HashSet<UserId>,
    /// When one of them was seen to be gone; all may be before the first count.
    gone_at: Instant,
    /// Until when players who are gone may come back to answer.
    waits_until: Option<Instant>,
    announce: Throttled,
    count: Throttled,
    count_for_all: Throttled,
    people: Throttled,
    entrance: Throttled,
    hosts: Throttled,
    names: Throttled,
    /// The number of renames after which players were last told their names.
    renames: u32,
    /// The entrance as it was last sent to hosts, and when it is read again.
    sent_entrance: Entrance,
    entrance_at: Option<Instant>,
}

impl Keeper {
    fn new(games: Arc<Games>, local_game: Arc<LocalGame>) -> Self {
        local_game.notify(|due| *due = Due::ALL);
        Self {
            games,
            local_game,
            seen: None,
            refresh_at: Instant::now(),
            sent_outcomes: None,
            results_writer: ResultsWriter::new(),
            has_host: true,
            host_absent_since: None,
            present: HashSet::new(),
            gone_at: Instant::now(),
            waits_until: None,
            announce: Throttled::new(),
            count: Throttled::new(),
            count_for_all: Throttled::new(),
            people: Throttled::new(),
            entrance: Throttled::new(),
            hosts: Throttled::new(),
            names: Throttled::new(),
            renames: 0,
            sent_entrance: Entrance::default(),
            entrance_at: None,
        }
    }

    /// When something is due, unless the keeper is woken before.
    fn next(&self) -> Instant {
        let missed = self.host_absent_since.filter(|_| self.has_host).map(|since| since + MISSED_AFTER);
        let answers = [&self.announce, &self.count, &self.count_for_all].map(Throttled::next);
        let people = [&self.people, &self.entrance, &self.hosts, &self.names].map(Throttled::next);
        answers
            .into_iter()
            .chain(people)
            .chain([missed, self.waits_until, self.entrance_at])
            .flatten()
            .fold(self.refresh_at, Instant::min)
    }

    /// Does everything that is due.
    async fn run_due(&mut self) {
        let due = self.local_game.take_due();
        self.announce.is_due |= due.answers;
        self.count.is_due |= due.turnout || due.stepped;
        // A player who comes back may have answered, and is told as well.
        self.count_for_all.is_due |= due.turnout || due.people;
        self.people.is_due |= due.people || due.stepped;
        self.entrance.is_due |= due.entrance;
        self.hosts.is_due |= due.hosts;
        self.count.is_due |= self.waits_until.take_if(|until| *until <= Instant::now()).is_some();
        if due.people || self.host_absent_since.is_some() {
            self.check_hosts();
        }
        if (due.stepped || Instant::now() >= self.refresh_at)
            && let Err(error) = self.refresh().await
        {
            debug!("a game is looked at later: {error}");
            self.refresh_at = Instant::now() + retry_after(&error);
        }
        let many = self.seen.as_ref().is_some_and(|(seen, _)| seen.state.players > MANY);
        if let Err(error) = self.send_updates(usize::from(many)).await {
            debug!("people of a game are told later: {error}");
            self.refresh_at = self.refresh_at.min(Instant::now() + retry_after(&error));
            if !error.is_temporary() {
                return;
            }
            self.people.is_due = true;
            self.count.is_due = true;
            self.count_for_all.is_due = true;
            self.entrance.is_due = true;
            self.hosts.is_due = true;
            self.names.is_due |= self.renames > 0;
        }
    }

    /// Reads the game, and does what time and answers have made due.
    async fn refresh(&mut self) -> Result<(), StorageError> {
        self.refresh_at = Instant::now() + REFRESH_EVERY;
        self.hosts.is_due |= !self.local_game.added_hosts().is_empty();
        let Some(loaded) = self.games.store.load(&self.local_game.pin).await? else {
            self.seen = None;
            return Ok(());
        };
        let played = match self.games.round_quiz(&loaded).await {
            Ok(played) => played,
            // Logged and counted where it was found.
            Err(refusal) if refusal.code == ErrorCode::Damaged => return Err(StorageError::Corrupt(refusal.message)),
            Err(refusal) => return Err(StorageError::Unavailable(refusal.message)),
        };
        self.local_game.set_chat_open(loaded.state.chat);
        self.local_game.set_round_quiz(&loaded.key, &played);
        let is_overdue = loaded.state.due_at().is_some_and(|due_at| due_at <= loaded.now);
        if loaded.state.needs_count() {
            self.count_answers(&loaded, &played).await?;
        } else if is_overdue
            && let Ok(state) = quiz::apply(&played.quiz.quiz, &loaded.state, &Command::Tick, loaded.now)
        {
            // Done or overtaken: the change comes back from the log.
            self.games.commit(&loaded, &played, GameChange::only(&state)).await?;
            self.refresh_at = Instant::now() + RETRY;
        } else if let Some(due_at) = loaded.state.due_at() {
            let wait = Duration::from_millis(due_at.saturating_sub(loaded.now));
            self.refresh_at = self.refresh_at.min(Instant::now() + wait);
        }
        self.send_outcomes(&loaded).await?;
        self.names.is_due |= std::mem::replace(&mut self.renames, loaded.state.renames) != loaded.state.renames;
        self.store_results(&loaded, &played);
        self.seen = Some((loaded, played));
        Ok(())
    }

    /// Nobody on this node is in the game any more, and perhaps nobody comes back. Counts a question that has
    /// closed, and stores the results.
    async fn close(&mut self) {
        self.results_writer.finish().await;
        // The first pass counts, the second stores.
        for _ in 0..2 {
            let looked = self.refresh().await;
            if looked.is_err() || self.seen.as_ref().is_none_or(|(seen, _)| !seen.state.needs_count()) {
                return;
            }
        }
    }

    /// Counts the answers of a closed question: gives every seat its points.
    async fn count_answers(&mut self, loaded: &GameSnapshot, played: &Arc<RoundQuiz>) -> Result<(), StorageError> {
        let (store, key) = (&self.games.store, &loaded.key);
        let question = loaded.state.at.unwrap_or(0);
        let (seats, answers) = tokio::try_join!(store.seats(key), store.answers(key, question))?;
        // For thousands of seats, counting would block a runtime thread for too long.
        let (quiz, state) = (Arc::clone(played), loaded.state.clone());
        let counting = tokio::task::spawn_blocking(move || quiz::count(&quiz.quiz.quiz, &state, &seats, &answers));
        match counting.await.map_err(|error| StorageError::Unavailable(error.to_string()))? {
            Ok(counted) => {
                let becomes = GameChange { seats: &counted.seats, ..GameChange::only(&counted.state) };
                self.games.commit(loaded, played, becomes).await?;
            }
            Err(rejection) => warn!(game = key.id, "a question was not counted: {rejection}"),
        }
        self.refresh_at = Instant::now() + RETRY;
        Ok(())
    }

    /// Sends this node's players their outcomes: once, from one read of all seats.
    async fn send_outcomes(&mut self, loaded: &GameSnapshot) -> Result<(), StorageError> {
        let round = loaded.state.round;
        let Some(at) = loaded.state.revealed().filter(|at| self.sent_outcomes != Some((round, *at))) else {
            return Ok(());
        };
        if !self.local_game.players().is_empty() {
            for seat in self.games.store.seats(&loaded.key).await? {
                if let Some(outcome) = seat.outcome.filter(|outcome| outcome.question == at) {
                    self.local_game
                        .send_to(&seat.id, &GameServerMessage::Outcome(loaded.state.current_outcome(outcome)));
                }
            }
        }
        self.sent_outcomes = Some((round, at));
        Ok(())
    }

    fn store_results(&mut self, loaded: &GameSnapshot, played: &Arc<RoundQuiz>) {
        let turn = match self.local_game.has_host() {
            _ if self.local_game.over.is_cancelled() => StoredBy::Last,
            true => StoredBy::Ours,
            false => StoredBy::Others,
        };
        self.results_writer.store_if_due(&self.games, loaded, played, turn);
        self.refresh_at = self.results_writer.next().map_or(self.refresh_at, |next| next.min(self.refresh_at));
    }

    /// Sends what changes all the time, at the pace of a small game (0) or of a large one (1).
    async fn send_updates(&mut self, size: usize) -> Result<(), StorageError> {
        let is_announced = self.announce.begin(limits::COUNT_INTERVAL);
        let due = CountDue {
            hosts: self.count.begin(limits::COUNT_INTERVAL),
            players: self.count_for_all.begin(COUNT_FOR_ALL_EVERY[size]),
        };
        let people_every = PEOPLE_EVERY[size];
        let are_people_sent = self.people.begin(people_every);
        if is_announced {
            self.games.announce_answers(&self.local_game.pin).await;
        }
        // What fails keeps nothing else from being sent.
        let mut sent = self.send_entrance().await;
        let Some((seen, _)) = &self.seen else { return sent };
        if self.names.begin(people_every) {
            sent = sent.and(send_names(&self.games, &self.local_game, seen).await);
        }
        if are_people_sent && self.local_game.has_host() {
            let players = self.games.players(&seen.key).await;
            sent = sent.and(players.map(|(players, count)| {
                self.local_game.send_to_hosts(&GameServerMessage::Players(Players { players, count }));
            }));
        }
        if (is_announced || are_people_sent || due.hosts || due.players)
            && let Some(taking) = self.taking()
        {
            sent = sent.and(self.send_count(taking, due).await);
        }
        sent
    }

    /// Tells hosts who waits to be admitted, and who else hosts.
    async fn send_entrance(&mut self) -> Result<(), StorageError> {
        let Some((seen, _)) = &self.seen else { return Ok(()) };
        let key = seen.key.clone();
        if self.hosts.begin(ENTRANCE_EVERY) && self.local_game.has_host() {
            let hosts = self.games.store.hosts(&key).await?;
            // The notice of a removal may have been lost.
            let is_removed = |host: &HostId| hosts.iter().all(|one| one.id != *host);
            self.local_game
                .added_hosts()
                .iter()
                .filter(|host| is_removed(host))
                .for_each(|host| self.local_game.remove_host(host));
            self.local_game.send_to_hosts(&GameServerMessage::Hosts(Hosts { hosts }));
        }
        let is_asked = self.entrance.begin(ENTRANCE_EVERY);
        let is_over = self.entrance_at.take_if(|at| *at <= Instant::now()).is_some();
        if (is_asked || is_over) && self.local_game.has_host() {
            let entrance = self.games.store.entrance(&key).await?;
            if entrance != Entrance::default() {
                self.entrance_at = Some(Instant::now() + ENTRANCE_AGAIN);
            }
            if is_asked || entrance != self.sent_entrance {
                self.local_game.send_to_hosts(&GameServerMessage::Entrance(entrance.clone()));
                self.sent_entrance = entrance;
            }
        }
        Ok(())
    }

    /// When the open question takes answers, as of the last read.
    fn taking(&self) -> Option<AnswerWindow> {
        self.seen.as_ref().and_then(|(seen, played)| seen.state.taking(&played.quiz.quiz))
    }

    /// Tells how many have answered, and closes a question that all have answered.
    async fn send_count(&mut self, taking: AnswerWindow, due: CountDue) -> Result<(), StorageError> {
        let Some((seen, _)) = &self.seen else { return Ok(()) };
        let (key, version, question) = (seen.key.clone(), seen.version, taking.question);
        let Turnout { answered, players } = self.games.store.turnout(&key, question).await?;
        let count = GameServerMessage::Count(Count { question, answered, players });
        if due.hosts && self.local_game.has_host() {
            self.local_game.send_to_hosts(&count);
        }
        // Only players who have answered are shown the count.
        if due.players && answered > 0 {
            self.local_game.send_to_players(&count);
        }
        if !self.have_all_answered(&key, question, answered).await? {
            return Ok(());
        }
        let until = self.gone_at + MISSED_AFTER;
        if answered < players && Instant::now() < until {
            self.waits_until = Some(until);
            return Ok(());
        }
        // A host may have gone on first: then there is nothing to close.
        let _ = self.games.step(&key, Some(version), &Command::Reveal).await;
        Ok(())
    }

    /// Whether all players who are there have answered.
    async fn have_all_answered(&mut self, key: &Key, question: usize, answered: usize) -> Result<bool, StorageError> {
        let Some(present) = self.games.connected_players(&self.local_game.pin) else { return Ok(false) };
        let before = std::mem::replace(&mut self.present, present);
        if !before.is_subset(&self.present) {
            self.gone_at = Instant::now();
        }
        if self.present.is_empty() || answered < self.present.len() {
            return Ok(false);
        }
        Ok(self.present.is_subset(&self.games.store.answerers(key, question).await?))
    }

    /// Tells players when no host has been there for a while, and when one is back.
    fn check_hosts(&mut self) {
        if self.games.has_host(&self.local_game.pin) {
            self.host_absent_since = None;
            if !self.has_host {
                self.has_host = true;
                self.local_game.send_to_players(&GameServerMessage::Host(HostPresence { here: true }));
            }
            return;
        }
        let since = *self.host_absent_since.get_or_insert_with(Instant::now);
        if self.has_host && since.elapsed() >= MISSED_AFTER {
            self.has_host = false;
            self.local_game.send_to_players(&GameServerMessage::Host(HostPresence { here: false }));
        }
    }
}

//! Games in Redis. Each condition is checked in a script, by the clock of the Redis that keeps the game.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use protocol::game::frame::{AddedHost, Entrance};
use protocol::game::{Answer, RecordedAnswer};
use protocol::{HostId, Name, Pin, UserId, limits, wire};
use quiz::Seat;
use realtime::broker::redis::{ChangeScript, RedisBroker};
use realtime::channel::Channel;
use redis::{Cmd, Script};
use storage::redis::{Router, Shard, scripts};
use storage::{StorageError, document, readable};

use super::{
    AnswerOutcome, Commit, GAME_TTL_SECONDS, GameSnapshot, GameStore, Key, NewGame, Newcomer, NextRound, PlayerStatus,
    Rename, RenameOutcome, RoundQuiz, SeatOutcome, TakeOverOutcome, Turnout, answerer, recorded_answer,
};

mod answers;
mod commit_call;
mod earlier_names;
mod keys;

use commit_call::CommitCall;
use earlier_names::with_names_of_today;
use keys::Keys;

/// How long wrong tries count, in seconds.
const MINUTE: i64 = 60;

/// The game store of a deployment, in Redis.
pub struct RedisGames {
    broker: Arc<RedisBroker>,
    router: Router,
    keys: Keys,
    change: ChangeScript,
    load: Script,
    seat: Script,
    answer: Script,
    kick: Script,
    judge: Script,
    take_over: Script,
    rename: Script,
    note_stored_results: Script,
}

impl RedisGames {
    /// Announces games through `broker`, and uses its connections for commands.
    pub fn new(broker: Arc<RedisBroker>) -> Self {
        let router = broker.router();
        Self {
            keys: Keys(router.keyspace().clone()),
            router,
            change: broker.change_script(scripts::games::CHANGE),
            broker,
            load: Script::new(scripts::games::LOAD),
            seat: Script::new(scripts::games::SEAT),
            answer: Script::new(scripts::games::ANSWER),
            kick: Script::new(scripts::games::KICK),
            judge: Script::new(scripts::games::JUDGE),
            take_over: Script::new(scripts::games::TAKE_OVER),
            rename: Script::new(scripts::games::RENAME),
            note_stored_results: Script::new(scripts::games::NOTE_STORED_RESULTS),
        }
    }

    fn shard(&self, pin: &Pin) -> Result<Arc<Shard>, StorageError> {
        self.router.of(&Channel::Game(pin.clone()))
    }

    /// Moves those of `players` who wait into other sets; with an empty list, all who wait.
    async fn judge(&self, key: &Key, players: &[UserId], others: &[String]) -> Result<(), StorageError> {
        let mut call = self.judge.prepare_invoke();
        call.key(self.keys.game(&key.pin)).key(self.keys.waiting(key)).key(others);
        call.arg(&key.id).arg(GAME_TTL_SECONDS).arg(ids(players));
        self.shard(&key.pin)?.invoke::<u64>(&call).await?;
        Ok(())
    }

    /// Tries are counted on the first server, in one place for all nodes.
    fn counter(&self, who: &str) -> Result<(Arc<Shard>, String), StorageError> {
        let key = self.keys.tries(who);
        Ok((self.router.at(0, &key)?, key))
    }
}

#[async_trait]
impl GameStore for RedisGames {
    async fn create(&self, begun: &NewGame) -> Result<Option<u64>, StorageError> {
        self.commit_change(&CommitCall::begins(begun)).await
    }

    async fn round_quiz_of(&self, key: &Key) -> Result<Option<RoundQuiz>, StorageError> {
        let mut ask = redis::cmd("HMGET");
        ask.arg(self.keys.game(&key.pin)).arg("id").arg("owner").arg("quiz").arg("round");
        type Found = (Option<String>, Option<String>, Option<String>, Option<u32>);
        let known: Found = self.shard(&key.pin)?.run(&ask).await?;
        let (Some(id), Some(owner), Some(quiz), round) = known else { return Ok(None) };
        if id != key.id {
            return Ok(None);
        }
        let owner =
            UserId::parse(&owner).map_err(|error| StorageError::corrupt(format!("the owner of a game: {error}")))?;
        let quiz = document::decode(with_names_of_today(quiz), "a quiz")?;
        Ok(Some(RoundQuiz { owner, round: round.unwrap_or(1), quiz }))
    }

    async fn load(&self, pin: &Pin) -> Result<Option<GameSnapshot>, StorageError> {
        let shard = self.shard(pin)?;
        let mut load = self.load.prepare_invoke();
        load.key(self.keys.game(pin));
        let known: Option<(String, u64, String, String, u64)> = shard.invoke(&load).await?;
        let Some((id, version, state, kept, now)) = known else { return Ok(None) };
        let key = Key { pin: pin.clone(), id };
        let state = document::decode(&state, "a game")?;
        let stored_progress = match kept.as_str() {
            "" => 0,
            // From 0 on, the results are only stored once more.
            kept => kept.parse().unwrap_or_else(|_| {
                drop(StorageError::corrupt("how much of a game has stored results"));
                0
            }),
        };
        Ok(Some(GameSnapshot { key, version, state, now, stored_progress }))
    }

    async fn commit(&self, commit: Commit<'_>) -> Result<Option<u64>, StorageError> {
        // To the script, 0 would mean that there is no game yet.
        if commit.expected == 0 {
            return Ok(None);
        }
        self.commit_change(&CommitCall::step(commit)).await
    }

    async fn again(&self, next: NextRound<'_>) -> Result<Option<u64>, StorageError> {
        if next.expected == 0 {
            return Ok(None);
        }
        self.commit_change(&CommitCall::next_round(next, &self.keys)).await
    }

    async fn seat(&self, key: &Key, newcomer: Newcomer<'_>) -> Result<SeatOutcome, StorageError> {
        let Newcomer { player, name, skeleton, most, arrivals, network } = newcomer;
        let head = super::seat_head(player, name);
        let mut call = self.seat.prepare_invoke();
        call.key(&self.keys.of_seat(key)[..]);
        call.arg(&key.id)
            .arg(player.as_str())
            .arg(skeleton)
            .arg(head)
            .arg(super::SEAT_AFTER)
            .arg(most)
            .arg(GAME_TTL_SECONDS);
        call.arg(network).arg(super::waiting_head(player, name)).arg(limits::WAITING).arg(super::WAITS_FOR_MS);
        for one in arrivals {
            call.arg(&one.network).arg(one.emission_ms()).arg(one.tolerance_ms());
        }
        let (became, seat): (String, String) = self.shard(&key.pin)?.invoke(&call).await?;
        Ok(match became.as_str() {
            "at" => SeatOutcome::At(document::decode(&seat, "a seat")?),
            "kicked" => SeatOutcome::Kicked,
            "declined" => SeatOutcome::Declined,
            "locked" => SeatOutcome::Locked,
            "full" => SeatOutcome::Full,
            "taken" => SeatOutcome::NameTaken,
            "new" => SeatOutcome::Waiting { is_new: true },
            "waiting" => SeatOutcome::Waiting { is_new: false },
            "crowded" => SeatOutcome::Crowded,
            "blocked" => SeatOutcome::Blocked { for_ms: seat.parse().map_err(|_| StorageError::corrupt("a wait"))? },
            "wait" => {
                SeatOutcome::TooMany { retry_after_ms: seat.parse().map_err(|_| StorageError::corrupt("a wait"))? }
            }
            _ => SeatOutcome::Gone,
        })
    }

    async fn rename(&self, key: &Key, expected: u64, rename: Rename<'_>) -> Result<RenameOutcome, StorageError> {
        let Rename { seat, before, skeleton } = rename;
        let mut call = self.rename.prepare_invoke();
        call.key(self.keys.game(&key.pin)).key(self.keys.seats(key)).key(self.keys.names(key)).key(self.keys.away(key));
        call.arg(&key.id).arg(expected).arg(seat.id.as_str()).arg(wire::encode(seat)).arg(before).arg(skeleton);
        let became: String = self.shard(&key.pin)?.invoke(&call).await?;
        Ok(match became.as_str() {
            "yes" => RenameOutcome::Yes,
            "taken" => RenameOutcome::Taken,
            _ => RenameOutcome::Stale,
        })
    }

    async fn taken(&self, key: &Key, skeletons: &[String]) -> Result<Vec<bool>, StorageError> {
        if skeletons.is_empty() {
            return Ok(Vec::new());
        }
        let mut ask = redis::cmd("HMGET");
        ask.arg(self.keys.names(key)).arg(skeletons);
        let players: Vec<Option<String>> = self.shard(&key.pin)?.run(&ask).await?;
        Ok(players.iter().map(Option::is_some).collect())
    }

    async fn player_status(&self, key: &Key, player: &UserId) -> Result<PlayerStatus, StorageError> {
        let mut ask = redis::pipe();
        // In one transaction: a seat moves from one of these to the other.
        ask.atomic().hget(self.keys.seats(key), player.as_str()).hget(self.keys.away(key), player.as_str());
        ask.sismember(self.keys.kicked(key), player.as_str()).sismember(self.keys.declined(key), player.as_str());
        type Found = (Option<String>, Option<String>, bool, bool);
        let (seat, away, is_kicked, is_declined): Found = self.shard(&key.pin)?.run_all(&ask).await?;
        let read = |seat: String| document::decode(&seat, "a seat");
        Ok(match (seat, away) {
            _ if is_declined => PlayerStatus::Declined,
            _ if is_kicked => PlayerStatus::Kicked,
            (Some(seat), _) => PlayerStatus::Seated(read(seat)?),
            (None, Some(away)) => PlayerStatus::Away(read(away)?),
            (None, None) => PlayerStatus::Unknown,
        })
    }

    async fn seats(&self, key: &Key) -> Result<Vec<Seat>, StorageError> {
        let mut seats = self.seats_in(&key.pin, self.keys.seats(key)).await?;
        super::in_order(&mut seats);
        Ok(seats)
    }

    async fn kick(
        &self,
        key: &Key,
        players: &[UserId],
        block_for_ms: Option<u64>,
    ) -> Result<Vec<UserId>, StorageError> {
        let shard = self.shard(&key.pin)?;
        let mut seats: Vec<Option<Vec<u8>>> = Vec::new();
        for hash in [self.keys.seats(key), self.keys.away(key)] {
            let mut ask = redis::cmd("HMGET");
            ask.arg(hash).arg(ids(players));
            seats.extend(if players.is_empty() { Vec::new() } else { shard.run(&ask).await? });
        }
        let mut call = self.kick.prepare_invoke();
        call.key(&self.keys.of_kick(key)[..]);
        call.arg(&key.id).arg(GAME_TTL_SECONDS).arg(block_for_ms.map(|ms| ms.to_string()).unwrap_or_default());
        // A damaged seat keeps nobody else from being kicked.
        for seat in readable::<Seat, Vec<_>>(seats.iter().flatten().map(|text| document::decode(text, "a seat"))) {
            call.arg(seat.id.as_str()).arg(quiz::nickname::skeleton(&seat.name));
        }
        let gone: Vec<String> = shard.invoke(&call).await?;
        Ok(gone.iter().filter_map(|player| UserId::parse(player).ok()).collect())
    }

    async fn pardon(&self, key: &Key) -> Result<(), StorageError> {
        Ok(self.shard(&key.pin)?.run(&Cmd::del(self.keys.blocked(key))).await?)
    }

    async fn entrance(&self, key: &Key) -> Result<Entrance, StorageError> {
        let mut ask = redis::pipe();
        ask.hvals(self.keys.waiting(key)).hvals(self.keys.blocked(key)).cmd("TIME");
        type Found = (Vec<Vec<u8>>, Vec<Vec<u8>>, (u64, u64));
        let (waiting, blocked, (seconds, micros)): Found = self.shard(&key.pin)?.run_all(&ask).await?;
        let now = seconds * 1000 + micros / 1000;
        let waiting = super::waiting_at(&waiting, now);
        let blocked: Vec<u64> = readable(blocked.iter().map(|until| document::decode(until, "the end of a block")));
        Ok(Entrance { waiting, blocked: blocked.into_iter().filter(|until| *until > now).count() })
    }

    async fn admit(&self, key: &Key, players: &[UserId]) -> Result<(), StorageError> {
        self.judge(key, players, &[self.keys.admitted(key)]).await
    }

    async fn decline(&self, key: &Key, players: &[UserId]) -> Result<(), StorageError> {
        let sets = [self.keys.kicked(key), self.keys.declined(key)];
        if players.is_empty() { Ok(()) } else { self.judge(key, players, &sets).await }
    }

    async fn answer(
        &self,
        key: &Key,
        player: &UserId,
        question: usize,
        answer: &Answer,
    ) -> Result<AnswerOutcome, StorageError> {
        self.take_answer(key, player, question, answer).await
    }

    async fn answers(&self, key: &Key, question: usize) -> Result<BTreeMap<UserId, RecordedAnswer>, StorageError> {
        self.stored_answers(key, question).await?.into_iter().map(recorded_answer).collect()
    }

    async fn readable_answers(
        &self,
        key: &Key,
        question: usize,
    ) -> Result<BTreeMap<UserId, RecordedAnswer>, StorageError> {
        Ok(readable(self.stored_answers(key, question).await?.into_iter().map(recorded_answer)))
    }

    async fn answerers(&self, key: &Key, question: usize) -> Result<HashSet<UserId>, StorageError> {
        let players: Vec<Vec<u8>> = self.shard(&key.pin)?.run(&Cmd::hkeys(self.keys.answers(key, question))).await?;
        Ok(readable(players.into_iter().map(answerer)))
    }

    async fn answer_of(
        &self,
        key: &Key,
        player: &UserId,
        question: usize,
    ) -> Result<Option<RecordedAnswer>, StorageError> {
        let ask = Cmd::hget(self.keys.answers(key, question), player.as_str());
        let answer_json: Option<String> = self.shard(&key.pin)?.run(&ask).await?;
        answer_json.map(|json| document::decode(&json, "an answer")).transpose()
    }

    async fn turnout(&self, key: &Key, question: usize) -> Result<Turnout, StorageError> {
        let mut ask = redis::pipe();
        ask.hlen(self.keys.answers(key, question)).hlen(self.keys.seats(key));
        let (answered, players) = self.shard(&key.pin)?.run_all(&ask).await?;
        Ok(Turnout { answered, players })
    }

    async fn counted(&self, key: &Key, question: usize) -> Result<BTreeMap<UserId, Seat>, StorageError> {
        let seats = self.seats_in(&key.pin, self.keys.counted(key, question)).await?;
        Ok(seats.into_iter().map(|seat| (seat.id.clone(), seat)).collect())
    }

    async fn note_stored_results(&self, key: &Key, stored_progress: u64) -> Result<(), StorageError> {
        let mut call = self.note_stored_results.prepare_invoke();
        call.key(self.keys.game(&key.pin)).arg(&key.id).arg(stored_progress);
        self.shard(&key.pin)?.invoke::<u64>(&call).await?;
        Ok(())
    }

    async fn hand_over(&self, key: &Key, code: &str, good_for_ms: u64) -> Result<(), StorageError> {
        Ok(self.shard(&key.pin)?.run(&Cmd::pset_ex(self.keys.code(key, code), 1, good_for_ms)).await?)
    }

    async fn take_over(
        &self,
        key: &Key,
        code: &str,
        host: &HostId,
        name: &Name,
    ) -> Result<TakeOverOutcome, StorageError> {
        let mut call = self.take_over.prepare_invoke();
        call.key(self.keys.game(&key.pin)).key(self.keys.code(key, code)).key(self.keys.hosts(key));
        call.arg(&key.id)
            .arg(host.as_str())
            .arg(super::host_head(host, name))
            .arg(limits::ADDED_HOSTS)
            .arg(GAME_TTL_SECONDS);
        let became: String = self.shard(&key.pin)?.invoke(&call).await?;
        Ok(match became.as_str() {
            "yes" => TakeOverOutcome::Yes,
            "full" => TakeOverOutcome::Full,
            _ => TakeOverOutcome::WrongCode,
        })
    }

    async fn hosts(&self, key: &Key) -> Result<Vec<AddedHost>, StorageError> {
        let all: Vec<String> = self.shard(&key.pin)?.run(&Cmd::hvals(self.keys.hosts(key))).await?;
        let hosts = all.iter().map(|text| document::decode::<AddedHost>(text, "a host"));
        let mut hosts = hosts.collect::<Result<Vec<_>, _>>()?;
        hosts.sort_by(|one, other| (one.since, &one.id).cmp(&(other.since, &other.id)));
        Ok(hosts)
    }

    async fn remove_host(&self, key: &Key, host: &HostId) -> Result<bool, StorageError> {
        Ok(self.shard(&key.pin)?.run(&Cmd::hdel(self.keys.hosts(key), host.as_str())).await?)
    }

    async fn count_try(&self, who: &str) -> Result<u64, StorageError> {
        let (shard, key) = self.counter(who)?;
        let mut count = redis::pipe();
        count.incr(&key, 1).cmd("EXPIRE").arg(&key).arg(MINUTE).arg("NX").ignore();
        let (tries,): (u64,) = shard.run_all(&count).await?;
        Ok(tries)
    }

    async fn tries(&self, who: &str) -> Result<u64, StorageError> {
        let (shard, key) = self.counter(who)?;
        Ok(shard.run::<Option<u64>>(&Cmd::get(key)).await?.unwrap_or(0))
    }
}

fn ids(players: &[UserId]) -> Vec<&str> {
    players.iter().map(UserId::as_str).collect()
}

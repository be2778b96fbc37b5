//! What happens in each room: which Redis keeps it, what its people are told,
//! whether every node serves it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use futures::future::try_join_all;
use protocol::{Epoch, MessageId, RoomId};
use tokio::time::sleep;

use super::redis::epochs;
use crate::crowd::Visitor;
use crate::crowd::session::Session;
use crate::play::Play;
use crate::stage::Node;

/// Only a failure waits for this.
const PATIENCE: Duration = Duration::from_secs(40);

/// Which rooms one Redis server keeps, as it says itself, and which it does not.
pub(super) struct RoomsOfRedis {
    pub(super) touched: Vec<RoomId>,
    pub(super) elsewhere: Vec<RoomId>,
}

impl RoomsOfRedis {
    pub(super) async fn of(play: &Play, server: usize) -> Result<Self> {
        let there = play.stage.redis_servers[server].rooms().await?;
        let (touched, elsewhere): (Vec<_>, Vec<_>) =
            play.crowd.rooms.iter().cloned().partition(|room| there.contains(room));
        ensure!(!touched.is_empty() && !elsewhere.is_empty(), "all rooms are on one Redis: {} here", touched.len());
        Ok(Self { touched, elsewhere })
    }
}

/// What people in each room have received so far.
#[derive(Clone, Debug)]
pub(super) struct RoomCounts {
    pub(super) acknowledged: HashMap<RoomId, usize>,
    /// How many messages were refused in each room, for whatever reason.
    pub(super) refused: HashMap<RoomId, u64>,
    /// Those because the log is away.
    pub(super) unavailable: HashMap<RoomId, u64>,
}

impl RoomCounts {
    pub(super) fn of(play: &Play) -> Self {
        let rooms = || play.crowd.rooms.iter().cloned();
        let acknowledged = rooms().map(|room| (room.clone(), play.ledger.acknowledged_in(&room))).collect();
        let zeroes: HashMap<_, _> = rooms().map(|room| (room, 0)).collect();
        let mut talk = Self { acknowledged, refused: zeroes.clone(), unavailable: zeroes };
        for client in play.crowd.clients() {
            let diary = client.diary();
            let unavailable = diary.refused.get("unavailable").copied().unwrap_or_default();
            *talk.refused.entry(client.room.clone()).or_default() += diary.refused.values().sum::<u64>();
            *talk.unavailable.entry(client.room.clone()).or_default() += unavailable;
        }
        talk
    }
}

/// In how many of the rooms something is so.
pub(super) fn count(rooms: &[RoomId], is_so: impl Fn(&RoomId) -> bool) -> u64 {
    rooms.iter().filter(|room| is_so(room)).count() as u64
}

/// How long messages took in these rooms, since the last call.
pub(super) fn delays(play: &Play, rooms: &[RoomId]) -> Vec<Duration> {
    rooms.iter().flat_map(|room| play.ledger.take_delays_in(room)).collect()
}

/// The epoch of each room's log.
pub(super) async fn epochs_by_room(play: &Play) -> Result<HashMap<RoomId, Epoch>> {
    Ok(play.crowd.rooms.iter().cloned().zip(epochs(play).await?).collect())
}

/// Waits until somebody in every room was told that a new message is in the log.
pub(super) async fn all_acknowledged(play: &Play, from: &RoomCounts) -> Result<()> {
    let begin = Instant::now();
    loop {
        let is_silent = |room: &RoomId| play.ledger.acknowledged_in(room) == from.acknowledged[room];
        let silent = count(&play.crowd.rooms, is_silent);
        if silent == 0 {
            return Ok(());
        }
        ensure!(begin.elapsed() < PATIENCE, "nothing is acknowledged in {silent} rooms");
        sleep(Duration::from_millis(50)).await;
    }
}

/// On every node somebody new comes into each of these rooms and says
/// something there; waits until all of them could.
pub(super) async fn all_serve(play: &Play, rooms: &[RoomId]) -> Result<Duration> {
    let begin = Instant::now();
    try_join_all(play.stage.nodes.iter().map(|node| serves(play, node, rooms))).await?;
    Ok(begin.elapsed())
}

async fn serves(play: &Play, node: &Node, rooms: &[RoomId]) -> Result<()> {
    let session = Session::open(&play.stage.load_balancer, 0).await?;
    let begin = Instant::now();
    for room in rooms {
        while let Err(error) = visit(node, &session, room).await {
            if begin.elapsed() > PATIENCE {
                bail!("{room} at {}: {error:#}", node.address());
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

async fn visit(node: &Node, session: &Session, room: &RoomId) -> Result<()> {
    let mut visitor = Visitor::at(node.address(), session).await?;
    visitor.join(room, None).await?;
    let id = MessageId::parse("hello")?;
    visitor.say(room, &id, "Hello").await?;
    let answer = visitor.answer(&id).await?;
    ensure!(answer.is_ok(), "refused: {answer:?}");
    Ok(())
}

pub(super) fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    let at = (times.len() * 99).div_ceil(100).saturating_sub(1);
    times.get(at).copied().unwrap_or_default()
}

//! Compares who is in a room, as the nodes say, with who really is.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use protocol::limits::MEMBERS_PER_FRAME;
use protocol::{RoomId, RoomPreview, UserId, wire};
use tokio::time::sleep;

use crate::play::Play;
use crate::stage::http;
use crate::verdict::Verdict;

/// After any mix of faults every node knows who is there, within this time.
const RIGHT_WITHIN: Duration = Duration::from_secs(20);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Every node says of every room that exactly the living are in it, soon.
pub async fn right(play: &Play, verdict: &mut Verdict) {
    let begin = Instant::now();
    loop {
        let Err(error) = all_right(play).await else { break };
        if begin.elapsed() > RIGHT_WITHIN {
            return verdict.must(false, || format!("presence after {RIGHT_WITHIN:?}: {error:#}"));
        }
        sleep(Duration::from_millis(100)).await;
    }
    verdict.time("presence right after", begin.elapsed());
}

async fn all_right(play: &Play) -> Result<()> {
    for room in &play.crowd.rooms {
        let here = play.crowd.clients().iter().filter(|client| client.room == *room);
        let living: BTreeSet<UserId> = here.map(|client| client.me.clone()).collect();
        let nodes = play.stage.nodes.iter().filter(|node| node.is_running());
        try_join_all(nodes.map(|node| node_right(node.address(), room, &living))).await?;
    }
    Ok(())
}

async fn node_right(node: SocketAddr, room: &RoomId, living: &BTreeSet<UserId>) -> Result<()> {
    let preview = preview(node, room).await?;
    let told: BTreeSet<UserId> = preview.members.into_iter().map(|member| member.id).collect();
    let ghosts: Vec<_> = told.difference(living).collect();
    let missing: Vec<_> = living.difference(&told).collect();
    ensure!(preview.member_count == living.len(), "{room} at {node}: {}, not {}", preview.member_count, living.len());
    ensure!(ghosts.is_empty(), "{room} at {node}: {ghosts:?} are not there");
    ensure!(missing.is_empty() || living.len() > MEMBERS_PER_FRAME, "{room} at {node}: without {missing:?}");
    Ok(())
}

/// What a node says of a room.
///
/// # Errors
/// It does not answer.
pub async fn preview(node: SocketAddr, room: &RoomId) -> Result<RoomPreview> {
    let answer = http::post(node, "/api/preview", &format!("room={room}"), None, ANSWER_WITHIN).await?;
    ensure!(answer.status == 200, "a preview answers {}", answer.status);
    wire::decode(&answer.body).context("a preview cannot be read")
}

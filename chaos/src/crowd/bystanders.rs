//! Many people who are in a room and read on, and whose clients record nothing.
//!
//! A thousand diaries of everybody who came are a million lines: what a large
//! room costs the nodes would drown in what it costs its clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use futures::StreamExt;
use protocol::RoomId;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tokio::time::{Duration, sleep};

use super::session::Session;
use super::visitor::Visitor;
use crate::stage::{LoadBalancer, Task};

/// Those who come in at once.
const MAX_CONCURRENT_JOINS: usize = 64;
/// A node that is asked too much at once is asked again.
const TRIES: usize = 20;

/// People in one room. Dropped, they are all cut.
pub struct Bystanders {
    _lives: Vec<Task>,
    gone: Arc<AtomicUsize>,
}

impl Bystanders {
    /// So many come into `room` and read whatever comes, without looking.
    ///
    /// # Errors
    /// One of them does not get in.
    pub async fn gather(load_balancer: &LoadBalancer, room: &RoomId, people: usize, seed: u64) -> Result<Self> {
        let gone = Arc::new(AtomicUsize::new(0));
        let coming = (0..people).map(|number| {
            let rng = SmallRng::seed_from_u64(seed.wrapping_add(number as u64));
            enter(load_balancer, room, rng, gone.clone())
        });
        let mut coming = futures::stream::iter(coming).buffer_unordered(MAX_CONCURRENT_JOINS);
        let mut lives = Vec::with_capacity(people);
        while let Some(life) = coming.next().await {
            lives.push(life?);
        }
        drop(coming);
        Ok(Self { _lives: lives, gone })
    }

    /// How many have lost their connection.
    pub fn gone(&self) -> usize {
        self.gone.load(Ordering::Relaxed)
    }
}

async fn enter(load_balancer: &LoadBalancer, room: &RoomId, mut rng: SmallRng, gone: Arc<AtomicUsize>) -> Result<Task> {
    let mut tries = 0;
    let mut visitor = loop {
        match arrive(load_balancer, room, &mut rng).await {
            Ok(visitor) => break visitor,
            Err(error) if tries == TRIES => return Err(error).context("a bystander does not get in"),
            Err(_) => tries += 1,
        }
        sleep(Duration::from_millis(200)).await;
    };
    Ok(Task::spawn(async move {
        visitor.read_to_the_end().await;
        gone.fetch_add(1, Ordering::Relaxed);
    }))
}

async fn arrive(load_balancer: &LoadBalancer, room: &RoomId, rng: &mut SmallRng) -> Result<Visitor> {
    let session = Session::open(load_balancer, rng.next_u32()).await?;
    let (stream, node) = load_balancer.connect(rng.next_u32()).await?;
    let mut visitor = Visitor::over(stream, node, &session).await?;
    visitor.join(room, None).await?;
    Ok(visitor)
}

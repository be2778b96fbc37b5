//! Who a client is: the same person on every node, by a cookie.

use anyhow::{Context, Result, ensure};
use protocol::{Member, UserId, wire};

use crate::stage::LoadBalancer;

/// The session of one person, by its cookie.
#[derive(Clone, Debug)]
pub struct Session {
    /// What a request brings along.
    pub cookie: String,
    /// The user id that the cookie stands for.
    pub me: UserId,
}

impl Session {
    /// Becomes somebody new, as a browser does by its first request.
    ///
    /// # Errors
    /// No node answers.
    pub async fn open(load_balancer: &LoadBalancer, random: u32) -> Result<Self> {
        let answer = load_balancer.post("/api/viewer", "", None, random).await?;
        ensure!(answer.status == 200, "the viewer cannot be told: {}", answer.status);
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        let viewer: Member = wire::decode(&answer.body).context("the viewer cannot be read")?;
        Ok(Self { cookie: cookie.context("no session came")?.to_owned(), me: viewer.id })
    }
}

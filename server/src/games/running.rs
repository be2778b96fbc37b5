//! The list of running games that somebody hosts, so that they can go back to them.

use futures::future::join_all;
use protocol::game::{Phase, RunningGame};
use protocol::{Pin, UserId};

use super::{Games, results};
use crate::session::HostRole;

/// How many games one list looks up at most; the latest ones.
const LOOKED_FOR: usize = 50;

impl Games {
    /// Of the games of these PINs, those that have not ended and whose token proves a host. Those that cannot
    /// be reached now are left out.
    pub async fn running(&self, tokens: &[(Pin, String)]) -> Vec<RunningGame> {
        // Browsers send the newest cookie last.
        let latest = tokens.iter().rev().take(LOOKED_FOR);
        let found = join_all(latest.map(|(pin, token)| self.hosted_by(pin, token))).await;
        let mut running: Vec<_> = found.into_iter().flatten().collect();
        running.sort_by(|one, other| (&one.title, one.pin.as_str()).cmp(&(&other.title, other.pin.as_str())));
        running
    }

    /// The title of the game with that PIN and id, while it goes on and the person has a seat in it.
    pub async fn played_by(&self, pin: &Pin, game: &str, person: &UserId) -> Option<String> {
        let loaded = self.store.load(pin).await.ok()?.filter(|loaded| loaded.key.id == game)?;
        if loaded.state.phase == Phase::Ended
            || !self.store.player_status(&loaded.key, person).await.ok()?.is_in_class()
        {
            return None;
        }
        Some(self.round_quiz(&loaded).await.ok()?.quiz.quiz.title.clone())
    }

    /// The game of a PIN, if it goes on and the token proves a host.
    async fn hosted_by(&self, pin: &Pin, token: &str) -> Option<RunningGame> {
        let loaded = self.store.load(pin).await.ok()??;
        let role = self.host_role(&loaded.key, &[token.to_owned()]).await.ok()??;
        let state = &loaded.state;
        if state.phase == Phase::Ended {
            return None;
        }
        let quiz = &self.round_quiz(&loaded).await.ok()?.quiz.quiz;
        let players = self.store.turnout(&loaded.key, 0).await.ok()?.players;
        let is_own = role == HostRole::Owner;
        let results = if is_own && !state.tallies.is_empty() { results::id_of(&loaded).ok() } else { None };
        Some(RunningGame {
            pin: pin.clone(),
            title: quiz.title.clone(),
            round: state.round,
            phase: state.phase,
            at: state.at,
            questions: quiz.questions.len(),
            players,
            is_own,
            results,
        })
    }
}

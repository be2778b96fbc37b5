//! What a host does: begins or opens a game, and leads it.

use protocol::game::GameServerMessage;
use protocol::game::frame::{Admit, Again, Code, Open};
use protocol::{ErrorCode, QuizId, Refusal};

use super::{GameHandler, send};
use crate::games::{GameSnapshot, JoinedGame, Key, PlayAgain, not_host};
use crate::quota::Payer;
use crate::session::HostRole;

impl GameHandler {
    pub(super) async fn create(&mut self, quiz: &QuizId) -> Result<(), Refusal> {
        if !self.credentials.may_write {
            return Err(Refusal::new(
                ErrorCode::NotHost,
                "Only authors begin games here. Enter the authors' key first.",
            ));
        }
        let key = self.games().begin(&self.payer(), quiz).await?;
        self.note_host(&key, &HostRole::Owner);
        self.host(&key, HostRole::Owner).await
    }

    pub(super) async fn open(&mut self, open: Open, loaded: &GameSnapshot) -> Result<(), Refusal> {
        let key = &loaded.key;
        let tokens: Vec<_> = self.credentials.hosts.iter().cloned().chain(open.token).collect();
        let role = match self.games().host_role(key, &tokens).await? {
            Some(role) => role,
            None => {
                let code = open.code.ok_or_else(not_host)?;
                self.games().take_over(key, &code, &self.member, self.credentials.address).await?
            }
        };
        self.note_host(key, &role);
        self.host(key, role).await
    }

    pub(super) async fn again(&self, again: Again) -> Result<(), Refusal> {
        let joined = self.joined_game()?;
        let role = joined.host_role().await?;
        let request = PlayAgain { role, version: again.version, quiz: again.quiz.as_ref(), by: &self.payer() };
        self.games().again(joined.key(), request).await
    }

    pub(super) async fn admit(&self, admit: Admit) -> Result<(), Refusal> {
        let joined = self.hosting().await?;
        match (admit.all, admit.players) {
            (true, _) => self.games().admit(joined.key(), &[]).await,
            (false, players) if players.is_empty() => Err(Refusal::new(ErrorCode::Invalid, "Say whom to let in.")),
            (false, players) => self.games().admit(joined.key(), &players).await,
        }
    }

    pub(super) async fn hand_over(&self) -> Result<(), Refusal> {
        let (code, good_for_ms) = self.games().hand_over(self.hosting().await?.key()).await?;
        send(&self.outbox, &GameServerMessage::Code(Code { code, good_for_ms }));
        Ok(())
    }

    /// The game that this connection hosts.
    ///
    /// # Errors The refusal: in no game, no host, or one who was removed or signed out meanwhile.
    pub(super) async fn hosting(&self) -> Result<&JoinedGame, Refusal> {
        let joined = self.joined_game()?;
        joined.host_role().await?;
        Ok(joined)
    }

    async fn host(&mut self, key: &Key, role: HostRole) -> Result<(), Refusal> {
        let games = self.games().clone();
        let entered = games.enter_as_host(key, role, &self.member, self.outbox.clone()).await?;
        self.switch_to(entered);
        Ok(())
    }

    fn payer(&self) -> Payer {
        let person = self.member.id.clone();
        Payer { person, address: Some(self.credentials.address), is_known: self.credentials.has_key }
    }

    /// Lets this connection come back to the game without a token. Only for its latest games: otherwise one
    /// connection could fill the memory.
    fn note_host(&mut self, key: &Key, role: &HostRole) {
        let token = self.service.sessions.host_token(&key.pin, &key.id, role);
        self.credentials.add_host(token);
    }
}

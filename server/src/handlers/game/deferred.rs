//! The frames that are handled one after the other: which game each is about, and which call of `games` it makes.

use protocol::game::GameClientMessage;
use protocol::{Pin, Refusal};
use quiz::Command;
use realtime::presence::Departure;

use super::{DeferredFrame, GameHandler};
use crate::games::{GameSnapshot, Seeker, no_game};

impl GameHandler {
    /// Finds the game that a frame enters; `None` for a frame that enters none.
    pub(super) async fn find_for(&self, message: &GameClientMessage) -> Option<Result<GameSnapshot, Refusal>> {
        let address = self.credentials.address;
        match message {
            GameClientMessage::Open(open) => {
                let mut hosts = self.credentials.hosts.clone();
                hosts.extend(open.token.clone());
                // A seat must not make guessing codes faster.
                let person = open.code.is_none().then_some(&self.member.id);
                Some(self.find(&open.pin, Seeker { address, person, hosts: &hosts, seat: None }).await)
            }
            GameClientMessage::Join(join) => {
                let (person, seat) = (Some(&self.member.id), join.seat.as_deref());
                let hosts = &self.credentials.hosts;
                Some(self.find(&join.pin, Seeker { address, person, hosts, seat }).await)
            }
            _ => None,
        }
    }

    async fn find(&self, pin: &Pin, seeker: Seeker<'_>) -> Result<GameSnapshot, Refusal> {
        self.games().find(pin, seeker).await
    }

    /// Does what the frame asks for.
    ///
    /// # Errors The refusal to answer with.
    pub(super) async fn handle(&mut self, DeferredFrame { message, found }: DeferredFrame) -> Result<(), Refusal> {
        use GameClientMessage as M;
        // `prepare` found the game of every frame that needs one.
        let found = found.map_or_else(|| Err(no_game()), |found| *found);
        let (version, command) = match message {
            M::Create(create) => return self.create(&create.quiz).await,
            M::Open(open) => return self.open(open, &found?).await,
            M::Join(join) => return self.join(join, &found?).await,
            M::Kick(kick) => {
                let block = kick.block;
                return self.games().kick(self.hosting().await?.key(), &kick.whom(), block).await;
            }
            M::Rename(rename) => {
                return self.games().rename(self.hosting().await?.key(), &rename.player, &rename.nickname).await;
            }
            M::Pardon => return self.games().pardon(self.hosting().await?.key()).await,
            M::Admit(admit) => return self.admit(admit).await,
            M::Decline(decline) => return self.games().decline(self.hosting().await?.key(), &decline.players).await,
            M::RemoveHost(remove) => return self.games().remove_host(self.hosting().await?.key(), &remove.host).await,
            M::HandOver => return self.hand_over().await,
            M::Again(again) => return self.again(again).await,
            M::Leave => {
                self.leave(Departure::Clean);
                return Ok(());
            }
            M::Start(step) => (step.version, Command::Start),
            M::Next(step) => (step.version, Command::Next),
            M::Skip(step) => (step.version, Command::Skip),
            M::Pause(step) => (step.version, Command::Pause),
            M::Resume(step) => (step.version, Command::Resume),
            M::Reveal(step) => (step.version, Command::Reveal),
            M::End(step) => (step.version, Command::End),
            M::Extend(extend) => (None, Command::Extend(extend.seconds)),
            M::Lock(lock) => (None, Command::Lock(lock.locked)),
            M::Admission(set) => (None, Command::Admission(set.admission)),
            M::Chat(chat) => (None, Command::Chat(chat.open)),
            // Done in `on_frame`.
            M::Answer(_) | M::Ping => return Ok(()),
        };
        self.games().step(self.hosting().await?.key(), version, &command).await
    }
}

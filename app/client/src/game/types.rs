//! What a [`super::GameClient`] is asked for and what it tells.

use crate::connection::Status;
use protocol::error::Refusal;
use protocol::game::frame::{
    Admit, Again, Answered, Changed, Chat, Code, Count, Decline, Entrance, Extend, Hosting, Hosts, Joined, Kick, Lock,
    Players, RemoveHost, Rename, Renamed, SetAdmission, Step, SubmittedAnswer,
};
use protocol::game::{Admission, GameClientMessage, Outcome};
use protocol::id::{HostId, Pin, QuizId, UserId};

/// How a client of a game begins.
#[derive(Clone, Debug, PartialEq)]
pub struct GameOptions {
    /// The PIN of the game.
    pub pin: Pin,
    /// How the game is entered.
    pub entry: Entry,
    /// An answer of an earlier visit without a result.
    pub pending_answer: Option<SubmittedAnswer>,
}

/// How a game is entered. Browsers prove their right by cookies; other clients by the token that the server
/// sent, which the client remembers by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// As a player, with a seat.
    Player {
        /// The nickname; not needed with a seat.
        nickname: Option<String>,
        /// The token of the seat, for clients without cookies.
        seat: Option<String>,
    },
    /// As a host, by a right.
    Host {
        /// The host's token, for clients without cookies.
        token: Option<String>,
        /// The code that another host got.
        code: Option<String>,
    },
}

/// A command of a host. Those that advance the game are meant for the version that is shown, and done once
/// however often they are pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostStep {
    /// Goes from the lobby to the first question.
    Start,
    /// Goes one step further.
    Next,
    /// Skips the rest of this question, or the places.
    Skip,
    /// Stops the question's clock.
    Pause,
    /// Lets the clock run again.
    Resume,
    /// Closes the question and shows the right answer.
    Reveal,
    /// Goes to the podium, and from it to the end.
    End,
    /// Plays again with the same class: this quiz, or with `None` the same one.
    Again(Option<QuizId>),
    /// Adds so many seconds, 1 to 600; `None` removes the limit.
    Extend(Option<u32>),
    /// Removes players for good.
    Kick {
        /// The ids of the players.
        players: Vec<UserId>,
        /// Whether the networks that they came from are blocked for a while.
        block: bool,
    },
    /// Gives a player another name.
    Rename {
        /// The player who gets the name.
        player: UserId,
        /// The new nickname, as typed.
        nickname: String,
    },
    /// Ends all blocks of networks.
    Pardon,
    /// Decides whether newcomers enter at once.
    Admission(Admission),
    /// Admits these of those who wait; an empty list means all.
    Admit(Vec<UserId>),
    /// Declines these of those who wait.
    Decline(Vec<UserId>),
    /// Locks (`true`) or unlocks the game for newcomers.
    Lock(bool),
    /// Opens or closes the class chat.
    Chat(bool),
    /// Asks for a code that makes somebody else a host.
    HandOver,
    /// Removes an added host.
    RemoveHost(HostId),
}

impl HostStep {
    /// The frame of the command, for the game at `version`.
    pub(super) fn frame(&self, version: Option<u64>) -> GameClientMessage {
        use GameClientMessage as M;
        let step = Step { version };
        match self {
            Self::Start => M::Start(step),
            Self::Next => M::Next(step),
            Self::Skip => M::Skip(step),
            Self::Pause => M::Pause(step),
            Self::Resume => M::Resume(step),
            Self::Reveal => M::Reveal(step),
            Self::End => M::End(step),
            Self::Again(quiz) => M::Again(Again { version, quiz: quiz.clone() }),
            Self::Extend(seconds) => M::Extend(Extend { seconds: *seconds }),
            Self::Kick { players, block } => M::Kick(Kick { player: None, players: players.clone(), block: *block }),
            Self::Rename { player, nickname } => {
                M::Rename(Rename { player: player.clone(), nickname: nickname.clone() })
            }
            Self::Pardon => M::Pardon,
            Self::Admission(admission) => M::Admission(SetAdmission { admission: *admission }),
            Self::Admit(players) => M::Admit(Admit { all: players.is_empty(), players: players.clone() }),
            Self::Decline(players) => M::Decline(Decline { players: players.clone() }),
            Self::RemoveHost(host) => M::RemoveHost(RemoveHost { host: host.clone() }),
            Self::Lock(locked) => M::Lock(Lock { locked: *locked }),
            Self::Chat(open) => M::Chat(Chat { open: *open }),
            Self::HandOver => M::HandOver,
        }
    }

    /// Whether a frame shows that it was done; for most commands, the next version of the game does.
    pub(super) fn is_confirmed_by(&self, by: Confirmation) -> bool {
        match self {
            Self::Kick { .. } | Self::Rename { .. } => matches!(by, Confirmation::Players),
            Self::Pardon | Self::Admit(_) | Self::Decline(_) => matches!(by, Confirmation::Entrance),
            Self::RemoveHost(_) => matches!(by, Confirmation::Hosts),
            Self::HandOver => matches!(by, Confirmation::Code),
            _ => matches!(by, Confirmation::Game),
        }
    }

    /// Whether its frame contains a version.
    pub(super) fn is_of_version(&self) -> bool {
        use HostStep as S;
        let is_step = matches!(self, S::Start | S::Next | S::Skip | S::Pause | S::Resume | S::Reveal | S::End);
        is_step || matches!(self, S::Again(_))
    }
}

/// What a frame shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Confirmation {
    Game,
    Players,
    Entrance,
    Hosts,
    Code,
}

/// A request of the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Enter with the cookies of the browser.
    Start,
    /// Begin, or begin again, under this nickname.
    Enter(String),
    /// The player answers. The first answer to a question counts.
    Answer(SubmittedAnswer),
    /// The host gives a command.
    Step(HostStep),
}

/// What the driver has to do besides the connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Store the answer where a reload of the page finds it; `None` removes it.
    StoreAnswer(Option<SubmittedAnswer>),
}

/// An event for the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The status of the connection.
    Status(Status),
    /// The client is in the game as a player: replace everything that is shown.
    Joined(Joined),
    /// The client is a host of the game: replace everything that is shown.
    Hosting(Hosting),
    /// The game has changed; never to an earlier version.
    Changed(Changed),
    /// An answer is under way, or will be when the connection is back.
    AnswerPending(SubmittedAnswer),
    /// The result of an answer.
    Answered(Answered),
    /// An answer was refused; another one may be given.
    AnswerRefused(Refusal),
    /// The outcome of a question for this player.
    Outcome(Outcome),
    /// This player's new nickname.
    Renamed(Renamed),
    /// The players; for hosts.
    Players(Players),
    /// Who waits to be admitted, and how many networks are blocked; for hosts.
    Entrance(Entrance),
    /// The added hosts; for hosts.
    Hosts(Hosts),
    /// How many have answered the open question.
    Count(Count),
    /// Whether a host is connected; for players.
    HostPresence(bool),
    /// The code that was asked for.
    Code(Code),
    /// Whether the game's log is available; until this comes, it is.
    Availability(bool),
    /// The person waits until a host admits them; the client goes on asking.
    AwaitingAdmission(Refusal),
    /// Entering was refused, and another nickname is needed; the client rests until [`Command::Enter`].
    NicknameRefused(Refusal),
    /// The game cannot be entered: there is none, or the person is no host of it or was kicked.
    /// The client has ended.
    AccessDenied(Refusal),
    /// Another refusal, to be shown.
    Error(Refusal),
}

//! What goes into a [`super::GameClient`] and what comes out.

use crate::connection::{Status, Timer};
use protocol::error::Refusal;
use protocol::game::frame::{
    Admit, Again, Answered, Changed, Chat, Code, Count, Decline, Entrance, Extend, GameServerMessage, GivenAnswer,
    Hosting, Hosts, Joined, Kick, Lock, Players, RemoveHost, Rename, Renamed, SetAdmission, Step,
};
use protocol::game::{Admission, GameClientMessage, Outcome};
use protocol::id::{HostId, Pin, QuizId, UserId};

/// Where a link begins.
#[derive(Clone, Debug, PartialEq)]
pub struct GameOptions {
    /// Which game.
    pub pin: Pin,
    /// As what it is entered.
    pub entry: Entry,
    /// An answer of an earlier visit of which it is not known whether it counts.
    pub kept: Option<GivenAnswer>,
}

/// As what a game is entered. Browsers prove who they are by their cookies;
/// others by what the server told them, which a link notes by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// As a player.
    Player {
        /// What to be called; not needed by who has a seat already.
        nickname: Option<String>,
        /// The seat, where cookies are not kept.
        seat: Option<String>,
    },
    /// As a host.
    Host {
        /// The host's token, where cookies are not kept.
        token: Option<String>,
        /// The code that another host was given.
        code: Option<String>,
    },
}

/// Something that a host does. What moves the game on is meant for the game
/// as it is shown, and done once however often it is pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostStep {
    /// From the lobby to the first question.
    Start,
    /// One step on.
    Next,
    /// Past the rest of this question, or past the places.
    Skip,
    /// Stops the clock.
    Pause,
    /// Lets it run again.
    Resume,
    /// Takes no more answers and shows what is right.
    Reveal,
    /// To the podium, and from it to the end.
    End,
    /// Plays again with the same class: another quiz, or the same one.
    Again(Option<QuizId>),
    /// So many seconds more, 1 to 600; `None`: until the host goes on.
    Extend(Option<u32>),
    /// Sends players away for good.
    Kick {
        /// The players who are sent away.
        players: Vec<UserId>,
        /// Whether nobody new comes in from where they are for a while.
        block: bool,
    },
    /// Calls a player by another name.
    Rename {
        /// The player who gets the name.
        player: UserId,
        /// What they are called from now on.
        nickname: String,
    },
    /// Lets those networks in again.
    Pardon,
    /// Decides how somebody new comes in.
    Admission(Admission),
    /// Lets these in who wait; with nobody named, everybody.
    Admit(Vec<UserId>),
    /// Sends these away who wait.
    Decline(Vec<UserId>),
    /// Lets nobody new in (`true`), or does again.
    Lock(bool),
    /// Opens or closes the chat of the class.
    Chat(bool),
    /// Asks for a code that makes somebody else a host too.
    HandOver,
    /// Makes somebody who was added a host no more.
    RemoveHost(HostId),
}

impl HostStep {
    /// As a frame, meant for the game at `version`.
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

    /// What shows that it was done; of most steps, it is the next version of the game.
    pub(super) fn is_shown_by(&self, shown: Shown) -> bool {
        match self {
            Self::Kick { .. } | Self::Rename { .. } => matches!(shown, Shown::Players),
            Self::Pardon | Self::Admit(_) | Self::Decline(_) => matches!(shown, Shown::Entrance),
            Self::RemoveHost(_) => matches!(shown, Shown::Hosts),
            Self::HandOver => matches!(shown, Shown::Code),
            _ => matches!(shown, Shown::Game),
        }
    }

    /// Whether it names the version that it is meant for.
    pub(super) fn is_of_version(&self) -> bool {
        use HostStep as S;
        let is_step = matches!(self, S::Start | S::Next | S::Skip | S::Pause | S::Resume | S::Reveal | S::End);
        is_step || matches!(self, S::Again(_))
    }
}

/// What a frame shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Game,
    Players,
    Entrance,
    Hosts,
    Code,
}

/// What happened.
// Each is moved once, from the socket to the page: a box would be one more thing to allocate.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Begin: the page is shown and wants to go live.
    Start,
    /// Begin, or begin again, under this nickname.
    Enter(String),
    /// The socket is open.
    Opened,
    /// A frame came.
    Frame(GameServerMessage),
    /// The socket is gone, or could not be opened. 1006 where no code came.
    Closed {
        /// The close code.
        code: u16,
    },
    /// A wake-up that was asked for.
    Woken(Timer),
    /// The player answers. The first answer to a question counts.
    Answer(GivenAnswer),
    /// The host does something.
    Step(HostStep),
    /// The network is back, or the person looks at the page again.
    Online,
    /// The browser says the network is gone.
    Offline,
}

/// What to do; carried out in this order.
// Each is moved once, from the socket to the page: a box would be one more thing to allocate.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Open a socket; answer with [`Input::Opened`] or [`Input::Closed`].
    Connect,
    /// Drop the socket without waiting; no [`Input::Closed`] is expected.
    Drop,
    /// Send a frame.
    Send(GameClientMessage),
    /// Wake me.
    Wake {
        /// For what.
        timer: Timer,
        /// After how many milliseconds.
        after_ms: u64,
    },
    /// Do not wake me for this.
    Cancel(Timer),
    /// Keep the answer where a reload of the page finds it, or nothing.
    Keep(Option<GivenAnswer>),
    /// Tell the page.
    Tell(Event),
}

/// What a page is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// How the connection is.
    Status(Status),
    /// One is in the game as a player: everything anew.
    Joined(Joined),
    /// One is a host of the game: everything anew.
    Hosting(Hosting),
    /// The game has changed; never to an earlier version.
    Changed(Changed),
    /// An answer is on its way, or goes out when the connection is back.
    Answering(GivenAnswer),
    /// What became of an answer.
    Answered(Answered),
    /// An answer was refused; it may be given again.
    Unanswered(Refusal),
    /// What the question brought this player.
    Outcome(Outcome),
    /// What this player is called from now on.
    Renamed(Renamed),
    /// Who plays; for hosts.
    Players(Players),
    /// Who waits to be let in, and what is kept out; for hosts.
    Entrance(Entrance),
    /// Who was added as a host; for hosts.
    Hosts(Hosts),
    /// How many have answered.
    Count(Count),
    /// Whether a host is there; for players.
    HostHere(bool),
    /// The code that was asked for.
    Code(Code),
    /// Whether the game can be reached; until it is said, it can.
    Availability(bool),
    /// One waits until a host lets one in; the link goes on asking.
    Waiting(Refusal),
    /// One was not let in this time, and is asked for another nickname; the
    /// link rests until [`Input::Enter`].
    NotIn(Refusal),
    /// One cannot be in this game: there is none, one is no host of it, or was
    /// sent away. The link has ended.
    Out(Refusal),
    /// Something else was not done.
    Trouble(Refusal),
}

//! The store of a game's page: the state of [`crate::state::game`] in signals, changed by the events of a
//! [`Transport`](crate::transport::Transport) and by time.
//!
//! On the server nothing changes: there is no connector, and effects do not run.

use std::time::Duration;

use client::game::{Command, Entry, Event, GameOptions, HostStep};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender};
use leptos::prelude::*;
use leptos::reactive::spawn_local_scoped_with_cancellation;
use protocol::game::frame::{AddedHost, Code, Count, Entrance, Player, Players, SubmittedAnswer};
use protocol::game::{Answer, Game, Phase};
use protocol::{HostId, Name, Pin, Refusal};

use crate::api::games::{HostPage, PlayPage};
use crate::boxed_view::early_effect;
use crate::connect_blocker;
use crate::nickname;
use crate::state::game::{Board, ServerClock, connection_status, mark, texts, time_left};
use crate::state::{ConnectionStatus, FirstConnects};
use crate::transport::game::GameConnector;

/// How often the remaining time is updated.
const TICK: Duration = Duration::from_millis(200);
/// The value of [`GameStore::ring`] for the whole time.
pub(crate) const RING: u32 = 1000;

/// The state of a game's page in signals.
#[derive(Clone, Copy)]
pub(crate) struct GameStore {
    /// The game, and this person's part in it.
    pub(crate) board: RwSignal<Board>,
    /// The players with their points, and who is connected; empty on a player's page.
    pub(crate) players: RwSignal<Players>,
    /// How many have answered the open question.
    pub(crate) count: RwSignal<Option<Count>>,
    /// Who waits to be admitted, and how many networks are blocked; for hosts.
    pub(crate) entrance: RwSignal<Entrance>,
    /// The added hosts, whom a host can remove; empty on a player's page.
    pub(crate) hosts: RwSignal<Vec<AddedHost>>,
    /// The id of this host if it is an added one; `None` for the game's owner.
    pub(crate) added_as: RwSignal<Option<HostId>>,
    /// The code for another host, once it was asked for.
    pub(crate) code: RwSignal<Option<Code>>,
    /// What people are told about the connection.
    pub(crate) connection_status: RwSignal<ConnectionStatus>,
    /// Why this nickname was refused.
    pub(crate) nickname_refusal: RwSignal<Option<Refusal>>,
    /// The name that a host has given this player, until the game goes on.
    pub(crate) renamed_by_host: RwSignal<Option<Name>>,
    /// The server's last refusal, as a sentence.
    pub(crate) last_error: RwSignal<Option<String>>,
    /// Whole seconds until the question opens or closes; `None` without a limit.
    pub(crate) left: RwSignal<Option<u64>>,
    /// How much of the time will be left at the end of this second, of [`RING`].
    pub(crate) ring: RwSignal<u32>,
    /// The announcement of the time for screen readers.
    pub(crate) mark: RwSignal<&'static str>,
    /// Whether buttons work yet: the page is hydrated.
    pub(crate) is_hydrated: RwSignal<bool>,
    /// The PIN that the page was opened with.
    pub(crate) pin: StoredValue<Pin>,
    clock: StoredValue<ServerClock>,
    commands: StoredValue<Option<UnboundedSender<Command>>>,
    tries: StoredValue<FirstConnects>,
}

/// The state that a page begins with.
struct InitialGame {
    pin: Pin,
    entry: Entry,
    board: Board,
    players: Players,
    count: Option<Count>,
    /// The server's time when that was read; `None`: not known.
    now: Option<u64>,
    /// Whether to enter at once, or to wait for [`GameStore::enter`].
    knows_who: bool,
}

impl GameStore {
    /// The store of a player's page. Without a seat, [`Self::enter`] enters.
    pub(crate) fn play(page: PlayPage) -> Self {
        let now = page.seat.as_ref().map(|seat| seat.now);
        let knows_who = page.seat.is_some();
        Self::begin(InitialGame {
            pin: page.pin,
            entry: Entry::Player { nickname: None, seat: None },
            board: page.seat.map_or_else(|| Board::outside(page.title), Board::joined),
            players: Players { players: Vec::new(), count: 0 },
            count: None,
            now,
            knows_who,
        })
    }

    /// The store of a host's page.
    pub(crate) fn host(page: HostPage) -> Self {
        Self::begin(InitialGame {
            pin: page.pin,
            entry: Entry::Host { token: None, code: None },
            count: count(&page.game, page.answered, page.players.len()),
            board: Board::hosting(page.version, page.game),
            players: all(page.players),
            now: Some(page.now),
            knows_who: true,
        })
    }

    /// Connects if there is a connector.
    fn begin(initial: InitialGame) -> Self {
        let InitialGame { pin, entry, board, players, count, now, knows_who } = initial;
        let connector = use_context::<GameConnector>();
        let clock = now.map_or(ServerClock::new(0, 0), |now| {
            ServerClock::new(now, connector.map_or(now, |connector| (connector.now_ms)()))
        });
        let (left, ring) = now.map_or((None, RING), |now| time_shown(&board, now));
        let store = Self {
            board: RwSignal::new(board),
            players: RwSignal::new(players),
            count: RwSignal::new(count),
            entrance: RwSignal::new(Entrance::default()),
            hosts: RwSignal::new(Vec::new()),
            added_as: RwSignal::new(None),
            code: RwSignal::new(None),
            connection_status: RwSignal::new(if knows_who {
                ConnectionStatus::Connecting
            } else {
                ConnectionStatus::Resting
            }),
            nickname_refusal: RwSignal::new(None),
            renamed_by_host: RwSignal::new(None),
            last_error: RwSignal::new(None),
            left: RwSignal::new(left),
            ring: RwSignal::new(ring),
            mark: RwSignal::new(""),
            is_hydrated: RwSignal::new(false),
            pin: StoredValue::new(pin.clone()),
            clock: StoredValue::new(clock),
            commands: StoredValue::new(None),
            tries: StoredValue::new(FirstConnects::default()),
        };
        early_effect(move || {
            let Some(connector) = connector else { return };
            let transport =
                (connector.open)(GameOptions { pin: pin.clone(), entry: entry.clone(), pending_answer: None });
            store.commands.set_value(Some(transport.commands));
            store.is_hydrated.set(true);
            if knows_who {
                store.command(Command::Start);
            } else {
                store.wait_on();
            }
            spawn_local_scoped_with_cancellation(store.listen(connector, transport.events));
            store.run_clock(connector);
        });
        store
    }

    /// Goes on waiting to be admitted, after the page was loaded again.
    fn wait_on(self) {
        let title = self.board.with_untracked(|board| board.game.title.clone());
        if let Some(name) = self.pin.with_value(|pin| nickname::load_waiting(pin, &title)) {
            self.board.update(|board| board.waits = Some(texts::WAITING.into()));
            self.enter(name);
        }
    }

    /// Enters the game under a nickname.
    pub(crate) fn enter(self, nickname: String) {
        self.pin.with_value(|pin| nickname::store(pin, &nickname));
        self.nickname_refusal.set(None);
        self.last_error.set(None);
        self.command(Command::Enter(nickname));
    }

    /// Answers the question that is shown. The first answer counts.
    pub(crate) fn answer(self, answer: Answer) {
        let (at, round) = self.board.with_untracked(|board| (board.game.at, board.game.round));
        if let Some(question) = at {
            self.last_error.set(None);
            self.command(Command::Answer(SubmittedAnswer { question, answer, round: Some(round) }));
        }
    }

    /// Sends a host's command; pressed twice, it is done once.
    pub(crate) fn step(self, step: HostStep) {
        self.last_error.set(None);
        self.command(Command::Step(step));
    }

    fn command(self, command: Command) {
        self.commands.with_value(|commands| {
            if let Some(commands) = commands {
                // The client ends only with the page.
                let _ = commands.unbounded_send(command);
            }
        });
    }

    async fn listen(self, connector: GameConnector, mut events: UnboundedReceiver<Event>) {
        while let Some(event) = events.next().await {
            self.fold(&event, connector);
        }
    }

    fn fold(self, event: &Event, connector: GameConnector) {
        match event {
            Event::Joined(joined) => {
                // A count of another round is about other answers.
                if self.board.with_untracked(|board| board.game.round) != joined.game.round {
                    self.count.set(None);
                }
                self.hear_time(joined.now, connector);
                self.pin.with_value(nickname::clear);
            }
            Event::Hosting(hosting) => {
                self.hear_time(hosting.now, connector);
                self.count.set(count(&hosting.game, hosting.answered, hosting.players.len()));
                self.players.set(all(hosting.players.clone()));
                self.entrance.set(hosting.entrance.clone());
                self.added_as.set(hosting.host.clone());
                self.hear_hosts(&hosting.hosts);
            }
            Event::Entrance(entrance) => self.entrance.set(entrance.clone()),
            Event::Hosts(hosts) => self.hear_hosts(&hosts.hosts),
            Event::Players(players) => self.players.set(players.clone()),
            Event::Count(count) => self.count.set(Some(*count)),
            Event::Code(code) => self.code.set(Some(code.clone())),
            Event::Renamed(renamed) => self.renamed_by_host.set(renamed.by_host.then(|| renamed.name.clone())),
            // This player's answer was not counted in it.
            Event::AnswerPending(_) => self.count.set(None),
            Event::AwaitingAdmission(_) => self.note_waiting(),
            Event::NicknameRefused(refusal) => {
                self.pin.with_value(nickname::clear_waiting);
                self.nickname_refusal.set(Some(refusal.clone()));
            }
            Event::AccessDenied(_) => self.pin.with_value(nickname::clear),
            Event::Error(refusal) | Event::AnswerRefused(refusal) => self.last_error.set(Some(refusal.message.clone())),
            Event::Changed(changed) => {
                self.last_error.set(None);
                let (round, phase) = self.board.with_untracked(|board| (board.game.round, board.game.phase));
                if round != changed.game.round {
                    self.count.set(None);
                }
                if phase != changed.game.phase {
                    self.renamed_by_host.set(None);
                }
            }
            _ => {}
        }
        let mut connection_status = connection_status(self.connection_status.get_untracked(), event);
        if matches!(event, Event::Status(_)) {
            connection_status =
                connect_blocker::judge(self.tries, self.connection_status, connection_status, (connector.was_open)());
        }
        // Another try after an equal wait starts a new countdown.
        if connection_status != self.connection_status.get_untracked() || matches!(event, Event::Status(_)) {
            self.connection_status.set(connection_status);
        }
        self.board.maybe_update(|board| board.fold(event));
        if matches!(event, Event::Joined(_) | Event::Hosting(_) | Event::Changed(_)) {
            self.tick(connector);
        }
    }

    fn note_waiting(self) {
        let title = self.board.with_untracked(|board| board.game.title.clone());
        self.pin.with_value(|pin| nickname::store_waiting(pin, &title));
    }

    /// Hides a code after it has made somebody a host: it works once.
    fn hear_hosts(self, hosts: &[AddedHost]) {
        let is_known = |host: &AddedHost| self.hosts.with_untracked(|known| known.iter().any(|one| one.id == host.id));
        if !hosts.iter().all(is_known) {
            self.code.set(None);
        }
        self.hosts.set(hosts.to_vec());
    }

    fn hear_time(self, now: u64, connector: GameConnector) {
        let clock = self.clock.get_value().update(now, (connector.now_ms)());
        self.clock.set_value(clock);
    }

    /// Updates the remaining time as long as the page is open.
    fn run_clock(self, connector: GameConnector) {
        let ticking = set_interval_with_handle(move || self.tick(connector), TICK).ok();
        on_cleanup(move || {
            if let Some(ticking) = ticking {
                ticking.clear();
            }
        });
    }

    fn tick(self, connector: GameConnector) {
        let Some(clock) = self.clock.try_get_value() else { return };
        let now = clock.at((connector.now_ms)());
        let (left, ring) = self.board.with_untracked(|board| time_shown(board, now));
        let before = self.left.get_untracked();
        if left != before {
            self.left.set(left);
            let is_open = self.board.with_untracked(|board| board.game.phase == Phase::Open);
            let said = left.filter(|_| is_open).and_then(|left| mark(before, left)).unwrap_or_default();
            // An announcement is not withdrawn a second later; a new question withdraws it.
            if !said.is_empty() || left.is_none_or(|left| left > 10) {
                self.mark.set(said);
            }
        }
        if ring != self.ring.get_untracked() {
            self.ring.set(ring);
        }
    }
}

/// Whole seconds that are left, and how much of the ring at the end of this second: the animation takes a
/// second to get there.
fn time_shown(board: &Board, now: u64) -> (Option<u64>, u32) {
    let Some((left, whole)) = time_left(&board.game, now) else { return (None, RING) };
    let seconds = left.div_ceil(1000);
    let ring = seconds.saturating_sub(1) * 1000 * u64::from(RING) / whole;
    (Some(seconds), ring.min(u64::from(RING)) as u32)
}

fn all(players: Vec<Player>) -> Players {
    Players { count: players.len(), players }
}

fn count(game: &Game, answered: usize, players: usize) -> Option<Count> {
    game.at.map(|question| Count { question, answered, players })
}

//! The rules of reconnecting, one sentence each.

use protocol::close::CloseCode;

use super::types::LifecycleOutput;
use super::*;

/// A connection and the outputs of its last steps. The random numbers are the largest, so a wait is the limit
/// that it was drawn from.
struct Scene {
    connection: Lifecycle,
    asked: Vec<Asks>,
}

/// One output of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    Drop,
    LetGo,
    Tell(Status),
    LifecycleCommand(LifecycleCommand),
    Wake(Timer, u64),
}

impl Asks {
    fn all(output: LifecycleOutput) -> impl Iterator<Item = Self> {
        let LifecycleOutput { disconnect, cancel_timers, status, command, timer } = output;
        let timer = timer.map(|(timer, after_ms)| Self::Wake(timer, after_ms));
        let (disconnect, cancel_timers) = (disconnect.then_some(Self::Drop), cancel_timers.then_some(Self::LetGo));
        [disconnect, cancel_timers, status.map(Self::Tell), command.map(Self::LifecycleCommand), timer]
            .into_iter()
            .flatten()
    }
}

impl Scene {
    fn new() -> Self {
        Self { connection: Lifecycle::new(), asked: vec![] }
    }

    fn opening() -> Self {
        let mut scene = Self::new();
        scene.step(LifecycleInput::Start).step(LifecycleInput::Prepared).clear();
        scene
    }

    fn entering() -> Self {
        let mut scene = Self::opening();
        scene.step(LifecycleInput::Opened).clear();
        scene
    }

    fn live() -> Self {
        let mut scene = Self::entering();
        scene.step(LifecycleInput::FrameReceived).step(LifecycleInput::CaughtUp).clear();
        scene
    }

    fn behind() -> Self {
        let mut scene = Self::entering();
        scene.step(LifecycleInput::FrameReceived).step(LifecycleInput::Behind).clear();
        scene
    }

    fn waiting() -> Self {
        let mut scene = Self::live();
        scene.closed(1006).clear();
        scene
    }

    fn step(&mut self, input: LifecycleInput) -> &mut Self {
        self.asked.extend(Asks::all(self.connection.step(input, u32::MAX)));
        self
    }

    fn woken(&mut self, timer: Timer) -> &mut Self {
        self.step(LifecycleInput::TimerFired(timer))
    }

    fn closed(&mut self, code: u16) -> &mut Self {
        self.step(LifecycleInput::Closed { code })
    }

    /// The wait is over, and the next try gets as far as the room.
    fn comes_back(&mut self) -> &mut Self {
        self.woken(Timer::Connect).step(LifecycleInput::Prepared).step(LifecycleInput::Opened);
        self.step(LifecycleInput::FrameReceived).step(LifecycleInput::CaughtUp)
    }

    fn clear(&mut self) -> &mut Self {
        self.asked.clear();
        self
    }

    fn events(&self) -> Vec<Status> {
        self.asked.iter().filter_map(|asks| if let Asks::Tell(status) = asks { Some(*status) } else { None }).collect()
    }

    fn does(&self, what: Asks) -> bool {
        self.asked.contains(&what)
    }
}

fn reconnecting(retry_in_ms: u64) -> Status {
    Status::Reconnecting { retry_in_ms }
}

#[test]
fn it_opens_a_socket_once_the_link_is_prepared_and_enters_once_it_is_open() {
    let mut scene = Scene::new();
    scene.step(LifecycleInput::Start);
    assert_eq!(scene.asked, [Asks::Tell(Status::Connecting), Asks::LifecycleCommand(LifecycleCommand::Begin)]);
    scene.clear().step(LifecycleInput::Prepared);
    assert_eq!(scene.asked, [Asks::LifecycleCommand(LifecycleCommand::Connect), Asks::Wake(Timer::Silence, 10_000)]);
    scene.clear().step(LifecycleInput::Opened);
    assert_eq!(scene.asked, [Asks::LifecycleCommand(LifecycleCommand::Enter), Asks::Wake(Timer::Silence, 10_000)]);
    scene.clear().step(LifecycleInput::FrameReceived).step(LifecycleInput::CaughtUp);
    assert_eq!(
        scene.asked,
        [Asks::Wake(Timer::Silence, 26_000), Asks::Tell(Status::Live), Asks::Wake(Timer::Steady, 10_000)]
    );
}

#[test]
fn what_comes_out_of_turn_does_nothing() {
    let out_of_turn = [
        (
            Scene::new(),
            vec![LifecycleInput::Prepared, LifecycleInput::Opened, LifecycleInput::Online, LifecycleInput::Offline],
        ),
        (Scene::opening(), vec![LifecycleInput::Start, LifecycleInput::Prepared, LifecycleInput::Online]),
        (Scene::live(), vec![LifecycleInput::Start, LifecycleInput::Prepared, LifecycleInput::Opened]),
        (
            Scene::waiting(),
            vec![
                LifecycleInput::Prepared,
                LifecycleInput::Opened,
                LifecycleInput::Closed { code: 4500 },
                LifecycleInput::Lost,
            ],
        ),
    ];
    for (mut scene, inputs) in out_of_turn {
        for input in inputs {
            scene.step(input);
            assert_eq!(scene.asked, [], "{input:?} while {:?}", scene.connection.phase());
        }
    }
    let mut scene = Scene::live();
    scene.woken(Timer::Connect).woken(Timer::Resend).woken(Timer::Reload).woken(Timer::Typing);
    assert_eq!(scene.asked, [], "a wake that came late, or is for the connection");
}

#[test]
fn a_loss_lets_go_of_everything_and_waits_longer_each_time() {
    let mut scene = Scene::live();
    scene.closed(1006);
    assert_eq!(scene.asked, [Asks::LetGo, Asks::Tell(reconnecting(500)), Asks::Wake(Timer::Connect, 500)]);
    let waits = (0..7).map(|_| {
        scene.clear().woken(Timer::Connect).step(LifecycleInput::Prepared).closed(1006);
        scene.events()[0]
    });
    assert_eq!(waits.collect::<Vec<_>>(), [1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000].map(reconnecting));
}

#[test]
fn only_a_connection_that_held_makes_the_next_loss_a_first_one() {
    let mut scene = Scene::waiting();
    scene.comes_back().clear().closed(1006);
    assert_eq!(scene.events(), [reconnecting(1_000)]);
    scene.comes_back().woken(Timer::Steady).clear().closed(1006);
    assert_eq!(scene.events(), [reconnecting(500)]);
    scene.woken(Timer::Steady).clear().woken(Timer::Connect).step(LifecycleInput::Prepared).closed(1006);
    assert_eq!(scene.events(), [reconnecting(1_000)], "a wake that came late praises nothing");
    let mut scene = Scene::behind();
    scene.closed(1006).woken(Timer::Connect).step(LifecycleInput::Prepared).step(LifecycleInput::Opened);
    scene.step(LifecycleInput::FrameReceived).step(LifecycleInput::Behind).woken(Timer::Steady).clear().closed(1006);
    assert_eq!(scene.events(), [reconnecting(1_000)], "in, but never in step");
}

#[test]
fn the_close_code_says_whether_to_come_back() {
    let told = |code| Scene::live().closed(code).events();
    assert_eq!(told(CloseCode::NodeLeaving.number()), [Status::Moving]);
    assert_eq!(told(CloseCode::Slow.number()), [reconnecting(500)]);
    assert_eq!(told(CloseCode::Flood.number()), [Status::Stopped { code: 4501 }]);
    assert_eq!(told(1009), [Status::Stopped { code: 1009 }]);
}

#[test]
fn a_roll_out_makes_nobody_wait_longer_from_node_to_node() {
    let leaving = CloseCode::NodeLeaving.number();
    let mut scene = Scene::waiting();
    for _ in 0..5 {
        scene.comes_back().clear().closed(leaving);
        assert_eq!(scene.asked, [Asks::LetGo, Asks::Tell(Status::Moving), Asks::Wake(Timer::Connect, 500)]);
    }
    scene.clear().woken(Timer::Connect).step(LifecycleInput::Prepared).step(LifecycleInput::Opened).closed(leaving);
    assert_eq!(scene.events(), [reconnecting(1_000)], "a move that failed is a loss");
}

#[test]
fn a_link_that_knows_better_than_the_code_comes_back() {
    let mut scene = Scene::live();
    scene.step(LifecycleInput::Lost);
    assert_eq!(scene.events(), [reconnecting(500)]);
    assert!(!scene.does(Asks::Drop), "there is nothing left to drop");
}

#[test]
fn who_is_not_let_in_comes_back_no_sooner_than_told_and_within_a_minute() {
    for (told, wait) in [(None, 500), (Some(10), 500), (Some(3_000), 3_000), (Some(u64::MAX), 60_000)] {
        let mut scene = Scene::entering();
        scene.step(LifecycleInput::JoinRefused { retry_after_ms: told });
        assert!(scene.does(Asks::Drop));
        assert_eq!(scene.events(), [reconnecting(wait)]);
    }
}

#[test]
fn a_socket_that_neither_opens_nor_lets_in_is_given_up() {
    for mut scene in [Scene::opening(), Scene::entering()] {
        scene.woken(Timer::Silence);
        assert_eq!(scene.asked[0], Asks::Drop);
        assert_eq!(scene.events(), [reconnecting(500)]);
    }
}

#[test]
fn a_silent_server_is_asked_and_then_given_up() {
    for mut scene in [Scene::live(), Scene::behind()] {
        scene.woken(Timer::Silence);
        assert_eq!(scene.asked, [Asks::LifecycleCommand(LifecycleCommand::Ping), Asks::Wake(Timer::Silence, 10_000)]);
        scene.clear().step(LifecycleInput::FrameReceived).woken(Timer::Silence);
        assert_eq!(
            scene.asked,
            [
                Asks::Wake(Timer::Silence, 26_000),
                Asks::LifecycleCommand(LifecycleCommand::Ping),
                Asks::Wake(Timer::Silence, 10_000)
            ],
            "it was there"
        );
        scene.clear().woken(Timer::Silence);
        assert!(scene.does(Asks::Drop));
    }
}

#[test]
fn a_ping_that_an_earlier_socket_never_answered_is_not_held_against_the_next() {
    let mut scene = Scene::live();
    scene.woken(Timer::Silence).closed(1006).comes_back().clear();
    scene.woken(Timer::Silence);
    assert!(scene.does(Asks::LifecycleCommand(LifecycleCommand::Ping)) && !scene.does(Asks::Drop));
}

#[test]
fn who_looks_at_the_page_again_sees_whether_the_connection_is_one() {
    let mut scene = Scene::live();
    scene.woken(Timer::Silence).clear().step(LifecycleInput::Online);
    assert_eq!(
        scene.asked,
        [Asks::LifecycleCommand(LifecycleCommand::Ping), Asks::Wake(Timer::Silence, 1_000)],
        "a patient question is asked again, for a moment"
    );
    scene.clear().step(LifecycleInput::Online);
    assert_eq!(scene.asked, [], "that moment is not made longer");
    scene.woken(Timer::Silence);
    assert!(scene.does(Asks::Drop));
    let mut scene = Scene::waiting();
    for _ in 0..8 {
        scene.woken(Timer::Connect).step(LifecycleInput::Prepared).closed(1006);
    }
    scene.clear().step(LifecycleInput::Online);
    assert_eq!(
        scene.asked,
        [Asks::Tell(reconnecting(500)), Asks::Wake(Timer::Connect, 500)],
        "no long wait is waited out"
    );
    let mut scene = Scene::new();
    scene.step(LifecycleInput::Start).clear().step(LifecycleInput::Online);
    assert_eq!(
        scene.asked,
        [Asks::LifecycleCommand(LifecycleCommand::Prepare)],
        "what the connection was getting is asked for again"
    );
}

#[test]
fn without_a_network_nothing_is_tried_and_with_it_soon() {
    let mut scene = Scene::live();
    scene.step(LifecycleInput::Offline);
    assert_eq!(scene.asked, [Asks::Drop, Asks::LetGo, Asks::Tell(Status::Offline)]);
    scene
        .clear()
        .step(LifecycleInput::Offline)
        .woken(Timer::Connect)
        .woken(Timer::Silence)
        .step(LifecycleInput::Prepared);
    assert_eq!(scene.asked, []);
    scene.step(LifecycleInput::Online).woken(Timer::Connect);
    assert_eq!(
        scene.asked,
        [
            Asks::Tell(reconnecting(500)),
            Asks::Wake(Timer::Connect, 500),
            Asks::LifecycleCommand(LifecycleCommand::Prepare)
        ]
    );
    let mut scene = Scene::waiting();
    scene.step(LifecycleInput::Offline);
    assert_eq!(scene.asked, [Asks::LetGo, Asks::Tell(Status::Offline)]);
}

#[test]
fn a_link_that_has_ended_stays_ended_and_one_that_rests_starts_anew() {
    let mut scene = Scene::live();
    scene.step(LifecycleInput::Stopped);
    assert_eq!(scene.asked, [Asks::LetGo]);
    scene
        .clear()
        .woken(Timer::Connect)
        .step(LifecycleInput::Online)
        .step(LifecycleInput::Offline)
        .step(LifecycleInput::Start);
    assert_eq!(scene.asked, []);
    let mut scene = Scene::entering();
    scene.step(LifecycleInput::Reset).clear().step(LifecycleInput::Online);
    assert_eq!(scene.asked, []);
    scene.step(LifecycleInput::Start);
    assert_eq!(scene.asked, [Asks::Tell(Status::Connecting), Asks::LifecycleCommand(LifecycleCommand::Begin)]);
}

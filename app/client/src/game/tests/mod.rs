//! The rules of a game's client, one sentence each.

mod actions;

use super::*;
use crate::room::Status;
use protocol::close::CloseCode;
use protocol::error::{ErrorCode, Refusal};
use protocol::game::frame::{
    Answered, Changed, GameClientMessage, GameServerMessage, HostPresence, Hosting, InGame, Joined, Players, Renamed,
};
use protocol::game::{Answer, AnswerStatus, Game, RecordedAnswer};
use protocol::id::Name;
use protocol::wire;

/// A client and the outputs of its last steps. The random numbers are the largest, so a wait is the limit
/// that it was drawn from.
struct Scene {
    client: GameClient,
    out: Vec<Output>,
}

impl Scene {
    fn of(entry: Entry) -> Self {
        Self { client: GameClient::new(GameOptions { pin: pin(), entry, pending_answer: None }), out: vec![] }
    }

    fn player() -> Self {
        Self::of(Entry::Player { nickname: None, seat: None })
    }

    /// A player at the open question 3, in the game at version 7.
    fn playing() -> Self {
        let mut scene = Self::player();
        scene.step(Input::Start).enter(joined(7, 3));
        scene.out.clear();
        scene
    }

    /// A host of the same.
    fn hosting() -> Self {
        let mut scene = Self::of(Entry::Host { token: None, code: Some("abc".into()) });
        scene.step(Input::Start).enter(hosting(7, 3));
        scene.out.clear();
        scene
    }

    fn enter(&mut self, snapshot: GameServerMessage) -> &mut Self {
        self.step(Input::Opened).frame(snapshot)
    }

    /// Loses the connection and comes back to this.
    fn lose_and_find(&mut self, snapshot: GameServerMessage) -> &mut Self {
        self.step(Input::Closed { code: 1006 });
        self.out.clear();
        self.step(Input::TimerFired(Timer::Connect)).enter(snapshot)
    }

    fn step(&mut self, input: Input) -> &mut Self {
        self.out.extend(self.client.step(input, u32::MAX));
        self
    }

    fn frame(&mut self, frame: GameServerMessage) -> &mut Self {
        self.step(Input::Frame(frame))
    }

    fn answer(&mut self, question: usize) -> &mut Self {
        self.step(Input::Command(Command::Answer(submitted(question))))
    }

    fn refuse(&mut self, code: ErrorCode) -> &mut Self {
        self.frame(GameServerMessage::Error(Refusal::new(code, "because")))
    }

    fn sent(&self) -> Vec<String> {
        let sent = self.out.iter().filter_map(|output| match output {
            Output::Send(frame) => Some(wire::encode_game_client(frame)),
            _ => None,
        });
        sent.collect()
    }

    /// How often an answer went out.
    fn answers(&self) -> usize {
        let is_answer = |output: &&Output| matches!(output, Output::Send(GameClientMessage::Answer(_)));
        self.out.iter().filter(is_answer).count()
    }

    fn events(&self) -> Vec<&Event> {
        self.out.iter().filter_map(|output| if let Output::Emit(event) = output { Some(event) } else { None }).collect()
    }

    fn statuses(&self) -> Vec<Status> {
        let statuses = self.events().into_iter().filter_map(|event| match event {
            Event::Status(status) => Some(*status),
            _ => None,
        });
        statuses.collect()
    }

    /// The versions that were shown one after another.
    fn shown(&self) -> Vec<u64> {
        let shown = self.events().into_iter().filter_map(|event| match event {
            Event::Changed(changed) => Some(changed.version),
            Event::Joined(joined) => Some(joined.version),
            _ => None,
        });
        shown.collect()
    }

    /// What a reload of the page would find, if it changed.
    fn stored(&self) -> Option<Option<usize>> {
        self.out.iter().rev().find_map(|output| match output {
            Output::Effect(Effect::StoreAnswer(answer)) => Some(answer.as_ref().map(|answer| answer.question)),
            _ => None,
        })
    }
}

fn pin() -> Pin {
    Pin::parse("482915").unwrap()
}

fn game(at: usize) -> Game {
    wire::decode(&format!(r#"{{"title":"Planets","phase":"open","questions":5,"at":{at}}}"#)).unwrap()
}

fn joined(version: u64, at: usize) -> GameServerMessage {
    GameServerMessage::Joined(snapshot(version, at))
}

fn snapshot(version: u64, at: usize) -> Joined {
    let you = wire::decode(r#"{"id":"noor","name":"Noor"}"#).unwrap();
    let seat = "s1".into();
    Joined {
        pin: pin(),
        you,
        seat,
        now: 1,
        version,
        game: game(at),
        score: 0,
        answer: None,
        outcome: None,
        host_here: true,
    }
}

fn hosting(version: u64, at: usize) -> GameServerMessage {
    let token = "t1".into();
    GameServerMessage::Hosting(Hosting {
        pin: pin(),
        token,
        now: 1,
        version,
        game: game(at),
        players: vec![],
        answered: 0,
        host: None,
        hosts: vec![],
        entrance: Default::default(),
    })
}

fn changed(version: u64, at: usize) -> GameServerMessage {
    GameServerMessage::Game(Changed { pin: pin(), version, game: game(at) })
}

fn submitted(question: usize) -> SubmittedAnswer {
    SubmittedAnswer { question, answer: Answer::Choice(2), round: None }
}

fn answered(question: usize, taken: AnswerStatus) -> GameServerMessage {
    GameServerMessage::Answered(Answered { question, taken, answer: None, late_ms: None })
}

#[test]
fn a_player_goes_in_and_comes_back_with_the_seat() {
    let mut scene = Scene::player();
    scene.step(Input::Command(Command::Enter("Noor".into())));
    assert!(scene.out.contains(&Output::Connect));
    scene.enter(joined(7, 3));
    assert_eq!(scene.sent(), [r#"{"type":"join","payload":{"pin":"482915","nickname":"Noor"}}"#]);
    assert_eq!(scene.statuses(), [Status::Connecting, Status::Live]);
    scene.lose_and_find(joined(9, 4));
    assert_eq!(scene.sent(), [r#"{"type":"join","payload":{"pin":"482915","seat":"s1"}}"#]);
    assert_eq!(scene.shown(), [9]);
}

#[test]
fn a_host_uses_a_code_once_and_then_the_token() {
    let mut scene = Scene::hosting();
    scene.lose_and_find(hosting(7, 3));
    assert_eq!(scene.sent(), [r#"{"type":"open","payload":{"pin":"482915","token":"t1"}}"#]);
}

#[test]
fn who_waits_for_the_host_asks_again_on_the_same_connection() {
    let mut scene = Scene::player();
    scene.step(Input::Command(Command::Enter("Ada".into()))).step(Input::Opened).refuse(ErrorCode::Waiting);
    assert!(
        matches!(scene.events().last(), Some(Event::AwaitingAdmission(refusal)) if refusal.code == ErrorCode::Waiting)
    );
    assert!(!scene.out.contains(&Output::Disconnect), "who waits is not away");
    scene.out.clear();
    scene.step(Input::TimerFired(Timer::Resend));
    assert_eq!(scene.sent(), [r#"{"type":"join","payload":{"pin":"482915","nickname":"Ada"}}"#]);
    scene.refuse(ErrorCode::Waiting).out.clear();
    scene.step(Input::Frame(joined(1, 0)));
    assert_eq!(scene.statuses().last(), Some(&Status::Live));
}

#[test]
fn who_waits_for_the_host_waits_no_longer_when_one_node_after_the_other_leaves() {
    let mut scene = Scene::player();
    scene.step(Input::Command(Command::Enter("Ada".into()))).step(Input::Opened);
    for _ in 0..5 {
        scene.refuse(ErrorCode::Waiting).out.clear();
        scene.step(Input::Closed { code: 4000 });
        assert_eq!(scene.statuses(), [Status::Moving]);
        scene.step(Input::TimerFired(Timer::Connect)).step(Input::Opened);
    }
}

#[test]
fn a_nickname_that_is_not_taken_is_asked_for_again() {
    let mut scene = Scene::player();
    scene.step(Input::Command(Command::Enter("Ada".into()))).step(Input::Opened).refuse(ErrorCode::NicknameTaken);
    assert!(
        matches!(scene.events().last(), Some(Event::NicknameRefused(refusal)) if refusal.code == ErrorCode::NicknameTaken)
    );
    assert!(scene.out.contains(&Output::Disconnect));
    scene.out.clear();
    scene.step(Input::Command(Command::Enter("Ada L".into()))).enter(joined(1, 0));
    assert_eq!(scene.statuses().last(), Some(&Status::Live));
}

#[test]
fn who_cannot_be_in_the_game_is_told_why_and_does_not_come_back() {
    for code in [ErrorCode::NoGame, ErrorCode::Kicked, ErrorCode::NotHost] {
        let mut scene = Scene::player();
        scene.step(Input::Start).step(Input::Opened).refuse(code);
        assert!(matches!(scene.events().last(), Some(Event::AccessDenied(refusal)) if refusal.code == code));
        scene.out.clear();
        scene.step(Input::TimerFired(Timer::Connect)).step(Input::Online).step(Input::Closed { code: 1006 });
        assert_eq!(scene.out, []);
    }
    let mut scene = Scene::playing();
    scene.frame(GameServerMessage::Kicked(InGame { pin: pin() }));
    assert!(matches!(scene.events().last(), Some(Event::AccessDenied(refusal)) if refusal.code == ErrorCode::Kicked));
}

#[test]
fn every_loss_is_followed_by_another_try_after_a_drawn_wait() {
    let mut scene = Scene::playing();
    scene.step(Input::Closed { code: 1006 });
    assert_eq!(scene.statuses(), [Status::Reconnecting { retry_in_ms: 500 }]);
    scene.step(Input::TimerFired(Timer::Connect)).step(Input::Closed { code: 1006 });
    assert_eq!(scene.statuses().last(), Some(&Status::Reconnecting { retry_in_ms: 1_000 }));
    let mut scene = Scene::playing();
    scene.step(Input::Closed { code: CloseCode::NodeLeaving.number() });
    assert_eq!(scene.statuses(), [Status::Moving]);
    let mut scene = Scene::playing();
    scene.step(Input::Closed { code: CloseCode::UnknownVersion.number() });
    assert_eq!(scene.statuses(), [Status::Stopped { code: 4500 }]);
}

#[test]
fn a_silent_server_is_asked_and_then_given_up() {
    let mut scene = Scene::playing();
    scene.step(Input::TimerFired(Timer::Silence));
    assert_eq!(scene.sent(), [r#"{"type":"ping"}"#]);
    scene
        .frame(GameServerMessage::Pong)
        .step(Input::TimerFired(Timer::Silence))
        .step(Input::TimerFired(Timer::Silence));
    assert!(scene.out.contains(&Output::Disconnect));
}

#[test]
fn what_is_shown_never_goes_back_but_for_a_snapshot() {
    let mut scene = Scene::playing();
    scene.frame(changed(9, 3)).frame(changed(8, 3)).frame(changed(9, 3)).frame(changed(10, 3));
    assert_eq!(scene.shown(), [9, 10]);
    scene.lose_and_find(joined(4, 2));
    scene.frame(changed(5, 2));
    assert_eq!(scene.shown(), [4, 5]);
}

#[test]
fn whoever_the_server_lost_goes_in_again() {
    let mut scene = Scene::playing();
    scene.answer(3).refuse(ErrorCode::NotInGame);
    assert!(scene.out.contains(&Output::Disconnect));
    scene.out.clear();
    scene.step(Input::TimerFired(Timer::Connect)).enter(joined(7, 3));
    assert_eq!(scene.answers(), 1);
}

/// The same game after its end, or in the lobby of its next round.
fn later(version: u64, phase: &str, round: u32) -> Changed {
    let game = format!(r#"{{"title":"Planets","phase":"{phase}","round":{round},"questions":5}}"#);
    Changed { pin: pin(), version, game: wire::decode(&game).unwrap() }
}

#[test]
fn a_game_that_has_ended_is_come_back_to_and_the_next_round_of_it_is_shown() {
    let mut scene = Scene::playing();
    scene.frame(GameServerMessage::Game(later(20, "ended", 1)));
    let lobby = Joined { game: later(21, "lobby", 2).game, ..snapshot(21, 0) };
    scene.lose_and_find(GameServerMessage::Joined(lobby));
    assert_eq!((scene.shown(), scene.statuses().last()), (vec![21], Some(&Status::Live)));
}

#[test]
fn whoever_saw_the_end_of_a_game_is_not_told_that_it_is_gone() {
    let mut scene = Scene::playing();
    scene.frame(GameServerMessage::Game(later(20, "ended", 1))).step(Input::Closed { code: 1006 });
    scene.out.clear();
    scene.step(Input::TimerFired(Timer::Connect)).step(Input::Opened).refuse(ErrorCode::NoGame);
    assert!(scene.events().iter().all(|event| !matches!(event, Event::AccessDenied(_))), "{:?}", scene.events());
    scene.out.clear();
    scene.step(Input::Online).step(Input::TimerFired(Timer::Connect));
    assert_eq!(scene.out, []);
}

#[test]
fn an_answer_to_one_round_is_not_given_to_the_next() {
    // The same question, two rounds on: it came back there while the phone was cut off.
    let again = |round| Joined { game: Game { round, ..game(3) }, ..snapshot(40, 3) };
    for round in [1, 2] {
        let mut scene = Scene::playing();
        scene.answer(3);
        scene.lose_and_find(GameServerMessage::Joined(again(round)));
        assert_eq!(scene.answers(), usize::from(round == 1), "in round {round}");
    }
    // So does a page that was loaded again meanwhile.
    let kept = Some(SubmittedAnswer { round: Some(1), ..submitted(3) });
    let entry = Entry::Player { nickname: None, seat: None };
    let mut scene =
        Scene { client: GameClient::new(GameOptions { pin: pin(), entry, pending_answer: kept }), out: vec![] };
    scene.step(Input::Start).enter(GameServerMessage::Joined(again(2)));
    assert_eq!((scene.answers(), scene.stored()), (0, Some(None)));
}

#[test]
fn of_another_game_nothing_is_told() {
    let mut scene = Scene::playing();
    let pin = Pin::parse("111111").unwrap();
    scene.frame(GameServerMessage::Game(Changed { pin, version: 99, game: game(1) }));
    scene.frame(GameServerMessage::Host(HostPresence { here: false }));
    assert_eq!(scene.events(), [&Event::HostPresence(false)]);
}

#[test]
fn a_player_is_told_the_name_that_a_host_gave_them_in_this_game() {
    let mut scene = Scene::playing();
    let renamed =
        |pin: &str| Renamed { pin: pin.parse().unwrap(), name: Name::parse("Noor B.").unwrap(), by_host: true };
    scene.frame(GameServerMessage::Renamed(renamed("111111"))).frame(GameServerMessage::Renamed(renamed("482915")));
    assert_eq!(scene.events(), [&Event::Renamed(renamed("482915"))]);
}

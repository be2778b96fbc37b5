//! Whole games, played as scripts of (time, event).

mod anything;
mod counting;
mod going_on;
mod names;
mod showing;

use std::collections::BTreeMap;
use std::fmt::Write;

use protocol::game::{Answer, Phase, RecordedAnswer};
use protocol::quiz::{Choice, Kind, Question, Quiz};
use protocol::{Name, UserId};

use crate::{Command, Decision, Seat, State, apply, check_answer, count, take};

/// A game with its quiz, seats and answers: everything that a server would store.
#[derive(Clone)]
struct TestGame {
    quiz: Quiz,
    state: State,
    seats: Vec<Seat>,
    /// The accepted answers to all questions.
    answers_so_far: Vec<(UserId, RecordedAnswer)>,
    /// The rejections of commands, and the decisions about answers.
    log: Vec<String>,
}

impl TestGame {
    fn new(quiz: Quiz) -> Self {
        Self { state: State::new(&quiz, 1), quiz, seats: Vec::new(), answers_so_far: Vec::new(), log: Vec::new() }
    }

    fn joins(&mut self, name: &str, now: u64) {
        let id = UserId::parse(name).unwrap();
        let name = Name::parse(name).unwrap();
        let after = self.seats.len() as u64;
        self.seats.push(Seat {
            id,
            name,
            joined_at: now,
            after,
            score: 0,
            streak: 0,
            place: 0,
            outcome: None,
            named_by_host: false,
        });
    }

    fn does(&mut self, command: Command, now: u64) {
        match apply(&self.quiz, &self.state, &command, now) {
            Ok(state) => self.state = state,
            Err(rejection) => self.log.push(format!("{command:?}: {rejection}")),
        }
    }

    fn counts(&mut self) {
        let at = self.state.at.unwrap_or_default();
        let answers: BTreeMap<_, _> =
            self.answers_so_far.iter().filter(|(_, answer)| answer.question == at).cloned().collect();
        match count(&self.quiz, &self.state, &self.seats, &answers) {
            Ok(counted) => (self.state, self.seats) = (counted.state, counted.seats),
            Err(rejection) => self.log.push(format!("count: {rejection}")),
        }
    }

    /// Answers the question that the game is at.
    fn answers(&mut self, name: &str, answer: Answer, now: u64) -> Decision {
        let question = self.state.at.unwrap_or_default();
        let id = UserId::parse(name).unwrap();
        let first = self.answers_so_far.iter().find(|(who, answer)| *who == id && answer.question == question);
        let decision = take(self.state.taking(&self.quiz), question, first.map(|(_, answer)| answer), now);
        if let Decision::Accepted { took_ms } = decision {
            self.answers_so_far.push((id, RecordedAnswer { question, answer, took_ms }));
        }
        decision
    }

    /// `"pause"`, `"extend 30"`, `"count"`, `"ana joins"`, `"ana answers 1"`.
    fn happens(&mut self, now: u64, event: &str) {
        let command = match event.split(' ').collect::<Vec<_>>()[..] {
            ["start"] => Command::Start,
            ["next"] => Command::Next,
            ["skip"] => Command::Skip,
            ["pause"] => Command::Pause,
            ["resume"] => Command::Resume,
            ["reveal"] => Command::Reveal,
            ["end"] => Command::End,
            ["lock"] => Command::Lock(true),
            ["chat"] => Command::Chat(true),
            ["tick"] => Command::Tick,
            ["extend", "forever"] => Command::Extend(None),
            ["extend", seconds] => Command::Extend(Some(seconds.parse().unwrap())),
            ["count"] => return self.counts(),
            [name, "joins"] => return self.joins(name, now),
            [name, "answers", answer] => {
                let kind = self.quiz.questions[self.state.at.unwrap()].kind;
                let decision = self.answers(name, answer_of(kind, answer), now);
                return self.log.push(format!("{name}: {decision:?}"));
            }
            _ => panic!("what is {event:?}?"),
        };
        self.does(command, now);
    }

    /// Describes the state, such as `open 1, 4000 to 24000`.
    fn looks(&self) -> String {
        let clock = self.state.clock;
        let mut looks = format!("{:?}", self.state.phase).to_lowercase();
        if let (Some(at), false) = (self.state.at, matches!(self.state.phase, Phase::Podium | Phase::Ended)) {
            write!(looks, " {}", at + 1).unwrap();
        }
        if let (Some(opens_at), Phase::Ready | Phase::Open | Phase::Closed) = (clock.opens_at, self.state.phase) {
            write!(looks, ", {opens_at}").unwrap();
            let end = clock.closes_at.map_or("without end".into(), |closes_at| format!("to {closes_at}"));
            if self.state.phase != Phase::Ready {
                write!(looks, " {end}").unwrap();
            }
        }
        if let Some(paused_at) = clock.paused_at {
            write!(looks, ", paused at {paused_at}").unwrap();
        }
        looks
    }
}

/// An option, options with commas, or a word.
fn answer_of(kind: Kind, text: &str) -> Answer {
    let numbers = || text.split(',').map(|number| number.parse().unwrap()).collect::<Vec<usize>>();
    match kind {
        Kind::Several => Answer::Choices(numbers()),
        Kind::Order => Answer::Order(numbers()),
        Kind::Typed => Answer::Text(text.into()),
        Kind::Number => Answer::Number(text.parse().unwrap()),
        Kind::Choice | Kind::TrueFalse | Kind::Poll | Kind::Slide => Answer::Choice(numbers()[0]),
    }
}

fn play(quiz: &Quiz, script: &[(u64, &str)]) -> TestGame {
    let mut game = TestGame::new(quiz.clone());
    for (now, event) in script {
        game.happens(*now, event);
        let is_odd = |(_, answer): &&(UserId, RecordedAnswer)| {
            check_answer(&game.quiz.questions[answer.question], &answer.answer).is_err()
        };
        assert_eq!(game.answers_so_far.iter().find(is_odd), None, "the script answers what is asked");
    }
    game
}

/// Plays the script, and compares rejections and decisions, followed by the state, with `becomes`.
#[track_caller]
fn check(quiz: &Quiz, script: &[(u64, &str)], becomes: &str) {
    let mut game = play(quiz, script);
    let looks = game.looks();
    game.log.push(looks);
    assert_eq!(game.log.join("\n"), becomes);
}

/// Which planet is the largest? 20 seconds; the second of three options is right.
fn planets() -> Question {
    question(Kind::Choice, "Which planet is the largest?", &["Mars", "*Jupiter", "Venus"])
}

fn slide() -> Question {
    Question { explanation: "Two more to go.".into(), ..question(Kind::Slide, "Halftime", &[]) }
}

/// A `*` marks what is right.
fn question(kind: Kind, text: &str, options: &[&str]) -> Question {
    let option = |text: &&str| Choice { text: text.trim_start_matches('*').into(), right: text.starts_with('*') };
    Question { kind, text: text.into(), options: options.iter().map(option).collect(), ..Question::default() }
}

fn quiz(questions: &[Question]) -> Quiz {
    Quiz { title: "The Solar System".into(), questions: questions.into(), ..Quiz::default() }
}

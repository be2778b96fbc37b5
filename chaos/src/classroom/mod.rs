//! Games with a teacher and students, who answer, repeat themselves, are late, lose their connections, and
//! record what they receive.
//!
//! Their clients are the browser's own [`GameClient`](client::game::GameClient), over the [driver](crate::driver).
//! [`sums`] computes from the answers what everybody must have in the end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail, ensure};
use futures::StreamExt;
use protocol::game::{Game, Phase};
use protocol::quiz::{Choice, Kind, Question, Quiz};
use protocol::{Pin, QuizId, wire};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tokio::time::sleep;

use crate::crowd::session::Session;
use crate::stage::LoadBalancer;

mod host;
mod player;
mod student;
pub mod sums;
mod teacher;

pub use student::{Habits, Notes, Student};
pub use teacher::Teacher;

/// Clients wait in real time.
const PACE: f64 = 1.0;
/// Students that come in at once.
const MAX_CONCURRENT_JOINS: usize = 64;
/// How often a class is looked at while it is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A game with its host and its players.
pub struct Class {
    /// The PIN of the game.
    pub pin: Pin,
    /// The quiz that is played.
    pub quiz: Quiz,
    /// The host of the game.
    pub teacher: Teacher,
    /// The players of the game.
    pub students: Vec<Student>,
}

impl Class {
    /// A teacher writes a quiz and begins a game, and students come into it.
    ///
    /// # Errors
    /// Somebody does not get in.
    pub async fn gather(
        teachers: Arc<LoadBalancer>,
        load_balancer: &Arc<LoadBalancer>,
        quiz: Quiz,
        students: usize,
        habits: impl Fn(usize) -> Habits,
        seed: u64,
    ) -> Result<Self> {
        let mut rng = SmallRng::seed_from_u64(seed);
        let session = Session::open(&teachers, rng.next_u32()).await?;
        let id = save(&teachers, &session, &quiz).await?;
        let teacher = Teacher::begin(teachers, session, id, rng.random_seed()).await?;
        let pin = teacher.pin.clone();
        let coming = (0..students).map(|number| {
            let name = format!("Player {number}");
            Student::enter(load_balancer.clone(), pin.clone(), name, habits(number), rng.random_seed())
        });
        let coming: Vec<_> = coming.collect();
        let mut coming = futures::stream::iter(coming).buffered(MAX_CONCURRENT_JOINS);
        let mut seated = Vec::with_capacity(students);
        while let Some(student) = coming.next().await {
            seated.push(student?);
        }
        drop(coming);
        Ok(Self { pin, quiz, teacher, students: seated })
    }

    /// Waits until the teacher sees a game for which `is` holds.
    ///
    /// # Errors
    /// It is not, after `within`.
    pub async fn teacher_sees(&self, within: Duration, is: impl Fn(&Game) -> bool) -> Result<Game> {
        let begin = Instant::now();
        loop {
            if let Some(game) = self.teacher.game().filter(&is) {
                return Ok(game);
            }
            if begin.elapsed() > within {
                let game = self.teacher.game().map(|game| (game.phase, game.at));
                bail!("the teacher of {} still sees {game:?} after {within:?}", self.pin);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until `is` holds for every student.
    ///
    /// # Errors
    /// It is not, after `within`.
    pub async fn all(&self, within: Duration, what: &str, is: impl Fn(&Notes) -> bool) -> Result<Duration> {
        let begin = Instant::now();
        loop {
            let missing = self.students.iter().filter(|student| !is(&student.notes())).count();
            if missing == 0 {
                return Ok(begin.elapsed());
            }
            ensure!(begin.elapsed() < within, "{missing} of {} students: not {what}", self.students.len());
            sleep(LOOK_EVERY).await;
        }
    }

    /// Goes from the lobby, or the places, to the reveal of the next question.
    ///
    /// # Errors
    /// It does not come about.
    pub async fn ask(&self, question: usize, within: Duration) -> Result<Game> {
        self.teacher.go_on().await?;
        let is_there = |game: &Game| game.at == Some(question) && game.phase == Phase::Reveal;
        let game = self.teacher_sees(within, is_there).await?;
        let told = |notes: &Notes| notes.outcomes.contains_key(&question) && notes.revealed.contains_key(&question);
        self.all(Duration::from_secs(10), "told what it brought", told).await?;
        Ok(game)
    }

    /// How long everybody waited for the reveal of a question, from the moment
    /// that no answer was taken any more, by the servers' clock. Counting and
    /// publishing are in it.
    pub fn reveal_delays(&self, question: usize) -> Vec<Duration> {
        // A question that is closed early closes earlier than was told before.
        let Some(closed_at) = self.students.iter().filter_map(|one| one.notes().closed.get(&question).copied()).min()
        else {
            return Vec::new();
        };
        let seen = self.students.iter().filter_map(|student| student.notes().revealed.get(&question).copied());
        seen.map(|seen_at| Duration::from_millis(seen_at.saturating_sub(closed_at))).collect()
    }
}

/// So many questions with one right answer, each with so many seconds.
pub fn questions(count: usize, seconds: u32) -> Quiz {
    let question = |number: usize| Question {
        kind: Kind::Choice,
        text: format!("Question {number}?"),
        seconds,
        options: (0..4).map(|at| Choice { text: format!("Option {at}"), right: at == number % 4 }).collect(),
        ..Question::default()
    };
    let questions = (0..count).map(question).collect();
    // Students are numbered, and the filter reads words in numbers, such as 455.
    Quiz { title: "What everybody knows".into(), questions, filter: false, ..Quiz::default() }
}

/// The percentile of some times; zero where there are none.
pub fn percentile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort_unstable();
    times.get((times.len() * percent / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// Milliseconds since 1970; the servers of a run have the same clock.
pub fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// The answers of one student that count, by question.
pub type Sheet = BTreeMap<usize, protocol::game::RecordedAnswer>;

async fn save(load_balancer: &LoadBalancer, session: &Session, quiz: &Quiz) -> Result<QuizId> {
    let form = format!("version=0&quiz={}", escaped(&wire::encode(quiz)));
    let answer = load_balancer.post("/api/save-quiz", &form, Some(&session.cookie), 0).await?;
    ensure!(answer.status == 200, "the quiz is not taken: {} {}", answer.status, answer.body);
    let saved: protocol::quiz::SavedQuiz =
        wire::decode(&answer.body).ok_or_else(|| anyhow::anyhow!("what is saved cannot be read: {}", answer.body))?;
    Ok(saved.id)
}

/// A text as the value of a form field.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len() * 2), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

trait Seeds {
    fn random_seed(&mut self) -> u64;
}

impl Seeds for SmallRng {
    fn random_seed(&mut self) -> u64 {
        self.next_u64()
    }
}

//! Games: everybody answers at once, many games at once, and nodes that die
//! in an open question.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::future::{try_join, try_join_all};
use protocol::game::Phase;
use tokio::time::sleep;

use crate::classroom::{self, Class, Habits, sums};
use crate::play::Setting;
use crate::stage::{Plan, Stage};
use crate::verdict::Verdict;

/// What is right is seen by everybody within this time of the question's end.
const REVEAL_WITHIN: Duration = Duration::from_millis(500);
/// A deadline may move by so much, whatever dies, in milliseconds.
const DEADLINE_MS: u64 = 250;
/// Five counts come in no less; a fifth of a second is for the network's sake.
const COUNTS_WITHIN: Duration = Duration::from_millis(800);
/// Whoever loses a node is back in the game after this time.
const BACK_WITHIN: Duration = Duration::from_secs(2);
/// Nobody takes longer than this for one question.
const QUESTION_WITHIN: Duration = Duration::from_secs(90);

/// All answer within a second, some again and some too late, on three nodes.
pub(super) async fn rush(setting: &Setting) -> Result<Verdict> {
    let students = setting.pick(200, 2_000);
    rush_on(setting, "game-rush", &Plan::cluster(3), students).await
}

/// The same rules on one node without Redis.
pub(super) async fn rush_embedded(setting: &Setting) -> Result<Verdict> {
    let students = setting.pick(100, 500);
    rush_on(setting, "game-embedded", &Plan::embedded(), students).await
}

async fn rush_on(setting: &Setting, name: &str, plan: &Plan, students: usize) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let stage = Stage::build(&setting.environment, name, plan).await?;
    let load_balancer = &stage.load_balancer;
    // Every fifth repeats itself, every tenth is late.
    let habits = |number: usize| habits(Duration::from_secs(1), number % 5 == 1, number % 10 == 2);
    let quiz = || classroom::questions(2, 5);
    let class = Class::gather(load_balancer.clone(), load_balancer, quiz(), students, habits, setting.seed);
    // Another game beside it, which must not hear of the first.
    let other = Class::gather(load_balancer.clone(), load_balancer, quiz(), 10, habits, setting.seed ^ 1);
    let (class, other) = try_join(class, other).await?;
    let mut delays = Vec::new();
    for question in 0..2 {
        let (game, _) = try_join(class.ask(question, QUESTION_WITHIN), other.ask(question, QUESTION_WITHIN)).await?;
        let in_time = class.students.iter().filter(|student| student.notes().given.contains_key(&question)).count();
        let reveal = game.reveal.as_ref();
        verdict.exactly("accepted", reveal.map_or(0, |reveal| reveal.answered) as u64, in_time as u64);
        let counted = reveal.map_or(0, |reveal| reveal.bars.iter().map(|bar| bar.count).sum::<usize>());
        verdict.exactly("counted", counted as u64, in_time as u64);
        delays.extend(class.reveal_delays(question));
    }
    let counts = class.teacher.take_counts();
    // Four in a second, however many answer.
    let bursts = counts.windows(5).filter(|five| five[4].duration_since(five[0]) < COUNTS_WITHIN).count();
    verdict.exactly("more than 4 counts in a second", bursts as u64, 0);
    try_join(class.teacher.end(), other.teacher.end()).await?;
    add_figures(&mut verdict, &[&class, &other]);
    verdict.at_most("reveal p99", classroom::percentile(delays, 99), REVEAL_WITHIN);
    Ok(verdict)
}

/// A hundred games of thirty at once.
pub(super) async fn many(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let stage = Stage::build(&setting.environment, "games-many", &Plan::cluster(3)).await?;
    let games = setting.pick(10, 100);
    let habits = |number: usize| habits(Duration::from_secs(2), number % 5 == 1, false);
    let quiz = || classroom::questions(2, 10);
    let mut classes = Vec::with_capacity(games);
    for number in 0..games {
        let seed = setting.seed.wrapping_add(number as u64);
        classes.push(Class::gather(stage.load_balancer.clone(), &stage.load_balancer, quiz(), 30, habits, seed).await?);
    }
    let mut delays = Vec::new();
    for question in 0..2 {
        try_join_all(classes.iter().map(|class| class.ask(question, QUESTION_WITHIN))).await?;
        delays.extend(classes.iter().flat_map(|class| class.reveal_delays(question)));
    }
    try_join_all(classes.iter().map(|class| class.teacher.end())).await?;
    verdict.figure("games", games);
    add_figures(&mut verdict, &classes.iter().collect::<Vec<_>>());
    verdict.at_most("reveal p99", classroom::percentile(delays, 99), REVEAL_WITHIN);
    Ok(verdict)
}

/// The host's node is killed in an open question, then the node of half of the
/// players, then all nodes are rolled: the same deadline, and no answer lost.
pub(super) async fn nodes_die(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let mut stage = Stage::build(&setting.environment, "game-nodes-die", &Plan::cluster(3)).await?;
    let students = setting.pick(40, 200);
    let habits = |number: usize| habits(Duration::from_secs(15), number % 5 == 1, number % 10 == 2);
    // The teacher comes in at the first node, which is killed first.
    // The question outlasts two nodes that die and three that leave, one after the other.
    let (teachers, quiz) = (stage.load_balancer_to(&[0]), classroom::questions(2, setting.pick(25, 60)));
    let class = Class::gather(teachers, &stage.load_balancer, quiz, students, habits, setting.seed).await?;
    class.teacher.go_on().await?;
    let open = class.teacher_sees(QUESTION_WITHIN, |game| game.phase == Phase::Open).await?;
    let (at, closes_at) = (open.at.unwrap_or_default(), open.closes_at.unwrap_or_default());
    ensure!(closes_at > classroom::now_ms(), "the question closes at no time");
    for node in 0..2 {
        sleep(Duration::from_millis(1_500)).await;
        stage.nodes[node].kill();
        stage.nodes[node].start_again()?;
        stage.nodes[node].becomes_ready(QUESTION_WITHIN).await?;
    }
    for node in &mut stage.nodes {
        node.leave(QUESTION_WITHIN).await?;
        node.start_again()?;
        node.becomes_ready(QUESTION_WITHIN).await?;
    }
    verdict.must(classroom::now_ms() < closes_at, || "the nodes took longer than the question".into());
    let begin = Instant::now();
    let seen = |notes: &classroom::Notes| notes.revealed.contains_key(&at) && notes.outcomes.contains_key(&at);
    verdict.must_be("the reveal", class.all(QUESTION_WITHIN, "shown what was right", seen).await);
    verdict.time("waited for the deadline", begin.elapsed());
    let revealed_at = class.students.iter().filter_map(|student| student.notes().revealed.get(&at).copied()).min();
    let late_ms = revealed_at.unwrap_or_default().abs_diff(closes_at);
    verdict.at_most("deadline missed by", Duration::from_millis(late_ms), Duration::from_millis(DEADLINE_MS));
    class.ask(1, QUESTION_WITHIN).await?;
    class.teacher.end().await?;
    add_figures(&mut verdict, &[&class]);
    let away: Vec<_> = class.students.iter().flat_map(|student| student.notes().away.clone()).collect();
    verdict.figure("came back", away.len());
    verdict.must(!away.is_empty(), || "nobody lost a connection".into());
    verdict.at_most("back p99", classroom::percentile(away, 99), BACK_WITHIN);
    Ok(verdict)
}

fn habits(within: Duration, repeats: bool, is_late: bool) -> Habits {
    Habits { within, repeats, is_late }
}

fn add_figures(verdict: &mut Verdict, classes: &[&Class]) {
    let students = || classes.iter().flat_map(|class| &class.students);
    let sum = |number: fn(&classroom::Notes) -> u64| students().map(|student| number(&student.notes())).sum::<u64>();
    verdict.figure("students", students().count());
    verdict.figure("answers", sum(|notes| notes.given.len() as u64));
    verdict.figure("repeated", sum(|notes| notes.duplicates));
    verdict.figure("too late", sum(|notes| notes.late));
    let faults: Vec<_> = classes.iter().flat_map(|class| sums::faults(class)).collect();
    verdict.exactly("sums that differ", faults.len() as u64, 0);
    faults.into_iter().for_each(|fault| verdict.must(false, || fault));
}

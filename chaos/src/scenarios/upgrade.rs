//! Nodes of the version before and of this one share one Redis while one after the other is replaced.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use crate::classroom::{self, Class, Habits, sums};
use crate::ledger::audit::Promise;
use crate::play::{Play, Setting};
use crate::stage::{Plan, RunEnvironment};
use crate::verdict::{Skipped, Verdict};

/// How long nodes of both versions are there together after each change.
const TOGETHER: Duration = Duration::from_secs(3);
const READY_WITHIN: Duration = Duration::from_secs(20);
const LEAVES_WITHIN: Duration = Duration::from_secs(30);
/// Nobody takes longer than this for one question.
const QUESTION_WITHIN: Duration = Duration::from_secs(90);

/// All nodes begin with the version before. Each is replaced by this version, and the first one is put back to the
/// version before once, as an operator does who has second thoughts. Meanwhile people talk, and a class has a question
/// open that both versions take answers to.
pub(super) async fn rolling(setting: &Setting) -> Result<Verdict> {
    let Some(before) = setting.environment.before.clone() else {
        return Err(Skipped("it needs the program of the version before (--before)".into()).into());
    };
    let earlier = RunEnvironment { program: before.clone(), ..setting.environment.clone() };
    let earlier = Setting { environment: earlier, ..setting.clone() };
    let mut play = Play::begin(&earlier, "upgrade", &Plan::cluster(3)).await?;
    play.crowd.change_nothing();
    let mut verdict = Verdict::default();
    let habits =
        |number: usize| Habits { within: Duration::from_secs(20), repeats: number.is_multiple_of(5), is_late: false };
    let (nodes, quiz) = (play.stage.load_balancer.clone(), classroom::questions(2, 60));
    let class = Class::gather(nodes.clone(), &nodes, quiz, setting.pick(20, 100), habits, setting.seed).await?;
    class.teacher.go_on().await?;
    let now = setting.environment.program.clone();
    replace(&mut play, 0, &now).await?;
    replace(&mut play, 0, &before).await?;
    for node in 0..play.stage.nodes.len() {
        replace(&mut play, node, &now).await?;
    }
    // Now all nodes know how to edit and delete.
    play.crowd.talk(Duration::from_millis(1_500));
    let seen = |notes: &classroom::Notes| notes.revealed.contains_key(&0) && notes.outcomes.contains_key(&0);
    verdict.must_be("the reveal", class.all(QUESTION_WITHIN, "shown what was right", seen).await);
    class.ask(1, QUESTION_WITHIN).await?;
    class.teacher.end().await?;
    let faults = sums::faults(&class);
    verdict.exactly("sums that differ", faults.len() as u64, 0);
    faults.into_iter().for_each(|fault| verdict.must(false, || fault));
    play.end(&mut verdict, Promise::Kept).await?;
    Ok(verdict)
}

/// Lets a node leave and starts it again with another program.
async fn replace(play: &mut Play, node: usize, program: &Path) -> Result<()> {
    let node = &mut play.stage.nodes[node];
    node.leave(LEAVES_WITHIN).await?;
    node.start_as(program)?;
    node.becomes_ready(READY_WITHIN).await?;
    sleep(TOGETHER).await;
    Ok(())
}

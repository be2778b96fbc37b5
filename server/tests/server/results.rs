//! Results of games, as their hosts read them on pages and in sheets.

use protocol::game::{Answer, GameClientMessage as Say, Phase};
use protocol::quiz::{Kind, Question, Results};
use protocol::wire;

use crate::browser::Browser;
use crate::class::{Pupil, choice, everywhere, quiz};
use crate::node::TestNode;
use crate::polling::{PATIENCE, poll_until};

#[tokio::test(flavor = "multi_thread")]
async fn a_host_reads_what_was_chosen_in_a_poll_and_by_whom() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Browser::at(&node).await;
    let viewer = ana.ask("viewer", &[]).await.text().await.unwrap();
    let member: protocol::Member = wire::decode(&viewer).unwrap();
    let results: Results = wire::decode(POLL).unwrap();
    node.node().library.store.store_results(&member.id, &results).await.unwrap();

    let page = ana.get("/results/g2").await.text().await.unwrap();
    for part in ["2 of 3 players answered.", "=Easy", "So so", "50%", "0%"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let ada = ana.get("/results/g2?player=1").await.text().await.unwrap();
    assert!(ada.contains("Chosen: ") && ada.contains("=Easy"), "{ada}");
    let players = ana.get("/results/g2/export.csv?by=players").await.text().await.unwrap();
    assert!(players.contains("\"1\",\"Ada\",\"0\",\"'=Easy\""), "{players}");
    let questions = ana.get("/results/g2/export.csv?by=questions").await.text().await.unwrap();
    assert!(questions.contains("\"'=Easy: 1 (50%), So so: 0 (0%), Hard: 1 (50%)\""), "{questions}");
    let workbook = ana.get("/results/g2/export.xlsx").await.bytes().await.unwrap();
    let sheets = unzipped(&workbook, "xl/workbook.xml");
    assert!(sheets.contains("name=\"Polls\""), "{sheets}");
    let sheet = unzipped(&workbook, "xl/sharedStrings.xml");
    for part in ["Chosen in the poll", "Easy: 1 (50%), So so: 0 (0%), Hard: 1 (50%)", "In percent"] {
        assert!(sheet.contains(part), "{part}: {sheet}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_is_kept_with_all_its_answers_chosen_or_not() {
    everywhere(async |one, two| {
        let poll = Question { kind: Kind::Poll, ..choice("Which colour?", 60) };
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![poll])).await;
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        let (mut ben, _) = Pupil::player(one, &hosting.pin, "Ben").await;
        teacher.step(Say::Start).await;
        for (pupil, chosen) in [(&mut ada, 2), (&mut ben, 2)] {
            pupil.sees(Phase::Open).await;
            pupil.answer(0, Answer::Choice(chosen)).await;
        }
        let shown = teacher.sees(Phase::Reveal).await.game.reveal.unwrap();
        teacher.step(Say::End).await;
        ada.sees(Phase::Podium).await;

        let cookie = teacher.cookie.parse().unwrap();
        let headers = axum::http::HeaderMap::from_iter([(axum::http::header::COOKIE, cookie)]);
        let owner = one.node().sessions.authenticate(&headers).unwrap().id;
        let kept = poll_until(PATIENCE, async || {
            let kept = two.node().library.store.results(&owner).await.unwrap();
            kept.into_iter().find(|kept| kept.unfinished.is_none())
        });
        let id = kept.await.unwrap().id;
        let results = two.node().library.store.result(&owner, &id).await.unwrap().unwrap();
        assert_eq!(results.chosen(0), shown.bars, "as on the wall");
        let counts: Vec<_> = results.chosen(0).into_iter().map(|bar| bar.count).collect();
        assert_eq!(counts, [0, 0, 2], "with what nobody chose");
        assert_eq!(results.wrong_answers(0), [], "nothing of a poll is wrong");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_damaged_answer_costs_nobody_else_the_results() {
    let node = TestNode::embedded(&[]).await;
    let (mut teacher, hosting) = Pupil::teacher(&node, quiz(vec![choice("1?", 60)])).await;
    let (mut ada, _) = Pupil::player(&node, &hosting.pin, "Ada").await;
    let (mut ben, _) = Pupil::player(&node, &hosting.pin, "Ben").await;
    teacher.step(Say::Start).await;
    for (pupil, chosen) in [(&mut ada, 0), (&mut ben, 1)] {
        pupil.sees(Phase::Open).await;
        pupil.answer(0, Answer::Choice(chosen)).await;
    }
    teacher.sees(Phase::Reveal).await;
    let file = rusqlite::Connection::open(node.data_folder().join("hubbub.db")).unwrap();
    let update = r#"UPDATE answers SET given = '{' WHERE given LIKE '%"choice":1%'"#;
    assert_eq!(file.execute(update, []).unwrap(), 1);
    teacher.step(Say::End).await;
    ada.sees(Phase::Podium).await;

    let cookie = teacher.cookie.parse().unwrap();
    let headers = axum::http::HeaderMap::from_iter([(axum::http::header::COOKIE, cookie)]);
    let owner = node.node().sessions.authenticate(&headers).unwrap().id;
    let library = &node.node().library.store;
    let kept = poll_until(PATIENCE, async || {
        let kept = library.results(&owner).await.unwrap();
        kept.into_iter().find(|kept| kept.unfinished.is_none())
    });
    let id = kept.await.unwrap().id;
    let results = library.result(&owner, &id).await.unwrap().unwrap();
    let answered: Vec<_> =
        results.players.iter().map(|player| (player.name.as_str(), player.answers[0].is_some())).collect();
    assert!(answered.contains(&("Ada", true)) && answered.contains(&("Ben", false)), "{answered:?}");
    assert_eq!(results.questions[0].answered, 2, "as it was counted");
    node.stop().await;
}

/// A part of a workbook, as text.
fn unzipped(workbook: &[u8], part: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    std::io::read_to_string(archive.by_name(part).unwrap()).unwrap()
}

const POLL: &str = r#"{"id":"g2","pin":"482915","title":"Moods","endedAt":5,
    "questions":[{"text":"How was it?","kind":"poll","right":"","correct":0,"answered":2,"players":3,
        "bars":[{"text":"=Easy","count":1},{"text":"So so","count":0},{"text":"Hard","count":1}]}],
    "players":[
        {"name":"Ada","score":0,"place":1,"answers":[{"text":"=Easy","verdict":"poll","points":0,"tookMs":4321}]},
        {"name":"Ben","score":0,"place":1,"answers":[{"text":"Hard","verdict":"poll","points":0,"tookMs":1000}]},
        {"name":"Cem","score":0,"place":1,"answers":[null]}]}"#;

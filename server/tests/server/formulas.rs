//! Formulas on the wall, on phones and on authors' pages: rendered by the server, and
//! never markup that somebody wrote.

use protocol::formula::{Formulas, Piece, pieces};
use protocol::game::{Answer, Game, GameClientMessage as Say, Phase};
use protocol::quiz::{Choice, Question};
use protocol::wire;
use reqwest::StatusCode;

use crate::browser::Browser;
use crate::class::{Pupil, everywhere, quiz};
use crate::markup::tags;
use crate::node::TestNode;

const HOSTILE: &str = r"$\text{</mtext></math><img src=x onerror=alert(1)>}$";

fn squares() -> Question {
    let option = |text: &str, right| Choice { text: text.into(), right };
    Question {
        text: r"What is $x^2$ for $x=3$? It costs $5 and $7, not $\frac{1}$.".into(),
        explanation: r"Because $3\cdot 3=9$.".into(),
        options: vec![option("$9$", true), option("$6$", false), option(HOSTILE, false)],
        seconds: 60,
        ..Question::default()
    }
}

/// Which of the formulas in a text a game's frame contains rendered.
fn drawn(game: &Game, text: &str) -> Vec<bool> {
    let formulas = pieces(text).filter_map(|piece| match piece {
        Piece::Formula(source) => Some(game.formulas.markup(source).is_some()),
        Piece::Text(_) => None,
    });
    formulas.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_game_brings_the_formulas_that_it_shows_and_none_before() {
    everywhere(async |one, two| {
        let Question { text, explanation: why, .. } = squares();
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![squares()])).await;
        assert!(hosting.game.formulas.is_empty());
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        teacher.step(Say::Start).await;

        let ready = ada.sees(Phase::Ready).await.game;
        assert_eq!(
            ready.asked.as_ref().map(|asked| asked.text.as_str()),
            Some(text.as_str()),
            "it is as it was written"
        );
        assert_eq!(drawn(&ready, &text), [true, true, false], "and the last one is wrong");
        assert_eq!((drawn(&ready, "$9$"), drawn(&ready, &why)), (vec![false], vec![false]));
        let open = ada.sees(Phase::Open).await.game;
        assert_eq!((drawn(&open, "$9$"), drawn(&open, &why)), (vec![true], vec![false]));
        ada.answer(0, Answer::Choice(0)).await;
        let revealed = ada.sees(Phase::Reveal).await.game;
        assert_eq!((drawn(&revealed, &text), drawn(&revealed, &why)), (vec![true, true, false], vec![true]));

        // Whoever loads the page then has them in it, drawn and in what it begins with.
        let mut browser = Browser::without_cookies(two);
        let (name, value) = ada.cookie.split_once('=').unwrap();
        browser.cookies.insert(name.into(), value.into());
        let page = browser.get(&format!("/play/{}", hosting.pin)).await.text().await.unwrap();
        assert!(page.contains(r#"<math alttext="3\cdot 3=9" aria-label="3\cdot 3=9">"#), "{page}");
        assert!(page.contains(r#"\u003cmath alttext=\"9\""#), "{page}");
        assert!(tags(&page).iter().all(|tag| tag.name != "img"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_tries_a_quiz_gets_its_formulas_drawn() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Browser::at(&node).await;
    let text = format!("$x^2$\n$\\frac{{1}}$\n{HOSTILE}\n$$\\sum_i i$$ for $5 and $7");
    let answer = ana.ask("formulas", &[("text", &text)]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let formulas: Formulas = wire::decode(&answer.text().await.unwrap()).unwrap();
    let markup: Vec<_> = pieces(&text)
        .filter_map(|piece| match piece {
            Piece::Formula(source) => Some(formulas.markup(source).map(str::to_owned)),
            Piece::Text(_) => None,
        })
        .collect();
    let [square, wrong, hostile, sum] = &markup[..] else { panic!("{markup:?}") };
    assert!(square.as_ref().is_some_and(|markup| markup.contains("<msup>")) && wrong.is_none());
    assert!(hostile.as_ref().is_some_and(|markup| markup.contains("&lt;img") && !markup.contains("<img")));
    assert!(sum.as_ref().is_some_and(|markup| markup.contains("display=\"block\"")));
    let long = "$x$ ".repeat(16 * 1024);
    assert!(!ana.ask("formulas", &[("text", &long)]).await.status().is_server_error());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_understood_of_a_file_is_shown_with_its_formulas() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Browser::at(&node).await;
    let file = format!(
        "Question,Answer 1,Answer 2,Time limit,Correct answer(s)\nWhat is $\\sqrt{{16}}$?,$4$,{HOSTILE},20,1\nIt costs $5 and $7?,a,b,20,1\n"
    );
    let body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{file}\r\n--edge--\r\n"
    );
    let request = ana.request(reqwest::Method::POST, "/api/import-quiz").header("accept", "text/html");
    let request = request.header("content-type", "multipart/form-data; boundary=edge").body(body);
    let page = ana.send(request).await.text().await.unwrap();
    assert!(page.contains(r#"<math alttext="\sqrt{16}""#), "{page}");
    assert!(page.contains("It costs $5 and $7?"), "{page}");
    let hostile = |tag: &crate::markup::Tag| tag.attributes.iter().any(|(name, _)| name == "onerror");
    assert!(!tags(&page).iter().any(hostile), "{page}");
    node.stop().await;
}

//! What came of a game, as CSV: one row for each player, or for each question.

use protocol::game::Verdict;
use protocol::quiz::{Kind, PlayerAnswer, PlayerResult, Results};

use super::csv;

/// One row for each player: place, name, score, and what they answered.
pub fn players_csv(results: &Results) -> Vec<u8> {
    // Of a slide nobody answered anything.
    let asked = || results.questions.iter().enumerate().filter(|(_, question)| question.kind != Kind::Slide);
    let mut header: Vec<String> = ["Place", "Name", "Score"].map(String::from).into();
    for (at, question) in asked() {
        let number = at + 1;
        header.push(format!("{number}. {}", question.text));
        header.extend(["result", "points", "seconds"].map(|what| format!("{number}. {what}")));
    }
    let row = |player: &PlayerResult| {
        let mut cells = vec![player.place.to_string(), player.name.to_string(), player.score.to_string()];
        for (at, _) in asked() {
            cells.extend(answer(player.answers.get(at).and_then(Option::as_ref)));
        }
        cells
    };
    let rows = results.players.iter().map(row);
    csv::write(&std::iter::once(header).chain(rows).collect())
}

fn answer(answer: Option<&PlayerAnswer>) -> [String; 4] {
    let Some(answer) = answer else { return ["", "no answer", "0", ""].map(String::from) };
    let verdict = match answer.verdict {
        Verdict::Right => "right",
        Verdict::Partly => "partly right",
        Verdict::Wrong => "wrong",
        Verdict::Missing => "no answer",
        Verdict::Poll => "",
    };
    let seconds = format!("{}.{}", answer.took_ms / 1000, answer.took_ms % 1000 / 100);
    [answer.text.clone(), verdict.into(), answer.points.to_string(), seconds]
}

/// One row for each question: what was right, and how many knew it.
pub fn questions_csv(results: &Results) -> Vec<u8> {
    let header = ["Number", "Question", "Right answer", "Right", "Answered", "Players", "Right in percent"];
    let mut grid = vec![header.map(String::from).to_vec()];
    for (at, question) in results.questions.iter().enumerate().filter(|(_, question)| question.kind != Kind::Slide) {
        let percent = question.correct_percent().map_or_else(String::new, |percent| percent.to_string());
        let knew = if question.kind.has_right() { question.knew.to_string() } else { String::new() };
        grid.push(vec![
            (at + 1).to_string(),
            question.text.clone(),
            question.right.clone(),
            knew,
            question.answered.to_string(),
            question.players.to_string(),
            percent,
        ]);
    }
    csv::write(&grid)
}

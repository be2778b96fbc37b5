//! The share of right answers to each question: arches on a line.

use leptos::prelude::*;
use protocol::quiz::QuestionResult;

/// The height of a whole arch, in units of the drawing.
const WHOLE: usize = 100;
const WIDTH: usize = 24;
const STEP: usize = 32;
/// Arches that fit on the narrowest page.
const FITTING: usize = 6;

/// An arch for each question that could be right. All numbers are in the table beneath, which is the chart
/// for people who do not see it.
#[component]
pub(super) fn Bars(questions: Vec<QuestionResult>) -> impl IntoView {
    let known: Vec<_> = questions
        .iter()
        .enumerate()
        .filter_map(|(at, question)| Some((at, usize::try_from(question.correct_percent()?).ok()?)))
        .collect();
    if known.is_empty() {
        return ().into_any();
    }
    // What scrolls can be reached by keyboard.
    let is_wide = known.len() > FITTING;
    let lowest = known.iter().map(|(_, percent)| *percent).min().unwrap_or_default();
    let columns = known.iter().map(|(at, percent)| column(*at, *percent, *percent == lowest)).collect_view();
    view! {
        <div class="author__part">
            <h2>"Right answers by question"</h2>
            <figure class="known" role="img" aria-label=sentence(&known) tabindex=is_wide.then_some("0")>
                <div class="known__line" aria-hidden="true">
                    {columns}
                </div>
            </figure>
        </div>
    }
    .into_any()
}

fn column(at: usize, percent: usize, is_lowest: bool) -> AnyView {
    let class = if is_lowest { "known__arch known__arch--low" } else { "known__arch" };
    view! {
        <span class="known__column">
            <span class="known__number num">{percent}</span>
            <svg class=class viewBox=format!("0 0 {STEP} {WHOLE}") preserveAspectRatio="xMidYMax meet">
                <path class="known__ghost" d=arch(WHOLE)></path>
                <path class="known__share" d=arch(percent)></path>
            </svg>
            <span class="known__place num">{at + 1}</span>
        </span>
    }
    .into_any()
}

/// The path of an arch of that height on the line. A low one is flat; at 0 it is a line.
fn arch(percent: usize) -> String {
    let (left, half) = ((STEP - WIDTH) / 2, WIDTH / 2);
    let top = percent.min(half);
    let wall = percent.saturating_sub(half);
    format!("M{left} {WHOLE}v-{wall}a{half} {} 0 0 1 {WIDTH} 0v{wall}z", top.max(1))
}

/// The chart as a sentence.
fn sentence(known: &[(usize, usize)]) -> String {
    let each: Vec<_> = known.iter().map(|(at, percent)| format!("question {}: {percent}%", at + 1)).collect();
    format!("Right answers by question: {}.", each.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arch_is_as_high_as_its_share() {
        assert_eq!(arch(100), "M4 100v-88a12 12 0 0 1 24 0v88z");
        assert_eq!(arch(5), "M4 100v-0a12 5 0 0 1 24 0v0z");
        assert_eq!(arch(0), "M4 100v-0a12 1 0 0 1 24 0v0z");
    }

    #[test]
    fn the_chart_can_be_heard() {
        assert_eq!(sentence(&[(0, 75), (2, 50)]), "Right answers by question: question 1: 75%, question 3: 50%.");
    }
}

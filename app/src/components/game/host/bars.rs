//! What people answered, as arches on a line.

use leptos::prelude::*;
use protocol::game::{Asked, Bar, Reveal};
use protocol::quiz::Kind;

use super::words;
use crate::components::game::answer::{key, kind};
use crate::components::icon::{CHECK, icon};

/// The tallest arch; the others are shares of it, in so many steps, because
/// a page of ours has no styles of its own in its elements.
const STEPS: usize = 20;

/// The chart of a reveal. Who cannot see it gets a table.
pub(super) fn bars(asked: &Asked, reveal: &Reveal) -> AnyView {
    let most = reveal.bars.iter().map(|bar| bar.count).max().unwrap_or_default().max(1);
    let columns = reveal.bars.iter().map(|bar| column(bar, option_of(asked, bar), most)).collect_view();
    let rows = reveal.bars.iter().map(row).collect_view();
    let few = if reveal.bars.len() > 4 { "bars bars--many" } else { "bars" };
    view! {
        <figure class=few aria-label=words::chart(reveal)>
            <div class="bars__chart" aria-hidden="true">
                {columns}
            </div>
            <div class="unseen">
                <table>
                    <caption>"Answers"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Answer"</th>
                            <th scope="col">"Players"</th>
                            <th scope="col">"Right"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </figure>
    }
    .into_any()
}

fn column(bar: &Bar, option: Option<usize>, most: usize) -> AnyView {
    let height = (bar.count * STEPS).div_ceil(most);
    let right = bar.right.then(|| {
        view! { <span class="bars__flag">"Right answer"</span> }
    });
    let check = bar.right.then(|| view! { <span class="bars__check">{icon(CHECK)}</span> });
    let class = option.map_or_else(|| "bars__col bars__col--plain".to_owned(), |option| kind("bars__col", option));
    let class = class + if bar.right { " bars__col--right" } else { "" };
    view! {
        <div class=class>
            {right} <span class="bars__count">{bar.count}</span>
            <div class=format!("bars__bar bars__bar--{height}")>{check}</div>
        </div>
        <div class="bars__label">
            {option.map(key)}
            <span class="bars__text" dir="auto">
                {bar.text.clone()}
            </span>
        </div>
    }
    .into_any()
}

fn row(bar: &Bar) -> AnyView {
    view! {
        <tr>
            <th scope="row" dir="auto">
                {bar.text.clone()}
            </th>
            <td>{bar.count}</td>
            <td>{if bar.right { "yes" } else { "no" }}</td>
        </tr>
    }
    .into_any()
}

/// The option that an answer was, where players saw it as one.
fn option_of(asked: &Asked, bar: &Bar) -> Option<usize> {
    if !asked.kind.has_options() || asked.kind == Kind::Order {
        return None;
    }
    asked.options.iter().position(|option| *option == bar.text)
}

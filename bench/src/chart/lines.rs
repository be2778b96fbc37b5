//! Line charts: the cost of a unit of work as the size grows. A flat line is good.

use super::svg::Drawing;
use crate::table::number;

const WIDTH: f64 = 620.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 36.0;
const TOP: f64 = 92.0;
const BOTTOM: f64 = 58.0;

/// A chart with one or two lines.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What grows and what it costs.
    pub title: String,
    /// The finding, as a sentence.
    pub found: String,
    /// The name of the sizes.
    pub sizes: String,
    /// The lines, one or two of them.
    pub series: Vec<Series>,
}

/// One line of a chart: what it costs at each size.
#[derive(Clone, Debug)]
pub struct Series {
    /// What it is, with the unit.
    pub title: String,
    /// How many digits after the point the costs are written with.
    pub digits: usize,
    /// Pairs of a size and its cost.
    pub points: Vec<(f64, f64)>,
}

const CLASSES: [&str; 2] = ["one", "two"];

/// The picture of a chart; `None` where there is no point in it.
pub fn draw(chart: &Chart) -> Option<String> {
    let points = || chart.series.iter().flat_map(|series| &series.points).copied();
    points().next()?;
    let (least, most) = points().fold((f64::MAX, f64::MIN), |(least, most), (x, _)| (least.min(x), most.max(x)));
    let top = round_up(points().map(|(_, y)| y).fold(f64::MIN_POSITIVE, f64::max));
    let span = (most / least).ln().max(f64::MIN_POSITIVE);
    let at_x = |x: f64| LEFT + 10.0 + (x / least).ln() / span * (WIDTH - LEFT - RIGHT - 10.0);
    let at_y = |y: f64| HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM);
    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    drawing.text(24.0, 32.0, "panel", &chart.title);
    drawing.text(24.0, 51.0, "quiet", &chart.found);
    for step in 0..=4 {
        let value = top * f64::from(step) / 4.0;
        drawing.line((LEFT, at_y(value)), (WIDTH - RIGHT + 8.0, at_y(value)));
        let digits = if top < 10.0 { 2 } else { usize::from(top < 100.0) };
        drawing.text(LEFT - 8.0, at_y(value) + 4.0, "quiet end", &number(value, digits));
    }
    let mut sizes: Vec<_> = points().map(|(x, _)| x).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    for size in sizes {
        drawing.text(at_x(size), HEIGHT - BOTTOM + 20.0, "quiet middle", &number(size, 0));
    }
    drawing.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 16.0, "quiet middle", &chart.sizes);
    let mut legend = 24.0;
    let mut about = vec![chart.found.clone()];
    for (series, class) in chart.series.iter().zip(CLASSES) {
        let way: Vec<_> = series.points.iter().map(|(x, y)| (at_x(*x), at_y(*y))).collect();
        drawing.polyline(&way, class);
        drawing.bar(legend, 62.0, 12.0, 12.0, class);
        drawing.text(legend + 18.0, 72.0, "quiet", &series.title);
        legend += 34.0 + 6.6 * series.title.chars().count() as f64;
        let told: Vec<_> =
            series.points.iter().map(|(x, y)| format!("{} at {}", number(*y, series.digits), number(*x, 0))).collect();
        about.push(format!("{}: {}.", series.title, told.join(", ")));
    }
    Some(drawing.finish(&chart.title, &about.join(" ")))
}

/// The next of 1, 2, 4, 5, 8 with noughts.
fn round_up(value: f64) -> f64 {
    let unit = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 4.0, 5.0, 8.0, 10.0].into_iter().map(|step| step * unit).find(|step| *step >= value).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_a_round_number() {
        for (value, end) in [(0.9, 1.0), (1.0, 1.0), (1.1, 2.0), (7.0, 8.0), (81.0, 100.0), (420.0, 500.0)] {
            assert!((round_up(value) - end).abs() < 1e-9, "{value}: {}", round_up(value));
        }
    }

    #[test]
    fn equal_costs_are_a_flat_line() {
        let series = Series { title: "µs".into(), digits: 1, points: vec![(10.0, 3.0), (100.0, 3.0), (1_000.0, 3.0)] };
        let chart = Chart { title: "t".into(), found: "f".into(), sizes: "s".into(), series: vec![series] };
        let svg = draw(&chart).unwrap();
        let heights: Vec<_> = svg
            .lines()
            .filter(|line| line.starts_with("<circle"))
            .map(|line| line.split("cy=").nth(1).unwrap().split(' ').next())
            .collect();
        assert_eq!(heights.len(), 3);
        assert!(heights.windows(2).all(|pair| pair[0] == pair[1]), "{svg}");
        assert_eq!(draw(&Chart { series: Vec::new(), ..chart }), None);
    }
}

//! As much of SVG as the charts need.

use std::fmt::{Display, Write as _};

/// The names of `style/_tokens.scss`, as a picture of its own can have them.
/// The picture brings its paper along, because it cannot know what it lies on.
const STYLE: &str = "\
svg{--paper:#fefefb;--ink:#01261e;--text:#15382e;--quiet:#3f5d51;--hairline:#cfdccc;--ours:#116d45;\
--other:#708a7e;--second:#9e6706;font-family:'Atkinson Next',system-ui,'Segoe UI','Noto Sans',sans-serif}\
@media(prefers-color-scheme:dark){svg{--paper:#1d372e;--ink:#f8f7f0;--text:#e8e9de;--quiet:#acbcaf;\
--hairline:#334d43;--ours:#71d790;--other:#7a9587;--second:#e5b650}}\
.paper{fill:var(--paper);stroke:var(--hairline)}.line{stroke:var(--hairline);fill:none}\
text{fill:var(--text);font-size:13px}.head{fill:var(--ink);font-size:20px;font-weight:700}\
.panel{fill:var(--ink);font-size:15px;font-weight:700}.quiet{fill:var(--quiet);font-size:12px}\
.end{text-anchor:end}.middle{text-anchor:middle}.strong{font-weight:700}\
.ours{fill:var(--ours)}.other{fill:var(--other)}.floor{fill:none;stroke:var(--other);stroke-dasharray:3 2}\
.way{fill:none;stroke-width:2.5}.way.one{stroke:var(--ours)}.way.two{stroke:var(--second)}\
.one{fill:var(--ours)}.two{fill:var(--second)}.way.one,.way.two{fill:none}";

/// An SVG picture to which shapes are added until it is written.
#[derive(Debug)]
pub(super) struct Drawing {
    width: f64,
    height: f64,
    body: String,
}

impl Drawing {
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    /// A text, with its alignment and style by `class`.
    pub(super) fn text(&mut self, x: f64, y: f64, class: &str, words: &str) {
        self.add(format_args!(r#"<text x="{x:.1}" y="{y:.1}" class="{class}">{}</text>"#, Escaped(words)));
    }

    pub(super) fn bar(&mut self, x: f64, y: f64, width: f64, height: f64, class: &str) {
        self.add(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="3" class="{class}"/>"#
        ));
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64)) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.add(format_args!(r#"<path d="M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}" class="line"/>"#));
    }

    /// A line through points, with a dot on each.
    pub(super) fn polyline(&mut self, points: &[(f64, f64)], class: &str) {
        let way: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
        self.add(format_args!(r#"<path d="M{}" class="way {class}"/>"#, way.join("L")));
        for (x, y) in points {
            self.add(format_args!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="4" class="{class}"/>"#));
        }
    }

    /// The whole file; `about` is for people who cannot see it.
    pub(super) fn finish(self, title: &str, about: &str) -> String {
        let Self { width, height, body } = self;
        let (title, about) = (Escaped(title), Escaped(about));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"title about\">\n<title id=\"title\">{title}</title>\n<desc id=\"about\">{about}</desc>\n\
             <style>{STYLE}</style>\n<rect x=\"0.5\" y=\"0.5\" width=\"{:.1}\" height=\"{:.1}\" rx=\"12\" \
             class=\"paper\"/>\n{body}</svg>\n",
            width - 1.0,
            height - 1.0
        )
    }

    fn add(&mut self, what: impl Display) {
        // Writing to a string does not fail.
        let _ = writeln!(self.body, "{what}");
    }
}

/// A text that cannot be mistaken for markup.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                control if control.is_control() => f.write_char(' ')?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_never_markup() {
        let mut drawing = Drawing::new(10.0, 10.0);
        drawing.text(1.0, 2.0, "quiet", "a<b>&\"c\"\u{0}d");
        let svg = drawing.finish("</title><script>", "x & y");
        assert!(svg.contains("a&lt;b&gt;&amp;&quot;c&quot; d</text>"), "{svg}");
        assert!(svg.contains("&lt;/title&gt;&lt;script&gt;</title>"), "{svg}");
        assert!(svg.contains("x &amp; y</desc>"), "{svg}");
    }
}

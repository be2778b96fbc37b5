//! Formulas as people write them, and as strangers do.

use proptest::prelude::*;
use protocol::limits;

use super::*;

/// The markup of LaTeX between dollars, without the element around it; `None` where it is shown as written.
fn drawn(latex: &str) -> Option<String> {
    let whole = render_one(Source { written: "", latex, is_block: false }).ok()?;
    check(&whole);
    let inner = whole.split_once('>').unwrap().1.strip_suffix("</math>").unwrap();
    Some(inner.to_owned())
}

/// All names and attributes that a formula may have.
const NAMES: [&str; 20] = [
    "math",
    "mfrac",
    "mi",
    "mn",
    "mo",
    "mover",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
];
const ATTRIBUTES: [&str; 19] = [
    "accent",
    "accentunder",
    "alttext",
    "aria-label",
    "class",
    "depth",
    "display",
    "displaystyle",
    "height",
    "largeop",
    "linethickness",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "scriptlevel",
    "stretchy",
    "symmetric",
    "width",
];

/// Checks markup strictly: only known names and attributes, each element closed, no unescaped sign.
fn check(markup: &str) {
    let mut open = Vec::new();
    let mut rest = markup;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        assert!(!text.contains('>'), "{markup}");
        let (tag, after) = tag[1..].split_once('>').expect("a tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{markup}");
            continue;
        }
        let name = tag.split(' ').next().unwrap();
        assert!(NAMES.contains(&name), "{name} in {markup}");
        let mut attributes = tag[name.len()..].trim_start();
        while !attributes.is_empty() {
            let (attribute, value) = attributes.split_once("=\"").expect("an attribute has a value");
            assert!(ATTRIBUTES.contains(&attribute), "{attribute} in {markup}");
            let (value, after) = value.split_once('"').expect("a value ends");
            assert!(!value.contains('<'), "{markup}");
            attributes = after.trim_start();
        }
        open.push(name);
    }
    assert!(open.is_empty() && rest.is_empty(), "{markup}");
    assert!(markup.len() <= MARKUP_BYTES);
}

#[test]
fn formulas_of_a_class_are_drawn() {
    for (latex, expected) in [
        ("x^2", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("_2", "<msub><mrow></mrow><mn>2</mn></msub>"),
        ("a<b", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>"),
        (r"\frac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"\sqrt{x+1}", "<msqrt><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow></msqrt>"),
        (r"\sqrt[3n]{x}", "<mroot><mi>x</mi><mrow><mn>3</mn><mi>n</mi></mrow></mroot>"),
        ("-x", "<mi>−</mi><mi>x</mi>"),
        ("x_i^{-1}", "<msubsup><mi>x</mi><mi>i</mi><mrow><mi>−</mi><mn>1</mn></mrow></msubsup>"),
        (r"3{,}14", "<mn>3</mn><mi>,</mi><mn>14</mn>"),
        (r"\mathbb{R}", "<mi>ℝ</mi>"),
        (r"\vec{v}", "<mover accent=\"true\"><mi>v</mi><mo stretchy=\"false\">→</mo></mover>"),
        (
            r"\binom{n}{k}",
            "<mrow><mo stretchy=\"true\">(</mo><mfrac linethickness=\"0em\"><mi>n</mi><mi>k</mi></mfrac><mo stretchy=\"true\">)</mo></mrow>",
        ),
        (r"50\,\text{km/h}", "<mn>50</mn><mspace width=\"0.167em\"></mspace><mtext>km/h</mtext>"),
        (
            r"0.\overline{3}",
            "<mn>0</mn><mo>.</mo><mover accent=\"true\" class=\"formula__over\"><mn>3</mn><mo stretchy=\"true\">‾</mo></mover>",
        ),
        (r"\Delta", "<mi mathvariant=\"normal\">Δ</mi>"),
        (r"\color{red}{x}", "<mi>x</mi>"),
    ] {
        assert_eq!(drawn(latex).as_deref(), Some(expected), "{latex}");
    }
}

#[test]
fn more_formulas_are_drawn_in_one_way_or_another() {
    for latex in [
        r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
        r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}",
        r"\sum_{k=1}^{n} k = \frac{n(n+1)}{2}",
        r"\lim_{x\to 0} \frac{\sin x}{x} = 1",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        r"\begin{cases} x & \text{if } x \ge 0 \\ -x & \text{otherwise} \end{cases}",
        r"\begin{array}{l|cr} a & b & c \\ \hline d & e & f \end{array}",
        r"\begin{aligned} a &= b \\ &= c \end{aligned}",
        r"\left( \frac{1}{2} \right]",
        r"\left. x \right|_{0}^{1}",
        r"\overline{AB} \parallel \underline{CD}",
        r"\overbrace{a+b}^{n}",
        r"\not= \neq \notin",
        r"{\displaystyle \sum_i i}",
        r"f''(x) \Rightarrow g'",
        r"\operatorname{ggT}(a,b)",
        r"\mathrm{H_2O}",
        r"90^\circ < \alpha \leq 180°",
        r"\bigl( x \bigr)",
        r"{}^{14}_{6}\mathrm{C}",
        "水 + 火",
    ] {
        assert!(drawn(latex).is_some(), "{latex}");
    }
}

#[test]
fn a_sum_on_a_line_of_its_own_has_its_limits_above_and_beneath() {
    let markup = |written: &str| {
        let text = format!("{written} is it");
        let formulas = render([text.as_str()], PAGE_BYTES);
        let Some(Piece::Formula(source)) = pieces(&text).next() else { panic!("{text}") };
        formulas.markup(source).unwrap().to_owned()
    };
    let (line, block) = (markup(r"$\sum_{i}^{n}$"), markup(r"$$\sum_{i}^{n}$$"));
    assert!(line.contains("<msubsup>") && !line.contains("display="), "{line}");
    assert!(block.contains("<munderover>") && block.contains(" display=\"block\">"), "{block}");
}

#[test]
fn the_source_is_the_text_of_a_formula() {
    let markup = render_one(Source { written: "", latex: r" a<b\text{ \& } ", is_block: false }).unwrap();
    let said = r#"alttext="a&lt;b\text{ \&amp; }" aria-label="a&lt;b\text{ \&amp; }""#;
    assert!(markup.starts_with(&format!("<math {said}>")), "{markup}");
}

#[test]
fn what_is_wrong_is_shown_as_it_is_written() {
    for latex in [
        r"\frac{1}",
        r"\frac{1}{2",
        r"\nosuchcommand",
        "x^",
        "x^1^2",
        "}",
        "a & b",
        r"a \\ b",
        r"\begin{nothing}x\end{nothing}",
        r"\begin{matrix}x",
        r"\left( x",
        "#1",
        r"\hspace{1000000em}",
        r"\hspace{1e30em}",
        r"\cancel{x+1}",
        "\u{7}",
    ] {
        assert_eq!(drawn(latex), None, "{latex}");
    }
}

#[test]
fn nothing_that_strangers_write_becomes_markup() {
    for latex in [
        r"\href{javascript:alert(1)}{x}",
        r"\url{javascript:alert(1)}",
        r"\class{evil}{x}",
        r"\htmlId{evil}{x}",
        r"\htmlStyle{position:fixed}{x}",
        r"\style{position:fixed}{x}",
        r"\unicode{x3C}",
        r"\includegraphics{http://evil.example/x.png}",
        r"\operatorname{<script>alert(1)</script>}",
        r"\mathop{<img src=x onerror=alert(1)>}",
        r"\text{\class{a}{b}}",
        r"\require{html}",
        r"\input{/etc/passwd}",
    ] {
        assert_eq!(drawn(latex), None, "{latex}");
    }
    for latex in [
        r"\text{<script>alert(1)</script>}",
        r"\text{</mtext></math><img src=x onerror=alert(1)>}",
        r#"\text{" onload="alert(1)}"#,
        "<script>alert(1)</script>",
        r"a \And b \lt c \gt d",
        r#"x"onload="alert(1)"#,
        "&lt;b&gt;",
    ] {
        // `drawn` checks the markup, if there is any.
        let _ = drawn(latex);
    }
    let text = drawn(r"\text{<script>alert(1)</script>}").unwrap();
    assert_eq!(text, "<mtext>&lt;script&gt;alert(1)&lt;/script&gt;</mtext>");
}

#[test]
fn bombs_and_towers_are_not_drawn() {
    for latex in [
        r"\def\a{\a\a}\a".to_owned(),
        r"\newcommand{\a}[1]{#1#1}\a{\a{\a{\a{x}}}}".to_owned(),
        r"\let\x=\y".to_owned(),
        format!("{}x{}", "{".repeat(130), "}".repeat(130)),
        "x^{".repeat(60) + "y" + &"}".repeat(60),
        r"\frac{1}{".repeat(30) + "x" + &"}".repeat(30),
        r"\sqrt".repeat(50) + "x",
        r"\bar".repeat(65) + "x",
        r"\not".repeat(65) + "x",
        "x".repeat(100_000),
        "{}".repeat(50_000),
        "_".repeat(limits::FORMULA_CHARS),
        r"\begin{array}{c}".repeat(15),
        r"\left(".repeat(45),
    ] {
        assert_eq!(drawn(&latex), None, "{}", &latex[..latex.len().min(60)]);
        assert!(events(&latex) <= EVENTS, "{}", &latex[..latex.len().min(60)]);
    }
    // Many small elements are too many as well.
    for part in [r"\displaystyle", "x", "x+", "'", "{}", r"\,", "<", r"\sum", "~", r"\int_0^1"] {
        let latex = part.repeat(limits::FORMULA_CHARS / part.chars().count());
        let _ = drawn(&latex);
        assert!(events(&latex) <= EVENTS, "{latex}");
    }
}

/// The most events of one formula, which are the steps of drawing it: a few for each character.
const EVENTS: usize = 4 * limits::FORMULA_CHARS;

/// How many events the crate makes of LaTeX up to the first error, counted to one more than [`EVENTS`]; none of
/// what is refused before.
fn events(latex: &str) -> usize {
    let Ok(latex) = source::prepared(latex) else { return 0 };
    let storage = pulldown_latex::Storage::new();
    pulldown_latex::Parser::new(&latex, &storage).take_while(Result::is_ok).take(EVENTS + 1).count()
}

#[test]
fn each_formula_goes_once_and_all_of_them_have_an_end() {
    let formulas = render(["$x$ and $x$", "$x$ or $y$"], PAGE_BYTES);
    assert_eq!(protocol::wire::encode(&formulas).matches("<math").count(), 2);
    assert!(render(["It costs $5 and $7", "no $\\frac{1}$"], PAGE_BYTES).is_empty());
    let many: Vec<_> = (0..5_000).map(|at| format!("$x_{{{at}}}$")).collect();
    let spelled = protocol::wire::encode(&render(many.iter().map(String::as_str), FRAME_BYTES));
    assert!(spelled.len() < 2 * FRAME_BYTES, "{}", spelled.len());
    let spelled = protocol::wire::encode(&render(many.iter().map(String::as_str), usize::MAX));
    assert!(spelled.matches("<math").count() <= LOOKED_AT);
}

/// Pieces that formulas are made of.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "x",
        "2",
        "{",
        "}",
        "^",
        "_",
        "&",
        r"\\",
        "+",
        "-",
        "<",
        ">",
        "'",
        "~",
        " ",
        "|",
        "(",
        "]",
        "[",
        "#",
        "\"",
        r"\frac",
        r"\sqrt",
        r"\sqrt[",
        r"\sum",
        r"\lim",
        r"\limits",
        r"\text{",
        r"\left(",
        r"\right)",
        r"\left.",
        r"\begin{array}{c|l}",
        r"\end{array}",
        r"\begin{cases}",
        r"\end{cases}",
        r"\hline",
        r"\begin{alignat}{1}",
        r"\end{alignat}",
        r"\displaystyle",
        r"\mathbf",
        r"\color{red}",
        r"\not",
        r"\vec",
        r"\overset",
        r"\hspace{1em}",
        r"\strut",
        r"\operatorname",
        r"\char",
        "\u{3000}",
        r"\kern",
        r"\hskip",
        r"\mskip",
        r"\Space",
        "1em",
        "1,5 mu",
        r"\\[1em]",
        r"\pmod",
        r"\limits",
        r"\big",
        r"\buildrel",
        r"\middle",
        r"\bigl",
        r"\substack{",
        r"\genfrac",
        r"\atop",
        "é",
        "水",
        "𝒳",
        r"\é",
        r"\,",
        r"\!",
        r"\begingroup",
        r"\endgroup",
        r"\phantom",
        r"\raise",
        r"\sideset",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_formula_is_too_odd(pieces in prop::collection::vec(piece(), 0..40)) {
        let latex = pieces.concat();
        // Not caught here: the crate must not panic on these.
        if let Ok(latex) = source::prepared(&latex) {
            let _ = reader::parse(&latex, true);
        }
        let _ = drawn(&latex);
    }

    #[test]
    fn no_text_is_too_odd(text in r"(\PC|\\[a-z]{1,3}|[{}\[\]&_^ \u{A0}\u{3000}]){0,60}") {
        if let Ok(latex) = source::prepared(&text) {
            let _ = reader::parse(&latex, false);
        }
        let _ = drawn(&text);
    }
}

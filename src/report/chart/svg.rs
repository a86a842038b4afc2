//! The scene as SVG text.
//!
//! Written here and not by plotters' SVG backend, which knows neither classes nor groups, and of dashes only many strokes.
//! No element has an id, so that any number of charts can stand in one page; nothing in it is a script or a reference.

use std::fmt::Write;

use super::colour::Paint;
use super::description::{Chart, Scale, Size};
use super::plot::PlotArea;
use super::scale::Domain;
use super::scene::{Anchor, Part, Shape, Spot, Text};
use crate::quantity::number::rounded;

/// Faces of about the width of the embedded one, which most systems have one of.
const FACES: &str = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/// The whole element. `data-plot` says where in it the values are, `data-x` and `data-y` which ones, so that a script needs
/// no more than the values themselves (see `data`) to answer a pointer.
pub(super) fn write(chart: &Chart, size: Size, (scene, plot): &(Vec<Shape>, PlotArea)) -> String {
    let Size { width, height } = size;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rc-chart\" role=\"img\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" style=\"max-width:100%;height:auto\" font-family=\"{FACES}\"{}>\n",
        place(plot)
    );
    // A picture without a name is a riddle to a screen reader.
    let names = [&chart.title, &chart.description];
    let name = names
        .into_iter()
        .find(|n| !n.is_empty())
        .map_or("Chart", String::as_str);
    let _ = writeln!(out, "<title>{}</title>", escape(name));
    let _ = writeln!(out, "<desc>{}</desc>", escape(&chart.description));
    for shape in scene {
        out += &self::shape(shape);
        out.push('\n');
    }
    out += "</svg>\n";
    out
}

fn place(plot: &PlotArea) -> String {
    let rect = [plot.rect.x, plot.rect.y, plot.rect.w, plot.rect.h]
        .map(number)
        .join(" ");
    let domain = |d: &Domain| {
        let scale = match d.scale {
            Scale::Linear | Scale::Whole => "linear",
            Scale::Log => "log",
            Scale::TimeOfDay => "time",
        };
        format!("{} {} {scale}", rounded(d.from), rounded(d.to))
    };
    format!(
        " data-plot=\"{rect}\" data-x=\"{}\" data-y=\"{}\"",
        domain(&plot.x),
        domain(&plot.y)
    )
}

/// Text that is nothing but text, also within quotes. Characters XML has no place for are replaced.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A tenth of a pixel is enough.
fn number(v: f64) -> String {
    let tenths = (v * 10.0).round() as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, rest) = (tenths.abs() / 10, tenths.abs() % 10);
    if rest == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{rest}")
    }
}

fn path(points: &[Spot]) -> String {
    let mut out = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let command = match i {
            0 => "M",
            1 => "L",
            _ => " ",
        };
        let _ = write!(out, "{command}{},{}", number(*x), number(*y));
    }
    out
}

/// The colour of a filling as an attribute, and the class that may overrule it.
fn fill(paint: Paint) -> String {
    let class = paint.class().map(|c| format!(" class=\"rc-{c}\""));
    format!("{} fill=\"{}\"", class.unwrap_or_default(), paint.hex())
}

/// The start of a path that is a stroke. It would be filled by a program that does not know `fill="none"` from a group; so
/// it says it itself.
fn stroke(paint: Paint, path: &str, width: &str) -> String {
    let class = paint.class().map(|c| format!(" class=\"rc-{c}-l\""));
    format!(
        "<path{} d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"",
        class.unwrap_or_default(),
        paint.hex()
    )
}

fn opacity(value: f64) -> String {
    if value >= 1.0 {
        String::new()
    } else {
        format!(" fill-opacity=\"{value}\"")
    }
}

fn circle(at: Spot, radius: f64, paint: Paint) -> String {
    let [x, y, r] = [at.0, at.1, radius].map(number);
    format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"{}/>", fill(paint))
}

fn shape(shape: &Shape) -> String {
    match shape {
        Shape::Stroke {
            points,
            paint,
            width,
            dash,
        } => {
            let start = stroke(*paint, &path(points), &width.to_string());
            let dash: Vec<String> = dash.iter().map(|d| number(*d)).collect();
            let dash = if dash.is_empty() {
                String::new()
            } else {
                format!(" stroke-dasharray=\"{}\"", dash.join(" "))
            };
            format!("{start} stroke-linejoin=\"round\"{dash}/>")
        }
        Shape::Fill {
            points,
            paint,
            opacity: share,
        } => {
            let (fill, share) = (fill(*paint), opacity(*share));
            format!("<path d=\"{}Z\"{fill}{share}/>", path(points))
        }
        Shape::Box {
            rect,
            paint,
            opacity: share,
        } => {
            let [x, y, w, h] = [rect.x, rect.y, rect.w.max(0.0), rect.h.max(0.0)].map(number);
            let (fill, share) = (fill(*paint), opacity(*share));
            format!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"{fill}{share}/>")
        }
        Shape::Disc { at, radius, paint } => {
            let rim = circle(*at, radius + 1.0, Paint::Paper);
            format!("{rim}\n{}", circle(*at, *radius, *paint))
        }
        Shape::Cloud {
            points,
            radius,
            paint,
        } => {
            // Strokes without length and with round ends: a tenth of the bytes that circles take.
            let dot = |(x, y): &Spot| format!("M{},{}h0", number(*x), number(*y));
            let dots: String = points.iter().map(dot).collect();
            let start = stroke(*paint, &dots, &number(radius * 2.0));
            format!("{start} stroke-linecap=\"round\"/>")
        }
        Shape::Text(text) => self::text(text),
        Shape::Begin(part) => format!("<g {}>", attributes(part)),
        Shape::End => "</g>".into(),
    }
}

/// By which a script knows the part.
fn attributes(part: &Part) -> String {
    match part {
        Part::Layer { index, name } => {
            format!("data-layer=\"{index}\" data-name=\"{}\"", escape(name))
        }
        Part::At(x) => format!("data-at=\"{}\"", number(*x)),
        Part::Stretch => "data-stretch=\"\"".into(),
        Part::Flag(from, to) => format!("data-flag=\"{} {}\"", number(*from), number(*to)),
        Part::Fixed => "data-fixed=\"\"".into(),
        Part::Ticks => "data-ticks=\"\"".into(),
        Part::Entry(name) => format!("data-entry=\"{}\"", escape(name)),
        Part::End(name) => format!("data-entry=\"{}\" data-end=\"\"", escape(name)),
    }
}

fn text(text: &Text) -> String {
    let [x, y, size] = [text.at.0, text.at.1, text.size].map(number);
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let weight = if text.strong {
        " font-weight=\"600\""
    } else {
        ""
    };
    let rotation = if text.upright {
        format!(" transform=\"rotate(-90 {x} {y})\"")
    } else {
        String::new()
    };
    let full_text = text.full_text.as_ref();
    let full_text = full_text.map_or(String::new(), |w| format!("<title>{}</title>", escape(w)));
    format!(
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{weight}{anchor}{rotation}{}>{full_text}{}</text>",
        fill(text.paint),
        escape(&text.text)
    )
}

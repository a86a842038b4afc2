//! The scene as SVG text.
//!
//! Written here and not by plotters' SVG backend, which knows whole pixels only and neither dashes nor classes nor groups.
//! No element has an id, so that any number of charts can stand in one page; nothing in it is a script or a reference.

use std::fmt::Write;

use super::super::number::rounded;
use super::colour::Paint;
use super::layout::Plot;
use super::scale::Domain;
use super::scene::{Anchor, Part, Shape, Spot, Text};
use super::{Chart, Scale, Size};

/// Faces of about the width of the embedded one, which most systems have one of.
const FACES: &str = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/// The whole element. `data-plot` says where in it the values are, `data-x` and `data-y` which ones, so that a script needs
/// no more than the values themselves (see `data`) to answer a pointer.
pub fn write(chart: &Chart, size: Size, (scene, plot): &(Vec<Shape>, Plot)) -> String {
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
    let _ = writeln!(out, "<title>{}</title>", escaped(name));
    let _ = writeln!(out, "<desc>{}</desc>", escaped(&chart.description));
    for shape in scene {
        self::shape(&mut out, shape);
    }
    out += "</svg>\n";
    out
}

fn place(plot: &Plot) -> String {
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
pub fn escaped(text: &str) -> String {
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

/// The colour as an attribute, and the class that may overrule it.
fn fill(paint: Paint) -> String {
    let class = paint
        .class()
        .map_or(String::new(), |c| format!(" class=\"rc-{c}\""));
    format!("{class} fill=\"{}\"", paint.hex())
}

fn opacity(value: f64) -> String {
    if value >= 1.0 {
        String::new()
    } else {
        format!(" fill-opacity=\"{value}\"")
    }
}

fn shape(out: &mut String, shape: &Shape) {
    let _ = match shape {
        Shape::Stroke {
            points,
            paint,
            width,
            dash,
        } => {
            let class = paint
                .class()
                .map_or(String::new(), |c| format!(" class=\"rc-{c}-l\""));
            let dash: Vec<String> = dash.iter().map(|d| number(*d)).collect();
            let dash = if dash.is_empty() {
                String::new()
            } else {
                format!(" stroke-dasharray=\"{}\"", dash.join(" "))
            };
            // A path would be filled by a program that does not know `fill="none"` from a group; so it says it itself.
            writeln!(
                out,
                "<path{class} d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"{dash}/>",
                path(points),
                paint.hex()
            )
        }
        Shape::Fill {
            points,
            paint,
            opacity: o,
        } => {
            writeln!(
                out,
                "<path d=\"{}Z\"{}{}/>",
                path(points),
                fill(*paint),
                opacity(*o)
            )
        }
        Shape::Box {
            rect,
            paint,
            opacity: o,
        } => writeln!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}{}/>",
            number(rect.x),
            number(rect.y),
            number(rect.w.max(0.0)),
            number(rect.h.max(0.0)),
            fill(*paint),
            opacity(*o)
        ),
        Shape::Disc { at, radius, paint } => {
            let ring = |out: &mut String, radius: f64, paint: Paint| {
                writeln!(
                    out,
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>",
                    number(at.0),
                    number(at.1),
                    number(radius),
                    fill(paint)
                )
            };
            ring(out, radius + 1.0, Paint::Paper).and_then(|()| ring(out, *radius, *paint))
        }
        Shape::Cloud {
            points,
            radius,
            paint,
        } => {
            // Strokes without length and with round ends: a tenth of the bytes that circles take.
            let class = paint
                .class()
                .map_or(String::new(), |c| format!(" class=\"rc-{c}-l\""));
            let dots: String = points
                .iter()
                .map(|(x, y)| format!("M{},{}h0", number(*x), number(*y)))
                .collect();
            writeln!(
                out,
                "<path{class} d=\"{dots}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linecap=\"round\"/>",
                paint.hex(),
                number(radius * 2.0)
            )
        }
        Shape::Text(text) => {
            self::text(out, text);
            Ok(())
        }
        Shape::Begin(part) => match part {
            Part::Layer { index, name } => {
                writeln!(
                    out,
                    "<g data-layer=\"{index}\" data-name=\"{}\">",
                    escaped(name)
                )
            }
            Part::At(x) => writeln!(out, "<g data-at=\"{}\">", number(*x)),
            Part::Stretch => writeln!(out, "<g data-stretch=\"\">"),
            Part::Flag(from, to) => {
                writeln!(out, "<g data-flag=\"{} {}\">", number(*from), number(*to))
            }
            Part::Fixed => writeln!(out, "<g data-fixed=\"\">"),
            Part::Ticks => writeln!(out, "<g data-ticks=\"\">"),
            Part::Entry(name) => writeln!(out, "<g data-entry=\"{}\">", escaped(name)),
            Part::End(name) => writeln!(out, "<g data-entry=\"{}\" data-end=\"\">", escaped(name)),
        },
        Shape::End => writeln!(out, "</g>"),
    };
}

fn text(out: &mut String, text: &Text) {
    let (x, y) = (number(text.at.0), number(text.at.1));
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
    let turned = if text.upright {
        format!(" transform=\"rotate(-90 {x} {y})\"")
    } else {
        String::new()
    };
    let whole = text
        .whole
        .as_ref()
        .map_or(String::new(), |w| format!("<title>{}</title>", escaped(w)));
    let body = escaped(&text.text);
    let start = format!(
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\"{weight}{anchor}{turned}",
        number(text.size)
    );
    let _ = writeln!(out, "{start}{}>{whole}{body}</text>", fill(text.paint));
}

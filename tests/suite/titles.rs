//! A title says what is drawn: every number of it can be read off the drawing, for all shipped models and studies.

use std::path::Path;

use rccsim::record::Results;
use rccsim::report::chart::{Along, Axis, Chart, Layer, Scale};
use rccsim::report::plot::plots;
use serde_json::Value;
use tempfile::TempDir;

use super::answers::scenarios;
use super::page::rccsim;

/// Seconds of a unit of time.
fn seconds(unit: &str) -> Option<f64> {
    Some(match unit.trim_matches([',', ';', ':', '.', ')']) {
        "ms" => 0.001,
        "s" => 1.0,
        "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return None,
    })
}

/// What a title names: plain numbers, and durations in seconds ("28 min 30 s" is one).
fn quantities(title: &str) -> (Vec<f64>, Vec<f64>) {
    let words: Vec<&str> = title.split_whitespace().collect();
    let (mut numbers, mut durations) = (Vec::new(), Vec::new());
    let mut goes_on = false;
    let mut i = 0;
    while i < words.len() {
        let number: Option<f64> = words[i].replace(',', "").parse().ok();
        match (number, words.get(i + 1).and_then(|w| seconds(w))) {
            (Some(n), Some(unit)) => {
                match durations.last_mut() {
                    Some(last) if goes_on => *last += n * unit,
                    _ => durations.push(n * unit),
                }
                goes_on = true;
                i += 1;
            }
            // How many were simulated is no quantity that a drawing shows; "99 of 100" is the name of a quantile.
            (Some(_), None) if words.get(i + 1) == Some(&"replications") => goes_on = false,
            (Some(_), None) if words[i + 1..].starts_with(&["of", "100"]) => {
                goes_on = false;
                i += 2;
            }
            (Some(n), None) => {
                numbers.push(n);
                goes_on = false;
            }
            (None, _) => goes_on = false,
        }
        i += 1;
    }
    (numbers, durations)
}

/// The greatest value that is drawn along an axis, its range included.
fn greatest(chart: &Chart, along: Along) -> f64 {
    let (is_y, axis) = match along {
        Along::X => (false, &chart.x),
        Along::Y => (true, &chart.y),
    };
    let pick = |x: f64, y: f64| if is_y { y } else { x };
    let of_layer = |layer: &Layer| -> f64 {
        let values: Vec<f64> = match layer {
            Layer::Line(line) | Layer::Steps(line) => {
                line.points.iter().map(|p| pick(p.0, p.1)).collect()
            }
            Layer::Band(band) => band.points.iter().map(|p| pick(p.0, p.2)).collect(),
            Layer::Points(points) => points.points.iter().map(|p| pick(p.x, p.y)).collect(),
            Layer::Stack(stack) => (0..stack.xs.len())
                .map(|i| pick(stack.xs[i], stack.parts.iter().map(|(_, v)| v[i]).sum()))
                .collect(),
            Layer::Bars(bars) if !is_y => (bars.bars.iter())
                .flat_map(|b| [Some(b.value), b.other, b.interval.map(|i| i.1)])
                .flatten()
                .map(f64::abs)
                .collect(),
            Layer::Histogram(h) => h.bins.iter().map(|b| pick(b.1, b.2)).collect(),
            Layer::Marker(m) => vec![pick(m.x, m.y)],
            Layer::Threshold(t) if t.along == along => vec![t.value],
            Layer::Region(r) if r.along == along => vec![r.to],
            _ => Vec::new(),
        };
        values
            .into_iter()
            .filter(|v| v.is_finite())
            .fold(0.0, f64::max)
    };
    let maximum = chart.layers.iter().map(of_layer).fold(0.0, f64::max);
    axis.range.map_or(maximum, |(_, to)| to.max(maximum))
}

/// Every text in a drawing but its title and description.
fn texts(chart: &Chart) -> String {
    fn walk(value: &Value, out: &mut String) {
        match value {
            Value::String(text) => {
                out.push_str(text);
                out.push('\n');
            }
            Value::Array(items) => items.iter().for_each(|v| walk(v, out)),
            Value::Object(fields) => (fields.iter())
                .filter(|(name, _)| !["title", "description"].contains(&name.as_str()))
                .for_each(|(_, v)| walk(v, out)),
            _ => {}
        }
    }
    let mut out = String::new();
    walk(&serde_json::to_value(chart).unwrap(), &mut out);
    out
}

/// Rounded to two digits at the worst.
const ROUNDED: f64 = 1.05;

fn can_be_read(chart: &Chart, name: &str) {
    let (numbers, durations) = quantities(&chart.title);
    let printed_texts = texts(chart);
    let of_time = |axis: &Axis| axis.scale == Scale::TimeOfDay;
    let axes = [(Along::X, &chart.x), (Along::Y, &chart.y)];
    for number in numbers {
        let reaches = |(along, axis): &(Along, &Axis)| {
            !of_time(axis) && number <= greatest(chart, *along) * ROUNDED + 1e-9
        };
        let is_written = quantities(&printed_texts).0.contains(&number);
        assert!(
            is_written || axes.iter().any(reaches),
            "{name}: {:?}, but {number} is not drawn",
            chart.title
        );
    }
    for duration in durations {
        let reaches = |(along, axis): &(Along, &Axis)| {
            let unit = seconds(&axis.unit);
            unit.is_some_and(|u| duration <= greatest(chart, *along) * u * ROUNDED + 1e-9)
        };
        let is_written = quantities(&printed_texts)
            .1
            .iter()
            .any(|d| (d - duration).abs() < 1e-9);
        assert!(
            is_written || axes.iter().any(reaches),
            "{name}: {:?}, but {duration} s is not drawn",
            chart.title
        );
    }
}

fn plots_of(arguments: &[&str], out: &Path) -> usize {
    let extra = ["--quiet", "--no-report", "--out", out.to_str().unwrap()];
    let output = rccsim(&[arguments, &extra].concat());
    assert!(
        [0, 3, 4].contains(&output.status.code().unwrap()),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let results = Results::read(out).unwrap();
    let plots_drawn = plots(&results).unwrap();
    for plot in &plots_drawn {
        can_be_read(&plot.chart, &format!("{arguments:?} {}", plot.name));
    }
    plots_drawn.len()
}

#[test]
fn durations_of_a_title_are_whole() {
    let title = "Sessions last 28 min 30 s; 1,234 of 5 users, 2 h after";
    assert_eq!(quantities(title), (vec![1234.0, 5.0], vec![1710.0, 7200.0]));
}

#[test]
fn the_numbers_in_the_titles_of_runs_can_be_read_off_the_drawings() {
    let folder = TempDir::new().unwrap();
    let mut looked_at = 0;
    for file in scenarios("models") {
        let small = ["run", &file, "--reps", "2", "--set", "clients.count=150"];
        // A recorded day has the users that it has.
        let max_titles = if file.ends_with("replay.toml") {
            4
        } else {
            small.len()
        };
        let out = folder.path().join(Path::new(&file).file_stem().unwrap());
        looked_at += plots_of(&small[..max_titles], &out);
    }
    assert!(looked_at > 80, "{looked_at}");
}

#[test]
fn the_numbers_in_the_titles_of_studies_can_be_read_off_the_drawings() {
    let folder = TempDir::new().unwrap();
    let mut looked_at = 0;
    for file in &scenarios("models/studies") {
        let small = ["--reps", "2", "--set", "clients.count=20"];
        // Here the number of users is what is varied.
        let max_titles = if file.ends_with("users-per-gateway.toml") {
            2
        } else {
            small.len()
        };
        let out = folder.path().join(format!("sweep-{looked_at}"));
        looked_at += plots_of(&[&["sweep", file][..], &small[..max_titles]].concat(), &out);
    }
    let nec = "models/nec-r2.toml";
    let small = ["--reps", "3", "--set", "clients.count=50"];
    for (command, flags) in [
        ("size", &["--key", "gateway.servers=1..3"][..]),
        (
            "best",
            &[
                "--vary",
                "clients.refresh_interval=5 min, 30 min",
                "--most-reps",
                "9",
            ],
        ),
        (
            "best",
            &[
                "--vary",
                "clients.refresh_interval=5 min, 30 min",
                "--objectives",
                "missed_toast_fraction, message_rate_per_s",
            ],
        ),
        ("sensitivity", &[]),
    ] {
        let out = folder.path().join(format!("{command}-{looked_at}"));
        looked_at += plots_of(&[&[command, nec][..], &small, flags].concat(), &out);
    }
    let comparison = [
        "compare",
        nec,
        "models/nec-r2-allow-fix.toml",
        "--reps",
        "2",
    ];
    looked_at += plots_of(&comparison, &folder.path().join("compare"));
    assert!(looked_at > 20, "{looked_at}");
}

//! Gathers what the benches left in `results/bench` into a table and charts: `cargo bench --bench picture`.

mod rows;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rccsim::report::chart::{Axis, Bar, Bars, Chart, Layer, Line, Scale, Size, Tone, png, svg};

/// One row of any bench: what was measured, its size, the metric, the value, the unit.
struct Row {
    bench: String,
    case: String,
    size: f64,
    metric: String,
    value: f64,
    unit: String,
}

/// Reads a file of the benches here, or that of the peers, which name their columns otherwise.
fn read(file: &Path) -> csv::Result<Vec<Row>> {
    let mut csv = csv::Reader::from_path(file)?;
    let records: Vec<BTreeMap<String, String>> = csv.deserialize().collect::<csv::Result<_>>()?;
    let bench = file.file_stem().unwrap_or_default().to_string_lossy();
    let row = |record: &BTreeMap<String, String>| {
        let column_values = |names: &[&str]| {
            names
                .iter()
                .filter_map(|n| record.get(*n))
                .cloned()
                .collect::<Vec<_>>()
        };
        let words = |names: &[&str]| column_values(names).join(" ");
        let number = |names: &[&str]| words(names).parse().unwrap_or(f64::NAN);
        Row {
            bench: bench.to_string(),
            case: words(&["case", "system", "scope"]),
            size: number(&["size", "clients"]),
            metric: words(&["metric"]),
            value: number(&["value"]),
            unit: words(&["unit"]),
        }
    };
    Ok(records.iter().map(row).collect())
}

fn table(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        let value = format!("{:.4}", row.value);
        text += &format!(
            "{:8} {:30} {:>9} {:36} {value:>18} {}\n",
            row.bench, row.case, row.size, row.metric, row.unit
        );
    }
    text
}

/// A line for each case of a bench, of one metric over the size.
fn chart(rows: &[Row], title: &str, bench: &str, metric: &str, x: &str, y: Axis) -> Chart {
    let mut lines: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for row in rows
        .iter()
        .filter(|r| r.bench == bench && r.metric == metric)
    {
        lines
            .entry(&row.case)
            .or_default()
            .push((row.size, row.value));
    }
    // A case of one size is no line.
    lines.retain(|_, points| points.len() > 1);
    let line = |(name, mut points): (&str, Vec<(f64, f64)>)| {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Layer::Line(Line {
            name: name.into(),
            points,
            tone: Tone::Auto,
        })
    };
    Chart {
        title: title.into(),
        description: format!("{title}: a line for each case, over the size."),
        x: Axis::new(x, "").on(Scale::Log),
        y,
        layers: lines.into_iter().map(line).collect(),
        notes: Vec::new(),
    }
}

/// A bar for each peer: its processor time for the same model, to that of rccsim.
fn peers(rows: &[Row]) -> Chart {
    let mut by_cost: Vec<&Row> = rows
        .iter()
        .filter(|r| r.bench == "peers" && r.metric == "cpu_to_rccsim")
        .collect();
    by_cost.sort_by(|a, b| b.value.total_cmp(&a.value));
    let bar = |row: &&Row| Bar {
        label: row.case.clone(),
        value: row.value,
        text: format!("{:.1} ×", row.value),
        ..Bar::default()
    };
    let users = by_cost
        .first()
        .map_or(String::new(), |row| format!("{} users; ", row.size));
    let title = "The same model in other simulators: processor time, that of rccsim = 1";
    Chart {
        title: title.into(),
        description: format!("{title}: a bar for each peer and way to write it."),
        x: Axis::new("processor time to that of rccsim", "").on(Scale::Log),
        y: Axis::default(),
        layers: if by_cost.is_empty() {
            Vec::new()
        } else {
            vec![Layer::Bars(Bars {
                bars: by_cost.iter().map(bar).collect(),
                base: 1.0,
                ..Bars::default()
            })]
        },
        notes: vec![format!(
            "{users}whole: everybody in one event set, as the peer's manual shows; groups: one for each gateway, as in rccsim; lean: whole, without the timers that stop nothing here."
        )],
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(rows::FOLDER);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|e| e.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|f| f.extension().is_some_and(|e| e == "csv"));
    files.sort();
    let mut rows = Vec::new();
    for file in &files {
        rows.extend(read(file)?);
    }
    let text = table(&rows);
    print!("{text}");
    std::fs::write(folder.join("table.txt"), text)?;
    let ratio = Axis::new("events a second, to the heap's", "").on(Scale::Log);
    let days = Axis {
        range: Some((0.0, 80_000.0)),
        ..Axis::new("client-days a core-second", "")
    };
    let charts = [
        (
            "engine",
            chart(
                &rows,
                "The agenda against a binary heap",
                "engine",
                "rate_to_heap",
                "pending events",
                ratio,
            ),
        ),
        (
            "day",
            chart(
                &rows,
                "A day of the whole model",
                "day",
                "client_days_per_core_s",
                "users",
                days,
            ),
        ),
        ("peers", peers(&rows)),
    ];
    for (name, chart) in charts {
        if chart.layers.is_empty() {
            continue;
        }
        std::fs::write(
            folder.join(name).with_extension("svg"),
            svg(&chart, Size::WIDE),
        )?;
        std::fs::write(
            folder.join(name).with_extension("png"),
            png(&chart, Size::WIDE),
        )?;
    }
    Ok(())
}

use std::fmt::Write as _;
use std::io::Write as _;

use super::super::chart::tests::unreadable;
use super::super::chart::{HeatMap, Layer, Region};
use super::*;
use crate::record::Folder;
use crate::record::Manifest;
use crate::report::chart::{Chart, Size, svg};

mod studies;
mod sweeps;

/// The plots of a folder with these files, each looked at as an SVG and for its texts.
fn plots_of_folder(files: &[(&str, String)]) -> Vec<Plot> {
    let root = tempfile::tempdir().unwrap();
    let mut folder = Folder::open(root.path()).unwrap();
    for (name, text) in files {
        folder
            .put(name, |out| out.write_all(text.as_bytes()))
            .unwrap();
    }
    folder.publish(Manifest::default()).unwrap();
    let results = Results::read(root.path()).unwrap();
    let drawn_plots = plots(&results).unwrap();
    assert_eq!(
        drawn_plots,
        plots(&results).unwrap(),
        "the same files, the same charts"
    );
    for plot in &drawn_plots {
        assert!(
            !plot.chart.title.is_empty() && !plot.chart.description.is_empty(),
            "{}",
            plot.name
        );
        for size in [Size::WIDE, Size::NARROW] {
            let svg = svg(&plot.chart, size);
            roxmltree::Document::parse(&svg).unwrap_or_else(|e| panic!("{}: {e}", plot.name));
            assert!(
                !svg.contains("NaN") && !svg.contains("inf\""),
                "{}",
                plot.name
            );
        }
        assert_eq!(
            unreadable(&plot.chart, Size::WIDE),
            Vec::<String>::new(),
            "{}",
            plot.name
        );
    }
    drawn_plots
}

fn find_chart<'a>(plots: &'a [Plot], name: &str) -> &'a Chart {
    let names: Vec<&str> = plots.iter().map(|p| p.name.as_str()).collect();
    &plots
        .iter()
        .find(|p| p.name == name)
        .unwrap_or_else(|| panic!("no {name} among {names:?}"))
        .chart
}

fn svg_of(plots: &[Plot], name: &str) -> String {
    svg(find_chart(plots, name), Size::WIDE)
}

/// A row of a summary: point, scope, metric, cause, mean, half of the interval; negative: there is none.
fn row(point: &str, scope: &str, metric: &str, cause: &str, mean: f64, half: f64) -> String {
    let bound = |v: f64| {
        if half < 0.0 {
            "null".into()
        } else {
            v.to_string()
        }
    };
    let cause = if cause.is_empty() {
        String::new()
    } else {
        format!("\"cause\": \"{cause}\",")
    };
    format!(
        "{{\"point\": {{{point}}}, \"scope\": {scope:?}, \"metric\": \"{metric}\", {cause} \"mean\": {mean}, \"lower\": {}, \"upper\": {}, \"unit\": \"\", \"replications\": 3}}",
        bound(mean - half),
        bound(mean + half)
    )
}

fn run_summary(replications: u32, rows: &[String]) -> String {
    format!(
        "{{\"schema\": \"rccsim.summary/1\", \"replications\": {replications}, \"advice\": [], \"interrupted\": false, \"objectives\": [], \"assumptions\": [], \"rows\": [{}]}}",
        rows.join(",")
    )
}

/// A day of ten minutes with five users in one state, and so many drops each minute.
fn series(state: &str, drops: u32) -> String {
    let mut text = "point,scope,start_s,length_s,series,mean,unit,replications,point_number,time\n"
        .to_string();
    for minute in 0..10 {
        for name in ["usable", "setting_up", "silent", "visible"] {
            let users = if name == state { 5 } else { 0 };
            let _ = writeln!(
                text,
                ",all,{},60,{name},{users},users,3,1,08:00:00",
                minute * 60
            );
        }
        let rates = [
            ("message_rate_per_s", 0),
            ("refresh_rate_per_s", 0),
            ("session_drops", drops),
            ("toasts_missed", 0),
        ];
        for (name, value) in rates {
            let _ = writeln!(
                text,
                ",all,{},60,{name},{value},count,3,1,08:00:00",
                minute * 60
            );
        }
    }
    text
}

const DAY: &str = "[scenario]\nstart = \"08:00\"\n";

fn run(state: &str, replications: u32, half: f64, extra_rows: Vec<String>) -> Vec<Plot> {
    let (down, drops) = if state == "usable" {
        (0.0, 0.0)
    } else {
        (5.0, 4.0)
    };
    let mut rows = vec![
        row("", "all", "users", "", 5.0, half),
        row("", "all", "down_peak", "", down, half),
        row("", "all", "down_fraction", "", down / 5.0, half),
        row(
            "",
            "all",
            "session_drops",
            "",
            drops,
            if drops == 0.0 { 1.2296 } else { half },
        ),
        row("", "all", "toasts_missed", "", 0.0, half),
        row("", "all", "message_rate_per_s", "", 0.0, half),
        row("", "all", "message_rate_peak_per_s", "", 0.0, half),
        row("", "all", "session_drops", "gateway_down", drops, half),
    ];
    rows.extend(extra_rows);
    plots_of_folder(&[
        ("summary.json", run_summary(replications, &rows)),
        ("series.csv", series(state, drops as u32)),
        ("scenario.toml", DAY.into()),
    ])
}

#[test]
fn no_drop_is_told_with_its_bound_and_draws_no_empty_day() {
    let plots = run("usable", 3, 0.0, Vec::new());
    assert_eq!(
        find_chart(&plots, "sessions").title,
        "No user is ever without a usable session"
    );
    let drops = svg_of(&plots, "drops");
    // 3 replications without an event: at most −ln 0.025 / 3 = 1.2296 a run.
    assert!(
        drops.contains("No session is lost in 3 replications")
            && drops.contains("0 (at most 1.23)"),
        "{drops}"
    );
    let names: Vec<&str> = plots.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["sessions", "load", "drops", "missed"]);
    assert!(
        svg_of(&plots, "sessions").contains(">08:05<"),
        "the clock of the scenario"
    );
}

#[test]
fn all_sessions_down_is_one_sentence() {
    let plots = run("visible", 3, 0.5, Vec::new());
    assert_eq!(
        find_chart(&plots, "sessions").title,
        "Nobody ever has a usable session"
    );
    assert!(svg_of(&plots, "sessions").contains("down, client aware"));
    assert_eq!(
        find_chart(&plots, "drops").title,
        "4 sessions are lost, all of them because the gateway was down"
    );
    assert!(svg_of(&plots, "drops").contains(">4.00 ± 0.50<"));
    find_chart(&plots, "drops-over-day");
}

#[test]
fn one_replication_says_nothing_of_a_spread() {
    let plots = run("visible", 1, -1.0, Vec::new());
    for plot in &plots {
        assert!(!svg(&plot.chart, Size::WIDE).contains('±'), "{}", plot.name);
    }
    assert!(svg_of(&plots, "sessions").contains("one replication"));
    let drops = row("", "all", "session_drops", "", 0.0, -1.0)
        .replace("\"replications\": 3", "\"replications\": 1");
    let single = plots_of_folder(&[("summary.json", run_summary(1, &[drops]))]);
    assert_eq!(
        find_chart(&single, "drops").title,
        "No session is lost in one replication"
    );
}

#[test]
fn very_long_names_stay_on_the_paper() {
    let long =
        "the client group of the second floor of the annexe behind the old building ".repeat(4);
    let rows = (0..12).map(|i| {
        row(
            "",
            &format!("clients:{i} {long}"),
            "down_fraction",
            "",
            0.1 * f64::from(i),
            0.01,
        )
    });
    let plots = run("visible", 3, 0.5, rows.collect());
    assert!(
        find_chart(&plots, "groups")
            .title
            .starts_with("Time without a session: worst in 11 the client group")
    );
}

#[test]
fn a_scenario_has_the_plots_it_asks_for() {
    let scenario = "[scenario]\nstart = \"08:00\"\n[[plot]]\nx = \"time\"\ny = \"session_drops\"\ntitle = \"Mine\"\n\
                    [[plot]]\nx = \"clients.refresh_interval\"\ny = \"missed_toast_fraction\"\n";
    let rows = [
        row("", "all", "users", "", 5.0, 0.0),
        row("", "all", "session_drops", "", 4.0, 0.0),
    ];
    let plots = plots_of_folder(&[
        ("summary.json", run_summary(3, &rows)),
        ("series.csv", series("usable", 4)),
        ("scenario.toml", scenario.into()),
    ]);
    assert_eq!(find_chart(&plots, "plot-1-session-drops").title, "Mine");
    assert!(
        plots.iter().all(|p| !p.name.starts_with("plot-2")),
        "a run has no varied key"
    );
}

/// The scheduled faults of a day of which each picture tells; one by chance is not among them.
#[test]
fn scheduled_faults_are_shaded_in_every_picture_of_the_day() {
    let fault = |text: &str| format!("[[fault]]\ninstance = \"every\"\n{text}\n");
    let scenario = [
        DAY.to_string(),
        fault("kind = \"crash\"\ntarget = \"gateway:gw\"\nat = \"08:02\"\nduration = \"3 min\"")
            .replace("\"every\"", "2"),
        fault("kind = \"ocs-failover\"\ntarget = \"all\"\nat = \"08:07\"\nduration = \"1 h\""),
        fault(
            "kind = \"stall\"\ntarget = \"gateway:gw\"\nduration = \"5 min\"\nmtbf = \"6 h\"\nmttr = \"5 min\"",
        ),
        "[[plot]]\nx = \"time\"\ny = \"visible\"\n".into(),
    ];
    let rows = [
        row("", "all", "users", "", 5.0, 0.0),
        row("", "all", "session_drops", "", 4.0, 0.0),
        row("", "all", "down_peak", "", 5.0, 0.0),
    ];
    let plots = plots_of_folder(&[
        ("summary.json", run_summary(3, &rows)),
        ("series.csv", series("visible", 1)),
        ("scenario.toml", scenario.concat()),
    ]);
    for name in ["sessions", "load", "drops-over-day", "plot-1-visible"] {
        let chart = find_chart(&plots, name);
        let shaded: Vec<(f64, f64, &str)> = chart
            .layers
            .iter()
            .filter_map(|l| {
                if let Layer::Region(r) = l {
                    Some((r.from, r.to, r.label.as_str()))
                } else {
                    None
                }
            })
            .collect();
        // 08:00 is 28,800 s; the day ends at 08:10, before the fail-over does.
        assert_eq!(
            shaded,
            [
                (28_920.0, 29_100.0, "crash, gw 2"),
                (29_220.0, 29_400.0, "OCS fail-over")
            ],
            "{name}"
        );
        let note = "Shaded: crash, gw 2 (08:02 to 08:05); OCS fail-over (08:07 to 09:07).";
        assert!(
            chart.description.ends_with(note),
            "{name}: {}",
            chart.description
        );
        assert_eq!(chart.notes.last().map(String::as_str), Some(note), "{name}");
        let svg = svg(chart, Size::WIDE);
        assert!(
            svg.contains(">crash, gw 2<") && svg.contains(">OCS fail-over<"),
            "{name}: a name above each"
        );
    }
}

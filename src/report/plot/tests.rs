use std::fmt::Write as _;

use super::super::chart::tests::unreadable;
use super::super::chart::{HeatMap, Layer, Region};
use super::*;
use crate::report::Manifest;

/// The plots of a folder with these files, each looked at as an SVG and for its texts.
fn drawn(files: &[(&str, String)]) -> Vec<Plot> {
    let root = tempfile::tempdir().unwrap();
    let mut folder = Folder::open(root.path()).unwrap();
    for (name, text) in files {
        folder
            .put(name, |out| out.write_all(text.as_bytes()))
            .unwrap();
    }
    folder.publish(Manifest::default()).unwrap();
    let results = Results::read(root.path()).unwrap();
    let all = plots(&results).unwrap();
    assert_eq!(
        all,
        plots(&results).unwrap(),
        "the same files, the same charts"
    );
    for plot in &all {
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
    all
}

fn named<'a>(plots: &'a [Plot], name: &str) -> &'a Chart {
    let names: Vec<&str> = plots.iter().map(|p| p.name.as_str()).collect();
    &plots
        .iter()
        .find(|p| p.name == name)
        .unwrap_or_else(|| panic!("no {name} among {names:?}"))
        .chart
}

fn svg_of(plots: &[Plot], name: &str) -> String {
    svg(named(plots, name), Size::WIDE)
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
    let mut text = "point,scope,start_s,length_s,series,mean,unit,replications\n".to_string();
    for minute in 0..10 {
        for name in ["usable", "setting_up", "silent", "visible"] {
            let users = if name == state { 5 } else { 0 };
            let _ = writeln!(text, ",all,{},60,{name},{users},users,3", minute * 60);
        }
        let rates = [
            ("message_rate_per_s", 0),
            ("refresh_rate_per_s", 0),
            ("session_drops", drops),
            ("toasts_missed", 0),
        ];
        for (name, value) in rates {
            let _ = writeln!(text, ",all,{},60,{name},{value},count,3", minute * 60);
        }
    }
    text
}

const DAY: &str = "[scenario]\nstart = \"08:00\"\n";

fn run(state: &str, replications: u32, half: f64, more: Vec<String>) -> Vec<Plot> {
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
    rows.extend(more);
    drawn(&[
        ("summary.json", run_summary(replications, &rows)),
        ("series.csv", series(state, drops as u32)),
        ("scenario.toml", DAY.into()),
    ])
}

#[test]
fn no_drop_is_told_with_its_bound_and_draws_no_empty_day() {
    let plots = run("usable", 3, 0.0, Vec::new());
    assert_eq!(
        named(&plots, "sessions").title,
        "All 5 users keep their sessions"
    );
    let drops = svg_of(&plots, "drops");
    // 3 replications without an event: at most −ln 0.025 / 3 = 1.2296 a run.
    assert!(
        drops.contains("No session is lost in 3 replications") && drops.contains("0 (≤ 1.23)"),
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
        named(&plots, "sessions").title,
        "None of 5 users ever has a usable session"
    );
    assert!(svg_of(&plots, "sessions").contains("down, client aware"));
    assert_eq!(
        named(&plots, "drops").title,
        "4 sessions are lost, all of them because the gateway was down"
    );
    assert!(
        svg_of(&plots, "drops").contains(">4.00 ± 0.5<")
            || svg_of(&plots, "drops").contains(">4.0 ± 0.5<")
    );
    named(&plots, "drops-over-day");
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
    let none = drawn(&[("summary.json", run_summary(1, &[drops]))]);
    assert_eq!(
        named(&none, "drops").title,
        "No session is lost in one replication"
    );
}

#[test]
fn very_long_names_stay_on_the_paper() {
    let long =
        "the client group of the second floor of the annexe behind the old building ".repeat(4);
    let more = (0..12).map(|i| {
        row(
            "",
            &format!("clients:{i} {long}"),
            "down_fraction",
            "",
            0.1 * f64::from(i),
            0.01,
        )
    });
    let plots = run("visible", 3, 0.5, more.collect());
    assert!(
        named(&plots, "groups")
            .title
            .starts_with("Worst hit is 11 the client group")
    );
}

fn point_line(point: &str, verdict: &str) -> String {
    format!(
        "{{\"point\": {{{point}}}, \"scenario_hash\": \"\", \"replications\": 3, \"verdict\": \"{verdict}\", \"objectives\": [{{\"metric\": \"missed_toast_fraction\", \"scope\": \"all\", \"at_most\": 0.01, \"unit\": \"fraction\", \"verdict\": \"{verdict}\"}}]}}"
    )
}

/// A sweep over points with their missed share, load and verdict.
fn sweep(points: &[(String, f64, f64, &str)]) -> Vec<Plot> {
    let mut rows = Vec::new();
    for (point, missed, load, _) in points {
        rows.push(row(point, "all", "users", "", 5.0, 0.0));
        rows.push(row(
            point,
            "all",
            "missed_toast_fraction",
            "",
            *missed,
            0.002,
        ));
        rows.push(row(point, "all", "message_rate_per_s", "", *load, 0.1));
    }
    let lines: Vec<String> = points
        .iter()
        .map(|(point, .., verdict)| point_line(point, verdict))
        .collect();
    let text = format!(
        "{{\"schema\": \"rccsim.summary/1\", \"replications\": 3, \"points\": [{}], \"rows\": [{}]}}",
        lines.join(","),
        rows.join(",")
    );
    drawn(&[("summary.json", text)])
}

fn interval(minutes: u32) -> String {
    format!("\"clients.refresh_interval\": \"{minutes} min\"")
}

#[test]
fn a_sweep_shades_what_serves_and_marks_the_least_load_that_does() {
    let plots = sweep(&[
        (interval(5), 0.002, 9.0, "pass"),
        (interval(10), 0.004, 5.0, "pass"),
        (interval(20), 0.03, 3.0, "fail"),
        (interval(40), 0.05, 2.0, "fail"),
    ]);
    let chart = named(&plots, "sweep-missed-toast-fraction");
    assert_eq!(
        chart.title,
        "Missed toasts: at most 1 % up to a refresh interval of 10 min"
    );
    // Shaded up to the middle between 10 min, the last that serves, and 20 min, the first that does not.
    let shaded = chart.layers.iter().find_map(|l| {
        if let Layer::Region(Region { to, .. }) = l {
            Some(*to)
        } else {
            None
        }
    });
    assert_eq!(shaded, Some(15.0));
    let picture = svg_of(&plots, "sweep-missed-toast-fraction");
    assert!(
        picture.contains("objective ≤ 1 %") && picture.contains("Refresh interval (min)"),
        "{picture}"
    );
    let tradeoff = named(&plots, "tradeoff");
    assert!(
        tradeoff
            .title
            .ends_with("a refresh interval of 10 min meets the objectives at the least load")
    );
    let marked = tradeoff.layers.iter().find_map(|l| {
        if let Layer::Marker(m) = l {
            Some((m.x, m.y))
        } else {
            None
        }
    });
    assert_eq!(
        marked,
        Some((5.0, 0.4)),
        "5 messages a second, 0.4 % of toasts missed"
    );
}

#[test]
fn values_that_change_nothing_are_one_name() {
    let same = |m| (interval(m), 0.03, 3.0, "fail");
    let plots = sweep(&[
        (interval(5), 0.05, 9.0, "fail"),
        same(30),
        same(40),
        same(50),
    ]);
    let picture = svg_of(&plots, "tradeoff");
    assert!(
        picture.contains("30 min to 50 min: fewest missed"),
        "{picture}"
    );
    assert!(
        named(&plots, "sweep-missed-toast-fraction")
            .title
            .contains("is shown at no refresh interval that was tried")
    );
}

#[test]
fn one_point_is_a_bar_with_its_name() {
    let plots = sweep(&[(interval(5), 0.002, 9.0, "pass")]);
    assert!(svg_of(&plots, "sweep-missed-toast-fraction").contains("5 min"));
    assert!(
        plots
            .iter()
            .all(|p| p.name != "tradeoff" && !p.name.starts_with("heat"))
    );
}

#[test]
fn ten_thousand_points_make_a_small_picture() {
    let point = |i: u32| {
        (
            format!("\"clients.count\": \"{}\"", i + 1),
            f64::from(i % 97) / 1e4,
            f64::from(i),
            "fail",
        )
    };
    let plots = sweep(&(0..10_000).map(point).collect::<Vec<_>>());
    for plot in &plots {
        let size = svg(&plot.chart, Size::WIDE).len();
        assert!(size < 400_000, "{}: {size}", plot.name);
    }
}

#[test]
fn two_keys_make_a_table_and_a_curve_each() {
    let point = |count: u32, path: &str, missed: f64| {
        (
            format!("\"clients.count\": \"{count}\", \"clients.path\": \"{path}\""),
            missed,
            f64::from(count),
            "fail",
        )
    };
    let all = [
        point(10, "good", 0.0),
        point(20, "good", 0.01),
        point(10, "bad", 0.2),
        point(20, "bad", 0.4),
    ];
    let plots = sweep(&all);
    let map = named(&plots, "heat-missed-toast-fraction")
        .layers
        .iter()
        .find_map(|l| match l {
            Layer::HeatMap(HeatMap {
                columns,
                rows,
                values,
                cells,
                ..
            }) => Some((columns, rows, values, cells)),
            _ => None,
        });
    let (columns, rows, values, cells) = map.unwrap();
    assert_eq!(
        (&columns[..], &rows[..]),
        (
            &["10", "20"].map(String::from)[..],
            &["good", "bad"].map(String::from)[..]
        )
    );
    assert_eq!(values, &[vec![0.0, 1.0], vec![20.0, 40.0]]);
    assert_eq!(cells[0][0], "0");
    let picture = svg_of(&plots, "sweep-missed-toast-fraction");
    assert!(
        picture.contains(">good<") && picture.contains(">bad<") && picture.contains(">Users<"),
        "{picture}"
    );
}

#[test]
fn a_search_tells_what_binds() {
    let trial = |value: u32, sample: &str, verdict: &str, missed: f64, setup: f64| {
        let o = |metric: &str, target: f64, mean: f64| {
            let verdict = if mean < target { "pass" } else { "fail" };
            format!(
                "{{\"metric\": \"{metric}\", \"scope\": \"all\", \"target\": {target}, \"mean\": {mean}, \"lower\": {mean}, \"upper\": {mean}, \"verdict\": \"{verdict}\"}}"
            )
        };
        format!(
            "{{\"value\": \"{value}\", \"sample\": \"{sample}\", \"replications\": 2, \"verdict\": \"{verdict}\", \"objectives\": [{}, {}]}}",
            o("missed_toast_fraction", 0.02, missed),
            o("setup_p99_ms", 5000.0, setup)
        )
    };
    let trials = [
        trial(1, "search", "fail", 0.4, 9000.0),
        trial(2, "search", "pass", 0.015, 1000.0),
        trial(2, "confirmation", "pass", 0.016, 1000.0),
    ];
    let text = format!(
        "{{\"schema\": \"rccsim.size/1\", \"key\": \"gateway.count\", \"wanted\": \"smallest\", \"value\": \"2\", \"confirmed\": true, \"trials\": [{}]}}",
        trials.join(",")
    );
    let plots = drawn(&[("summary.json", text)]);
    let limits = named(&plots, "limits");
    assert_eq!(
        limits.title,
        "Gateways: 2 is the smallest that serves; what binds: missed toasts"
    );
    // The confirmation has the last word: 0.016 of 0.02 is 80 %.
    let marked = limits.layers.iter().find_map(|l| {
        if let Layer::Marker(m) = l {
            Some((m.x, m.y))
        } else {
            None
        }
    });
    assert_eq!(marked, Some((2.0, 80.0)));
    assert!(named(&plots, "search").title.contains("in 3 steps"));
}

#[test]
fn a_tornado_ends_at_the_extremes_of_each_key() {
    let text = "{\"schema\": \"rccsim.sensitivity/1\", \"replications\": 3, \"metric\": \"missed_toast_fraction\", \"unit\": \"fraction\", \"base\": 0.02, \"keys\": [\
        {\"key\": \"clients.reestablish\", \"value\": \"fixed 30 s\", \"swing\": 0.94, \"alternatives\": [\
          {\"value\": \"never\", \"mean\": 0.95, \"verdict\": \"fail\"}, {\"value\": \"fixed 0 s\", \"mean\": 0.01, \"verdict\": \"pass\"}, {\"value\": \"fixed 600 s\", \"mean\": 0.3, \"verdict\": \"fail\"}]},\
        {\"key\": \"gateway.forgets\", \"value\": \"sessions\", \"swing\": 0.0, \"alternatives\": [{\"value\": \"monitors\", \"mean\": 0.02, \"verdict\": \"fail\"}]}]}";
    let plots = drawn(&[("summary.json", text.into())]);
    let picture = svg_of(&plots, "tornado");
    assert_eq!(
        named(&plots, "tornado").title,
        "Missed toasts hang most on clients.reestablish"
    );
    for shown in [
        ">never<",
        ">fixed 0 s<",
        "as it stands: 2 %",
        "Without effect: gateway.forgets",
    ] {
        assert!(picture.contains(shown), "{shown} in {picture}");
    }
    assert!(
        !picture.contains("fixed 600 s"),
        "what lies between the extremes is not shown"
    );
}

#[test]
fn a_comparison_shows_differences_and_pairs() {
    let figure = |metric: &str, difference: f64| {
        format!(
            "{{\"metric\": \"{metric}\", \"unit\": \"fraction\", \"decides\": true, \"baseline\": 0.02, \"other\": 0.01, \"difference\": {difference}, \"lower\": {}, \"upper\": {}, \"correlation\": 0.5, \"verdict\": \"better\"}}",
            difference - 0.001,
            difference + 0.001
        )
    };
    let text = format!(
        "{{\"schema\": \"rccsim.compare/1\", \"baseline\": \"models/a.toml\", \"confidence\": 0.98, \"alternatives\": [{{\"name\": \"models/b.toml\", \"verdict\": \"better\", \"replications\": 2, \"figures\": [{}]}}]}}",
        figure("missed_toast_fraction", -0.018)
    );
    let header = "point,replication,fingerprint,scope,metric,cause,value,beyond,numerator,denominator,unit\n";
    let runs = format!(
        "{header}alternative=a,1,0f,all,missed_toast_fraction,,0.02,,2,100,fraction\nalternative=a,2,0f,all,missed_toast_fraction,,0.03,,3,100,fraction\n\
         alternative=b,1,0f,all,missed_toast_fraction,,0.01,,1,100,fraction\nalternative=b,2,0f,all,missed_toast_fraction,,0.04,,4,100,fraction\n"
    );
    let plots = drawn(&[("summary.json", text), ("runs.csv", runs)]);
    assert_eq!(named(&plots, "differences").title, "b is better than a");
    assert!(
        svg_of(&plots, "differences").contains("−1.80 ± 0.1 points"),
        "{}",
        svg_of(&plots, "differences")
    );
    // Paired: 1 % less in the first replication, 1 % more in the second.
    assert!(named(&plots, "pairs").title.contains("in 1 of 2 pairs"));
}

#[test]
fn the_matrix_is_a_table_of_losses() {
    let text = "{\"schema\": \"rccsim.matrix/1\", \"basis\": \"20 users\", \"cells\": [\
        {\"gateway\": \"healthy\", \"client\": \"r2\", \"method\": \"UPDATE\", \"first_loss_s\": null, \"cause\": null, \"down_fraction\": 0.0, \"missed_toasts_per_user_day\": 0, \"remedy\": []},\
        {\"gateway\": \"ignores\", \"client\": \"r2\", \"method\": \"UPDATE\", \"first_loss_s\": 1532, \"cause\": \"refresh_unanswered\", \"down_fraction\": 0.019, \"missed_toasts_per_user_day\": 0.2, \"remedy\": []}]}";
    let plots = drawn(&[("summary.json", text.into())]);
    assert_eq!(
        named(&plots, "matrix").title,
        "1 of 2 pairs of client and gateway lose their sessions"
    );
    let picture = svg_of(&plots, "matrix");
    assert!(
        picture.contains("UPDATE: 25 min 32 s") && picture.contains("UPDATE: kept"),
        "{picture}"
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
    let plots = drawn(&[
        ("summary.json", run_summary(3, &rows)),
        ("series.csv", series("usable", 4)),
        ("scenario.toml", scenario.into()),
    ]);
    assert_eq!(named(&plots, "plot-1-session-drops").title, "Mine");
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
    let plots = drawn(&[
        ("summary.json", run_summary(3, &rows)),
        ("series.csv", series("visible", 1)),
        ("scenario.toml", scenario.concat()),
    ]);
    for name in ["sessions", "load", "drops-over-day", "plot-1-visible"] {
        let chart = named(&plots, name);
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
        let told = "Shaded: crash, gw 2 (08:02 to 08:05); OCS fail-over (08:07 to 09:07).";
        assert!(
            chart.description.ends_with(told),
            "{name}: {}",
            chart.description
        );
        assert_eq!(chart.notes.last().map(String::as_str), Some(told), "{name}");
        let svg = svg(chart, Size::WIDE);
        assert!(
            svg.contains(">crash, gw 2<") && svg.contains(">OCS fail-over<"),
            "{name}: a name above each"
        );
    }
}

#[test]
fn a_sweep_of_two_keys_tells_which_points_serve_and_where_all_or_some_curves_do() {
    let point = |count: u32, path: &str, verdict: &'static str| {
        (
            format!("\"clients.count\": \"{count}\", \"clients.path\": \"{path}\""),
            0.01,
            1.0,
            verdict,
        )
    };
    let good =
        [(10, "pass"), (20, "pass"), (30, "fail"), (40, "fail")].map(|(n, v)| point(n, "good", v));
    let bad = [
        (10, "pass"),
        (20, "fail"),
        (30, "inconclusive"),
        (40, "fail"),
    ]
    .map(|(n, v)| point(n, "bad", v));
    let plots = sweep(&[good, bad].concat());
    let chart = named(&plots, "sweep-missed-toast-fraction");
    let shaded: Vec<(f64, f64, bool, &str)> = chart
        .layers
        .iter()
        .filter_map(|l| {
            if let Layer::Region(r) = l {
                Some((r.from, r.to, r.faint, r.label.as_str()))
            } else {
                None
            }
        })
        .collect();
    // Both serve at 10, one at 20, none from 30 on; each with half of the way to its neighbours.
    let all = (
        f64::NEG_INFINITY,
        15.0,
        false,
        "all curves meet the objectives",
    );
    assert_eq!(
        shaded,
        [all, (15.0, 25.0, true, "some curves meet the objectives")]
    );
    let hollow = |name: &str| -> Vec<bool> {
        let of = |l: &Layer| match l {
            Layer::Points(p) if p.name == name => Some(p.points.iter().map(|p| p.hollow).collect()),
            _ => None,
        };
        chart.layers.iter().find_map(of).unwrap()
    };
    assert_eq!(hollow("good"), [false, false, true, true]);
    assert_eq!(hollow("bad"), [false, true, true, true]);
    let picture = svg_of(&plots, "sweep-missed-toast-fraction");
    assert!(
        picture.contains(">meets the objectives<")
            && picture.contains(">does not, or is not shown to<"),
        "{picture}"
    );
    assert!(
        chart
            .notes
            .iter()
            .any(|n| n.ends_with("; faint where not all curves do.")),
        "{:?}",
        chart.notes
    );
    // Where none serves the only sign is that of those which do not.
    let plots = sweep(&[
        (interval(5), 0.05, 9.0, "fail"),
        (interval(10), 0.05, 9.0, "fail"),
    ]);
    assert!(
        svg_of(&plots, "sweep-missed-toast-fraction")
            .contains(">is not shown to meet the objectives<")
    );
}

#![cfg(test)]

use super::*;

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
    plots_of_folder(&[("summary.json", text)])
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
    let chart = find_chart(&plots, "sweep-missed-toast-fraction");
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
    let tradeoff = find_chart(&plots, "tradeoff");
    assert!(
        tradeoff
            .title
            .ends_with("a refresh interval of 10 min meets the objectives at the least load")
    );
    let marker = tradeoff.layers.iter().find_map(|l| {
        if let Layer::Marker(m) = l {
            Some((m.x, m.y))
        } else {
            None
        }
    });
    assert_eq!(
        marker,
        Some((5.0, 0.4)),
        "5 messages a second, 0.4 % of toasts missed"
    );
}

#[test]
fn values_that_change_nothing_are_one_name() {
    let figure = |m| (interval(m), 0.03, 3.0, "fail");
    let plots = sweep(&[
        (interval(5), 0.05, 9.0, "fail"),
        figure(30),
        figure(40),
        figure(50),
    ]);
    let picture = svg_of(&plots, "tradeoff");
    assert!(
        picture.contains("30 min to 50 min: fewest missed"),
        "{picture}"
    );
    assert!(
        find_chart(&plots, "sweep-missed-toast-fraction")
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
    let points = [
        point(10, "good", 0.0),
        point(20, "good", 0.01),
        point(10, "bad", 0.2),
        point(20, "bad", 0.4),
    ];
    let plots = sweep(&points);
    let map = find_chart(&plots, "heat-missed-toast-fraction")
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
    let chart = find_chart(&plots, "sweep-missed-toast-fraction");
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
        let flags = |l: &Layer| match l {
            Layer::Points(p) if p.name == name => Some(p.points.iter().map(|p| p.hollow).collect()),
            _ => None,
        };
        chart.layers.iter().find_map(flags).unwrap()
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
}

#[test]
fn where_no_point_serves_the_only_sign_is_that_of_those_which_do_not() {
    let plots = sweep(&[
        (interval(5), 0.05, 9.0, "fail"),
        (interval(10), 0.05, 9.0, "fail"),
    ]);
    assert!(
        svg_of(&plots, "sweep-missed-toast-fraction")
            .contains(">is not shown to meet the objectives<")
    );
}

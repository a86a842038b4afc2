//! Pages of results that nobody would simulate for a test.

use std::fmt::Write as _;
use std::io::Write as _;

use super::*;
use crate::quantity::number::plain;
use crate::record::{Folder, Manifest};

fn page_of(files: &[(&str, String)]) -> String {
    let root = tempfile::tempdir().unwrap();
    let mut folder = Folder::open(root.path()).unwrap();
    for (name, text) in files {
        folder
            .put(name, |out| out.write_all(text.as_bytes()))
            .unwrap();
    }
    folder.publish(Manifest::default()).unwrap();
    let results = Results::read(root.path()).unwrap();
    page(
        &results,
        &plot::plots(&results).unwrap(),
        &plot::unmet_requests(&results).unwrap(),
        None,
    )
    .unwrap()
}

/// A document of that kind with these fields besides those that every one has.
fn summary(rows: &str, fields: &str) -> String {
    format!(
        "{{\"schema\": \"rccsim.summary/1\", \"scenario\": \"s\", \"scenario_hash\": \"h\", \"question\": \"\", \"version\": \"0\", \
         \"seed\": 1, \"fingerprint\": \"f\", \"verdict\": \"pass\", \"answer\": \"a\", \"command\": \"rccsim sweep s.toml\", \
         \"replications\": 3, \"warnings\": [], \"horizon_s\": 28800, {fields} \"rows\": [{rows}]}}"
    )
}

fn row(point: &str, metric: &str, mean: f64, unit: &str) -> String {
    let (lower, upper) = (mean * 0.9, mean * 1.1);
    format!(
        "{{\"point\": {{{point}}}, \"scope\": \"all\", \"metric\": \"{metric}\", \"mean\": {mean}, \"lower\": {lower}, \
         \"upper\": {upper}, \"unit\": \"{unit}\", \"replications\": 3}}"
    )
}

/// A sweep of so many points by so many.
fn sweep(across: u32, down: u32) -> String {
    let (mut rows, mut points) = (Vec::new(), Vec::new());
    for i in 0..across * down {
        let (x, y) = (i / down + 1, i % down + 1);
        let mut point = format!("\"clients.refresh_interval\": \"{x} s\"");
        if down > 1 {
            let _ = write!(point, ", \"clients.count\": \"{y}\"");
        }
        let missed = f64::from((i * 7919) % 1000) / 20_000.0;
        let verdict = if missed < 0.01 { "pass" } else { "fail" };
        rows.push(row(&point, "users", f64::from(y), "count"));
        rows.push(row(&point, "missed_toast_fraction", missed, "fraction"));
        rows.push(row(&point, "down_fraction", missed, "fraction"));
        rows.push(row(&point, "message_rate_per_s", f64::from(x + y), "per_s"));
        points.push(format!(
            "{{\"point\": {{{point}}}, \"scenario_hash\": \"h\", \"replications\": 3, \"verdict\": \"{verdict}\", \"objectives\": \
             [{{\"metric\": \"missed_toast_fraction\", \"scope\": \"all\", \"at_most\": 0.01, \"unit\": \"fraction\", \
             \"mean\": {missed}, \"lower\": {missed}, \"upper\": {missed}, \"verdict\": \"{verdict}\"}}]}}"
        ));
    }
    summary(
        &rows.join(","),
        &format!("\"points\": [{}],", points.join(",")),
    )
}

#[test]
fn ten_thousand_points_make_a_page_that_fits_into_a_mail() {
    for (across, down) in [(10_000, 1), (100, 100), (2_000, 5)] {
        let page = page_of(&[("summary.json", sweep(across, down))]);
        assert!(
            page.len() < MOST_BYTES,
            "{across} × {down}: {} bytes",
            page.len()
        );
        assert!(
            page.contains("The first 400 of 10000 points; all of them are in summary.json."),
            "{across} × {down}"
        );
        assert!(
            page.matches("<tr").count() < 1_000,
            "{} rows",
            page.matches("<tr").count()
        );
        // The document itself is some megabytes: named, with its size and where it is.
        assert!(
            page.contains("summary.json (")
                && page.contains("in the results folder, too large for this page)")
        );
        assert!(
            page.contains("data-chart=\"sweep-missed-toast-fraction\"") || down == 100,
            "{across} × {down}: a curve"
        );
    }
}

/// The longest run there can be, 31 days by the minute.
#[test]
fn a_month_by_the_minute_makes_a_page_that_fits_into_a_mail() {
    let mut series =
        "point,scope,start_s,length_s,series,mean,unit,replications,point_number,time\n"
            .to_string();
    for minute in 0..31 * 24 * 60u64 {
        for (i, name) in [
            "usable",
            "setting_up",
            "silent",
            "visible",
            "message_rate_per_s",
            "refresh_rate_per_s",
        ]
        .iter()
        .enumerate()
        {
            let value = (minute * (7919 + i as u64)) % 1000;
            let _ = writeln!(
                series,
                ",all,{},60,{name},{value},users,3,1,08:00:00",
                minute * 60
            );
        }
    }
    let rows = [
        row("", "users", 5.0, "count"),
        row("", "down_fraction", 0.3, "fraction"),
        row("", "down_peak", 5.0, "count"),
    ];
    let fields = "\"advice\": [], \"interrupted\": false, \"objectives\": [], \"assumptions\": [],";
    let scenario = "[scenario]\nstart = \"08:00\"\n".to_string();
    let page = page_of(&[
        ("summary.json", summary(&rows.join(","), fields)),
        ("series.csv", series),
        ("scenario.toml", scenario),
    ]);
    assert!(page.len() < MOST_BYTES, "{} bytes", page.len());
    for name in ["sessions", "load"] {
        assert!(
            page.contains(&format!("data-chart=\"{name}\"")),
            "{name} is in the page"
        );
    }
    assert!(
        page.contains("series.csv (")
            && page.contains("in the results folder, too large for this page)")
    );
}

#[test]
fn cells_are_numbers_that_a_spreadsheet_takes() {
    let cells: Vec<String> = [0.0, 34_798.7, 347_987.0, 1532.0, 0.018_701_234, -1.5, 1e-7]
        .map(plain)
        .into();
    assert_eq!(
        cells,
        [
            "0",
            "34799",
            "347987",
            "1532",
            "0.018701",
            "-1.5",
            "0.0000001"
        ]
    );
    assert_eq!(cell(Some(0.018_701_234), "fraction"), "1.87");
    assert_eq!(cell(None, "s"), "–");
}

#[test]
fn every_template_is_read() {
    assert_eq!(environment().templates().count(), TEMPLATES.len());
}

use std::fs;
use std::io::Write;

use super::*;
use crate::quantity::Time;
use crate::record::{
    Folder, Value,
    drops::each_drop,
    figure,
    runs::{ByFigure, read_rows},
    series::series,
};

const SUMMARY: &str = r#"{"schema": "rccsim.summary/1", "scenario": "s", "scenario_hash": "h", "question": "", "version": "0",
    "seed": 1, "replications": 2, "fingerprint": "f", "verdict": "pass", "answer": "a", "advice": [], "interrupted": false,
    "objectives": [], "assumptions": [], "warnings": [],
    "rows": [{"point": {}, "scope": "all", "metric": "users", "mean": 5.0, "lower": null, "upper": 6.5, "unit": "count", "replications": 2}]}"#;

fn manifest() -> Manifest {
    let text = |s: &str| s.to_string();
    Manifest {
        schema: String::new(),
        version: text("0"),
        scenario: text("s"),
        scenario_hash: text("h"),
        seed: 1,
        fingerprint: text("f"),
        file: None,
        files: BTreeMap::new(),
    }
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let mut folder = Folder::open(root.path()).unwrap();
    for (name, text) in files {
        folder
            .put(name, |out| out.write_all(text.as_bytes()))
            .unwrap();
    }
    folder.publish(manifest()).unwrap();
    root
}

fn refusal(root: &Path) -> String {
    let why = match Results::read(root) {
        Ok(results) => results
            .series()
            .map(|_| String::new())
            .unwrap_or_else(|e| e.to_string()),
        Err(e) => e.to_string(),
    };
    why.replace(&root.display().to_string(), "DIR")
}

#[test]
fn a_folder_reads_back_before_and_after_it_is_published() {
    let root = tempfile::tempdir().unwrap();
    let mut folder = Folder::open(root.path()).unwrap();
    folder
        .put("summary.json", |out| out.write_all(SUMMARY.as_bytes()))
        .unwrap();
    let record = Record::parse(SUMMARY).unwrap();
    let before = folder.results(&manifest(), &record, InMemory::default());
    assert_eq!(before.text("summary.json").unwrap(), SUMMARY);
    drop(before);
    folder.publish(manifest()).unwrap();
    let after = Results::read(root.path()).unwrap();
    assert_eq!(*after.record(), record);
    assert_eq!(
        (record.kind().command(), record.head().scenario),
        ("run", "s")
    );
    let users = figure(record.rows(), &BTreeMap::new(), "all", "users").unwrap();
    assert_eq!(
        (users.mean, users.lower, users.upper),
        (Some(5.0), None, Some(6.5))
    );
}

#[test]
fn what_is_damaged_foreign_or_unfinished_is_named() {
    let root = folder(&[("summary.json", SUMMARY), ("series.csv", "point,scope\n")]);
    assert!(
        refusal(root.path())
            .starts_with("DIR: series.csv: its columns are point, scope, this version reads")
    );

    fs::write(root.path().join("series.csv"), "point,scope\nx,y\n").unwrap();
    assert_eq!(
        refusal(root.path()),
        "DIR: series.csv: it is not the file that the manifest lists: it was changed since"
    );
    fs::remove_file(root.path().join("series.csv")).unwrap();
    assert_eq!(
        refusal(root.path()),
        "DIR: series.csv: the manifest lists it, but it is not there"
    );
    fs::remove_file(root.path().join("manifest.json")).unwrap();
    assert!(refusal(root.path()).starts_with("DIR: no results: there is no manifest.json"));
    fs::create_dir(root.path().join("units")).unwrap();
    assert!(refusal(root.path()).starts_with("DIR: not finished"));
    fs::write(
        root.path().join("manifest.json"),
        "{\"schema\": \"webpack/4\"}",
    )
    .unwrap();
    assert_eq!(
        refusal(root.path()),
        "DIR: manifest.json: its schema is webpack/4, this version reads rccsim.manifest/1"
    );
    fs::write(root.path().join("manifest.json"), "{").unwrap();
    assert!(refusal(root.path()).starts_with("DIR: manifest.json: not JSON"));

    let root = folder(&[("summary.json", "{\"schema\": \"rccsim.summary/9\"}")]);
    assert_eq!(
        refusal(root.path()),
        "DIR: summary.json: its schema is rccsim.summary/9, which this version does not read"
    );
    let root = folder(&[("notes.txt", "")]);
    assert_eq!(
        refusal(root.path()),
        "DIR: summary.json: the manifest lists no such file"
    );
}

#[test]
fn rows_become_series() {
    let text = "point,scope,start_s,length_s,series,mean,unit,replications,point_number,time\n\
                ,all,0,60,usable,1.5,users,3,1,08:00:00\n,all,0,60,silent,,users,3,1,08:00:00\n\
                ,all,60,30,usable,2.5,users,3,1,08:00:00\n,all,60,30,silent,4,users,3,1,08:00:00\n";
    let rows = series(text.as_bytes()).unwrap();
    assert_eq!(
        rows.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(),
        ["usable", "silent"]
    );
    assert_eq!(
        (&rows[0].start_s[..], &rows[0].values[..]),
        (&[0.0, 60.0][..], &[1.5, 2.5][..])
    );
    assert_eq!(rows[0].length_s, [60.0, 30.0]);
    assert!(rows[1].values[0].is_nan() && rows[1].values[1] == 4.0);
    let bad = text.replace("2.5", "much");
    assert_eq!(
        series(bad.as_bytes()).unwrap_err(),
        "line 4: found \"much\", expected a number"
    );
}

#[test]
fn replications_of_a_figure_stand_together() {
    let header = RUNS_HEADER;
    let text = format!(
        "{header}a=1,1,0f,all,users,,5,,,,count,1\na=1,1,0f,all,all_back_s,,,12,,,s,1\n\
         a=1,2,0f,all,users,,6,,,,count,1\na=1,2,0f,all,all_back_s,,,,,,s,1\na=2,1,0f,all,x_fraction,,0.5,,1,2,fraction,2\n"
    );
    let mut gathered = ByFigure::default();
    read_rows(text.as_bytes(), |row| {
        gathered.add(row);
        Ok(())
    })
    .unwrap();
    let figures = gathered.finish();
    let rows: Vec<_> = figures
        .iter()
        .map(|r| (r.point.as_str(), r.metric.as_str(), r.values.len()))
        .collect();
    assert_eq!(
        rows,
        [
            ("a=1", "users", 2),
            ("a=1", "all_back_s", 2),
            ("a=2", "x_fraction", 1)
        ]
    );
    assert_eq!(
        figures[1].values,
        [(1, Value::Beyond(12.0)), (2, Value::Absent)]
    );
    assert_eq!(figures[2].numbers(), [(1, 0.5)]);
}

const RUNS_HEADER: &str = "point,replication,fingerprint,scope,metric,cause,value,beyond,numerator,denominator,unit,point_number\n";

#[test]
fn drops_are_read_to_the_microsecond() {
    let text = "point,replication,clients,user,gateway,instance,established_s,lost_s,detected_s,cause,ended_by,point_number\n\
                ,1,front,7,gw,1,0.5,1532.000000,,refresh_unanswered,,1\n,2,front,8,gw,1,1,2,3,overload,bye,1\nbroken\n";
    let mut drops = Vec::new();
    let read = each_drop(text.as_bytes(), |drop| {
        drops.push((
            drop.user,
            drop.lost_s,
            drop.detected_s,
            drop.cause.to_string(),
        ));
    });
    let second = |s: u64| Time(s * 1_000_000);
    assert_eq!(
        drops,
        [
            (7, second(1532), None, "refresh_unanswered".to_string()),
            (8, second(2), Some(second(3)), "overload".to_string()),
        ]
    );
    assert!(read.is_err(), "what is broken is not passed over");
}

#[test]
fn the_day_begins_at_the_clock_of_the_scenario() {
    let start = |text: &str| {
        let root = folder(&[("summary.json", SUMMARY), ("scenario.toml", text)]);
        Results::read(root.path())
            .unwrap()
            .requested()
            .map(|requested| requested.start_s)
            .map_err(|e| e.to_string())
    };
    assert_eq!(
        start("[scenario]\nstart = \"07:30\"  # given\n"),
        Ok(Some(27_000.0))
    );
    assert_eq!(start("[scenario]\n"), Ok(None));
    assert!(
        start("[scenario")
            .unwrap_err()
            .contains("scenario.toml: not TOML")
    );
}

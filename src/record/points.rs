//! `points.csv`: the points of a sweep, each varied key as text and, where it is one, as a number in SI units. Its columns
//! `point` and `point_number` are those of the other tables.

use std::io::Write;

use super::sweep::SweepRecord;
use super::table::float;
use crate::quantity::{parse_clock, parse_rate, parse_share, parse_span};
use crate::study::Verdict;

/// A value as a number, and the unit that its column's name ends with.
fn number(text: &str) -> Option<(f64, &'static str)> {
    let span = parse_span(text).or_else(|| parse_clock(text));
    span.map(|span| (span.0 as f64 / 1e6, "s"))
        .or_else(|| Some((parse_rate(text)?, "per_s")))
        .or_else(|| Some((parse_share(text)?, "fraction")))
        .or_else(|| Some((text.parse().ok()?, "number")))
        .filter(|(x, _): &(f64, _)| x.is_finite())
}

/// Writes the table; `labels` are those of the points, in their order.
///
/// # Errors
/// Those of the writer.
pub fn write<'a>(
    sweep: &SweepRecord,
    labels: impl Iterator<Item = &'a str>,
    out: impl Write,
) -> csv::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    let keys: Vec<&String> = (sweep.points.first())
        .map(|point| point.point.keys().collect())
        .unwrap_or_default();
    // Of a key that is a number at some points and a word at others, the number stands alone.
    let unit = |key: &String| {
        let mut values = sweep.points.iter().filter_map(|p| p.point.get(key));
        values.find_map(|value| Some(number(value)?.1))
    };
    let units: Vec<Option<&str>> = keys.iter().map(|key| unit(key)).collect();
    let mut header: Vec<String> = [
        "point_number",
        "point",
        "scenario_hash",
        "replications",
        "verdict",
    ]
    .map(String::from)
    .into();
    for (key, unit) in keys.iter().zip(&units) {
        header.push((*key).clone());
        header.extend(unit.map(|unit| format!("{key}_{unit}")));
    }
    out.write_record(&header)?;
    for (index, (record, label)) in sweep.points.iter().zip(labels).enumerate() {
        let verdict = record.verdict.map_or("", Verdict::name);
        let mut row = vec![
            (index + 1).to_string(),
            label.into(),
            record.scenario_hash.clone(),
            record.replications.to_string(),
            verdict.into(),
        ];
        for (key, unit) in keys.iter().zip(&units) {
            let value = record.point.get(*key).map_or("", String::as_str);
            row.push(value.into());
            if unit.is_some() {
                // One unit a column: what has another is a text alone.
                let same = number(value).filter(|(_, other)| Some(*other) == *unit);
                row.push(same.map_or(String::new(), |(x, _)| float(x)));
            }
        }
        out.write_record(&row)?;
    }
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::sweep::PointRecord;
    use super::*;

    #[test]
    fn each_key_is_a_text_and_a_number() {
        let point = |values: &[(&str, &str)]| PointRecord {
            point: Arc::new(
                values
                    .iter()
                    .map(|(k, v)| ((*k).into(), (*v).into()))
                    .collect(),
            ),
            scenario_hash: "abc".into(),
            replications: 3,
            verdict: Some(Verdict::Pass),
            ..PointRecord::default()
        };
        let sweep = SweepRecord {
            points: vec![
                point(&[
                    ("gateway.allow", "absent"),
                    ("gateway.queue", "10"),
                    ("path.loss", "2 %"),
                ]),
                point(&[
                    ("gateway.allow", "absent"),
                    ("gateway.queue", "unlimited"),
                    ("path.loss", "0.5 %"),
                ]),
            ],
            ..SweepRecord::default()
        };
        let mut text = Vec::new();
        write(&sweep, ["one", "other"].into_iter(), &mut text).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "point_number,point,scenario_hash,replications,verdict,gateway.allow,gateway.queue,gateway.queue_number,path.loss,path.loss_fraction\n\
             1,one,abc,3,pass,absent,10,10.0,2 %,0.02\n\
             2,other,abc,3,pass,absent,unlimited,,0.5 %,0.005\n"
        );
    }

    #[test]
    fn numbers_are_in_si_units() {
        for (text, expected) in [
            ("25 min", Some((1500.0, "s"))),
            ("36 /h", Some((0.01, "per_s"))),
            ("50 %", Some((0.5, "fraction"))),
            ("3", Some((3.0, "number"))),
            ("fixed 30 s", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}

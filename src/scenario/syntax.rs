//! Values of several parts: how policies, distributions and times of day are written.

use super::record_kind::RecordKind;
use crate::deployment::ServiceTime;
use crate::protocol::{Reestablish, RefreshTiming};
use crate::quantity::{Span, parse_clock, parse_rate, parse_share, parse_span};
use crate::workload::{Lunch, SignIn};

/// Calls by time of day.
#[derive(Clone, PartialEq, Debug)]
pub struct Hours {
    /// In what.
    pub unit: HourUnit,
    /// From when on, and how many; empty: flat.
    pub steps: Vec<(Span, f64)>,
}

/// What calls by time of day are given in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HourUnit {
    /// Factors on the rates of both directions.
    Factor,
    /// Calls of a user per second, both directions together.
    PerUser,
    /// Calls per second of all users of the group, once all are signed in.
    OfGroup,
}

/// Names become folders and parts of key paths.
pub(super) fn is_name(text: &str) -> bool {
    let length = text.chars().count();
    (1..=100).contains(&length)
        && !text.starts_with('.')
        && text.trim() == text
        && !text
            .chars()
            .any(|c| c.is_control() || c == '/' || c == '\\')
}

fn positive(span: &Span) -> bool {
    *span > Span::ZERO && *span <= Span::from_secs(3600)
}

pub(super) fn read_service(text: &str) -> Option<Option<ServiceTime>> {
    if text == "none" {
        return Some(None);
    }
    let service = if let Some(mean) = text.strip_prefix("exponential ") {
        ServiceTime::Exponential(parse_span(mean).filter(positive)?)
    } else if let Some(rest) = text.strip_prefix("log-normal ") {
        let (mean, sd) = rest.split_once(" sd ")?;
        ServiceTime::LogNormal {
            mean: parse_span(mean).filter(positive)?,
            sd: parse_span(sd).filter(positive)?,
        }
    } else if let Some(points) = text.strip_prefix("quantiles ") {
        ServiceTime::Quantiles(read_quantiles(points)?)
    } else {
        ServiceTime::Fixed(parse_span(text).filter(|s| *s <= Span::from_secs(3600))?)
    };
    Some(Some(service))
}

/// Shares and times that both grow, up to 100 %.
fn read_quantiles(text: &str) -> Option<Vec<(f64, Span)>> {
    let mut points: Vec<(f64, Span)> = Vec::new();
    for point in text.split(',') {
        let (share, span) = point.split_once('%')?;
        let share = parse_share(&format!("{}%", share.trim_start())).filter(|s| *s <= 1.0)?;
        let span = parse_span(span.trim()).filter(|s| *s <= Span::from_secs(3600))?;
        if points.last().is_some_and(|(s, t)| share <= *s || span < *t) {
            return None;
        }
        points.push((share, span));
    }
    points.last().filter(|(share, _)| *share == 1.0)?;
    Some(points)
}

/// Calls by time of day: factors, calls of a user, or calls of all users; each valid until the next.
pub(super) fn read_hours(text: &str) -> Option<Hours> {
    let mut hours = Hours {
        unit: HourUnit::Factor,
        steps: Vec::new(),
    };
    if text == "flat" {
        return Some(hours);
    }
    for step in text.split(',') {
        let (clock, rate) = step.trim().split_once(' ')?;
        let at = parse_clock(clock)?;
        let (unit, value) = read_hour(rate.trim())?;
        let is_first = hours.steps.is_empty();
        let is_later = hours.steps.last().is_none_or(|(last, _)| at > *last);
        if !is_later || !(is_first || unit == hours.unit) {
            return None;
        }
        hours.unit = unit;
        hours.steps.push((at, value));
    }
    hours.steps.iter().any(|(_, f)| *f > 0.0).then_some(hours)
}

/// "x0.5", "3 /h" or "1200 calls/h".
fn read_hour(text: &str) -> Option<(HourUnit, f64)> {
    if let Some(factor) = text.strip_prefix('x') {
        let factor: f64 = factor.parse().ok()?;
        return (0.0..=1000.0)
            .contains(&factor)
            .then_some((HourUnit::Factor, factor));
    }
    if let Some(calls) = text.strip_suffix("calls/h") {
        let rate = parse_rate(&format!("{} /h", calls.trim()))?;
        return Some((HourUnit::OfGroup, rate));
    }
    Some((HourUnit::PerUser, parse_rate(text)?))
}

/// Profiles and their shares, which are 100 % together: "communicator-2007-r2 60 %, communicator-2007 40 %".
pub(super) fn read_mix(text: &str) -> Option<Vec<(String, f64)>> {
    let mut parts: Vec<(String, f64)> = Vec::new();
    for part in text.split(',') {
        let number = part.trim().strip_suffix('%')?.trim_end();
        let (name, share) = number.rsplit_once(' ')?;
        let share = parse_share(&format!("{share} %"))?;
        if parts.iter().any(|(earlier, _)| earlier == name) || !is_name(name.trim()) {
            return None;
        }
        parts.push((name.trim().into(), share));
    }
    let sum: f64 = parts.iter().map(|(_, share)| share).sum();
    ((sum - 1.0).abs() < 1e-9 && parts.len() <= PROGRAMS_MOST).then_some(parts)
}

/// Names of columns, each with what a file calls it: "time Start, user Ext".
pub(super) fn read_columns(text: &str, records: RecordKind) -> Option<Vec<(String, String)>> {
    let mut columns: Vec<(String, String)> = Vec::new();
    for pair in text.split(',') {
        let (column, name) = pair.trim().split_once(' ')?;
        let is_known = records.columns().contains(&column);
        if !is_known
            || columns.iter().any(|(earlier, _)| earlier == column)
            || name.trim().is_empty()
        {
            return None;
        }
        columns.push((column.into(), name.trim().into()));
    }
    Some(columns)
}

/// Client programs in one group at most.
const PROGRAMS_MOST: usize = 100;

pub(super) fn day_span(text: &str) -> Option<Span> {
    parse_span(text).filter(|s| *s <= Span::from_secs(30 * 86_400))
}

pub(super) fn read_sign_in(text: &str) -> Option<SignIn> {
    if text == "at start" {
        return Some(SignIn::AtStart);
    }
    if let Some(clock) = text.strip_prefix("at ") {
        return parse_clock(clock).map(SignIn::At);
    }
    if let Some(width) = text.strip_prefix("uniform over ") {
        return day_span(width).map(SignIn::UniformOver);
    }
    let (mean, sd) = text.strip_prefix("normal ")?.split_once(" sd ")?;
    Some(SignIn::Normal {
        mean: parse_clock(mean)?,
        sd: day_span(sd)?,
    })
}

/// A time of day for all, or one that varies about a mean.
pub(super) fn read_time_of_day(text: &str) -> Option<SignIn> {
    read_sign_in(text).filter(|at| matches!(at, SignIn::At(_) | SignIn::Normal { .. }))
}

/// A time of day and how long from then on.
pub(super) fn read_lunch(text: &str) -> Option<Lunch> {
    let (at, lasts) = text.split_once(" for ")?;
    let at = read_time_of_day(at)?;
    let lasts = parse_span(lasts).filter(|s| *s > Span::ZERO && *s < Span::from_secs(86_400))?;
    Some(Lunch { at, lasts })
}

pub(super) fn read_reestablish(text: &str) -> Option<Reestablish> {
    if text == "never" {
        return Some(Reestablish::Never);
    }
    if let Some(delay) = text.strip_prefix("fixed ") {
        return day_span(delay).map(Reestablish::Fixed);
    }
    if let Some(bounds) = text.strip_prefix("uniform ") {
        let (from, to) = bounds.split_once("..")?;
        let (from, to) = (day_span(from)?, day_span(to)?);
        return (from <= to).then_some(Reestablish::Uniform(from, to));
    }
    let (first, rest) = text.strip_prefix("backoff ")?.split_once(" x")?;
    let (factor, rest) = rest.split_once(" max ")?;
    let (cap, jitter) = rest.split_once(" jitter ").unwrap_or((rest, "0 %"));
    let factor: f64 = factor.parse().ok().filter(|f| (1.0..=100.0).contains(f))?;
    let jitter = parse_share(jitter).filter(|j| *j <= 1.0)?;
    Some(Reestablish::Backoff {
        first: day_span(first)?,
        factor,
        cap: day_span(cap)?,
        jitter,
    })
}

/// When a refresh is due: "interval", "SE/2" or "SE - 60 s".
pub(super) fn read_timing(text: &str) -> Option<RefreshTiming> {
    if text == "interval" {
        return Some(RefreshTiming::Interval);
    }
    let rest = text.strip_prefix("SE")?;
    if let Some(part) = rest.strip_prefix('/') {
        let part = part.parse().ok().filter(|n| (2..=100).contains(n))?;
        return Some(RefreshTiming::Part(part));
    }
    let before = rest.trim_start().strip_prefix(['-', '−'])?;
    let before = day_span(before.trim_start()).filter(|s| *s > Span::ZERO)?;
    Some(RefreshTiming::Before(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_and_sign_ins_are_read() {
        let s = Span::from_secs;
        assert_eq!(
            read_reestablish("fixed 30 s"),
            Some(Reestablish::Fixed(s(30)))
        );
        assert_eq!(
            read_reestablish("uniform 0 s..600 s"),
            Some(Reestablish::Uniform(s(0), s(600)))
        );
        assert_eq!(
            read_reestablish("backoff 5 s x2 max 300 s jitter 20 %"),
            Some(Reestablish::Backoff {
                first: s(5),
                factor: 2.0,
                cap: s(300),
                jitter: 0.2
            })
        );
        for bad in [
            "30 s",
            "fixed 30",
            "uniform 9 s..1 s",
            "backoff 5 s x0.5 max 300 s",
            "Never",
            "fixed -1 s",
        ] {
            assert_eq!(read_reestablish(bad), None, "{bad}");
        }
        assert_eq!(
            read_sign_in("normal 09:00 sd 25 min"),
            Some(SignIn::Normal {
                mean: s(32_400),
                sd: s(1500)
            })
        );
        assert_eq!(read_sign_in("at 08:30"), Some(SignIn::At(s(30_600))));
        assert_eq!(read_sign_in("uniform over 30"), None);
        assert_eq!(
            read_lunch("at 12:00 for 1 h"),
            Some(Lunch {
                at: SignIn::At(s(43_200)),
                lasts: s(3600)
            })
        );
        for bad in [
            "at 12:00",
            "at 12:00 for 0 s",
            "uniform over 1 h for 1 h",
            "normal 12:00 for 1 h",
            "at start for 1 h",
        ] {
            assert_eq!(read_lunch(bad), None, "{bad}");
        }
    }

    #[test]
    fn stations_and_days_are_read() {
        let ms = Span::from_millis;
        assert_eq!(read_service("none"), Some(None));
        assert_eq!(read_service("4 ms"), Some(Some(ServiceTime::Fixed(ms(4)))));
        assert_eq!(
            read_service("quantiles 50 % 3 ms, 90% 8 ms, 100 % 20 ms"),
            Some(Some(ServiceTime::Quantiles(vec![
                (0.5, ms(3)),
                (0.9, ms(8)),
                (1.0, ms(20))
            ])))
        );
        for bad in [
            "quantiles 50 % 3 ms",
            "quantiles 50 % 3 ms, 40 % 8 ms, 100 % 9 ms",
            "4",
            "exponential 0 ms",
            "log-normal 4 ms",
        ] {
            assert_eq!(read_service(bad), None, "{bad}");
        }
        assert_eq!(
            read_hours("08:00 x1, 12:00 x0.4").unwrap().steps,
            [
                (Span::from_secs(28_800), 1.0),
                (Span::from_secs(43_200), 0.4)
            ]
        );
        let per_user = read_hours("08:00 2 /h, 12:00 0.5 /h").unwrap();
        assert_eq!(per_user.unit, HourUnit::PerUser);
        assert_eq!(per_user.steps[0].1, 2.0 / 3600.0);
        let of_group = read_hours("08:00 1200 calls/h").unwrap();
        assert_eq!(
            (of_group.unit, of_group.steps[0].1),
            (HourUnit::OfGroup, 1.0 / 3.0)
        );
        let mixed = "08:00 x1, 12:00 3 /h";
        for bad in [
            "08:00 x1, 07:00 x1",
            "08:00",
            "08:00 x-1",
            "08:00 x0",
            mixed,
            "",
        ] {
            assert_eq!(read_hours(bad), None, "{bad}");
        }
    }

    #[test]
    fn shares_of_a_mix_are_100_percent() {
        assert_eq!(
            read_mix("communicator-2007-r2 60 %, communicator-2007 40 %"),
            Some(vec![
                ("communicator-2007-r2".into(), 0.6),
                ("communicator-2007".into(), 0.4)
            ])
        );
        for bad in [
            "a 60 %",
            "a 60 %, b 50 %",
            "a 50 %, a 50 %",
            "a 60, b 40",
            "60 %, 40 %",
            "",
        ] {
            assert_eq!(read_mix(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_name_can_be_a_folder() {
        for bad in ["", ".", "..", ".x", "a/b", "a\\b", " a", "a\n"] {
            assert!(!is_name(bad), "{bad:?}");
        }
        assert!(is_name("<script>alert(1)"));
        assert!(is_name("Zürich front-office"));
    }
}

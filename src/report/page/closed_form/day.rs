//! When a run is, and what goes wrong in it.

use super::keys::Keys;
use crate::quantity::parse_clock;
use crate::report::inputs::Input;

/// When a run is.
#[derive(Clone, Copy)]
pub struct Day {
    /// Since midnight [s].
    start_s: f64,
    /// Its length [s].
    pub horizon_s: f64,
}

impl Day {
    /// That of a run.
    pub fn of(inputs: &[Input]) -> Day {
        let scenario = Keys::of(inputs, "scenario", "");
        let start_s = parse_clock(scenario.get("start")).map_or(0.0, |clock| clock.0 as f64 / 1e6);
        Day {
            start_s,
            horizon_s: scenario.seconds("horizon").unwrap_or(0.0),
        }
    }

    /// When a scheduled fault comes, from the start of the run [s]: the next day, where that time of day is over.
    ///
    /// # Errors
    /// It comes at random.
    pub fn at_s(&self, fault: &Keys) -> Result<f64, String> {
        let clock = parse_clock(fault.get("at")).map(|clock| clock.0 as f64 / 1e6 - self.start_s);
        clock
            .map(|s| if s < 0.0 { s + 86_400.0 } else { s })
            .ok_or_else(|| fault.shown("mtbf"))
    }
}

/// The faults that hit any of these.
pub fn faults_of<'a>(inputs: &'a [Input], targets: &[String]) -> Vec<Keys<'a>> {
    let mut faults = Keys::all(inputs, "fault");
    faults.retain(|fault| {
        fault.get("target") == "all" || targets.iter().any(|t| t == fault.get("target"))
    });
    faults
}

#[cfg(test)]
mod tests {
    use super::super::group::tests::inputs;
    use super::*;

    #[test]
    fn a_fault_comes_at_its_time_of_day_or_that_of_the_next() {
        let at = |clock| {
            let given = inputs(&[("fault", "at", clock), ("fault", "mtbf", "4 h")]);
            Day::of(&given).at_s(&Keys::of(&given, "fault", "x"))
        };
        // The run starts at 08:00.
        assert_eq!(
            (at("10:30"), at("08:00"), at("07:59")),
            (Ok(9000.0), Ok(0.0), Ok(86_340.0))
        );
        assert_eq!(at(""), Err("mtbf = 4 h".into()));
    }

    #[test]
    fn faults_are_those_of_everybody_and_of_the_target() {
        let hit = |target| {
            let given = inputs(&[("fault", "target", target)]);
            faults_of(&given, &["gateway:x".into(), "clients:y".into()]).len()
        };
        assert_eq!(
            [
                hit("all"),
                hit("gateway:x"),
                hit("clients:y"),
                hit("clients:x")
            ],
            [1, 1, 1, 0]
        );
    }
}

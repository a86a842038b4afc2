//! Which points a study has: from the flags, else from the file's `[study]`; each is checked before anything runs.

use std::path::PathBuf;

use clap::Args;

use super::fault::Fault;
use crate::scenario::{Axis, Combine, HalfWidth, Place, Scenario, Study};
use crate::study::{Precision, PrecisionTarget};

/// What is varied.
#[derive(Args, Default)]
pub(super) struct VaryFlags {
    /// Vary a key, instead of the file's [study]: "clients.refresh_interval=5 min..60 min step 5 min",
    /// "clients.count=1..1000 log 4", "gateway.allow=absent, without-update"; several make every combination
    #[arg(long, value_name = "KEY=VALUES")]
    pub vary: Vec<String>,
    /// Take the first values of every varied key together, then the second ones, instead of every combination
    #[arg(long, requires = "vary")]
    pub zip: bool,
    /// Take the points of a CSV file: a line of keys, then a line of values for each point
    #[arg(long, value_name = "FILE", conflicts_with = "vary")]
    pub points: Option<PathBuf>,
}

/// More are not simulated for the sake of a precision unless asked for.
const MOST_REPS: u32 = 1000;

/// How closely the figures are wanted.
#[derive(Args, Default)]
pub(super) struct PrecisionFlags {
    /// Replicate until half of each interval is at most this share of its figure ("5 %"), or this much of one metric
    /// ("missed_toast_fraction=0.1 %"); decided only at fixed numbers of replications
    #[arg(long, value_name = "SHARE")]
    pub precision: Vec<String>,
    /// Replications at most, where a precision is wanted
    #[arg(long, value_name = "N", default_value_t = MOST_REPS, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub most_reps: u32,
}

impl PrecisionFlags {
    /// As they were given, for the canonical command.
    pub(super) fn flags(&self) -> Vec<(&'static str, String)> {
        let max_reps =
            (self.most_reps != MOST_REPS).then(|| ("--most-reps", self.most_reps.to_string()));
        self.precision
            .iter()
            .map(|p| ("--precision", p.clone()))
            .chain(max_reps)
            .collect()
    }

    /// What is wanted; of the file where the flags say nothing.
    ///
    /// # Errors
    /// What is valid.
    pub(super) fn targets(&self, study: Option<&Study>) -> Result<Vec<PrecisionTarget>, Fault> {
        Ok(self.half_widths(study)?.into_iter().map(targets).collect())
    }

    fn half_widths(&self, study: Option<&Study>) -> Result<Vec<HalfWidth>, Fault> {
        if self.precision.is_empty() {
            return Ok(study.map_or_else(Vec::new, |s| s.precision.clone()));
        }
        let place = Place::file_only("--precision");
        self.precision
            .iter()
            .map(|text| Ok(HalfWidth::parse(text, &place)?))
            .collect()
    }
}

fn targets(half_width: HalfWidth) -> PrecisionTarget {
    match half_width {
        HalfWidth::Relative(share) => PrecisionTarget {
            metric: None,
            precision: Precision::Relative(share),
        },
        HalfWidth::Absolute(metric, half) => PrecisionTarget {
            metric: Some(metric.name),
            precision: Precision::Absolute(half),
        },
    }
}

impl VaryFlags {
    /// The study: of the flags where they say something, else of the file.
    ///
    /// # Errors
    /// What is wrong, and that nothing is varied.
    pub(super) fn study(
        &self,
        base: &Scenario,
        precision: &PrecisionFlags,
    ) -> Result<Study, Fault> {
        let place = Place::file_only("--vary");
        let combine = if self.zip {
            Combine::Zip
        } else {
            Combine::Product
        };
        let mut study = match (&self.points, &base.study) {
            (Some(path), _) => Study::of_table(path)?,
            (None, _) if !self.vary.is_empty() => {
                let axes = self
                    .vary
                    .iter()
                    .map(|text| Axis::parse(text, &place))
                    .collect::<Result<_, _>>()?;
                Study::new(axes, combine, &place)?
            }
            (None, Some(study)) => study.clone(),
            (None, None) => {
                return Err(Fault::Input(format!(
                    "{} has no [study] and there is no --vary: nothing is varied; try --vary \"clients.refresh_interval=5 min..60 min step 5 min\"",
                    base.file
                )));
            }
        };
        study.precision = precision.half_widths(Some(&study))?;
        Ok(study)
    }

    /// As they were given, for the canonical command.
    pub(super) fn flags(&self) -> Vec<(&'static str, String)> {
        let vary = self.vary.iter().map(|v| ("--vary", v.clone()));
        let points = self
            .points
            .iter()
            .map(|p| ("--points", p.display().to_string()));
        let zip = self.zip.then(|| ("--zip", String::new()));
        vary.chain(points).chain(zip).collect()
    }
}

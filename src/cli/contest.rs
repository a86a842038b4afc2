//! Points against each other, in a study and in the trials behind it: which meet the objectives, and which is best.

use super::assume::settled;
use super::premise::{Said, Shown};
use crate::measure::{Objective, Sample};
use crate::study::{CONFIDENCE, Verdict, bonferroni, paired_samples};

/// What is least at the best point, by replication; none where a trial cannot show it.
pub type Least<'a> = Box<dyn Fn(&Shown) -> Vec<Sample> + 'a>;

/// A point as the study judged it.
pub struct Judged<'a> {
    /// Its name, for people.
    pub name: String,
    /// What is wanted of it.
    pub objectives: &'a [Objective],
    /// How that came out.
    pub verdict: Verdict,
}

/// The points that an answer rests on, the first of them the one that it names.
pub struct Contest<'a> {
    /// All of them.
    pub points: Vec<Judged<'a>>,
    /// What the best has the least of; `None`: nothing is ranked.
    pub least: Option<Least<'a>>,
}

impl Contest<'_> {
    /// What the study itself says of the first so many points: its verdicts, and the first one is the best.
    pub fn own(&self, tried: usize) -> String {
        let verdicts: Vec<Verdict> = self.points.iter().take(tried).map(|p| p.verdict).collect();
        answer(&verdicts, None)
    }

    /// What trials of the points say.
    pub fn said(&self, tried: &[Shown]) -> Said {
        let of = |(point, tried): (&Judged, &Shown)| {
            let found = tried.trial.verdict(point.objectives, tried.samples);
            // What is open in the study or in a short trial is no change.
            (
                found,
                found
                    .filter(|v| settled(*v) && settled(point.verdict))
                    .unwrap_or(point.verdict),
            )
        };
        let (found, verdicts): (Vec<Option<Verdict>>, Vec<Verdict>) =
            self.points.iter().zip(tried).map(of).unzip();
        let overtaker = self.overtaker(tried, &verdicts);
        let mut parts: Vec<String> = overtaker
            .map(|i| format!("{} is better", self.points[i].name))
            .into_iter()
            .collect();
        // What the first one does stands in a column of its own.
        for (point, now) in self
            .points
            .iter()
            .zip(&verdicts)
            .skip(1)
            .filter(|(point, now)| point.verdict != **now)
        {
            parts.push(format!("{}: {}", point.name, now.name()));
        }
        Said {
            answer: answer(&verdicts, overtaker),
            text: parts.join(", "),
            settled: true,
            verdict: found[0],
        }
    }

    /// The point that is shown to be better than the first one, of several the one with the least.
    fn overtaker(&self, tried: &[Shown], verdicts: &[Verdict]) -> Option<usize> {
        let least = self.least.as_ref()?;
        let samples: Vec<Vec<Sample>> = tried.iter().map(least).collect();
        let confidence = bonferroni(CONFIDENCE, tried.len().saturating_sub(1));
        let less = |i: usize| {
            let both = samples[0].len().min(samples[i].len());
            let difference =
                paired_samples(&samples[0][..both], &samples[i][..both], confidence)?.difference;
            difference
                .upper
                .filter(|upper| *upper < 0.0)
                .map(|_| (i, difference.mean))
        };
        // Who misses the objectives is no better than one that meets them.
        let serves = |i: &usize| verdicts[*i] == Verdict::Pass || verdicts[0] != Verdict::Pass;
        (1..tried.len())
            .filter(serves)
            .filter_map(less)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(i, _)| i)
    }
}

fn answer(verdicts: &[Verdict], overtaker: Option<usize>) -> String {
    let verdicts: Vec<&str> = verdicts.iter().map(|v| v.name()).collect();
    format!("{} {overtaker:?}", verdicts.join(" "))
}

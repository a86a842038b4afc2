//! What the answer of a study rests on: the other values of the keys that it assumes, tried on the points that decide it.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::assume::{Place, WORTH_TELLING, assumed, mean, standing};
use super::campaign::Campaign;
use super::design::Alternative;
use super::flags::Source;
use super::trial::{Trial, user_hours};
use crate::report::number::{percent, whole};
use crate::report::{Alternative as Changed, Assumption, Premises};
use crate::scenario::catalogue::Key;
use crate::scenario::{Override, Scenario, Setting, Settings};
use crate::study::{Samples, Verdict};

/// A point that the answer rests on; the first one is that of the answer.
pub struct Ground<'a> {
    /// Its name, for people.
    pub name: String,
    /// What its scenario was read from.
    pub source: &'a Source,
    /// The scenario and what was turned for it.
    pub alternative: &'a Alternative,
    /// Which sections assume which keys, where the scenario was read back from results and does not know.
    pub known: &'a [Place],
}

/// What a set of trials, one of each ground, says.
pub struct Said {
    /// What makes it the same answer or another one.
    pub answer: String,
    /// The same for people.
    pub text: String,
    /// Whether the trials suffice to say so.
    pub settled: bool,
    /// How the objectives come out at the first ground.
    pub verdict: Option<Verdict>,
}

/// What was tried of a ground: its trial, and what the trial said.
pub struct Shown<'a> {
    /// The trial.
    pub trial: &'a Trial,
    /// What it said, in figures of the whole deployment.
    pub samples: &'a Samples,
}

/// Points that are tried at most.
const MOST_GROUNDS: usize = 12;
/// Trials that cost no more than this are made in any case, hours of users: some tenths of a second.
const CHEAP_USER_HOURS: u64 = 60_000;
/// What trials may cost, as a share of the study: one part in so many.
const PART_OF_STUDY: u64 = 10;

/// One other value of a key: the scenario of each ground under it.
struct Other {
    key: usize,
    value: String,
    scenarios: Vec<Scenario>,
}

/// A key that is assumed somewhere, with its first section.
struct Assumed<'a> {
    key: &'static Key,
    table: &'static str,
    sections: Vec<Vec<(&'a Settings, &'a Setting)>>,
}

/// A study whose answer is looked behind.
pub struct Question<'a> {
    /// The points, the most telling ones first.
    pub grounds: Vec<Ground<'a>>,
    /// So many of them must be tried for an answer.
    pub least: usize,
    /// Hours of users that the study itself took.
    pub spent: u64,
    /// The command that tries another value where trials would take too long; [`SET`] is where it is set.
    pub command: String,
}

impl Question<'_> {
    /// Tries the other values; `said` reads the answer out of the trials of the grounds, `own` is that of the study itself, of
    /// the first so many grounds. `None`: interrupted.
    pub fn premises(
        mut self,
        campaign: &Campaign,
        own: impl Fn(usize) -> String,
        said: impl Fn(&[Shown]) -> Said,
    ) -> Option<Premises> {
        let Some(first) = self.grounds.first() else {
            return Some(Premises::default());
        };
        let values: usize = keys(&self.grounds[..1])
            .iter()
            .map(|k| k.key.alternatives.len())
            .sum();
        let each = Trial::of(&first.alternative.scenario)
            .user_hours()
            .saturating_mul(values as u64 + 1);
        let budget = CHEAP_USER_HOURS.max(self.spent / PART_OF_STUDY);
        let affordable = (budget / each.max(1)) as usize;
        if affordable < self.least.min(self.grounds.len()) {
            return Some(Premises {
                basis: self.untried(),
                ..Premises::default()
            });
        }
        self.grounds.truncate(MOST_GROUNDS.min(affordable));
        let keys = keys(&self.grounds);
        let others = self.others(&keys);
        let base: Vec<Trial> = self
            .grounds
            .iter()
            .map(|g| Trial::of(&g.alternative.scenario))
            .collect();
        let changed: Vec<Vec<Trial>> = others
            .iter()
            .map(|o| o.scenarios.iter().map(Trial::of).collect())
            .collect();
        let all: Vec<Trial> = base
            .iter()
            .chain(changed.iter().flatten())
            .cloned()
            .collect();
        let samples = campaign.trials(&all)?;
        let (before, after) = samples.split_at(base.len());
        let tried = |trials: &[Trial], samples: &[Samples]| {
            let both: Vec<Shown> = trials
                .iter()
                .zip(samples)
                .map(|(trial, samples)| Shown { trial, samples })
                .collect();
            said(&both)
        };
        let (own, as_it_is) = (own(base.len()), tried(&base, before));
        let mut found: BTreeMap<usize, (Vec<Changed>, bool, bool)> = BTreeMap::new();
        let mut downs: Vec<f64> = mean(&before[0], "down_fraction").into_iter().collect();
        for ((other, trials), samples) in others.iter().zip(&changed).zip(after.chunks(base.len()))
        {
            let now = tried(trials, samples);
            let decides = now.settled && now.answer != own && now.answer != as_it_is.answer;
            let down = |samples: &Samples| mean(samples, "down_fraction");
            let moved = before.iter().zip(samples).any(|(a, b)| {
                down(a)
                    .zip(down(b))
                    .is_some_and(|(a, b)| (a - b).abs() > WORTH_TELLING)
            });
            downs.extend(down(&samples[0]));
            let (all, any_decides, any_moved) = found.entry(other.key).or_default();
            all.push(Changed {
                value: other.value.clone(),
                down_fraction: down(&samples[0]),
                missed_toast_fraction: mean(&samples[0], "missed_toast_fraction"),
                verdict: now.verdict,
                answer: Some(now.text),
            });
            *any_decides |= decides;
            *any_moved |= moved;
        }
        let mut assumptions: Vec<Assumption> = Vec::new();
        for (index, (alternatives, decides, moved)) in found {
            if decides || moved {
                assumptions.push(assumption(&keys[index], alternatives, decides));
            }
        }
        assumptions.sort_by_key(|a| !a.decides);
        let names: Vec<&str> = self.grounds.iter().map(|g| g.name.as_str()).collect();
        let basis = if others.is_empty() {
            NOTHING_ASSUMED.into()
        } else {
            basis(others.len(), &keys, &names, &base[0], &downs)
        };
        Some(Premises { assumptions, basis })
    }

    /// The other values, as far as every ground can take them.
    fn others(&self, keys: &[Assumed]) -> Vec<Other> {
        let mut wanted = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            let used = |value: &str| key.sections.iter().flatten().all(|(_, s)| s.text == value);
            wanted.extend(
                key.key
                    .alternatives
                    .iter()
                    .filter(|v| !used(v))
                    .map(|value| (index, *value)),
            );
        }
        let scenario =
            |ground: &Ground, key: &Assumed, sections: &[(&Settings, &Setting)], value: &str| {
                let of = |(section, _): &(&Settings, &Setting)| {
                    Override::of(section.table, &section.name, key.key, value)
                };
                let own = ground.alternative.point.overrides.iter().cloned();
                ground
                    .source
                    .scenario(&own.chain(sections.iter().map(of)).collect::<Vec<_>>())
                    .ok()
            };
        let other = |(index, value): (usize, &str)| {
            let key = &keys[index];
            let all = self
                .grounds
                .iter()
                .zip(&key.sections)
                .map(|(g, sections)| scenario(g, key, sections, value));
            Some(Other {
                key: index,
                value: value.into(),
                scenarios: all.collect::<Option<_>>()?,
            })
        };
        wanted.into_par_iter().filter_map(other).collect()
    }

    /// Why nothing was tried, and how to.
    fn untried(&self) -> String {
        let keys = keys(&self.grounds[..1]);
        let other = |k: &Assumed| {
            let other = k
                .key
                .alternatives
                .iter()
                .find(|v| k.sections[0].iter().any(|(_, s)| s.text != **v));
            other.map(|value| format!("{}.{}={value}", k.table, k.key.name))
        };
        let Some(set) = keys.iter().find_map(other) else {
            return NOTHING_ASSUMED.into();
        };
        format!(
            "What hangs on the {} keys that are assumed was not tried: only the whole deployment would tell, and that would \
             take more than a tenth of the time of the study itself. Try other values yourself, one at a time: {}",
            whole(keys.len() as u64),
            self.command
                .replacen(SET, &super::flags::written("--set", &set), 1)
        )
    }
}

/// Where in a command a further `--set` goes.
pub const SET: &str = "{set}";

const NOTHING_ASSUMED: &str = "Nothing that this rests on is assumed and has other values to try.";

/// Hours of users that replications of alternatives took.
pub fn spent<'a>(all: impl Iterator<Item = (&'a Alternative, u32)>) -> u64 {
    all.map(|(a, replications)| user_hours(&a.scenario.plan, replications))
        .sum()
}

/// The keys that some ground assumes and nothing turns, with the sections of each ground that assume them.
fn keys<'a>(grounds: &[Ground<'a>]) -> Vec<Assumed<'a>> {
    let mut all: Vec<Assumed<'a>> = Vec::new();
    for (place, ground) in grounds.iter().enumerate() {
        let turned = |section: &Settings, key: &Key| {
            ground
                .alternative
                .point
                .overrides
                .iter()
                .any(|o| o.applies(section.table, &section.name, key.name))
        };
        for (key, sections) in assumed(&ground.alternative.scenario, ground.known) {
            let open: Vec<(&Settings, &Setting)> = sections
                .into_iter()
                .filter(|(s, _)| !turned(s, key))
                .collect();
            let Some((section, _)) = open.first() else {
                continue;
            };
            let table = section.table;
            let index = all
                .iter()
                .position(|a| a.key.name == key.name && a.table == table)
                .unwrap_or_else(|| {
                    all.push(Assumed {
                        key,
                        table,
                        sections: vec![Vec::new(); grounds.len()],
                    });
                    all.len() - 1
                });
            all[index].sections[place] = open;
        }
    }
    all
}

/// What was tried, how and on what, and how far the first ground is moved by it.
fn basis(values: usize, keys: &[Assumed], names: &[&str], trial: &Trial, downs: &[f64]) -> String {
    let least = downs.iter().copied().fold(f64::INFINITY, f64::min);
    let most = downs.iter().copied().fold(0.0, f64::max);
    format!(
        "{} other values of {} assumed keys were tried, one at a time, on {} ({} each). Over all of them users are down {} to \
         {} of the time with {}. What is not listed moves that by less than {}.",
        whole(values as u64),
        whole(keys.len() as u64),
        listed(names),
        trial.told(),
        percent(least),
        percent(most),
        names[0],
        percent(WORTH_TELLING)
    )
}

fn assumption(key: &Assumed, alternatives: Vec<Changed>, decides: bool) -> Assumption {
    let mut settings = key.sections.iter().flatten().map(|(_, setting)| *setting);
    let first = settings
        .next()
        .unwrap_or_else(|| unreachable!("an assumed key has a section"));
    let alike = settings.all(|s| s.text == first.text);
    Assumption {
        key: format!("{}.{}", key.table, key.key.name),
        value: if alike {
            first.text.clone()
        } else {
            "several values".into()
        },
        standing: standing(first),
        alternatives,
        decides,
    }
}

/// "a and 3 more".
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).into(),
        [one, other] => format!("{one} and {other}"),
        [one, more @ ..] => format!("{one} and {} more", whole(more.len() as u64)),
    }
}

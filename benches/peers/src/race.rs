//! The alternated runs: in each round every peer, and rccsim next to it with the same seed.

use rccsim_peers::figures::FIGURES;
use rccsim_peers::setting::{Scope, Setting};
use rccsim_peers::system::{Programs, Run, System};

/// A peer in one scope, and the rccsim that it is paired with.
pub struct Lane {
    /// The peer.
    pub peer: System,
    /// Its settings.
    pub setting: Setting,
    /// Pairs of runs, rccsim's first.
    pub pairs: Vec<(Run, Run)>,
}

/// Plans a lane for each scope and peer.
pub fn lanes(
    programs: &Programs,
    peers: &[System],
    scopes: &[Scope],
    set: &[String],
) -> Result<Vec<Lane>, String> {
    let setting = Setting::read(&programs.scenario, set)?;
    let pairs = scopes
        .iter()
        .flat_map(|scope| peers.iter().map(move |peer| (*scope, *peer)));
    Ok(pairs
        .map(|(scope, peer)| Lane {
            peer,
            setting: Setting { scope, ..setting },
            pairs: Vec::new(),
        })
        .collect())
}

/// Runs all lanes in turn, round by round. No seed is used twice, so that the runs of rccsim are independent too.
pub fn run(
    programs: &Programs,
    mut lanes: Vec<Lane>,
    set: &[String],
    rounds: u32,
) -> Result<Vec<Lane>, String> {
    let mut seed = 0;
    for round in 1..=rounds {
        for lane in &mut lanes {
            seed += 1;
            let rccsim = programs.run_rccsim(set, seed)?;
            let (peer, _) = programs.run_peer(
                lane.peer,
                &Setting {
                    seed,
                    ..lane.setting
                },
            )?;
            eprintln!(
                "round {round} of {rounds}, {} {}: {:.2} s, rccsim {:.2} s of processor time",
                lane.peer.name(),
                lane.setting.scope.name(),
                peer.cpu_s,
                rccsim.cpu_s
            );
            lane.pairs.push((rccsim, peer));
        }
    }
    Ok(lanes)
}

/// The median; of an even number of values the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    (values[(n - 1) / 2] + values[n / 2]) / 2.0
}

fn best(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::INFINITY, f64::min)
}

impl Lane {
    /// The peer's runs.
    pub fn peer_runs(&self) -> impl Iterator<Item = Run> + '_ {
        self.pairs.iter().map(|p| p.1)
    }

    /// Those of the rccsim next to it.
    pub fn rccsim_runs(&self) -> impl Iterator<Item = Run> + '_ {
        self.pairs.iter().map(|p| p.0)
    }

    /// Processor time of the runs: median and least.
    pub fn cpu_s(&self, runs: impl Iterator<Item = Run>) -> (f64, f64) {
        let seconds: Vec<f64> = runs.map(|r| r.cpu_s).collect();
        (median(seconds.clone()), best(seconds.into_iter()))
    }

    /// How many times rccsim's processor time the peer took: the median over the pairs.
    pub fn ratio(&self) -> f64 {
        median(
            self.pairs
                .iter()
                .map(|(rccsim, peer)| peer.cpu_s / rccsim.cpu_s)
                .collect(),
        )
    }

    /// The ratio of the best runs.
    pub fn ratio_of_best(&self) -> f64 {
        self.cpu_s(self.peer_runs()).1 / self.cpu_s(self.rccsim_runs()).1
    }

    /// The bar of the ratio: there is one with the whole deployment in one event set.
    pub fn bar(&self) -> Option<f64> {
        self.peer
            .bar()
            .filter(|_| self.setting.scope == Scope::Whole)
    }

    /// Whether there is a bar, and the ratio of the best runs is below it.
    pub fn misses_bar(&self) -> bool {
        self.bar().is_some_and(|bar| self.ratio_of_best() < bar)
    }

    /// Days of 8 h that one user has in one run, over all users.
    pub fn client_days(&self) -> f64 {
        f64::from(self.setting.users) * self.horizon_h() / 8.0
    }

    /// The run's length in hours.
    pub fn horizon_h(&self) -> f64 {
        self.setting.horizon_us as f64 / 3.6e9
    }
}

/// The samples of one figure.
pub fn samples(runs: impl Iterator<Item = Run>, figure: usize) -> Vec<f64> {
    debug_assert!(figure < FIGURES.len());
    runs.map(|r| r.figures[figure]).collect()
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5, "between 2 and 3");
    }
}

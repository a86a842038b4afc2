//! Finding the first feasible of many ordered values: grow by doubling, then bisect.

/// Whether a value serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Feasibility {
    /// It does; so does every later one.
    Feasible,
    /// It does not, or is not shown to; nor does any earlier one.
    Infeasible,
}

/// A search among `n` values of which the later ones serve: asks for as few of them as it can.
#[derive(Clone, Debug)]
pub(crate) struct Bracket {
    n: usize,
    /// So many of the first are known to fail.
    failing: usize,
    /// The first known to serve.
    serving: Option<usize>,
    /// The step with which it grows.
    step: usize,
}

impl Bracket {
    /// A search that has seen nothing yet.
    pub(crate) fn new(n: usize) -> Self {
        Self {
            n,
            failing: 0,
            serving: None,
            step: 1,
        }
    }

    /// The index of the next value to try; `None`: the search is over.
    pub(crate) fn next(&self) -> Option<usize> {
        match self.serving {
            Some(serving) if serving <= self.failing => None,
            Some(serving) => Some(self.failing + (serving - self.failing) / 2),
            None if self.failing >= self.n => None,
            None => Some((self.failing + self.step - 1).min(self.n - 1)),
        }
    }

    /// Tells how the value of that index came out.
    pub(crate) fn record(&mut self, index: usize, feasibility: Feasibility) {
        match feasibility {
            Feasibility::Feasible => self.serving = Some(index),
            Feasibility::Infeasible => {
                self.failing = self.failing.max(index + 1);
                self.step *= 2;
            }
        }
    }

    /// The first value that serves, after the search.
    pub(crate) fn first_feasible(&self) -> Option<usize> {
        self.serving
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_border_is_found_in_a_few_steps() {
        for n in 1..=70 {
            for border in 0..=n {
                let mut bracket = Bracket::new(n);
                let mut trials = Vec::new();
                while let Some(i) = bracket.next() {
                    assert!(
                        i < n && !trials.contains(&i),
                        "{n} {border}: {i} after {trials:?}"
                    );
                    trials.push(i);
                    bracket.record(
                        i,
                        if i >= border {
                            Feasibility::Feasible
                        } else {
                            Feasibility::Infeasible
                        },
                    );
                }
                assert_eq!(bracket.first_feasible(), (border < n).then_some(border));
                assert!(trials.len() <= 14, "{n} {border}: {trials:?}");
            }
        }
    }

    #[test]
    fn it_grows_before_it_bisects() {
        let mut bracket = Bracket::new(100);
        let mut trials = Vec::new();
        while let Some(i) = bracket.next() {
            trials.push(i);
            bracket.record(
                i,
                if i >= 9 {
                    Feasibility::Feasible
                } else {
                    Feasibility::Infeasible
                },
            );
        }
        assert_eq!(trials, [0, 2, 6, 14, 10, 8, 9]);
    }
}

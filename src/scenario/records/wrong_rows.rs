//! What is wrong in the rows of a file: the first faults of each column, and how many rows are wrong besides.

use crate::scenario::error::ScenarioError;

/// Faults of one column that are shown: one that every row has leaves room for others.
const MOST_OF_COLUMN: usize = 3;
/// Faults of a file that are shown.
const MAX_FAULTS: usize = 10;

/// The faults of a file, in the order of its lines.
#[derive(Default)]
pub(super) struct WrongRows {
    errors: Vec<ScenarioError>,
    /// The column of each; `None`: it is about the whole row.
    columns: Vec<Option<usize>>,
    /// The line of the last one.
    shown_line: u64,
    more_rows: u64,
    /// The last line that is counted among `more_rows`.
    more_line: u64,
}

impl WrongRows {
    /// Keeps a fault of this line, or counts its row.
    pub(super) fn keep(
        &mut self,
        line: u64,
        column: Option<usize>,
        error: impl FnOnce() -> ScenarioError,
    ) {
        let of_column = self.columns.iter().filter(|c| **c == column).count();
        if self.errors.len() < MAX_FAULTS && of_column < MOST_OF_COLUMN {
            self.errors.push(error());
            self.columns.push(column);
            self.shown_line = line;
            if self.more_line == line {
                self.more_rows -= 1;
                self.more_line = 0;
            }
        } else if self.shown_line != line && self.more_line != line {
            self.more_rows += 1;
            self.more_line = line;
        }
    }

    /// What is wrong, if anything is.
    ///
    /// # Errors
    /// What was kept.
    pub(super) fn into_result(mut self) -> Result<(), ScenarioError> {
        match (self.errors.len(), self.more_rows) {
            (0, _) => Ok(()),
            (1, 0) => Err(self.errors.swap_remove(0)),
            (_, more_rows) => Err(ScenarioError::Several {
                errors: self.errors,
                more_rows,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::error::Place;

    fn error() -> ScenarioError {
        ScenarioError::input(&Place::file_only("a.csv"), "wrong")
    }

    #[test]
    fn a_fault_of_every_row_leaves_room_for_others() {
        let mut wrong = WrongRows::default();
        for line in 2..100 {
            wrong.keep(line, Some(0), error);
            if line == 50 {
                wrong.keep(line, Some(1), error);
            }
        }
        let errors = wrong.into_result().unwrap_err();
        // Lines 2, 3, 4 and 50 are shown, of 98.
        assert_eq!((errors.parts().len(), errors.more_rows()), (4, 94));
    }

    #[test]
    fn no_more_than_ten_are_shown() {
        let mut wrong = WrongRows::default();
        for line in 2..4 {
            (0..7).for_each(|column| wrong.keep(line, Some(column), error));
        }
        wrong.keep(4, None, error);
        let errors = wrong.into_result().unwrap_err();
        assert_eq!((errors.parts().len(), errors.more_rows()), (10, 1));
    }

    #[test]
    fn one_fault_is_itself() {
        assert!(WrongRows::default().into_result().is_ok());
        let mut wrong = WrongRows::default();
        wrong.keep(2, None, error);
        assert!(matches!(
            wrong.into_result(),
            Err(ScenarioError::Input { .. })
        ));
    }
}

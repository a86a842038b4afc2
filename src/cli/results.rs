//! Where a study keeps its finished units and writes its results: the same for every command that asks for many runs.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::fault::Fault;
use super::flags::portable_name;
use super::progress::{Bar, interruptible};
use super::publish::{keep, publish};
use super::store::SyncedUnits;
use super::study::{Publication, Study, StudyFlags};
use super::terminal::say;
use crate::experiment::{Campaign, Monitor, ShardCounts, ShardName, Store};
use crate::quantity::number::count_phrase;
use crate::record::inputs;
use crate::record::{Folder, InMemory, Manifest, Record, Units, read_manifest, tables};
use crate::report::page::NAME;
use crate::report::plot;
use crate::scenario::{INPUT_FILES, InputFile};

/// Where the finished units are, within the results folder.
pub(super) const UNITS: &str = "units";

/// A results folder in the making, and the campaign whose results it will hold.
pub(super) struct Results {
    folder: Folder,
    path: PathBuf,
    bar: WatchedBar,
    /// The work.
    pub campaign: Campaign,
}

type SharedBar = Arc<Mutex<Option<Bar>>>;

fn lock(bar: &SharedBar) -> MutexGuard<'_, Option<Bar>> {
    bar.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A campaign before the eyes of somebody at a terminal.
struct Terminal {
    bar: SharedBar,
    quiet: bool,
}

/// The progress bar of a campaign, until its end.
pub(super) struct WatchedBar(SharedBar);

impl WatchedBar {
    pub(super) fn end(&self) {
        drop(lock(&self.0).take());
    }
}

impl Terminal {
    fn new(bar: Bar, quiet: bool) -> (Self, WatchedBar) {
        let bar = Arc::new(Mutex::new(Some(bar)));
        let watched = WatchedBar(Arc::clone(&bar));
        (Self { bar, quiet }, watched)
    }
}

impl Monitor for Terminal {
    fn expect(&self, total_us: u64) {
        if let Some(bar) = lock(&self.bar).as_ref() {
            bar.until(total_us);
        }
    }

    fn unusable(&self, shard: &ShardName, why: &str) {
        if !self.quiet {
            let file = shard.file();
            say!("warning: a finished unit is {why} and is simulated again: {file}");
        }
    }
}

impl Results {
    /// Opens the folder and the units in it.
    ///
    /// # Errors
    /// The file system's refusal, or another process that writes there.
    pub(super) fn open(flags: &StudyFlags, path: &Path) -> Result<Self, Fault> {
        let path = path.to_path_buf();
        let folder = Folder::open(&path)?;
        let units = Units::open(&path.join(UNITS))?;
        let (campaign, bar) = watched(SyncedUnits::new(units), flags.quiet);
        Ok(Self {
            folder,
            path,
            bar,
            campaign,
        })
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Copies the files that the scenarios read.
    ///
    /// # Errors
    /// A refusal of the system, or a file that was changed meanwhile.
    pub(super) fn keep(&mut self, files: &[InputFile]) -> Result<(), Fault> {
        keep(&mut self.folder, files)
    }

    /// Says how much was found of an earlier process and, where this one was interrupted, how to go on.
    pub(super) fn tell(&self, interrupted: bool, quiet: bool) {
        self.bar.end();
        let shards = self.campaign.shards();
        if !quiet && (interrupted || shards.is_resumed()) {
            tell_found(shards);
        }
        if interrupted {
            let units = self.path.join(UNITS);
            say!(
                "interrupted: the finished units are in {}; the same command goes on from there",
                units.display()
            );
        }
    }

    /// Writes the files, the manifest last, and removes the units unless they are kept; which files there are, for people.
    ///
    /// # Errors
    /// The file system's refusal.
    pub(super) fn publish<S: Study>(
        mut self,
        study: &S,
        publication: &Publication,
        keeps_units: bool,
    ) -> Result<String, Fault> {
        let Publication { record, points, .. } = publication;
        let flags = study.flags();
        let (scenarios, inputs) = (study.scenarios(), study.inputs());
        for (name, text) in &scenarios {
            self.folder
                .put(name, |out| out.write_all(text.as_bytes()))?;
        }
        self.folder
            .put("inputs.csv", |out| inputs::write(&inputs, out))?;
        self.folder
            .put("summary.json", |out| record.write(BufWriter::new(out)))?;
        let rows = points
            .iter()
            .map(|(label, samples)| (label.as_str(), samples.rows()));
        self.folder
            .put("summary.csv", |out| Ok(tables::figures(rows, out)?))?;
        let runs = points
            .iter()
            .map(|(label, samples)| (label.as_str(), *samples));
        self.folder
            .put("runs.csv", |out| Ok(tables::runs(runs, out)?))?;
        if let Record::Sweep(sweep) = record {
            let labels = points.iter().map(|(label, _)| label.as_str());
            self.folder
                .put("points.csv", |out| Ok(tables::points(sweep, labels, out)?))?;
        }
        let names: Vec<&str> = scenarios.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(", ");
        // What a report need not read back.
        let in_memory = InMemory {
            inputs,
            scenario: scenarios.into_iter().next().unwrap_or_default().1,
            points: points.clone(),
            ..InMemory::default()
        };
        let manifest = Manifest::new(
            record,
            Some(portable_name(Path::new(&study.scenario().file))),
        );
        let path = publish(
            &mut self.folder,
            manifest,
            record,
            in_memory,
            None,
            flags.no_report,
            flags.quiet,
        )?;
        if !keeps_units {
            tell_others(self.campaign.publish()?, &self.path);
        }
        Ok(file_list(&path, &names))
    }
}

/// A campaign before the eyes of somebody at a terminal, which the interrupt key stops.
pub(super) fn watched(store: impl Store + 'static, quiet: bool) -> (Campaign, WatchedBar) {
    let handle = interruptible();
    let (terminal, bar) = Terminal::new(Bar::watch(&handle, !quiet), quiet);
    (Campaign::new(store, handle, terminal), bar)
}

/// Says how much was found of earlier processes.
pub(super) fn tell_found(counts: ShardCounts) {
    say!(
        "{} found, {} of no use, {} simulated",
        count_phrase(counts.reused.into(), "finished unit"),
        counts.unusable,
        counts.simulated
    );
    if counts.trials_reused > 0 {
        say!(
            "{} found, {} simulated",
            count_phrase(counts.trials_reused.into(), "finished trial"),
            counts.trials_simulated
        );
    }
}

/// Says that finished units stay which the published results did not need.
pub(super) fn tell_others(count: usize, path: &Path) {
    if count > 0 {
        say!(
            "{} of other scenarios {} in {}: another command with this --out goes on from what is there; if none will, delete it",
            count_phrase(count as u64, "finished unit"),
            if count == 1 { "stays" } else { "stay" },
            path.join(UNITS).display()
        );
    }
}

/// "Files: results/x (…)." for people.
fn file_list(path: &Path, scenarios: &str) -> String {
    let files = read_manifest(path).unwrap_or_default().files;
    let has = |name: &str| {
        files
            .keys()
            .any(|file| file.split('/').next() == Some(name))
    };
    let sweep = if has("points.csv") {
        "points.csv, "
    } else {
        ""
    };
    let report = if has(NAME) { "report.html, " } else { "" };
    let folders = [INPUT_FILES, plot::FOLDER];
    let folders = folders.iter().filter(|name| has(name));
    let folders: String = folders.map(|name| format!(", {name}/")).collect();
    format!(
        "Files: {} ({report}summary.json, summary.csv, runs.csv, {sweep}{scenarios}{folders}).\n",
        path.display()
    )
}

//! Where a scenario comes from: a file, standard input, or the program itself.

use std::io::{self, Read};
use std::path::Path;

use super::fault::Fault;
use crate::scenario::{Disk, SHIPPED_SCENARIOS, ShippedScenario, Source, near_name, nearest};

/// Bytes of a scenario on standard input at most, as of one in a file.
const LONGEST: u64 = 16 << 20;

/// A file, `-` for standard input, or a shipped scenario by its name. A file of that name comes first: whoever wrote one
/// means it.
///
/// # Errors
/// There is none of them, with what may have been meant; or a refusal of the system.
pub(super) fn source(path: &Path) -> Result<Source, Fault> {
    if path == Path::new("-") {
        return standard_input();
    }
    if !path.exists()
        && let Some(shipped) = path.to_str().and_then(ShippedScenario::by_name)
    {
        return Ok(shipped.source(Disk));
    }
    match std::fs::metadata(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Err(Fault::World {
            action: path.display().to_string(),
            cause: io::Error::new(cause.kind(), missing_file_message(path)),
        }),
        _ => Ok(Source::read(path)?),
    }
}

fn standard_input() -> Result<Source, Fault> {
    let mut text = String::new();
    let read = io::stdin().lock().take(LONGEST).read_to_string(&mut text);
    read.map_err(|cause| Fault::World {
        action: "standard input".into(),
        cause,
    })?;
    Ok(Source::new("standard input", &text, Path::new("")))
}

/// That there is no such file, with the nearest one beside it, or the nearest shipped scenario.
fn missing_file_message(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let has_folder = path.parent().is_some_and(|f| !f.as_os_str().is_empty());
    let near = match near_name(&Disk, path, |name| name.ends_with(".toml")) {
        near if !near.is_empty() => near,
        _ if !has_folder => nearest(
            name.trim_end_matches(".toml"),
            SHIPPED_SCENARIOS.iter().map(|s| s.name),
        ),
        near => near,
    };
    format!("there is no such file{near}")
}

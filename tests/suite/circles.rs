//! No circle of modules: no file names, directly or through others, a file that names it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The rooms without circles. A room is added once its circles are gone.
const ROOMS: [&str; 9] = [
    "quantity",
    "engine",
    "measure",
    "protocol",
    "workload",
    "faults",
    "deployment",
    "study",
    "experiment",
];

/// A module by its segments below the crate: `["deployment", "group", "wire"]`.
type Module = Vec<String>;

/// The code of every module of a folder, without comments and unit tests.
fn modules(folder: &Path, here: &Module, all: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_string();
        let mut module = here.clone();
        if path.is_dir() {
            module.push(stem);
            modules(&path, &module, all);
        } else if path.extension().is_some_and(|e| e == "rs") && stem != "tests" {
            let text = fs::read_to_string(&path).unwrap();
            if text.contains("#![cfg(test)]") {
                continue;
            }
            if stem != "mod" {
                module.push(stem);
            }
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
            all.insert(module, lines.collect::<Vec<_>>().join("\n"));
        }
    }
}

/// The paths of a use tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((before, inside)) = tree.split_once('{') else {
        let name = tree.split(" as ").next().unwrap();
        if !name.is_empty() {
            paths.push(format!("{prefix}{name}"));
        }
        return;
    };
    let prefix = format!("{prefix}{before}");
    let inside = &inside[..inside.rfind('}').unwrap()];
    let (mut depth, mut start) = (0, 0);
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&prefix, &inside[start..at], paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    expand(&prefix, &inside[start..], paths);
}

/// The use trees of a module: those that it re-exports, or those that it uses itself.
fn uses(code: &str, reexports: bool) -> Vec<String> {
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("use ") {
        let line = code[..at].rsplit('\n').next().unwrap();
        let is_reexport = line.starts_with("pub");
        let is_use = line.is_empty() || (is_reexport && line.ends_with(' '));
        if is_use && is_reexport == reexports {
            let tree = code[at + 4..].split(';').next().unwrap();
            expand("", &tree.replace('\n', " "), &mut paths);
        }
    }
    paths
}

/// The segments of a path below the crate; `None`: it leads to another crate.
fn absolute(here: &Module, path: &str, all: &BTreeMap<Module, String>) -> Option<Module> {
    let mut segments = path.split("::").map(|s| s.trim().to_string()).peekable();
    let mut module = here.clone();
    match segments.peek()?.as_str() {
        "crate" => {
            segments.next();
            module.clear();
        }
        "self" => {
            segments.next();
        }
        "super" => {
            while segments.next_if(|s| s == "super").is_some() {
                module.pop();
            }
        }
        first => {
            module.push(first.to_string());
            let is_child = all.contains_key(&module);
            module.pop();
            if !is_child {
                return None;
            }
        }
    }
    module.extend(segments);
    Some(module)
}

/// The module that a path ends in, through the re-exports of those on its way.
fn target(path: &Module, all: &BTreeMap<Module, String>) -> Option<Module> {
    let length = (1..=path.len()).rfind(|n| all.contains_key(&path[..*n]))?;
    let module = path[..length].to_vec();
    let name = path.get(length)?;
    let reexport = uses(&all[&module], true)
        .into_iter()
        .find(|p| p.rsplit("::").next() == Some(name));
    match reexport.and_then(|p| absolute(&module, &p, all)) {
        Some(inner) if inner != *path => target(&inner, all),
        _ => Some(module),
    }
}

/// Which modules each module uses.
fn graph(all: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    let edges = |here: &Module, code: &str| {
        let paths = uses(code, false).into_iter();
        let targets = paths.filter_map(|p| target(&absolute(here, &p, all)?, all));
        targets.filter(|to| to != here).collect()
    };
    all.iter()
        .map(|(here, code)| (here.clone(), edges(here, code)))
        .collect()
}

/// Removes modules that use none of the others, until only circles and what leads into them are left.
fn circles(mut graph: BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    loop {
        let leaves: Vec<Module> = (graph.iter())
            .filter(|(_, to)| to.iter().all(|t| !graph.contains_key(t)))
            .map(|(module, _)| module.clone())
            .collect();
        if leaves.is_empty() {
            break;
        }
        leaves.iter().for_each(|leaf| {
            graph.remove(leaf);
        });
    }
    let name = |module: &Module| module.join("::");
    let left = graph.iter().flat_map(|(from, to)| {
        let inside = to.iter().filter(|t| graph.contains_key(*t));
        inside.map(move |to| format!("{} uses {}", name(from), name(to)))
    });
    left.collect()
}

#[test]
fn no_module_uses_itself_through_others() {
    let mut all = BTreeMap::new();
    for room in ROOMS {
        modules(&Path::new("src").join(room), &vec![room.into()], &mut all);
    }
    let graph = graph(&all);
    assert!(
        graph.values().map(BTreeSet::len).sum::<usize>() > 100,
        "the uses are not found"
    );
    let circles = circles(graph);
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn a_circle_is_found_through_globs_and_reexports() {
    let module = |path: &str| path.split("::").map(String::from).collect::<Module>();
    let all = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(m, code)| (module(m), code.to_string()));
        circles(graph(&files.collect()))
    };
    let glob = all(&[("a", "mod b;\nuse b::{X, Y};"), ("a::b", "use super::*;")]);
    assert_eq!(glob, ["a uses a::b", "a::b uses a"]);
    let facade = [
        ("a", "mod b;\nmod c;\npub use b::X;\npub use c::Y;"),
        ("a::b", "use super::{Y};"),
    ];
    assert!(all(&[facade[0], facade[1], ("a::c", "use std::fmt;")]).is_empty());
    assert_eq!(
        all(&[facade[0], facade[1], ("a::c", "use crate::a::X;")]).len(),
        2
    );
}

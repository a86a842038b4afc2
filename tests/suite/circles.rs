//! No circle of modules: who can be read without whom. The graph is read from the source files by their paths.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::Visit;
use syn::{Item, ItemMod, UseTree, Visibility};

/// A module by its path below the crate: `["engine", "wheel"]`.
type Module = Vec<String>;

/// What a file says of itself.
#[derive(Default)]
struct Source {
    /// Names that it hands on (`pub use`) or takes (`use`), with the path behind each.
    names: BTreeMap<String, Vec<String>>,
    /// Paths that its code spells out, and what it takes by a private `use`.
    paths: Vec<Vec<String>>,
}

impl<'a> Visit<'a> for Source {
    fn visit_item_mod(&mut self, module: &'a ItemMod) {
        // Unit tests may name whatever they test.
        if !module.attrs.iter().any(is_test) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        if item.attrs.iter().any(is_test) {
            return;
        }
        let mut leaves = Vec::new();
        leaves_of(&item.tree, &mut Vec::new(), &mut leaves);
        for (name, path) in leaves {
            if let Some(name) = name {
                self.names.insert(name, path.clone());
            }
            if matches!(item.vis, Visibility::Inherited) {
                self.paths.push(path);
            }
        }
    }

    /// `pub(super)` says who may name an item; that names nobody.
    fn visit_vis_restricted(&mut self, _: &'a syn::VisRestricted) {}

    fn visit_path(&mut self, path: &'a syn::Path) {
        self.paths
            .push(path.segments.iter().map(|s| s.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    fn visit_item_fn(&mut self, function: &'a syn::ItemFn) {
        if !function.attrs.iter().any(is_test) {
            syn::visit::visit_item_fn(self, function);
        }
    }
}

fn is_test(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute
            .parse_args::<syn::Path>()
            .is_ok_and(|condition| condition.is_ident("test"))
}

/// Every name that a `use` brings, with its path; no name: all of a module.
fn leaves_of(
    tree: &UseTree,
    before: &mut Vec<String>,
    leaves: &mut Vec<(Option<String>, Vec<String>)>,
) {
    let with = |last: String| before.iter().cloned().chain([last]).collect::<Vec<_>>();
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            leaves_of(&path.tree, before, leaves);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            leaves.push((before.last().cloned(), before.clone()))
        }
        UseTree::Name(name) => {
            leaves.push((Some(name.ident.to_string()), with(name.ident.to_string())))
        }
        UseTree::Rename(name) => {
            leaves.push((Some(name.rename.to_string()), with(name.ident.to_string())))
        }
        UseTree::Glob(_) => leaves.push((None, before.clone())),
        UseTree::Group(group) => group
            .items
            .iter()
            .for_each(|tree| leaves_of(tree, before, leaves)),
    }
}

/// All modules of a folder, with what their files say.
fn read(folder: &Path, module: &Module, modules: &mut BTreeMap<Module, Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let child = || {
            module
                .iter()
                .cloned()
                .chain([stem.clone()])
                .collect::<Module>()
        };
        if path.is_dir() {
            read(&path, &child(), modules);
        } else if path.extension().is_some_and(|e| e == "rs") && stem != "tests" && stem != "main" {
            let file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
            if file.attrs.iter().any(is_test) {
                continue;
            }
            let mut source = Source::default();
            source.visit_file(&file);
            let submodules = file.items.iter().filter_map(|item| match item {
                Item::Mod(module) => Some(module.ident.to_string()),
                _ => None,
            });
            // A submodule is named as it stands; that is no import.
            submodules.for_each(|name| drop(source.names.remove(&name)));
            let name = if stem == "mod" || stem == "lib" {
                module.clone()
            } else {
                child()
            };
            modules.insert(name, source);
        }
    }
}

/// The module in which what a path names is defined, as far as it is in this crate.
fn definer(
    modules: &BTreeMap<Module, Source>,
    from: &Module,
    path: &[String],
    depth: usize,
) -> Option<Module> {
    let first = path.first()?;
    let (mut at, rest) = match first.as_str() {
        "crate" => (Module::new(), &path[1..]),
        "self" => (from.clone(), &path[1..]),
        "super" => {
            let up = path.iter().take_while(|p| *p == "super").count();
            (from[..from.len().checked_sub(up)?].to_vec(), &path[up..])
        }
        _ if modules.contains_key(&[from.as_slice(), std::slice::from_ref(first)].concat()) => {
            (from.clone(), path)
        }
        _ => {
            let import = modules.get(from)?.names.get(first).filter(|_| depth < 20)?;
            let full_path: Vec<String> = import.iter().chain(&path[1..]).cloned().collect();
            return definer(modules, from, &full_path, depth + 1);
        }
    };
    for (index, name) in rest.iter().enumerate() {
        let inner = [at.as_slice(), std::slice::from_ref(name)].concat();
        if modules.contains_key(&inner) {
            at = inner;
            continue;
        }
        // Not a module: handed on from elsewhere, or defined here.
        let source = modules.get(&at)?;
        if let Some(import) = source.names.get(name).filter(|_| depth < 20) {
            let full_path: Vec<String> = import.iter().chain(&rest[index + 1..]).cloned().collect();
            return definer(modules, &at, &full_path, depth + 1).or(Some(at));
        }
        break;
    }
    Some(at)
}

/// Who names whom.
fn graph(modules: &BTreeMap<Module, Source>) -> BTreeMap<Module, BTreeSet<Module>> {
    let edges = |module: &Module, source: &Source| {
        let paths = source
            .paths
            .iter()
            .filter_map(|path| definer(modules, module, path, 0));
        paths
            .filter(|target| target != module && !target.is_empty())
            .collect()
    };
    modules
        .iter()
        .map(|(module, source)| (module.clone(), edges(module, source)))
        .collect()
}

/// The sets of modules of which each reaches each other.
fn circles(graph: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<Vec<Module>> {
    let reached = |from: &Module| {
        let mut visited = BTreeSet::new();
        let mut next: Vec<&Module> = graph[from].iter().collect();
        while let Some(module) = next.pop() {
            if visited.insert(module.clone()) {
                next.extend(graph.get(module).into_iter().flatten());
            }
        }
        visited
    };
    let reached_by: BTreeMap<&Module, BTreeSet<Module>> =
        graph.keys().map(|m| (m, reached(m))).collect();
    let circle = |module: &&Module| -> Vec<Module> {
        reached_by[module]
            .iter()
            .filter(|target| reached_by.get(target).is_some_and(|r| r.contains(*module)))
            .cloned()
            .collect()
    };
    graph
        .keys()
        .map(|m| circle(&m))
        .filter(|c| c.len() > 1)
        .collect()
}

#[test]
fn no_modules_need_each_other() {
    let mut modules = BTreeMap::new();
    read(Path::new("src"), &Module::new(), &mut modules);
    assert!(modules.len() > 100, "the sources were not found");
    let circles = circles(&graph(&modules));
    let lines: Vec<String> = circles
        .iter()
        .map(|circle| {
            circle
                .iter()
                .map(|m| m.join("::"))
                .collect::<Vec<_>>()
                .join(" ↔ ")
        })
        .collect();
    assert!(lines.is_empty(), "circles of modules: {lines:#?}");
}

#[test]
fn a_circle_is_found_through_names_that_are_handed_on() {
    let source = |text: &str| {
        let mut source = Source::default();
        source.visit_file(&syn::parse_file(text).unwrap());
        source
    };
    let module = |name: &str| name.split("::").map(String::from).collect::<Module>();
    let circles_of = |files: &[(&str, &str)]| {
        let modules = files
            .iter()
            .map(|(name, text)| (module(name), source(text)))
            .collect();
        circles(&graph(&modules)).len()
    };
    let parent = ("a", "mod b; mod c; pub use b::B; pub use c::C;");
    assert_eq!(
        circles_of(&[
            parent,
            ("a::b", "use super::C; pub struct B(C);"),
            ("a::c", "pub struct C;")
        ]),
        0
    );
    let naming = ("a::c", "pub struct C; fn f() { super::b::g() }");
    assert_eq!(
        circles_of(&[parent, ("a::b", "use super::C; pub struct B(C);"), naming]),
        1
    );
    let open = ("a::c", "pub(super) struct C; pub(in crate::a) fn f() {}");
    assert_eq!(
        circles_of(&[
            ("a", "mod b; mod c; fn g() { c::f() }"),
            ("a::b", "use super::c::C; pub struct B(C);"),
            open
        ]),
        0
    );
    let through = ("a::c", "use crate::a::B as Other; pub struct C(Other);");
    assert_eq!(
        circles_of(&[
            parent,
            ("a::b", "use super::{C}; pub struct B(C);"),
            through
        ]),
        1
    );
    let tests = (
        "a::c",
        "pub struct C; #[cfg(test)] mod tests { use super::super::B; }",
    );
    assert_eq!(
        circles_of(&[parent, ("a::b", "use super::C; pub struct B(C);"), tests]),
        0
    );
}

use super::*;

fn manifest() -> Manifest {
    Manifest {
        scenario: "s".into(),
        ..Manifest::default()
    }
}

fn write(path: &Path, names: &[&str], text: &str) -> Result<(), FolderError> {
    let mut folder = Folder::open(path)?;
    for name in names {
        folder.put(name, |out| out.write_all(text.as_bytes()))?;
    }
    folder.publish(manifest()).map(|_| ())
}

/// Every file and empty folder below a folder, as text.
fn tree(folder: &Path) -> Vec<String> {
    fn below(folder: &Path, prefix: &str, paths: &mut Vec<String>) {
        let entries: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
        if entries.is_empty() {
            paths.push(prefix.to_string());
        }
        for entry in entries {
            let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
            if is_folder(&entry.path()) {
                below(&entry.path(), &format!("{name}/"), paths);
            } else {
                paths.push(name);
            }
        }
    }
    let mut paths = Vec::new();
    below(folder, "", &mut paths);
    paths.sort();
    paths
}

#[test]
fn new_results_replace_the_old_and_other_files_stay() {
    for has_others in [false, true] {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        write(&out, &["a.csv", "plots/b.svg", "plots/c.svg"], "old").unwrap();
        if has_others {
            fs::write(out.join("notes.txt"), "mine").unwrap();
            fs::write(out.join("plots/mine.svg"), "mine").unwrap();
        }
        write(&out, &["a.csv", "d.csv"], "new").unwrap();
        let mut expected = vec!["out/a.csv", "out/d.csv", "out/manifest.json"];
        if has_others {
            expected.extend(["out/notes.txt", "out/plots/mine.svg"]);
        }
        assert_eq!(tree(root.path()), expected);
        assert_eq!(fs::read_to_string(out.join("a.csv")).unwrap(), "new");
        let read = read_manifest(&out).unwrap();
        let digest = blake3::hash(b"new").to_hex().to_string();
        assert_eq!(read.files["a.csv"], digest);
        assert_eq!(read.files.len(), 2);
    }
}

#[test]
fn what_is_added_leaves_the_rest() {
    for has_others in [false, true] {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        write(&out, &["a.csv", "plots/b.svg"], "old").unwrap();
        if has_others {
            fs::write(out.join("notes.txt"), "mine").unwrap();
        }
        let manifest = read_manifest(&out).unwrap();
        let mut folder = Folder::open(&out).unwrap();
        for name in ["plots/b.svg", "report.html"] {
            folder.put(name, |out| out.write_all(b"new")).unwrap();
        }
        folder.amend(manifest).unwrap();
        let mut expected = vec!["a.csv", "manifest.json", "plots/b.svg", "report.html"];
        if has_others {
            expected.insert(2, "notes.txt");
        }
        assert_eq!(tree(&out), expected);
        for (name, text) in [("a.csv", "old"), ("plots/b.svg", "new")] {
            assert_eq!(fs::read_to_string(out.join(name)).unwrap(), text);
        }
        assert_eq!(tree(root.path()).len(), expected.len());
    }
}

#[test]
fn what_was_not_published_leaves_no_trace() {
    let root = tempfile::tempdir().unwrap();
    let mut folder = Folder::open(root.path()).unwrap();
    folder.put("a.csv", |out| out.write_all(b"new")).unwrap();
    drop(folder);
    assert_eq!(tree(root.path()), [""]);
}

#[test]
fn completed_files_move_to_another_folder() {
    let root = tempfile::tempdir().unwrap();
    let (source, target) = (root.path().join("one"), root.path().join("other"));
    write(&source, &["a.csv"], "old").unwrap();
    let mut folder = Folder::open(&source).unwrap();
    folder.put("a.csv", |out| out.write_all(b"new")).unwrap();
    let mut folder = folder.moved_to(&target).unwrap();
    folder.publish(manifest()).unwrap();
    drop(folder);
    let expected = [
        "one/a.csv",
        "one/manifest.json",
        "other/a.csv",
        "other/manifest.json",
    ];
    assert_eq!(tree(root.path()), expected);
    assert_eq!(fs::read_to_string(source.join("a.csv")).unwrap(), "old");
    assert_eq!(fs::read_to_string(target.join("a.csv")).unwrap(), "new");
}

#[test]
fn a_file_of_somebody_else_with_the_name_of_a_result_is_refused() {
    for name in ["summary.csv", "manifest.json", "plots", "report.html"] {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join(name), "mine").unwrap();
        let refused = Folder::open(root.path()).unwrap_err().to_string();
        assert!(
            refused.contains(&format!("{name}: not of these results")),
            "{refused}"
        );
        assert_eq!(tree(root.path()), [name]);
    }
    // A name that shows only at the end.
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("plots")).unwrap();
    fs::write(root.path().join("plots/a.svg"), "mine").unwrap();
    let refused = write(root.path(), &["plots/a.svg"], "new").unwrap_err();
    assert!(
        refused.to_string().contains("plots/a.svg: not of these"),
        "{refused}"
    );
    assert_eq!(
        fs::read_to_string(root.path().join("plots/a.svg")).unwrap(),
        "mine"
    );
}

#[cfg(unix)]
#[test]
fn no_link_is_followed() {
    use std::os::unix::fs::symlink;
    let root = tempfile::tempdir().unwrap();
    let (out, outside) = (root.path().join("out"), root.path().join("outside"));
    write(&out, &["a.csv", "plots/b.svg"], "old").unwrap();
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("b.svg"), "mine").unwrap();
    // A link in the place of a file is replaced, not followed.
    fs::remove_file(out.join("a.csv")).unwrap();
    symlink(outside.join("b.svg"), out.join("a.csv")).unwrap();
    write(&out, &["a.csv", "plots/b.svg"], "new").unwrap();
    assert_eq!(fs::read_to_string(outside.join("b.svg")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(out.join("a.csv")).unwrap(), "new");
    // One in the place of a folder is refused.
    fs::remove_dir_all(out.join("plots")).unwrap();
    symlink(&outside, out.join("plots")).unwrap();
    assert!(write(&out, &["a.csv", "plots/b.svg"], "newer").is_err());
    assert_eq!(fs::read_to_string(outside.join("b.svg")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(out.join("a.csv")).unwrap(), "new");
}

#[test]
fn units_and_the_lock_outlive_the_exchange() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    let mut folder = Folder::open(&out).unwrap();
    let units = crate::record::Units::open(&out.join("units")).unwrap();
    units.write("a.unit", "head", b"body").unwrap();
    folder.put("a.csv", |out| out.write_all(b"new")).unwrap();
    folder.publish(manifest()).unwrap();
    let refused = Folder::open(&out).unwrap_err().to_string();
    assert!(refused.contains("another process"), "{refused}");
    let read = units.read("a.unit", "head").unwrap();
    assert_eq!(read, crate::record::UnitState::Valid(b"body".to_vec()));
    drop(folder);
    assert_eq!(
        tree(root.path()),
        [
            "out/a.csv",
            "out/manifest.json",
            "out/units/a.unit",
            "out/units/rccsim-units"
        ]
    );
    Folder::open(&out).unwrap();
}

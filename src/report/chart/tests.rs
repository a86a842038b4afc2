//! What every chart must be, whatever it shows.

use super::*;

fn all_charts() -> Vec<(&'static str, Chart)> {
    samples::ordinary()
        .into_iter()
        .chain(samples::extreme())
        .collect()
}

fn sample(name: &str) -> Chart {
    let sample = all_charts().into_iter().find(|(n, _)| *n == name);
    sample.map(|(_, chart)| chart).unwrap_or_default()
}

const SIZES: [Size; 4] = [
    Size::WIDE,
    Size::HALF,
    Size {
        width: 320,
        height: 240,
    },
    Size {
        width: 1,
        height: 1,
    },
];

#[test]
fn every_svg_is_well_formed_named_and_self_contained() {
    for (name, chart) in all_charts() {
        for size in SIZES {
            let svg = svg(&chart, size);
            let tree =
                roxmltree::Document::parse(&svg).unwrap_or_else(|e| panic!("{name}: {e}\n{svg}"));
            let root = tree.root_element();
            assert_eq!(root.attribute("role"), Some("img"), "{name}");
            assert!(root.attribute("viewBox").is_some(), "{name}");
            let children: Vec<&str> = root
                .children()
                .filter(|n| n.is_element())
                .map(|n| n.tag_name().name())
                .collect();
            assert_eq!(children[..2], ["title", "desc"], "{name}");
            for node in root.descendants().filter(|n| n.is_element()) {
                assert_ne!(node.tag_name().name(), "script", "{name}");
                assert!(
                    node.attribute("id").is_none(),
                    "{name}: an id could meet another chart's"
                );
                assert!(
                    node.attributes()
                        .all(|a| !a.name().starts_with("on") && a.name() != "href"),
                    "{name}"
                );
            }
            for number in ["NaN", "inf"] {
                assert!(
                    !svg.contains(&format!("\"{number}")) && !svg.contains(&format!(",{number}")),
                    "{name} {number}"
                );
            }
        }
    }
}

#[test]
fn the_same_chart_is_the_same_bytes() {
    for (name, chart) in samples::ordinary() {
        assert_eq!(
            svg(&chart, Size::WIDE),
            svg(&chart.clone(), Size::WIDE),
            "{name}"
        );
        assert_eq!(
            png(&chart, Size::HALF),
            png(&chart.clone(), Size::HALF),
            "{name}"
        );
    }
}

#[test]
fn every_png_has_the_size_and_ink() {
    for (name, chart) in all_charts() {
        let bytes = png(&chart, Size::HALF);
        let decoder = ::png::Decoder::new(std::io::Cursor::new(&bytes));
        let mut reader = decoder
            .read_info()
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut pixels = vec![0; reader.output_buffer_size().unwrap_or_default()];
        let info = reader
            .next_frame(&mut pixels)
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        let size = layout::fit_size(&chart, Size::HALF);
        let min_size = (2 * Size::HALF.width, 2 * Size::HALF.height);
        assert_eq!(
            (info.width, info.height),
            (2 * size.width, 2 * size.height),
            "{name}"
        );
        assert!(
            info.height >= min_size.1 && info.width == min_size.0,
            "{name}"
        );
        assert!(
            info.height == min_size.1 || name.starts_with("heat"),
            "{name}: {}",
            info.height
        );
        let inked = pixels.iter().filter(|b| **b < 250).count();
        assert!(inked > 400 || name == "heat_none", "{name}: {inked}");
    }
}

#[test]
fn markup_in_a_title_stays_text() {
    let chart = sample("script");
    let svg = svg(&chart, Size::WIDE);
    assert!(!svg.contains("<script"));
    let tree = roxmltree::Document::parse(&svg).unwrap_or_else(|e| panic!("{e}"));
    let title = tree
        .descendants()
        .find(|n| n.has_tag_name("title"))
        .and_then(|n| n.text())
        .unwrap_or_default();
    assert!(
        title.starts_with("<script>alert(1)</script> & \"'"),
        "{title}"
    );
}

/// Texts that stand on one another or leave the paper.
pub(crate) fn unreadable(chart: &Chart, size: Size) -> Vec<String> {
    let scene = layout::scene(chart, layout::fit_size(chart, size.bounded())).0;
    let texts: Vec<_> = scene
        .iter()
        .filter_map(|s| {
            if let scene::Shape::Text(t) = s {
                Some(t)
            } else {
                None
            }
        })
        .collect();
    let mut problems = Vec::new();
    for (i, a) in texts.iter().enumerate() {
        let ra = text::extent(a);
        for b in texts[i + 1..].iter().filter(|b| !a.upright && !b.upright) {
            let rb = text::extent(b);
            // A text's box has air around the letters: two pixels may be shared.
            let over = ra.x + 4.0 < rb.right()
                && rb.x + 4.0 < ra.right()
                && ra.y + 2.0 < rb.bottom()
                && rb.y + 2.0 < ra.bottom();
            if over {
                problems.push(format!("at {size:?}: {:?} on {:?}", a.text, b.text));
            }
        }
        let width = f64::from(size.bounded().width);
        if ra.x < -3.0 || ra.right() > width + 3.0 {
            problems.push(format!("at {size:?}: {:?} leaves the paper", a.text));
        }
    }
    problems
}

/// No text stands on another, in any chart a report would hold.
#[test]
fn texts_do_not_overlap() {
    for (name, chart) in samples::ordinary() {
        for size in [Size::WIDE, Size::HALF, Size::NARROW] {
            assert_eq!(unreadable(&chart, size), Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn long_curves_are_thinned_everywhere() {
    let chart = sample("jagged");
    let svg = svg(&chart, Size::WIDE);
    assert!(svg.len() < 60_000, "{}", svg.len());
    let data = data(&chart, Size::WIDE);
    let points = data["layers"][0]["points"].as_array().map_or(0, Vec::len);
    assert!((500..4_000).contains(&points), "{points}");
}

#[test]
fn the_stylesheet_knows_every_class_in_use() {
    let rules = stylesheet();
    for (name, chart) in all_charts() {
        let svg = svg(&chart, Size::WIDE);
        for class in svg
            .split("class=\"")
            .skip(1)
            .filter_map(|s| s.split('"').next())
        {
            assert!(rules.contains(&format!(".{class}{{")), "{name}: {class}");
        }
    }
}

/// A page of nothing but charts.
fn page(charts: &[(&str, Chart)]) -> String {
    let figure = |(name, chart): &(&str, Chart)| {
        let data = data(chart, Size::WIDE).to_string().replace('<', "\\u003c");
        let picture = super::figure(chart);
        format!(
            "<figure data-chart=\"{name}\">{picture}<script type=\"application/json\">{data}</script></figure>\n"
        )
    };
    let figures: String = charts.iter().map(figure).collect();
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Charts</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\"><style>:root{{color-scheme:light dark}}\n\
         body{{margin:0 auto;max-width:800px;background:var(--rc-paper);color:var(--rc-ink);font-family:sans-serif}}\n\
         figure{{margin:0 0 24px}}{}</style>\n<main><h1>Charts</h1>{figures}</main><script>{SCRIPT}</script>\n",
        stylesheet()
    )
}

/// For the browser's tests, which know where they want it.
#[test]
#[ignore = "writes a page for a browser"]
fn sample_page() {
    let Some(path) = std::env::var_os("CHARTS_PAGE") else {
        return;
    };
    std::fs::write(path, page(&all_charts())).unwrap_or_else(|e| panic!("{e}"));
}

/// For the eye: `CHARTS=folder cargo test --release chart::tests::look -- --ignored`.
#[test]
#[ignore = "writes pictures to look at"]
fn look() {
    let Some(folder) = std::env::var_os("CHARTS") else {
        return;
    };
    let folder = std::path::Path::new(&folder);
    let put = |name: String, bytes: &[u8]| {
        std::fs::write(folder.join(name), bytes).unwrap_or_else(|e| panic!("{e}"))
    };
    for (name, chart) in all_charts() {
        put(format!("{name}.svg"), svg(&chart, Size::WIDE).as_bytes());
        put(format!("{name}.png"), &png(&chart, Size::WIDE));
        put(format!("{name}-phone.png"), &png(&chart, Size::NARROW));
    }
}

/// The longest bar of a telephone's chart: beyond its end there is no room for what stands there.
#[test]
fn what_stands_at_the_longest_bar_stays_on_a_narrow_paper() {
    let bar = |value: f64| Bar {
        label: "backoff 5 s x2 max 300 s jitter 20 %".into(),
        value,
        interval: Some((value - 4.0, value + 4.0)),
        text: "94.511 ± 0.0041 %".into(),
        ..Bar::default()
    };
    let bars = Bars {
        bars: vec![bar(20.0), bar(95.0)],
        ..Bars::default()
    };
    let chart = Chart {
        layers: vec![Layer::Bars(bars)],
        x: Axis::new("Missed", "%"),
        ..Chart::default()
    };
    assert_eq!(unreadable(&chart, Size::NARROW), Vec::<String>::new());
}

/// Differences below zero: what stands at the left of the bars stands beside their names, not on them.
#[test]
fn what_stands_left_of_bars_leaves_their_names_alone_on_a_narrow_paper() {
    let bar = |value: f64| Bar {
        label: "Time without a usable session".into(),
        value,
        text: "−1.870 ± 0.00049 points".into(),
        ..Bar::default()
    };
    let bars = Bars {
        bars: vec![bar(-1.82), bar(-1.87)],
        ..Bars::default()
    };
    let chart = Chart {
        layers: vec![Layer::Bars(bars)],
        x: Axis::new("Difference", ""),
        ..Chart::default()
    };
    assert_eq!(unreadable(&chart, Size::NARROW), Vec::<String>::new());
}

/// A heat map whose caption is as wide as a telephone has its key above it, and all of its rows named.
#[test]
fn a_narrow_heat_map_has_room_for_its_key_and_for_every_row() {
    let names = |n: usize, stem: &str| (0..n).map(|i| format!("{stem} {i}")).collect();
    let map = HeatMap {
        rows: names(12, "gateway"),
        columns: names(3, "communicator-2007"),
        values: vec![vec![0.0, 1.5, 3.0]; 12],
        ..HeatMap::default()
    };
    let y = Axis::new("Gateway; colour: time without a usable session, %", "");
    let chart = Chart {
        layers: vec![Layer::HeatMap(map)],
        y,
        x: Axis::new("Client", ""),
        ..Chart::default()
    };
    assert_eq!(unreadable(&chart, Size::NARROW), Vec::<String>::new());
    let page = figure(&chart);
    let narrow = page.split("class=\"rc-narrow\"").nth(1).unwrap_or_default();
    assert!(
        (0..12).all(|i| narrow.contains(&format!(">gateway {i}</text>"))),
        "{narrow}"
    );
}

/// As high as it takes: every row and every column with its whole name, beside few rows and beside many.
#[test]
fn a_wide_heat_map_names_every_row_and_column() {
    for rows in [2_usize, 19, 24] {
        let columns = ["communicator-2007-r2", "sofia-sip-1.12", "pidgin-sipe-1.25"];
        let map = HeatMap {
            rows: (0..rows).map(|i| format!("rejects-update-{i}")).collect(),
            columns: columns
                .iter()
                .chain(&columns)
                .map(|c| (*c).into())
                .collect(),
            values: vec![vec![0.0, 1.5, 3.0, 1.0, 2.0, 3.0]; rows],
            cells: vec![vec!["25 min 32 s".into(); 6]; rows],
            ..HeatMap::default()
        };
        let chart = Chart {
            layers: vec![Layer::HeatMap(map)],
            ..Chart::default()
        };
        let scene = layout::scene(&chart, layout::fit_size(&chart, Size::WIDE)).0;
        let texts: Vec<&str> = scene
            .iter()
            .filter_map(|shape| match shape {
                scene::Shape::Text(text) => Some(text.text.as_str()),
                _ => None,
            })
            .collect();
        assert!(!texts.iter().any(|text| text.ends_with('…')), "{texts:?}");
        for i in 0..rows {
            assert!(
                texts.contains(&format!("rejects-update-{i}").as_str()),
                "{i} of {rows}"
            );
        }
        assert!(
            texts.join(" ").contains("communicator- 2007-r2"),
            "{texts:?}"
        );
        assert_eq!(unreadable(&chart, Size::WIDE), [""; 0]);
    }
}

/// On a telephone notes of many lines leave the plot as high as notes of few.
#[test]
fn a_narrow_chart_with_long_notes_is_higher() {
    let height = |notes: Vec<String>| -> f64 {
        let chart = sample("sweep");
        let page = figure(&Chart { notes, ..chart });
        let narrow = page.split("class=\"rc-narrow\"").nth(1).unwrap_or_default();
        let plot = narrow
            .split("data-plot=\"")
            .nth(1)
            .and_then(|p| p.split('"').next())
            .unwrap_or_default();
        plot.split(' ')
            .nth(3)
            .and_then(|h| h.parse().ok())
            .unwrap_or_default()
    };
    let long = "Each bar ends at the value that stands there, one key at a time, and all the others as in the scenario.";
    assert_eq!(
        height(vec![long.into(), long.into()]),
        height(vec!["One.".into(), "Two.".into()])
    );
}

/// A curve that leaves the plot is cut where it leaves it, and goes to no edge that it does not meet.
#[test]
fn what_lies_beyond_a_range_is_not_moved_to_its_edge() {
    let points = vec![(0.0, 0.0), (10.0, 100.0), (20.0, 0.0)];
    let line = Line {
        points,
        ..Line::default()
    };
    let range = |to: f64| Axis {
        range: Some((0.0, to)),
        ..Axis::default()
    };
    let chart = Chart {
        x: range(20.0),
        y: range(50.0),
        layers: vec![Layer::Line(line)],
        ..Chart::default()
    };
    let (scene, plot) = layout::scene(&chart, Size::WIDE);
    let is_curve =
        |s: &&scene::Shape| matches!(s, scene::Shape::Stroke { width, .. } if *width == 2.0);
    let strokes: Vec<_> = scene.iter().filter(is_curve).collect();
    assert_eq!(strokes.len(), 2, "up and out, in and down");
    let scene::Shape::Stroke { points, .. } = strokes[0] else {
        unreachable!("only strokes were kept")
    };
    let leaves = plot.spot(5.0, 50.0);
    let end = points[points.len() - 1];
    assert!(
        (end.0 - leaves.0).abs() < 0.2 && (end.1 - leaves.1).abs() < 0.2,
        "{end:?} {leaves:?}"
    );
}

/// The texts of a telephone's picture, and how high its plot is.
fn on_a_telephone(chart: &Chart) -> (Vec<String>, f64) {
    let (scene, plot) = layout::scene(chart, layout::fit_size(chart, Size::NARROW));
    let text = |shape: &scene::Shape| match shape {
        scene::Shape::Text(text) => Some(text.text.clone()),
        _ => None,
    };
    (scene.iter().filter_map(text).collect(), plot.rect.h)
}

/// Names of bars stand above them there, whole, and every bar has its place.
#[test]
fn a_telephone_shows_the_whole_name_of_every_bar() {
    let name = "the last refresh, or under tear-down another request, got no answer";
    let bar = |i: usize| Bar {
        label: format!("{name} {i}"),
        value: i as f64,
        ..Bar::default()
    };
    let bars = Bars {
        bars: (1..=12).map(bar).collect(),
        ..Bars::default()
    };
    let chart = Chart {
        layers: vec![Layer::Bars(bars)],
        ..Chart::default()
    };
    let (texts, _) = on_a_telephone(&chart);
    let words = texts.join(" ");
    for i in 1..=12 {
        assert!(words.contains(&format!("{name} {i}")), "{words}");
    }
    assert_eq!(
        unreadable(&chart, layout::fit_size(&chart, Size::NARROW)),
        [""; 0]
    );
}

/// What does not fit across stands on some lines, or upright; nothing is left out.
#[test]
fn cells_keep_their_text_on_a_telephone() {
    for (columns, cell) in [(12, "10.7"), (3, "UPDATE: 25 min 32 s")] {
        let map = HeatMap {
            rows: ["good, healthy", "good, ignores-update"]
                .map(String::from)
                .into(),
            columns: (0..columns).map(|i| format!("{i} min")).collect(),
            values: vec![vec![1.0; columns]; 2],
            cells: vec![vec![cell.to_string(); columns]; 2],
            ..HeatMap::default()
        };
        let chart = Chart {
            layers: vec![Layer::HeatMap(map)],
            ..Chart::default()
        };
        let words = on_a_telephone(&chart).0.join(" ");
        assert_eq!(words.matches(cell).count(), 2 * columns, "{words}");
        assert!(words.contains("good, ignores-update"), "{words}");
    }
}

/// A long title, many names and long notes make the picture higher, not its plot lower.
#[test]
fn a_plot_keeps_its_height_on_a_telephone() {
    let chart = sample("sweep");
    let long = "Where one key is turned and all the others stand as in the scenario. ".repeat(3);
    let plain = on_a_telephone(&chart).1;
    let (texts, high) = on_a_telephone(&Chart {
        title: long.clone(),
        notes: vec![long; 3],
        ..chart
    });
    assert!(plain >= 179.5 && high >= 179.5, "{plain} and {high}");
    assert!(texts.iter().all(|text| !text.ends_with('…')), "{texts:?}");
}

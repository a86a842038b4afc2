//! What makes the charts of a page answer: values under a pointer or by arrow keys, a stretch enlarged, curves on and off.
//!
//! A page that has it holds each chart as `<figure data-chart="NAME">` with [`figure`](super::figure) and, as
//! `<script type="application/json">`, [`data`](super::data); [`stylesheet`](super::stylesheet) has the rules. Without
//! scripts, and on paper, the charts are what they are drawn as. The gestures and the round ticks of an enlarged axis are
//! D3's (ISC licence, which stands in the file): `tests/browser` says how to update it.

/// For one `<script>` at the end of a page.
pub(crate) const SCRIPT: &str = concat!(
    include_str!("script/d3.js"),
    "(() => {\n\"use strict\";\n",
    include_str!("script/values.js"),
    include_str!("script/names.js"),
    include_str!("script/zoom.js"),
    include_str!("script/chart.js"),
    "})();\n",
);

/// The rules for what the script adds.
pub(super) const STYLE: &str = include_str!("script/chart.css");

//! A chart as a figure of the page.

use minijinja::Value;

use crate::report::chart::{Chart, Size, data, figure};

/// The figure: the pictures for wide and narrow screens, and the data behind them for a script.
pub(super) fn html(name: &str, chart: &Chart) -> Value {
    Value::from_safe_string(format!(
        "<figure class=\"chart\" data-chart=\"{name}\">\n{}<script type=\"application/json\">{}</script>\n</figure>\n",
        figure(chart),
        within_script(&data(chart, Size::WIDE).to_string())
    ))
}

/// JSON that cannot end the element it stands in.
fn within_script(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_its_element() {
        let chart = Chart {
            title: "</script><script>alert(1)</script>".into(),
            ..Chart::default()
        };
        let html = html("evil", &chart).to_string();
        assert_eq!(html.matches("<script").count(), 1);
        assert_eq!(html.matches("</script").count(), 1);
        let json = html
            .split("json\">")
            .nth(1)
            .unwrap()
            .split("</script>")
            .next()
            .unwrap();
        let read: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(read["title"], chart.title);
    }
}

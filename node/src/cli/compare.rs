//! Two reports side by side, on the command line.

use serde_json::{Value, json};

use super::consult::entries;
use super::output;

/// Prints, for every two readers of a case, what their reports say of each thing, and what they have said together.
pub(crate) fn show(case: &Value, as_json: bool) {
    if as_json {
        output::json(&json!({
            "comparisons": case["comparisons"],
            "reconciliations": case["reconciliations"],
            "co_signatures": case["co_signatures"],
        }));
        return;
    }
    if entries(&case["comparisons"]).next().is_none() {
        println!("there are not two final reports yet that you may see");
    }
    for pair in entries(&case["comparisons"]) {
        let by = |which: &str| output::text(pair, &format!("/{which}/by/name_ja"));
        let rows: Vec<Vec<String>> = entries(&pair["lines"]).map(row).collect();
        output::table(&["Of", "", &by("first"), &by("second")], &rows);
    }
    for one in entries(&case["reconciliations"]) {
        let column = |pointer| output::text(one, pointer);
        println!(
            "reconciled opinion of {} and {}: {} ({})\n  {}",
            column("/by/name_ja"),
            column("/with/name_ja"),
            column("/standing"),
            column("/entry_id"),
            column("/opinion")
        );
    }
    for one in entries(&case["co_signatures"]) {
        let column = |pointer| output::text(one, pointer);
        println!(
            "{} {} {}: {}",
            column("/by/name_ja"),
            column("/stance"),
            column("/of"),
            column("/words")
        );
    }
}

fn row(line: &Value) -> Vec<String> {
    let tooth = output::text(line, "/tooth");
    let of = if tooth.is_empty() {
        output::text(line, "/part")
    } else if line["supernumerary"] == true {
        format!("{tooth} supernumerary")
    } else {
        tooth
    };
    vec![
        of,
        output::text(line, "/agreement"),
        output::text(line, "/first"),
        output::text(line, "/second"),
    ]
}

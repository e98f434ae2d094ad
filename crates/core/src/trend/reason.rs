//! A verdict's reason as a sentence.

use super::finding::Finding;
use super::options::Thresholds;
use super::verdict::{Kind, State};

/// Why `finding` has its state.
pub fn sentence(finding: &Finding, thresholds: &Thresholds) -> String {
    let Finding { growth, readings, known, span, .. } = finding;
    let what = what(finding);
    let seen = format!("{readings} readings in {}", duration(*span));
    match finding.state {
        State::Watching if *known == 0 => "no reading of memory yet".to_owned(),
        State::Watching if *known < thresholds.suspect_after => {
            format!("{known} of the {} readings that a first judgement takes", thresholds.suspect_after)
        }
        State::Watching => format!("{what} shows no growth yet that stands out of its noise, over {seen}"),
        State::Quiet => format!("{what} does not grow lastingly, over {seen}"),
        State::Suspicious => {
            let open = if *readings < thresholds.confirm_after {
                format!("whether it lasts shows after {} readings", thresholds.confirm_after)
            } else if growth.shape.levels_off {
                "at the end it levels off".to_owned()
            } else {
                "it is not steady or large enough to be sure".to_owned()
            };
            format!("{what} grew by {} at equal load, over {seen}; {open}", grown(finding))
        }
        State::Confirmed => format!(
            "{what} grew by {} at equal load, over {seen}, in {} of 5 steps, and does not level off: {} an hour",
            grown(finding),
            growth.shape.rising_parts,
            amount(finding.kind, growth.rate * 36e5),
        ),
    }
}

fn what(finding: &Finding) -> String {
    match finding.kind {
        Kind::Heap => "the used heap".to_owned(),
        Kind::External => "memory outside of the heap (buffers)".to_owned(),
        Kind::Native => "resident memory that V8 does not account for".to_owned(),
        Kind::Resources => format!("the number of {}", finding.resource.unwrap_or("resources")),
    }
}

fn grown(finding: &Finding) -> String {
    format!("{} ({:.0} %)", amount(finding.kind, finding.growth.amount), finding.growth.share * 100.0)
}

fn amount(kind: Kind, value: f64) -> String {
    if kind == Kind::Resources {
        return format!("{value:.0}");
    }
    let (size, unit) = match value.abs() {
        // What would be rounded to a thousand is one of the next.
        size if size < 999.5 => return format!("{value:.0} bytes"),
        size if size < 999.95e3 => (value / 1e3, "kB"),
        size if size < 999.95e6 => (value / 1e6, "MB"),
        _ => (value / 1e9, "GB"),
    };
    format!("{size:.1} {unit}")
}

fn duration(ms: f64) -> String {
    match ms {
        ms if ms < 1e3 => format!("{ms:.0} ms"),
        ms if ms < 12e4 => format!("{:.0} s", ms / 1e3),
        ms if ms < 72e5 => format!("{:.0} min", ms / 6e4),
        ms if ms < 1728e5 => format!("{:.0} h", ms / 36e5),
        ms => format!("{:.0} days", ms / 864e5),
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, amount};

    #[test]
    fn no_amount_is_a_thousand_of_its_unit() {
        for (value, text) in [(999.4, "999 bytes"), (999.6, "1.0 kB"), (-999_960.0, "-1.0 MB"), (999.96e6, "1.0 GB")] {
            assert_eq!(amount(Kind::Heap, value), text);
        }
    }
}

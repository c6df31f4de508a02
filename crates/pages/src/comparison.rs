//! What was sent beside what is registered, with the differences marked.

use serde::Serialize;

/// One parameter: what was sent and what is registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    parameter: &'static str,
    sent: Vec<Vec<Piece>>,
    registered: Vec<Vec<Piece>>,
}

/// A part of a value, and whether it is the part that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Piece {
    text: String,
    differs: bool,
}

/// The most values that are shown of either.
const MOST: usize = 10;

impl Comparison {
    /// Compares what was sent as `parameter`. Where one value was sent, it and the registered one
    /// that is most like it are marked where they differ.
    pub fn of(parameter: &'static str, sent: &[String], registered: &[String]) -> Self {
        let (mut left, mut right) = (whole(sent), whole(registered));
        if let ([one], Some(nearest)) = (sent, nearest(sent, registered)) {
            let (place, other) = nearest;
            let (here, there) = marked(one, other);
            left = vec![here];
            if let Some(value) = right.get_mut(place) {
                *value = there;
            }
        }
        Self {
            parameter,
            sent: left,
            registered: right,
        }
    }
}

fn whole(values: &[String]) -> Vec<Vec<Piece>> {
    let plain = |text: &String| {
        let text = text.clone();
        let differs = false;
        vec![Piece { text, differs }]
    };
    values.iter().take(MOST).map(plain).collect()
}

/// The registered value that shares most of its beginning and end with the one that was sent.
fn nearest<'a>(sent: &[String], registered: &'a [String]) -> Option<(usize, &'a str)> {
    let sent = sent.first()?;
    let all = registered.iter().take(MOST).enumerate();
    let shared = |other: &str| {
        let (before, after) = common(sent, other);
        before + after
    };
    let nearest = all.max_by_key(|(place, it)| (shared(it), std::cmp::Reverse(*place)));
    nearest.map(|(place, it)| (place, it.as_str()))
}

/// Both values in three parts, the middle of which differs.
fn marked(one: &str, other: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (before, after) = common(one, other);
    let pieces = |text: &str| {
        let all: Vec<char> = text.chars().collect();
        let end = all.len().saturating_sub(after);
        let part = |from: usize, to: usize, differs| {
            let text: String = all.iter().take(to).skip(from).collect();
            Piece { text, differs }
        };
        let parts = [
            part(0, before, false),
            part(before, end, true),
            part(end, all.len(), false),
        ];
        parts.into_iter().filter(|it| !it.text.is_empty()).collect()
    };
    (pieces(one), pieces(other))
}

/// How many characters both begin with, and how many of the rest both end with.
fn common(one: &str, other: &str) -> (usize, usize) {
    let same = |(left, right): &(char, char)| left == right;
    let before = one.chars().zip(other.chars()).take_while(same).count();
    let backwards = one.chars().rev().zip(other.chars().rev());
    let shorter = one.chars().count().min(other.chars().count());
    let after = backwards.take(shorter - before).take_while(same).count();
    (before, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Values = &'static [&'static str];

    fn shown(values: &[Vec<Piece>]) -> Vec<String> {
        let piece = |piece: &Piece| match piece.differs {
            true => format!("[{}]", piece.text),
            false => piece.text.clone(),
        };
        let value = |pieces: &Vec<Piece>| pieces.iter().map(piece).collect();
        values.iter().map(value).collect()
    }

    #[test]
    fn what_differs_from_the_nearest_registered_value_is_marked() {
        #[rustfmt::skip]
        let cases: [(Values, Values, Values, Values); 8] = [
            (&["https://a.example/cb/"], &["https://a.example/cb"],
             &["https://a.example/cb[/]"], &["https://a.example/cb"]),
            (&["http://a.example/cb"], &["https://a.example/cb"],
             &["http://a.example/cb"], &["http[s]://a.example/cb"]),
            (&["https://evil.example/cb"], &["myapp:/x", "https://a.example/cb"],
             &["https://[evil].example/cb"], &["myapp:/x", "https://[a].example/cb"]),
            (&["aa"], &["aaa"], &["aa"], &["aa[a]"]),
            (&["é文"], &["é字"], &["é[文]"], &["é[字]"]),
            (&["x"], &[], &["x"], &[]),
            (&[], &["x"], &[], &["x"]),
            (&["x", "y"], &["x"], &["x", "y"], &["x"]),
        ];
        for (sent, registered, left, right) in cases {
            let of = |values: &[&str]| -> Vec<String> {
                values.iter().map(ToString::to_string).collect()
            };
            let compared = Comparison::of("redirect_uri", &of(sent), &of(registered));
            assert_eq!(shown(&compared.sent), left, "{sent:?}");
            assert_eq!(shown(&compared.registered), right, "{sent:?}");
        }
    }

    #[test]
    fn a_great_many_values_are_not_all_shown() {
        let many: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let compared = Comparison::of("redirect_uri", &many, &many);
        assert_eq!(
            (compared.sent.len(), compared.registered.len()),
            (MOST, MOST)
        );
    }
}

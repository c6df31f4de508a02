//! A part of a long list: a page stays small, however much there is.

use serde::Serialize;

use crate::door::Guest;

/// Which part of a list is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// How many stand before it.
    pub(crate) from: usize,
    /// How many are in it at most.
    pub(crate) most: usize,
}

/// Where the parts before and behind begin, if there are any.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Neighbours {
    before: Option<usize>,
    behind: Option<usize>,
}

impl Part {
    /// The part that is asked for: `?from=20`.
    pub(crate) fn asked(guest: &Guest, most: usize) -> Self {
        let from = guest.asked("from").and_then(|text| text.parse().ok());
        Self {
            from: from.unwrap_or(0),
            most,
        }
    }

    /// What of `all` is in it.
    pub(crate) fn of<'all, T>(&self, all: &'all [T]) -> impl Iterator<Item = &'all T> {
        all.iter().skip(self.from).take(self.most)
    }

    /// What is beside it, of a list this long.
    pub(crate) fn neighbours(&self, total: usize) -> Neighbours {
        let behind = self.from.saturating_add(self.most);
        Neighbours {
            before: (self.from > 0).then(|| self.from.min(total).saturating_sub(self.most)),
            behind: (behind < total).then_some(behind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_says_where_its_neighbours_begin() {
        let all: Vec<usize> = (0..25).collect();
        #[rustfmt::skip]
        let cases = [
            (0,          10, None,     Some(10)),
            (10,         10, Some(0),  Some(20)),
            (20,         5,  Some(10), None),
            (5,          10, Some(0),  Some(15)),
            (400,        0,  Some(15), None),
            (usize::MAX, 0,  Some(15), None),
        ];
        for (from, count, before, behind) in cases {
            let part = Part { from, most: 10 };
            assert_eq!(part.of(&all).count(), count, "{from}");
            let neighbours = part.neighbours(all.len());
            assert_eq!(neighbours, Neighbours { before, behind }, "{from}");
        }
    }
}

//! How much of a page, and of the form on it, may be tools.
//!
//! A form has 64 KiB, and carries the request as well; a page is to stay below 60,000 bytes
//! with everything that it loads. Tools whose ticks do not fit are named and allowed altogether
//! or not at all; those whose names do not fit either are counted, unless they can destroy
//! something: these are always named. Each server has its part, so that none takes the room of
//! the others.

/// Bytes of ticks in a form, as it is sent.
const FORM: usize = 32 * 1024;
/// Bytes of tools on a page; the rest of it is about 20,000.
const PAGE: usize = 38_000;
/// What the page needs for a tick or a name besides the texts in it.
const TICK: usize = 72;
const NAME: usize = 14;

/// What is left of both.
pub(super) struct Room {
    form: usize,
    page: usize,
}

/// How the tools of a group can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// Each with a tick of its own.
    Ticks,
    /// By name, all or none.
    Names,
    /// As a number, all or none.
    Count,
}

impl Room {
    /// All of it.
    pub(super) fn of_a_page() -> Self {
        Self {
            form: FORM,
            page: PAGE,
        }
    }

    /// The part of one of so many that have the same claim; what it leaves is for
    /// [`Room::give_back`].
    pub(super) fn part(&mut self, claims: usize) -> Self {
        let claims = claims.max(1);
        let part = Self {
            form: self.form / claims,
            page: self.page / claims,
        };
        self.form -= part.form;
        self.page -= part.page;
        part
    }

    /// Adds what was left of a part.
    pub(super) fn give_back(&mut self, Self { form, page }: Self) {
        self.form += form;
        self.page += page;
    }

    /// Takes what a group needs whose ticks are called `ticks`: those of `names` can be ticked,
    /// `labels` are what the person reads, and `must` says that it has to be read.
    pub(super) fn take(
        &mut self,
        (ticks, names): (&str, &[&str]),
        (labels, must): (&[String], bool),
    ) -> Fit {
        let sent = names.iter().map(|name| ticks.len() + 3 * name.len() + 2);
        let labels: usize = labels.iter().map(|label| NAME + written(label)).sum();
        let boxes = names.iter().map(|name| TICK + ticks.len() + written(name));
        let (sent, ticked) = (sent.sum(), labels + boxes.sum::<usize>());
        if let (Some(form), Some(page)) =
            (self.form.checked_sub(sent), self.page.checked_sub(ticked))
        {
            *self = Self { form, page };
            return Fit::Ticks;
        }
        match self.page.checked_sub(labels) {
            Some(page) => {
                self.page = page;
                Fit::Names
            }
            None if must => Fit::Names,
            None => Fit::Count,
        }
    }
}

/// The bytes of `text` on a page.
fn written(text: &str) -> usize {
    let special = |byte: u8| matches!(byte, b'<' | b'>' | b'&' | b'"' | b'\'' | b'/');
    let bytes = text.bytes();
    bytes.map(|byte| if special(byte) { 6 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(room: &mut Room, names: &[&str]) -> Fit {
        let labels: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        room.take(("tool.read.files", names), (&labels, false))
    }

    #[test]
    fn ticks_give_way_to_names_and_names_to_a_number() {
        // DS-05
        let need = |names: &[&str], form, page| taken(&mut Room { form, page }, names);
        #[rustfmt::skip]
        let cases = [
            (20, 103, Fit::Ticks),
            (19, 103, Fit::Names), // the form is full
            (20, 102, Fit::Names), // the page is
            (20,  15, Fit::Names),
            (20,  14, Fit::Count),
        ];
        for (form, page, fit) in cases {
            assert_eq!(need(&["a"], form, page), fit, "{form} {page}");
        }
    }

    #[test]
    fn what_does_not_fit_takes_nothing_and_what_fits_is_taken_once() {
        let mut room = Room {
            form: 40,
            page: 118,
        };
        assert_eq!(taken(&mut room, &["a"]), Fit::Ticks);
        assert_eq!(taken(&mut room, &["a"]), Fit::Names);
        assert_eq!(taken(&mut room, &["a"]), Fit::Count);
        assert_eq!((room.form, room.page), (20, 0));
        assert_eq!(taken(&mut room, &[]), Fit::Ticks, "nothing always fits");
    }

    #[test]
    fn nobody_takes_the_part_of_another() {
        // CO-09
        let mut room = Room {
            form: 300,
            page: 900,
        };
        let first = room.part(3);
        assert_eq!((first.form, first.page), (100, 300));
        let second = room.part(2);
        assert_eq!((second.form, second.page), (100, 300));
        room.give_back(second);
        let last = room.part(1);
        assert_eq!((last.form, last.page), (200, 600), "with what is left");
        assert_eq!((room.form, room.page), (0, 0));
    }

    #[test]
    fn what_can_destroy_is_always_named() {
        let labels = ["drop_table".to_owned()];
        let mut room = Room { form: 0, page: 0 };
        let fit = |room: &mut Room, must| room.take(("tool.x", &["drop_table"]), (&labels, must));
        assert_eq!(fit(&mut room, true), Fit::Names);
        assert_eq!(fit(&mut room, false), Fit::Count);
    }

    #[test]
    fn characters_that_are_written_as_references_count_as_such() {
        assert_eq!(written("a<b"), 8);
        assert_eq!(written("道"), 3);
    }
}

//! Changing members of the objects of one message while every other byte stays.
//!
//! A [`Rewrite`] collects what is to change; [`Rewrite::finish`] makes the bytes. A member is
//! removed together with one comma, replaced where it stands, or put behind the last one that
//! stays: what was put in and is taken out again leaves no trace.
//!
//! It refuses to be clever: an object is changed once, and nothing is changed inside a value
//! that is itself removed or replaced.

use std::borrow::Cow;

use crate::{
    json::{Raw, Span},
    splice::{Edit, splice_within},
};

/// What is to change in one message.
#[derive(Clone, Debug)]
pub struct Rewrite<'a> {
    whole: Raw<'a>,
    edits: Vec<Edit<'a>>,
}

/// What is to change among the members of one object.
#[derive(Clone, Debug, Default)]
pub struct Changes<'a> {
    without: Vec<Cow<'a, str>>,
    with: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Changes<'a> {
    /// Nothing yet.
    pub fn none() -> Self {
        Self::default()
    }

    /// The member `name` goes, if it is there.
    #[must_use]
    pub fn without(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.without.push(name.into());
        self
    }

    /// The member `name` is `json`, whether it was there or not. The last word counts.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'a, str>>, json: impl Into<Cow<'a, str>>) -> Self {
        let (name, json) = (name.into(), json.into());
        match self.with.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = json,
            None => self.with.push((name, json)),
        }
        self
    }

    /// Whether nothing changes.
    pub fn are_none(&self) -> bool {
        self.without.is_empty() && self.with.is_empty()
    }

    /// Whether an object has no member left after them.
    pub fn empty(&self, object: Option<Raw<'_>>) -> bool {
        let members = object.map(|object| object.members()).unwrap_or_default();
        self.with.is_empty() && members.iter().all(|(key, _)| self.removes(key))
    }

    /// An object that holds only what they put in.
    pub fn alone(&self) -> String {
        format!("{{{}}}", self.written(self.with.iter()))
    }

    /// What is put in is not taken out.
    fn removes(&self, key: &str) -> bool {
        self.without.iter().any(|name| name == key) && self.replaces(key).is_none()
    }

    fn replaces(&self, key: &str) -> Option<&Cow<'a, str>> {
        let named = self.with.iter().find(|(name, _)| name == key);
        named.map(|(_, json)| json)
    }

    fn written<'c>(&self, members: impl Iterator<Item = &'c (Cow<'a, str>, Cow<'a, str>)>) -> String
    where
        'a: 'c,
    {
        let written = members.map(|(name, json)| format!("{}:{json}", quoted(name)));
        written.collect::<Vec<_>>().join(",")
    }
}

impl<'a> Rewrite<'a> {
    /// Of a whole message, or of one value of it.
    pub const fn of(whole: Raw<'a>) -> Self {
        let edits = Vec::new();
        Self { whole, edits }
    }

    /// Whether nothing was changed so far.
    pub fn is_untouched(&self) -> bool {
        self.edits.is_empty()
    }

    /// Puts `json` in the place of a value.
    pub fn replace(&mut self, value: Raw<'_>, json: impl Into<Cow<'a, str>>) {
        self.edits.push(Edit::new(value.span(), json));
    }

    /// Puts `text` behind a value.
    pub fn insert_after(&mut self, value: Raw<'_>, text: impl Into<Cow<'a, str>>) {
        let end = value.span().end;
        self.edits.push(Edit::new(Span { start: end, end }, text));
    }

    /// Changes the members of an object.
    pub fn change(&mut self, object: Raw<'a>, changes: Changes<'a>) {
        if changes.are_none() {
            return;
        }
        let members = object.placed_members();
        let at = object.span().start + 1;
        let places = members
            .iter()
            .map(|member| (member.span, changes.removes(&member.key)));
        let end = self.cut(places).unwrap_or(at);
        for member in &members {
            if let Some(json) = changes.replaces(&member.key) {
                self.edits
                    .push(Edit::new(member.value.span(), json.clone()));
            }
        }
        let is_new = |(name, _): &&(Cow<'_, str>, Cow<'_, str>)| {
            members.iter().all(|member| member.key != **name)
        };
        let added = changes.written(changes.with.iter().filter(is_new));
        if !added.is_empty() {
            let comma = if end == at { "" } else { "," };
            let place = Span { start: end, end };
            self.edits.push(Edit::new(place, format!("{comma}{added}")));
        }
    }

    /// Takes those elements out of an array of which `goes` says yes.
    pub fn thin(&mut self, array: Raw<'a>, mut goes: impl FnMut(usize, Raw<'a>) -> bool) {
        let elements = array.elements().into_iter().enumerate();
        let places: Vec<_> = elements
            .map(|(index, element)| (element.span(), goes(index, element)))
            .collect();
        self.cut(places.into_iter());
    }

    /// The message with all changes.
    pub fn finish(self) -> Vec<u8> {
        let spliced = splice_within(self.whole, &self.edits);
        debug_assert!(spliced.is_ok(), "changes do not overlap");
        spliced.unwrap_or_default()
    }

    /// The same as text.
    pub fn into_text(self) -> String {
        String::from_utf8(self.finish()).unwrap_or_default()
    }

    /// Cuts out what goes, and says where the last one that stays ends.
    ///
    /// A run is cut from the end of what stays before it, or, at the front, up to the start of
    /// what stays after it.
    fn cut(&mut self, items: impl Iterator<Item = (Span, bool)>) -> Option<usize> {
        let (mut kept_end, mut run): (Option<usize>, Option<Span>) = (None, None);
        for (span, goes) in items {
            if goes {
                let start = run.map_or(kept_end.unwrap_or(span.start), |run| run.start);
                let end = span.end;
                run = Some(Span { start, end });
                continue;
            }
            if let Some(run) = run.take() {
                let end = kept_end.map_or(span.start, |_| run.end);
                self.edits.push(Edit::new(Span { end, ..run }, ""));
            }
            kept_end = Some(span.end);
        }
        self.edits.extend(run.map(|run| Edit::new(run, "")));
        kept_end
    }
}

/// `text` as a JSON string.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    crate::json::quote_into(&mut out, text);
    out
}

#[cfg(test)]
mod tests;

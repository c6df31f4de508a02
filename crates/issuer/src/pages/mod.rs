//! Pages for people: templates, one style sheet, and the headers of every page.
//!
//! No script, no inline style, nothing from elsewhere. Every page, errors
//! included, refuses to be framed, stored or to send a referrer (CO-01, A-031).

mod render;

pub(crate) use render::{Message, Pages, STYLE_SHEET, style_sheet};

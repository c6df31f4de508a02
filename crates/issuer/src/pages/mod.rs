//! Pages for people: templates, one style sheet, and the headers of every page.
//!
//! No script but one file that posts an answer, no inline style, nothing from elsewhere. Every page, errors
//! included, refuses to be framed, stored or to send a referrer (CO-01, A-031).

mod render;

pub(crate) use render::{Message, Pages, REPLY_SCRIPT, STYLE_SHEET, reply_script, style_sheet};

//! Pages for people: templates, texts in several languages, style, and the headers of every page.
//!
//! ```text
//! Pages --to(locale)--> Reader --page(template, value)--> answer with its headers
//!                              --message(Message)-------> the same, for a few sentences
//!                              --say(Text)--------------> words, for mail and the terminal
//! ```
//!
//! A template asks for a text with `{{ t("id", name=value) }}`; Rust says what it has to say as a
//! [`Text`]: an id with arguments, never a sentence. Whatever is put into a text is escaped; of a
//! text itself a handful of tags count (`strong`, `q`, `code` ..). No script but files of ours, no
//! inline style, nothing from elsewhere. Every page, errors included, refuses to be framed, stored
//! or to send a referrer (CO-01, A-031).
//!
//! It decides nothing, and knows no request but for its language.

mod accounts;
mod assets;
mod brand;
mod built_in;
mod comparison;
mod dress;
mod duration;
mod embedded;
mod escape;
mod headers;
mod locale;
mod message;
mod pages;
mod speak;
#[cfg(test)]
mod tests;
mod text;
mod texts;

pub use brand::{Brand, BrandError, Shades, Wishes};
pub use built_in::built_in;
pub use comparison::Comparison;
pub use headers::Policy;
pub use locale::Locale;
pub use message::Message;
pub use pages::{Pages, Reader};
pub use text::Text;

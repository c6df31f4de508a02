//! A logo: an image of a kind that browsers show and that its content really is.
//!
//! It is served from here, never from elsewhere, as an image alone: a page shows it in `img`,
//! where no script of an SVG runs, and whoever opens its address gets a policy that lets nothing
//! run either.

use super::BrandError;

/// The largest logo: with it every page stays under 60 KB.
const LARGEST: usize = 32 * 1024;

/// A logo and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logo {
    pub(crate) media_type: &'static str,
    pub(crate) content: Vec<u8>,
}

impl Logo {
    pub(super) fn of((file, content): (String, Vec<u8>)) -> Result<Self, BrandError> {
        let refused = |reason: String| BrandError::new("logo", reason).at(&file, None);
        if content.len() > LARGEST {
            return Err(refused(format!(
                "it has {} bytes; a logo may have {LARGEST}, so that every page is quick",
                content.len()
            )));
        }
        let media_type = media_type(&content);
        let media_type = media_type
            .ok_or_else(|| refused("its content is no PNG, JPEG, WebP or SVG image".to_owned()))?;
        Ok(Self {
            media_type,
            content,
        })
    }
}

/// What the content is; its name says nothing.
fn media_type(content: &[u8]) -> Option<&'static str> {
    match content {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        text => is_svg(std::str::from_utf8(text).ok()?).then_some("image/svg+xml"),
    }
}

/// Whether the first element is `svg`: before it may stand a declaration and comments.
fn is_svg(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!--") => "-->",
            _ => break,
        };
        let Some((_, after)) = rest.split_once(end) else {
            return false;
        };
        rest = after.trim_start();
    }
    let after = rest.strip_prefix("<svg");
    after.is_some_and(|after| after.starts_with(|c: char| c.is_whitespace() || c == '>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_what_its_content_says() {
        #[rustfmt::skip]
        let cases: [(&[u8], Option<&str>); 10] = [
            (b"\x89PNG\r\n\x1a\n....",                                   Some("image/png")),
            (b"\xff\xd8\xff\xe0....",                                    Some("image/jpeg")),
            (b"RIFF\0\0\0\0WEBPVP8 ",                                    Some("image/webp")),
            (b"<?xml version='1.0'?>\n<!-- a -->\n<svg xmlns='x'></svg>", Some("image/svg+xml")),
            ("\u{feff}<svg>".as_bytes(),                                 Some("image/svg+xml")),
            (b"<html><svg></svg></html>",                                None),
            (b"<!-- <svg> ",                                             None),
            (b"<svgx>",                                                  None),
            (b"GIF89a",                                                  None),
            (b"",                                                        None),
        ];
        for (content, expected) in cases {
            assert_eq!(media_type(content), expected, "{content:?}");
        }
        let refused = Logo::of(("a.png".to_owned(), vec![0; LARGEST + 1]));
        let refused = refused.expect_err("too large").to_string();
        assert!(
            refused.starts_with("pages.logo: a.png: it has 32769 bytes"),
            "{refused}"
        );
    }
}

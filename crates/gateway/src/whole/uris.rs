//! What resources are called where all servers are one.
//!
//! ```text
//! one server has it      file:///srv/a                  as it is
//! several have it        mcp+files+file:///srv/a        scheme, server, URI
//! ```
//!
//! The long form is good always, leads back to exactly one server, and needs no list to be
//! understood. A URI that looks like the long form already gets it once more. What templates
//! open is found by the template that alone fits.

use doorward_core::server::ServerName;

const SCHEME: &str = "mcp+";

/// The long form.
pub(crate) fn outward(server: &ServerName, uri: &str) -> String {
    format!("{SCHEME}{server}+{uri}")
}

/// What the long form says: the server's name as written, and its URI.
pub(crate) fn inward(uri: &str) -> Option<(&str, &str)> {
    let (server, uri) = uri.strip_prefix(SCHEME)?.split_once('+')?;
    (!server.is_empty()).then_some((server, uri))
}

/// Whether `template` (RFC 6570) could have made `uri`: its literal parts are there in order,
/// with something in between. More is for the server to know. It takes no more steps than both are
/// long, whatever they are.
pub(crate) fn fits(template: &str, uri: &str) -> bool {
    let Some((literal, rest)) = template.split_once('{') else {
        return template == uri;
    };
    let Some(uri) = uri.strip_prefix(literal) else {
        return false;
    };
    let Some((_, rest)) = rest.split_once('}') else {
        return false;
    };
    // Each literal part is looked for once, as early as can be: the last must be the end.
    let mut left = uri;
    let mut parts = rest.split('{').enumerate().peekable();
    while let Some((index, part)) = parts.next() {
        let literal = match index {
            0 => part,
            _ => part.split_once('}').map_or("", |(_, literal)| literal),
        };
        if parts.peek().is_none() {
            return left.ends_with(literal) && left.len() > literal.len();
        }
        if literal.is_empty() {
            continue;
        }
        let mut behind = left.chars(); // something is in between
        behind.next();
        let Some((_, tail)) = behind.as_str().split_once(literal) else {
            return false;
        };
        left = tail;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_form_leads_back_also_when_it_was_one_before() {
        let server = ServerName::parse("files-2").expect("a name");
        for uri in ["file:///a+b", "mcp+x+file:///a", "", "note:1?q=+"] {
            let long = outward(&server, uri);
            assert_eq!(inward(&long), Some(("files-2", uri)));
        }
        for plain in ["file:///a", "mcp:x", "mcp+files", "mcp++x", "MCP+files+x"] {
            assert_eq!(inward(plain), None, "{plain}");
        }
    }

    #[test]
    fn a_template_fits_what_it_could_have_made() {
        #[rustfmt::skip]
        let cases = [
            ("file:///a",          "file:///a",       true),
            ("file:///a",          "file:///b",       false),
            ("file:///{name}",     "file:///a",       true),
            ("file:///{name}",     "file:///",        false),
            ("file:///{name}",     "note:1",          false),
            ("x:{a}/{b}",          "x:1/2",           true),
            ("x:{a}/{b}",          "x:12",            false),
            ("x:{a}/{b}/end",      "x:1/2/end",       true),
            ("x:{a}/{b}/end",      "x:1/2/ende",      false),
            ("x:{a}{?q,r}",        "x:1?q=2",         true),
            ("x:{a",               "x:1",             false),
            ("x:{a}é{b}é",         "x:éé1é",          true),
            ("x:{a}ab{b}",         "x:ab",            false),
            ("x:{a}ab{b}",         "x:ab1",           false),
            ("x:{a}ab{b}",         "x:1ab1",          true),
        ];
        for (template, uri, expected) in cases {
            assert_eq!(fits(template, uri), expected, "{template} {uri}");
        }
    }
}

//! Resource URIs that lead out of the folder that they begin with.

/// Whether a server may take the URI for one elsewhere than where it begins: with a step
/// upwards in it, however that is written, or with characters that URL parsers drop. What a
/// star admits below a folder must not lead out of it.
pub(super) fn strays(uri: &str) -> bool {
    let once = uri.to_ascii_lowercase().replace("%25", "%");
    let plain = once
        .replace("%2e", ".")
        .replace("%2f", "/")
        .replace("%5c", "\\");
    let dropped = ["%00", "%09", "%0a", "%0d"];
    uri.chars().any(char::is_control)
        || dropped.iter().any(|encoded| plain.contains(encoded))
        || plain
            .split(['/', '\\', '?', '#', ';'])
            .any(|part| matches!(part.trim(), "." | ".."))
}

#[cfg(test)]
mod tests {
    use crate::permit::{Action, Pattern, Rights};

    #[test]
    fn a_resource_below_a_star_does_not_lead_out_of_it() {
        let rights = Rights::Listed {
            tools: Vec::new(),
            prompts: Vec::new(),
            resources: ["file:///srv/docs/*", "file:///srv/../x"]
                .map(Pattern::new)
                .to_vec(),
        };
        #[rustfmt::skip]
        let cases = [ // GW-12, PO-03
            ("below",               "file:///srv/docs/a/b.txt",                true),
            ("dots in a name",      "file:///srv/docs/..a/b..txt",             true),
            ("template",            "file:///srv/docs/{path}",                 true),
            ("written out",         "file:///srv/../x",                        true),
            ("up",                  "file:///srv/docs/../../etc/passwd",       false),
            ("up at the end",       "file:///srv/docs/..",                     false),
            ("encoded",             "file:///srv/docs/%2e%2e/secret",          false),
            ("half encoded",        "file:///srv/docs/.%2E/secret",            false),
            ("encoded twice",       "file:///srv/docs/%252e%252e/secret",      false),
            ("encoded slash",       "file:///srv/docs/..%2fsecret",            false),
            ("backslash",           "file:///srv/docs/..\\secret",             false),
            ("tab inside",          "file:///srv/docs/.\t./secret",            false),
            ("encoded line break",  "file:///srv/docs/.%0a./secret",           false),
            ("parameters",          "file:///srv/docs/..;/secret",             false),
            ("here",                "file:///srv/docs/./a",                    false),
        ];
        for (name, uri, expected) in cases {
            assert_eq!(rights.include(Action::Read(uri)), expected, "{name}");
        }
        let everything = Rights::Listed {
            tools: Vec::new(),
            prompts: Vec::new(),
            resources: vec![Pattern::new("*")],
        };
        assert!(everything.include(Action::Read("file:///a/../b")));
    }
}

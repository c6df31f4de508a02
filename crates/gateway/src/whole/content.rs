//! URIs of resources in what a server answers.

use doorward_mcp::{json::Raw, method::Method};

/// The URIs in a result of `method`, as they stand.
pub(crate) fn uris(method: Method, result: Raw<'_>) -> Vec<Raw<'_>> {
    match method {
        Method::ToolsCall => of_blocks(result.member(&["content"])),
        Method::PromptsGet => {
            let messages = result.member(&["messages"]);
            let messages = messages.map(|all| all.elements()).unwrap_or_default();
            let contents = messages
                .into_iter()
                .map(|message| message.member(&["content"]));
            contents.flat_map(of_blocks).collect()
        }
        Method::ResourcesRead => {
            let contents = result.member(&["contents"]);
            let contents = contents.map(|all| all.elements()).unwrap_or_default();
            let uris = contents.into_iter();
            uris.filter_map(|one| one.member(&["uri"])).collect()
        }
        _ => Vec::new(),
    }
}

/// Those of one content block, or of several.
fn of_blocks(content: Option<Raw<'_>>) -> Vec<Raw<'_>> {
    let Some(content) = content else {
        return Vec::new();
    };
    let blocks = match content.is_array() {
        true => content.elements(),
        false => vec![content],
    };
    blocks.into_iter().filter_map(of_block).collect()
}

fn of_block(block: Raw<'_>) -> Option<Raw<'_>> {
    match &*block.member(&["type"])?.text()? {
        "resource_link" => block.member(&["uri"]),
        "resource" => block.member(&["resource", "uri"]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: Method, result: &str) -> String {
        let raw = Raw::parse(result.as_bytes()).expect("JSON");
        let found = uris(method, raw).into_iter();
        found.map(|uri| uri.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn uris_are_found_where_the_protocol_has_them_and_nowhere_else() {
        let blocks = r#"[{"type":"text","text":"a","uri":"no"},{"type":"resource_link","uri":"a:1"},
            {"type":"resource","resource":{"uri":"b:2","text":"x"}},{"type":"resource"},7]"#;
        let call = format!(r#"{{"content":{blocks},"structuredContent":{{"uri":"no"}}}}"#);
        assert_eq!(found(Method::ToolsCall, &call), r#""a:1" "b:2""#);
        let one =
            r#"{"messages":[{"role":"user","content":{"type":"resource_link","uri":"c:3"}}]}"#;
        assert_eq!(found(Method::PromptsGet, one), r#""c:3""#);
        let read = r#"{"contents":[{"uri":"d:4","text":"x"},{"text":"y"}]}"#;
        assert_eq!(found(Method::ResourcesRead, read), r#""d:4""#);
        assert_eq!(found(Method::Complete, &call), "");
        assert_eq!(found(Method::ToolsCall, "{}"), "");
    }
}

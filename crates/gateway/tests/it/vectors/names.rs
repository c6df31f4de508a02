//! Other spellings of the name of a tool (GW-12).

use super::{Caller, WAYS};

#[tokio::test]
async fn a_tool_has_one_name_by_every_way_in_and_no_other_spelling_reaches_it() {
    // GW-12, GW-13, appendix "Tool names"
    let long = "ask".repeat(4000);
    let others = [
        "Ask",
        "ASK",
        "ask ",
        " ask",
        "ask\u{200b}",
        "\u{ff41}sk",
        "a\u{17f}k",
        "a\u{301}sk",
        "./ask",
        "a/ask",
        "ask/",
        "ask\0x",
        "ask\n",
        "as%6b",
        "files_ask",
        "slow",
        &long,
    ];
    for way in WAYS {
        let mut caller = Caller::by(way).await;
        for other in others {
            let tool = caller.tool(other);
            let quoted = serde_json::Value::from(tool.clone());
            let body = format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":{quoted}{}}}}}"#,
                caller.meta()
            );
            let ask = caller.post(body, ("tools/call", &tool));
            let (status, answer) = caller.send(ask).await;
            let shown: String = other.chars().take(20).collect();
            assert_eq!(
                (answer["error"]["code"].as_i64(), answer.get("result")),
                (Some(-32602), None),
                "{way:?} {shown:?}: {status} {answer}"
            );
        }
        assert_eq!(caller.calls(), 0, "{way:?}");
        let tool = caller.tool("ask");
        let spelt = tool.replace('k', r"\u006b");
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{spelt}"{}}}}}"#,
            caller.meta()
        );
        let ask = caller.post(body, ("tools/call", &tool));
        drop(caller.world.open(ask).await);
        let server = &caller.server;
        let heard = || !server.heard("tools/call").is_empty();
        let what = format!("the same name is called by way of {way:?}");
        caller.world.until(&what, heard).await;
        assert_eq!(server.heard("tools/call")[0]["params"]["name"], "ask");
    }
}

//! Small MCP servers in plain shell.

use std::time::Duration;

use axum::body::Body;
use doorward_gateway::{ProcessConfig, Sharing, UpstreamConfig};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::world::{Answer, Ask, World, call_body, modern, post};

/// A server of the session era.
pub(crate) fn session_era() -> UpstreamConfig {
    program(SESSION)
}

/// A server of 2026-07-28.
pub(crate) fn stateless_era() -> UpstreamConfig {
    program(STATELESS)
}

/// The same with its processes shared like this.
pub(crate) fn shared_by(sharing: Sharing, mut upstream: UpstreamConfig) -> UpstreamConfig {
    if let UpstreamConfig::Stdio { process, .. } = &mut upstream {
        process.sharing = sharing;
    }
    upstream
}

/// Any script, after the helpers.
pub(crate) fn program(script: &str) -> UpstreamConfig {
    UpstreamConfig::Stdio {
        command: ["/bin/sh", "-c", &format!("{HELPERS}\n{script}")]
            .map(str::to_owned)
            .to_vec(),
        environment: vec![("CONFIGURED".to_owned(), "yes".to_owned())],
        directory: Some("/".into()),
        process: ProcessConfig::default(),
    }
}

/// A call within a session.
pub(crate) fn call_in(session: &str, tool: &str) -> Ask {
    post(call_body(tool)).with("mcp-session-id", session)
}

/// A call within a session that is answered when another one says so, and asks for progress.
pub(crate) fn call_late(session: &str, id: u64) -> Ask {
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"later","_meta":{{"progressToken":"t"}}}}}}"#
    );
    post(body).with("mcp-session-id", session)
}

/// A call of 2026-07-28.
pub(crate) fn call_now(tool: &str) -> Ask {
    modern("tools/call", Some(tool), &format!(r#""name":"{tool}""#))
}

/// The next message of an event stream, unless that is over.
pub(crate) async fn next_event(body: &mut Body) -> Option<Value> {
    let frame = tokio::time::timeout(Duration::from_secs(10), body.frame())
        .await
        .expect("in time")?;
    let data = frame.expect("whole").into_data().expect("data");
    let text = std::str::from_utf8(&data).expect("UTF-8");
    Some(serde_json::from_str(text.trim().strip_prefix("data: ").expect("an event")).expect("JSON"))
}

/// The next message of an event stream that is open.
pub(crate) async fn event(body: &mut Body) -> Value {
    next_event(body).await.expect("open")
}

/// The rest of the stream of a call with a progress token to a tool that answers late: the program
/// has it and says so.
pub(crate) async fn begun(world: &World, call: Ask) -> Body {
    let mut body = world.open(call).await.into_body();
    assert_eq!(event(&mut body).await["method"], "notifications/progress");
    body
}

/// The process that answered.
pub(crate) fn pid(answer: &Answer) -> u64 {
    let pid = answer.json()["result"]["pid"].as_u64();
    pid.unwrap_or_else(|| panic!("no process answered: {}", answer.text()))
}

/// Whether a process is there and not a zombie.
pub(crate) fn is_alive(pid: u64) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

/// The line that a server received, out of what it echoed.
pub(crate) fn echoed(answer: &Value) -> Value {
    answer["result"]["line"].clone()
}

const HELPERS: &str = r#"
say() { printf '%s\n' "$1"; }
# The first value of a name in the line, as JSON text.
field() {
  rest=${line#*\"$1\":}
  [ "$rest" != "$line" ] && value=${rest%%[,\}]*}
}
reply() { say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":$1}"; }
fail() { say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"error\":{\"code\":$1,\"message\":\"no\"}}"; }
next() { IFS= read -r line && { id=; field id && id=$value; method=; field method && method=$value; return 0; }; }
tell() { say "{\"jsonrpc\":\"2.0\",\"method\":\"$1\",\"params\":{$2}}"; }
# What is answered late or never is said to have arrived, to who asks for progress.
begun() { field progressToken && tell notifications/progress "\"progressToken\":$value,\"progress\":0"; }
"#;

const SESSION: &str = r#"
while next; do
  case $method in
    '"initialize"')
      reply "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"serverInfo\":{\"name\":\"p\",\"version\":\"1\"}}" ;;
    '"notifications/initialized"') initialized=yes; tell notifications/tools/list_changed ;;
    '"tools/list"') reply '{"tools":[{"name":"pid"},{"name":"crash"}]}' ;;
    '"tasks/get"') reply '{"status":"working"}' ;;
    '"tools/call"')
      field name
      case $value in
        '"pid"') reply "{\"pid\":$$,\"initialized\":\"$initialized\"}" ;;
        '"echo"') reply "{\"line\":$line}" ;;
        '"progress"')
          field progressToken
          tell notifications/progress "\"progressToken\":$value,\"progress\":1"
          reply '{}' ;;
        '"ask"')
          call=$id
          say '{"jsonrpc":"2.0","id":"s1","method":"roots/list"}'
          next
          id=$call; reply "{\"heard\":$line}" ;;
        '"later"') late=$id; begun ;;
        '"release"') reply '{}'; id=$late; reply '{"late":true}' ;;
        '"crash"') echo 'out of luck' >&2; exit 3 ;;
        '"garbage"')
          say 'Welcome to the server'; say '{"jsonrpc":"2.0","id":5,"resu'; say '[1]'; say ''
          printf '\033[31m\001\377\n'
          reply '{"after":"garbage"}' ;;
        '"bad"') say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"a\":1,\"a\":2}}" ;;
        '"flood"') while :; do printf '%01000d' 0; done ;;
        '"stderr"') i=0; while [ $i -lt 3000 ]; do printf '%0200d\n' 0 >&2; i=$((i + 1)); done; reply '{"drained":true}' ;;
        '"child"') sleep 1000 & reply "{\"pid\":$!}" ;;
        *) fail -32602 ;;
      esac ;;
    '"server/discover"') fail -32601 ;;
  esac
done
"#;

const STATELESS: &str = r#"
cancelled=
while next; do
  case $method in
    '"server/discover"')
      reply '{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{},"ttlMs":0,"cacheScope":"private"}' ;;
    '"notifications/cancelled"') field requestId; cancelled="$cancelled$value " ;;
    '"tools/list"') reply '{"resultType":"complete","tools":[{"name":"pid","annotations":{"readOnlyHint":true}}],"ttlMs":0,"cacheScope":"public"}' ;;
    '"subscriptions/listen"')
      listen=$id
      meta="\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":$id}"
      tell notifications/subscriptions/acknowledged "$meta,\"notifications\":{}" ;;
    '"prompts/get"') fail -32601 ;;
    '"tools/call"')
      field name
      case $value in
        '"pid"') reply "{\"resultType\":\"complete\",\"pid\":$$}" ;;
        '"echo"') reply "{\"line\":$line}" ;;
        '"progress"')
          field progressToken
          tell notifications/progress "\"progressToken\":$value,\"progress\":1"
          tell notifications/message '"level":"info","data":"x"'
          reply '{}' ;;
        '"never"') begun ;;
        '"later"') late=$id; begun ;;
        '"release"') reply '{}'; id=$late; reply '{"late":true}' ;;
        '"cancelled"') reply "{\"cancelled\":\"$cancelled\"}" ;;
        '"changed"')
          tell notifications/tools/list_changed "$meta"
          tell notifications/resources/updated '"_meta":{"io.modelcontextprotocol/subscriptionId":999},"uri":"x"'
          reply '{}' ;;
        '"teardown"') tell notifications/cancelled "\"requestId\":$listen"; reply '{}' ;;
        '"ask"')
          call=$id
          say '{"jsonrpc":"2.0","id":"s1","method":"roots/list"}'
          next
          id=$call; reply "{\"heard\":$line}" ;;
        '"crash"') exit 3 ;;
        *) fail -32602 ;;
      esac ;;
  esac
done
"#;

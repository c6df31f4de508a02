//! The small server as a program.

/// After the helpers of [`crate::programs`].
pub(super) const SCRIPT: &str = r#"
cancelled=0 subscribed=0 level=
ask() { call=$id; say "{\"jsonrpc\":\"2.0\",\"id\":\"q-1\",\"method\":\"$1\",\"params\":$2}"; next; id=$call; reply "{\"heard\":$line}"; }
while next; do
  case $method in
    '"initialize"')
      reply '{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{"subscribe":true},"logging":{}},"serverInfo":{"name":"small","version":"1"}}' ;;
    '"notifications/cancelled"') cancelled=$((cancelled + 1)) ;;
    '"tools/list"')
      if field cursor; then reply '{"tools":[{"name":"progress","inputSchema":{}}]}'
      else reply '{"tools":[{"name":"echo","inputSchema":{}}],"nextCursor":"2"}'; fi ;;
    '"resources/read"')
      field uri
      case $value in
        '"note:1"') reply '{"contents":[{"uri":"note:1","text":"one"}]}' ;;
        *) fail -32002 ;;
      esac ;;
    '"resources/subscribe"') subscribed=$((subscribed + 1)); reply '{}' ;;
    '"resources/unsubscribe"') subscribed=$((subscribed - 1)); reply '{}' ;;
    '"logging/setLevel"') level=set; reply '{}' ;;
    '"server/discover"'|'"prompts/get"') fail -32601 ;;
    '"tools/call"')
      field name
      case $value in
        '"echo"') reply "{\"heard\":$line,\"session\":\"$$\"}" ;;
        '"progress"') begun; reply '{}' ;;
        '"slow"') begun ;;
        '"log"') [ -z "$level" ] || tell notifications/message '"level":"info","data":"x"'; reply "{\"session\":\"$$\"}" ;;
        '"cancelled"') reply "{\"count\":$cancelled}" ;;
        '"subscribed"') reply "{\"count\":$subscribed}" ;;
        '"touch"') tell notifications/resources/updated '"uri":"note:1"'; reply '{}' ;;
        '"elicit"') ask elicitation/create '{"message":"x","requestedSchema":{"type":"object","properties":{}}}' ;;
        '"sample"') ask sampling/createMessage '{"messages":[],"maxTokens":1}' ;;
        '"roots"') ask roots/list '{}' ;;
        *) fail -32602 ;;
      esac ;;
  esac
done
"#;

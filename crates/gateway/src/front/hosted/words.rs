//! What a session of a server's says to a client, in the words of the client's own revision.

use bytes::Bytes;
use doorward_mcp::{
    envelope::{Message, Outcome, Request, Response},
    era::Revision,
    error::RpcError,
    json::Raw,
    method::Method,
    rewrite::{Changes, Rewrite, quoted},
    translate::{
        Answer, Fault as Untranslatable, Hop, InputRequest, Reach, capabilities, content,
        request_renamed, response_renamed, server_capabilities,
    },
};

use super::session::Client;
use crate::upstream::Fault;

/// The answer to `initialize` out of the server's. Tasks are not promised: whose they are
/// cannot be told.
pub(super) fn opened(answer: &Bytes, id: &str, client: &Client) -> Result<Bytes, RpcError> {
    let bad = || Fault::NotMcp.rpc();
    let Ok(Message::Response(response)) = Message::parse(answer) else {
        return Err(bad());
    };
    let Outcome::Result(result) = &response.outcome else {
        return Err(bad());
    };
    let offered = capabilities(result.raw).map_err(|fault| fault.to_error())?;
    let mut rewrite = Rewrite::of(response.raw);
    let changes = Changes::none()
        .with("protocolVersion", quoted(client.revision.as_str()))
        .with("capabilities", server_capabilities(offered, Reach::Listens));
    rewrite.change(result.raw, changes);
    rewrite.change(response.raw, Changes::none().with("id", id));
    Ok(rewrite.finish().into())
}

/// The answer to a request, under the client's id.
pub(super) fn answer(
    response: &Response<'_>,
    id: &str,
    (method, client): (Option<Method>, &Client),
) -> Bytes {
    let revision = client.revision;
    let method = method.filter(|method| content::may_degrade(*method, revision));
    let degraded = method.and_then(|method| content::degraded(response, method, revision).ok()?);
    let again = degraded
        .as_deref()
        .and_then(|degraded| match Message::parse(degraded) {
            Ok(Message::Response(response)) => Some(response_renamed(&response, id)),
            Ok(_) | Err(_) => None,
        });
    again
        .unwrap_or_else(|| response_renamed(response, id))
        .into()
}

/// A request of the server's for the client, under our id.
pub(super) fn question(
    request: &Request<'_>,
    id: &str,
    client: &Client,
) -> Result<Bytes, RpcError> {
    let unknown = || RpcError::method_not_found(&request.method);
    let method = Method::request(&request.method).ok_or_else(unknown)?;
    if !method.from_server(client.revision) {
        return Err(unknown());
    }
    let asked = match InputRequest::of_request(request) {
        Ok(question) => question.to_request(id, client.revision, None),
        Err(Untranslatable::InputMethod) => Ok(renamed(request, id)),
        Err(fault) => return Err(RpcError::invalid_params(&fault)),
    };
    asked.map(Bytes::from).map_err(|_| unknown())
}

/// The client's response to a request of the server's, under the server's id.
pub(super) fn reply(
    (request, response): (&Request<'_>, &Response<'_>),
    client: &Client,
    server: Revision,
) -> Bytes {
    let id = request.id.as_json();
    let (Ok(question), Outcome::Result(_)) = (InputRequest::of_request(request), &response.outcome)
    else {
        return response_renamed(response, id).into();
    };
    let error = |error: &RpcError| Bytes::from(error.to_body(Some(id)));
    let given = match question.answer(response, client.revision) {
        Answer::Given(given) => given,
        Answer::Failed(failure) => return error(&failure),
    };
    let said = Raw::parse(given.as_bytes()).ok();
    let said = said.and_then(|said| question.kind().response(said, id, server).ok());
    let malformed = || error(&RpcError::internal("the client's answer is malformed"));
    said.map_or_else(malformed, Bytes::from)
}

fn renamed(request: &Request<'_>, id: &str) -> Vec<u8> {
    request_renamed(request, Hop { id, token: None })
}

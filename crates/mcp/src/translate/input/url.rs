//! Pages to visit: `-32042` of 2025-11-25, and what older clients are told instead.

use super::{InputRequest, MAX_INPUTS};
use crate::{
    envelope::ErrorView,
    error::Code,
    method::Method,
    rewrite::{Changes, Rewrite, quoted},
    translate::{request::object, result::response},
};

/// A page that the user must visit before a request can be served (P-024).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UrlElicitation {
    /// The question as an entry of `inputRequests`, without the server's id.
    pub entry: String,
    /// What the server calls it: kept by the gateway, never told.
    pub elicitation_id: Option<String>,
}

impl UrlElicitation {
    /// Reads the pages of an error `-32042`; `None` if it is another one or names none.
    pub(in crate::translate) fn of_error(error: &ErrorView<'_>) -> Option<Vec<Self>> {
        if error.code != Code::UrlElicitation.number() {
            return None;
        }
        let named = error.data?.member(&["elicitations"])?.elements();
        let few = (1..=MAX_INPUTS).contains(&named.len());
        let read = named.into_iter().map(|params| {
            let request = InputRequest::of_params(params).ok()?;
            request.page()?;
            Some(Self {
                entry: request.to_entry(),
                elicitation_id: request.elicitation_id().map(String::from),
            })
        });
        read.collect::<Option<Vec<_>>>().filter(|_| few)
    }
}

/// The response `-32042` to a client of 2025-11-25: the questions, all of them pages, and the
/// ids that the gateway minted for them (P-036, R-071). `None` if one of them is no page.
pub fn url_elicitation_error(id: &str, pages: &[(&InputRequest<'_>, &str)]) -> Option<Vec<u8>> {
    let elicitation = |(request, minted): &(&InputRequest<'_>, &str)| {
        request.page()?;
        let params = request.params()?;
        let mut rewrite = Rewrite::of(params);
        rewrite.change(
            params,
            Changes::none().with("elicitationId", quoted(minted)),
        );
        Some(rewrite.into_text())
    };
    let elicitations: Vec<_> = pages.iter().map(elicitation).collect::<Option<_>>()?;
    let data = format!("{{\"elicitations\":[{}]}}", elicitations.join(","));
    let message = "This request needs the user to visit a page first";
    let error = Changes::none()
        .with("code", Code::UrlElicitation.number().to_string())
        .with("message", quoted(message))
        .with("data", data)
        .alone();
    let members = [("jsonrpc", "\"2.0\""), ("id", id), ("error", &error)];
    let members = members.map(|(name, json)| (name.to_owned(), json.to_owned()));
    Some(object(&members).into_bytes())
}

/// What a client without URL elicitation is told: which page to open (P-036). The result of a
/// call, an error of any other method.
pub fn url_tool_error(id: &str, method: Method, pages: &[&InputRequest<'_>]) -> Vec<u8> {
    let pages = pages.iter().filter_map(|request| request.page());
    let lines: Vec<_> = pages
        .map(|(url, message)| format!("{message}\nOpen {url} in a browser, then try again."))
        .collect();
    let text = lines.join("\n\n");
    if method == Method::ToolsCall {
        let block = Changes::none()
            .with("type", "\"text\"")
            .with("text", quoted(&text));
        let result = Changes::none()
            .with("content", format!("[{}]", block.alone()))
            .with("isError", "true");
        return response(id, &result.alone());
    }
    crate::error::RpcError::answer(Code::Internal, text)
        .to_body(Some(id))
        .into_bytes()
}

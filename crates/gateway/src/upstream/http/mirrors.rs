//! Which arguments of which tools a server wants mirrored into headers (P-040, R-041).
//!
//! Known from the last list of tools that was read, by whomever. Most tools want nothing
//! mirrored, so nobody asks for the list before the server says that something is missing.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use bytes::Bytes;
use doorward_mcp::{
    envelope::Request,
    era::Era,
    headers::HeaderParams,
    list::{List, ListKind},
    method::Method,
};
use http::{HeaderName, HeaderValue};

use super::HttpUpstream;
use crate::upstream::pages::Pages;

/// The mirrored arguments of a server's tools.
#[derive(Default)]
pub(crate) struct Mirrors(ArcSwap<Known>);

type Known = HashMap<String, HeaderParams>;

impl Mirrors {
    /// The headers that mirror what `request` calls a tool with.
    pub(super) fn of(&self, request: &Request<'_>) -> Vec<(HeaderName, HeaderValue)> {
        if request.method != Method::ToolsCall.as_str() {
            return Vec::new();
        }
        let known = self.0.load();
        let subject = request.params.subject.as_ref();
        let params = subject.and_then(|subject| known.get(&*subject.name));
        let lines = params.map(|params| params.mirrored(request.params.arguments));
        let headers = lines.into_iter().flatten().filter_map(|(name, value)| {
            let name = HeaderName::try_from(name).ok()?;
            Some((name, HeaderValue::try_from(value).ok()?))
        });
        headers.collect()
    }

    /// Takes the pages of a whole list of tools.
    pub(crate) fn learn(&self, pages: &[Bytes]) {
        let known = pages.iter().flat_map(annotated);
        self.0.store(Arc::new(known.collect()));
    }

    /// Reads the list of tools anew; false when it cannot be read.
    pub(super) async fn renew(&self, upstream: &HttpUpstream) -> bool {
        let mut pages = Pages::new(Era::Stateless);
        while let Some(question) = pages.question() {
            match upstream.once(question).await {
                Ok(page) => pages.take(page),
                Err(fault) => {
                    tracing::debug!(%fault, "what tools want mirrored cannot be read");
                    return false;
                }
            }
        }
        self.learn(pages.all());
        true
    }
}

/// The tools of a page with valid annotations; one with others is none that a client may call
/// (P-030).
pub(crate) fn annotated(page: &Bytes) -> Vec<(String, HeaderParams)> {
    let Ok(list) = List::parse(page, ListKind::Tools) else {
        return Vec::new();
    };
    let tools = list.items().iter().filter_map(|tool| {
        let schema = tool.raw.member(&["inputSchema"])?;
        let params = HeaderParams::of_schema(schema).ok()?;
        (!params.is_empty()).then(|| (tool.name.clone().into_owned(), params))
    });
    tools.collect()
}

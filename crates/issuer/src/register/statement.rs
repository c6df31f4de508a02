//! Software statements: a registration that a configured issuer vouches for (RFC 7591
//! section 2.3).

use doorward_core::{
    client::PrivateKey,
    jws::{UnverifiedJws, VerifyingKey},
    registration::{MAXIMUM_STATEMENT, Statement, StatementFault, unknown_members},
};
use serde_json::{Map, Value};

use super::error::RegisterError;
use crate::{directory::Wanted, shared::Shared};

/// An issuer whose software statements count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementIssuer {
    /// Its `iss`.
    pub issuer: String,
    /// Its keys, and what it may sign with.
    pub key: PrivateKey,
}

/// Metadata, and who vouches for it.
pub(super) struct Vouched {
    pub(super) members: Map<String, Value>,
    /// Nobody, unless the statement says who the client is and where answers go.
    pub(super) by: Option<String>,
}

/// Tells the operator, when asked to, what a client asked for in vain.
fn note_unknown(own: &Map<String, Value>) {
    if tracing::enabled!(tracing::Level::DEBUG) {
        let members = unknown_members(own).join(" ");
        if !members.is_empty() {
            tracing::debug!(%members, "a registration has members that mean nothing here");
        }
    }
}

impl Shared {
    /// The metadata that counts: the client's own, with what a statement says above it.
    /// A statement that does not hold is refused, never passed over.
    pub(super) async fn vouched(&self, own: Map<String, Value>) -> Result<Vouched, RegisterError> {
        note_unknown(&own);
        let text = match own.get("software_statement") {
            None | Some(Value::Null) => {
                return Ok(Vouched {
                    members: own,
                    by: None,
                });
            }
            Some(Value::String(text)) => text,
            Some(_) => return Err(StatementFault::Malformed.into()),
        };
        let (statement, issuer) = self.verified(text).await?;
        statement.check(self.url.as_str(), self.clock.now())?;
        let whole = statement.says_who_and_where();
        Ok(Vouched {
            members: statement.above(&own),
            by: whole.then_some(issuer.issuer),
        })
    }

    async fn verified(&self, text: &str) -> Result<(Statement, StatementIssuer), RegisterError> {
        let jws = UnverifiedJws::parse(text, MAXIMUM_STATEMENT);
        let jws = jws.map_err(|_| StatementFault::Malformed)?;
        let claimed = Statement::read(jws.unverified_payload())?;
        let issuer = self.statement_issuer(&claimed)?;
        let (kid, algorithm) = (jws.kid(), jws.algorithm());
        if !issuer.key.algorithms.contains(&algorithm) {
            return Err(StatementFault::Signature.into());
        }
        let wanted = Wanted { kid, algorithm };
        let keys = self.statement_keys.keys(&issuer.key, wanted, None).await;
        let (keys, _) = keys.map_err(RegisterError::StatementKeys)?;
        let payload = keys
            .matching(kid, algorithm)
            .filter_map(VerifyingKey::parse)
            .find_map(|key| jws.verified_by(&key))
            .ok_or(StatementFault::Signature)?;
        Ok((Statement::read(payload)?, issuer))
    }

    fn statement_issuer(&self, claimed: &Statement) -> Result<StatementIssuer, RegisterError> {
        let named = claimed.issuer().ok_or(StatementFault::Malformed)?;
        let published = self.published();
        let mut trusted = published.config.statement_issuers.iter();
        let issuer = trusted.find(|issuer| issuer.issuer == named);
        issuer.cloned().ok_or(RegisterError::Unapproved)
    }
}

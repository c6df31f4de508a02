//! Users: made, read, changed and removed, each in one transaction.

mod create;

use axum::response::Response;
use doorward_core::{
    id::UserId,
    provisioning::{Authority, ProvisionedUser},
    user::User,
};
use doorward_issuer::ProvisionedChange;
use doorward_store::{StoreError, Tx};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

pub(crate) use self::create::create;
use crate::{
    account::Facts,
    answer::{Refusal, nothing},
    desk::{Change, Desk},
    document::{self, Document},
    fault::{Fault, FaultKind},
    patch::{self, Patch},
    query::Parameters,
    render::Meta,
    schema::Schema,
};

/// A user of the provider, as it was loaded.
pub(crate) struct Loaded {
    pub(crate) account: User,
    pub(crate) record: ProvisionedUser,
    pub(crate) document: Document,
}

/// `GET /Users/{id}`.
pub(crate) async fn read(desk: &Desk, id: &str, query: &Parameters) -> Result<Response, Refusal> {
    let projection = query.projection(Schema::USER)?;
    let mut tx = desk.shared.parts.store.begin().await?;
    let loaded = load(desk, &mut *tx, id).await?;
    answer(desk, &mut *tx, &loaded, &projection).await
}

/// `PUT` and `PATCH /Users/{id}` (RFC 7644 sections 3.5.1 and 3.5.2).
pub(crate) async fn change(desk: &Desk, change: &Change<'_>) -> Result<Response, Refusal> {
    let projection = change.query.projection(Schema::USER)?;
    let mut tx = desk.shared.parts.store.begin().await?;
    let before = load(desk, &mut *tx, change.id).await?;
    before.meta("").expect_match(change.headers)?;
    let document = match change.whole {
        true => replaced(&before.document, change.body)?,
        false => patch::apply(Schema::USER, &before.document, &Patch::parse(change.body)?)?,
    };
    if document == before.document {
        return answer(desk, &mut *tx, &before, &projection).await;
    }
    let after = write(desk, tx, before, document).await?;
    let mut tx = desk.shared.parts.store.begin().await?;
    answer(desk, &mut *tx, &after, &projection).await
}

/// `DELETE /Users/{id}` (RFC 7644 section 3.6).
pub(crate) async fn remove(
    desk: &Desk,
    id: &str,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let mut tx = desk.shared.parts.store.begin().await?;
    let Loaded {
        account, record, ..
    } = {
        let loaded = load(desk, &mut *tx, id).await?;
        loaded.meta("").expect_match(headers)?;
        loaded
    };
    // What was there before, is more than the provider may make, or was disabled by an
    // administrator, is let go and not removed: the name would be free for a new account.
    let is_its_own = !record.is_adopted
        && desk.config.authority.governs(account.role)
        && !is_kept_out(&account, &record);
    tx.remove_provisioned_user(&record); // only as it was read
    let mut changes = Vec::new();
    if is_its_own {
        changes.push(ProvisionedChange::Remove(account));
    } else {
        for group in desk.groups_of(&mut *tx, &account).await? {
            changes.push(ProvisionedChange::Leave(account.clone(), group));
        }
        if account.disabled_at.is_none() {
            changes.push(ProvisionedChange::Disable(account.clone()));
        }
        changes.push(ProvisionedChange::Release(account));
    }
    let administration = &desk.shared.parts.administration;
    let prepared = administration.prepare_provisioned(&mut *tx, &desk.provider, &changes);
    let prepared = prepared.await?;
    administration.commit_provisioned(tx, prepared).await?;
    Ok(nothing())
}

/// Loads a user that is the provider's. Others are not there for it.
pub(crate) async fn load(desk: &Desk, tx: &mut dyn Tx, id: &str) -> Result<Loaded, Refusal> {
    let nobody = || FaultKind::NotFound.because("there is no such user");
    let id = UserId::from_known(id);
    let record = tx.provisioned_user(&id).await?;
    let record = record.filter(|record| record.provider == desk.provider);
    let record = record.ok_or_else(nobody)?;
    let account = tx.user(&id).await?.ok_or_else(nobody)?;
    let document = attributes(&record)?;
    Ok(Loaded {
        account,
        record,
        document,
    })
}

/// What the provider sent of a user.
pub(crate) fn attributes(record: &ProvisionedUser) -> Result<Document, StoreError> {
    serde_json::from_str(&record.attributes).map_err(|error| StoreError::Corrupt(error.into()))
}

impl Loaded {
    fn meta<'a>(&'a self, base: &'a str) -> Meta<'a> {
        meta(&self.record, base)
    }
}

pub(crate) fn meta<'a>(record: &'a ProvisionedUser, base: &'a str) -> Meta<'a> {
    Meta {
        schema: Schema::USER,
        base,
        id: record.user.as_str(),
        created: record.created_at,
        changed: record.changed_at,
    }
}

/// The groups of a user, as the resource has them (read-only).
pub(crate) async fn groups_shown(
    desk: &Desk,
    tx: &mut dyn Tx,
    user: &UserId,
) -> Result<Option<Value>, StoreError> {
    let (source, base) = (desk.source(), desk.config.base());
    let mut groups = Vec::new();
    for said in tx.memberships_of(user).await? {
        if said.source != source {
            continue;
        }
        let group = tx.group_by_name(&said.group).await?;
        if let Some(group) = group.filter(|group| group.source == source) {
            groups.push(json!({
                "value": group.id.as_str(),
                "$ref": format!("{base}/Groups/{}", group.id),
                "display": group.name.as_str(),
                "type": "direct",
            }));
        }
    }
    Ok((!groups.is_empty()).then_some(Value::Array(groups)))
}

async fn answer(
    desk: &Desk,
    tx: &mut dyn Tx,
    loaded: &Loaded,
    projection: &crate::query::Projection,
) -> Result<Response, Refusal> {
    let base = desk.config.base();
    let meta = loaded.meta(&base);
    let mut document = loaded.document.clone();
    if projection.shows("groups")
        && let Some(groups) = groups_shown(desk, tx, &loaded.account.id).await?
    {
        document.insert("groups".to_owned(), groups);
    }
    let whole = meta.whole(document);
    Ok(meta.answer(StatusCode::OK, &whole, projection))
}

/// The user that is sent whole. Whether it is active stays as it was when nothing is said of that:
/// leaving it out lets nobody in.
fn replaced(before: &Document, body: &Value) -> Result<Document, Fault> {
    let mut document = document::read(Schema::USER, body)?;
    if let (Some(active), None) = (before.get("active"), document.get("active")) {
        document.insert("active".to_owned(), active.clone());
    }
    Ok(document)
}

async fn write(
    desk: &Desk,
    mut tx: Box<dyn Tx>,
    before: Loaded,
    document: Document,
) -> Result<Loaded, Refusal> {
    let authority = &desk.config.authority;
    let known = Facts::of(&before.document, authority);
    let facts = Facts::of(&document, authority)?;
    // What was sent before may have been more than the configuration allows now.
    let known = known.or_else(|_| Facts::of(&before.document, &Authority::default()));
    let known = known.unwrap_or_else(|_| facts.clone());
    expect_free_identifier(desk, &mut *tx, &document, Some(&before)).await?;
    if facts.name != known.name && facts.name != before.account.name {
        expect_given(desk, &facts)?;
        if is_kept_out(&before.account, &before.record) {
            let detail = "an administrator disabled this account: its userName stays";
            return Err(FaultKind::Forbidden.because(detail).into());
        }
    }
    if facts.name != known.name
        && let Some(other) = tx.user_by_name(&facts.name).await?
        && other.id != before.account.id
    {
        return Err(taken(&facts).into());
    }
    let mut changes = known.changes(&facts, &before.account);
    let mut record = ProvisionedUser {
        external_id: external_id(&document),
        attributes: Value::Object(document.clone()).to_string(),
        changed_at: desk.time_after(before.record.changed_at),
        ..before.record.clone()
    };
    let is_member = !desk.groups_of(&mut *tx, &before.account).await?.is_empty();
    let settled = desk.settle(&before.account, &mut record, facts.is_active, is_member);
    expect_governed(desk, &before, &changes, &record)?;
    changes.extend(settled);
    let administration = &desk.shared.parts.administration;
    let prepared = administration.prepare_provisioned(&mut *tx, &desk.provider, &changes);
    let prepared = prepared.await?;
    tx.replace_provisioned_user(&before.record, &record);
    administration.commit_provisioned(tx, prepared).await?;
    Ok(Loaded {
        record,
        document,
        ..before
    })
}

/// Whether it is not the provider that keeps the account from being used.
fn is_kept_out(account: &User, record: &ProvisionedUser) -> bool {
    account.disabled_at.is_some() && !record.is_suspended
}

/// Refuses names that rules of the configuration name: whoever has one has what was meant for
/// somebody else (AD-02).
fn expect_given(desk: &Desk, facts: &Facts) -> Result<(), Fault> {
    match desk.config.reserved.contains(&facts.name) {
        false => Ok(()),
        true => {
            let detail = format!(
                "the configuration names {}: no provider gives that userName",
                facts.name
            );
            Err(FaultKind::Forbidden.because(detail))
        }
    }
}

/// Of an account whose role the provider may not give, nothing changes but whether it can be used.
fn expect_governed(
    desk: &Desk,
    before: &Loaded,
    changes: &[ProvisionedChange],
    record: &ProvisionedUser,
) -> Result<(), Fault> {
    let role = before.account.role;
    let is_named_otherwise = record.external_id != before.record.external_id;
    if desk.config.authority.governs(role) || (changes.is_empty() && !is_named_otherwise) {
        return Ok(());
    }
    let detail = format!("this account is an {role}: this provider may only deactivate it");
    Err(FaultKind::Forbidden.because(detail))
}

/// Nobody else of this provider may be called so there: federation finds people by it.
async fn expect_free_identifier(
    desk: &Desk,
    tx: &mut dyn Tx,
    document: &Document,
    before: Option<&Loaded>,
) -> Result<(), Refusal> {
    let Some(id) = external_id(document) else {
        return Ok(());
    };
    let other = tx
        .provisioned_user_by_external_id(&desk.provider, &id)
        .await?;
    match other {
        Some(other) if before.is_none_or(|before| before.record.user != other.user) => {
            let detail = "another user has this externalId";
            Err(FaultKind::Uniqueness.because(detail).into())
        }
        Some(_) | None => Ok(()),
    }
}

fn external_id(document: &Document) -> Option<String> {
    let id = document.get("externalId").and_then(Value::as_str);
    id.map(str::to_owned)
}

fn taken(facts: &Facts) -> Fault {
    let detail = format!("the userName {} is taken", facts.name);
    FaultKind::Uniqueness.because(detail)
}

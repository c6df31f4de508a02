//! Groups: made, read, changed and removed, each in one transaction with who is in them.

use std::collections::BTreeSet;

use axum::response::Response;
use doorward_core::{
    entropy::draw,
    group::{Group, GroupName},
    id::{GroupId, UserId},
    provisioning::Admission,
};
use doorward_issuer::ProvisionedChange;
use doorward_store::{StoreError, Tx};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::{
    answer::{Refusal, nothing},
    desk::{Change, Desk},
    document::{self, Document},
    fault::{Fault, FaultKind},
    patch::{self, Patch},
    query::{Parameters, Projection},
    render::Meta,
    schema::Schema,
    users,
};

/// `POST /Groups`.
pub(crate) async fn create(
    desk: &Desk,
    body: &Value,
    query: &Parameters,
) -> Result<Response, Refusal> {
    let projection = query.projection(Schema::GROUP)?;
    let document = document::read(Schema::GROUP, body)?;
    let now = desk.shared.parts.clock.now();
    let group = Group {
        id: GroupId::from_random(draw(&*desk.shared.parts.entropy)),
        name: name(&document)?,
        source: desk.source(),
        external_id: external_id(&document),
        created_at: now,
        changed_at: now,
    };
    let mut tx = desk.shared.parts.store.begin().await?;
    expect_name(desk, &mut *tx, &group.name).await?;
    let mut changes = vec![ProvisionedChange::AddGroup(group.clone())];
    for member in members(&document) {
        changes.extend(join(desk, &mut *tx, &group.name, &member).await?);
    }
    commit(desk, tx, &changes).await?;
    let base = desk.config.base();
    let meta = meta(&group, &base);
    let whole = meta.whole(shown(desk, document));
    Ok(meta.answer(StatusCode::CREATED, &whole, &projection))
}

/// `GET /Groups/{id}`.
pub(crate) async fn read(desk: &Desk, id: &str, query: &Parameters) -> Result<Response, Refusal> {
    let projection = query.projection(Schema::GROUP)?;
    let mut tx = desk.shared.parts.store.begin().await?;
    let group = load(desk, &mut *tx, id).await?;
    answer(desk, &mut *tx, &group, &projection).await
}

/// `PUT` and `PATCH /Groups/{id}`. A change is answered without a body unless one is asked for:
/// groups may be large, and are changed one member at a time.
pub(crate) async fn change(desk: &Desk, change: &Change<'_>) -> Result<Response, Refusal> {
    let projection = change.query.projection(Schema::GROUP)?;
    let mut tx = desk.shared.parts.store.begin().await?;
    let before = load(desk, &mut *tx, change.id).await?;
    meta(&before, "").expect_match(change.headers)?;
    let known = document_of(desk, &mut *tx, &before, true).await?;
    let document = match change.whole {
        true => document::read(Schema::GROUP, change.body)?,
        false => patch::apply(Schema::GROUP, &known, &Patch::parse(change.body)?)?,
    };
    let after = match document == known {
        true => before,
        false => write(desk, tx, before, (&known, &document)).await?,
    };
    if !change.whole && !change.query.projects() {
        return Ok(nothing());
    }
    let mut tx = desk.shared.parts.store.begin().await?;
    answer(desk, &mut *tx, &after, &projection).await
}

/// `DELETE /Groups/{id}`.
pub(crate) async fn remove(
    desk: &Desk,
    id: &str,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let mut tx = desk.shared.parts.store.begin().await?;
    let group = load(desk, &mut *tx, id).await?;
    meta(&group, "").expect_match(headers)?;
    let mut changes = Vec::new();
    for member in member_ids(desk, &mut *tx, &group.name).await? {
        changes.extend(leave(desk, &mut *tx, &group.name, &member).await?);
    }
    changes.push(ProvisionedChange::RemoveGroup(group));
    commit(desk, tx, &changes).await?;
    Ok(nothing())
}

/// Loads a group that is the provider's. Others are not there for it.
pub(crate) async fn load(desk: &Desk, tx: &mut dyn Tx, id: &str) -> Result<Group, Refusal> {
    let group = tx.group(&GroupId::from_known(id)).await?;
    let group = group.filter(|group| group.source == desk.source());
    let group = group.ok_or_else(|| FaultKind::NotFound.because("there is no such group"));
    Ok(group?)
}

pub(crate) fn meta<'a>(group: &'a Group, base: &'a str) -> Meta<'a> {
    Meta {
        schema: Schema::GROUP,
        base,
        id: group.id.as_str(),
        created: group.created_at,
        changed: group.changed_at,
    }
}

/// What the provider said of a group, with who is in it or without.
pub(crate) async fn document_of(
    desk: &Desk,
    tx: &mut dyn Tx,
    group: &Group,
    with_members: bool,
) -> Result<Document, StoreError> {
    let mut document = Document::new();
    document.insert("displayName".to_owned(), json!(group.name.as_str()));
    if let Some(id) = &group.external_id {
        document.insert("externalId".to_owned(), json!(id));
    }
    if with_members {
        let members = member_ids(desk, tx, &group.name).await?;
        let members: Vec<Value> = members
            .iter()
            .map(|id| json!({ "value": id.as_str() }))
            .collect();
        if !members.is_empty() {
            document.insert("members".to_owned(), Value::Array(members));
        }
    }
    Ok(document)
}

/// The attributes of a group with what follows for each member.
pub(crate) fn shown(desk: &Desk, mut document: Document) -> Document {
    let base = desk.config.base();
    let members = document.get_mut("members").and_then(Value::as_array_mut);
    for member in members.into_iter().flatten() {
        let id = member
            .get("value")
            .and_then(Value::as_str)
            .unwrap_or_default();
        *member = json!({ "value": id, "$ref": format!("{base}/Users/{id}"), "type": "User" });
    }
    document
}

async fn answer(
    desk: &Desk,
    tx: &mut dyn Tx,
    group: &Group,
    projection: &Projection,
) -> Result<Response, Refusal> {
    let base = desk.config.base();
    let meta = meta(group, &base);
    let document = document_of(desk, tx, group, projection.shows("members")).await?;
    let whole = meta.whole(shown(desk, document));
    Ok(meta.answer(StatusCode::OK, &whole, projection))
}

async fn write(
    desk: &Desk,
    mut tx: Box<dyn Tx>,
    before: Group,
    (known, document): (&Document, &Document),
) -> Result<Group, Refusal> {
    let now = Group {
        name: name(document)?,
        external_id: external_id(document),
        changed_at: desk.time_after(before.changed_at),
        ..before.clone()
    };
    let is_renamed = now.name != before.name;
    if is_renamed {
        expect_name(desk, &mut *tx, &now.name).await?;
    }
    let (old, new) = (members(known), members(document));
    let mut changes = Vec::new();
    for member in old.iter().filter(|it| is_renamed || !new.contains(*it)) {
        let stays = new.contains(member);
        let account = tx.user(member).await?;
        match account {
            // Under another name a group opens other doors.
            Some(account) if stays => {
                changes.push(ProvisionedChange::Leave(account, before.name.clone()));
            }
            _ => changes.extend(leave(desk, &mut *tx, &before.name, member).await?),
        }
    }
    let replaced = ProvisionedChange::ReplaceGroup {
        before,
        now: now.clone(),
    };
    changes.push(replaced);
    for member in new.iter().filter(|it| is_renamed || !old.contains(*it)) {
        changes.extend(join(desk, &mut *tx, &now.name, member).await?);
    }
    commit(desk, tx, &changes).await?;
    Ok(now)
}

async fn commit(
    desk: &Desk,
    mut tx: Box<dyn Tx>,
    changes: &[ProvisionedChange],
) -> Result<(), Refusal> {
    let administration = &desk.shared.parts.administration;
    let prepared = administration.prepare_provisioned(&mut *tx, &desk.provider, changes);
    let prepared = prepared.await?;
    Ok(administration.commit_provisioned(tx, prepared).await?)
}

/// Puts a user of the provider into a group, which may be what lets the user in.
async fn join(
    desk: &Desk,
    tx: &mut dyn Tx,
    group: &GroupName,
    member: &UserId,
) -> Result<Vec<ProvisionedChange>, Refusal> {
    let loaded = users::load(desk, tx, member.as_str()).await;
    let loaded = loaded.map_err(|refusal| match refusal {
        Refusal::Fault(_) => {
            let detail = format!("members: there is no user {member}");
            Refusal::from(FaultKind::InvalidValue.because(detail))
        }
        refusal => refusal,
    })?;
    let joined = ProvisionedChange::Join(loaded.account.clone(), group.clone());
    let settled = settle(desk, tx, loaded, true);
    Ok([joined].into_iter().chain(settled).collect())
}

/// Takes a user out of a group, who may not get in any more then.
async fn leave(
    desk: &Desk,
    tx: &mut dyn Tx,
    group: &GroupName,
    member: &UserId,
) -> Result<Vec<ProvisionedChange>, Refusal> {
    let loaded = match users::load(desk, tx, member.as_str()).await {
        Err(Refusal::Fault(_)) => return Ok(Vec::new()), // gone with the account, or soon
        loaded => loaded?,
    };
    let others = desk.groups_of(tx, &loaded.account).await?;
    let is_member = others.iter().any(|other| other != group);
    let left = ProvisionedChange::Leave(loaded.account.clone(), group.clone());
    let settled = settle(desk, tx, loaded, is_member);
    Ok([left].into_iter().chain(settled).collect())
}

/// Lets a user in or out, as belonging to a group has it.
fn settle(
    desk: &Desk,
    tx: &mut dyn Tx,
    loaded: users::Loaded,
    is_member: bool,
) -> Option<ProvisionedChange> {
    let is_active = loaded.document.get("active") != Some(&Value::Bool(false));
    let before = loaded.record;
    let mut record = before.clone();
    let settled = desk.settle(&loaded.account, &mut record, is_active, is_member);
    // Where groups admit, of two requests that each take the user out of one group, the second
    // has to see the first: it loads again.
    if settled.is_some() || desk.config.authority.admit == Admission::Groups {
        record.changed_at = desk.time_after(before.changed_at);
        tx.replace_provisioned_user(&before, &record);
    }
    settled
}

/// Refuses a name that the provider may not give, and one that is taken.
async fn expect_name(desk: &Desk, tx: &mut dyn Tx, name: &GroupName) -> Result<(), Refusal> {
    let config = &desk.config;
    let is_declared = config.declared_groups.contains(name.as_str());
    if !config.authority.may_make(name.as_str(), is_declared) {
        let detail = format!("this provider may not make a group {name}");
        return Err(FaultKind::Forbidden.because(detail).into());
    }
    match tx.group_by_name(name).await? {
        None => Ok(()),
        Some(_) => {
            let detail = format!("the displayName {name} is taken");
            Err(FaultKind::Uniqueness.because(detail).into())
        }
    }
}

fn name(document: &Document) -> Result<GroupName, Fault> {
    let text = document.get("displayName").and_then(Value::as_str);
    let name = GroupName::parse(text.unwrap_or_default());
    name.map_err(|error| FaultKind::InvalidValue.because(format!("displayName: {error}")))
}

fn external_id(document: &Document) -> Option<String> {
    let id = document.get("externalId").and_then(Value::as_str);
    id.map(str::to_owned)
}

fn members(document: &Document) -> BTreeSet<UserId> {
    let all = document.get("members").and_then(Value::as_array);
    let all = all.map(Vec::as_slice).unwrap_or_default();
    let ids = all
        .iter()
        .filter_map(|member| member.get("value")?.as_str());
    ids.map(UserId::from_known).collect()
}

async fn member_ids(
    desk: &Desk,
    tx: &mut dyn Tx,
    group: &GroupName,
) -> Result<Vec<UserId>, StoreError> {
    let source = desk.source();
    let said = tx.members_of(group).await?.into_iter();
    let said = said.filter(|said| said.source == source);
    Ok(said.map(|said| said.user).collect())
}

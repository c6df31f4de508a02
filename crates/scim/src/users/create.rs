//! Making a user (RFC 7644 section 3.3): of a new account, or of one that was there.

use axum::response::Response;
use doorward_core::{
    entropy::draw,
    id::UserId,
    provisioning::{Adoption, ProvisionedUser},
    user::{Role, User},
};
use doorward_issuer::ProvisionedChange;
use doorward_store::Tx;
use http::StatusCode;
use serde_json::Value;

use super::{Loaded, expect_free_identifier, expect_given, external_id, taken};
use crate::{
    account::Facts, answer::Refusal, desk::Desk, document, query::Parameters, schema::Schema,
};

/// `POST /Users` (RFC 7644 section 3.3).
pub(crate) async fn create(
    desk: &Desk,
    body: &Value,
    query: &Parameters,
) -> Result<Response, Refusal> {
    let projection = query.projection(Schema::USER)?;
    let document = document::read(Schema::USER, body)?;
    let facts = Facts::of(&document, &desk.config.authority)?;
    expect_given(desk, &facts)?;
    let mut tx = desk.shared.parts.store.begin().await?;
    expect_free_identifier(desk, &mut *tx, &document, None).await?;
    let (account, mut changes) = match tx.user_by_name(&facts.name).await? {
        Some(known) => (known.clone(), adopt(desk, &mut *tx, &known, &facts).await?),
        None => {
            let account = new_account(desk, &facts);
            (account.clone(), vec![ProvisionedChange::Add(account)])
        }
    };
    let is_adopted = !matches!(changes.first(), Some(ProvisionedChange::Add(_)));
    let now = desk.shared.parts.clock.now();
    let mut record = ProvisionedUser {
        user: account.id.clone(),
        provider: desk.provider.clone(),
        external_id: external_id(&document),
        attributes: Value::Object(document.clone()).to_string(),
        is_adopted,
        is_suspended: !is_adopted && account.disabled_at.is_some(),
        created_at: now,
        changed_at: now,
    };
    if is_adopted {
        let is_member = !desk.groups_of(&mut *tx, &account).await?.is_empty();
        changes.extend(desk.settle(&account, &mut record, facts.is_active, is_member));
    }
    let administration = &desk.shared.parts.administration;
    let prepared = administration.prepare_provisioned(&mut *tx, &desk.provider, &changes);
    let prepared = prepared.await?;
    tx.add_provisioned_user(&record);
    administration.commit_provisioned(tx, prepared).await?;
    let loaded = Loaded {
        account,
        record,
        document,
    };
    let base = desk.config.base();
    let meta = loaded.meta(&base);
    let whole = meta.whole(loaded.document.clone());
    Ok(meta.answer(StatusCode::CREATED, &whole, &projection))
}

/// Takes over an account that was there, where the operator lets a provider do that. One that is
/// another provider's stays there.
async fn adopt(
    desk: &Desk,
    tx: &mut dyn Tx,
    account: &User,
    facts: &Facts,
) -> Result<Vec<ProvisionedChange>, Refusal> {
    let owner = tx.provisioned_user(&account.id).await?;
    match desk.config.authority.adopt(account) {
        Adoption::Adopted if owner.is_none() => {
            let mut changes = vec![ProvisionedChange::Adopt(account.clone())];
            changes.extend(facts.description(None, account));
            Ok(changes)
        }
        Adoption::Adopted | Adoption::Refused => Err(taken(facts).into()),
    }
}

fn new_account(desk: &Desk, facts: &Facts) -> User {
    let (clock, entropy) = (&desk.shared.parts.clock, &desk.shared.parts.entropy);
    let now = clock.now();
    let gets_in = desk.config.authority.admits(facts.is_active, false);
    User {
        id: UserId::from_random(draw(&**entropy)),
        name: facts.name.clone(),
        role: facts.role.unwrap_or(Role::Member),
        password: None,
        display_name: facts.display_name.clone(),
        mail: facts.mail.clone(),
        created_at: now,
        disabled_at: (!gets_in).then_some(now),
    }
}

//! Lists and searches (RFC 7644 sections 3.4.2 and 3.4.3).
//!
//! What a filter names exactly is looked up; otherwise resources are gone through a few hundred at
//! a time, so that neither memory nor anybody else's turn is taken up by a large directory. Only
//! sorting keeps what was found, up to a bound.

use axum::response::Response;
use doorward_core::{
    group::Group,
    id::{GroupId, UserId},
    provisioning::ProvisionedUser,
    user::Username,
};
use doorward_store::{StoreError, Tx};
use http::StatusCode;
use serde_json::Value;

use crate::{
    answer::{Refusal, json_answer},
    desk::Desk,
    document::{self, Document},
    fault::{Fault, FaultKind},
    filter::Filter,
    groups,
    query::{Order, Page, Parameters, SortKey},
    render::list_response,
    schema::Schema,
    users,
};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
/// How many users are looked at at once.
const CHUNK: u32 = 500;
/// The most resources that are sorted.
const MOST_SORTED: usize = 20_000;

/// Reads the body of a search.
pub(crate) fn search(body: &Value) -> Result<Parameters, Fault> {
    let body = document::object(body)?;
    document::expect_schema(body, SEARCH)?;
    Parameters::of_search(body)
}

/// A resource that was found.
enum Found {
    User(ProvisionedUser),
    Group(Group),
}

/// What was found so far.
struct Window {
    page: Page,
    total: usize,
    kept: Vec<(SortKey, Found)>,
    sorts: bool,
}

impl Window {
    fn add(&mut self, key: SortKey, found: Found) -> Result<(), Fault> {
        self.total += 1;
        let start = self.page.start as usize;
        let is_in = self.total >= start && self.total - start < self.page.count as usize;
        if self.sorts || is_in {
            self.kept.push((key, found));
        }
        match self.sorts && self.kept.len() > MOST_SORTED {
            true => Err(FaultKind::TooMany.because("too many resources to sort; filter them")),
            false => Ok(()),
        }
    }

    fn finish(mut self, is_descending: bool) -> (usize, Vec<Found>) {
        if self.sorts {
            // What has no value comes last.
            self.kept
                .sort_by(|(one, _), (other, _)| match (one, other) {
                    (Some(one), Some(other)) if is_descending => other.cmp(one),
                    (Some(one), Some(other)) => one.cmp(other),
                    (one, other) => other.is_some().cmp(&one.is_some()),
                });
            let start = self.page.start as usize - 1;
            let kept = self.kept.into_iter().skip(start);
            self.kept = kept.take(self.page.count as usize).collect();
        }
        let found = self.kept.into_iter().map(|(_, found)| found);
        (self.total, found.collect())
    }
}

/// Answers a list of resources of these kinds.
pub(crate) async fn list(
    desk: &Desk,
    schemas: &[&'static Schema],
    query: &Parameters,
) -> Result<Response, Refusal> {
    let page = query.page()?;
    let mut window = Window {
        page,
        total: 0,
        kept: Vec::new(),
        sorts: false,
    };
    let mut is_descending = false;
    let mut tx = desk.shared.parts.store.begin().await?;
    for schema in schemas {
        let filter = query
            .filter()
            .map(|text| Filter::parse(schema, text))
            .transpose()?;
        let order = query.order(schema)?;
        window.sorts |= order.is_some();
        is_descending |= order.as_ref().is_some_and(|order| order.is_descending);
        let wanted = Wanted {
            filter: filter.as_ref(),
            order: order.as_ref(),
        };
        query.projection(schema)?; // refused before anything is looked at
        match *schema == Schema::USER {
            true => find_users(desk, &mut *tx, wanted, &mut window).await?,
            false => find_groups(desk, &mut *tx, wanted, &mut window).await?,
        }
    }
    let (total, found) = window.finish(is_descending);
    let mut resources = Vec::with_capacity(found.len());
    for found in found {
        resources.push(shown(desk, &mut *tx, &found, query).await?);
    }
    let body = list_response(total, page.start, resources);
    Ok(json_answer(StatusCode::OK, &body))
}

/// Which resources, and in which order.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    filter: Option<&'a Filter>,
    order: Option<&'a Order>,
}

impl Wanted<'_> {
    fn mentions(&self, name: &str) -> bool {
        self.filter.is_some_and(|filter| filter.mentions(name))
            || self.order.is_some_and(|order| order.mentions(name))
    }

    fn take(&self, whole: &Document, found: Found, window: &mut Window) -> Result<(), Fault> {
        if self.filter.is_some_and(|filter| !filter.passes(whole)) {
            return Ok(());
        }
        let key = self.order.and_then(|order| order.key(whole));
        window.add(key, found)
    }

    fn required(&self, schema: &Schema, name: &str) -> Option<&str> {
        self.filter?.requires(schema.kept(name)?)
    }
}

async fn find_users(
    desk: &Desk,
    tx: &mut dyn Tx,
    wanted: Wanted<'_>,
    window: &mut Window,
) -> Result<(), Refusal> {
    if let Some(found) = exact_user(desk, tx, wanted).await? {
        let found = found.filter(|record| record.provider == desk.provider);
        return take_users(desk, tx, found.into_iter().collect(), wanted, window).await;
    }
    if wanted.filter.is_none() && wanted.order.is_none() && window.total == 0 {
        let Page { start, count } = window.page;
        let page = tx
            .provisioned_users(&desk.provider, start - 1, count)
            .await?;
        window.kept = page.into_iter().map(|it| (None, Found::User(it))).collect();
        let total = tx.count_provisioned_users(&desk.provider).await?;
        window.total = usize::try_from(total).unwrap_or(usize::MAX);
        return Ok(());
    }
    let mut skipped = 0;
    loop {
        let chunk = tx.provisioned_users(&desk.provider, skipped, CHUNK).await?;
        let is_last = chunk.len() < CHUNK as usize;
        take_users(desk, tx, chunk, wanted, window).await?;
        if is_last {
            return Ok(());
        }
        skipped += CHUNK;
    }
}

async fn take_users(
    desk: &Desk,
    tx: &mut dyn Tx,
    records: Vec<ProvisionedUser>,
    wanted: Wanted<'_>,
    window: &mut Window,
) -> Result<(), Refusal> {
    let with_groups = wanted.mentions("groups");
    for record in records {
        let whole = whole_user(desk, tx, &record, with_groups).await?;
        wanted.take(&whole, Found::User(record), window)?;
    }
    Ok(())
}

/// The one user that can pass the filter, when it names one.
async fn exact_user(
    desk: &Desk,
    tx: &mut dyn Tx,
    wanted: Wanted<'_>,
) -> Result<Option<Option<ProvisionedUser>>, StoreError> {
    let user = Schema::USER;
    if let Some(id) = wanted.required(user, "id") {
        return tx.provisioned_user(&UserId::from_known(id)).await.map(Some);
    }
    if let Some(id) = wanted.required(user, "externalId") {
        let found = tx.provisioned_user_by_external_id(&desk.provider, id);
        return found.await.map(Some);
    }
    let Some(name) = wanted.required(user, "userName") else {
        return Ok(None);
    };
    let Ok(name) = Username::parse(name) else {
        return Ok(Some(None)); // nobody is called so
    };
    match tx.user_by_name(&name).await? {
        Some(account) => tx.provisioned_user(&account.id).await.map(Some),
        None => Ok(Some(None)),
    }
}

async fn find_groups(
    desk: &Desk,
    tx: &mut dyn Tx,
    wanted: Wanted<'_>,
    window: &mut Window,
) -> Result<(), Refusal> {
    let groups = match wanted.required(Schema::GROUP, "id") {
        Some(id) => tx
            .group(&GroupId::from_known(id))
            .await?
            .into_iter()
            .collect(),
        None => tx.groups().await?,
    };
    let source = desk.source();
    let with_members = wanted.mentions("members");
    for group in groups.into_iter().filter(|group| group.source == source) {
        let whole = whole_group(desk, tx, &group, with_members).await?;
        wanted.take(&whole, Found::Group(group), window)?;
    }
    Ok(())
}

async fn whole_user(
    desk: &Desk,
    tx: &mut dyn Tx,
    record: &ProvisionedUser,
    with_groups: bool,
) -> Result<Document, StoreError> {
    let mut document = users::attributes(record)?;
    if with_groups && let Some(groups) = users::groups_shown(desk, tx, &record.user).await? {
        document.insert("groups".to_owned(), groups);
    }
    Ok(users::meta(record, &desk.config.base()).whole(document))
}

async fn whole_group(
    desk: &Desk,
    tx: &mut dyn Tx,
    group: &Group,
    with_members: bool,
) -> Result<Document, StoreError> {
    let document = groups::document_of(desk, tx, group, with_members).await?;
    Ok(groups::meta(group, &desk.config.base()).whole(groups::shown(desk, document)))
}

async fn shown(
    desk: &Desk,
    tx: &mut dyn Tx,
    found: &Found,
    query: &Parameters,
) -> Result<Value, Refusal> {
    let (projection, whole) = match found {
        Found::User(record) => {
            let projection = query.projection(Schema::USER)?;
            let whole = whole_user(desk, tx, record, projection.shows("groups")).await?;
            (projection, whole)
        }
        Found::Group(group) => {
            let projection = query.projection(Schema::GROUP)?;
            let whole = whole_group(desk, tx, group, projection.shows("members")).await?;
            (projection, whole)
        }
    };
    Ok(Value::Object(projection.of(&whole)))
}

impl Filter {
    /// Whether it looks at this attribute.
    fn mentions(&self, name: &str) -> bool {
        match self {
            Self::All(all) | Self::Any(all) => all.iter().any(|one| one.mentions(name)),
            Self::Not(filter) => filter.mentions(name),
            Self::Test(test) => {
                let place = test.place.as_ref();
                place.is_some_and(|place| place.attribute.name == name)
            }
        }
    }
}

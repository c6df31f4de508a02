//! Groups (RFC 7643 section 4.2).

use super::{Attribute, Schema};

pub(super) const SCHEMA: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    endpoint: "/Groups",
    description: "A group of people",
    attributes: ATTRIBUTES,
    ignored: &[],
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::text("displayName", "The name of the group.")
        .required()
        .unique(),
    Attribute::complex("members", MEMBERS, "The users in the group.").many(),
];

const MEMBERS: &[Attribute] = &[
    Attribute::text("value", "The identifier of the user.")
        .case_exact()
        .immutable(),
    Attribute::reference("$ref", &["User"], "Where the user is.").immutable(),
    Attribute::text("type", "What the member is.")
        .usually(&["User"])
        .immutable(),
];

//! Users, as far as Doorward has a use for them (RFC 7643 section 4.1).

use super::{Attribute, Schema};

pub(super) const SCHEMA: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    endpoint: "/Users",
    description: "A person's account",
    attributes: ATTRIBUTES,
    ignored: IGNORED,
};

const ATTRIBUTES: &[Attribute] = &[
    Attribute::text(
        "userName",
        "The name to sign in with: 1 to 64 letters, digits and . _ - @ +.",
    )
    .required()
    .unique(),
    Attribute::complex("name", NAME, "The parts of the person's name."),
    Attribute::text("displayName", "The name that people see."),
    Attribute::flag("active", "Whether the account can be used."),
    Attribute::complex("emails", EMAILS, "The person's mail addresses.").many(),
    Attribute::complex(
        "groups",
        GROUPS,
        "The provider's groups that the user is in.",
    )
    .many()
    .read_only(),
    Attribute::complex(
        "roles",
        ROLES,
        "Roles; `member`, `auditor` and `administrator` are those of Doorward.",
    )
    .many(),
];

const NAME: &[Attribute] = &[
    Attribute::text("formatted", "The whole name."),
    Attribute::text("familyName", "The family name."),
    Attribute::text("givenName", "The given name."),
    Attribute::text("middleName", "The middle names."),
    Attribute::text("honorificPrefix", "What stands before the name."),
    Attribute::text("honorificSuffix", "What stands behind the name."),
];

const EMAILS: &[Attribute] = &[
    Attribute::text("value", "The address."),
    Attribute::text("display", "How it is shown."),
    Attribute::text("type", "What it is for.").usually(&["work", "home", "other"]),
    Attribute::flag("primary", "Whether it is the one that is used."),
];

const ROLES: &[Attribute] = &[
    Attribute::text("value", "The role."),
    Attribute::text("display", "How it is shown."),
    Attribute::text("type", "What kind of role it is."),
    Attribute::flag("primary", "Whether it is the main one."),
];

const GROUPS: &[Attribute] = &[
    Attribute::text("value", "The identifier of the group.")
        .case_exact()
        .read_only(),
    Attribute::reference("$ref", &["Group"], "Where the group is.").read_only(),
    Attribute::text("display", "The name of the group.").read_only(),
    Attribute::text("type", "How the user is in it.")
        .usually(&["direct"])
        .read_only(),
];

const IGNORED: &[&str] = &[
    "nickName",
    "profileUrl",
    "title",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "password",
    "phoneNumbers",
    "ims",
    "photos",
    "addresses",
    "entitlements",
    "x509Certificates",
];

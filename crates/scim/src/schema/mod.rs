//! The two kinds of resources and their attributes (RFC 7643 sections 3, 4 and 7).
//!
//! Doorward keeps what it has a use for. The other attributes of RFC 7643 (addresses, telephone
//! numbers, titles, passwords, ...) and those of extensions are *ignored*: accepted wherever a
//! provider sends them, kept nowhere, shown nowhere. A name that neither RFC 7643 nor an
//! extension has is ignored in a body as well, and refused in the path of a PATCH operation.

mod attribute;
mod group;
mod user;

use serde_json::{Value, json};

use self::attribute::named;
pub(crate) use self::attribute::{Attribute, Kind, Mutability, Returned};

/// One kind of resource.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Schema {
    /// Its URN.
    pub(crate) urn: &'static str,
    /// The name of the resource type.
    pub(crate) name: &'static str,
    /// Where its resources are, below the base.
    pub(crate) endpoint: &'static str,
    description: &'static str,
    attributes: &'static [Attribute],
    /// Names of RFC 7643 that are accepted and not kept.
    ignored: &'static [&'static str],
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// This attribute, which is kept.
    Kept(&'static Attribute),
    /// An attribute that is accepted and not kept.
    Ignored,
    /// Nothing that anybody defined.
    Unknown,
}

/// The attributes that every resource has (RFC 7643 section 3.1).
const COMMON: &[Attribute] = &[
    Attribute::reference("schemas", &["uri"], "The schemas of the resource.")
        .many()
        .read_only()
        .always(),
    Attribute::text("id", "The identifier that Doorward gave the resource.")
        .case_exact()
        .unique()
        .read_only()
        .always(),
    Attribute::text("externalId", "The identifier that the provider gave it.").case_exact(),
    Attribute::complex("meta", META, "What is known about the resource itself.").read_only(),
];

const META: &[Attribute] = &[
    Attribute::text("resourceType", "The resource type.")
        .case_exact()
        .read_only(),
    Attribute::time("created", "When the provider made it.").read_only(),
    Attribute::time("lastModified", "When it last changed.").read_only(),
    Attribute::reference("location", &["uri"], "Where it is.").read_only(),
    Attribute::text("version", "Its entity tag.")
        .case_exact()
        .read_only(),
];

impl Schema {
    /// People's accounts (RFC 7643 section 4.1).
    pub(crate) const USER: &'static Self = &user::SCHEMA;
    /// Groups (RFC 7643 section 4.2).
    pub(crate) const GROUP: &'static Self = &group::SCHEMA;
    /// Both.
    pub(crate) const ALL: [&'static Self; 2] = [Self::USER, Self::GROUP];

    /// What `name` stands for: in whatever case, and with or without the URN of the schema
    /// before it (RFC 7644 section 3.10).
    pub(crate) fn find(&self, name: &str) -> Named {
        let Some(name) = self.local_name(name) else {
            return match name.eq_ignore_ascii_case(self.urn) {
                true => Named::Unknown,  // the schema itself is no attribute
                false => Named::Ignored, // of an extension
            };
        };
        if let Some(attribute) = named(COMMON, name).or_else(|| named(self.attributes, name)) {
            return Named::Kept(attribute);
        }
        let is_it = |known: &&str| known.eq_ignore_ascii_case(name);
        if self.ignored.iter().any(is_it) {
            return Named::Ignored;
        }
        Named::Unknown
    }

    /// `name` without the URN of this schema; nothing for a name of another schema.
    pub(crate) fn local_name<'a>(&self, name: &'a str) -> Option<&'a str> {
        if !is_urn(name) {
            return Some(name);
        }
        let (urn, rest) = name.split_at_checked(self.urn.len())?;
        let rest = rest.strip_prefix(':')?;
        urn.eq_ignore_ascii_case(self.urn).then_some(rest)
    }

    /// The attribute `name`, which is one of those that are kept.
    pub(crate) fn kept(&self, name: &str) -> Option<&'static Attribute> {
        match self.find(name) {
            Named::Kept(attribute) => Some(attribute),
            Named::Ignored | Named::Unknown => None,
        }
    }

    /// Every attribute that a resource may have.
    pub(crate) fn every(&self) -> impl Iterator<Item = &'static Attribute> + use<> {
        COMMON.iter().chain(self.attributes)
    }

    /// The schema as `/Schemas` shows it (RFC 7643 section 7).
    pub(crate) fn definition(&self, base: &str) -> Value {
        let attributes = self.attributes.iter().map(Attribute::definition);
        let attributes: Vec<Value> = attributes.collect();
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.urn,
            "name": self.name,
            "description": self.description,
            "attributes": attributes,
            "meta": {
                "resourceType": "Schema",
                "location": format!("{base}/Schemas/{}", self.urn),
            },
        })
    }

    /// The resource type as `/ResourceTypes` shows it (RFC 7643 section 6).
    pub(crate) fn resource_type(&self, base: &str) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": self.name,
            "name": self.name,
            "description": self.description,
            "endpoint": self.endpoint,
            "schema": self.urn,
            "schemaExtensions": [],
            "meta": {
                "resourceType": "ResourceType",
                "location": format!("{base}/ResourceTypes/{}", self.name),
            },
        })
    }
}

/// Whether `name` begins like the URN of a schema.
pub(crate) fn is_urn(name: &str) -> bool {
    let start = name.split_at_checked("urn:".len());
    start.is_some_and(|(start, _)| start.eq_ignore_ascii_case("urn:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_with_the_urn_of_their_schema() {
        struct Case(&'static str, Option<&'static str>);
        #[rustfmt::skip]
        let cases = [
            Case("userName",                                             Some("userName")),
            Case("USERNAME",                                             Some("userName")),
            Case("urn:ietf:params:scim:schemas:core:2.0:User:userName",  Some("userName")),
            Case("URN:IETF:params:scim:schemas:core:2.0:user:username",  Some("userName")),
            Case("externalid",                                           Some("externalId")),
            Case("phoneNumbers",                                         None),
            Case("shoeSize",                                             None),
            Case("urn:ietf:params:scim:schemas:core:2.0:UseruserName",   None),
            Case("urn:ietf:params:scim:schemas:core:2.0:Group:userName", None),
            Case("",                                                     None),
        ];
        for Case(name, expected) in cases {
            let found = Schema::USER.kept(name).map(|attribute| attribute.name);
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn what_is_not_kept_is_told_from_what_nobody_defined() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
        for (name, expected) in [
            ("phoneNumbers", Named::Ignored),
            ("password", Named::Ignored),
            (enterprise, Named::Ignored),
            ("shoeSize", Named::Unknown),
            ("members", Named::Unknown),
        ] {
            assert_eq!(Schema::USER.find(name), expected, "{name}");
        }
        assert_eq!(Schema::GROUP.find("userName"), Named::Unknown);
    }

    #[test]
    fn definitions_say_what_rfc_7643_asks_of_them() {
        let user = Schema::USER.definition("https://a.example/scim/v2");
        let attributes = user["attributes"].as_array().expect("attributes");
        let named = |name: &str| {
            let mut all = attributes.iter();
            all.find(|it| it["name"] == name).expect("defined").clone()
        };
        let name = named("userName");
        assert_eq!(name["required"], true);
        assert_eq!(name["uniqueness"], "server");
        assert_eq!(name["caseExact"], false);
        assert_eq!(named("groups")["mutability"], "readOnly");
        assert_eq!(named("emails")["subAttributes"][0]["name"], "value");
        let all = ["schemas", "id", "meta"];
        assert!(
            attributes
                .iter()
                .all(|it| all.iter().all(|common| it["name"] != *common))
        );
    }
}

//! Recipes as JSON. Version 1 had a veil only, and its fields at the top; since version 2 each layer is an
//! object of its own.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::settings::{Filter, Placement, Recipe, VeilSettings};
use crate::mark::MarkSettings;

/// What is written for version 1.
#[derive(Serialize)]
struct Flat<'a> {
    version: u32,
    #[serde(flatten)]
    veil: &'a VeilSettings,
}

/// What is written since version 2.
#[derive(Serialize)]
struct Layered<'a> {
    version: u32,
    mark: Option<&'a MarkSettings>,
    veil: Option<&'a VeilSettings>,
}

/// The fields of all versions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename = "Recipe")]
struct Fields {
    version: u32,
    #[serde(default, deserialize_with = "present")]
    filter: Option<Option<Filter>>,
    #[serde(default, deserialize_with = "present", alias = "curves")]
    kernels: Option<Option<u32>>,
    #[serde(default, deserialize_with = "present")]
    placement: Option<Option<Placement>>,
    #[serde(default, deserialize_with = "present")]
    amount: Option<Option<f64>>,
    #[serde(default, deserialize_with = "present")]
    mark: Option<Option<MarkSettings>>,
    #[serde(default, deserialize_with = "present")]
    veil: Option<Option<VeilSettings>>,
}

/// A field that is there, if only as `null`.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl Serialize for Recipe {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self { version, mark, veil } = self;
        match (version, mark, veil) {
            (0..=1, None, Some(veil)) => Flat { version: *version, veil }.serialize(to),
            _ => Layered { version: *version, mark: mark.as_ref(), veil: veil.as_ref() }
                .serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Recipe {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let fields = Fields::deserialize(from)?;
        if fields.version <= 1 { flat(fields) } else { layered(fields) }
    }
}

/// Version 1.
fn flat<E: de::Error>(fields: Fields) -> Result<Recipe, E> {
    const EXPECTED: &[&str] = &["version", "filter", "kernels", "placement", "amount"];
    if fields.mark.is_some() {
        return Err(E::unknown_field("mark", EXPECTED));
    }
    if fields.veil.is_some() {
        return Err(E::unknown_field("veil", EXPECTED));
    }
    let veil = VeilSettings {
        filter: fields.filter.flatten().ok_or_else(|| E::missing_field("filter"))?,
        kernels: fields.kernels.flatten().ok_or_else(|| E::missing_field("kernels"))?,
        placement: fields.placement.flatten().ok_or_else(|| E::missing_field("placement"))?,
        amount: fields.amount.flatten().ok_or_else(|| E::missing_field("amount"))?,
    };
    Ok(Recipe { version: fields.version, mark: None, veil: Some(veil) })
}

/// Version 2.
fn layered<E: de::Error>(fields: Fields) -> Result<Recipe, E> {
    let of_version_1 = [
        ("filter", fields.filter.is_some()),
        ("kernels", fields.kernels.is_some()),
        ("placement", fields.placement.is_some()),
        ("amount", fields.amount.is_some()),
    ];
    if let Some((field, _)) = of_version_1.into_iter().find(|(_, is_there)| *is_there) {
        return Err(E::unknown_field(field, &["version", "mark", "veil"]));
    }
    let (mark, veil) = (fields.mark.flatten(), fields.veil.flatten());
    Ok(Recipe { version: fields.version, mark, veil })
}

//! Browsers that are known to be a person's.

use axum::{body::Body, response::Response};
use doorward_core::{id::DeviceId, known_device::KnownDevice};
use doorward_pages::Text;
use serde::Serialize;

use crate::{
    door::{Guest, Sheet},
    moment::Moment,
    sessions::browser,
};

pub(crate) const PAGE: &str = "/account/devices";
pub(crate) const FORGET: &str = "/account/devices/forget";

#[derive(Serialize)]
struct Devices {
    devices: Vec<DeviceView>,
    /// How long a device is remembered.
    memory: Text,
}

#[derive(Serialize)]
struct DeviceView {
    id: String,
    /// Whether the page is seen on it.
    this: bool,
    browser: Text,
    address: Option<String>,
    first: Moment,
    last: Moment,
    ends: Moment,
}

/// The page.
pub(crate) async fn get(guest: Guest) -> Response {
    let sheet = Sheet {
        template: "account_devices.html",
        here: PAGE,
        forms: &[FORGET],
        error: None,
    };
    match guest.accounts.devices(&guest.visit).await {
        Ok(devices) => {
            let page = Devices {
                devices: devices.iter().map(|device| view(device, &guest)).collect(),
                memory: Text::duration(guest.accounts.device_memory()),
            };
            guest.show(sheet, &page)
        }
        Err(error) => guest.unreadable(&error),
    }
}

/// Forgets one.
pub(crate) async fn forget(guest: Guest, body: Body) -> Response {
    let form = match guest.form(FORGET, body).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let id = DeviceId::from_known(form.value("id"));
    let outcome = guest.accounts.forget_device(&guest.visit, &id).await;
    guest.answer(outcome, PAGE, "device-forgotten")
}

fn view(device: &KnownDevice, guest: &Guest) -> DeviceView {
    DeviceView {
        id: device.id.to_string(),
        this: guest.accounts.is_of(&guest.visit, device),
        browser: browser(device.agent.as_ref()),
        address: device.address.map(|address| address.to_string()),
        first: Moment::of(device.created_at),
        last: Moment::of(device.seen_at),
        ends: Moment::of(device.expires_at),
    }
}

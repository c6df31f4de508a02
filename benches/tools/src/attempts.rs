//! Many people who sign in at once, with right and with wrong passwords. Each has an address of
//! their own, and whoever is told to come again later does.

use std::{
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::Full;
use serde_json::json;
use tokio::{task::JoinSet, time};
use url::Url;

use crate::{connection::Connection, gun, options::Options};

/// How much longer than asked the last of those wait who were put off together.
const SPREAD: Duration = Duration::from_secs(1);

/// What became of attempts.
#[derive(Clone, Copy, Default)]
struct Outcomes {
    signed_in: u64,
    refused: u64,
    put_off: u64,
}

/// One of them.
struct Person {
    connection: Connection,
    address: Ipv4Addr,
    form: String,
    host: String,
    spread: Duration,
}

/// Keeps `--people` trying at `--issuer` for `--seconds`.
pub async fn run(options: &Options) -> Result<()> {
    let issuer: Url = options.text("issuer")?.parse()?;
    let people: u32 = options.number("people")?;
    let name = options.text("user")?;
    let password = options.text("password")?;
    let persons: Vec<_> = (0..people)
        .map(|number| Person::new(&issuer, (name, password), (number, people)))
        .collect();
    let started = gun::wait()?;
    let end = Instant::now() + Duration::from_secs_f64(options.number("seconds")?);
    let mut tasks = JoinSet::new();
    for person in persons {
        tasks.spawn(person.keep_trying(end));
    }
    let mut all = Outcomes::default();
    while let Some(done) = tasks.join_next().await {
        let one = done??;
        all.signed_in += one.signed_in;
        all.refused += one.refused;
        all.put_off += one.put_off;
    }
    let answered = all.signed_in + all.refused + all.put_off;
    let said =
        json!({ "signed_in": all.signed_in, "refused": all.refused, "put_off": all.put_off });
    gun::report(started, answered, said);
    Ok(())
}

impl Person {
    /// Every second one knows the password; of the others every second one has no account.
    fn new(issuer: &Url, (name, password): (&str, &str), (number, of): (u32, u32)) -> Self {
        let stranger = format!("stranger-{number}");
        let (name, password) = match number % 4 {
            1 => (stranger.as_str(), "some password"),
            3 => (name, "not the password"),
            _ => (name, password),
        };
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("flow", "")
            .append_pair("username", name)
            .append_pair("password", password)
            .finish();
        Self {
            connection: Connection::to(issuer),
            address: Ipv4Addr::from(0x0B00_0000 + (number << 8)), // a network each
            form,
            host: issuer.origin().ascii_serialization(),
            spread: SPREAD * number / of.max(1),
        }
    }

    async fn keep_trying(mut self, end: Instant) -> Result<Outcomes> {
        let mut outcomes = Outcomes::default();
        while Instant::now() < end {
            let Ok(tried) = time::timeout_at(end.into(), self.attempt()).await else {
                break; // still waiting for an answer when time is up
            };
            match tried? {
                (StatusCode::SEE_OTHER, _) => outcomes.signed_in += 1,
                (StatusCode::UNPROCESSABLE_ENTITY, _) => outcomes.refused += 1,
                (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, later) => {
                    outcomes.put_off += 1;
                    time::sleep_until((Instant::now() + later + self.spread).min(end).into()).await;
                }
                (status, _) => bail!("a sign-in is answered with {status}"),
            }
        }
        Ok(outcomes)
    }

    /// Sends the form once; returns the status, and when to come again.
    async fn attempt(&mut self) -> Result<(StatusCode, Duration)> {
        let request = Request::post("/login")
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, &self.host)
            .header("sec-fetch-site", "same-origin")
            .header("x-forwarded-for", self.address.to_string())
            .body(Full::new(Bytes::from(self.form.clone())))?;
        let answer = self.connection.send(request).await?;
        let later = answer
            .headers
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok())
            .unwrap_or(1);
        Ok((answer.status, Duration::from_secs(later)))
    }
}

//! Asking a program (P-047): `server/discover`, and `initialize` when it does not know that, or
//! says nothing.

use bytes::Bytes;

use super::{Carrier, Manner, said::Said};
use crate::upstream::{
    Fault, opening, pages,
    stdio::{Interview, StdioUpstream},
};

pub(super) async fn probe(upstream: &StdioUpstream) -> Result<Manner, Fault> {
    greet(upstream).await.map(|(manner, _)| manner)
}

/// Starts the program, asks what it is, and leaves it ready for more questions.
pub(crate) async fn greet(upstream: &StdioUpstream) -> Result<(Manner, Interview), Fault> {
    let mut interview = upstream.interview();
    match interview.ask(pages::discover()).await {
        Ok(answer) => {
            let sessions = Said::by(&answer) == Said::Stateless { sessions: true };
            let manner = Manner {
                stateless: true,
                sessions: sessions.then_some(Carrier::Stdio),
            };
            return Ok((manner, interview));
        }
        Err(Fault::OtherEra) => {}
        Err(fault) => return Err(fault),
    }
    let answer = interview.ask(opening::message(&opening::own())).await?;
    match opening::agreed(&answer) {
        // Whatever it says to our own words, it knows the question.
        Ok(_) | Err(Fault::NotOpened | Fault::Revision) => {}
        Err(fault) => return Err(fault),
    }
    let initialized = Bytes::from_static(opening::INITIALIZED);
    interview.tell(initialized).await?;
    Ok((Manner::sessions(Carrier::Stdio), interview))
}

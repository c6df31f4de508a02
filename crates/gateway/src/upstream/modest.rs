//! Work that takes no place from what its user does already (ST-06).
//!
//! Whoever asks all servers at once asked for none of them in particular: no process in which a
//! client of theirs has a session ends so that another one can be listed. What is asked modestly
//! finds room, takes that of a process which nobody holds (it served requests without a session,
//! or was started ahead, and is idle), or is refused. It goes with the task, as deep as a process
//! is started; [`alike`] takes it along into another task.

tokio::task_local! {
    static MODEST: bool;
}

/// Does work for which no process has to go.
pub(crate) fn modestly<F: Future>(work: F) -> impl Future<Output = F::Output> {
    MODEST.scope(true, work)
}

/// The same work in a task of its own, as modest as what it is begun by.
pub(crate) fn alike<F: Future>(work: F) -> impl Future<Output = F::Output> {
    MODEST.scope(is_modest(), work)
}

/// Whether no process has to go for what is done now.
pub(crate) fn is_modest() -> bool {
    MODEST.try_with(|modest| *modest).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn modesty_goes_along_where_it_is_taken_and_nowhere_else() {
        assert!(!is_modest());
        modestly(async {
            assert!(is_modest());
            let alone = tokio::spawn(async { is_modest() }).await;
            let along = tokio::spawn(alike(async { is_modest() })).await;
            assert_eq!((alone.ok(), along.ok()), (Some(false), Some(true)));
        })
        .await;
        let along = tokio::spawn(alike(async { is_modest() })).await;
        assert_eq!(along.ok(), Some(false));
    }
}

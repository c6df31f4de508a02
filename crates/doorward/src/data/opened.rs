//! A data folder that this process holds, with its store open.

use std::{path::Path, sync::Arc};

use doorward_core::entropy::Entropy;
use doorward_store::{
    PostgresRefusal, PostgresStore, PostgresUrl, SqliteStore, Store, StoreError, Tenancy,
};

use super::{
    Chosen, DataFolder, Lock,
    master_key::{Beside, KeyFile},
};
use crate::{config::Database, failure::Failure};

/// The open store and the key to what is sealed in it.
pub(crate) struct Opened {
    /// The folder.
    pub(crate) folder: DataFolder,
    /// The store.
    pub(crate) store: Arc<dyn Store>,
    /// The master key.
    pub(crate) master_key: [u8; 32],
    /// Proof that no other process uses the folder.
    pub(crate) lock: Lock,
    key: KeyFile,
}

impl Opened {
    /// Something sealed is in the store now: the key becomes the one that belongs to it.
    pub(crate) fn settle(&mut self) -> Result<(), Failure> {
        self.key
            .settle()
            .map_err(|error| self.folder.unusable(&error))
    }
}

/// Opens the store of a folder that is locked; makes key and database at the first start.
/// Without a choice it is the one that was used last.
pub(crate) async fn open(
    folder: &DataFolder,
    mut lock: Lock,
    chosen: Option<Chosen>,
    entropy: &dyn Entropy,
) -> Result<Opened, Failure> {
    // A command changes nothing about which database is served.
    let is_known = chosen.is_none() && lock.database().is_some();
    let chosen = match chosen {
        Some(chosen) => chosen,
        None => Chosen::again(&lock)?,
    };
    let (store, key) = match chosen.database() {
        Database::File(path) => open_file(folder, &folder.path().join(path), entropy)?,
        Database::Served(url) => open_served(folder, url, entropy).await?,
    };
    if !is_known {
        lock.remember(chosen.name())
            .map_err(|error| folder.unusable(&error))?;
    }
    Ok(Opened {
        folder: folder.clone(),
        store,
        master_key: key.bytes,
        lock,
        key,
    })
}

type Parts = (Arc<dyn Store>, KeyFile);

fn open_file(folder: &DataFolder, path: &Path, entropy: &dyn Entropy) -> Result<Parts, Failure> {
    let mut key = KeyFile::read_or_make(folder, &Beside::file(path), entropy)?;
    let store = SqliteStore::open(path).map_err(|error| {
        let cause = Failure::from(error);
        Failure::new(format!(
            "cannot open the database {}: {cause}",
            path.display()
        ))
        .fix("restore it from a backup, or choose another folder with --data DIR")
    })?;
    key.settle().map_err(|error| folder.unusable(&error))?;
    Ok((Arc::new(store), key))
}

/// A served database is there before anything of ours is in it, so the key is settled only when
/// something is: a first start that is interrupted goes on with the same key.
async fn open_served(
    folder: &DataFolder,
    url: &PostgresUrl,
    entropy: &dyn Entropy,
) -> Result<Parts, Failure> {
    let opened = PostgresStore::open(url, Tenancy::Alone).await;
    let store = opened.map_err(|error| unusable(url, error))?;
    let used = is_used(&store).await?;
    let mut key = KeyFile::read_or_make(folder, &Beside::served(url, used), entropy)?;
    if used {
        key.settle().map_err(|error| folder.unusable(&error))?;
    }
    Ok((Arc::new(store), key))
}

async fn is_used(store: &PostgresStore) -> Result<bool, StoreError> {
    let mut tx = store.begin().await?;
    Ok(tx.has_users().await? || !tx.signing_keys().await?.is_empty())
}

fn unusable(url: &PostgresUrl, error: StoreError) -> Failure {
    let source = std::error::Error::source(&error);
    let refusal = source.and_then(|source| source.downcast_ref::<PostgresRefusal>());
    match refusal {
        Some(refusal) => Failure::new(format!("cannot use {url}: {refusal}")).fix(refusal.fix()),
        None => Failure::new(format!("cannot use {url}: {}", Failure::from(error))),
    }
}

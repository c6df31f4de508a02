//! A data folder that this process holds, with its store open.

use std::{path::Path, sync::Arc};

use doorward_core::entropy::Entropy;
use doorward_store::SqliteStore;

use super::{DataFolder, Lock, master_key::KeyFile};
use crate::failure::Failure;

/// The database unless the configuration names another.
const DATABASE: &str = "doorward.db";

/// The open store and the key to what is sealed in it.
pub(crate) struct Opened {
    /// The folder.
    pub(crate) folder: DataFolder,
    /// The store.
    pub(crate) store: Arc<SqliteStore>,
    /// The master key.
    pub(crate) master_key: [u8; 32],
    /// Proof that no other process uses the folder.
    pub(crate) lock: Lock,
}

/// Opens the store of a folder that is locked; makes key and database at the first start.
/// Without `database` it is the one that was used last.
pub(crate) fn open(
    folder: &DataFolder,
    mut lock: Lock,
    database: Option<&Path>,
    entropy: &dyn Entropy,
) -> Result<Opened, Failure> {
    let database = database.or(lock.database()).unwrap_or(Path::new(DATABASE));
    let (named, database) = (database.to_owned(), folder.path().join(database));
    let key = KeyFile::read_or_make(folder, &database, entropy)?;
    let store = SqliteStore::open(&database).map_err(|error| unopenable(&database, error))?;
    key.settle()
        .and_then(|()| lock.remember(&named))
        .map_err(|error| folder.unusable(&error))?;
    Ok(Opened {
        folder: folder.clone(),
        store: Arc::new(store),
        master_key: key.bytes,
        lock,
    })
}

fn unopenable(database: &Path, error: doorward_store::StoreError) -> Failure {
    let cause = Failure::from(error);
    Failure::new(format!(
        "cannot open the database {}: {cause}",
        database.display()
    ))
    .fix("restore it from a backup, or choose another folder with --data DIR")
}

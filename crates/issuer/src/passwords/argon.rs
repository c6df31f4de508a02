//! Argon2id over memory that is used again: what is taken from the system for every hash is
//! given back to it, and meanwhile nobody else of the process gets memory.

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt},
};
use doorward_core::{secret::Secret, user::PasswordHash};

use super::NewPassword;

/// The memory of one thread that hashes; empty until it hashes for the first time.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

impl Memory {
    fn of(&mut self, blocks: usize) -> &mut [Block] {
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::new());
        }
        self.0.get_mut(..blocks).unwrap_or_default()
    }
}

/// Hashes `password` in the form that the store keeps.
pub(super) fn hash(
    memory: &mut Memory,
    password: &NewPassword,
    salt: [u8; 16],
) -> Option<PasswordHash> {
    let params = params()?;
    let phc = Phc {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).ok()?,
        salt: Some(Salt::new(&salt).ok()?),
        hash: Some(output(memory, &params, password.secret(), &salt)?),
    };
    Some(PasswordHash::from_phc(phc.to_string()))
}

/// Whether `password` is the one behind `against`.
pub(super) fn matches(memory: &mut Memory, password: &Secret, against: &PasswordHash) -> bool {
    is_behind(memory, password, against).unwrap_or(false)
}

fn is_behind(memory: &mut Memory, password: &Secret, against: &PasswordHash) -> Option<bool> {
    let known = Phc::new(against.as_phc()).ok()?;
    if known.algorithm != Algorithm::Argon2id.ident()
        || known.version != Some(Version::V0x13.into())
    {
        return None;
    }
    let params = Params::try_from(&known).ok()?;
    let found = output(memory, &params, password, &known.salt?)?;
    Some(found == known.hash?) // in constant time
}

fn output(memory: &mut Memory, params: &Params, password: &Secret, salt: &[u8]) -> Option<Output> {
    let mut buffer = [0; Output::MAX_LENGTH];
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let out = buffer.get_mut(..length)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let blocks = memory.of(params.block_count());
    argon2
        .hash_password_into_with_memory(password.expose().as_bytes(), salt, out, blocks)
        .ok()?;
    Output::new(out).ok()
}

/// OWASP's recommendation for Argon2id: 19 MiB, two passes, one lane.
fn params() -> Option<Params> {
    Params::new(19_456, 2, 1, None).ok()
}

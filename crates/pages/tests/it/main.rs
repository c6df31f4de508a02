//! Pages as a stranger asks for them.
#![cfg(test)]

mod brand;
mod pages;

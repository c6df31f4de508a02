//! The contract of [`crate::Store`], which every database must keep.

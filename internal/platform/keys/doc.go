// Package keys holds the envelope: a firm's key wraps the data key of each of its matters (and one of its own),
// and every sealed word and blob of the matter is under a key derived from that data key.
//
// Owns: the table data_key; the key file of each firm; how a column is sealed; how "the same bytes again" is
// seen; the root from which a blob's key is derived.
//
// The tree of keys, every one of 32 bytes:
//
//	firm key            with the Keeper: <dir>/org-<id>.key, or a KMS; it never leaves the Keeper
//	└ data key          random, one per matter and one per organization; data_key.wrapped is its only copy
//	  ├ column key      HKDF-SHA-256, info "countersign column v1"
//	  ├ hash key        HKDF-SHA-256, info "countersign same bytes v1"
//	  └ blob root       HKDF-SHA-256, info "countersign blob root v1"
//	    └ blob key      HKDF-SHA-256, the blob's salt, info "countersign blob v1" (package blob says the rest)
//
// A sealed column, and a key wrapped by a key file, is
//
//	offset 0   1 byte    version, 1
//	offset 1   12 bytes  random nonce
//	offset 13  n bytes   AES-256-GCM ciphertext
//	last       16 bytes  tag
//
// The associated data of a column is the version byte, the scope, a zero byte and the caller's words. The
// associated data of a wrapped key names the scope and the organization, so that a row moved to another matter
// or another firm does not open.
//
// Invariants:
//   - no key and no plaintext is in any error or log;
//   - data_key rows are inserted and never changed: whoever deletes the row, or the firm's key, has destroyed
//     every word and blob under it;
//   - an unwrapped key stays in memory for a minute at most, so a firm key withdrawn from the Keeper is felt on
//     every node within that minute, and at once on a node that is told (Forget, ForgetOrg);
//   - an empty text seals to nothing and opens from nothing: emptiness is not hidden, and not bound.
//
// Not here: who may read (package gate), the migration (package schema), bytes in buckets (package blob).
package keys

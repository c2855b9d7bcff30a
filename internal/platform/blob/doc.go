// Package blob keeps sealed bytes in a bucket: a folder, an S3 bucket, or memory in tests.
//
// Owns: the sealed format, random names, durable writes, reading any range without the rest.
//
// # The sealed format, version 1
//
// All integers are big-endian. A blob is a header of 64 bytes and then its segments, back to back.
//
//	offset 0   8 bytes   magic, "CSIGNBLB"
//	offset 8   1 byte    version, 1
//	offset 9   3 bytes   zero
//	offset 12  4 bytes   plaintext bytes in a full segment, 65,536
//	offset 16  32 bytes  salt, random
//	offset 48  16 bytes  check value of the derived key
//	offset 64            segment 0
//
// A segment that holds n bytes of plaintext is
//
//	offset 0       12 bytes  random nonce
//	offset 12      n bytes   AES-256-GCM ciphertext
//	offset 12 + n  16 bytes  tag
//
// so segment i begins at 64 + i × 65,564. Every segment but the last is full. The last holds 1 to 65,536 bytes; a
// blob of no bytes has one segment of none. Key and check value are the first 32 and the next 16 bytes of
// HKDF-SHA-256 over the scope's blob root, the salt and the info "countersign blob v1" (package keys). The
// associated data of segment i is
//
//	the header (64 bytes) ‖ length of the name (8) ‖ name ‖ length of the binding (8) ‖ binding ‖ i (8) ‖ last (1)
//
// where name is the blob's name in the bucket, binding is the caller's words (the version that the bytes belong
// to) and last is 1 for the last segment and 0 for the others.
//
// Invariants:
//   - no plaintext byte leaves a Reader before the tag of its segment has been checked; a flipped bit, a segment
//     moved, dropped, repeated or taken from another blob, a blob cut short or renamed, another binding and
//     another key are all refused with ErrDamaged or ErrWrongKey;
//   - Open checks the last segment, so Size is authentic, and a blob cut short never opens;
//   - when Put returns nil, the blob survives a power cut; when it returns an error, nothing is left;
//   - Put holds two segments in memory, a Reader at most sixteen, whatever the size of the blob.
//
// # Why the folder is not gocloud's
//
// gocloud.dev's fileblob never calls fsync, so a version row could outlive its bytes. The folder here is a
// backend of our own: temporary file, fsync, rename, fsync of the folder. S3 answers only when an object is
// durable, and shows no part of one before that, so it goes through gocloud.dev's s3blob.
//
// Not here: keys (package keys), who may read (package gate), which version owns which blob (package document).
package blob

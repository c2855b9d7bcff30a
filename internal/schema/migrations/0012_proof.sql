-- +goose Up

-- A key of the log signs beside its successor, for those who know the old one only, until the change after; then its secret goes.
ALTER TABLE ledger_key ADD COLUMN ended_at BIGINT NOT NULL DEFAULT 0; -- real time; 0 while it signs

-- The compliance officers are told once of each silence of a witness.
ALTER TABLE witness ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0; -- real time; 0 for never

-- Evidence packs that were asked for: made by a job, kept a week.
CREATE TABLE evidence_pack (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES org (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    scope_kind TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    filter TEXT NOT NULL, -- JSON
    with_work BOOLEAN NOT NULL, -- the work product beside the entries
    mfa BOOLEAN NOT NULL, -- of the session that asked
    state TEXT NOT NULL, -- working, done, failed
    entries BIGINT NOT NULL, -- that are in it so far
    says TEXT NOT NULL, -- why it failed
    file TEXT NOT NULL, -- blob, sealed under the organization's key; '' before it is made and after its time
    size_bytes BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL);
CREATE INDEX evidence_pack_person ON evidence_pack (person_id, made_at);

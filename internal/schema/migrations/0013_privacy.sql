-- +goose Up

-- A legal hold on a matter: nothing of it is erased or disposed of while one stands.
CREATE TABLE legal_hold (
    id TEXT PRIMARY KEY,
    firm_id TEXT NOT NULL REFERENCES org (id),
    matter_id TEXT NOT NULL REFERENCES matter (id),
    reason ${BLOB} NOT NULL, -- sealed under the firm's key
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    lifted_by TEXT NOT NULL,
    lifted_at BIGINT NOT NULL); -- 0 while it stands
CREATE INDEX legal_hold_matter ON legal_hold (matter_id, lifted_at);
CREATE UNIQUE INDEX legal_hold_one ON legal_hold (matter_id) WHERE lifted_at = 0;

-- How long a closed matter is kept. Ended, never overwritten; matter_id '' is the firm's rule for all others.
CREATE TABLE retention (
    id TEXT PRIMARY KEY,
    firm_id TEXT NOT NULL REFERENCES org (id),
    matter_id TEXT NOT NULL,
    years BIGINT NOT NULL, -- after the matter was closed
    basis TEXT NOT NULL, -- the rule or agreement that asks for it
    set_by TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL);
CREATE INDEX retention_firm ON retention (firm_id, matter_id, until_at);
CREATE UNIQUE INDEX retention_one ON retention (firm_id, matter_id) WHERE until_at = 9223372036854775807;

-- Requests: what a person is held about (access), that it be erased (erasure), that a closed matter be disposed of (disposal).
CREATE TABLE privacy_request (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL, -- "P-7", counted per organization
    org_id TEXT NOT NULL REFERENCES org (id),
    kind TEXT NOT NULL, -- access, erasure, disposal
    subject_kind TEXT NOT NULL, -- person, client, matter
    subject_id TEXT NOT NULL,
    label ${BLOB} NOT NULL, -- sealed under the organization's key: name or number; emptied when it is erased
    reason ${BLOB} NOT NULL, -- sealed likewise
    received_on TEXT NOT NULL,
    due_on TEXT NOT NULL, -- '' for a disposal
    state TEXT NOT NULL, -- open, working, held, done, refused
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL,
    said ${BLOB} NOT NULL, -- sealed likewise: the outcome, as JSON
    file TEXT NOT NULL, -- blob of the export; '' for none
    size_bytes BIGINT NOT NULL,
    rev BIGINT NOT NULL);
CREATE INDEX privacy_request_org ON privacy_request (org_id, made_at, id);
CREATE INDEX privacy_request_state ON privacy_request (state);
CREATE UNIQUE INDEX privacy_request_one ON privacy_request (org_id, kind, subject_id) WHERE state IN ('open', 'working', 'held');

-- +goose Up

CREATE TABLE client (
    id TEXT PRIMARY KEY,
    firm_id TEXT NOT NULL REFERENCES org (id),
    name TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    rev BIGINT NOT NULL);
CREATE INDEX client_firm ON client (firm_id, name);

CREATE TABLE matter (
    id TEXT PRIMARY KEY,
    firm_id TEXT NOT NULL REFERENCES org (id),
    client_id TEXT NOT NULL REFERENCES client (id),
    number TEXT NOT NULL, -- the firm's own
    title TEXT NOT NULL,
    practice_area TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    data_class TEXT NOT NULL, -- confidential, privileged, phi, medicaid
    state TEXT NOT NULL, -- open, closed
    supervisor_id TEXT NOT NULL REFERENCES person (id), -- supervising attorney
    delegate_id TEXT NOT NULL, -- who answers for her; '' when nobody
    standing ${BLOB} NOT NULL, -- sealed: standing instructions of the matter
    party_version BIGINT NOT NULL, -- +1 on every change of the party list
    opened_on TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    UNIQUE (firm_id, number));
CREATE INDEX matter_client ON matter (client_id);
CREATE INDEX matter_supervisor ON matter (supervisor_id, state);

-- Facts that drafts copy: court, case number, dates of birth. Sealed.
CREATE TABLE matter_fact (
    id TEXT PRIMARY KEY,
    matter_id TEXT NOT NULL REFERENCES matter (id),
    place BIGINT NOT NULL,
    label TEXT NOT NULL,
    value ${BLOB} NOT NULL);
CREATE INDEX matter_fact_matter ON matter_fact (matter_id, place);

CREATE TABLE party (
    id TEXT PRIMARY KEY,
    matter_id TEXT NOT NULL REFERENCES matter (id),
    name TEXT NOT NULL,
    role TEXT NOT NULL, -- plaintiff, defendant, petitioner, beneficiary, opposing counsel, …
    from_version BIGINT NOT NULL, -- party-list versions in which it stands
    until_version BIGINT NOT NULL); -- 0 while it stands
CREATE INDEX party_matter ON party (matter_id);

-- Informed consent of the client to outsource: for this provider, country and data class.
CREATE TABLE consent (
    id TEXT PRIMARY KEY,
    matter_id TEXT NOT NULL REFERENCES matter (id),
    provider_id TEXT NOT NULL REFERENCES org (id),
    country TEXT NOT NULL,
    data_class TEXT NOT NULL,
    given_by TEXT NOT NULL, -- who consented for the client
    given_on TEXT NOT NULL,
    expires_on TEXT NOT NULL, -- '' when it does not
    evidence_id TEXT NOT NULL, -- version of the signed document; '' when it is noted only
    note TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    withdrawn_by TEXT NOT NULL,
    withdrawn_at BIGINT NOT NULL);
CREATE INDEX consent_matter ON consent (matter_id);

-- A provider's conflict check against one version of the party list.
CREATE TABLE conflict_check (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL, -- "K-118", counted per firm
    matter_id TEXT NOT NULL REFERENCES matter (id),
    provider_id TEXT NOT NULL REFERENCES org (id),
    party_version BIGINT NOT NULL,
    outcome TEXT NOT NULL, -- asked, clear, conflict
    note TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    answered_by TEXT NOT NULL,
    answered_at BIGINT NOT NULL,
    rev BIGINT NOT NULL);
CREATE INDEX conflict_check_matter ON conflict_check (matter_id);
CREATE INDEX conflict_check_provider ON conflict_check (provider_id, outcome);

-- Imports can be undone: what each made.
CREATE TABLE import (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES org (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    rows_made BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    undone_at BIGINT NOT NULL);
CREATE TABLE import_row (
    import_id TEXT NOT NULL REFERENCES import (id),
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (import_id, kind, id));

-- +goose Up

-- Epochs: a row per person, matter and engagement that a permission share-locks, and that every change to a grant,
-- wall, fact or clause updates, so that nothing slips in between.
CREATE TABLE access_epoch (
    kind TEXT NOT NULL, -- person, matter, engagement, org
    id TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (kind, id));

-- Interval rows: never overwritten, only ended. until_at 9223372036854775807 means open.
CREATE TABLE access_grant (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    scope_kind TEXT NOT NULL, -- org or matter
    scope_id TEXT NOT NULL,
    org_id TEXT NOT NULL, -- the organization for which the person holds the role
    role TEXT NOT NULL,
    wide BOOLEAN NOT NULL, -- an organization-wide role that sees every matter open to the organization
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    set_by TEXT NOT NULL, -- person, or '' for the system
    reason TEXT NOT NULL);
CREATE INDEX access_grant_person ON access_grant (person_id, scope_kind, until_at, scope_id, org_id, wide, from_at, role);
CREATE INDEX access_grant_scope ON access_grant (scope_kind, scope_id, person_id, until_at, org_id, from_at, role);

-- Which organizations hold a matter: its firm from the start, a provider from the first release to it.
CREATE TABLE matter_opening (
    id TEXT PRIMARY KEY,
    matter_id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    set_by TEXT NOT NULL,
    reason TEXT NOT NULL);
CREATE INDEX matter_opening_matter ON matter_opening (matter_id, org_id, until_at, from_at);
CREATE INDEX matter_opening_org ON matter_opening (org_id, until_at, matter_id, from_at);

-- An ethical wall: an explicit deny for one person on one matter. It beats every grant.
CREATE TABLE wall (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL, -- "W-12", counted per firm
    firm_id TEXT NOT NULL,
    matter_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    set_by TEXT NOT NULL,
    ended_by TEXT NOT NULL,
    reason TEXT NOT NULL);
CREATE INDEX wall_person ON wall (person_id, matter_id, until_at, from_at);
CREATE INDEX wall_matter ON wall (matter_id, until_at);

-- Gate facts: what release and access rest on (consent, conflict clearance, agreements, phase, MFA, competency).
CREATE TABLE gate_fact (
    id TEXT PRIMARY KEY,
    subject_kind TEXT NOT NULL, -- person, matter, engagement
    subject_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    set_by TEXT NOT NULL);
CREATE INDEX gate_fact_subject ON gate_fact (subject_kind, subject_id, until_at);

-- Contract clauses as Cedar policies that only forbid, per engagement.
CREATE TABLE gate_clause (
    id TEXT PRIMARY KEY,
    engagement_id TEXT NOT NULL,
    text TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    set_by TEXT NOT NULL);
CREATE INDEX gate_clause_engagement ON gate_clause (engagement_id, until_at);

-- A retried request finds what its first try did.
CREATE TABLE request_key (
    person_id TEXT NOT NULL,
    request_key TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (person_id, request_key));

-- Entries of the ledger: rows of the transaction they tell of. leaf is what the tree will hold, byte for byte.
CREATE TABLE entry (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    verb TEXT NOT NULL,
    refused BOOLEAN NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    rev BIGINT NOT NULL,
    matter_id TEXT NOT NULL, -- '' where there is none
    org_id TEXT NOT NULL, -- the actor's organization
    owner_org_id TEXT NOT NULL, -- the organization whose record it is
    person_id TEXT NOT NULL, -- '' for the system
    leaf ${BLOB} NOT NULL,
    openings ${BLOB} NOT NULL); -- sealed: salt and value of each commitment; an erased field is absent
CREATE INDEX entry_matter ON entry (matter_id, at, id);
CREATE INDEX entry_subject ON entry (subject_kind, subject_id, at, id);
CREATE INDEX entry_person ON entry (person_id, at, id);
CREATE INDEX entry_owner ON entry (owner_org_id, at, id);

-- Data keys: wrapped by the firm's key. id is "matter/<id>" or "org/<id>".
CREATE TABLE data_key (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL,
    wrapped ${BLOB} NOT NULL,
    made_at BIGINT NOT NULL);

-- Counters that people read aloud: task numbers, wall numbers.
CREATE TABLE counter (
    scope_id TEXT NOT NULL,
    name TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (scope_id, name));

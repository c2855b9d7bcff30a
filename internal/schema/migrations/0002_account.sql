-- +goose Up

CREATE TABLE org (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL, -- firm or provider
    name TEXT NOT NULL,
    country TEXT NOT NULL, -- ISO 3166-1 alpha-2
    zone TEXT NOT NULL, -- IANA time zone
    standing ${BLOB} NOT NULL, -- sealed: standing instructions of a firm, inherited by every package
    made_at BIGINT NOT NULL,
    rev BIGINT NOT NULL);

CREATE TABLE person (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE, -- lower case
    zone TEXT NOT NULL,
    password TEXT NOT NULL, -- argon2id in PHC form; '' until an invitation is accepted
    totp_secret ${BLOB} NOT NULL, -- sealed under the installation's key; empty until enrolled
    totp_step BIGINT NOT NULL, -- the last used time step: a code works once
    theme TEXT NOT NULL,
    density TEXT NOT NULL,
    keys_on BOOLEAN NOT NULL, -- single-letter keys (WCAG 2.1.4)
    disabled_at BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    rev BIGINT NOT NULL);

CREATE TABLE recovery_code (
    person_id TEXT NOT NULL REFERENCES person (id),
    hash TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, hash));

CREATE TABLE member (
    person_id TEXT NOT NULL REFERENCES person (id),
    org_id TEXT NOT NULL REFERENCES org (id),
    title TEXT NOT NULL,
    dedicated_to TEXT NOT NULL, -- a firm's id: the person works for that firm only; '' otherwise
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL, -- 9223372036854775807 while a member
    rev BIGINT NOT NULL,
    PRIMARY KEY (person_id, org_id));
CREATE INDEX member_org ON member (org_id, until_at);

-- Sessions and API tokens. Only a hash of the secret is stored. Their instants are real time, not business time.
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL, -- pending (password proved, second factor not), web or token
    person_id TEXT NOT NULL REFERENCES person (id),
    org_id TEXT NOT NULL,
    name TEXT NOT NULL, -- of a token; '' for a session
    scopes TEXT NOT NULL, -- of a token, space-separated
    mfa BOOLEAN NOT NULL,
    enrol_secret ${BLOB} NOT NULL, -- sealed: a second factor that is shown and not yet confirmed
    made_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL, -- written at most once a minute; the idle lock is counted from it
    ends_at BIGINT NOT NULL,
    stepped_up_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL);
CREATE INDEX session_person ON session (person_id, kind, revoked_at);

CREATE TABLE invitation (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    org_id TEXT NOT NULL REFERENCES org (id),
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    roles TEXT NOT NULL, -- space-separated
    invited_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL);
CREATE INDEX invitation_org ON invitation (org_id, made_at);

-- Attempts to prove a factor, per account and per address, for the rate limit (NIST SP 800-63B section 5.2.2).
CREATE TABLE sign_in_attempt (
    bucket TEXT PRIMARY KEY, -- keyed hash of the e-mail address, the person or the network address
    failures BIGINT NOT NULL, -- in a row, within the window of the bucket
    last_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL); -- nothing is tried before; 0 when open

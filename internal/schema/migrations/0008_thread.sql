-- +goose Up

-- All talk hangs on a matter, a task or a document. Nothing is deleted; edits keep history.
CREATE TABLE message (
    id TEXT PRIMARY KEY,
    matter_id TEXT NOT NULL REFERENCES matter (id),
    subject_kind TEXT NOT NULL, -- matter, task, document
    subject_id TEXT NOT NULL,
    author_id TEXT NOT NULL REFERENCES person (id),
    org_id TEXT NOT NULL,
    body ${BLOB} NOT NULL, -- sealed
    at BIGINT NOT NULL,
    edited_at BIGINT NOT NULL,
    rev BIGINT NOT NULL);
CREATE INDEX message_subject ON message (subject_kind, subject_id, at, id);

CREATE TABLE message_past (
    message_id TEXT NOT NULL REFERENCES message (id),
    rev BIGINT NOT NULL,
    body ${BLOB} NOT NULL, -- sealed
    at BIGINT NOT NULL,
    PRIMARY KEY (message_id, rev));

-- What a person is told. The words are made from the kind and the subject when it is read, through the gate.
CREATE TABLE notice (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    matter_id TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    kind TEXT NOT NULL, -- mention, assigned, returned, question, answered, ready-to-sign, delivered, …
    by_id TEXT NOT NULL, -- who caused it; '' for the system
    at BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    mailed_at BIGINT NOT NULL);
CREATE INDEX notice_person ON notice (person_id, read_at, at);
CREATE INDEX notice_mail ON notice (mailed_at, person_id);

-- What a person wants by mail, and what was sent: the digest once per local day, urgent mail at most every half hour.
CREATE TABLE notice_setting (
    person_id TEXT PRIMARY KEY REFERENCES person (id),
    digest_off BOOLEAN NOT NULL,
    urgent_off BOOLEAN NOT NULL,
    stop_token TEXT NOT NULL UNIQUE, -- in the unsubscribe address of every mail; it can do nothing else
    digested_on TEXT NOT NULL, -- local day of the last digest; '' before the first
    urgent_at BIGINT NOT NULL); -- last urgent mail

-- +goose Up

-- One row a matter, moved on by every change of what is in force: two changes of one docket come one after the other.
CREATE TABLE docket (
    matter_id TEXT PRIMARY KEY REFERENCES matter (id),
    rev BIGINT NOT NULL);

-- An event that starts periods. What it is comes from the entries of two people, and is empty until they agree.
CREATE TABLE docket_trigger (
    id TEXT PRIMARY KEY,
    matter_id TEXT NOT NULL REFERENCES matter (id),
    firm_id TEXT NOT NULL REFERENCES org (id),
    number BIGINT NOT NULL, -- "E-14", counted per firm
    state TEXT NOT NULL, -- waiting, mismatch, in_force, withdrawn
    title ${BLOB} NOT NULL, -- sealed: what happened
    note ${BLOB} NOT NULL, -- sealed
    source_id TEXT NOT NULL, -- document that it was read in; '' for none
    chain TEXT NOT NULL, -- chain, when in force; '' for a rule
    event TEXT NOT NULL, -- date of the chain
    rule_id TEXT NOT NULL, -- rule, when in force; '' for a chain
    zone TEXT NOT NULL, -- of the court
    owner_id TEXT NOT NULL REFERENCES person (id), -- is reminded first
    owner_org TEXT NOT NULL REFERENCES org (id),
    reason ${BLOB} NOT NULL, -- sealed: why it was withdrawn
    made_at BIGINT NOT NULL,
    rev BIGINT NOT NULL);
CREATE INDEX docket_trigger_matter ON docket_trigger (matter_id, state);

-- What each of the two people read, ended by a correction, never overwritten.
CREATE TABLE docket_entry (
    id TEXT PRIMARY KEY,
    trigger_id TEXT NOT NULL REFERENCES docket_trigger (id),
    place BIGINT NOT NULL, -- 1 who entered it, 2 who entered it again
    person_id TEXT NOT NULL REFERENCES person (id),
    org_id TEXT NOT NULL REFERENCES org (id),
    chain TEXT NOT NULL,
    event TEXT NOT NULL,
    rule_id TEXT NOT NULL,
    on_date TEXT NOT NULL,
    service TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL);
CREATE INDEX docket_entry_trigger ON docket_entry (trigger_id);

-- The date of a trigger, as it was agreed on and as it moved.
CREATE TABLE docket_date (
    trigger_id TEXT NOT NULL REFERENCES docket_trigger (id),
    seq BIGINT NOT NULL, -- from 0, the original
    on_date TEXT NOT NULL,
    service TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    move_id TEXT NOT NULL, -- '' for the original
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (trigger_id, seq));

CREATE TABLE docket_move (
    id TEXT PRIMARY KEY,
    trigger_id TEXT NOT NULL REFERENCES docket_trigger (id),
    matter_id TEXT NOT NULL REFERENCES matter (id),
    was_seq BIGINT NOT NULL, -- date that it moves
    on_date TEXT NOT NULL,
    service TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    reason ${BLOB} NOT NULL, -- sealed
    state TEXT NOT NULL, -- proposed, approved, refused
    proposed_by TEXT NOT NULL REFERENCES person (id),
    proposed_at BIGINT NOT NULL,
    answer ${BLOB} NOT NULL, -- sealed: why it was refused
    decided_by TEXT NOT NULL,
    decided_at BIGINT NOT NULL);
CREATE INDEX docket_move_trigger ON docket_move (trigger_id, state);
CREATE INDEX docket_move_matter ON docket_move (matter_id, state);

CREATE TABLE deadline (
    id TEXT PRIMARY KEY,
    trigger_id TEXT NOT NULL REFERENCES docket_trigger (id), -- that brought it into force
    matter_id TEXT NOT NULL REFERENCES matter (id),
    firm_id TEXT NOT NULL REFERENCES org (id),
    number BIGINT NOT NULL, -- "D-14", counted per firm
    chain TEXT NOT NULL, -- '' for a rule
    link TEXT NOT NULL, -- name in the chain; identifier of the trigger for a rule
    rule_id TEXT NOT NULL, -- '' for the earlier or later of two
    title TEXT NOT NULL, -- what is due, in the words of the rule
    zone TEXT NOT NULL,
    owner_id TEXT NOT NULL REFERENCES person (id),
    owner_org TEXT NOT NULL REFERENCES org (id),
    state TEXT NOT NULL, -- open, satisfied, cancelled
    seq BIGINT NOT NULL, -- of its date in force, and of the calendar event
    reason ${BLOB} NOT NULL, -- sealed: how it was satisfied, or why cancelled
    settled_by TEXT NOT NULL,
    settled_at BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    rev BIGINT NOT NULL);
CREATE UNIQUE INDEX deadline_link ON deadline (matter_id, chain, link);

-- The dates of a deadline with the derivation, as it read on the day it was made.
CREATE TABLE deadline_date (
    deadline_id TEXT NOT NULL REFERENCES deadline (id),
    seq BIGINT NOT NULL, -- from 0, the original
    trigger_on TEXT NOT NULL,
    expected TEXT NOT NULL, -- under the prevailing reading
    earliest TEXT NOT NULL,
    latest TEXT NOT NULL,
    certainty TEXT NOT NULL,
    due_time TEXT NOT NULL, -- '' is the end of the day
    steps TEXT NOT NULL, -- JSON
    move_id TEXT NOT NULL, -- '' for the original
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (deadline_id, seq));
CREATE INDEX deadline_date_earliest ON deadline_date (earliest);

-- Tasks that are done for a deadline.
CREATE TABLE deadline_task (
    deadline_id TEXT NOT NULL REFERENCES deadline (id),
    task_id TEXT NOT NULL,
    PRIMARY KEY (deadline_id, task_id));

-- The ladder: one row a reminder.
CREATE TABLE deadline_reminder (
    id TEXT PRIMARY KEY,
    deadline_id TEXT NOT NULL REFERENCES deadline (id),
    matter_id TEXT NOT NULL REFERENCES matter (id),
    days BIGINT NOT NULL, -- before the earliest date
    due_at BIGINT NOT NULL,
    state TEXT NOT NULL, -- waiting, fired, acknowledged, ended
    rung BIGINT NOT NULL, -- how far it climbed: 0 the owner
    person_id TEXT NOT NULL, -- told last; '' before it fires
    fired_at BIGINT NOT NULL,
    late BOOLEAN NOT NULL, -- fired long after it was due: the server was down
    climb_at BIGINT NOT NULL, -- when it climbs without an acknowledgement; 0 at the top
    acknowledged_by TEXT NOT NULL,
    acknowledged_at BIGINT NOT NULL);
CREATE INDEX deadline_reminder_deadline ON deadline_reminder (deadline_id);
CREATE INDEX deadline_reminder_due ON deadline_reminder (state, due_at);

-- Addresses under which calendar programs fetch a person's dates. The token is kept as its hash.
CREATE TABLE calendar_feed (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    org_id TEXT NOT NULL REFERENCES org (id),
    matter_id TEXT NOT NULL, -- '' for all that the person sees
    token TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL);
CREATE UNIQUE INDEX calendar_feed_token ON calendar_feed (token);
CREATE INDEX calendar_feed_person ON calendar_feed (person_id);

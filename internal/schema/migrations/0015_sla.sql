-- +goose Up

-- When people work: of an organization, of one of its sites, of one person.
CREATE TABLE working_calendar (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES org (id),
    kind TEXT NOT NULL, -- org, site, person
    person_id TEXT NOT NULL, -- of a person's; '' otherwise
    name TEXT NOT NULL,
    zone TEXT NOT NULL, -- IANA time zone; a calendar never changes it
    base_id TEXT NOT NULL, -- its days off apply too, and its shifts where this one has none; '' for none
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    rev BIGINT NOT NULL);
CREATE INDEX working_calendar_org ON working_calendar (org_id, kind, person_id);

-- Interval rows of days in the calendar's zone: ended, never overwritten. until_on 9999-12-31 means open; one that is not after
-- from_on never came into force.
CREATE TABLE working_shift (
    id TEXT PRIMARY KEY,
    calendar_id TEXT NOT NULL REFERENCES working_calendar (id),
    days TEXT NOT NULL, -- from Monday: 1111100
    open_minute BIGINT NOT NULL, -- of the day
    close_minute BIGINT NOT NULL, -- not after open_minute: on the next day
    from_on TEXT NOT NULL,
    until_on TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL);
CREATE INDEX working_shift_calendar ON working_shift (calendar_id, from_on);

CREATE TABLE day_off (
    id TEXT PRIMARY KEY,
    calendar_id TEXT NOT NULL REFERENCES working_calendar (id),
    kind TEXT NOT NULL, -- holiday or leave
    name TEXT NOT NULL,
    from_on TEXT NOT NULL,
    until_on TEXT NOT NULL, -- the day after the last
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL);
CREATE INDEX day_off_calendar ON day_off (calendar_id, from_on);

-- What both sides of an engagement agreed on time, by version. Work keeps the version in force when it was released.
CREATE TABLE sla_terms (
    id TEXT PRIMARY KEY,
    engagement_id TEXT NOT NULL REFERENCES engagement (id),
    code TEXT NOT NULL, -- task type; '' for every type that has no terms of its own
    version BIGINT NOT NULL, -- counted per engagement
    calendar_id TEXT NOT NULL REFERENCES working_calendar (id),
    agreed_minutes BIGINT NOT NULL, -- working time
    own_minutes BIGINT NOT NULL, -- the provider's own target; 0 for none
    shares TEXT NOT NULL, -- "draft 60, peer 25": percent of the agreed time by stage key
    credits TEXT NOT NULL, -- "0 5, 240 10": minutes late, percent of the item's fee
    cap_percent BIGINT NOT NULL, -- 0 for none
    questions_wait BOOLEAN NOT NULL, -- an open question stops the clock
    from_on TEXT NOT NULL, -- earliest day, in the firm's zone
    from_at BIGINT NOT NULL, -- in force from then on; 0 while it is not accepted
    proposed_by TEXT NOT NULL,
    proposed_org TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    settled_by TEXT NOT NULL,
    settled_at BIGINT NOT NULL,
    state TEXT NOT NULL, -- proposed, agreed, declined, withdrawn
    UNIQUE (engagement_id, version));

-- A clock that stands for a reason that no move of the task tells: a court, a legal hold, the firm.
CREATE TABLE clock_pause (
    id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES task (id),
    matter_id TEXT NOT NULL REFERENCES matter (id),
    kind TEXT NOT NULL, -- firm, court, hold
    reason ${BLOB} NOT NULL, -- sealed: the evidence, in words
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL, -- 9223372036854775807 while it stands
    set_by TEXT NOT NULL,
    ended_by TEXT NOT NULL);
CREATE INDEX clock_pause_task ON clock_pause (task_id, until_at);

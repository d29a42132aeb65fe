-- The events module: what happened, kept until retention takes it. It owns this schema.
create schema events;

-- Insert-only. The source is the position of the timeline entry that an event tells of: telling it again does nothing.
create table events.outbox (
    position  bigint      generated always as identity primary key,
    source    bigint      not null unique,
    at        timestamptz not null,
    eval_id   text        not null,
    submitter text        not null,
    status    text        not null,
    data      text        not null -- JSON; not jsonb, which cannot hold a NUL escape and would stop the outbox at it
);
create index outbox_evaluation on events.outbox (eval_id, position);

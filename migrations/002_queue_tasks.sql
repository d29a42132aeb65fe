-- The queue module: the journal of the in-memory queue. It owns this schema; nothing refers into it or out of it.
create schema queue;

-- One row. The epoch grows at each start and every write names it, so a server that was replaced can change nothing.
create table queue.server (
    id    smallint primary key check (id = 1),
    epoch bigint   not null check (epoch >= 0)
);
insert into queue.server (id, epoch) values (1, 0);

-- One narrow row for each task. Handing out and heartbeats change state, attempt and worker, which no index knows, and
-- pages keep room, so these changes stay on their page (HOT). Only the end of a task touches the indexes.
create table queue.task (
    id         text        primary key,
    seq        bigint      not null,
    epoch      bigint      not null,
    queued_at  timestamptz not null,
    not_before timestamptz,
    leased_at  timestamptz,
    ended_at   timestamptz,
    attempt    integer     not null default 0 check (attempt >= 0),
    losses     integer     not null default 0 check (losses >= 0),
    crashes    integer     not null default 0 check (crashes >= 0),
    priority   smallint    not null check (priority between 0 and 10),
    state      text        not null check (state in ('queued', 'leased', 'finished', 'dead')),
    submitter  text        not null,
    language   text        not null,
    engine     text        not null,
    worker     text,
    check (state <> 'leased' or (worker is not null and attempt > 0)),
    check ((ended_at is not null) = (state in ('finished', 'dead')))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- The order in which a start reads the backlog: only what has not ended is in it. The predicate is ended_at and not
-- state, because a column of a predicate counts as indexed and every change of it would touch every index.
create unique index task_backlog on queue.task (seq) where ended_at is null;
create index task_ended on queue.task (ended_at) where ended_at is not null;

-- The task itself as JSON text (ASCII). Insert-only, apart from the row that changes.
create table queue.task_payload (
    id   text primary key,
    body text not null
);

-- The one accepted result of a task, or its cancellation, until it is settled. The worker is null when nobody ran it;
-- the outcome is JSON with the heads of its outputs in base64.
create table queue.task_result (
    id      text        primary key,
    attempt integer     not null,
    at      timestamptz not null,
    actor   text        not null,
    worker  text,
    outcome text        not null
);

-- Attempts that ended without a result, with their error. Not unique: a recovery may note an attempt again.
create table queue.task_loss (
    position bigint      generated always as identity primary key,
    at       timestamptz not null,
    attempt  integer     not null,
    id       text        not null,
    error    text        not null
);
create index task_loss_id on queue.task_loss (id, position);

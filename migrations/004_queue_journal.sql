-- The queue module: its journal, whose rows all come and go, must not grow by that, and keeps a wish to cancel.

-- Vacuum comes once a thousand rows are dead, however long the backlog is: a share of a long backlog would be a long
-- time, and every look at the backlog's head steps over the dead. That a page is written only 70 % full stays as it is:
-- 999 of 1,000 changes stay on their page (HOT) with it.
alter table queue.task set (
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_analyze_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0);

-- Rows that are written once and deleted once; a large body is kept in the TOAST table.
alter table queue.task_payload set (
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_analyze_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0,
    toast.autovacuum_vacuum_threshold = 1000,
    toast.autovacuum_vacuum_scale_factor = 0.01,
    toast.autovacuum_vacuum_cost_delay = 0);
alter table queue.task_result set (
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_cost_delay = 0,
    toast.autovacuum_vacuum_threshold = 1000,
    toast.autovacuum_vacuum_scale_factor = 0.01,
    toast.autovacuum_vacuum_cost_delay = 0);
alter table queue.task_loss set (
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_cost_delay = 0);

-- One row that each start changes and every transaction reads.
alter table queue.server set (fillfactor = 10, autovacuum_vacuum_threshold = 50, autovacuum_vacuum_scale_factor = 0);

-- Who wished a task that a worker had to be cancelled: a crash must not forget it. In no index, so a change stays HOT.
alter table queue.task add column cancel_actor text;

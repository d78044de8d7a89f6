-- Which backfill a run belongs to.
alter table run add column backfill bigint null after active_of, add key run_backfill (backfill);

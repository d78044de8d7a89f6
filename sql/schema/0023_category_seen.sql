-- When a name came up first: checks tell new ones from known ones.
alter table dim_category add column seen_at datetime(6) not null default current_timestamp(6);

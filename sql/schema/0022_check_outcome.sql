-- What a check compared with, and what it said when it found something; null when it found nothing.
alter table check_result add column threshold decimal(40, 12) null, add column message text null, add column pruned_at datetime(6) null;

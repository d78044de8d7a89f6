-- Which number of clean_order a file was added under; 0 in rows of before, whose data sets are cleaned anew.
alter table cleaned_file add column load_number bigint not null default 0 after run;

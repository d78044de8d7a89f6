-- What cleaning each file found and took; NULL for files that were cleaned before it was kept. One statement, as in 0004.
alter table cleaned_file
    -- a JSON object: by column, in how many records that were not rejected it is NULL; columns without any are left out
    add column nulls varchar(2000) null,
    add column milliseconds double null;

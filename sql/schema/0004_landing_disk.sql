-- What is known of a landing file on disk. One statement: a server that died right after it runs it again, and 1060 tells that it was done.
alter table landing_file
    -- `bytes` and `checksum` are the content's, packed or not: the same records give the same. These two are what the disk holds of it
    -- and of its dead letters; null in rows of before, which are not packed
    add column disk_bytes bigint null after checksum,
    add column dead_bytes bigint null after disk_bytes,
    -- since when the file on disk is known not to be the one that was recorded
    add column damaged_at datetime(6) null,
    -- when it was cleaned and old enough to go; its dead letters, which nothing has cleaned, stay
    add column removed_at datetime(6) null;

-- Which installation this database is: its landing folder bears the id, and no other's drain may tidy up there.
create table if not exists installation (
    only_one tinyint not null default 1 primary key,
    id char(36) not null,
    constraint installation_one check (only_one = 1)
) default character set utf8mb4 collate utf8mb4_bin;

insert ignore into installation (id) select uuid();

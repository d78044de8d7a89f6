-- name: joined_users
-- title: Users by year of joining
-- columns: join_year, users
-- key: join_year
-- merge: users sum
-- tables: fact_user

select join_year, count(*) as users
from fact_user
group by join_year;

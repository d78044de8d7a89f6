-- name: users_joined_by_year
-- title: Users who joined in each year, 2015 to 2020
-- task: 9
-- columns: post_year, number_users_joined
-- key: post_year
-- tables: joined_users
-- chart: bar x=post_year y=number_users_joined

select join_year as post_year, users as number_users_joined
from joined_users
where join_year between 2015 and 2020
order by post_year;

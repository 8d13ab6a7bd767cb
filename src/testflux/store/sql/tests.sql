-- name: list_tests
-- A page of the catalogue, by what the last results are. That is the result in the newest run of any lane of the branch,
-- and for tests that none of these holds in whichever run held them last; of such tests the five thousand seen last are
-- looked up. Failures are counted over the same days.
with newest as (
    select distinct on (name, environment) run_id, run_day, number, started_at
    from run
    where project_id = %(project_id)s and kind = 'functional' and branch = any(%(branches)s::text[])
      and run_day >= %(first_day)s
    order by name, environment, started_at desc, run_id desc
), latest as materialized (
    select distinct on (r.test_no) r.test_no, r.status, r.duration_ms, n.run_id, n.number, n.started_at
    from newest n
    join result r on r.project_id = %(project_id)s and r.run_day >= %(first_day)s and r.run_day = n.run_day
        and r.run_id = n.run_id
    order by r.test_no, n.started_at desc, n.run_id desc
), elsewhere as materialized (
    select t.test_no
    from test t
    where t.project_id = %(project_id)s and t.last_seen_at >= %(first_day)s
      and not exists (select from latest l where l.test_no = t.test_no)
    order by t.last_seen_at desc
    limit 5000
), last as materialized (
    select test_no, status, duration_ms, run_id, number, started_at from latest
    union all
    select t.test_no, (array['passed', 'failed', 'broken', 'skipped', 'flaky'])[x.status], x.duration_ms, x.run_id,
           x.number, x.started_at
    from elsewhere t
    cross join lateral (
        select get_byte(c.status, slot.place - 1) as status,
               duration_at(c.durations, length(c.status), slot.place - 1) as duration_ms,
               r.run_id, r.number, r.started_at
        from result_chunk c
        join run r on r.project_id = c.project_id and r.run_id = c.run_id
        cross join lateral (
            select case
                       when c.slots is not null then array_position(c.slots, (t.test_no %% 1000)::smallint)
                       when t.test_no %% 1000 < length(c.status) then t.test_no %% 1000 + 1
                   end as place
        ) slot
        where c.project_id = %(project_id)s and c.bucket = t.test_no / 1000 and c.run_day >= %(first_day)s
          and r.branch = any(%(branches)s::text[]) and slot.place is not null
        order by c.run_day desc, r.started_at desc, r.run_id desc
        limit 1
    ) x
), failing as materialized (
    select test_no, count(*) as failures
    from result_row
    where project_id = %(project_id)s and run_day >= %(first_day)s and is_final and status in (2, 3)
    group by test_no
)
select t.test_no, t.suite, t.name, t.tags, l.status, l.duration_ms, l.run_id, l.number, l.started_at
from test t
left join last l using (test_no)
left join failing f using (test_no)
where t.project_id = %(project_id)s
  and (%(statuses)s::text[] is null or l.status = any(%(statuses)s))
  and (%(tags)s::text[] is null or t.tags @> %(tags)s)
  and (%(suites)s::text[] is null or array_to_string(t.suite, ' / ') ilike any(%(suites)s))
  and (%(longer)s::float8 is null or l.duration_ms > %(longer)s)
  and (%(shorter)s::float8 is null or l.duration_ms < %(shorter)s)
  and (%(word)s::text = '' or t.test_no in (
      FOUND_TESTS
  ))
order by case when %(sort)s = '-duration' then coalesce(-l.duration_ms, 0) end,
         case when %(sort)s = '-failures' then -coalesce(f.failures, 0) end,
         t.suite, t.name, t.test_no
offset %(offset)s
limit %(limit)s;

-- name: list_named
-- A page of the catalogue by name, whatever the last results.
select test_no, suite, name, tags
from test
where project_id = %(project_id)s
  and (%(tags)s::text[] is null or tags @> %(tags)s)
  and (%(suites)s::text[] is null or array_to_string(suite, ' / ') ilike any(%(suites)s))
order by suite, name, test_no
offset %(offset)s
limit %(limit)s;

-- name: list_searched
-- A page of the tests by name in whose texts all of the words occur. The longest word is looked for first, in rows and
-- then in their lines, and by strpos, which takes half as long as LIKE; so few texts are left that looking these tests up
-- one by one is best.
select test_no, suite, name, tags
from test
where project_id = %(project_id)s
  and test_no = any(array(
      FOUND_TESTS
  ))
  and (%(tags)s::text[] is null or tags @> %(tags)s)
  and (%(suites)s::text[] is null or array_to_string(suite, ' / ') ilike any(%(suites)s))
order by suite, name, test_no
offset %(offset)s
limit %(limit)s;

-- name: list_last
-- How tests last went, each in whichever run of the branches held it last.
select t.test_no, (array['passed', 'failed', 'broken', 'skipped', 'flaky'])[l.status] as status, l.duration_ms, l.run_id,
       l.number, l.started_at
from unnest(%(test_nos)s::integer[]) as t (test_no)
cross join lateral (
    select get_byte(c.status, slot.place - 1) as status,
           duration_at(c.durations, length(c.status), slot.place - 1) as duration_ms,
           r.run_id, r.number, r.started_at
    from result_chunk c
    join run r on r.project_id = c.project_id and r.run_id = c.run_id
    cross join lateral (
        select case
                   when c.slots is not null then array_position(c.slots, (t.test_no %% 1000)::smallint)
                   when t.test_no %% 1000 < length(c.status) then t.test_no %% 1000 + 1
               end as place
    ) slot
    where c.project_id = %(project_id)s and c.bucket = t.test_no / 1000 and c.run_day >= %(first_day)s
      and r.branch = any(%(branches)s::text[]) and slot.place is not null
    order by c.run_day desc, r.started_at desc, r.run_id desc
    limit 1
) l;

-- name: list_recent
-- The newest functional runs of a branch, newest first: what history strips are cut from.
select run_id, run_day, number, started_at
from run
where project_id = %(project_id)s and kind = 'functional' and branch = any(%(branches)s::text[])
order by started_at desc, run_id desc
limit %(limit)s;

-- name: find_test
-- One test of the catalogue.
select test_no, suite, name, parameters, source, line, tags, first_seen_at, last_seen_at
from test
where project_id = %(project_id)s and test_no = %(test_no)s;

-- name: list_names
-- What some tests are called.
select test_no, suite, name, tags from test where project_id = %(project_id)s and test_no = any(%(test_nos)s::integer[]);

-- name: list_history
-- The runs of one test of a tenant, newest first, straight from its slots, with the message where it failed. One row
-- without a run when none is found, nothing when there is no such test.
-- It looks at first_day to last_day, and of these first no further back than as many of the newest runs as a page takes
-- reach (`reached`; null when there are fewer). Each row tells from which day to which it looked, and how far back the
-- test goes. Days that are parameters let even a plan made for all days open only their partitions.
select h.*, look.first_day, look.last_day, look.reached, seen.oldest
from project p
join test t on t.project_id = p.project_id
cross join lateral (
    select greatest((t.first_seen_at at time zone 'UTC')::date, (%(since)s::timestamptz at time zone 'UTC')::date) as oldest,
           least((t.last_seen_at at time zone 'UTC')::date, %(last_day)s::date) as newest
    offset 0
) seen
cross join lateral (
    select case when count(*) = %(limit)s then min(run_day) end as first_day
    from (
        select run_day
        from run r
        where r.project_id = %(project_id)s and r.kind = 'functional' and r.run_day <= seen.newest
          and (%(branch)s::text is null or r.branch = %(branch)s)
          and (%(environment)s::text is null or r.environment = %(environment)s)
          and (%(name)s::text is null or r.name = %(name)s)
          and (%(since)s::timestamptz is null or r.started_at >= %(since)s)
          and (%(before)s::timestamptz is null or (r.started_at, r.run_id) < (%(before)s, %(before_run)s))
        order by r.started_at desc, r.run_id desc
        limit %(limit)s
    ) newest
) reach
cross join lateral (
    select case when %(is_further)s::boolean then %(first_day)s::date else greatest(reach.first_day, %(first_day)s) end
               as first_day,
           seen.newest as last_day, reach.first_day as reached
    offset 0
) look
left join lateral (
    select r.run_id, r.number, r.started_at, r.branch, r.commit_sha, r.environment, r.name,
           get_byte(c.status, slot.place) as status, duration_at(c.durations, slot.count, slot.place) as duration_ms,
           coalesce(m.text, '') as message
    from result_chunk c
    cross join lateral (
        select length(c.status) as count, case
                   when c.slots is not null then array_position(c.slots, (%(test_no)s %% 1000)::smallint) - 1
                   when %(test_no)s %% 1000 < length(c.status) then %(test_no)s %% 1000
               end as place
        offset 0
    ) slot
    join run r on r.project_id = c.project_id and r.run_id = c.run_id
    left join result_row x
        on x.project_id = c.project_id and x.run_day = c.run_day and x.run_id = c.run_id
        and x.test_no = %(test_no)s and x.is_final and x.run_day between %(first_day)s and %(last_day)s
    left join message m on m.project_id = c.project_id and m.message_id = x.message_id
    where c.project_id = %(project_id)s and c.bucket = %(test_no)s / 1000
      and c.run_day between %(first_day)s and %(last_day)s
      and c.run_day between look.first_day and look.last_day
      and slot.place is not null
      and (%(branch)s::text is null or r.branch = %(branch)s)
      and (%(environment)s::text is null or r.environment = %(environment)s)
      and (%(name)s::text is null or r.name = %(name)s)
      and (%(since)s::timestamptz is null or r.started_at >= %(since)s)
      and (%(before)s::timestamptz is null or (r.started_at, r.run_id) < (%(before)s, %(before_run)s))
    order by r.started_at desc, r.run_id desc
    limit %(limit)s
) h on true
where p.org_id = %(org_id)s
  and (%(project_ids)s::bigint[] is null or p.project_id = any(%(project_ids)s))
  and t.project_id = %(project_id)s and t.test_no = %(test_no)s
order by h.started_at desc, h.run_id desc;

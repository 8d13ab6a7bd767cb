-- name: add_outcome
-- One upload more that became this.
insert into intake_outcome as old (format, outcome, uploads) values (%(format)s, %(outcome)s, 1)
on conflict (format, outcome) do update set uploads = old.uploads + 1;

-- name: add_stages
-- One upload more, with how long its stages took. Rows are taken in one order, so that nobody waits in a ring.
insert into intake_stage as old (stage, uploads, seconds, buckets)
select s.stage, 1, s.seconds, array(select (n = s.place)::int::bigint from generate_series(0, %(last)s::int) n order by n)
from unnest(%(stages)s::text[], %(seconds)s::float8[], %(places)s::int[]) as s (stage, seconds, place)
order by s.stage
on conflict (stage) do update
set uploads = old.uploads + 1,
    seconds = old.seconds + excluded.seconds,
    buckets = array(
        select coalesce(a, 0) + coalesce(b, 0)
        from unnest(old.buckets, excluded.buckets) with ordinality as h (a, b, position)
        order by position
    );

-- name: list_stages
-- How long the stages took.
select stage, uploads, seconds, buckets from intake_stage;

-- name: list_outcomes
-- What became of uploads.
select format, outcome, uploads from intake_outcome order by format, outcome;

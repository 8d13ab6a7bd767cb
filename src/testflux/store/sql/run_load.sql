-- name: list_thresholds
-- The thresholds of a run, missed ones first, with what the baseline measured and what the metric is made of.
select t.metric, t.expression, t.is_met, t.value, t.limit_value, t.margin, was.value as previous_value, m.type, m.contains
from threshold t
left join threshold was
    on was.project_id = t.project_id and was.run_id = %(baseline_run_id)s
    and was.metric = t.metric and was.expression = t.expression
left join load_metric m
    on m.project_id = t.project_id and m.run_id = t.run_id and m.name = split_part(t.metric, '{', 1) and m.tags = ''
where t.project_id = %(project_id)s and t.run_id = %(run_id)s
order by t.is_met, t.position
offset %(offset)s
limit %(limit)s;

-- name: list_checks
-- The checks of a run, in the report's order.
select group_path, name, passes, fails
from load_check
where project_id = %(project_id)s and run_id = %(run_id)s
order by position
offset %(offset)s
limit %(limit)s;

-- name: list_groups
-- The groups of a run with what the checks in and below each add up to.
select g.path, coalesce(sum(c.passes), 0)::bigint as passed, coalesce(sum(c.fails), 0)::bigint as failed
from load_group g
left join load_check c
    on c.project_id = g.project_id and c.run_id = g.run_id and c.group_path[1:cardinality(g.path)] = g.path
where g.project_id = %(project_id)s and g.run_id = %(run_id)s
group by g.position, g.path
order by g.path
offset %(offset)s
limit %(limit)s;

-- name: list_metrics
-- The metrics of a run by name, each beside the baseline's.
select m.name, m.tags, m.type, m.contains, m.count, m.rate, m.min, m.avg, m.med, m.p90, m.p95, m.p99, m.max, m.value,
       m.passes, m.fails, m.others,
       case when was.name is not null then jsonb_strip_nulls(
           to_jsonb(was) - array['project_id', 'run_id', 'name', 'tags', 'type', 'contains', 'others', 'histogram']
       ) || was.others end as baseline
from load_metric m
left join load_metric was
    on was.project_id = m.project_id and was.run_id = %(baseline_run_id)s and was.name = m.name and was.tags = m.tags
where m.project_id = %(project_id)s and m.run_id = %(run_id)s
  and (%(name)s::text is null or m.name = %(name)s)
  and (%(tags)s::text is null or m.tags = %(tags)s)
order by m.name, m.tags
offset %(offset)s
limit %(limit)s;

-- name: list_series
-- The metrics of a run over its time.
select name, tags, bucket_ms, start_at, counts, sums, p95s, maxima
from load_series
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s
  and (%(name)s::text is null or name = %(name)s)
  and (%(tags)s::text is null or tags = %(tags)s)
order by name, tags;

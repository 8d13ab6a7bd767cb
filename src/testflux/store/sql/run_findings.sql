-- name: list_findings
-- A page of what a scan found, and of what its baseline found and it did not: most severe first.
with here as (
    select finding_no, severity, confidence, state, count, jsonb_array_length(occurrences) as occurrences
    from finding_seen
    where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s
    union all
    select was.finding_no, was.severity, was.confidence, %(gone)s, was.count, jsonb_array_length(was.occurrences)
    from finding_seen was
    where was.project_id = %(project_id)s and was.run_day = %(baseline_day)s and was.run_id = %(baseline_run_id)s
      and not exists (
          select from finding_seen n
          where n.project_id = %(project_id)s and n.run_day = %(run_day)s and n.run_id = %(run_id)s
            and n.finding_no = was.finding_no
      )
)
select f.finding_no, f.rule, f.name, f.origin, f.method, f.template, f.param, f.algorithm, f.first_run_id,
       f.first_seen_at, h.severity, h.confidence, h.state, h.count, h.occurrences, rule.cwe,
       coalesce(r.number, 0) as first_number, count(*) over () as found
from here h
join finding f on f.project_id = %(project_id)s and f.finding_no = h.finding_no
left join finding_rule rule on rule.project_id = %(project_id)s and rule.rule = f.rule
left join run r on r.project_id = %(project_id)s and r.run_id = f.first_run_id
where (%(finding_no)s::bigint is null or f.finding_no = %(finding_no)s)
  and (%(severities)s::smallint[] is null or h.severity = any(%(severities)s))
  and (case when %(states)s::text[] is null then h.state not in ('fixed', 'not_seen') else h.state = any(%(states)s) end
       or %(finding_no)s::bigint is not null)
  and (%(rules)s::text[] is null or f.rule = any(%(rules)s))
  and (%(methods)s::text[] is null or f.method = any(%(methods)s))
  and (%(params)s::text[] is null or f.param = any(%(params)s))
  and concat_ws(' ', f.name, f.method, f.origin || f.template, f.param, f.rule) ilike all(%(patterns)s::text[])
order by h.severity desc, f.name, f.finding_no
offset %(offset)s
limit %(limit)s;

-- name: get_rule
-- What the rule says, as its newest scan words it.
select cwe, wasc, description, solution, reference_urls, tags
from finding_rule
where project_id = %(project_id)s and rule = %(rule)s;

-- name: find_occurrences
-- Where a finding was seen in one scan.
select occurrences
from finding_seen
where project_id = %(project_id)s and run_day = %(run_day)s and run_id = %(run_id)s and finding_no = %(finding_no)s;

-- name: list_sightings
-- In which of some scans a finding was seen, and how severe it was.
select run_id, severity
from finding_seen
where project_id = %(project_id)s and finding_no = %(finding_no)s
  and run_day between %(first_day)s and %(last_day)s and run_id = any(%(run_ids)s::bigint[]);

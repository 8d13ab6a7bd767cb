-- name: drop
-- Of rows that hold texts of dropped tests, what is left of the others: a line that is gone stays as an empty one, as
-- the places of lines are numbers of tests. Where nothing is left, the row goes.
left_text as (
    select x.test_no, bool_or(d.test_no is null and line.text <> '') as is_any,
           string_agg(case when d.test_no is null then line.text else '' end, E'\n' order by line.place) as folded
    from test_text x
    cross join lateral string_to_table(x.folded, E'\n') with ordinality line (text, place)
    left join dropped d on d.test_no = x.test_no + line.place - 1
    where x.project_id = %(project_id)s and x.test_no in (
        select (
            select max(before.test_no) from test_text before
            where before.project_id = %(project_id)s and before.test_no <= gone.test_no
        ) from dropped gone
    )
    group by x.test_no
), dropped_text as (
    delete from test_text x using left_text l
    where x.project_id = %(project_id)s and x.test_no = l.test_no and not l.is_any
), kept_text as (
    update test_text x set folded = l.folded from left_text l
    where x.project_id = %(project_id)s and x.test_no = l.test_no and l.is_any
);

-- name: found
-- Tests whose text holds all words: one of them is looked for in rows, then in their lines, the others in those.
select (x.test_no + line.place - 1)::integer
from test_text x
cross join lateral string_to_table(x.folded, E'\n') with ordinality line (text, place)
where x.project_id = %(project_id)s and strpos(x.folded, %(word)s) > 0
  and strpos(line.text, %(word)s) > 0 and line.text like all(%(patterns)s::text[]);

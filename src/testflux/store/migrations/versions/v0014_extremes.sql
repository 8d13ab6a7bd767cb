create function pack_not_passed(status bytea, slots smallint[]) returns bytea
    language sql immutable parallel safe
    return (
        select string_agg(int2send((coalesce(slots[place + 1], place) * 8 + get_byte(status, place))::smallint), ''::bytea
                          order by place)
        from generate_series(0, length(status) - 1) as place
        where get_byte(status, place) <> 1
    );

create function pack_longest(status bytea, durations bytea, slots smallint[]) returns bytea
    language sql immutable parallel safe
    return (
        select string_agg(int2send(coalesce(slots[place + 1], place)::smallint) || int4send(duration_ms), ''::bytea
                          order by duration_ms desc, place)
        from (
            select place, duration_at(durations, length(status), place) as duration_ms
            from generate_series(0, length(status) - 1) as place
            where get_byte(status, place) <> 4
            order by duration_ms desc, place
            limit least(64, (length(status) + 7) / 8)
        ) as longest
    );

alter table result_chunk
    add column not_passed bytea generated always as (pack_not_passed(status, slots)) stored,
    add column longest bytea generated always as (pack_longest(status, durations, slots)) stored;

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Card } from "@/components/card";
import { Chart } from "@/components/chart";
import { Loaded } from "@/components/states";
import { metricOf, pointsOf } from "@/features/project/metrics";
import type { GetProjectTrendsData } from "@/lib/api";
import { getProjectTrendsOptions } from "@/lib/api/@tanstack/react-query.gen";

/** One metric of a project over time. */
export function TrendCard({
  slug,
  metricKey,
  query,
  note,
  end,
  height,
}: {
  slug: string;
  metricKey: string;
  query: NonNullable<GetProjectTrendsData["query"]>;
  note?: string;
  end?: ReactNode;
  height?: number;
}) {
  const metric = metricOf(metricKey);
  const trends = useQuery({
    ...getProjectTrendsOptions({ path: { slug }, query: { ...query, metric: metric.query } }),
    placeholderData: (present) => present,
  });
  return (
    <Card title={metric.label} note={note} end={end}>
      <Loaded query={trends} rows={6}>
        {(data) => (
          <Chart
            label={metric.label}
            points={pointsOf(metric, data)}
            series={metric.series}
            shape={metric.shape}
            format={metric.format}
            domain={metric.domain}
            height={height}
          />
        )}
      </Loaded>
    </Card>
  );
}

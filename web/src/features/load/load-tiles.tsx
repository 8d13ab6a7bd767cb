import { Tile } from "@/components/card";
import { figures } from "@/features/load/metrics";
import type { MetricItem, RunDetail } from "@/lib/api";

/** The usual figures of a load test and how they moved. */
export function LoadTiles({ run, metrics }: { run: RunDetail; metrics: MetricItem[] }) {
  return (
    <section aria-label="Key figures" className="grid grid-cols-2 gap-4 sm:grid-cols-3 xl:grid-cols-6">
      {figures(run.load, metrics).map(({ label, value, delta }) => (
        <Tile key={label} label={label} value={value} delta={delta?.text} trend={delta?.trend} />
      ))}
    </section>
  );
}

import { lazy, Suspense, useState } from "react";
import type { CanvasProps } from "@/components/chart-canvas";
import { type ChartPoint, type Series, summarise } from "@/components/chart-model";
import { Table, Td, Th } from "@/components/table";
import { day } from "@/lib/format";

const Canvas = lazy(() => import("@/components/chart-canvas"));

function Legend({ points, series, format }: Pick<CanvasProps, "points" | "series" | "format">) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-text-2">
      {series.map(({ key, label, colour, isDashed }) => {
        const last = points.findLast(({ values }) => values[key] != null)?.values[key];
        return (
          <li key={key} className="flex items-center gap-1.5">
            <svg aria-hidden="true" width={14} height={4}>
              <path
                d="M0 2h14"
                stroke={colour}
                strokeWidth={3}
                strokeDasharray={isDashed ? "4 3" : undefined}
              />
            </svg>
            {label}
            {last != null && <span className="text-text-3">{format(last)}</span>}
          </li>
        );
      })}
    </ul>
  );
}

function AsTable({
  label,
  points,
  series,
  format,
  sayStart = (start) => day(start),
}: { label: string } & Pick<CanvasProps, "points" | "series" | "format" | "sayStart">) {
  const rows = points.filter(({ values }) => Object.values(values).some((value) => value != null)).reverse();
  const cell = (point: ChartPoint, { key }: Series) =>
    point.values[key] == null ? "–" : format(point.values[key]);
  return (
    <div className="max-h-80 overflow-y-auto">
      <Table
        label={`${label}, as a table`}
        head={
          <>
            <Th>Start</Th>
            {series.map((line) => (
              <Th key={line.key} numeric>
                {line.label}
              </Th>
            ))}
          </>
        }
      >
        {rows.map((point) => (
          <tr key={point.start}>
            <Td>{sayStart(point.start)}</Td>
            {series.map((line) => (
              <Td key={line.key} numeric>
                {cell(point, line)}
              </Td>
            ))}
          </tr>
        ))}
      </Table>
    </div>
  );
}

/** A chart with its sentence for those who cannot see it, its values named, and the same as a table. */
export function Chart({ label, height = 200, ...canvas }: { label: string; height?: number } & CanvasProps) {
  const [isTable, setTable] = useState(false);
  const { points, series, format, sayStart } = canvas;
  const hasValues = points.some(({ values }) => Object.values(values).some((value) => value != null));
  if (!hasValues) {
    return (
      <p className="grid place-items-center px-4 pb-4 text-center text-text-3" style={{ height }}>
        No runs with these values in this range.
      </p>
    );
  }
  return (
    <figure aria-label={label} className="min-w-0 px-2 pb-2">
      {isTable ? (
        <AsTable label={label} points={points} series={series} format={format} sayStart={sayStart} />
      ) : (
        <div style={{ height }} aria-hidden="true" className="overflow-x-clip">
          <Suspense fallback={<div className="h-full animate-pulse rounded-sm bg-sunken" />}>
            <Canvas {...canvas} />
          </Suspense>
        </div>
      )}
      <figcaption className="flex flex-wrap items-center justify-between gap-2 px-2 pt-1">
        <span className="sr-only">{summarise(points, series, format)}</span>
        <Legend points={points} series={series} format={format} />
        <button
          type="button"
          className="min-h-6 text-text-3 hover:text-accent"
          onClick={() => setTable(!isTable)}
        >
          {isTable ? "View as chart" : "View as table"}
        </button>
      </figcaption>
    </figure>
  );
}

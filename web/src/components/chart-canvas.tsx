import {
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import type { ChartPoint, ChartShape, Series } from "@/components/chart-model";
import { toneOf } from "@/components/status";
import { day } from "@/lib/format";

export interface CanvasProps {
  points: ChartPoint[];
  series: Series[];
  shape: ChartShape;
  format: (value: number) => string;
  domain?: [number | "auto", number | "auto"];
  reference?: { value: number; label: string };
  /** How a place on the time axis is said; by its day when absent. */
  sayStart?: (start: string) => string;
  onOpen?: (index: number) => void;
}

const TICK = { fill: "var(--text-3)", fontSize: 11 };

interface DotProps {
  cx?: number;
  cy?: number;
  index?: number;
}

function statusDot(points: ChartPoint[]) {
  return ({ cx, cy, index = 0 }: DotProps) => {
    const word = points[index]?.word ?? "passed";
    if (cx === undefined || cy === undefined) return <g key={index} />;
    const colour = `var(--${toneOf(word)})`;
    if (word === "passed") return <circle key={index} cx={cx} cy={cy} r={2} fill={colour} opacity={0.7} />;
    if (word === "skipped")
      return <path key={index} d={`M${cx - 4} ${cy}h8`} stroke={colour} strokeWidth={2} />;
    if (word === "flaky") return <path key={index} d={`M${cx} ${cy - 5}l5 5l-5 5l-5-5z`} fill={colour} />;
    return <path key={index} d={`M${cx - 4} ${cy - 4}l8 8m0-8l-8 8`} stroke={colour} strokeWidth={2} />;
  };
}

interface TipProps {
  active?: boolean;
  payload?: readonly { payload?: { index: number } }[];
}

function Tip({
  active,
  payload,
  points,
  series,
  format,
  sayStart,
}: TipProps & Pick<CanvasProps, "points" | "series" | "format"> & { sayStart: (start: string) => string }) {
  const point = points[payload?.[0]?.payload?.index ?? -1];
  if (!active || point === undefined) return null;
  return (
    <div className="rounded-md border border-line bg-raised px-2.5 py-1.5 text-sm shadow-pop">
      <div className="font-semibold">{sayStart(point.start)}</div>
      {point.word !== undefined && <div className="text-text-2">{point.word}</div>}
      {series.map(({ key, label, colour }) => {
        const value = point.values[key];
        if (value === null || value === undefined) return null;
        return (
          <div key={key} className="flex items-center gap-1.5">
            <span className="h-[3px] w-2.5 rounded-sm" style={{ background: colour }} />
            <span className="text-text-2">{label}</span>
            <span className="ml-auto pl-3">{format(value)}</span>
          </div>
        );
      })}
    </div>
  );
}

/** The drawing itself, in a file of its own because the library behind it is large. */
export default function ChartCanvas({
  points,
  series,
  shape,
  format,
  domain,
  reference,
  sayStart = (start) => day(start),
  onOpen,
}: CanvasProps) {
  const data = points.map((point, index) => ({ index, start: point.start, ...point.values }));
  const hasMarks = points.some(({ word }) => word !== undefined);
  const lone = points.filter(({ values }) => series.some(({ key }) => values[key] != null)).length === 1;
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 200 }}>
      <ComposedChart
        data={data}
        margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
        accessibilityLayer={false}
        onClick={onOpen && ((state) => onOpen(Number(state.activeTooltipIndex ?? -1)))}
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="start"
          tickFormatter={sayStart}
          tick={TICK}
          tickLine={false}
          axisLine={{ stroke: "var(--line)" }}
          minTickGap={48}
        />
        <YAxis
          tickFormatter={(value: number) => format(value).replace(/\.0(?=\D|$)/, "")}
          tick={TICK}
          tickLine={false}
          axisLine={false}
          width={64}
          domain={domain ?? (shape === "stack" ? [0, "auto"] : ["auto", "auto"])}
          tickCount={5}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={shape === "stack" ? { fill: "var(--sunken)" } : { stroke: "var(--line-strong)" }}
          content={(tip) => (
            <Tip
              active={tip.active}
              payload={tip.payload}
              points={points}
              series={series}
              format={format}
              sayStart={sayStart}
            />
          )}
        />
        {reference && (
          <ReferenceLine
            y={reference.value}
            stroke="var(--series-5)"
            strokeDasharray="4 4"
            label={{ value: reference.label, position: "insideTopRight", ...TICK }}
          />
        )}
        {series.map(({ key, colour, isDashed }) =>
          shape === "stack" ? (
            <Bar
              key={key}
              dataKey={key}
              stackId="all"
              fill={colour}
              isAnimationActive={false}
              maxBarSize={28}
            />
          ) : (
            <Line
              key={key}
              dataKey={key}
              stroke={colour}
              strokeWidth={1.5}
              strokeDasharray={isDashed ? "4 4" : undefined}
              dot={hasMarks ? statusDot(points) : lone ? { r: 3, fill: colour } : false}
              activeDot={{ r: 3, fill: colour, stroke: "var(--surface)" }}
              connectNulls
              isAnimationActive={false}
            />
          ),
        )}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

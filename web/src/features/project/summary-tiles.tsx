import { Tile } from "@/components/card";
import type { Tiles } from "@/lib/api";
import { count, deltaShare, duration, percent, signed } from "@/lib/format";

type Trend = "good" | "bad" | "flat";

/** Judge a change: `isMoreBad` when growth is bad; what is smaller than `noise` is flat. */
function judge(delta: number | null, noise: number, isMoreBad: boolean): Trend {
  if (delta === null || Math.abs(delta) < noise) return "flat";
  return delta > 0 === isMoreBad ? "bad" : "good";
}

/** The five numbers of a project; a number that nobody measures is left out. */
export function SummaryTiles({ tiles }: { tiles: Tiles }) {
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-5">
      {tiles.pass_rate !== null && (
        <Tile
          label="Pass rate"
          value={percent(tiles.pass_rate)}
          delta={tiles.pass_rate_delta === null ? undefined : signed(tiles.pass_rate_delta, 1)}
          trend={judge(tiles.pass_rate_delta, 0.05, false)}
        />
      )}
      {tiles.pass_rate !== null && (
        <Tile
          label="Flaky tests"
          value={count(tiles.flaky_tests)}
          delta={signed(tiles.flaky_delta)}
          trend={judge(tiles.flaky_delta, 1, true)}
        />
      )}
      {tiles.duration_ms !== null && (
        <Tile
          label="Duration"
          value={duration(tiles.duration_ms)}
          delta={tiles.duration_delta === null ? undefined : deltaShare(tiles.duration_delta)}
          trend={judge(tiles.duration_delta, 0.05, true)}
        />
      )}
      {tiles.open_high !== null && (
        <Tile
          label="Open high findings"
          value={count(tiles.open_high)}
          delta={signed(tiles.open_high_delta)}
          trend={judge(tiles.open_high_delta, 1, true)}
        />
      )}
      {tiles.p95_ms !== null && (
        <Tile
          label="p95 response time"
          value={duration(tiles.p95_ms)}
          delta={tiles.p95_delta === null ? undefined : deltaShare(tiles.p95_delta)}
          trend={judge(tiles.p95_delta, 0.05, true)}
        />
      )}
    </div>
  );
}

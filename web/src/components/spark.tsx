/** A line without axes; days without runs are bridged. The numbers beside it say what it means. */
export function Spark({
  points,
  label,
  width = 96,
  height = 22,
}: {
  points: (number | null)[];
  label: string;
  width?: number;
  height?: number;
}) {
  const known = points.filter((point) => point !== null);
  if (known.length < 2) return <span className="text-text-3">–</span>;
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  const step = width / (points.length - 1);
  let pen = "M";
  let path = "";
  points.forEach((point, index) => {
    if (point === null) return;
    path += `${pen}${(index * step).toFixed(1)} ${(height - 2 - ((point - low) / span) * (height - 4)).toFixed(1)}`;
    pen = "L";
  });
  return (
    <svg role="img" aria-label={label} width={width} height={height} className="inline-block align-middle">
      <path d={path} fill="none" stroke="var(--series-1)" strokeWidth={1.5} strokeLinejoin="round" />
    </svg>
  );
}

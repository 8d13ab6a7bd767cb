import { Chip } from "@/components/status";

/** Said of a finding that the user of the tool marked as none; it is listed, and not counted against the run. */
export function Suppressed() {
  return (
    <span title="Marked as a false positive or as accepted, in the tool or beside the code">
      <Chip tone="skip">suppressed</Chip>
    </span>
  );
}

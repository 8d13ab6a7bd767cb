import { useState } from "react";
import { explain, type Trouble } from "@/lib/problem";

/** Run something that may be refused: whether it is under way, and what was wrong with it. Answers whether it went well. */
export function useAct(): {
  isBusy: boolean;
  error: unknown;
  trouble: Trouble | null;
  act: (work: () => Promise<unknown>) => Promise<boolean>;
} {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const act = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
      return true;
    } catch (problem) {
      setError(problem);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, error, trouble: error === null ? null : explain(error), act };
}

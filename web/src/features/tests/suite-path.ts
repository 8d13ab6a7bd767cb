const SEPARATOR = "\u001f";

/** A suite's path as one key of the address and the API. */
export function suiteKey(path: string[]): string {
  return path.join(SEPARATOR);
}

/** The last name of a suite's key. */
export function suiteName(key: string): string {
  return key.split(SEPARATOR).at(-1) ?? key;
}

import { type KeyboardEvent, useState } from "react";

/** Whether Caps Lock is on, known after the first key: spread `keys` over a password's field. */
export function useCapsLock(): {
  isOn: boolean;
  keys: { onKeyDown: (event: KeyboardEvent) => void; onKeyUp: (event: KeyboardEvent) => void };
} {
  const [isOn, setOn] = useState(false);
  // Keys that a password manager makes up know nothing of Caps Lock.
  const look = (event: KeyboardEvent) => setOn(event.getModifierState?.("CapsLock") ?? false);
  return { isOn, keys: { onKeyDown: look, onKeyUp: look } };
}

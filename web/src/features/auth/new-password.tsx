import { useState } from "react";
import { TextField } from "@/components/field";
import { StrengthMeter, useStrength } from "@/features/auth/strength-meter";
import { useCapsLock } from "@/features/auth/use-caps-lock";

/** The field `password` for a new password, with its meter; `about` are the person's name and address, if known. */
export function NewPassword({ about = [], error }: { about?: string[]; error?: string }) {
  const [password, setPassword] = useState("");
  const [isShown, setShown] = useState(false);
  const capsLock = useCapsLock();
  const strength = useStrength(password, about.join("\n"));
  return (
    <div className="grid gap-2">
      <TextField
        label="New password"
        name="password"
        type={isShown ? "text" : "password"}
        autoComplete="new-password"
        required
        minLength={12}
        maxLength={200}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        help={capsLock.isOn ? "Caps Lock is on." : undefined}
        error={error}
        {...capsLock.keys}
      />
      <StrengthMeter strength={strength} />
      <label className="flex items-center gap-2 text-text-2">
        <input type="checkbox" checked={isShown} onChange={(event) => setShown(event.target.checked)} />
        Show the password
      </label>
    </div>
  );
}

import type { ReactElement } from "react";

/** One number of a few. */
export function Choice({
  label,
  value,
  values,
  words,
  onChange,
}: {
  label: string;
  value: number;
  values: readonly number[];
  words: (value: number) => string;
  onChange: (value: number) => void;
}): ReactElement {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(Number(event.target.value))}>
        {values.map((one) => (
          <option key={one} value={one}>
            {words(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

import type { ReactElement } from "react";

/** One of a few, each with a line that says when it is the right one. */
export function Choice<T extends string>({
  legend,
  name,
  value,
  options,
  onChange,
}: {
  legend: string;
  name: string;
  value: T;
  options: readonly { value: T; label: string; hint?: string }[];
  onChange: (value: T) => void;
}): ReactElement {
  return (
    <fieldset className="choice-cards">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option.value} className={option.value === value ? "chosen" : ""}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>
            <strong>{option.label}</strong>
            {option.hint && <span className="quiet">{option.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

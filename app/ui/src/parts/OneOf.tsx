import { useId, type ReactElement } from "react";

/** One of a few, as radio buttons, each with its words. */
export function OneOf<T extends string>({
  legend,
  options,
  chosen,
  onChoose,
  words,
}: {
  legend: string;
  options: readonly T[];
  /** None is chosen beforehand where choosing is the point. */
  chosen: T | null;
  onChoose: (option: T) => void;
  words: (option: T) => string;
}): ReactElement {
  const name = useId();
  return (
    <fieldset className="choices">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            checked={chosen === option}
            onChange={() => onChoose(option)}
          />
          {words(option)}
        </label>
      ))}
    </fieldset>
  );
}

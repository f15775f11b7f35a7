import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";

/** Strokes in a square of 24, as `icons.ts` has them. */
export function Icon({ path }: { path: string }): ReactElement {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** A button with a picture and its name. Where room is short, the name is only told by the tip and to screen readers. */
export function ToolButton({
  icon,
  name,
  letter,
  help,
  pressed,
  disabled = false,
  count = 0,
  onPress,
}: {
  icon: string;
  name: string;
  /** The key that does the same. */
  letter?: string;
  /** Said by the tip in place of name and key. */
  help?: string;
  /** Whether it is switched on, where it can be. */
  pressed?: boolean | undefined;
  disabled?: boolean;
  /** A number at its corner; none when zero. */
  count?: number;
  onPress: () => void;
}): ReactElement {
  const { t } = useTranslation("reader");
  return (
    <button
      type="button"
      aria-pressed={pressed}
      disabled={disabled}
      title={help ?? (letter ? t("key", { name, key: letter.toUpperCase() }) : name)}
      onClick={onPress}
    >
      <Icon path={icon} />
      <span className="tool-name">{name}</span>
      {letter && (
        <kbd className="tool-key" aria-hidden="true">
          {letter.toUpperCase()}
        </kbd>
      )}
      {count > 0 && (
        <span className="tool-count" aria-hidden="true">
          {count}
        </span>
      )}
    </button>
  );
}

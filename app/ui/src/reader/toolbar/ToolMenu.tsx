import {
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
} from "react";
import { Icon } from "./ToolButton";

/** Tools of one kind behind a button: opened by click, Enter or ↓, walked through by arrows, closed by choosing or Escape. */
export function ToolMenu({
  label,
  icon,
  name,
  held = false,
  children,
}: {
  /** What is in it. */
  label: string;
  icon: string;
  /** What is written on the button: what is chosen of it, or the label again. */
  name: string;
  /** Whether the tool in hand is one of it. */
  held?: boolean;
  children: ReactNode;
}): ReactElement {
  const [open, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const id = useId();
  useClosedOutside(open, whole, () => setOpen(false));
  useLayoutEffect(() => {
    if (open && panel.current) keepInSight(panel.current);
  }, [open]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const chosen = (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest("button")) close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && open) close();
    else if (event.key === "ArrowDown" && !open) setOpen(true);
    else if (open && panel.current && walk(panel.current, event.key)) event.preventDefault();
    else return;
    event.stopPropagation();
    event.preventDefault();
  };
  return (
    <div className="tool-menu" ref={whole} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={name === label ? label : `${label} ${name}`}
        title={label}
        data-held={held}
        onClick={() => setOpen(!open)}
      >
        <Icon path={icon} />
        <span className="tool-name">{name}</span>
        <svg className="tool-more" viewBox="0 0 8 5" width="8" height="5" aria-hidden="true">
          <path d="M0 0h8l-4 5z" />
        </svg>
      </button>
      {open && (
        <div
          id={id}
          ref={panel}
          className="tool-panel"
          role="group"
          aria-label={label}
          onClick={chosen}
        >
          {children}
        </div>
      )}
    </div>
  );
}

/** Closes what is open when somebody presses or goes elsewhere. */
function useClosedOutside(
  open: boolean,
  whole: React.RefObject<HTMLElement | null>,
  close: () => void,
): void {
  useEffect(() => {
    if (!open) return;
    const elsewhere = (event: Event) => {
      if (event.target instanceof Node && !whole.current?.contains(event.target)) close();
    };
    // Before anybody else sees it: a pane keeps what is pressed in it to itself.
    document.addEventListener("pointerdown", elsewhere, true);
    document.addEventListener("focusin", elsewhere);
    return () => {
      document.removeEventListener("pointerdown", elsewhere, true);
      document.removeEventListener("focusin", elsewhere);
    };
  });
}

/** Moves a panel that would reach beyond the toolbar to the left, and lets one scroll that would reach below the page. */
function keepInSight(panel: HTMLElement): void {
  const room = panel.closest(".tools")?.getBoundingClientRect();
  if (!room) return;
  const { right, top } = panel.getBoundingClientRect();
  const bottom = panel.closest("main")?.getBoundingClientRect().bottom ?? innerHeight;
  if (right > room.right) panel.style.left = `${Math.floor(room.right - right)}px`;
  panel.style.maxHeight = `${Math.max(bottom - top - EDGE, LEAST)}px`;
}

/** Left free below a panel, and the least height of one, in pixels. */
const [EDGE, LEAST] = [8, 120];

/** Moves the focus within a panel; false when the key does not. */
function walk(panel: HTMLElement, key: string): boolean {
  const items = [...panel.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];
  const at = items.findIndex((one) => one === document.activeElement);
  const to: Record<string, number> = {
    ArrowDown: (at + 1) % items.length,
    ArrowUp: (at <= 0 ? items.length : at) - 1,
    Home: 0,
    End: items.length - 1,
  };
  const next = to[key];
  if (next === undefined) return false;
  items[next]?.focus();
  return true;
}

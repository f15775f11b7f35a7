/** After so long without a key or the pointer a page that refreshes itself is not somebody at work. */
const AWAY_MS = 60_000;

let lastInput = Date.now();

for (const kind of ["pointerdown", "pointermove", "keydown", "wheel"] as const) {
  addEventListener(
    kind,
    () => {
      lastInput = Date.now();
    },
    { capture: true, passive: true },
  );
}

/** Whether nobody has touched the page for a while: what it asks then must not keep the session open. */
export function isAway(): boolean {
  return Date.now() - lastInput > AWAY_MS;
}

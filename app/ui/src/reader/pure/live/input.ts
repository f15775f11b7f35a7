import type { Command, Tool } from "../keys";

/** What changes nothing of what is seen. */
const STILL: readonly Command["do"][] = ["tool", "keyImage", "fullScreen", "removeLast"];

/** Tools with which one drags without changing what is seen: measuring, and looking closer. */
const RESTING: readonly Tool[] = ["magnify", "length", "angle", "ellipse", "rectangle", "probe"];

/** Whether a command moves the images. */
export function movesByCommand(command: Command): boolean {
  return !STILL.includes(command.do);
}

/** Whether a press over an image begins to move it. */
export function movesByPress(
  { button, isPrimary }: { button: number; isPrimary: boolean },
  tool: Tool,
  drawing: boolean,
): boolean {
  // The other buttons, and two fingers, zoom and pan whatever the tool is.
  if (button !== 0 || !isPrimary) return true;
  return !drawing && !RESTING.includes(tool);
}

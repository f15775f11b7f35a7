import {
  addTool,
  AngleTool,
  annotation,
  CrosshairsTool,
  EllipticalROITool,
  Enums,
  LengthTool,
  PanTool,
  ProbeTool,
  RectangleROITool,
  StackScrollTool,
  ToolGroupManager,
  WindowLevelTool,
  ZoomTool,
  type Types,
} from "@cornerstonejs/tools";
import type { Triple } from "../pure/dicom";
import type { Tool } from "../pure/keys";
import { MagnifyAnywhere, type Press } from "./magnify";
import { textLines } from "./measures";

const CLASSES = {
  window: WindowLevelTool,
  pan: PanTool,
  zoom: ZoomTool,
  scroll: StackScrollTool,
  magnify: MagnifyAnywhere,
  length: LengthTool,
  angle: AngleTool,
  ellipse: EllipticalROITool,
  rectangle: RectangleROITool,
  probe: ProbeTool,
  crosshairs: CrosshairsTool,
} as const;
/** Those of Cornerstone; a body is turned by ourselves. */
type Held = keyof typeof CLASSES;
const HELD = Object.keys(CLASSES) as Held[];

const names = Object.fromEntries(
  Object.entries(CLASSES).map(([tool, made]) => [tool, made.toolName as string]),
) as Record<Held, string>;

/** The tool of ours that Cornerstone knows by this name. */
export function toolNamed(name: string): Held | undefined {
  return HELD.find((tool) => names[tool] === name);
}

const MEASURING: readonly Held[] = ["length", "angle", "ellipse", "rectangle", "probe"];

/** Makes the tools known, once. */
export function addTools(): void {
  for (const tool of Object.values(CLASSES)) addTool(tool);
  const styles = annotation.config.style.getDefaultToolStyles();
  annotation.config.style.setDefaultToolStyles({
    ...styles,
    global: {
      ...styles.global,
      color: "rgb(255, 214, 92)",
      colorHighlighted: "rgb(120, 230, 255)",
      colorSelected: "rgb(255, 214, 92)",
      lineWidth: "1.5",
      textBoxFontSize: "15px",
      textBoxFontFamily: "system-ui, 'Noto Sans CJK JP', sans-serif",
      textBoxColor: "rgb(255, 234, 160)",
      textBoxColorHighlighted: "rgb(190, 244, 255)",
      textBoxColorSelected: "rgb(255, 234, 160)",
      textBoxBackground: "rgba(0, 0, 0, 0.7)",
      textBoxLinkLineWidth: "1",
      shadow: true,
    },
  });
}

/**
 * Gives viewports the tools of their kind of pane: `stack`, or one group for each set of three sections, whose lines are
 * joined by crosshairs in these colours.
 */
export function giveTools(
  id: string,
  engineId: string,
  viewports: readonly string[],
  colours?: Record<string, string>,
): void {
  let group = ToolGroupManager.getToolGroup(id);
  if (!group) {
    group = ToolGroupManager.createToolGroup(id);
    if (!group) throw new Error(`the group ${id} could not be made`);
    for (const tool of HELD)
      if (tool !== "crosshairs" || colours)
        group.addTool(names[tool], configuration(tool, colours));
  }
  // Crosshairs want their viewports before they are taken.
  for (const viewport of viewports) group.addViewport(viewport, engineId);
  takeTool(group, current);
}

/** Takes the tools from a viewport that goes. */
export function takeBack(id: string, engineId: string, viewport: string): void {
  ToolGroupManager.getToolGroup(id)?.removeViewports(engineId, viewport);
}

let current: Tool = "window";

/** Takes a tool into the hand, in every pane. */
export function chooseTool(tool: Tool): void {
  current = tool;
  for (const group of ToolGroupManager.getAllToolGroups()) takeTool(group, tool);
}

/** Where the lines of three sections cross, in mm in the patient; null before there are any. */
export function crossingOf(id: string): Triple | null {
  const [x, y, z] = crosshairsOf(id)?.toolCenter ?? [];
  return x === undefined || y === undefined || z === undefined ? null : [x, y, z];
}

/** Lets them cross elsewhere: all three sections are moved there. */
export function moveCrossing(id: string, to: Triple): void {
  crosshairsOf(id)?.setToolCenter(to);
}

function crosshairsOf(id: string): CrosshairsTool | undefined {
  return ToolGroupManager.getToolGroup(id)?.getToolInstance(names.crosshairs) as
    CrosshairsTool | undefined;
}

/** A group whose viewports are gone. */
export function endGroup(id: string): void {
  ToolGroupManager.destroyToolGroup(id);
}

function configuration(tool: Held, colours?: Record<string, string>): object {
  if (MEASURING.includes(tool)) return { getTextLines: textLines };
  if (tool === "crosshairs")
    return {
      getReferenceLineColor: (viewport: string) => colours?.[viewport] ?? "rgb(200, 200, 200)",
      getReferenceLineControllable: () => true,
      getReferenceLineDraggableRotatable: () => true,
      getReferenceLineSlabThicknessControlsOn: () => false,
    };
  if (tool === "magnify") return { magnifySize: 4, magnifyWidth: 280, magnifyHeight: 280 };
  return {};
}

/** What dragging does: `tool` with the first button or one finger; the others stay as they are everywhere. */
function takeTool(group: Types.IToolGroup, tool: Tool): void {
  const { MouseBindings } = Enums;
  const chosen = tool !== "turn" && group.hasTool(names[tool]) ? tool : "window";
  for (const other of HELD) {
    if (other === chosen || !group.hasTool(names[other])) continue;
    if (other === "crosshairs") group.setToolEnabled(names.crosshairs);
    // What was measured stays where it can be grasped; other tools rest.
    else group.setToolPassive(names[other], { removeAllBindings: true });
  }
  const bind = (one: Held, ...bindings: Types.IToolBinding[]) =>
    group.setToolActive(names[one], {
      bindings:
        one === chosen
          ? [...bindings, { mouseButton: MouseBindings.Primary }, { numTouchPoints: 1 }]
          : bindings,
    });
  bind("pan", { mouseButton: MouseBindings.Auxiliary });
  bind("zoom", { mouseButton: MouseBindings.Secondary }, { numTouchPoints: 2 });
  bind("scroll", { mouseButton: MouseBindings.Wheel }, { numTouchPoints: 3 });
  if (chosen !== "pan" && chosen !== "zoom" && chosen !== "scroll") bind(chosen);
}

/** Fingers that draw have other uses for resting where they are. */
const AT_REST: readonly Tool[] = ["window", "pan", "zoom", "scroll", "turn"];

/** A finger that rests on an image magnifies what is below it, whatever tool of a group is in hand. */
export function magnifyWhenHeld(element: HTMLDivElement, group: string): void {
  element.addEventListener(Enums.Events.TOUCH_PRESS, (event) => {
    if (!AT_REST.includes(current)) return;
    const tool = ToolGroupManager.getToolGroup(group)?.getToolInstance(names.magnify) as unknown;
    if (tool instanceof MagnifyAnywhere) tool.hold(event as CustomEvent<Press>);
  });
}

/** Removes the measurement made last. */
export function removeLastMeasurement(): void {
  const kept = new Set(MEASURING.map((tool) => names[tool]));
  const last = annotation.state
    .getAllAnnotations()
    .filter((one) => kept.has(one.metadata?.toolName ?? ""))
    .at(-1);
  if (last?.annotationUID) annotation.state.removeAnnotation(last.annotationUID);
}

/** Removes every measurement. */
export function removeMeasurements(): void {
  annotation.state.removeAllAnnotations();
}

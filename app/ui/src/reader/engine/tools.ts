import {
  addTool,
  AngleTool,
  annotation,
  CrosshairsTool,
  EllipticalROITool,
  Enums,
  LengthTool,
  MagnifyTool,
  PanTool,
  ProbeTool,
  RectangleROITool,
  StackScrollTool,
  ToolGroupManager,
  WindowLevelTool,
  ZoomTool,
  type Types,
} from "@cornerstonejs/tools";
import type { Tool } from "../pure/keys";
import { textLines } from "./measures";

const CLASSES = {
  window: WindowLevelTool,
  pan: PanTool,
  zoom: ZoomTool,
  scroll: StackScrollTool,
  magnify: MagnifyTool,
  length: LengthTool,
  angle: AngleTool,
  ellipse: EllipticalROITool,
  rectangle: RectangleROITool,
  probe: ProbeTool,
  crosshairs: CrosshairsTool,
} as const;

const names = Object.fromEntries(
  Object.entries(CLASSES).map(([tool, made]) => [tool, made.toolName as string]),
) as Record<Tool, string>;

/** The tool of ours that Cornerstone knows by this name. */
export function toolNamed(name: string): Tool | undefined {
  return (Object.keys(CLASSES) as Tool[]).find((tool) => names[tool] === name);
}

const MEASURING: readonly Tool[] = ["length", "angle", "ellipse", "rectangle", "probe"];

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
    for (const tool of Object.keys(CLASSES) as Tool[])
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

/** A group whose viewports are gone. */
export function endGroup(id: string): void {
  ToolGroupManager.destroyToolGroup(id);
}

function configuration(tool: Tool, colours?: Record<string, string>): object {
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
  const chosen = group.hasTool(names[tool]) ? tool : "window";
  for (const other of Object.keys(CLASSES) as Tool[]) {
    if (other === chosen || !group.hasTool(names[other])) continue;
    if (other === "crosshairs") group.setToolEnabled(names.crosshairs);
    // What was measured stays where it can be grasped; other tools rest.
    else group.setToolPassive(names[other], { removeAllBindings: true });
  }
  const bind = (one: Tool, ...bindings: Types.IToolBinding[]) =>
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

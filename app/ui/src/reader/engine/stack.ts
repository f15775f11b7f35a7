import { Enums, type Types } from "@cornerstonejs/core";
import type { Command } from "../pure/keys";
import { presetsOf, windowOf } from "../pure/presets";
import { cine } from "./cine";
import { fetchAhead } from "./prefetch";
import { knownFacts } from "./source";
import { engine } from "./start";
import { giveTools, takeBack } from "./tools";
import { edgesIn, followSize, NOTHING, presetNamed, runCommon, setWindow } from "./view";
import type { OpenPane, PaneState } from "./view";

const { Events } = Enums;

/** Shows a series as a stack in `element`, and tells what is seen after every change. */
export function openStack(
  element: HTMLDivElement,
  id: string,
  imageIds: string[],
  start: number,
  changed: (state: PaneState) => void,
): OpenPane {
  const drawing = engine();
  drawing.enableElement({ viewportId: id, type: Enums.ViewportType.STACK, element });
  const viewport = drawing.getViewport<Types.IStackViewport>(id);
  giveTools("stack", drawing.id, [id]);

  let state: PaneState = { ...NOTHING, index: start, total: imageIds.length };
  let closed = false;
  const clip = cine();
  let endFetching: () => void = () => undefined;
  const tell = (part: Partial<PaneState>) => {
    if (closed) return;
    state = { ...state, ...part };
    changed(state);
  };

  const look = () => {
    const imageId = viewport.getCurrentImageId() as string | undefined;
    const facts = imageId === undefined ? undefined : knownFacts(imageId);
    const image = viewport.getCornerstoneImage() as Types.IImage | undefined;
    if (closed || !facts || !image) return;
    const presets = image.color ? [] : presetsOf(facts, [image.minPixelValue, image.maxPixelValue]);
    const range = viewport.getProperties().voiRange;
    const window = range && !image.color ? windowOf(range) : null;
    const camera = viewport.getCamera();
    tell({
      facts,
      index: viewport.getCurrentImageIdIndex(),
      window,
      presets,
      preset: window ? presetNamed(presets, window) : "own",
      zoom: scaleOf(viewport, image),
      edges: edgesIn(viewport, facts),
      flipped: (camera.flipHorizontal === true) !== (camera.flipVertical === true),
    });
  };
  const failed = (event: Event) => {
    tell({ problem: (event as CustomEvent<{ error?: unknown }>).detail.error ?? true });
  };
  const arrived = () => {
    tell({ problem: null });
    look();
  };
  element.addEventListener(Events.STACK_NEW_IMAGE, arrived);
  element.addEventListener(Events.IMAGE_LOAD_ERROR, failed);
  for (const event of [Events.VOI_MODIFIED, Events.CAMERA_MODIFIED])
    element.addEventListener(event, look);
  const endFollowing = followSize(element);

  viewport
    .setStack(imageIds, start)
    .then(() => {
      if (closed) return;
      viewport.render();
      look();
      endFetching = fetchAhead(imageIds, start, (loaded) => tell({ loaded }));
    })
    .catch((problem: unknown) => tell({ problem }));

  const play = () => {
    if (imageIds.length > 1) tell({ playing: clip.toggle(() => viewport.scroll(1, false, true)) });
  };
  const goTo = (index: number) => {
    const target = Math.min(Math.max(index, 0), imageIds.length - 1);
    void viewport.setImageIdIndex(target);
  };
  const reset = () => {
    viewport.setCamera({ flipHorizontal: false, flipVertical: false });
    viewport.setViewPresentation({ rotation: 0 });
    viewport.resetProperties();
    viewport.resetCamera();
    viewport.render();
    look();
  };

  const run = (command: Command) => {
    if (closed || !state.facts) return;
    if (runCommon(viewport, command)) look();
    else if (command.do === "scroll") goTo(viewport.getTargetImageIdIndex() + command.by);
    else if (command.do === "to") goTo(command.index);
    else if (command.do === "end") goTo(command.which === "first" ? 0 : imageIds.length - 1);
    else if (command.do === "cine") play();
    else if (command.do === "reset") reset();
    else if (command.do === "window") setWindow(viewport, command.window);
    else if (command.do === "preset") {
      const preset = state.presets[command.index];
      if (preset) setWindow(viewport, preset.window);
    }
  };
  const close = () => {
    closed = true;
    clip.stop();
    endFetching();
    endFollowing();
    element.removeEventListener(Events.STACK_NEW_IMAGE, arrived);
    element.removeEventListener(Events.IMAGE_LOAD_ERROR, failed);
    for (const event of [Events.VOI_MODIFIED, Events.CAMERA_MODIFIED])
      element.removeEventListener(event, look);
    takeBack("stack", drawing.id, id);
    drawing.disableElement(id);
  };
  return { run, close };
}

/** Pixels of the screen for one of the image's. */
function scaleOf(viewport: Types.IStackViewport, image: Types.IImage): number {
  const [left] = viewport.worldToCanvas(at(viewport, 0));
  const [right] = viewport.worldToCanvas(at(viewport, image.columns));
  const [, top] = viewport.worldToCanvas(at(viewport, 0));
  const [, bottom] = viewport.worldToCanvas(at(viewport, image.columns));
  return Math.hypot(right - left, bottom - top) / image.columns;
}

function at(viewport: Types.IStackViewport, column: number): Types.Point3 {
  const { origin, direction, spacing } = viewport.getImageData();
  return origin.map(
    (value, axis) => value + (direction[axis] ?? 0) * column * spacing[0],
  ) as Types.Point3;
}

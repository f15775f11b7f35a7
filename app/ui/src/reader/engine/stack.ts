import { Enums, type Types } from "@cornerstonejs/core";
import type { Command } from "../pure/keys";
import { isStraight, shapeOf, STRAIGHT, windowIn, type Shape } from "../pure/curve";
import { presetsOf, windowOfTable } from "../pure/presets";
import { cine } from "./cine";
import { liveStack } from "./liveStack";
import { after, nextPicture, paced } from "./pace";
import { fetchAhead, type Ahead } from "./prefetch";
import { knownFacts } from "./source";
import { engine } from "./start";
import { giveTools, magnifyWhenHeld, takeBack } from "./tools";
import { edgesIn, followSize, NOTHING, presetNamed, runCommon, scaleOf, setWindow } from "./view";
import type { OpenPane, PaneState } from "./view";

const { Events } = Enums;

/** Between two reports of how many images are here, in ms: each draws the whole page anew. */
const PAUSE = 250;

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
  magnifyWhenHeld(element, "stack");

  let state: PaneState = { ...NOTHING, index: start, total: imageIds.length };
  let closed = false;
  const clip = cine();
  let ahead: Ahead | undefined;
  let loaded = 0;
  const tell = (part: Partial<PaneState>) => {
    if (closed) return;
    state = { ...state, ...part };
    changed(state);
  };

  const seen = () => {
    const imageId = viewport.getCurrentImageId() as string | undefined;
    const facts = imageId === undefined ? undefined : knownFacts(imageId);
    const image = viewport.getCornerstoneImage() as Types.IImage | undefined;
    if (closed || !facts || !image) return null;
    const range: [number, number] = [image.minPixelValue, image.maxPixelValue];
    return { facts, image, presets: image.color ? [] : presetsOf(facts, range) };
  };
  /** How values become grey now, and whether by a table; null as the file says first. */
  let shape: Shape = STRAIGHT;
  let tabled: boolean | null = null;
  /** What is not straight is bent for each image: Cornerstone knows windows only. */
  const settle = () => {
    const here = seen();
    const [first] = here?.presets ?? [];
    if (!here || !first) return;
    const byTable = tabled ?? first.table !== undefined;
    const table = byTable ? here.presets.find((one) => one.table) : undefined;
    const before = shape;
    shape = shapeOf(here.facts, table);
    if (isStraight(shape) && isStraight(before)) return;
    const own = shape.table ? windowOfTable(shape.table) : (state.window ?? first.window);
    setWindow(viewport, own, shape);
  };
  const look = () => {
    const here = seen();
    if (!here) return;
    const { facts, image, presets } = here;
    const range = viewport.getProperties().voiRange;
    const window = range && !image.color ? windowIn(range, shape) : null;
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
  // One image that is shown moves camera and window too: it is looked at once.
  const looking = paced(look, nextPicture);
  const counting = paced(() => tell({ loaded }), after(PAUSE));

  /** Where somebody wants to be while the image before is not there yet; the last wish is the one that counts. */
  let wanted: number | null = null;
  let showing = false;
  const shown = () => {
    showing = false;
    const index = wanted;
    wanted = null;
    if (index !== null && !closed) show(index);
  };
  const show = (index: number) => {
    showing = true;
    viewport.setImageIdIndex(index).then(shown, shown);
  };
  const failed = (event: Event) => {
    shown();
    tell({ problem: (event as CustomEvent<{ error?: unknown }>).detail.error ?? true });
  };
  const arrived = () => {
    if (state.problem !== null) tell({ problem: null });
    settle();
    looking.ask();
    // Not within the event: Cornerstone says only afterwards which image is shown, and would forget the next.
    queueMicrotask(shown);
  };
  /** The wheel goes its own way. */
  const scrolled = (event: Event) => {
    ahead?.look((event as CustomEvent<{ newImageIdIndex: number }>).detail.newImageIdIndex);
  };
  element.addEventListener(Events.STACK_VIEWPORT_SCROLL, scrolled);
  element.addEventListener(Events.STACK_NEW_IMAGE, arrived);
  element.addEventListener(Events.IMAGE_LOAD_ERROR, failed);
  for (const event of [Events.VOI_MODIFIED, Events.CAMERA_MODIFIED])
    element.addEventListener(event, looking.ask);
  const endFollowing = followSize(element);

  viewport
    .setStack(imageIds, start)
    .then(() => {
      if (closed) return;
      viewport.render();
      settle();
      look();
      ahead = fetchAhead(imageIds, start, (count) => {
        loaded = count;
        counting.ask();
      });
    })
    .catch((problem: unknown) => tell({ problem }));

  const play = () => {
    if (imageIds.length > 1) tell({ playing: clip.toggle(() => viewport.scroll(1, false, true)) });
  };
  const goTo = (index: number) => {
    const target = Math.min(Math.max(index, 0), imageIds.length - 1);
    ahead?.look(target);
    if (showing) wanted = target;
    else show(target);
  };
  const reset = () => {
    viewport.setCamera({ flipHorizontal: false, flipVertical: false });
    viewport.setViewPresentation({ rotation: 0 });
    viewport.resetProperties();
    viewport.resetCamera();
    viewport.render();
    tabled = null;
    state = { ...state, window: null };
    settle();
    look();
  };

  const run = (command: Command) => {
    if (closed || !state.facts) return;
    if (runCommon(viewport, command)) look();
    else if (command.do === "scroll")
      goTo((wanted ?? viewport.getTargetImageIdIndex()) + command.by);
    else if (command.do === "to") goTo(command.index);
    else if (command.do === "end") goTo(command.which === "first" ? 0 : imageIds.length - 1);
    else if (command.do === "cine") play();
    else if (command.do === "reset") reset();
    else if (command.do === "window") setWindow(viewport, command.window, shape);
    else if (command.do === "preset") {
      const preset = state.presets[command.index];
      if (!preset) return;
      tabled = preset.table !== undefined;
      shape = shapeOf(state.facts, preset);
      setWindow(viewport, preset.window, shape);
    }
  };
  const close = () => {
    closed = true;
    clip.stop();
    looking.stop();
    counting.stop();
    ahead?.end();
    endFollowing();
    element.removeEventListener(Events.STACK_VIEWPORT_SCROLL, scrolled);
    element.removeEventListener(Events.STACK_NEW_IMAGE, arrived);
    element.removeEventListener(Events.IMAGE_LOAD_ERROR, failed);
    for (const event of [Events.VOI_MODIFIED, Events.CAMERA_MODIFIED])
      element.removeEventListener(event, looking.ask);
    takeBack("stack", drawing.id, id);
    drawing.disableElement(id);
  };
  return { run, close, live: liveStack(viewport, element, imageIds, () => state, run) };
}

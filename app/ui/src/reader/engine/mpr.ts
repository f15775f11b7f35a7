import { Enums, setVolumesForViewports, volumeLoader, type Types } from "@cornerstonejs/core";
import type { Window } from "../../backend/dicomweb";
import type { Command } from "../pure/keys";
import { shapeOf, STRAIGHT, windowIn } from "../pure/curve";
import { presetsOf, sameWindow, type Preset } from "../pure/presets";
import { cine } from "./cine";
import { liveMpr } from "./liveMpr";
import { describeVolume } from "./measures";
import { after, nextPicture, paced } from "./pace";
import { AXES, PLANES, PLANE_COLOURS, NO_PLANES } from "./planes";
import type { MprState, Plane, Range, Streaming } from "./planes";
import { cutThick, type Blend } from "./slab";
import { seriesFacts } from "./source";
import { engine } from "./start";
import { endGroup, giveTools, magnifyWhenHeld } from "./tools";
import { edgesIn, followSize, presetNamed, runCommon, setWindow, type OpenPane } from "./view";

const { Events } = Enums;

export interface OpenMpr extends OpenPane {
  /** Thickness in mm; zero for one slice. */
  slab: (thickness: number, blend: Blend) => void;
  /** The plane that commands go to. */
  choose: (plane: Plane) => void;
}

/** Between two reports of how many slices are here, in ms: each draws the whole page anew. */
const PAUSE = 250;

/** Cuts a volume in three directions, joined by crosshairs, while it still arrives. */
export function openMpr(
  elements: Record<Plane, HTMLDivElement>,
  id: string,
  imageIds: string[],
  changed: (state: MprState) => void,
): OpenMpr {
  const drawing = engine();
  const idOf = (plane: Plane) => `${id}-${plane}`;
  for (const plane of PLANES)
    drawing.enableElement({
      viewportId: idOf(plane),
      type: Enums.ViewportType.ORTHOGRAPHIC,
      element: elements[plane],
      defaultOptions: { orientation: AXES[plane] },
    });
  const view = (plane: Plane) => drawing.getViewport<Types.IVolumeViewport>(idOf(plane));
  const colours = Object.fromEntries(PLANES.map((plane) => [idOf(plane), PLANE_COLOURS[plane]]));

  let state: MprState = { ...NO_PLANES, total: imageIds.length };
  const left = new AbortController();
  const isOpen = () => !left.signal.aborted;
  let worked: Plane = "axial";
  let ready = false;
  let shape = STRAIGHT;
  const clip = cine();
  const tell = (part: Partial<MprState>) => {
    if (!isOpen()) return;
    state = { ...state, ...part };
    changed(state);
  };

  const look = () => {
    const { facts } = state;
    if (!ready || !facts) return;
    const planes = { ...state.planes };
    for (const plane of PLANES) {
      const viewport = view(plane);
      planes[plane] = {
        index: viewport.getSliceIndex(),
        total: viewport.getNumberOfSlices(),
        edges: edgesIn(viewport, facts),
      };
    }
    tell({ planes });
  };
  // Crosshairs move three cameras at a time: what is seen then is looked at once.
  const looking = paced(look, nextPicture);
  let loaded = 0;
  const counting = paced(() => tell({ loaded }), after(PAUSE));
  /** A window chosen in one plane is chosen in all. */
  const share = (event: Event) => {
    const { viewportId, range } = (event as CustomEvent<{ viewportId: string; range: Range }>)
      .detail;
    const window = windowIn(range, shape);
    if (!ready || sameWindow(window, state.window)) return;
    tell({ window, preset: presetNamed(state.presets, window) });
    for (const plane of PLANES) if (idOf(plane) !== viewportId) put(plane, window);
  };
  const put = (plane: Plane, window: Window) => setWindow(view(plane), window, shape);
  /** Chooses how all planes are looked at; the file's own functions and tables are those of its first slice. */
  const show = ({ window, table }: Omit<Preset, "name">) => {
    if (state.facts) shape = shapeOf(state.facts, table && { name: "table", window, table });
    for (const plane of PLANES) put(plane, window);
  };
  for (const plane of PLANES) {
    elements[plane].addEventListener(Events.CAMERA_MODIFIED, looking.ask);
    elements[plane].addEventListener(Events.VOI_MODIFIED, share);
  }
  const endFollowing = followSize(elements.axial);

  const open = async () => {
    const [facts] = await seriesFacts(imageIds);
    const [first = ""] = imageIds;
    if (!facts || !isOpen()) return;
    const volumeId = `cornerstoneStreamingImageVolume:${first}`;
    describeVolume(volumeId, facts, imageIds);
    const volume = await volumeLoader.createAndCacheVolume(volumeId, { imageIds });
    if (!isOpen()) return;
    const ids = PLANES.map(idOf);
    await setVolumesForViewports(drawing, [{ volumeId }], ids);
    if (!isOpen()) return;
    giveTools(id, drawing.id, ids, colours);
    for (const plane of PLANES) magnifyWhenHeld(elements[plane], id);
    const presets = presetsOf(facts, [-1000, 3000]);
    const window = presets[0]?.window ?? { center: 500, width: 2500 };
    ready = true;
    tell({ facts, presets, window, preset: presetNamed(presets, window) });
    show(presets[0] ?? { window });
    look();
    (volume as unknown as Streaming).load((arrival) => {
      loaded = Math.max(loaded, arrival.framesLoaded ?? 0);
      if (isOpen()) counting.ask();
    });
  };
  open().catch((problem: unknown) => tell({ problem }));

  const reset = () => {
    for (const plane of PLANES) {
      const viewport = view(plane);
      viewport.resetCamera({ resetPan: true, resetZoom: true, resetToCenter: true });
      viewport.setOrientation(AXES[plane]);
      viewport.setProperties({ invert: false });
    }
    const [first] = state.presets;
    if (first) show(first);
    look();
  };
  const placeIn = (plane: Plane) => ({
    index: view(plane).getSliceIndex(),
    total: view(plane).getNumberOfSlices(),
  });
  /** Through the plane that is worked in, from the end back to the beginning. */
  const play = () => {
    const plane = worked;
    const playing = clip.toggle(() => {
      const { index, total } = placeIn(plane);
      view(plane).scroll(index + 1 < total ? 1 : -index);
    });
    tell({ playing });
  };
  const run = (command: Command) => {
    if (!isOpen() || !ready) return;
    const viewport = view(worked);
    const { index, total } = placeIn(worked);
    if (command.do === "invert") for (const plane of PLANES) runCommon(view(plane), command);
    else if (runCommon(viewport, command)) look();
    else if (command.do === "scroll") viewport.scroll(command.by);
    else if (command.do === "to") viewport.scroll(command.index - index);
    else if (command.do === "end")
      viewport.scroll(command.which === "first" ? -index : total - 1 - index);
    else if (command.do === "cine") play();
    else if (command.do === "reset") reset();
    else if (command.do === "window") put(worked, command.window);
    else if (command.do === "preset") {
      const preset = state.presets[command.index];
      if (preset) show(preset);
    }
  };
  const slab = (thickness: number, blend: Blend) => {
    if (ready) cutThick(PLANES.map(view), thickness, blend);
  };
  const close = () => {
    left.abort();
    clip.stop();
    looking.stop();
    counting.stop();
    endFollowing();
    for (const plane of PLANES) {
      elements[plane].removeEventListener(Events.CAMERA_MODIFIED, looking.ask);
      elements[plane].removeEventListener(Events.VOI_MODIFIED, share);
    }
    endGroup(id);
    for (const plane of PLANES) drawing.disableElement(idOf(plane));
  };
  const now = () => (ready && isOpen() ? { worked, window: state.window } : null);
  const choose = (plane: Plane) => {
    worked = plane;
  };
  return {
    run,
    close,
    slab,
    choose,
    live: liveMpr({ group: id, imageIds, elements, view, now, choose, run }),
  };
}
